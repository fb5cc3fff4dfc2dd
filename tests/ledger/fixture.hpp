// Shared by the ledger's tests: a folder that ends with the test, events as postbacks are
// translated into them, and child processes.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"
#include "mariadb/databases.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace segpay::test {

constexpr TimeMs kNow = 1'800'000'000'000;
constexpr std::uint32_t kLeaseMs = 30'000;

class TemporaryFolder {
public:
    TemporaryFolder() {
        static std::atomic<int> count{0};
        path_ = std::filesystem::temp_directory_path() /
                ("segpay-ledger-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
        std::filesystem::create_directories(path_);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
        if (owner_ == ::getpid()) testing::drop_databases_of(path_);
    }
    std::string file(const std::string& name = "ledger.sqlite") const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

private:
    const pid_t owner_ = ::getpid(); // a child that dies has nothing to clean up
    std::filesystem::path path_;
};

inline std::unique_ptr<Ledger> open(const std::string& path, std::string_view key = {}) {
    LedgerSettings settings;
    settings.path = path;
    settings.lease_ms = kLeaseMs;
    settings.password_key = Secret(key);
    return testing::open_for_test(settings);
}

// Changes a table of the ledger through another connection.
inline void meddle(const std::string& path, std::string sql) {
    if (testing::is_on_mariadb())
        testing::run_on_mariadb(testing::database_for(path),
                                sql.replace(sql.find("entries"), 0, "segpay_"));
    else
        SqliteConnection(path, 1000).execute(sql.c_str());
}

// An event and its identity, as a postback is translated into both.
struct Fact {
    Event event;
    Identity identity;
};

inline Fact transaction(std::string_view purchase, std::string_view id,
                        EventKind kind = EventKind::join, std::int64_t minor = 2995,
                        std::string_view currency = "USD", bool approved = true) {
    Fact fact;
    fact.event.kind = kind;
    fact.event.purchase_id = purchase;
    fact.event.transaction_id = id;
    fact.event.amount = Money{minor, *Currency::from_code(currency)};
    fact.event.approved = approved;
    fact.identity.key_prefix =
        "segpay/" + std::string(id) + "/" + std::string(kind_name(kind)) + (approved ? "/1" : "/0");
    if (kind == EventKind::reactivation) fact.identity.access = fact.identity.renewal = Change::on;
    return fact;
}

inline Fact member(std::string_view purchase, EventKind kind) {
    Fact fact;
    fact.event.kind = kind;
    fact.event.purchase_id = purchase;
    fact.identity.key_prefix =
        "segpay/" + std::string(purchase) + "/" + std::string(kind_name(kind));
    fact.identity.has_epoch = true;
    switch (kind) {
        case EventKind::member_enable:
            fact.identity.access = Change::on;
            break;
        case EventKind::member_disable:
            fact.identity.access = Change::off;
            break;
        case EventKind::member_cancel:
            fact.identity.renewal = Change::off;
            break;
        default:
            fact.identity.access = fact.identity.renewal = Change::on;
    }
    return fact;
}

inline Claim claim(Ledger& ledger, const Fact& fact, TimeMs now = kNow) {
    return ledger.claim(fact.event, fact.identity, now);
}

inline Settlement applied() { return {}; }

inline Settlement retry_at(TimeMs time, std::string message = "not now") {
    return {Settlement::Verdict::retry, std::move(message), time};
}

inline Settlement refused(std::string message = "no such member") {
    return {Settlement::Verdict::refused, std::move(message), 0};
}

inline std::string_view outcome_name(Claim::Outcome outcome) {
    constexpr std::string_view kNames[] = {"leased",    "queued",      "in_flight",
                                           "duplicate", "dead_letter", "conflict"};
    return kNames[static_cast<std::size_t>(outcome)];
}

// The outcome of a decision.
inline bool is_dismissed(Ledger& ledger, std::string_view key, TimeMs now = kNow,
                         std::string_view by = "ann") {
    return ledger.dismiss(key, by, now).outcome == Decision::Outcome::done;
}
inline bool is_released(Ledger& ledger, std::string_view key, const Fact& fact, TimeMs now = kNow,
                        std::string_view by = "ann") {
    return ledger.release(key, {fact.event, fact.identity}, by, now).outcome ==
           Decision::Outcome::done;
}

// A ledger without a file.
struct InMemory {
    std::unique_ptr<Ledger> ledger = open(":memory:");
};

inline void answer(Ledger& ledger, std::string_view purchase_id, std::string_view key) {
    const Answered answered{std::string(purchase_id), std::string(key)};
    ledger.answered({&answered, 1});
}

// Claims an event and, when it is leased, settles it; returns the outcome.
inline std::string_view deliver(Ledger& ledger, const Fact& fact, TimeMs now = kNow) {
    const Claim made = claim(ledger, fact, now);
    if (made.entry && !ledger.settle(*made.entry, applied(), now)) return "lost";
    if (made.is_outstanding) answer(ledger, fact.event.purchase_id, made.key);
    return outcome_name(made.outcome);
}

inline std::string_view outcome(Ledger& ledger, const Fact& fact, TimeMs now = kNow) {
    return outcome_name(claim(ledger, fact, now).outcome);
}

inline EntryState state_of(Ledger& ledger, std::string_view key) {
    return ledger.entry(key)->state;
}

inline std::vector<std::string> keys(Ledger& ledger, const EntryQuery& query) {
    std::vector<std::string> found;
    ledger.entries(query, [&](const Entry& entry) {
        found.push_back(entry.key);
        return true;
    });
    return found;
}

inline KeptRequest kept(std::string key, EntryState state = EntryState::quarantined) {
    KeptRequest request;
    request.key = std::move(key);
    request.state = state;
    request.request = "trantype=sale&password=***";
    request.message = "sender 192.0.2.1 is not listed";
    return request;
}

constexpr std::uint32_t bit(EntryState state) { return 1u << static_cast<unsigned>(state); }

// Every byte of the ledger's files: the database, its log and its index of the log.
inline std::string bytes_of_folder(const std::filesystem::path& folder) {
    std::string bytes;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        std::ifstream stream(file.path(), std::ios::binary);
        bytes.append(std::istreambuf_iterator<char>(stream), {});
    }
    return bytes;
}

// A child process that runs `work` and ends at once, without destructors, as a crash does. said()
// returns the result of `work`, or its exception's text.
class Child {
public:
    explicit Child(const std::function<std::string()>& work) {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error("pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            std::string said;
            try {
                said = work();
            } catch (const std::exception& error) {
                said = error.what();
            }
            for (std::size_t sent = 0; sent < said.size();) {
                const ssize_t part = ::write(ends[1], said.data() + sent, said.size() - sent);
                if (part <= 0) break;
                sent += static_cast<std::size_t>(part);
            }
            ::_exit(0);
        }
        ::close(ends[1]);
        end_ = ends[0];
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) wait();
        ::close(end_);
    }

    std::string said() {
        std::string text;
        char part[4096];
        for (ssize_t size; (size = ::read(end_, part, sizeof part)) > 0;)
            text.append(part, static_cast<std::size_t>(size));
        return text;
    }
    // The exit status, as of waitpid.
    int wait() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        return status;
    }

private:
    pid_t pid_ = 0;
    int end_ = -1;
};

} // namespace segpay::test
