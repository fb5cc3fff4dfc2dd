// The list of secret names.
#include "wire/redaction.hpp"

#include "values/blank.hpp"
#include "values/char_set.hpp"
#include "values/digits.hpp"
#include "values/escapes.hpp"
#include "values/secret.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace segpay {

namespace {

constexpr std::string_view kHidden = "***";

// Merchants choose names: "user_password", "x-CardNumber". If a secret word is too long to be part
// of another word, every name that ends with it is secret; with "pan", "japan" would be.
enum class Reach { itself, endings };

struct SecretName {
    std::string_view name; // normalised: lower case, no separators
    Secrecy secrecy;
    Reach reach = Reach::itself;
};

// Processing API 2.0, "Full List of Postback Parameters" and "Pre-populate Fields"; the card names
// are not Segpay's, but a merchant's own page may have put them on a link.
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

// The last two letters exclude most of the names that are not secret.
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

// A part of a text; size 0: none.
struct Part {
    std::size_t begins_at = 0;
    std::size_t size = 0;
};

bool is_of_address(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '%' || c == '+' || c == '-';
}

// The keys in the plugin's own log lines may end with a number behind an "@":
// "segpay/p26346680/disable@1234".
bool is_own_key(std::string_view before, std::string_view after) {
    std::size_t begin = before.size();
    while (begin > 0 && (is_of_address(before[begin - 1]) || before[begin - 1] == '/'))
        --begin;
    return before.substr(begin).starts_with("segpay/") && is_number(after);
}

Part find_address(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find('@', from); at != std::string_view::npos;
         at = text.find('@', at + 1)) {
        std::size_t begin = at, end = at + 1;
        while (begin > from && is_of_address(text[begin - 1]))
            --begin;
        while (end < text.size() && is_of_address(text[end]))
            ++end;
        if (begin < at && end > at + 1 &&
            !is_own_key(text.substr(0, at), text.substr(at + 1, end - at - 1)))
            return {begin, end - begin};
    }
    return {};
}

constexpr std::size_t kShortestCard = 13, kLongestCard = 19;

// The ranges of card numbers (ISO/IEC 7812, as the brands publish them): by the first four digits,
// and the number of digits. Any other number of that length is an id, a time or a code.
struct CardRange {
    unsigned first, last;
    std::size_t shortest, longest;
};
constexpr std::array kCardRanges = {
    CardRange{1800, 1800, 15, 15}, // JCB
    CardRange{2131, 2131, 15, 15}, // JCB
    CardRange{2200, 2204, 16, 19}, // Mir
    CardRange{2221, 2720, 16, 16}, // Mastercard
    CardRange{3000, 3059, 14, 19}, // Diners Club
    CardRange{3400, 3499, 15, 15}, // American Express
    CardRange{3528, 3589, 16, 19}, // JCB
    CardRange{3600, 3699, 14, 19}, // Diners Club
    CardRange{3700, 3799, 15, 15}, // American Express
    CardRange{3800, 3999, 14, 19}, // Diners Club
    CardRange{4000, 4999, 13, 19}, // Visa
    CardRange{5000, 5099, 13, 19}, // Maestro
    CardRange{5100, 5599, 16, 16}, // Mastercard
    CardRange{5600, 5899, 13, 19}, // Maestro
    CardRange{6000, 6999, 13, 19}, // Discover, Maestro, RuPay, UnionPay
    CardRange{8100, 8171, 16, 19}, // UnionPay
    CardRange{9792, 9792, 16, 16}, // Troy
};

bool is_of_a_brand(std::string_view digits) {
    unsigned first = 0;
    for (char digit : digits.substr(0, 4))
        first = first * 10 + static_cast<unsigned>(digit - '0');
    return std::any_of(kCardRanges.begin(), kCardRanges.end(), [&](const CardRange& range) {
        return first >= range.first && first <= range.last && digits.size() >= range.shortest &&
               digits.size() <= range.longest;
    });
}

// ISO/IEC 7812: the last digit of a card number follows from the others.
bool is_card_number(std::string_view digits) {
    if (digits.size() < kShortestCard || digits.size() > kLongestCard) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const auto digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
        const unsigned weighed = i % 2 == 0 ? digit : 2 * digit;
        sum += weighed > 9 ? weighed - 9 : weighed;
    }
    return sum % 10 == 0 && is_of_a_brand(digits);
}

// The separators of a card number's groups of digits: one or two of these. A '_', '/' or '+' stands
// in many ids as well: there only groups as long as those on a card count.
constexpr std::string_view kAlwaysBetween = " -.", kBetweenLongGroups = "_/+";
constexpr std::size_t kMostBetween = 2, kLongGroup = 4;

