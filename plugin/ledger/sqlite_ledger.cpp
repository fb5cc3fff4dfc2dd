// The ledger in an SQLite file. Knows SQL; what an event teaches is decided in memory.cpp, how the
// file looks in sqlite_schema.cpp, how it is written in sqlite_writer.cpp, listings are in
// sqlite_listing.cpp.
//
// The queue of a purchase: its pending entries in order of sequence. At most one of them has a
// next_attempt_at, and only that one can be handed out: the first, or, after a dead letter was
// revived in front of it, the one that is being delivered. While it is handed out, its
// next_attempt_at is the end of its lease. When it leaves the queue, the next one is called up;
// when it is to be tried again, what was revived in front of it comes first.
//
// The lease: (sequence, attempts). `attempts` grows at each handing out, so whoever settles with an
// older number has lost the entry to somebody else.
#include "events/record.hpp"
#include "ledger/claims.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/followers.hpp"
#include "ledger/ledger.hpp"
#include "ledger/memory.hpp"
#include "ledger/sqlite_errands.hpp"
#include "ledger/sqlite_handle.hpp"
#include "ledger/sqlite_listing.hpp"
#include "ledger/sqlite_readers.hpp"
#include "ledger/sqlite_rows.hpp"
#include "ledger/sqlite_schema.hpp"
#include "ledger/sqlite_statements.hpp"
#include "ledger/sqlite_upkeep.hpp"
#include "ledger/sqlite_writer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include <fcntl.h>
#include <unistd.h>

namespace segpay {

namespace {

constexpr int kReadTimeoutMs = 5'000;

// What an entry becomes by the host's verdict, in the order of Settlement::Verdict.
constexpr std::array kVerdictStates = {EntryState::settled, EntryState::pending,
                                       EntryState::dead_letter};

constexpr std::int64_t number(EntryState state) { return static_cast<std::int64_t>(state); }

class SqliteLedger final : public Ledger {
public:
    explicit SqliteLedger(const LedgerSettings& settings)
        : name_("ledger " + settings.path),
          lease_ms_(settings.lease_ms),
          writer_(settings.path, settings.path == kInMemory),
          db_(writer_.connection()) {
        prepare_ledger_file(db_, settings.path);
        if (settings.path != kInMemory) readers_.emplace(settings.path, kReadTimeoutMs);
        if (!settings.password_key.is_empty()) box_.emplace(settings.password_key);
        writer_.do_errands_with(
            [this](Unpacker& asked, Packer& answer) { do_errand(asked, answer); });
    }
    ~SqliteLedger() override {
        try {
            flush();
        } catch (...) { // for want of memory, too; then it will be delivered again
        }
    }

    Claim claim(const Event& event, const Identity& identity, TimeMs now) override;
    std::vector<Claim> claim_all(std::span<const Arrival> arrivals, TimeMs now) override;
    bool settle(const Entry& entry, const Settlement& settlement, TimeMs now) override;
    bool settle_later(const Entry& entry, TimeMs now) override;
    void flush() override;
    bool give_back(const Entry& entry, TimeMs now) override;
    std::optional<Entry> take_next(std::string_view purchase_id, TimeMs now) override;
    std::optional<Entry> take_due(TimeMs now) override;
    Waiting waiting() override;
    std::optional<Purchase> purchase(std::string_view id) override;
    std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) override;
    std::optional<Event> transaction(std::string_view id) override;
    bool keep(const KeptRequest& request, TimeMs now) override;
    void entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) override;
    std::optional<Entry> entry(std::string_view key) override;
    bool revive(std::string_view key, std::string_view by, TimeMs now) override;
    bool close(std::string_view key, EntryState to, std::string_view by, TimeMs now) override;
    bool tidy(std::optional<TimeMs> forget_before) override;

private:
    // Everything durable goes through here: see SqliteWriter.
    template <class Work>
    std::invoke_result_t<Work> transact(const char* operation, const Work& work) {
        return guarded(operation, [&] { return writer_.transact(work); });
    }
    // What reads only, with the connection that it is given: no transaction, nothing to wait for.
    template <class Work>
    auto read(const char* operation, const Work& work);
    // With a failure of the storage told as the ledger's.
    template <class Work>
    auto guarded(const char* operation, const Work& work);
    void end_leases(TimeMs now);

