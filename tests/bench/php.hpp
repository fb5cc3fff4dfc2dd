// A peer in PHP: a script of peer/ that waits in a process of its own, warm, and measures itself.
#pragma once

#include "bench.hpp"

#include <Poco/PipeStream.h>
#include <Poco/Process.h>

#include <string>
#include <string_view>
#include <vector>

namespace segpay::bench {

// Whether PHP can be started; says so loudly when it cannot.
bool is_php_installed();

class PhpPeer {
public:
    // Starts "php SCRIPT ARGUMENT...", the script being one of peer/.
    PhpPeer(std::string_view script, const std::vector<std::string>& arguments);
    PhpPeer(const PhpPeer&) = delete;
    PhpPeer& operator=(const PhpPeer&) = delete;
    ~PhpPeer(); // the script ends when its input does

    struct Answer {
        double ns = 0;
        std::string witness; // the result of the last pass, to compare with ours
    };
    // Throws std::runtime_error when the script ended or answers otherwise.
    Answer run(std::string_view task, std::size_t passes);
    // The same in two steps, so that several peers can work at once.
    void begin(std::string_view task, std::size_t passes);
    Answer end();

    // The peer's task as an entry of a race. The peer must outlive it.
    Run entry(std::string_view task);

private:
    std::string task_; // that was begun
    Poco::Pipe input_;
    Poco::Pipe output_;
    Poco::ProcessHandle process_;
    Poco::PipeOutputStream ask_;
    Poco::PipeInputStream answer_;
};

} // namespace segpay::bench
