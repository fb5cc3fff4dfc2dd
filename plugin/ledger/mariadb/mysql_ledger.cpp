// The steps, and how they are run.
#include "ledger/mariadb/mysql_ledger.hpp"

#include "ledger/failpoint.hpp"
#include "ledger/mariadb/mysql_schema.hpp"
#include "ledger/mariadb/mysql_sets.hpp"
#include "ledger/mariadb/mysql_statements.hpp"

#include <iterator>
#include <utility>

namespace segpay {

namespace mysql {

namespace {

constexpr std::size_t kMaxWaiting = 1'024; // threads
constexpr std::int64_t kPurgeSlice = 500;  // entries

constexpr std::int64_t number(EntryState state) { return static_cast<std::int64_t>(state); }

} // namespace

template <class Work>
auto MysqlLedger::guarded(const char* operation, const Work& work) {
    return guarded_from<MysqlError>(name_, operation, work);
}

MysqlLedger::MysqlLedger(const LedgerSettings& settings)
    : StoredLedger(settings),
      servers_(settings.mysql.value()),
      name_("ledger in " + servers_.name()),
      writer_(servers_, prepared_session()),
      readers_(servers_),
      commits_(
          [this](GroupCommit::Operations operations) { return run_together(operations), true; },
          [] {}, // a commit is durable by itself
          kMaxWaiting, kMysqlTime) {}

MysqlLedger::~MysqlLedger() {
    try {
        flush();
    } catch (...) { // for want of memory, too; then it will be delivered again
    }
}

std::unique_ptr<MysqlSession> MysqlLedger::prepared_session() {
    return guarded("opening", [&] {
        std::unique_ptr<MysqlSession> session =
            servers_.open(MysqlConnection::Clock::time_point::max());
        prepare_ledger_tables(session->connection, servers_.database());
        return session;
    });
}

// ---- Transactions -------------------------------------------------------------------------------

void MysqlLedger::transact(const char* operation, const std::function<void()>& work) {
    GroupCommit::Operation shared([&] {
        do_gathered();
        work();
    });
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
    writer_.run(all, operations.front()->until(), operations.size() == 1);
}

void MysqlLedger::do_gathered() {
    if (!gathered_.marks.empty()) write_gathered_marks(std::exchange(gathered_.marks, {}));
    if (!gathered_.claims.empty()) make_claims(std::exchange(gathered_.claims, {}));
}

void MysqlLedger::write_gathered_marks(std::span<const GatheredMark> marks) {
    const auto note = [](const GatheredMark& each, bool was_leased) {
        if (each.was_leased) *each.was_leased = was_leased;
    };
    std::vector<const Mark*> all;
    for (const GatheredMark& each : marks)
        all.push_back(each.mark);
    if (gathered_.is_one_by_one) {
        for (std::size_t i = 0; i < marks.size(); ++i)
            note(marks[i], write_last_marks({&all[i], 1}));
        return;
    }
    const bool were_leased = write_last_marks(all);
    if (!were_leased && marks.size() > 1) {
        gathered_.is_one_by_one = true;
        throw MysqlError::conflict("a lease was lost");
    }
    for (const GatheredMark& each : marks)
        note(each, were_leased);
}

void MysqlLedger::commit_claims(std::vector<ClaimToMake> claims) {
    GroupCommit::Operation shared(
        [&] { gathered_.claims.insert(gathered_.claims.end(), claims.begin(), claims.end()); });
    guarded("claiming events", [&] { commits_.commit(shared); });
}

void MysqlLedger::commit_mark(const Mark& mark, bool& was_leased) {
    const char* operation = "settling an event";
    if (mark.is_retry()) return transact(operation, [&] { was_leased = write_retry(mark); });
    GroupCommit::Operation shared([&] { gathered_.marks.push_back({&mark, &was_leased}); });
    guarded(operation, [&] { commits_.commit(shared); });
}

void MysqlLedger::commit_later(Mark mark) {
    commits_.commit_later([this, mark = std::move(mark)] {
        gathered_.marks.push_back({&mark, nullptr});
    });
}

void MysqlLedger::flush() {
    guarded("settling events", [&] { commits_.flush(); });
}

void MysqlLedger::read(const char* operation, const std::function<void(Reading&)>& work) {
    guarded(operation, [&] {
        readers_.read([&](MysqlConnection& connection) {
            MysqlReading reading(connection);
            work(reading);
        });
    });
}

// ---- Claims -------------------------------------------------------------------------------------

// Other front ends on this server wait until this transaction is over. A row that is not there
// cannot be locked: then the front end that writes it second begins again.
ByKey<StoredPurchase> MysqlLedger::lock_purchases(const Keys& ids) {
    return locked_purchases(writer(), ids);
}

void MysqlLedger::write_purchases(std::span<const StoredPurchase> purchases) {
    mysql::write_purchases(writer(), purchases);
}

void MysqlLedger::touch_purchases(const Keys& ids) {
    if (!ids.empty())
        writer().change_all(kTouchPurchase, std::vector<MysqlValue>(ids.begin(), ids.end()));
}

ByKey<StoredEntry> MysqlLedger::stored_entries(const Keys& keys) {
    return mysql::stored_entries(writer(), keys);
}

KeySet MysqlLedger::with_queue(const Keys& purchases) {
    return mysql::with_queue(writer(), purchases);
}

// If one of them is there by now, everything is done again.
void MysqlLedger::insert_entries(std::span<NewEntry> entries) {
    mysql::insert_entries(writer(), entries);
    Keys keys;
    for (const NewEntry& entry : entries)
        keys.push_back(entry.key);
    const ByKey<StoredEntry> written = mysql::stored_entries(writer(), keys);
    for (NewEntry& entry : entries) {
        const auto found = written.find(entry.key);
        if (found == written.end()) throw MysqlError::conflict("the entry is not there any more");
        entry.sequence = found->second.sequence;
    }
    enqueue(writer(), entries, writer_.id());
}

// ---- Leases and marks ---------------------------------------------------------------------------

void MysqlLedger::lease(std::int64_t sequence, const std::string& /*purchase_id*/, bool is_due,
                        TimeMs now) {
    const TimeMs lease_end = now + lease_ms();
    if (writer().change(kLease, lease_end, lease_end, writer_.id(), sequence,
                        is_due ? now : INT64_MAX, now) != 1)
        throw MysqlError::conflict("another front end leased the event");
}

bool MysqlLedger::end_lease(const Mark& mark) {
    if (writer().change(kEndLease, mark.now, mark.sequence, mark.attempts, writer_.id()) != 1)
        return false;
    writer().change(kGiveWay, mark.sequence);
    return true;
}

void MysqlLedger::drop_from_queue(const Place& place) {
    writer().change(kDropFromQueue, place.sequence);
}

bool MysqlLedger::leave_queue(std::span<const Mark* const> marks) {
    std::vector<MysqlValue> rows;
    for (const Mark* mark : marks)
        add_row(rows, mark->sequence, mark->attempts, writer_.id());
    return writer().change_all(kLeaveQueue, rows) == std::ssize(marks);
}

void MysqlLedger::write_outcomes(std::span<const Mark* const> marks) {
    std::vector<MysqlValue> rows;
    for (const Mark* mark : marks)
        add_row(rows, number(mark->state), mark->message, mark->attempts, mark->now,
                number(mark->state), mark->sequence);
    writer().change_all(kWriteOutcome, rows);
}

bool MysqlLedger::stay_in_queue(const Mark& mark) {
    if (writer().change(kStayInQueue, mark.next_attempt_at, mark.sequence, mark.attempts,
                        writer_.id()) != 1)
        return false;
    writer().change(kSetMessage, mark.message, mark.sequence);
    writer().change(kGiveWay, mark.sequence);
    return true;
}

void MysqlLedger::promote_next(const std::string& purchase_id, TimeMs now) {
    std::optional<std::int64_t> first;
    {
        MysqlQuery row = writer().query(kFindHead, purchase_id);
        if (row.next() && row.is_null(1)) first = row.integer(0);
    }
    if (first) writer().change(kPromote, now, *first);
}

// ---- Decisions ----------------------------------------------------------------------------------

bool MysqlLedger::requeue_entry(const Entry& entry, std::string_view by, std::optional<TimeMs> due,
                                TimeMs now) {
    if (writer().change(kRequeueEntry, by, now, entry.key) != 1) return false;
    writer().change(kRequeue, due, entry.sequence);
    return true;
}

void MysqlLedger::step_back(const std::string& purchase_id, TimeMs now) {
    writer().change(kStepBack, purchase_id, now);
}

std::optional<Entry> MysqlLedger::lock_entry(std::string_view key) {
    std::optional<EntryState> state;
    {
        MysqlQuery row = writer().query(kLockEntry, key);
        if (row.next()) state = static_cast<EntryState>(row.integer(0));
    }
    if (!state) return std::nullopt;
    std::optional<Entry> entry = reading().entry(key, nullptr);
    if (entry) entry->state = *state;
    return entry;
}

// A front end that keeps more for it writes its row, too.
std::vector<Entry> MysqlLedger::kept_for(const std::string& purchase_id) {
    std::vector<Entry> kept;
    if (purchase_id.empty()) return kept;
    touch_purchases({purchase_id});
    MysqlQuery rows = writer().query(kKeptFor, purchase_id);
    while (rows.next())
        kept.push_back(read_entry(rows, box()));
    return kept;
}

void MysqlLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    writer().change(kClose, number(to), now, by, key, number(to), number(to));
}

bool MysqlLedger::add_notice(std::string_view what, TimeMs now) {
    return writer().change(kAddNotice, what, now) == 1;
}

// ---- Purge --------------------------------------------------------------------------------------

bool MysqlLedger::purge(std::optional<TimeMs> purge_before) {
    const char* operation = "purging old entries";
    std::vector<std::int64_t> dead;
    std::vector<MysqlValue> old;
    guarded(operation, [&] {
        readers_.read([&](MysqlConnection& connection) {
            dead = MysqlWriter::dead(connection);
            old.clear();
            if (!purge_before) return;
            MysqlQuery rows = connection.query(kFindOld, *purge_before, kPurgeSlice);
            while (rows.next())
                old.push_back(rows.integer(0));
        });
    });
    if (!dead.empty()) transact(operation, [&] { writer_.remove_dead(dead); });
    if (old.empty()) return false;
    transact(operation, [&] { writer().change_all(kPurge, old); });
    return true;
}

} // namespace mysql

std::unique_ptr<Ledger> open_mysql_ledger(const LedgerSettings& settings) {
    return std::make_unique<mysql::MysqlLedger>(settings);
}

} // namespace segpay
