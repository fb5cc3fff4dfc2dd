// HTTP as the host's pages see it: a request and a response as values, forms and a few helpers.
// Uses no sockets (see server.hpp) and no contents.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nats_host {

// The plugin accepts bodies up to this size; one byte more is read, so that it sees the excess.
constexpr std::size_t kMaxBodyBytes = std::size_t{64} * 1024;

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method; // "GET", "HEAD", "POST", ...
    std::string path;   // "/signup/signup.php", as sent
    std::string query;  // without the question mark, as sent
    std::string body;   // at most kMaxBodyBytes + 1
    std::string peer;   // the socket's other end, without port
    Pairs headers;

    bool is_read() const { return method == "GET" || method == "HEAD"; }

    // The first header of this name in any case, or empty.
    std::string_view header(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "text/html; charset=utf-8"; // empty: it is among the headers
    std::string body;
    Pairs headers;
};

using Respond = std::function<HttpResponse(const HttpRequest&)>;

// The names and values of a query or an urlencoded body; of a name that comes twice the last.
// Throws BadRequest for broken percent-encoding.
using Form = std::map<std::string, std::string, std::less<>>;
Form decode_form(std::string_view encoded);

// In order, each name as often as it came.
std::vector<std::pair<std::string, std::string>> decode_fields(std::string_view encoded);
std::string encode_component(std::string_view text);

// The field's value without spaces at its ends, or empty.
std::string field(const Form& form, std::string_view name);

// A client's mistake; answered with 400 and this text.
struct BadRequest : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace nats_host
