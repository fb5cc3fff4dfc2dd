// Event <-> text: how a ledger stores an event. The record is a form-encoded list of the fields
// that are set, readable in any database browser; unknown names are ignored when read, so that an
// older plugin can read the records of a newer one. The password is not part of it.
#pragma once

#include "events/event.hpp"

namespace segpay {

std::string to_record(const Event& event);

// Throws std::runtime_error when the text was not written by to_record.
Event from_record(std::string_view record);

} // namespace segpay
