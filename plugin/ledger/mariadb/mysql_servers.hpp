// MysqlServers: the servers that hold one ledger, and sessions with the first of them that answers.
// MysqlReaders: sessions that only read, so that a look-up never waits for a commit.
//
// Threads: every method from any thread. Errors: MysqlError.
#pragma once

#include "ledger/mariadb/mysql_handle.hpp"
#include "ledger/pool.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace segpay {

// How long a transaction or a reading is tried: then no statement begins any more, and one that has
// begun hardly lasts longer than kIoTimeoutS. But a transaction that goes on well at its first try
// is not cut off.
constexpr std::chrono::seconds kMysqlTime{6};

// A connection and what was found out about its server.
struct MysqlSession {
    MysqlSession(const MysqlConfig& config, std::size_t place)
        : connection(config, config.servers.at(place)), server(place) {}

    MysqlConnection connection;
    const std::size_t server; // place in MysqlConfig::servers
    bool is_cluster = false;  // a node of a Galera cluster
};

// Reads wait until everything that any node of the cluster has committed is here, too. On a single
// server it changes nothing.
void see_other_nodes(MysqlSession& session, bool is_wanted);

class MysqlServers {
public:
    using Clock = MysqlConnection::Clock;

    explicit MysqlServers(MysqlConfig config) : config_(std::move(config)) {}

    // A session with the server that was good last, or else with the next one that is. It reads
    // what is committed when each statement begins (READ COMMITTED: what decides is locked or
    // conditional, and gaps between keys are left to others), refuses what does not fit a column,
    // and has no transaction beyond the one that it is told to commit. The server ends a session of
    // which it hears nothing for kIoTimeoutS in the middle of a transaction. A node without a
    // majority is not good. Throws what the last one said; and then, for a moment, at once, so that
    // many who wait behind each other do not all wait for servers that are gone. The session ends
    // at `until`; when it is over meanwhile, the servers that were not tried are those that come
    // next.
    std::unique_ptr<MysqlSession> open(Clock::time_point until);
    void rest(); // as if no server had answered

    // After a failure that ended the session: unless the server has only closed a connection that
    // was long idle, the next session is with another one, if there is one.
    void leave(const MysqlSession& session, const MysqlError& failure);

    // For messages: "database segpay at 10.0.0.7:3306, 10.0.0.8:3306".
    std::string name() const;
    const std::string& database() const { return config_.database; }

private:
    std::unique_ptr<MysqlSession> open(std::size_t server, Clock::time_point until) const;

    const MysqlConfig config_;
    std::atomic<std::size_t> current_ = 0;
    std::atomic<Clock::rep> resting_until_ = Clock::time_point::min().time_since_epoch().count();
};

class MysqlReaders {
public:
    explicit MysqlReaders(MysqlServers& servers) : servers_(servers) {}

    // Lends a session for the time of `work`; what others have committed, on any node, is seen.
    // When the connection is lost, `work` is done again on another.
    template <class Work>
    auto read(const Work& work) {
        const auto until = MysqlServers::Clock::now() + kMysqlTime;
        for (unsigned tries = 1;; ++tries) {
            Lent lent(*this, until);
            try {
                return work(lent.session->connection);
            } catch (const MysqlError& error) {
                const bool is_over = MysqlServers::Clock::now() >= until;
                if (!lent.is_worth_another(error, tries) || is_over) throw;
            }
        }
    }

private:
    struct Lent {
        Lent(MysqlReaders& owner, MysqlServers::Clock::time_point until)
            : readers(owner), session(owner.take(until)) {}
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        ~Lent() {
            if (session) readers.idle_.give_back(std::move(session));
        }
        bool is_worth_another(const MysqlError& error, unsigned tries);

        MysqlReaders& readers;
        std::unique_ptr<MysqlSession> session;
    };

    std::unique_ptr<MysqlSession> take(MysqlServers::Clock::time_point until);

    MysqlServers& servers_;
    Pool<MysqlSession> idle_;
};

} // namespace segpay
