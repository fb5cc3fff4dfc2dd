// The host's log: one line each to standard error, with its level in front. Callers leave secrets
// out.
#pragma once

#include <string_view>

namespace nats_host {

enum class Level { error, warning, info, debug };

// Any thread. Lines above `max_level` (see set_log_level) are dropped, newlines become spaces.
void log(Level level, std::string_view line);

// Saves building a line that would be dropped.
bool is_logged(Level level);

// Before the first thread starts; the default is Level::info.
void set_log_level(Level max_level);

} // namespace nats_host
