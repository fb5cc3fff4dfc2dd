// Settings that work as written, but are hardly intended: an example address, a secret that others
// can read, a live account on the settings of a trial.
#pragma once

#include "config/config.hpp"
#include "config/yaml_tree.hpp"

#include <array>
#include <string>
#include <string_view>

namespace segpay {

// The keys of secrets: every key that is "writeOnly" in the schema. Dots join keys.
constexpr std::array<std::string_view, 5> kSecretKeys = {
    "postbacks.authenticity.basic.password", "postbacks.authenticity.secret.value", "seal.keys",
    "ledger.password_key", "ledger.mysql.password"};

// `root` is the tree that `config` was built from; invalid values in it are skipped, because they
// are reported already. Checks the ledger's folder, the kind of its file, which is a mistake if it
// is no database, and the modes of files that hold secrets. A secret never appears in a message.
void warn_of(const YamlNode& root, const Config& config, const std::string& folder, LedgerUse use,
             Problems& problems);

} // namespace segpay
