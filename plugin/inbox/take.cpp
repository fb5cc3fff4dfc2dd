// Takes requests: the new events among them become durable with one commit.
#include "inbox/inbox.hpp"

#include "postbacks/unnamed.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

namespace segpay {

// The requests of one round, until they are claimed. None depends on another, so the result is as
// if each had come alone.
class Taking {
public:
    Taking(Inbox& inbox, Round& round) : inbox_(inbox), round_(round) {}

    // False: it depends on one that was added before, and is not taken.
    bool add(const HttpRequest& request);
    // All with one commit.
    void claim();

private:
    struct Member {
        explicit Member(Inbox& inbox, std::size_t place)
            : request(place), reading(inbox.readings_) {}

        std::size_t request;
        Readings::Borrowed reading;
        Event event;
    };

    bool depends(const Postback& postback) const;
    bool is_repeat(const Reading& reading) const;
    bool understand(std::unique_ptr<Member> member);
    bool answer(const Reading& reading, std::size_t request);

    Inbox& inbox_;
    Round& round_;
    std::unique_ptr<Lookup> ledger_;               // a snapshot
    std::vector<std::unique_ptr<Member>> members_; // to be claimed
    std::unordered_set<std::string> purchases_, transactions_;
};

// Compares the ids that Reader::load() reads: the purchase and the sale. A postback that names no
// purchase may turn out to be about any of them.
bool Taking::depends(const Postback& postback) const {
    if (purchases_.empty()) return false;
    if (is_unnamed(postback)) return true;
    const auto is_among = [](const auto& known, std::string_view id) {
        return !id.empty() && known.contains(std::string(id));
    };
    return is_among(purchases_, postback[Fact::purchase_id]) ||
           is_among(transactions_, postback[Fact::transaction_id]) ||
           is_among(transactions_, postback[Fact::related_transaction_id]);
}

// Whether a decline without purchase and transaction id has the content of an earlier member.
bool Taking::is_repeat(const Reading& reading) const {
    const EventDraft& event = reading.translation.event;
    if (!event.purchase_id.empty() || !event.transaction_id.empty()) return false;
    return std::ranges::any_of(members_, [&](const auto& member) {
        return member->reading->translation.identity.key_prefix ==
               reading.translation.identity.key_prefix;
    });
}

bool Taking::add(const HttpRequest& request) {
    auto member = std::make_unique<Member>(inbox_, round_.replies_.size());
    std::optional<Reply> refused = inbox_.reader_.read(request, *member->reading);
    if (refused) {
        round_.replies_.push_back(std::move(refused));
        return true;
    }
    if (depends(member->reading->postback)) return false;
    const std::size_t place = member->request;
    try {
        return understand(std::move(member));
    } catch (const LedgerError& failure) {
        round_.replies_.resize(place + 1);
        round_.replies_[place] = inbox_.unavailable(failure);
        return true;
    }
}

// A request that is not claimed is not taken behind one that is: it needs the result of that claim.
bool Taking::understand(std::unique_ptr<Member> member) {
    Reading& reading = *member->reading;
    const std::size_t place = member->request;
    for (;;) {
        if (!ledger_) ledger_ = inbox_.ledger_.snapshot();
        inbox_.reader_.understand(reading, *ledger_);
        if (inbox_.reader_.is_to_be_claimed(reading)) break;
        if (!purchases_.empty()) return false;
        round_.replies_.resize(place + 1);
        const bool is_answered = answer(reading, place);
        ledger_.reset(); // the next reads what was kept; this one, the sale believed meanwhile
        if (is_answered) return true;
    }
    if (is_repeat(reading)) return false;
    member->event = event_of(reading.translation.event);
    const std::optional<Claim> again = inbox_.quarantine_.claim_kept(reading, member->event);
    round_.replies_.resize(place + 1);
    purchases_.emplace(reading.postback[Fact::purchase_id]);
    transactions_.emplace(reading.postback[Fact::transaction_id]);
    if (again) {
        ledger_.reset(); // this claim is durable before the others
        inbox_.place(round_, place, reading, member->event, *again);
    } else {
        members_.push_back(std::move(member));
    }
    return true;
}

// False: translate it again, because the sale it would wait for was believed meanwhile.
bool Taking::answer(const Reading& reading, std::size_t request) {
    const Translation& translation = reading.translation;
    if (translation.outcome == Translation::Outcome::probe) {
        inbox_.ask(round_, request, event_of(translation.event));
        return true;
    }
    const EntryState state = translation.outcome == Translation::Outcome::unknown
                                 ? EntryState::unknown
                                 : EntryState::quarantined;
    round_.replies_[request] = inbox_.quarantine_.keep(state, reading, translation.reason);
    return round_.replies_[request].has_value();
}

void Taking::claim() {
    ledger_.reset();
    if (members_.empty()) return;
    std::vector<Arrival> arrivals;
    for (const auto& member : members_)
        arrivals.push_back({member->event, member->reading->translation.identity});
    std::vector<Claim> claims;
    try {
        claims = inbox_.accept(arrivals);
    } catch (const LedgerError& failure) {
        const Reply reply = inbox_.unavailable(failure);
        for (const auto& member : members_)
            round_.replies_[member->request] = reply;
        return;
    }
    for (std::size_t i = 0; i < claims.size(); ++i) {
        Member& member = *members_[i];
        try {
            inbox_.place(round_, member.request, *member.reading, member.event, claims[i]);
        } catch (const LedgerError& failure) { // a conflict could not be kept
            round_.replies_[member.request] = inbox_.unavailable(failure);
        }
    }
}

Round Inbox::take(std::span<const HttpRequest> requests) {
    Round round(host_.now());
    Taking taking(*this, round);
    for (const HttpRequest& request : requests)
        if (!taking.add(request)) break;
    taking.claim();
    note_answers(round);
    return round;
}

Round Inbox::lease_due(std::uint32_t limit) {
    Round round(host_.now());
    try {
        while (round.deliveries().size() < limit) {
            std::optional<Entry> due = delivering_.lease_due();
            if (!due) break;
            add(round, *std::move(due));
        }
    } catch (const LedgerError& failure) {
        if (round.is_over() && round.report().total() == 0) throw;
        host_.log(LogLevel::error, failure.what());
    }
    return round;
}

std::vector<Claim> Inbox::accept(std::span<const Arrival> arrivals) {
    if (arrivals.size() > 1) return ledger_.claim_all(arrivals, host_.now());
    std::vector<Claim> claims;
    for (const Arrival& arrival : arrivals)
        claims.push_back(ledger_.claim(arrival.event, arrival.identity, host_.now()));
    return claims;
}

// Adds the claimed event to the deliveries, or answers the request.
void Inbox::place(Round& round, std::size_t request, const Reading& reading, const Event& event,
                  const Claim& claim) {
    std::optional<Reply>& reply = round.replies_[request];
    switch (claim.outcome) {
        case Claim::Outcome::leased:
        case Claim::Outcome::queued: // an earlier event of the purchase comes first
            break;
        case Claim::Outcome::in_flight:
            reply = this->reply(Disposition::deferred, claim.key, std::string(kInFlight));
            return;
        case Claim::Outcome::duplicate:
            reply = this->reply(Disposition::duplicate, claim.key, {});
            note(round, {request, claim.key, event.purchase_id, claim.is_outstanding},
                 Disposition::duplicate);
            return;
        case Claim::Outcome::dead_letter:
            reply = this->reply(Disposition::dead_letter, claim.key,
                                "the host refused it; it waits for the operator");
            return;
        case Claim::Outcome::conflict:
            reply = quarantine_.keep(EntryState::conflict, reading, claim.message).value();
            return;
    }
    round.waiting_.push_back({request, claim.key, event.purchase_id, claim.is_outstanding});
    if (claim.entry)
        add(round, *claim.entry);
    else
        add_next(round, event.purchase_id);
    if (!has_delivery_of(round, event.purchase_id)) answer_waiting(round, event.purchase_id);
}

} // namespace segpay
