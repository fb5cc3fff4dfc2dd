// Postback: what Segpay sent, with its facts found under whatever names they came. Nothing is
// judged here beyond what makes a request unreadable.
#pragma once

#include "values/facts.hpp"
#include "values/result.hpp"
#include "values/secret.hpp"
#include "wire/form.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace segpay {

struct Postback {
    std::array<std::string, kFactCount> facts; // empty: not said; the password is not here
    Secret password;
    std::vector<std::pair<std::string, std::string>> extras; // lower-case names, in order
    std::vector<std::string> warnings;
    std::string contradiction; // not empty: one fact under two names with two values

    const std::string& operator[](Fact fact) const { return facts[static_cast<std::size_t>(fact)]; }
    std::string& operator[](Fact fact) { return facts[static_cast<std::size_t>(fact)]; }
};

// The warning of a postback whose template has to be mended in the Merchant Portal.
constexpr std::string_view kGarbledTemplate = "garbled_template";

// Undoes "&password=secret¤cycode=USD", which a browser made out of "&currencycode=" in the
// template of the NATS integration guide (Step 3): the field before it gets its value back, the
// currency is a field again. True when there was something to undo.
bool mend_garbled_template(Parameters& parameters);

// Error: the same name with two different values; the message names it.
Result<Postback> read_postback(Parameters parameters);

} // namespace segpay
