// Reader: from a request to what it means, with what the ledger remembers. Writes nothing but the
// notice that a template is garbled.
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

// Threads: every method from any thread. All that it is made of must outlive it.
class Reader {
public:
    Reader(const Account& account, const Host& host, Ledger& ledger)
        : account_(account), host_(host), ledger_(ledger) {}

    // Whether it can be read and comes from Segpay. A reply: it does not, and that is the end of
    // it.
    std::optional<Reply> read(const HttpRequest& request, Reading& reading);

    // What it means. Throws LedgerError, as what follows.
    void understand(Reading& reading, Lookup& ledger) const;
    // Whether it is an event that the ledger decides about; if not, it is kept or answered.
    bool is_to_be_claimed(const Reading& reading) const;

    // Reads a kept request again, with what the ledger knows, as if it came when it came. Error: it
    // cannot be told.
    std::optional<Error> read_kept(const Entry& entry, std::string_view says, Lookup& ledger,
                                   Trust trust, Reading& reading) const;
    // What a request tells that waited for the sale that opens its purchase.
    std::optional<Retranslated> retranslated(const Entry& entry, Lookup& ledger) const;

private:
    Reply refusal(const Refusal& refusal) const;
    void load(Reading& reading, Lookup& ledger, Trust trust, TimeMs now,
              std::string_view found_before) const;
    bool is_known(const Identity& identity) const;
    void tell_once_of_garbled_template(const Postback& postback);
    bool is_first_notice(std::string_view what);

    const Account& account_;
    const Host& host_;
    Ledger& ledger_;
    std::atomic<bool> told_of_garbled_template_ = false;
};

} // namespace segpay
