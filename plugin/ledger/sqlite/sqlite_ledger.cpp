// The steps, and how they are run.
#include "ledger/sqlite/sqlite_ledger.hpp"

#include "ledger/failpoint.hpp"
#include "ledger/sqlite/sqlite_schema.hpp"
#include "ledger/sqlite/sqlite_statements.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace segpay {

namespace {

constexpr int kReadTimeoutMs = 5'000;
constexpr std::int64_t kPurgeSlice = 500; // entries

} // namespace

SqliteLedger::SqliteLedger(const LedgerSettings& settings)
    : StoredLedger(settings),
      name_("ledger " + settings.path),
      is_in_memory_(settings.path == kInMemory),
      writer_(settings.path, is_in_memory_),
      db_(writer_.connection()),
      reading_(db_) {
    prepare_ledger_file(db_, settings.path);
    if (!is_in_memory_) writer_.watch_file();
}

SqliteLedger::~SqliteLedger() {
    try {
        flush();
    } catch (...) { // for want of memory, too; then it will be delivered again
    }
}

// ---- Transactions -------------------------------------------------------------------------------

template <class Work>
auto SqliteLedger::guarded(const char* operation, const Work& work) {
    return guarded_from<SqliteError>(name_, operation, work);
}

void SqliteLedger::transact(const char* operation, const std::function<void()>& work) {
    guarded(operation, [&] { writer_.transact(work); });
}

void SqliteLedger::commit_claims(std::vector<ClaimToMake> claims) {
    transact("claiming events", [&] { make_claims(claims); });
}

bool SqliteLedger::write_mark(const Mark& mark) {
    const Mark* const marks[] = {&mark};
    return mark.is_retry() ? write_retry(mark) : write_last_marks(marks);
}

void SqliteLedger::commit_mark(const Mark& mark, bool& was_leased) {
    transact("settling an event", [&] { was_leased = write_mark(mark); });
}

void SqliteLedger::commit_later(Mark mark) {
    writer_.later([this, mark = std::move(mark)] { (void)write_mark(mark); });
}

void SqliteLedger::flush() {
    guarded("settling events", [&] { writer_.flush(); });
}

// ---- Readers ------------------------------------------------------------------------------------

// A connection that only reads, for as long as this lives. It never waits for a commit.
class SqliteLedger::Lent {
public:
    explicit Lent(SqliteLedger& ledger) : readers_(ledger.readers_) {
        ledger.writer_.check_file();
        connection_ = readers_.take();
        if (connection_) return;
        connection_ = std::make_unique<SqliteConnection>(ledger.db_.path(), kReadTimeoutMs,
                                                         SqliteConnection::Missing::is_an_error);
        connection_->execute("PRAGMA query_only=ON");
    }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() {
        // One that could not end its transaction would read the same snapshot for ever.
        if (!connection_->is_in_transaction()) readers_.give_back(std::move(connection_));
    }

    SqliteConnection& operator*() const { return *connection_; }

private:
    Pool<SqliteConnection>& readers_;
    std::unique_ptr<SqliteConnection> connection_;
};

void SqliteLedger::read(const char* operation, const std::function<void(Reading&)>& work) {
    if (is_in_memory_) return transact(operation, [&] { work(reading_); });
    guarded(operation, [&] {
        const Lent connection(*this);
        SqliteReading reading(*connection);
        work(reading);
    });
}

// A transaction that only reads: SQLite finds out once what has changed, not at each question.
class SqliteLedger::Snapshot final : public Lookup {
public:
    explicit Snapshot(SqliteLedger& ledger)
        : ledger_(ledger), connection_(ledger), reading_(*connection_) {
        (*connection_).change("BEGIN");
    }
    ~Snapshot() override {
        try {
            (*connection_).change("COMMIT");
        } catch (const SqliteError&) { // then the connection is not used again
        }
    }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    std::optional<Purchase> purchase(std::string_view id) override {
        return ledger_.guarded("reading a purchase", [&] { return reading_.purchase(id); });
    }
    std::optional<Event> transaction(std::string_view id) override {
        return ledger_.guarded("reading a transaction", [&] { return reading_.transaction(id); });
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        return ledger_.guarded("reading the purchases with a user name",
                               [&] { return reading_.purchases_named(username, limit); });
    }

private:
    SqliteLedger& ledger_;
    Lent connection_;
    SqliteReading reading_;
};

std::unique_ptr<Lookup> SqliteLedger::snapshot() {
    if (is_in_memory_) return Ledger::snapshot();
    return guarded("reading", [&] { return std::make_unique<Snapshot>(*this); });
}

// ---- Claims -------------------------------------------------------------------------------------

ByKey<StoredPurchase> SqliteLedger::lock_purchases(const Keys& ids) {
    ByKey<StoredPurchase> found;
    for (const std::string_view id : ids)
        if (std::optional<Purchase> purchase = reading_.purchase(id))
            found.emplace(id, StoredPurchase{*purchase, *purchase, 1});
    return found;
}

