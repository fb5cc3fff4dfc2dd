// The ledger in a MariaDB database, or in a Galera cluster: one session that writes, by whoever
// leads the group commit, and others that read. Knows SQL; how a transaction becomes durable once
// is in mysql_writer.hpp, how the tables look in mysql_schema.hpp, what an event teaches in
// memory.cpp.
//
// Who decides. Whether an event is new: the unique key of the entries. Who has an entry: one
// conditional UPDATE of its row in the queue. What comes before what, in which epoch: the row of
// the purchase. Whoever looks at the queue of a purchase to add to it, or takes from it, writes
// that row in the same transaction. Two front ends on one server wait for each other there; on two
// nodes of a cluster the second commit fails, and what it did is done again with what is there by
// then. An event without a purchase has no queue.
//
// The order. Within a purchase it is that of `place`, the version of the purchase's row that the
// claim wrote. `sequence` is AUTO_INCREMENT: unique, and on one server in order of arrival. The
// nodes of a cluster draw from numbers of their own, so two that arrived at different nodes within
// moments may have theirs swapped, and one with a lower number may be committed after one with a
// higher.
//
// The queue of a purchase: its rows in segpay_queue in order of place. At most one of them has a
// next_attempt_at, and only that one can be handed out: the first, or, after a dead letter was
// revived in front of it, the one that is being delivered. While it is handed out, its
// next_attempt_at is the end of its lease. When it leaves the queue, the next one is called up;
// when it is to be tried again, what was revived in front of it comes first.
//
// Together. Each statement costs a request and an answer, and those are most of what a transaction
// costs: so the marks and the claims of one transaction are gathered, and each statement is sent
// once with the values of all of them. First the marks, then the claims; whoever wants to do
// something else first has what was gathered done. Where a mark finds that its lease was lost, the
// transaction begins again, with one after the other. Not on a cluster, where the values of each
// still go out by themselves: with arrays 12 of 2,000 events that came to three nodes at once were
// settled twice, when no transaction looked whether its beginning was still there
// (mysql_writer.hpp).
//
// What it brings (bench-ledger, two cores, one server on the same machine; events a second through
// all three steps, beside the usual script on the same server = 1): one thread 0.7, 32 threads 3.6,
// 64 events in one call 5.9; 0.5, 1.0 and 1.0 while each event sent its own statements. One thread
// waits for twelve answers and a sync an event.
//
// The lease: (sequence, attempts, owner). `attempts` grows at each handing out, so whoever settles
// with an older number has lost the entry to somebody else.
#pragma once

#include "ledger/deciding.hpp"
#include "ledger/group_commit.hpp"
#include "ledger/ledger.hpp"
#include "ledger/mariadb/mysql_handle.hpp"
#include "ledger/mariadb/mysql_rows.hpp"
#include "ledger/mariadb/mysql_servers.hpp"
#include "ledger/mariadb/mysql_sets.hpp"
#include "ledger/mariadb/mysql_writer.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace segpay::mysql {

// What becomes of an entry that was handed out; as it is made, it was applied.
struct Mark {
    Mark(const Entry& entry, TimeMs when)
        : sequence(static_cast<std::int64_t>(entry.sequence)), attempts(entry.attempts), now(when) {
        if (entry.event) purchase = entry.event->purchase_id;
    }

    std::int64_t sequence;
    std::uint32_t attempts;
    std::string purchase;
    EntryState state = EntryState::settled;
    std::string message;
    std::optional<TimeMs> next_attempt_at;
    TimeMs now;
};

// What of a claim can be made before the transaction: others wait while that lasts.
struct Prepared {
    const Event& event;
    const Identity& identity;
    TimeMs now;
    std::string record;
    std::optional<std::string> password;
    std::string_view by = {}; // who released it; empty: nobody, it came from Segpay
};

// What the operations of one transaction want to be done together. Pointers live until the
// operations have ended.
struct GatheredMark {
    const Mark* mark;
    bool* is_ours; // null: nobody asks
};
struct GatheredClaim {
    const Prepared* prepared;
    Claim* made;
};
struct Gathered {
    std::vector<GatheredMark> marks;
    std::vector<GatheredClaim> claims;
    bool is_one_by_one = false; // a lease was lost: of which, is to be found out
};

class MysqlLedger final : public DecidingLedger {
public:
    explicit MysqlLedger(const LedgerSettings& settings);
    ~MysqlLedger() override;

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
    Kept keep(const KeptRequest& request, TimeMs now) override;
    void answered(std::span<const Answered> all) override;
    bool is_first_notice(std::string_view what, TimeMs now) override;
    void entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) override;
    std::optional<Entry> entry(std::string_view key) override;
    bool revive(std::string_view key, std::string_view by, TimeMs now) override;
    bool tidy(std::optional<TimeMs> forget_before) override;

