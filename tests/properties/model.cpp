// The fold of a story, and the comparison of two endings.
#include "model.hpp"

#include <algorithm>
#include <sstream>

namespace segpay::testing {

namespace {

struct Kind {
    What what;
    std::string_view approved;
    std::string_view declined;
};
constexpr std::array kKinds = {
    Kind{What::enable, "member_enable", ""},
    Kind{What::disable, "member_disable", ""},
    Kind{What::cancel, "member_cancel", ""},
    Kind{What::revival, "reactivation", ""},
    Kind{What::sale, "join", "denial"},
    Kind{What::cross_sell, "cross_sell", "denial"},
    Kind{What::one_click, "one_click", "denial"},
    Kind{What::upsell, "upsell", "denial"},
    Kind{What::token_rebuy, "token_purchase", "denial"},
    Kind{What::conversion, "conversion", "insufficient_funds"},
    Kind{What::rebill, "rebill", "insufficient_funds"},
    Kind{What::upgrade, "upgrade", "upgrade_denial"},
    Kind{What::reactivation, "reactivation", "denial"},
    Kind{What::standin_declined, "", "standin_decline"},
    Kind{What::void_sale, "void", ""},
    Kind{What::credit, "credit", ""},
    Kind{What::chargeback, "chargeback", ""},
    Kind{What::revoke, "revoke", ""},
    Kind{What::chargeback_reversal, "chargeback_reversal", ""},
    Kind{What::rdr_reversal, "rdr_reversal", ""},
};

std::string_view kind_of(const Happening& it) {
    for (const Kind& kind : kKinds)
        if (kind.what == it.what) return it.is_approved ? kind.approved : kind.declined;
    return {}; // a question, or the bank's decision on a stand-in: no change
}

// A purchase, in contrast to its renewals.
bool is_purchase(What what) { return what >= What::sale && what <= What::token_rebuy; }

Record record_of(const Happening& it, std::string_view kind) {
    Record record;
    record.kind = kind;
    record.option = it.product->option;
    record.member = it.owner.member;
    record.session = it.owner.session;
    record.affiliate = it.owner.affiliate;
    record.username = it.owner.username;
    record.is_test = it.is_test;
    record.at = it.at;
    record.transaction = it.transaction;
    if (is_about_member(it.what)) return record;
    record.related = it.related;
    record.amount = money_words(it.amount, it.product->decimals, it.product->currency);
    record.is_approved = it.is_approved;
    record.is_standin = it.is_standin;
    if (it.what == What::cross_sell && it.is_approved) record.slot = it.slot;
    return record;
}

void change_state(Subscription& subscription, What what) {
    const bool is_back = what == What::revival || what == What::reactivation;
    if (is_back || what == What::enable) subscription.access = true;
    if (is_back) subscription.renews = true;
    if (what == What::disable) subscription.access = false;
    if (what == What::cancel) subscription.renews = false;
}

// A purchase by one click that is charged to another purchase's card does not change that
// purchase's product.
void sell(Subscription& subscription, const Happening& it) {
    subscription.tokens += it.what == What::token_rebuy ? it.tokens : it.product->tokens;
    const bool is_opening = it.octoken == 0 || it.is_initial;
    if (!is_opening) return;
    subscription.is_sold = true;
    subscription.option = it.product->option;
    subscription.member = it.owner.member;
    subscription.affiliate = it.owner.affiliate;
}

std::ostream& operator<<(std::ostream& out, const Record& it) {
    return out << it.kind << " transaction " << it.transaction << " of " << it.related << " "
               << it.amount << " option " << it.option << " member " << it.member << " session "
               << it.session << " affiliate " << it.affiliate << " user " << it.username << " slot "
               << it.slot << (it.is_approved ? " approved" : "")
               << (it.is_standin ? " stand-in" : "") << (it.is_test ? " test" : "") << " at "
               << it.at;
}

std::string words(const Subscription& it) {
    const auto answer = [](std::optional<bool> said) {
        return !said ? "unsaid" : *said ? "yes" : "no";
    };
    std::ostringstream out;
    out << "access " << answer(it.has_access()) << ", renews " << answer(it.renews) << ", option "
        << it.option << ", member " << it.member << ", affiliate " << it.affiliate << ", "
        << it.tokens << " tokens";
    return out.str();
}

// The entries of `some` that are not in `others`, each line with `what` before it.
void list_missing(std::ostream& out, std::string_view what, std::vector<Record> some,
                  std::vector<Record> others) {
    std::ranges::sort(some);
    std::ranges::sort(others);
    std::vector<Record> rest;
    std::ranges::set_difference(some, others, std::back_inserter(rest));
    for (const Record& record : rest)
        out << "  " << what << record << "\n";
}

Ending sorted(Ending ending) {
    for (auto& [purchase, subscription] : ending)
        std::ranges::sort(subscription.records);
    return ending;
}

} // namespace

Ending expected(const Story& story) {
    Ending ending;
    for (const Happening& it : story) {
        const std::string_view kind = kind_of(it);
        if (kind.empty()) continue;
        Subscription& subscription = ending[it.purchase];
        subscription.records.push_back(record_of(it, kind));
        if (it.is_approved) change_state(subscription, it.what);
        if (it.is_approved && is_purchase(it.what)) sell(subscription, it);
    }
    return ending;
}

std::string difference(const Ending& expected, const Ending& found) {
    if (sorted(expected) == sorted(found)) return {};
    std::ostringstream out;
    Ending all = expected;
    all.insert(found.begin(), found.end());
    for (const auto& [purchase, ignored] : all) {
        const auto in = [&, id = purchase](const Ending& ending) {
            const auto place = ending.find(id);
            return place == ending.end() ? Subscription() : place->second;
        };
        const Subscription right = in(expected), wrong = in(found);
        std::ostringstream lines;
        if (words(right) != words(wrong))
            lines << "  expected " << words(right) << "\n  found    " << words(wrong) << "\n";
        list_missing(lines, "expected ", right.records, wrong.records);
        list_missing(lines, "found    ", wrong.records, right.records);
        if (!lines.str().empty()) out << "purchase " << purchase << ":\n" << lines.str();
    }
    return out.str();
}

} // namespace segpay::testing