    // Inside a transaction:
    PreparedClaim prepare(const Arrival& arrival, TimeMs now) const;
    Claim add_or_meet(const PreparedClaim& prepared);
    Claim meet_again(const PreparedClaim& prepared, Claim claim);
    void do_errand(Unpacker& asked, Packer& answer);
    std::optional<Entry> hand_out(const QueuePlace& place, TimeMs now);
    void bury(Entry entry, const QueuePlace& place, TimeMs now);
    bool write_mark(const Mark& mark);
    bool has_queue(const std::string& purchase_id);
    void call_up_next(const std::string& purchase_id, TimeMs now);
    void hold_purchase(const KeptRequest& request);
    bool insert(NewEntry& entry);

    template <class... Values>
    std::optional<Entry> take(TimeMs now, std::string_view find_sql, const Values&... values);
    std::optional<Blob> boxed(const Secret& password) const;
    const SecretBox* box() const { return box_ ? &*box_ : nullptr; }

    std::string name_; // for errors
    std::uint32_t lease_ms_;
    std::optional<SecretBox> box_;
    SqliteWriter writer_;
    SqliteConnection& db_;                 // the writer's, of the transaction that runs
    std::optional<SqliteReaders> readers_; // none: the ledger is in memory, and the writer reads

    // Of whoever runs a transaction:
    std::uint64_t numbered_in_ = 0;  // the last transaction that inserted entries
    std::int64_t last_sequence_ = 0; // of them

    // When leases that were not given back have to be looked for, because one may have ended: then,
    // or when the clock was set back.
    std::mutex leases_mutex_;
    TimeMs looked_for_leases_at_ = INT64_MAX; // guarded by leases_mutex_
    TimeMs next_lease_end_ = 0;               // guarded by leases_mutex_

    Followers followers_;
};

// The first column of the first row.
template <class... Values>
std::optional<std::int64_t> find(SqliteConnection& connection, std::string_view sql,
                                 const Values&... values) {
    SqliteQuery row = connection.query(sql, values...);
    if (!row.next()) return std::nullopt;
    return row.integer(0);
}

// The first place in a queue that is found.
template <class... Values>
std::optional<QueuePlace> find_place(SqliteConnection& connection, std::string_view sql,
                                     const Values&... values) {
    SqliteQuery row = connection.query(sql, values...);
    if (!row.next()) return std::nullopt;
    return QueuePlace{std::string(row.text(0)), row.integer(1)};
}

std::optional<Purchase> find_purchase(SqliteConnection& connection, std::string_view id) {
    SqliteQuery row = connection.query(kFindPurchase, id);
    if (!row.next()) return std::nullopt;
    return read_purchase(row);
}

std::optional<Entry> find_entry(SqliteConnection& connection, std::string_view key,
                                const SecretBox* box) {
    SqliteQuery row = connection.query(kReadByKey, key);
    if (!row.next()) return std::nullopt;
    return read_entry(row, box);
}

template <class Work>
auto SqliteLedger::guarded(const char* operation, const Work& work) {
    const auto failed = [&](const std::exception& cause) {
        return LedgerError(name_ + ": " + operation + ": " + cause.what());
    };
    try {
        return work();
    } catch (const SqliteError& error) {
        throw failed(error);
    } catch (const GroupCommit::TooManyWait& error) {
        throw failed(error);
    }
}

template <class Work>
auto SqliteLedger::read(const char* operation, const Work& work) {
    if (!readers_) return transact(operation, [&] { return work(db_); });
    return guarded(operation, [&] { return readers_->read(work); });
}

PreparedClaim SqliteLedger::prepare(const Arrival& arrival, TimeMs now) const {
    return {arrival.event,           arrival.identity,         now,
            now + TimeMs{lease_ms_}, to_record(arrival.event), boxed(arrival.event.password)};
}

