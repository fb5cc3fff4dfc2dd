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
// transaction begins again, with one after the other.
//
// The lease: (sequence, attempts, owner). `attempts` grows at each handing out, so whoever settles
// with an older number has lost the entry to somebody else.
#include "events/record.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/followers.hpp"
#include "ledger/group_commit.hpp"
#include "ledger/ledger.hpp"
#include "ledger/memory.hpp"
#include "ledger/mysql_handle.hpp"
#include "ledger/mysql_rows.hpp"
#include "ledger/mysql_schema.hpp"
#include "ledger/mysql_servers.hpp"
#include "ledger/mysql_sets.hpp"
#include "ledger/mysql_statements.hpp"
#include "ledger/mysql_writer.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace segpay {

namespace {

using namespace mysql;

constexpr std::size_t kMaxWaiting = 1'024;  // threads
constexpr std::uint32_t kSliceEntries = 64; // read at once when listing
constexpr TimeMs kAnyTime = INT64_MAX;
constexpr std::int64_t kForgetSlice = 500; // entries
constexpr std::array kForgettable = {EntryState::settled, EntryState::dismissed,
                                     EntryState::released};

// What an entry becomes by the host's verdict, in the order of Settlement::Verdict.
constexpr std::array kVerdictStates = {EntryState::settled, EntryState::pending,
                                       EntryState::dead_letter};

constexpr std::int64_t number(EntryState state) { return static_cast<std::int64_t>(state); }

constexpr std::uint32_t kSettledBit = 1u << static_cast<unsigned>(EntryState::settled);

// One slice of a listing. What is settled is most of it, so an index leads past that.
struct Slice {
    std::string sql = "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM segpay_entries e";
    std::vector<MysqlValue> values; // borrow from the query

    Slice(const EntryQuery& query, std::optional<std::uint64_t> bound, std::uint64_t size) {
        const bool is_settled_wanted = (query.states & kSettledBit) != 0;
        if (!is_settled_wanted && query.purchase_id.empty()) sql += " FORCE INDEX(entries_state)";
        sql += " LEFT JOIN segpay_queue q ON q.sequence = e.sequence";
        add(" WHERE e.state <> 0 AND (? >> e.state) & 1", query.states);
        if (!is_settled_wanted) sql += " AND e.state IN (1, 3, 4, 5, 6, 7, 8)";
        if (!query.purchase_id.empty()) add(" AND e.purchase_id = ?", query.purchase_id);
        if (!query.member_id.empty()) add(" AND e.member_id = ?", query.member_id);
        if (bound) add(query.newest_first ? " AND e.sequence < ?" : " AND e.sequence > ?", *bound);
        add(query.newest_first ? " ORDER BY e.sequence DESC LIMIT ?"
                               : " ORDER BY e.sequence LIMIT ?",
            size);
    }

private:
    void add(const char* condition, const MysqlValue& value) {
        sql += condition;
        values.push_back(value);
    }
};

// What becomes of an entry that was handed out; as it is made, it was applied.
struct Mark {
    Mark(const Entry& entry, TimeMs when)
        : sequence(static_cast<std::int64_t>(entry.sequence)), attempts(entry.attempts), now(when) {
        if (entry.event) purchase = entry.event->purchase_id;
    }

