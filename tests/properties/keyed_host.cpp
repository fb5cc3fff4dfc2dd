// The effect of an event on the books.
#include "keyed_host.hpp"

#include <charconv>
#include <string_view>

namespace segpay::testing {

namespace {

std::string_view text(const biller_bytes& bytes) {
    if (!bytes.data) return {};
    return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

bool is_purchase(std::uint32_t kind) {
    return kind == BILLER_EVENT_JOIN || kind == BILLER_EVENT_CROSS_SELL ||
           kind == BILLER_EVENT_TOKEN_PURCHASE || kind == BILLER_EVENT_UPSELL ||
           kind == BILLER_EVENT_ONE_CLICK;
}

unsigned tokens_of(const biller_event& event) {
    if (event.kind != BILLER_EVENT_TOKEN_PURCHASE) return text(event.option) == "201" ? 50 : 0;
    unsigned tokens = 0;
    const std::string_view said = text(event.tokenplus);
    std::from_chars(said.data(), said.data() + said.size(), tokens);
    return tokens;
}

} // namespace

void KeyedHost::begin(std::uint64_t base) {
    base_ = base;
    ending_.clear();
    complaints_.clear();
    applied_.clear();
    retries = 0;
    is_dying = false;
}

std::uint32_t KeyedHost::on_event(const biller_event& event) {
    if (retries > 0) {
        --retries;
        return BILLER_RETRY;
    }
    const std::string key(text(event.key));
    const auto [place, is_new] = applied_.try_emplace(key, !is_dying);
    if (!is_new) {
        if (place->second) complaints_ += "  delivered again though it was settled: " + key + "\n";
        if (event.redelivery != BILLER_YES)
            complaints_ += "  delivered again without the redelivery mark: " + key + "\n";
        place->second = !is_dying;
    }
    if (is_new || forgets_keys) apply(event);
    return BILLER_DONE;
}

// The story's number in an id; 0: none, or none of this story.
unsigned KeyedHost::number(const biller_bytes& id) {
    const std::string_view digits = text(id);
    if (digits.empty()) return 0;
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (value > base_ && value < base_ + 1'000) return static_cast<unsigned>(value - base_);
    complaints_ += "  an id of no purchase of this story: " + std::string(digits) + "\n";
    return 0;
}

void KeyedHost::apply(const biller_event& event) {
    Record record;
    record.kind = text(event.kind_name);
    record.transaction = number(event.transaction_id);
    record.related = number(event.related_transaction_id);
    if (event.amount.currency[0] != '\0')
        record.amount =
            money_words(event.amount.minor, event.amount.exponent, event.amount.currency);
    record.option = text(event.option);
    record.member = text(event.member_id);
    record.session = text(event.session);
    record.affiliate = text(event.affiliate);
    record.username = text(event.username);
    if (event.kind == BILLER_EVENT_CROSS_SELL) record.slot = event.cross_sell_slot;
    record.is_approved = event.approved == BILLER_YES;
    record.is_standin = event.standin == BILLER_YES;
    record.is_test = event.test == BILLER_YES;
    record.at = event.occurred_at_ms / 1'000;
    if (event.password.data && text(event.password) != kPassword)
        complaints_ += "  the password is not what the customer typed\n";

    const unsigned purchase = number(event.purchase_id);
    Subscription& subscription = ending_[purchase];
    switch (event.kind) {
        case BILLER_EVENT_REACTIVATION:
            subscription.renews = true;
            [[fallthrough]];
        case BILLER_EVENT_MEMBER_ENABLE:
            subscription.access = true;
            break;
        case BILLER_EVENT_MEMBER_DISABLE:
            subscription.access = false;
            break;
        case BILLER_EVENT_MEMBER_CANCEL:
            subscription.renews = false;
            break;
        default:
            break;
    }
    if (is_purchase(event.kind)) {
        subscription.tokens += tokens_of(event);
        if (number(event.octoken) != purchase) { // else charged to this one's card
            subscription.is_sold = true;
            subscription.option = record.option;
            subscription.member = record.member;
            subscription.affiliate = record.affiliate;
        }
    }
    subscription.records.push_back(std::move(record));
}

} // namespace segpay::testing
