// Reading and writing of "package:pricepoint".
#include "values/eticket.hpp"

#include "values/word.hpp"

namespace segpay {

namespace {

constexpr std::size_t kMaxIdDigits = 18;

bool read_id(std::string_view text, std::uint64_t& id) {
    if (text.empty() || text.size() > kMaxIdDigits) return false;
    id = 0;
    for (char c : text) {
        const auto digit = static_cast<unsigned char>(c - '0');
        if (digit > 9) return false;
        id = id * 10 + digit;
    }
    return id > 0;
}

} // namespace

Result<ETicket> parse_eticket(std::string_view text) {
    const auto shown = [&] { return "eticket \"" + std::string(shortened(text, 40)) + "\" "; };
    const std::size_t colon = text.find(':');
    ETicket eticket;
    if (colon == std::string_view::npos || colon + 1 == text.size()) {
        std::string_view package = text.substr(0, colon);
        if (!read_id(package, eticket.package))
            return Error{shown() + "is not package:pricepoint, e.g. \"162209:3097\""};
        return Error{shown() + "has no price point; write package:pricepoint, e.g. \"" +
                     std::string(package) + ":3097\""};
    }
    if (!read_id(text.substr(0, colon), eticket.package) ||
        !read_id(text.substr(colon + 1), eticket.price_point))
        return Error{shown() + "is not package:pricepoint, e.g. \"162209:3097\""};
    return eticket;
}

std::string to_string(const ETicket& eticket) {
    return std::to_string(eticket.package) + ":" + std::to_string(eticket.price_point);
}

} // namespace segpay
