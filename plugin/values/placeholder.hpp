// Placeholders of a postback template that Segpay had no value for: "<extra foreignid>" for a
// member means nothing, like an empty value; taken for an id, it would make one member of all.
#pragma once

#include <string_view>

namespace segpay {

// A fast test before is_placeholder().
inline bool may_be_placeholder(std::string_view value) {
    if (value.empty()) return false;
    const char first = value.front();
    const char last = value.back();
    return first == '<' || first == '%' || first == '&' || last == '>' || last == ';' ||
           (value.size() >= 3 && value[value.size() - 3] == '%');
}

// "<extra NAME>", or "<NAME>" with a name that Segpay has, in any case and with blanks around it;
// the brackets escaped once or twice more, for a URL or a page; or one of the two lost on the way.
// Not "<b>".
bool is_placeholder(std::string_view value);

} // namespace segpay
