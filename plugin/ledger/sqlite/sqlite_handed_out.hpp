// HandedOut: the new events that the host is being told right now. Nearly every event is handed out
// as it is claimed, is the only one of its purchase that is on its way, and is settled a moment
// later. A row in the queue for that moment, written and deleted again, would cost as much as
// keeping the event for ever. So all of them stand in one row, which a transaction writes once,
// however many claims and marks it has.
//
// Nothing else is ever decided about one that stands here: when its lease ends, its host wants it
// again, another event of its purchase comes, or somebody looks at what is pending, it is moved to
// the queue first, and the queue knows how to go on. What brings a stored password goes there at
// once: so a password is written once, and erased where it stands.
//
// Threads: of whoever runs a transaction.
#pragma once

#include "ledger/sqlite/sqlite_handle.hpp"
#include "values/timestamp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

class HandedOut {
public:
    // At the begin of a transaction: what the file says. `is_as_left`: the last transaction of this
    // process was committed as it was written here; others may have changed it since. Throws
    // SqliteError when the row cannot be read.
    void read(SqliteConnection& connection, bool is_as_left);
    // Before it is committed.
    void write(SqliteConnection& connection);

    // Whether nothing is in the queue, so that nobody need look there; to be told of what is added.
    bool is_queue_empty() const { return is_queue_empty_; }
    void queue_grows() { is_queue_empty_ = false; }

    bool has_room() const { return all_.size() < kMost; }
    bool has(std::string_view purchase_id) const; // never of an empty id
    void add(std::int64_t sequence, std::string_view purchase_id, TimeMs lease_until);
    // It is settled. False: it does not stand here.
    bool take_out(std::int64_t sequence);

    // To the queue, as what was handed out for the first time. False: there was none.
    bool move(SqliteConnection& connection, std::string_view purchase_id);
    bool move(SqliteConnection& connection, std::int64_t sequence);
    bool move_ended(SqliteConnection& connection, TimeMs now); // those whose lease has ended
    bool move_all(SqliteConnection& connection);

private:
    struct One {
        std::int64_t sequence;
        TimeMs lease_until;
        std::string purchase_id;
    };
    static constexpr std::size_t kMost = 256; // a row of some 8 KiB

    void unpack(std::string_view entries);
    template <class Condition>
    bool move_if(SqliteConnection& connection, const Condition& is_meant);

    std::vector<One> all_;
    std::int64_t version_ = -1; // of the row
    bool is_changed_ = false;
    bool is_queue_empty_ = false;
};

} // namespace segpay
