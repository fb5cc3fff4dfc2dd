// Stands between a host and the real plugin, and does to both what a test says: so a host is slow,
// refuses, answers nonsense or throws, its clock jumps, and a plugin acknowledges, drops or doubles
// what it must not. Knows nothing but biller.h.
//
// SEGPAY_ODD names a file of rules, one a line, read anew at each call, so that a test can change
// them while the host runs. The first one that applies is followed:
//
//     WHAT NUMBER KEY     of events whose key contains KEY; "*": of all
//
//     hold 0              the host waits for as long as the rule stands, then does what it does
//     retry, refuse, throw, answer VALUE    instead of asking the host
//     drop N, double N    each N-th event: never told, and told again under another key
//     acknowledge MS      answered with success at once, handed to the plugin so much later
//     alone 0             there is no hook for many: requests come one at a time
//     clock MS            added to the clock
#include "biller.h"

#include <dlfcn.h>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::int64_t kPollMs = 20;

std::string_view view(const biller_bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

biller_bytes bytes(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

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
std::atomic<std::int64_t> told_so_far{0};

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

bool is_its_turn(const Rule& rule) { return rule.number > 0 && ++told_so_far % rule.number == 0; }

uint32_t tell_again(const biller_event& event, biller_reason* reason) {
    const std::string key = std::string(view(event.key)) + "/again";
    biller_event again = event;
    again.key = bytes(key);
    return real_host.event(real_host.context, &again, reason);
}

uint32_t odd_event(void*, const biller_event* event, biller_reason* reason) {
    const Rule rule = rule_for(view(event->key)).value_or(Rule());
    if (const auto answer = answer_instead(rule)) return *answer;
    await_end_of_hold(rule, view(event->key));
    const bool is_turn = is_its_turn(rule);
    if (rule.what == "drop" && is_turn) return BILLER_DONE;
    const uint32_t answer = real_host.event(real_host.context, event, reason);
    if (rule.what == "double" && is_turn) tell_again(*event, reason);
    return answer;
}

// The host is told of what no rule keeps from it, in one call.
void odd_events(const biller_batch_sink& real, biller_delivery* const* deliveries, uint32_t count) {
    std::vector<biller_delivery*> told, doubled;
    for (biller_delivery* delivery : std::vector(deliveries, deliveries + count)) {
        const Rule rule = rule_for(view(delivery->event->key)).value_or(Rule());
        const auto answer = answer_instead(rule);
        if (answer) delivery->answer = *answer;
        if (answer) continue;
        await_end_of_hold(rule, view(delivery->event->key));
        const bool is_turn = is_its_turn(rule);
        if (rule.what == "drop" && is_turn) delivery->answer = BILLER_DONE;
        if (rule.what == "drop" && is_turn) continue;
        told.push_back(delivery);
        if (rule.what == "double" && is_turn) doubled.push_back(delivery);
    }
    if (!told.empty()) real.events(real.context, told.data(), static_cast<uint32_t>(told.size()));
    for (const biller_delivery* delivery : doubled)
        tell_again(*delivery->event, delivery->reason);
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

void hand_over_later(biller_instance* instance, const biller_http_request& request,
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
        biller_reply_sink nobody{};
        nobody.struct_size = sizeof nobody;
        nobody.reply = [](void*, const biller_http_reply*) {};
        biller_reason reason{};
        reason.struct_size = sizeof reason;
        // As odd as the rest: nobody looks whether it went well.
        [[maybe_unused]] const uint32_t status =
            real_plugin->handle(instance, &later, &nobody, &reason);
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
    hand_over_later(instance, *request, rule->number);
    const biller_http_reply reply = acknowledgement();
    sink->reply(sink->context, &reply);
    return BILLER_STATUS_OK;
}

const void* real_extension(const char* name) {
    const biller_bytes wanted = biller_text(name);
    return real_plugin->extension(&wanted);
}

uint32_t odd_batch(biller_instance* instance, const biller_http_request* const* requests,
                   uint32_t count, const biller_batch_sink* sink, biller_reason* reason) {
    if (const std::optional<Rule> rule = rule_named("acknowledge")) {
        const biller_http_reply reply = acknowledgement();
        for (uint32_t i = 0; i < count; ++i) {
            hand_over_later(instance, *requests[i], rule->number);
            sink->reply(sink->context, i, &reply);
        }
        return BILLER_STATUS_OK;
    }
    biller_batch_sink odd{};
    odd.struct_size = sizeof odd;
    odd.context = const_cast<biller_batch_sink*>(sink);
    odd.reply = [](void* context, uint32_t number, const biller_http_reply* reply) {
        const auto* real = static_cast<const biller_batch_sink*>(context);
        real->reply(real->context, number, reply);
    };
    if (sink->events)
        odd.events = [](void* context, biller_delivery* const* deliveries, uint32_t size) {
            odd_events(*static_cast<const biller_batch_sink*>(context), deliveries, size);
        };
    const auto* real = static_cast<const biller_batch*>(real_extension(BILLER_BATCH_EXTENSION));
    return real->handle(instance, requests, count, &odd, reason);
}

const void* odd_extension(const biller_bytes* name) {
    static constexpr biller_batch kBatch = {sizeof(biller_batch), 0, odd_batch};
    if (view(*name) != BILLER_BATCH_EXTENSION) return real_plugin->extension(name);
    return rule_named("alone") ? nullptr : &kBatch;
}

// The real one lies beside this one, unless SEGPAY_ODD_PLUGIN names it.
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
