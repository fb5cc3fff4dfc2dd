// Compares two amounts and two numbers of days.
#include "postbacks/terms.hpp"

#include "postbacks/offers.hpp"
#include "postbacks/price.hpp"
#include "values/digits.hpp"
#include "values/said.hpp"
#include "values/word.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace segpay {

namespace {

std::string_view extra_of(const Postback& postback, std::string_view name) {
    for (const auto& [known, value] : postback.extras)
        if (known == name) return trimmed(value);
    return {};
}

bool is_nothing(std::string_view amount) {
    return amount.find_first_not_of("0.") == std::string_view::npos;
}

std::string shown_value(std::string_view value) {
    return std::string(shortened(clean_text(value), 40));
}

// A range of days; a single number is its own range, and 0 to 0 is not compared.
struct Days {
    std::uint32_t least = 0, most = 0;
};

Days days_of(const std::optional<Period>& period, const std::optional<PeriodRange>& range) {
    if (period) return {period->days, period->days};
    return range ? Days{range->minimum_days, range->maximum_days} : Days{};
}

// The differences, as one sentence.
class Terms {
public:
    Terms(const Postback& postback, const JoinOption& option, TimeMs time)
        : postback_(postback), option_(option), time_(time) {}

    std::string differences() {
        const Price& price = option_.price;
        // A price that the host sets is 0 in the price point.
        const bool is_named = price.minimum || price.initial_range;
        const std::string_view initial = postback_[Fact::initial_value];
        if (!is_named || !is_nothing(initial)) compare_amount("ival", initial, EventKind::join);
        compare_days("iint", days_of(price.initial, price.initial_range));
        const std::string_view recurring = extra_of(postback_, "rval");
        if (!is_nothing(recurring)) {
            if (price.recurring || price.recurring_range)
                compare_amount("rval", recurring, EventKind::rebill);
            else
                add("rval is " + shown_value(recurring) + ", and the option does not recur");
        }
        compare_days("rint", days_of(price.recurring, price.recurring_range));
        return std::move(differences_);
    }

private:
    void compare_amount(const std::string& name, std::string_view amount, EventKind kind) {
        if (amount.empty()) return;
        Postback priced;
        priced[Fact::price] = amount;
        priced[Fact::currency] = postback_[Fact::currency];
        if (costs(option_, kind, priced, time_)) return;
        add(name + " is " + shown_value(amount) + ", not " + prices_of(option_, kind, time_));
    }

    void compare_days(const std::string& name, Days right) {
        const std::string_view text = said(extra_of(postback_, name));
        if (text.empty() || right.most == 0) return;
        std::uint32_t days = 0;
        const char* const end = text.data() + text.size();
        const auto [stopped_at, failure] = std::from_chars(text.data(), end, days);
        const bool is_number = failure == std::errc() && stopped_at == end;
        if (is_number && days >= right.least && days <= right.most) return;
        const std::string most = std::to_string(right.most) + (right.most == 1 ? " day" : " days");
        add(name + " is " + shown_value(text) + ", not " +
            (right.least == right.most ? most : std::to_string(right.least) + " to " + most));
    }

    void add(const std::string& difference) {
        differences_ += (differences_.empty() ? "" : "; ") + difference;
    }

    const Postback& postback_;
    const JoinOption& option_;
    TimeMs time_;
    std::string differences_;
};

bool is_promotion(const Postback& postback) {
    const std::string_view promotion = extra_of(postback, "singleusepromo");
    return !said(promotion).empty() && !is_word(promotion, "no") && !is_word(promotion, "false");
}

// A delayed capture has neither one-click nor stand-in (Processing API 2.0, "One Click Setup" and
// "Stand-In").
std::string_view way_of_capture(const EventDraft& event, const JoinOption& option) {
    if (option.price.type != Price::Type::delayed_capture) return {};
    if (event.standin) return "standin is 1, and a delayed capture has none";
    return event.octoken.empty() ? "" : "octoken is set, and a delayed capture has no one-click";
}

} // namespace

void compare_terms(EventDraft& event, const Postback& postback, const JoinOption& option,
                   TextStore& texts) {
    if (!is_sale(event.kind)) return;
    std::string differences;
    if (!is_promotion(postback))
        differences = Terms(postback, option, time_of(event)).differences();
    const std::string_view way = way_of_capture(event, option);
    if (!differences.empty() && !way.empty()) differences += "; ";
    differences += way;
    if (differences.empty()) return;
    event.warnings.emplace_back("terms_not_as_configured");
    event.warnings.push_back(texts.keep("option " + option.id + ": " + differences));
}

} // namespace segpay
