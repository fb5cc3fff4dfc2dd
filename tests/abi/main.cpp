// The entry of the program that tests the contract against a built plugin.
//     abi_tests [options of Boost.Test] -- PLUGIN CONFIG
#define BOOST_TEST_MODULE abi
#include "account.hpp"

#include <boost/test/unit_test.hpp>

struct CommandLine {
    CommandLine() {
        const auto& suite = boost::unit_test::framework::master_test_suite();
        if (suite.argc != 3) throw std::runtime_error("usage: abi_tests -- PLUGIN CONFIG");
        abi_tests::files = {suite.argv[1], suite.argv[2]};
    }
};
BOOST_TEST_GLOBAL_FIXTURE(CommandLine);
