// A life: dice that are read as a story. Any dice make a legal story, since an illegal step is
// skipped; so a counterexample shrinks by removing dice.
#pragma once

#include "story.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <iosfwd>
#include <vector>

namespace segpay::testing {

// The choices of Step::detail that the dice use; a verb may have more.
constexpr std::uint8_t kDeclined = 1;
constexpr std::uint8_t kStandin = 2;

struct Step {
    std::uint8_t verb = 0;
    std::uint8_t which = 0;  // among the purchases or sales that the verb could be about
    std::uint8_t detail = 0; // a bit a choice; 0 is the plainest
    Mail mail;
};

struct Life {
    std::uint8_t option = 0; // that the customer signs up to
    bool is_test = false;
    std::vector<Step> steps;
};

Story story_of(const Life& life);

void showValue(const Life& life, std::ostream& out); // found by rapidcheck

} // namespace segpay::testing

template <>
struct rc::Arbitrary<segpay::testing::Life> {
    static Gen<segpay::testing::Life> arbitrary();
};