    std::int64_t sequence;
    std::uint32_t attempts;
    std::optional<std::string> purchase; // none: the record is damaged
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

class MysqlLedger final : public Ledger {
public:
    explicit MysqlLedger(const LedgerSettings& settings)
        : servers_(settings.mysql.value()),
          name_("ledger in " + servers_.name()),
          lease_ms_(settings.lease_ms),
          writer_(servers_, prepared_session()),
          readers_(servers_),
          commits_([this](GroupCommit::Operations operations) { run_together(operations); },
                   [] {}, // a commit is durable by itself
                   kMaxWaiting) {
        if (!settings.password_key.is_empty()) box_.emplace(settings.password_key);
    }
    ~MysqlLedger() override {
        try {
            flush();
        } catch (...) { // for want of memory, too; then it will be delivered again
        }
    }

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
    bool keep(const KeptRequest& request, TimeMs now) override;
    void entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) override;
    std::optional<Entry> entry(std::string_view key) override;
    bool revive(std::string_view key, std::string_view by, TimeMs now) override;
    bool close(std::string_view key, EntryState to, std::string_view by, TimeMs now) override;
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
    Claim complete(Claim claim, const Event& event);
    StoredPurchase locked_purchase(const std::string& id);
    Claim add_or_meet(const Prepared& prepared);
    Claim added(const NewEntry& entry, std::int64_t sequence, bool is_first) const;
    Claim meet_again(const Event& event, Claim claim, TimeMs now);
    // A row of kQueue; it borrows.
    std::array<MysqlValue, 7> queue_row(std::int64_t sequence, std::string_view purchase,
                                        std::int64_t place, std::int64_t attempts,
                                        std::optional<TimeMs> next_attempt_at,
                                        TimeMs lease_until) const;
    std::optional<Entry> hand_out(std::int64_t sequence, TimeMs not_after, TimeMs now);
    bool write_mark(const Mark& mark);
    void do_gathered();
    void write_marks(std::span<const GatheredMark> marks);
    bool write_marks_together(std::span<const GatheredMark> marks);
    void write_claims(std::vector<GatheredClaim> claims);
    void write_distinct_claims(std::span<const GatheredClaim> claims);
    void add_all(std::span<const GatheredClaim> claims, const ByKey<StoredPurchase>& purchases);
    bool move_in_queue(const Mark& mark);
    bool has_queue(std::string_view purchase_id);
    void call_up_next(const std::string& purchase, TimeMs now);
    void hold_purchase(const KeptRequest& request);
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
    Gathered gathered_; // of the transaction that runs
    std::optional<SecretBox> box_;
    MysqlWriter writer_; // of the transaction that runs
    MysqlReaders readers_;
    GroupCommit commits_;

