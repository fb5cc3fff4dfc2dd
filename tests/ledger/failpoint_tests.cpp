// A crash at each step of claim, lease and settle. A build without failpoints has no place to
// crash, which is tested instead.
#include "ledger/failpoint.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>

using namespace segpay;
using namespace segpay::test;

BOOST_FIXTURE_TEST_SUITE(failpoint_tests, TemporaryFolder)

#ifdef SEGPAY_FAILPOINTS

BOOST_AUTO_TEST_CASE(each_step_leaves_a_state_to_recover_from) {
    constexpr TimeMs kLater = kNow + kLeaseMs;
    const struct {
        const char* place;
        std::string_view state; // of the event afterwards
        std::uint32_t attempts;
    } table[] = {
        {"claim.begin:1", "", 0},
        {"claim.before_commit:1", "", 0},
        {"claim.after_commit:1", "pending", 1},
        {"take.before_commit:1", "pending", 1},
        {"take.after_commit:1", "pending", 2},
        {"settle.begin:1", "pending", 2},
        {"settle.before_commit:1", "pending", 2},
        {"settle.after_commit:1", "settled", 2},
    };
    for (const auto& line : table) {
        const std::string path = file(line.place);
        Child child([&] {
            ::setenv("SEGPAY_DIE_AT", line.place, 1);
            const auto ledger = open(path);
            claim(*ledger, transaction("1", "1001"));
            const auto entry = ledger->lease_due(kLater);
            ledger->settle(*entry, applied(), kLater);
            return std::string("alive");
        });
        BOOST_TEST(child.said() == "", line.place);
        const int status = child.wait();
        BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL), line.place);

        const auto ledger = open(path);
        const auto entry = ledger->entry("segpay/1001/join/1");
        BOOST_TEST((entry ? state_name(entry->state) : "") == line.state, line.place);
        if (entry) BOOST_TEST(entry->attempts == line.attempts, line.place);
        // In every case Segpay comes again, and the outcome is as if nothing had happened.
        const TimeMs after = kLater + kLeaseMs;
        const Claim again = claim(*ledger, transaction("1", "1001"), after);
        BOOST_TEST(outcome_name(again.outcome) ==
                   (line.state == "settled" ? "duplicate" : "leased"));
        if (again.entry) BOOST_TEST(ledger->settle(*again.entry, applied(), after));
        BOOST_TEST(ledger->waiting().pending == 0u);
    }
}

BOOST_AUTO_TEST_CASE(counts_only_its_own_passes) {
    Child child([&] {
        ::setenv("SEGPAY_DIE_AT", "claim.after_commit:3", 1);
        const auto ledger = open(file());
        for (const char* id : {"1", "2", "3", "4"})
            claim(*ledger, transaction(id, id));
        return std::string();
    });
    BOOST_TEST(WIFSIGNALED(child.wait()));
    BOOST_TEST(open(file())->waiting().pending == 3u);
}

#else

BOOST_AUTO_TEST_CASE(does_nothing_in_a_normal_build) {
    Child child([] {
        ::setenv("SEGPAY_DIE_AT", "claim.begin:1", 1);
        SEGPAY_FAILPOINT("claim.begin");
        return std::string(outcome_name(claim(*open(":memory:"), transaction("1", "1")).outcome));
    });
    BOOST_TEST(child.said() == "leased");
}

#endif

BOOST_AUTO_TEST_SUITE_END()
