// Single Use Promotions: a price that each consumer may have once, or once in so many days.
#pragma once

#include <string>

#include "purchase.hpp"

namespace sandbox {

/// Throws Refusal (409) if a consumer with one of the promotion's properties has had it already
/// (Processing API 2.0, "Single Use Promotions"). `sale` is not in the books yet.
void check_promotion(const Portal& portal, const Books& books, const Transaction& sale,
                     const std::string& email, const Card& card);

} // namespace sandbox
