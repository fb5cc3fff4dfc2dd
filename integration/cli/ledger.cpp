// nats-segpay events, dead-letters, redeliver, quarantine: the entries of the ledger, and an
// operator's decisions about them. This process applies no events: a released or requeued event
// becomes pending, and the host that runs on the ledger delivers it.
#include "commands.hpp"
#include "event_json.hpp"
#include "nearest.hpp"
#include "places.hpp"
#include "quiet_host.hpp"
#include "table.hpp"

#include <Poco/URI.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace nats_cli {
namespace {

struct State {
    std::string_view name;
    std::uint32_t state;
};
constexpr State kStates[] = {
    {"pending", BILLER_STATE_PENDING},         {"settled", BILLER_STATE_SETTLED},
    {"dead_letter", BILLER_STATE_DEAD_LETTER}, {"quarantined", BILLER_STATE_QUARANTINED},
    {"conflict", BILLER_STATE_CONFLICT},       {"unknown", BILLER_STATE_UNKNOWN},
    {"dismissed", BILLER_STATE_DISMISSED},     {"released", BILLER_STATE_RELEASED},
};

constexpr std::uint32_t kNewestEvents = 100;
constexpr std::uint32_t kDeadLetters = BILLER_STATES(BILLER_STATE_DEAD_LETTER);
constexpr std::uint32_t kKept = BILLER_STATES(BILLER_STATE_QUARANTINED) |
                                BILLER_STATES(BILLER_STATE_CONFLICT) |
                                BILLER_STATES(BILLER_STATE_UNKNOWN);

std::uint32_t states_of(const std::string& name) {
    if (name.empty()) return BILLER_STATES_ALL;
    std::vector<std::string_view> known;
    for (const State& row : kStates) {
        if (row.name == name) return BILLER_STATES(row.state);
        known.push_back(row.name);
    }
    throw Usage("--state: \"" + name + "\" is no state" + suggestion(name, known));
}

// The plugin, opened on the operator's ledger.
class Account {
public:
    explicit Account(const Common& common)
        : config_(with_ledger(common)),
          library_(plugin_file(common), "nats-segpay " NATS_SEGPAY_VERSION),
          host_(common.verbose),
          segpay_(library_, config_, host_) {}

    biller::Instance& segpay() { return segpay_; }

private:
    biller::Config config_;
    biller::Library library_;
    QuietHost host_;
    biller::Instance segpay_;
};

// An entry, copied while it is valid.
struct Row {
    Json json;
    std::vector<std::string> columns;
    std::string key;
    std::string details; // for people: the reason, the request
};

std::string text_of_time(std::int64_t unix_ms) {
    Json time = time_json(unix_ms / 1000 * 1000);
    return time.is_null() ? "" : time.get<std::string>();
}

Row row_of(const biller_entry& entry) {
    Row row;
    row.json = entry_json(entry);
    row.key = biller::text(entry.key);
    row.columns = {std::to_string(entry.sequence), biller::text(entry.state_name),
                   text_of_time(entry.received_at_ms)};
    if (const biller_event* event = entry.event)
        row.columns.insert(row.columns.end(),
                           {biller::text(event->kind_name), biller::text(event->purchase_id),
                            biller::text(event->transaction_id), biller::text(event->member_id),
                            amount_text(event->amount)});
    row.columns.resize(8);
    const std::pair<const char*, std::string> lines[] = {
        {"key     ", row.key},
        {"why     ", biller::text(entry.message)},
        {"request ", biller::text(entry.request)},
    };
    for (const auto& [label, text] : lines)
        if (!text.empty()) row.details += std::string("    ") + label + text + "\n";
    return row;
}

// Oldest first, like a log. Without `after` the newest ones, if a limit says how many.
std::vector<Row> read(biller::Instance& segpay, const ListArguments& arguments,
                      std::uint32_t states) {
    biller_entry_query query = biller::entry_query(states);
    query.limit = arguments.limit.value_or(0);
    query.after = arguments.after.value_or(0);
    query.newest_first = arguments.after ? BILLER_NO : BILLER_YES;
    if (!arguments.purchase.empty()) query.purchase_id = biller::bytes(arguments.purchase);
    if (!arguments.member.empty()) query.member_id = biller::bytes(arguments.member);
    std::vector<Row> rows;
    segpay.entries(query, [&rows](const biller_entry& entry) {
        rows.push_back(row_of(entry));
        return true;
    });
    if (!arguments.after) std::reverse(rows.begin(), rows.end());
    return rows;
}

enum class Details { off, on };

void print(const std::vector<Row>& rows, Details details) {
    Table table(
        {"NUMBER", "STATE", "RECEIVED", "KIND", "PURCHASE", "TRANSACTION", "MEMBER", "AMOUNT"});
    for (const Row& row : rows)
        table.add(row.columns);
    const std::vector<std::string> lines = table.lines();
    std::puts(rows.empty() ? "nothing" : lines.front().c_str());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::puts(lines[i + 1].c_str());
        if (details == Details::on) std::puts(rows[i].details.c_str());
    }
}

