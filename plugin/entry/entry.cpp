// The C face: each hook checks its arguments, turns C structs into the plugin's own types, calls
// the Biller, and hands the result to a sink.
#include "biller.h"
#include "inbox/biller.hpp"
#include "boundary/boundary.hpp"
#include "config/load.hpp"
#include "wire/redaction.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <tuple>

using namespace segpay;

// The opaque instance of biller.h.
struct biller_instance {
    OpenInstance counted; // before the ledger is opened
    Biller biller;
    pid_t owner = getpid();
};

namespace {

constexpr std::size_t kMaxOperatorBytes = 64;

void require(bool is_given, const char* what) {
    if (!is_given) throw Stop{BILLER_STATUS_ARGUMENT, what};
}

// Runs a hook of an instance behind the barrier.
template <class Hook>
uint32_t in_instance(biller_instance* instance, biller_reason* reason, Hook hook) noexcept {
    return guarded(reason, [&] {
        require(instance != nullptr, "instance is NULL");
        const HookScope scope(instance, instance->owner);
        return hook(instance->biller);
    });
}

uint32_t stopped_unless(bool is_finished) {
    return is_finished ? BILLER_STATUS_OK : BILLER_STATUS_STOPPED;
}

// ---- Configuration ------------------------------------------------------------------------------

LoadedConfig load(const biller_config& config) {
    const std::string path(view(config.path));
    const bool is_cut = path.find('\0') != std::string::npos ||
                        view(config.ledger).find('\0') != std::string_view::npos;
    require(!is_cut, "config->path or config->ledger holds a NUL, where the system would cut it");
    const LedgerUse use = config.ledger.data ? LedgerUse::own : LedgerUse::configured;
    if (!config.text.data) {
        require(!path.empty(), "config names neither path nor text");
        return load_config_file(path, use);
    }
    return load_config_text(std::string(view(config.text)), path.empty() ? "config" : path, use);
}

// Mistakes and warnings, in order of lines.
std::vector<Problem> all_of(const LoadedConfig& loaded) {
    std::vector<Problem> all = loaded.problems;
    const auto middle = all.insert(all.end(), loaded.warnings.begin(), loaded.warnings.end());
    const auto is_before = [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    };
    std::inplace_merge(all.begin(), middle, all.end(), is_before);
    return all;
}

uint32_t check(const biller_config* config, const biller_problem_sink* sink,
               biller_reason* reason) {
    return guarded(reason, [&] {
        require(config && is_whole(sink) && sink->problem, "config, sink or sink->problem is NULL");
        const LoadedConfig loaded = load(adopted(config));
        for (const Problem& found : all_of(loaded)) {
            auto problem = sized<biller_problem>();
            problem.line = static_cast<uint32_t>(found.line);
            problem.column = static_cast<uint32_t>(found.column);
            problem.file = bytes(found.file);
            problem.severity = static_cast<uint32_t>(found.severity);
            problem.message = bytes(found.message);
            if (sink->problem(sink->context, &problem) == BILLER_STOP) return BILLER_STATUS_STOPPED;
        }
        if (loaded.problems.empty()) return BILLER_STATUS_OK;
        throw Stop{BILLER_STATUS_CONFIG, to_string(loaded.problems.front())};
    });
}

LedgerSettings ledger_settings(const Config& config, const biller_config& given) {
    LedgerSettings settings;
    settings.path = given.ledger.data ? std::string(view(given.ledger)) : config.ledger.path;
    if (!given.ledger.data) settings.mysql = config.ledger.mysql;
    settings.lease_ms = config.ledger.lease_seconds * 1000;
    settings.password_key = config.ledger.password_key;
    settings.repeat_window_ms = config.postbacks.repeats_ms();
    return settings;
}

uint32_t open(const biller_config* config, const biller_host* host, biller_instance** instance,
              biller_reason* reason) {
    return guarded(reason, [&] {
        require(instance != nullptr, "instance is NULL");
        *instance = nullptr;
        require(config && host, "config or host is NULL");
        const biller_host table = adopted(host);
        require(table.event != nullptr, "host->event is NULL; a host must take events");
        const biller_config given = adopted(config);
        LoadedConfig loaded = load(given);
        if (!loaded.config)
            throw Stop{BILLER_STATUS_CONFIG,
                       to_string(loaded.problems.front()) +
                           (loaded.problems.size() > 1
                                ? " (and " + std::to_string(loaded.problems.size() - 1) + " more)"
                                : "")};
        for (const Problem& warning : loaded.warnings)
            Host(table).log(LogLevel::warning, to_string(warning));
        const LedgerSettings settings = ledger_settings(*loaded.config, given);
        *instance = new biller_instance{
            {}, Biller(std::move(*loaded.config), Host(table), open_ledger(settings)), getpid()};
        (*instance)->biller.announce();
        return BILLER_STATUS_OK;
    });
}

void close(biller_instance* instance) {
    // A child process must not end what its parent still uses.
    if (instance && instance->owner == getpid()) delete instance;
}

// ---- Links --------------------------------------------------------------------------------------

struct LinkText {
    biller_bytes biller_link_request::*in;
    std::string_view LinkRequest::*out;
};
constexpr LinkText kLinkTexts[] = {
    {&biller_link_request::option, &LinkRequest::option},
    {&biller_link_request::member_id, &LinkRequest::member_id},
    {&biller_link_request::session, &LinkRequest::session},
    {&biller_link_request::affiliate, &LinkRequest::affiliate},
    {&biller_link_request::username, &LinkRequest::username},
    {&biller_link_request::password, &LinkRequest::password},
    {&biller_link_request::first_name, &LinkRequest::first_name},
    {&biller_link_request::last_name, &LinkRequest::last_name},
    {&biller_link_request::email, &LinkRequest::email},
    {&biller_link_request::address, &LinkRequest::address},
    {&biller_link_request::city, &LinkRequest::city},
    {&biller_link_request::state, &LinkRequest::state},
    {&biller_link_request::zip, &LinkRequest::zip},
    {&biller_link_request::country, &LinkRequest::country},
    {&biller_link_request::phone, &LinkRequest::phone},
    {&biller_link_request::language, &LinkRequest::language},
    {&biller_link_request::currency, &LinkRequest::currency},
    {&biller_link_request::amount, &LinkRequest::amount},
    {&biller_link_request::xref1, &LinkRequest::xref1},
    {&biller_link_request::xref2, &LinkRequest::xref2},
    {&biller_link_request::upsell, &LinkRequest::upsell},
    {&biller_link_request::tokenplus, &LinkRequest::tokenplus},
    {&biller_link_request::octoken, &LinkRequest::octoken},
    {&biller_link_request::ictoken, &LinkRequest::ictoken},
    {&biller_link_request::purchase_id, &LinkRequest::purchase_id},
    {&biller_link_request::approve_url, &LinkRequest::approve_url},
    {&biller_link_request::approve_text, &LinkRequest::approve_text},
    {&biller_link_request::decline_url, &LinkRequest::decline_url},
    {&biller_link_request::decline_text, &LinkRequest::decline_text},
    {&biller_link_request::page_template, &LinkRequest::page_template},
    {&biller_link_request::price_points, &LinkRequest::price_points},
    {&biller_link_request::price_hash, &LinkRequest::price_hash},
    {&biller_link_request::description, &LinkRequest::description},
    {&biller_link_request::retry_text, &LinkRequest::retry_text},
    {&biller_link_request::reactivation_token, &LinkRequest::reactivation_token},
    {&biller_link_request::initial_days, &LinkRequest::initial_days},
    {&biller_link_request::recurring_amount, &LinkRequest::recurring_amount},
    {&biller_link_request::recurring_days, &LinkRequest::recurring_days},
};

LinkRequest link_request_of(const biller_link_request& given) {
    LinkRequest request;
    if (given.kind < BILLER_LINK_JOIN || given.kind > BILLER_LINK_REACTIVATION)
        throw Stop{BILLER_STATUS_REQUEST,
                   "kind: " + std::to_string(given.kind) + " is not one of BILLER_LINK_*"};
    request.kind = static_cast<LinkKind>(given.kind);
    for (const LinkText& text : kLinkTexts)
        request.*text.out = view(given.*text.in);
    request.only_this_price = given.only_this_price == BILLER_YES;
    request.radio_buttons = given.radio_buttons == BILLER_YES;
    request.cross_sale_off = given.cross_sale_off == BILLER_YES;
    request.test_mode_retry_decline = given.test_mode_retry_decline == BILLER_YES;
    for (std::size_t i = 0; i < request.refs.size(); ++i)
        request.refs[i] = view(given.refs[i]);
    return request;
}

std::vector<LinkField> extras_of(const biller_link_request& given) {
    require(given.extras || given.extra_count == 0, "extras is NULL, extra_count is not 0");
    std::vector<LinkField> extras;
    for (std::size_t i = 0; i < given.extra_count; ++i)
        extras.push_back({view(given.extras[i].name), view(given.extras[i].value)});
    return extras;
}

uint32_t link(biller_instance* instance, const biller_link_request* request,
              const biller_link_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        require(request && is_whole(sink) && sink->link, "request, sink or sink->link is NULL");
        const biller_link_request given = adopted(request);
        LinkRequest wanted = link_request_of(given);
        const std::vector<LinkField> extras = extras_of(given);
        wanted.extras = extras;
        Biller::MadeLink made;
        if (const auto error = biller.link(wanted, made))
            throw Stop{BILLER_STATUS_REQUEST, error->message};
        std::vector<biller_pair> fields;
        for (const LinkField& field : made.link.fields)
            fields.push_back({bytes(field.name), bytes(field.value)});
        auto link = sized<biller_link>();
        link.url = bytes(made.link.url);
        link.form_action = bytes(made.link.form_action);
        link.fields = fields.data();
        link.field_count = fields.size();
        sink->link(sink->context, &link);
        return BILLER_STATUS_OK;
    });
}