Claim SqliteLedger::claim(const Event& event, const Identity& identity, TimeMs now) {
    SEGPAY_FAILPOINT("claim.begin");
    const PreparedClaim prepared = prepare({event, identity}, now);
    std::optional<Claim> claim;
    ClaimErrand errand(prepared, claim);
    const auto work = [&] {
        claim = add_or_meet(prepared);
        SEGPAY_FAILPOINT("claim.before_commit");
    };
    guarded("claiming an event", [&] { writer_.transact(work, errand); });
    SEGPAY_FAILPOINT("claim.after_commit");
    return completed(*std::move(claim), event, followers_);
}

std::vector<Claim> SqliteLedger::claim_all(std::span<const Arrival> arrivals, TimeMs now) {
    SEGPAY_FAILPOINT("claim_all.begin");
    std::vector<PreparedClaim> prepared;
    prepared.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals)
        prepared.push_back(prepare(arrival, now));
    std::vector<Claim> claims = transact("claiming events", [&] {
        std::vector<Claim> made;
        made.reserve(prepared.size());
        for (const PreparedClaim& each : prepared)
            made.push_back(add_or_meet(each));
        SEGPAY_FAILPOINT("claim_all.before_commit");
        return made;
    });
    SEGPAY_FAILPOINT("claim_all.after_commit");
    for (std::size_t i = 0; i < claims.size(); ++i)
        claims[i] = completed(std::move(claims[i]), arrivals[i].event, followers_);
    return claims;
}

Claim SqliteLedger::add_or_meet(const PreparedClaim& prepared) {
    const auto& [event, identity, now, lease_end, record, password, is_errand] = prepared;
    const std::optional<Purchase> known = find_purchase(db_, event.purchase_id);
    Purchase memory = known.value_or(Purchase());
    memory.id = event.purchase_id;
    memory.state = advanced(memory.state, identity);

    Claim claim;
    claim.key = key_of(identity, memory.state);
    const bool is_first = !known || !has_queue(event.purchase_id); // who queues is known
    NewEntry entry;
    entry.key = claim.key;
    entry.event = &event;
    entry.record = record;
    entry.password = &password;
    entry.now = now;
    if (is_first) entry.lease_until_ms = lease_end;
    if (!insert(entry)) return meet_again(prepared, std::move(claim));

    SEGPAY_FAILPOINT("claim.entry_written");
    claim.outcome = is_first ? Claim::Outcome::leased : Claim::Outcome::queued;
    if (is_first) claim.entry = new_entry(claim.key, entry.sequence, now, lease_end);
    memory = learned(std::move(memory), event);
    if (memory.id.empty() || memory == known) return claim;
    if (known)
        write_purchase(db_, memory);
    else
        add_purchase(db_, memory);
    return claim;
}

// What another process asks for.
void SqliteLedger::do_errand(Unpacker& asked, Packer& answer) {
    switch (static_cast<ErrandKind>(asked.number())) {
        case ErrandKind::claim:
            return pack(answer, add_or_meet(AskedClaim(asked).prepared()));
        case ErrandKind::mark:
            (void)write_mark(unpack_mark(asked));
            return;
    }
    throw std::runtime_error("an errand of a kind that is not known");
}

// With the next number. False: the key is taken.
bool SqliteLedger::insert(NewEntry& entry) {
    if (numbered_in_ != writer_.transaction()) last_sequence_ = next_sequence(db_) - 1;
    numbered_in_ = writer_.transaction();
    entry.sequence = last_sequence_ + 1;
    const bool is_new = insert_entry(db_, entry);
    if (is_new) last_sequence_ = entry.sequence;
    return is_new;
}

