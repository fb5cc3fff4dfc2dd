// The two gates of a request: is it readable, and is it from Segpay?
#include "postbacks/request.hpp"

#include "config/mistakes.hpp"
#include "fixtures.hpp"
#include "ledger/fixture.hpp"

#include <Poco/Base64Encoder.h>

#include <fstream>
#include <sstream>

using namespace segpay;
using segpay::testing::contains;
using segpay::testing::parameters_of;

namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

// Parses the parameters.
Form form_of(const Parameters& parameters) {
    Form form;
    for (const Parameter& parameter : parameters)
        form.add({parameter.name, parameter.value, {}});
    return form;
}

unsigned status_of(const HttpRequest& request) {
    Form form;
    const auto refusal = decode_request(request, form);
    return refusal ? refusal->http_status : 200;
}

Authenticity from(const std::vector<std::string>& networks,
                  const std::vector<std::string>& proxies = {}) {
    Authenticity authenticity;
    for (const std::string& text : networks)
        authenticity.addresses.push_back(parse_network(text).value());
    for (const std::string& text : proxies)
        authenticity.trusted_proxies.push_back(parse_network(text).value());
    return authenticity;
}

// 200: accepted.
unsigned answer(const Authenticity& authenticity, std::string_view peer, Headers headers = {},
                const Parameters& parameters = {}) {
    Form form = form_of(parameters);
    const auto refusal =
        authenticate({"GET", "", "", peer, std::move(headers)}, authenticity, form);
    return refusal ? refusal->http_status : 200;
}

std::string basic(const std::string& credentials) {
    std::ostringstream encoded;
    Poco::Base64Encoder encoder(encoded);
    encoder << credentials;
    encoder.close();
    return "Basic " + encoded.str();
}

Authenticity with_basic(std::string_view username = "segpay",
                        std::string_view password = "canary:with colon") {
    Authenticity authenticity;
    authenticity.basic = BasicCredentials{std::string(username), Secret(password)};
    return authenticity;
}

// The refusal of a request with these headers.
Refusal refusal_of(const Authenticity& authenticity, const Headers& headers) {
    Form form;
    const auto refusal = authenticate({"GET", "", "", "203.0.113.9", headers}, authenticity, form);
    BOOST_REQUIRE(refusal.has_value());
    return *refusal;
}

Authenticity with_secret() {
    Authenticity authenticity;
    authenticity.secret = SecretParameter{"natskey", Secret("canary-key")};
    return authenticity;
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_tests)

BOOST_AUTO_TEST_CASE(query_and_body_are_one_list) {
    Form form;
    BOOST_TEST(!decode_request(
        {"POST", "a=1&b=2", "c=3&a=1", "", {{"content-type", "application/x-www-form-urlencoded"}}},
        form));
    BOOST_TEST((parameters_of(form) == Parameters{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"a", "1"}}));
    // The body of a GET is ignored, and nothing of the request before is left.
    BOOST_TEST(!decode_request({"GET", "a=1", "b=2", "", {}}, form));
    BOOST_TEST((parameters_of(form) == Parameters{{"a", "1"}}));
}

BOOST_AUTO_TEST_CASE(only_get_and_post_of_forms) {
    BOOST_TEST(status_of({"GET", "", "", "", {}}) == 200u);
    BOOST_TEST(status_of({"POST", "", "", "", {}}) == 200u);
    for (std::string_view method : {"PUT", "HEAD", "DELETE", "OPTIONS", "get", "post", "", "GET "})
        BOOST_TEST_CONTEXT(method) BOOST_TEST(status_of({method, "a=1", "", "", {}}) == 405u);

    for (std::string_view type :
         {"", "application/x-www-form-urlencoded", "Application/X-WWW-Form-URLencoded",
          "application/x-www-form-urlencoded; charset=UTF-8",
          " application/x-www-form-urlencoded ;charset=x"})
        BOOST_TEST_CONTEXT(type)
    BOOST_TEST(status_of({"POST", "", "a=1", "", {{"Content-Type", type}}}) == 200u);
    for (std::string_view type : {"multipart/form-data", "application/json", "text/plain",
                                  "application/x-www-form-urlencodedx"})
        BOOST_TEST_CONTEXT(type) {
            BOOST_TEST(status_of({"POST", "", "a=1", "", {{"Content-Type", type}}}) == 415u);
            // Without a body, its type does not matter.
            BOOST_TEST(status_of({"POST", "a=1", "", "", {{"Content-Type", type}}}) == 200u);
        }
}

