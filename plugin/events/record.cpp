// Writes and reads texts by their table, and other fields one by one.
#include "events/record.hpp"

#include "wire/form.hpp"
#include "wire/form_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace segpay {

namespace {

constexpr std::string_view kExtraPrefix = "x.";

template <class Number>
Number number(std::string_view text) {
    Number value{};
    auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size())
        throw std::runtime_error("a ledger record holds an unreadable number");
    return value;
}

bool truth(std::string_view text) { return text == "1"; }

// Reads the fields that no table has: numbers, choices, lists.
void read_other_field(Event& event, std::string_view name, std::string_view value) {
    if (name == "kind") {
        event.kind = kind_from_name(value).value_or(EventKind::unknown);
    } else if (name == "amount") {
        const std::size_t space = value.find(' ');
        const auto currency = Currency::from_code(
            space == std::string_view::npos ? std::string_view() : value.substr(space + 1));
        if (!currency) throw std::runtime_error("a ledger record holds an unknown currency");
        event.amount = Money{number<std::int64_t>(value.substr(0, space)), *currency};
    } else if (name == "eticket") {
        auto eticket = parse_eticket(value);
        if (!eticket) throw std::runtime_error("a ledger record holds an unreadable eticket");
        event.eticket = *eticket;
    } else if (name == "approved") {
        event.approved = truth(value);
    } else if (name == "trial") {
        event.trial = truth(value);
    } else if (name == "test") {
        event.test = truth(value);
    } else if (name == "standin") {
        event.standin = truth(value);
    } else if (name == "later_sale") {
        event.is_later_sale = truth(value);
    } else if (name == "tokens") {
        event.tokens = number<std::uint32_t>(value);
    } else if (name == "cross_sell_slot") {
        event.cross_sell_slot = number<std::uint32_t>(value);
    } else if (name == "occurred_at_ms") {
        event.occurred_at_ms = number<TimeMs>(value);
    } else if (name == "received_at_ms") {
        event.received_at_ms = number<TimeMs>(value);
    } else if (name == "warning") {
        event.warnings.emplace_back(value);
    } else if (name.starts_with(kExtraPrefix)) {
        event.extras.emplace_back(name.substr(kExtraPrefix.size()), value);
    }
}

} // namespace

std::string to_record(const Event& event) {
    FormWriter record;
    record.add("kind", kind_name(event.kind));
    for (const auto& field : kEventTexts)
        if (const std::string& text = event.*field.member; !text.empty())
            record.add(field.name, text);
    if (event.amount)
        record.add("amount", std::to_string(event.amount->minor) + " " +
                                 std::string(event.amount->currency.code()));
    if (!event.eticket.is_none()) record.add("eticket", to_string(event.eticket));
    if (event.approved) record.add("approved", *event.approved ? "1" : "0");
    if (event.trial) record.add("trial", *event.trial ? "1" : "0");
    if (event.test) record.add("test", "1");
    if (event.standin) record.add("standin", "1");
    if (event.is_later_sale) record.add("later_sale", "1");
    if (event.tokens) record.add("tokens", std::to_string(event.tokens));
    if (event.cross_sell_slot) record.add("cross_sell_slot", std::to_string(event.cross_sell_slot));
    if (event.occurred_at_ms) record.add("occurred_at_ms", std::to_string(event.occurred_at_ms));
    record.add("received_at_ms", std::to_string(event.received_at_ms));
    for (const std::string& warning : event.warnings)
        record.add("warning", warning);
    for (const auto& [name, value] : event.extras)
        record.add_encoded(std::string(kExtraPrefix) + name, value);
    return std::move(record).text();
}

Event from_record(std::string_view record) {
    Parameters fields;
    if (auto outcome = decode_form(record, fields, kNoLimits); !outcome)
        throw std::runtime_error("a ledger record is unreadable: " + outcome.error());
    Event event;
    for (const Parameter& field : fields) {
        bool is_text = false;
        for (const auto& text : kEventTexts)
            if (text.name == field.name) {
                event.*text.member = field.value;
                is_text = true;
            }
        if (!is_text) read_other_field(event, field.name, field.value);
    }
    return event;
}

} // namespace segpay
