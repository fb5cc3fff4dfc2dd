// Events in one transaction: of each the key and the effect. effects.cpp has the effect of each
// kind.
#include "apply.hpp"

#include "applied_events.hpp"
#include "catalogue.hpp"
#include "effects.hpp"
#include "log.hpp"
#include "members.hpp"
#include "secrets.hpp"
#include "subscriptions.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <string>

namespace nats_host {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

// An event that cannot be applied until the operator has corrected something.
struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// ---- The event in the host's words ------------------------------------------------------------

using Text = std::optional<std::string>;

} // namespace

struct Fact {
    const biller_event& event;
    const Effect& effect;
    Switch access;
    std::string_view key;
    std::string_view kind;
    Text subscription; // "SEGPAY:26346680"
    Text transaction;  // "SEGPAY:1234567890"
    Text related;
    Text site;
    Text member;     // as the event names it
    Text partner;    // the owner of that member, when it is not this host
    Login login;     // of the customer
    std::int64_t at; // Unix seconds
};

namespace {

Text said(const biller_bytes& bytes) {
    if (bytes.size == 0) return std::nullopt;
    return biller::text(bytes);
}

// Valid for as long as the event is.
std::optional<std::string_view> words(const biller_bytes& bytes) {
    if (bytes.size == 0) return std::nullopt;
    return biller::view(bytes);
}

Text segpay_id(const biller_bytes& bytes) {
    if (bytes.size == 0) return std::nullopt;
    return "SEGPAY:" + biller::text(bytes);
}

bool has_amount(const biller_event& event) { return event.amount.currency[0] != '\0'; }

Fact fact_of(const biller_event& event, MemberManagement management) {
    const Effect& effect = effect_of(event.kind);
    return {.event = event,
            .effect = effect,
            .access = effect.access_under(management),
            .key = biller::view(event.key),
            .kind = biller::view(event.kind_name),
            .subscription = segpay_id(event.purchase_id),
            .transaction = segpay_id(event.transaction_id),
            .related = segpay_id(event.related_transaction_id),
            .site = said(event.site),
            .member = said(event.member_id),
            .partner = said(event.partner),
            .login = {said(event.username), {}, said(event.email), said(event.name)},
            .at = (event.occurred_at_ms ? event.occurred_at_ms : event.received_at_ms) / 1000};
}

// ---- Whose event it is ------------------------------------------------------------------------

// The member whom the event names: by the id that this host put on the link, or by a foreign id
// that was stored when the record was made.
std::optional<Member> named_member(Connection& db, const std::string& name) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error == std::errc() && end == name.data() + name.size())
        if (auto member = find_member(db, id)) return member;
    return find_foreign_member(db, name);
}

// The record that is known to be the customer's, though perhaps at another site.
std::optional<Member> customer_of(Connection& db, const Fact& fact) {
    if (fact.partner) return std::nullopt; // a customer of the partner's
    if (fact.member)
        if (auto member = named_member(db, *fact.member)) return member;
    for (const Text& purchase : {fact.subscription, segpay_id(fact.event.octoken)}) {
        if (!purchase) continue;
        if (auto owner = subscription_owner(db, *purchase)) return find_member(db, *owner);
    }
    return std::nullopt;
}

// A cross sell or an upsell names the member through whom it was bought, and so does every later
// event that echoes the link of that sale. A sign-up names its own member, whatever it echoes.
bool names_a_parent(const biller_event& event) {
    switch (event.kind) {
        case BILLER_EVENT_JOIN:
            return false;
        case BILLER_EVENT_CROSS_SELL:
        case BILLER_EVENT_UPSELL:
            return true;
        default:
            return event.cross_sell_slot != 0 || event.upsell.size != 0;
    }
}

Member make_member(Connection& db, const Fact& fact, const std::optional<Member>& customer) {
    const biller_event& event = fact.event;
    if (!has_site(db, *fact.site))
        throw Refusal("site \"" + *fact.site + "\" of this " + std::string(fact.kind) +
                      " is not in the host's catalogue; add it there, restart and redeliver");
    Member member;
    if (customer) {
        member =
            *customer; // name, e-mail and login of the same customer, until the event says more
        member.parent = customer->parent.value_or(customer->id);
        member.foreign_id.reset();
        member.nats_code.reset();
        member.tokens = 0;
    } else if (fact.partner || !names_a_parent(event)) {
        member.foreign_id = fact.member;
    }
    member.partner = fact.partner;
    member.site = *fact.site;
    member.status = "pending";
    member.session = fact.partner ? std::nullopt : said(event.session);
    member.affiliate = fact.partner ? std::nullopt : said(event.affiliate);
    if (fact.login.username) member.username = fact.login.username;
    if (fact.login.email) member.email = fact.login.email;
    if (fact.login.name) member.name = fact.login.name;
    member.created_at = fact.at;
    member.id = create_member(db, member);
    return member;
}

