// Servers that a bench program starts for itself, in a folder of its own: they end with it, even
// when it is killed.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace segpay::bench {

// Whether all of these programs are installed (in PATH or in a folder for administrators); says
// loudly which are not, and what is left out without them.
bool are_installed(const std::vector<std::string>& programs, std::string_view left_out);

class ServerProcess {
public:
    // Starts it with its output in the file `log`. Throws std::runtime_error.
    ServerProcess(const std::vector<std::string>& command, const std::string& log,
                  const std::map<std::string, std::string>& environment = {});
    ~ServerProcess(); // has it end, and waits
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    // Waits until `is_ready`. Throws std::runtime_error with the end of the log when the process
    // ended or takes too long.
    void await(const std::function<bool()>& is_ready);

private:
    std::string name_;
    std::string log_;
    pid_t process_;
};

struct Finished {
    int status = 0;
    std::string output;
};

// Runs a command to its end; `output` is its standard output and standard error.
Finished run_command(const std::vector<std::string>& command);
// The same, which must succeed; throws std::runtime_error with the output.
std::string output_of(const std::vector<std::string>& command);

std::string text_of(const std::string& path); // of a file; empty when there is none
void write_text(const std::string& path, std::string_view text);
bool answers(int port); // whether something listens on this port of the machine
int free_port();
bool is_root();

} // namespace segpay::bench
