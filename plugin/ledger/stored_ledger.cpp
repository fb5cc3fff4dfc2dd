// What is leased, and what is asked.
#include "ledger/stored_ledger.hpp"

#include "ledger/failpoint.hpp"

#include <algorithm>

namespace segpay {

namespace {

constexpr std::uint64_t kFirstSlice = 64; // of a listing
constexpr std::uint64_t kLargestSlice = 1'024;

} // namespace

StoredLedger::StoredLedger(const LedgerSettings& settings)
    : lease_ms_(settings.lease_ms), repeat_window_ms_(settings.repeat_window_ms) {
    if (!settings.password_key.is_empty()) box_.emplace(settings.password_key);
}

std::optional<std::string> StoredLedger::boxed(const Secret& password) const {
    if (!box_ || password.is_empty()) return std::nullopt;
    return box_->close(password.reveal());
}

// ---- Leases -------------------------------------------------------------------------------------

std::optional<Entry> StoredLedger::lease_next(std::string_view purchase_id, TimeMs now) {
    if (purchase_id.empty()) return std::nullopt; // those are in no order, and none is next
    return take(std::string(purchase_id), now);
}

std::optional<Entry> StoredLedger::lease_due(TimeMs now) { return take(std::nullopt, now); }

std::optional<Entry> StoredLedger::take(const std::optional<std::string>& purchase_id, TimeMs now) {
    const char* operation = "leasing an event";
    flush();
    SEGPAY_FAILPOINT("take.begin");
    // Mostly there is nothing, and a reader does not wait; what counts is the second query.
    if (!reading_result(operation, [&](Reading& reading) { return reading.due(purchase_id, now); }))
        return std::nullopt;
    std::optional<Entry> entry = in_transaction(operation, [&]() -> std::optional<Entry> {
        std::optional<Entry> leased;
        while (const std::optional<Place> place = reading().due(purchase_id, now))
            if ((leased = lease_and_read(*place, true, now))) break;
        SEGPAY_FAILPOINT("take.before_commit");
        return leased;
    });
    SEGPAY_FAILPOINT("take.after_commit");
    return entry;
}

// None: its event is damaged, and it is a dead letter now. It would be due for ever, and in the way
// of all that comes after it.
std::optional<Entry> StoredLedger::lease_and_read(const Place& place, bool is_due, TimeMs now) {
    lease(place.sequence, place.purchase_id, is_due, now);
    std::optional<Entry> entry = reading().entry_at(place.sequence, box());
    if (entry && entry->event) return entry;
    if (entry) {
        note_damage(*entry);
        const Mark mark = Mark::of_damaged(*entry, place.purchase_id, now);
        const Mark* const marks[] = {&mark};
        (void)write_last_marks(marks);
    } else { // a hand has deleted it: nothing is left to deliver
        const bool has_purchase = !place.purchase_id.empty();
        if (has_purchase) touch_purchases({place.purchase_id});
        drop_from_queue(place);
        if (has_purchase) promote_next(place.purchase_id, now);
    }
    return std::nullopt;
}

bool StoredLedger::give_back(const Entry& entry, TimeMs now) {
    const Mark mark(entry, now);
    return in_transaction("giving an event back", [&] {
        SEGPAY_FAILPOINT("give_back.begin");
        const bool has_purchase = !mark.purchase_id.empty();
        if (has_purchase) touch_purchases({mark.purchase_id});
        if (!end_lease(mark)) return false;
        if (has_purchase) promote_next(mark.purchase_id, now);
        return true;
    });
}

// ---- Listings and look-ups: they write nothing, and wait for no writer
// ----------------------------

Waiting StoredLedger::waiting() {
    return reading_result("counting what waits",
                          [](Reading& reading) { return reading.waiting(); });
}

std::optional<Purchase> StoredLedger::purchase(std::string_view id) {
    return reading_result("reading a purchase",
                          [&](Reading& reading) { return reading.purchase(id); });
}

std::vector<Purchase> StoredLedger::purchases_of(std::string_view member_id, std::uint32_t limit) {
    return reading_result("reading the purchases of a member",
                          [&](Reading& reading) { return reading.purchases_of(member_id, limit); });
}

std::optional<Event> StoredLedger::transaction(std::string_view id) {
    return reading_result("reading a transaction",
                          [&](Reading& reading) { return reading.transaction(id); });
}

std::vector<Purchase> StoredLedger::purchases_named(std::string_view username,
                                                    std::uint32_t limit) {
    return reading_result("reading the purchases with a user name", [&](Reading& reading) {
        return reading.purchases_named(username, limit);
    });
}

std::optional<Entry> StoredLedger::entry(std::string_view key) {
    return reading_result("reading an entry",
                          [&](Reading& reading) { return reading.entry(key, box()); });
}

bool StoredLedger::has_key(std::string_view key) {
    return reading_result("looking for a key",
                          [&](Reading& reading) { return reading.has_key(key); });
}

// Slice by slice, so that `each` may take its time. Slices grow, because each one of what is
// unsettled reads all of that.
void StoredLedger::entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) {
    std::uint64_t left = query.limit ? query.limit : UINT64_MAX;
    std::uint64_t largest = kFirstSlice;
    std::optional<std::uint64_t> bound;
    if (query.after != 0) bound = query.after;
    while (left > 0) {
        const std::uint64_t size = std::min(left, largest);
        const std::vector<Entry> found = reading_result(
            "listing entries", [&](Reading& reading) { return reading.slice(query, bound, size); });
        for (const Entry& entry : found)
            if (!each(entry)) return;
        if (found.size() < size) return;
        bound = found.back().sequence;
        left -= size;
        largest = std::min(largest * 2, kLargestSlice);
    }
}

} // namespace segpay