// Whether the purchase has its final owner. An enable that came before its sale could not know that
// the member whom it names is a partner's.
bool is_settled(const Fact& fact, const Subscription& subscription, const Member& owner) {
    return !fact.partner || owner.partner || subscription.option;
}

// The event's member, made if need be and if `may_make` allows it. None when purchase, member and
// site are all unknown.
std::optional<Member> member_of(Connection& db, const Fact& fact,
                                const std::optional<Subscription>& subscription, bool may_make) {
    const bool is_at_home = subscription && (subscription->site || !fact.site);
    if (is_at_home && subscription->member)
        if (auto owner = find_member(db, *subscription->member);
            owner && is_settled(fact, *subscription, *owner))
            return owner;
    std::optional<Member> customer = customer_of(db, fact);
    if (!fact.site) return customer;
    if (customer)
        if (auto relative = find_relative(db, *customer, *fact.site)) return relative;
    if (!may_make) return std::nullopt;
    return make_member(db, fact, customer);
}

// ---- Effects ----------------------------------------------------------------------------------

std::optional<bool> switched(Switch how, std::optional<bool> before,
                             std::optional<bool> when_unsaid, bool is_paid) {
    switch (how) {
        case Switch::keep:
            return before;
        case Switch::if_unsaid:
            return before ? before : when_unsaid;
        case Switch::on:
            return true;
        case Switch::on_if_unpaid:
            return is_paid ? before : true;
        case Switch::off:
            return false;
    }
    return before;
}

bool is_in_the_books(const Fact& fact) {
    return fact.effect.books != Books::nothing &&
           (fact.effect.books != Books::if_paid || has_amount(fact.event));
}

bool is_sale(const Fact& fact) {
    return is_in_the_books(fact) &&
           (fact.effect.books == Books::sale || fact.effect.books == Books::if_paid);
}

// The number that the biller gives, else the catalogue's.
std::int64_t tokens_sold(const Fact& fact, const std::optional<Terms>& terms) {
    if (!fact.effect.has_tokens) return 0;
    return fact.event.tokens ? fact.event.tokens : terms ? terms->tokens : 0;
}

// Tokens are given when they are paid for: a price that collects no user name has no enable.
Switch access_switch(const Fact& fact, const std::optional<Terms>& terms) {
    const bool sells_tokens = tokens_sold(fact, terms) > 0;
    return sells_tokens && fact.access == Switch::keep ? Switch::if_unsaid : fact.access;
}

// The join option's part of a subscription: which option, whether it renews, for how long.
void apply_period(const Fact& fact, const std::optional<Terms>& terms, Subscription& subscription) {
    if (fact.effect.days == Days::none || !is_sale(fact)) return;
    const bool is_initial = fact.effect.days == Days::initial;
    if (!subscription.option) subscription.option = said(fact.event.option);
    if (!is_initial)
        subscription.trial = false;
    else if (!subscription.trial && fact.event.trial != BILLER_UNKNOWN)
        subscription.trial = fact.event.trial == BILLER_YES;
    const std::int64_t days =
        !terms ? 0 : (is_initial ? terms->initial_days : terms->recurring_days);
    if (days == 0) return;
    // The later end counts, so that events may arrive in any order.
    subscription.paid_until =
        std::max(subscription.paid_until.value_or(0), fact.at + days * kSecondsPerDay);
}

// What an event changed in its subscription.
struct Change {
    bool moves_access = false;  // gave or ended it, or changed its owner
    std::optional<bool> access; // opened or ended
};

