// Transactions, readings and upkeep of the MariaDB ledger.
#include "ledger/mariadb/mysql_ledger.hpp"

#include "ledger/failpoint.hpp"
#include "ledger/mariadb/mysql_reading.hpp"
#include "ledger/mariadb/mysql_schema.hpp"
#include "ledger/mariadb/mysql_statements.hpp"

#include <algorithm>

namespace segpay {

namespace mysql {

namespace {

constexpr std::size_t kMaxWaiting = 1'024;  // threads
constexpr std::uint32_t kSliceEntries = 64; // read at once when listing
constexpr std::int64_t kForgetSlice = 500;  // entries
constexpr std::array kForgettable = {EntryState::settled, EntryState::dismissed,
                                     EntryState::released};

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

} // namespace

MysqlLedger::MysqlLedger(const LedgerSettings& settings)
    : servers_(settings.mysql.value()),
      name_("ledger in " + servers_.name()),
      lease_ms_(settings.lease_ms),
      repeat_window_ms_(settings.repeat_window_ms),
      writer_(servers_, prepared_session()),
      readers_(servers_),
      commits_(
          [this](GroupCommit::Operations operations) { return run_together(operations), true; },
          [] {}, // a commit is durable by itself
          kMaxWaiting, kMysqlTime) {
    if (!settings.password_key.is_empty()) box_.emplace(settings.password_key);
}

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
    if (!gathered_.marks.empty()) write_marks(std::exchange(gathered_.marks, {}));
    if (!gathered_.claims.empty()) write_claims(std::exchange(gathered_.claims, {}));
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
    return read("reading a purchase",
                [&](MysqlConnection& connection) { return find_purchase(connection, id); });
}

std::vector<Purchase> MysqlLedger::purchases_of(std::string_view member_id, std::uint32_t limit) {
    return read("reading the purchases of a member", [&](MysqlConnection& connection) {
        return find_purchases(connection, kPurchasesOf, member_id, limit);
    });
}

std::vector<Purchase> MysqlLedger::purchases_named(std::string_view username, std::uint32_t limit) {
    return read("reading the purchases with a user name", [&](MysqlConnection& connection) {
        return find_purchases(connection, kPurchasesNamed, username, limit);
    });
}

std::optional<Event> MysqlLedger::transaction(std::string_view id) {
    return read("reading a transaction",
                [&](MysqlConnection& connection) { return find_transaction(connection, id); });
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

} // namespace mysql

std::unique_ptr<Ledger> open_mysql_ledger(const LedgerSettings& settings) {
    return std::make_unique<mysql::MysqlLedger>(settings);
}

} // namespace segpay
