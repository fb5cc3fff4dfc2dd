// The list of page parameters.
#include "values/page_parameters.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

// Processing API 2.0: "Pre-populate Fields or Request Data", "Customize How Prices are Displayed",
// "Show Languages Other than English" (of which "lang" is the old parameter), "Dynamic
// Multi-Currency", "Instant Conversion" and "Testing Payments"; One Click Web Service
// ("dynamictrans", whose newer name is "dynamicpricingid"); Reporting Services, "Retrieve
// Reactivation URL" ("sprs"). "userdata" has many parameters in one.
constexpr std::array<std::string_view, 18> kNames = {
    "pplist",      "plist",        "ppviewoption",         "ppvviewoption",
    "ppviewtype",  "crosssaleoff", "dmcurrency",           "paypagelanguage",
    "lang",        "amount",       "testmoderetrydecline", "dynamictrans",
    "dynamicdesc", "ictoken",      "dynamicpricingid",     "ic301text",
    "sprs",        "userdata"};

} // namespace

bool is_page_parameter(std::string_view name) {
    return std::ranges::any_of(
        kNames, [&](std::string_view known) { return equal_ignoring_case(name, known); });
}

} // namespace segpay
