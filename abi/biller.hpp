// biller.hpp: biller.h for hosts written in C++17 or later. Loads a plugin, turns hooks into
// methods, callbacks into virtual functions, statuses into exceptions. Header-only; adds no rule
// of its own, so biller.h remains the documentation of meaning, limits and threads.
//
//     biller::Library library("nats_segpay.so", "my-host 1.0");
//     MyHost host;                                    // derives from biller::Host
//     biller::Config config;
//     config.path = "segpay.yaml";
//     biller::Instance segpay(library, config, host);
//     biller::LinkRequest request(BILLER_LINK_JOIN);
//     request.set(&biller_link_request::option, "101");
//     redirect_to(segpay.link(request).url);
//     biller::Reply reply = segpay.handle(http_request); // a biller::Request
#ifndef BILLER_HPP
#define BILLER_HPP

#include "biller.h"

#include <dlfcn.h>

#include <cstddef>
#include <cstring>
#include <deque>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace biller {

// ---- Text -------------------------------------------------------------------------------------

// Borrows: the text must outlive the bytes. A default-constructed string_view (data() == nullptr)
// is "nothing was said".
inline biller_bytes bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
// Prevents bytes() of a temporary string, which is gone after the line: name it, or use
// LinkRequest.
biller_bytes bytes(std::string&&) = delete;
biller_bytes bytes(const std::string&&) = delete;
inline biller_bytes bytes(const std::string& text) { return bytes(std::string_view(text)); }
inline biller_bytes bytes(const char* text) { return biller_text(text); }

// Borrows in the other direction; "nothing was said" becomes a string_view whose data() is null.
inline std::string_view view(const biller_bytes& bytes) {
    return bytes.data ? std::string_view(reinterpret_cast<const char*>(bytes.data), bytes.size)
                      : std::string_view();
}

inline bool is_said(const biller_bytes& bytes) { return bytes.data != nullptr; }

inline std::string text(const biller_bytes& bytes) { return std::string(view(bytes)); }

// What was said, or nullopt.
inline std::optional<std::string> said(const biller_bytes& bytes) {
    if (!is_said(bytes)) return std::nullopt;
    return text(bytes);
}

// ---- Failure ----------------------------------------------------------------------------------

// A hook that did not return BILLER_STATUS_OK. what() is biller_reason.text.
class Error : public std::runtime_error {
public:
    Error(uint32_t status, const biller_reason& reason)
        : std::runtime_error(reason.text[0] ? reason.text : "status " + std::to_string(status)),
          status_(status),
          outcome_(reason.outcome),
          code_(reason.code) {}
    explicit Error(const std::string& what) : std::runtime_error(what) {}

    uint32_t status() const { return status_; }
    uint32_t outcome() const { return outcome_; }
    const std::string& code() const { return code_; }

private:
    uint32_t status_ = BILLER_STATUS_INTERNAL;
    uint32_t outcome_ = BILLER_OUTCOME_NONE;
    std::string code_;
};

inline biller_reason empty_reason() {
    biller_reason reason{};
    reason.struct_size = sizeof reason;
    return reason;
}

// Writes a text into a reason, cut at a UTF-8 character if it is too long.
inline void explain(biller_reason* reason, std::string_view why) {
    constexpr size_t kBegin = offsetof(biller_reason, text);
    if (!reason || reason->struct_size <= kBegin) return;
    const size_t given = reason->struct_size - kBegin;
    const size_t room = given < sizeof reason->text ? given : sizeof reason->text;
    size_t size = why.size() < room ? why.size() : room - 1;
    while (size < why.size() && size > 0 && (static_cast<unsigned char>(why[size]) & 0xC0) == 0x80)
        --size;
    std::memcpy(reason->text, why.data(), size);
    reason->text[size] = '\0';
}

// ---- The host's side --------------------------------------------------------------------------

// What a host does with an event; see BILLER_DONE, BILLER_RETRY, BILLER_REFUSE.
struct Answer {
    uint32_t value = 0;
    std::string why; // shown to the operator for retry and refuse

