// HttpRequest: one request of Segpay as the host's web server received it, and its first two gates:
// is it readable, and is it from Segpay? A request that is refused here leaves no trace in the
// ledger, so that strangers cannot fill it.
#pragma once

#include "config/config.hpp"
#include "values/result.hpp"
#include "wire/form.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

struct HttpRequest {
    std::string_view method;
    std::string_view query; // still encoded
    std::string_view body;  // still encoded
    std::string_view peer;  // address of the socket's other end
    std::vector<std::pair<std::string_view, std::string_view>> headers;

    // The first header of that name, in any case; empty when there is none.
    std::string_view header(std::string_view name) const;
};

using ReplyHeaders = std::vector<std::pair<std::string, std::string>>;

// Why a request is rejected before it is read as a postback.
struct Refusal {
    unsigned http_status = 400;
    std::string message;       // for the operator; names neither secrets nor what was compared
    ReplyHeaders headers = {}; // required by the status
    bool is_challenge = false; // the client will retry with its password: no error
    // The form has what could be read: if the request is Segpay's, it goes to quarantine.
    bool is_readable_in_part = false;
};

// Reads query and body as one list of fields into `form`, which the request must outlive. nullopt:
// it could be read.
std::optional<Refusal> decode_request(const HttpRequest& request, Form& form);

// Whether the request comes from Segpay: all configured proofs must be given (addresses, HTTP
// Basic, secret parameter). nullopt: it does. The secret parameter is removed from the form.
std::optional<Refusal> authenticate(const HttpRequest& request, const Authenticity& authenticity,
                                    Form& form);

} // namespace segpay
