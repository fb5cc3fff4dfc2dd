// Searches the books: an approved sale counts, a declined one may be tried again.
#include "promotion.hpp"

#include "refusal.hpp"

namespace sandbox {
namespace {

bool is_same(const std::string& a, const std::string& b) {
    return !a.empty() && lower(a) == lower(b);
}

// Whether `before` excludes `sale`, which the promotion is about; the buyer is not compared.
bool uses_up(const Portal& portal, const Promotion& promotion, const Transaction& before,
             const Transaction& sale) {
    if (!before.is_signup || !before.approved) return false;
    if (before.eticket.price_point != sale.eticket.price_point) return false;
    const bool is_elsewhere =
        portal.package_of(before.eticket).website != portal.package_of(sale.eticket).website;
    if (promotion.per_website && is_elsewhere) return false;
    const Timestamp::TimeDiff pause = promotion.again_after_days * kDay;
    return pause == 0 || sale.at - before.at < pause;
}

} // namespace

void check_promotion(const Portal& portal, const Books& books, const Transaction& sale,
                     const std::string& email, const Card& card) {
    const std::optional<Promotion>& promotion = portal.price_point_of(sale.eticket).promotion;
    if (!promotion) return;
    const auto refuse_if = [](bool is_used_up, const char* what) {
        if (is_used_up) throw Refusal(409, std::string("this offer was taken with this ") + what);
    };
    const std::string username = value_of(sale.extras, "username");
    for (const Purchase& other : books.all())
        for (const Transaction& before : other.transactions) {
            if (!uses_up(portal, *promotion, before, sale)) continue;
            refuse_if(promotion->per_card && is_same(card.account_id, other.card.account_id),
                      "card");
            refuse_if(promotion->per_email && is_same(email, other.customer.email), "e-mail");
            refuse_if(
                promotion->per_username && is_same(username, value_of(before.extras, "username")),
                "user name");
        }
}

} // namespace sandbox
