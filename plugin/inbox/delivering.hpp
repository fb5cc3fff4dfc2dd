// Delivering: an entry that the ledger handed out is told to the host, and what the host says of it
// is written down.
#pragma once

#include "account.hpp"
#include "boundary/scope.hpp"
#include "inbox/host.hpp"
#include "inbox/in_hand.hpp"
#include "inbox/reply.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segpay {

// What a round of deliveries did.
struct Report {
    std::uint32_t delivered = 0;
    std::uint32_t deferred = 0;
    std::uint32_t dead_letters = 0;

    bool is_empty() const { return delivered + deferred + dead_letters == 0; }
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

    // An event that is told right now, until it is put down, this ends, or the host has left the
    // callback.
    class Telling {
    public:
        Telling(Delivering& delivering, const Entry& entry);

        bool is_ours() const { return hold_.is_ours(); }
        const Entry& entry() const { return hold_.entry(); }
        // What to settle, when it was handed out again meanwhile.
        std::optional<Entry> put_down() {
            held_.reset();
            return hold_.put_down();
        }

    private:
        InHand::Hold hold_;
        std::optional<HeldByHook> held_;
    };

    // Tells the host. `why`: for people. What comes before the call, the call and what comes after
    // it are apart, so that one call can tell of several (batch.cpp).
    Delivered deliver(const Entry& entry, std::string& why);
    // Set: it is not told any more.
    std::optional<HostAnswer> given_up(const Entry& entry) const;
    Delivered conclude(Telling& told, HostAnswer answer, std::string& why);

    // Everything of the purchase that is due, in order, until the host says "not now".
    void deliver_purchase(const std::string& purchase_id, Report& report);

    // The next one that is due, of any purchase. Throws LedgerError.
    std::optional<Entry> take_due();

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
    InHand in_hand_;
};

} // namespace segpay