    static Answer done() { return {BILLER_DONE, {}}; }
    static Answer retry(std::string why) { return {BILLER_RETRY, std::move(why)}; }
    static Answer refuse(std::string why) { return {BILLER_REFUSE, std::move(why)}; }
};

// Derive from it. An exception from event() becomes a retry with its what(); one from probe()
// becomes "cannot tell". Methods are called as biller.h says under THREADS.
class Host {
public:
    virtual ~Host() = default;
    virtual Answer event(const biller_event& event) = 0;
    // The events that Instance::handle() has taken together: returns an answer to each, in their
    // order. No two are of one purchase, so a host may apply all of them in one transaction of its
    // own. An exception counts as a retry of all.
    virtual std::vector<Answer> events(const std::vector<const biller_event*>& events) {
        std::vector<Answer> answers;
        for (const biller_event* each : events)
            answers.push_back(answer_to(*each));
        return answers;
    }
    // BILLER_NAME_FREE, BILLER_NAME_TAKEN, or 0 for "cannot tell".
    virtual uint32_t probe(const biller_probe&) { return 0; }
    virtual void log(uint32_t /*level*/, std::string_view /*line*/) {}
    // Whether event() stores the key together with the effect (EXACTLY ONCE in biller.h).
    virtual bool honours_keys() const { return false; }
    // The clock in Unix milliseconds; nullopt, at every call: the system's.
    virtual std::optional<int64_t> now_ms() { return std::nullopt; }

    // The C table for this object, which must outlive the instance that gets it.
    biller_host table() {
        biller_host host{};
        host.struct_size = sizeof host;
        host.flags = honours_keys() ? BILLER_HOST_HONOURS_KEYS : 0;
        host.context = this;
        host.event = &Host::on_event;
        host.probe = &Host::on_probe;
        host.log = &Host::on_log;
        host.now_ms = now_ms() ? &Host::on_now : nullptr;
        return host;
    }

    // The result of event(); an exception becomes a retry.
    Answer answer_to(const biller_event& each) {
        return caught([&] { return event(each); });
    }
    // The results of events(), one for each; an exception becomes a retry of all.
    std::vector<Answer> answers_to(const std::vector<const biller_event*>& all) {
        std::vector<Answer> answers;
        const Answer failed = caught([&] {
            answers = events(all);
            return Answer::retry("the host did not answer");
        });
        answers.resize(all.size(), failed);
        return answers;
    }

private:
    template <class Function>
    static Answer caught(Function function) {
        try {
            return function();
        } catch (const std::exception& failure) {
            return Answer::retry(failure.what());
        } catch (...) {
            return Answer::retry("the host's event handler threw something unknown");
        }
    }
    static uint32_t on_event(void* self, const biller_event* event, biller_reason* reason) {
        const Answer answer = static_cast<Host*>(self)->answer_to(*event);
        explain(reason, answer.why);
        return answer.value;
    }
    static uint32_t on_probe(void* self, const biller_probe* probe) {
        try {
            return static_cast<Host*>(self)->probe(*probe);
        } catch (...) {
            return 0;
        }
    }
    static void on_log(void* self, uint32_t level, const biller_bytes* line) {
        try {
            static_cast<Host*>(self)->log(level, view(*line));
        } catch (...) { // a log line is not worth failing an event for
        }
    }
    static int64_t on_now(void* self) { return static_cast<Host*>(self)->now_ms().value_or(0); }
};

// ---- Events that outlive the callback ---------------------------------------------------------

