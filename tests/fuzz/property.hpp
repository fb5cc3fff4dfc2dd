// Shared by the fuzz targets: ending a run on a broken property, an input that is read piece by
// piece, and the rules for every text of the plugin.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// The one function of a target. The fuzzer calls it, and so does replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace segpay::fuzz {

// Ends the process unless the sentence is true; the fuzzer and ctest both count that as a finding.
inline void holds(bool is_true, std::string_view sentence, std::string_view seen = {}) {
    if (is_true) return;
    std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(sentence.size()),
                 sentence.data());
    if (!seen.empty())
        std::fprintf(stderr, "seen: %.*s\n", static_cast<int>(seen.size()), seen.data());
    std::abort();
}

// The input as a sequence of choices. Bytes past the end are zero.
class Input {
public:
    Input(const uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    bool is_at_end() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto first = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return first;
    }
    std::uint64_t number(unsigned bytes) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < bytes; ++i)
            value = value << 8 | byte();
        return value;
    }
    // So many bytes, or as many as there are.
    std::string_view take(std::size_t size) {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    // Up to the separator, which is skipped.
    std::string_view until(char separator) {
        const std::size_t end = rest_.find(separator);
        const std::string_view taken = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        return taken;
    }

private:
    std::string_view rest_;
};

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// UTF-8, by the table of RFC 3629, without control characters. Independent of the plugin's own
// reader, which it checks.
inline bool is_clean_utf8(std::string_view text) {
    struct Form {
        unsigned char first_low, first_high, second_low, second_high;
        std::size_t size;
    };
    constexpr Form kForms[] = {
        {0x20, 0x7E, 0, 0, 1},       {0xC2, 0xC2, 0xA0, 0xBF, 2}, {0xC3, 0xDF, 0x80, 0xBF, 2},
        {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
        {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4},
        {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    const auto is_between = [](char c, unsigned low, unsigned high) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= low && byte <= high;
    };
    const auto begins_with = [&](const Form& form) {
        if (text.size() < form.size || !is_between(text[0], form.first_low, form.first_high))
            return false;
        if (form.size > 1 && !is_between(text[1], form.second_low, form.second_high)) return false;
        return std::all_of(text.begin() + std::min<std::ptrdiff_t>(2, std::ssize(text)),
                           text.begin() + static_cast<std::ptrdiff_t>(form.size),
                           [&](char c) { return form.size < 3 || is_between(c, 0x80, 0xBF); });
    };
    while (!text.empty()) {
        const auto* form = std::find_if(std::begin(kForms), std::end(kForms), begins_with);
        if (form == std::end(kForms)) return false;
        text.remove_prefix(form->size);
    }
    return true;
}

} // namespace segpay::fuzz
