// Dying on purpose, for crash tests: the host kills itself with SIGKILL at the N-th pass of one
// step, so that a test can show that nothing is lost and nothing happens twice. Not for operators.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

namespace nats_host {

// The steps of a postback at which a host can die.
enum class Step {
    received, // the request is read, the plugin not yet called
    claimed,  // the plugin made the event durable and called the host, which did nothing yet
    applied,  // the host committed the effect and its key; the plugin does not know
    answered, // the plugin settled the event; the processor does not know
};

class DieAt {
public:
    DieAt() = default;
    // "applied:2": the second time an event was applied. Throws std::invalid_argument.
    explicit DieAt(std::string_view step_and_count);

    // Any thread.
    void pass(Step step);

private:
    bool is_armed_ = false;
    Step step_ = Step::received;
    std::atomic<int> passes_left_{0};
};

} // namespace nats_host
