// Stands between a host and the real plugin and alters both as a test says: a host is slow,
// refuses, answers nonsense or throws, its clock jumps, and a plugin acknowledges, drops or doubles
// what it must not. Uses nothing but biller.h and its wrapper.
//
// SEGPAY_ODD names a file of rules, one a line, read again at each call, so that a test can change
// them while the host runs. The first rule that applies is followed:
//
//     WHAT NUMBER KEY     of events whose key contains KEY; "*": of all
//
//     hold 0              the host waits for as long as the rule stands, then does what it does
//     retry, refuse, throw, answer VALUE    instead of asking the host
//     drop N, double N    each N-th event: not delivered, and delivered again under another key
//     acknowledge MS      answered with success at once, passed to the plugin that much later
//     alone 0             there is no hook for many: requests come one at a time
//     clock MS            added to the clock
#include "biller.hpp"

#include <dlfcn.h>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr std::int64_t kPollMs = 20;

using biller::bytes;
using biller::view;

struct Rule {
    std::string what;
    std::int64_t number = 0;
    std::string key;
};

template <class Fits>
std::optional<Rule> first_rule(Fits fits) {
    const char* path = std::getenv("SEGPAY_ODD");
    std::ifstream file(path ? path : "");
    for (Rule rule; file >> rule.what >> rule.number >> rule.key;)
        if (fits(rule)) return rule;
    return std::nullopt;
}

std::optional<Rule> rule_named(std::string_view what) {
    return first_rule([&](const Rule& rule) { return rule.what == what; });
}

std::optional<Rule> rule_for(std::string_view key) {
    return first_rule([&](const Rule& rule) {
        return rule.what != "clock" && rule.what != "acknowledge" && rule.what != "alone" &&
               (rule.key == "*" || key.find(rule.key) != std::string_view::npos);
    });
}

bool is_held(std::string_view key) {
    const std::optional<Rule> rule = rule_for(key);
    return rule && rule->what == "hold";
}

void sleep_ms(std::int64_t pause) { std::this_thread::sleep_for(std::chrono::milliseconds(pause)); }

// ---- The host as the plugin sees it

biller_host real_host;
std::atomic<std::int64_t> delivered_so_far{0};

std::optional<uint32_t> answer_instead(const Rule& rule) {
    if (rule.what == "retry") return BILLER_RETRY;
    if (rule.what == "refuse") return BILLER_REFUSE;
    if (rule.what == "answer") return static_cast<uint32_t>(rule.number);
    if (rule.what == "throw") throw 42;
    return std::nullopt;
}

void await_end_of_hold(const Rule& rule, std::string_view key) {
    while (rule.what == "hold" && is_held(key))
        sleep_ms(kPollMs);
}

bool is_nth_event(const Rule& rule) {
    return rule.number > 0 && ++delivered_so_far % rule.number == 0;
}

uint32_t deliver_again(const biller_event& event, biller_reason* reason) {
    const std::string key = std::string(view(event.key)) + "/again";
    biller_event again = event;
    again.key = bytes(key);
    return real_host.event(real_host.context, &again, reason);
}

uint32_t odd_event(void*, const biller_event* event, biller_reason* reason) {
    const Rule rule = rule_for(view(event->key)).value_or(Rule());
    if (const auto answer = answer_instead(rule)) return *answer;
    await_end_of_hold(rule, view(event->key));
    const bool is_nth = is_nth_event(rule);
    if (rule.what == "drop" && is_nth) return BILLER_DONE;
    const uint32_t answer = real_host.event(real_host.context, event, reason);
    if (rule.what == "double" && is_nth) deliver_again(*event, reason);
    return answer;
}

uint32_t odd_probe(void*, const biller_probe* probe) {
    return real_host.probe ? real_host.probe(real_host.context, probe) : 0;
}

void odd_log(void*, uint32_t level, const biller_bytes* line) {
    if (real_host.log) real_host.log(real_host.context, level, line);
}

std::int64_t odd_clock(void*) {
    using namespace std::chrono;
    const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    return now + rule_named("clock").value_or(Rule()).number;
}

// ---- The plugin as the host sees it

const biller_plugin* real_plugin;
biller_plugin odd_plugin;

uint32_t odd_open(const biller_config* config, const biller_host* host, biller_instance** instance,
                  biller_reason* reason) {
    real_host = *host;
    biller_host odd = *host;
    odd.event = odd_event;
    odd.probe = odd_probe;
    odd.log = odd_log;
    odd.now_ms = odd_clock;
    return real_plugin->open(config, &odd, instance, reason);
}

