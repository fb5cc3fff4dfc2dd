// The books that are kept outside the ledger: what it has acknowledged, and in which states that
// may be found. An operation that failed, or during which the machine died, may or may not have
// taken place; one that was acknowledged has.
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

// The ledger broke its word.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Of one entry.
struct Fate {
    std::optional<test::Fact> fact; // none: a kept request
    std::uint64_t number = 0;       // in the order in which they were first told
    std::uint32_t states = 0;       // in any of which it may be: bits, 1 << EntryState
    bool may_be_missing = true;
    bool is_riding = false;     // settled by a mark that has no commit yet
    bool has_place = true;      // nobody doubts when it arrived
    bool was_revived = false;   // then it overtakes nobody, and may be overtaken
    std::uint32_t attempts = 0; // that were counted for certain
};

class Books {
public:
    Fate& told(const std::string& key, const std::optional<test::Fact>& fact);
    Fate* find(const std::string& key);
    std::map<std::string, Fate>& all() { return fates_; }

    void absorb(Books& others) { fates_.merge(others.fates_); } // of other purchases

    // A commit was acknowledged: the marks that were riding are durable.
    void committed();
    // Nobody knows what became of the marks that were riding.
    void lost_sight();

private:
    std::map<std::string, Fate> fates_;
    std::uint64_t told_ = 0;
};

// Compares a ledger with the books and clears what they were not sure of. Every entry of the ledger
// must be in the books.
void audit(Ledger& ledger, Books& books);

// Checks the file with SQLite's own means.
void check_integrity(const std::string& path);
// Another process can write at once.
void check_unlocked(const std::string& path);

[[noreturn]] void complain(std::string_view key, std::string_view what);
std::string states_text(std::uint32_t states);

} // namespace segpay::fault