    Followers followers_;
};

// The first column of the first row.
template <class... Values>
std::optional<std::int64_t> find(MysqlConnection& connection, std::string_view sql,
                                 const Values&... values) {
    MysqlQuery row = connection.query(sql, values...);
    if (!row.next()) return std::nullopt;
    return row.integer(0);
}

std::optional<Entry> find_entry(MysqlConnection& connection, std::string_view key,
                                const SecretBox* box) {
    MysqlQuery row = connection.query(kReadByKey, key);
    if (!row.next()) return std::nullopt;
    return read_entry(row, box);
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

// One operation more before them, and one after them.
void MysqlLedger::run_together(GroupCommit::Operations operations) {
    gathered_.is_one_by_one = false;
    GroupCommit::Operation begin([this] {
        gathered_.marks.clear();
        gathered_.claims.clear();
    });
    GroupCommit::Operation end([this] { do_gathered(); });
    std::vector<GroupCommit::Operation*> all{&begin};
    all.insert(all.end(), operations.begin(), operations.end());
    all.push_back(&end);
    writer_.run(all);
}

void MysqlLedger::do_gathered() {
    if (!gathered_.marks.empty()) write_marks(std::exchange(gathered_.marks, {}));
    if (!gathered_.claims.empty()) write_claims(std::exchange(gathered_.claims, {}));
}

template <class Work>
auto MysqlLedger::read(const char* operation, const Work& work) {
    return guarded(operation, [&] { return readers_.read(work); });
}

std::unique_ptr<MysqlSession> MysqlLedger::prepared_session() {
    return guarded("opening", [&] {
        std::unique_ptr<MysqlSession> session = servers_.open();
        prepare_ledger_tables(session->connection, servers_.database());
        return session;
    });
}

Prepared MysqlLedger::prepare(const Arrival& arrival, TimeMs now) const {
    const auto& [event, identity] = arrival;
    return {event, identity, now, to_record(event), boxed(event.password)};
}

Claim MysqlLedger::claim(const Event& event, const Identity& identity, TimeMs now) {
    SEGPAY_FAILPOINT("claim.begin");
    const Prepared prepared = prepare({event, identity}, now);
    Claim claim;
    transact_together("claiming an event", [&] {
        gathered_.claims.push_back({&prepared, &claim});
    });
    SEGPAY_FAILPOINT("claim.after_commit");
    return complete(std::move(claim), event);
}

std::vector<Claim> MysqlLedger::claim_all(std::span<const Arrival> arrivals, TimeMs now) {
    SEGPAY_FAILPOINT("claim_all.begin");
    std::vector<Prepared> prepared;
    prepared.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals)
        prepared.push_back(prepare(arrival, now));
    std::vector<Claim> claims(prepared.size());
    transact_together("claiming events", [&] {
        for (std::size_t i = 0; i < prepared.size(); ++i)
            gathered_.claims.push_back({&prepared[i], &claims[i]});
        do_gathered();
        SEGPAY_FAILPOINT("claim_all.before_commit");
    });
    SEGPAY_FAILPOINT("claim_all.after_commit");
    for (std::size_t i = 0; i < claims.size(); ++i)
        claims[i] = complete(std::move(claims[i]), arrivals[i].event);
    return claims;
}

// With what need not be done inside the transaction.
Claim MysqlLedger::complete(Claim claim, const Event& event) {
    if (claim.outcome == Claim::Outcome::queued) followers_.note(event.purchase_id);
    if (claim.entry && !claim.entry->event) { // it is new
        claim.entry->event = event;
        claim.entry->event->key = claim.key;
    }
    return claim;
}

// Other front ends on this server wait until this transaction is over. A row that is not there
// cannot be locked: then whoever writes it second begins again.
StoredPurchase MysqlLedger::locked_purchase(const std::string& id) {
    if (id.empty()) return {};
    MysqlQuery row = writer().query(kLockPurchase, id);
    return row.next() ? read_purchase(row) : StoredPurchase();
}

Claim MysqlLedger::add_or_meet(const Prepared& prepared) {
    const auto& [event, identity, now, record, password] = prepared;
    StoredPurchase known = locked_purchase(event.purchase_id);
    Purchase& memory = known.memory;
    memory.id = event.purchase_id;
    memory.state = advanced(memory.state, identity);

    Claim claim;
    claim.key = key_of(identity, memory.state);
    NewEntry entry;
    entry.key = claim.key;
    entry.event = &event;
    entry.place = known.version + 1;
    entry.record = record;
    entry.password = password;
    entry.now = now;
    const std::optional<std::int64_t> sequence = insert_entry(writer(), entry);
    if (!sequence) return meet_again(event, std::move(claim), now);
    SEGPAY_FAILPOINT("claim.entry_written");

    // A purchase that is not there yet has no queue; if it is there by now, writing it will fail.
    const bool is_first = known.version == 0 || !has_queue(event.purchase_id);
    claim = added(entry, *sequence, is_first);
    if (is_first) {
        const TimeMs lease_end = claim.entry->next_attempt_at_ms;
        writer().change_with(
            kQueue, queue_row(*sequence, event.purchase_id, entry.place, 1, lease_end, lease_end));
    } else {
        writer().change_with(
            kQueue, queue_row(*sequence, event.purchase_id, entry.place, 0, std::nullopt, 0));
    }
    if (!memory.id.empty())
        write_purchase(writer(), learned(std::move(memory), event), known.version);
    return claim;
}

// Whoever is the first of its queue is leased at once.
Claim MysqlLedger::added(const NewEntry& entry, std::int64_t sequence, bool is_first) const {
    Claim claim;
    claim.key = entry.key;
    claim.outcome = is_first ? Claim::Outcome::leased : Claim::Outcome::queued;
    if (!is_first) return claim;
    claim.entry.emplace();
    claim.entry->sequence = static_cast<std::uint64_t>(sequence);
    claim.entry->key = claim.key;
    claim.entry->attempts = 1;
    claim.entry->received_at_ms = claim.entry->changed_at_ms = entry.now;
    claim.entry->next_attempt_at_ms = entry.now + TimeMs{lease_ms_};
    return claim;
}

void MysqlLedger::write_claims(std::vector<GatheredClaim> claims) {
    // Of one purchase or one fact, each sees what those before it have changed.
    while (!claims.empty()) {
        std::set<std::string_view> met;
        std::vector<GatheredClaim> distinct, rest;
        for (const GatheredClaim& claim : claims) {
            const auto& [event, identity, now, record, password] = *claim.prepared;
            const bool is_purchase_new =
                event.purchase_id.empty() || met.insert(event.purchase_id).second;
            const bool is_stem_new = met.insert(identity.stem).second;
            (is_purchase_new && is_stem_new ? distinct : rest).push_back(claim);
        }
        if (distinct.size() > 1)
            write_distinct_claims(distinct);
        else
            *distinct[0].made = add_or_meet(*distinct[0].prepared);
        claims = std::move(rest);
    }
    SEGPAY_FAILPOINT("claim.before_commit");
}

// add_or_meet for all of them.
void MysqlLedger::write_distinct_claims(std::span<const GatheredClaim> claims) {
    Keys ids, keys;
    for (const GatheredClaim& claim : claims)
        if (const std::string& id = claim.prepared->event.purchase_id; !id.empty())
            ids.push_back(id);
    ByKey<StoredPurchase> purchases = locked_purchases(writer(), ids);
    for (const auto& [prepared, made] : claims) {
        const PurchaseState& before = purchases[prepared->event.purchase_id].memory.state;
        made->key = key_of(prepared->identity, advanced(before, prepared->identity));
        keys.push_back(made->key);
    }
    const ByKey<std::int64_t> old = sequences_of(writer(), keys);
    std::vector<GatheredClaim> fresh;
    for (const GatheredClaim& claim : claims) {
        const auto& [prepared, made] = claim;
        if (!old.contains(made->key)) {
            fresh.push_back(claim);
            continue;
        }
        Claim met;
        met.key = made->key;
        *made = meet_again(prepared->event, std::move(met), prepared->now);
    }
    if (!fresh.empty()) add_all(fresh, purchases);
}

// Whose keys were not there. If one of them is there by now, everything is done again.
void MysqlLedger::add_all(std::span<const GatheredClaim> claims,
                          const ByKey<StoredPurchase>& purchases) {
    std::vector<NewEntry> entries;
    Keys keys, old_purchases;
    for (const auto& [prepared, made] : claims) {
        const auto& [event, identity, now, record, password] = *prepared;
        const std::int64_t version = purchases.find(event.purchase_id)->second.version;
        entries.push_back({.key = made->key,
                           .event = &event,
                           .place = version + 1,
                           .record = record,
                           .request = {},
                           .message = {},
                           .password = password,
                           .now = now});
        keys.push_back(made->key);
        if (version != 0) old_purchases.push_back(event.purchase_id);
    }
    insert_entries(writer(), entries);
    SEGPAY_FAILPOINT("claim.entry_written");

    const ByKey<std::int64_t> sequences = sequences_of(writer(), keys);
    const auto behind = with_queue(writer(), old_purchases);
    std::vector<MysqlValue> rows;
    std::vector<StoredPurchase> changed;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const auto& [prepared, made] = claims[i];
        const Event& event = prepared->event;
        const std::int64_t sequence = sequences.find(made->key)->second;
        const bool is_first = !behind.contains(event.purchase_id);
        Claim claim = added(entries[i], sequence, is_first);
        const TimeMs lease_end = is_first ? claim.entry->next_attempt_at_ms : 0;
        std::ranges::copy(queue_row(sequence, event.purchase_id, entries[i].place, is_first ? 1 : 0,
                                    is_first ? std::optional(lease_end) : std::nullopt, lease_end),
                          std::back_inserter(rows));
        *made = std::move(claim);
        if (event.purchase_id.empty()) continue;
        StoredPurchase purchase = purchases.find(event.purchase_id)->second;
        purchase.memory.id = event.purchase_id;
        purchase.memory.state = advanced(purchase.memory.state, prepared->identity);
        purchase.memory = learned(std::move(purchase.memory), event);
        changed.push_back(std::move(purchase));
    }
    writer().change_all(kQueue, rows);
    write_purchases(writer(), changed);
}

