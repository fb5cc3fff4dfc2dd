// Event: what the host is told, as the plugin holds it. Mirrors biller_event of abi/biller.h field
// by field, so that the boundary has nothing to decide.
#pragma once

#include "values/eticket.hpp"
#include "values/money.hpp"
#include "values/secret.hpp"
#include "values/timestamp.hpp"

#include <cstdint>
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

// Texts: empty means "nothing was said"; Segpay sends an empty value for what it does not know.
struct Event {
    EventKind kind = EventKind::unknown;
    std::string key; // set by the ledger when the event is claimed
    std::string purchase_id;
    std::string transaction_id;
    std::string related_transaction_id;
    std::optional<Money> amount; // never negative
    std::optional<bool> approved;
    bool test = false;
    bool standin = false;
    std::optional<bool> trial;
    std::string member_id;
    std::string session;
    std::string affiliate;
    std::string username;
    Secret password;
    std::string email;
    std::string name;
    std::string country;
    ETicket eticket;
    std::string site;
    std::string option;
    std::uint32_t cross_sell_slot = 0;
    std::string cross_sell_ref;
    std::string upsell;
    std::string tokenplus;
    std::string octoken;
    std::string trans_guid;
    std::string card_type;
    std::string payment_type;
    TimeMs occurred_at_ms = 0; // 0: not said
    TimeMs received_at_ms = 0;
    std::string reason_code;
    std::string reason_text;
    std::string by;
    std::string reason_family;
    std::string program;
    std::string partner;
    std::vector<std::string> warnings;
    std::vector<std::pair<std::string, std::string>> extras; // lower-case names
};

} // namespace segpay
