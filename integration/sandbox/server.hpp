// HTTP around the handlers: addresses, bodies, errors.
#pragma once

#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>

#include <string>

#include "web.hpp"

namespace sandbox {

class Server {
public:
    /// Listens at once; "127.0.0.1:0" takes a free port. Throws Poco::Exception if it cannot.
    Server(const Desk& desk, const std::string& address);
    ~Server();

    std::string url() const;

private:
    Poco::Net::ServerSocket socket_;
    Poco::ThreadPool threads_;
    Poco::Net::HTTPServer server_;
};

} // namespace sandbox
