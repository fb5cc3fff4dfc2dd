// A row of entries to Entry, whichever back end it comes from. Knows columns, no database.
#pragma once

#include "events/record.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

namespace segpay {

// What both back ends select, in this order.
struct EntryColumn {
    enum : int {
        sequence,
        key,
        state,
        record,
        request,
        message,
        decided_by,
        attempts,
        received_at,
        changed_at,
        next_attempt_at,
        password,
        attempts_forgiven,
    };
};

// Adds to the message, once, that the event cannot be read, and of which entry.
void note_damage(Entry& entry);

// None when the record is damaged. Every event that is stored has a kind.
template <class Row>
std::optional<Event> read_event(const Row& row, const SecretBox* box) {
    Event event;
    try {
        event = from_record(row.text(EntryColumn::record));
    } catch (const std::runtime_error&) { // its words could quote the event
        return std::nullopt;
    }
    if (event.kind == EventKind::unknown) return std::nullopt;
    event.key = row.text(EntryColumn::key);
    if (box && !row.is_null(EntryColumn::password))
        if (auto password = box->open(row.blob(EntryColumn::password)))
            event.password = std::move(*password);
    return event;
}

// `box`: what opens stored passwords; null: they stay closed and the event has none. When the
// record of the event is damaged, the entry has none, and its message says so.
template <class Row>
Entry read_entry(const Row& row, const SecretBox* box) {
    Entry entry;
    entry.sequence = static_cast<std::uint64_t>(row.integer(EntryColumn::sequence));
    entry.key = row.text(EntryColumn::key);
    entry.state = static_cast<EntryState>(row.integer(EntryColumn::state));
    entry.request = row.text(EntryColumn::request);
    entry.message = row.text(EntryColumn::message);
    entry.decided_by = row.text(EntryColumn::decided_by);
    entry.attempts = static_cast<std::uint32_t>(row.integer(EntryColumn::attempts));
    entry.attempts_forgiven =
        static_cast<std::uint32_t>(row.integer(EntryColumn::attempts_forgiven));
    entry.received_at_ms = row.integer(EntryColumn::received_at);
    entry.changed_at_ms = row.integer(EntryColumn::changed_at);
    entry.next_attempt_at_ms = row.integer(EntryColumn::next_attempt_at);
    if (row.is_null(EntryColumn::record)) return entry;
    entry.event = read_event(row, box);
    if (!entry.event) note_damage(entry);
    return entry;
}

} // namespace segpay
