// The promise: is the postback about what we asked for? The seal over the link's values, and test
// money in a live account. Who sent the postback was asked before (request.hpp).
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/timestamp.hpp"

#include <string>

namespace segpay {

// What is wrong, for the operator; empty when the promise is kept.
std::string check_promise(const Event& event, const Postback& postback, const Config& config,
                          TimeMs now);

} // namespace segpay
