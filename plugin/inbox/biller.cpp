// Links; the way in, step by step; and recovery. What an operator decides is in decisions.cpp.
#include "inbox/biller.hpp"

#include "ledger/failpoint.hpp"
#include "postbacks/unnamed.hpp"
#include "values/word.hpp"
#include "wire/redaction.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

constexpr unsigned kRetryAfterSeconds = 60;
constexpr TimeMs kPatienceMs = 10'000; // nobody may wait any more for an answer that takes longer
constexpr std::uint32_t kMaxPurchasesForLink = 100; // of one member, the most recent
constexpr std::size_t kMaxShownId = 40;
constexpr std::size_t kMaxIdleReadings = 64; // as many as hosts have threads, or about so many
constexpr TimeMs kLongestPauseMs = TimeMs{60} * 60 * 1000;

// What each disposition is answered with. Success only for what is applied, is proven to have been
// applied, or has no meaning that could be applied; for all else the failure word and a status that
// makes Segpay come again (Processing API 2.0, "Postback specs").
struct DispositionRow {
    Disposition disposition;
    std::string_view name;
    unsigned http_status;
    bool is_success;
    unsigned retry_after_s;
};
constexpr std::array kDispositions = {
    DispositionRow{Disposition::delivered, "delivered", 200, true, 0},
    DispositionRow{Disposition::duplicate, "duplicate", 200, true, 0},
    DispositionRow{Disposition::quarantined, "quarantined", 422, false, 0},
    DispositionRow{Disposition::conflict, "conflict", 409, false, 0},
    DispositionRow{Disposition::refused, "refused", 400, false, 0},
    DispositionRow{Disposition::dead_letter, "dead_letter", 422, false, 0},
    DispositionRow{Disposition::unknown, "unknown", 200, true, 0},
    DispositionRow{Disposition::answered, "answered", 200, true, 0},
    DispositionRow{Disposition::deferred, "deferred", 503, false, kRetryAfterSeconds},
    DispositionRow{Disposition::unavailable, "unavailable", 503, false, kRetryAfterSeconds},
};

const DispositionRow& row_of(Disposition disposition) {
    return *std::find_if(kDispositions.begin(), kDispositions.end(),
                         [&](const auto& row) { return row.disposition == disposition; });
}

std::string counted(std::uint32_t attempts) {
    return std::to_string(attempts) + (attempts == 1 ? " attempt" : " attempts");
}

TimeMs pause_after(std::uint32_t attempts, const LedgerConfig& config) {
    const TimeMs first = TimeMs{config.retry_seconds} * 1000;
    const std::uint32_t doublings = std::min(attempts > 0 ? attempts - 1 : 0, 20u);
    return std::min(first << doublings, kLongestPauseMs);
}

// Those since an operator's last decision.
std::uint32_t attempts_that_count(const Entry& entry) {
    return entry.attempts - entry.attempts_forgiven;
}

} // namespace

std::string_view disposition_name(Disposition disposition) { return row_of(disposition).name; }

Biller::Biller(Config config, Host host, std::unique_ptr<Ledger> ledger)
    : config_(std::move(config)), host_(host), ledger_(std::move(ledger)), names_(config_) {
    ledger_->retell_with(
        [this](const Entry& entry, Lookup& inside) { return retold(entry, inside); });
    if (config_.postbacks.authenticity.is_none)
        host_.log(LogLevel::warning,
                  "postbacks.authenticity is \"none\": anyone who knows the address can post");
}

void Biller::announce() const {
    host_.log(LogLevel::info, "account " +
                                  (config_.merchant_id.empty() ? "" : config_.merchant_id + " ") +
                                  (config_.mode == Mode::live ? "in live mode" : "in test mode") +
                                  ", " + std::to_string(config_.options.size()) + " join options");
}

std::optional<Error> Biller::link(const LinkRequest& request, MadeLink& made) {
    LinkRequest complete = request;
    const WantedPurchases wanted = purchases_wanted(request);
    made.purchases.clear();
    if (!wanted.purchase_id.empty()) {
        if (std::optional<Purchase> purchase = ledger_->purchase(wanted.purchase_id))
            made.purchases.push_back(std::move(*purchase));
    } else if (!wanted.member_id.empty()) {
        made.purchases = ledger_->purchases_of(wanted.member_id, kMaxPurchasesForLink);
    }
    const TimeMs now = host_.now();
    if (auto error = choose_card(config_, made.purchases, now, complete)) return error;
    if (auto error = build_link(config_, complete, now, made.link)) return error;
    if (!made.link.warning.empty() && !told_of_mended_link_.exchange(true))
        host_.log(LogLevel::warning, "link: " + made.link.warning + "; this is said once");
    return {};
}

