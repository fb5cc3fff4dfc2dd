// One table of price types and their parts, and the reader of both.
#include "config/price.hpp"

#include "config/nearest.hpp"
#include "config/reading.hpp"
#include "values/digits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace segpay {

namespace {

// Processing API 2.0, "Supported Currencies": only for suggestions; a price may use any currency.
const std::vector<std::string> kSegpayCurrencies = {"USD", "EUR", "GBP", "AUD", "CAD",
                                                    "CHF", "CZK", "DKK", "HKD", "ILS",
                                                    "INR", "JPY", "NOK", "RUB", "SEK"};

// Sets of parts, a bit for each.
using Parts = unsigned;
constexpr Parts kInitial = 1, kRecurring = 2, kMinimum = 4, kMaximum = 8, kInitialRange = 16,
                kRecurringRange = 32, kDiscount = 64, kAdjustTrial = 128;

struct PartName {
    std::string_view key;
    Parts part;
};
constexpr std::array<PartName, 8> kParts = {{
    {"initial", kInitial},
    {"recurring", kRecurring},
    {"minimum", kMinimum},
    {"maximum", kMaximum},
    {"initial_range", kInitialRange},
    {"recurring_range", kRecurringRange},
    {"discount", kDiscount},
    {"adjust_trial", kAdjustTrial},
}};

// The parts of each type of price (NATS integration guide, Step 2; Processing API 2.0, "Instant
// Conversion" and "Stand-in"; One Click Web Service, "Dynamic Price Points").
struct PriceRule {
    std::string_view word;
    Price::Type type;
    Parts needed;
    Parts optional = 0;
};
constexpr std::array<PriceRule, 7> kPriceRules = {{
    {"recurring", Price::Type::recurring, kInitial | kRecurring},
    {"one_time", Price::Type::one_time, kInitial},
    {"digital", Price::Type::digital, kInitial},
    {"instant_conversion", Price::Type::instant_conversion, kInitial | kRecurring,
     kDiscount | kAdjustTrial},
    {"dynamic", Price::Type::dynamic, kMinimum | kMaximum},
    {"delayed_capture", Price::Type::delayed_capture, kInitial | kRecurring},
    {"dynamic_recurring", Price::Type::dynamic_recurring, kInitialRange | kRecurringRange},
}};

// A number that other readers take for octal, or that is a typing error.
bool has_leading_zero(std::string_view amount) {
    const std::size_t sign = amount.find_first_not_of("+-");
    return sign != std::string_view::npos && amount.size() > sign + 1 && amount[sign] == '0' &&
           is_digit(amount[sign + 1]);
}

const PriceRule* rule_of(std::string_view type) {
    for (const PriceRule& rule : kPriceRules)
        if (rule.word == type) return &rule;
    return nullptr;
}

// Known keys look alike ("initial", "initial_range"): each of them counts as itself, not as a
// mistyped other.
const std::vector<std::string>& all_keys() {
    static const std::vector<std::string> kKeys = [] {
        std::vector<std::string> keys = {"until"};
        for (const PartName& part : kParts)
            keys.emplace_back(part.key);
        return keys;
    }();
    return kKeys;
}

class PriceReader {
public:
    PriceReader(const YamlNode& map, Problems& problems) : map_(map), problems_(problems) {}

