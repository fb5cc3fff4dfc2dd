// From parameters to facts.
#include "postbacks/postback.hpp"

#include "values/word.hpp"
#include "wire/redaction.hpp"

#include <algorithm>
#include <optional>

namespace segpay {

namespace {

const Parameter* find(const Parameters& parameters, std::string_view name) {
    for (const Parameter& parameter : parameters)
        if (equal_ignoring_case(parameter.name, name)) return &parameter;
    return nullptr;
}

// Every name once. Error: two values for one name (case does not make two names of one).
Result<Parameters> without_repeats(Parameters parameters) {
    Parameters unique;
    for (Parameter& parameter : parameters) {
        const Parameter* earlier = find(unique, parameter.name);
        if (!earlier)
            unique.push_back(std::move(parameter));
        else if (earlier->value != parameter.value)
            return Error{"two different values for \"" + clean_text(parameter.name) + "\""};
    }
    return unique;
}

void set_fact(Postback& postback, Fact fact, const std::string& name, std::string value) {
    std::string& known = postback[fact];
    if (known.empty()) {
        known = std::move(value);
    } else if (!value.empty() && known != value) {
        postback.contradiction = "\"" + name +
                                 "\" and another name for the same fact have "
                                 "different values";
    }
}

// "secret¤cycode=USD": where the value of the field itself ends, and the currency.
struct Damage {
    std::size_t begins_at = 0;
    std::string currency;
};

std::optional<Damage> damage_in(std::string_view value) {
    // The currency sign as UTF-8, as Latin-1, and as UTF-8 that was taken for Latin-1 once.
    constexpr std::string_view kSigns[] = {"\xC3\x82\xC2\xA4", "\xC2\xA4", "\xA4"};
    constexpr std::string_view kRest = "cycode=";
    const std::size_t rest_at = value.rfind(kRest);
    if (rest_at == std::string_view::npos) return std::nullopt;
    const std::string_view before = value.substr(0, rest_at);
    for (std::string_view sign : kSigns)
        if (before.ends_with(sign))
            return Damage{rest_at - sign.size(), std::string(value.substr(rest_at + kRest.size()))};
    return std::nullopt;
}

} // namespace

bool mend_garbled_template(Parameters& parameters) {
    if (find(parameters, "currencycode")) return false;
    // In the template as it is printed the field before is the password. A customer can write the
    // pattern into a name or an address, so another field is looked at only when it is not.
    std::string spoilt;
    for (const Parameter& parameter : parameters)
        if (damage_in(parameter.value) &&
            (spoilt.empty() || equal_ignoring_case(parameter.name, "password")))
            spoilt = parameter.name;
    if (spoilt.empty()) return false;

    Parameters currencies; // two when query and body say the same
    for (Parameter& parameter : parameters) {
        const std::optional<Damage> damage = damage_in(parameter.value);
        if (!damage || !equal_ignoring_case(parameter.name, spoilt)) continue;
        currencies.push_back({"currencycode", damage->currency});
        parameter.value.resize(damage->begins_at);
    }
    parameters.insert(parameters.end(), currencies.begin(), currencies.end());
    return true;
}

Result<Postback> read_postback(Parameters parameters) {
    const bool was_garbled = mend_garbled_template(parameters);
    Result<Parameters> unique = without_repeats(std::move(parameters));
    if (!unique) return Error{unique.error()};

    Postback postback;
    if (was_garbled) postback.warnings.emplace_back(kGarbledTemplate);
    for (const Parameter& parameter : unique.value()) {
        const ParameterName* known = find_parameter(parameter.name);
        const Fact fact = known ? known->fact : Fact::extra;
        if (fact == Fact::password) {
            if (!parameter.value.empty()) postback.password = Secret(clean_text(parameter.value));
            continue;
        }
        const Secrecy secrecy = secrecy_of(parameter.name);
        if (secrecy == Secrecy::password || secrecy == Secrecy::card) continue;
        std::string value = clean_text(parameter.value);
        if (fact != Fact::extra)
            set_fact(postback, fact, parameter.name, std::string(trimmed(value)));
        else if (known)
            postback.extras.emplace_back(known->canonical, std::move(value));
        else if (!parameter.name.empty())
            postback.extras.emplace_back(lower_case(clean_text(parameter.name)), std::move(value));
    }
    return postback;
}

} // namespace segpay