Change apply_to_subscription(Connection& db, const Fact& fact,
                             const std::optional<Subscription>& known,
                             const std::optional<Member>& member,
                             const std::optional<Terms>& terms) {
    Subscription subscription = known.value_or(Subscription{});
    const std::optional<std::int64_t> owner_before = subscription.member;
    if (!known) {
        subscription.id = *fact.subscription;
        subscription.created_at = fact.at;
    }
    if (!subscription.site && member && fact.site) subscription.site = member->site;
    if (member) subscription.member = member->id;
    const bool is_paid = has_amount(fact.event);
    subscription.access = switched(access_switch(fact, terms), subscription.access, true, is_paid);
    std::optional<bool> renews; // unknown without the option
    if (terms) renews = terms->recurring_days > 0;
    subscription.renewing = switched(fact.effect.renewing, subscription.renewing, renews, is_paid);
    apply_period(fact, terms, subscription);
    store_subscription(db, known, subscription);
    const bool changes_hands = owner_before != subscription.member;
    if (owner_before && changes_hands) refresh_status(db, *owner_before);
    const bool had_access = known && known->access.value_or(false);
    Change change;
    change.moves_access = changes_hands || !known || known->access != subscription.access;
    if (subscription.access.value_or(false) != had_access) change.access = !had_access;
    return change;
}

// A login goes to a record that is not in use yet, or comes with the enable of a purchase whose
// sale was this member's. A new purchase that merely names the member brings none: the id travelled
// through the customer's browser, and a customer who edits it must not get another member's
// account.
bool may_bring_login(const Fact& fact, const Member& member,
                     const std::optional<Subscription>& known) {
    if (!fact.effect.has_login) return false;
    if (member.status == "pending") return true;
    return fact.event.kind == BILLER_EVENT_MEMBER_ENABLE && known && known->option &&
           known->member == member.id;
}

void apply_to_member(Connection& db, const Fact& fact, const Member& member,
                     const std::optional<Subscription>& known, bool access_moved) {
    const bool leaves_pending = member.status == "pending";
    const bool takes_login = may_bring_login(fact, member, known);
    if ((takes_login || leaves_pending) &&
        !settle_login(db, member, takes_login ? fact.login : Login{}))
        log(Level::warning, "member " + std::to_string(member.id) +
                                " got another user name than wanted: it belongs to another member");
    if (access_moved) refresh_status(db, member.id);
}

Direction direction_of(Books books) {
    if (books == Books::declined) return Direction::declined;
    return books == Books::taken_back ? Direction::back : Direction::in;
}

std::optional<Transaction> money_of(const Fact& fact, const std::optional<Member>& member,
                                    const std::optional<Terms>& terms) {
    if (!is_in_the_books(fact)) return std::nullopt;
    Transaction transaction;
    const Books books = fact.effect.books;
    if (books == Books::taken_back || books == Books::restored) transaction.related = fact.related;
    if (member)
        transaction.site = member->site;
    else
        transaction.site = fact.site;
    if (const biller_money& money = fact.event.amount; has_amount(fact.event)) {
        transaction.amount_minor = money.minor;
        transaction.currency = money.currency;
        transaction.exponent = money.exponent;
    }
    transaction.direction = direction_of(fact.effect.books);
    transaction.is_test = fact.event.test == BILLER_YES;
    transaction.is_standin = fact.event.standin == BILLER_YES;
    transaction.tokens_sold = tokens_sold(fact, terms);
    return transaction;
}

// ---- One event --------------------------------------------------------------------------------

// False when it had been applied before; then nothing is changed. There is no other writer
// meanwhile.
bool apply(Connection& db, const Fact& fact) {
    if (is_applied(db, fact.key)) return false;
    std::optional<Subscription> subscription;
    if (fact.subscription) subscription = find_subscription(db, *fact.subscription, fact.site);
    const bool may_make = is_sale(fact) || fact.event.kind == BILLER_EVENT_MEMBER_ENABLE;
    const std::optional<Member> member = member_of(db, fact, subscription, may_make);
    const std::optional<Terms> terms = terms_of_option(db, biller::view(fact.event.option));

    AppliedEvent applied;
    applied.key = fact.key;
    applied.kind = fact.kind;
    applied.subscription = fact.subscription;
    applied.transaction = fact.transaction;
    if (member) applied.member = member->id;
    applied.reason_code = words(fact.event.reason_code);
    applied.reason_text = words(fact.event.reason_text);
    applied.reason_family = words(fact.event.reason_family);
    applied.is_redelivery = fact.event.redelivery == BILLER_YES;
    applied.occurred_at = fact.at;
    applied.money = money_of(fact, member, terms);
    if (fact.effect.has_subscription) {
        Change change;
        if (fact.subscription)
            change = apply_to_subscription(db, fact, subscription, member, terms);
        if (member) apply_to_member(db, fact, *member, subscription, change.moves_access);
        applied.access = change.access;
    }
    store_applied_event(db, applied);
    return true;
}

