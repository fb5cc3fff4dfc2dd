// Exceptions into reasons, and events into their C form.
#include "boundary/boundary.hpp"

#include <cstddef>
#include <new>
#include <stdexcept>

namespace segpay {

namespace {

// Bytes for the text of a reason: the caller's struct may be shorter than ours.
std::size_t room_in(const biller_reason& reason) {
    constexpr std::size_t kBegin = offsetof(biller_reason, text);
    const std::size_t given = reason.struct_size;
    return given > kBegin ? std::min(given - kBegin, sizeof reason.text) : 0;
}

// Copies into a fixed field, cut at a UTF-8 character where `room` ends.
void copy_text(char* field, std::string_view text, std::size_t room) {
    if (room == 0) return;
    std::size_t size = std::min(text.size(), room - 1);
    while (size > 0 && size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        --size;
    if (size > 0) std::memcpy(field, text.data(), size); // data() of an empty text may be null
    field[size] = '\0';
}

biller_money money_of(const std::optional<Money>& amount) {
    biller_money money{};
    if (!amount) return money;
    money.minor = amount->minor;
    amount->currency.code().copy(money.currency, 3);
    money.exponent = amount->currency.exponent();
    return money;
}

uint32_t answer(std::optional<bool> truth) {
    if (!truth) return BILLER_UNKNOWN;
    return *truth ? BILLER_YES : BILLER_NO;
}

struct TextField {
    biller_bytes biller_event::*out;
    std::string Event::*in;
};
constexpr TextField kTexts[] = {
    {&biller_event::purchase_id, &Event::purchase_id},
    {&biller_event::transaction_id, &Event::transaction_id},
    {&biller_event::related_transaction_id, &Event::related_transaction_id},
    {&biller_event::member_id, &Event::member_id},
    {&biller_event::session, &Event::session},
    {&biller_event::affiliate, &Event::affiliate},
    {&biller_event::username, &Event::username},
    {&biller_event::email, &Event::email},
    {&biller_event::name, &Event::name},
    {&biller_event::country, &Event::country},
    {&biller_event::site, &Event::site},
    {&biller_event::option, &Event::option},
    {&biller_event::cross_sell_ref, &Event::cross_sell_ref},
    {&biller_event::upsell, &Event::upsell},
    {&biller_event::tokenplus, &Event::tokenplus},
    {&biller_event::octoken, &Event::octoken},
    {&biller_event::trans_guid, &Event::trans_guid},
    {&biller_event::card_type, &Event::card_type},
    {&biller_event::payment_type, &Event::payment_type},
    {&biller_event::reason_code, &Event::reason_code},
    {&biller_event::reason_text, &Event::reason_text},
    {&biller_event::by, &Event::by},
    {&biller_event::reason_family, &Event::reason_family},
    {&biller_event::program, &Event::program},
    {&biller_event::partner, &Event::partner},
};

} // namespace

void explain(biller_reason* reason, uint32_t status, std::string_view message) {
    auto filled = sized<biller_reason>();
    filled.status = status;
    copy_text(filled.text, message, reason ? room_in(*reason) : 0);
    hand_over(filled, reason);
}

uint32_t explain_current_exception(biller_reason* reason) noexcept {
    uint32_t status = BILLER_STATUS_INTERNAL;
    try {
        throw;
    } catch (const Stop& stop) {
        status = stop.status;
        explain(reason, status, stop.message);
    } catch (const LedgerError& failure) {
        status = BILLER_STATUS_STORAGE;
        explain(reason, status, failure.what());
    } catch (const std::bad_alloc&) {
        status = BILLER_STATUS_MEMORY;
        explain(reason, status, "out of memory");
    } catch (const std::exception& failure) {
        explain(reason, status, failure.what());
    } catch (...) {
        explain(reason, status, "something that is no std::exception was thrown");
    }
    return status;
}

EventView::EventView(const Event& event, std::string_view key, uint32_t attempt)
    : event_(sized<biller_event>()) {
    for (const TextField& text : kTexts)
        event_.*text.out = bytes_or_none(event.*text.in);
    event_.kind = static_cast<uint32_t>(event.kind);
    event_.kind_name = bytes(kind_name(event.kind));
    event_.key = bytes_or_none(key);
    event_.amount = money_of(event.amount);
    event_.approved = answer(event.approved);
    event_.test = answer(event.test);
    event_.standin = answer(event.standin);
    event_.redelivery = answer(attempt > 1);
    event_.trial = answer(event.trial);
    event_.attempt = attempt;
    event_.password = bytes_or_none(event.password.reveal());
    event_.package = event.eticket.package;
    event_.price_point = event.eticket.price_point;
    event_.cross_sell_slot = event.cross_sell_slot;
    event_.tokens = event.tokens;
    event_.occurred_at_ms = event.occurred_at_ms;
    event_.received_at_ms = event.received_at_ms;

    for (const std::string& warning : event.warnings)
        warnings_.push_back(bytes(warning));
    for (const auto& [name, value] : event.extras)
        extras_.push_back({bytes(name), bytes(value)});
    event_.warnings = warnings_.data();
    event_.warning_count = warnings_.size();
    event_.extras = extras_.data();
    event_.extra_count = extras_.size();
}

} // namespace segpay
