// Postback: what Segpay sent, mapped from parameter names to facts. Judges only whether it can be
// read.
#pragma once

#include "postbacks/names.hpp"
#include "values/facts.hpp"
#include "values/text_store.hpp"
#include "wire/form.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// Views into the form that was read, or into the postback's own store.
struct Postback {
    // Clean and trimmed. Those that a link carries (member, session, affiliate, refs, extras) stay
    // as they came back, for the seal: said() (values/said.hpp) gives their meaning.
    std::array<std::string_view, kFactCount> facts;
    std::vector<std::pair<std::string_view, std::string_view>> extras; // lower-case names, in order
    std::vector<std::string> warnings;
    // Not empty: facts that decide came twice, with different meanings. Names both values; the
    // facts themselves are empty.
    std::string contradiction;
    std::vector<Fact> disputed;
    bool is_currency_recovered = false; // by repair_garbled_template()
    bool is_word_of_lines = false;      // a word that decides has a line break within
    TextStore texts;

    std::string_view operator[](Fact fact) const { return facts[static_cast<std::size_t>(fact)]; }
    std::string_view& operator[](Fact fact) { return facts[static_cast<std::size_t>(fact)]; }

    void clear();
};

// What the name of a field stands for; null: no name of this account. A template that was pasted
// with line breaks or blanks has some of them in its names, and one that was copied from the source
// of a page has "&amp;" for '&'.
const KnownName* known_name(const FormField& field, const NameTable& names);

// The warning of a postback whose template has to be repaired in the Merchant Portal: it lost
// "&curren" to a browser, or has "&amp;" for '&'.
constexpr std::string_view kGarbledTemplate = "garbled_template";

// Undoes "&password=secret¤cycode=USD", which a browser made out of "&currencycode=" in the
// template of the NATS integration guide (Step 3): the field before it gets its value back, the
// currency is a field again. True when there was something to undo.
bool repair_garbled_template(Form& form, const NameTable& names);

// Repairs the form if need be and finds the facts in it. `postback` can be reused for the next
// request; its views last no longer than the form.
void read_postback(Form& form, const NameTable& names, Postback& postback);

// The parameters of a request that may be stored: without passwords and cards, whatever the
// merchant calls them.
Parameters kept_parameters(const Form& form, const NameTable& names);

} // namespace segpay
