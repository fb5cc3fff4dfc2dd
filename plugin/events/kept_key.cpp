// SHA-256 of the sorted parameters.
#include "events/kept_key.hpp"

#include "values/word.hpp"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <vector>

namespace segpay {

namespace {

constexpr std::string_view kKept = "segpay/kept/";
constexpr std::string_view kHeld = "segpay/held/";

} // namespace

std::string digest_of(const Parameters& kept) {
    std::vector<std::string> lines;
    for (const Parameter& parameter : kept)
        lines.push_back(lower_case(parameter.name) + "\n" + parameter.value + "\n");
    std::sort(lines.begin(), lines.end());
    Poco::SHA2Engine engine; // SHA-256
    for (const std::string& line : lines)
        engine.update(line);
    return Poco::DigestEngine::digestToHex(engine.digest()).substr(0, 32);
}

std::string kept_key(const Parameters& kept, bool is_held) {
    return std::string(is_held ? kHeld : kKept) + digest_of(kept);
}

bool is_held_key(std::string_view key) { return key.starts_with(kHeld); }

bool is_kept_key(std::string_view key) { return key.starts_with(kKept); }

} // namespace segpay
