// Quarantine: keeps for the operator what does not reach the host by itself, and recognises it when
// a repeat is believed.
#pragma once

#include "account.hpp"
#include "inbox/host.hpp"
#include "inbox/reading.hpp"
#include "inbox/reply.hpp"
#include "ledger/ledger.hpp"

#include <optional>
#include <string>

namespace segpay {

// Threads: every method from any thread. The arguments of the constructor must outlive it.
class Quarantine {
public:
    Quarantine(const Account& account, const Host& host, Ledger& ledger)
        : account_(account), host_(host), ledger_(ledger) {}

    // None: the sale that it would wait for was believed meanwhile; translate the request again.
    // Throws LedgerError, as what follows.
    std::optional<Reply> keep(EntryState state, const Reading& reading, const std::string& reason);

    // Claims what was quarantined before and is believed now. None: nothing was claimed.
    std::optional<Claim> claim_kept(const Reading& reading, const Event& event);

private:
    std::string key_to_keep(const Reading& reading, const Parameters& parameters,
                            bool is_held) const;

    const Account& account_;
    const Host& host_;
    Ledger& ledger_;
};

} // namespace segpay
