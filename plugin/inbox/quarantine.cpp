// Keeps a request once, and recognises its repeats.
#include "inbox/quarantine.hpp"

#include "events/kept_key.hpp"
#include "inbox/lines.hpp"
#include "ledger/claims.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/purchase_changes.hpp"
#include "wire/redaction.hpp"

namespace segpay {

namespace {

// Whether an operator has released or dismissed it: Segpay need not repeat it. A kept entry that is
// gone was purged after its decision.
bool is_decided(const std::optional<Entry>& kept) {
    return !kept || kept->state == EntryState::released || kept->state == EntryState::dismissed;
}

} // namespace

std::optional<Reply> Quarantine::keep(EntryState state, const Reading& reading,
                                      const std::string& reason) {
    const Translation& translation = reading.translation;
    const Parameters parameters = kept_parameters(reading.form, account_.names());
    KeptRequest kept;
    kept.state = state;
    kept.key = key_to_keep(reading, parameters, translation.is_held);
    kept.request = encode_form(parameters);
    const Event event = event_of(translation.event);
    kept.password = event.password;
    if (event.kind != EventKind::unknown) kept.event = event;
    kept.message = for_people(reason);
    kept.is_held = translation.is_held;
    SEGPAY_FAILPOINT("keep.begin");
    const Kept became = ledger_.keep(kept, host_.now());
    SEGPAY_FAILPOINT("keep.end");
    if (became == Kept::for_freed) return std::nullopt;

    const Postbacks& words = account_.config().postbacks;
    const Disposition disposition = state == EntryState::unknown    ? Disposition::unknown
                                    : state == EntryState::conflict ? Disposition::conflict
                                                                    : Disposition::quarantined;
    if (became == Kept::anew)
        host_.log(LogLevel::warning,
                  line_about(event, kept.key,
                             std::string(disposition_name(disposition)) + ": " + kept.message));
    else if (is_decided(ledger_.entry(kept.key)))
        return reply_with(Disposition::duplicate, words, kept.key, {});
    return reply_with(disposition, words, kept.key, kept.message);
}

// A postback with neither a purchase id nor an id of its own reads like a later one about the same
// customer: the two are the same only within Segpay's time for repeats.
std::string Quarantine::key_to_keep(const Reading& reading, const Parameters& parameters,
                                    bool is_held) const {
    const Postback& postback = reading.postback;
    const std::string key = kept_key(parameters, is_held);
    const bool names_none = reading.loaded.is_found || postback[Fact::purchase_id].empty();
    const bool has_own_id = !postback[Fact::transaction_id].empty() ||
                            !postback[Fact::approved].empty() ||
                            !postback[Fact::reactivation_time].empty();
    const TimeMs window = account_.config().postbacks.repeats_ms();
    if (!names_none || has_own_id || window == 0) return key;
    const TimeMs now = host_.now();
    const auto in_window = [&](TimeMs number) { return key + "@" + std::to_string(number); };
    const std::string before = in_window(now / window - 1);
    const std::optional<Entry> entry = ledger_.entry(before);
    return entry && now - entry->received_at_ms <= window ? before : in_window(now / window);
}

// The request was kept because its purchase was unknown or ambiguous, or because of a configuration
// that was corrected since; now its repeat is believed.
std::optional<Claim> Quarantine::claim_kept(const Reading& reading, const Event& event) {
    const Loaded& loaded = reading.loaded;
    if (!loaded.is_found && !(loaded.purchase && has_kept(*loaded.purchase))) return std::nullopt;
    const std::string key =
        key_to_keep(reading, kept_parameters(reading.form, account_.names()), false);
    const std::optional<Entry> kept = ledger_.entry(key);
    if (!kept || kept->state != EntryState::quarantined) return std::nullopt;
    Decision decision =
        ledger_.release(key, {event, reading.translation.identity}, kByRepeat, host_.now());
    const bool is_claimed = decision.outcome == Decision::Outcome::done ||
                            decision.outcome == Decision::Outcome::conflict;
    return is_claimed ? std::optional(std::move(decision.claim)) : std::nullopt;
}

} // namespace segpay
