// The table. Kinds and their meaning: abi/biller.h, "Events".
#include "effects.hpp"

#include <biller.h>

#include <algorithm>
#include <array>

namespace nats_host {
namespace {

using enum Books;
using enum Switch;
using enum Days;
constexpr bool yes = true;
constexpr bool no = false;

constexpr Effect kNoEffect = {BILLER_EVENT_UNKNOWN, nothing, no, keep, keep, none, no, no};

// clang-format off
constexpr auto kEffects = std::to_array<Effect>({
    // kind                            books       subs access     renewing   days      login tokens
    {BILLER_EVENT_JOIN,                sale,       yes, if_unsaid, if_unsaid, initial,   yes, yes},
    {BILLER_EVENT_CROSS_SELL,          sale,       yes, if_unsaid, if_unsaid, initial,   yes, yes},
    {BILLER_EVENT_UPSELL,              sale,       yes, if_unsaid, if_unsaid, initial,   yes, yes},
    {BILLER_EVENT_ONE_CLICK,           sale,       yes, if_unsaid, if_unsaid, initial,   no,  yes},
    {BILLER_EVENT_TOKEN_PURCHASE,      sale,       yes, if_unsaid, if_unsaid, initial,   no,  yes},
    {BILLER_EVENT_CONVERSION,          sale,       yes, if_unsaid, if_unsaid, recurring, no,  no},
    {BILLER_EVENT_REBILL,              sale,       yes, if_unsaid, if_unsaid, recurring, no,  no},
    {BILLER_EVENT_UPGRADE,             sale,       yes, if_unsaid, if_unsaid, recurring, no,  no},
    {BILLER_EVENT_REACTIVATION,        if_paid,    yes, on,        on,        recurring, no,  no},
    {BILLER_EVENT_DENIAL,              declined,   no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_UPGRADE_DENIAL,      declined,   no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_INSUFFICIENT_FUNDS,  declined,   no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_VOID,                taken_back, no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_CREDIT,              taken_back, no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_CHARGEBACK,          taken_back, no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_REVOKE,              taken_back, no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_STANDIN_DECLINE,     taken_back, no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_CHARGEBACK_REVERSAL, restored,   no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_RDR_REVERSAL,        restored,   no,  keep,      keep,      none,      no,  no},
    {BILLER_EVENT_MEMBER_ENABLE,       nothing,    yes, on,        keep,      none,      yes, no},
    {BILLER_EVENT_MEMBER_DISABLE,      nothing,    yes, off,       keep,      none,      no,  no},
    {BILLER_EVENT_MEMBER_CANCEL,       nothing,    yes, keep,      off,       none,      no,  no},
});
// clang-format on

} // namespace

const Effect& effect_of(std::uint32_t kind) {
    const auto* row = std::find_if(kEffects.begin(), kEffects.end(),
                                   [kind](const Effect& effect) { return effect.kind == kind; });
    return row == kEffects.end() ? kNoEffect : *row;
}

} // namespace nats_host
