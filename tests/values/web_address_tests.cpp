// Tests plugin/values/web_address.cpp, and that links and configurations accept the same addresses.
#include "values/web_address.hpp"

#include "config/mistakes.hpp"
#include "links/fixture.hpp"

using namespace segpay;
using namespace std::string_view_literals;

namespace {

constexpr std::array kRight = {
    "http://a"sv,
    "HTTPS://JOIN.example.com"sv,
    "https://join.example.com/x?y=z&u=a@b.c#é"sv,
    "https://www.site.com."sv,
    "https://a_b.c-d.com:8443/x:y"sv,
    "https://müller.example/"sv,
    "http://127.0.0.1:8091/decline"sv,
    "http://[::1]"sv,
    "http://[2001:db8::1]:443/x"sv,
    "https://site.com?x=[1]%20{2}"sv,
};

struct Wrong {
    std::string_view text;
    std::string_view why;
};
constexpr std::array kWrong = {
    Wrong{"join.example.com", "does not begin"},
    Wrong{"https:/a", "does not begin"},
    Wrong{" https://a", "does not begin"},
    Wrong{"javascript:alert(1)", "does not begin"},
    Wrong{"https://", "has no host"},
    Wrong{"https:///a", "has no host"},
    Wrong{"https://?a=b", "has no host"},
    Wrong{"https://#a", "has no host"},
    Wrong{"https://:443/", "has no host"},
    Wrong{"https://./", "has no host"},
    Wrong{"https://.site.com", "has no host"},
    Wrong{"https://www..site.com", "has no host"},
    Wrong{"https://a,b/", "has no host"},
    Wrong{"https://site.com\\a", "has no host"},
    Wrong{"https://https://site.com", "has a port"},
    Wrong{"https://site.com:", "has a port"},
    Wrong{"https://[]/", "has no host"},
    Wrong{"https://[::1/", "has no host"},
    Wrong{"https://[x]/", "has no host"},
    Wrong{"https://site.com:http/", "has a port"},
    Wrong{"https://site.com:65536/", "has a port"},
    Wrong{"https://site.com:99999999999999999999/", "has a port"},
    Wrong{"https://[::1]x/", "has no host"},
    Wrong{"https://me@site.com/", "has a user name"},
    Wrong{"https://me:word@site.com/", "has a user name"},
    Wrong{"https://a b", "holds a blank"},
    Wrong{"https://site.com/a b", "holds a blank"},
    Wrong{"https://site.com/ ", "holds a blank"},
    Wrong{"https://site.com/\xC2\xA0", "holds a blank"},
    Wrong{"https://site.com/a\xE2\x80\x8B", "holds a blank"},
    Wrong{"https://site.com/<a>", "holds a blank"},
    Wrong{"https://site.com/\"a", "holds a blank"},
    Wrong{"https://site.com/a\tb", "holds a control character"},
    Wrong{"https://site.com/\n", "holds a control character"},
    Wrong{"https://site.com/\0"sv, "holds a control character"},
    Wrong{"https://site.com/\x7F", "holds a control character"},
    Wrong{"https://site.com/\xE9", "holds a control character or is not UTF-8"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(web_address_tests)

BOOST_AUTO_TEST_CASE(addresses_that_a_browser_finds) {
    for (const std::string_view text : kRight)
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(is_web_address(text));
            BOOST_TEST(objection_to_web_address(text).text() == "");
        }
}

BOOST_AUTO_TEST_CASE(all_others_with_the_reason) {
    for (const auto& [text, why] : kWrong)
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!is_web_address(text));
            BOOST_TEST(objection_to_web_address(text).text().starts_with(why));
        }
}

BOOST_AUTO_TEST_CASE(a_link_and_a_configuration_agree) {
    using testing::error_of, testing::to_option, testing::built;
    for (const auto member : {&LinkRequest::approve_url, &LinkRequest::decline_url}) {
        LinkRequest request = to_option("102");
        for (const std::string_view text : kRight) {
            request.*member = text;
            BOOST_TEST_CONTEXT(text) built(request);
        }
        for (const auto& [text, why] : kWrong) {
            request.*member = text;
            BOOST_TEST_CONTEXT(text) BOOST_TEST(error_of(request).find("_url: ") == 7u);
        }
    }
    const auto mistakes_of = [](std::string_view text) {
        std::string escaped; // as double quotes have it; what is not UTF-8 cannot stand there
        for (const char c : text)
            if (c == '"' || c == '\\')
                (escaped += '\\') += c;
            else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                escaped += std::string("\\x") +
                           (c < 0x10    ? "0"
                            : c == 0x7F ? "7"
                                        : "1") +
                           "0123456789ABCDEF"[c & 15];
            else
                escaped += c;
        return testing::mistakes(
            testing::with_line(2, "  mode: test\npay_page: { approve_url: \"" + escaped + "\" }"));
    };
    for (const std::string_view text : kRight)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(mistakes_of(text).empty());
    for (const auto& [text, why] : kWrong)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(mistakes_of(text).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
