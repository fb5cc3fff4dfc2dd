// The property: whatever a customer does, and whatever the network does to the postbacks, the
// host's final state is the model's. Prints its seed; the same seed repeats the lives.
//
//     property_tests [--sequences N] [--seed N] [--sabotage WHAT]
//
// --sabotage proves that a difference is found: then the exit code is 0 if one was. RC_PARAMS of
// rapidcheck works as well.
#include "life.hpp"
#include "telling.hpp"

#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

using namespace segpay::testing;

namespace {

constexpr int kWrongUsage = 2;
constexpr int kSequences = 100'000;

struct Options {
    std::string rapidcheck = "max_success=" + std::to_string(kSequences);
    Sabotage sabotage;
    bool is_sabotaged = false;
};

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool set(const std::string& name, const std::string& value, Options& options) {
    static const std::map<std::string, bool Sabotage::*> kSabotages = {
        {"forget-keys", &Sabotage::forget_keys},
        {"lose-postback", &Sabotage::lose_postback},
        {"forget-failures", &Sabotage::forget_failures},
    };
    if (name == "--sequences" && is_number(value))
        options.rapidcheck += " max_success=" + value;
    else if (name == "--seed" && is_number(value))
        options.rapidcheck += " seed=" + value;
    else if (name == "--sabotage" && kSabotages.contains(value))
        options.sabotage.*kSabotages.at(value) = options.is_sabotaged = true;
    else
        return false;
    return true;
}

std::optional<Options> options_of(int count, char** words) {
    Options options;
    for (int i = 1; i < count; i += 2)
        if (i + 1 == count || !set(words[i], words[i + 1], options)) {
            std::cerr << "property_tests: cannot read \"" << words[i]
                      << "\"; write [--sequences N] [--seed N] [--sabotage WHAT]\n";
            return std::nullopt;
        }
    if (const char* given = std::getenv("RC_PARAMS"))
        options.rapidcheck += " " + std::string(given);
    return options;
}

// So many lives have every kind of event, unless the generator has a gap.
constexpr std::uint64_t kLivesForAllKinds = 10'000;
constexpr std::size_t kKinds = 22; // of biller.h; an event is never "unknown"

bool has_all_kinds(const Telling& telling) {
    const bool is_enough = telling.events().size() == kKinds || telling.runs() < kLivesForAllKinds;
    if (!is_enough) std::cerr << "some kind of event never occurred\n";
    return is_enough;
}

void print_counts(const Telling& telling) {
    std::cout << telling.postbacks() << " postbacks of";
    for (const auto& [kind, count] : telling.events())
        std::cout << " " << count << " " << kind;
    std::cout << "\n";
}

} // namespace

int main(int count, char** words) {
    const std::optional<Options> options = options_of(count, words);
    if (!options) return kWrongUsage;
    setenv("RC_PARAMS", options->rapidcheck.c_str(), 1);

    Telling telling(options->sabotage);
    const bool is_true = rc::check("the host ends as the model says", [&](const Life& life) {
        if (const std::string wrong = telling.run(story_of(life)); !wrong.empty())
            RC_FAIL("\n" + wrong);
    });
    if (is_true) print_counts(telling);
    if (!options->is_sabotaged && !has_all_kinds(telling)) return EXIT_FAILURE;
    return is_true != options->is_sabotaged ? EXIT_SUCCESS : EXIT_FAILURE;
}