// ---- The way in ---------------------------------------------------------------------------------

void Biller::Reading::clear() {
    form.clear();
    said.clear();
    postback.clear();
    memory = {};
    translation.clear();
}

Biller::Borrowed::Borrowed(Biller& biller) : biller_(biller) {
    const std::lock_guard lock(biller_.mutex_);
    if (!biller_.idle_.empty()) {
        reading_ = std::move(biller_.idle_.back());
        biller_.idle_.pop_back();
    }
    if (!reading_) reading_ = std::make_unique<Reading>();
}

Biller::Borrowed::~Borrowed() {
    reading_->clear(); // nobody's password stays
    const std::lock_guard lock(biller_.mutex_);
    if (biller_.idle_.size() < kMaxIdleReadings) biller_.idle_.push_back(std::move(reading_));
}

Reply Biller::handle(const HttpRequest& request) {
    Borrowed borrowed(*this);
    Reading& reading = *borrowed;
    if (auto refused = read(request, reading)) return std::move(*refused);
    try {
        for (;;) {
            understand(reading, *ledger_);
            if (is_to_be_claimed(reading)) break;
            if (auto reply = answer(reading)) return *std::move(reply);
        }
        const Event event = event_of(reading.translation.event);
        const TimeMs now = host_.now();
        std::optional<Claim> again = claim_kept(reading, event);
        const Claim claim =
            again ? *std::move(again) : ledger_->claim(event, reading.translation.identity, now);
        const Reply reply = deliver_claimed(reading, event, claim);
        if (ends_outstanding(claim, reply, now)) {
            const Answered answered{event.purchase_id, claim.key};
            note_answers({&answered, 1});
        }
        return reply;
    } catch (const LedgerError& failure) {
        return unavailable(failure);
    }
}

// None: it can be read, and comes from Segpay.
std::optional<Reply> Biller::read(const HttpRequest& request, Reading& reading) {
    if (auto unreadable = decode_request(request, reading.form)) return refusal(*unreadable);
    if (auto stranger = authenticate(request, config_.postbacks.authenticity, reading.form))
        return refusal(*stranger);
    if (reading.form.fields().empty()) return refusal({400, "the request has no parameters"});

    read_postback(reading.form, names_, reading.postback);
    tell_once_of_garbled_template(reading.postback);
    return std::nullopt;
}

Reply Biller::unavailable(const LedgerError& failure) const {
    host_.log(LogLevel::error, failure.what());
    return reply(Disposition::unavailable, {}, failure.what());
}

void Biller::understand(Reading& reading, Lookup& ledger) const {
    const TimeMs now = host_.now();
    recall(reading, ledger, Trust::verify, now, {});
    translate(reading.postback, config_, reading.memory, now, Trust::verify, reading.translation);
}

// What it is about, and whose that is. `found_before`: the purchase that was found for it when it
// came.
void Biller::recall(Reading& reading, Lookup& ledger, Trust trust, TimeMs now,
                    std::string_view found_before) const {
    auto& postback = reading.postback;
    auto& memory = reading.memory;
    std::string_view& purchase = postback[Fact::purchase_id];
    if (memory.is_found) purchase = {}; // as it came
    memory = {};
    if (!purchase.empty()) {
        memory.purchase = ledger.purchase(purchase);
    } else if (!found_before.empty()) {
        memory.purchase = ledger.purchase(found_before);
    } else {
        Found found = find_unnamed(postback, config_, trust, now, ledger);
        memory.purchase = std::move(found.purchase);
        memory.why_not_found = std::move(found.why_not);
    }
    memory.is_found = purchase.empty() && memory.purchase;
    if (memory.is_found) purchase = memory.purchase->id;

    const std::string_view related = postback[Fact::related_transaction_id];
    const bool is_declined = is_word(postback[Fact::approved], "no");
    const std::string_view sale = is_declined ? postback[Fact::transaction_id] : related;
    if (!sale.empty()) memory.sale = ledger.transaction(sale);
}

