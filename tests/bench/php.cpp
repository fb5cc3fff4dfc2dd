// The protocol with a PHP peer: a line "TASK PASSES" to it, a line "NANOSECONDS WITNESS" back.
#include "php.hpp"

#include <Poco/Environment.h>
#include <Poco/Path.h>

#include <csignal>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace segpay::bench {

bool is_php_installed() {
    Poco::Path found;
    if (Poco::Path::find(Poco::Environment::get("PATH", ""), "php", found)) return true;
    std::cerr << "NO PHP: php is not in PATH (Debian: php-cli); rows and ratios against it are "
                 "left out\n";
    return false;
}

namespace {

Poco::Process::Args command(std::string_view script, const std::vector<std::string>& arguments) {
    Poco::Process::Args args = {SEGPAY_SOURCE_DIR "/tests/bench/peer/" + std::string(script)};
    args.insert(args.end(), arguments.begin(), arguments.end());
    return args;
}

} // namespace

PhpPeer::PhpPeer(std::string_view script, const std::vector<std::string>& arguments)
    : process_(
          Poco::Process::launch("php", command(script, arguments), &input_, &output_, nullptr)),
      ask_(input_),
      answer_(output_) {
    std::signal(SIGPIPE, SIG_IGN); // run() reports a script that ended
}

PhpPeer::~PhpPeer() {
    ask_.close();
    (void)process_.wait();
}

PhpPeer::Answer PhpPeer::run(std::string_view task, std::size_t passes) {
    begin(task, passes);
    return end();
}

void PhpPeer::begin(std::string_view task, std::size_t passes) {
    task_ = task;
    ask_ << task << ' ' << passes << std::endl;
}

PhpPeer::Answer PhpPeer::end() {
    std::string line;
    Answer answer;
    if (!std::getline(answer_, line) || !(std::istringstream(line) >> answer.ns >> answer.witness))
        throw std::runtime_error("the PHP peer answers \"" + line + "\" to \"" + task_ +
                                 "\" instead of nanoseconds and a witness");
    return answer;
}

Run PhpPeer::entry(std::string_view task) {
    return [this, task = std::string(task)](std::size_t passes) { return run(task, passes).ns; };
}

} // namespace segpay::bench
