// The names of the kinds (protocol: one name per row of the postback matrix).
#include "events/event.hpp"

#include <array>

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

bool is_sale(EventKind kind) {
    switch (kind) {
        case EventKind::join:
        case EventKind::cross_sell:
        case EventKind::token_purchase:
        case EventKind::upsell:
        case EventKind::one_click:
            return true;
        default:
            return false;
    }
}

bool is_renewal(EventKind kind) {
    switch (kind) {
        case EventKind::conversion:
        case EventKind::rebill:
        case EventKind::upgrade:
        case EventKind::reactivation:
            return true;
        default:
            return false;
    }
}

void Event::clear() {
    kind = EventKind::unknown;
    key.clear();
    [this]<std::size_t... I>(std::index_sequence<I...>) {
        ((this->*kEventTexts[I].member).clear(), ...);
    }
    (std::make_index_sequence<kEventTexts.size()>());
    amount.reset();
    approved.reset();
    test = false;
    standin = false;
    trial.reset();
    password.assign({});
    eticket = {};
    is_later_sale = false;
    cross_sell_slot = 0;
    occurred_at_ms = 0;
    received_at_ms = 0;
    warnings.clear();
    extras.clear();
}

} // namespace segpay
