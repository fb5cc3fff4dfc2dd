// A small valid configuration, numbered, and the reports when one of its lines is changed.
#pragma once

#include "config/load.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <vector>

namespace segpay::testing {

inline const std::string kValid = R"(account:
  mode: test
postbacks:
  authenticity: none
seal:
  mode: off
ledger:
  path: l.sqlite
sites:
  - id: 7
    type: membership
    package: 162209
  - id: 9
    type: token
options:
  - id: 101
    site: 7
    eticket: "162209:3097"
    price:
      type: recurring
      currency: USD
      initial: { amount: 2.95, days: 3 }
      recurring: { amount: 29.95, days: 30 }
    cross_sells: [XS-1]
  - id: 201
    site: 9
    eticket: "122903:9689"
    price:
      type: dynamic
      currency: USD
      minimum: 5.00
      maximum: 100.00
cross_sells:
  - ref: XS-1
    option: 201
upsells:
  - ref: UP-1
    option: 101
    from_sites: [9]
)";

// kValid with line `number` (from 1) replaced; "" removes it.
inline std::string with_line(int number, const std::string& replacement,
                             const std::string& text = kValid) {
    std::istringstream lines(text);
    std::string changed;
    std::string line;
    for (int at = 1; std::getline(lines, line); ++at) {
        if (at != number)
            changed += line + "\n";
        else if (!replacement.empty())
            changed += replacement + "\n";
    }
    return changed;
}

// "t:6:9: ...", one per mistake.
inline std::vector<std::string> mistakes(const std::string& text, const std::string& name = "t") {
    std::vector<std::string> found;
    for (const Problem& problem : load_config_text(text, name).problems)
        found.push_back(to_string(problem));
    return found;
}

struct Mistake {
    int line;                // that is replaced
    std::string replacement; // "" removes it
    std::string expected;    // the one problem, without the file's name
};

// Each change by itself gives exactly its one problem.
inline void check_each(const std::vector<Mistake>& table) {
    for (const Mistake& row : table) {
        BOOST_TEST_CONTEXT("line " << row.line << ": " << row.replacement) {
            const std::vector<std::string> found = mistakes(with_line(row.line, row.replacement));
            const std::vector<std::string> expected = {"t:" + row.expected};
            BOOST_TEST(found == expected, boost::test_tools::per_element());
        }
    }
}

} // namespace segpay::testing
