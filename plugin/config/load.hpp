// Reads a configuration: YAML with limits, the schema, secrets by reference, then what a schema
// cannot express (unique ids, references that exist, amounts that are decimals of their currency).
// Reports every mistake, not only the first. Warnings are listed separately: settings that work as
// written, but are hardly intended.
#pragma once

#include "config/config.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace segpay {

constexpr std::size_t kMaxConfigBytes = std::size_t{256} * 1024;
constexpr int kMaxConfigDepth = 32;

enum class Severity { mistake, warning }; // numbers are those of BILLER_PROBLEM_*

struct Problem {
    std::string file;
    int line = 0; // from 1; 0: the file as a whole
    int column = 0;
    std::string message;
    Severity severity = Severity::mistake;

    friend bool operator==(const Problem&, const Problem&) = default;
};

// "segpay.yaml:31:16: eticket ...", "segpay.yaml:80:9: warning: ..."
std::string to_string(const Problem& problem);

struct LoadedConfig {
    std::optional<Config> config;  // none when there are problems
    std::vector<Problem> problems; // the mistakes, in order of lines
    std::vector<Problem> warnings; // in order of lines; not fatal
};

// Which ledger is opened: with `own`, one of the caller's, the configured one is not checked.
enum class LedgerUse { configured, own };

LoadedConfig load_config_file(const std::string& path, LedgerUse use = LedgerUse::configured);
// `name` is the file name in messages; relative ${file:...} references and the ledger's path are
// relative to its folder.
LoadedConfig load_config_text(const std::string& text, const std::string& name,
                              LedgerUse use = LedgerUse::configured);

} // namespace segpay