struct Gap {
    std::size_t size = 0; // in bytes
    bool is_for_long_groups = false;
};

Gap gap_at_begin(std::string_view text) {
    Gap gap;
    for (std::size_t count = 0; count < kMostBetween && gap.size < text.size(); ++count) {
        const char c = text[gap.size];
        const bool is_for_long_groups = kBetweenLongGroups.find(c) != std::string_view::npos;
        const bool is_one = is_for_long_groups || kAlwaysBetween.find(c) != std::string_view::npos;
        const std::size_t size = is_one ? 1 : blank_at_begin(text.substr(gap.size));
        if (size == 0) break;
        gap.size += size;
        gap.is_for_long_groups |= is_for_long_groups;
    }
    return gap;
}

std::size_t digits_at_begin(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
                                    text.begin());
}

// The card number of whole groups of digits that begins with the group at `begin`; size 0: none.
Part card_number_at(std::string_view text, std::size_t begin) {
    std::array<char, kLongestCard> digits;
    std::size_t count = 0;
    Part found;
    for (std::size_t at = begin; at < text.size();) {
        const std::size_t size = digits_at_begin(text.substr(at));
        if (size == 0 || size > digits.size() - count) break;
        text.copy(digits.data() + count, size, at);
        count += size;
        at += size;
        if (is_card_number({digits.data(), count})) found = {begin, at - begin};
        const Gap gap = gap_at_begin(text.substr(at));
        const bool are_long =
            size >= kLongGroup && digits_at_begin(text.substr(at + gap.size)) >= kLongGroup;
        if (gap.size == 0 || (gap.is_for_long_groups && !are_long)) break;
        at += gap.size;
    }
    return found;
}

Part find_card_number(std::string_view text, std::size_t from) {
    for (std::size_t begin = from; begin < text.size(); ++begin) {
        const bool is_begin =
            is_digit(text[begin]) && (begin == from || !is_digit(text[begin - 1]));
        if (!is_begin) continue;
        if (const Part part = card_number_at(text, begin); part.size > 0) return part;
    }
    return {};
}

// Telephone numbers are shorter.
Part find_long_card_number(std::string_view text, std::size_t from) {
    constexpr std::ptrdiff_t kLong = 15;
    Part part = find_card_number(text, from);
    while (part.size > 0) {
        const std::string_view found = text.substr(part.begins_at, part.size);
        if (std::count_if(found.begin(), found.end(), is_digit) >= kLong) break;
        part = find_card_number(text, part.begins_at + part.size);
    }
    return part;
}

// The plugin's own log lines name ids, and an id may look like a card number:
// "segpay/t378282246310005", "purchase 378282246310005", "tranid \"378282246310005\"".
bool is_named_an_id(std::string_view before) {
    constexpr std::array<std::string_view, 7> kNames = {
        "purchase", "purchaseid", "transaction",  "transactionid",
        "tranid",   "transid",    "relatedtranid"};
    constexpr std::array<std::string_view, 2> kKeys = {"segpay/t", "segpay/p"};
    for (std::string_view key : kKeys)
        if (before.ends_with(key)) return true;
    while (!before.empty() &&
           std::string_view(" \"=:").find(before.back()) != std::string_view::npos)
        before.remove_suffix(1);
    std::size_t begin = before.size();
    while (begin > 0 && is_of_address(before[begin - 1]))
        --begin;
    const std::string word = lower_case(before.substr(begin));
    return std::find(kNames.begin(), kNames.end(), word) != kNames.end();
}

Part find_shown_card_number(std::string_view text, std::size_t from) {
    Part part = find_card_number(text, from);
    while (part.size > 0 && is_named_an_id(text.substr(0, part.begins_at)))
        part = find_card_number(text, part.begins_at + part.size);
    return part;
}

// ---- Secrets that a text names itself ----------------------------------------------------------

