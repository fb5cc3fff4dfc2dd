// Reading a command line.
#include "options.hpp"

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace segpay::fault {

namespace {

bool set(const std::string& option, std::string_view value, Options& options) {
    if (const auto name = options.names.find(option); name != options.names.end()) {
        name->second = value;
        return true;
    }
    const auto number = options.numbers.find(option);
    if (number == options.numbers.end()) return false;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number->second);
    return error == std::errc() && stop == end;
}

} // namespace

std::optional<Options> read_options(int count, char** words, Options options, const char* usage) {
    for (int i = 1; i < count; i += 2)
        if (i + 1 == count || !set(words[i], words[i + 1], options)) {
            std::cerr << "cannot read \"" << words[i] << "\"\n" << usage;
            return std::nullopt;
        }
    return options;
}

bool is_soak() {
    const char* const soak = std::getenv("SEGPAY_SOAK");
    return soak && std::string_view(soak) == "1";
}

} // namespace segpay::fault
