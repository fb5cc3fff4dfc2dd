// Reads a configuration: YAML with limits, the schema, secrets by reference, then what a schema
// cannot say (ids that must be unique, refs that must lead somewhere, amounts that must be decimals
// of their currency). Every mistake is reported, not only the first.
#pragma once

#include "config/config.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace segpay {

constexpr std::size_t kMaxConfigBytes = std::size_t{256} * 1024;
constexpr int kMaxConfigDepth = 32;

struct Problem {
    std::string file;
    int line = 0; // from 1; 0: the file as a whole
    int column = 0;
    std::string message;

    friend bool operator==(const Problem&, const Problem&) = default;
};

// "segpay.yaml:31:16: eticket ..."
std::string to_string(const Problem& problem);

struct LoadedConfig {
    std::optional<Config> config;  // none when there are problems
    std::vector<Problem> problems; // in order of lines
};

LoadedConfig load_config_file(const std::string& path);
// `name` stands for the file in messages; relative ${file:...} references and the ledger's path are
// relative to its folder.
LoadedConfig load_config_text(const std::string& text, const std::string& name);

} // namespace segpay
