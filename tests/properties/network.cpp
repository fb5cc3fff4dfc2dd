// The time of a postback's arrival, and its spelling.
#include "network.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

namespace segpay::testing {

namespace {

// ---- When ---------------------------------------------------------------------------------------

constexpr unsigned kPlace = 16; // between two happenings that arrive in order

struct Arrival {
    unsigned time = 0;
    Sending sending;
};

// The point from which a repeat is no longer recognised: after an answer with success, the next
// change of the purchase's state; after a failure, the next of its kind.
unsigned repeats_end(const Story& story, const std::vector<unsigned>& times, std::size_t index) {
    const Happening& it = story[index];
    for (std::size_t next = index + 1; next < story.size(); ++next) {
        const bool ends = has_failed(it.mail) ? story[next].what == it.what : story[next].is_change;
        if (ends && story[next].purchase == it.purchase) return times[next] - 1;
    }
    return ~0u;
}

// ---- How ----------------------------------------------------------------------------------------

// The choices of a spelling, one after the other; a spelling of 0 makes the first choice always.
class Choices {
public:
    Choices(std::uint32_t spelling, unsigned copy)
        : state_(spelling == 0 ? 0 : (spelling + copy) * 0x9E3779B97F4A7C15u) {}
    unsigned operator()(unsigned below) {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return static_cast<unsigned>((state_ * 0x2545F4914F6CDD1Du >> 33) % below);
    }
    bool one_in(unsigned times) { return state_ != 0 && (*this)(times) == 0; }

private:
    std::uint64_t state_; // xorshift*; 0 stays 0
};

enum class Fact : std::uint8_t {
    action,
    transaction_type,
    stage,
    approved,
    purchase_id,
    transaction_id,
    related_transaction_id,
    price,
    currency,
    eticket,
    member_id,
    session,
    affiliate,
    username,
    xref1,
    xref2,
    cross_sell_slot,
    octoken,
    upsell,
    tokenplus,
    standin,
    test,
    transaction_time,
    reactivation_time,
};

// Every name that a merchant's template can use for a fact, in the order of the facts: those of the
// NATS guide first, then those of the Processing API, then other observed ones.
constexpr std::array<std::array<std::string_view, 3>, 24> kNames = {{
    {"action"},
    {"transtype", "trantype"},
    {"stage"},
    {"approved"},
    {"purchaseid"},
    {"transid", "tranid"},
    {"relatedtranid"},
    {"price"},
    {"currencycode"},
    {"eticketid"},
    {"memberid", "foreignid"},
    {"session", "natssess"},
    {"merchantpartnerid"},
    {"username"},
    {"xref1"},
    {"xref2"},
    {"xsellnum", "xselnum"},
    {"octoken"},
    {"upsell"},
    {"tokenplus"},
    {"standin"},
    {"TESTTRANS"},
    {"transtime", "billertranstime"},
    {"reactivationtimestamp", "reactivationdate"},
}};

std::string in_some_case(std::string text, Choices& choices) {
    switch (choices(4)) {
        case 1:
            for (char& c : text)
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            break;
        case 2:
            for (char& c : text)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            break;
        case 3:
            text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
            break;
        default:
            break;
    }
    return text;
}

// "Instant Conversion", "InstantConversion", "INSTANT_CONVERSION", ...
std::string word(std::string_view text, Choices& choices) {
    static constexpr std::array<std::string_view, 4> kSeparators = {" ", "", "_", "-"};
    std::string spelt;
    const std::string_view separator = kSeparators[choices(4)];
    for (char c : text)
        if (c == ' ')
            spelt += separator;
        else
            spelt += c;
    return in_some_case(std::move(spelt), choices);
}

class Form {
public:
    explicit Form(Choices& choices) : choices_(choices) {}

