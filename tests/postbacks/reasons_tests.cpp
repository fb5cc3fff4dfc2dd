// Every response code of the documents, with the kind of refusal that they say it is.
#include "postbacks/reasons.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace segpay;

namespace {

// Processing API 2.0, "Failed Transaction Error Codes", with the document's short description, and
// "Instant Conversion/One-Click Errors", which have none.
struct Documented {
    std::string_view code;
    std::string_view short_description;
};
constexpr Documented kDocumented[] = {
    {"F440", "SPVelocity"},  {"F451", "SPNegDB"},     {"F452", "SPNegDB"},
    {"F453", "SPNegDB"},     {"F455", "SPNegDB"},     {"F456", "SPNegDB"},
    {"F457", "Dupe"},        {"F458", "SPNegDB"},     {"F460", "SPVelocity"},
    {"F461", "SPVelocity"},  {"F462", "SPVelocity"},  {"F463", "SPVelocity"},
    {"F464", "SPVelocity"},  {"F465", "SPVelocity"},  {"F470", "SPNegDB"},
    {"F471", "SPNegDB"},     {"F481", "SPNegDB"},     {"F492", "MerchNegDB"},
    {"F493", "SPNegDB"},     {"F494", "SPNegDB"},     {"V3001", "SPVelocity"},
    {"V3002", "SPVelocity"}, {"V3003", "SPVelocity"}, {"V3004", "SPVelocity"},
    {"V3005", "SPVelocity"}, {"V3006", "SPVelocity"}, {"V3007", "SPVelocity"},
    {"V3008", "SPVelocity"}, {"V3009", "SPVelocity"}, {"V3010", "SPVelocity"},
    {"V3011", "SPVelocity"}, {"V3012", "SPVelocity"}, {"ERR301", ""},
    {"ERR302", ""},          {"ERR303", ""},          {"ERR304", ""},
    {"ERR305", ""},          {"ERR306", ""},          {"ERR307", ""},
    {"ERR308", ""},          {"ERR309", ""},          {"ERR310", ""},
};

std::string_view family_of(std::string_view short_description) {
    if (short_description == "SPVelocity") return "velocity";
    if (short_description == "Dupe") return "duplicate";
    if (short_description.ends_with("NegDB")) return "negative_database";
    return "instant_conversion_or_one_click";
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
            BOOST_TEST(reason->text.size() >= 10u);
            BOOST_TEST(reason->text.size() <= 60u); // fits a page
        }
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