std::array<MysqlValue, 7> MysqlLedger::queue_row(std::int64_t sequence, std::string_view purchase,
                                                 std::int64_t place, std::int64_t attempts,
                                                 std::optional<TimeMs> next_attempt_at,
                                                 TimeMs lease_until) const {
    const std::int64_t owner = lease_until == 0 ? 0 : writer_.id();
    const auto of_purchase = purchase.empty() ? std::nullopt : std::optional(purchase);
    return {sequence, of_purchase, place, attempts, next_attempt_at, lease_until, owner};
}

// The key was there before.
Claim MysqlLedger::meet_again(const Event& event, Claim claim, TimeMs now) {
    struct {
        std::int64_t sequence;
        EntryState state;
        Essence essence;
        bool is_first;
        TimeMs lease_until;
    } stored{};
    {
        MysqlQuery row = writer().query(kFindByKey, claim.key);
        if (!row.next()) throw MysqlError::conflict("the entry is not there yet");
        stored.sequence = row.integer(0);
        stored.state = static_cast<EntryState>(row.integer(1));
        stored.essence.purchase_id = row.text(2);
        if (const auto currency = Currency::from_code(row.text(4)))
            stored.essence.amount = Money{row.integer(3), *currency};
        stored.is_first = !row.is_null(5);
        stored.lease_until = row.integer(6);
    }
    if (auto message = contradiction(event, stored.essence)) {
        claim.outcome = Claim::Outcome::conflict;
        claim.message = std::move(*message);
    } else if (stored.state == EntryState::dead_letter) {
        claim.outcome = Claim::Outcome::dead_letter;
    } else if (stored.state != EntryState::pending) {
        claim.outcome = Claim::Outcome::duplicate;
    } else if (stored.lease_until > now) {
        claim.outcome = Claim::Outcome::in_flight;
    } else if (!stored.is_first) {
        claim.outcome = Claim::Outcome::queued;
    } else {
        claim.entry = hand_out(stored.sequence, kAnyTime, now);
        claim.outcome = claim.entry ? Claim::Outcome::leased : Claim::Outcome::dead_letter;
        if (!claim.entry) return claim;
        // Stored only if there is a key; but the postback that came again may have brought it.
        Event& again = claim.entry->event.value();
        if (again.password.is_empty()) again.password = event.password;
    }
    return claim;
}