    void say(Fact fact, std::string_view value) {
        const auto& names = kNames[static_cast<std::size_t>(fact)];
        const auto known =
            static_cast<unsigned>(std::ranges::find(names, std::string_view()) - names.begin());
        const unsigned name = choices_(known);
        append(names[name], value);
        if (choices_.one_in(16)) append(names[(name + 1) % known], value); // twice
    }
    void say_number(Fact fact, std::uint64_t base, unsigned number) {
        if (number != 0) say(fact, std::to_string(base + number));
    }
    void say_raw(std::string_view piece) {
        separate();
        text_ += piece;
    }
    std::string take() { return std::move(text_); }
    const std::string& text() const { return text_; }

private:
    void separate() {
        if (!text_.empty()) text_ += '&';
    }
    void append(std::string_view name, std::string_view value) {
        separate();
        text_ += in_some_case(std::string(name), choices_);
        text_ += '=';
        for (char c : value)
            append_encoded_char(c);
    }
    void append_encoded_char(char c) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
        if (c == ' ' && choices_(2) == 0) {
            text_ += '+';
        } else if (is_plain && !choices_.one_in(32)) {
            text_ += c;
        } else {
            text_ += '%';
            text_ += kDigits[static_cast<unsigned char>(c) >> 4];
            text_ += kDigits[static_cast<unsigned char>(c) & 15];
        }
    }

