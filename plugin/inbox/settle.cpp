// Answers of the host in: what it was told is settled, what waited behind it goes out, and Segpay
// is answered.
#include "inbox/inbox.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

namespace {

constexpr TimeMs kPatienceMs = 10'000; // nobody may wait any more for an answer that takes longer

} // namespace

// What is in hand already, and what nobody is to be told any more, goes nowhere.
void Inbox::add(Round& round, Entry entry) {
    const std::uint64_t token = ++round.last_token_;
    const Delivery& delivery =
        round.deliveries_.emplace_back(token, std::move(entry), delivering_.in_flight());
    if (!delivery.in_flight.is_ours())
        settle_one(round, token, [](Delivery&, std::string& why) {
            why = kInFlight;
            return Delivered::lost;
        });
    else if (std::optional<HostAnswer> given_up = delivering_.given_up(delivery.entry))
        settle_one(round, token, [&](Delivery& hopeless, std::string& why) {
            return conclude(hopeless, *std::move(given_up), why);
        });
}

Delivered Inbox::conclude(Delivery& told, HostAnswer answer, std::string& why) {
    const std::optional<Entry> again = told.in_flight.put_down();
    return delivering_.conclude(told.entry, again, std::move(answer), why);
}

// A ledger that fails here holds up what waits, and changes nothing of what was done.
void Inbox::add_next(Round& round, const std::string& purchase_id) {
    try {
        if (std::optional<Entry> next = ledger_.lease_next(purchase_id, host_.now()))
            add(round, *std::move(next));
    } catch (const LedgerError& failure) {
        host_.log(LogLevel::error, failure.what());
    }
}

bool Inbox::is_on_its_way(const Round& round, const std::string& purchase_id) const {
    return std::ranges::any_of(round.deliveries_, [&](const Delivery& delivery) {
        return delivery.entry.event->purchase_id == purchase_id;
    });
}

void Inbox::ask(Round& round, std::size_t request, Event event) {
    if (event.username.empty()) {
        Reply reply = this->reply(Disposition::answered, {}, "the probe has no user name");
        reply.body = account_.config().postbacks.failure_word;
        reply.http_status = 503;
        round.replies_[request] = std::move(reply);
        return;
    }
    round.questions_.push_back({++round.last_token_, request, std::move(event)});
}

bool Inbox::settle_question(Round& round, std::uint64_t token, NameAnswer name) {
    const auto question = std::ranges::find(round.questions_, token, &Question::token);
    if (question == round.questions_.end()) return false;
    Reply reply = this->reply(Disposition::answered, {}, {});
    if (name != NameAnswer::free) reply.body = account_.config().postbacks.failure_word;
    if (name == NameAnswer::cannot_tell) {
        reply.http_status = 503;
        reply.message = "the host cannot tell whether the name is free";
    }
    round.replies_[question->request] = std::move(reply);
    round.questions_.erase(question);
    return true;
}

bool Inbox::settle(Round& round, std::span<const TokenAnswer> answers) {
    bool are_known = true;
    for (const TokenAnswer& settled : answers)
        are_known &= settle_one(round, settled.token, [&](Delivery& told, std::string& why) {
            return conclude(told, without_secrets(settled.answer, *told.entry.event), why);
        });
    note_answers(round);
    return are_known;
}

bool Inbox::settle_one(Round& round, std::uint64_t token, const Conclude& conclude) {
    const auto place = std::ranges::find(round.deliveries_, token, &Delivery::token);
    if (place == round.deliveries_.end()) return false;
    std::list<Delivery> told; // no longer of the round
    told.splice(told.begin(), round.deliveries_, place);
    const Entry& entry = told.front().entry;
    const HeldByHook held(&InFlight::forget_of, &delivering_.in_flight(),
                          entry.sequence); // this hook's, whichever took it
    std::string why;
    const Delivered delivered = conclude(told.front(), why);
    count(delivered, round.report_);
    answer_those_of(round, entry, delivered, why);

    const std::string& purchase_id = entry.event->purchase_id;
    const bool may_follow = delivered == Delivered::applied || delivered == Delivered::refused;
    if (may_follow) add_next(round, purchase_id);
    if (!is_on_its_way(round, purchase_id)) answer_waiting(round, purchase_id);
    return true;
}

// The requests that told of it.
void Inbox::answer_those_of(Round& round, const Entry& entry, Delivered delivered,
                            const std::string& why) {
    for (const Round::Waiting& waiting :
         round.take_waiting([&](const Round::Waiting& each) { return each.key == entry.key; })) {
        Reply reply = delivering_.reply_for(delivered, entry, why);
        note(round, waiting, reply.disposition);
        round.replies_[waiting.request] = std::move(reply);
    }
}

// Nothing of the purchase goes out any more: somebody else has it, or it is not its turn.
void Inbox::answer_waiting(Round& round, const std::string& purchase_id) {
    for (const Round::Waiting& waiting : round.take_waiting(
             [&](const Round::Waiting& each) { return each.purchase_id == purchase_id; })) {
        Reply reply = reply_in_turn(waiting.key);
        note(round, waiting, reply.disposition);
        round.replies_[waiting.request] = std::move(reply);
    }
}

Reply Inbox::reply_in_turn(const std::string& key) const {
    try {
        const std::optional<Entry> entry = ledger_.entry(key);
        if (entry && entry->state == EntryState::settled)
            return reply(Disposition::delivered, key, {});
        if (entry && entry->state == EntryState::dead_letter)
            return reply(Disposition::dead_letter, key, entry->message);
    } catch (const LedgerError& failure) { // it is durable, and nothing more is known of it
        host_.log(LogLevel::error, failure.what());
    }
    return reply(Disposition::deferred, key, "an earlier event of the purchase is not settled yet");
}

// ---- What Segpay will not tell again ------------------------------------------------------------

// Segpay would have come again, and does not after this reply, unless it came too late.
void Inbox::note(Round& round, const Round::Waiting& waiting, Disposition disposition) const {
    if (waiting.is_outstanding && is_success(disposition) &&
        host_.now() - round.began_at_ <= kPatienceMs)
        round.answered_.push_back({waiting.purchase_id, waiting.key});
}

// Before the replies leave: who dies later must not take the next event of the kind for a repeat.
// What cannot be noted stays outstanding, and is answered all the same.
void Inbox::note_answers(Round& round) {
    if (round.answered_.empty()) return;
    try {
        ledger_.answered(round.answered_);
    } catch (const LedgerError& failure) {
        host_.log(LogLevel::error, failure.what());
    }
    round.answered_.clear();
}

} // namespace segpay
