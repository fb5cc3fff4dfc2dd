// One table: which purchases each kind of event can be about.
#include "postbacks/unnamed.hpp"

#include "postbacks/matrix.hpp"
#include "values/said.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace segpay {

namespace {

constexpr std::uint32_t kMaxOfName = 100; // with this many purchases a name is ambiguous
constexpr std::size_t kMaxShown = 5;
// An Enable is repeated for an hour (Processing API 2.0, "Retry postback").
constexpr TimeMs kEnableFollowsMs = TimeMs{75} * 60 * 1000;

constexpr std::string_view kAskForIt = "; the postback template must ask for <purchaseid>";

// What a rule compares a purchase with.
struct Question {
    const Postback& postback;
    std::string_view action; // of the matrix
    Trust trust = Trust::verify;
    TimeMs now = 0;
    TimeMs repeats_ms = 0; // how long Segpay repeats a member event
};

// Access is there, or ended so recently that its last event may still be repeated.
bool was_live(const Purchase& purchase, const Question& question, TimeMs within) {
    return purchase.state.has_access || question.now - purchase.ended_at_ms <= within;
}
bool is_live(const Purchase& purchase, const Question& question) {
    return was_live(purchase, question, question.repeats_ms);
}

// Segpay will repeat this very event, which is not acknowledged yet.
bool is_awaited(const Purchase& purchase, const Question& question) {
    const std::string key_prefix = "/" + std::string(question.action) + "/";
    return std::ranges::any_of(purchase.outstanding, [&](const Outstanding& each) {
        return question.now - each.since_ms <= question.repeats_ms &&
               each.key.find(key_prefix) != std::string::npos;
    });
}

bool is_any(const Purchase&, const Question&) { return true; }

// An Enable that names its sale is about no other purchase.
bool has_begun(const Purchase& purchase, const Question& question) {
    if (!purchase.state.has_access) return false;
    if (!question.postback[Fact::transaction_id].empty()) return false;
    return purchase.opened_by == EventKind::unknown || question.trust == Trust::released ||
           question.now - purchase.opened_at_ms <= kEnableFollowsMs;
}

bool renews(const Purchase& purchase, const Question& question) {
    return is_live(purchase, question) && (purchase.state.renews || is_awaited(purchase, question));
}

bool is_over(const Purchase& purchase, const Question& question) {
    return !purchase.state.has_access || !purchase.state.renews || is_awaited(purchase, question);
}

bool can_convert(const Purchase& purchase, const Question& question) {
    return is_live(purchase, question) && purchase.converted_at_ms == 0;
}

// A purchase that began by one click echoes the card of another purchase whenever it renews.
bool has_card(const Purchase& purchase, const Question& question) {
    const std::string_view card = said(question.postback[Fact::octoken]);
    const bool is_card =
        card.empty() || card == purchase.id || purchase.opened_by == EventKind::one_click ||
        purchase.opened_by == EventKind::token_purchase ||
        purchase.opened_by == EventKind::upsell || purchase.opened_by == EventKind::cross_sell;
    return is_card && was_live(purchase, question, kCardServesAfterEndMs);
}

bool is_sale_unsaid(const Purchase&, const Question& question) {
    return question.postback[Fact::related_transaction_id].empty();
}

using Fits = bool (*)(const Purchase&, const Question&);

struct Rule {
    EventKind kind;
    bool is_transaction;
    Fits fits;
    bool is_of_sale; // only for a purchase that a sale has opened, or will when released
    bool is_own;     // an eTicket in the postback must be that of the purchase
    bool is_once;    // if none fits, it may be a repeat, which changes nothing
};

constexpr std::array kRules = {
    Rule{EventKind::member_enable, false, has_begun, true, true, false},
    Rule{EventKind::member_disable, false, is_live, false, true, true},
    Rule{EventKind::member_cancel, false, renews, false, true, true},
    Rule{EventKind::reactivation, false, is_over, false, true, true},

    Rule{EventKind::reactivation, true, is_any, true, true, false},
    Rule{EventKind::conversion, true, can_convert, true, true, false},
    Rule{EventKind::upgrade, true, can_convert, true, true, false},
    Rule{EventKind::rebill, true, is_live, true, false, false}, // or an item by one click

    // With the stage of a renewal: charged to the purchase that has the card.
    Rule{EventKind::token_purchase, true, has_card, true, false, false},
    Rule{EventKind::upsell, true, has_card, true, false, false},
    Rule{EventKind::one_click, true, has_card, true, false, false},

    // If the postback names a sale that is not known, it can be about any purchase.
    Rule{EventKind::void_sale, true, is_sale_unsaid, true, false, false},
    Rule{EventKind::credit, true, is_sale_unsaid, true, false, false},
    Rule{EventKind::chargeback, true, is_sale_unsaid, true, false, false},
    Rule{EventKind::revoke, true, is_sale_unsaid, true, false, false},
    Rule{EventKind::chargeback_reversal, true, is_sale_unsaid, true, false, false},
    Rule{EventKind::rdr_reversal, true, is_sale_unsaid, true, false, false},
};

const Rule* rule_of(const Classification& row) {
    const bool begins = is_sale(row.kind) && row.stage != "rebill";
    const auto rule = std::ranges::find_if(kRules, [&](const Rule& each) {
        return each.kind == row.kind && each.is_transaction == row.is_transaction;
    });
    return begins || rule == kRules.end() ? nullptr : &*rule;
}

// What the postback says beside the user name belongs to another purchase.
bool is_excluded(const Purchase& purchase, const Postback& postback, const Rule& rule) {
    const bool is_sold = purchase.opened_by != EventKind::unknown || !purchase.held_by.empty();
    if (rule.is_of_sale && !is_sold) return true;
    const std::string_view member = said(postback[Fact::member_id]);
    if (!member.empty() && !purchase.member_id.empty() && member != purchase.member_id) return true;
    const Result<ETicket> eticket = parse_eticket(postback[Fact::eticket]);
    return rule.is_own && eticket && !purchase.eticket.is_none() && *eticket != purchase.eticket;
}

using Purchases = std::vector<Purchase>;

Purchases those_that(const Purchases& all, Fits fits, const Question& question) {
    Purchases found;
    std::ranges::copy_if(all, std::back_inserter(found),
                         [&](const Purchase& each) { return fits(each, question); });
    return found;
}

Purchases fitting(const Purchases& all, const Rule& rule, const Question& question) {
    Purchases found = those_that(all, rule.fits, question);
    if (found.empty() && rule.is_once) found = those_that(all, is_live, question);
    if (found.empty() && rule.is_once) found = all;
    return found;
}

std::string several(const Purchases& found) {
    std::string ids;
    for (std::size_t i = 0; i < std::min(found.size(), kMaxShown); ++i)
        ids += (i == 0 ? "" : ", ") + found[i].id;
    if (found.size() > kMaxShown) ids += ", ...";
    return "purchaseid is missing, and several purchases with the user name fit (" + ids + ")" +
           std::string(kAskForIt);
}

Found find_by_name(const Postback& postback, const Rule& rule, const Question& question,
                   Lookup& ledger) {
    Purchases all = ledger.purchases_named(postback[Fact::username], kMaxOfName);
    const bool is_all = all.size() < kMaxOfName;
    std::erase_if(all, [&](const Purchase& each) { return is_excluded(each, postback, rule); });
    Purchases found = is_all ? fitting(all, rule, question) : std::move(all);
    if (is_all && found.size() == 1) return {std::move(found.front()), {}};
    if (!found.empty()) return {std::nullopt, several(found)};
    return {std::nullopt,
            "purchaseid is missing, and no purchase that is known by the user name "
            "fits" +
                std::string(kAskForIt)};
}

std::optional<Purchase> find_by_transaction(std::string_view id, Lookup& ledger) {
    if (id.empty()) return std::nullopt;
    const std::optional<Event> known = ledger.transaction(id);
    if (!known || known->purchase_id.empty()) return std::nullopt;
    return ledger.purchase(known->purchase_id);
}

bool is_decline(const Postback& postback) { return is_word(postback[Fact::approved], "no"); }

} // namespace

