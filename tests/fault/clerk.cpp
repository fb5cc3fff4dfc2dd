// Enters each answer of the ledger in the books.
#include "clerk.hpp"

#include "ledger/outstanding.hpp"

#include <array>

namespace segpay::fault {

using test::bit;

namespace {

constexpr std::uint32_t kPending = bit(EntryState::pending);
constexpr std::uint32_t kSettled = bit(EntryState::settled);
constexpr std::uint32_t kDeadLetter = bit(EntryState::dead_letter);
constexpr std::uint32_t kOver = kSettled | bit(EntryState::dismissed) | bit(EntryState::released);

// The states in which an entry may be for each answer, in the order of Claim::Outcome. These facts
// never contradict each other.
constexpr std::array kMeanings = {kPending, kPending, kPending, kOver, kDeadLetter, 0u};

// The state that follows from each Settlement::Verdict, in its order.
constexpr std::array kVerdicts = {EntryState::settled, EntryState::pending,
                                  EntryState::dead_letter};

constexpr TimeMs kLong = TimeMs{24} * 3600 * 1000; // longer than any lease or pause

} // namespace

void Clerk::failed(const char* why) {
    ++failures;
    last_failure = why;
    books_.lost_sight();
    if (after_failure) after_failure();
}

void Clerk::committed() {
    if (is_strict_)
        books_.committed();
    else
        books_.lost_sight();
}

std::optional<Entry> Clerk::claim(const test::Fact& fact) {
    if (!ledger) return std::nullopt;
    Purchase known_purchase;
    if (fact.identity.has_epoch) {
        const auto known = asked([&] { return ledger->purchase(fact.event.purchase_id); });
        if (!known) return std::nullopt;
        if (*known) known_purchase = **known;
    }
    const std::string key = recognised(known_purchase, {fact.event, fact.identity}, now,
                                       LedgerSettings().repeat_window_ms);
    const bool is_new = books_.find(key) == nullptr;
    Fate& fate = books_.enter(key, fact);
    if (fate.may_be_missing) fate.states |= kPending;
    const auto claim = asked([&] { return ledger->claim(fact.event, fact.identity, now); });
    if (!claim) {
        if (fate.may_be_missing) fate.has_place = false;
        return std::nullopt;
    }
    committed();
    if (claim->key != key) complain(key, "was claimed as " + claim->key);
    const std::uint32_t meaning = kMeanings[static_cast<std::size_t>(claim->outcome)];
    const bool is_first =
        claim->outcome == Claim::Outcome::leased || claim->outcome == Claim::Outcome::queued;
    if (!(meaning & fate.states) || (is_new && !is_first))
        complain(key, "is answered as " + std::string(test::outcome_name(claim->outcome)) +
                          ", but should be " + states_text(fate.states));
    fate.states &= meaning;
    fate.may_be_missing = false;
    if (!claim->entry) return std::nullopt;
    if (!claim->entry->event) complain(key, "was leased without its event");
    return leased(claim->entry);
}

void Clerk::contradict(const test::Fact& fact) {
    const Fate* const fate = books_.find(fact.identity.key_prefix);
    if (!fate || fate->may_be_missing) return;
    const auto claim = asked([&] { return ledger->claim(fact.event, fact.identity, now); });
    if (claim && claim->outcome != Claim::Outcome::conflict)
        complain(fact.identity.key_prefix, "may contradict itself");
}

std::optional<Entry> Clerk::leased(std::optional<Entry> entry) {
    if (!entry) return entry;
    Fate* const fate = books_.find(entry->key);
    if (!fate) complain(entry->key, "was leased, but was never claimed");
    if (!(fate->states & kPending))
        complain(entry->key, "was leased, but is " + states_text(fate->states));
    if (entry->attempts <= fate->attempts)
        complain(entry->key, "was leased under a number that was given before");
    check_order(entry->key, *fate);
    fate->states = kPending;
    fate->may_be_missing = fate->is_riding = false;
    fate->attempts = entry->attempts;
    return entry;
}

// Earlier events of the purchase are leased first.
void Clerk::check_order(const std::string& key, const Fate& fate) {
    for (const auto& [other, earlier] : books_.all())
        if (earlier.fact && earlier.fact->event.purchase_id == fate.fact->event.purchase_id &&
            earlier.number < fate.number && earlier.has_place && fate.has_place &&
            earlier.states == kPending && !earlier.may_be_missing && !earlier.was_requeued)
            complain(key, "was leased before " + other);
}

std::optional<Entry> Clerk::lease_next(std::string_view purchase) {
    auto entry = asked([&] { return ledger->lease_next(purchase, now); });
    if (!entry) return std::nullopt;
    if (*entry) committed();
    return leased(std::move(*entry));
}

std::optional<Entry> Clerk::lease_due() {
    auto entry = asked([&] { return ledger->lease_due(now); });
    if (!entry) return std::nullopt;
    if (*entry) committed();
    return leased(std::move(*entry));
}

void Clerk::settle(const Entry& entry, const Settlement& settlement) {
    const EntryState state = kVerdicts[static_cast<std::size_t>(settlement.verdict)];
    const std::uint32_t before = books_.find(entry.key)->states;
    books_.find(entry.key)->states |= bit(state);
    const auto is_ours = asked([&] { return ledger->settle(entry, settlement, now); });
    if (!is_ours) return;
    committed();
    if (*is_ours) {
        settled(entry, state);
        // A mark that fails leaves it outstanding, which the next claim sees.
        if (state == EntryState::settled) answer(entry);
    } else if (failures == 0)
        complain(entry.key, "was lost without another lease");
    else
        books_.find(entry.key)->states = before;
}

void Clerk::answer(const Entry& entry) {
    if (try_to([&] { test::answer(*ledger, entry.event->purchase_id, entry.key); })) committed();
}

void Clerk::settled(const Entry& entry, EntryState state) {
    books_.find(entry.key)->states = bit(state);
}

void Clerk::settle_later(const Entry& entry) {
    const auto is_left = asked([&] { return ledger->settle_later(entry, now); });
    if (!is_left) complain(entry.key, "could not be left for later: " + last_failure);
    if (!*is_left) return settle(entry, {});
    Fate& fate = *books_.find(entry.key);
    fate.states = kSettled | kPending;
    fate.is_riding = true;
}

void Clerk::give_back(const Entry& entry) {
    Fate& fate = *books_.find(entry.key);
    if (fate.attempts > 0) --fate.attempts; // or it fails, and the attempt stays counted
    const auto is_ours = asked([&] { return ledger->give_back(entry, now); });
    if (!is_ours) return;
    committed();
    if (!*is_ours && failures == 0) complain(entry.key, "was lost without another lease");
}

void Clerk::flush() {
    if (!ledger || !try_to([&] { ledger->flush(); })) return;
    // A mark that was lost with another clerk's commit is not flushed.
    if (may_others_have_failed && may_others_have_failed()) return books_.lost_sight();
    committed();
}

void Clerk::keep(const std::string& key) {
    const bool was_known = books_.find(key) != nullptr;
    Fate& fate = books_.enter(key, std::nullopt);
    if (fate.may_be_missing) fate.states |= bit(EntryState::quarantined);
    const auto is_new = asked([&] { return ledger->keep(test::kept(key), now) == Kept::anew; });
    if (!is_new) return;
    committed();
    if (*is_new != !was_known && !(was_known && fate.may_be_missing))
        complain(key, *is_new ? "was kept a second time" : "was not kept, though it is new");
    fate.may_be_missing = false;
}

void Clerk::requeue(const std::string& key) {
    if (!books_.find(key)) return;
    Fate& fate = *books_.find(key);
    const std::uint32_t before = fate.states;
    if (before & kDeadLetter) fate.states |= kPending;
    fate.was_requeued = true;
    const auto is_requeued = asked([&] { return ledger->requeue(key, "clerk", now); });
    if (!is_requeued) return;
    committed();
    if (*is_requeued ? !(before & kDeadLetter) : before == kDeadLetter)
        complain(key, "was wrongly requeued or not");
    fate.states = *is_requeued ? kPending : before & ~kDeadLetter;
}

void Clerk::dismiss(const std::string& key) {
    const EntryState to = EntryState::dismissed;
    if (!books_.find(key)) return;
    Fate& fate = *books_.find(key);
    const std::uint32_t open = fate.fact ? kDeadLetter : bit(EntryState::quarantined);
    const std::uint32_t before = fate.states;
    if (before & open) fate.states |= bit(to);
    const auto is_closed = asked(
        [&] { return ledger->dismiss(key, "clerk", now).outcome == Decision::Outcome::done; });
    if (!is_closed) return;
    committed();
    if (*is_closed ? !(before & open) : (before == open && !fate.may_be_missing))
        complain(key, "was wrongly closed or not");
    if (*is_closed) fate.may_be_missing = false;
    fate.states = *is_closed ? bit(to) : before;
}

void Clerk::look(const test::Fact& fact) {
    const auto purchase = asked([&] { return ledger->purchase(fact.event.purchase_id); });
    const auto event = asked([&] { return ledger->transaction(fact.event.transaction_id); });
    const std::string& key = fact.identity.key_prefix;
    const Fate* const fate = books_.find(key);
    if (!fate || fate->may_be_missing) return;
    if (purchase && (!*purchase || (*purchase)->member_id != fact.event.member_id))
        complain(key, "has a purchase that is read wrongly");
    if (event && !*event) complain(key, "has a transaction that is not found");
    const auto entry = asked([&] { return ledger->entry(key); });
    if (entry && !*entry) complain(key, "is not found");
    if (entry && !(bit((*entry)->state) & fate->states)) complain(key, "is read in a wrong state");
    std::size_t listed = 0, known = 0;
    EntryQuery query;
    query.purchase_id = fact.event.purchase_id;
    const bool is_listed =
        ledger && try_to([&] { ledger->entries(query, [&](const Entry&) { return ++listed; }); });
    for (const auto& [other, each] : books_.all())
        known +=
            each.fact && !each.may_be_missing && each.fact->event.purchase_id == query.purchase_id;
    if (is_listed && listed < known) complain(key, "has a purchase of which entries are missing");
}

void Clerk::count() {
    const auto waiting = asked([&] { return ledger->waiting(); });
    if (!waiting) return;
    std::uint64_t certain = 0;
    for (const auto& [key, fate] : books_.all())
        certain += fate.states == kPending && !fate.may_be_missing;
    if (waiting->pending < certain) throw Broken("fewer wait than were claimed and not settled");
}

void Clerk::deliver_all() {
    const unsigned failures_before = failures;
    now += kLong;
    while (const std::optional<Entry> entry = lease_due())
        settle(*entry, {});
    if (failures != failures_before)
        throw Broken("delivering what is left failed: " + last_failure);
    for (const auto& [key, fate] : books_.all())
        if (fate.states == kPending) complain(key, "was not leased again");
    const auto waiting = asked([&] { return ledger->waiting(); });
    if (!waiting || waiting->pending != 0) throw Broken("an event waits that is not leased");
}

void Clerk::claim_again() {
    const unsigned failures_before = failures;
    for (auto& [key, fate] : books_.all()) {
        if (!fate.fact || fate.fact->identity.has_epoch || fate.states == kPending) continue;
        const test::Fact fact = *fate.fact;
        if (claim(fact)) complain(key, "was leased again");
    }
    if (failures != failures_before) throw Broken("claiming again failed: " + last_failure);
}

} // namespace segpay::fault