// Paid for, without an item: the money is in the books, and the operator does the rest.
bool hands_over_nothing(const Fact& fact) {
    const bool is_item =
        fact.event.kind == BILLER_EVENT_ONE_CLICK || fact.event.kind == BILLER_EVENT_TOKEN_PURCHASE;
    return is_item && fact.event.option.size == 0;
}

// Tests count these lines.
void log_applied(const Fact& fact, bool is_new) {
    if (is_new && hands_over_nothing(fact))
        nats_host::log(Level::warning, std::string(fact.kind) + " " +
                                           fact.transaction.value_or("-") + " of " +
                                           fact.subscription.value_or("-") +
                                           " does not say what was sold; nothing is handed over");
    if (!is_logged(Level::debug)) return;
    nats_host::log(Level::debug, (is_new ? "applied " : "had applied ") + std::string(fact.kind) +
                                     " " + fact.transaction.value_or("-") + " of " +
                                     fact.subscription.value_or("-"));
}

biller::Answer apology(const DatabaseError& failure) {
    if (failure.is_busy()) return biller::Answer::retry("the host's database is busy");
    log(Level::error, failure.what());
    return biller::Answer::retry(failure.what());
}

} // namespace

biller::Answer AffiliateHost::event(const biller_event& event) { return events({&event}).front(); }

std::vector<biller::Answer> AffiliateHost::events(const std::vector<const biller_event*>& events) {
    std::vector<Fact> facts;
    facts.reserve(events.size());
    for (const biller_event* event : events) {
        die_at_.pass(Step::claimed);
        facts.push_back(fact_of(*event, management_));
        add_password(facts.back());
    }
    try {
        write(facts);
        return std::vector<biller::Answer>(facts.size(), biller::Answer::done());
    } catch (const DatabaseError& failure) {
        // A lock that outlasts one transaction outlasts the next.
        if (failure.is_busy()) return std::vector<biller::Answer>(facts.size(), apology(failure));
    } catch (const std::exception&) { // of one event; each logs its own below
    }
    std::vector<biller::Answer> answers;
    for (const Fact& fact : facts)
        answers.push_back(write_alone(fact));
    return answers;
}

// Hashing is slow on purpose: not inside the transaction, and not for a repeat.
void AffiliateHost::add_password(Fact& fact) {
    if (fact.effect.has_login && fact.event.password.size != 0 &&
        !database_.read([&](Connection& db) { return is_applied(db, fact.key); }))
        fact.login.password = password_hash(biller::view(fact.event.password));
}

// All or none. Throws Refusal or DatabaseError.
void AffiliateHost::write(std::span<const Fact> facts) {
    std::vector<bool> are_new;
    database_.write([&](Connection& db) {
        for (const Fact& fact : facts)
            are_new.push_back(apply(db, fact));
    });
    for (std::size_t i = 0; i < facts.size(); ++i) {
        die_at_.pass(Step::applied);
        log_applied(facts[i], are_new[i]);
    }
}

biller::Answer AffiliateHost::write_alone(const Fact& fact) {
    try {
        write({&fact, 1});
        return biller::Answer::done();
    } catch (const Refusal& refusal) {
        return biller::Answer::refuse(refusal.what());
    } catch (const DatabaseError& failure) {
        return apology(failure);
    } catch (const std::exception& failure) {
        return biller::Answer::retry(failure.what());
    }
}

std::uint32_t AffiliateHost::probe(const biller_probe& probe) {
    const bool is_taken = database_.read([&](Connection& db) {
        return is_name_taken(db, biller::view(probe.username), biller::view(probe.site));
    });
    return is_taken ? BILLER_NAME_TAKEN : BILLER_NAME_FREE;
}

void AffiliateHost::log(std::uint32_t level, std::string_view line) {
    // One line per event is too much for a busy day; the operator pages have them all.
    const Level ours = level == BILLER_LOG_ERROR     ? Level::error
                       : level == BILLER_LOG_WARNING ? Level::warning
                                                     : Level::debug;
    if (is_logged(ours)) nats_host::log(ours, "plugin: " + std::string(line));
}

} // namespace nats_host
