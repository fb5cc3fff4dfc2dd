// An event and a ledger entry as JSON. Key names and their order are an interface for scripts.
#pragma once

#include "biller.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace nats_cli {

using Json = nlohmann::ordered_json;

// Null where nothing was said; the password is left out, always.
Json event_json(const biller_event& event);

Json entry_json(const biller_entry& entry);

// One line, without its newline; bytes that are no UTF-8 become U+FFFD.
std::string one_line(const Json& json);

// "2026-11-21T10:00:00Z", with milliseconds only where there are some; null for 0.
Json time_json(std::int64_t unix_ms);

// "29.95 USD"; empty when no amount was said.
std::string amount_text(const biller_money& amount);

} // namespace nats_cli
