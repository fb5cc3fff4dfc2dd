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

// Access under NATS and under Segpay member management.
using Access = std::array<Switch, 2>;
constexpr Access kept = {keep, keep};
constexpr Access by_sale = {if_unsaid, keep};
constexpr Access by_item = {if_unsaid, if_unsaid}; // a sale by one click has no enable
constexpr Access by_enable = {keep, on};
constexpr Access resumed = {on, on_if_unpaid};
constexpr Access undone = {off, keep}; // a purchase without login has no disable
constexpr Access ended = {off, off};

constexpr Effect kNoEffect = {BILLER_EVENT_UNKNOWN, nothing, no, kept, keep, none, no, no};

// clang-format off
constexpr auto kEffects = std::to_array<Effect>({
    // kind                             books       subs access     renewing   days   login tokens
    {BILLER_EVENT_JOIN,                 sale,       yes, by_sale,   if_unsaid, initial,   yes, yes},
    {BILLER_EVENT_CROSS_SELL,           sale,       yes, by_sale,   if_unsaid, initial,   yes, yes},
    {BILLER_EVENT_UPSELL,               sale,       yes, by_sale,   if_unsaid, initial,   yes, yes},
    {BILLER_EVENT_ONE_CLICK,            sale,       yes, by_item,   if_unsaid, initial,   no,  yes},
    {BILLER_EVENT_TOKEN_PURCHASE,       sale,       yes, by_item,   if_unsaid, initial,   no,  yes},
    {BILLER_EVENT_CONVERSION,           sale,       yes, by_sale,   if_unsaid, recurring, no,  no},
    {BILLER_EVENT_REBILL,               sale,       yes, by_sale,   if_unsaid, recurring, no,  no},
    {BILLER_EVENT_UPGRADE,              sale,       yes, by_sale,   if_unsaid, recurring, no,  no},
    {BILLER_EVENT_REACTIVATION,         if_paid,    yes, resumed,   on,        recurring, no,  no},
    {BILLER_EVENT_DENIAL,               declined,   no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_UPGRADE_DENIAL,       declined,   no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_INSUFFICIENT_FUNDS,   declined,   no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_VOID,                 taken_back, no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_CREDIT,               taken_back, no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_CHARGEBACK,           taken_back, no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_REVOKE,               taken_back, no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_STANDIN_DECLINE,      taken_back, yes, undone,    off,       none,      no,  no},
    {BILLER_EVENT_CHARGEBACK_REVERSAL,  restored,   no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_RDR_REVERSAL,         restored,   no,  kept,      keep,      none,      no,  no},
    {BILLER_EVENT_MEMBER_ENABLE,        nothing,    yes, by_enable, keep,      none,      yes, no},
    {BILLER_EVENT_MEMBER_DISABLE,       nothing,    yes, ended,     keep,      none,      no,  no},
    {BILLER_EVENT_MEMBER_CANCEL,        nothing,    yes, kept,      off,       none,      no,  no},
});
// clang-format on

constexpr std::array<std::string_view, 2> kExplanations = {
    "NATS: sales open access, disable ends it; enable brings the login only.",
    "Segpay: enable opens access, disable ends it; sales are money only.",
};

} // namespace

std::optional<MemberManagement> member_management(std::string_view name) {
    const auto* found = std::find(kMemberManagements.begin(), kMemberManagements.end(), name);
    if (found == kMemberManagements.end()) return std::nullopt;
    return static_cast<MemberManagement>(found - kMemberManagements.begin());
}

std::string_view explanation(MemberManagement management) {
    return kExplanations[static_cast<std::size_t>(management)];
}

const Effect& effect_of(std::uint32_t kind) {
    const auto* row = std::find_if(kEffects.begin(), kEffects.end(),
                                   [kind](const Effect& effect) { return effect.kind == kind; });
    return row == kEffects.end() ? kNoEffect : *row;
}

} // namespace nats_host
