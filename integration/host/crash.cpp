// Parsing "STEP:N" and the one place that kills the process.
#include "crash.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace nats_host {
namespace {

constexpr std::array<std::pair<std::string_view, Step>, 4> kSteps = {{
    {"received", Step::received},
    {"claimed", Step::claimed},
    {"applied", Step::applied},
    {"answered", Step::answered},
}};

[[noreturn]] void refuse(std::string_view found) {
    throw std::invalid_argument("\"" + std::string(found) +
                                "\" is no step to die at; write STEP:N with a step of received, "
                                "claimed, applied, answered and N from 1, e.g. applied:2");
}

} // namespace

DieAt::DieAt(std::string_view step_and_count) {
    const std::size_t colon = step_and_count.find(':');
    if (colon == std::string_view::npos) refuse(step_and_count);
    const std::string_view count = step_and_count.substr(colon + 1);
    int passes = 0;
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), passes);
    if (error != std::errc() || end != count.data() + count.size() || passes < 1)
        refuse(step_and_count);
    for (const auto& [name, step] : kSteps) {
        if (name != step_and_count.substr(0, colon)) continue;
        step_ = step;
        passes_left_ = passes;
        is_armed_ = true;
    }
    if (!is_armed_) refuse(step_and_count);
}

void DieAt::pass(Step step) {
    if (is_armed_ && step == step_ && passes_left_.fetch_sub(1) == 1) std::raise(SIGKILL);
}

} // namespace nats_host
