// A short list per purchase: at most one for each kind of member event.
#include "ledger/outstanding.hpp"

#include "events/kept_key.hpp"

#include <algorithm>

namespace segpay {

namespace {

// The clock of another front end may be a little ahead.
bool is_over(const Outstanding& one, TimeMs now, TimeMs window_ms) {
    return now - one.since_ms > window_ms && !is_kept_key(one.key);
}

} // namespace

std::string recognised(Purchase& purchase, const Arrival& arrival, TimeMs now, TimeMs window_ms) {
    const Identity& identity = arrival.identity;
    for (const Outstanding& one : purchase.outstanding)
        if (is_key_of(one.key, identity) && !is_over(one, now, window_ms)) return one.key;
    purchase.state = advanced(purchase.state, identity);
    return key_of(identity, purchase.state);
}

bool is_outstanding(const Purchase& purchase, std::string_view key) {
    return std::ranges::find(purchase.outstanding, key, &Outstanding::key) !=
           purchase.outstanding.end();
}

bool remember_outstanding(Purchase& purchase, const Event& event, const Identity& identity,
                          const std::string& key, TimeMs now, TimeMs window_ms) {
    const Outstanding added{key, event.received_at_ms != 0 ? event.received_at_ms : now};
    if (!identity.has_epoch || window_ms == 0 || is_over(added, now, window_ms)) return false;
    const auto is_gone = [&](const Outstanding& one) { return is_over(one, now, window_ms); };
    if (is_outstanding(purchase, key) && !std::ranges::any_of(purchase.outstanding, is_gone))
        return false;
    std::erase_if(purchase.outstanding, [&](const Outstanding& one) {
        return is_gone(one) || (is_key_of(one.key, identity) && one.key != key);
    });
    if (!is_outstanding(purchase, key)) purchase.outstanding.push_back(added);
    return true;
}

bool forget_outstanding(Purchase& purchase, std::string_view key) {
    return std::erase_if(purchase.outstanding,
                         [&](const Outstanding& one) { return one.key == key; }) != 0;
}

} // namespace segpay
