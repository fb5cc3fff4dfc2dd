// Every response code of the documents, with its text and family.
#include "postbacks/reasons.hpp"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <iterator>
#include <string>
#include <string_view>

using namespace segpay;

namespace {

// Processing API 2.0, "Failed Transaction Error Codes", with the document's short and long
// descriptions, and "Instant Conversion/One-Click Errors", which have a long one alone. The text is
// what a page says instead: the long description in this project's words.
struct Documented {
    std::string_view code;
    std::string_view short_description;
    std::string_view long_description;
    std::string_view text;
};
constexpr Documented kDocumented[] = {
    {"F440", "SPVelocity", "Instant Conversion Validation Errors exceeded.",
     "Instant Conversion validation errors exceeded"},
    {"F451", "SPNegDB", "Card negative database", "Card negative database"},
    {"F452", "SPNegDB", "E-mail negative database", "E-mail negative database"},
    {"F453", "SPNegDB", "E-mail negative database", "E-mail negative database"},
    {"F455", "SPNegDB", "CustCountry or IP Country", "Customer or IP country"},
    {"F456", "SPNegDB", "Merchant CustCountry or IP Country block.",
     "Merchant block of customer or IP country"},
    {"F457", "Dupe", "Duplicate Subscription", "Duplicate subscription"},
    {"F458", "SPNegDB", "Merchant URL CustCountry or IP Country block.",
     "Merchant URL block of customer or IP country"},
    {"F460", "SPVelocity", "Global Velocity", "Global velocity"},
    {"F461", "SPVelocity", "Merchant Velocity (Card Number)", "Merchant velocity (card number)"},
    {"F462", "SPVelocity", "Merchant Velocity (E-Mail)", "Merchant velocity (e-mail)"},
    {"F463", "SPVelocity", "URL Velocity (Card Number)", "URL velocity (card number)"},
    {"F464", "SPVelocity", "URL Velocity (E-Mail)", "URL velocity (e-mail)"},
    {"F465", "SPVelocity", "Merchant Velocity (IP Address)", "Merchant velocity (IP address)"},
    {"F470", "SPNegDB", "BIN Block - Negative Database", "BIN block (negative database)"},
    {"F471", "SPNegDB", "BIN Block - BIN Country", "BIN block (BIN country)"},
    {"F481", "SPNegDB", "MerchantPartnerID Block", "Merchant partner ID block"},
    {"F492", "MerchNegDB", "E-mail negative database", "E-mail negative database of the merchant"},
    {"F493", "SPNegDB", "Merchant CustCountry or IP Country block.",
     "Merchant block of customer or IP country"},
    {"F494", "SPNegDB", "Device negative database", "Device negative database"},
    {"V3001", "SPVelocity", "URL Velocity (Card Number)", "URL velocity (card number)"},
    {"V3002", "SPVelocity", "URL Velocity (E-Mail)", "URL velocity (e-mail)"},
    {"V3003", "SPVelocity", "URL Velocity (Username)", "URL velocity (user name)"},
    {"V3004", "SPVelocity", "URL Velocity (IPAddress)", "URL velocity (IP address)"},
    {"V3005", "SPVelocity", "Merchant Velocity (Card Number)", "Merchant velocity (card number)"},
    {"V3006", "SPVelocity", "Merchant Velocity (E-Mail)", "Merchant velocity (e-mail)"},
    {"V3007", "SPVelocity", "Merchant Velocity (Username)", "Merchant velocity (user name)"},
    {"V3008", "SPVelocity", "Merchant Velocity (IPAddress)", "Merchant velocity (IP address)"},
    {"V3009", "SPVelocity", "URL Velocity (DeviceID)", "URL velocity (device)"},
    {"V3010", "SPVelocity", "Merchant Velocity (DeviceID)", "Merchant velocity (device)"},
    {"V3011", "SPVelocity", "URL Velocity (TrueIP)", "URL velocity (true IP address)"},
    {"V3012", "SPVelocity", "Merchant Velocity (TrueIP)", "Merchant velocity (true IP address)"},
    {"ERR301", "", "Token doesn't exist in the Segpay System",
     "The token does not exist in the Segpay system"},
    {"ERR302", "", "Bill Config assigned to asset record is not an Instant Conversion",
     "The price point is no instant conversion"},
    {"ERR303", "", "Signup Transaction was not authorized", "The sign-up was not authorized"},
    {"ERR304", "", "Purchase record has already been converted",
     "The purchase has been converted already"},
    {"ERR305", "", "Purchase record has a null value for NextDate",
     "The purchase has no next billing date"},
    {"ERR306", "", "Purchase record has a NextDate within the cutoff for a conversion",
     "The next billing date is too near for a conversion"},
    {"ERR307", "", "Invalid PackageID/BillConfigID on the conversion",
     "Invalid package or price point of the conversion"},
    {"ERR308", "", "Unsupported card type on Asset", "Unsupported card type"},
    {"ERR309", "", "Card type no longer supported by processor pool",
     "Card type no longer supported by the processor"},
    {"ERR310", "", "Purchase record no longer has a status of Active",
     "The purchase is no longer active"},
};

std::string_view family_of(std::string_view short_description) {
    if (short_description == "SPVelocity") return "velocity";
    if (short_description == "Dupe") return "duplicate";
    if (short_description.ends_with("NegDB")) return "negative_database";
    return "instant_conversion_or_one_click";
}

// Whether the document says the same of both, apart from spacing and spelling.
bool say_the_same(const Documented& one, const Documented& other) {
    const auto letters = [](std::string_view text) {
        std::string lower;
        for (char c : text)
            if (c != ' ') lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return lower;
    };
    return one.short_description == other.short_description &&
           letters(one.long_description) == letters(other.long_description);
}

} // namespace