void SqliteLedger::write_purchases(std::span<const StoredPurchase> purchases) {
    for (const auto& [purchase, before, version] : purchases)
        if (version == 0)
            write_purchase(db_, nullptr, purchase);
        else if (purchase != before)
            write_purchase(db_, &before, purchase);
}

ByKey<StoredEntry> SqliteLedger::stored_entries(const Keys& keys) {
    ByKey<StoredEntry> found;
    for (const std::string_view key : keys) {
        SqliteQuery row = db_.query(kFindStored, key);
        if (row.next()) found.emplace(key, read_stored_entry(row));
    }
    return found;
}

KeySet SqliteLedger::with_queue(const Keys& purchases) {
    KeySet found;
    for (const std::string_view purchase : purchases)
        if (db_.query(kFindQueued, purchase).next()) found.emplace(purchase);
    return found;
}

void SqliteLedger::insert_entries(std::span<NewEntry> entries) {
    for (NewEntry& entry : entries)
        insert_entry(db_, entry);
}

// ---- Leases and marks ---------------------------------------------------------------------------

void SqliteLedger::lease(std::int64_t sequence, const std::string& purchase_id, bool /*is_due*/,
                         TimeMs now) {
    db_.change(kLease, purchase_id, sequence, now + lease_ms());
}

bool SqliteLedger::end_lease(const Mark& mark) {
    return db_.change(kEndLease, mark.purchase_id, mark.sequence, mark.attempts, mark.now) == 1;
}

void SqliteLedger::drop_from_queue(const Place& place) {
    db_.change(kDropFromQueue, place.purchase_id, place.sequence);
}

bool SqliteLedger::leave_queue(std::span<const Mark* const> marks) {
    for (const Mark* mark : marks)
        if (db_.change(kLeaveQueue, mark->purchase_id, mark->sequence, mark->attempts) != 1)
            return false;
    return true;
}

void SqliteLedger::write_outcomes(std::span<const Mark* const> marks) {
    for (const Mark* mark : marks) {
        if (mark->says_more_than_settled())
            db_.change(kWriteOutcome, mark->sequence, static_cast<std::int64_t>(mark->state),
                       mark->attempts, mark->message, mark->now);
        if (mark->state == EntryState::settled) db_.change(kForgetPassword, mark->sequence);
    }
}

bool SqliteLedger::stay_in_queue(const Mark& mark) {
    if (db_.change(kStayInQueue, mark.purchase_id, mark.sequence, mark.attempts,
                   mark.next_attempt_at) != 1)
        return false;
    db_.change(kSetMessage, mark.sequence, mark.message);
    return true;
}

void SqliteLedger::promote_next(const std::string& purchase_id, TimeMs now) {
    db_.change(kPromote, purchase_id, now);
}

// ---- Decisions ----------------------------------------------------------------------------------

bool SqliteLedger::requeue_entry(const Entry& entry, std::string_view by, std::optional<TimeMs> due,
                                 TimeMs now) {
    if (db_.change(kRequeueEntry, entry.key, by, now) != 1) return false;
    db_.change(kRequeue, entry.sequence, due);
    return true;
}

void SqliteLedger::step_back(const std::string& purchase_id, TimeMs now) {
    db_.change(kStepBack, purchase_id, now);
}

std::optional<Entry> SqliteLedger::lock_entry(std::string_view key) {
    return reading_.entry(key, nullptr);
}

std::vector<Entry> SqliteLedger::kept_for(const std::string& purchase_id) {
    std::vector<Entry> kept;
    SqliteQuery rows = db_.query(kKeptFor, purchase_id);
    while (rows.next())
        kept.push_back(read_entry(rows, box()));
    return kept;
}

void SqliteLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    db_.change(kClose, key, static_cast<std::int64_t>(to), by, now);
}

bool SqliteLedger::add_notice(std::string_view what, TimeMs now) {
    return db_.change(kAddNotice, what, now) == 1;
}

// ---- Purge --------------------------------------------------------------------------------------

namespace {

std::vector<std::int64_t> find_old(SqliteConnection& connection, TimeMs before) {
    std::vector<std::int64_t> old;
    SqliteQuery rows = connection.query(kFindOld, before, kPurgeSlice);
    while (rows.next())
        old.push_back(rows.integer(0));
    return old;
}

} // namespace

bool SqliteLedger::purge(std::optional<TimeMs> purge_before) {
    if (!purge_before) return false;
    const char* operation = "purging old entries";
    // Mostly there is nothing, and a reader does not wait; what counts is the second query.
    const bool is_any = is_in_memory_ || guarded(operation, [&] {
                            return !find_old(*Lent(*this), *purge_before).empty();
                        });
    if (!is_any) return false;
    std::size_t count = 0;
    transact(operation, [&] {
        const std::vector<std::int64_t> old = find_old(db_, *purge_before);
        for (const std::int64_t sequence : old)
            db_.change(kPurge, sequence);
        count = old.size();
    });
    return count != 0;
}

// ---- Opening ------------------------------------------------------------------------------------

namespace {

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