namespace detail {

struct EventText {
    const char* name;
    biller_bytes biller_event::*field;
};
inline constexpr EventText kEventTexts[] = {
    {"kind_name", &biller_event::kind_name},
    {"key", &biller_event::key},
    {"purchase_id", &biller_event::purchase_id},
    {"transaction_id", &biller_event::transaction_id},
    {"related_transaction_id", &biller_event::related_transaction_id},
    {"member_id", &biller_event::member_id},
    {"session", &biller_event::session},
    {"affiliate", &biller_event::affiliate},
    {"username", &biller_event::username},
    {"password", &biller_event::password},
    {"email", &biller_event::email},
    {"name", &biller_event::name},
    {"country", &biller_event::country},
    {"site", &biller_event::site},
    {"option", &biller_event::option},
    {"cross_sell_ref", &biller_event::cross_sell_ref},
    {"upsell", &biller_event::upsell},
    {"tokenplus", &biller_event::tokenplus},
    {"octoken", &biller_event::octoken},
    {"trans_guid", &biller_event::trans_guid},
    {"card_type", &biller_event::card_type},
    {"payment_type", &biller_event::payment_type},
    {"reason_code", &biller_event::reason_code},
    {"reason_text", &biller_event::reason_text},
    {"by", &biller_event::by},
    {"reason_family", &biller_event::reason_family},
    {"program", &biller_event::program},
    {"partner", &biller_event::partner},
};

} // namespace detail

// Calls `each(name, biller_bytes)` for every text of an event but its warnings and extras, under
// the field's name, said or not: a row's columns, for a host that stores events.
template <class Each>
void for_each_text(const biller_event& event, Each each) {
    for (const detail::EventText& text : detail::kEventTexts) {
        const auto* begin = reinterpret_cast<const char*>(&event);
        const auto* end = reinterpret_cast<const char*>(&(event.*text.field) + 1);
        const bool is_known = event.struct_size >= static_cast<size_t>(end - begin);
        each(text.name, is_known ? event.*text.field : biller_bytes{nullptr, 0});
    }
}

// A copy of an event with all its texts, the password among them. A field that the plugin does not
// have (BILLER_HAS) is zero.
class OwnedEvent {
public:
    explicit OwnedEvent(const biller_event& given) {
        const size_t size = given.struct_size < sizeof event_ ? given.struct_size : sizeof event_;
        std::memcpy(&event_, &given, size);
        event_.struct_size = sizeof event_;
        for (const detail::EventText& text : detail::kEventTexts)
            own(event_.*text.field);
        for (size_t i = 0; i < event_.warning_count; ++i) {
            warnings_.push_back(event_.warnings[i]);
            own(warnings_.back());
        }
        for (size_t i = 0; i < event_.extra_count; ++i) {
            extras_.push_back(event_.extras[i]);
            own(extras_.back().name);
            own(extras_.back().value);
        }
        event_.warnings = warnings_.data();
        event_.extras = extras_.data();
    }
    OwnedEvent(OwnedEvent&&) = default;
    OwnedEvent& operator=(OwnedEvent&&) = default;

    const biller_event& operator*() const { return event_; }
    const biller_event* operator->() const { return &event_; }

private:
    void own(biller_bytes& text) {
        if (text.data) text = bytes(texts_.emplace_back(view(text)));
    }

    biller_event event_{};
    std::deque<std::string> texts_;
    std::vector<biller_bytes> warnings_;
    std::vector<biller_pair> extras_;
};

// "29.95 USD", "500 JPY"; empty: no amount was said.
inline std::string money_text(const biller_money& money) {
    if (!money.currency[0]) return {};
    const bool is_negative = money.minor < 0;
    const uint64_t minor =
        is_negative ? 0 - static_cast<uint64_t>(money.minor) : static_cast<uint64_t>(money.minor);
    std::string digits = std::to_string(minor);
    if (digits.size() <= money.exponent) digits.insert(0, money.exponent + 1 - digits.size(), '0');
    if (money.exponent > 0) digits.insert(digits.size() - money.exponent, 1, '.');
    return (is_negative ? "-" : "") + digits + " " + money.currency;
}

