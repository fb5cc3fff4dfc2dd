// The ledger in an SQLite file: one connection that writes, by whoever leads the group commit, and
// others that read. Knows SQL; what an event teaches is decided in memory.cpp, how the file looks in
// sqlite_schema.cpp.
//
// The queue of a purchase: its pending entries in order of sequence. At most one of them has a
// next_attempt_at, and only that one can be handed out: the first, or, after a dead letter was
// revived in front of it, the one that is being delivered. While it is handed out, its
// next_attempt_at is the end of its lease. When it leaves the queue, the next one is called up;
// when it is to be tried again, what was revived in front of it comes first.
//
// The lease: (sequence, attempts). `attempts` grows at each handing out, so whoever settles with an
// older number has lost the entry to somebody else.
#include "events/record.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/group_commit.hpp"
#include "ledger/ledger.hpp"
#include "ledger/memory.hpp"
#include "ledger/sqlite_handle.hpp"
#include "ledger/sqlite_readers.hpp"
#include "ledger/sqlite_rows.hpp"
#include "ledger/sqlite_schema.hpp"
#include "ledger/sqlite_statements.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <type_traits>
#include <unordered_set>

#include <fcntl.h>
#include <unistd.h>

namespace segpay {

namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr std::size_t kMaxWaiting = 1'024;   // threads
constexpr std::size_t kMaxFollowed = 10'000; // purchases
constexpr std::uint32_t kSliceEntries = 64;  // read at once when listing

// What an entry becomes by the host's verdict, in the order of Settlement::Verdict.
constexpr std::array kVerdictStates = {EntryState::settled, EntryState::pending,
                                       EntryState::dead_letter};

constexpr std::int64_t number(EntryState state) { return static_cast<std::int64_t>(state); }

constexpr std::uint32_t kSettledBit = 1u << static_cast<unsigned>(EntryState::settled);

// The statement for one slice of a listing. Parameters: 1 the last sequence seen, 2 the states,
// 3 the purchase, 4 the member, 5 how many.
std::string slice_sql(const EntryQuery& query, bool has_bound) {
    const bool is_settled_wanted = (query.states & kSettledBit) != 0;
    std::string sql = "SELECT " SEGPAY_ENTRY_COLUMNS " FROM entries";
    if (!is_settled_wanted && query.purchase_id.empty()) sql += " INDEXED BY entries_unsettled";
    sql += " WHERE (?2 >> state) & 1";
    if (!is_settled_wanted) sql += " AND state <> 2";
    if (!query.purchase_id.empty()) sql += " AND purchase_id = ?3";
    if (!query.member_id.empty()) sql += " AND member_id = ?4";
    if (has_bound) sql += query.newest_first ? " AND sequence < ?1" : " AND sequence > ?1";
    sql += query.newest_first ? " ORDER BY sequence DESC LIMIT ?5" : " ORDER BY sequence LIMIT ?5";
    return sql;
}

class SqliteLedger final : public Ledger {
public:
    explicit SqliteLedger(const LedgerSettings& settings)
        : name_("ledger " + settings.path),
          lease_ms_(settings.lease_ms),
          writer_(settings.path, kBusyTimeoutMs),
          commits_([this](GroupCommit::Operations operations) { run_in_one(operations); },
                   kMaxWaiting) {
        prepare_ledger_file(writer_, settings.path);
        if (settings.path != kInMemory) readers_.emplace(settings.path, kBusyTimeoutMs);
        if (!settings.password_key.is_empty()) box_.emplace(settings.password_key);
    }
    ~SqliteLedger() override {
        try {
            flush();
        } catch (const LedgerError&) { // then it will be delivered again
        }
    }

    Claim claim(const Event& event, const Identity& identity, TimeMs now) override;
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

private:
    // Everything durable goes through here: `work` is done in a transaction, which may be that of
    // others as well. Either all of it is durable when it returns, or it throws and nothing is. A
    // database locked for longer than the busy timeout is an error.
    template <class Work>
    std::invoke_result_t<Work> transact(const char* operation, const Work& work);
    void note_follower(const std::string& purchase);
    bool forget_follower(const std::string& purchase); // whether there was one
    // The one function that commits.
    void run_in_one(GroupCommit::Operations operations);
    void roll_back();
    // What reads only, with the connection that it is given: no transaction, nothing to wait for.
    template <class Work>
    auto read(const char* operation, const Work& work);
    // With a failure of the storage told as the ledger's.
    template <class Work>
    auto guarded(const char* operation, const Work& work);