// None: its event is damaged, and it is a dead letter now. It would be due for ever, and in the way
// of all that comes after it.
std::optional<Entry> MysqlLedger::hand_out(std::int64_t sequence, TimeMs not_after, TimeMs now) {
    const TimeMs lease_end = now + TimeMs{lease_ms_};
    if (writer().change(kHandOut, lease_end, lease_end, writer_.id(), sequence, not_after, now) !=
        1)
        throw MysqlError::conflict("somebody else was handed the event");
    Entry entry;
    {
        MysqlQuery row = writer().query(kReadBySequence, sequence);
        row.next();
        entry = read_entry(row, box());
    }
    if (entry.event) return entry;
    tell_damage(entry);
    Mark mark(entry, now);
    mark.state = EntryState::dead_letter;
    mark.message = entry.message;
    (void)write_mark(mark);
    return std::nullopt;
}

// Whether anything of the purchase is pending.
bool MysqlLedger::has_queue(std::string_view purchase_id) {
    return !purchase_id.empty() && find(writer(), kFindQueued, purchase_id).has_value();
}

// After an entry left its queue: the first of those that are left can be handed out.
void MysqlLedger::call_up_next(const std::string& purchase, TimeMs now) {
    std::optional<std::int64_t> first;
    {
        MysqlQuery row = writer().query(kFindHead, purchase);
        if (row.next() && row.is_null(1)) first = row.integer(0);
    }
    if (first) writer().change(kCallUp, now, *first);
}

void MysqlLedger::write_marks(std::span<const GatheredMark> marks) {
    const bool can_be_together = marks.size() > 1 && !gathered_.is_one_by_one &&
                                 std::ranges::all_of(marks, [](const auto& each) {
                                     return each.mark->purchase.has_value();
                                 });
    if (can_be_together && !write_marks_together(marks)) {
        gathered_.is_one_by_one = true;
        throw MysqlError::conflict("a lease was lost");
    }
    for (const auto& [mark, is_ours] : marks) {
        const bool was_ours = can_be_together || write_mark(*mark);
        if (is_ours) *is_ours = was_ours;
    }
}

