// The sandbox's own error: a request that cannot be served, with the HTTP status and the sentence
// for the caller.
#pragma once

#include <stdexcept>
#include <string>

namespace sandbox {

class Refusal : public std::runtime_error {
public:
    Refusal(int status, const std::string& what) : std::runtime_error(what), status_(status) {}
    int status() const { return status_; }

private:
    int status_;
};

} // namespace sandbox