// The key was there before.
Claim SqliteLedger::meet_again(const PreparedClaim& prepared, Claim claim) {
    const TimeMs now = prepared.now;
    struct {
        QueuePlace place;
        EntryState state;
        Essence essence;
        bool is_first;
        TimeMs lease_until;
    } stored{};
    {
        SqliteQuery row = db_.query(kFindByKey, claim.key);
        row.next();
        stored.place = {std::string(row.text(2)), row.integer(0)};
        stored.state = static_cast<EntryState>(row.integer(1));
        stored.essence.purchase_id = row.text(2);
        if (const auto currency = Currency::from_code(row.text(4)))
            stored.essence.amount = Money{row.integer(3), *currency};
        stored.is_first = !row.is_null(5);
        stored.lease_until = row.integer(6);
    }
    if (auto message = contradiction(prepared.event, stored.essence)) {
        claim.outcome = Claim::Outcome::conflict;
        claim.message = std::move(*message);
    } else if (stored.state == EntryState::dead_letter) {
        claim.outcome = Claim::Outcome::dead_letter;
    } else if (stored.state != EntryState::pending) {
        claim.outcome = Claim::Outcome::duplicate;
    } else if (stored.lease_until > now) {
        claim.outcome = Claim::Outcome::in_flight;
    } else if (!stored.is_first) {
        claim.outcome = Claim::Outcome::queued;
    } else if (!prepared.is_errand) { // who asks for it hands it out to himself
        claim.entry = hand_out(stored.place, now);
        if (!claim.entry) claim.outcome = Claim::Outcome::dead_letter;
    }
    return claim;
}

// None: its event is damaged, and it is a dead letter now. It would be due for ever, and in the way
// of all that comes after it.
std::optional<Entry> SqliteLedger::hand_out(const QueuePlace& place, TimeMs now) {
    db_.change(kHandOut, place.purchase_id, place.sequence, now + TimeMs{lease_ms_});
    Entry entry;
    {
        SqliteQuery row = db_.query(kReadBySequence, place.sequence);
        row.next();
        entry = read_entry(row, box());
    }
    if (entry.event) return entry;
    bury(std::move(entry), place, now);
    return std::nullopt;
}

void SqliteLedger::bury(Entry entry, const QueuePlace& place, TimeMs now) {
    tell_damage(entry);
    db_.change(kBury, place.purchase_id, place.sequence, entry.attempts, entry.message, now);
    db_.change(kTakeOut, place.purchase_id, place.sequence, entry.attempts);
    call_up_next(place.purchase_id, now);
}

// Whether anything of the purchase is pending; asked first, because mostly nothing is.
bool SqliteLedger::has_queue(const std::string& purchase_id) {
    if (purchase_id.empty()) return false;
    return db_.query(kFindQueued, purchase_id).next();
}

// After an entry left its queue: the first of those that are left can be handed out.
void SqliteLedger::call_up_next(const std::string& purchase_id, TimeMs now) {
    if (!purchase_id.empty()) db_.change(kCallUp, purchase_id, now);
}

