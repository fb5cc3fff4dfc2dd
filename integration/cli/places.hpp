// The files that belong to this program: the plugin and the example account, found relative to the
// executable, in a build tree as in an installation.
#pragma once

#include "commands.hpp"

#include "biller.hpp"

#include <string>

namespace nats_cli {

std::string plugin_file(const Common& common);

// The --config given, or the example account. Throws Usage when neither exists.
std::string config_or_example(const Common& common);

// The --config given. Throws Usage without it: for commands that read an operator's ledger.
std::string required_config(const Common& common);

// The --config given, with the --ledger given or the configured one. A ledger that is named on the
// command line must exist: reading must not make an empty one.
biller::Config with_ledger(const Common& common);

// A configuration with a ledger that ends with the process.
biller::Config without_ledger(const std::string& config_file);

} // namespace nats_cli
