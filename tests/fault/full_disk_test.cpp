// The contract on a failing disk: whichever call fails, the plugin answers with success only events
// that were delivered to the host and are in the ledger; for all others it asks Segpay to come
// again, and then it works.
#include "account.hpp"
#include "machine.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace segpay::fault;
using abi_tests::Account;

namespace {

constexpr std::uint64_t kSeed = 1;
constexpr const char* kLedger = "/machine/ledger.sqlite";
constexpr std::int64_t kMinuteMs = 60'000;
constexpr int kPostbacks = 3;
constexpr Trouble::Extent kExtents[] = {Trouble::Extent::once, Trouble::Extent::disk_full,
                                        Trouble::Extent::disk_gone};

// Sends the postbacks that were not answered with success yet; returns how many are left.
int send(Account& account, std::set<int>& open) {
    for (auto number = open.begin(); number != open.end();) {
        const auto handled =
            account.handle(abi_tests::sign_up(static_cast<std::uint64_t>(*number)));
        BOOST_TEST(handled.status == uint32_t{BILLER_STATUS_OK});
        BOOST_TEST(handled.replies == 1);
        if (handled.http_status == 200u) {
            BOOST_TEST(handled.body == "*success*");
            number = open.erase(number);
        } else {
            BOOST_TEST(handled.http_status == 503u, handled.message);
            BOOST_TEST(handled.body == "*failure*");
            ++number;
        }
    }
    return static_cast<int>(open.size());
}

// Every event was delivered; a second delivery is marked as a redelivery and has the same key.
void check_delivered(const Account& account) {
    std::map<std::string, std::string> keys;
    for (const auto& event : account.host.delivered()) {
        const auto [place, is_first] = keys.emplace(event.purchase, event.key);
        BOOST_TEST((is_first || event.redelivery == uint32_t{BILLER_YES}));
        BOOST_TEST(place->second == event.key);
    }
    BOOST_TEST(keys.size() == std::size_t{kPostbacks});
}

// Returns false when the day ended before the call.
bool check_day(const Trouble& trouble, std::uint32_t host_flags) {
    Machine machine(kSeed);
    bool is_reached = false;
    {
        Account account(kLedger, host_flags);
        std::set<int> open;
        for (int number = 1; number <= kPostbacks; ++number)
            open.insert(number);
        machine.make(trouble);
        const int left = send(account, open);
        is_reached = machine.calls().size() >= trouble.at_call;
        if (trouble.extent == Trouble::Extent::once) BOOST_TEST(left <= 1);
        machine.heal();
        account.host.now_ms += kMinuteMs; // by then all leases are over
        BOOST_TEST(send(account, open) == 0);
        check_delivered(account);
    }
    // A mark that was to ride on another commit may be lost: then a host that honours keys gets one
    // more delivery.
    Account again(kLedger, host_flags);
    again.host.now_ms += 2 * kMinuteMs;
    for (std::uint64_t number = 1; number <= kPostbacks; ++number) {
        const auto handled = again.handle(abi_tests::sign_up(number));
        BOOST_TEST(handled.http_status == 200u, handled.message);
    }
    const auto events = again.host.delivered();
    BOOST_TEST((events.empty() || (host_flags & BILLER_HOST_HONOURS_KEYS)));
    for (const auto& event : events)
        BOOST_TEST(event.redelivery == uint32_t{BILLER_YES});
    BOOST_TEST(again.recover().pending == 0u);
    return is_reached;
}

} // namespace

BOOST_AUTO_TEST_SUITE(full_disk_test)

BOOST_AUTO_TEST_CASE(whichever_call_fails_segpay_comes_again) {
    std::uint64_t first = 1; // of each kind of host every other call
    for (const std::uint32_t flags : {0u, std::uint32_t{BILLER_HOST_HONOURS_KEYS}}) {
        for (const Trouble::Extent extent : kExtents) {
            std::uint64_t call = first;
            while (check_day({call, extent, 0}, flags))
                call += 2;
            BOOST_TEST(call > 20u); // there are at least as many
        }
        ++first;
    }
}

BOOST_AUTO_TEST_CASE(an_account_is_not_opened_on_a_full_disk_and_is_afterwards) {
    Machine machine(kSeed);
    machine.make({1, Trouble::Extent::disk_full, 0});
    BOOST_CHECK_THROW(Account{kLedger}, biller::Error);
    machine.heal();
    Account account(kLedger);
    BOOST_TEST(account.handle(abi_tests::sign_up(1)).http_status == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
