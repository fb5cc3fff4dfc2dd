// The property: whichever allocation fails, of SQLite or of the ledger itself, once or from then
// on, the ledger reports an error or has done the operation; it works again as soon as there is
// memory; and it leaks none.
#include "allocations.hpp"
#include "day.hpp"
#include "machine.hpp"
#include "options.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include <sqlite3.h>

using namespace segpay;
using namespace segpay::fault;

namespace {

constexpr const char* kUsage =
    "usage: failing_allocations [--every N] [--part N] [--allocation N]\n"
    "--every N: only each N-th allocation of SQLite fails, beginning with number --part, which is\n"
    "random if it is not given, and many more of the ledger. --allocation N: only that\n"
    "one fails.\n";

constexpr std::uint64_t kSeed = 1;

struct Kind {
    std::string_view name;
    Allocations* allocations;
    std::uint64_t share; // there are fewer, so more of them are tried
};
constexpr std::array kKinds = {Kind{"sqlite", &of_sqlite, 1}, Kind{"new", &of_cpp, 50}};
constexpr std::uint64_t kClosing = 40; // the last of a day are always tried

struct Shortage {
    Kind kind;
    std::uint64_t at;
    bool is_lasting;
    bool is_closed_meanwhile; // the ledger
};
Shortage now;

void say_where(std::string_view what) {
    std::cout << now.kind.name << ": allocation " << now.at << " fails"
              << (now.is_lasting ? ", and all of either kind after it" : "")
              << (now.is_closed_meanwhile ? ", when it is closed at the latest" : "") << ": "
              << what << std::endl;
}

std::uint64_t allocations_of_a_day(const Kind& kind) {
    kind.allocations->heal();
    Machine machine(kSeed);
    Day day(true);
    day.pass();
    if (day.failures() != 0) throw Broken("a day without trouble has failures");
    day.close();
    return kind.allocations->count;
}

void check_day(const Shortage& shortage) {
    now = shortage;
    Machine machine(kSeed);
    Day day(true);
    if (!shortage.is_lasting) day.expect_unlocked();
    const sqlite3_int64 used_before = sqlite3_memory_used();
    Allocations& allocations = *shortage.kind.allocations;
    allocations.fail_at = shortage.at;
    allocations.is_lasting = shortage.is_lasting;
    day.pass();
    if (shortage.is_closed_meanwhile) day.close();
    allocations.heal();
    if (!shortage.is_lasting && day.failures() > 1)
        throw Broken("one failing allocation made " + std::to_string(day.failures()) +
                     " operations fail; the last: " + day.last_failure());
    day.check_working();
    day.close();
    if (machine.open_files() != 0) throw Broken("files stay open");
    if (sqlite3_memory_used() != used_before)
        throw Broken("memory of SQLite is lost: " +
                     std::to_string(sqlite3_memory_used() - used_before) + " bytes");
    day.check_kept();
}

bool try_day(const Shortage& shortage) {
    bool is_fine = true;
    try {
        check_day(shortage);
    } catch (const std::exception& error) {
        is_fine = false;
        say_where(error.what());
    }
    shortage.kind.allocations->heal();
    return is_fine;
}

} // namespace

int main(int count, char** words) {
    const auto options = read_options(
        count, words,
        {{{"--every", 1}, {"--part", std::random_device()()}, {"--allocation", 0}}, {}}, kUsage);
    if (!options) return kWrongUsage;
    const std::uint64_t only = (*options)["--allocation"];
    const std::uint64_t every = is_soak() ? 1 : std::max<std::uint64_t>((*options)["--every"], 1);
    const std::uint64_t part = (*options)["--part"];
    pass_sqlite_allocations();
    std::set_terminate([] {
        say_where("std::terminate");
        std::abort();
    });

    unsigned broken = 0;
    for (const Kind& kind : kKinds) {
        const std::uint64_t last = allocations_of_a_day(kind);
        const std::uint64_t step = std::max<std::uint64_t>(every / kind.share, 1);
        std::uint64_t days = 0;
        for (std::uint64_t at = 1; at <= last; ++at) {
            const bool is_closing = at + kClosing > last;
            const bool is_wanted = at % step == part % step || is_closing;
            if (only != 0 ? at != only : !is_wanted) continue;
            for (const bool is_lasting : {false, true})
                for (const bool is_closed : {false, true}) {
                    const bool is_its_turn = (at / step % 2 == 0) == is_closed;
                    if (only == 0 && every != 1 && !is_closing && !is_its_turn) continue;
                    ++days;
                    broken += !try_day({kind, at, is_lasting, is_closed});
                }
        }
        std::cout << kind.name << ": " << last << " allocations a day, " << days
                  << " days with a shortage" << std::endl;
    }
    std::cout << "part " << part % every << " of " << every << ", " << broken << " days broken\n";
    return broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
