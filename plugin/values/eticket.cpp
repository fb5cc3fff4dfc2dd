// Reading and writing of "package:pricepoint".
#include "values/eticket.hpp"

#include "values/digits.hpp"
#include "values/word.hpp"

namespace segpay {

namespace {

constexpr std::ptrdiff_t kMaxIdDigits = 18;

// Reads digits; returns their end. `id` is 0 when they are no id.
const char* read_id(const char* at, const char* end, std::uint64_t& id) {
    id = 0;
    const char* const digits_end = read_digits(at, end, SIZE_MAX, id);
    if (digits_end - at > kMaxIdDigits) id = 0;
    return digits_end;
}

Error not_an_eticket(std::string_view text, const ETicket& eticket, bool is_package_alone) {
    const std::string shown = "eticket \"" + std::string(shortened(text, 40)) + "\" ";
    if (eticket.package != 0 && is_package_alone)
        return {shown + "has no price point; write package:pricepoint, e.g. \"" +
                std::to_string(eticket.package) + ":3097\""};
    return {shown + "is not package:pricepoint, e.g. \"162209:3097\""};
}

} // namespace

Result<ETicket> parse_eticket(std::string_view text) {
    ETicket eticket;
    const char* const end = text.data() + text.size();
    const char* at = read_id(text.data(), end, eticket.package);
    const bool is_package_alone = at == end || (*at == ':' && at + 1 == end);
    if (at != end && *at == ':') at = read_id(at + 1, end, eticket.price_point);
    if (at == end && eticket.package != 0 && eticket.price_point != 0) return eticket;
    return not_an_eticket(text, eticket, is_package_alone);
}

std::string to_string(const ETicket& eticket) {
    return std::to_string(eticket.package) + ":" + std::to_string(eticket.price_point);
}

} // namespace segpay
