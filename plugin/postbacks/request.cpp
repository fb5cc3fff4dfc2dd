// Decoding and authentication of a request.
#include "postbacks/request.hpp"

#include "postbacks/portal.hpp"
#include "values/secret.hpp"
#include "values/word.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace segpay {

namespace {

bool is_in(const Address& address, const std::vector<Network>& networks) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network& network) { return network.contains(address); });
}

// The elements of all X-Forwarded-For headers: a proxy may add a line of its own below what it
// received. Empty elements are skipped (RFC 9110, 5.6.1).
std::vector<std::string_view> forwarded_for(const HttpRequest& request) {
    std::vector<std::string_view> hops;
    for (const auto& [name, value] : request.headers) {
        if (!equal_ignoring_case(name, "X-Forwarded-For")) continue;
        for (std::string_view rest = value; !rest.empty();) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view hop = trimmed(rest.substr(0, comma));
            if (!hop.empty()) hops.push_back(hop);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return hops;
}

// The sender of a request, and which hop states it.
struct Sender {
    std::optional<Address> address; // none: `said` is no address
    std::string said;
    std::size_t hop = 0; // of X-Forwarded-For, counted from 1; 0: the socket's peer
    std::size_t hops = 0;
};

// The socket's peer, unless that is a trusted proxy: then the last address of X-Forwarded-For that
// is no trusted proxy.
Sender sender_of(const HttpRequest& request, const Authenticity& authenticity) {
    Sender sender{parse_address(request.peer), std::string(request.peer)};
    const std::vector<std::string_view> hops = forwarded_for(request);
    sender.hops = hops.size();
    for (std::size_t hop = sender.hops;
         hop > 0 && sender.address && is_in(*sender.address, authenticity.trusted_proxies); --hop) {
        sender.said = hops[hop - 1];
        sender.address = parse_forwarded(sender.said);
        sender.hop = hop;
    }
    return sender;
}

std::string hop_of(const Sender& sender) {
    return "hop " + std::to_string(sender.hop) + " of " + std::to_string(sender.hops) +
           " in X-Forwarded-For";
}

std::optional<Refusal> check_sender(const HttpRequest& request, const Authenticity& authenticity) {
    const Sender sender = sender_of(request, authenticity);
    if (!sender.address)
        return Refusal{403, (sender.hop == 0 ? "the sender's address" : hop_of(sender)) + ", \"" +
                                std::string(shortened(trimmed(clean_text(sender.said)), 60)) +
                                "\", is not an IP address"};
    if (is_in(*sender.address, authenticity.addresses)) return std::nullopt;
    std::string message = "sender " + to_string(*sender.address);
    if (sender.hop != 0) message += " (" + hop_of(sender) + ")";
    message += " is not in postbacks.authenticity.addresses";
    if (sender.hops == 0 && is_in(*sender.address, authenticity.trusted_proxies))
        message += "; it is a trusted proxy that sent no X-Forwarded-For";
    return Refusal{403, message};
}

// Empty when the text is no base64.
std::string from_base64(std::string_view encoded) {
    std::string plain(encoded.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                                     reinterpret_cast<const unsigned char*>(encoded.data()),
                                     static_cast<int>(encoded.size()));
    const std::size_t padding = encoded.ends_with("==") ? 2 : encoded.ends_with('=') ? 1 : 0;
    plain.resize(size < 0 ? 0 : static_cast<std::size_t>(size) - padding);
    return plain;
}

// Clients that ignore `charset` send a password as ISO-8859-1, or as Windows-1252, which includes
// it. Both are compared, so that the time reveals neither.
bool is_same_in_either_encoding(std::string_view given, std::string_view expected) {
    std::string recoded = from_windows_1252(given);
    const bool is_utf8 = equal_in_constant_time(given, expected);
    const bool is_latin1 = equal_in_constant_time(recoded, expected);
    wipe(recoded);
    return is_utf8 || is_latin1;
}

bool has_credentials(const HttpRequest& request, const BasicCredentials& wanted) {
    constexpr std::string_view kScheme = "Basic ";
    const std::string_view header = request.header("Authorization");
    if (!equal_ignoring_case(header.substr(0, kScheme.size()), kScheme)) return false;
    std::string given = from_base64(trimmed(header.substr(kScheme.size())));
    bool is_right = false;
    for (const Secret& password : wanted.password.all()) { // each, so that the time reveals none
        std::string expected;
        expected.reserve(wanted.username.size() + 1 + password.reveal().size());
        expected.append(wanted.username).append(":").append(password.reveal());
        if (is_same_in_either_encoding(given, expected)) is_right = true;
        wipe(expected);
    }
    wipe(given);
    return is_right;
}

// RFC 7617: the client sends its password after a 401 that names realm and encoding. The realm is
// the host name of the request: `portal` prints it as the domain.
Refusal challenge(const HttpRequest& request) {
    constexpr std::size_t kMaxHostBytes = 255;
    const std::string_view host = request.header("Host");
    const bool is_usable = is_host_name(host) && host.size() <= kMaxHostBytes;
    const std::string realm(is_usable ? host : "postbacks");
    const bool is_first_try = request.header("Authorization").empty();
    return {401,
            is_first_try ? "HTTP Basic credentials are missing; the answer asks for them"
                         : "HTTP Basic credentials are wrong",
            {{"WWW-Authenticate", "Basic realm=\"" + realm + "\", charset=\"UTF-8\""}},
            is_first_try};
}

// A query may carry the portal's secret in either encoding, too. ASCII is the same in both.
bool is_one_of(const Secrets& secrets, std::string_view given) {
    if (std::ranges::all_of(given, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return secrets.contains(given);
    std::string recoded = from_windows_1252(given);
    const bool is_utf8 = secrets.contains(given);
    const bool is_latin1 = secrets.contains(recoded);
    wipe(recoded);
    return is_utf8 || is_latin1;
}

// Accepts the secret also under a name with blanks and entities of a broken template around it, and
// with the line break behind its value that a pasted URL ended with.
bool take_secret(Form& form, const SecretParameter& wanted) {
    const auto is_named = [&](const FormField& field) {
        const std::string_view name = repaired_name(field.name);
        if (equal_ignoring_case(name, wanted.name)) return true;
        return !field.traits.is_plain_name &&
               equal_ignoring_case(repaired_name(clean_text(name)), wanted.name);
    };
    const auto is_right = [&](std::string_view given) {
        const std::size_t last = given.find_last_not_of(" \t\r\n");
        const bool is_as_sent = is_one_of(wanted.value, given);
        const bool is_without_end = is_one_of(wanted.value, given.substr(0, last + 1));
        return is_as_sent || is_without_end;
    };
    bool is_given = false;
    bool is_wrong = false;
    form.erase([&](const FormField& field) {
        if (!is_named(field)) return false;
        is_given = true;
        if (!is_right(field.value)) is_wrong = true;
        return true;
    });
    return is_given && !is_wrong;
}

bool is_form(std::string_view content_type) {
    const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
    return type.empty() || equal_ignoring_case(type, "application/x-www-form-urlencoded");
}

// By the header, or by the magic bytes of a gzip stream.
bool is_compressed(const HttpRequest& request) {
    const std::string_view coding = trimmed(request.header("Content-Encoding"));
    return !(coding.empty() || equal_ignoring_case(coding, "identity")) ||
           request.body.starts_with("\x1F\x8B");
}

std::optional<Refusal> unreadable_body(const HttpRequest& request) {
    if (request.method != "POST" || request.body.empty()) return std::nullopt;
    if (!is_form(request.header("Content-Type")))
        return Refusal{415, "the body is not application/x-www-form-urlencoded", {}, false, true};
    if (is_compressed(request))
        return Refusal{415, "the body is compressed; a postback's is plain", {}, false, true};
    return std::nullopt;
}

} // namespace

std::string_view HttpRequest::header(std::string_view name) const {
    for (const auto& [header_name, value] : headers)
        if (equal_ignoring_case(header_name, name)) return value;
    return {};
}

std::optional<Refusal> decode_request(const HttpRequest& request, Form& form) {
    form.clear();
    const bool is_post = request.method == "POST";
    if (!is_post && request.method != "GET")
        return Refusal{405,
                       "method " + std::string(shortened(clean_text(request.method), 20)) +
                           " is neither GET nor POST",
                       {{"Allow", "GET, POST"}}};
    const bool is_too_large = request.query.size() > kMaxRequestBytes ||
                              request.body.size() > kMaxRequestBytes - request.query.size();
    if (is_too_large)
        return Refusal{413,
                       "the request is larger than " + std::to_string(kMaxRequestBytes) + " bytes"};
    std::optional<Refusal> partly = unreadable_body(request);
    const std::string_view body = is_post && !partly ? request.body : std::string_view();
    Result<bool> outcome = form.read(request.query);
    if (outcome) outcome = form.read(body);
    if (outcome) return partly;
    constexpr FormLimits kKept{4 * kMaxFields, SIZE_MAX, SIZE_MAX}; // few fields are used
    form.clear();
    if (form.read(request.query, kKept)) (void)form.read(body, kKept);
    return Refusal{413, clean_text(outcome.error()), {}, false, true};
}

std::optional<Refusal> authenticate(const HttpRequest& request, const Authenticity& authenticity,
                                    Form& form) {
    if (authenticity.is_none) return std::nullopt;
    if (!authenticity.addresses.empty())
        if (auto refusal = check_sender(request, authenticity)) return refusal;
    if (authenticity.basic && !has_credentials(request, *authenticity.basic))
        return challenge(request);
    if (authenticity.secret && !take_secret(form, *authenticity.secret))
        return Refusal{
            403, "the secret parameter \"" + authenticity.secret->name + "\" is missing or wrong"};
    return std::nullopt;
}

} // namespace segpay
