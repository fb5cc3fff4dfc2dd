// Events and entries as JSON, one object a line; nothing said is null. Knows no command.
#include "event_json.hpp"

#include "common/decimal.hpp"

#include <cstdio>
#include <ctime>
#include <string_view>

namespace nats_cli {
namespace {

Json text_json(const biller_bytes& bytes) {
    return biller::is_said(bytes) ? Json(biller::text(bytes)) : Json();
}

Json yes_no_json(std::uint32_t answer) {
    if (answer == BILLER_YES) return true;
    if (answer == BILLER_NO) return false;
    return nullptr;
}

Json number_json(std::uint64_t number) { return number != 0 ? Json(number) : Json(); }

bool has_amount(const biller_money& money) { return money.currency[0] != '\0'; }

Json amount_json(const biller_money& money) {
    if (!has_amount(money)) return nullptr;
    return {{"minor", money.minor}, {"currency", money.currency}, {"exponent", money.exponent}};
}

Json eticket_json(const biller_event& event) {
    if (event.package == 0 && event.price_point == 0) return nullptr;
    return {{"package", number_json(event.package)},
            {"price_point", number_json(event.price_point)}};
}

Json warnings_json(const biller_event& event) {
    Json list = Json::array();
    for (std::size_t i = 0; i < event.warning_count; ++i)
        list.push_back(biller::text(event.warnings[i]));
    return list;
}

} // namespace

Json event_json(const biller_event& event) {
    Json json = {
        {"kind", text_json(event.kind_name)},
        {"key", text_json(event.key)},
        {"purchase_id", text_json(event.purchase_id)},
        {"transaction_id", text_json(event.transaction_id)},
        {"related_transaction_id", text_json(event.related_transaction_id)},
        {"amount", amount_json(event.amount)},
        {"approved", yes_no_json(event.approved)},
        {"test", yes_no_json(event.test)},
        {"standin", yes_no_json(event.standin)},
        {"redelivery", yes_no_json(event.redelivery)},
        {"member_id", text_json(event.member_id)},
        {"session", text_json(event.session)},
        {"affiliate", text_json(event.affiliate)},
        {"username", text_json(event.username)},
        {"email", text_json(event.email)},
        {"name", text_json(event.name)},
        {"country", text_json(event.country)},
        {"eticket", eticket_json(event)},
        {"site", text_json(event.site)},
        {"option", text_json(event.option)},
        {"trial", yes_no_json(event.trial)},
        {"cross_sell", {{"slot", event.cross_sell_slot}, {"ref", text_json(event.cross_sell_ref)}}},
        {"upsell", text_json(event.upsell)},
        {"tokenplus", text_json(event.tokenplus)},
        {"octoken", text_json(event.octoken)},
        {"trans_guid", text_json(event.trans_guid)},
        {"card_type", text_json(event.card_type)},
        {"payment_type", text_json(event.payment_type)},
        {"occurred_at", time_json(event.occurred_at_ms)},
        {"reason",
         {{"code", text_json(event.reason_code)}, {"text", text_json(event.reason_text)}}},
        {"by", text_json(event.by)},
        {"warnings", warnings_json(event)},
    };
    // What few events have stands there only when it was said.
    if (event.reason_family.data) json["reason"]["family"] = text_json(event.reason_family);
    if (event.program.data) json["program"] = text_json(event.program);
    if (event.partner.data) json["partner"] = text_json(event.partner);
    if (event.tokens) json["tokens"] = event.tokens;
    for (std::size_t i = 0; i < event.extra_count; ++i)
        json["extras"][biller::text(event.extras[i].name)] = text_json(event.extras[i].value);
    return json;
}

Json entry_json(const biller_entry& entry) {
    return {
        {"sequence", entry.sequence},
        {"state", text_json(entry.state_name)},
        {"key", text_json(entry.key)},
        {"received_at", time_json(entry.received_at_ms)},
        {"changed_at", time_json(entry.changed_at_ms)},
        {"attempts", entry.attempts},
        {"next_attempt_at", time_json(entry.next_attempt_at_ms)},
        {"message", text_json(entry.message)},
        {"decided_by", text_json(entry.decided_by)},
        {"request", text_json(entry.request)},
        {"event", entry.event ? event_json(*entry.event) : Json()},
    };
}

std::string one_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json time_json(std::int64_t unix_ms) {
    if (unix_ms == 0) return nullptr;
    std::int64_t ms = ((unix_ms % 1000) + 1000) % 1000;
    std::time_t seconds = static_cast<std::time_t>((unix_ms - ms) / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[40];
    std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    std::string result(text, size);
    if (ms != 0) {
        std::snprintf(text, sizeof text, ".%03d", static_cast<int>(ms));
        result += text;
    }
    return result + "Z";
}

std::string amount_text(const biller_money& amount) {
    if (!has_amount(amount)) return {};
    return common::decimal(amount.minor, amount.exponent) + " " + amount.currency;
}

} // namespace nats_cli
