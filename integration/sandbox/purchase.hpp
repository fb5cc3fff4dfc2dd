// Purchases and their transactions as Segpay keeps them, and the books that hold them all, in
// memory: they end with the process. No card number ever gets here.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "clock.hpp"
#include "form.hpp"
#include "money.hpp"
#include "portal.hpp"

namespace sandbox {

/// The later fate of an approved sale.
enum class Fate { standing, declined_later, voided, refunded, charged_back, reversed, revoked };
const char* name_of(Fate fate);

/// One row of the "Transaction Postback Matrix", in Segpay's words.
struct Transaction {
    std::string id;
    std::string related_id; ///< the sale that a refund, void, chargeback or reversal is about
    std::string guid;
    std::string trantype = "sale";
    std::string action = "Auth";
    std::string stage = "Initial";
    bool approved = false;
    bool standin = false;
    bool is_signup = false; ///< of the sign-up, or of a one-click purchase
    Money price;
    Money auth_price; ///< as shown to the consumer, with Dynamic Multi-Currency
    Eticket eticket;
    Params extras; ///< user-defined and REF parameters, user name and password
    Timestamp at;
    std::string reason_code; ///< of a refund or void
    std::string comment;
    std::string entered_by;
    Fate fate = Fate::standing;
};

enum class Status { declined, active, cancelled, expired };
const char* name_of(Status status);

struct Customer {
    std::string name;
    std::string email;
    std::string phone;
    std::string address;
    std::string city;
    std::string state;
    std::string zip;
    std::string country;
    std::string ip;
};

struct Card {
    std::string type;
    std::string last_four;
    std::string account_id; ///< <paymentaccountid>
};

struct Purchase {
    std::string id;
    Eticket eticket;
    int cross_sell_slot = 0; ///< <xsellnum>: 0 main, 1 or 2 cross sell
    std::string parent_id; ///< the main purchase of a cross sell, the paid-with one of a one-click
    Customer customer;
    Card card;
    Params extras;
    bool test_mode = true;
    Status status = Status::active;
    bool has_converted = false;
    bool standin_pending = false;
    Timestamp created;
    Timestamp next_bill; ///< if it renews
    Timestamp expired_at;
    std::vector<Transaction> transactions;

    /// Member postbacks are sent only where a user name is known.
    bool has_login() const { return !value_of(extras, "username").empty(); }
    /// The latest approved sale that still stands, if any.
    const Transaction* latest_sale() const;
};

class Books {
public:
    /// Ids grow from the seed: purchases from N, transactions from 10 N.
    explicit Books(std::uint64_t seed) : purchases_made_(seed), transactions_made_(seed * 10) {}

    std::string next_purchase_id() { return std::to_string(++purchases_made_); }
    std::string next_transaction_id() { return std::to_string(++transactions_made_); }

    void add(Purchase purchase);
    std::optional<Purchase> find(const std::string& id) const;
    /// The purchase whose sign-up has this transguid.
    std::optional<Purchase> find_by_guid(const std::string& guid) const;
    std::vector<Purchase> all() const;

    /// Calls change with the purchase under the lock; an exception leaves the purchase as it was.
    /// Throws Refusal (404) for an unknown id.
    void update(const std::string& id, const std::function<void(Purchase&)>& change);

private:
    mutable std::mutex mutex_;
    std::map<std::string, Purchase> purchases_;
    std::atomic<std::uint64_t> purchases_made_;
    std::atomic<std::uint64_t> transactions_made_;
};

/// <transguid> of a transaction: made from its id, so that a seed repeats it.
std::string guid_of(const std::string& transaction_id);

} // namespace sandbox
