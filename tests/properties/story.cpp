// A story as text, for counterexamples.
#include "story.hpp"

#include <algorithm>
#include <ostream>
#include <stdexcept>

namespace segpay::testing {

namespace {

constexpr std::array<std::string_view, 22> kWords = {
    "probe",
    "enable",
    "disable",
    "cancel",
    "revival",
    "sale",
    "cross_sell",
    "one_click",
    "upsell",
    "token_rebuy",
    "conversion",
    "rebill",
    "upgrade",
    "reactivation",
    "standin_settled",
    "standin_declined",
    "void",
    "credit",
    "chargeback",
    "revoke",
    "chargeback_reversal",
    "rdr_reversal",
};
constexpr std::array<std::string_view, 4> kTroubles = {
    "", "the host says retry", "dies before settling", "ledger unavailable"};

} // namespace

const Product& product(std::string_view option) {
    for (const Product& row : kCatalogue)
        if (row.option == option) return row;
    throw std::logic_error("no option " + std::string(option));
}

bool is_about_member(What what) { return what <= What::revival; }

bool is_money_back(What what) { return what >= What::void_sale && what <= What::revoke; }

std::string money_words(std::int64_t minor, unsigned decimals, std::string_view currency) {
    std::string digits = std::to_string(minor);
    if (decimals > 0) {
        if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
        digits.insert(digits.size() - decimals, 1, '.');
    }
    return digits + " " + std::string(currency);
}

std::ostream& operator<<(std::ostream& out, const Happening& it) {
    out << kWords[static_cast<std::size_t>(it.what)] << (it.is_approved ? "" : " declined")
        << (it.is_standin ? " (stand-in)" : "") << ", purchase " << it.purchase;
    if (it.transaction) out << ", transaction " << it.transaction;
    if (it.related) out << " of " << it.related;
    if (it.transaction)
        out << ", " << money_words(it.amount, it.product->decimals, it.product->currency);
    out << ", option " << it.product->option << ", affiliate " << it.owner.affiliate;
    if (it.slot) out << ", slot " << it.slot;
    if (it.octoken) out << ", card of " << it.octoken;
    if (!it.upsell.empty()) out << ", upsell " << it.upsell;
    if (it.tokens) out << ", " << it.tokens << " tokens";
    if (it.is_test) out << ", test";
    if (it.is_terse) out << ", terse";
    if (it.at) out << ", timed";
    if (it.mail.delay) out << "; delayed " << it.mail.delay;
    if (it.mail.copies) out << "; repeated " << it.mail.copies << " after " << it.mail.copies_delay;
    if (it.mail.trouble != Trouble::none)
        out << "; " << kTroubles[static_cast<std::size_t>(it.mail.trouble)];
    if (it.mail.spelling) out << "; spelt " << it.mail.spelling;
    return out;
}

std::ostream& operator<<(std::ostream& out, const Story& story) {
    for (std::size_t i = 0; i < story.size(); ++i)
        out << "  " << i << "  " << story[i] << "\n";
    return out;
}

} // namespace segpay::testing
