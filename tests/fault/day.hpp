// Day: the same hours each time, with every operation of a ledger and every way it can end. A
// failure at any point does not stop the hours that follow.
#pragma once

#include "clerk.hpp"

#include <memory>
#include <string>

namespace segpay::fault {

inline constexpr const char* kPath = "/machine/ledger.sqlite";

class Day {
public:
    explicit Day(bool memory_may_end);

    // Whatever fails, other processes can write at once.
    void expect_unlocked() {
        clerk_.after_failure = [] { check_unlocked(kPath); };
    }

    void pass(); // opens, works, closes, opens again, works, and leaves it open

    // After the trouble has ended: the ledger works again, as it is and after it was reopened, and
    // has kept its guarantees. Throws Broken.
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
