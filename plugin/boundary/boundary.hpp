// The boundary between C and C++: bytes and string_view, structs of any size, and
// exceptions. Decides nothing about billing.
#pragma once

#include "biller.h"
#include "events/event.hpp"
#include "ledger/ledger.hpp"

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

// An empty text means "not given", which is a null pointer in the C ABI.
inline biller_bytes bytes_or_none(std::string_view text) {
    return text.empty() ? biller_bytes{nullptr, 0} : bytes(text);
}

// ---- Structs of any size ------------------------------------------------------------------------

// A hook's way to end with another status than OK.
struct Stop {
    uint32_t status;
    std::string message;
};

// Copies the fields that the caller knows; the others are zero, as if not given. `given` must not
// be null. Throws Stop for a struct without a size.
template <class T>
T adopted(const T* given) {
    if (given->struct_size < sizeof given->struct_size)
        throw Stop{BILLER_STATUS_ARGUMENT, "a struct_size is not set"};
    T known{};
    std::memcpy(&known, given, std::min<std::size_t>(given->struct_size, sizeof known));
    known.struct_size = sizeof known;
    return known;
}

// BILLER_HAS, for a pointer to a member: the caller knows the field.
template <class Struct, class Field>
bool has(const Struct* given, Field Struct::*field) {
    const auto* begin = reinterpret_cast<const char*>(given);
    const auto* end = reinterpret_cast<const char*>(&(given->*field)) + sizeof(Field);
    return given->struct_size >= static_cast<std::size_t>(end - begin);
}

// Whether there is a sink with that callback, whatever fields come after it.
template <class Sink, class Callback>
bool has_callback(const Sink* sink, Callback Sink::*callback) {
    return sink && has(sink, callback) && sink->*callback;
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

// Runs a hook; no exception gets past it. The hook returns a status, which goes into the reason
// too.
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
