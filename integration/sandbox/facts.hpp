// The content of a postback: the parameters of "Full List of Postback Parameters" and the values
// that a purchase gives them. Turns a letter into the URL or form to send.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "portal.hpp"
#include "purchase.hpp"
#include "template.hpp"

namespace sandbox {

/// One fact for the merchant, with the purchase as it was at that moment.
struct Letter {
    PostbackKind kind;
    Purchase purchase;
    std::optional<Transaction> transaction; ///< not for an expiry or a consumer's cancellation
    Timestamp at;

    const Eticket& eticket() const { return transaction ? transaction->eticket : purchase.eticket; }
    const Params& extras() const { return transaction ? transaction->extras : purchase.extras; }
};

/// The letter in the form that one postback of the portal asks for.
Filled write(const Portal& portal, const Letter& letter, const PostbackUrl& url);

} // namespace sandbox
