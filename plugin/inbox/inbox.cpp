// The way in, step by step; and recovery.
#include "inbox/inbox.hpp"

#include "ledger/failpoint.hpp"

#include <utility>

namespace segpay {

namespace {

constexpr TimeMs kPatienceMs = 10'000; // nobody may wait any more for an answer that takes longer

} // namespace

Inbox::Inbox(const Account& account, Host host, Ledger& ledger)
    : account_(account),
      host_(host),
      ledger_(ledger),
      reader_(account_, host_, ledger_),
      quarantine_(account_, host_, ledger_),
      delivering_(account_, host_, ledger_) {
    ledger_.retell_with(
        [this](const Entry& entry, Lookup& inside) { return reader_.retold(entry, inside); });
    if (account_.config().postbacks.authenticity.is_none)
        host_.log(LogLevel::warning,
                  "postbacks.authenticity is \"none\": anyone who knows the address can post");
}

// ---- The way in ---------------------------------------------------------------------------------

Reply Inbox::handle(const HttpRequest& request) {
    Readings::Borrowed borrowed(readings_);
    Reading& reading = *borrowed;
    if (auto refused = reader_.read(request, reading)) return std::move(*refused);
    try {
        for (;;) {
            reader_.understand(reading, ledger_);
            if (reader_.is_to_be_claimed(reading)) break;
            if (auto reply = answer(reading)) return *std::move(reply);
        }
        const Event event = event_of(reading.translation.event);
        const TimeMs now = host_.now();
        std::optional<Claim> again = quarantine_.claim_kept(reading, event);
        const Claim claim =
            again ? *std::move(again) : ledger_.claim(event, reading.translation.identity, now);
        const Reply reply = deliver_claimed(reading, event, claim);
        if (ends_outstanding(claim, reply, now)) {
            const Answered answered{event.purchase_id, claim.key};
            note_answers({&answered, 1});
        }
        return reply;
    } catch (const LedgerError& failure) {
        return unavailable(failure);
    }
}

Reply Inbox::unavailable(const LedgerError& failure) const {
    host_.log(LogLevel::error, failure.what());
    return reply(Disposition::unavailable, {}, failure.what());
}

std::optional<Reply> Inbox::answer(const Reading& reading) {
    const Translation& translation = reading.translation;
    if (translation.outcome == Translation::Outcome::probe) return answer_probe(translation.event);
    const EntryState state = translation.outcome == Translation::Outcome::unknown
                                 ? EntryState::unknown
                                 : EntryState::quarantined;
    return quarantine_.keep(state, reading, translation.reason);
}

Reply Inbox::answer_probe(const EventDraft& draft) const {
    const Event event = event_of(draft);
    Reply answer = reply(Disposition::answered, {}, {});
    const NameAnswer name = event.username.empty() ? NameAnswer::cannot_tell : host_.probe(event);
    if (name == NameAnswer::free) return answer;
    answer.body = account_.config().postbacks.failure_word;
    if (name == NameAnswer::cannot_tell) {
        answer.http_status = 503;
        answer.message = event.username.empty() ? "the probe has no user name"
                                                : "the host cannot tell whether the name is free";
    }
    return answer;
}

Reply Inbox::deliver_claimed(const Reading& reading, const Event& event, const Claim& claim) {
    switch (claim.outcome) {
        case Claim::Outcome::leased:
            return deliver_leased(*claim.entry);
        case Claim::Outcome::queued:
            return deliver_in_turn(event.purchase_id, claim.key);
        case Claim::Outcome::in_flight:
            return reply(Disposition::deferred, claim.key, std::string(kInFlight));
        case Claim::Outcome::duplicate:
            return reply(Disposition::duplicate, claim.key, {});
        case Claim::Outcome::dead_letter:
            return reply(Disposition::dead_letter, claim.key,
                         "the host refused it; it waits for the operator");
        case Claim::Outcome::conflict:
            break;
    }
    return quarantine_.keep(EntryState::conflict, reading, claim.message).value();
}

// Before they leave: who dies later must not take the next event of the kind for a repeat. What
// cannot be noted stays outstanding, and is answered all the same.
void Inbox::note_answers(std::span<const Answered> all) {
    if (all.empty()) return;
    try {
        ledger_.answered(all);
    } catch (const LedgerError& failure) {
        host_.log(LogLevel::error, failure.what());
    }
}

bool Inbox::ends_outstanding(const Claim& claim, const Reply& reply, TimeMs since) const {
    return claim.is_outstanding && is_success(reply.disposition) &&
           host_.now() - since <= kPatienceMs;
}

Reply Inbox::deliver_leased(const Entry& entry) {
    std::string why;
    const Delivered delivery = delivering_.deliver(entry, why);
    return follow_up(delivery, entry, why);
}

Reply Inbox::follow_up(Delivered delivery, const Entry& entry, const std::string& why) {
    if (delivery == Delivered::applied || delivery == Delivered::refused) {
        Report others;
        delivering_.deliver_purchase(entry.event->purchase_id, others);
    }
    return delivering_.reply_for(delivery, entry, why);
}

// An earlier event of the purchase comes first: it is delivered now if it can be.
Reply Inbox::deliver_in_turn(const std::string& purchase_id, const std::string& key) {
    Report report;
    delivering_.deliver_purchase(purchase_id, report);
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

Reply Inbox::reply(Disposition disposition, std::string key, std::string message) const {
    return reply_with(disposition, account_.config().postbacks, std::move(key), std::move(message));
}

// ---- Recovery -----------------------------------------------------------------------------------

Report Inbox::recover(std::uint32_t limit) {
    SEGPAY_FAILPOINT("recover.begin");
    ledger_.flush();
    SEGPAY_FAILPOINT("recover.flushed");
    Report report;
    std::string why;
    try {
        for (std::uint32_t round = 0; round < limit; ++round) {
            const std::optional<Entry> entry = delivering_.take_due();
            if (!entry) break;
            SEGPAY_FAILPOINT("recover.taken");
            count(delivering_.deliver(*entry, why), report);
            SEGPAY_FAILPOINT("recover.delivered");
        }
        tidy();
    } catch (const LedgerError& failure) {
        if (report.is_empty()) throw;
        host_.log(LogLevel::error, failure.what()); // the rest is for the next round
    }
    return report;
}

// One slice, so that a thread that recovers every few seconds is not held up.
void Inbox::tidy() {
    std::optional<TimeMs> forget_before;
    if (const std::uint32_t days = account_.config().ledger.keep_days; days != 0)
        forget_before = host_.now() - TimeMs{days} * kDayMs;
    ledger_.tidy(forget_before);
}

} // namespace segpay
