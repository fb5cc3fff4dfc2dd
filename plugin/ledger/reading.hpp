// Reading: what is looked up in a ledger, over one connection, by readers and inside transactions
// alike. Each back end has its statements; what they are asked is said here once.
//
// Threads: as the connection.
#pragma once

#include "events/identity.hpp"
#include "ledger/entry_row.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// A place in the queue of a purchase; "": of none, and then nothing comes before or after it.
struct Place {
    std::int64_t sequence = 0;
    std::string purchase_id;
};

class Reading : public Lookup {
public:
    virtual std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) = 0;
    // `box` opens the password of its event; null: it comes without.
    virtual std::optional<Entry> entry(std::string_view key, const SecretBox* box) = 0;
    virtual std::optional<Entry> entry_at(std::int64_t sequence, const SecretBox* box) = 0;
    virtual bool has_key(std::string_view key) = 0;
    // The next entries of a listing, without their passwords; fewer than `size`: there are no more.
    // `bound`: the last sequence seen.
    virtual std::vector<Entry> slice(const EntryQuery& query, std::optional<std::uint64_t> bound,
                                     std::uint64_t size) = 0;
    virtual Waiting waiting() = 0;
    // The first event that can be leased: of a purchase, or of all.
    virtual std::optional<Place> due(const std::optional<std::string>& purchase_id, TimeMs now) = 0;
};

// `Statements` has the texts kPurchase, kPurchasesOf, kPurchasesNamed, kByKey, kBySequence,
// kByPrefix, kHasKey, kWaiting, kDueOf, kDue, and the functions read_purchase(row) and
// slice(connection, query, bound, size).
template <class Connection, class Statements>
class ReadingOn final : public Reading {
public:
    explicit ReadingOn(Connection& connection) : connection_(connection) {}

    std::optional<Purchase> purchase(std::string_view id) override {
        auto row = connection_.query(Statements::kPurchase, id);
        if (!row.next()) return std::nullopt;
        return Statements::read_purchase(row);
    }
    // The first approved one among all entries about the transaction.
    std::optional<Event> transaction(std::string_view id) override {
        const std::string prefix = transaction_key_prefix(id);
        const std::string end = prefix + "~"; // behind every other ASCII character
        auto row = connection_.query(Statements::kByPrefix, prefix, end);
        while (row.next()) {
            Entry entry = read_entry(row, nullptr);
            if (entry.event && entry.event->approved == true) return std::move(entry.event);
        }
        return std::nullopt;
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        return purchases(Statements::kPurchasesNamed, username, limit);
    }
    std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) override {
        return purchases(Statements::kPurchasesOf, member_id, limit);
    }
    std::optional<Entry> entry(std::string_view key, const SecretBox* box) override {
        return one(box, Statements::kByKey, key);
    }
    std::optional<Entry> entry_at(std::int64_t sequence, const SecretBox* box) override {
        return one(box, Statements::kBySequence, sequence);
    }
    bool has_key(std::string_view key) override {
        return connection_.query(Statements::kHasKey, key).next();
    }
    std::vector<Entry> slice(const EntryQuery& query, std::optional<std::uint64_t> bound,
                             std::uint64_t size) override {
        std::vector<Entry> found;
        auto rows = Statements::slice(connection_, query, bound, size);
        while (rows.next())
            found.push_back(read_entry(rows, nullptr));
        return found;
    }
    Waiting waiting() override {
        Waiting waiting;
        auto row = connection_.query(Statements::kWaiting);
        if (!row.next()) return waiting;
        waiting.pending = static_cast<std::uint64_t>(row.integer(0));
        waiting.next_attempt_at_ms = row.integer(1);
        return waiting;
    }
    std::optional<Place> due(const std::optional<std::string>& purchase_id, TimeMs now) override {
        auto row = purchase_id ? connection_.query(Statements::kDueOf, *purchase_id, now)
                               : connection_.query(Statements::kDue, now);
        if (!row.next()) return std::nullopt;
        return Place{row.integer(0), std::string(row.text(1))};
    }

private:
    std::vector<Purchase> purchases(std::string_view sql, std::string_view whose,
                                    std::uint32_t limit) {
        std::vector<Purchase> found;
        const std::int64_t size = limit ? std::int64_t{limit} : INT64_MAX;
        auto rows = connection_.query(sql, whose, size);
        while (rows.next())
            found.push_back(Statements::read_purchase(rows));
        return found;
    }
    template <class Value>
    std::optional<Entry> one(const SecretBox* box, std::string_view sql, const Value& value) {
        auto row = connection_.query(sql, value);
        if (!row.next()) return std::nullopt;
        return read_entry(row, box);
    }

    Connection& connection_;
};

} // namespace segpay
