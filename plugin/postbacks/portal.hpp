// What an operator enters in Segpay's Merchant Portal under My Websites > Manage Postbacks, so that
// this configuration works (NATS integration guide, Step 3, with "&currencycode=" as it was meant).
#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segpay {

struct PortalField {
    bool is_required = false;
    std::string title; // as the portal calls it
    std::string value; // to paste; a secret is only named, never printed
    std::string note;
};

// Whether a text is a host's name or address with an optional port: letters, digits, '.', '-', ':'
// and, for IPv6, brackets.
bool is_host_name(std::string_view text);

// The path of the postbacks: postbacks.path without its query, a part of `config`.
std::string_view postback_path(const Config& config);

// `join_host`: the host's name with an optional port, e.g. "join.example.com". No scheme: the
// portal adds https.
std::vector<PortalField> portal_fields(const Config& config, std::string_view join_host);

} // namespace segpay
