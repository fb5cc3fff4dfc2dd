// From fields to facts.
#include "postbacks/postback.hpp"

#include "values/said.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <iterator>

namespace segpay {

namespace {

// Facts that only describe: where two names of one disagree the first one stands, with a warning.
constexpr std::array kDescribing = {
    Fact::extra,
    Fact::password,
    Fact::email,
    Fact::name,
    Fact::first_name,
    Fact::last_name,
    Fact::country,
    Fact::card_type,
    Fact::payment_type,
    Fact::transaction_time,
    Fact::reactivation_time,
    Fact::response_code,
    Fact::refund_reason,
    Fact::refund_comment,
    Fact::refunded_by,
    Fact::cancel_reason,
    Fact::cancel_comment,
    Fact::cancelled_by,
    Fact::initial_value,
};

// Ids and numbers that say nothing when they are 0. Those that the host put on the link are not
// among them: a seal covers them as they stand there.
constexpr std::array kSegpaysIds = {
    Fact::purchase_id, Fact::transaction_id,  Fact::related_transaction_id,
    Fact::eticket,     Fact::cross_sell_slot, Fact::trans_guid};

bool describes(Fact fact) {
    return std::find(kDescribing.begin(), kDescribing.end(), fact) != kDescribing.end();
}

// A template that was pasted with line breaks has some of them in its names.
const KnownName* known_name(const FormField& field, const NameTable& names) {
    return field.traits.is_plain_name ? names.find(field.name)
                                      : names.find(trimmed(clean_text(field.name)));
}

// Whatever stands between the letters of a name, it is as secret as without.
Secrecy secrecy_of_field(const FormField& field) {
    if (field.traits.is_plain_name) return secrecy_of(field.name);
    std::string letters;
    std::copy_if(field.name.begin(), field.name.end(), std::back_inserter(letters), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    return secrecy_of(letters);
}

// The number of its name, noted in the form, which must take the notes of `names`.
inline std::size_t name_number(FormField& field, const NameTable& names, Form& form) {
    if (field.traits.note == 0) [[unlikely]]
        if (const std::uint16_t number = names.number_of(known_name(field, names)); number != 0)
            form.note(field, number);
    return field.traits.note;
}

std::string_view clean(const FormField& field, Postback& postback) {
    if (field.traits.is_plain_value || is_clean(field.value)) return field.value;
    std::string cleaned = clean_text(field.value);
    const std::string_view kept = postback.texts.keep(cleaned);
    wipe(cleaned); // it may be a password
    return kept;
}

void note_two_values(Postback& postback, Fact fact, std::string_view name) {
    const std::string remark = "\"" + lower_case(clean_text(name)) +
                               "\" and another name for the same fact have different values";
    if (describes(fact))
        postback.warnings.push_back(remark);
    else
        postback.contradiction = remark;
}

// The field of the same name that came before; null: there is none. The names have their numbers.
const FormField* earlier_of(const FormField& field, const Form& form) {
    const std::uint32_t number = field.traits.note;
    for (const FormField& earlier : form.fields()) {
        if (&earlier == &field) break;
        if (earlier.traits.note == number &&
            (number != 0 || equal_ignoring_case(earlier.name, field.name)))
            return &earlier;
    }
    return nullptr;
}

// Where the value of the extra is, or will be.
std::string_view& extra_of(Postback& postback, std::string_view name) {
    for (auto& [known, value] : postback.extras)
        if (known == name) return value;
    return postback.extras.emplace_back(name, std::string_view()).second;
}

// Where the value of a field is kept; null: nowhere.
std::string_view* place_of(const FormField& field, const KnownName* known, Postback& postback) {
    if (known && known->fact == Fact::password) return &postback[Fact::password];
    if (is_secret(known ? known->secrecy : secrecy_of_field(field))) return nullptr;
    if (known)
        return known->fact == Fact::extra ? &extra_of(postback, known->canonical)
                                          : &postback[known->fact];
    if (field.name.empty()) return nullptr;
    return &extra_of(postback, postback.texts.keep(lower_case(clean_text(field.name))));
}

std::string_view value_of(const FormField& field, Fact fact, Postback& postback) {
    const bool is_as_sent = fact == Fact::extra || fact == Fact::password || is_untouched(fact);
    const std::string_view value = clean(field, postback);
    return is_as_sent ? value : trimmed(value);
}

// Every name once: case does not make two names of one, and the same value twice is harmless. Two
// names of one thing may both have been typed into the template: what was said first stands.
std::optional<Error> read_field(Postback& postback, const FormField& field, const Form& form,
                                const KnownName* known) {
    const Fact fact = known ? known->fact : Fact::extra;
    std::string_view* const said = place_of(field, known, postback);
    const bool is_new = said && !said->data();
    const FormField* const earlier = is_new ? nullptr : earlier_of(field, form);
    if (earlier && earlier->value != field.value)
        return Error{"two different values for \"" + clean_text(field.name) + "\""};
    if (earlier || !said) return std::nullopt;
    const std::string_view value = value_of(field, fact, postback);
    if (said->empty())
        *said = value;
    else if (!value.empty() && *said != value)
        note_two_values(postback, fact, field.name);
    return std::nullopt;
}

// "secret¤cycode=USD": where the value of the field itself ends, and the currency.
struct Damage {
    std::size_t begins_at = 0;
    std::string_view currency;
};

std::optional<Damage> damage_in(const FormField& field) {
    if (field.traits.is_plain_value) return std::nullopt;
    // The currency sign as UTF-8, as Latin-1, and as UTF-8 that was taken for Latin-1 once.
    constexpr std::string_view kSigns[] = {"\xC3\x82\xC2\xA4", "\xC2\xA4", "\xA4"};
    constexpr std::string_view kRest = "cycode=";
    const std::size_t rest_at = field.value.rfind(kRest);
    if (rest_at == std::string_view::npos) return std::nullopt;
    const std::string_view before = field.value.substr(0, rest_at);
    for (std::string_view sign : kSigns)
        if (before.ends_with(sign))
            return Damage{rest_at - sign.size(), field.value.substr(rest_at + kRest.size())};
    return std::nullopt;
}

} // namespace

void Postback::clear() {
    facts = {};
    extras.clear();
    warnings.clear();
    contradiction.clear();
    texts.clear();
}

bool mend_garbled_template(Form& form, const NameTable& names) {
    const std::span<FormField> fields = form.fields();
    if (form.is_plain() || std::none_of(fields.begin(), fields.end(), damage_in)) return false;
    std::string_view spoilt;
    bool is_password = false;
    for (const FormField& field : fields) {
        const KnownName* known = known_name(field, names);
        if (known && known->fact == Fact::currency) return false;
        // In the template as it is printed the field before is the password. A customer can write
        // the pattern into a name or an address, so another field is looked at only when it is not.
        if (is_password || !damage_in(field)) continue;
        is_password = known && known->fact == Fact::password;
        if (spoilt.empty() || is_password) spoilt = field.name;
    }
    if (spoilt.empty()) return false;

    std::vector<FormField> currencies; // two when query and body say the same
    for (FormField& field : fields) {
        const std::optional<Damage> damage = damage_in(field);
        if (!damage || !equal_ignoring_case(field.name, spoilt)) continue;
        currencies.push_back({"currencycode",
                              damage->currency,
                              {.is_plain_value = false, .is_trimmed_value = false}});
        field.value = field.value.substr(0, damage->begins_at);
    }
    for (const FormField& currency : currencies)
        form.add(currency);
    return true;
}

std::optional<Error> read_postback(Form& form, const NameTable& names, Postback& postback) {
    postback.clear();
    if (mend_garbled_template(form, names)) postback.warnings.emplace_back(kGarbledTemplate);
    form.take_notes_of(names.id());
    for (FormField& field : form.fields()) {
        const std::size_t number = name_number(field, names, form);
        const Fact fact = names.plain_fact(number);
        std::string_view& said = postback[fact];
        if (fact != Fact::extra && field.traits.is_trimmed_value && !said.data()) [[likely]]
            said = field.value;
        else if (auto error = read_field(postback, field, form, names.by_number(number)))
            return error;
    }
    for (Fact id : kSegpaysIds)
        postback[id] = said(postback[id]);
    return std::nullopt;
}

Parameters kept_parameters(const Form& form, const NameTable& names) {
    Parameters kept;
    for (const FormField& field : form.fields()) {
        const KnownName* known = known_name(field, names);
        if (!is_secret(known ? known->secrecy : secrecy_of_field(field)))
            kept.push_back({std::string(field.name), std::string(field.value)});
    }
    return kept;
}

} // namespace segpay
