// Test data as tables: cards, and the accounts of each country.
#include "means.hpp"

#include <Poco/UUIDGenerator.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "refusal.hpp"

namespace sandbox {
namespace {

constexpr std::string_view kApprovingCard = "4444333322221111";
constexpr std::string_view kDecliningCard = "4444444444444455";
constexpr const char* kDirectDebit = "DirectDebit"; // as <cardtype> has it

struct TestAccount {
    std::string_view country; // empty: every one that has no row of its own
    std::string_view number;
    std::string_view routing; // empty: the document gives none
};
// "Direct Debit Transactions". The United Kingdom has two names.
constexpr std::array kAccounts = {
    TestAccount{"DE", "596015202", "20010020"},
    TestAccount{"NL", "637037316", ""},
    TestAccount{"ES", "0159000134365653597", ""},
    TestAccount{"AT", "51574003707", "12000"},
    TestAccount{"GB", "30145600", "406201"},
    TestAccount{"UK", "30145600", "406201"},
    TestAccount{"IT", "IT89W060451168800078202014", "CRBZIT2B160"},
    TestAccount{"", "1257855654771548", "75487156325"},
};

// Without blanks and hyphens, in capitals.
std::string packed(const std::string& text) {
    std::string result;
    for (const char c : text)
        if (c != ' ' && c != '-')
            result += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return result;
}

const TestAccount& account_of(const std::string& country) {
    const auto found = std::find_if(
        kAccounts.begin(), kAccounts.end(),
        [&](const TestAccount& row) { return row.country == country || row.country.empty(); });
    return *found; // the last row is the default
}

Card kept(const char* type, const std::string& number) {
    Card card{type, number.substr(number.size() - 4), ""};
    const std::string name = (is_account(card) ? "test account " : "test card ") + card.last_four;
    card.account_id =
        Poco::UUIDGenerator::defaultGenerator().createFromName(Poco::UUID::oid(), name).toString();
    return card;
}

Means of_card(const Typed& typed, const Till& till) {
    const std::string number = packed(typed.card);
    const bool is_live_card = !till.test_mode && number == till.live_test_card;
    if (number != kApprovingCard && number != kDecliningCard && !is_live_card)
        throw Refusal(400, till.test_mode
                               ? "this sandbox takes test cards only: 4444 3333 2222 1111 "
                                 "approves, 4444 4444 4444 4455 declines"
                               : "this sandbox takes test cards only: live, 4444 3333 2222 1111 "
                                 "declines, and the portal's live_test_card approves");
    const bool is_approved = is_live_card || (till.test_mode && number == kApprovingCard);
    return {is_approved ? Bank::approves : Bank::declines, kept("Visa", number)};
}

Means of_account(const Typed& typed, const Till& till) {
    const TestAccount& wanted = account_of(packed(typed.country));
    if (packed(typed.account) != wanted.number || packed(typed.routing) != wanted.routing)
        throw Refusal(400, "this sandbox takes test accounts only; for this country " +
                               std::string(wanted.number) +
                               (wanted.routing.empty() ? ", without a bank"
                                                       : " at " + std::string(wanted.routing)));
    return {till.test_mode ? Bank::approves : Bank::declines,
            kept(kDirectDebit, packed(typed.account))};
}

} // namespace

Means means_of(const Typed& typed, const Till& till) {
    return typed.account.empty() ? of_card(typed, till) : of_account(typed, till);
}

bool is_account(const Card& card) { return card.type == kDirectDebit; }

} // namespace sandbox