// "STORAGE" for BILLER_STATUS_STORAGE; "INTERNAL" for an unknown status, as biller.h says.
inline const char* status_name(uint32_t status) {
    static constexpr const char* kNames[] = {
        "OK",      "VERSION",   "ARGUMENT", "CONFIG", "REQUEST",  "NOT_FOUND", "STATE",
        "STORAGE", "REENTERED", "FORKED",   "MEMORY", "INTERNAL", "STOPPED"};
    return status < std::size(kNames) ? kNames[status] : kNames[BILLER_STATUS_INTERNAL];
}

// ---- Inputs and outputs as values -------------------------------------------------------------

// Any part may be left empty, as in biller_config.
struct Config {
    std::string path;
    std::optional<std::string> text;
    std::optional<std::string> ledger;
};

struct Problem {
    std::string file;
    uint32_t line = 0;
    uint32_t column = 0;
    std::string message;
    uint32_t severity = BILLER_PROBLEM_MISTAKE;

    bool is_mistake() const { return severity == BILLER_PROBLEM_MISTAKE; }
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Link {
    std::string url;
    std::string form_action;
    Pairs fields;
};

struct Request {
    std::string method = "GET";
    std::string query;
    std::string body;
    std::string peer;
    Pairs headers;
};

struct Reply {
    uint32_t status = 0;
    std::string content_type;
    std::string body;
    uint32_t disposition = 0;
    std::string disposition_name;
    uint32_t retry_after_s = 0;
    std::string message;
    std::string key;
    Pairs headers; // all, Content-Type and Retry-After among them
};

struct PortalField {
    bool required = false;
    std::string title;
    std::string value;
    std::string note;
};

// A zeroed request with its size and kind set.
inline biller_link_request link_request(uint32_t kind) {
    biller_link_request request{};
    request.struct_size = sizeof request;
    request.kind = kind;
    return request;
}

// A link request that owns its texts.
class LinkRequest {
public:
    explicit LinkRequest(uint32_t kind) : request_(link_request(kind)) {}
    LinkRequest(LinkRequest&&) = default; // a deque's texts keep their addresses
    LinkRequest& operator=(LinkRequest&&) = default;

    LinkRequest& set(biller_bytes biller_link_request::*field, std::string value) {
        request_.*field = kept(std::move(value));
        return *this;
    }
    LinkRequest& set(uint32_t biller_link_request::*field, uint32_t value) {
        request_.*field = value;
        return *this;
    }
    // REF1 to REF10; throws std::out_of_range for any other number.
    LinkRequest& ref(size_t number, std::string value) {
        if (number < 1 || number > std::size(request_.refs))
            throw std::out_of_range("there are ref 1 to 10, and no ref " + std::to_string(number));
        request_.refs[number - 1] = kept(std::move(value));
        return *this;
    }
    LinkRequest& extra(std::string name, std::string value) {
        extras_.push_back({kept(std::move(name)), kept(std::move(value))});
        request_.extras = extras_.data();
        request_.extra_count = extras_.size();
        return *this;
    }

    operator const biller_link_request&() const { return request_; }

private:
    biller_bytes kept(std::string text) { return bytes(texts_.emplace_back(std::move(text))); }