bool is_unnamed(const Postback& postback) {
    if (!postback[Fact::purchase_id].empty() || !postback.disputed.empty()) return false;
    if (is_decline(postback)) return !postback[Fact::transaction_id].empty();
    return std::ranges::any_of(
        std::array{Fact::transaction_id, Fact::related_transaction_id, Fact::username},
        [&](Fact fact) { return !postback[fact].empty(); });
}

Found find_unnamed(const Postback& postback, const Config& config, Trust trust, TimeMs now,
                   Lookup& ledger) {
    if (!is_unnamed(postback)) return {};
    if (auto own = find_by_transaction(postback[Fact::transaction_id], ledger))
        return {std::move(own), {}};
    if (is_decline(postback)) return {};
    const Classification row = classify(postback, {});
    if (row.meaning != Meaning::event) return {};
    if (is_about_sale(row.kind))
        if (auto sale = find_by_transaction(postback[Fact::related_transaction_id], ledger))
            return {std::move(sale), {}};
    if (postback[Fact::username].empty()) return {};
    const Rule* rule = rule_of(row);
    if (!rule)
        return {std::nullopt,
                "purchaseid is missing, and a sale that begins a purchase is not found by its user "
                "name" +
                    std::string(kAskForIt)};
    const Question question{postback, row.action, trust, now, config.postbacks.repeats_ms()};
    return find_by_name(postback, *rule, question, ledger);
}

} // namespace segpay