BOOST_AUTO_TEST_CASE(size_is_limited_at_its_edge) {
    std::string query;
    while (query.size() + 8'000 < kMaxRequestBytes)
        query += "n" + std::to_string(query.size()) + "=" + std::string(7'900, 'v') + "&";
    query += "last=" + std::string(kMaxRequestBytes - query.size() - 5, 'v');
    BOOST_REQUIRE(query.size() == 65'536u);
    BOOST_TEST(status_of({"GET", query, "", "", {}}) == 200u);
    BOOST_TEST(status_of({"GET", query + "v", "", "", {}}) == 413u);
    BOOST_TEST(status_of({"POST", "", query, "", {}}) == 200u);
    BOOST_TEST(status_of({"POST", "v", query, "", {}}) == 413u); // together they are one too many
    BOOST_TEST(status_of({"GET", "v=" + std::string(8'193, 'v'), "", "", {}}) == 413u);
    std::string many;
    for (int i = 0; i < 128; ++i)
        many += "n" + std::to_string(i) + "&";
    BOOST_TEST(status_of({"POST", many, many, "", {}}) == 200u);
    BOOST_TEST(status_of({"POST", many + "one", many, "", {}}) == 413u);
}

BOOST_AUTO_TEST_CASE(headers_are_found_whatever_their_case) {
    const HttpRequest request{"GET", "", "", "", {{"CONTENT-type", "a"}, {"Content-Type", "b"}}};
    BOOST_TEST(request.header("content-type") == "a");
    BOOST_TEST(request.header("Content") == "");
}

BOOST_AUTO_TEST_CASE(the_peer_must_be_listed) {
    struct Row {
        std::string_view listed;
        std::string_view peer;
        bool is_believed;
    };
    for (const Row& row : {Row{"192.0.2.1", "192.0.2.1", true},
                           {"192.0.2.1", "192.0.2.2", false},
                           {"192.0.2.0/24", "192.0.2.0", true},
                           {"192.0.2.0/24", "192.0.2.255", true},
                           {"192.0.2.0/24", "192.0.1.255", false},
                           {"192.0.2.0/24", "192.0.3.0", false},
                           {"192.0.2.128/25", "192.0.2.128", true},
                           {"192.0.2.128/25", "192.0.2.127", false},
                           {"192.0.2.1/32", "192.0.2.1", true},
                           {"192.0.2.1/32", "192.0.2.0", false},
                           {"192.0.2.0/31", "192.0.2.1", true},
                           {"192.0.2.0/31", "192.0.2.2", false},
                           {"128.0.0.0/1", "255.0.0.1", true},
                           {"128.0.0.0/1", "127.255.255.255", false},
                           {"0.0.0.0/0", "203.0.113.9", true},
                           {"0.0.0.0/0", "2001:db8::1", false},
                           {"192.0.2.1", "::ffff:192.0.2.1", true}, // through an IPv6 socket
                           {"192.0.2.0/24", "::FFFF:192.0.2.7", true},
                           {"::ffff:192.0.2.1", "192.0.2.1", true},
                           {"192.0.2.1", "::ffff:192.0.2.2", false},
                           {"2001:db8::1", "2001:0db8:0:0::1", true},
                           {"2001:db8::1", "2001:db8::2", false},
                           {"2001:db8::/32", "2001:db8:ffff::1", true},
                           {"2001:db8::/32", "2001:db9::", false},
                           {"2001:db8::/127", "2001:db8::1", true},
                           {"2001:db8::/127", "2001:db8::2", false},
                           {"8000::/1", "fe80::1", true},
                           {"8000::/1", "2001:db8::1", false},
                           {"8000::/1", "192.0.2.1", false},
                           {"::1", "::1", true},
                           {"192.0.2.1", "", false},
                           {"192.0.2.1", "localhost", false},
                           {"192.0.2.1", "192.0.2.1:443", false},
                           {"192.0.2.1", "192.0.2.1, 10.0.0.1", false}})
        BOOST_TEST_CONTEXT(row.peer << " in " << row.listed)
    BOOST_TEST(answer(from({std::string(row.listed)}), row.peer) ==
               (row.is_believed ? 200u : 403u));

    const Authenticity several = from({"192.0.2.1", "2001:db8::/32"});
    BOOST_TEST(answer(several, "192.0.2.1") == 200u);
    BOOST_TEST(answer(several, "2001:db8::9") == 200u);
    BOOST_TEST(answer(several, "192.0.2.9") == 403u);
}

BOOST_AUTO_TEST_CASE(forwarded_addresses_count_only_from_trusted_proxies) {
    const Authenticity behind = from({"192.0.2.1"}, {"10.0.0.0/8", "2001:db8::1"});
    const auto hops = [&](std::string_view peer, std::string_view forwarded) {
        return answer(behind, peer, {{"X-Forwarded-For", forwarded}});
    };
    BOOST_TEST(hops("10.0.0.1", "192.0.2.1") == 200u);
    BOOST_TEST(hops("10.0.0.1", " 192.0.2.1 ") == 200u);
    BOOST_TEST(hops("2001:db8::1", "192.0.2.1") == 200u);
    BOOST_TEST(hops("10.0.0.1", "192.0.2.1, 10.0.0.2") == 200u); // two trusted proxies
    BOOST_TEST(hops("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2") == 200u);
    BOOST_TEST(hops("10.0.0.1", "192.0.2.1, 203.0.113.9") == 403u); // a forged header
    BOOST_TEST(hops("10.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2") == 403u);
    BOOST_TEST(hops("203.0.113.9", "192.0.2.1") == 403u); // not a trusted proxy
    BOOST_TEST(hops("192.0.2.1", "203.0.113.9") == 200u); // direct: the header is ignored
    BOOST_TEST(hops("10.0.0.1", "") == 403u);             // the proxy itself
    BOOST_TEST(hops("10.0.0.1", "10.0.0.2, 10.0.0.3") == 403u);
    BOOST_TEST(hops("10.0.0.1", "192.0.2.1, unknown") == 403u);
    BOOST_TEST(answer(behind, "10.0.0.1") == 403u);
    BOOST_TEST(answer(from({"192.0.2.1"}), "10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}}) == 403u);
}

// RFC 9110, 5.6.1: "A recipient MUST parse and ignore a reasonable number of empty list elements".
BOOST_AUTO_TEST_CASE(empty_hops_are_none) {
    const Authenticity behind = from({"192.0.2.1"}, {"10.0.0.0/8"});
    const auto hops = [&](Headers headers) { return answer(behind, "10.0.0.1", headers); };
    for (const std::string_view forwarded :
         {"192.0.2.1,", "192.0.2.1, ", "192.0.2.1 ,\t, ", ",192.0.2.1", ", , 192.0.2.1,,10.0.0.2,",
          "203.0.113.9,,192.0.2.1"})
        BOOST_TEST_CONTEXT(forwarded) BOOST_TEST(hops({{"X-Forwarded-For", forwarded}}) == 200u);
    BOOST_TEST(hops({{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-For", ""}}) == 200u);
    BOOST_TEST(hops({{"X-Forwarded-For", ","}, {"X-Forwarded-For", "192.0.2.1,"}}) == 200u);
    // A header that the sender forged stays before the sender's own hop.
    BOOST_TEST(hops({{"X-Forwarded-For", "192.0.2.1,, 203.0.113.9"}}) == 403u);
    BOOST_TEST(hops({{"X-Forwarded-For", "192.0.2.1,,203.0.113.9,"}}) == 403u);
    for (const std::string_view nothing : {"", ",", " , ,", "\t"})
        BOOST_TEST_CONTEXT(nothing) BOOST_TEST(hops({{"X-Forwarded-For", nothing}}) == 403u);
}

BOOST_AUTO_TEST_CASE(hops_are_read_as_proxies_write_them) {
    const Authenticity behind = from({"192.0.2.1", "2001:db8:1::/48"}, {"10.0.0.0/8"});
    const auto hops = [&](std::string_view forwarded) {
        return answer(behind, "10.0.0.1", {{"X-Forwarded-For", forwarded}});
    };
    BOOST_TEST(hops("192.0.2.1:51234") == 200u);
    BOOST_TEST(hops("\"192.0.2.1\"") == 200u);
    BOOST_TEST(hops("\"[2001:db8:1::9]:443\"") == 200u);
    BOOST_TEST(hops("for=\"[2001:db8:1::9]\", for=10.0.0.2") == 200u);
    BOOST_TEST(hops("203.0.113.9:1, 192.0.2.1:51234, 10.0.0.2:80") == 200u);
    BOOST_TEST(hops("192.0.2.1:51234, 203.0.113.9:1") == 403u);
    BOOST_TEST(hops("192.0.2.1:99999") == 403u);
    BOOST_TEST(answer(behind, "192.0.2.1:51234") == 403u); // a socket's other end is an address
}

BOOST_AUTO_TEST_CASE(the_hop_that_failed_is_named) {
    using namespace std::string_view_literals;
    const Authenticity behind = from({"192.0.2.1"}, {"10.0.0.0/8"});
    const auto why = [&](std::string_view peer, Headers headers) {
        Form form;
        const auto refusal = authenticate({"GET", "", "", peer, std::move(headers)}, behind, form);
        return refusal ? refusal->message : "believed";
    };
    const auto hops = [&](std::string_view forwarded) {
        return why("10.0.0.1", {{"X-Forwarded-For", forwarded}});
    };
    BOOST_TEST(hops("192.0.2.1, unknown, 10.0.0.2") ==
               "hop 2 of 3 in X-Forwarded-For, \"unknown\", is not an IP address");
    BOOST_TEST(hops(",203.0.113.9,,") ==
               "sender 203.0.113.9 (hop 1 of 1 in X-Forwarded-For) is not in "
               "postbacks.authenticity.addresses");
    BOOST_TEST(hops(" , ") ==
               "sender 10.0.0.1 is not in postbacks.authenticity.addresses; it is a trusted proxy "
               "that sent no X-Forwarded-For");
    // Text behind a NUL counts in the comparison and in the message.
    BOOST_TEST(hops("192.0.2.1\0, 203.0.113.9"sv) ==
               "sender 203.0.113.9 (hop 2 of 2 in X-Forwarded-For) is not in "
               "postbacks.authenticity.addresses");
    BOOST_TEST(hops("192.0.2.1\0x"sv) ==
               "hop 1 of 1 in X-Forwarded-For, \"192.0.2.1 x\", is not an IP address");
    BOOST_TEST(why("192.0.2.1\0x"sv, {}) ==
               "the sender's address, \"192.0.2.1 x\", is not an IP address");
    BOOST_TEST(hops("10.0.0.3, 10.0.0.2") ==
               "sender 10.0.0.3 (hop 1 of 2 in X-Forwarded-For) is not in "
               "postbacks.authenticity.addresses");
    BOOST_TEST(why("10.0.0.1", {}) ==
               "sender 10.0.0.1 is not in postbacks.authenticity.addresses; it is a trusted proxy "
               "that sent no X-Forwarded-For");
    BOOST_TEST(why("203.0.113.9", {{"X-Forwarded-For", "192.0.2.1"}}) ==
               "sender 203.0.113.9 is not in postbacks.authenticity.addresses");
    // Hops are counted across both lines.
    BOOST_TEST(why("10.0.0.1", {{"X-Forwarded-For", "a"}, {"x-forwarded-for", "b"}}) ==
               "hop 2 of 2 in X-Forwarded-For, \"b\", is not an IP address");
}

BOOST_AUTO_TEST_CASE(a_compressed_body_is_not_read) {
    for (std::string_view coding : {"gzip", "deflate", "br", "GZIP", "x-gzip", "gzip, identity"}) {
        BOOST_TEST(status_of({"POST", "a=1", "b=2", "", {{"Content-Encoding", coding}}}) == 415u);
        BOOST_TEST(status_of({"POST", "a=1", "", "", {{"Content-Encoding", coding}}}) == 200u);
        BOOST_TEST(status_of({"GET", "a=1", "", "", {{"Content-Encoding", coding}}}) == 200u);
    }
    for (std::string_view coding : {"", "identity", " Identity "})
        BOOST_TEST(status_of({"POST", "", "b=2", "", {{"Content-Encoding", coding}}}) == 200u);
    BOOST_TEST(status_of({"POST", "", "\x1F\x8B\x08", "", {}}) == 415u);
}

BOOST_AUTO_TEST_CASE(the_secret_is_found_behind_an_escaped_ampersand) {
    const auto given = [&](const Parameters& list) { return answer(with_secret(), "", {}, list); };
    BOOST_TEST(given({{"amp;natskey", "canary-key"}}) == 200u);
    BOOST_TEST(given({{"amp;natskey", "canary-ke"}}) == 403u);
    BOOST_TEST(given({{"natskey", "canary-key"}, {"amp;amp;natskey", "other"}}) == 403u);
    BOOST_TEST(given({{"ampnatskey", "canary-key"}}) == 403u);
}

// A template that was pasted with blanks and line breaks has them in its names, and at its end.
BOOST_AUTO_TEST_CASE(the_secret_is_found_between_blanks_and_is_taken_out) {
    for (std::string_view query :
         {"+natskey=canary-key&a=1", "natskey+=canary-key&a=1", "%0D%0ANatsKey=canary-key&a=1",
          "a=1&natskey%09=canary-key", "a=1&amp;+natskey=canary-key", "a=1&+amp;natskey=canary-key",
          "a=1&natskey=canary-key%0D%0A", "a=1&natskey=canary-key+",
          "natskey=canary-key&a=1&%0Anatskey+=canary-key", "a=1&%C2%85natskey=canary-key"}) {
        Form form;
        const HttpRequest request{"GET", query, "", "", {}};
        BOOST_TEST_CONTEXT(query) {
            BOOST_TEST(!decode_request(request, form));
            BOOST_TEST(!authenticate(request, with_secret(), form));
            BOOST_TEST(form.fields().size() == 1u);
            BOOST_TEST(form.fields()[0].name == "a");
        }
    }
    for (std::string_view query :
         {"+natskey=canary", "nats+key=canary-key", "xnatskey=canary-key", "natskey=+canary-key",
          "natskey=canary-key&+natskey=canary", "natskey=canary-key+x", "natskey"}) {
        Form form;
        const HttpRequest request{"GET", query, "", "", {}};
        BOOST_TEST(!decode_request(request, form));
        BOOST_TEST(authenticate(request, with_secret(), form).has_value(), query);
    }
}

BOOST_AUTO_TEST_CASE(a_line_of_the_proxy_below_the_stranger_s_own_is_the_last_hop) {
    const Authenticity behind = from({"192.0.2.1"}, {"10.0.0.1"});
    BOOST_TEST(answer(behind, "10.0.0.1",
                      {{"X-Forwarded-For", "192.0.2.1"}, {"x-forwarded-for", "203.0.113.9"}}) ==
               403u);
    BOOST_TEST(answer(behind, "10.0.0.1",
                      {{"X-Forwarded-For", "203.0.113.9"}, {"x-forwarded-for", "192.0.2.1"}}) ==
               200u);
}

BOOST_AUTO_TEST_CASE(basic_credentials_must_be_right) {
    const Authenticity authenticity = with_basic();
    const auto given = [&](const std::string& header) {
        return answer(authenticity, "203.0.113.9", {{"Authorization", header}});
    };
    const std::string right = basic("segpay:canary:with colon");
    BOOST_TEST(given(right) == 200u);
    BOOST_TEST(given("basic " + right.substr(6)) == 200u);
    for (const char* credentials :
         {"segpay:canary", "segpay:canary:with colon ", "Segpay:canary:with colon",
          "segpay:", ":canary:with colon", "segpay", ""})
        BOOST_TEST_CONTEXT(credentials) BOOST_TEST(given(basic(credentials)) == 401u);
    BOOST_TEST(given("") == 401u);
    BOOST_TEST(given("Basic") == 401u);
    BOOST_TEST(given("Basic ") == 401u);
    BOOST_TEST(given("Basic !!!") == 401u);
    BOOST_TEST(given("Bearer " + right.substr(6)) == 401u);
    BOOST_TEST(given("segpay:canary:with colon") == 401u);
    BOOST_TEST(answer(authenticity, "203.0.113.9") == 401u);
}

// RFC 7617: without the challenge a client that follows the standard never sends its password.
BOOST_AUTO_TEST_CASE(whoever_sends_no_password_is_asked_for_it) {
    const Authenticity authenticity = with_basic();
    using Challenge = std::pair<std::string_view, std::string>;
    for (const auto& [host, realm] : {Challenge{"join.example.com", "join.example.com"},
                                      {"[::1]:8443", "[::1]:8443"},
                                      {"", "postbacks"},
                                      {"a\"b", "postbacks"},
                                      {"a\r\nSet-Cookie: b", "postbacks"},
                                      {"join.example.com/path", "postbacks"}})
        for (const std::string& credentials : {std::string(), basic("segpay:wrong")})
            BOOST_TEST_CONTEXT(host << " " << credentials) {
                const Refusal refusal =
                    refusal_of(authenticity, {{"Host", host}, {"Authorization", credentials}});
                BOOST_TEST(refusal.http_status == 401u);
                BOOST_TEST((refusal.headers ==
                            ReplyHeaders{{"WWW-Authenticate",
                                          "Basic realm=\"" + realm + "\", charset=\"UTF-8\""}}));
                BOOST_TEST(refusal.is_challenge == credentials.empty());
            }
    const std::string longest(255, 'a');
    BOOST_TEST(contains(refusal_of(authenticity, {{"Host", longest}}).headers[0].second, longest));
    const std::string longer(256, 'a');
    BOOST_TEST(!contains(refusal_of(authenticity, {{"Host", longer}}).headers[0].second, "aaa"));
}

BOOST_AUTO_TEST_CASE(a_method_that_is_not_taken_is_told_which_are) {
    Form form;
    const auto refusal = decode_request({"PUT", "a=1", "", "", {}}, form);
    BOOST_REQUIRE(refusal.has_value());
    BOOST_TEST((refusal->headers == ReplyHeaders{{"Allow", "GET, POST"}}));
}

// A client that does not know of charset="UTF-8" sends ISO-8859-1, or the Windows-1252 around it.
BOOST_AUTO_TEST_CASE(a_password_may_come_in_either_encoding) {
    struct Row {
        std::string_view username, password; // as configured: UTF-8
        std::string sent;
        bool is_right;
    };
    for (const Row& row :
         {Row{"segpay", "gr\u00fc\u00dfe", "segpay:gr\u00fc\u00dfe", true},
          {"segpay", "gr\u00fc\u00dfe",
           "segpay:gr\xFC\xDF"
           "e",
           true},
          {"s\u00e9gpay", "\u00ff", "s\xE9gpay:\xFF", true},
          {"segpay", "5\u20ac", "segpay:5\x80", true},         // Windows-1252
          {"segpay", "\u00c3\u00bc", "segpay:\xC3\xBC", true}, // reads as UTF-8, too
          {"segpay", "\u00fc", "segpay:\xC3\xBC", true},
          {"segpay", "gr\u00fc\u00dfe",
           "segpay:gr\u00fc\xDF"
           "e",
           false}, // mixed
          {"segpay", "gr\u00fc\u00dfe", "segpay:gr??e", false},
          {"segpay", "gr\u00fc\u00dfe", "segpay:grue", false},
          {"segpay", "\u0142", "segpay:\xB3", false},          // ISO-8859-2
          {"segpay", "\u00fc", "segpay:\u00c3\u00bc", false}}) // encoded twice
        BOOST_TEST_CONTEXT(row.password << " sent as " << row.sent)
    BOOST_TEST(answer(with_basic(row.username, row.password), "203.0.113.9",
                      {{"Authorization", basic(row.sent)}}) == (row.is_right ? 200u : 401u));
}

// The file of a password, too, may have been saved in either encoding.
BOOST_AUTO_TEST_CASE(a_secret_s_file_may_be_in_either_encoding) {
    const test::TemporaryFolder folder;
    const std::string text = testing::with_line(
        4,
        "  authenticity:\n    basic: { username: segpay, password: \"${file:s}\" }\n"
        "    secret: { parameter: natskey, value: \"${file:s}\" }");
    const std::string utf8 = "gr\u00fc\u00dfe-canary", latin1 =
                                                           "gr\xFC\xDF"
                                                           "e-canary";
    for (const std::string& saved : {utf8, latin1}) {
        std::ofstream(folder.file("s"), std::ios::binary) << saved << "\n";
        const LoadedConfig loaded = load_config_text(text, folder.file("t"));
        BOOST_REQUIRE(loaded.config);
        const auto given = [&](const std::string& password, const std::string& query) {
            Form form;
            const std::string header = basic("segpay:" + password);
            const HttpRequest request{"GET", query, "", "203.0.113.9", {{"Authorization", header}}};
            BOOST_REQUIRE(!decode_request(request, form));
            const auto refusal = authenticate(request, loaded.config->postbacks.authenticity, form);
            return refusal ? refusal->http_status : 200u;
        };
        for (const std::string& password : {utf8, latin1})
            for (const std::string& query :
                 {std::string("natskey=gr%C3%BC%C3%9Fe-canary"),
                  std::string("natskey=gr%FC%DFe-canary"), "natskey=" + utf8, "natskey=" + latin1})
                BOOST_TEST_CONTEXT(saved << ", " << password << ", " << query)
        BOOST_TEST(given(password, query) == 200u);
        BOOST_TEST(given("grue-canary", "natskey=" + utf8) == 401u);
        BOOST_TEST(given(utf8, "natskey=grue-canary") == 403u);
    }
}

BOOST_AUTO_TEST_CASE(the_secret_parameter_must_be_right_and_is_taken_out) {
    const Authenticity authenticity = with_secret();
    const Parameters parameters = {{"a", "1"}, {"NatsKey", "canary-key"}, {"b", "2"}};
    Form form = form_of(parameters);
    BOOST_TEST(!authenticate({"GET", "", "", "", {}}, authenticity, form).has_value());
    BOOST_TEST((parameters_of(form) == Parameters{{"a", "1"}, {"b", "2"}}));

    const auto given = [&](const Parameters& list) { return answer(authenticity, "", {}, list); };
    BOOST_TEST(given({{"natskey", "canary-key"}}) == 200u);
    BOOST_TEST(given({{"natskey", "canary-key"}, {"natskey", "canary-key"}}) == 200u);
    BOOST_TEST(given({}) == 403u);
    BOOST_TEST(given({{"natskey", ""}}) == 403u);
    BOOST_TEST(given({{"natskey", "canary-ke"}}) == 403u);
    BOOST_TEST(given({{"natskey", "Canary-key"}}) == 403u);
    BOOST_TEST(given({{"natskeys", "canary-key"}}) == 403u);
    BOOST_TEST(given({{"natskey", "canary-key"}, {"natskey", "other"}}) == 403u);
    BOOST_TEST(given({{"natskey", "other"}, {"natskey", "canary-key"}}) == 403u);
}

BOOST_AUTO_TEST_CASE(all_that_are_configured_must_pass) {
    Authenticity all = from({"192.0.2.1"});
    all.basic = with_basic().basic;
    all.secret = with_secret().secret;
    const std::string right = basic("segpay:canary:with colon");
    const Parameters key = {{"natskey", "canary-key"}};
    BOOST_TEST(answer(all, "192.0.2.1", {{"Authorization", right}}, key) == 200u);
    BOOST_TEST(answer(all, "192.0.2.2", {{"Authorization", right}}, key) == 403u);
    BOOST_TEST(answer(all, "192.0.2.1", {}, key) == 401u);
    BOOST_TEST(answer(all, "192.0.2.1", {{"Authorization", right}}) == 403u);
}

BOOST_AUTO_TEST_CASE(refusals_show_no_secret) {
    Authenticity all = from({"192.0.2.1"});
    all.basic = with_basic().basic;
    all.secret = with_secret().secret;
    const std::string wrong = basic("segpay:canary-given");
    const std::string right = basic("segpay:canary:with colon");
    for (std::string_view peer : {"192.0.2.1", "203.0.113.9"})
        for (const Headers& headers :
             {Headers{}, Headers{{"Authorization", wrong}}, Headers{{"Authorization", right}}}) {
            const Parameters parameters = {{"natskey", "canary-given"}};
            Form form = form_of(parameters);
            const auto refusal = authenticate({"GET", "", "", peer, headers}, all, form);
            BOOST_REQUIRE(refusal.has_value());
            BOOST_TEST(!contains(refusal->message, "canary"));
        }
}

// While Segpay still sends the old one, or some of the postback URLs have it.
BOOST_AUTO_TEST_CASE(each_secret_of_a_list_is_believed) {
    Authenticity authenticity = with_basic();
    authenticity.basic->password.add(Secret("older"));
    for (const auto& [password, status] :
         std::vector<std::pair<std::string, unsigned>>{{"canary:with colon", 200},
                                                       {"older", 200},
                                                       {"", 401},
                                                       {"olde", 401},
                                                       {"olderr", 401},
                                                       {"canary:with colonolder", 401}}) {
        const std::string header = basic("segpay:" + password);
        BOOST_TEST(answer(authenticity, "192.0.2.1", {{"Authorization", header}}) == status,
                   password);
    }
    const std::string stranger = basic("other:older");
    BOOST_TEST(answer(authenticity, "192.0.2.1", {{"Authorization", stranger}}) == 401u);

    authenticity = with_secret();
    authenticity.secret->value.add(Secret("older"));
    for (const auto& [value, status] :
         std::vector<std::pair<std::string, unsigned>>{{"canary-key", 200},
                                                       {"older", 200},
                                                       {"", 403},
                                                       {"olde", 403},
                                                       {"canary-keyolder", 403}})
        BOOST_TEST(answer(authenticity, "192.0.2.1", {}, {{"natskey", value}}) == status, value);
    BOOST_TEST(answer(authenticity, "192.0.2.1", {},
                      {{"natskey", "older"}, {"natskey", "canary-key"}}) == 200u);
    BOOST_TEST(answer(authenticity, "192.0.2.1", {}, {{"natskey", "older"}, {"natskey", "x"}}) ==
               403u);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_when_the_operator_said_none) {
    Authenticity none;
    none.is_none = true;
    BOOST_TEST(answer(none, "") == 200u);
    BOOST_TEST(answer(none, "203.0.113.9") == 200u);
}

// Two sizes whose sum overflows to a small number.
BOOST_AUTO_TEST_CASE(each_size_is_compared_alone) {
    const std::string text = "action=Auth";
    constexpr std::size_t kHuge = SIZE_MAX - 9;
    Form form;
    for (const auto& [query, body] : {std::pair{kHuge, text.size()}, {text.size(), kHuge}}) {
        const HttpRequest request{"POST",
                                  {text.data(), query},
                                  {text.data(), body},
                                  "127.0.0.1",
                                  {{"Content-Type", "application/x-www-form-urlencoded"}}};
        const std::optional<Refusal> refused = decode_request(request, form);
        BOOST_REQUIRE(refused);
        BOOST_TEST(refused->http_status == 413u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
