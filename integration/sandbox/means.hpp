// Means of payment: the test cards and the test accounts of Segpay's documents, and the bank's
// answer to each. Numbers are not passed on from here.
#pragma once

#include <string>

#include "purchase.hpp"

namespace sandbox {

enum class Bank { approves, declines };

struct Means {
    Bank bank = Bank::approves;
    Card card; ///< type and last four digits only; empty: nothing was typed
};

/// The input of a pay page.
struct Typed {
    std::string card;
    std::string account; ///< number or IBAN, for direct debit
    std::string routing; ///< bank routing number, sort code or BIC
    std::string country; ///< two letters

    bool is_empty() const { return card.empty() && account.empty(); }
};

/// The website's settings for a payment.
struct Till {
    bool test_mode = true;
    std::string live_test_card; ///< empty: none
};

/// Processing API 2.0, "Testing Payments". In test mode 4444 3333 2222 1111 approves, 4444 4444
/// 4444 4455 declines, and the test account of the consumer's country approves, with its bank. In
/// live mode all of these decline, and the live test card approves. Throws Refusal (400) for any
/// other number, which it does not repeat.
Means means_of(const Typed& typed, const Till& till);

/// Whether it is an account: "the one-click option is only available for credit card payments".
bool is_account(const Card& card);

} // namespace sandbox
