// A listening socket, and the server whose requests go to a function. Only this file's source and
// its build file use libmicrohttpd.
//
// One thread serves all connections (epoll) and never waits: a complete request goes to the
// function as an Exchange, and its answer is sent when it is given. So a connection costs no
// thread, and the answering threads see all requests that wait (see answer_queue.hpp).
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

// Bound at construction, so that its address is known before it serves.
class Listener {
public:
    // `address` is HOST:PORT; port 0 takes a free one. Throws std::runtime_error with the address,
    // also when another process, a second host for instance, listens there already.
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
    // Calls `take` on the thread of all connections: it must neither wait nor throw. Throws
    // std::runtime_error when the thread cannot be started. The listener must outlive it.
    using Take = std::function<void(Exchange&)>;
    Server(Listener& listener, Take take);

    // Takes no more; returns when every taken request is answered and sent.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

private:
    struct Daemon;
    std::unique_ptr<Daemon> daemon_;
};

bool is_loopback(const std::string& address); // of HOST:PORT

} // namespace nats_host
