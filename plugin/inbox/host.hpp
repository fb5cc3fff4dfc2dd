// The host's callbacks behind typed functions. Whatever a callback does (throws, returns an
// undefined value, does not exist), these functions return a defined result.
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

// From the numbers of the ABI.
HostAnswer answer_of(uint32_t answer, const biller_reason& reason);
NameAnswer name_answer_of(uint32_t answer);

// Of views into the event.
biller_probe probe_of(const Event& event);

// The host's reason may echo the event: redacts the password and the email address.
HostAnswer without_secrets(HostAnswer answer, const Event& event);

// Copies the host's table; the functions behind it must outlive the object. Threads: any.
class Host {
public:
    explicit Host(const biller_host& table) : table_(table) {}

    // Whether it has a callback for events; else it pulls them.
    bool is_called_back() const { return table_.event != nullptr; }
    // Delivers a leased entry. A callback that throws, or returns an undefined value, counts as a
    // retry, and `why` says so.
    HostAnswer deliver(const Entry& entry) const;
    // Whether it stores the key of an event with the effect, so that a redelivery is harmless.
    bool honours_keys() const { return (table_.flags & BILLER_HOST_HONOURS_KEYS) != 0; }
    NameAnswer probe(const Event& event) const;
    void log(LogLevel level, std::string_view line) const noexcept;
    TimeMs now() const;

private:
    biller_host table_;
};

} // namespace segpay