// Inside a transaction: what was said of a handing out. False: the lease was lost.
bool SqliteLedger::write_mark(const Mark& mark) {
    const auto& [purchase, sequence] = mark.place;
    bool is_ours = false;
    if (mark.state == EntryState::pending) {
        is_ours = db_.change(kPutOff, purchase, sequence, mark.attempts, mark.next_attempt_at) == 1;
        if (is_ours) db_.change(kTellWhy, sequence, mark.message);
        if (is_ours && !purchase.empty()) db_.change(kGiveWay, purchase, sequence);
    } else {
        if (mark.state == EntryState::dead_letter)
            db_.change(kBury, purchase, sequence, mark.attempts, mark.message, mark.now);
        is_ours = db_.change(kTakeOut, purchase, sequence, mark.attempts) == 1;
        const bool is_worth_telling = mark.attempts != 1 || mark.received_at + 1'000 < mark.now;
        if (is_ours && mark.state == EntryState::settled && is_worth_telling)
            db_.change(kTellHowItWent, sequence, mark.attempts, mark.now);
    }
    if (is_ours && has_queue(purchase)) call_up_next(purchase, mark.now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return is_ours;
}

bool SqliteLedger::settle(const Entry& entry, const Settlement& settlement, TimeMs now) {
    using Verdict = Settlement::Verdict;
    SEGPAY_FAILPOINT("settle.begin");
    Mark mark(entry, now);
    mark.state = kVerdictStates[static_cast<std::size_t>(settlement.verdict)];
    if (settlement.verdict != Verdict::applied) mark.message = settlement.message;
    if (settlement.verdict == Verdict::retry)
        mark.next_attempt_at = std::max(settlement.next_attempt_at_ms, now);
    const bool is_ours = transact("settling an event", [&] { return write_mark(mark); });
    SEGPAY_FAILPOINT("settle.after_commit");
    (void)followers_.forget(mark.place.purchase_id); // whoever settles looks himself
    return is_ours;
}

bool SqliteLedger::settle_later(const Entry& entry, TimeMs now) {
    SEGPAY_FAILPOINT("later.begin");
    if (followers_.forget(entry.event->purchase_id)) return false;
    try {
        const Mark mark(entry, now);
        writer_.later([this, mark] { (void)write_mark(mark); }, std::make_unique<MarkErrand>(mark));
    } catch (const std::exception&) { // for want of memory, too; then it will be delivered again
    }
    SEGPAY_FAILPOINT("later.end");
    return true;
}

void SqliteLedger::flush() {
    guarded("settling events", [&] { writer_.flush(); });
}

bool SqliteLedger::give_back(const Entry& entry, TimeMs now) {
    return transact("giving an event back", [&] {
        SEGPAY_FAILPOINT("give_back.begin");
        return db_.change(kGiveBack, entry.event.value().purchase_id, entry.sequence,
                          entry.attempts, now) == 1;
    });
}

std::optional<Entry> SqliteLedger::take_next(std::string_view purchase_id, TimeMs now) {
    if (purchase_id.empty()) return std::nullopt; // those are in no order, and nobody's next
    return take(now, kFindNext, purchase_id, now);
}

std::optional<Entry> SqliteLedger::take_due(TimeMs now) {
    end_leases(now);
    return take(now, kFindDue, now);
}

// A lease is given for each event, and nearly always given back: so it stands in no index, and
// those that were not given back are looked for when one may have ended.
void SqliteLedger::end_leases(TimeMs now) {
    const std::lock_guard lock(leases_mutex_);
    if (looked_for_leases_at_ <= now && now < next_lease_end_) return;
    const char* operation = "looking for leases that have ended";
    const std::optional<TimeMs> first = read(
        operation, [](SqliteConnection& connection) { return find(connection, kFirstLeaseEnd); });
    if (first && *first <= now)
        transact(operation, [&] { return db_.change(kEndLeases, now); });
    else
        next_lease_end_ = std::min(first.value_or(INT64_MAX), now + TimeMs{lease_ms_});
    looked_for_leases_at_ = now;
}

template <class... Values>
std::optional<Entry> SqliteLedger::take(TimeMs now, std::string_view find_sql,
                                        const Values&... values) {
    flush();
    // Looks before it locks out other writers; what counts is the second look.
    const char* operation = "handing out an event";
    SEGPAY_FAILPOINT("take.begin");
    const bool is_there = read(operation, [&](SqliteConnection& connection) {
        return connection.query(find_sql, values...).next();
    });
    if (!is_there) return std::nullopt;
    std::optional<Entry> entry = transact(operation, [&]() -> std::optional<Entry> {
        std::optional<Entry> taken;
        while (const auto place = find_place(db_, find_sql, values...))
            if ((taken = hand_out(*place, now))) break;
        SEGPAY_FAILPOINT("take.before_commit");
        return taken;
    });
    SEGPAY_FAILPOINT("take.after_commit");
    return entry;
}

Waiting SqliteLedger::waiting() {
    flush();
    return read("counting what waits", [](SqliteConnection& connection) {
        Waiting waiting;
        waiting.pending = static_cast<std::uint64_t>(connection.integer(kCountPending));
        waiting.next_attempt_at_ms = connection.integer(kFirstDue);
        return waiting;
    });
}

std::optional<Purchase> SqliteLedger::purchase(std::string_view id) {
    return read("reading a purchase",
                [&](SqliteConnection& connection) { return find_purchase(connection, id); });
}

std::vector<Purchase> SqliteLedger::purchases_of(std::string_view member_id, std::uint32_t limit) {
    return read("reading the purchases of a member", [&](SqliteConnection& connection) {
        std::vector<Purchase> found;
        const std::int64_t size = limit ? std::int64_t{limit} : -1;
        SqliteQuery rows = connection.query(kPurchasesOf, member_id, size);
        while (rows.next())
            found.push_back(read_purchase(rows));
        return found;
    });
}

std::optional<Event> SqliteLedger::transaction(std::string_view id) {
    const std::string stem = transaction_stem(id);
    const std::string end = stem + "~";
    return read("reading a transaction", [&](SqliteConnection& connection) -> std::optional<Event> {
        SqliteQuery row = connection.query(kReadByStem, stem, end);
        while (row.next()) {
            Entry entry = read_entry(row, nullptr);
            if (entry.event && entry.event->approved == true) return std::move(entry.event);
        }
        return std::nullopt;
    });
}

bool SqliteLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<Blob> password = boxed(request.password);
    const std::string record = request.event ? to_record(*request.event) : std::string();
    return transact("keeping a request", [&] {
        NewEntry entry;
        entry.key = request.key;
        entry.state = request.state;
        entry.event = request.event ? &*request.event : nullptr;
        entry.record = record;
        entry.request = request.request;
        entry.message = request.message;
        entry.password = &password;
        entry.now = now;
        const bool is_new = insert(entry);
        SEGPAY_FAILPOINT("keep.entry_written");
        if (is_new && request.event) hold_purchase(request);
        return is_new;
    });
}

