// nats-segpay translate: postbacks from standard input, one a line, against one instance with a
// ledger in memory; the outcome of each as one JSON object a line.
#include "commands.hpp"
#include "event_json.hpp"
#include "places.hpp"
#include "quiet_host.hpp"

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string_view>

namespace nats_cli {
namespace {

struct Named {
    std::string_view name;
    std::uint32_t value;
};
constexpr Named kAnswers[] = {
    {"done", BILLER_DONE}, {"retry", BILLER_RETRY}, {"refuse", BILLER_REFUSE}};
constexpr Named kNames[] = {
    {"free", BILLER_NAME_FREE}, {"taken", BILLER_NAME_TAKEN}, {"unsaid", 0}};

template <std::size_t size>
std::uint32_t value_of(const Named (&table)[size], std::string_view name) {
    for (const Named& row : table)
        if (row.name == name) return row.value;
    throw Usage("\"" + std::string(name) + "\" is no answer");
}

// Answers as configured and collects the events of the current line.
class CollectingHost : public QuietHost {
public:
    CollectingHost(const Common& common, const TranslateArguments& arguments)
        : QuietHost(common.verbose),
          answer_(value_of(kAnswers, arguments.answer)),
          name_(value_of(kNames, arguments.name)) {}

    biller::Answer event(const biller_event& event) override {
        events_.push_back(event_json(event));
        return {answer_, answer_ == BILLER_DONE ? "" : "as --answer says"};
    }
    std::uint32_t probe(const biller_probe&) override { return name_; }

    Json take_events() { return std::exchange(events_, Json::array()); }

private:
    std::uint32_t answer_;
    std::uint32_t name_;
    Json events_ = Json::array();
};

constexpr std::string_view kBodyPrefix = "body:";

// "query", "body:...", or "query<TAB>body".
biller::Request request_of(std::string_view line, const TranslateArguments& arguments) {
    biller::Request request;
    request.peer = arguments.peer;
    bool has_body = true;
    if (line.starts_with(kBodyPrefix)) {
        request.body = line.substr(kBodyPrefix.size());
    } else if (std::size_t tab = line.find('\t'); tab != std::string_view::npos) {
        request.query = line.substr(0, tab);
        request.body = line.substr(tab + 1);
    } else {
        request.query = line;
        has_body = false;
    }
    request.method = !arguments.method.empty() ? arguments.method : has_body ? "POST" : "GET";
    if (has_body) request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    return request;
}

Json outcome_json(const biller::Reply& reply, Json events) {
    Json json = {{"reply", {{"status", reply.status}, {"body", reply.body}}},
                 {"disposition", reply.disposition_name},
                 {"events", std::move(events)}};
    if (!reply.message.empty()) json["message"] = reply.message;
    Json& headers = json["headers"] = Json::object();
    for (const auto& [name, value] : reply.headers)
        headers[name] = value;
    return json;
}

// A host's answer when the plugin itself fails: Segpay has to come again.
Json failure_json(const biller::Error& failure, Json events) {
    return {{"reply", {{"status", 500}, {"body", ""}}},
            {"disposition", nullptr},
            {"events", std::move(events)},
            {"message", failure.what()}};
}

} // namespace

int translate(const Common& common, const TranslateArguments& arguments) {
    CollectingHost host(common, arguments);
    biller::Library library(plugin_file(common), "nats-segpay " NATS_SEGPAY_VERSION);
    biller::Instance segpay(library, without_ledger(config_or_example(common)), host);
    int exit_code = 0;
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        Json outcome;
        try {
            biller::Reply reply = segpay.handle(request_of(line, arguments));
            outcome = outcome_json(reply, host.take_events());
        } catch (const biller::Error& failure) {
            outcome = failure_json(failure, host.take_events());
            exit_code = 1;
        }
        std::puts(one_line(outcome).c_str());
        std::fflush(stdout); // the writer of the line may wait for it
    }
    return exit_code;
}

} // namespace nats_cli
