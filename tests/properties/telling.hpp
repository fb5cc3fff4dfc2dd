// Telling: a story goes over the network into a real account, and its ending is compared.
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

// What a telling leaves out on purpose, to prove that it would be noticed.
struct Sabotage {
    bool forget_keys = false;     // the host applies whatever it is told
    bool lose_postback = false;   // the last one never arrives
    bool forget_failures = false; // the ledger does not remember what was not answered with success
};

class Telling {
public:
    explicit Telling(Sabotage sabotage = {}) : sabotage_(sabotage) {
        host_.forgets_keys = sabotage.forget_keys;
    }

    // What differs from the model, in words; empty: nothing.
    std::string tell(const Story& story);

    // How often each kind of event was told, and how many postbacks it took.
    const std::map<std::string, std::uint64_t>& events() const { return events_; }
    std::uint64_t postbacks() const { return postbacks_; }
    std::uint64_t told() const { return told_; }

private:
    void open_account();
    // Of one happening in the story: how Segpay's postbacks of it went.
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
    std::uint64_t told_ = 0;
    std::uint64_t base_ = 0;
    std::vector<Sent> sent_; // of the story
    std::string complaints_;
    std::map<std::string, std::uint64_t> events_;
    std::uint64_t postbacks_ = 0;
};

} // namespace segpay::testing
