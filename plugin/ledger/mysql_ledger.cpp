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
#include "ledger/mysql_statements.hpp"
#include "ledger/mysql_writer.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>

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

class MysqlLedger final : public Ledger {
public:
    explicit MysqlLedger(const LedgerSettings& settings)
        : servers_(settings.mysql.value()),
          name_("ledger in " + servers_.name()),
          lease_ms_(settings.lease_ms),
          writer_(servers_, prepared_session()),
          readers_(servers_),
          commits_([this](GroupCommit::Operations operations) { writer_.run(operations); },
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
    // What reads only, with the connection that it is given: no transaction, nothing to wait for.
    template <class Work>
    auto read(const char* operation, const Work& work);
    // With a failure of the storage told as the ledger's.
    template <class Work>
    auto guarded(const char* operation, const Work& work);
    std::unique_ptr<MysqlSession> prepared_session();

    // Inside a transaction:
    MysqlConnection& writer() { return writer_.connection(); }
    struct Prepared;
    Prepared prepare(const Arrival& arrival, TimeMs now) const;
    Claim complete(Claim claim, const Event& event);
    StoredPurchase locked_purchase(const std::string& id);
    Claim add_or_meet(const Prepared& prepared);
    Claim meet_again(const Event& event, Claim claim, TimeMs now);
    void queue(std::int64_t sequence, const std::string& purchase, std::int64_t place,
               std::int64_t attempts, std::optional<TimeMs> next_attempt_at, TimeMs lease_until);
    std::optional<Entry> hand_out(std::int64_t sequence, TimeMs not_after, TimeMs now);
    struct Mark;
    bool write_mark(const Mark& mark);
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
    GroupCommit::Operation shared([&] { result.emplace(work()); });
    guarded(operation, [&] { commits_.commit(shared); });
    return std::move(*result);
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

// What becomes of an entry that was handed out; as it is made, it was applied.
struct MysqlLedger::Mark {
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
struct MysqlLedger::Prepared {
    const Event& event;
    const Identity& identity;
    TimeMs now;
    std::string record;
    std::optional<std::string> password;
};

MysqlLedger::Prepared MysqlLedger::prepare(const Arrival& arrival, TimeMs now) const {
    const auto& [event, identity] = arrival;
    return {event, identity, now, to_record(event), boxed(event.password)};
}

Claim MysqlLedger::claim(const Event& event, const Identity& identity, TimeMs now) {
    SEGPAY_FAILPOINT("claim.begin");
    const Prepared prepared = prepare({event, identity}, now);
    Claim claim = transact("claiming an event", [&] {
        Claim made = add_or_meet(prepared);
        SEGPAY_FAILPOINT("claim.before_commit");
        return made;
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
    std::vector<Claim> claims = transact("claiming events", [&] {
        std::vector<Claim> made;
        made.reserve(prepared.size());
        for (const Prepared& each : prepared)
            made.push_back(add_or_meet(each));
        SEGPAY_FAILPOINT("claim_all.before_commit");
        return made;
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

    const bool is_first = !has_queue(event.purchase_id);
    const TimeMs lease_end = now + TimeMs{lease_ms_};
    claim.outcome = is_first ? Claim::Outcome::leased : Claim::Outcome::queued;
    if (is_first) {
        queue(*sequence, event.purchase_id, entry.place, 1, lease_end, lease_end);
        claim.entry.emplace();
        claim.entry->sequence = static_cast<std::uint64_t>(*sequence);
        claim.entry->key = claim.key;
        claim.entry->attempts = 1;
        claim.entry->received_at_ms = claim.entry->changed_at_ms = now;
        claim.entry->next_attempt_at_ms = lease_end;
    } else {
        queue(*sequence, event.purchase_id, entry.place, 0, std::nullopt, 0);
    }
    if (!memory.id.empty())
        write_purchase(writer(), learned(std::move(memory), event), known.version);
    return claim;
}

void MysqlLedger::queue(std::int64_t sequence, const std::string& purchase, std::int64_t place,
                        std::int64_t attempts, std::optional<TimeMs> next_attempt_at,
                        TimeMs lease_until) {
    const std::int64_t owner = lease_until == 0 ? 0 : writer_.id();
    const auto of_purchase = purchase.empty() ? std::nullopt : std::optional(purchase);
    writer().change(kQueue, sequence, of_purchase, place, attempts, next_attempt_at, lease_until,
                    owner);
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
    const bool is_ours = transact("settling an event", [&] { return write_mark(mark); });
    SEGPAY_FAILPOINT("settle.after_commit");
    if (mark.purchase) (void)followers_.forget(*mark.purchase); // whoever settles looks himself
    return is_ours;
}

bool MysqlLedger::settle_later(const Entry& entry, TimeMs now) {
    SEGPAY_FAILPOINT("later.begin");
    if (followers_.forget(entry.event->purchase_id)) return false;
    try {
        commits_.commit_later([this, mark = Mark(entry, now)] { (void)write_mark(mark); });
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
        queue(sequence, purchase, place, attempts, now, 0);
    } else {
        queue(sequence, purchase, place, attempts, std::nullopt, 0);
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
