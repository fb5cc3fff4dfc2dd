// The key prefix of each kind of event, the next state of a purchase, and the key of an event in
// that state.
#include "events/identity.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

void apply(Change change, bool& is_on, std::uint32_t& epoch) {
    if (change == Change::none) return;
    const bool wanted = change == Change::on;
    if (is_on == wanted) return;
    is_on = wanted;
    ++epoch;
}

// "sale-auth-initial-yes". Built in a buffer, because a string checks its capacity for each piece.
void append_words(std::string& key_prefix, const FactWords& fact) {
    constexpr std::string_view kYes = "yes", kNo = "no";
    std::array<char, 3 * (kMaxWordOfKey + 1) + kYes.size()> words;
    char* end = words.data();
    for (std::string_view word : {fact.transaction_type, fact.action, fact.stage}) {
        word = word.substr(0, kMaxWordOfKey);
        end = std::copy(word.begin(), word.end(), end);
        if (!word.empty()) *end++ = '-';
    }
    const std::string_view answer = fact.is_approved ? kYes : kNo;
    end = std::copy(answer.begin(), answer.end(), end);
    key_prefix.append(words.data(), end);
}

// What distinguishes several events of one action on one purchase; empty: the epoch does.
std::string_view own_mark(const EventDraft& event, std::string& room) {
    if (event.kind != EventKind::reactivation) return event.transaction_id;
    if (event.occurred_at_ms == 0) return {};
    return room = std::to_string(event.occurred_at_ms);
}

struct StateChange {
    EventKind kind;
    Change access;
    Change renewal;
};
constexpr std::array kStateChanges = {
    StateChange{EventKind::member_enable, Change::on, Change::none},
    StateChange{EventKind::member_disable, Change::off, Change::none},
    StateChange{EventKind::member_cancel, Change::none, Change::off},
    StateChange{EventKind::reactivation, Change::on, Change::on},
};

} // namespace

PurchaseState advanced(PurchaseState state, const Identity& identity) {
    apply(identity.access, state.has_access, state.access_epoch);
    apply(identity.renewal, state.renews, state.renewal_epoch);
    return state;
}

std::string transaction_key_prefix(std::string_view transaction_id) {
    std::string key_prefix;
    append_transaction_key_prefix(key_prefix, transaction_id);
    return key_prefix;
}

void append_transaction_key_prefix(std::string& out, std::string_view transaction_id) {
    out.append("segpay/t").append(transaction_id).append("/");
}

std::string key_of(const Identity& identity, const PurchaseState& after) {
    std::string key = identity.key_prefix;
    if (!identity.has_epoch) return key;
    key += '/';
    if (identity.access != Change::none) key += 'a' + std::to_string(after.access_epoch);
    if (identity.renewal != Change::none) key += 'r' + std::to_string(after.renewal_epoch);
    return key;
}

bool is_key_of(std::string_view key, const Identity& identity) {
    const std::size_t size = identity.key_prefix.size();
    return identity.has_epoch && key.size() > size && key[size] == '/' &&
           key.starts_with(identity.key_prefix);
}

void identify(Identity& identity, const EventDraft& event, const FactWords& fact,
              std::string_view digest) {
    for (const StateChange& change : kStateChanges) {
        if (change.kind != event.kind) continue;
        identity.access = change.access;
        identity.renewal = change.renewal;
    }
    std::string& key_prefix = identity.key_prefix;
    if (fact.is_transaction) {
        if (event.transaction_id.empty())
            key_prefix.assign("segpay/d").append(digest).append("/");
        else
            append_transaction_key_prefix(key_prefix, event.transaction_id);
        append_words(key_prefix, fact);
        return;
    }
    key_prefix.assign("segpay/p").append(event.purchase_id).append("/").append(fact.action);
    std::string room;
    const std::string_view mark = own_mark(event, room);
    identity.has_epoch = mark.empty();
    if (!mark.empty()) key_prefix.append("@").append(mark);
}

} // namespace segpay