int list(const Common& common, const ListArguments& arguments, std::uint32_t states,
         Details details) {
    Account account(common);
    const std::vector<Row> rows = read(account.segpay(), arguments, states);
    if (!common.json) {
        print(rows, details);
        return 0;
    }
    for (const Row& row : rows)
        std::puts(one_line(row.json).c_str());
    return 0;
}

struct Outcome {
    const char* state;
    const char* words;
};

// This process is not the host: an event to deliver is left to the running one.
Outcome outcome_of(std::uint32_t decision) {
    if (decision == BILLER_DECIDE_DISMISS) return {"dismissed", "dismissed"};
    return {"pending", "pending, the host will deliver it"};
}

std::string encoded(const std::vector<std::string>& says) {
    constexpr char kReserved[] = "&=+%#;";
    std::string form;
    for (const std::string& say : says) {
        const std::size_t equals = say.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Usage("--say \"" + say + "\": write name=value");
        if (!form.empty()) form += '&';
        Poco::URI::encode(say.substr(0, equals), kReserved, form);
        form += '=';
        Poco::URI::encode(say.substr(equals + 1), kReserved, form);
    }
    return form;
}

// One decision for each key; a failing key does not stop the others.
int decide(const Common& common, const DecisionArguments& arguments, std::uint32_t decision) {
    Account account(common);
    std::vector<std::string> keys = arguments.keys;
    if (arguments.all)
        for (const Row& row : read(account.segpay(), {}, kDeadLetters))
            keys.push_back(row.key);
    if (keys.empty()) std::fprintf(stderr, "nats-segpay: there are no dead letters\n");
    const std::string says = encoded(arguments.says);
    int exit_code = keys.empty() ? 1 : 0;
    for (const std::string& key : keys) {
        try {
            account.segpay().decide(decision, key, arguments.by, true, says);
            const Outcome outcome = outcome_of(decision);
            if (common.json)
                std::puts(one_line({{"key", key}, {"state", outcome.state}}).c_str());
            else
                std::printf("%s: %s\n", key.c_str(), outcome.words);
        } catch (const biller::Error& failure) {
            std::fprintf(stderr, "nats-segpay: %s: %s\n", key.c_str(), failure.what());
            exit_code = 1;
        }
    }
    return exit_code;
}

} // namespace

int list_events(const Common& common, const ListArguments& arguments) {
    ListArguments limited = arguments;
    limited.limit = arguments.limit.value_or(kNewestEvents);
    return list(common, limited, states_of(arguments.state), Details::off);
}

int list_dead_letters(const Common& common, const ListArguments& arguments) {
    return list(common, arguments, kDeadLetters, Details::on);
}

int list_quarantine(const Common& common, const ListArguments& arguments) {
    return list(common, arguments, kKept, Details::on);
}

int redeliver(const Common& common, const DecisionArguments& arguments) {
    if (arguments.all == !arguments.keys.empty())
        throw Usage("say which dead letters: their keys, or --all");
    return decide(common, arguments, BILLER_DECIDE_REDELIVER);
}

int release(const Common& common, const DecisionArguments& arguments) {
    if (!arguments.says.empty() && arguments.keys.size() != 1)
        throw Usage("--say completes one request: give its key alone");
    return decide(common, arguments, BILLER_DECIDE_RELEASE);
}

int dismiss(const Common& common, const DecisionArguments& arguments) {
    return decide(common, arguments, BILLER_DECIDE_DISMISS);
}

} // namespace nats_cli