// A fact that was believed once is not doubted when it comes again, after a seal has grown old or a
// price was changed: it is a duplicate, or it contradicts itself.
bool Biller::is_to_be_claimed(const Reading& reading) {
    const Translation& translation = reading.translation;
    return translation.outcome == Translation::Outcome::event ||
           (translation.outcome == Translation::Outcome::quarantine &&
            is_known(translation.identity));
}

std::optional<Reply> Biller::answer(const Reading& reading) {
    const Translation& translation = reading.translation;
    if (translation.outcome == Translation::Outcome::probe) return answer_probe(translation.event);
    const EntryState state = translation.outcome == Translation::Outcome::unknown
                                 ? EntryState::unknown
                                 : EntryState::quarantined;
    return keep(state, reading, translation.reason);
}

bool Biller::is_known(const Identity& identity) {
    return !identity.stem.empty() && !identity.has_epoch &&
           ledger_->entry(identity.stem).has_value();
}

Reply Biller::answer_probe(const EventDraft& draft) const {
    const Event event = event_of(draft);
    Reply answer = reply(Disposition::answered, {}, {});
    const NameAnswer name = event.username.empty() ? NameAnswer::cannot_tell : host_.probe(event);
    if (name == NameAnswer::free) return answer;
    answer.body = config_.postbacks.failure_word;
    if (name == NameAnswer::cannot_tell) {
        answer.http_status = 503;
        answer.message = event.username.empty() ? "the probe has no user name"
                                                : "the host cannot tell whether the name is free";
    }
    return answer;
}

Reply Biller::deliver_claimed(const Reading& reading, const Event& event, const Claim& claim) {
    switch (claim.outcome) {
        case Claim::Outcome::leased:
            return deliver_leased(*claim.entry);
        case Claim::Outcome::queued:
            return deliver_in_turn(event.purchase_id, claim.key);
        case Claim::Outcome::in_flight:
            return reply(Disposition::deferred, claim.key, std::string(kInFlight));
        case Claim::Outcome::duplicate:
            return reply(Disposition::duplicate, claim.key, {});
        case Claim::Outcome::dead_letter:
            return reply(Disposition::dead_letter, claim.key,
                         "the host refused it; it waits for the operator");
        case Claim::Outcome::conflict:
            break;
    }
    return keep(EntryState::conflict, reading, claim.message).value();
}

// Before they leave: who dies later must not take the next event of the kind for a repeat. What
// cannot be noted stays outstanding, and is answered all the same.
void Biller::note_answers(std::span<const Answered> all) {
    if (all.empty()) return;
    try {
        ledger_->answered(all);
    } catch (const LedgerError& failure) {
        host_.log(LogLevel::error, failure.what());
    }
}

bool Biller::ends_outstanding(const Claim& claim, const Reply& reply, TimeMs since) const {
    return claim.is_outstanding && row_of(reply.disposition).is_success &&
           host_.now() - since <= kPatienceMs;
}

Reply Biller::deliver_leased(const Entry& entry) {
    std::string why;
    const Delivery delivery = deliver(entry, why);
    return follow_up(delivery, entry, why);
}

Reply Biller::follow_up(Delivery delivery, const Entry& entry, const std::string& why) {
    if (delivery == Delivery::applied || delivery == Delivery::refused) {
        Report others;
        deliver_purchase(entry.event->purchase_id, others);
    }
    return reply_for(delivery, entry, why);
}

// An earlier event of the purchase comes first: it is delivered now if it can be.
Reply Biller::deliver_in_turn(const std::string& purchase_id, const std::string& key) {
    Report report;
    deliver_purchase(purchase_id, report);
    const std::optional<Entry> entry = ledger_->entry(key);
    if (entry && entry->state == EntryState::settled) return reply(Disposition::delivered, key, {});
    if (entry && entry->state == EntryState::dead_letter)
        return reply(Disposition::dead_letter, key, entry->message);
    return reply(Disposition::deferred, key, "an earlier event of the purchase is not settled yet");
}

Biller::Delivery Biller::deliver(const Entry& entry, std::string& why) {
    InHand::Hold hold(in_hand_, entry);
    if (!hold.is_ours()) {
        why = kInFlight;
        return Delivery::lost;
    }
    std::optional<HostAnswer> answer = given_up(entry);
    SEGPAY_FAILPOINT("deliver.begin");
    if (!answer) answer = host_.deliver(entry);
    SEGPAY_FAILPOINT("deliver.end");
    return conclude(hold, std::move(*answer), why);
}

