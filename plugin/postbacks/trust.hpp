// Trust: how strictly a postback is checked.
#pragma once

namespace segpay {

// released: an operator has checked the request.
enum class Trust { verify, released };

} // namespace segpay
