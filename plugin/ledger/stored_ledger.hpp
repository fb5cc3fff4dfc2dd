// StoredLedger: the protocol of a ledger, over the steps that a back end has SQL for. All that is
// decided is decided here: which claim is new, what a repeat meets, what the host's answer does,
// what becomes of kept requests, and in which order events of a purchase are delivered.
//
// The queue of a purchase: its pending entries in order of arrival. At most one of them has a
// next_attempt_at, and only that one can be leased: the first, or, after a dead letter was requeued
// in front of it, the one that is being delivered. While it is leased, its next_attempt_at is the
// end of the lease. When it leaves the queue, the next one is promoted; when it is to be tried
// again, what was requeued in front of it comes first.
//
// The lease: (sequence, attempts). `attempts` grows with each lease, so a mark with an older number
// has lost the entry to another.
//
// Threads: as Ledger says; the steps run on the thread that runs the transaction.
#pragma once

#include "ledger/claims.hpp"
#include "ledger/followers.hpp"
#include "ledger/group_commit.hpp"
#include "ledger/ledger.hpp"
#include "ledger/marks.hpp"
#include "ledger/reading.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace segpay {

// A purchase as a transaction read it, and as it will be written.
struct StoredPurchase {
    Purchase purchase;
    Purchase before;
    std::int64_t version = 0; // 0: there is no row
};

using Keys = std::vector<std::string_view>;
using KeySet = std::set<std::string, std::less<>>;
template <class Value>
using ByKey = std::map<std::string, Value, std::less<>>;

class StoredLedger : public Ledger {
public:
    Claim claim(const Event& event, const Identity& identity, TimeMs now) final;
    std::vector<Claim> claim_all(std::span<const Arrival> arrivals, TimeMs now) final;
    bool settle(const Entry& entry, const Settlement& settlement, TimeMs now) final;
    bool settle_later(const Entry& entry, TimeMs now) final;
    bool give_back(const Entry& entry, TimeMs now) final;
    std::optional<Entry> lease_next(std::string_view purchase_id, TimeMs now) final;
    std::optional<Entry> lease_due(TimeMs now) final;
    Waiting waiting() final;
    std::optional<Purchase> purchase(std::string_view id) final;
    std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) final;
    std::optional<Event> transaction(std::string_view id) final;
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) final;
    Kept keep(const KeptRequest& request, TimeMs now) final;
    void answered(std::span<const Answered> all) final;
    bool is_first_notice(std::string_view what, TimeMs now) final;
    void entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) final;
    std::optional<Entry> entry(std::string_view key) final;
    bool has_key(std::string_view key) final;
    bool requeue(std::string_view key, std::string_view by, TimeMs now) final;
    Decision release(std::string_view key, const Arrival& arrival, std::string_view by,
                     TimeMs now) final;
    Decision dismiss(std::string_view key, std::string_view by, TimeMs now) final;

protected:
    explicit StoredLedger(const LedgerSettings& settings);

    // `work` in a transaction, which may be that of other threads as well; it may be done again.
    // Either all of it is durable when this returns, or it throws LedgerError.
    virtual void transact(const char* operation, const std::function<void()>& work) = 0;
    // The same for claims and for a mark, for back ends that write those of many threads at once.
    // A mark that is left for later is durable with the next transaction.
    virtual void commit_claims(std::vector<ClaimToMake> claims) = 0;
    virtual void commit_mark(const Mark& mark, bool& was_leased) = 0;
    virtual void commit_later(Mark mark) = 0;
    // What reads only: no transaction, nothing to wait for. `work` may be done again.
    virtual void read(const char* operation, const std::function<void(Reading&)>& work) = 0;

    // `work`, with a failure of the storage as a LedgerError that names the ledger.
    template <class StorageError, class Work>
    static auto guarded_from(const std::string& name, const char* operation, const Work& work) {
        const auto failed = [&](const std::exception& cause) {
            return LedgerError(name + ": " + operation + ": " + cause.what());
        };
        try {
            return work();
        } catch (const StorageError& error) {
            throw failed(error);
        } catch (const GroupCommit::TooManyWait& error) {
            throw failed(error);
        }
    }

    // ---- For back ends, inside a transaction
    void make_claims(std::vector<ClaimToMake> claims);
    // What the host has said the last word about. False: a lease was lost, and of several marks
    // the transaction is of no use.
    bool write_last_marks(std::span<const Mark* const> marks);
    // The host asked for a retry. False: the lease was lost.
    bool write_retry(const Mark& mark);

    TimeMs lease_ms() const { return TimeMs{lease_ms_}; }
    const SecretBox* box() const { return box_ ? &*box_ : nullptr; } // null: no password is stored

