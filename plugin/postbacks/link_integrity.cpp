// Compares what a postback claims with what its link vouches for.
#include "postbacks/link_integrity.hpp"

#include "values/digits.hpp"
#include "values/said.hpp"
#include "values/word.hpp"
#include "wire/seal.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace segpay {

namespace {

constexpr TimeMs kMinuteMs = TimeMs{60} * 1000;

// A package and the option in it that a link may have been made for; the option is empty for a link
// that let the customer choose among the package's price points.
struct Candidate {
    std::uint64_t package = 0;
    std::string_view option;
};

// What the seal covers and the postback echoes, under the names of the NATS template.
struct Echoed {
    std::string_view name;
    Fact fact;
    std::string_view SealedFacts::*sealed;
};
constexpr std::array kEchoed = {
    Echoed{"memberid", Fact::member_id, &SealedFacts::member_id},
    Echoed{"session", Fact::session, &SealedFacts::session},
    Echoed{"merchantpartnerid", Fact::affiliate, &SealedFacts::affiliate},
    Echoed{"xref1", Fact::xref1, &SealedFacts::xref1},
    Echoed{"xref2", Fact::xref2, &SealedFacts::xref2},
    Echoed{"upsell", Fact::upsell, &SealedFacts::upsell},
    Echoed{"tokenplus", Fact::tokenplus, &SealedFacts::tokenplus},
    Echoed{"octoken", Fact::octoken, &SealedFacts::octoken},
};

std::string_view extra_of(const Postback& postback, std::string_view name) {
    for (const auto& [known, value] : postback.extras)
        if (known == name) return value;
    return {};
}

// A template may not echo the card that a one-time item was charged to; Segpay books the item on
// the purchase that has the card.
std::string_view card_of(const Postback& postback) {
    const std::string_view octoken = postback[Fact::octoken];
    const bool is_unsaid = said(octoken).empty() && is_word(postback[Fact::stage], "rebill");
    return is_unsaid ? postback[Fact::purchase_id] : octoken;
}

SealVerdict verdict_for(const Candidate& candidate, const Postback& postback, const Config& config,
                        TimeMs now) {
    SealedFacts facts;
    facts.package = candidate.package;
    facts.option = candidate.option;
    for (const Echoed& echoed : kEchoed)
        facts.*echoed.sealed = postback[echoed.fact];
    facts.octoken = card_of(postback);
    std::array<SealedExtra, kMaxSealedExtras> extras;
    const std::size_t count = std::min(config.seal.extras.size(), extras.size());
    for (std::size_t i = 0; i < count; ++i)
        extras[i] = {config.seal.extras[i], extra_of(postback, config.seal.extras[i])};
    facts.extras = std::span(extras).first(count);
    return check_seal(seal_of(postback, config), config.seal.keys, facts, now,
                      TimeMs{config.seal.max_age_days} * kDayMs);
}

// The verdict for a link for the option, or for its package.
SealVerdict verdict_for(const JoinOption& option, const Postback& postback, const Config& config,
                        TimeMs now) {
    const std::uint64_t package = option.eticket.package;
    const SealVerdict verdict = verdict_for(Candidate{package, option.id}, postback, config, now);
    if (verdict != SealVerdict::forged) return verdict;
    return verdict_for(Candidate{package, {}}, postback, config, now);
}

// A main sale comes from a link for its own option. A cross sell comes from the link of its parent,
// and so may a sale that does not say its product: then the seal is tried for every option.
SealVerdict verdict_for(const EventDraft& event, const Postback& postback, const Config& config,
                        TimeMs now) {
    if (event.cross_sell_slot == 0 && !event.eticket.is_none()) {
        const JoinOption* option = config.option(event.option);
        return option ? verdict_for(*option, postback, config, now)
                      : verdict_for(Candidate{event.eticket.package, {}}, postback, config, now);
    }
    for (const JoinOption& option : config.options)
        if (const SealVerdict verdict = verdict_for(option, postback, config, now);
            verdict != SealVerdict::forged)
            return verdict;
    return SealVerdict::forged;
}

// The usual reason for a seal that does not fit: the postback template leaves something out.
std::string unsaid_facts(const Postback& postback) {
    std::string unsaid;
    for (const Echoed& echoed : kEchoed)
        if (postback[echoed.fact].empty())
            unsaid += (unsaid.empty() ? "" : ", ") + std::string(echoed.name);
    return unsaid.empty() ? unsaid
                          : "; the postback says nothing of " + unsaid +
                                ", which is right only if the link did not either";
}

// The sealed link vouches only for the cross sells that it offered.
Objection check_offered(const EventDraft& event, const Postback& postback) {
    if (event.kind != EventKind::cross_sell) return {};
    const Fact ref = event.cross_sell_slot == 1 ? Fact::xref1 : Fact::xref2;
    if (!said(postback[ref]).empty()) return {};
    const std::string slot = std::to_string(event.cross_sell_slot);
    return "xsellnum is " + slot + ", but the sealed link offered no cross sell " + slot +
           " (xref" + slot + ")";
}

Objection check_seal_of(const EventDraft& event, const Postback& postback, const Config& config,
                        TimeMs now) {
    if (seal_of(postback, config).empty()) {
        if (config.seal.mode != Seal::Mode::require) return {};
        return "there is no seal (" + config.seal.parameter + "), and seal.mode is \"require\"";
    }
    switch (verdict_for(event, postback, config, now)) {
        case SealVerdict::good:
            return check_offered(event, postback);
        case SealVerdict::malformed:
            return "the seal is not one of ours: 32 letters a-z and digits 2-7";
        case SealVerdict::expired:
            return "the seal is older than seal.max_age_days (" +
                   std::to_string(config.seal.max_age_days) + ")";
        case SealVerdict::early:
            return "the seal is from the future, by more than " +
                   std::to_string(kClockSkewMs / kMinuteMs) +
                   " minutes: set the clock of this machine, or of the one that made the link";
        case SealVerdict::forged:
            break;
    }
    return "the seal does not fit: package, option, member, session, affiliate, refs or extras are "
           "not those of the link" +
           unsaid_facts(postback);
}

} // namespace

