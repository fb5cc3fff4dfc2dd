// Round: requests or due events taken together, from the claims to the last reply. Between
// Inbox::take and Inbox::settle it belongs to one thread, and needs no frame of the plugin: the
// host applies the events in its own time. If a round ends early, the leases of its unsettled
// events expire, and the events are delivered again.
#pragma once

#include "boundary/scope.hpp"
#include "inbox/delivering.hpp"
#include "inbox/in_flight.hpp"
#include "inbox/reply.hpp"
#include "ledger/ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace segpay {

// An event that is leased to this process for delivery. It is in flight until this ends, or until
// the host has left a callback of the hook that made it.
struct Delivery {
    Delivery(std::uint64_t number, Entry leased, InFlight& all)
        : token(number),
          entry(std::move(leased)),
          in_flight(all, entry),
          held(&InFlight::forget_of, &all, entry.sequence) {}

    std::uint64_t token; // unique in its round
    Entry entry;
    InFlight::Hold in_flight;

private:
    HeldByHook held;
};

// A question to the host: is this user name free?
struct Question {
    std::uint64_t token = 0; // unique in its round
    std::size_t request = 0; // the one that asks
    Event event;
};

class Round {
public:
    // `began_at`: a reply that leaves too long after it may find that Segpay no longer waits.
    explicit Round(TimeMs began_at) : began_at_(began_at) {}
    Round(Round&&) = default;
    Round& operator=(Round&&) = default;

    // How many requests it took: all, or those before the first one that depends on one of them.
    std::size_t taken() const { return replies_.size(); }
    // One for each request taken. None: the request still waits for a delivery or an answer.
    std::span<const std::optional<Reply>> replies() const { return replies_; }

    // Open deliveries and questions. An element keeps its address until it is settled.
    const std::list<Delivery>& deliveries() const { return deliveries_; }
    const std::list<Question>& questions() const { return questions_; }
    std::uint64_t last_token() const { return last_token_; }
    bool is_over() const { return deliveries_.empty() && questions_.empty(); }

    const Report& report() const { return report_; }

private:
    friend class Inbox;
    friend class Taking;

    // A request whose event is not settled yet.
    struct Waiting {
        std::size_t request = 0;
        std::string key;
        std::string purchase_id;
        bool is_outstanding = false; // Claim::is_outstanding
    };

    // Removes and returns those that fit.
    template <class Fits>
    std::list<Waiting> take_waiting(Fits fits) {
        std::list<Waiting> taken;
        for (auto each = waiting_.begin(); each != waiting_.end();) {
            const auto here = each++;
            if (fits(*here)) taken.splice(taken.end(), waiting_, here);
        }
        return taken;
    }

    TimeMs began_at_;
    std::uint64_t last_token_ = 0;
    std::vector<std::optional<Reply>> replies_;
    std::list<Delivery> deliveries_;
    std::list<Question> questions_;
    std::list<Waiting> waiting_;
    std::vector<Answered> answered_; // with success; not yet noted in the ledger
    Report report_;
};

// The host's answer to a delivery.
struct TokenAnswer {
    std::uint64_t token = 0;
    HostAnswer answer;
};

} // namespace segpay
