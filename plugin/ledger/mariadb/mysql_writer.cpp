// Again, elsewhere, or was it done?
#include "ledger/mariadb/mysql_writer.hpp"

#include "ledger/failpoint.hpp"
#include "values/timestamp.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string_view>
#include <thread>
#include <utility>

#include <errmsg.h>
#include <mysqld_error.h>

namespace segpay {

namespace {

constexpr unsigned kMaxTries = 12;    // of one transaction
constexpr unsigned kMaxQuestions = 4; // whether a transaction was committed

// The number of a transaction: below 0 while it runs, so that no committed row ever shows that.
constexpr std::string_view kBegin =
    "INSERT INTO segpay_writers(writer, last, written_at) VALUES(?, ?, ?) "
    "ON DUPLICATE KEY UPDATE last = VALUES(last), written_at = VALUES(written_at)";
constexpr std::string_view kFirst =
    "INSERT INTO segpay_writers(writer, last, written_at) VALUES(?, ?, ?)";
constexpr std::string_view kReplace = // (number, now, writer, old number)
    "UPDATE segpay_writers SET last = ?, written_at = ? WHERE writer = ? AND last = ?";
constexpr std::string_view kRead = "SELECT last FROM segpay_writers WHERE writer = ?";
constexpr std::string_view kForget = "DELETE FROM segpay_writers WHERE writer = ?";
constexpr std::string_view kFindDead =
    "SELECT writer FROM segpay_writers WHERE written_at < ? LIMIT 100";
constexpr std::string_view kRemoveDead =
    "DELETE FROM segpay_writers WHERE writer = ? AND written_at < ?";
constexpr std::int64_t kDeadAfterMs = 7 * kDayMs;

// It is not known whether a transaction took place.
struct Unresolved : MysqlError {
    using MysqlError::MysqlError;
};

std::int64_t random_id() {
    std::random_device device;
    return static_cast<std::int64_t>((std::uint64_t{device()} << 31) ^ device());
}

// Two that collided must not collide again.
void pause(unsigned tries) {
    thread_local std::minstd_rand random{std::random_device()()};
    const unsigned most_ms = std::min(1u << std::min(tries, 6u), 50u);
    std::this_thread::sleep_for(std::chrono::microseconds(
        std::uniform_int_distribution<unsigned>(0, most_ms * 1000)(random)));
}

std::int64_t unix_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace

MysqlWriter::MysqlWriter(MysqlServers& servers, std::unique_ptr<MysqlSession> session)
    : servers_(servers), session_(std::move(session)), id_(random_id()) {
    try {
        session_->connection.execute("SET autocommit=0");
    } catch (const MysqlError& error) { // the first transaction takes another session
        drop_session(error);
    }
}

MysqlWriter::~MysqlWriter() {
    if (!session_ || !has_written_) return;
    session_->connection.end_at(Clock::now() + kMysqlTime);
    try {
        session_->connection.change(kForget, id_);
        SEGPAY_FAILPOINT("leave.before_commit");
        session_->connection.execute("COMMIT");
        SEGPAY_FAILPOINT("leave.after_commit");
    } catch (const std::exception&) { // a row more, which does no harm
    }
}

std::vector<std::int64_t> MysqlWriter::dead(MysqlConnection& connection) {
    std::vector<std::int64_t> writers;
    MysqlQuery rows = connection.query(kFindDead, unix_ms() - kDeadAfterMs);
    while (rows.next())
        writers.push_back(rows.integer(0));
    return writers;
}

// By their keys: a DELETE by time would wait for the rows of the writers that are at work.
void MysqlWriter::remove_dead(std::span<const std::int64_t> writers) {
    for (const std::int64_t writer : writers)
        session_->connection.change(kRemoveDead, writer, unix_ms() - kDeadAfterMs);
}

void MysqlWriter::run(GroupCommit::Operations operations, Clock::time_point until, bool is_alone) {
    until_ = until;
    for (unsigned tries = 1;; ++tries) {
        need_session();
        session_->connection.end_at(tries == 1 ? Clock::time_point::max() : until);
        try {
            if (run_once(operations, tries > 1) == Ended::committed) return;
        } catch (const Unresolved&) {
            throw;
        } catch (const MysqlError& error) {
            if (is_over(error, tries, is_alone)) throw;
        }
        pause(tries);
    }
}

bool MysqlWriter::is_over(const MysqlError& error, unsigned tries, bool is_alone) const {
    if (error.kind() == MysqlError::Kind::other || tries == kMaxTries) return true;
    // Waiting for a lock takes the time of a whole try.
    const bool is_lock = error.code() == ER_LOCK_WAIT_TIMEOUT;
    if (is_lock && !is_alone) return true;
    return Clock::now() >= (is_lock ? until_ - std::chrono::seconds(kIoTimeoutS) : until_);
}

MysqlWriter::Ended MysqlWriter::run_once(GroupCommit::Operations operations, bool is_again) {
    try {
        if (is_again) catch_up();
        begin();
        (void)session_->connection.take_change_count();
        for (GroupCommit::Operation* operation : operations)
            operation->run();
        if (session_->connection.take_change_count() == 0) { // nothing to make durable
            session_->connection.execute("ROLLBACK");
            return Ended::committed;
        }
        end();
        session_->connection.check_time();
    } catch (const MysqlError& error) { // COMMIT was not sent
        give_up(error);
        throw;
    } catch (...) {
        roll_back();
        throw;
    }
    try {
        commit();
        return Ended::committed;
    } catch (const MysqlError& error) {
        if (error.kind() == MysqlError::Kind::conflict) { // surely not committed
            roll_back();
            throw;
        }
        drop_session(error);
    }
    return was_committed(last_) ? Ended::committed : Ended::again;
}

void MysqlWriter::begin() {
    ++last_;
    session_->connection.change(kBegin, id_, -last_, unix_ms());
    has_written_ = true;
}

// No statement comes between this and COMMIT.
void MysqlWriter::end() {
    if (!replace(-last_, last_))
        throw MysqlError::conflict("the server has lost the beginning of a transaction");
}

bool MysqlWriter::replace(std::int64_t old_number, std::int64_t number) {
    return session_->connection.change(kReplace, number, unix_ms(), id_, old_number) == 1;
}

void MysqlWriter::commit() {
    SEGPAY_FAILPOINT("commit.before");
    session_->connection.execute("COMMIT");
    SEGPAY_FAILPOINT("commit.after");
}

void MysqlWriter::need_session() {
    if (session_) return;
    std::unique_ptr<MysqlSession> session = servers_.open(until_);
    session->connection.execute("SET autocommit=0");
    session_ = std::move(session);
}

bool MysqlWriter::was_committed(std::int64_t transaction) {
    for (unsigned tries = 1; tries <= kMaxQuestions && Clock::now() < until_; ++tries) {
        try {
            need_session();
            if (const std::optional<bool> answer = ask_whether_committed(transaction))
                return *answer;
        } catch (const MysqlError& error) {
            give_up(error);
        }
        pause(tries);
    }
    session_.reset(); // so that the rest is for all who shared it
    if (Clock::now() < until_) servers_.rest();
    throw Unresolved(CR_SERVER_LOST,
                     "the connection was lost during a commit, and no server could "
                     "tell whether it took place");
}

std::optional<bool> MysqlWriter::ask_whether_committed(std::int64_t transaction) {
    see_other_nodes(*session_, true);
    std::int64_t found = 0;
    {
        MysqlQuery row = session_->connection.query(kRead, id_);
        if (row.next()) found = row.integer(0);
    }
    see_other_nodes(*session_, false);
    if (found == transaction) {
        roll_back();
        return true;
    }
    // So that it cannot be committed any more. It may have been meanwhile: then this fails or finds
    // nothing to replace, and is asked again.
    if (found == 0)
        session_->connection.change(kFirst, id_, ++last_, unix_ms());
    else if (!replace(found, ++last_)) {
        roll_back();
        return std::nullopt;
    }
    SEGPAY_FAILPOINT("fence.before_commit");
    session_->connection.execute("COMMIT");
    SEGPAY_FAILPOINT("fence.after_commit");
    return false;
}

// Without COMMIT nothing is durable. What cannot even be rolled back is closed.
void MysqlWriter::roll_back() noexcept {
    if (!session_) return;
    try {
        session_->connection.execute("ROLLBACK");
    } catch (const std::exception&) {
        session_.reset();
    }
}

// What was begun ends; the session, too, if it is of no use any more.
void MysqlWriter::give_up(const MysqlError& failure) {
    if (failure.kind() == MysqlError::Kind::lost)
        drop_session(failure);
    else
        roll_back();
}

void MysqlWriter::drop_session(const MysqlError& failure) {
    if (session_) servers_.leave(*session_, failure);
    session_.reset();
}

// The transaction that was faster on another node may not have arrived here yet.
void MysqlWriter::catch_up() {
    if (!session_->is_cluster) return;
    try {
        see_other_nodes(*session_, true);
        (void)session_->connection.rows("SELECT 1 FROM segpay_meta");
        see_other_nodes(*session_, false);
    } catch (const MysqlError& error) { // it would go on waiting for the others at each reading
        if (error.kind() == MysqlError::Kind::lost) drop_session(error);
        session_.reset();
        throw;
    }
}

} // namespace segpay
