// Checks each parameter, then puts all of them into the form and reads it again.
#include "postbacks/completion.hpp"

#include "postbacks/matrix.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace segpay {

namespace {

std::string quoted(const FormField& field) {
    return "\"" + std::string(shortened(clean_text(field.name), kMaxNameBytes)) + "\"";
}

std::optional<Error> refusal_of(const FormField& field, const KnownName* known,
                                const Postback& postback) {
    if (!known || known->fact == Fact::extra)
        return Error{quoted(field) + " is no parameter of a postback that decides anything"};
    if (is_secret(known->secrecy)) return Error{quoted(field) + " is a secret, and is not said so"};
    const std::string_view own = postback[known->fact];
    const bool is_broken = postback.is_word_of_lines || is_broken_word(own);
    if (own.empty() || (is_deciding_word(known->fact) && is_broken)) return std::nullopt;
    return Error{"the request says " + quoted(field) + " itself"};
}

} // namespace

std::optional<Error> complete(Form& form, Postback& postback, const Form& said,
                              const NameTable& names) {
    if (said.fields().empty()) return std::nullopt;
    std::vector<Fact> facts;
    std::vector<std::string> remarks;
    for (const FormField& field : said.fields()) {
        const KnownName* known = known_name(field, names);
        if (auto refused = refusal_of(field, known, postback)) return refused;
        facts.push_back(known->fact);
        remarks.push_back(quoted(field) + " is what an operator said");
    }
    form.erase([&](const FormField& field) {
        const KnownName* known = known_name(field, names);
        return known && std::ranges::find(facts, known->fact) != facts.end();
    });
    for (FormField field : said.fields()) {
        field.traits = {.is_plain_name = false, .is_plain_value = false, .is_trimmed_value = false};
        form.add(field);
    }
    read_postback(form, names, postback);
    std::ranges::move(remarks, std::back_inserter(postback.warnings));
    return std::nullopt;
}

} // namespace segpay
