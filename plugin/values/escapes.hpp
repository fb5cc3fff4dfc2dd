// Escapes that are left in a text which was encoded once more than it should have been: those of
// URLs ("%2F", "%u202F") and those of pages ("&lt;", "&#8239;", "&nbsp;").
#pragma once

#include "values/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// Of "lt", "nbsp", "#233", "#xE9", which stand between '&' and ';', the character; nullopt: it is
// none that is known here, or not the number of one.
std::optional<std::uint32_t> character_of_reference(std::string_view reference);

// A text without its escapes, and where each of its bytes came from. It may hold a secret, and is
// wiped when it ends.
struct Unescaped {
    std::string text;
    std::vector<std::size_t> from; // by byte of `text`, and of its end: where it began

    Unescaped() = default;
    Unescaped(Unescaped&& other) noexcept { *this = std::move(other); }
    Unescaped& operator=(Unescaped&& other) noexcept {
        text.swap(other.text);
        from.swap(other.from);
        return *this;
    }
    ~Unescaped() { wipe(text); }
};

// Whether there can be an escape in it at all.
bool may_have_escapes(std::string_view text);

// Undone once, whatever escapes there are; '+' stands for itself. May be no UTF-8.
Unescaped unescaped_once(std::string_view text);

// Undone until nothing is left to undo, three times at most.
Unescaped unescaped(std::string_view text);

} // namespace segpay
