// Reader: translates a request, with what the ledger knows. Writes nothing but the notice that a
// template is garbled.
#pragma once

#include "account.hpp"
#include "inbox/host.hpp"
#include "inbox/reading.hpp"
#include "inbox/reply.hpp"
#include "ledger/ledger.hpp"
#include "postbacks/request.hpp"
#include "postbacks/trust.hpp"

#include <atomic>
#include <optional>
#include <string_view>

namespace segpay {

// Threads: every method from any thread. The arguments of the constructor must outlive it.
class Reader {
public:
    Reader(const Account& account, const Host& host, Ledger& ledger)
        : account_(account), host_(host), ledger_(ledger) {}

    // Decodes and authenticates. A reply: the request is unreadable or not from Segpay, and is
    // refused.
    std::optional<Reply> read(const HttpRequest& request, Reading& reading);

    // Loads and translates. Throws LedgerError, as what follows.
    void understand(Reading& reading, Lookup& ledger) const;
    // Whether the ledger decides about it; if not, it is kept or answered.
    bool is_to_be_claimed(const Reading& reading) const;

    // Translates a kept request again, with what the ledger knows now and the time of its arrival.
    // Error: it cannot be delivered.
    std::optional<Error> read_kept(const Entry& entry, std::string_view says, Lookup& ledger,
                                   Trust trust, Reading& reading) const;
    // The event of a request that was held for the sale that opens its purchase.
    std::optional<Retranslated> retranslated(const Entry& entry, Lookup& ledger) const;

private:
    Reply refusal(const Refusal& refusal) const;
    void load(Reading& reading, Lookup& ledger, Trust trust, TimeMs now,
              std::string_view found_before) const;
    bool is_known(const Identity& identity) const;
    void warn_once_of_garbled_template(const Postback& postback);
    bool is_first_notice(std::string_view what);

    const Account& account_;
    const Host& host_;
    Ledger& ledger_;
    std::atomic<bool> warned_of_garbled_template_ = false;
};

} // namespace segpay