// ---- Postbacks ----------------------------------------------------------------------------------

HttpRequest http_request_of(const biller_http_request& given) {
    HttpRequest request{
        view(given.method), view(given.query), view(given.body), view(given.peer), {}};
    require(given.headers || given.header_count == 0, "headers is NULL, header_count is not 0");
    for (std::size_t i = 0; i < given.header_count; ++i)
        request.headers.emplace_back(view(given.headers[i].name), view(given.headers[i].value));
    return request;
}

// A defect must not leave Segpay without an answer: it comes again.
Reply apology(const Biller& biller, const std::exception& defect) {
    return {Disposition::unavailable,
            503,
            biller.config().postbacks.failure_word,
            60,
            defect.what(),
            {}};
}

Reply reply_to(Biller& biller, const HttpRequest& request) {
    try {
        return biller.handle(request);
    } catch (const std::exception& failure) {
        return apology(biller, failure);
    }
}

// A biller_http_reply over a Reply, which must outlive it.
class ReplyView {
public:
    explicit ReplyView(const Reply& told) : retry_after_(std::to_string(told.retry_after_s)) {
        constexpr std::string_view kContentType = "text/plain; charset=utf-8";
        headers_.reserve(kOwnHeaders + told.headers.size());
        add("Content-Type", kContentType);
        add("Cache-Control", "no-store"); // a proxy's memory would answer for the ledger
        if (told.retry_after_s != 0) add("Retry-After", retry_after_);
        for (const auto& [name, value] : told.headers)
            add(name, value);

        reply_.status = told.http_status;
        reply_.content_type = bytes(kContentType);
        reply_.body = bytes(told.body);
        reply_.disposition = static_cast<uint32_t>(told.disposition);
        reply_.retry_after_s = told.retry_after_s;
        reply_.disposition_name = bytes(disposition_name(told.disposition));
        reply_.message = bytes(told.message);
        reply_.key = bytes_or_none(told.key);
        reply_.headers = headers_.data();
        reply_.header_count = headers_.size();
    }
    ReplyView(const ReplyView&) = delete;
    ReplyView& operator=(const ReplyView&) = delete;

