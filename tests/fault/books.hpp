// The books that are kept outside the ledger: the entries that it has acknowledged, and the states
// in which each may be found. An operation that failed, or during which the machine died, may or
// may not have taken place; an acknowledged one has.
#pragma once

#include "ledger/fixture.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace segpay::fault {

// The ledger broke a guarantee.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The state of one entry.
struct Fate {
    std::optional<test::Fact> fact; // none: a kept request
    std::uint64_t number = 0;       // in the order of their first claims
    std::uint32_t states = 0;       // possible states, as bits 1 << EntryState
    bool may_be_missing = true;
    bool is_riding = false;     // settled by a mark that is not committed yet
    bool has_place = true;      // its time of arrival is certain
    bool was_requeued = false;  // requeued: out of the order of arrival
    std::uint32_t attempts = 0; // counted for certain
};

class Books {
public:
    Fate& enter(const std::string& key, const std::optional<test::Fact>& fact);
    Fate* find(const std::string& key);
    std::map<std::string, Fate>& all() { return fates_; }

    void absorb(Books& others) { fates_.merge(others.fates_); } // of other purchases

    // A commit was acknowledged: the riding marks are durable.
    void committed();
    // The outcome of the riding marks is unknown.
    void lost_sight();

private:
    std::map<std::string, Fate> fates_;
    std::uint64_t entered_ = 0;
};

// Compares a ledger with the books and resolves what was unsure in them. Every entry of the ledger
// must be in the books.
void audit(Ledger& ledger, Books& books);

// Checks the file with SQLite's integrity check.
void check_integrity(const std::string& path);
// Another process can write at once.
void check_unlocked(const std::string& path);

[[noreturn]] void complain(std::string_view key, std::string_view what);
std::string states_text(std::uint32_t states);

} // namespace segpay::fault
