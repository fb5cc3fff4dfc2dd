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

// For people: everything that is not open reads "***".
Parameters redacted(const Parameters& parameters);

// A text of somebody else's, with "***" wherever it quotes the secret.
std::string without(std::string_view text, std::string_view secret);

// Whether there is a card number in the text: 13 to 19 digits, together or in groups, with the
// check digit and in the range of a brand.
bool has_card_number(std::string_view text);

// The text with "***" for every card number.
std::string without_card_numbers(std::string text);

// For people: a text that may quote what came from outside, with "***" wherever it holds what looks
// like an e-mail address or a card number, under whatever name that came; but for what the text
// itself calls a purchase or a transaction.
std::string for_people(std::string text);

// A form-encoded request, redacted.
std::string redacted_form(std::string_view encoded);

} // namespace segpay