    const biller_http_reply* get() const { return &reply_; }

private:
    static constexpr std::size_t kOwnHeaders = 3;

    void add(std::string_view name, std::string_view value) {
        headers_.push_back({bytes(name), bytes(value)});
    }

    std::string retry_after_;
    std::vector<biller_pair> headers_;
    biller_http_reply reply_ = sized<biller_http_reply>();
};

uint32_t handle(biller_instance* instance, const biller_http_request* request,
                const biller_reply_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        require(request && is_whole(sink) && sink->reply, "request, sink or sink->reply is NULL");
        const biller_http_request given = adopted(request);
        const Reply told = reply_to(biller, http_request_of(given));
        const ReplyView reply(told);
        sink->reply(sink->context, reply.get());
        return BILLER_STATUS_OK;
    });
}

// ---- The ledger ---------------------------------------------------------------------------------

void hand_over_report(Biller& biller, const Report& done, biller_report* room) {
    if (!room) return;
    const Waiting waiting = biller.ledger().waiting();
    auto report = sized<biller_report>();
    report.delivered = done.delivered;
    report.deferred = done.deferred;
    report.dead_letters = done.dead_letters;
    report.pending = static_cast<uint32_t>(std::min<std::uint64_t>(waiting.pending, UINT32_MAX));
    report.next_attempt_at_ms = waiting.next_attempt_at_ms;
    hand_over(report, room);
}

