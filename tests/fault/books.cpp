// Comparing a ledger with the books.
#include "books.hpp"

#include <memory>
#include <set>
#include <utility>

#include <sqlite3.h>

namespace segpay::fault {

using test::bit;

namespace {

constexpr std::uint32_t kPending = bit(EntryState::pending);
constexpr std::uint32_t kSettled = bit(EntryState::settled);

void compare_event(const Entry& entry, const test::Fact& fact) {
    if (!entry.event) complain(entry.key, "has lost its event: " + entry.message);
    const Event& event = fact.event;
    if (entry.event->kind != event.kind || entry.event->purchase_id != event.purchase_id ||
        entry.event->transaction_id != event.transaction_id ||
        entry.event->amount != event.amount || entry.event->member_id != event.member_id)
        complain(entry.key, "has another event than the one that was claimed");
}

void compare(const Entry& entry, Fate& fate) {
    if (!(fate.states & bit(entry.state)))
        complain(entry.key, "is " + std::string(state_name(entry.state)) + ", but should be " +
                                states_text(fate.states));
    if (fate.fact) compare_event(entry, *fate.fact);
    if (entry.state == EntryState::pending && entry.attempts < fate.attempts)
        complain(entry.key, "has forgotten a handing out");
    fate.attempts = entry.attempts;
    fate.states = bit(entry.state);
    fate.may_be_missing = fate.is_riding = false;
}

// Compares the purchase's row, and the lookup of an event by its transaction.
void compare_purchase(Ledger& ledger, const std::string& key, const test::Fact& fact) {
    const auto purchase = ledger.purchase(fact.event.purchase_id);
    if (!purchase) complain(key, "has a purchase without a row");
    if (purchase->member_id != fact.event.member_id)
        complain(key, "has a purchase of member \"" + purchase->member_id + "\"");
    if (fact.identity.has_epoch) return;
    const auto event = ledger.transaction(fact.event.transaction_id);
    if (!event || event->transaction_id != fact.event.transaction_id)
        complain(key, "has a transaction that is not found");
}

} // namespace

void complain(std::string_view key, std::string_view what) {
    throw Broken(std::string(key) + " " + std::string(what));
}

std::string states_text(std::uint32_t states) {
    std::string text;
    for (std::uint32_t state = 1; state < 32; ++state)
        if (states & (1u << state))
            text += (text.empty() ? "" : " or ") +
                    std::string(state_name(static_cast<EntryState>(state)));
    return text;
}

Fate& Books::enter(const std::string& key, const std::optional<test::Fact>& fact) {
    const auto [place, is_new] = fates_.try_emplace(key);
    Fate& fate = place->second;
    if (is_new) {
        fate.fact = fact;
        fate.number = ++entered_;
    }
    return fate;
}

Fate* Books::find(const std::string& key) {
    const auto found = fates_.find(key);
    return found == fates_.end() ? nullptr : &found->second;
}

void Books::committed() {
    for (auto& [key, fate] : fates_)
        if (std::exchange(fate.is_riding, false)) fate.states = kSettled;
}

void Books::lost_sight() {
    for (auto& [key, fate] : fates_)
        if (std::exchange(fate.is_riding, false)) fate.states = kSettled | kPending;
}

void audit(Ledger& ledger, Books& books) {
    std::set<std::string> found;
    ledger.entries({}, [&](const Entry& entry) {
        if (!found.insert(entry.key).second) complain(entry.key, "is there twice");
        Fate* const fate = books.find(entry.key);
        if (!fate) complain(entry.key, "is stored, but was never claimed");
        compare(entry, *fate);
        return true;
    });
    for (auto place = books.all().begin(); place != books.all().end();) {
        const auto& [key, fate] = *place;
        if (!found.contains(key)) {
            if (!fate.may_be_missing) complain(key, "is lost");
            place = books.all().erase(place);
            continue;
        }
        if (fate.fact) compare_purchase(ledger, key, *fate.fact);
        ++place;
    }
}

namespace {

// The answer of a connection of its own, a line for each row; or its error.
std::string answer(const std::string& path, const char* sql) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open(path.c_str(), &opened);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection(opened, &sqlite3_close);
    if (code != SQLITE_OK) return "the file cannot be opened";
    std::string said;
    const auto keep = [](void* self, int, char** values, char**) {
        static_cast<std::string*>(self)->append(values[0] ? values[0] : "?").append("\n");
        return 0;
    };
    if (sqlite3_exec(opened, sql, keep, &said, nullptr) != SQLITE_OK)
        said += sqlite3_errmsg(opened);
    return said;
}

} // namespace

void check_integrity(const std::string& path) {
    if (const std::string said = answer(path, "PRAGMA integrity_check"); said != "ok\n")
        throw Broken("integrity_check: " + said);
}

void check_unlocked(const std::string& path) {
    if (const std::string said = answer(path, "BEGIN IMMEDIATE"); !said.empty())
        throw Broken("another process cannot write: " + said);
}

} // namespace segpay::fault
