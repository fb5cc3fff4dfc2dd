// The list of secret names.
#include "wire/redaction.hpp"

#include "values/word.hpp"

#include <array>

namespace segpay {

namespace {

struct SecretName {
    std::string_view name; // normalised: lower case, no separators
    Secrecy secrecy;
};

// A secret word of so many letters makes every longer name that ends with it a secret; "pan" and
// "pass" would make one of "japan" and "bypass".
constexpr std::size_t kLongEnough = 6;

// Processing API 2.0, "Full List of Postback Parameters" and "Pre-populate Fields"; the card names
// are none of Segpay's, but a merchant's own page may have put them on a link.
constexpr std::array kSecretNames = {
    SecretName{"password", Secrecy::password},
    SecretName{"pass", Secrecy::password},
    SecretName{"passwd", Secrecy::password},
    SecretName{"pwd", Secrecy::password},
    SecretName{"pw", Secrecy::password},
    SecretName{"extrapassword", Secrecy::password},
    SecretName{"ccnumber", Secrecy::card},
    SecretName{"ccnum", Secrecy::card},
    SecretName{"cardnumber", Secrecy::card},
    SecretName{"cardnum", Secrecy::card},
    SecretName{"cardno", Secrecy::card},
    SecretName{"ccno", Secrecy::card},
    SecretName{"creditcard", Secrecy::card},
    SecretName{"pan", Secrecy::card},
    SecretName{"cvv", Secrecy::card},
    SecretName{"cvv2", Secrecy::card},
    SecretName{"cvc", Secrecy::card},
    SecretName{"cv2", Secrecy::card},
    SecretName{"iban", Secrecy::card},
    SecretName{"accountnumber", Secrecy::card},
    SecretName{"email", Secrecy::personal},
    SecretName{"billemail", Secrecy::personal},
    SecretName{"xbillemail", Secrecy::personal},
    SecretName{"phone", Secrecy::personal},
    SecretName{"billphone", Secrecy::personal},
    SecretName{"xbillphone", Secrecy::personal},
    SecretName{"name", Secrecy::personal},
    SecretName{"billname", Secrecy::personal},
    SecretName{"xbillname", Secrecy::personal},
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
    SecretName{"username", Secrecy::personal},
    SecretName{"extrausername", Secrecy::personal},
};

} // namespace

Secrecy secrecy_of(std::string_view name) {
    for (const SecretName& secret : kSecretNames)
        if (is_word(name, secret.name)) return secret.secrecy;
    // Merchants choose names: "userpassword", "x-cardnumber".
    const std::string word = normalised_word(name);
    for (const SecretName& secret : kSecretNames)
        if (secret.secrecy != Secrecy::personal && secret.name.size() >= kLongEnough &&
            word.ends_with(secret.name))
            return secret.secrecy;
    return Secrecy::open;
}

Parameters without_secrets(const Parameters& parameters) {
    Parameters kept;
    for (const Parameter& parameter : parameters) {
        const Secrecy secrecy = secrecy_of(parameter.name);
        if (secrecy != Secrecy::card && secrecy != Secrecy::password) kept.push_back(parameter);
    }
    return kept;
}

Parameters redacted(const Parameters& parameters) {
    Parameters shown = parameters;
    for (Parameter& parameter : shown)
        if (secrecy_of(parameter.name) != Secrecy::open && !parameter.value.empty())
            parameter.value = "***";
    return shown;
}

std::string redacted_form(std::string_view encoded) {
    Parameters parameters;
    (void)decode_form(encoded, parameters); // past a limit: what fits is shown
    std::string text;
    for (const Parameter& parameter : redacted(parameters)) {
        if (!text.empty()) text += '&';
        append_encoded(text, parameter.name);
        text += '=';
        if (parameter.value == "***")
            text += "***";
        else
            append_encoded(text, parameter.value);
    }
    return text;
}

} // namespace segpay