uint32_t recover(biller_instance* instance, uint32_t limit, biller_report* report,
                 biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        const Report done = biller.recover(limit);
        hand_over_report(biller, done, report);
        return BILLER_STATUS_OK;
    });
}

uint32_t hand_over_entry(const Entry& found, const biller_entry_sink& sink) {
    const std::string request = redacted_form(found.request);
    auto entry = sized<biller_entry>();
    entry.state = static_cast<uint32_t>(found.state);
    entry.sequence = found.sequence;
    entry.state_name = bytes(state_name(found.state));
    entry.key = bytes(found.key);
    entry.received_at_ms = found.received_at_ms;
    entry.changed_at_ms = found.changed_at_ms;
    entry.attempts = found.attempts;
    entry.next_attempt_at_ms = found.state == EntryState::pending ? found.next_attempt_at_ms : 0;
    entry.message = bytes_or_none(found.message);
    entry.decided_by = bytes_or_none(found.decided_by);
    entry.request = bytes_or_none(request);
    if (!found.event) return sink.entry(sink.context, &entry);
    const EventView event(*found.event, found.key, found.attempts);
    entry.event = event.get();
    return sink.entry(sink.context, &entry);
}

uint32_t entries(biller_instance* instance, const biller_entry_query* query,
                 const biller_entry_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        require(query && is_whole(sink) && sink->entry, "query, sink or sink->entry is NULL");
        const biller_entry_query given = adopted(query);
        EntryQuery wanted;
        wanted.states = given.states;
        wanted.after = given.after;
        wanted.limit = given.limit;
        wanted.newest_first = given.newest_first == BILLER_YES;
        wanted.purchase_id = std::string(view(given.purchase_id));
        wanted.member_id = std::string(view(given.member_id));
        bool is_finished = true;
        biller.ledger().entries(wanted, [&](const Entry& entry) {
            is_finished = hand_over_entry(entry, *sink) != BILLER_STOP;
            return is_finished;
        });
        return stopped_unless(is_finished);
    });
}

uint32_t status_of(const Refused& refused) {
    switch (refused.cause) {
        case Refused::Cause::none:
            return BILLER_STATUS_OK;
        case Refused::Cause::not_found:
            return BILLER_STATUS_NOT_FOUND;
        case Refused::Cause::wrong_state:
            return BILLER_STATUS_STATE;
    }
    return BILLER_STATUS_INTERNAL;
}

uint32_t decide(biller_instance* instance, const biller_decision* decision, biller_report* report,
                biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        require(decision != nullptr, "decision is NULL");
        const biller_decision given = adopted(decision);
        const std::string_view by = view(given.by);
        require(!by.empty() && by.size() <= kMaxOperatorBytes, "by must be 1 to 64 bytes");
        const auto where =
            given.leave_to_host == BILLER_YES ? Biller::Deliver::elsewhere : Biller::Deliver::here;
        const std::string_view says = view(given.says);
        require(says.empty() || given.decision == BILLER_DECIDE_RELEASE,
                "says is for BILLER_DECIDE_RELEASE");
        require(says.size() <= kMaxRequestBytes, "says is longer than a request may be");
        Report done;
        Refused refused;
        switch (given.decision) {
            case BILLER_DECIDE_REDELIVER:
                refused = biller.redeliver(view(given.key), by, where, done);
                break;
            case BILLER_DECIDE_RELEASE:
                refused = biller.release(view(given.key), by, where, done, says);
                break;
            case BILLER_DECIDE_DISMISS:
                refused = biller.dismiss(view(given.key), by);
                break;
            default:
                require(false, "decision is not one of BILLER_DECIDE_*");
        }
        if (refused.cause != Refused::Cause::none) throw Stop{status_of(refused), refused.message};
        hand_over_report(biller, done, report);
        return BILLER_STATUS_OK;
    });
}

