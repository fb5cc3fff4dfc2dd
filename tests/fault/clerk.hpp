// Clerk: calls the ledger as the plugin does, checks each answer against the books, and enters it
// there. An operation that fails with an error is entered as unsure.
//
// A clerk belongs to one thread; clerks of one ledger have purchases of their own.
#pragma once

#include "allocations.hpp"
#include "books.hpp"

#include <functional>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace segpay::fault {

class Clerk {
public:
    // With a strict ledger only a power cut goes wrong: marks that ride on an acknowledged commit
    // are durable.
    Clerk(Books& books, bool is_strict) : books_(books), is_strict_(is_strict) {}

    Ledger* ledger = nullptr; // null: the steps do nothing
    TimeMs now = test::kNow;
    unsigned failures = 0;       // errors answered by the ledger
    bool memory_may_end = false; // std::bad_alloc is an error like any other
    std::string last_failure;
    std::function<void()> after_failure;          // may be empty
    std::function<bool()> may_others_have_failed; // the clerks of other threads; may be empty

    // Each is one call of the ledger, or none. Returned entries are leased.
    std::optional<Entry> claim(const test::Fact& fact);
    std::optional<Entry> lease_next(std::string_view purchase);
    std::optional<Entry> lease_due();
    void settle(const Entry& entry, const Settlement& settlement);
    void settle_later(const Entry& entry); // or at once, where the ledger requires it
    void give_back(const Entry& entry);
    void flush();
    void keep(const std::string& key);
    void requeue(const std::string& key);
    void dismiss(const std::string& key);
    void contradict(const test::Fact& fact); // claims with the key of another
    void look(const test::Fact& fact);       // reads what the books have of it
    void count();                            // counts the waiting events

    // Every pending event can be leased after its lease, and settled; then none waits. No call may
    // fail.
    void deliver_all();
    // A settled event is not leased again when it is claimed again.
    void claim_again();

    // Whether the call succeeded; an error that the ledger may report is counted.
    template <class Work>
    bool try_to(const Work& work);

private:
    // The answer of one call; none: it failed.
    template <class Work>
    auto asked(const Work& work) -> std::optional<std::invoke_result_t<Work>>;
    void failed(const char* why);
    void committed();
    std::optional<Entry> leased(std::optional<Entry> entry);
    void check_order(const std::string& key, const Fate& fate);
    void answer(const Entry& entry);
    void settled(const Entry& entry, EntryState state);

    Books& books_;
    const bool is_strict_;
};

template <class Work>
bool Clerk::try_to(const Work& work) {
    try {
        const AllocationsMayFail armed(true);
        work();
        return true;
    } catch (const LedgerError& error) {
        const AllocationsMayFail calm(false);
        failed(error.what());
    } catch (const std::bad_alloc&) {
        const AllocationsMayFail calm(false);
        if (!memory_may_end) throw;
        failed("out of memory");
    }
    return false;
}

template <class Work>
auto Clerk::asked(const Work& work) -> std::optional<std::invoke_result_t<Work>> {
    std::optional<std::invoke_result_t<Work>> answer;
    if (!ledger || !try_to([&] { answer.emplace(work()); })) answer.reset();
    return answer;
}

} // namespace segpay::fault