// More attempts than are allowed were begun and never ended: the host may die of this event each
// time it is told, and must not for ever.
std::optional<HostAnswer> Biller::given_up(const Entry& entry) const {
    const std::uint32_t attempts = attempts_that_count(entry);
    if (attempts <= config_.ledger.max_attempts) return std::nullopt;
    return HostAnswer{HostAnswer::Verdict::refuse, "given up after " + counted(attempts - 1) +
                                                       "; the last ended without an answer"};
}

Biller::Delivery Biller::conclude(InHand::Hold& told, HostAnswer answer, std::string& why) {
    const Entry& entry = told.entry();
    const std::optional<Entry> again = told.put_down();
    const std::uint32_t attempts = attempts_that_count(entry);
    why = std::move(answer.why);

    Delivery delivery = Delivery::applied;
    Settlement settlement;
    settlement.message = why;
    if (answer.verdict == HostAnswer::Verdict::refuse) {
        delivery = Delivery::refused;
        settlement.verdict = Settlement::Verdict::refused;
    } else if (answer.verdict == HostAnswer::Verdict::retry) {
        const bool was_last = attempts >= config_.ledger.max_attempts;
        delivery = was_last ? Delivery::refused : Delivery::retry;
        settlement.verdict = was_last ? Settlement::Verdict::refused : Settlement::Verdict::retry;
        settlement.next_attempt_at_ms = host_.now() + pause_after(attempts, config_.ledger);
        if (was_last)
            settlement.message = why = "given up after " + counted(attempts) + "; the last: " + why;
    }
    try {
        if (!settle(again ? *again : entry, settlement, delivery)) delivery = Delivery::lost;
    } catch (const LedgerError& failure) { // applied or not, it will be delivered again
        why = failure.what();
        delivery = Delivery::lost;
    }

    log_delivery(delivery, entry, settlement, why);
    return delivery;
}

// A retry is a warning, which needs nobody; a dead letter waits for somebody.
std::string Biller::line_about(const Event& event, std::string_view key, std::string_view what) {
    std::string line = std::string(kind_name(event.kind)) + " " + std::string(key);
    if (!event.purchase_id.empty())
        line += " purchase " + std::string(shortened(event.purchase_id, kMaxShownId));
    if (!event.option.empty()) line += " option " + event.option;
    return line + ": " + std::string(what);
}

void Biller::log_delivery(Delivery delivery, const Entry& entry, const Settlement& settlement,
                          const std::string& why) const {
    LogLevel level = LogLevel::info;
    std::string what = "applied";
    if (delivery == Delivery::refused) {
        level = LogLevel::error;
        what = "dead letter: " + why;
    } else if (delivery == Delivery::retry) {
        level = LogLevel::warning;
        const TimeMs pause = std::max(settlement.next_attempt_at_ms - host_.now(), TimeMs{0});
        what = "deferred, attempt " + std::to_string(attempts_that_count(entry)) + " of " +
               std::to_string(config_.ledger.max_attempts) + ", next in " +
               std::to_string((pause + 999) / 1000) + " s: " + why;
    } else if (delivery == Delivery::lost) {
        level = LogLevel::warning;
        what = reply_for(delivery, entry, why).message;
    }
    host_.log(level, line_about(*entry.event, entry.key, what));
}

// For a host that would recognise the key, the mark needs no sync of its own.
bool Biller::settle(const Entry& entry, const Settlement& settlement, Delivery& delivery) {
    const TimeMs now = host_.now();
    if (delivery == Delivery::applied && host_.honours_keys() &&
        ledger_->settle_later(entry, now)) {
        delivery = Delivery::applied_alone;
        return true;
    }
    return ledger_->settle(entry, settlement, now);
}

void Biller::deliver_purchase(const std::string& purchase_id, Report& report) {
    std::string why;
    while (std::optional<Entry> entry = ledger_->take_next(purchase_id, host_.now())) {
        const Delivery delivery = deliver(*entry, why);
        count(delivery, report);
        if (delivery == Delivery::retry || delivery == Delivery::lost) return;
    }
}