    biller_link_request request_;
    std::deque<std::string> texts_;
    std::vector<biller_pair> extras_;
};

inline biller_entry_query entry_query(uint32_t states) {
    biller_entry_query query{};
    query.struct_size = sizeof query;
    query.states = states;
    return query;
}

// ---- The plugin -------------------------------------------------------------------------------

// A loaded plugin. Stays loaded until the object ends; instances must end first.
class Library {
public:
    // Throws Error: the file cannot be loaded, is no biller plugin, or shares no version.
    explicit Library(const std::string& path, const std::string& host_name = "host")
        : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), &close_handle) {
        if (!handle_) throw Error(std::string("cannot load the plugin: ") + dlerror());
        void* symbol = dlsym(handle_.get(), BILLER_ENTRY_SYMBOL);
        if (!symbol) throw Error(path + " exports no " BILLER_ENTRY_SYMBOL ": not a biller plugin");
        biller_host_info info{};
        info.struct_size = sizeof info;
        info.minor_min = 0;
        info.minor_max = BILLER_ABI_MINOR;
        info.name = bytes(host_name);
        biller_reason reason = empty_reason();
        biller_entry_fn* entry = nullptr;
        static_assert(sizeof entry == sizeof symbol, "POSIX: a symbol fits a function pointer");
        std::memcpy(&entry, &symbol, sizeof entry);
        uint32_t status = entry(&info, &plugin_, &reason);
        if (status != BILLER_STATUS_OK) throw Error(status, reason);
    }

    const biller_plugin& plugin() const { return *plugin_; }

    // The table of an extension, or null. T is the struct that biller.h gives for the name.
    template <class T>
    const T* extension(std::string_view name) const {
        biller_bytes wanted = bytes(name);
        return static_cast<const T*>(plugin_->extension(&wanted));
    }

    // Every mistake and every warning in a configuration, in order of lines. It can be used when
    // none of them is a mistake.
    std::vector<Problem> check(const Config& config) const;

private:
    static void close_handle(void* handle) {
        if (handle) dlclose(handle);
    }

    std::unique_ptr<void, void (*)(void*)> handle_;
    const biller_plugin* plugin_ = nullptr;
};

namespace detail {

inline biller_config config_of(const Config& config) {
    biller_config c{};
    c.struct_size = sizeof c;
    if (!config.path.empty()) c.path = bytes(config.path);
    if (config.text) c.text = bytes(*config.text);
    if (config.ledger) c.ledger = bytes(*config.ledger);
    return c;
}

inline Pairs pairs_of(const biller_pair* pairs, size_t count) {
    Pairs result;
    result.reserve(count);
    for (size_t i = 0; i < count; ++i)
        result.emplace_back(text(pairs[i].name), text(pairs[i].value));
    return result;
}

// A request in the form that hooks take; the Request must outlive it.
struct Http {
    Http(const Request& given) {
        headers.reserve(given.headers.size());
        for (const auto& [name, value] : given.headers)
            headers.push_back({bytes(name), bytes(value)});
        request.struct_size = sizeof request;
        request.method = bytes(given.method);
        request.query = bytes(given.query);
        request.body = bytes(given.body);
        request.peer = bytes(given.peer);
        request.headers = headers.data(); // on the heap: its address stays when this is moved
        request.header_count = headers.size();
    }
    Http(Http&&) = default;

    std::vector<biller_pair> headers;
    biller_http_request request{};
};

inline Reply reply_of(const biller_http_reply& reply) {
    return {reply.status,
            text(reply.content_type),
            text(reply.body),
            reply.disposition,
            text(reply.disposition_name),
            reply.retry_after_s,
            text(reply.message),
            text(reply.key),
            BILLER_HAS(biller_http_reply, &reply, header_count)
                ? pairs_of(reply.headers, reply.header_count)
                : Pairs()};
}

inline void require_ok(uint32_t status, const biller_reason& reason) {
    if (status != BILLER_STATUS_OK) throw Error(status, reason);
}

// Lets a callback that may throw run under a C sink: stores the exception in `failure`.
template <class Function, class Argument>
struct Collector {
    Function& function;
    std::exception_ptr failure;

    static uint32_t call(void* self, const Argument* argument) {
        auto& collector = *static_cast<Collector*>(self);
        try {
            return collector.function(*argument) ? BILLER_MORE : BILLER_STOP;
        } catch (...) {
            collector.failure = std::current_exception();
            return BILLER_STOP;
        }
    }
    // STOPPED is caused by the collector itself and is no failure.
    void finish(uint32_t status, const biller_reason& reason) const {
        if (failure) std::rethrow_exception(failure);
        if (status != BILLER_STATUS_STOPPED) require_ok(status, reason);
    }
};

} // namespace detail

