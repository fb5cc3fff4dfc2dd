// The table of addresses, and the path of Poco's requests to the handlers and back.
#include "server.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/StringTokenizer.h>
#include <Poco/URI.h>

#include <array>
#include <iostream>

#include "paypage.hpp"
#include "refusal.hpp"

namespace sandbox {
namespace {

constexpr std::size_t kMaxJsonDepth = 8;
constexpr std::size_t kMaxUrlBytes = std::size_t{32} * 1024;
constexpr int kMaxQueued = 100;

struct Route {
    const char* method;
    const char* path; // "*" is any one part
    Handler handler;
};
constexpr std::array kRoutes = {
    Route{"GET", "/billing/poset.cgi", show_pay_page},
    Route{"POST", "/billing/poset.cgi", show_pay_page},
    Route{"GET", "/billing/oneclick.aspx", show_pay_page},
    Route{"POST", "/billing/oneclick.aspx", show_pay_page},
    Route{"GET", "/billing/instantconv.aspx", show_pay_page},
    Route{"POST", "/billing/instantconv.aspx", show_pay_page},
    Route{"POST", "/billing/pay", take_payment},
    Route{"GET", "/api/purchases", api_purchases},
    Route{"GET", "/api/purchases/*", api_purchase},
    Route{"POST", "/api/purchases/*/*", api_act},
    Route{"GET", "/api/postbacks", api_postbacks},
    Route{"GET", "/api/postbacks/given-up", api_given_up},
    Route{"POST", "/api/postbacks/*/repeat", api_repeat},
    Route{"GET", "/api/clock", api_clock},
    Route{"POST", "/api/clock", api_turn_clock},
    Route{"POST", "/api/signup", api_signup},
    Route{"GET", "/", page_purchases},
    Route{"GET", "/purchases/*", page_purchase},
    Route{"POST", "/purchases/*/*", page_act},
    Route{"GET", "/postbacks", page_postbacks},
    Route{"POST", "/postbacks/*/repeat", page_repeat},
    Route{"POST", "/clock", page_turn_clock},
};

std::vector<std::string> parts_of(const std::string& path) {
    Poco::StringTokenizer parts(path, "/", Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    return {parts.begin(), parts.end()};
}

// Scripts are requested in every case, so the first two parts are compared in lower case.
bool matches(const Route& route, const std::vector<std::string>& path) {
    std::vector<std::string> wanted = parts_of(route.path);
    if (wanted.size() != path.size()) return false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (wanted[i] != "*" && wanted[i] != lower(path[i])) return false;
    }
    return true;
}

Handler handler_for(const Request& request) {
    bool path_exists = false;
    for (const Route& route : kRoutes) {
        if (!matches(route, request.path)) continue;
        if (request.method == route.method) return route.handler;
        path_exists = true;
    }
    if (path_exists) throw Refusal(405, request.method + " is not for this address");
    throw Refusal(404, "there is nothing at this address");
}

std::string plain(const Poco::Dynamic::Var& value) {
    if (value.isEmpty()) return "";
    if (value.isBoolean()) return value.convert<bool>() ? "yes" : "no";
    if (value.type() != typeid(Poco::JSON::Array::Ptr)) return value.convert<std::string>();
    std::string list;
    for (const auto& item : *value.extract<Poco::JSON::Array::Ptr>()) {
        list += (list.empty() ? "" : ",") + plain(item);
    }
    return list;
}

// {"a": 1, "b": {"c": [2, 3]}} as a=1 and b.c=2,3: the handlers do not depend on the encoding.
void flatten(const Poco::JSON::Object& object, const std::string& prefix, Params& params) {
    for (const auto& [name, value] : object) {
        if (value.type() == typeid(Poco::JSON::Object::Ptr)) {
            flatten(*value.extract<Poco::JSON::Object::Ptr>(), prefix + lower(name) + ".", params);
        } else {
            params[prefix + lower(name)] = plain(value);
        }
    }
}

void read_json(const std::string& body, Params& params) {
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(kMaxJsonDepth);
        flatten(*parser.parse(body).extract<Poco::JSON::Object::Ptr>(), "", params);
    } catch (const Poco::Exception&) {
        throw Refusal(400, "the body is no JSON object");
    }
}

std::string read_body(Poco::Net::HTTPServerRequest& request) {
    std::string body(kMaxBodyBytes + 1, '\0');
    request.stream().read(body.data(), static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(request.stream().gcount()));
    if (body.size() > kMaxBodyBytes) {
        throw Refusal(413, "the body is over " + std::to_string(kMaxBodyBytes) + " bytes");
    }
    return body;
}

void read_request(Poco::Net::HTTPServerRequest& from, Request& request) {
    const std::string& uri = from.getURI();
    if (uri.size() > kMaxUrlBytes) throw Refusal(414, "the address is too long");
    std::size_t query = uri.find('?');
    request.method = from.getMethod();
    request.path = parts_of(uri.substr(0, query));
    request.client_ip = from.clientAddress().host().toString();
    bool is_api = !request.path.empty() && request.path.front() == "api";
    request.wants_json =
        is_api || from.get("Accept", "").find("application/json") != std::string::npos;
    if (query != std::string::npos) request.params = parse_form(uri.substr(query + 1));
    request.wants_json = request.wants_json || value_of(request.params, "format") == "json";
    std::string body = read_body(from);
    if (body.empty()) return;
    if (from.getContentType().find("json") != std::string::npos) {
        read_json(body, request.params);
    } else {
        for (auto& [name, value] : parse_form(body))
            request.params[name] = value;
    }
}

Answer answer_to(const Desk& desk, Poco::Net::HTTPServerRequest& from) {
    Request request;
    auto failed = [&](int status, const std::string& what) {
        if (request.wants_json) return json_error(status, what);
        return Answer{status, "text/html; charset=utf-8", error_html(what), ""};
    };
    try {
        read_request(from, request);
        return handler_for(request)(desk, request);
    } catch (const Refusal& refusal) {
        return failed(refusal.status(), refusal.what());
    } catch (const std::exception& error) {
        std::cerr << "failure: " << typeid(error).name() << "\n";
        return failed(500, "the sandbox failed; its log says where");
    }
}

class Conversation : public Poco::Net::HTTPRequestHandler {
public:
    explicit Conversation(const Desk& desk) : desk_(desk) {}

    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override {
        Answer answer = answer_to(desk_, request);
        response.setStatusAndReason(
            static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
        response.setContentType(answer.type);
        response.setContentLength(static_cast<std::streamsize>(answer.body.size()));
        response.set("Cache-Control", "no-store");
        if (!answer.location.empty()) response.set("Location", answer.location);
        try {
            response.send() << answer.body;
        } catch (const Poco::Net::NetException&) {
            // The caller has disconnected; the change remains.
        }
    }

private:
    const Desk& desk_;
};

class Reception : public Poco::Net::HTTPRequestHandlerFactory {
public:
    explicit Reception(const Desk& desk) : desk_(desk) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest&) override {
        return new Conversation(desk_); // Poco's server deletes it
    }

private:
    const Desk& desk_;
};

// Without ServerSocket's constructor: that one sets SO_REUSEPORT, under which a second sandbox on
// the same port would start without an error and get half of the requests.
Poco::Net::ServerSocket bound_socket(const std::string& address) {
    Poco::Net::ServerSocket socket;
    socket.bind(Poco::Net::SocketAddress(address), true, false);
    socket.listen(kMaxQueued);
    return socket;
}

Poco::Net::HTTPServerParams::Ptr server_params() {
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setMaxQueued(kMaxQueued);
    params->setThreadIdleTime(Poco::Timespan(1, 0)); // for so long an idle thread may delay the end
    params->setSoftwareVersion("segpay-sandbox");
    return params;
}

} // namespace

Server::Server(const Desk& desk, const std::string& address)
    : socket_(bound_socket(address)),
      threads_(2, 32),
      server_(new Reception(desk), threads_, socket_, server_params()) {
    server_.start();
}

Server::~Server() { server_.stopAll(true); }

std::string Server::url() const { return "http://" + socket_.address().toString() + "/"; }

} // namespace sandbox
