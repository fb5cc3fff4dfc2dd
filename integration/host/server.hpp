// A listening socket, and the server whose requests go to a function. The only files that know
// libmicrohttpd are this one's source and its build file.
//
// One thread speaks with all connections (epoll) and never waits: a request that has come in whole
// is handed over as an Exchange, and its answer is sent when somebody has given it. So a connection
// costs no thread, and those who answer see all requests that wait (see answer_queue.hpp).
#pragma once

#include "http.hpp"

#include <functional>
#include <memory>
#include <string>

namespace nats_host {

// A request that waits for its answer. Belongs to the server; gone when it is answered.
class Exchange {
public:
    HttpRequest request;

    // Once, from any thread.
    virtual void answer(HttpResponse response) = 0;

protected:
    ~Exchange() = default;
};

// Bound at construction, so that its address can be told before it answers.
class Listener {
public:
    // `address` is HOST:PORT; port 0 takes a free one. Throws std::runtime_error with the address,
    // also when somebody else, a second host for instance, listens there already.
    explicit Listener(const std::string& address);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // As bound, e.g. "127.0.0.1:8080" or "[::1]:8080".
    const std::string& address() const { return address_; }

private:
    friend class Server;
    struct Socket;
    std::unique_ptr<Socket> socket_;
    std::string address_;
};

// Serves a listener from construction to destruction.
class Server {
public:
    // Calls `take` on the thread that speaks with all: it must neither wait nor throw. Throws
    // std::runtime_error when the thread cannot be started. The listener must outlive it.
    using Take = std::function<void(Exchange&)>;
    Server(Listener& listener, Take take);

    // Takes no more; returns when all that was taken is answered and sent.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

private:
    struct Daemon;
    std::unique_ptr<Daemon> daemon_;
};

bool is_loopback(const std::string& address); // of HOST:PORT

} // namespace nats_host
