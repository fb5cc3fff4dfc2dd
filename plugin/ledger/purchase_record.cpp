// Texts are a walk over their table; the rest is written out.
#include "ledger/purchase_record.hpp"

#include "wire/form.hpp"
#include "wire/form_writer.hpp"

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace segpay {

namespace {

struct PurchaseText {
    std::string_view name;
    std::string Purchase::*member;
};
constexpr PurchaseText kTexts[] = {
    {"option", &Purchase::option},         {"site", &Purchase::site},
    {"session", &Purchase::session},       {"affiliate", &Purchase::affiliate},
    {"trans_guid", &Purchase::trans_guid}, {"opening_transaction", &Purchase::opening_transaction},
    {"partner", &Purchase::partner},       {"card_type", &Purchase::card_type},
    {"held_by", &Purchase::held_by},
};

constexpr std::string_view kAlwaysThere = "has_access"; // any other text has no such field

[[noreturn]] void refuse(const Purchase& purchase) {
    throw std::runtime_error("what is known of purchase " + purchase.id +
                             " cannot be read: its record is damaged");
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() && end == text.data() + text.size();
}

bool read_truth(std::string_view text, bool& truth) {
    truth = text == "1";
    return truth || text == "0";
}

// "time key"
bool read_outstanding(std::string_view text, std::vector<Outstanding>& all) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return false;
    all.push_back({std::string(text.substr(space + 1)), 0});
    return read_number(text.substr(0, space), all.back().since_ms);
}

bool read_eticket(std::string_view text, ETicket& eticket) {
    const auto read = parse_eticket(text);
    if (read) eticket = *read;
    return bool(read);
}

bool read_field(std::string_view name, std::string_view value, Purchase& purchase) {
    for (const PurchaseText& text : kTexts)
        if (text.name == name) {
            purchase.*text.member = value;
            return true;
        }
    if (name == "eticket") return read_eticket(value, purchase.eticket);
    if (name == kAlwaysThere) return read_truth(value, purchase.state.has_access);
    if (name == "renews") return read_truth(value, purchase.state.renews);
    if (name == "access_epoch") return read_number(value, purchase.state.access_epoch);
    if (name == "renewal_epoch") return read_number(value, purchase.state.renewal_epoch);
    if (name == "converted_at_ms") return read_number(value, purchase.converted_at_ms);
    if (name == "ended_at_ms") return read_number(value, purchase.ended_at_ms);
    if (name == "unpaid") return read_truth(value, purchase.is_unpaid);
    if (name == "outstanding") return read_outstanding(value, purchase.outstanding);
    return true; // of a later version
}

} // namespace

std::string purchase_record(const Purchase& purchase) {
    FormWriter record;
    const auto add_truth = [&](std::string_view name, bool truth) {
        record.add(name, truth ? "1" : "0");
    };
    for (const PurchaseText& text : kTexts)
        record.add_if(text.name, purchase.*text.member);
    if (!purchase.eticket.is_none()) record.add("eticket", to_string(purchase.eticket));
    add_truth(kAlwaysThere, purchase.state.has_access);
    add_truth("renews", purchase.state.renews);
    record.add_if("access_epoch", purchase.state.access_epoch);
    record.add_if("renewal_epoch", purchase.state.renewal_epoch);
    record.add_if("converted_at_ms", purchase.converted_at_ms);
    record.add_if("ended_at_ms", purchase.ended_at_ms);
    if (purchase.is_unpaid) add_truth("unpaid", true);
    for (const auto& [key, since_ms] : purchase.outstanding)
        record.add("outstanding", std::to_string(since_ms) + " " + key);
    return std::move(record).text();
}

void read_purchase_record(std::string_view record, Purchase& purchase) {
    Parameters fields;
    if (!decode_form(record, fields, kNoLimits)) refuse(purchase);
    bool has_state = false;
    for (const Parameter& field : fields) {
        if (!read_field(field.name, field.value, purchase)) refuse(purchase);
        has_state |= field.name == kAlwaysThere;
    }
    if (!has_state) refuse(purchase);
}

} // namespace segpay
