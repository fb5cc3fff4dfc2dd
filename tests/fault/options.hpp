// The command lines of these programs: words, each followed by a number or a name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace segpay::fault {

constexpr int kWrongUsage = 2;

// The options, with their defaults.
struct Options {
    std::map<std::string, std::uint64_t> numbers;
    std::map<std::string, std::string> names;

    std::uint64_t operator[](const std::string& number) const { return numbers.at(number); }
};

// None: the words are invalid, and `usage` was printed.
std::optional<Options> read_options(int count, char** words, Options options, const char* usage);

// Whether this run may take hours: SEGPAY_SOAK=1, set by tests/run.sh --soak.
bool is_soak();

} // namespace segpay::fault