    Price read() {
        const bool has_currency = read_currency();
        const PriceRule* rule = rule_of(read_text(map_, "type"));
        if (!rule) return price_;
        price_.type = rule->type;
        price_.adjusts_trial = read_flag(map_, "adjust_trial");
        check_parts(map_, *rule, rule->needed);
        for (const YamlNode& former : list_items(map_, "also_accepted"))
            if (former.is(YamlNode::Kind::map)) check_former(former, *rule);
        if (!has_currency) return price_; // amounts have no meaning
        const bool needs_days = (rule->needed & kRecurring) != 0;
        read_parts(map_, needs_days, price_);
        check_capture(map_, price_);
        for (const YamlNode& former : list_items(map_, "also_accepted"))
            if (former.is(YamlNode::Kind::map)) price_.also_accepted.push_back(read_former(former));
        return price_;
    }

private:
    bool read_currency() {
        const YamlNode* node = text_node(map_, "currency");
        if (!node) return false;
        const std::optional<Currency> currency = Currency::from_code(node->text);
        if (!currency) {
            problems_.add(node->place, "unknown currency " + shown(*node) +
                                           "; write its ISO 4217 code, e.g. \"USD\"" +
                                           did_you_mean(node->text, kSegpayCurrencies));
            return false;
        }
        price_.currency = *currency;
        return true;
    }

    // ---- The parts present -----------------------------------------------------------------

    void check_parts(const YamlNode& map, const PriceRule& rule, Parts needed) {
        for (const auto& [key, part] : kParts) {
            const MapEntry* entry = map.entry(key);
            if (entry && !((rule.needed | rule.optional) & part))
                problems_.add(entry->place, in_words(rule) + " has no " + shown(key));
            if (!entry && (needed & part) && is_missing(map, key, all_keys()))
                problems_.add(map.place, in_words(rule) + " needs " + shown(key));
        }
    }

    // A former price has the parts that differed: any of the type's, and at least one.
    void check_former(const YamlNode& former, const PriceRule& rule) {
        check_parts(former, rule, 0);
        for (const auto& [key, other] : {std::pair{"minimum", "maximum"}, {"maximum", "minimum"}})
            if (text_node(former, key) && is_missing(former, other, all_keys()))
                problems_.add(former.place, std::string("\"") + key + "\" needs \"" + other + "\"");
        for (const MapEntry& entry : former.entries)
            if (entry.key != "until") return; // a part, or a mistyped one
        problems_.add(former.place,
                      "an entry of \"also_accepted\" needs the amount that is "
                      "accepted, as the price has it: " +
                          words_for(rule.needed));
    }

    static std::string in_words(const PriceRule& rule) {
        return "a price of type " + std::string(rule.word);
    }

    static std::string words_for(Parts parts) {
        std::vector<std::string> words;
        for (const auto& [key, part] : kParts)
            if (parts & part) words.emplace_back(key);
        return comma_list(words);
    }

    // ---- The values of the parts -----------------------------------------------------------

    void read_parts(const YamlNode& map, bool needs_days, PriceParts& parts) {
        parts.initial = read_period(map, "initial", needs_days);
        parts.recurring = read_period(map, "recurring", needs_days);
        parts.minimum = read_amount(map, "minimum");
        parts.maximum = read_amount(map, "maximum");
        parts.discount = read_amount(map, "discount");
        parts.initial_range = read_range(map, "initial_range");
        parts.recurring_range = read_range(map, "recurring_range");
        check_order(map, parts.minimum, parts.maximum);
    }

    FormerPrice read_former(const YamlNode& map) {
        FormerPrice former;
        read_parts(map, false, former);
        check_capture(map, former);
        const YamlNode* until = text_node(map, "until");
        if (!until) return former;
        const Result<TimeMs> day = parse_day(until->text);
        if (day)
            former.ends_at_ms = *day + kDayMs; // the day itself is included
        else
            problems_.add(until->place,
                          "\"until\" must be a day such as 2026-12-31, found " + shown(*until));
        return former;
    }

    std::optional<Money> read_amount(const YamlNode& map, std::string_view key) {
        const YamlNode* node = text_node(map, key);
        if (!node) return std::nullopt;
        const Result<Money> amount = parse_amount(node->text, price_.currency);
        // A referenced value is not shown, and advice would show it.
        const bool is_own = node->reference.empty();
        const std::string advice = is_own ? meant_amount(node->text) : "";
        if (!amount) {
            problems_.add(node->place, (is_own ? amount.error()
                                               : "amount " + shown(*node) + " is no decimal of " +
                                                     std::string(price_.currency.code())) +
                                           advice);
            return std::nullopt;
        }
        if (has_leading_zero(node->text)) {
            problems_.add(node->place, "amount " + shown(*node) + " begins with 0" + advice);
            return std::nullopt;
        }
        if (amount->minor < 0)
            problems_.add(node->place, "amount " + shown(*node) + " is negative");
        return *amount;
    }