inline std::vector<Problem> Library::check(const Config& config) const {
    std::vector<Problem> problems;
    auto keep = [&](const biller_problem& p) {
        problems.push_back({text(p.file), p.line, p.column, text(p.message), p.severity});
        return true;
    };
    detail::Collector<decltype(keep), biller_problem> collector{keep, nullptr};
    biller_problem_sink sink{};
    sink.struct_size = sizeof sink;
    sink.context = &collector;
    sink.problem = &decltype(collector)::call;
    biller_config c = detail::config_of(config);
    biller_reason reason = empty_reason();
    uint32_t status = plugin_->check(&c, &sink, &reason);
    if (status != BILLER_STATUS_CONFIG || problems.empty()) collector.finish(status, reason);
    return problems;
}

// The requests that were taken together, or the events that are due. Its destructor ends the round,
// whatever is not settled then; one thread at a time. The instance must outlive it.
class Round {
public:
    Round(const biller_pull& table, biller_instance* instance, const biller_pulled& pulled)
        : table_(&table), instance_(instance), told_(pulled) {}
    Round(Round&& other) noexcept
        : table_(other.table_),
          instance_(std::exchange(other.instance_, nullptr)),
          told_(other.told_) {}
    Round& operator=(Round&&) = delete;
    ~Round() {
        if (instance_) table_->end(instance_, told_.round);
    }

    // How many of the requests of take() are in the round.
    size_t taken() const { return told_.taken; }
    // The output of the last call: views, valid until the next.
    const biller_pulled& told() const { return told_; }
    // Whether the last call brought neither events nor questions.
    bool is_told() const { return told_.event_count == 0 && told_.question_count == 0; }

    // Calls `each(size_t request, Reply)`.
    template <class Each>
    void for_each_reply(Each each) const {
        for (size_t i = 0; i < told_.reply_count; ++i)
            each(size_t{told_.replies[i]->request}, detail::reply_of(*told_.replies[i]->reply));
    }

    // Settles tokens with the host's answers; told() has what follows. Throws Error, also for
    // NOT_FOUND.
    void settle(const std::vector<std::pair<uint64_t, Answer>>& answers) {
        std::vector<biller_answer> given;
        for (const auto& [token, answer] : answers) {
            biller_answer each{};
            each.struct_size = sizeof each;
            each.answer = answer.value;
            each.token = token;
            each.why = bytes(answer.why);
            given.push_back(each);
        }
        std::vector<const biller_answer*> pointers;
        for (const biller_answer& each : given)
            pointers.push_back(&each);
        biller_reason reason = empty_reason();
        detail::require_ok(table_->settle(instance_, told_.round, pointers.data(),
                                          static_cast<uint32_t>(pointers.size()), &told_, &reason),
                           reason);
    }

private:
    const biller_pull* table_;
    biller_instance* instance_;
    biller_pulled told_;
};

// An open account. Not copyable; the library and the host must outlive it.
class Instance {
public:
    Instance(const Library& library, const Config& config, Host& host)
        : library_(&library), host_(host.table()) {
        biller_config c = detail::config_of(config);
        biller_reason reason = empty_reason();
        detail::require_ok(plugin().open(&c, &host_, &instance_, &reason), reason);
    }
    ~Instance() { plugin().close(instance_); }
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    // Throws Error with BILLER_STATUS_REQUEST when the request cannot be met.
    Link link(const biller_link_request& request) {
        Link result;
        biller_link_sink sink{};
        sink.struct_size = sizeof sink;
        sink.context = &result;
        sink.link = [](void* self, const biller_link* link) {
            *static_cast<Link*>(self) = {text(link->url), text(link->form_action),
                                         detail::pairs_of(link->fields, link->field_count)};
        };
        biller_reason reason = empty_reason();
        detail::require_ok(plugin().link(instance_, &request, &sink, &reason), reason);
        return result;
    }