// What write_mark does for each, when nothing is to be tried again. False: a lease was lost, and
// the transaction is of no use.
bool MysqlLedger::write_marks_together(std::span<const GatheredMark> marks) {
    Keys purchases;
    std::vector<MysqlValue> leases, settled;
    for (const auto& [mark, is_ours] : marks) {
        if (!mark->purchase->empty()) purchases.push_back(*mark->purchase);
        for (const MysqlValue& value :
             std::to_array<MysqlValue>({mark->sequence, mark->attempts, writer_.id()}))
            leases.push_back(value);
        for (const MysqlValue& value :
             std::to_array<MysqlValue>({number(mark->state), mark->message, mark->attempts,
                                        mark->now, number(mark->state), mark->sequence}))
            settled.push_back(value);
    }
    std::ranges::sort(purchases); // as claims lock them
    if (!purchases.empty())
        writer().change_all(kTouchPurchase,
                            std::vector<MysqlValue>(purchases.begin(), purchases.end()));
    if (writer().change_all(kLeaveQueue, leases) != std::ssize(marks)) return false;
    writer().change_all(kSettle, settled);
    for (const std::string& purchase : with_queue(writer(), purchases))
        call_up_next(purchase, marks.front().mark->now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return true;
}

// Inside a transaction: what was said of a handing out. False: the lease was lost.
bool MysqlLedger::write_mark(const Mark& mark) {
    std::string purchase;
    if (mark.purchase) {
        purchase = *mark.purchase;
    } else {
        MysqlQuery row = writer().query(kPlaceOf, mark.sequence);
        if (row.next()) purchase = row.text(0);
    }
    if (!purchase.empty()) writer().change(kTouchPurchase, purchase);
    const bool is_ours = move_in_queue(mark);
    if (is_ours && !purchase.empty()) call_up_next(purchase, mark.now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return is_ours;
}

bool MysqlLedger::move_in_queue(const Mark& mark) {
    if (mark.next_attempt_at) {
        if (writer().change(kStayInQueue, mark.next_attempt_at, mark.sequence, mark.attempts,
                            writer_.id()) != 1)
            return false;
        writer().change(kSetMessage, mark.message, mark.sequence);
        writer().change(kGiveWay, mark.sequence);
    } else {
        if (writer().change(kLeaveQueue, mark.sequence, mark.attempts, writer_.id()) != 1)
            return false;
        writer().change(kSettle, number(mark.state), mark.message, mark.attempts, mark.now,
                        number(mark.state), mark.sequence);
    }
    return true;
}

bool MysqlLedger::settle(const Entry& entry, const Settlement& settlement, TimeMs now) {
    using Verdict = Settlement::Verdict;
    SEGPAY_FAILPOINT("settle.begin");
    Mark mark(entry, now);
    mark.state = kVerdictStates[static_cast<std::size_t>(settlement.verdict)];
    if (settlement.verdict != Verdict::applied) mark.message = settlement.message;
    if (settlement.verdict == Verdict::retry)
        mark.next_attempt_at = std::max(settlement.next_attempt_at_ms, now);
    bool is_ours = false;
    if (mark.next_attempt_at)
        is_ours = transact("settling an event", [&] { return write_mark(mark); });
    else
        transact_together("settling an event", [&] {
            gathered_.marks.push_back({&mark, &is_ours});
        });
    SEGPAY_FAILPOINT("settle.after_commit");
    if (mark.purchase) (void)followers_.forget(*mark.purchase); // whoever settles looks himself
    return is_ours;
}

bool MysqlLedger::settle_later(const Entry& entry, TimeMs now) {
    SEGPAY_FAILPOINT("later.begin");
    if (followers_.forget(entry.event->purchase_id)) return false;
    try {
        commits_.commit_later([this, mark = Mark(entry, now)] {
            gathered_.marks.push_back({&mark, nullptr});
        });
    } catch (const std::exception&) { // for want of memory, too; then it will be delivered again
    }
    SEGPAY_FAILPOINT("later.end");
    return true;
}

void MysqlLedger::flush() {
    guarded("settling events", [&] { commits_.flush(); });
}

bool MysqlLedger::give_back(const Entry& entry, TimeMs now) {
    return transact("giving an event back", [&] {
        SEGPAY_FAILPOINT("give_back.begin");
        return writer().change(kGiveBack, now, entry.sequence, entry.attempts, writer_.id()) == 1;
    });
}

std::optional<Entry> MysqlLedger::take_next(std::string_view purchase_id, TimeMs now) {
    return take(now, kFindNext, purchase_id, now);
}

std::optional<Entry> MysqlLedger::take_due(TimeMs now) { return take(now, kFindDue, now); }

template <class... Values>
std::optional<Entry> MysqlLedger::take(TimeMs now, std::string_view find_sql,
                                       const Values&... values) {
    flush();
    // Mostly there is nothing; what counts is the second look.
    const char* operation = "handing out an event";
    SEGPAY_FAILPOINT("take.begin");
    const bool is_there = read(operation, [&](MysqlConnection& connection) {
        return find(connection, find_sql, values...).has_value();
    });
    if (!is_there) return std::nullopt;
    std::optional<Entry> entry = transact(operation, [&]() -> std::optional<Entry> {
        std::optional<Entry> taken;
        while (const auto sequence = find(writer(), find_sql, values...))
            if ((taken = hand_out(*sequence, now, now))) break;
        SEGPAY_FAILPOINT("take.before_commit");
        return taken;
    });
    SEGPAY_FAILPOINT("take.after_commit");
    return entry;
}

Waiting MysqlLedger::waiting() {
    flush();
    return read("counting what waits", [](MysqlConnection& connection) {
        Waiting waiting;
        MysqlQuery row = connection.query(kWaiting);
        if (!row.next()) return waiting;
        waiting.pending = static_cast<std::uint64_t>(row.integer(0));
        waiting.next_attempt_at_ms = row.integer(1);
        return waiting;
    });
}

std::optional<Purchase> MysqlLedger::purchase(std::string_view id) {
    return read("reading a purchase", [&](MysqlConnection& connection) -> std::optional<Purchase> {
        MysqlQuery row = connection.query(kFindPurchase, id);
        if (!row.next()) return std::nullopt;
        return read_purchase(row).memory;
    });
}

std::vector<Purchase> MysqlLedger::purchases_of(std::string_view member_id, std::uint32_t limit) {
    return read("reading the purchases of a member", [&](MysqlConnection& connection) {
        std::vector<Purchase> found;
        const std::int64_t size = limit ? std::int64_t{limit} : INT64_MAX;
        MysqlQuery rows = connection.query(kPurchasesOf, member_id, size);
        while (rows.next())
            found.push_back(read_purchase(rows).memory);
        return found;
    });
}

std::optional<Event> MysqlLedger::transaction(std::string_view id) {
    const std::string stem = transaction_stem(id);
    return read("reading a transaction", [&](MysqlConnection& connection) -> std::optional<Event> {
        MysqlQuery row = connection.query(kReadByStem, stem, stem + "~");
        while (row.next()) {
            Entry entry = read_entry(row, nullptr);
            if (entry.event && entry.event->approved == true) return std::move(entry.event);
        }
        return std::nullopt;
    });
}

bool MysqlLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<std::string> password = boxed(request.password);
    const std::string record = request.event ? to_record(*request.event) : std::string();
    return transact("keeping a request", [&] {
        NewEntry entry;
        entry.key = request.key;
        entry.state = request.state;
        entry.event = request.event ? &*request.event : nullptr;
        entry.record = record;
        entry.request = request.request;
        entry.message = request.message;
        entry.password = password;
        entry.now = now;
        const bool is_new = insert_entry(writer(), entry).has_value();
        SEGPAY_FAILPOINT("keep.entry_written");
        if (is_new && request.event) hold_purchase(request);
        return is_new;
    });
}

void MysqlLedger::hold_purchase(const KeptRequest& request) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    StoredPurchase known = locked_purchase(id);
    if (!holds(known.memory, request)) return;
    known.memory.id = id;
    known.memory.held_by = request.key;
    write_purchase(writer(), known.memory, known.version);
}