BOOST_AUTO_TEST_SUITE(reasons_tests)

BOOST_AUTO_TEST_CASE(every_documented_code_has_words_and_a_family) {
    for (const Documented& documented : kDocumented)
        BOOST_TEST_CONTEXT(documented.code) {
            const Reason* reason = find_reason(documented.code);
            BOOST_REQUIRE(reason);
            BOOST_TEST(reason->code == documented.code);
            BOOST_TEST(reason->family == family_of(documented.short_description));
            BOOST_TEST(reason->text == documented.text);
            BOOST_TEST(reason->text.size() <= 60u); // fits a page
        }
}

BOOST_AUTO_TEST_CASE(two_codes_have_the_same_words_if_and_only_if_the_document_says_the_same) {
    for (const Documented& one : kDocumented)
        for (const Documented& other : kDocumented)
            BOOST_TEST_CONTEXT(one.code << " and " << other.code) {
                const Reason* of_one = find_reason(one.code);
                const Reason* of_other = find_reason(other.code);
                BOOST_REQUIRE((of_one && of_other));
                BOOST_TEST((of_one->text == of_other->text) == say_the_same(one, other));
            }
}

BOOST_AUTO_TEST_CASE(no_other_code_of_the_same_form_is_known) {
    struct Form {
        std::string_view letters;
        int end; // of the numbers
    };
    std::size_t known = 0;
    for (const Form& form : {Form{"F", 1'000}, Form{"V", 10'000}, Form{"ERR", 1'000}})
        for (int number = form.end / 10; number < form.end; ++number)
            if (find_reason(std::string(form.letters) + std::to_string(number))) ++known;
    BOOST_TEST(known == std::size(kDocumented));
}

BOOST_AUTO_TEST_CASE(a_code_may_be_written_in_any_case_and_followed_by_more) {
    for (const std::string_view said :
         {"F451", "f451", "F451:SPNegDB", "F451 Card negative database", "f451-x"}) {
        BOOST_REQUIRE_MESSAGE(find_reason(said), said);
        BOOST_TEST(find_reason(said)->code == "F451");
    }
    BOOST_REQUIRE(find_reason("err301"));
    BOOST_TEST(find_reason("err301")->code == "ERR301");
}

BOOST_AUTO_TEST_CASE(a_banks_code_has_none) {
    for (const std::string_view code : {"", "05", "51", "F45", "F4511", "F499", "V3000", "V3013",
                                        "ERR300", "ERR311", "XF451", " F451", ":F451"})
        BOOST_TEST(!find_reason(code), "\"" << code << "\"");
}

BOOST_AUTO_TEST_SUITE_END()
