// Reply: the answer to Segpay.
#pragma once

#include "config/config.hpp"
#include "postbacks/request.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace segpay {

// Numbers are those of BILLER_DISPOSITION_*.
enum class Disposition : std::uint32_t {
    delivered = 1,
    duplicate = 2,
    quarantined = 3,
    conflict = 4,
    refused = 5,
    dead_letter = 6,
    unknown = 7,
    answered = 8,
    deferred = 9,
    unavailable = 10,
};

std::string_view disposition_name(Disposition disposition);

// Whether the reply is the success word, after which Segpay does not repeat the postback.
bool is_success(Disposition disposition);

struct Reply {
    Disposition disposition = Disposition::refused;
    unsigned http_status = 500;
    std::string body;
    unsigned retry_after_s = 0;
    std::string message; // for the operator
    std::string key;
    ReplyHeaders headers = {}; // beside those of every reply
};

// The reply of a disposition, with a message that is fit for people.
Reply reply_with(Disposition disposition, const Postbacks& config, std::string key,
                 std::string message);

} // namespace segpay
