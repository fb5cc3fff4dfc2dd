// Escapes that are left in a text which was encoded once too often: those of URLs ("%2F", "%u202F")
// and those of pages ("&lt;", "&#8239;", "&nbsp;").
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

// The character of "lt", "nbsp", "#233", "#xE9", which stand between '&' and ';'; nullopt: an
// unknown name, or not the number of a character.
std::optional<std::uint32_t> character_of_reference(std::string_view reference);

// A text without its escapes, and the origin of each of its bytes. It may hold a secret, and is
// wiped when it is destroyed.
struct Unescaped {
    std::string text;
    std::vector<std::size_t> from; // per byte of `text`, and its end: the offset in the original

    Unescaped() = default;
    Unescaped(Unescaped&& other) noexcept { *this = std::move(other); }
    Unescaped& operator=(Unescaped&& other) noexcept {
        text.swap(other.text);
        from.swap(other.from);
        return *this;
    }
    ~Unescaped() { wipe(text); }
};

// A fast test whether there can be an escape in it.
bool may_have_escapes(std::string_view text);

// Decodes one level of escapes; '+' stands for itself. The result may be invalid UTF-8.
Unescaped unescaped_once(std::string_view text);

// Decodes until no escape is left, three levels at most.
Unescaped unescaped(std::string_view text);

} // namespace segpay
