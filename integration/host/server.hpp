// A listening socket whose requests go to a function. The only file that knows Poco's HTTP server.
#pragma once

#include "http.hpp"

#include <memory>
#include <string>

namespace nats_host {

// Binds at construction, so that its address can be told before it answers.
class Listener {
public:
    // `address` is HOST:PORT; port 0 takes a free one. Throws std::runtime_error with the address.
    explicit Listener(const std::string& address);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // As bound, e.g. "127.0.0.1:8080" or "[::1]:8080".
    const std::string& address() const { return address_; }

    // Answers with `respond`, which is called from several threads at once; what it throws is
    // logged and answered with 500 (BadRequest with 400).
    void start(Respond respond);
    void stop(); // running requests are finished first

private:
    struct Parts;
    std::string address_;
    std::unique_ptr<Parts> parts_;
};

bool is_loopback(const std::string& address); // of HOST:PORT

} // namespace nats_host
