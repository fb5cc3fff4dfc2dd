// Opening; what is asked; upkeep.
#include "ledger/sqlite/sqlite_ledger.hpp"

#include "ledger/failpoint.hpp"
#include "ledger/sqlite/sqlite_listing.hpp"
#include "ledger/sqlite/sqlite_reading.hpp"
#include "ledger/sqlite/sqlite_schema.hpp"
#include "ledger/sqlite/sqlite_statements.hpp"
#include "ledger/sqlite/sqlite_upkeep.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace segpay {

namespace {

constexpr int kReadTimeoutMs = 5'000;

} // namespace

SqliteLedger::SqliteLedger(const LedgerSettings& settings)
    : name_("ledger " + settings.path),
      lease_ms_(settings.lease_ms),
      repeat_window_ms_(settings.repeat_window_ms),
      writer_(settings.path, settings.path == kInMemory),
      db_(writer_.connection()) {
    prepare_ledger_file(db_, settings.path);
    if (settings.path != kInMemory) readers_.emplace(settings.path, kReadTimeoutMs);
    if (!settings.password_key.is_empty()) box_.emplace(settings.password_key);
    writer_.enclose_with([this](bool is_as_left) { handed_out_.read(db_, is_as_left); },
                         [this] { handed_out_.write(db_); });
}

SqliteLedger::~SqliteLedger() {
    try {
        flush();
    } catch (...) { // for want of memory, too; then it will be delivered again
    }
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
        return find_purchases(connection, kPurchasesOf, member_id, limit);
    });
}

std::vector<Purchase> SqliteLedger::purchases_named(std::string_view username,
                                                    std::uint32_t limit) {
    return read("reading the purchases with a user name", [&](SqliteConnection& connection) {
        return find_purchases(connection, kPurchasesNamed, username, limit);
    });
}

std::optional<Event> SqliteLedger::transaction(std::string_view id) {
    return read("reading a transaction",
                [&](SqliteConnection& connection) { return find_transaction(connection, id); });
}

// A transaction that only reads: SQLite finds out once what has changed, not at each question.
class SqliteLedger::Snapshot final : public Lookup {
public:
    explicit Snapshot(SqliteLedger& ledger) : ledger_(ledger), connection_(*ledger.readers_) {
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
        return ledger_.guarded("reading a purchase",
                               [&] { return find_purchase(*connection_, id); });
    }
    std::optional<Event> transaction(std::string_view id) override {
        return ledger_.guarded("reading a transaction",
                               [&] { return find_transaction(*connection_, id); });
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        return ledger_.guarded("reading the purchases with a user name", [&] {
            return find_purchases(*connection_, kPurchasesNamed, username, limit);
        });
    }

private:
    SqliteLedger& ledger_;
    SqliteReaders::Lent connection_;
};

std::unique_ptr<Lookup> SqliteLedger::look() {
    if (!readers_) return Ledger::look();
    return guarded("reading", [&] { return std::make_unique<Snapshot>(*this); });
}

void SqliteLedger::entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) {
    queue_all();
    SqliteListing listing(query);
    while (!listing.is_over()) {
        const std::vector<Entry> found = read("listing entries", [&](SqliteConnection& connection) {
            return listing.next(connection);
        });
        for (const Entry& entry : found)
            if (!each(entry)) return;
    }
}

// Whoever looks at entries sees what is on its way, too.
void SqliteLedger::queue_all() {
    flush();
    const char* operation = "looking for what is handed out";
    const bool is_any = read(operation, [](SqliteConnection& connection) {
        return connection.integer(kIsHandedOut) != 0;
    });
    if (is_any) transact(operation, [&] { return handed_out_.move_all(db_); });
}

bool SqliteLedger::tidy(std::optional<TimeMs> forget_before) {
    const char* operation = "tidying up";
    const auto is_due = [&](SqliteConnection& connection) {
        return is_upkeep_due(connection, forget_before);
    };
    if (!read(operation, is_due)) return false;
    SEGPAY_FAILPOINT("tidy.begin");
    transact(operation, [&] {
        index_some(db_);
        if (forget_before) handed_out_.move_all(db_); // what is on its way is not forgotten
        if (forget_before) forget_some(db_, *forget_before);
        SEGPAY_FAILPOINT("tidy.before_commit");
        return true;
    });
    SEGPAY_FAILPOINT("tidy.after_commit");
    return true;
}

std::optional<Entry> SqliteLedger::entry(std::string_view key) {
    queue_all();
    return read("reading an entry",
                [&](SqliteConnection& connection) { return find_entry(connection, key, box()); });
}

std::optional<Blob> SqliteLedger::boxed(const Secret& password) const {
    if (!box_ || password.is_empty()) return std::nullopt;
    return Blob{box_->close(password.reveal())};
}

namespace {

// SQLite's own words are the same whatever is wrong with the folder.
std::string folder_complaint(const std::string& path) {
    std::string folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return "";
    return "; folder " + folder + ": " + std::strerror(errno) +
           ", but it must be writable, because three more files are kept beside the ledger";
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