    Choices& choices_;
    std::string text_;
};

struct Words {
    What what;
    std::string_view transaction_type;
    std::string_view action;
    std::string_view stage; // "": that of the sale
};
constexpr std::array kWords = {
    Words{What::probe, "", "Probe", ""},
    Words{What::enable, "", "Enable", ""},
    Words{What::disable, "", "Disable", ""},
    Words{What::cancel, "", "Cancel", ""},
    Words{What::revival, "", "Reactivation", ""},
    Words{What::sale, "Sale", "Auth", "Initial"},
    Words{What::cross_sell, "Sale", "Auth", "Initial"},
    Words{What::conversion, "Sale", "Auth", "Conversion"},
    Words{What::rebill, "Sale", "Auth", "Rebill"},
    Words{What::upgrade, "Sale", "Auth", "Instant Conversion"},
    Words{What::reactivation, "Sale", "Auth", "Reactivation"},
    Words{What::void_sale, "Sale", "Void", "Initial"},
    Words{What::credit, "Credit", "Auth", "Initial"},
    Words{What::chargeback, "Charge", "Auth", "Initial"},
    Words{What::revoke, "Revoke", "Auth", "Initial"},
    Words{What::chargeback_reversal, "CB Reversal", "Auth", "Initial"},
    Words{What::rdr_reversal, "RDR Reversal", "Auth", "Initial"},
};

const Words& words_of(const Happening& it) {
    return *std::ranges::find(kWords, it.stage_of, &Words::what);
}

std::string decimal(const Happening& it, Choices& choices) {
    const std::string text = money_words(it.amount, it.product->decimals, "");
    std::string price = text.substr(0, text.size() - 1);
    if (is_money_back(it.what) && choices.one_in(2)) price.insert(0, 1, '-');
    if (choices.one_in(6)) price += it.product->decimals == 0 ? ".00" : "00"; // as SRS does
    return price;
}

std::string padded(long number) { return (number < 10 ? "0" : "") + std::to_string(number); }

// "7/28/2026 3:38:43 PM (GMT STANDARD TIME)", the same without the zone, or ISO 8601.
std::string time_words(std::int64_t at, Choices& choices) {
    using namespace std::chrono;
    const sys_seconds time{seconds(at)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    const std::string y = std::to_string(static_cast<int>(date.year()));
    const unsigned m = static_cast<unsigned>(date.month()), d = static_cast<unsigned>(date.day());
    const std::string rest =
        ":" + padded(clock.minutes().count()) + ":" + padded(clock.seconds().count());
    const unsigned form = choices(3);
    if (form == 2)
        return y + "-" + padded(m) + "-" + padded(d) + "T" + padded(clock.hours().count()) + rest +
               "Z";
    const long hour = clock.hours().count() % 12;
    return std::to_string(m) + "/" + std::to_string(d) + "/" + y + " " +
           std::to_string(hour == 0 ? 12 : hour) + rest +
           (clock.hours().count() < 12 ? " AM" : " PM") + (form == 0 ? " (GMT STANDARD TIME)" : "");
}

void say_what(Form& form, const Happening& it, Choices& choices) {
    const Words& words = words_of(it);
    form.say(Fact::action, word(words.action, choices));
    if (is_about_member(it.what)) return;
    form.say(Fact::transaction_type, word(words.transaction_type, choices));
    form.say(Fact::stage, word(words.stage, choices));
    form.say(Fact::approved, word(it.is_approved ? "Yes" : "No", choices));
}

void say_money(Form& form, const Happening& it, Choices& choices) {
    form.say(Fact::price, decimal(it, choices));
    if (choices.one_in(16)) return; // the product gives the currency
    if (choices.one_in(16))         // the template of the NATS guide, as a browser prints it
        form.say_raw("password=" + std::string(kPassword) +
                     "%C2%A4cycode=" + std::string(it.product->currency));
    else
        form.say(Fact::currency, in_some_case(std::string(it.product->currency), choices));
}

void say_product_and_owner(Form& form, const Happening& it) {
    form.say(Fact::eticket, it.product->eticket);
    form.say(Fact::member_id, it.owner.member);
    form.say(Fact::session, it.owner.session);
    form.say(Fact::affiliate, it.owner.affiliate);
    form.say(Fact::username, it.owner.username);
}

// The parameters of the link, which come back with every sale that refers to it.
void say_extras(Form& form, const Happening& it, std::uint64_t base) {
    form.say(Fact::xref1, "XS-8-301");
    form.say(Fact::xref2, "XS-9-201");
    form.say(Fact::cross_sell_slot, std::to_string(it.slot));
    form.say_number(Fact::octoken, base, it.octoken);
    if (!it.upsell.empty()) form.say(Fact::upsell, it.upsell);
    if (it.tokens != 0) form.say(Fact::tokenplus, std::to_string(it.tokens));
}

} // namespace

bool has_failed(const Mail& mail) {
    return mail.trouble == Trouble::host_says_retry ||
           mail.trouble == Trouble::dies_before_settling;
}

std::vector<Sending> sendings(const Story& story) {
    std::vector<unsigned> times;
    for (std::size_t i = 0; i < story.size(); ++i) {
        unsigned time = static_cast<unsigned>(i + story[i].mail.delay) * kPlace;
        for (std::size_t earlier : story[i].after)
            time = std::max(time, times[earlier] + kPlace / 2);
        times.push_back(time);
    }
    std::vector<Arrival> arrivals;
    for (std::size_t i = 0; i < story.size(); ++i) {
        const unsigned end = story[i].has_mark ? ~0u : repeats_end(story, times, i);
        for (unsigned copy = 0; copy <= story[i].mail.copies; ++copy) {
            const unsigned time = times[i] + copy * (story[i].mail.copies_delay * kPlace + 1);
            arrivals.push_back({std::min(time, end), {i, copy}});
        }
    }
    std::ranges::stable_sort(arrivals, {}, &Arrival::time);
    std::vector<Sending> found;
    for (const Arrival& arrival : arrivals)
        found.push_back(arrival.sending);
    return found;
}

WireRequest postback(const Happening& it, unsigned copy, std::uint64_t base) {
    Choices choices(it.mail.spelling, copy);
    Form form(choices);
    say_what(form, it, choices);
    form.say_number(Fact::purchase_id, base, it.purchase);
    form.say_number(Fact::transaction_id, base, it.transaction);
    form.say_number(Fact::related_transaction_id, base, it.related);
    if (!is_about_member(it.what)) say_money(form, it, choices);
    if (!it.is_terse) say_product_and_owner(form, it);
    const bool is_sale = !is_about_member(it.what) && it.what < What::void_sale;
    if (is_sale && !it.is_terse) say_extras(form, it, base);
    if (is_sale) form.say(Fact::standin, it.is_standin ? "1" : "0");
    if (it.is_test) form.say(Fact::test, "1");
    if (it.at != 0)
        form.say(it.what == What::revival ? Fact::reactivation_time : Fact::transaction_time,
                 time_words(it.at, choices));
    const unsigned way = choices(4); // query, body, both
    const std::string& text = form.text();
    return {way == 0 ? "GET" : "POST", way == 2 ? "" : text, way < 2 ? "" : text};
}

} // namespace segpay::testing