private:
    // Everything durable goes through here: `work` is done in a transaction, which may be that of
    // others as well, and is done again when that failed. Either all of it is durable when it
    // returns, or it throws.
    template <class Work>
    std::invoke_result_t<Work> transact(const char* operation, const Work& work);
    // The same for what is gathered: `gather` adds to gathered_.
    template <class Gather>
    void transact_together(const char* operation, const Gather& gather);
    void run_together(GroupCommit::Operations operations);
    // What reads only, with the connection that it is given: no transaction, nothing to wait for.
    template <class Work>
    auto read(const char* operation, const Work& work);
    // With a failure of the storage told as the ledger's.
    template <class Work>
    auto guarded(const char* operation, const Work& work);
    std::unique_ptr<MysqlSession> prepared_session();

    // Inside a transaction:
    MysqlConnection& writer() { return writer_.connection(); }
    Prepared prepare(const Arrival& arrival, TimeMs now) const;
    StoredPurchase locked_purchase(const std::string& id);
    Claim added(const NewEntry& entry, std::int64_t sequence, bool is_first) const;
    Claim meet(const Prepared& prepared, StoredPurchase known, std::string key);
    Claim meet_again(const Event& event, Claim claim, TimeMs now);
    Decision decide(const char* operation, const std::function<Decision()>& work) override;
    std::optional<Entry> entry_to_decide(std::string_view key) override;
    std::vector<Entry> kept_for(const std::string& purchase_id) override;
    Claim add(const Arrival& arrival, std::string_view by, TimeMs now) override;
    void close(std::string_view key, EntryState to, std::string_view by, TimeMs now) override;
    std::unique_ptr<Lookup> look_inside() override;
    // A row of kQueue; it borrows.
    std::array<MysqlValue, 7> queue_row(std::int64_t sequence, std::string_view purchase,
                                        std::int64_t place, std::int64_t attempts,
                                        std::optional<TimeMs> next_attempt_at,
                                        TimeMs lease_until) const;
    std::optional<Entry> hand_out(std::int64_t sequence, TimeMs not_after, TimeMs now);
    void do_gathered();
    void write_marks(std::span<const GatheredMark> marks);
    bool leave_queue(std::span<const GatheredMark> marks);
    bool stay_in_queue(const Mark& mark);
    void write_claims(std::vector<GatheredClaim> claims);
    void write_distinct_claims(std::span<const GatheredClaim> claims);
    void add_all(std::span<const GatheredClaim> claims, const ByKey<StoredPurchase>& purchases);
    void call_up_next(const std::string& purchase, TimeMs now);
    bool is_to_wait(const KeptRequest& request);
    void hold_purchase(const KeptRequest& request, TimeMs now);
    bool put_back(std::int64_t sequence, TimeMs now);

    template <class... Values>
    std::optional<Entry> take(TimeMs now, std::string_view find_sql, const Values&... values);
    std::vector<Entry> slice(const EntryQuery& query, std::optional<std::uint64_t> bound,
                             std::uint64_t size);
    std::optional<std::string> boxed(const Secret& password) const;
    const SecretBox* box() const { return box_ ? &*box_ : nullptr; }

    MysqlServers servers_;
    std::string name_; // for errors
    std::uint32_t lease_ms_;
    TimeMs repeat_window_ms_;
    Gathered gathered_; // of the transaction that runs
    std::optional<SecretBox> box_;
    MysqlWriter writer_; // of the transaction that runs
    MysqlReaders readers_;
    GroupCommit commits_;
};

// The first column of the first row.
template <class... Values>
std::optional<std::int64_t> find(MysqlConnection& connection, std::string_view sql,
                                 const Values&... values) {
    MysqlQuery row = connection.query(sql, values...);
    if (!row.next()) return std::nullopt;
    return row.integer(0);
}

template <class Work>
auto MysqlLedger::guarded(const char* operation, const Work& work) {
    const auto failed = [&](const std::exception& cause) {
        return LedgerError(name_ + ": " + operation + ": " + cause.what());
    };
    try {
        return work();
    } catch (const MysqlError& error) {
        throw failed(error);
    } catch (const GroupCommit::TooManyWait& error) {
        throw failed(error);
    }
}

template <class Work>
std::invoke_result_t<Work> MysqlLedger::transact(const char* operation, const Work& work) {
    std::optional<std::invoke_result_t<Work>> result;
    GroupCommit::Operation shared([&] {
        do_gathered();
        result.emplace(work());
    });
    guarded(operation, [&] { commits_.commit(shared); });
    return std::move(*result);
}

template <class Gather>
void MysqlLedger::transact_together(const char* operation, const Gather& gather) {
    GroupCommit::Operation shared(gather);
    guarded(operation, [&] { commits_.commit(shared); });
}

template <class Work>
auto MysqlLedger::read(const char* operation, const Work& work) {
    return guarded(operation, [&] { return readers_.read(work); });
}

constexpr std::int64_t number(EntryState state) { return static_cast<std::int64_t>(state); }

} // namespace segpay::mysql