bool is_of_key(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

// The "x" of "<PASSWORD>x</PASSWORD>", with `begin` and `end` around one of the names; also where
// one of the tags was cut off. Size 0: none.
Part content_of_element(std::string_view text, std::size_t begin, std::size_t end) {
    if (begin > 0 && text[begin - 1] == ':') // "<x:PASSWORD>"
        while (--begin > 0 && is_of_key(text[begin - 1])) {
        }
    if (begin > 1 && text.substr(begin - 2, 2) == "</") {
        const std::size_t before = begin - 2;
        const std::size_t tag = before == 0 ? std::string_view::npos : text.rfind('>', before - 1);
        const std::size_t from = tag == std::string_view::npos ? 0 : tag + 1;
        return {from, before - from};
    }
    if (begin == 0 || text[begin - 1] != '<') return {};
    if (text.substr(end).starts_with("/>")) return {};
    const std::size_t from = text.substr(end).starts_with('>') ? end + 1 : end;
    return {from, std::min(text.find("</", from), text.size()) - from};
}

// The text up to the next '&' of "password=x" and "\"password\":\"x\"". Size 0: none.
Part value_of_key(std::string_view text, std::size_t end) {
    const bool is_quoted = end < text.size() && (text[end] == '"' || text[end] == '\'');
    std::size_t at = text.find_first_not_of(' ', end + (is_quoted ? 1 : 0));
    if (at == std::string_view::npos) return {};
    if (text[at] != '=' && !(is_quoted && text[at] == ':')) return {};
    ++at;
    return {at, std::min(text.find('&', at), text.size()) - at};
}

Part find_named_secret(std::string_view text, std::size_t from) {
    for (std::size_t begin = from, end = 0; begin < text.size(); begin = end + 1) {
        end = begin;
        while (end < text.size() && is_of_key(text[end]))
            ++end;
        if (end == begin || !is_secret(secrecy_of(text.substr(begin, end - begin)))) continue;
        Part part = content_of_element(text, begin, end);
        if (part.size == 0) part = value_of_key(text, end);
        const std::size_t ends_at = part.begins_at + part.size;
        if (ends_at <= from) continue;
        part.begins_at = std::max(part.begins_at, from);
        part.size = ends_at - part.begins_at;
        const std::string_view content = trimmed(text.substr(part.begins_at, part.size));
        if (!content.empty() && content != kHidden) return part;
    }
    return {};
}

// ---- Hiding -------------------------------------------------------------------------------------

using Find = Part (*)(std::string_view text, std::size_t from);

bool finds(Find find, std::string_view text) {
    return find(text, 0).size > 0 ||
           (may_have_escapes(text) && find(unescaped(text).text, 0).size > 0);
}

// Replaces all that is found, escaped or not, by "***". A text that has escapes is searched without
// them, and what is found is hidden where it stands in the original.
void hide(std::string& text, Find find) {
    for (Part part = find(text, 0); part.size > 0;
         part = find(text, part.begins_at + kHidden.size())) {
        std::string shown = text.substr(0, part.begins_at);
        shown.append(kHidden).append(text, part.begins_at + part.size);
        wipe(text); // if the text became shorter in place, the secret is behind its end
        text = std::move(shown);
    }
    if (!may_have_escapes(text)) return;
    const Unescaped plain = unescaped(text);
    std::string shown;
    std::size_t copied = 0;
    for (Part part = find(plain.text, 0); part.size > 0;) {
        const std::size_t end = part.begins_at + part.size;
        const std::size_t from = plain.from[part.begins_at];
        shown.append(text, copied, from - copied).append(kHidden);
        copied = plain.from[end];
        part = find(plain.text, end);
    }
    if (copied == 0) return;
    shown.append(text, copied);
    wipe(text);
    text = std::move(shown);
}

} // namespace

Secrecy secrecy_of(std::string_view name) {
    std::array<char, kLongestName + 1> room; // one more: a longer name is not in the list
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
    for (Parameter& parameter : shown) {
        const bool is_open = secrecy_of(parameter.name) == Secrecy::open;
        if (!is_open && !parameter.value.empty()) parameter.value = kHidden;
        if (is_open) hide(parameter.value, find_named_secret); // some ids look like a card number
        parameter.name = without_secrets(std::move(parameter.name));
    }
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

bool has_card_number(std::string_view text) {
    const auto digits = std::count_if(text.begin(), text.end(), is_digit);
    return digits >= static_cast<std::ptrdiff_t>(kShortestCard) && finds(find_card_number, text);
}

bool has_long_card_number(std::string_view text) {
    return has_card_number(text) && finds(find_long_card_number, text);
}

bool has_secret(std::string_view text) {
    constexpr CharSet kBehindNames("=<>:%&");
    const bool may_name_one = kBehindNames.has_any_of(text);
    return has_card_number(text) || (may_name_one && finds(find_named_secret, text));
}

std::string without_secrets(std::string text) {
    for (Find find : {find_card_number, find_named_secret})
        hide(text, find);
    return text;
}

std::string for_people(std::string text) {
    for (Find find : {find_address, find_shown_card_number, find_named_secret})
        hide(text, find);
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
