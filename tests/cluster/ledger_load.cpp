// ledger_load: a front end without HTTP, for tests of a ledger that several of them share. Sends
// facts, each until it is acknowledged, as Segpay does; recovers due events; and writes a line for
// each step, for an oracle to judge. The line is also the effect of a delivery.
//
//     ledger_load --servers HOST:PORT,... [--keys FIRST LAST] [--threads N] [--lease-ms N]
//     [--later] ledger_load --servers HOST:PORT,... --list
//
// Without --keys it counts up from 1 until its standard input ends. A fact that was begun is sent
// until it is acknowledged. Lines: MILLISECONDS WHAT KEY MORE
//
//     open                         the ledger is open
//     deliver KEY ATTEMPT          the host is called; the line is its effect
//     settled KEY ATTEMPT          acknowledged: the mark is durable
//     later KEY ATTEMPT            acknowledged: the mark rides on the next commit (--later)
//     lost KEY ATTEMPT             the lease had ended; not acknowledged
//     duplicate KEY                acknowledged: settled before
//     in_flight KEY                not acknowledged
//     failed KEY TOOK CAUSE        not acknowledged: LedgerError, after TOOK milliseconds
//     entry KEY STATE ATTEMPTS     --list: what the ledger holds
//
// MILLISECONDS are of the machine's clock since it was started, the same in all processes.
#include "nodes.hpp"

#include "ledger/ledger.hpp"

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace segpay;

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPauseAfterFailure = 100ms;
constexpr auto kPauseInFlight = 20ms;
constexpr auto kPauseBetweenRecoveries = 200ms;
constexpr std::string_view kKeyBegin = "segpay/"; // of this program's claims
constexpr std::string_view kKeyEnd = "/join/1";

struct Options {
    LedgerSettings settings;
    std::uint64_t first = 1;
    std::uint64_t last = UINT64_MAX;
    std::uint64_t every_ms = 0; // 0: without a pause
    unsigned threads = 4;
    bool is_list = false;
    bool is_later = false;
};

std::vector<MysqlServer> servers_of(std::string_view text) {
    std::vector<MysqlServer> servers;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        const std::size_t colon = one.rfind(':');
        servers.push_back(
            test::node_at(std::string(one.substr(0, colon)), std::string(one.substr(colon + 1))));
    }
    return servers;
}

// Throws what std::stoul throws, and std::out_of_range for a missing value.
Options options_of(const std::vector<std::string>& words) {
    Options options;
    options.settings.lease_ms = 2'000;
    std::vector<MysqlServer> nodes;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--servers")
            nodes = servers_of(words.at(++i));
        else if (words[i] == "--threads")
            options.threads = unsigned(std::stoul(words.at(++i)));
        else if (words[i] == "--lease-ms")
            options.settings.lease_ms = std::uint32_t(std::stoul(words.at(++i)));
        else if (words[i] == "--keys") {
            options.first = std::stoull(words.at(++i));
            options.last = std::stoull(words.at(++i));
        } else if (words[i] == "--every")
            options.every_ms = std::stoull(words.at(++i));
        else if (words[i] == "--list")
            options.is_list = true;
        else if (words[i] == "--later")
            options.is_later = true;
        else
            throw std::invalid_argument("what is " + words[i] + "?");
    }
    options.settings.mysql = test::ledger_on(std::move(nodes));
    return options;
}

TimeMs wall_clock() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::int64_t ms_since(Clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
}

// One line, written at once: a process that is killed later has written it.
void write_line(const std::string& line) {
    static std::mutex mutex;
    const std::string whole = std::to_string(ms_since(Clock::time_point())) + " " + line + "\n";
    const std::lock_guard lock(mutex);
    if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::abort();
}

void write_failure(const std::string& key, Clock::time_point begin, const LedgerError& failure) {
    std::string cause = failure.what();
    std::replace(cause.begin(), cause.end(), '\n', ' ');
    write_line("failed " + key + " " + std::to_string(ms_since(begin)) + " " + cause);
}

std::unique_ptr<Ledger> opened(const Options& options) {
    while (true) {
        const auto begin = Clock::now();
        try {
            auto ledger = open_ledger(options.settings);
            write_line("open");
            return ledger;
        } catch (const LedgerError& failure) {
            write_failure("-", begin, failure);
            std::this_thread::sleep_for(kPauseAfterFailure);
        }
    }
}

