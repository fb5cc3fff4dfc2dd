// fork and exec; the kernel signals a child when its parent is gone.
#include "server_process.hpp"

#include <Poco/File.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Path.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace segpay::bench {

namespace {

constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kPause = std::chrono::milliseconds(20);
constexpr const char* kPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

// Everything between fork and exec; never returns.
[[noreturn]] void become(const std::vector<char*>& arguments, int output, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

pid_t start(const std::vector<std::string>& command, int output) {
    ::setenv("PATH", kPath, 1); // servers are in folders that a user's may lack
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) become(arguments, output, parent);
    if (child < 0) throw std::runtime_error("cannot start " + command.front());
    return child;
}

int wait_for(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

} // namespace

bool are_installed(const std::vector<std::string>& programs, std::string_view left_out) {
    std::string missing;
    for (const std::string& program : programs)
        if (Poco::Path found; !Poco::Path::find(kPath, program, found)) missing += " " + program;
    if (!missing.empty())
        std::cerr << "NOT INSTALLED:" << missing << "; left out: " << left_out << '\n';
    return missing.empty();
}

// ---- ServerProcess ------------------------------------------------------------------------------

ServerProcess::ServerProcess(const std::vector<std::string>& command, const std::string& log,
                             const std::map<std::string, std::string>& environment)
    : name_(command.front()), log_(log) {
    for (const auto& [name, value] : environment)
        ::setenv(name.c_str(), value.c_str(), 1);
    const int output = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0) throw std::runtime_error("cannot write " + log);
    process_ = start(command, output);
    ::close(output);
}

ServerProcess::~ServerProcess() {
    ::kill(process_, SIGTERM);
    wait_for(process_);
}

void ServerProcess::await(const std::function<bool()>& is_ready) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!is_ready()) {
        siginfo_t ended{};
        const bool is_over = ::waitid(P_PID, static_cast<id_t>(process_), &ended,
                                      WEXITED | WNOHANG | WNOWAIT) == 0 &&
                             ended.si_pid != 0;
        if (is_over || std::chrono::steady_clock::now() > deadline) {
            const std::string log = text_of(log_);
            throw std::runtime_error(
                name_ + " did not start:\n" +
                log.substr(log.size() - std::min<std::size_t>(2'000, log.size())));
        }
        std::this_thread::sleep_for(kPause);
    }
}

// ---- Commands and files -------------------------------------------------------------------------

Finished run_command(const std::vector<std::string>& command) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const pid_t child = start(command, pipe[1]);
    ::close(pipe[1]);
    Finished finished;
    std::array<char, 4'096> piece;
    for (ssize_t size = 0; (size = ::read(pipe[0], piece.data(), piece.size())) > 0;)
        finished.output.append(piece.data(), static_cast<std::size_t>(size));
    ::close(pipe[0]);
    finished.status = wait_for(child);
    return finished;
}

std::string output_of(const std::vector<std::string>& command) {
    Finished finished = run_command(command);
    if (finished.status != 0)
        throw std::runtime_error(command.front() + " failed:\n" + finished.output);
    return std::move(finished.output);
}

std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::string& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary);
    if (!(file << text).flush()) throw std::runtime_error("cannot write " + path);
}

bool answers(int port) {
    try {
        Poco::Net::StreamSocket(
            Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(port)));
        return true;
    } catch (const Poco::Exception&) {
        return false;
    }
}

int free_port() {
    return Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0)).address().port();
}

bool is_root() { return ::geteuid() == 0; }

} // namespace segpay::bench