    // Inside a transaction:
    struct Prepared;
    Claim add_or_meet(const Prepared& prepared);
    Claim meet_again(const Event& event, Claim claim, TimeMs now);
    std::optional<Entry> hand_out(std::int64_t sequence, TimeMs now);
    void bury(Entry entry, TimeMs now);
    struct Mark;
    bool write_mark(const Mark& mark);
    bool has_queue(std::string_view purchase_id);
    void call_up_next(std::uint64_t after, TimeMs now);
    void hold_purchase(const KeptRequest& request);

    template <class... Values>
    std::optional<Entry> take(TimeMs now, std::string_view find_sql, const Values&... values);
    std::vector<Entry> slice(const EntryQuery& query, std::optional<std::uint64_t> bound,
                             std::uint64_t size);
    std::optional<Blob> boxed(const Secret& password) const;
    const SecretBox* box() const { return box_ ? &*box_ : nullptr; }

    std::string name_; // for errors
    std::uint32_t lease_ms_;
    std::optional<SecretBox> box_;
    SqliteConnection writer_;              // of the transaction that runs
    std::optional<SqliteReaders> readers_; // none: the ledger is in memory, and the writer reads
    GroupCommit commits_;

    // Purchases of which a claim in this process found an earlier event on its way: whoever settles
    // that one does it at once, and delivers what waits. What is not noted here, because another
    // process queued it, is found by recovery.
    std::mutex followed_mutex_;
    std::unordered_set<std::string> followed_; // guarded by followed_mutex_
};

// The first column of the first row.
template <class... Values>
std::optional<std::int64_t> find(SqliteConnection& connection, std::string_view sql,
                                 const Values&... values) {
    SqliteQuery row = connection.query(sql, values...);
    if (!row.next()) return std::nullopt;
    return row.integer(0);
}

std::optional<Purchase> find_purchase(SqliteConnection& connection, std::string_view id) {
    SqliteQuery row = connection.query(kFindPurchase, id);
    if (!row.next()) return std::nullopt;
    return read_purchase(row);
}

std::optional<Entry> find_entry(SqliteConnection& connection, std::string_view key,
                                const SecretBox* box) {
    SqliteQuery row = connection.query(kReadByKey, key);
    if (!row.next()) return std::nullopt;
    return read_entry(row, box);
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
std::invoke_result_t<Work> SqliteLedger::transact(const char* operation, const Work& work) {
    std::optional<std::invoke_result_t<Work>> result;
    GroupCommit::Operation shared([&] { result.emplace(work()); });
    guarded(operation, [&] { commits_.commit(shared); });
    return std::move(*result);
}

void SqliteLedger::run_in_one(GroupCommit::Operations operations) {
    try {
        writer_.change("BEGIN IMMEDIATE");
        for (GroupCommit::Operation* operation : operations)
            operation->run();
        SEGPAY_FAILPOINT("commit.before");
        writer_.change("COMMIT");
        SEGPAY_FAILPOINT("commit.after");
    } catch (...) {
        roll_back();
        throw;
    }
}

template <class Work>
auto SqliteLedger::read(const char* operation, const Work& work) {
    if (!readers_) return transact(operation, [&] { return work(writer_); });
    return guarded(operation, [&] { return readers_->read(work); });
}

void SqliteLedger::roll_back() {
    if (!writer_.is_in_transaction()) return; // never begun, or SQLite did it already
    try {
        writer_.change("ROLLBACK");
    } catch (const SqliteError&) {
        // Nothing is left to do: without COMMIT the file keeps what it had.
    }
}

// What becomes of an entry that was handed out; as it is made, it was applied.
struct SqliteLedger::Mark {
    Mark(const Entry& entry, TimeMs when)
        : sequence(entry.sequence), attempts(entry.attempts), now(when) {
        if (entry.event) purchase = entry.event->purchase_id;
    }

    std::uint64_t sequence;
    std::uint32_t attempts;
    std::optional<std::string> purchase; // none: the record is damaged
    EntryState state = EntryState::settled;
    std::string message;
    std::optional<TimeMs> next_attempt_at;
    TimeMs now;
};

// What of a claim can be made before the transaction: others wait while that lasts.
struct SqliteLedger::Prepared {
    const Event& event;
    const Identity& identity;
    TimeMs now;
    std::string record;
    std::optional<Blob> password;
};

Claim SqliteLedger::claim(const Event& event, const Identity& identity, TimeMs now) {
    SEGPAY_FAILPOINT("claim.begin");
    const Prepared prepared{event, identity, now, to_record(event), boxed(event.password)};
    Claim claim = transact("claiming an event", [&] {
        Claim made = add_or_meet(prepared);
        SEGPAY_FAILPOINT("claim.before_commit");
        return made;
    });
    SEGPAY_FAILPOINT("claim.after_commit");
    if (claim.outcome == Claim::Outcome::queued) note_follower(event.purchase_id);
    if (claim.entry && !claim.entry->event) { // it is new
        claim.entry->event = event;
        claim.entry->event->key = claim.key;
    }
    return claim;
}

Claim SqliteLedger::add_or_meet(const Prepared& prepared) {
    const auto& [event, identity, now, record, password] = prepared;
    const std::optional<Purchase> known = find_purchase(writer_, event.purchase_id);
    Purchase memory = known.value_or(Purchase());
    memory.id = event.purchase_id;
    memory.state = advanced(memory.state, identity);

    Claim claim;
    claim.key = key_of(identity, memory.state);
    const bool is_first = !has_queue(event.purchase_id);
    const TimeMs lease_end = now + TimeMs{lease_ms_};
    NewEntry entry;
    entry.key = claim.key;
    entry.event = &event;
    entry.record = record;
    entry.password = password;
    entry.now = now;
    if (is_first) {
        entry.attempts = 1;
        entry.next_attempt_at_ms = lease_end;
        entry.lease_until_ms = lease_end;
    }
    if (!insert_entry(writer_, entry)) return meet_again(event, std::move(claim), now);

    claim.outcome = is_first ? Claim::Outcome::leased : Claim::Outcome::queued;
    if (is_first) {
        claim.entry.emplace();
        claim.entry->sequence = static_cast<std::uint64_t>(writer_.last_row());
        claim.entry->key = claim.key;
        claim.entry->attempts = entry.attempts;
        claim.entry->received_at_ms = claim.entry->changed_at_ms = now;
        claim.entry->next_attempt_at_ms = lease_end;
    }
    memory = learned(std::move(memory), event);
    if (!memory.id.empty() && memory != known) write_purchase(writer_, memory);
    return claim;
}

// The key was there before.
Claim SqliteLedger::meet_again(const Event& event, Claim claim, TimeMs now) {
    struct {
        std::int64_t sequence;
        EntryState state;
        Essence essence;
        bool is_first;
        TimeMs lease_until;
    } stored{};
    {
        SqliteQuery row = writer_.query(kFindByKey, claim.key);
        row.next();
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
        claim.entry = hand_out(stored.sequence, now);
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
std::optional<Entry> SqliteLedger::hand_out(std::int64_t sequence, TimeMs now) {
    writer_.change(kHandOut, sequence, now + TimeMs{lease_ms_});
    Entry entry;
    {
        SqliteQuery row = writer_.query(kReadBySequence, sequence);
        row.next();
        entry = read_entry(row, box());
    }
    if (entry.event) return entry;
    bury(std::move(entry), now);
    return std::nullopt;
}

void SqliteLedger::bury(Entry entry, TimeMs now) {
    tell_damage(entry);
    writer_.change(kSettle, entry.sequence, entry.attempts, number(EntryState::dead_letter),
                   entry.message, std::nullopt, now);
    call_up_next(entry.sequence, now);
}

void SqliteLedger::note_follower(const std::string& purchase) {
    const std::lock_guard lock(followed_mutex_);
    if (followed_.size() >= kMaxFollowed) followed_.clear();
    followed_.insert(purchase);
}

bool SqliteLedger::forget_follower(const std::string& purchase) {
    const std::lock_guard lock(followed_mutex_);
    return followed_.erase(purchase) > 0;
}

// Whether anything of the purchase is pending; asked first, because mostly nothing is.
bool SqliteLedger::has_queue(std::string_view purchase_id) {
    return find(writer_, kFindQueued, purchase_id).has_value();
}

// After an entry left its queue: the first of those that are left can be handed out.
void SqliteLedger::call_up_next(std::uint64_t after, TimeMs now) {
    writer_.change(kCallUp, after, now);
}

// Inside a transaction: what was said of a handing out. False: the lease was lost.
bool SqliteLedger::write_mark(const Mark& mark) {
    const bool is_changed =
        writer_.change(kSettle, mark.sequence, mark.attempts, number(mark.state), mark.message,
                       mark.next_attempt_at, mark.now);
    if (is_changed && mark.next_attempt_at) writer_.change(kGiveWay, mark.sequence);
    if (is_changed && (!mark.purchase || has_queue(*mark.purchase)))
        call_up_next(mark.sequence, mark.now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return is_changed;
}

bool SqliteLedger::settle(const Entry& entry, const Settlement& settlement, TimeMs now) {
    using Verdict = Settlement::Verdict;
    SEGPAY_FAILPOINT("settle.begin");
    Mark mark(entry, now);
    mark.state = kVerdictStates[static_cast<std::size_t>(settlement.verdict)];
    if (settlement.verdict != Verdict::applied) mark.message = settlement.message;
    if (settlement.verdict == Verdict::retry)
        mark.next_attempt_at = std::max(settlement.next_attempt_at_ms, now);
    const bool is_ours = transact("settling an event", [&] { return write_mark(mark); });
    SEGPAY_FAILPOINT("settle.after_commit");
    if (mark.purchase) (void)forget_follower(*mark.purchase); // whoever settles looks himself
    return is_ours;
}

bool SqliteLedger::settle_later(const Entry& entry, TimeMs now) {
    SEGPAY_FAILPOINT("later.begin");
    if (forget_follower(entry.event->purchase_id)) return false;
    try {
        commits_.commit_later([this, mark = Mark(entry, now)] { (void)write_mark(mark); });
    } catch (const std::runtime_error&) { // then it will be delivered again
    }
    SEGPAY_FAILPOINT("later.end");
    return true;
}

void SqliteLedger::flush() {
    guarded("settling events", [&] { commits_.flush(); });
}

bool SqliteLedger::give_back(const Entry& entry, TimeMs now) {
    return transact("giving an event back", [&] {
        return writer_.change(kGiveBack, entry.sequence, entry.attempts, now) == 1;
    });
}

std::optional<Entry> SqliteLedger::take_next(std::string_view purchase_id, TimeMs now) {
    return take(now, kFindNext, purchase_id, now);
}

std::optional<Entry> SqliteLedger::take_due(TimeMs now) { return take(now, kFindDue, now); }

template <class... Values>
std::optional<Entry> SqliteLedger::take(TimeMs now, std::string_view find_sql,
                                        const Values&... values) {
    flush();
    // Looks before it locks out other writers; what counts is the second look.
    const char* operation = "handing out an event";
    const bool is_there = read(operation, [&](SqliteConnection& connection) {
        return find(connection, find_sql, values...).has_value();
    });
    if (!is_there) return std::nullopt;
    std::optional<Entry> entry = transact(operation, [&]() -> std::optional<Entry> {
        std::optional<Entry> taken;
        while (const auto sequence = find(writer_, find_sql, values...))
            if ((taken = hand_out(*sequence, now))) break;
        SEGPAY_FAILPOINT("take.before_commit");
        return taken;
    });
    SEGPAY_FAILPOINT("take.after_commit");
    return entry;
}

Waiting SqliteLedger::waiting() {
    flush();
    return read("counting what waits", [](SqliteConnection& connection) {
        Waiting waiting;
        waiting.pending = static_cast<std::uint64_t>(connection.integer(kCountPending));
        waiting.next_attempt_at_ms = connection.integer(kFirstDue);
        return waiting;
    });
}

std::optional<Purchase> SqliteLedger::purchase(std::string_view id) {
    return read("reading a purchase",
                [&](SqliteConnection& connection) { return find_purchase(connection, id); });
}

std::vector<Purchase> SqliteLedger::purchases_of(std::string_view member_id, std::uint32_t limit) {
    return read("reading the purchases of a member", [&](SqliteConnection& connection) {
        std::vector<Purchase> found;
        const std::int64_t size = limit ? std::int64_t{limit} : -1;
        SqliteQuery rows = connection.query(kPurchasesOf, member_id, size);
        while (rows.next())
            found.push_back(read_purchase(rows));
        return found;
    });
}

std::optional<Event> SqliteLedger::transaction(std::string_view id) {
    const std::string stem = transaction_stem(id);
    return read("reading a transaction", [&](SqliteConnection& connection) -> std::optional<Event> {
        SqliteQuery row = connection.query(kReadByStem, stem, stem + "~");
        while (row.next()) {
            Entry entry = read_entry(row, nullptr);
            if (entry.event && entry.event->approved == true) return std::move(entry.event);
        }
        return std::nullopt;
    });
}

bool SqliteLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<Blob> password = boxed(request.password);
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
        const bool is_new = insert_entry(writer_, entry);
        if (is_new && request.event) hold_purchase(request);
        return is_new;
    });
}

void SqliteLedger::hold_purchase(const KeptRequest& request) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    Purchase memory = find_purchase(writer_, id).value_or(Purchase());
    if (!holds(memory, request)) return;
    memory.id = id;
    memory.held_by = request.key;
    write_purchase(writer_, memory);
}

void SqliteLedger::entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) {
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

std::vector<Entry> SqliteLedger::slice(const EntryQuery& query, std::optional<std::uint64_t> bound,
                                       std::uint64_t size) {
    return read("listing entries", [&](SqliteConnection& connection) {
        std::vector<Entry> found;
        SqliteQuery rows = connection.query(slice_sql(query, bound.has_value()), bound,
                                            query.states, query.purchase_id, query.member_id, size);
        while (rows.next())
            found.push_back(read_entry(rows, nullptr));
        return found;
    });
}

std::optional<Entry> SqliteLedger::entry(std::string_view key) {
    flush();
    return read("reading an entry",
                [&](SqliteConnection& connection) { return find_entry(connection, key, box()); });
}

bool SqliteLedger::revive(std::string_view key, std::string_view by, TimeMs now) {
    return transact("reviving a dead letter", [&] {
        const std::optional<Entry> entry = find_entry(writer_, key, box());
        if (!entry || !entry->event) return false;
        const std::optional<std::int64_t> sequence = find(writer_, kRevive, key, by, now);
        if (!sequence) return false;
        writer_.change(kStepBack, *sequence, now);
        call_up_next(static_cast<std::uint64_t>(*sequence), now);
        return true;
    });
}

bool SqliteLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    return transact("closing an entry",
                    [&] { return writer_.change(kClose, key, number(to), by, now) == 1; });
}

std::optional<Blob> SqliteLedger::boxed(const Secret& password) const {
    if (!box_ || password.is_empty()) return std::nullopt;
    return Blob{box_->close(password.reveal())};
}

// SQLite's own words are the same whatever is wrong with the folder.
std::string folder_complaint(const std::string& path) {
    std::string folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return "";
    return "; folder " + folder + ": " + std::strerror(errno) +
           ", but it must be writable, because two more files are kept beside the ledger";
}

} // namespace

std::unique_ptr<Ledger> open_sqlite_ledger(const LedgerSettings& settings) {
    if (settings.path.empty()) // SQLite would make a database that ends with the connection
        throw LedgerError("ledger: no path; name a file, or \":memory:\"");
    try {
        return std::make_unique<SqliteLedger>(settings);
    } catch (const SqliteError& error) {
        throw LedgerError("ledger " + settings.path + ": opening: " + error.what() +
                          folder_complaint(settings.path));
    }
}

} // namespace segpay
