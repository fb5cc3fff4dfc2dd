// The command line of nats-host as a value.
#pragma once

#include "effects.hpp"

#include <string>

namespace nats_host {

struct Options {
    std::string config;                    // the plugin's YAML file
    std::string plugin;                    // the shared object
    std::string data;                      // folder of host.sqlite and ledger.sqlite
    std::string catalogue;                 // sites and join options
    std::string listen = "127.0.0.1:8080"; // sign-up and postbacks
    std::string admin = "127.0.0.1:8081";  // operator pages
    std::string public_url;                // as customers reach `listen`; empty: its address
    std::string die_at;                    // "STEP:N"; empty: live on
    MemberManagement member_management = MemberManagement::nats;
    bool durable_marks = false;
    bool configured_ledger = false; // where `config` says, not in `data`
    bool admin_anywhere = false;
    bool verbose = false;
};

// Reads the command line. When the program has to end at once (--help, a mistake), prints the
// reason on the right stream and exits: 0 after --help, 2 after a mistake.
Options parse_options(int argc, char** argv);

} // namespace nats_host
