// The boundary between C and C++: bytes and string_view, structs of any size, exceptions, re-entry
// and fork. Decides nothing about billing.
#pragma once

#include "biller.h"
#include "events/event.hpp"
#include "ledger/ledger.hpp"

#include <sys/types.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// ---- Text ---------------------------------------------------------------------------------------

inline std::string_view view(const biller_bytes& bytes) {
    return bytes.data ? std::string_view(reinterpret_cast<const char*>(bytes.data), bytes.size)
                      : std::string_view();
}

inline biller_bytes bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// An empty text inside is "nothing was said" outside.
inline biller_bytes bytes_or_none(std::string_view text) {
    return text.empty() ? biller_bytes{nullptr, 0} : bytes(text);
}

// ---- Structs of any size ------------------------------------------------------------------------

// A hook's way to end with another status than OK.
struct Stop {
    uint32_t status;
    std::string message;
};

// What the caller filled, the rest zero: a caller that knows fewer fields says nothing in the
// others. `given` must not be null. Throws Stop for a struct without a size.
template <class T>
T adopted(const T* given) {
    if (given->struct_size < sizeof given->struct_size)
        throw Stop{BILLER_STATUS_ARGUMENT, "a struct_size is not set"};
    T known{};
    std::memcpy(&known, given, std::min<std::size_t>(given->struct_size, sizeof known));
    known.struct_size = sizeof known;
    return known;
}

// Whether there is a sink, and all of it: a sink has had its callback since version 1.0.
template <class Sink>
bool is_whole(const Sink* sink) {
    return sink && sink->struct_size >= sizeof *sink;
}

// Writes as much as the caller has room for, and leaves its struct_size alone.
template <class T>
void hand_over(T value, T* room) {
    if (!room || room->struct_size < sizeof room->struct_size) return;
    value.struct_size = room->struct_size;
    std::memcpy(room, &value, std::min<std::size_t>(room->struct_size, sizeof value));
}

// A struct of ours with its size set.
template <class T>
T sized() {
    T value{};
    value.struct_size = sizeof value;
    return value;
}

// ---- Failure ------------------------------------------------------------------------------------

void explain(biller_reason* reason, uint32_t status, std::string_view message);

// Turns whatever is being thrown into a status and a reason. Call inside a catch block.
uint32_t explain_current_exception(biller_reason* reason) noexcept;

// Runs a hook; no exception gets past it. The hook answers with a status, which goes into the
// reason too.
template <class Hook>
uint32_t guarded(biller_reason* reason, Hook hook) noexcept {
    try {
        explain(reason, BILLER_STATUS_OK, {});
        const uint32_t status = hook();
        if (status != BILLER_STATUS_OK) explain(reason, status, {});
        return status;
    } catch (...) {
        return explain_current_exception(reason);
    }
}

// ---- Re-entry and fork --------------------------------------------------------------------------

// Held while a hook of `instance` runs on this thread. Throws Stop when one runs already
// (REENTERED), or when the process is not the one that opened the instance (FORKED).
class HookScope {
public:
    HookScope(const void* instance, pid_t owner);
    ~HookScope();
    HookScope(const HookScope&) = delete;
    HookScope& operator=(const HookScope&) = delete;

private:
    const void* instance_;
    HookScope* outer_;
};

// One open instance among those of the process. Throws Stop (FORKED) in a child whose parent had
// one open when it forked: SQLite keeps its locks per process and would count the parent's as the
// child's, so the ledger's log could vanish under the child, and what it settled with it.
class OpenInstance {
public:
    OpenInstance();
    ~OpenInstance();
    OpenInstance(const OpenInstance&) = delete;
    OpenInstance& operator=(const OpenInstance&) = delete;
};

// ---- Events -------------------------------------------------------------------------------------

// A biller_event over an Event, which must outlive it.
class EventView {
public:
    EventView(const Event& event, std::string_view key, uint32_t attempt);
    EventView(const EventView&) = delete;
    EventView& operator=(const EventView&) = delete;

    const biller_event* get() const { return &event_; }

private:
    std::vector<biller_bytes> warnings_;
    std::vector<biller_pair> extras_;
    biller_event event_;
};

} // namespace segpay
