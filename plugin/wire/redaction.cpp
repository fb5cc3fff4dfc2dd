// The list of secret names.
#include "wire/redaction.hpp"

#include "values/digits.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace segpay {

namespace {

constexpr std::string_view kHidden = "***";

// Merchants choose names: "user_password", "x-CardNumber". A word that is long enough to be no part
// of another makes every name that ends with it a secret; "pan" would make one of "japan".
enum class Reach { itself, endings };

struct SecretName {
    std::string_view name; // normalised: lower case, no separators
    Secrecy secrecy;
    Reach reach = Reach::itself;
};

// Processing API 2.0, "Full List of Postback Parameters" and "Pre-populate Fields"; the card names
// are none of Segpay's, but a merchant's own page may have put them on a link.
constexpr std::array kSecretNames = {
    SecretName{"password", Secrecy::password, Reach::endings},
    SecretName{"password1", Secrecy::password, Reach::endings},
    SecretName{"password2", Secrecy::password, Reach::endings},
    SecretName{"passwordconfirm", Secrecy::password},
    SecretName{"passwordconfirmation", Secrecy::password},
    SecretName{"passwordrepeat", Secrecy::password},
    SecretName{"pass", Secrecy::password},
    SecretName{"passwd", Secrecy::password, Reach::endings},
    SecretName{"passphrase", Secrecy::password, Reach::endings},
    SecretName{"passcode", Secrecy::password, Reach::endings},
    SecretName{"pwd", Secrecy::password},
    SecretName{"pw", Secrecy::password},
    SecretName{"ccnumber", Secrecy::card, Reach::endings},
    SecretName{"ccnum", Secrecy::card},
    SecretName{"cardnumber", Secrecy::card, Reach::endings},
    SecretName{"cardnum", Secrecy::card, Reach::endings},
    SecretName{"cardno", Secrecy::card, Reach::endings},
    SecretName{"ccno", Secrecy::card},
    SecretName{"creditcard", Secrecy::card, Reach::endings},
    SecretName{"pan", Secrecy::card},
    SecretName{"cvv", Secrecy::card},
    SecretName{"cvv2", Secrecy::card},
    SecretName{"ccvv", Secrecy::card},
    SecretName{"cccvv", Secrecy::card},
    SecretName{"cardcvv", Secrecy::card},
    SecretName{"cvc", Secrecy::card},
    SecretName{"cvc2", Secrecy::card},
    SecretName{"cardcvc", Secrecy::card},
    SecretName{"cv2", Secrecy::card},
    SecretName{"csc", Secrecy::card},
    SecretName{"cvn", Secrecy::card},
    SecretName{"securitycode", Secrecy::card, Reach::endings},
    SecretName{"cardcode", Secrecy::card, Reach::endings},
    SecretName{"iban", Secrecy::card},
    SecretName{"accountnumber", Secrecy::card, Reach::endings},
    SecretName{"email", Secrecy::personal, Reach::endings},
    SecretName{"emailaddress", Secrecy::personal, Reach::endings},
    SecretName{"phone", Secrecy::personal, Reach::endings},
    SecretName{"billphone", Secrecy::personal},
    SecretName{"xbillphone", Secrecy::personal},
    SecretName{"name", Secrecy::personal},
    SecretName{"billname", Secrecy::personal},
    SecretName{"xbillname", Secrecy::personal},
    SecretName{"custname", Secrecy::personal},
    SecretName{"customername", Secrecy::personal},
    SecretName{"fullname", Secrecy::personal},
    SecretName{"firstname", Secrecy::personal},
    SecretName{"lastname", Secrecy::personal},
    SecretName{"billnamefirst", Secrecy::personal},
    SecretName{"billnamelast", Secrecy::personal},
    SecretName{"address", Secrecy::personal},
    SecretName{"billaddr", Secrecy::personal},
    SecretName{"xbilladdr", Secrecy::personal},
    SecretName{"city", Secrecy::personal},
    SecretName{"billcity", Secrecy::personal},
    SecretName{"xbillcity", Secrecy::personal},
    SecretName{"state", Secrecy::personal},
    SecretName{"billstate", Secrecy::personal},
    SecretName{"xbillstate", Secrecy::personal},
    SecretName{"zip", Secrecy::personal},
    SecretName{"zipcode", Secrecy::personal},
    SecretName{"billzip", Secrecy::personal},
    SecretName{"xbillzip", Secrecy::personal},
    SecretName{"ip", Secrecy::personal},
    SecretName{"ipaddress", Secrecy::personal},
    SecretName{"ccfirst6", Secrecy::personal},
    SecretName{"cclast4", Secrecy::personal},
    SecretName{"bin", Secrecy::personal},
    SecretName{"username", Secrecy::personal, Reach::endings},
};

constexpr std::size_t kLongestName = [] {
    std::size_t longest = 0;
    for (const SecretName& secret : kSecretNames)
        longest = std::max(longest, secret.name.size());
    return longest;
}();

constexpr bool is_before(const SecretName& secret, std::string_view name) {
    return secret.name < name;
}

constexpr auto kByName = [] {
    auto sorted = kSecretNames;
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return is_before(a, b.name); });
    return sorted;
}();

