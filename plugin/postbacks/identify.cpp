// The stem of each kind of event, and what it does to the state of its purchase.
#include "postbacks/identify.hpp"

#include "events/kept_key.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace segpay {

namespace {

// "sale-auth-initial-yes". Put together elsewhere, for a string asks for room at each piece.
void append_words(std::string& stem, const Classification& row) {
    constexpr std::string_view kYes = "yes", kNo = "no";
    std::array<char, 3 * (kMaxWordCharacters + 1) + kYes.size()> words;
    char* end = words.data();
    for (std::string_view word : {row.transaction_type, row.action, row.stage}) {
        end = std::copy(word.begin(), word.end(), end);
        if (!word.empty()) *end++ = '-';
    }
    const std::string_view answer = row.approved == true ? kYes : kNo;
    end = std::copy(answer.begin(), answer.end(), end);
    stem.append(words.data(), end);
}

// Of everything but what may never be kept.
std::string digest_of(const Postback& postback) {
    Parameters said;
    for (std::size_t i = 0; i < postback.facts.size(); ++i)
        if (static_cast<Fact>(i) != Fact::password && !postback.facts[i].empty())
            said.push_back({std::string(canonical_name(static_cast<Fact>(i))),
                            std::string(postback.facts[i])});
    for (const auto& [name, value] : postback.extras)
        said.push_back({std::string(name), std::string(value)});
    return segpay::digest_of(said);
}

// Which of several events of one action on one purchase it is; none: the epoch tells.
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

void identify(Identity& identity, const EventDraft& event, const Postback& postback,
              const Classification& row) {
    for (const StateChange& change : kStateChanges) {
        if (change.kind != event.kind) continue;
        identity.access = change.access;
        identity.renewal = change.renewal;
    }
    std::string& stem = identity.stem;
    if (row.is_transaction) {
        if (event.transaction_id.empty())
            stem.assign("segpay/d").append(digest_of(postback)).append("/");
        else
            append_transaction_stem(stem, event.transaction_id);
        append_words(stem, row);
        return;
    }
    stem.assign("segpay/p").append(event.purchase_id).append("/").append(row.action);
    std::string room;
    const std::string_view mark = own_mark(event, room);
    identity.has_epoch = mark.empty();
    if (!mark.empty()) stem.append("@").append(mark);
}

} // namespace segpay
