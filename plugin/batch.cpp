// Several requests in one call. A run is as many of them as do not depend on each other: it is
// claimed with one commit, then delivered one by one. What depends on one of the run, or asks the
// host something, ends the run and comes after it, so that all is as if each had come alone.
#include "biller.hpp"

#include <unordered_set>

namespace segpay {

class Biller::Run {
public:
    Run(Biller& biller, const Tell& tell) : biller_(biller), tell_(tell) {}

    void add(std::size_t number, const HttpRequest& request);
    void end();

private:
    // One request of the run: what it is answered with, or the event that is to be claimed.
    struct Member {
        Member(Biller& biller, std::size_t place) : number(place), reading(biller) {}

        std::size_t number;
        Borrowed reading;
        std::optional<Reply> reply;
        Event event;
    };

    bool depends_on_run(const Postback& postback) const;
    void remember(const Postback& postback);
    void claim_and_deliver();
    Reply delivered(Member& member, const Claim& claim);

    Biller& biller_;
    const Tell& tell_;
    std::vector<std::unique_ptr<Member>> members_;
    std::unordered_set<std::string> purchases_, transactions_; // of the run
};

// By what it would be told with (see Biller::recall): its purchase and the sale that it is about.
bool Biller::Run::depends_on_run(const Postback& postback) const {
    const auto is_among = [](const auto& known, std::string_view id) {
        return !id.empty() && known.contains(std::string(id));
    };
    return is_among(purchases_, postback[Fact::purchase_id]) ||
           is_among(transactions_, postback[Fact::transaction_id]) ||
           is_among(transactions_, postback[Fact::related_transaction_id]);
}

void Biller::Run::remember(const Postback& postback) {
    purchases_.emplace(postback[Fact::purchase_id]);
    transactions_.emplace(postback[Fact::transaction_id]);
}

void Biller::Run::add(std::size_t number, const HttpRequest& request) {
    auto member = std::make_unique<Member>(biller_, number);
    Reading& reading = *member->reading;
    member->reply = biller_.read(request, reading);
    try {
        if (!member->reply) {
            if (depends_on_run(reading.postback)) end();
            biller_.understand(reading);
            if (!biller_.is_to_be_claimed(reading)) {
                end();
                member->reply = biller_.answer(reading);
            } else {
                member->event = event_of(reading.translation.event);
                remember(reading.postback);
            }
        }
    } catch (const LedgerError& failure) {
        member->reply = biller_.unavailable(failure);
    }
    members_.push_back(std::move(member));
}

void Biller::Run::end() {
    claim_and_deliver();
    members_.clear();
    purchases_.clear();
    transactions_.clear();
}

void Biller::Run::claim_and_deliver() {
    std::vector<Arrival> arrivals;
    for (const auto& member : members_)
        if (!member->reply)
            arrivals.push_back({member->event, (*member->reading).translation.identity});
    std::vector<Claim> claims;
    std::optional<Reply> failed;
    try {
        if (!arrivals.empty()) claims = biller_.ledger_->claim_all(arrivals, biller_.host_.now());
    } catch (const LedgerError& failure) {
        failed = biller_.unavailable(failure);
    }
    auto claim = claims.begin();
    for (const auto& member : members_) {
        if (!member->reply) member->reply = failed ? *failed : delivered(*member, *claim++);
        tell_(member->number, *member->reply);
    }
}

Reply Biller::Run::delivered(Member& member, const Claim& claim) {
    const bool is_too_late = claim.entry && claim.outcome == Claim::Outcome::leased &&
                             claim.entry->next_attempt_at_ms <= biller_.host_.now();
    if (is_too_late) // somebody else may have it by now
        return biller_.reply(Disposition::deferred, claim.key,
                             "the lease ended before it was its turn in the batch");
    try {
        return biller_.deliver_claimed(*member.reading, member.event, claim);
    } catch (const LedgerError& failure) {
        return biller_.unavailable(failure);
    }
}

void Biller::handle_all(std::span<const HttpRequest> requests, const Tell& tell) {
    Run run(*this, tell);
    for (std::size_t number = 0; number < requests.size(); ++number)
        run.add(number, requests[number]);
    run.end();
}

} // namespace segpay
