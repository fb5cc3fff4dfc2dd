// Trust: how much of a postback is believed.
#pragma once

namespace segpay {

// An operator who releases a request has looked at it.
enum class Trust { verify, released };

} // namespace segpay
