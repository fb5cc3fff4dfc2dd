// Decode, authenticate, load, translate: each is implemented in another module.
#include "inbox/reader.hpp"

#include "postbacks/completion.hpp"
#include "postbacks/unnamed.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

std::optional<Reply> Reader::read(const HttpRequest& request, Reading& reading) {
    auto unreadable = decode_request(request, reading.form);
    if (unreadable && !unreadable->is_readable_in_part) return refusal(*unreadable);
    if (auto stranger =
            authenticate(request, account_.config().postbacks.authenticity, reading.form))
        return refusal(*stranger);
    if (unreadable)
        reading.why_partial = std::move(unreadable->message);
    else if (reading.form.fields().empty())
        return refusal({400, "the request has no parameters"});

    read_postback(reading.form, account_.names(), reading.postback);
    warn_once_of_garbled_template(reading.postback);
    return std::nullopt;
}

Reply Reader::refusal(const Refusal& refusal) const {
    Reply refused =
        reply_with(Disposition::refused, account_.config().postbacks, {}, refusal.message);
    refused.http_status = refusal.http_status;
    refused.headers = refusal.headers;
    host_.log(refusal.is_challenge ? LogLevel::info : LogLevel::warning,
              "refused: " + refusal.message);
    return refused;
}

void Reader::warn_once_of_garbled_template(const Postback& postback) {
    const bool is_garbled = std::find(postback.warnings.begin(), postback.warnings.end(),
                                      kGarbledTemplate) != postback.warnings.end();
    if (!is_garbled || warned_of_garbled_template_.exchange(true)) return;
    if (!is_first_notice(kGarbledTemplate)) return;
    host_.log(LogLevel::warning,
              "a postback template in the Merchant Portal is garbled: it reads \"\xC2\xA4"
              "cycode=\" where it should read \"&currencycode=\", or \"&amp;\" where it should "
              "read \"&\"; the plugin repairs the postbacks, but correct the template (nats-segpay "
              "portal prints it)");
}

// Once per ledger, for all processes that share it. If the ledger fails: rather twice than never.
bool Reader::is_first_notice(std::string_view what) {
    try {
        return ledger_.is_first_notice(what, host_.now());
    } catch (const LedgerError&) {
        return true;
    }
}

void Reader::understand(Reading& reading, Lookup& ledger) const {
    const TimeMs now = host_.now();
    if (!reading.why_partial.empty()) {
        reading.translation.outcome = Translation::Outcome::quarantine;
        reading.translation.reason = "it cannot be read as a whole: " + reading.why_partial;
        return;
    }
    load(reading, ledger, Trust::verify, now, {});
    translate(reading.postback, account_.config(), reading.loaded, now, Trust::verify,
              reading.translation);
}

// Loads the purchase and the sale that the postback refers to. `found_before`: id of the purchase
// that was found for it when it arrived.
void Reader::load(Reading& reading, Lookup& ledger, Trust trust, TimeMs now,
                  std::string_view found_before) const {
    auto& postback = reading.postback;
    auto& loaded = reading.loaded;
    std::string_view& purchase = postback[Fact::purchase_id];
    if (loaded.is_found) purchase = {}; // as received
    loaded = {};
    if (!purchase.empty()) {
        loaded.purchase = ledger.purchase(purchase);
    } else if (!found_before.empty()) {
        loaded.purchase = ledger.purchase(found_before);
    } else {
        Found found = find_unnamed(postback, account_.config(), trust, now, ledger);
        loaded.purchase = std::move(found.purchase);
        loaded.why_not_found = std::move(found.why_not);
    }
    loaded.is_found = purchase.empty() && loaded.purchase;
    if (loaded.is_found) purchase = loaded.purchase->id;

    const std::string_view related = postback[Fact::related_transaction_id];
    const bool is_declined = is_word(postback[Fact::approved], "no");
    const std::string_view sale = is_declined ? postback[Fact::transaction_id] : related;
    if (!sale.empty()) loaded.sale = ledger.transaction(sale);
}

// A fact that was believed once is not quarantined when it is repeated after its seal has expired
// or a price was changed: it is a duplicate or a conflict.
bool Reader::is_to_be_claimed(const Reading& reading) const {
    const Translation& translation = reading.translation;
    return translation.outcome == Translation::Outcome::event ||
           (translation.outcome == Translation::Outcome::quarantine &&
            is_known(translation.identity));
}

bool Reader::is_known(const Identity& identity) const {
    return !identity.key_prefix.empty() && !identity.has_epoch &&
           ledger_.has_key(identity.key_prefix);
}

// None: the event can be claimed.
std::optional<Error> Reader::read_kept(const Entry& entry, std::string_view says, Lookup& ledger,
                                       Trust trust, Reading& reading) const {
    (void)reading.form.read(entry.request, kNoLimits);
    read_postback(reading.form, account_.names(), reading.postback);
    if (const auto read = reading.said.read(says); !read) return Error{read.error()};
    if (auto why = complete(reading.form, reading.postback, reading.said, account_.names()))
        return why;
    Translation& translation = reading.translation;
    const TimeMs came = entry.received_at_ms;
    load(reading, ledger, trust, came, entry.event ? entry.event->purchase_id : std::string_view());
    translate(reading.postback, account_.config(), reading.loaded, came, trust, translation);
    if (translation.outcome != Translation::Outcome::event)
        return Error{"it still cannot be delivered to the host: " + translation.reason};
    if (entry.event) translation.event.password = entry.event->password.reveal();
    return std::nullopt;
}

std::optional<Retranslated> Reader::retranslated(const Entry& entry, Lookup& ledger) const {
    Reading reading;
    if (read_kept(entry, {}, ledger, Trust::verify, reading)) return std::nullopt;
    return Retranslated{event_of(reading.translation.event),
                        std::move(reading.translation.identity)};
}

} // namespace segpay