void MysqlLedger::entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) {
    flush();
    std::uint64_t left = query.limit ? query.limit : UINT64_MAX;
    std::optional<std::uint64_t> bound;
    if (query.after != 0) bound = query.after;
    while (left > 0) {
        const std::uint64_t size = std::min<std::uint64_t>(left, kSliceEntries);
        const std::vector<Entry> found = slice(query, bound, size);
        for (const Entry& entry : found)
            if (!each(entry)) return;
        if (found.size() < size) return;
        bound = found.back().sequence;
        left -= size;
    }
}

std::vector<Entry> MysqlLedger::slice(const EntryQuery& query, std::optional<std::uint64_t> bound,
                                      std::uint64_t size) {
    const Slice wanted(query, bound, size);
    return read("listing entries", [&](MysqlConnection& connection) {
        std::vector<Entry> found;
        MysqlQuery rows = connection.query_with(wanted.sql, wanted.values);
        while (rows.next())
            found.push_back(read_entry(rows, nullptr));
        return found;
    });
}

std::optional<Entry> MysqlLedger::entry(std::string_view key) {
    flush();
    return read("reading an entry",
                [&](MysqlConnection& connection) { return find_entry(connection, key, box()); });
}

bool MysqlLedger::revive(std::string_view key, std::string_view by, TimeMs now) {
    return transact("reviving a dead letter", [&] {
        const std::optional<Entry> entry = find_entry(writer(), key, box());
        if (!entry || !entry->event) return false;
        const auto& purchase = entry->event->purchase_id;
        if (!purchase.empty()) writer().change(kTouchPurchase, purchase);
        if (writer().change(kRevive, by, now, key) != 1) return false;
        const bool is_back = put_back(static_cast<std::int64_t>(entry->sequence), now);
        SEGPAY_FAILPOINT("revive.before_commit");
        return is_back;
    });
}

