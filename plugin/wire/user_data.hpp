// USERDATA: the parameters of a link as Segpay keeps them together,
// <EXTRA_DATA><NAME>value</NAME>...</EXTRA_DATA>. It comes with the consumer's password in clear.
// Read here and nothing else: elements with text in them, the five entities of XML and numbers of
// characters. Nothing is fetched and nothing expands, and no copy is made that is not wiped.
#pragma once

#include "values/text_store.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// The name under which it is listed (Processing API 2.0, "Full List of Postback Parameters").
constexpr std::string_view kUserDataName = "userdata";

// Whether a value begins like it, under whatever name it came: escaped up to three times more or
// not.
bool is_user_data(std::string_view value);

// Whether its first tag, or its last one, stands anywhere in the text, escaped or not: of user data
// that was sent as it is, a '&' or '=' within makes several fields.
bool opens_user_data(std::string_view text);
bool closes_user_data(std::string_view text);

using UserData = std::vector<std::pair<std::string_view, std::string_view>>;

// Appends its names, in small letters, and their values; secrets as well. The texts are kept in
// `texts`. False: it is not like that, and `found` is of no use.
bool read_user_data(std::string_view value, TextStore& texts, UserData& found);

} // namespace segpay
