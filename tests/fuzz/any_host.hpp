// A host with any behaviour: callbacks that answer nonsense, throw or call back. Beside it, the
// guarantees of every output of the plugin, whatever its receiver.
#pragma once

#include "biller.h"
#include "property.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace segpay::fuzz {

constexpr int64_t kStart = 1'790'000'000'000; // of its clock

// ---- Guarantees of every output
// ------------------------------------------------------------------

void check_text(const biller_bytes& text);
void check_event(const biller_event& event);
void check_headers(const biller_http_reply& reply);

template <std::size_t Size>
void check_reason_text(const char (&text)[Size]) {
    const std::size_t size = strnlen(text, Size);
    holds(size < Size, "a reason ends");
    holds(is_clean_utf8({text, size}), "a reason is UTF-8 without control characters", text);
}

// ---- The host's behaviour
// ------------------------------------------------------------------------

// A struct of the host that is always complete: the sinks, all of whose fields are of version 1.0.
template <class T>
T whole(T value) {
    value.struct_size = sizeof value;
    return value;
}

// A sink that stops or throws, or does neither.
struct Stopping {
    bool stops = false;
    bool throws = false;
    unsigned calls = 0;
    unsigned mistakes = 0; // of the calls that report one

    uint32_t answer() {
        ++calls;
        if (throws) throw 42;
        return stops ? BILLER_STOP : BILLER_MORE;
    }
};

class AnyHost {
public:
    const biller_plugin* plugin = nullptr;
    biller_instance* instance = nullptr;
    std::uint8_t event_does = 0; // the callbacks' behaviour, see on_event
    std::uint8_t probe_answers = BILLER_NAME_FREE;
    bool calls_back = false;
    bool throws_everywhere = false;
    int64_t now = kStart;

    // Its callbacks; the host must outlive their use.
    biller_host table();

private:
    static AnyHost& of(void* self) { return *static_cast<AnyHost*>(self); }

    uint32_t on_event(const biller_event& event, biller_reason& reason) const;
    // Forbidden by biller.h: each hook answers REENTERED and does not call its sink.
    void call_back() const;
};

} // namespace segpay::fuzz
