// The table of codes.
#include "postbacks/reasons.hpp"

#include "values/digits.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

constexpr std::string_view kNegative = "negative_database";
constexpr std::string_view kVelocity = "velocity";
constexpr std::string_view kDuplicate = "duplicate";
constexpr std::string_view kToken = "instant_conversion_or_one_click";

constexpr std::array kReasons = {
    // Failed Transaction Error Codes.
    Reason{"F440", "Instant Conversion validation errors exceeded", kVelocity},
    Reason{"F451", "Card negative database", kNegative},
    Reason{"F452", "E-mail negative database", kNegative},
    Reason{"F453", "E-mail negative database", kNegative},
    Reason{"F455", "Customer or IP country", kNegative},
    Reason{"F456", "Merchant block of customer or IP country", kNegative},
    Reason{"F457", "Duplicate subscription", kDuplicate},
    Reason{"F458", "Merchant URL block of customer or IP country", kNegative},
    Reason{"F460", "Global velocity", kVelocity},
    Reason{"F461", "Merchant velocity (card number)", kVelocity},
    Reason{"F462", "Merchant velocity (e-mail)", kVelocity},
    Reason{"F463", "URL velocity (card number)", kVelocity},
    Reason{"F464", "URL velocity (e-mail)", kVelocity},
    Reason{"F465", "Merchant velocity (IP address)", kVelocity},
    Reason{"F470", "BIN block (negative database)", kNegative},
    Reason{"F471", "BIN block (BIN country)", kNegative},
    Reason{"F481", "Merchant partner ID block", kNegative},
    Reason{"F492", "E-mail negative database of the merchant", kNegative},
    Reason{"F493", "Merchant block of customer or IP country", kNegative},
    Reason{"F494", "Device negative database", kNegative},
    Reason{"V3001", "URL velocity (card number)", kVelocity},
    Reason{"V3002", "URL velocity (e-mail)", kVelocity},
    Reason{"V3003", "URL velocity (user name)", kVelocity},
    Reason{"V3004", "URL velocity (IP address)", kVelocity},
    Reason{"V3005", "Merchant velocity (card number)", kVelocity},
    Reason{"V3006", "Merchant velocity (e-mail)", kVelocity},
    Reason{"V3007", "Merchant velocity (user name)", kVelocity},
    Reason{"V3008", "Merchant velocity (IP address)", kVelocity},
    Reason{"V3009", "URL velocity (device)", kVelocity},
    Reason{"V3010", "Merchant velocity (device)", kVelocity},
    Reason{"V3011", "URL velocity (true IP address)", kVelocity},
    Reason{"V3012", "Merchant velocity (true IP address)", kVelocity},

    // Instant Conversion/One-Click Errors.
    Reason{"ERR301", "The token does not exist in the Segpay system", kToken},
    Reason{"ERR302", "The price point is no instant conversion", kToken},
    Reason{"ERR303", "The sign-up was not authorized", kToken},
    Reason{"ERR304", "The purchase has been converted already", kToken},
    Reason{"ERR305", "The purchase has no next billing date", kToken},
    Reason{"ERR306", "The next billing date is too near for a conversion", kToken},
    Reason{"ERR307", "Invalid package or price point of the conversion", kToken},
    Reason{"ERR308", "Unsupported card type", kToken},
    Reason{"ERR309", "Card type no longer supported by the processor", kToken},
    Reason{"ERR310", "The purchase is no longer active", kToken},
};

constexpr std::size_t kMinCodeCharacters = 4, kMaxCodeCharacters = 6;
static_assert(std::all_of(kReasons.begin(), kReasons.end(), [](const Reason& reason) {
    return reason.code.size() >= kMinCodeCharacters && reason.code.size() <= kMaxCodeCharacters;
}));

bool is_code_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace

const Reason* find_reason(std::string_view response_code) {
    const auto* const end =
        std::find_if_not(response_code.begin(), response_code.end(), is_code_character);
    const std::string_view code(response_code.begin(), end);
    if (code.size() < kMinCodeCharacters || code.size() > kMaxCodeCharacters) return nullptr;
    for (const Reason& reason : kReasons)
        if (equal_ignoring_case(code, reason.code)) return &reason;
    return nullptr;
}

} // namespace segpay
