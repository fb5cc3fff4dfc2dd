// The host as the plugin sees it: its callbacks behind typed functions. Whatever a callback does
// (throw, answer nonsense, not exist), these functions answer with something defined.
#pragma once

#include "biller.h"
#include "ledger/ledger.hpp"
#include "values/timestamp.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

enum class LogLevel : std::uint32_t { error = 1, warning = 2, info = 3, debug = 4 };

struct HostAnswer {
    enum class Verdict { done, retry, refuse };
    Verdict verdict = Verdict::retry;
    std::string why;
};

// Told of several events in one call: biller_batch_sink.events and its context. Empty: there is
// none.
struct BulkCallback {
    void* context = nullptr;
    decltype(biller_batch_sink::events) events = nullptr;
};

enum class NameAnswer { free, taken, cannot_tell };

// Copies the host's table; the functions behind it must outlive the object. Threads: any.
class Host {
public:
    explicit Host(const biller_host& table) : table_(table) {}

    // Delivers an entry that the ledger handed out. A callback that throws, or answers something
    // undefined, counts as a retry, and `why` says so.
    HostAnswer deliver(const Entry& entry) const;
    // The same for several, in one call; an answer to each, in their order. Of what throws, all
    // count as a retry.
    std::vector<HostAnswer> deliver_all(std::span<const Entry* const> entries,
                                        const BulkCallback& bulk) const;
    // Whether it stores the key of an event with the effect, so that being told twice is harmless.
    bool honours_keys() const { return (table_.flags & BILLER_HOST_HONOURS_KEYS) != 0; }
    NameAnswer probe(const Event& event) const;
    void log(LogLevel level, std::string_view line) const noexcept;
    TimeMs now() const;

private:
    biller_host table_;
};

} // namespace segpay
