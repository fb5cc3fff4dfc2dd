// One write(2) per line, so that lines of different threads do not mix.
#include "log.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace nats_host {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"error", "warning", "info", "debug"};

Level max_level_to_write = Level::info;

} // namespace

void set_log_level(Level max_level) { max_level_to_write = max_level; }

bool is_logged(Level level) { return level <= max_level_to_write; }

void log(Level level, std::string_view line) {
    if (!is_logged(level)) return;
    std::string text(kLevelNames[static_cast<std::size_t>(level)]);
    text.append(": ").append(line);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    text.push_back('\n');
    // A log that cannot be written does not stop the host: the error has no place to go.
    [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

} // namespace nats_host
