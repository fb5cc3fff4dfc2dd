// Day: the same hours each time, in which every operation of a ledger comes in every way it can
// end. Things may go wrong at any point of it; what comes next is tried all the same.
#pragma once

#include "clerk.hpp"

#include <memory>
#include <string>

namespace segpay::fault {

inline constexpr const char* kPath = "/machine/ledger.sqlite";

class Day {
public:
    explicit Day(bool memory_may_end);

    // Whatever fails, others can go on at once.
    void expect_unlocked() {
        clerk_.after_failure = [] { check_unlocked(kPath); };
    }

    void pass(); // opens the ledger, works, closes it, opens it again, works, and leaves it open

    // After what went wrong is over. The ledger works again, as it is and after it was opened anew,
    // and has kept its word. Throws Broken.
    void check_working();
    void check_kept();

    void close();
    unsigned failures() const { return clerk_.failures; }
    const std::string& last_failure() const { return clerk_.last_failure; }

private:
    void open();
    void sell_and_settle();
    void wait_in_line();
    void be_refused();
    void keep_requests();
    void contradict();
    void read();

    Books books_;
    Clerk clerk_;
    std::unique_ptr<Ledger> ledger_;
};

} // namespace segpay::fault
