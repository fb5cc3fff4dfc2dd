// Epochs: how the state of a purchase moves on, and what key an event has under it.
#include "events/identity.hpp"

namespace segpay {

namespace {

void apply(Change change, bool& is_on, std::uint32_t& epoch) {
    if (change == Change::none) return;
    const bool wanted = change == Change::on;
    if (is_on == wanted) return;
    is_on = wanted;
    ++epoch;
}

} // namespace

PurchaseState advanced(PurchaseState state, const Identity& identity) {
    apply(identity.access, state.has_access, state.access_epoch);
    apply(identity.renewal, state.renews, state.renewal_epoch);
    return state;
}

std::string transaction_stem(std::string_view transaction_id) {
    std::string stem;
    append_transaction_stem(stem, transaction_id);
    return stem;
}

void append_transaction_stem(std::string& out, std::string_view transaction_id) {
    out.append("segpay/t").append(transaction_id).append("/");
}

std::string key_of(const Identity& identity, const PurchaseState& after) {
    std::string key = identity.stem;
    if (!identity.has_epoch) return key;
    key += '/';
    if (identity.access != Change::none) key += 'a' + std::to_string(after.access_epoch);
    if (identity.renewal != Change::none) key += 'r' + std::to_string(after.renewal_epoch);
    return key;
}

bool is_key_of(std::string_view key, const Identity& identity) {
    const std::size_t size = identity.stem.size();
    return identity.has_epoch && key.size() > size && key[size] == '/' &&
           key.starts_with(identity.stem);
}

} // namespace segpay