// ---- Extensions ---------------------------------------------------------------------------------

uint32_t portal_fields_hook(biller_instance* instance, const biller_bytes* join_host,
                            const biller_portal_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        require(join_host && is_whole(sink) && sink->field,
                "join_host, sink or sink->field is NULL");
        require(is_host_name(view(*join_host)),
                "join_host is not the name of a host, without scheme and path: join.example.com");
        for (const PortalField& found : portal_fields(biller.config(), view(*join_host))) {
            auto field = sized<biller_portal_field>();
            field.required = found.is_required ? BILLER_YES : BILLER_NO;
            field.title = bytes(found.title);
            field.value = bytes(found.value);
            field.note = bytes(found.note);
            if (sink->field(sink->context, &field) == BILLER_STOP) return BILLER_STATUS_STOPPED;
        }
        return BILLER_STATUS_OK;
    });
}

uint32_t postback_path_hook(biller_instance* instance, biller_bytes* path, biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        require(path != nullptr, "path is NULL");
        *path = bytes(postback_path(biller.config()));
        return BILLER_STATUS_OK;
    });
}

uint32_t batch_handle_hook(biller_instance* instance, const biller_http_request* const* requests,
                           uint32_t count, const biller_batch_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](Biller& biller) -> uint32_t {
        require(sink && BILLER_HAS(biller_batch_sink, sink, reply) && sink->reply,
                "sink or sink->reply is NULL");
        const biller_batch_sink known = adopted(sink);
        require(requests || count == 0, "requests is NULL, count is not 0");
        require(count <= BILLER_BATCH_MAX, "count is greater than BILLER_BATCH_MAX");
        std::vector<HttpRequest> given;
        given.reserve(count);
        for (uint32_t number = 0; number < count; ++number) {
            require(requests[number] != nullptr, "one of the requests is NULL");
            given.push_back(http_request_of(adopted(requests[number])));
        }
        uint32_t told = 0; // and the number of the next
        const auto tell = [&](const Reply& answer) {
            const ReplyView reply(answer);
            known.reply(known.context, told++, reply.get());
        };
        try {
            biller.handle_all(given, [&](std::size_t, const Reply& answer) { tell(answer); },
                              {known.context, known.events});
        } catch (const std::exception& defect) {
            const Reply answer = apology(biller, defect);
            while (told < count)
                tell(answer);
        }
        return BILLER_STATUS_OK;
    });
}

constexpr biller_portal kPortal = {sizeof(biller_portal), 0, portal_fields_hook,
                                   postback_path_hook};
constexpr biller_batch kBatch = {sizeof(biller_batch), 0, batch_handle_hook};

const void* extension(const biller_bytes* name) {
    if (name && view(*name) == BILLER_PORTAL_EXTENSION) return &kPortal;
    if (name && view(*name) == BILLER_BATCH_EXTENSION) return &kBatch;
    return nullptr;
}

template <std::size_t Size>
biller_bytes literal(const char (&text)[Size]) {
    return bytes({text, Size - 1});
}

const biller_plugin kPlugin = {sizeof(biller_plugin),
                               BILLER_ABI_MINOR,
                               literal("segpay"),
                               literal(NATS_SEGPAY_VERSION),
                               check,
                               open,
                               close,
                               link,
                               handle,
                               recover,
                               entries,
                               decide,
                               extension};

} // namespace

extern "C" __attribute__((visibility("default"))) uint32_t biller_entry_v1(
    const biller_host_info* host, const biller_plugin** plugin, biller_reason* reason) {
    return guarded(reason, [&] {
        require(plugin != nullptr, "plugin is NULL");
        *plugin = nullptr;
        require(host != nullptr, "host is NULL");
        const biller_host_info info = adopted(host);
        if (info.minor_min > BILLER_ABI_MINOR || info.minor_max < info.minor_min)
            throw Stop{BILLER_STATUS_VERSION,
                       "the host speaks biller ABI 1." + std::to_string(info.minor_min) + " to 1." +
                           std::to_string(info.minor_max) +
                           ", this plugin (segpay " NATS_SEGPAY_VERSION ") speaks 1.0 to 1." +
                           std::to_string(BILLER_ABI_MINOR)};
        *plugin = &kPlugin;
        return BILLER_STATUS_OK;
    });
}