void pass_on_later(biller_instance* instance, const biller_http_request& request,
                   std::int64_t pause) {
    std::thread([=, method = std::string(view(request.method)),
                 query = std::string(view(request.query)), body = std::string(view(request.body)),
                 peer = std::string(view(request.peer))] {
        sleep_ms(pause);
        biller_http_request later{};
        later.struct_size = sizeof later;
        later.method = bytes(method);
        later.query = bytes(query);
        later.body = bytes(body);
        later.peer = bytes(peer);
        biller_reply_sink ignored{};
        ignored.struct_size = sizeof ignored;
        ignored.reply = [](void*, const biller_http_reply*) {};
        biller_reason reason{};
        reason.struct_size = sizeof reason;
        // The status does not matter: the answer was given already.
        [[maybe_unused]] const uint32_t status =
            real_plugin->handle(instance, &later, &ignored, &reason);
    }).detach();
}

biller_http_reply acknowledgement() {
    biller_http_reply reply{};
    reply.struct_size = sizeof reply;
    reply.status = 200;
    reply.content_type = biller_text("text/plain; charset=utf-8");
    reply.body = biller_text("*success*");
    return reply;
}

uint32_t odd_handle(biller_instance* instance, const biller_http_request* request,
                    const biller_reply_sink* sink, biller_reason* reason) {
    const std::optional<Rule> rule = rule_named("acknowledge");
    if (!rule) return real_plugin->handle(instance, request, sink, reason);
    pass_on_later(instance, *request, rule->number);
    const biller_http_reply reply = acknowledgement();
    sink->reply(sink->context, &reply);
    return BILLER_STATUS_OK;
}

const biller_pull& real_pull() {
    const biller_bytes name = biller_text(BILLER_PULL_EXTENSION);
    return *static_cast<const biller_pull*>(real_plugin->extension(&name));
}

// A round of the real plugin; the host gets the events that no rule withholds.
struct OddRound {
    std::vector<const biller_pulled_event*> delivered;
    std::vector<const biller_event*> doubled;
    std::vector<biller_answer> ours; // to events that the host does not get
};
std::mutex rounds_mutex;
std::map<std::uint64_t, OddRound> rounds; // by number; guarded by rounds_mutex

OddRound odd_round_of(const biller_pulled& pulled) {
    OddRound round;
    for (std::size_t i = 0; i < pulled.event_count; ++i) {
        const biller_pulled_event* each = pulled.events[i];
        const Rule rule = rule_for(view(each->event->key)).value_or(Rule());
        await_end_of_hold(rule, view(each->event->key));
        const bool is_nth = is_nth_event(rule);
        std::optional<uint32_t> answer;
        if (rule.what == "throw")
            answer = BILLER_RETRY; // as of a host without an answer
        else
            answer = answer_instead(rule);
        if (rule.what == "drop" && is_nth) answer = BILLER_DONE;
        if (answer)
            round.ours.push_back({sizeof(biller_answer), *answer, each->token, {}});
        else
            round.delivered.push_back(each);
        if (rule.what == "double" && is_nth) round.doubled.push_back(each->event);
    }
    return round;
}

uint32_t settle_all(biller_instance* instance, std::uint64_t number,
                    std::vector<const biller_answer*> answers, const OddRound& round,
                    biller_pulled* pulled, biller_reason* reason) {
    for (const biller_answer& each : round.ours)
        answers.push_back(&each);
    return real_pull().settle(instance, number, answers.data(),
                              static_cast<uint32_t>(answers.size()), pulled, reason);
}

// A reply that outlives the next call with its round.
class KeptReply {
public:
    explicit KeptReply(const biller_pulled_reply& reply)
        : kept_(biller::detail::reply_of(*reply.reply)) {
        for (const auto& [name, value] : kept_.headers)
            headers_.push_back({bytes(name), bytes(value)});
        reply_ = {sizeof reply_,
                  kept_.status,
                  bytes(kept_.content_type),
                  bytes(kept_.body),
                  kept_.disposition,
                  kept_.retry_after_s,
                  bytes(kept_.disposition_name),
                  bytes(kept_.message),
                  bytes(kept_.key),
                  headers_.data(),
                  headers_.size()};
        pulled_ = {sizeof pulled_, reply.request, &reply_};
    }
    KeptReply(const KeptReply&) = delete;

    const biller_pulled_reply* get() const { return &pulled_; }

private:
    biller::Reply kept_;
    std::vector<biller_pair> headers_;
    biller_http_reply reply_;
    biller_pulled_reply pulled_;
};

