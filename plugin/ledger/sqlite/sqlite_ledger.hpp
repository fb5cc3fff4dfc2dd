// The ledger in an SQLite file. Knows SQL; what an event teaches is decided in memory.cpp, how the
// file looks in sqlite_schema.cpp, how it is written in sqlite_writer.cpp, listings are in
// sqlite_listing.cpp. Here: claims in sqlite_claims.cpp, handing out and marks in sqlite_marks.cpp,
// what is kept and decided in sqlite_decisions.cpp, all else in sqlite_ledger.cpp.
//
// What is on its way stands in one of two places: what was handed out as it was claimed, and is
// alone in its purchase, among what is handed out (HandedOut); all else in the queue.
//
// The queue of a purchase: its pending entries in order of sequence. At most one of them has a
// next_attempt_at, and only that one can be handed out: the first, or, after a dead letter was
// revived in front of it, the one that is being delivered. While it is handed out, its
// next_attempt_at is the end of its lease. When it leaves the queue, the next one is called up;
// when it is to be tried again, what was revived in front of it comes first.
//
// The lease: (sequence, attempts). `attempts` grows at each handing out, so whoever settles with an
// older number has lost the entry to somebody else.
#pragma once

#include "ledger/deciding.hpp"
#include "ledger/ledger.hpp"
#include "ledger/memory.hpp"
#include "ledger/sqlite/sqlite_handed_out.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"
#include "ledger/sqlite/sqlite_readers.hpp"
#include "ledger/sqlite/sqlite_rows.hpp"
#include "ledger/sqlite/sqlite_writer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace segpay {

// A place in the queue of a purchase.
struct QueuePlace {
    std::string purchase_id;
    std::int64_t sequence = 0;
};

// What becomes of an entry that was handed out; as it is made, it was applied.
struct Mark {
    Mark(const Entry& entry, TimeMs when);

    QueuePlace place;
    std::uint32_t attempts;
    TimeMs received_at;
    EntryState state = EntryState::settled;
    std::string message;
    TimeMs next_attempt_at = 0; // of what is pending again
    TimeMs now;
};

// What of a claim can be made before the transaction: others wait while that lasts.
struct PreparedClaim {
    const Event& event;
    const Identity& identity;
    TimeMs now;
    TimeMs lease_end; // if it is handed out
    std::string record;
    std::optional<Blob> password; // boxed
    std::string_view by = {};     // who released it; empty: nobody, it came from Segpay
};

class SqliteLedger final : public DecidingLedger {
public:
    explicit SqliteLedger(const LedgerSettings& settings);
    ~SqliteLedger() override;

    Claim claim(const Event& event, const Identity& identity, TimeMs now) override;
    std::vector<Claim> claim_all(std::span<const Arrival> arrivals, TimeMs now) override;
    bool settle(const Entry& entry, const Settlement& settlement, TimeMs now) override;
    bool settle_later(const Entry& entry, TimeMs now) override;
    void flush() override;
    bool give_back(const Entry& entry, TimeMs now) override;
    std::optional<Entry> take_next(std::string_view purchase_id, TimeMs now) override;
    std::optional<Entry> take_due(TimeMs now) override;
    Waiting waiting() override;
    std::optional<Purchase> purchase(std::string_view id) override;
    std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) override;
    std::optional<Event> transaction(std::string_view id) override;
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override;
    std::unique_ptr<Lookup> look() override;
    Kept keep(const KeptRequest& request, TimeMs now) override;
    void answered(std::span<const Answered> all) override;
    bool is_first_notice(std::string_view what, TimeMs now) override;
    void entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) override;
    std::optional<Entry> entry(std::string_view key) override;
    bool revive(std::string_view key, std::string_view by, TimeMs now) override;
    bool tidy(std::optional<TimeMs> forget_before) override;

private:
    class Snapshot;
    class Inside;

    // Everything durable goes through here: see SqliteWriter.
    template <class Work>
    std::invoke_result_t<Work> transact(const char* operation, const Work& work) {
        return guarded(operation, [&] { return writer_.transact(work); });
    }
    // What reads only, with the connection that it is given: no transaction, nothing to wait for.
    template <class Work>
    auto read(const char* operation, const Work& work);
    // With a failure of the storage told as the ledger's.
    template <class Work>
    auto guarded(const char* operation, const Work& work);
    void end_leases(TimeMs now);
    void queue_all();

    // Inside a transaction:
    PreparedClaim prepare(const Arrival& arrival, TimeMs now) const;
    Claim add_or_meet(const PreparedClaim& prepared);
    Claim meet_again(const PreparedClaim& prepared, Claim claim);
    void stays_outstanding(const PreparedClaim& prepared, const std::optional<Purchase>& known,
                           Claim& claim);
    Decision decide(const char* operation, const std::function<Decision()>& work) override;
    std::optional<Entry> entry_to_decide(std::string_view key) override;
    std::vector<Entry> kept_for(const std::string& purchase_id) override;
    Claim add(const Arrival& arrival, std::string_view by, TimeMs now) override;
    void close(std::string_view key, EntryState to, std::string_view by, TimeMs now) override;
    std::unique_ptr<Lookup> look_inside() override;
    std::optional<Entry> hand_out(const QueuePlace& place, TimeMs now);
    void bury(Entry entry, const QueuePlace& place, TimeMs now);
    bool write_mark(const Mark& mark);
    bool has_queue(const std::string& purchase_id);
    void call_up_next(const std::string& purchase_id, TimeMs now);
    void hold_purchase(const KeptRequest& request, TimeMs now);
    bool insert(NewEntry& entry);

    template <class... Values>
    std::optional<Entry> take(TimeMs now, std::string_view find_sql, const Values&... values);
    std::optional<Blob> boxed(const Secret& password) const;
    const SecretBox* box() const { return box_ ? &*box_ : nullptr; }

    std::string name_; // for errors
    std::uint32_t lease_ms_;
    TimeMs repeat_window_ms_;
    std::optional<SecretBox> box_;
    SqliteWriter writer_;
    SqliteConnection& db_;                 // the writer's, of the transaction that runs
    std::optional<SqliteReaders> readers_; // none: the ledger is in memory, and the writer reads

    // Of whoever runs a transaction:
    HandedOut handed_out_;
    std::uint64_t numbered_in_ = 0;  // the last transaction that inserted entries
    std::int64_t last_sequence_ = 0; // of them

    // When leases that were not given back have to be looked for, because one may have ended: then,
    // or when the clock was set back.
    std::mutex leases_mutex_;
    TimeMs looked_for_leases_at_ = INT64_MAX; // guarded by leases_mutex_
    TimeMs next_lease_end_ = 0;               // guarded by leases_mutex_
};

// The first column of the first row.
template <class... Values>
std::optional<std::int64_t> find(SqliteConnection& connection, std::string_view sql,
                                 const Values&... values) {
    SqliteQuery row = connection.query(sql, values...);
    if (!row.next()) return std::nullopt;
    return row.integer(0);
}

template <class Work>
auto SqliteLedger::guarded(const char* operation, const Work& work) {
    const auto failed = [&](const std::exception& cause) {
        return LedgerError(name_ + ": " + operation + ": " + cause.what());
    };
    try {
        return work();
    } catch (const SqliteError& error) {
        throw failed(error);
    } catch (const GroupCommit::TooManyWait& error) {
        throw failed(error);
    }
}

template <class Work>
auto SqliteLedger::read(const char* operation, const Work& work) {
    if (!readers_) return transact(operation, [&] { return work(db_); });
    return guarded(operation, [&] { return readers_->read(work); });
}

} // namespace segpay