private:
    // ---- The steps of a back end, inside a transaction
    virtual Reading& reading() = 0;
    // The rows of these purchases, as far as they are there; no other process changes them before
    // the transaction is over.
    virtual ByKey<StoredPurchase> lock_purchases(const Keys& ids) = 0;
    // Each with the version that was read.
    virtual void write_purchases(std::span<const StoredPurchase> purchases) = 0;
    // Their queues are about to change: another process that changes them waits, or begins again.
    virtual void touch_purchases(const Keys& ids) = 0;
    virtual ByKey<StoredEntry> stored_entries(const Keys& keys) = 0;
    // Those of these purchases of which anything is pending.
    virtual KeySet with_queue(const Keys& purchases) = 0;
    // Sets their sequences; what is pending stands in the queue as well. None of the keys is there.
    virtual void insert_entries(std::span<NewEntry> entries) = 0;
    // The entry gets a lease, whose attempt is counted. `is_due`: only if its time has come.
    virtual void lease(std::int64_t sequence, const std::string& purchase_id, bool is_due,
                       TimeMs now) = 0;
    // Ends the lease without an attempt; the entry is due, but behind what was requeued in front of
    // it. False: the lease was lost.
    virtual bool end_lease(const Mark& mark) = 0;
    // Of a place whose entry is gone.
    virtual void drop_from_queue(const Place& place) = 0;
    // Takes them out of their queues. False: a lease was lost, and what was changed is of no use.
    virtual bool leave_queue(std::span<const Mark* const> marks) = 0;
    virtual void write_outcomes(std::span<const Mark* const> marks) = 0;
    // With its message; behind what was requeued in front of it. False: the lease was lost.
    virtual bool stay_in_queue(const Mark& mark) = 0;
    // The first of the queue can be leased, unless another one can.
    virtual void promote_next(const std::string& purchase_id, TimeMs now) = 0;
    // A dead letter stands in its old place. `due`: none when others may come first. False: it is
    // none.
    virtual bool requeue_entry(const Entry& entry, std::string_view by, std::optional<TimeMs> due,
                               TimeMs now) = 0;
    // The one that can be leased no longer can, unless it is leased.
    virtual void step_back(const std::string& purchase_id, TimeMs now) = 0;
    // The entry, with a state that no other process changes before the transaction is over.
    virtual std::optional<Entry> lock_entry(std::string_view key) = 0;
    // Those that are kept for the purchase and not decided, with their passwords, in order of
    // arrival; no other process adds one before the transaction is over.
    virtual std::vector<Entry> kept_for(const std::string& purchase_id) = 0;
    // Nothing, when it is closed already.
    virtual void close(std::string_view key, EntryState to, std::string_view by, TimeMs now) = 0;
    // False: it is there.
    virtual bool add_notice(std::string_view what, TimeMs now) = 0;

    template <class Work>
    std::invoke_result_t<Work> in_transaction(const char* operation, const Work& work) {
        std::optional<std::invoke_result_t<Work>> result;
        transact(operation, [&] { result.emplace(work()); });
        return std::move(*result);
    }
    template <class Work>
    auto reading_result(const char* operation, const Work& work) {
        std::invoke_result_t<Work, Reading&> result{};
        read(operation, [&](Reading& reading) { result = work(reading); });
        return result;
    }

    PreparedClaim prepare(const Arrival& arrival, TimeMs now) const;
    std::optional<std::string> boxed(const Secret& password) const;
    std::optional<Entry> take(const std::optional<std::string>& purchase_id, TimeMs now);

    // Inside a transaction:
    void make_distinct_claims(std::span<const ClaimToMake> claims);
    void add(std::span<const ClaimToMake> claims, std::span<const PurchaseState> states,
             ByKey<StoredPurchase>& purchases);
    void meet(const PreparedClaim& prepared, const StoredEntry& stored, StoredPurchase known,
              Claim& made);
    Claim claim_inside(const Arrival& arrival, std::string_view by, TimeMs now);
    std::optional<Entry> lease_and_read(const Place& place, bool is_due, TimeMs now);
    StoredPurchase lock_purchase(const std::string& id);
    void hold_purchase(const KeptRequest& request, TimeMs now);
    // After the sale was written: the requests that waited for it become events. `by`: who released
    // it; empty: it came from Segpay. False: they wait for another sale.
    bool free_held(const Event& sale, std::string_view by, TimeMs now);
    void dismiss_held(const Event& sale, std::string_view by, TimeMs now);

    const std::uint32_t lease_ms_;
    const TimeMs repeat_window_ms_;
    std::optional<SecretBox> box_;
    Followers followers_;
};

} // namespace segpay
