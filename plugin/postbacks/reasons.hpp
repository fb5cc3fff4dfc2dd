// Reasons: what the response codes of failed transactions mean (Processing API 2.0, "Failed
// Transaction Error Codes" and "Instant Conversion/One-Click Errors").
#pragma once

#include <string_view>

namespace segpay {

struct Reason {
    std::string_view code;   // as in the document: "F451"
    std::string_view text;   // its wording, short enough for a page
    std::string_view family; // the kind of refusal; see biller_event.reason_family
};

// Null: a bank's code, or none of Segpay's. The code may be followed by something else
// ("F451:SPNegDB"); case does not matter.
const Reason* find_reason(std::string_view response_code);

} // namespace segpay
