// What can be used as it is written, but is hardly what was meant: an address that nobody has, a
// secret that others can read, a live account on the settings of a trial.
#pragma once

#include "config/config.hpp"
#include "config/yaml_tree.hpp"

#include <array>
#include <string>
#include <string_view>

namespace segpay {

// Where secrets stand: every key that is "writeOnly" in the schema. Dots join keys.
constexpr std::array<std::string_view, 5> kSecretKeys = {
    "postbacks.authenticity.basic.password", "postbacks.authenticity.secret.value", "seal.keys",
    "ledger.password_key", "ledger.mysql.password"};

// `root` is the tree that `config` was built from; what it says wrongly is skipped, because that is
// reported already. Looks at the ledger's folder, at the kind of its file, which is a mistake if it
// is no database, and at the modes of files that hold secrets. A secret never stands in a message.
void warn_of(const YamlNode& root, const Config& config, const std::string& folder, LedgerUse use,
             Problems& problems);

} // namespace segpay
