// From fields to facts.
#include "postbacks/postback.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <iterator>

namespace segpay {

namespace {

// Facts that only describe: where two names of one disagree the first one stands, with a warning.
constexpr std::array kDescribing = {
    Fact::extra,
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

// The number of its name, of which the form gets a note. `form` must take the notes of `names`.
inline std::size_t name_number(const FormField& field, const NameTable& names, Form& form) {
    if (field.traits.note != 0) [[likely]]
        return field.traits.note;
    const std::uint16_t number = names.number_of(known_name(field, names));
    if (number != 0) form.note(field, number);
    return number;
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

inline void set_fact(Postback& postback, Fact fact, std::string_view name, std::string_view value) {
    std::string_view& said = postback[fact];
    if (said.empty()) [[likely]]
        said = value;
    else if (!value.empty() && said != value)
        note_two_values(postback, fact, name);
}

// Every name once: case does not make two names of one, and the same value twice is harmless.
class Repeats {
public:
    bool is_new(std::size_t number) const { return !is_seen_[number]; }
    void note_new(std::size_t number, const FormField& field) {
        is_seen_[number] = true;
        fields_[number] = &field;
    }
    // The earlier field of that name; null: there is none, and the field is noted.
    const FormField* note(std::size_t number, const FormField& field) {
        if (number == 0) return note_unknown(field);
        if (!is_new(number)) return fields_[number];
        note_new(number, field);
        return nullptr;
    }

private:
    const FormField* note_unknown(const FormField& field) {
        for (std::size_t i = 0; i < unknown_count_; ++i)
            if (equal_ignoring_case(unknown_[i]->name, field.name)) return unknown_[i];
        if (unknown_count_ < unknown_.size()) unknown_[unknown_count_++] = &field;
        return nullptr;
    }

    std::array<bool, kMaxKnownNames + 1> is_seen_{};          // by number
    std::array<const FormField*, kMaxKnownNames + 1> fields_; // of those that were seen
    std::array<const FormField*, 2 * kMaxFields> unknown_;
    std::size_t unknown_count_ = 0;
};

// Two names of one thing may both have been typed into the template: what was said first stands.
void add_known_extra(Postback& postback, std::string_view name, const KnownName& known,
                     std::string_view value) {
    const auto said =
        std::find_if(postback.extras.begin(), postback.extras.end(),
                     [&](const auto& extra) { return extra.first == known.canonical; });
    if (said == postback.extras.end())
        postback.extras.emplace_back(known.canonical, value);
    else if (said->second.empty())
        said->second = value;
    else if (!value.empty() && said->second != value)
        note_two_values(postback, known.fact, name);
}

void read_field(Postback& postback, const FormField& field, const KnownName* known) {
    const Secrecy secrecy = known ? known->secrecy : secrecy_of_field(field);
    const Fact fact = known ? known->fact : Fact::extra;
    if (fact == Fact::password) {
        if (!field.value.empty()) postback[fact] = clean(field, postback);
        return;
    }
    if (secrecy == Secrecy::password || secrecy == Secrecy::card) return;
    if (is_untouched(fact))
        set_fact(postback, fact, field.name, clean(field, postback));
    else if (fact != Fact::extra)
        set_fact(postback, fact, field.name, trimmed(clean(field, postback)));
    else if (known)
        add_known_extra(postback, field.name, *known, clean(field, postback));
    else if (!field.name.empty())
        postback.extras.emplace_back(postback.texts.keep(lower_case(clean_text(field.name))),
                                     clean(field, postback));
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
    Repeats repeats;
    for (const FormField& field : form.fields()) {
        const std::size_t number = name_number(field, names, form);
        const Fact fact = names.plain_fact(number);
        if (fact != Fact::extra && field.traits.is_trimmed_value && repeats.is_new(number))
            [[likely]] {
            repeats.note_new(number, field);
            set_fact(postback, fact, field.name, field.value);
        } else if (const FormField* const earlier = repeats.note(number, field)) {
            if (earlier->value != field.value)
                return Error{"two different values for \"" + clean_text(field.name) + "\""};
        } else {
            read_field(postback, field, names.by_number(number));
        }
    }
    return std::nullopt;
}

Parameters kept_parameters(const Form& form, const NameTable& names) {
    Parameters kept;
    for (const FormField& field : form.fields()) {
        const KnownName* known = known_name(field, names);
        const Secrecy secrecy = known ? known->secrecy : secrecy_of_field(field);
        if (secrecy != Secrecy::password && secrecy != Secrecy::card)
            kept.push_back({std::string(field.name), std::string(field.value)});
    }
    return kept;
}

} // namespace segpay
