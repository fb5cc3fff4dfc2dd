// A ledger whose file is no longer the one at its path acknowledges nothing, and reports why.
#include "ledger/sqlite/sqlite_file.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

using namespace segpay;
using namespace segpay::test;
namespace fs = std::filesystem;

namespace {

std::string failure(const std::function<void()>& work) {
    try {
        work();
    } catch (const LedgerError& error) {
        return error.what();
    }
    return "none";
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

struct OpenFolder : TemporaryFolder {
    std::unique_ptr<Ledger> ledger = open(file());
    Claim first = claim(*ledger, transaction("1", "1001"));

    // What claims, settlements, leases, listings and lookups report.
    void every_call_reports(std::string_view part) {
        const std::function<void()> all[] = {
            [&] { (void)claim(*ledger, transaction("2", "1002")); },
            [&] { (void)ledger->settle(*first.entry, applied(), kNow); },
            [&] { (void)ledger->lease_due(kNow + kLeaseMs); },
            [&] { (void)keys(*ledger, {}); },
            [&] { (void)ledger->purchase("1"); },
            [&] { (void)ledger->snapshot(); },
        };
        for (const auto& each : all) {
            const std::string said = failure(each);
            BOOST_TEST(says(said, part), said);
            BOOST_TEST(says(said, file()), said);
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_file_tests, OpenFolder)

BOOST_AUTO_TEST_CASE(a_removed_file_is_not_made_again) {
    fs::remove(file());
    every_call_reports("ledger.sqlite was removed while it was open");
    BOOST_TEST(!fs::exists(file()));
}

BOOST_AUTO_TEST_CASE(a_replaced_file_is_not_written) {
    { open(file("other")); }
    fs::rename(file("other"), file());
    const auto size = fs::file_size(file());
    every_call_reports("ledger.sqlite was replaced by another while it was open");
    BOOST_TEST(fs::file_size(file()) == size);
}

BOOST_AUTO_TEST_CASE(a_log_that_was_removed_or_replaced_counts_as_well) {
    fs::rename(file() + "-wal", file("elsewhere"));
    every_call_reports("ledger.sqlite-wal was removed while it was open");
    std::ofstream(file() + "-wal").close();
    every_call_reports("ledger.sqlite-wal was replaced by another while it was open");
}

BOOST_AUTO_TEST_CASE(a_truncated_file_is_not_written) {
    SqliteConnection(file(), 1000).execute("PRAGMA wal_checkpoint");
    (void)claim(*ledger, transaction("3", "1003")); // has recorded the size
    for (const std::uintmax_t size : {4096u, 10u, 0u}) {
        fs::resize_file(file(), size);
        every_call_reports("ledger.sqlite was truncated while it was open");
    }
    fs::resize_file(file(), 1'000'000); // with nothing in it
    every_call_reports("ledger.sqlite was truncated while it was open");
}

BOOST_AUTO_TEST_CASE(sqlites_own_changes_to_the_file_are_accepted) {
    for (int id = 0; id < 300; ++id) {
        const std::string text = std::to_string(id);
        (void)deliver(*ledger, transaction(text, "5" + text));
    }
    const auto checkpoint = [&] {
        SqliteConnection(file(), 1000).execute("PRAGMA wal_checkpoint(TRUNCATE)");
    };
    checkpoint();
    (void)claim(*ledger, transaction("a", "7001"));
    const auto before = fs::file_size(file());
    BOOST_TEST(ledger->settle(*first.entry, applied(), kNow));
    while (ledger->purge(kNow + 1))
        continue;
    SqliteConnection(file(), 1000).execute("VACUUM");
    checkpoint();
    BOOST_TEST(fs::file_size(file()) < before);
    BOOST_TEST(outcome(*ledger, transaction("b", "7002")) == "leased");
    BOOST_TEST(ledger->purchase("b").has_value());
}

// The log is beside the file itself, not beside the name by which it was opened.
BOOST_AUTO_TEST_CASE(a_symbolic_link_is_followed) {
    fs::create_directory(path() / "elsewhere");
    const std::string target = path() / "elsewhere" / "real.sqlite";
    { open(target); }
    fs::create_symlink(target, file("link"));
    const auto linked = open(file("link"));
    BOOST_TEST(outcome(*linked, transaction("1", "1001")) == "leased");
    BOOST_TEST(linked->purchase("1").has_value());
    fs::remove(target + "-wal");
    BOOST_TEST(says(failure([&] { (void)claim(*linked, transaction("2", "1002")); }),
                    "real.sqlite-wal was removed"));
}

BOOST_AUTO_TEST_CASE(another_folder_changes_nothing) {
    const fs::path before = fs::current_path();
    fs::current_path(path());
    const auto relative = open("relative.sqlite");
    fs::current_path(before);
    BOOST_TEST(outcome(*relative, transaction("1", "1001")) == "leased");
    BOOST_TEST(relative->purchase("1").has_value());
}

// The size grows while others look at it.
BOOST_AUTO_TEST_CASE(a_file_that_grows_is_no_shorter) {
    std::atomic<bool> is_over = false;
    std::atomic<int> failures = 0;
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 3; ++reader)
        readers.emplace_back([&] {
            while (!is_over)
                if (failure([&] { (void)ledger->purchase("1"); }) != "none") ++failures;
        });
    SqliteConnection other(file(), 1000);
    for (int id = 0; id < 300; ++id) {
        (void)claim(*ledger, transaction("p" + std::to_string(id), std::to_string(id)));
        other.execute("PRAGMA wal_checkpoint");
    }
    is_over = true;
    readers.clear();
    BOOST_TEST(failures == 0);
}

BOOST_AUTO_TEST_SUITE_END()
