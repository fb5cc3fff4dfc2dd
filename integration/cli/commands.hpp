// The commands of nats-segpay, with the values of the command line. Each command returns the exit
// code: 0 done, 1 the answer is no. It throws Usage for main to exit with 2, and any other
// exception for a failure (1).
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace nats_cli {

struct Usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The arguments of every command.
struct Common {
    std::string config; // empty: the example account, where a command allows it
    std::string plugin; // empty: the one beside the program
    std::string ledger; // empty: the configured one
    bool json = false;
    bool verbose = false;
};

// `file` may be empty: then it is the --config given. Strict: a warning is a failure, too.
int check(const Common& common, const std::string& file, bool is_strict);

struct LinkArguments {
    std::string kind;
    std::string option;
    std::vector<std::string> sets; // name=value
    std::string format = "url";
};
int link(const Common& common, const LinkArguments& arguments);

struct TranslateArguments {
    std::string peer = "127.0.0.1";
    std::string method;          // empty: POST for a line with a body, GET for any other
    std::string answer = "done"; // the host's answer to each event
    std::string name = "free";   // the host's answer to a probe
};
int translate(const Common& common, const TranslateArguments& arguments);

int portal(const Common& common, const std::string& join_host);

struct ListArguments {
    std::string purchase;
    std::string member;
    std::string state;                  // of `events` only
    std::optional<std::uint32_t> limit; // 0: all; unset: what fits the command
    std::optional<std::uint64_t> after; // a sequence; unset: the newest
};
int list_events(const Common& common, const ListArguments& arguments);
int list_dead_letters(const Common& common, const ListArguments& arguments);
int list_quarantine(const Common& common, const ListArguments& arguments);

struct DecisionArguments {
    std::vector<std::string> keys;
    bool all = false;
    std::string by;
    std::vector<std::string> says; // name=value; of `release` only
};
int redeliver(const Common& common, const DecisionArguments& arguments);
int release(const Common& common, const DecisionArguments& arguments);
int dismiss(const Common& common, const DecisionArguments& arguments);

} // namespace nats_cli
