// The settings of a session, and the choice of its server.
#include "ledger/mariadb/mysql_servers.hpp"

#include <cstdio>
#include <map>

#include <errmsg.h>

namespace segpay {

namespace {

// Less than the client waits for an answer: so a lock that is never released differs from a server
// that is gone.
constexpr unsigned kLockWaitS = kIoTimeoutS - 1;

// A client of which nothing was heard for so long in the middle of a transaction has given it up,
// or stands still: the server lets go of its rows.
constexpr unsigned kIdleS = kIoTimeoutS;

constexpr std::chrono::milliseconds kRest{500};

// How often a read is begun: an idle connection that the server has closed meanwhile, and then one
// server that is gone.
constexpr unsigned kMaxReads = 3;

// What not every server knows: the value, where there is such a variable.
struct Optional {
    const char* name;
    const char* value;
};
constexpr Optional kOptionals[] = {
    {"wsrep_retry_autocommit", "0"},     // a retry that we do not see has two winners
    {"innodb_snapshot_isolation", "ON"}, // a net: counts if the isolation were ever raised
    {"wsrep_sync_wait", "0"},
};

using Variables = std::map<std::string, std::string>;

Variables variables_of(MysqlConnection& connection) {
    Variables found;
    for (const auto& row : connection.rows(
             "SHOW VARIABLES WHERE Variable_name IN ('version', 'wsrep_on', 'wsrep_sync_wait', "
             "'wsrep_retry_autocommit', 'innodb_snapshot_isolation')"))
        found.emplace(row.at(0), row.at(1));
    return found;
}

std::string settings_for(const Variables& known) {
    const std::string idle_s = std::to_string(kIdleS);
    std::string sql = "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'";
    sql += ", innodb_lock_wait_timeout=" + std::to_string(kLockWaitS);
    sql += ", idle_transaction_timeout=" + idle_s;
    sql += ", idle_write_transaction_timeout=" + idle_s; // where it is set, it counts
    for (const Optional& optional : kOptionals)
        if (known.contains(optional.name))
            sql += std::string(", ") + optional.name + "=" + optional.value;
    return sql;
}

// A version text begins with numbers: "10.11.19-MariaDB-...". It is the server's alone.
void check_version(const std::string& version) {
    const bool is_mariadb = version.find("MariaDB") != std::string::npos;
    int major = 0, minor = 0;
    const bool has_numbers = std::sscanf(version.c_str(), "%d.%d", &major, &minor) == 2;
    if (is_mariadb && has_numbers && std::pair(major, minor) >= std::pair(10, 6)) return;
    throw MysqlError(CR_VERSION_ERROR,
                     "the server is " + version + "; a ledger needs MariaDB 10.6 or later");
}

} // namespace

void see_other_nodes(MysqlSession& session, bool is_wanted) {
    if (!session.is_cluster) return;
    session.connection.execute(is_wanted ? "SET SESSION wsrep_sync_wait=1"
                                         : "SET SESSION wsrep_sync_wait=0");
}

std::unique_ptr<MysqlSession> MysqlServers::open(Clock::time_point until) {
    if (Clock::now().time_since_epoch().count() < resting_until_)
        throw MysqlError(CR_SERVER_GONE_ERROR, "no server answered a moment ago");
    const std::size_t count = config_.servers.size();
    const std::size_t first = current_;
    for (std::size_t tried = 0;; ++tried) {
        const std::size_t server = (first + tried) % count;
        try {
            std::unique_ptr<MysqlSession> session = open(server, until);
            current_ = server;
            return session;
        } catch (const MysqlError& error) {
            const bool is_last = tried + 1 == count;
            if (!is_last && Clock::now() < until) continue;
            current_ = (server + 1) % count;
            if (is_last) rest();
            throw MysqlError(error.code(),
                             to_string(config_.servers[server]) + ": " + error.what());
        }
    }
}

void MysqlServers::rest() { resting_until_ = (Clock::now() + kRest).time_since_epoch().count(); }

std::unique_ptr<MysqlSession> MysqlServers::open(std::size_t server,
                                                 Clock::time_point until) const {
    auto session = std::make_unique<MysqlSession>(config_, server);
    MysqlConnection& connection = session->connection;
    connection.end_at(until);
    const Variables known = variables_of(connection);
    check_version(known.at("version"));
    connection.execute(settings_for(known));
    connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    const auto wsrep = known.find("wsrep_on");
    session->is_cluster = wsrep != known.end() && wsrep->second == "ON";
    if (session->is_cluster) {
        connection.avoid_arrays();
        const auto ready = connection.rows("SHOW GLOBAL STATUS LIKE 'wsrep_ready'");
        if (ready.empty() || ready[0].at(1) != "ON")
            throw MysqlError(CR_SERVER_GONE_ERROR,
                             "the node is not part of the cluster's majority");
    }
    return session;
}

void MysqlServers::leave(const MysqlSession& session, const MysqlError& failure) {
    if (failure.code() == CR_SERVER_GONE_ERROR) return;
    std::size_t left = session.server;
    current_.compare_exchange_strong(left, (left + 1) % config_.servers.size());
}

std::string MysqlServers::name() const {
    std::string name = "database " + config_.database + " at ";
    for (const MysqlServer& server : config_.servers)
        name += (&server == &config_.servers.front() ? "" : ", ") + to_string(server);
    return name;
}

bool MysqlReaders::Lent::is_worth_another(const MysqlError& error, unsigned tries) {
    if (error.kind() == MysqlError::Kind::conflict) return tries < kMaxReads;
    if (error.kind() != MysqlError::Kind::lost) return false;
    // The others are as old, and most likely as dead.
    readers.idle_.close_idle();
    readers.servers_.leave(*session, error);
    session.reset();
    return tries < kMaxReads;
}

std::unique_ptr<MysqlSession> MysqlReaders::take(MysqlServers::Clock::time_point until) {
    if (std::unique_ptr<MysqlSession> idle = idle_.take()) {
        idle->connection.end_at(until);
        return idle;
    }
    std::unique_ptr<MysqlSession> session = servers_.open(until);
    see_other_nodes(*session, true);
    return session;
}

} // namespace segpay
