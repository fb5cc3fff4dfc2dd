// Lending of connections.
#include "ledger/sqlite/sqlite_readers.hpp"

namespace segpay {

std::unique_ptr<SqliteConnection> SqliteReaders::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            std::unique_ptr<SqliteConnection> connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    auto connection = std::make_unique<SqliteConnection>(path_, busy_timeout_ms_);
    connection->execute("PRAGMA query_only=ON");
    return connection;
}

// One that could not end its transaction would look at the past for ever.
void SqliteReaders::give_back(std::unique_ptr<SqliteConnection> connection) {
    if (connection->is_in_transaction()) return;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMaxIdle) idle_.push_back(std::move(connection));
}

} // namespace segpay
