// The host is told what is in a round, until nothing is.
#include "inbox/inbox.hpp"

namespace segpay {

namespace {

bool is_lease_over(const Entry& entry, TimeMs now) { return entry.next_attempt_at_ms <= now; }

} // namespace

void Inbox::tell_all(Round& round) {
    while (!round.questions().empty()) {
        const Question& question = round.questions().front();
        settle_question(round, question.token, host_.probe(question.event));
    }
    while (!round.deliveries().empty())
        tell_one(round, round.deliveries().front().token);
    note_answers(round);
}

void Inbox::tell_one(Round& round, std::uint64_t token) {
    settle_one(round, token, [&](Delivery& told, std::string& why) {
        if (!host_.is_called_back()) { // it is due at once, and costs no attempt
            why = "the host has no callback for events: it pulls them";
            leave(told.entry);
            return Delivered::lost;
        }
        if (is_lease_over(told.entry, host_.now())) {
            why = "the lease ended before it was its turn";
            return Delivered::lost;
        }
        HostAnswer answer = delivering_.deliver(told.entry);
        return conclude(told, std::move(answer), why);
    });
}

} // namespace segpay
