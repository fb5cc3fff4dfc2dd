// Loads a link's purchases from the ledger; the code in links/ builds the link.
#include "account.hpp"

#include "links/cards.hpp"

namespace segpay {

namespace {

constexpr std::uint32_t kMaxPurchasesForLink = 100; // of one member, the most recent

} // namespace

std::string Account::summary() const {
    return "account " + (config_.merchant_id.empty() ? "" : config_.merchant_id + " ") +
           (config_.mode == Mode::live ? "in live mode" : "in test mode") + ", " +
           std::to_string(config_.options.size()) + " join options";
}

std::optional<Error> Account::link(const LinkRequest& request, Ledger& ledger, TimeMs now,
                                   MadeLink& made) const {
    LinkRequest complete = request;
    const WantedPurchases wanted = purchases_wanted(request);
    made.purchases.clear();
    if (!wanted.purchase_id.empty()) {
        if (std::optional<Purchase> purchase = ledger.purchase(wanted.purchase_id))
            made.purchases.push_back(std::move(*purchase));
    } else if (!wanted.member_id.empty()) {
        made.purchases = ledger.purchases_of(wanted.member_id, kMaxPurchasesForLink);
    }
    if (auto error = choose_card(config_, made.purchases, now, complete)) return error;
    return build_link(config_, complete, now, made.link);
}

} // namespace segpay