// Settles the withheld events of each round, until a round has something for the host or is empty.
uint32_t odd_pulled(biller_instance* instance, uint32_t status, biller_pulled* pulled,
                    biller_reason* reason) {
    static thread_local std::deque<KeptReply> kept;
    static thread_local std::vector<const biller_pulled_reply*> replies;
    kept.clear();
    replies.clear();
    while (status == BILLER_STATUS_OK) {
        OddRound round = odd_round_of(*pulled);
        for (std::size_t i = 0; i < pulled->reply_count; ++i)
            replies.push_back(kept.emplace_back(*pulled->replies[i]).get());
        if (round.ours.empty() || !round.delivered.empty() || pulled->question_count != 0) {
            const std::lock_guard lock(rounds_mutex);
            OddRound& open = rounds[pulled->round] = std::move(round);
            pulled->events = open.delivered.data();
            pulled->event_count = open.delivered.size();
            break;
        }
        status = settle_all(instance, pulled->round, {}, round, pulled, reason);
    }
    pulled->replies = replies.data();
    pulled->reply_count = replies.size();
    return status;
}

uint32_t odd_take(biller_instance* instance, const biller_http_request* const* requests,
                  uint32_t count, biller_pulled* pulled, biller_reason* reason) {
    const std::optional<Rule> rule = rule_named("acknowledge");
    if (!rule)
        return odd_pulled(instance, real_pull().take(instance, requests, count, pulled, reason),
                          pulled, reason);
    static const biller_http_reply reply = acknowledgement();
    static thread_local std::vector<biller_pulled_reply> replies;
    static thread_local std::vector<const biller_pulled_reply*> pointers;
    replies.clear();
    pointers.clear();
    replies.reserve(count);
    for (uint32_t i = 0; i < count; ++i) {
        pass_on_later(instance, *requests[i], rule->number);
        replies.push_back({sizeof(biller_pulled_reply), i, &reply});
        pointers.push_back(&replies.back());
    }
    *pulled = {pulled->struct_size, count, 0, nullptr, 0, nullptr, 0, pointers.data(), count};
    return BILLER_STATUS_OK;
}

uint32_t odd_due(biller_instance* instance, uint32_t limit, biller_pulled* pulled,
                 biller_reason* reason) {
    return odd_pulled(instance, real_pull().due(instance, limit, pulled, reason), pulled, reason);
}

uint32_t odd_settle(biller_instance* instance, std::uint64_t number,
                    const biller_answer* const* answers, uint32_t count, biller_pulled* pulled,
                    biller_reason* reason) {
    OddRound round;
    {
        const std::lock_guard lock(rounds_mutex);
        std::swap(round, rounds[number]);
    }
    for (const biller_event* event : round.doubled)
        deliver_again(*event, reason);
    const uint32_t status =
        settle_all(instance, number, std::vector(answers, answers + count), round, pulled, reason);
    return odd_pulled(instance, status, pulled, reason);
}

void odd_end(biller_instance* instance, std::uint64_t number) {
    {
        const std::lock_guard lock(rounds_mutex);
        rounds.erase(number);
    }
    real_pull().end(instance, number);
}

const void* odd_extension(const biller_bytes* name) {
    if (view(*name) != BILLER_PULL_EXTENSION) return real_plugin->extension(name);
    static const biller_pull pull = [] {
        biller_pull odd = real_pull();
        odd.take = odd_take;
        odd.due = odd_due;
        odd.settle = odd_settle;
        odd.end = odd_end;
        return odd;
    }();
    return rule_named("alone") ? nullptr : &pull;
}

// The real plugin is beside this one, unless SEGPAY_ODD_PLUGIN names it.
std::string real_path() {
    if (const char* named = std::getenv("SEGPAY_ODD_PLUGIN")) return named;
    Dl_info here{};
    dladdr(reinterpret_cast<void*>(&odd_handle), &here);
    return std::filesystem::path(here.dli_fname).replace_filename("nats_segpay.so");
}

} // namespace

extern "C" uint32_t biller_entry_v1(const biller_host_info* host, const biller_plugin** plugin,
                                    biller_reason* reason) {
    *plugin = nullptr;
    void* library = dlopen(real_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) return BILLER_STATUS_INTERNAL;
    const auto entry = reinterpret_cast<biller_entry_fn*>(dlsym(library, "biller_entry_v1"));
    if (!entry) return BILLER_STATUS_INTERNAL;
    const uint32_t status = entry(host, &real_plugin, reason);
    if (status != BILLER_STATUS_OK) return status;
    odd_plugin = *real_plugin;
    odd_plugin.open = odd_open;
    odd_plugin.handle = odd_handle;
    odd_plugin.extension = odd_extension;
    *plugin = &odd_plugin;
    return BILLER_STATUS_OK;
}