void Biller::count(Delivery delivery, Report& report) {
    switch (delivery) {
        case Delivery::applied:
        case Delivery::applied_alone:
            ++report.delivered;
            break;
        case Delivery::refused:
            ++report.dead_letters;
            break;
        case Delivery::retry:
        case Delivery::lost:
            ++report.deferred;
            break;
    }
}

// ---- Replies ------------------------------------------------------------------------------------

Reply Biller::reply(Disposition disposition, std::string key, std::string message) const {
    const DispositionRow& row = row_of(disposition);
    return {disposition,
            row.http_status,
            row.is_success ? config_.postbacks.success_word : config_.postbacks.failure_word,
            row.retry_after_s,
            for_people(std::move(message)),
            std::move(key)};
}

Reply Biller::reply_for(Delivery delivery, const Entry& entry, const std::string& why) const {
    switch (delivery) {
        case Delivery::applied:
        case Delivery::applied_alone:
            return reply(Disposition::delivered, entry.key, {});
        case Delivery::refused:
            return reply(Disposition::dead_letter, entry.key, why);
        case Delivery::retry:
            return reply(Disposition::deferred, entry.key, why);
        case Delivery::lost:
            break;
    }
    return reply(Disposition::deferred, entry.key,
                 why.empty() ? "the lease ended before the host answered" : why);
}

Reply Biller::refusal(const Refusal& refusal) const {
    Reply refused = reply(Disposition::refused, {}, refusal.message);
    refused.http_status = refusal.http_status;
    refused.headers = refusal.headers;
    host_.log(refusal.is_challenge ? LogLevel::info : LogLevel::warning,
              "refused: " + refusal.message);
    return refused;
}

void Biller::tell_once_of_garbled_template(const Postback& postback) {
    const bool is_garbled = std::find(postback.warnings.begin(), postback.warnings.end(),
                                      kGarbledTemplate) != postback.warnings.end();
    if (!is_garbled || told_of_garbled_template_.exchange(true)) return;
    if (!is_first_notice(kGarbledTemplate)) return;
    host_.log(LogLevel::warning,
              "a postback template in the Merchant Portal is garbled: it reads \"\xC2\xA4"
              "cycode=\" where it should read \"&currencycode=\", or \"&amp;\" where it should "
              "read \"&\"; the plugin mends what comes, but mend the template (nats-segpay portal "
              "prints it)");
}

// Once a ledger, whatever processes share it. Where it cannot be written, rather twice than never.
bool Biller::is_first_notice(std::string_view what) {
    try {
        return ledger_->is_first_notice(what, host_.now());
    } catch (const LedgerError&) {
        return true;
    }
}

// ---- Recovery -----------------------------------------------------------------------------------

// What a callback of this process is still busy with, though its lease is over, is not taken from
// others by taking it again: it is left to another process, or to that callback.
std::optional<Entry> Biller::take_due() {
    const TimeMs now = host_.now();
    if (!in_hand_.outlasts_a_lease(now)) return ledger_->take_due(now);
    EntryQuery query;
    query.states = 1u << static_cast<unsigned>(EntryState::pending);
    std::optional<Entry> taken;
    ledger_->entries(query, [&](const Entry& entry) {
        const bool is_due = entry.next_attempt_at_ms != 0 && entry.next_attempt_at_ms <= now;
        if (is_due && entry.event && !in_hand_.has(entry.sequence))
            taken = ledger_->take_next(entry.event->purchase_id, now);
        return !taken;
    });
    return taken;
}

Report Biller::recover(std::uint32_t limit) {
    SEGPAY_FAILPOINT("recover.begin");
    ledger_->flush();
    SEGPAY_FAILPOINT("recover.flushed");
    Report report;
    std::string why;
    for (std::uint32_t round = 0; round < limit; ++round) {
        const std::optional<Entry> entry = take_due();
        if (!entry) break;
        SEGPAY_FAILPOINT("recover.taken");
        count(deliver(*entry, why), report);
        SEGPAY_FAILPOINT("recover.delivered");
    }
    tidy();
    return report;
}

// One slice, so that whoever recovers every few seconds is not kept.
void Biller::tidy() {
    std::optional<TimeMs> forget_before;
    if (const std::uint32_t days = config_.ledger.keep_days; days != 0)
        forget_before = host_.now() - TimeMs{days} * kDayMs;
    ledger_->tidy(forget_before);
}

} // namespace segpay
