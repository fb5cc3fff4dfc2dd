// MysqlWriter: the one session through which a front end changes its ledger, and the protocol that
// makes each transaction happen once or not at all, on a single server and on a Galera cluster.
// Knows nothing of events.
//
// Again. A deadlock kills the whole transaction, and on Galera a commit can fail because another
// node was faster. Then everything is done again from the beginning, with what is there by then.
//
// Is it still the same? On Galera a transaction that stands in another's way is undone, and its
// next statement says so; but MariaDB (10.11) forgets to say it when that happened while it
// prepared a SELECT. What came before is gone then, what comes after is a transaction of its own,
// and COMMIT reports success. So each transaction begins by writing its number, as begun,
// into a row that only this writer writes (segpay_writers), and ends by replacing it: where there
// is nothing to replace, everything is done again.
//
// Was it committed? When the connection is lost during COMMIT, it is not known. The number is the
// transaction's owner token, and one answer holds for all operations that shared the commit. On a
// new session, maybe with another server, the row is read, and replaced in a transaction of its
// own. If the number was there, the old transaction took place. If it was not, it never will: it
// would have to write the row that was replaced, so the condition (on the same server) or the
// certification (on another node) keeps it out. What cannot be found out that way is an error, and
// the processor comes again.
//
// Threads: one at a time, the one that leads the group commit.
#pragma once

#include "ledger/group_commit.hpp"
#include "ledger/mariadb/mysql_servers.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace segpay {

class MysqlWriter {
public:
    // Takes the session with which the ledger was opened.
    MysqlWriter(MysqlServers& servers, std::unique_ptr<MysqlSession> session);
    MysqlWriter(const MysqlWriter&) = delete;
    MysqlWriter& operator=(const MysqlWriter&) = delete;
    ~MysqlWriter();

    using Clock = MysqlServers::Clock;

    // Runs all in one transaction, as often as it takes, until the time is over; a first try that
    // goes on well may take longer. When it returns it is durable. A lock that is held for
    // long is waited for once more only if `is_alone`: else it is in the way of one of them, maybe,
    // and the others need the time. Throws MysqlError, or what an operation threw: then nothing is
    // durable, or it cannot be known.
    void run(GroupCommit::Operations operations, Clock::time_point until, bool is_alone);

    // For operations, while they are run.
    MysqlConnection& connection() { return session_->connection; }

    std::int64_t id() const { return id_; } // random

    // Writers that wrote nothing for a week: they died. One that lives writes its row again.
    static std::vector<std::int64_t> dead(MysqlConnection& connection);
    // Removes their rows; inside a transaction.
    void remove_dead(std::span<const std::int64_t> writers);

private:
    enum class Ended { committed, again };

    Ended run_once(GroupCommit::Operations operations, bool is_again);
    bool is_over(const MysqlError& error, unsigned tries, bool is_alone) const;
    void begin();
    void end();
    bool replace(std::int64_t old_number, std::int64_t number);
    void commit();
    void need_session();
    bool was_committed(std::int64_t transaction);
    std::optional<bool> ask_whether_committed(std::int64_t transaction);
    void roll_back() noexcept;
    void give_up(const MysqlError& failure);
    void drop_session(const MysqlError& failure);
    void catch_up();

    MysqlServers& servers_;
    std::unique_ptr<MysqlSession> session_; // null: it was lost
    const std::int64_t id_;
    Clock::time_point until_ = Clock::time_point::max(); // of what is tried
    std::int64_t last_ = 0;                              // number of the last transaction; grows
    bool has_written_ = false;
};

} // namespace segpay
