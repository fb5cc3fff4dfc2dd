// An exchange: the target arrives, then the headers, then the body in pieces; it goes to `take` and
// its connection is suspended; answer() wakes the connection, and the answer is sent.
#include "server.hpp"

#include "log.hpp"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace nats_host {
namespace {

namespace net = Poco::Net;

constexpr int kMaxQueuedConnections = 256; // not accepted yet
constexpr unsigned kMaxConnections = 1'024;
constexpr unsigned kSilenceSeconds = 15;                        // then a connection is closed
constexpr std::size_t kMaxHeaderBytes = std::size_t{32} * 1024; // target included
// A larger body is read up to this size, so that its sender reads the answer.
constexpr std::size_t kMaxReadBytes = std::size_t{4} * 1024 * 1024;

// Without ServerSocket's constructor: that one sets SO_REUSEPORT, under which a second host on the
// same port would start without an error and get half of the requests.
net::ServerSocket bound_socket(const std::string& address) {
    try {
        net::ServerSocket socket;
        socket.bind(net::SocketAddress(address), true, false);
        socket.listen(kMaxQueuedConnections);
        socket.setBlocking(false);
        return socket;
    } catch (const Poco::Exception& failure) {
        throw std::runtime_error("cannot listen on " + address + ": " + failure.displayText());
    }
}

// The socket's other end, without port.
std::string peer_of(MHD_Connection* connection) {
    const MHD_ConnectionInfo* info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr) return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    const sockaddr* address = info->client_addr;
    const void* bytes =
        address->sa_family == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr)
            : &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    if (!inet_ntop(address->sa_family, bytes, text.data(), text.size())) return {};
    return text.data();
}

std::uintptr_t place_of(const char* text) { return reinterpret_cast<std::uintptr_t>(text); }

// The parts of a request as the library found them, in the order in which they were sent.
struct Head {
    Pairs headers;
    std::uintptr_t end = 0; // of the part before
    bool is_whole = true;

    // The library ends a part at a NUL, too, and hides what follows; then more than a separator is
    // between two parts. A header on several lines, which a server need not accept (RFC 9112, 5.2),
    // is joined elsewhere, and looks the same.
    void reach(std::uintptr_t next, std::uintptr_t most) {
        if (next - end > most) is_whole = false;
    }
};

Head head_of(MHD_Connection* connection, const char* method, std::size_t target_size,
             const char* version) {
    constexpr std::uintptr_t kSpace = 1, kLineEnd = 2; // "\r\n"
    Head head;
    head.end = place_of(method) + std::string_view(method).size() + kSpace + target_size;
    head.reach(place_of(version), kSpace);
    head.end = place_of(version) + std::string_view(version).size();
    MHD_get_connection_values_n(
        connection, MHD_HEADER_KIND,
        [](void* found, MHD_ValueKind, const char* name, std::size_t name_size, const char* value,
           std::size_t value_size) {
            auto& known = *static_cast<Head*>(found);
            known.reach(place_of(name), kLineEnd);
            known.end = value ? place_of(value) + value_size : place_of(name) + name_size;
            known.headers.emplace_back(std::string(name, name_size),
                                       std::string(value ? value : "", value_size));
            return MHD_YES;
        },
        &head);
    const MHD_ConnectionInfo* sent =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    head.reach(sent ? place_of(method) + sent->header_size : 0, 2 * kLineEnd);
    return head;
}

HttpResponse plain(int status, std::string words) {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(words);
    return response;
}

