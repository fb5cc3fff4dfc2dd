// Takes the host's answers: settles the deliveries, leases the next events of their purchases, and
// answers Segpay.
#include "inbox/inbox.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

namespace {

constexpr TimeMs kPatienceMs = 10'000; // Segpay may not wait longer than this for a reply

} // namespace

// An event that is in flight here already, or has used up its attempts, is settled at once.
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
        settle_one(round, token, [&](Delivery& exhausted, std::string& why) {
            return conclude(exhausted, *std::move(given_up), why);
        });
}

Delivered Inbox::conclude(Delivery& delivery, HostAnswer answer, std::string& why) {
    const std::optional<Entry> newer = delivery.in_flight.remove();
    return delivering_.conclude(delivery.entry, newer, std::move(answer), why);
}

// A ledger that fails here delays the next event, and does not affect what was settled.
void Inbox::add_next(Round& round, const std::string& purchase_id) {
    try {
        if (std::optional<Entry> next = ledger_.lease_next(purchase_id, host_.now()))
            add(round, *std::move(next));
    } catch (const LedgerError& failure) {
        host_.log(LogLevel::error, failure.what());
    }
}

bool Inbox::has_delivery_of(const Round& round, const std::string& purchase_id) const {
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
        are_known &= settle_one(round, settled.token, [&](Delivery& delivery, std::string& why) {
            return conclude(delivery, without_secrets(settled.answer, *delivery.entry.event), why);
        });
    note_answers(round);
    return are_known;
}

bool Inbox::settle_one(Round& round, std::uint64_t token, const Conclude& conclude) {
    const auto place = std::ranges::find(round.deliveries_, token, &Delivery::token);
    if (place == round.deliveries_.end()) return false;
    std::list<Delivery> settled; // no longer in the round
    settled.splice(settled.begin(), round.deliveries_, place);
    const Entry& entry = settled.front().entry;
    const HeldByHook held(&InFlight::forget_of, &delivering_.in_flight(),
                          entry.sequence); // by this hook, whichever hook leased it
    std::string why;
    const Delivered delivered = conclude(settled.front(), why);
    count(delivered, round.report_);
    answer_those_of(round, entry, delivered, why);

    const std::string& purchase_id = entry.event->purchase_id;
    const bool may_follow = delivered == Delivered::applied || delivered == Delivered::refused;
    if (may_follow) add_next(round, purchase_id);
    if (!has_delivery_of(round, purchase_id)) answer_waiting(round, purchase_id);
    return true;
}

// Answers the requests that brought this event.
void Inbox::answer_those_of(Round& round, const Entry& entry, Delivered delivered,
                            const std::string& why) {
    for (const Round::Waiting& waiting :
         round.take_waiting([&](const Round::Waiting& each) { return each.key == entry.key; })) {
        Reply reply = delivering_.reply_for(delivered, entry, why);
        note(round, waiting, reply.disposition);
        round.replies_[waiting.request] = std::move(reply);
    }
}

// The round has no delivery of the purchase left: its next event is leased elsewhere, or not due.
void Inbox::answer_waiting(Round& round, const std::string& purchase_id) {
    for (const Round::Waiting& waiting : round.take_waiting(
             [&](const Round::Waiting& each) { return each.purchase_id == purchase_id; })) {
        Reply reply = reply_to_queued(waiting.key);
        note(round, waiting, reply.disposition);
        round.replies_[waiting.request] = std::move(reply);
    }
}

Reply Inbox::reply_to_queued(const std::string& key) const {
    try {
        const std::optional<Entry> entry = ledger_.entry(key);
        if (entry && entry->state == EntryState::settled)
            return reply(Disposition::delivered, key, {});
        if (entry && entry->state == EntryState::dead_letter)
            return reply(Disposition::dead_letter, key, entry->message);
    } catch (const LedgerError& failure) { // the event is durable; its state is not known
        host_.log(LogLevel::error, failure.what());
    }
    return reply(Disposition::deferred, key, "an earlier event of the purchase is not settled yet");
}

// ---- Events that Segpay will not repeat ---------------------------------------------------------

// A success reply ends Segpay's repeats, unless it comes too late.
void Inbox::note(Round& round, const Round::Waiting& waiting, Disposition disposition) const {
    if (waiting.is_outstanding && is_success(disposition) &&
        host_.now() - round.began_at_ <= kPatienceMs)
        round.answered_.push_back({waiting.purchase_id, waiting.key});
}

// Before the replies are sent: after a crash the next event of the kind must not pass for a repeat.
// An answer that cannot be noted leaves the event outstanding, and is sent all the same.
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
