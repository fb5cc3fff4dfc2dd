// Which parameters are secret, decided in this one place. Three degrees: what is never kept at all,
// what is kept only encrypted, and what is kept but never shown in a log or an error text.
#pragma once

#include "wire/form.hpp"

#include <string>
#include <string_view>

namespace segpay {

enum class Secrecy {
    open,     // may appear anywhere
    personal, // e-mail, postal address, card fragments: stored, never logged
    password, // stored only encrypted, until the event is settled
    card,     // card numbers, CVV, bank accounts: dropped at the door
};

// Neither told to anybody nor kept in clear.
constexpr bool is_secret(Secrecy secrecy) {
    return secrecy == Secrecy::password || secrecy == Secrecy::card;
}

// By parameter name, whatever its case and separators.
Secrecy secrecy_of(std::string_view name);

// For people: everything that is not open reads "***", and what a name or an open value calls a
// secret itself.
Parameters redacted(const Parameters& parameters);

// A text of somebody else's, with "***" wherever it quotes the secret.
std::string without(std::string_view text, std::string_view secret);

// Of all of these: a text is looked through as it stands, and without the escapes that are left in
// it (values/escapes.hpp).

// Whether there is a card number in the text: 13 to 19 digits, together or in groups, with the
// check digit and in the range of a brand.
bool has_card_number(std::string_view text);

// The same of 15 digits or more, which no telephone number has.
bool has_long_card_number(std::string_view text);

// Whether there is a card number in the text, or what it calls a secret itself: in an element of
// XML, or behind a '=', of which the tag or the key is a secret name.
bool has_secret(std::string_view text);

// The text with "***" for each of those.
std::string without_secrets(std::string text);

// For people: a text that may quote what came from outside, with "***" wherever it holds such a
// secret or what looks like an e-mail address, under whatever name that came; but for the card
// numbers that the text itself calls a purchase or a transaction.
std::string for_people(std::string text);

// A form-encoded request, redacted.
std::string redacted_form(std::string_view encoded);

} // namespace segpay