    // "; write 2.95" for "2,95", "02.95", "$2.95" and "1,234.56"; empty: the meaning is not clear.
    std::string meant_amount(std::string_view text) const {
        constexpr std::string_view kDigits = "0123456789";
        const std::size_t first = text.find_first_of(kDigits);
        if (first == std::string_view::npos || text.starts_with('-')) return {};
        std::string digits(text.substr(first, text.find_last_of(kDigits) + 1 - first));
        if (digits.find_first_not_of("0123456789,.") != std::string::npos) return {};
        const std::size_t last = digits.find_last_of(",.");
        if (last != std::string::npos) {
            std::string whole = digits.substr(0, last);
            std::erase_if(whole, [](char c) { return !is_digit(c); }); // thousands separators
            digits = whole + "." + digits.substr(last + 1);
        }
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
        if (digits.empty() || digits.front() == '.') digits.insert(0, "0");
        if (digits == text) return {};
        const Result<Money> amount = parse_amount(digits, price_.currency);
        return amount ? "; write " + digits : std::string();
    }

    std::optional<Period> read_period(const YamlNode& price, std::string_view key,
                                      bool needs_days) {
        const YamlNode* map = map_node(price, key);
        if (!map) return std::nullopt;
        if (needs_days && is_missing(*map, "days"))
            problems_.add(map->place, "missing key \"days\"; a price that recurs needs it");
        const std::optional<Money> amount = read_amount(*map, "amount");
        if (!amount) return std::nullopt;
        return Period{*amount, read_small_number(*map, "days", 0)};
    }

    std::optional<PeriodRange> read_range(const YamlNode& price, std::string_view key) {
        const YamlNode* map = map_node(price, key);
        if (!map) return std::nullopt;
        const std::optional<Money> minimum = read_amount(*map, "minimum");
        const std::optional<Money> maximum = read_amount(*map, "maximum");
        check_order(*map, minimum, maximum);
        if (!minimum || !maximum) return std::nullopt;
        PeriodRange range{*minimum, *maximum, read_small_number(*map, "minimum_days", 0),
                          read_small_number(*map, "maximum_days", 0)};
        const YamlNode* most = text_node(*map, "maximum_days");
        if (most && range.minimum_days > range.maximum_days)
            problems_.add(most->place, "maximum_days " + std::to_string(range.maximum_days) +
                                           " is less than minimum_days " +
                                           std::to_string(range.minimum_days));
        return range;
    }

    void check_order(const YamlNode& map, const std::optional<Money>& minimum,
                     const std::optional<Money>& maximum) {
        if (!minimum || !maximum || minimum->minor <= maximum->minor) return;
        problems_.add(
            text_node(map, "maximum")->place,
            "maximum " + amount_text(*maximum) + " is less than minimum " + amount_text(*minimum));
    }

    // With a delayed capture the first charge comes after the initial period, at former prices,
    // too.
    void check_capture(const YamlNode& map, const PriceParts& parts) {
        if (price_.type != Price::Type::delayed_capture || !parts.initial) return;
        if (parts.initial->amount.minor == 0) return;
        problems_.add(text_node(*map_node(map, "initial"), "amount")->place,
                      "a price of type delayed_capture charges nothing for its initial period; "
                      "write 0, found " +
                          amount_text(parts.initial->amount));
    }

    const YamlNode& map_;
    Problems& problems_;
    Price price_;
};

} // namespace

Price read_price(const YamlNode& map, Problems& problems) {
    return PriceReader(map, problems).read();
}

} // namespace segpay