// At its old place in the queue of its purchase.
bool MysqlLedger::put_back(std::int64_t sequence, TimeMs now) {
    std::string purchase;
    std::int64_t place = 0, attempts = 0;
    {
        MysqlQuery row = writer().query(kPlaceOf, sequence);
        if (!row.next()) return false;
        purchase = row.text(0);
        place = row.integer(1);
        attempts = row.integer(2);
    }
    if (purchase.empty()) {
        writer().change_with(kQueue, queue_row(sequence, purchase, place, attempts, now, 0));
    } else {
        writer().change_with(kQueue,
                             queue_row(sequence, purchase, place, attempts, std::nullopt, 0));
        writer().change(kStepBack, purchase, now);
        call_up_next(purchase, now);
    }
    return true;
}

bool MysqlLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    return transact("closing an entry", [&] {
        return writer().change(kClose, number(to), now, by, key, number(to), number(to)) == 1;
    });
}

// What is done with keeps its row and its key, in a state of its own.
bool MysqlLedger::tidy(std::optional<TimeMs> forget_before) {
    if (!forget_before) return false; // listings need nothing
    for (const EntryState done : kForgettable) {
        const std::int64_t end = read("tidying up", [&](MysqlConnection& connection) {
            std::int64_t last = 0;
            MysqlQuery rows = connection.query(kFindOldest, number(done), kForgetSlice);
            while (rows.next() && rows.integer(1) < *forget_before)
                last = rows.integer(0);
            return last;
        });
        if (end == 0) continue;
        transact("tidying up",
                 [&] { return writer().change(kForget, number(done), end, *forget_before); });
        return true;
    }
    return false;
}

std::optional<std::string> MysqlLedger::boxed(const Secret& password) const {
    if (!box_ || password.is_empty()) return std::nullopt;
    return box_->close(password.reveal());
}

} // namespace

std::unique_ptr<Ledger> open_mysql_ledger(const LedgerSettings& settings) {
    return std::make_unique<MysqlLedger>(settings);
}

} // namespace segpay
