// A listing of entries, slice by slice: each slice is one look at the database, so that whoever
// reads them takes as long as he likes. Slices grow, because one of what is unsettled reads all of
// that.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace segpay {

class SqliteListing {
public:
    explicit SqliteListing(const EntryQuery& query);

    bool is_over() const { return is_over_; }

    // The entries that come next, without their passwords; fewer than there are.
    std::vector<Entry> next(SqliteConnection& connection);

private:
    const EntryQuery query_;
    std::uint64_t left_;
    std::uint64_t size_;
    std::optional<std::uint64_t> bound_; // the last sequence seen
    bool is_over_ = false;
};

} // namespace segpay
