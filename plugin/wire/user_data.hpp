// USERDATA: the parameters of a link in one value, as Segpay stores them,
// <EXTRA_DATA><NAME>value</NAME>...</EXTRA_DATA>. It comes with the consumer's password in clear.
// Reads only elements with text in them, the five entities of XML and numbers of characters.
// Nothing is fetched and nothing expands, and every copy is wiped.
#pragma once

#include "values/text_store.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// The name under which it is listed (Processing API 2.0, "Full List of Postback Parameters").
constexpr std::string_view kUserDataName = "userdata";

// Whether a value begins like it, under any name: unescaped, or escaped up to three times more.
bool is_user_data(std::string_view value);

// Whether its first tag, or its last one, is anywhere in the text, escaped or not: if user data was
// sent unencoded, a '&' or '=' within makes several fields of it.
bool opens_user_data(std::string_view text);
bool closes_user_data(std::string_view text);

using UserData = std::vector<std::pair<std::string_view, std::string_view>>;

// Appends its names, in small letters, and their values; secrets as well. The texts are stored in
// `texts`. False: the value is malformed, and `found` must not be used.
bool read_user_data(std::string_view value, TextStore& texts, UserData& found);

} // namespace segpay