    Reply handle(const Request& request) {
        const detail::Http http(request);
        Reply result;
        biller_reply_sink sink{};
        sink.struct_size = sizeof sink;
        sink.context = &result;
        sink.reply = [](void* self, const biller_http_reply* reply) {
            *static_cast<Reply*>(self) = detail::reply_of(*reply);
        };
        biller_reason reason = empty_reason();
        detail::require_ok(plugin().handle(instance_, &http.request, &sink, &reason), reason);
        return result;
    }

    // ---- biller.pull/1: throw Error if the plugin does not have it ---------------------------

    // Takes requests up to the first that depends on one before it; at most BILLER_PULL_MAX.
    Round take(const std::vector<Request>& requests) {
        const std::vector<detail::Http> given(requests.begin(), requests.end());
        return take(pointers_to(given), 0);
    }
    // At most `limit` events that are due.
    Round due(uint32_t limit) {
        return pulled([&](const biller_pull& pull, biller_pulled& room, biller_reason& reason) {
            return pull.due(instance_, limit, &room, &reason);
        });
    }
    // Carries out an operator's decision: the round has what is to be delivered.
    Round take_decision(uint32_t decision, std::string_view key, std::string_view by,
                        std::string_view says = {}) {
        const biller_decision made = decision_of(decision, key, by, false, says);
        return pulled([&](const biller_pull& pull, biller_pulled& room, biller_reason& reason) {
            return pull.decide(instance_, &made, &room, &reason);
        });
    }
    // Passes the events and questions of the round to the host until it is done, and calls
    // `each(size_t request, Reply)` for every reply, as soon as it may be sent.
    template <class Each>
    void answer(Round& round, Each each) {
        for (;;) {
            round.for_each_reply(each);
            if (round.is_told()) return;
            round.settle(answers_to(round.told()));
        }
    }
    // Like handle() for each, in rounds: requests that do not depend on each other are durable with
    // one commit of the ledger, and the host gets their events together (Host::events), outside
    // every call of the plugin; such a host stores keys. `each` as above. One by one with a plugin
    // without biller.pull/1.
    template <class Each>
    void handle(const std::vector<Request>& requests, Each each) {
        if (!pull()) {
            for (size_t i = 0; i < requests.size(); ++i)
                each(i, handle(requests[i]));
            return;
        }
        const std::vector<detail::Http> given(requests.begin(), requests.end());
        const std::vector<const biller_http_request*> all = pointers_to(given);
        for (size_t first = 0; first < all.size();) {
            Round round = take(all, first);
            answer(round,
                   [&](size_t request, Reply reply) { each(first + request, std::move(reply)); });
            first += round.taken();
        }
    }

    biller_report recover(uint32_t limit = 100) {
        biller_report report{};
        report.struct_size = sizeof report;
        biller_reason reason = empty_reason();
        detail::require_ok(plugin().recover(instance_, limit, &report, &reason), reason);
        return report;
    }

    // Calls `each(const biller_entry&) -> bool` until it returns false.
    template <class Each>
    void entries(const biller_entry_query& query, Each each) {
        detail::Collector<Each, biller_entry> collector{each, nullptr};
        biller_entry_sink sink{};
        sink.struct_size = sizeof sink;
        sink.context = &collector;
        sink.entry = &decltype(collector)::call;
        biller_reason reason = empty_reason();
        uint32_t status = plugin().entries(instance_, &query, &sink, &reason);
        collector.finish(status, reason);
    }

    // With `leave_to_host` nothing is delivered here; `says` completes a released request: see
    // biller_decision.
    biller_report decide(uint32_t decision, std::string_view key, std::string_view by,
                         bool leave_to_host = false, std::string_view says = {}) {
        const biller_decision d = decision_of(decision, key, by, leave_to_host, says);
        biller_report report{};
        report.struct_size = sizeof report;
        biller_reason reason = empty_reason();
        detail::require_ok(plugin().decide(instance_, &d, &report, &reason), reason);
        return report;
    }

