// The states have the names of the contract's header.
#include "ledger/ledger.hpp"

#include "biller.h"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(ledger_tests)

BOOST_AUTO_TEST_CASE(states_have_the_contracts_numbers_and_names) {
    const struct {
        EntryState state;
        std::uint32_t number;
        std::string_view name;
    } table[] = {
        {EntryState::pending, BILLER_STATE_PENDING, "pending"},
        {EntryState::settled, BILLER_STATE_SETTLED, "settled"},
        {EntryState::dead_letter, BILLER_STATE_DEAD_LETTER, "dead_letter"},
        {EntryState::quarantined, BILLER_STATE_QUARANTINED, "quarantined"},
        {EntryState::conflict, BILLER_STATE_CONFLICT, "conflict"},
        {EntryState::unknown, BILLER_STATE_UNKNOWN, "unknown"},
        {EntryState::dismissed, BILLER_STATE_DISMISSED, "dismissed"},
        {EntryState::released, BILLER_STATE_RELEASED, "released"},
    };
    for (const auto& line : table) {
        BOOST_TEST(static_cast<std::uint32_t>(line.state) == line.number);
        BOOST_TEST(state_name(line.state) == line.name);
    }
    BOOST_TEST(state_name(static_cast<EntryState>(0)) == "");
    BOOST_TEST(state_name(static_cast<EntryState>(9)) == "");
}

BOOST_AUTO_TEST_SUITE_END()