constexpr auto kEndings = [] {
    constexpr auto has_endings = [](const auto& row) { return row.reach == Reach::endings; };
    constexpr auto count = std::count_if(kSecretNames.begin(), kSecretNames.end(), has_endings);
    std::array<SecretName, static_cast<std::size_t>(count)> endings{};
    std::copy_if(kSecretNames.begin(), kSecretNames.end(), endings.begin(), has_endings);
    return endings;
}();

// The last two letters rule out most of the names that are no secrets.
constexpr std::size_t kPairs = 1024;

constexpr std::size_t pair_at_end(std::string_view word) {
    const auto letter = [&](std::size_t from_end) {
        return static_cast<unsigned char>(word[word.size() - from_end]) % 32u;
    };
    return letter(2) * 32 + letter(1);
}

constexpr auto kPairsAtEnd = [] {
    std::array<bool, kPairs> pairs{};
    for (const SecretName& secret : kSecretNames)
        pairs[pair_at_end(secret.name)] = true;
    return pairs;
}();

// A part of a text; none has no size.
struct Part {
    std::size_t begins_at = 0;
    std::size_t size = 0;
};

bool is_of_address(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '%' || c == '+' || c == '-';
}

Part find_address(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find('@', from); at != std::string_view::npos;
         at = text.find('@', at + 1)) {
        std::size_t begin = at, end = at + 1;
        while (begin > from && is_of_address(text[begin - 1]))
            --begin;
        while (end < text.size() && is_of_address(text[end]))
            ++end;
        if (begin < at && end > at + 1) return {begin, end - begin};
    }
    return {};
}

// ISO/IEC 7812: the last digit of a card number follows from the others.
bool is_card_number(std::string_view digits) {
    constexpr std::size_t kShortest = 13, kLongest = 19;
    if (digits.size() < kShortest || digits.size() > kLongest) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const auto digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
        const unsigned weighed = i % 2 == 0 ? digit : 2 * digit;
        sum += weighed > 9 ? weighed - 9 : weighed;
    }
    return sum % 10 == 0;
}

Part find_card_number(std::string_view text, std::size_t from) {
    for (std::size_t begin = from; begin < text.size();) {
        std::size_t end = begin;
        std::string digits;
        while (end < text.size() && (is_digit(text[end]) ||
                                     (!digits.empty() && (text[end] == ' ' || text[end] == '-')))) {
            if (is_digit(text[end])) digits += text[end];
            ++end;
        }
        while (end > begin && !is_digit(text[end - 1]))
            --end;
        if (is_card_number(digits)) return {begin, end - begin};
        begin = end > begin ? end : begin + 1;
    }
    return {};
}

} // namespace

Secrecy secrecy_of(std::string_view name) {
    std::array<char, kLongestName + 1> room; // one more: a longer name is none of the list
    const std::string_view word = end_of_word(name, room);
    if (word.size() < 2 || !kPairsAtEnd[pair_at_end(word)]) return Secrecy::open;
    const auto* found = std::lower_bound(kByName.begin(), kByName.end(), word, is_before);
    if (found != kByName.end() && found->name == word) return found->secrecy;
    for (const SecretName& secret : kEndings)
        if (word.ends_with(secret.name)) return secret.secrecy;
    return Secrecy::open;
}

Parameters redacted(const Parameters& parameters) {
    Parameters shown = parameters;
    for (Parameter& parameter : shown)
        if (secrecy_of(parameter.name) != Secrecy::open && !parameter.value.empty())
            parameter.value = kHidden;
    return shown;
}

std::string without(std::string_view text, std::string_view secret) {
    std::string shown;
    while (!secret.empty()) {
        const std::size_t at = text.find(secret);
        if (at == std::string_view::npos) break;
        shown.append(text.substr(0, at)).append(kHidden);
        text.remove_prefix(at + secret.size());
    }
    return shown.append(text);
}

std::string for_people(std::string text) {
    for (auto find : {find_address, find_card_number})
        for (Part part = find(text, 0); part.size > 0; part = find(text, part.begins_at + 3))
            text.replace(part.begins_at, part.size, "***");
    return text;
}

std::string redacted_form(std::string_view encoded) {
    Parameters parameters;
    (void)decode_form(encoded, parameters); // past a limit: what fits is shown
    std::string text;
    for (const Parameter& parameter : redacted(parameters)) {
        if (!text.empty()) text += '&';
        append_encoded(text, parameter.name);
        text += '=';
        if (parameter.value == kHidden)
            text += kHidden;
        else
            append_encoded(text, parameter.value);
    }
    return text;
}

} // namespace segpay
