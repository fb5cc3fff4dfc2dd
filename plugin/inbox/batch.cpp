// Several requests in one call. A run is as many of them as do not depend on each other: it is
// claimed with one commit, then the host is told of all in one call, or of one after the other.
// What depends on one of the run, or asks the host something, ends the run and comes after it, so
// that all is as if each had come alone.
#include "inbox/inbox.hpp"

#include "ledger/failpoint.hpp"
#include "postbacks/unnamed.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace segpay {

class Inbox::Run {
public:
    Run(Inbox& inbox, const Tell& tell, const BulkCallback& events)
        : inbox_(inbox), tell_(tell), events_(events), began_at_(inbox.host_.now()) {}

    void add(std::size_t number, const HttpRequest& request);
    void end();
    // The answers of a batch leave when the call returns.
    void note_answers() { inbox_.note_answers(answered_); }

private:
    // One request of the run: what it is answered with, or the event that is to be claimed, and
    // what became of it.
    struct Member {
        Member(Inbox& inbox, std::size_t place) : number(place), reading(inbox.readings_) {}

        bool is_leased() const { return claim.entry && claim.outcome == Claim::Outcome::leased; }

        std::size_t number;
        Readings::Borrowed reading;
        std::optional<Reply> reply;
        Event event;
        Claim claim;
        // Of one that the host was told of with others:
        std::optional<Delivering::Telling> telling;
        std::optional<HostAnswer> answer;
        std::optional<Delivered> delivery;
        std::string why;
    };

    bool depends_on_run(const Postback& postback) const;
    bool repeats_in_run(const Reading& reading) const;
    void remember(const Postback& postback);
    void understand(Member& member);
    bool is_after_answer(const Identity& identity) const;
    void claim();
    void tell_host();
    bool comes_too_late(const Member& member) const;
    Reply reply_to(Member& member);

    Inbox& inbox_;
    const Tell& tell_;
    const BulkCallback& events_;
    const TimeMs began_at_;
    std::unique_ptr<Lookup> ledger_; // as it was when the run began
    std::vector<std::unique_ptr<Member>> members_;
    std::unordered_set<std::string> purchases_, transactions_; // of the run
    std::vector<Answered> answered_;                           // of the whole batch
};

// By what it would be told with (see Reader): its purchase and the sale that it is about.
// What names no purchase may be found to be about any of the run.
bool Inbox::Run::depends_on_run(const Postback& postback) const {
    if (is_unnamed(postback)) return true;
    const auto is_among = [](const auto& known, std::string_view id) {
        return !id.empty() && known.contains(std::string(id));
    };
    return is_among(purchases_, postback[Fact::purchase_id]) ||
           is_among(transactions_, postback[Fact::transaction_id]) ||
           is_among(transactions_, postback[Fact::related_transaction_id]);
}

// A decline that names neither its purchase nor itself is known by what it says.
bool Inbox::Run::repeats_in_run(const Reading& reading) const {
    const EventDraft& event = reading.translation.event;
    if (!event.purchase_id.empty() || !event.transaction_id.empty()) return false;
    const std::string& stem = reading.translation.identity.stem;
    return std::ranges::any_of(members_, [&](const auto& member) {
        return !member->reply && (*member->reading).translation.identity.stem == stem;
    });
}

void Inbox::Run::remember(const Postback& postback) {
    purchases_.emplace(postback[Fact::purchase_id]);
    transactions_.emplace(postback[Fact::transaction_id]);
}

void Inbox::Run::add(std::size_t number, const HttpRequest& request) {
    auto member = std::make_unique<Member>(inbox_, number);
    Reading& reading = *member->reading;
    member->reply = inbox_.reader_.read(request, reading);
    try {
        if (!member->reply) {
            if (depends_on_run(reading.postback)) end();
            understand(*member);
        }
    } catch (const LedgerError& failure) {
        member->reply = inbox_.unavailable(failure);
    }
    members_.push_back(std::move(member));
}

