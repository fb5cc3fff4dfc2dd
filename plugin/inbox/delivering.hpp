// Delivering: an entry that the ledger handed out is told to the host, and what the host says of it
// is written down.
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

// How many deliveries ended how.
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

// `applied_alone`: nothing of its purchase waits behind it. `lost`: somebody else has it now.
enum class Delivered { applied, applied_alone, retry, refused, lost };

void count(Delivered delivery, Report& report);

constexpr std::string_view kInFlight = "it is being delivered right now";

// Threads: every method from any thread. All that it is made of must outlive it.
class Delivering {
public:
    Delivering(const Account& account, const Host& host, Ledger& ledger)
        : account_(account), host_(host), ledger_(ledger) {}

    // Tells the host, by its callback.
    HostAnswer deliver(const Entry& entry) const;
    // Set: it is not told any more.
    std::optional<HostAnswer> given_up(const Entry& entry) const;
    // Writes down what the host says. `again`: the same event, if it was handed out once more
    // meanwhile. `why`: for people.
    Delivered conclude(const Entry& told, const std::optional<Entry>& again, HostAnswer answer,
                       std::string& why);

    InFlight& in_flight() { return in_flight_; }

    // The next one that is due, of any purchase. Throws LedgerError.
    std::optional<Entry> lease_due();

    // What Segpay is answered.
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
