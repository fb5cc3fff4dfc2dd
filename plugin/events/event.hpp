// Event: what the host is told, as the plugin holds it. Mirrors biller_event of abi/biller.h field
// by field, so that the boundary has nothing to decide.
#pragma once

#include "values/eticket.hpp"
#include "values/money.hpp"
#include "values/secret.hpp"
#include "values/timestamp.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
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

// Of the charges, those that a customer decided on, any of which can begin a purchase; and those
// that Segpay makes later.
bool is_sale(EventKind kind);
bool is_renewal(EventKind kind);

// Names with their values, in order. clear() keeps the memory of the texts, so that an event that
// is filled again and again allocates nothing.
class NamedValues {
public:
    using Item = std::pair<std::string, std::string>;

    NamedValues() = default;
    NamedValues(std::initializer_list<Item> items) : items_(items), size_(items.size()) {}

    void emplace_back(std::string_view name, std::string_view value) {
        if (size_ == items_.size()) items_.emplace_back();
        items_[size_].first.assign(name);
        items_[size_].second.assign(value);
        ++size_;
    }
    void clear() { size_ = 0; }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const Item& operator[](std::size_t index) const { return items_[index]; }
    const Item* begin() const { return items_.data(); }
    const Item* end() const { return items_.data() + size_; }

    friend bool operator==(const NamedValues& a, const NamedValues& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

private:
    std::vector<Item> items_;
    std::size_t size_ = 0;
};

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
    // A one-time item by one click, charged to a purchase that an earlier sale opened.
    bool is_later_sale = false;
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
    NamedValues extras; // Segpay's own names in lower case, or those of the link's parameters

    // As new, but the texts keep their memory.
    void clear();
};

// A text of the event under the name that it is stored as.
struct EventText {
    std::string_view name;
    std::string Event::*member;
};
inline constexpr std::array kEventTexts = {
    EventText{"purchase_id", &Event::purchase_id},
    EventText{"transaction_id", &Event::transaction_id},
    EventText{"related_transaction_id", &Event::related_transaction_id},
    EventText{"member_id", &Event::member_id},
    EventText{"session", &Event::session},
    EventText{"affiliate", &Event::affiliate},
    EventText{"username", &Event::username},
    EventText{"email", &Event::email},
    EventText{"name", &Event::name},
    EventText{"country", &Event::country},
    EventText{"site", &Event::site},
    EventText{"option", &Event::option},
    EventText{"cross_sell_ref", &Event::cross_sell_ref},
    EventText{"upsell", &Event::upsell},
    EventText{"tokenplus", &Event::tokenplus},
    EventText{"octoken", &Event::octoken},
    EventText{"trans_guid", &Event::trans_guid},
    EventText{"card_type", &Event::card_type},
    EventText{"payment_type", &Event::payment_type},
    EventText{"reason_code", &Event::reason_code},
    EventText{"reason_text", &Event::reason_text},
    EventText{"by", &Event::by},
    EventText{"reason_family", &Event::reason_family},
    EventText{"program", &Event::program},
    EventText{"partner", &Event::partner},
};

} // namespace segpay
