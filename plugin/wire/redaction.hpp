// Which parameters are secret, decided in this one place. Three degrees: never stored at all,
// stored only encrypted, and stored but never shown in a log or an error text.
#pragma once

#include "wire/form.hpp"

#include <string>
#include <string_view>

namespace segpay {

enum class Secrecy {
    open,     // may appear anywhere
    personal, // e-mail, postal address, card fragments: stored, never logged
    password, // stored only encrypted, until the event is settled
    card,     // card numbers, CVV, bank accounts: dropped on arrival
};

// Neither shown nor stored in clear.
constexpr bool is_secret(Secrecy secrecy) {
    return secrecy == Secrecy::password || secrecy == Secrecy::card;
}

// By parameter name, in any case and with any separators.
Secrecy secrecy_of(std::string_view name);

// For people: everything that is not open reads "***", and so does a secret that a name or an open
// value names as such.
Parameters redacted(const Parameters& parameters);

// A foreign text, with "***" wherever it quotes the secret.
std::string without(std::string_view text, std::string_view secret);

// For all of these: a text is searched as it stands, and without the escapes that are left in it
// (values/escapes.hpp).

// Whether there is a card number in the text: 13 to 19 digits, together or in groups, with the
// check digit and in the range of a brand.
bool has_card_number(std::string_view text);

// The same of 15 digits or more, which no telephone number has.
bool has_long_card_number(std::string_view text);

// Whether there is a card number in the text, or a secret that the text names as such: in an
// element of XML, or behind a '=', of which the tag or the key is a secret name.
bool has_secret(std::string_view text);

// The text with "***" for each of those.
std::string without_secrets(std::string text);

// For people: a text that may quote input, with "***" wherever it holds such a secret or what looks
// like an e-mail address, under any name; but card numbers that the text itself calls a purchase or
// a transaction stay.
std::string for_people(std::string text);

// A form-encoded request, redacted.
std::string redacted_form(std::string_view encoded);

} // namespace segpay
