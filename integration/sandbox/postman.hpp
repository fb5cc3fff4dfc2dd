// Sends postbacks, judges the answers and repeats the failed ones, on the sandbox's clock. Gets the
// content of a letter from facts.hpp alone.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "clock.hpp"
#include "facts.hpp"

namespace sandbox {

/// The real addresses of pasted hosts: "join.linkdomain.com" to "http://127.0.0.1:8080".
class Resolver {
public:
    /// "host=http://where:port". Throws std::runtime_error for anything else.
    void add(const std::string& rule);
    /// The address of a filled-in URL. The longest matching rule wins; without one, http://.
    std::string resolve(const std::string& url) const;

private:
    std::map<std::string, std::string> rules_;
};

struct Attempt {
    Timestamp at;
    int status = 0; ///< 0: no answer
    std::string body;
    bool accepted = false;
    std::string problem; ///< why there was no answer
};

struct Postback {
    int n = 0;
    PostbackKind kind = PostbackKind::transaction;
    std::string purchase_id;
    std::string transaction_id;
    PostbackUrl settings;
    Filled url;
    std::string password; ///< masked wherever an answer repeats it
    Timestamp first_at;
    int retries = 0;
    std::optional<Timestamp> next_retry;
    std::vector<Attempt> attempts;

    bool accepted() const { return !attempts.empty() && attempts.back().accepted; }
    /// Sent for the last time, without success. An inquiry is no fact, so that nothing is lost with
    /// it.
    bool given_up() const {
        return !attempts.empty() && !accepted() && !next_retry && kind != PostbackKind::inquiry;
    }
};

class Postman {
public:
    Postman(const Portal& portal, Clock& clock, Resolver resolver);
    ~Postman();
    Postman(const Postman&) = delete;
    Postman& operator=(const Postman&) = delete;

    /// Sends every letter to every URL that its package's postback set has for it, in order, and
    /// returns when the last one was answered. No lock is held meanwhile.
    std::vector<Postback> send(const std::vector<Letter>& letters);

    /// Sends one again, whatever its state. Throws Refusal (404) for an unknown number.
    Postback repeat(int n);

    /// Advances the clock by that time, and sends each retry that falls due on the way, at its
    /// time. Returns their states afterwards, one entry per retry.
    std::vector<Postback> turn_clock(Timestamp::TimeDiff by);

    std::vector<Postback> all() const;

private:
    Postback deliver(int n, bool is_retry);
    struct Due {
        int n;
        Timestamp at;
    };
    std::optional<Due> earliest_due(Timestamp until) const;
    std::vector<Postback> send_due(Timestamp until);
    void keep_retrying();

    const Portal& portal_;
    Clock& clock_;
    Resolver resolver_;
    std::mutex round_; ///< one round of retries at a time, so that they keep their order
    mutable std::mutex mutex_;
    std::condition_variable stopping_;
    bool stop_ = false;
    std::map<int, Postback> postbacks_;
    std::thread retrier_;
};

} // namespace sandbox
