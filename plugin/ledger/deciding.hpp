// DecidingLedger: what becomes of kept requests when an operator decides, or when the sale that
// they wait for is believed. Alike in every back end; how it is stored is theirs: the steps below.
//
// Threads: as Ledger says; the steps run on the thread that runs the transaction.
#pragma once

#include "ledger/followers.hpp"
#include "ledger/ledger.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

class DecidingLedger : public Ledger {
public:
    Decision release(std::string_view key, const Arrival& arrival, std::string_view by,
                     TimeMs now) final;
    Decision dismiss(std::string_view key, std::string_view by, TimeMs now) final;

protected:
    // Inside a transaction, after the sale was written: what waited for it follows. `by`: who
    // released it; empty: nobody, it came from Segpay. False: they waited for another sale.
    bool free_held(const Event& sale, std::string_view by, TimeMs now);

    Followers followers_;

private:
    void dismiss_held(const Event& sale, std::string_view by, TimeMs now);

    // `work` in a transaction of its own; it may be done again.
    virtual Decision decide(const char* operation, const std::function<Decision()>& work) = 0;

    // Inside a transaction:
    // The entry, with a state that nobody else changes before the transaction is over.
    virtual std::optional<Entry> entry_to_decide(std::string_view key) = 0;
    // Those that are kept for the purchase and not decided, with their passwords, in order of
    // arrival; nobody else adds one before the transaction is over.
    virtual std::vector<Entry> kept_for(const std::string& purchase_id) = 0;
    virtual Claim add(const Arrival& arrival, std::string_view by, TimeMs now) = 0;
    // Nothing, when it is closed already.
    virtual void close(std::string_view key, EntryState to, std::string_view by, TimeMs now) = 0;
    virtual std::unique_ptr<Lookup> look_inside() = 0;
};

} // namespace segpay
