// Pulled: a round of take and settle in its C form, and the rounds of an instance that have not
// ended.
#pragma once

#include "biller.h"
#include "boundary/boundary.hpp"
#include "entry/replies.hpp"
#include "inbox/round.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace segpay {

// One thread at a time.
class Pulled {
public:
    explicit Pulled(Round taken) : round(std::move(taken)), is_written_(round.taken(), false) {}

    Round round;

    // Writes into `room` what is new since the last call. Valid until the next call.
    void write_new(std::uint64_t number, biller_pulled* room);

private:
    void clear();
    void add(const Delivery& delivery);
    void add(const Question& question);
    void add(std::size_t request, const Reply& reply);

    std::uint64_t last_written_ = 0; // a token
    std::vector<bool> is_written_;   // by request: its reply

    std::list<EventView> event_views_;
    std::list<ReplyView> reply_views_;
    std::list<biller_probe> probes_;
    std::list<biller_pulled_event> event_list_;
    std::list<biller_pulled_question> question_list_;
    std::list<biller_pulled_reply> reply_list_;
    std::vector<const biller_pulled_event*> events_;
    std::vector<const biller_pulled_question*> questions_;
    std::vector<const biller_pulled_reply*> replies_;
};

// Threads: every method from any thread; a round is one thread's at a time.
class Rounds {
public:
    // Returns its number: not 0, and never used again.
    std::uint64_t add(std::unique_ptr<Pulled> round);
    // Null: it has ended. It lives until it is ended, even if the host leaves the hook that uses
    // it.
    Pulled* find(std::uint64_t number);
    void end(std::uint64_t number);
    // Those that were added on this thread.
    void end_those_of_thread();

private:
    struct Open {
        std::uint64_t number;
        std::thread::id thread;
        std::unique_ptr<Pulled> round;
    };

    std::mutex mutex_;
    std::uint64_t last_number_ = 0; // guarded by mutex_, like what follows
    std::vector<Open> open_;
};

} // namespace segpay