    // What to paste into the processor's portal. Throws Error if the plugin does not have it.
    std::vector<PortalField> portal(std::string_view join_host) {
        const auto* portal = library_->extension<biller_portal>(BILLER_PORTAL_EXTENSION);
        if (!portal) throw Error("the plugin has no " BILLER_PORTAL_EXTENSION);
        std::vector<PortalField> result;
        auto keep = [&](const biller_portal_field& f) {
            result.push_back(
                {f.required == BILLER_YES, text(f.title), text(f.value), text(f.note)});
            return true;
        };
        detail::Collector<decltype(keep), biller_portal_field> collector{keep, nullptr};
        biller_portal_sink sink{};
        sink.struct_size = sizeof sink;
        sink.context = &collector;
        sink.field = &decltype(collector)::call;
        biller_bytes name = bytes(join_host);
        biller_reason reason = empty_reason();
        uint32_t status = portal->fields(instance_, &name, &sink, &reason);
        collector.finish(status, reason);
        return result;
    }

    // The path under which the processor posts back, without a query; nullopt when the plugin does
    // not say.
    std::optional<std::string> postback_path() {
        const auto* portal = library_->extension<biller_portal>(BILLER_PORTAL_EXTENSION);
        if (!portal || !BILLER_HAS(biller_portal, portal, postback_path)) return std::nullopt;
        biller_bytes path{};
        biller_reason reason = empty_reason();
        detail::require_ok(portal->postback_path(instance_, &path, &reason), reason);
        return text(path);
    }

private:
    const biller_plugin& plugin() const { return library_->plugin(); }
    const biller_pull* pull() const {
        return library_->extension<biller_pull>(BILLER_PULL_EXTENSION);
    }

    template <class Call>
    Round pulled(Call call) {
        const biller_pull* table = pull();
        if (!table) throw Error("the plugin has no " BILLER_PULL_EXTENSION);
        biller_pulled room{};
        room.struct_size = sizeof room;
        biller_reason reason = empty_reason();
        detail::require_ok(call(*table, room, reason), reason);
        return Round(*table, instance_, room);
    }
    Round take(const std::vector<const biller_http_request*>& all, size_t first) {
        const size_t count = all.size() - first;
        const auto most = static_cast<uint32_t>(count < BILLER_PULL_MAX ? count : BILLER_PULL_MAX);
        return pulled([&](const biller_pull& pull, biller_pulled& room, biller_reason& reason) {
            return pull.take(instance_, all.data() + first, most, &room, &reason);
        });
    }
    std::vector<std::pair<uint64_t, Answer>> answers_to(const biller_pulled& told) {
        Host& host = *static_cast<Host*>(host_.context);
        std::vector<const biller_event*> events;
        for (size_t i = 0; i < told.event_count; ++i)
            events.push_back(told.events[i]->event);
        std::vector<Answer> answers;
        if (!events.empty()) answers = host.answers_to(events);
        std::vector<std::pair<uint64_t, Answer>> all;
        for (size_t i = 0; i < told.event_count; ++i)
            all.emplace_back(told.events[i]->token, std::move(answers[i]));
        for (size_t i = 0; i < told.question_count; ++i)
            all.emplace_back(told.questions[i]->token,
                             Answer{host_.probe(host_.context, told.questions[i]->probe), {}});
        return all;
    }
    static std::vector<const biller_http_request*> pointers_to(
        const std::vector<detail::Http>& given) {
        std::vector<const biller_http_request*> pointers;
        for (const detail::Http& http : given)
            pointers.push_back(&http.request);
        return pointers;
    }
    static biller_decision decision_of(uint32_t decision, std::string_view key, std::string_view by,
                                       bool leave_to_host, std::string_view says) {
        biller_decision d{};
        d.struct_size = sizeof d;
        d.decision = decision;
        d.key = bytes(key);
        d.by = bytes(by);
        d.leave_to_host = leave_to_host ? BILLER_YES : BILLER_NO;
        d.says = bytes(says);
        return d;
    }

    const Library* library_;
    biller_host host_;
    biller_instance* instance_ = nullptr;
};

} // namespace biller

#endif // BILLER_HPP