void SqliteLedger::hold_purchase(const KeptRequest& request) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    Purchase memory = find_purchase(db_, id).value_or(Purchase());
    if (!holds(memory, request)) return;
    memory.id = id;
    memory.held_by = request.key;
    write_purchase(db_, memory);
}

void SqliteLedger::entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) {
    flush();
    SqliteListing listing(query);
    while (!listing.is_over()) {
        const std::vector<Entry> found = read("listing entries", [&](SqliteConnection& connection) {
            return listing.next(connection);
        });
        for (const Entry& entry : found)
            if (!each(entry)) return;
    }
}

bool SqliteLedger::tidy(std::optional<TimeMs> forget_before) {
    const char* operation = "tidying up";
    const auto is_due = [&](SqliteConnection& connection) {
        return is_upkeep_due(connection, forget_before);
    };
    if (!read(operation, is_due)) return false;
    transact(operation, [&] {
        index_some(db_);
        if (forget_before) forget_some(db_, *forget_before);
        return true;
    });
    return true;
}

std::optional<Entry> SqliteLedger::entry(std::string_view key) {
    flush();
    return read("reading an entry",
                [&](SqliteConnection& connection) { return find_entry(connection, key, box()); });
}

bool SqliteLedger::revive(std::string_view key, std::string_view by, TimeMs now) {
    return transact("reviving a dead letter", [&] {
        const std::optional<Entry> entry = find_entry(db_, key, box());
        if (!entry || !entry->event) return false;
        const std::optional<std::int64_t> sequence = find(db_, kRevive, key, by, now);
        if (!sequence) return false;
        const std::string& purchase = entry->event->purchase_id;
        std::optional<TimeMs> due; // none: when its turn comes
        if (purchase.empty()) due = now;
        db_.change(kPutBack, *sequence, due);
        db_.change(kForgetPassword, *sequence);
        if (!purchase.empty()) db_.change(kStepBack, purchase, now);
        call_up_next(purchase, now);
        SEGPAY_FAILPOINT("revive.before_commit");
        return true;
    });
}

bool SqliteLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    return transact("closing an entry",
                    [&] { return db_.change(kClose, key, number(to), by, now) == 1; });
}

std::optional<Blob> SqliteLedger::boxed(const Secret& password) const {
    if (!box_ || password.is_empty()) return std::nullopt;
    return Blob{box_->close(password.reveal())};
}

// SQLite's own words are the same whatever is wrong with the folder.
std::string folder_complaint(const std::string& path) {
    std::string folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return "";
    return "; folder " + folder + ": " + std::strerror(errno) +
           ", but it must be writable, because three more files are kept beside the ledger";
}

} // namespace

std::unique_ptr<Ledger> open_sqlite_ledger(const LedgerSettings& settings) {
    if (settings.path.empty()) // SQLite would make a database that ends with the connection
        throw LedgerError("ledger: no path; name a file, or \":memory:\"");
    try {
        return std::make_unique<SqliteLedger>(settings);
    } catch (const SqliteError& error) {
        throw LedgerError("ledger " + settings.path + ": opening: " + error.what() +
                          folder_complaint(settings.path));
    }
}

} // namespace segpay
