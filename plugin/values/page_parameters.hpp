// Page parameters: names that mean something to Segpay's pay page, so that no parameter of a host's
// own making can have them on a link.
#pragma once

#include <string_view>

namespace segpay {

// Whatever its case. Names that come back in postbacks as well are in values/facts.hpp.
bool is_page_parameter(std::string_view name);

} // namespace segpay
