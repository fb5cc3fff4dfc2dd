// The row, and the way from it to the queue.
#include "ledger/sqlite/sqlite_handed_out.hpp"

#include "ledger/packing.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <sqlite3.h>

namespace segpay {

namespace {

constexpr std::string_view kLook = "SELECT version, EXISTS(SELECT 1 FROM queue) FROM handed_out";
constexpr std::string_view kRead = "SELECT entries FROM handed_out";
constexpr std::string_view kWrite =
    "UPDATE handed_out SET version = ?, size = ?, lease_until = ?, entries = ?";
constexpr std::string_view kQueue =
    "INSERT INTO queue(purchase_id, sequence, attempts, next_attempt_at, lease_until, is_waiting) "
    "VALUES(?1, ?2, 1, ?3, ?3, 0)";

} // namespace

void HandedOut::read(SqliteConnection& connection, bool is_as_left) {
    std::int64_t version = 0;
    {
        SqliteQuery row = connection.query(kLook);
        if (!row.next()) throw SqliteError(SQLITE_CORRUPT, "what is handed out is not there");
        version = row.integer(0);
        is_queue_empty_ = row.integer(1) == 0;
    }
    is_changed_ = false;
    if (is_as_left && version == version_) return;
    version_ = -1; // while it is not known
    SqliteQuery row = connection.query(kRead);
    row.next();
    unpack(row.text(0));
    version_ = version;
}

void HandedOut::unpack(std::string_view entries) {
    all_.clear();
    try {
        Unpacker unpacker(entries);
        while (!unpacker.is_at_end()) {
            const std::int64_t sequence = unpacker.number();
            const TimeMs lease_until = unpacker.number();
            all_.push_back({sequence, lease_until, std::string(unpacker.text())});
        }
    } catch (const std::runtime_error& failure) {
        throw SqliteError(SQLITE_CORRUPT,
                          std::string("what is handed out is damaged: ") + failure.what());
    }
}

void HandedOut::write(SqliteConnection& connection) {
    if (!is_changed_) return;
    Packer packer;
    TimeMs lease_until = all_.empty() ? 0 : INT64_MAX;
    for (const One& one : all_) {
        packer.put(one.sequence);
        packer.put(one.lease_until);
        packer.put(one.purchase_id);
        lease_until = std::min(lease_until, one.lease_until);
    }
    connection.change(kWrite, ++version_, all_.size(), lease_until, packer.bytes());
    is_changed_ = false;
}

bool HandedOut::has(std::string_view purchase_id) const {
    if (purchase_id.empty()) return false;
    return std::any_of(all_.begin(), all_.end(),
                       [&](const One& one) { return one.purchase_id == purchase_id; });
}

void HandedOut::add(std::int64_t sequence, std::string_view purchase_id, TimeMs lease_until) {
    all_.push_back({sequence, lease_until, std::string(purchase_id)});
    is_changed_ = true;
}

bool HandedOut::take_out(std::int64_t sequence) {
    const auto found = std::find_if(all_.begin(), all_.end(),
                                    [&](const One& one) { return one.sequence == sequence; });
    if (found == all_.end()) return false;
    if (&*found != &all_.back()) *found = std::move(all_.back());
    all_.pop_back();
    is_changed_ = true;
    return true;
}

template <class Condition>
bool HandedOut::move_if(SqliteConnection& connection, const Condition& is_meant) {
    const bool is_any =
        std::erase_if(all_, [&](const One& one) {
            if (!is_meant(one)) return false;
            connection.change(kQueue, one.purchase_id, one.sequence, one.lease_until);
            return true;
        }) != 0;
    is_changed_ |= is_any;
    if (is_any) queue_grows();
    return is_any;
}

bool HandedOut::move(SqliteConnection& connection, std::string_view purchase_id) {
    if (purchase_id.empty()) return false;
    return move_if(connection, [&](const One& one) { return one.purchase_id == purchase_id; });
}

bool HandedOut::move(SqliteConnection& connection, std::int64_t sequence) {
    return move_if(connection, [&](const One& one) { return one.sequence == sequence; });
}

bool HandedOut::move_ended(SqliteConnection& connection, TimeMs now) {
    return move_if(connection, [&](const One& one) { return one.lease_until <= now; });
}

bool HandedOut::move_all(SqliteConnection& connection) {
    return move_if(connection, [](const One&) { return true; });
}

} // namespace segpay
