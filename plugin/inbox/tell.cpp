// Delivers a round by callbacks, until it is over.
#include "inbox/inbox.hpp"

namespace segpay {

namespace {

bool is_lease_over(const Entry& entry, TimeMs now) { return entry.next_attempt_at_ms <= now; }

} // namespace

void Inbox::deliver_all(Round& round) {
    while (!round.questions().empty()) {
        const Question& question = round.questions().front();
        settle_question(round, question.token, host_.probe(question.event));
    }
    while (!round.deliveries().empty())
        deliver_one(round, round.deliveries().front().token);
    note_answers(round);
}

void Inbox::deliver_one(Round& round, std::uint64_t token) {
    settle_one(round, token, [&](Delivery& delivery, std::string& why) {
        if (!host_.is_called_back()) { // the event is due at once, and no attempt is counted
            why = "the host has no callback for events: it pulls them";
            leave(delivery.entry);
            return Delivered::lost;
        }
        if (is_lease_over(delivery.entry, host_.now())) {
            why = "the lease ended before the delivery began";
            return Delivered::lost;
        }
        HostAnswer answer = delivering_.deliver(delivery.entry);
        return conclude(delivery, std::move(answer), why);
    });
}

} // namespace segpay
