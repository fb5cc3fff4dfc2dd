// Hooks that check a configuration, and open and close an instance.
#include "config/load.hpp"
#include "entry/hooks.hpp"

#include <algorithm>
#include <tuple>

namespace segpay {

namespace {

LoadedConfig load(const biller_config& config) {
    const std::string path(view(config.path));
    const bool is_cut = path.find('\0') != std::string::npos ||
                        view(config.ledger).find('\0') != std::string_view::npos;
    require(!is_cut, "config->path or config->ledger holds a NUL, where the system would cut it");
    const LedgerUse use = config.ledger.data ? LedgerUse::own : LedgerUse::configured;
    if (!config.text.data) {
        require(!path.empty(), "config names neither path nor text");
        return load_config_file(path, use);
    }
    return load_config_text(std::string(view(config.text)), path.empty() ? "config" : path, use);
}

// Mistakes and warnings, by line and column.
std::vector<Problem> all_of(const LoadedConfig& loaded) {
    std::vector<Problem> all = loaded.problems;
    const auto middle = all.insert(all.end(), loaded.warnings.begin(), loaded.warnings.end());
    const auto is_before = [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    };
    std::inplace_merge(all.begin(), middle, all.end(), is_before);
    return all;
}

LedgerSettings ledger_settings(const Config& config, const biller_config& given) {
    LedgerSettings settings;
    settings.path = given.ledger.data ? std::string(view(given.ledger)) : config.ledger.path;
    if (!given.ledger.data) settings.mysql = config.ledger.mysql;
    settings.lease_ms = config.ledger.lease_seconds * 1000;
    settings.password_key = config.ledger.password_key;
    settings.repeat_window_ms = config.postbacks.repeats_ms();
    return settings;
}

} // namespace

uint32_t check(const biller_config* config, const biller_problem_sink* sink,
               biller_reason* reason) {
    const void* const frame = __builtin_frame_address(0);
    return guarded(reason, [&] {
        const HookScope scope(frame);
        require(config && has_callback(sink, &biller_problem_sink::problem),
                "config, sink or sink->problem is NULL");
        const LoadedConfig loaded = load(adopted(config));
        for (const Problem& found : all_of(loaded)) {
            auto problem = sized<biller_problem>();
            problem.line = static_cast<uint32_t>(found.line);
            problem.column = static_cast<uint32_t>(found.column);
            problem.file = bytes(found.file);
            problem.severity = static_cast<uint32_t>(found.severity);
            problem.message = bytes(found.message);
            if (call_out([&] { return sink->problem(sink->context, &problem); }) == BILLER_STOP)
                return BILLER_STATUS_STOPPED;
        }
        if (loaded.problems.empty()) return BILLER_STATUS_OK;
        throw Stop{BILLER_STATUS_CONFIG, to_string(loaded.problems.front())};
    });
}

std::unique_ptr<biller_instance> open_instance(const biller_config& given,
                                               const biller_host& host) {
    LoadedConfig loaded = load(given);
    if (!loaded.config)
        throw Stop{BILLER_STATUS_CONFIG,
                   to_string(loaded.problems.front()) +
                       (loaded.problems.size() > 1
                            ? " (and " + std::to_string(loaded.problems.size() - 1) + " more)"
                            : "")};
    for (const Problem& warning : loaded.warnings)
        Host(host).log(LogLevel::warning, to_string(warning));
    const LedgerSettings settings = ledger_settings(*loaded.config, given);
    auto instance =
        std::make_unique<biller_instance>(std::move(*loaded.config), Host(host), settings);
    instance->inbox.host().log(LogLevel::info, instance->account.summary());
    return instance;
}

uint32_t open(const biller_config* config, const biller_host* host, biller_instance** instance,
              biller_reason* reason) {
    const void* const frame = __builtin_frame_address(0);
    return guarded(reason, [&] {
        const HookScope scope(frame);
        require(instance != nullptr, "instance is NULL");
        *instance = nullptr;
        require(config && host, "config or host is NULL");
        *instance = open_instance(adopted(config), adopted(host)).release();
        return BILLER_STATUS_OK;
    });
}

void close(biller_instance* instance) {
    // A child process must not close an instance of its parent.
    if (!instance || instance->counted.owner() != getpid()) return;
    if (HookScope::is_inside(instance->counted, __builtin_frame_address(0))) {
        instance->inbox.host().log(LogLevel::error,
                                   "close was called from inside a callback, and is refused");
        return;
    }
    if (instance->lines) {
        instance->inbox.host().log(LogLevel::error,
                                   "close was called for a kept instance, and is refused");
        return;
    }
    instance->counted.retire();
    delete instance;
}

} // namespace segpay
