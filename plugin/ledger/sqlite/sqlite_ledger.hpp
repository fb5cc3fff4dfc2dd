// The ledger in an SQLite file: the steps of StoredLedger in SQL. How the file looks is in
// sqlite_schema.cpp, how a transaction becomes durable in sqlite_writer.cpp.
//
// A claim holds SQLite's writer lock from its first query to its commit: so what it finds stays as
// it is, and touch_purchases() has nothing to do.
#pragma once

#include "ledger/pool.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"
#include "ledger/sqlite/sqlite_reading.hpp"
#include "ledger/sqlite/sqlite_writer.hpp"
#include "ledger/stored_ledger.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

class SqliteLedger final : public StoredLedger {
public:
    explicit SqliteLedger(const LedgerSettings& settings);
    ~SqliteLedger() override;

    void flush() override;
    std::unique_ptr<Lookup> snapshot() override;
    bool purge(std::optional<TimeMs> purge_before) override;

private:
    class Snapshot;
    class Lent;

    void transact(const char* operation, const std::function<void()>& work) override;
    void commit_claims(std::vector<ClaimToMake> claims) override;
    void commit_mark(const Mark& mark, bool& was_leased) override;
    void commit_later(Mark mark) override;
    void read(const char* operation, const std::function<void(Reading&)>& work) override;
    // With a failure of the storage as a LedgerError.
    template <class Work>
    auto guarded(const char* operation, const Work& work);

    Reading& reading() override { return reading_; }
    ByKey<StoredPurchase> lock_purchases(const Keys& ids) override;
    void write_purchases(std::span<const StoredPurchase> purchases) override;
    void touch_purchases(const Keys&) override {}
    ByKey<StoredEntry> stored_entries(const Keys& keys) override;
    KeySet with_queue(const Keys& purchases) override;
    void insert_entries(std::span<NewEntry> entries) override;
    void lease(std::int64_t sequence, const std::string& purchase_id, bool is_due,
               TimeMs now) override;
    bool end_lease(const Mark& mark) override;
    void drop_from_queue(const Place& place) override;
    bool leave_queue(std::span<const Mark* const> marks) override;
    void write_outcomes(std::span<const Mark* const> marks) override;
    bool stay_in_queue(const Mark& mark) override;
    void promote_next(const std::string& purchase_id, TimeMs now) override;
    bool requeue_entry(const Entry& entry, std::string_view by, std::optional<TimeMs> due,
                       TimeMs now) override;
    void step_back(const std::string& purchase_id, TimeMs now) override;
    std::optional<Entry> lock_entry(std::string_view key) override;
    std::vector<Entry> kept_for(const std::string& purchase_id) override;
    void close(std::string_view key, EntryState to, std::string_view by, TimeMs now) override;
    bool add_notice(std::string_view what, TimeMs now) override;
    bool write_mark(const Mark& mark);

    const std::string name_; // for errors
    const bool is_in_memory_;
    SqliteWriter writer_;
    SqliteConnection& db_;  // the writer's, of the transaction that runs
    SqliteReading reading_; // inside it
    Pool<SqliteConnection> readers_;
};

} // namespace segpay
