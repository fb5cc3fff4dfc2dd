// Maps fields to facts.
#include "postbacks/postback.hpp"

#include "values/char_set.hpp"
#include "values/comparison.hpp"
#include "values/placeholder.hpp"
#include "values/said.hpp"
#include "values/word.hpp"
#include "wire/redaction.hpp"
#include "wire/user_data.hpp"

#include <algorithm>
#include <iterator>

namespace segpay {

namespace {

// Facts that only describe: if two values disagree, the first one stands, with a warning.
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

// Ids and numbers that mean nothing when they are 0. Those that the host put on the link are not
// among them: the seal covers them unchanged.
constexpr std::array kSegpaysIds = {
    Fact::purchase_id, Fact::transaction_id,  Fact::related_transaction_id,
    Fact::eticket,     Fact::cross_sell_slot, Fact::trans_guid};

bool describes(Fact fact) {
    return std::find(kDescribing.begin(), kDescribing.end(), fact) != kDescribing.end();
}

// Other characters between the letters of a name do not make it less secret.
Secrecy secrecy_of_field(const FormField& field) {
    if (field.traits.is_plain_name) return secrecy_of(repaired_name(field.name));
    std::string letters;
    std::copy_if(field.name.begin(), field.name.end(), std::back_inserter(letters), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    return secrecy_of(letters);
}

void warn_of_garbled_template(Postback& postback) {
    auto& warnings = postback.warnings;
    if (std::find(warnings.begin(), warnings.end(), kGarbledTemplate) == warnings.end())
        warnings.emplace_back(kGarbledTemplate);
}

// The number of the field's name, noted in the form, which must have the notes of `names`. A name
// behind an entity or between blanks is repaired.
inline std::size_t name_number(FormField& field, const NameTable& names, Form& form,
                               Postback& postback) {
    if (field.traits.note == 0) [[unlikely]] {
        if (const std::string_view name = repaired_name(field.name); name != field.name) {
            field.name = name;
            warn_of_garbled_template(postback);
        }
        if (const std::uint16_t number = names.number_of(known_name(field, names)); number != 0)
            form.note(field, number);
    }
    return field.traits.note;
}

std::string_view clean(const FormField& field, Postback& postback) {
    if (field.traits.is_plain_value || is_clean(field.value)) return field.value;
    std::string cleaned = clean_text(field.value);
    const std::string_view kept = postback.texts.keep(cleaned);
    wipe(cleaned); // it may be a password
    return kept;
}

// For people. A secret is not shown.
std::string shown(std::string_view value, const KnownName& known) {
    constexpr std::size_t kMaxShown = 40;
    if (known.secrecy != Secrecy::open) return "***";
    // An id may look like a card number, which for_people() hides unless the name of an id precedes
    // it.
    const std::string name = has_card_number(value) ? std::string(known.canonical) + " " : "";
    return name + "\"" + std::string(shortened(value, kMaxShown)) + "\"";
}

// For people, too: a name can hold a secret as well as a value.
std::string shown_name(const FormField& field) {
    return "\"" + without_secrets(lower_case(clean_text(field.name))) + "\"";
}

bool came_before(const FormField& field, const Form& form) {
    for (const FormField& earlier : form.fields()) {
        if (&earlier == &field) break;
        if (equal_ignoring_case(earlier.name, field.name)) return true;
    }
    return false;
}

// Two values with different meanings. A fact that decides is left to the operator; of a fact that
// only describes, the first value stands.
void note_two_values(Postback& postback, const FormField& field, const Form& form,
                     const KnownName* known, std::string_view first, std::string_view second) {
    std::string remark = shown_name(field);
    remark += came_before(field, form)
                  ? " comes twice, and the values differ"
                  : " and another name for the same fact have different values";
    if (!known || describes(known->fact)) {
        postback.warnings.push_back(remark);
        return;
    }
    postback.disputed.push_back(known->fact);
    std::string& all = postback.contradiction;
    all += (all.empty() ? "" : "; ") + remark + ": " + shown(first, *known) + " and " +
           shown(second, *known);
}

void note_placeholder(Postback& postback, const FormField& field, std::string_view value) {
    std::string remark =
        shown_name(field) + " came as an unfilled placeholder, " + std::string(trimmed(value));
    auto& warnings = postback.warnings;
    if (std::find(warnings.begin(), warnings.end(), remark) == warnings.end())
        warnings.push_back(std::move(remark));
}

Comparison comparison_of(const KnownName* known) {
    return known ? known->comparison : Comparison::id;
}

// Texts and words, none of which needs as many digits as a card number has. A card number in them,
// or in an extra that is no id, is hidden; some ids look like one.
constexpr std::array kFreeTexts = {Fact::name,          Fact::first_name,    Fact::last_name,
                                   Fact::country,       Fact::card_type,     Fact::payment_type,
                                   Fact::response_code, Fact::refund_reason, Fact::refund_comment,
                                   Fact::refunded_by,   Fact::cancel_reason, Fact::cancel_comment,
                                   Fact::cancelled_by};

// The customer's own words, needed unchanged: with a part hidden they would be another customer's.
constexpr std::array kLogins = {Fact::username, Fact::email};

bool may_hold_secret(const KnownName* known) {
    return !known ||
           std::find(kFreeTexts.begin(), kFreeTexts.end(), known->fact) != kFreeTexts.end() ||
           (known->fact == Fact::extra && known->comparison == Comparison::text);
}

constexpr std::size_t kShortestSecretText = 10; // "password=x"

std::string_view without_secrets_in(std::string_view value, TextStore& texts) {
    const bool has_one = value.size() >= kShortestSecretText && has_secret(value);
    return has_one ? texts.keep(without_secrets(std::string(value))) : value;
}

bool is_dropped(Fact fact, std::string_view value) {
    return std::find(kLogins.begin(), kLogins.end(), fact) != kLogins.end() &&
           has_long_card_number(value);
}

// For facts from fields and from user data.
void hide_secrets(Postback& postback) {
    for (const Fact fact : kFreeTexts)
        postback[fact] = without_secrets_in(postback[fact], postback.texts);
    for (const Fact fact : kLogins) {
        if (!has_long_card_number(postback[fact])) continue;
        postback[fact] = {};
        postback.warnings.push_back("\"" + std::string(canonical_name(fact)) +
                                    "\" is a card number, and was dropped");
    }
}

// The value of the extra; added if it is not there.
std::string_view& extra_of(Postback& postback, std::string_view name) {
    for (auto& [known, value] : postback.extras)
        if (known == name) return value;
    return postback.extras.emplace_back(name, std::string_view()).second;
}

// Where the value of a field is stored; null: nowhere.
std::string_view* place_of(const FormField& field, const KnownName* known, Postback& postback) {
    if (known && known->fact == Fact::password) return &postback[Fact::password];
    if (is_secret(known ? known->secrecy : secrecy_of_field(field))) return nullptr;
    if (known)
        return known->fact == Fact::extra ? &extra_of(postback, known->canonical)
                                          : &postback[known->fact];
    if (field.name.empty()) return nullptr;
    std::string name = lower_case(clean_text(field.name));
    if (has_secret(name)) name = without_secrets(std::move(name));
    return &extra_of(postback, postback.texts.keep(name));
}

std::string_view value_of(const FormField& field, Fact fact, Postback& postback) {
    const bool is_as_sent = fact == Fact::extra || fact == Fact::password || is_untouched(fact);
    const std::string_view value = clean(field, postback);
    return is_as_sent ? value : trimmed(value);
}

// A time that was encoded once too often is decoded (values/timestamp.hpp).
std::string_view repaired(std::string_view time, TextStore& texts) {
    const auto is_odd = [](char c) {
        return c == '%' || c == '&' || static_cast<unsigned char>(c) >= 0x80;
    };
    return std::any_of(time.begin(), time.end(), is_odd) ? texts.keep(repaired_time(time)) : time;
}

// Checks the raw text: clean text has blanks in place of line breaks.
bool has_line_break_within(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    const std::size_t at = text.find_first_of("\r\n", begin);
    return at != std::string_view::npos &&
           text.find_first_not_of(kBlanks, at) != std::string_view::npos;
}

// A fact may come under two names, or twice under one: Segpay adds names that the template has too.
// An empty value contradicts no other, and values with the same meaning are the same.
void read_field(Postback& postback, const FormField& field, const Form& form,
                const KnownName* known) {
    std::string_view* const place = place_of(field, known, postback);
    if (!place) return;
    std::string_view value = value_of(field, known ? known->fact : Fact::extra, postback);
    if (known && is_deciding_word(known->fact) && has_line_break_within(field.value))
        postback.is_word_of_lines = true;
    if (is_placeholder(value)) {
        note_placeholder(postback, field, value);
        value = value.substr(0, 0);
    }
    if (may_hold_secret(known)) value = without_secrets_in(value, postback.texts);
    if (known && known->comparison == Comparison::time) value = repaired(value, postback.texts);
    if (!place->data()) {
        *place = value;
        return;
    }
    if (*place == value) return;
    const Comparison comparison = comparison_of(known);
    if (is_nothing(comparison, value)) return;
    if (is_nothing(comparison, *place))
        *place = value;
    else if (!are_same(comparison, *place, value))
        note_two_values(postback, field, form, known, *place, value);
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

// ---- User data ----------------------------------------------------------------------------------

bool is_user_data_field(const FormField& field, const KnownName* known) {
    return is_user_data(field.value) || (!known && equal_ignoring_case(field.name, kUserDataName));
}

// What a link can carry, and the browser's data: nothing else is taken from a field that a customer
// can edit.
bool is_of_link(const KnownName* known) {
    constexpr std::array kFacts = {Fact::member_id, Fact::session, Fact::affiliate, Fact::xref1,
                                   Fact::xref2,     Fact::upsell,  Fact::tokenplus, Fact::octoken,
                                   Fact::username,  Fact::seal};
    constexpr std::array<std::string_view, 6> kExtras = {
        "browsertype", "browserversion", "ipcountry", "ismobiledevice", "platform", "template"};
    if (!known || std::find(kFacts.begin(), kFacts.end(), known->fact) != kFacts.end()) return true;
    if (known->fact != Fact::extra) return false;
    const ParameterName* segpays = find_parameter(known->canonical);
    const bool is_hosts_own = !segpays || segpays->canonical != known->canonical;
    return is_hosts_own || known->canonical.starts_with("ref") ||
           std::find(kExtras.begin(), kExtras.end(), known->canonical) != kExtras.end();
}

// User data that was sent unencoded becomes several fields at each '&' and '=' within, and names as
// well as values. What stands in a name was behind an '&'.
bool shows(bool (*is_shown)(std::string_view text), const FormField& field) {
    constexpr CharSet kOfEscapes("<%;");
    if (!kOfEscapes.has_any_of(field.name) && !kOfEscapes.has_any_of(field.value)) return false;
    std::string text;
    text.reserve(field.name.size() + field.value.size() + 2); // so that it never reallocates
    text.append("&").append(field.name).append("=").append(field.value);
    const bool is_so = is_shown(text);
    wipe(text);
    return is_so;
}

void take_out(FormField& field) { field = {{}, {}, {}}; }

// The first of the fields opens user data: takes out the pieces of it, up to the one that closes
// it. If none closes it, a field without a value may be a piece. A field with a name of Segpay's is
// none.
void take_out_pieces(std::span<FormField> fields, const NameTable& names, Postback& postback) {
    FormField& first = fields[0];
    const bool is_whole = shows(closes_user_data, first);
    const auto rest = fields.subspan(1);
    const auto last = std::find_if(rest.begin(), rest.end(), [&](const FormField& field) {
        return !known_name(field, names) && shows(closes_user_data, field);
    });
    const bool is_closed = last != rest.end();
    for (auto piece = rest.begin(); !is_whole && piece != rest.end(); ++piece) {
        const bool is_one = is_closed ? piece <= last : piece->value.empty();
        if (is_one && !known_name(*piece, names)) take_out(*piece);
    }
    if (!shows(opens_user_data, {first.name, {}, {}})) return;
    take_out(first);
    postback.warnings.emplace_back(
        "the name of a field is <EXTRA_DATA> that was not encoded, and "
        "was dropped: a password may be in it");
}

// Replaces the user data by the fields that it holds, but for secrets and for what another field
// says.
void unfold_user_data(Form& form, const NameTable& names, Postback& postback) {
    UserData found;
    for (const FormField& field : form.fields()) {
        if (!is_user_data_field(field, known_name(field, names)) || field.value.empty()) continue;
        const std::size_t before = found.size();
        if (read_user_data(field.value, postback.texts, found)) continue;
        found.resize(before);
        postback.warnings.push_back("\"" + lower_case(clean_text(field.name)) +
                                    "\" is no <EXTRA_DATA> that can be read, and was dropped: a "
                                    "password may be in it");
    }
    form.erase([&](const FormField& field) {
        return is_user_data_field(field, known_name(field, names));
    });
    for (const auto& [name, value] : found) {
        const FormField field{name, value, {.is_plain_value = false, .is_trimmed_value = false}};
        const KnownName* known = known_name(field, names);
        const Secrecy secrecy = known ? known->secrecy : secrecy_of_field(field);
        if (is_secret(secrecy) || !is_of_link(known)) continue;
        std::string_view* const place = place_of(field, known, postback);
        const Comparison comparison = comparison_of(known);
        if (!place || !is_nothing(comparison, *place)) continue;
        read_field(postback, field, form, known);
        form.add(field);
    }
}

// A query that was encoded as a whole is one single name: a secret in it may also have a name that
// the configuration gives it.
std::string kept_name(std::string_view name, const NameTable& names) {
    std::string kept;
    for (std::string_view rest = name; !rest.empty();) {
        const std::string_view piece = rest.substr(0, rest.find('&'));
        const std::string_view key = piece.substr(0, piece.find('='));
        const FormField field{key, {}, {.is_plain_name = false}};
        const KnownName* known = key.size() < piece.size() ? known_name(field, names) : nullptr;
        const bool is_shown = !known || !is_secret(known->secrecy);
        kept.append(is_shown ? piece : key).append(is_shown ? "" : "=***");
        rest.remove_prefix(piece.size());
        kept.append(rest.substr(0, 1));
        rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    }
    return without_secrets(std::move(kept));
}

} // namespace

void Postback::clear() {
    facts = {};
    extras.clear();
    warnings.clear();
    contradiction.clear();
    disputed.clear();
    is_currency_recovered = false;
    is_word_of_lines = false;
    texts.clear();
}

const KnownName* known_name(const FormField& field, const NameTable& names) {
    const std::string_view name = behind_entity(field.name);
    if (field.traits.is_plain_name)
        if (const KnownName* known = names.find(name)) return known;
    const std::string_view repaired = repaired_name(name);
    if (!field.traits.is_plain_name) return names.find(trimmed(clean_text(repaired)));
    return repaired == name ? nullptr : names.find(repaired);
}

bool repair_garbled_template(Form& form, const NameTable& names) {
    const std::span<FormField> fields = form.fields();
    if (form.is_plain() || std::none_of(fields.begin(), fields.end(), damage_in)) return false;
    std::string_view spoilt;
    bool is_password = false;
    for (const FormField& field : fields) {
        const KnownName* known = known_name(field, names);
        if (known && known->fact == Fact::currency) return false;
        // In the template as it is printed the field before is the password. A customer can write
        // the pattern into a name or an address, so another field is examined only when the
        // password is intact.
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

void read_postback(Form& form, const NameTable& names, Postback& postback) {
    postback.clear();
    postback.is_currency_recovered = repair_garbled_template(form, names);
    if (postback.is_currency_recovered) warn_of_garbled_template(postback);
    form.take_notes_of(names.id());
    bool has_user_data = false;
    for (FormField& field : form.fields()) {
        const std::size_t number = name_number(field, names, form, postback);
        const Fact fact = names.plain_fact(number);
        std::string_view& said = postback[fact];
        if (fact != Fact::extra && field.traits.is_trimmed_value && !said.data() &&
            !may_be_placeholder(field.value)) [[likely]] {
            said = field.value;
            continue;
        }
        const KnownName* known = names.by_number(number);
        const bool is_user_data = is_user_data_field(field, known);
        has_user_data |= is_user_data;
        if (is_user_data || (!known && shows(opens_user_data, field)))
            take_out_pieces(
                form.fields().subspan(static_cast<std::size_t>(&field - form.fields().data())),
                names, postback);
        if (!is_user_data) read_field(postback, field, form, known);
    }
    for (Fact id : kSegpaysIds)
        postback[id] = said(postback[id]);
    for (const Fact fact : {Fact::transaction_time, Fact::reactivation_time})
        postback[fact] = repaired(postback[fact], postback.texts);
    if (has_user_data) unfold_user_data(form, names, postback);
    for (const Fact fact : postback.disputed)
        postback[fact] = {};
    hide_secrets(postback);
}

Parameters kept_parameters(const Form& form, const NameTable& names) {
    Parameters kept;
    for (const FormField& field : form.fields()) {
        const KnownName* known = known_name(field, names);
        if (is_secret(known ? known->secrecy : secrecy_of_field(field))) continue;
        if (field.name.empty() && field.value.empty()) continue;
        if (known && is_dropped(known->fact, field.value)) continue;
        std::string value(field.value);
        if (may_hold_secret(known) && has_secret(value)) value = without_secrets(std::move(value));
        kept.push_back({kept_name(field.name, names), std::move(value)});
    }
    return kept;
}

} // namespace segpay
