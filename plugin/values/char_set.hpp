// CharSet: a set of bytes, to search for any of them in one pass. std::string_view::find_first_of
// searches the set for each byte, which is measurable when every request is searched.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace segpay {

class CharSet {
public:
    constexpr explicit CharSet(std::string_view members) {
        for (const char c : members)
            has_[static_cast<unsigned char>(c)] = true;
    }

    constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
    constexpr bool has_any_of(std::string_view text) const {
        return std::any_of(text.begin(), text.end(), [&](char c) { return has(c); });
    }

private:
    std::array<bool, 256> has_{};
};

} // namespace segpay
