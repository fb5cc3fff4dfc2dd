// Telling: sends a story over the network to a real account, and compares its final state.
#pragma once

#include "keyed_host.hpp"
#include "network.hpp"
#include "story.hpp"

#include "failing_ledger.hpp"
#include "fixtures.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace segpay::testing {

// A deliberate fault, to prove that it would be found.
struct Sabotage {
    bool forget_keys = false;     // the host ignores keys
    bool lose_postback = false;   // the last one never arrives
    bool forget_failures = false; // the ledger does not remember the failed ones
};

class Telling {
public:
    explicit Telling(Sabotage sabotage = {}) : sabotage_(sabotage) {
        host_.forgets_keys = sabotage.forget_keys;
    }

    // The differences from the model, as text; empty: none.
    std::string run(const Story& story);

    // How often each kind of event was delivered, and how many postbacks it took.
    const std::map<std::string, std::uint64_t>& events() const { return events_; }
    std::uint64_t postbacks() const { return postbacks_; }
    std::uint64_t runs() const { return runs_; }

private:
    void open_account();
    // Segpay's postbacks of one happening in the story.
    struct Sent {
        bool is_sent = false;
        bool is_acknowledged = false;
        bool is_overtaken = false; // another change of its purchase came since
    };
    bool is_sent_again(const Happening& happening, const Sent& sent) const;
    void note_change(const Story& story, std::size_t happening);
    void repeat_unanswered(const Story& story, std::size_t happening);
    void send(const Happening& happening, unsigned copy, Sent& sent);
    void check_reply(const Reply& reply, const Happening& happening, bool was_acknowledged);
    void settle_all();

    const Sabotage sabotage_;
    KeyedHost host_;
    std::unique_ptr<TestAccount> account_;
    FailingLedger* ledger_ = nullptr; // of the account
    std::uint64_t runs_ = 0;
    std::uint64_t base_ = 0;
    std::vector<Sent> sent_; // of the story
    std::string complaints_;
    std::map<std::string, std::uint64_t> events_;
    std::uint64_t postbacks_ = 0;
};

} // namespace segpay::testing
