// The names of the kinds (protocol: one name per row of the postback matrix).
#include "events/event.hpp"

#include <array>
#include <iterator>

namespace segpay {

namespace {

constexpr std::array<std::string_view, 23> kKindNames = {"unknown",
                                                         "join",
                                                         "denial",
                                                         "cross_sell",
                                                         "token_purchase",
                                                         "upsell",
                                                         "one_click",
                                                         "conversion",
                                                         "insufficient_funds",
                                                         "rebill",
                                                         "upgrade",
                                                         "upgrade_denial",
                                                         "reactivation",
                                                         "void",
                                                         "credit",
                                                         "chargeback",
                                                         "revoke",
                                                         "chargeback_reversal",
                                                         "rdr_reversal",
                                                         "standin_decline",
                                                         "member_enable",
                                                         "member_disable",
                                                         "member_cancel"};

} // namespace

std::string_view kind_name(EventKind kind) {
    const auto number = static_cast<std::size_t>(kind);
    return number < kKindNames.size() ? kKindNames[number] : kKindNames[0];
}

std::optional<EventKind> kind_from_name(std::string_view name) {
    for (std::size_t number = 0; number < kKindNames.size(); ++number)
        if (kKindNames[number] == name) return static_cast<EventKind>(number);
    return std::nullopt;
}

Event event_of(const EventDraft& draft) {
    Event event;
    event.kind = draft.kind;
    event.key = draft.key;
    for (std::size_t i = 0; i < std::size(kEventTexts); ++i)
        event.*kEventTexts[i].member = draft.*kEventTextsOf<EventDraft>[i].member;
    event.amount = draft.amount;
    event.approved = draft.approved;
    event.test = draft.test;
    event.standin = draft.standin;
    event.trial = draft.trial;
    event.password.assign(draft.password);
    event.eticket = draft.eticket;
    event.is_later_sale = draft.is_later_sale;
    event.tokens = draft.tokens;
    event.cross_sell_slot = draft.cross_sell_slot;
    event.occurred_at_ms = draft.occurred_at_ms;
    event.received_at_ms = draft.received_at_ms;
    event.warnings.assign(draft.warnings.begin(), draft.warnings.end());
    for (const auto& [name, value] : draft.extras)
        event.extras.emplace_back(name, value);
    return event;
}

} // namespace segpay
