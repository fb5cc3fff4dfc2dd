// Account: one configured account: its configuration, the names of its parameters, its links.
// Decides nothing about postbacks.
#pragma once

#include "config/config.hpp"
#include "ledger/ledger.hpp"
#include "links/link.hpp"
#include "postbacks/names.hpp"
#include "values/result.hpp"
#include "values/timestamp.hpp"

#include <optional>
#include <string>
#include <vector>

namespace segpay {

// A link, and the purchases that some of its fields borrow from.
struct MadeLink {
    Link link;
    std::vector<Purchase> purchases;
};

// Threads: every method from any thread.
class Account {
public:
    explicit Account(Config config) : config_(std::move(config)), names_(config_) {}

    const Config& config() const { return config_; }
    const NameTable& names() const { return names_; }

    // For the log: identifies the account.
    std::string summary() const;

    // Reads from the ledger the card of a one-click link, or the trial of an instant conversion, if
    // the request names none. Error: the request cannot be met. Throws LedgerError.
    std::optional<Error> link(const LinkRequest& request, Ledger& ledger, TimeMs now,
                              MadeLink& made) const;

private:
    const Config config_;
    const NameTable names_; // of the configuration
};

} // namespace segpay
