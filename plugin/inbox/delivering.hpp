// Delivering: delivers a leased entry to the host, and settles it with the host's answer.
#pragma once

#include "account.hpp"
#include "inbox/host.hpp"
#include "inbox/in_flight.hpp"
#include "inbox/reply.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segpay {

// Deliveries, counted by outcome.
struct Report {
    std::uint32_t delivered = 0;
    std::uint32_t deferred = 0;
    std::uint32_t dead_letters = 0;

    std::uint32_t total() const { return delivered + deferred + dead_letters; }
    Report& operator+=(const Report& other) {
        delivered += other.delivered;
        deferred += other.deferred;
        dead_letters += other.dead_letters;
        return *this;
    }
};

// `applied_alone`: no event of its purchase waits behind it. `lost`: not settled here; the event is
// in flight elsewhere, or will be leased again.
enum class Delivered { applied, applied_alone, retry, refused, lost };

void count(Delivered delivery, Report& report);

constexpr std::string_view kInFlight = "it is being delivered right now";

// Threads: every method from any thread. The arguments of the constructor must outlive it.
class Delivering {
public:
    Delivering(const Account& account, const Host& host, Ledger& ledger)
        : account_(account), host_(host), ledger_(ledger) {}

    // By the host's callback.
    HostAnswer deliver(const Entry& entry) const;
    // Set: the entry has used up its attempts and is not delivered any more.
    std::optional<HostAnswer> given_up(const Entry& entry) const;
    // Settles the entry. `newer`: the same event, if it was leased again meanwhile. `why`: for
    // people.
    Delivered conclude(const Entry& entry, const std::optional<Entry>& newer, HostAnswer answer,
                       std::string& why);

    InFlight& in_flight() { return in_flight_; }

    // Leases the next entry that is due, of any purchase. Throws LedgerError.
    std::optional<Entry> lease_due();

    // The reply to Segpay.
    Reply reply_for(Delivered delivery, const Entry& entry, const std::string& why) const;

private:
    // False: the lease was lost.
    bool settle(const Entry& entry, const Settlement& settlement, Delivered& delivery);
    void log_delivery(Delivered delivery, const Entry& entry, const Settlement& settlement,
                      const std::string& why) const;

    const Account& account_;
    const Host& host_;
    Ledger& ledger_;
    InFlight in_flight_;
};

} // namespace segpay
