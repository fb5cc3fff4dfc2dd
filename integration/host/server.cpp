// Poco's HTTP server: values in, values out.
#include "server.hpp"

#include "html.hpp"
#include "log.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/ThreadPool.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace nats_host {
namespace {

namespace net = Poco::Net;

constexpr int kThreads = 16;
constexpr int kMaxQueuedConnections = 256;
constexpr int kRequestTimeoutSeconds = 15;
constexpr int kIdleTimeoutSeconds = 5;
constexpr int kMaxRequestsPerConnection = 1'000;

// A body that came in part must not be taken for the whole.
std::string body_of(net::HTTPServerRequest& raw) {
    if (raw.getChunkedTransferEncoding())
        throw BadRequest("Chunked bodies are not taken; send a Content-Length.");
    if (!raw.hasContentLength()) return {};
    const auto declared = static_cast<std::size_t>(raw.getContentLength64());
    std::string body(std::min(declared, kMaxBodyBytes + 1), '\0');
    raw.stream().read(body.data(), static_cast<std::streamsize>(body.size()));
    if (static_cast<std::size_t>(raw.stream().gcount()) != body.size())
        throw BadRequest("The body is shorter than its Content-Length.");
    return body;
}

HttpRequest request_from(net::HTTPServerRequest& raw) {
    HttpRequest request;
    request.method = raw.getMethod();
    const std::string& target = raw.getURI();
    const std::size_t question = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question);
    if (question < target.size()) request.query = target.substr(question + 1);
    request.peer = raw.clientAddress().host().toString();
    for (const auto& [name, value] : raw)
        request.headers.emplace_back(name, value);
    try {
        request.body = body_of(raw);
    } catch (const Poco::Exception&) {
        throw BadRequest("The Content-Length is no number.");
    }
    return request;
}

HttpResponse apology(int status, const std::string& words) {
    Page content;
    content.title = status == 400 ? "Bad request" : "Something went wrong";
    content.body = "<p>"_html + text(words) + "</p>"_html;
    content.status = status;
    return page(content);
}

// What `respond` answers, or an apology for what was thrown.
HttpResponse response_to(net::HTTPServerRequest& raw, const Respond& respond) {
    try {
        return respond(request_from(raw));
    } catch (const BadRequest& mistake) {
        return apology(400, mistake.what());
    } catch (const std::exception& failure) {
        log(Level::error, std::string(raw.getMethod()) + " failed: " + failure.what());
        return apology(500, "The host's log says what. Please try again later.");
    }
}

class Handler : public net::HTTPRequestHandler {
public:
    explicit Handler(const Respond& respond) : respond_(respond) {}

    void handleRequest(net::HTTPServerRequest& raw, net::HTTPServerResponse& reply) override {
        const HttpResponse response = response_to(raw, respond_);
        // What was not read of a body would look like the next request.
        if (response.status >= 400) reply.setKeepAlive(false);
        reply.setStatusAndReason(static_cast<net::HTTPResponse::HTTPStatus>(response.status));
        reply.setContentType(response.content_type);
        for (const auto& [name, value] : response.headers)
            reply.set(name, value);
        reply.sendBuffer(response.body.data(), response.body.size());
    }

private:
    const Respond& respond_;
};

class HandlerFactory : public net::HTTPRequestHandlerFactory {
public:
    explicit HandlerFactory(Respond respond) : respond_(std::move(respond)) {}
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
        return new Handler(respond_); // Poco deletes it
    }

private:
    Respond respond_;
};

net::HTTPServerParams::Ptr params() {
    net::HTTPServerParams::Ptr params = new net::HTTPServerParams;
    params->setMaxThreads(kThreads);
    params->setMaxQueued(kMaxQueuedConnections);
    params->setThreadIdleTime(Poco::Timespan(1, 0)); // so long an idle thread may hold up the end
    params->setTimeout(Poco::Timespan(kRequestTimeoutSeconds, 0));
    params->setKeepAliveTimeout(Poco::Timespan(kIdleTimeoutSeconds, 0));
    params->setMaxKeepAliveRequests(kMaxRequestsPerConnection);
    return params;
}

// Not by ServerSocket's constructor: that one sets SO_REUSEPORT, under which a second host on the
// same port would start without a word and get half of the requests.
net::ServerSocket bound_socket(const std::string& address) {
    try {
        net::ServerSocket socket;
        socket.bind(net::SocketAddress(address), true, false);
        socket.listen(kMaxQueuedConnections);
        return socket;
    } catch (const Poco::Exception& failure) {
        throw std::runtime_error("cannot listen on " + address + ": " + failure.displayText());
    }
}

} // namespace

struct Listener::Parts {
    explicit Parts(const std::string& address) : socket(bound_socket(address)) {}

    Poco::ThreadPool pool{2, kThreads};
    net::ServerSocket socket;
    std::optional<net::HTTPServer> server;
};

Listener::Listener(const std::string& address) : parts_(std::make_unique<Parts>(address)) {
    address_ = parts_->socket.address().toString();
}

Listener::~Listener() { stop(); }

void Listener::start(Respond respond) {
    parts_->server.emplace(new HandlerFactory(std::move(respond)), parts_->pool, parts_->socket,
                           params());
    parts_->server->start();
}

void Listener::stop() {
    if (!parts_->server) return;
    parts_->server->stopAll(false);
    parts_->pool.joinAll();
}

bool is_loopback(const std::string& address) {
    try {
        return net::SocketAddress(address).host().isLoopback();
    } catch (const Poco::Exception& failure) {
        throw std::runtime_error("\"" + address + "\" is no HOST:PORT: " + failure.displayText());
    }
}

} // namespace nats_host
