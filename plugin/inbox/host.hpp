// The host as the plugin sees it: its callbacks behind typed functions. Whatever a callback does
// (throw, answer nonsense, not exist), these functions answer with something defined.
#pragma once

#include "biller.h"
#include "ledger/ledger.hpp"
#include "values/timestamp.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace segpay {

enum class LogLevel : std::uint32_t { error = 1, warning = 2, info = 3, debug = 4 };

struct HostAnswer {
    enum class Verdict { done, retry, refuse };
    Verdict verdict = Verdict::retry;
    std::string why;
};

enum class NameAnswer { free, taken, cannot_tell };

// What the host's numbers mean.
HostAnswer answer_of(uint32_t answer, const biller_reason& reason);
NameAnswer name_answer_of(uint32_t answer);

// Of views into the event.
biller_probe probe_of(const Event& event);

// What the host says may quote what it was told.
HostAnswer without_secrets(HostAnswer answer, const Event& event);

// Copies the host's table; the functions behind it must outlive the object. Threads: any.
class Host {
public:
    explicit Host(const biller_host& table) : table_(table) {}

    // Whether it has a callback for events; else it pulls them.
    bool is_called_back() const { return table_.event != nullptr; }
    // Delivers an entry that the ledger handed out. A callback that throws, or answers something
    // undefined, counts as a retry, and `why` says so.
    HostAnswer deliver(const Entry& entry) const;
    // Whether it stores the key of an event with the effect, so that being told twice is harmless.
    bool honours_keys() const { return (table_.flags & BILLER_HOST_HONOURS_KEYS) != 0; }
    NameAnswer probe(const Event& event) const;
    void log(LogLevel level, std::string_view line) const noexcept;
    TimeMs now() const;

private:
    biller_host table_;
};

} // namespace segpay
