// Load: the work of a clerk on a busy day, by dice.
#pragma once

#include "clerk.hpp"
#include "dice.hpp"

#include <string>
#include <vector>

namespace segpay::fault {

// A sale of a purchase, a renewal of it, or a change of its membership.
test::Fact sale(const std::string& purchase, const std::string& transaction, EventKind kind);
test::Fact membership(const std::string& purchase, EventKind kind);

class Load {
public:
    // Purchases and requests of this load begin with `name`, which is a number.
    Load(Clerk& clerk, Dice& dice, std::string name, bool has_ledger_alone)
        : clerk_(clerk), dice_(dice), name_(std::move(name)), has_ledger_alone_(has_ledger_alone) {}

    void step(); // one of the steps below

private:
    using Step = void (Load::*)();
    struct Row {
        unsigned chance;
        Step step;
    };
    static const std::vector<Row>& steps();

    void sell();
    void renew();
    void change();
    void repeat();
    void lease_next();
    void lease_due();
    void flush() { clerk_.flush(); }
    void keep();
    void requeue();
    void close();
    void look();
    void wait();

    void deliver(const std::optional<Entry>& entry);
    test::Fact any() { return facts_[dice_.below(facts_.size())]; }

    Clerk& clerk_;
    Dice& dice_;
    const std::string name_;
    const bool has_ledger_alone_;
    unsigned count_ = 0;
    std::vector<std::string> purchases_;
    std::vector<test::Fact> facts_;
    std::vector<std::string> refused_, kept_; // keys
};

} // namespace segpay::fault
