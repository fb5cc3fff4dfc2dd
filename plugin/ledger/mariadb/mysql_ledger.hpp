// The ledger in a MariaDB database, or in a Galera cluster: the steps of StoredLedger in SQL. One
// session writes, for the thread that leads the group commit, and others read. How a transaction
// becomes durable once is in mysql_writer.hpp, how the tables look in mysql_schema.hpp.
//
// What decides. Whether an event is new: the unique key of the entries. Which front end has the
// lease: one conditional UPDATE of the row in the queue. The order of events, and their epoch: the
// row of the purchase. A transaction that adds to the queue of a purchase, or takes from it, writes
// that row. Two front ends on one server wait for each other there; on two nodes of a cluster the
// second commit fails, and the transaction runs again with what is there by then. An event without
// a purchase has no queue.
//
// The order. Within a purchase it is that of `place`, the version of the purchase's row that the
// claim wrote. `sequence` is AUTO_INCREMENT: unique, and on one server in order of arrival. The
// nodes of a cluster draw from numbers of their own, so two that arrived at different nodes within
// moments may have theirs swapped, and one with a lower number may be committed after one with a
// higher.
//
// Together. Each statement costs a request and an answer, and those are most of what a transaction
// costs: so the marks and the claims of one transaction are gathered, and each statement is sent
// once with the values of all of them: first the marks, then the claims. Any other operation does
// what was gathered first. Where a mark finds that its lease was lost, the transaction begins
// again, with one mark after the other. Not on a cluster, where the values of each still go out by
// themselves: with arrays 12 of 2,000 events that came to three nodes at once were settled twice,
// while no transaction checked whether its beginning was still there (mysql_writer.hpp).
//
// What it brings (bench-ledger, two cores, one server on the same machine; events a second through
// all three steps, beside the usual script on the same server = 1): one thread 0.7, 32 threads 3.6,
// 64 events in one call 5.9; 0.5, 1.0 and 1.0 while each event sent its own statements. One thread
// waits for twelve answers and a sync an event.
//
// The lease: (sequence, attempts, owner). The owner is the writer of a front end.
#pragma once

#include "ledger/group_commit.hpp"
#include "ledger/mariadb/mysql_handle.hpp"
#include "ledger/mariadb/mysql_reading.hpp"
#include "ledger/mariadb/mysql_servers.hpp"
#include "ledger/mariadb/mysql_writer.hpp"
#include "ledger/stored_ledger.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay::mysql {

// What the operations of one transaction want to be done together. Pointers live until the
// operations have ended.
struct GatheredMark {
    const Mark* mark;
    bool* was_leased; // null: not asked for
};
struct Gathered {
    std::vector<GatheredMark> marks; // none is a retry
    std::vector<ClaimToMake> claims;
    bool is_one_by_one = false; // a lease was lost: of which, is to be found out
};

class MysqlLedger final : public StoredLedger {
public:
    explicit MysqlLedger(const LedgerSettings& settings);
    ~MysqlLedger() override;

    void flush() override;
    bool purge(std::optional<TimeMs> purge_before) override;

private:
    void transact(const char* operation, const std::function<void()>& work) override;
    void commit_claims(std::vector<ClaimToMake> claims) override;
    void commit_mark(const Mark& mark, bool& was_leased) override;
    void commit_later(Mark mark) override;
    void read(const char* operation, const std::function<void(Reading&)>& work) override;
    // With a failure of the storage as a LedgerError.
    template <class Work>
    auto guarded(const char* operation, const Work& work);
    void run_together(GroupCommit::Operations operations);
    std::unique_ptr<MysqlSession> prepared_session();

    MysqlConnection& writer() { return writer_.connection(); }
    void do_gathered();
    void write_gathered_marks(std::span<const GatheredMark> marks);

    Reading& reading() override { return inside_.emplace(writer()); }
    ByKey<StoredPurchase> lock_purchases(const Keys& ids) override;
    void write_purchases(std::span<const StoredPurchase> purchases) override;
    void touch_purchases(const Keys& ids) override;
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

    MysqlServers servers_;
    const std::string name_; // for errors
    Gathered gathered_;      // of the transaction that runs
    MysqlWriter writer_;     // of the transaction that runs
    std::optional<MysqlReading> inside_;
    MysqlReaders readers_;
    GroupCommit commits_;
};

} // namespace segpay::mysql
