// The property: whichever call of the file system fails, once or for a while, with whichever error,
// the ledger reports an error or has done the operation; it works again as soon as the trouble
// ends; and acknowledged entries are stored, also when the power fails after that.
#include "day.hpp"
#include "machine.hpp"
#include "options.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include <sqlite3.h>

using namespace segpay;
using namespace segpay::fault;

namespace {

constexpr const char* kUsage =
    "usage: failing_calls [--every N] [--part N] [--call N]\n"
    "--every N: of reads, writes and locks only each N-th fails, beginning with number --part,\n"
    "which is random if it is not given. --call N: only that one fails.\n";

constexpr std::uint64_t kSeed = 1;

struct ExtentRow {
    Trouble::Extent extent;
    std::string_view name;
};
constexpr std::array kExtents = {
    ExtentRow{Trouble::Extent::once, "once"},
    ExtentRow{Trouble::Extent::disk_full, "and the disk stays full"},
    ExtentRow{Trouble::Extent::disk_gone, "and the disk is gone"},
};

bool is_frequent(Call call) {
    return call == Call::read || call == Call::write || call == Call::shm_lock;
}

// The calls of a day without failures.
std::vector<Call> calls_of_a_day() {
    Machine machine(kSeed);
    Day day(false);
    day.pass();
    if (day.failures() != 0) throw Broken("a day without trouble has failures");
    return machine.calls();
}

void check_day(const Trouble& trouble, bool does_power_fail) {
    Machine machine(kSeed);
    Day day(false);
    if (trouble.extent == Trouble::Extent::once) day.expect_unlocked();
    machine.make(trouble);
    day.pass();
    machine.heal();
    if (trouble.extent == Trouble::Extent::once && day.failures() > 1)
        throw Broken("one failing call made " + std::to_string(day.failures()) +
                     " operations fail; the last: " + day.last_failure());
    day.check_working();
    if (does_power_fail) machine.cut_power();
    day.close();
    if (machine.open_files() != 0) throw Broken("files stay open");
    if (does_power_fail) machine.start_again();
    day.check_kept();
}

} // namespace

int main(int count, char** words) {
    const auto options = read_options(
        count, words, {{{"--every", 1}, {"--part", std::random_device()()}, {"--call", 0}}, {}},
        kUsage);
    if (!options) return kWrongUsage;
    const std::uint64_t every = is_soak() ? 1 : std::max<std::uint64_t>((*options)["--every"], 1);
    const std::uint64_t part = (*options)["--part"] % every;
    const std::uint64_t only = (*options)["--call"];

    const std::vector<Call> calls = calls_of_a_day();
    std::map<std::string_view, unsigned> days;
    unsigned broken = 0;
    const auto try_day = [&](const Trouble& trouble, bool does_power_fail) {
        const Call call = calls[trouble.at_call - 1];
        ++days[call_name(call)];
        try {
            check_day(trouble, does_power_fail);
        } catch (const std::exception& error) {
            ++broken;
            std::cout << "call " << trouble.at_call << " (" << call_name(call) << ") fails with "
                      << sqlite3_errstr(errors_of(call)[trouble.error]) << ", "
                      << kExtents[static_cast<std::size_t>(trouble.extent)].name
                      << (does_power_fail ? ", then the power" : "") << ": " << error.what()
                      << std::endl;
        }
    };
    const auto try_extent = [&](std::uint64_t call, Trouble::Extent extent) {
        const bool is_once = extent == Trouble::Extent::once;
        const std::size_t errors = is_once ? errors_of(calls[call - 1]).size() : 1;
        for (std::size_t error = 0; error < errors; ++error)
            for (const bool does_power_fail : {false, true})
                try_day({call, extent, error}, does_power_fail);
    };
    for (std::uint64_t call = 1; call <= calls.size(); ++call) {
        const bool is_wanted = !is_frequent(calls[call - 1]) || call % every == part;
        if (only != 0 ? call == only : is_wanted)
            for (const ExtentRow& row : kExtents)
                try_extent(call, row.extent);
    }
    for (const auto& [name, number] : days)
        std::cout << number << " " << name << "  ";
    std::cout << "\npart " << part << " of " << every << ", " << calls.size() << " calls a day, "
              << broken << " days broken\n";
    return broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