std::string number_of(std::string_view key) {
    key.remove_prefix(kKeyBegin.size());
    return std::string(key.substr(0, key.size() - kKeyEnd.size()));
}

class FrontEnd {
public:
    explicit FrontEnd(const Options& options)
        : options_(options), ledger_(opened(options)), next_(options.first) {}

    void run() {
        std::vector<std::thread> senders;
        for (unsigned i = 0; i < options_.threads; ++i)
            senders.emplace_back([this] { send_all(); });
        std::thread recovery;
        if (options_.every_ms != 0) {
            recovery = std::thread([this] { recover(); });
            while (std::cin.get() != EOF) {
            }
            is_over_ = true;
        }
        for (std::thread& sender : senders)
            sender.join();
        is_done_ = true;
        if (recovery.joinable()) recovery.join();
    }

private:
    void send_all() {
        while (const std::uint64_t number = next()) {
            while (!send(std::to_string(number))) {
            }
        }
    }

    // The number of the next fact, when it is due; 0: there is none.
    std::uint64_t next() {
        if (options_.every_ms == 0) {
            const std::uint64_t number = next_++;
            return number <= options_.last ? number : 0;
        }
        while (!is_over_) {
            const auto now = std::uint64_t(ms_since(Clock::time_point())) / options_.every_ms;
            std::uint64_t last = next_;
            if (last < now && next_.compare_exchange_weak(last, now)) return now;
            std::this_thread::sleep_for(1ms);
        }
        return 0;
    }

    // Whether it was acknowledged.
    bool send(const std::string& key) {
        Event event;
        event.kind = EventKind::join;
        event.purchase_id = event.transaction_id = key;
        event.amount = Money{2995, *Currency::from_code("USD")};
        event.approved = true;
        Identity identity;
        identity.key_prefix = std::string(kKeyBegin) + key + std::string(kKeyEnd);
        const auto begin = Clock::now();
        try {
            const Claim claim = ledger_->claim(event, identity, wall_clock());
            if (claim.outcome == Claim::Outcome::leased) return deliver(*claim.entry);
            if (claim.outcome == Claim::Outcome::duplicate) {
                write_line("duplicate " + key);
                return true;
            }
            write_line("in_flight " + key);
            std::this_thread::sleep_for(kPauseInFlight);
        } catch (const LedgerError& failure) {
            write_failure(key, begin, failure);
            std::this_thread::sleep_for(kPauseAfterFailure);
        }
        return false;
    }

    bool deliver(const Entry& entry) {
        const std::string what = " " + number_of(entry.key) + " " + std::to_string(entry.attempts);
        write_line("deliver" + what + " " + std::to_string(entry.next_attempt_at_ms));
        const auto begin = Clock::now();
        try {
            if (options_.is_later && ledger_->settle_later(entry, wall_clock())) {
                write_line("later" + what);
                return true;
            }
            const bool is_ours = ledger_->settle(entry, {}, wall_clock());
            write_line((is_ours ? "settled" : "lost") + what);
            return is_ours;
        } catch (const LedgerError& failure) {
            write_failure(number_of(entry.key), begin, failure);
            std::this_thread::sleep_for(kPauseAfterFailure);
            return false;
        }
    }

    void recover() {
        while (!is_done_) {
            const auto begin = Clock::now();
            try {
                ledger_->flush();
                while (const std::optional<Entry> entry = ledger_->lease_due(wall_clock()))
                    (void)deliver(*entry);
            } catch (const LedgerError& failure) {
                write_failure("-", begin, failure);
            }
            std::this_thread::sleep_for(kPauseBetweenRecoveries);
        }
    }

    const Options& options_;
    const std::unique_ptr<Ledger> ledger_;
    std::atomic<std::uint64_t> next_;
    std::atomic<bool> is_over_ = false; // no further facts
    std::atomic<bool> is_done_ = false; // nothing left to do
};

void list(const Options& options) {
    const auto ledger = opened(options);
    ledger->entries({}, [](const Entry& entry) {
        write_line("entry " + number_of(entry.key) + " " + std::string(state_name(entry.state)) +
                   " " + std::to_string(entry.attempts));
        return true;
    });
}

} // namespace

int main(int count, char** words) {
    try {
        const Options options = options_of({words + 1, words + count});
        if (options.is_list)
            list(options);
        else
            FrontEnd(options).run();
        return 0;
    } catch (const std::exception& failure) {
        std::cerr << "ledger_load: " << failure.what() << "\n";
        return 2;
    }
}
