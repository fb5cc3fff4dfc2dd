// The known word that a mistyped one most likely means. Knows nothing of the meaning of words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// The nearest of `known` to `word` by letters inserted, dropped, replaced or swapped, case aside.
// Empty: none is near enough.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// "; did you mean "success_word"?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

// "check", "off", "require" -> "check, off, require".
std::string comma_list(const std::vector<std::string>& words);

} // namespace segpay
