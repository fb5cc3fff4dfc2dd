// Event: what the host gets, as the plugin stores it. Mirrors biller_event of abi/biller.h field by
// field, so that the boundary has nothing to decide.
#pragma once

#include "values/eticket.hpp"
#include "values/money.hpp"
#include "values/secret.hpp"
#include "values/timestamp.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// Numbers are those of BILLER_EVENT_* and are stored in ledgers: never renumber.
enum class EventKind : std::uint32_t {
    unknown = 0,
    join = 1,
    denial = 2,
    cross_sell = 3,
    token_purchase = 4,
    upsell = 5,
    one_click = 6,
    conversion = 7,
    insufficient_funds = 8,
    rebill = 9,
    upgrade = 10,
    upgrade_denial = 11,
    reactivation = 12,
    void_sale = 13,
    credit = 14,
    chargeback = 15,
    revoke = 16,
    chargeback_reversal = 17,
    rdr_reversal = 18,
    standin_decline = 19,
    member_enable = 20,
    member_disable = 21,
    member_cancel = 22,
};

std::string_view kind_name(EventKind kind); // "join", ..., "void"
std::optional<EventKind> kind_from_name(std::string_view name);

// The charges that a customer decided on; any of them can begin a purchase.
constexpr bool is_sale(EventKind kind) {
    return kind == EventKind::join || kind == EventKind::cross_sell ||
           kind == EventKind::token_purchase || kind == EventKind::upsell ||
           kind == EventKind::one_click;
}

// The charges that Segpay makes later.
constexpr bool is_renewal(EventKind kind) {
    return kind == EventKind::conversion || kind == EventKind::rebill ||
           kind == EventKind::upgrade || kind == EventKind::reactivation;
}

// Events that undo a sale or restore it, as a whole or in part.
constexpr bool is_about_sale(EventKind kind) {
    return kind == EventKind::void_sale || kind == EventKind::credit ||
           kind == EventKind::chargeback || kind == EventKind::revoke ||
           kind == EventKind::chargeback_reversal || kind == EventKind::rdr_reversal ||
           kind == EventKind::standin_decline;
}

// A decline without consequences; when a stand-in is declined, its money is taken back.
constexpr bool changes_nothing(EventKind kind, std::optional<bool> approved) {
    return approved == false && kind != EventKind::standin_decline;
}

// Texts: empty means "nothing was said"; Segpay sends an empty value for what it does not know.
template <class AnyText, class Password>
struct EventOf {
    using Text = AnyText;

    EventKind kind = EventKind::unknown;
    Text key; // set by the ledger when the event is claimed
    Text purchase_id;
    Text transaction_id;
    Text related_transaction_id;
    std::optional<Money> amount; // never negative
    std::optional<bool> approved;
    bool test = false;
    bool standin = false;
    std::optional<bool> trial;
    Text member_id;
    Text session;
    Text affiliate;
    Text username;
    Password password;
    Text email;
    Text name;
    Text country;
    ETicket eticket;
    Text site;
    Text option;
    // A one-time item by one click, charged to a purchase that an earlier sale opened.
    bool is_later_sale = false;
    std::uint32_t tokens = 0; // of the option; 0: none, or not known
    std::uint32_t cross_sell_slot = 0;
    Text cross_sell_ref;
    Text upsell;
    Text tokenplus;
    Text octoken;
    Text trans_guid;
    Text card_type;
    Text payment_type;
    TimeMs occurred_at_ms = 0; // 0: not said
    TimeMs received_at_ms = 0;
    Text reason_code;
    Text reason_text;
    Text by;
    Text reason_family;
    Text program;
    Text partner;
    std::vector<Text> warnings;
    // Segpay's own names in lower case, or those of the link's parameters; in order.
    std::vector<std::pair<Text, Text>> extras;

    // Like new, but the lists keep their capacity.
    void clear() {
        auto kept_warnings = std::move(warnings);
        auto kept_extras = std::move(extras);
        kept_warnings.clear();
        kept_extras.clear();
        std::destroy_at(this); // in place: faster than moving a new one
        std::construct_at(this);
        warnings = std::move(kept_warnings);
        extras = std::move(kept_extras);
    }
};

// An event as stored and delivered.
using Event = EventOf<std::string, Secret>;
using NamedValues = decltype(Event::extras);

// An event while it is made from a postback: views into the postback, the configuration and what
// the ledger knows.
using EventDraft = EventOf<std::string_view, std::string_view>;

// Copies the draft.
Event event_of(const EventDraft& draft);

// A text of the event under its name in a record.
template <class AnyEvent>
struct EventText {
    std::string_view name;
    typename AnyEvent::Text AnyEvent::*member;
};
template <class AnyEvent>
inline constexpr EventText<AnyEvent> kEventTextsOf[] = {
    {"purchase_id", &AnyEvent::purchase_id},
    {"transaction_id", &AnyEvent::transaction_id},
    {"related_transaction_id", &AnyEvent::related_transaction_id},
    {"member_id", &AnyEvent::member_id},
    {"session", &AnyEvent::session},
    {"affiliate", &AnyEvent::affiliate},
    {"username", &AnyEvent::username},
    {"email", &AnyEvent::email},
    {"name", &AnyEvent::name},
    {"country", &AnyEvent::country},
    {"site", &AnyEvent::site},
    {"option", &AnyEvent::option},
    {"cross_sell_ref", &AnyEvent::cross_sell_ref},
    {"upsell", &AnyEvent::upsell},
    {"tokenplus", &AnyEvent::tokenplus},
    {"octoken", &AnyEvent::octoken},
    {"trans_guid", &AnyEvent::trans_guid},
    {"card_type", &AnyEvent::card_type},
    {"payment_type", &AnyEvent::payment_type},
    {"reason_code", &AnyEvent::reason_code},
    {"reason_text", &AnyEvent::reason_text},
    {"by", &AnyEvent::by},
    {"reason_family", &AnyEvent::reason_family},
    {"program", &AnyEvent::program},
    {"partner", &AnyEvent::partner},
};
inline constexpr auto& kEventTexts = kEventTextsOf<Event>;

} // namespace segpay