// What is not claimed is answered in its turn.
void Inbox::Run::understand(Member& member) {
    Reading& reading = *member.reading;
    while (!member.reply) {
        if (!ledger_) ledger_ = inbox_.ledger_.look();
        inbox_.reader_.understand(reading, *ledger_);
        if (inbox_.reader_.is_to_be_claimed(reading)) {
            member.event = event_of(reading.translation.event);
            if (std::optional<Claim> again = inbox_.quarantine_.claim_kept(reading, member.event)) {
                ledger_.reset(); // it was durable before the rest of the run
                member.claim = *std::move(again);
                member.reply = inbox_.deliver_claimed(reading, member.event, member.claim);
                return;
            }
            if (repeats_in_run(reading)) end();
            remember(reading.postback);
            return;
        }
        end();
        member.reply = inbox_.answer(reading);
    }
}

void Inbox::Run::end() {
    ledger_.reset();
    claim();
    if (events_.events) tell_host();
    for (const auto& member : members_) {
        if (!member->reply) member->reply = reply_to(*member);
        if (inbox_.ends_outstanding(member->claim, *member->reply, began_at_))
            answered_.push_back({member->event.purchase_id, member->claim.key});
        tell_(member->number, *member->reply);
    }
    members_.clear();
    purchases_.clear();
    transactions_.clear();
}

// Only in this batch: what is durable is said when the call is over.
bool Inbox::Run::is_after_answer(const Identity& identity) const {
    return std::ranges::any_of(
        answered_, [&](const Answered& answered) { return is_key_of(answered.key, identity); });
}

// All with one commit.
void Inbox::Run::claim() {
    std::vector<Arrival> arrivals;
    for (const auto& member : members_)
        if (!member->reply)
            arrivals.push_back({member->event, (*member->reading).translation.identity,
                                is_after_answer((*member->reading).translation.identity)});
    if (arrivals.empty()) return;
    try {
        std::vector<Claim> claims = inbox_.ledger_.claim_all(arrivals, inbox_.host_.now());
        auto claim = claims.begin();
        for (const auto& member : members_)
            if (!member->reply) member->claim = std::move(*claim++);
    } catch (const LedgerError& failure) {
        const Reply reply = inbox_.unavailable(failure);
        for (const auto& member : members_)
            if (!member->reply) member->reply = reply;
    }
}

// As deliver(), but in one call for all that were handed out.
void Inbox::Run::tell_host() {
    std::vector<Member*> held, told;
    std::vector<const Entry*> entries;
    for (const auto& member : members_) {
        if (member->reply || !member->is_leased() || comes_too_late(*member)) continue;
        const Entry& entry = *member->claim.entry;
        if (!member->telling.emplace(inbox_.delivering_, entry).is_ours()) {
            member->delivery = Delivered::lost;
            member->why = kInFlight;
            continue;
        }
        held.push_back(member.get());
        member->answer = inbox_.delivering_.given_up(entry);
        if (member->answer) continue;
        told.push_back(member.get());
        entries.push_back(&entry);
    }
    if (held.empty()) return;
    SEGPAY_FAILPOINT("deliver.begin");
    if (!told.empty()) {
        std::vector<HostAnswer> answers = inbox_.host_.deliver_all(entries, events_);
        for (std::size_t i = 0; i < told.size(); ++i)
            told[i]->answer = std::move(answers[i]);
    }
    SEGPAY_FAILPOINT("deliver.end");
    for (Member* member : held)
        member->delivery =
            inbox_.delivering_.conclude(*member->telling, std::move(*member->answer), member->why);
}

// Somebody else may have it by now.
bool Inbox::Run::comes_too_late(const Member& member) const {
    return member.claim.entry->next_attempt_at_ms <= inbox_.host_.now();
}

Reply Inbox::Run::reply_to(Member& member) {
    const Claim& claim = member.claim;
    try {
        if (member.delivery) return inbox_.follow_up(*member.delivery, *claim.entry, member.why);
        if (member.is_leased() && comes_too_late(member))
            return inbox_.reply(Disposition::deferred, claim.key,
                                "the lease ended before it was its turn in the batch");
        return inbox_.deliver_claimed(*member.reading, member.event, claim);
    } catch (const LedgerError& failure) {
        return inbox_.unavailable(failure);
    }
}

void Inbox::handle_all(std::span<const HttpRequest> requests, const Tell& tell,
                       const BulkCallback& events) {
    Run run(*this, tell, events);
    for (std::size_t number = 0; number < requests.size(); ++number)
        run.add(number, requests[number]);
    run.end();
    run.note_answers();
}

} // namespace segpay