MHD_Result send(MHD_Connection* connection, const HttpResponse& response) {
    MHD_Response* raw = MHD_create_response_from_buffer(
        response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY);
    if (!raw) return MHD_NO;
    if (!response.content_type.empty())
        MHD_add_response_header(raw, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
    for (const auto& [name, value] : response.headers)
        MHD_add_response_header(raw, name.c_str(), value.c_str());
    const MHD_Result sent =
        MHD_queue_response(connection, static_cast<unsigned>(response.status), raw);
    MHD_destroy_response(raw); // the connection holds it
    return sent;
}

// The exchanges that were taken and not yet sent. Any thread.
class Taken {
public:
    // False: the server ends.
    bool add() {
        const std::lock_guard lock(mutex_);
        if (is_ending_) return false;
        ++count_;
        return true;
    }
    void remove() {
        const std::lock_guard lock(mutex_);
        if (--count_ == 0) none_left_.notify_all();
    }
    void end() {
        std::unique_lock lock(mutex_);
        is_ending_ = true;
        none_left_.wait(lock, [&] { return count_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable none_left_;
    std::size_t count_ = 0;
    bool is_ending_ = false;
};

class Incoming final : public Exchange {
public:
    Incoming(std::string_view target, MHD_Connection* connection)
        : connection_(connection), target_size_(target.size()) {
        const std::size_t question = std::min(target.find('?'), target.size());
        request.path = target.substr(0, question);
        if (question < target.size()) request.query = target.substr(question + 1);
    }

    void answer(HttpResponse response) override {
        response_ = std::move(response);
        MHD_resume_connection(connection_);
    }

    // The next part arrived: headers, then a piece of the body until there is none.
    MHD_Result advance(const char* method, const char* version, const char* piece,
                       std::size_t& piece_size, const Server::Take& take, Taken& taken) {
        if (stage_ == Stage::headers) return read_headers(method, version);
        if (stage_ == Stage::answered) return send(connection_, response_);
        if (piece_size != 0) {
            const std::size_t room = kMaxBodyBytes + 1 - request.body.size();
            request.body.append(piece, std::min(room, piece_size));
            piece_size = 0;
            return MHD_YES;
        }
        if (!taken.add()) return send(connection_, plain(503, "The host is stopping.\n"));
        stage_ = Stage::answered; // when this is called again
        MHD_suspend_connection(connection_);
        take(*this);
        return MHD_YES;
    }

    bool was_taken() const { return stage_ == Stage::answered; }

private:
    enum class Stage { headers, body, answered };

    // An answer that is given here, before the body was read, also ends the connection.
    MHD_Result read_headers(const char* method, const char* version) {
        stage_ = Stage::body;
        request.method = method;
        Head head = head_of(connection_, method, target_size_, version);
        if (!head.is_whole)
            return send(connection_,
                        plain(400,
                              "The target or a header holds a NUL, or a header has several "
                              "lines.\n"));
        request.headers = std::move(head.headers);
        request.peer = peer_of(connection_);
        if (!request.header(MHD_HTTP_HEADER_TRANSFER_ENCODING).empty())
            return send(connection_,
                        plain(400, "Chunked bodies are not taken; send a Content-Length.\n"));
        const std::string_view declared = request.header(MHD_HTTP_HEADER_CONTENT_LENGTH);
        std::size_t size = 0;
        const auto [end, error] =
            std::from_chars(declared.data(), declared.data() + declared.size(), size);
        if (!declared.empty() && (error != std::errc() || end != declared.end()))
            return send(connection_, plain(400, "The Content-Length is no number.\n"));
        if (size > kMaxReadBytes) return send(connection_, plain(413, "The body is too large.\n"));
        return MHD_YES;
    }

    MHD_Connection* const connection_;
    const std::size_t target_size_;
    Stage stage_ = Stage::headers;
    HttpResponse response_;
};

} // namespace

// ---- Listener ---------------------------------------------------------------------------------

struct Listener::Socket {
    net::ServerSocket socket;
};

Listener::Listener(const std::string& address)
    : socket_(new Socket{bound_socket(address)}), address_(socket_->socket.address().toString()) {}

Listener::~Listener() = default;

// ---- Server -----------------------------------------------------------------------------------

struct Server::Daemon {
    Take take;
    Taken taken;
    MHD_Daemon* raw = nullptr;

    // No exception may leave these: their caller is C.
    static void* on_target(void*, const char* target, MHD_Connection* connection) noexcept {
        try {
            return new Incoming(target, connection);
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
    static MHD_Result on_progress(void* self, MHD_Connection*, const char*, const char* method,
                                  const char* version, const char* piece, std::size_t* piece_size,
                                  void** exchange) noexcept {
        if (!*exchange) return MHD_NO;
        auto& daemon = *static_cast<Daemon*>(self);
        try {
            return static_cast<Incoming*>(*exchange)->advance(method, version, piece, *piece_size,
                                                              daemon.take, daemon.taken);
        } catch (const std::exception& failure) {
            log(Level::error, std::string("a request was not read: ") + failure.what());
            return MHD_NO;
        }
    }
    static void on_end(void* self, MHD_Connection*, void** exchange,
                       MHD_RequestTerminationCode) noexcept {
        const std::unique_ptr<Incoming> ended(static_cast<Incoming*>(*exchange));
        *exchange = nullptr;
        if (ended && ended->was_taken()) static_cast<Daemon*>(self)->taken.remove();
    }
    // Targets are read in on_target as they were sent; no decoded form is needed.
    static std::size_t leave_encoded(void*, MHD_Connection*, char* text) noexcept {
        return std::string_view(text).size();
    }
};

Server::Server(Listener& listener, Take take) : daemon_(std::make_unique<Daemon>()) {
    daemon_->take = std::move(take);
    daemon_->raw = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
        &Daemon::on_progress, daemon_.get(), // all that follows are options
        MHD_OPTION_LISTEN_SOCKET, listener.socket_->socket.impl()->sockfd(),
        MHD_OPTION_CONNECTION_LIMIT, kMaxConnections, MHD_OPTION_CONNECTION_TIMEOUT,
        kSilenceSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMaxHeaderBytes,
        MHD_OPTION_URI_LOG_CALLBACK, &Daemon::on_target, nullptr, MHD_OPTION_NOTIFY_COMPLETED,
        &Daemon::on_end, daemon_.get(), MHD_OPTION_UNESCAPE_CALLBACK, &Daemon::leave_encoded,
        nullptr, MHD_OPTION_END);
    if (!daemon_->raw)
        throw std::runtime_error("cannot serve " + listener.address() +
                                 ": no thread, or too many open files");
}

Server::~Server() {
    MHD_quiesce_daemon(daemon_->raw); // the socket is the listener's again
    daemon_->taken.end();
    MHD_stop_daemon(daemon_->raw);
}

bool is_loopback(const std::string& address) {
    try {
        return net::SocketAddress(address).host().isLoopback();
    } catch (const Poco::Exception& failure) {
        throw std::runtime_error("\"" + address + "\" is no HOST:PORT: " + failure.displayText());
    }
}

} // namespace nats_host