bool comes_from_link(const EventDraft& event, bool is_opened) {
    return event.partner.empty() &&
           (is_sale(event.kind) || (event.kind == EventKind::member_enable && !is_opened));
}

std::string_view seal_of(const Postback& postback, const Config& config) {
    return config.seal.mode == Seal::Mode::off ? std::string_view() : postback[Fact::seal];
}

const JoinOption* sealed_option(const Postback& postback, const Config& config, TimeMs now) {
    if (config.seal.mode == Seal::Mode::off) return nullptr;
    for (const JoinOption& option : config.options)
        if (verdict_for(Candidate{option.eticket.package, option.id}, postback, config, now) ==
            SealVerdict::good)
            return &option;
    return nullptr;
}

Objection check_merchant(const EventDraft& event, const Postback& postback, const Config& config) {
    const std::string_view merchant = said(extra_of(postback, "merchantid"));
    if (merchant.empty() || config.merchant_id.empty()) return {};
    const auto is_of = [number = without_leading_zeros(merchant)](std::string_view known) {
        return !known.empty() && number == without_leading_zeros(known);
    };
    if (is_of(config.merchant_id) || is_of(event.partner)) return {};
    return "merchantid \"" + std::string(shortened(merchant, 40)) +
           "\" is not the account's (account.merchant_id is " + config.merchant_id + ")";
}

Objection check_link_integrity(const EventDraft& event, const Postback& postback,
                               const Config& config, bool is_opened, TimeMs now) {
    if (event.test && !config.is_in_test_mode(event.eticket.package))
        return "TESTTRANS=1, but account.mode is \"live\" and " +
               (event.eticket.is_none()
                    ? "no package is said, which account.test_packages could name"
                    : "package " + std::to_string(event.eticket.package) +
                          " is not among account.test_packages") +
               ": test money is not real money";
    if (config.seal.mode == Seal::Mode::off || !comes_from_link(event, is_opened)) return {};
    return check_seal_of(event, postback, config, now);
}

} // namespace segpay
