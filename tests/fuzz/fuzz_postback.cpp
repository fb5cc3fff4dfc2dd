// From the request to the disposition: a sequence of requests against one account with a ledger in
// memory and a host that records its deliveries.
//
// Input: a byte that chooses the account (kAccounts), then lines. Each is a request as `nats-segpay
// translate` reads it: "query", "body:..." or "query<TAB>body"; a sign before it chooses the host's
// answer (kAnswers; else it is done). Each request is sent twice.
#include "allowed.hpp"
#include "boundary/boundary.hpp"
#include "config/load.hpp"
#include "events/kept_key.hpp"
#include "inbox/inbox.hpp"
#include "property.hpp"
#include "wire/redaction.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace segpay;
using namespace segpay::fuzz;

namespace {

constexpr TimeMs kStart = 1'790'000'000'000;
constexpr TimeMs kMinute = 60'000;
constexpr std::size_t kMaxRequests = 16;
constexpr std::string_view kCanary = "canary";

// ---- Accounts -----------------------------------------------------------------------------------

constexpr const char* kExample = SEGPAY_SOURCE_DIR "/config/examples/sandbox.yaml";

struct AccountKind {
    const char* file;
    void (*change)(Config&);
};
// In the order of make_corpus.py: the example as it is, sealed, with a secret parameter, and lax;
// then the accounts of the stories.
constexpr AccountKind kAccounts[] = {
    {kExample, [](Config&) {}},
    {kExample, [](Config& config) { config.seal.mode = Seal::Mode::require; }},
    {kExample,
     [](Config& config) {
         config.postbacks.authenticity.secret = SecretParameter{"natskey", Secret("canary-key")};
     }},
    {kExample,
     [](Config& config) {
         config.mode = Mode::live;
         config.seal.mode = Seal::Mode::off;
         config.postbacks.price_of_sales = PriceCheck::off;
         config.postbacks.price_of_renewals = PriceCheck::quarantine;
     }},
    {SEGPAY_SOURCE_DIR "/tests/data/partners.yaml", [](Config&) {}},
    {SEGPAY_SOURCE_DIR "/tests/data/live.yaml", [](Config&) {}},
    {SEGPAY_SOURCE_DIR "/tests/data/catalogue.yaml", [](Config&) {}},
};

std::vector<Config> load_accounts() {
    std::vector<Config> configs;
    for (const AccountKind& kind : kAccounts) {
        LoadedConfig loaded = load_config_file(kind.file);
        holds(loaded.config.has_value(), "the accounts load", kind.file);
        kind.change(configs.emplace_back(std::move(*loaded.config)));
    }
    return configs;
}

const Config& chosen_account(unsigned choice) {
    static const std::vector<Config> configs = load_accounts();
    return configs[choice % configs.size()];
}

// ---- The host -----------------------------------------------------------------------------------

enum class HostDoes { done, retry, refuse, nonsense, fails };

struct AnswerSign {
    char sign;
    HostDoes does;
};
constexpr AnswerSign kAnswers[] = {{'!', HostDoes::retry},
                                   {'?', HostDoes::refuse},
                                   {'=', HostDoes::nonsense},
                                   {'*', HostDoes::fails}};

struct Delivery {
    std::string key;
    std::string kind;
    HostDoes answer;
};

bool is_id(std::string_view text) {
    return text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-';
           });
}

void check_event(const biller_event& event) {
    const std::string_view key = view(event.key);
    holds(!key.empty() && key.size() <= 120, "a key has 1 to 120 bytes", key);
    holds(std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; }),
          "a key is ASCII", key);
    const bool changes_nothing =
        event.approved == BILLER_NO && event.kind != BILLER_EVENT_STANDIN_DECLINE;
    holds(!view(event.purchase_id).empty() || changes_nothing,
          "an event that changes something is of a purchase");
    for (const biller_bytes& id :
         {event.purchase_id, event.transaction_id, event.related_transaction_id})
        holds(is_id(view(id)), "ids are ids", view(id));
    holds(event.amount.minor >= 0, "amounts are never negative");
    const std::string_view currency(event.amount.currency);
    holds(currency.empty() || currency.size() == 3, "a currency has three letters", currency);
    holds(event.amount.exponent <= 3 && event.amount.exponent != 1, "exponents are 0, 2 or 3");

    for (const biller_bytes& text :
         {event.member_id,     event.session,     event.affiliate,      event.username,
          event.password,      event.email,       event.name,           event.country,
          event.site,          event.option,      event.cross_sell_ref, event.upsell,
          event.tokenplus,     event.octoken,     event.trans_guid,     event.card_type,
          event.payment_type,  event.reason_code, event.reason_text,    event.by,
          event.reason_family, event.program,     event.partner})
        holds(is_clean_utf8(view(text)), "text is UTF-8 without control characters", view(text));
    for (std::size_t i = 0; i < event.warning_count; ++i)
        holds(is_clean_utf8(view(event.warnings[i])), "so are warnings");
    for (std::size_t i = 0; i < event.extra_count; ++i) {
        const auto& [name, value] = event.extras[i];
        holds(is_clean_utf8(view(name)) && is_clean_utf8(view(value)), "so are extras", view(name));
        const Secrecy secrecy = secrecy_of(view(name));
        holds(secrecy != Secrecy::password && secrecy != Secrecy::card, "no extra is a secret",
              view(name));
    }
}

class RecordingHost {
public:
    std::vector<Delivery> deliveries;
    std::vector<std::string> log;
    HostDoes does = HostDoes::done;
    TimeMs now = kStart;

    biller_host table() {
        auto host = sized<biller_host>();
        host.context = this;
        host.event = [](void* self, const biller_event* event, biller_reason*) {
            return static_cast<RecordingHost*>(self)->on_event(*event);
        };
        host.probe = [](void*, const biller_probe* probe) -> uint32_t {
            holds(!view(probe->username).empty(), "a probe asks about a name");
            return view(probe->username).size() % 2 == 0 ? BILLER_NAME_FREE : BILLER_NAME_TAKEN;
        };
        host.log = [](void* self, uint32_t, const biller_bytes* line) {
            static_cast<RecordingHost*>(self)->log.emplace_back(view(*line));
        };
        host.now_ms = [](void* self) { return static_cast<RecordingHost*>(self)->now; };
        return host;
    }

private:
    uint32_t on_event(const biller_event& event) {
        check_event(event);
        deliveries.push_back(
            {std::string(view(event.key)), std::string(view(event.kind_name)), does});
        switch (does) {
            case HostDoes::done:
                return BILLER_DONE;
            case HostDoes::retry:
                return BILLER_RETRY;
            case HostDoes::refuse:
                return BILLER_REFUSE;
            case HostDoes::nonsense:
                return 77;
            case HostDoes::fails:
                break;
        }
        throw std::runtime_error("a host that fails");
    }
};

// ---- Requests -----------------------------------------------------------------------------------

struct Request {
    std::string_view query;
    std::string_view body;
    HostDoes does = HostDoes::done;

    HttpRequest http() const {
        return {body.data() ? "POST" : "GET", query, body, "127.0.0.1", {}};
    }
};

Request request_in(std::string_view line) {
    Request request;
    for (const AnswerSign& answer : kAnswers)
        if (line.starts_with(answer.sign)) request.does = answer.does;
    if (request.does != HostDoes::done) line.remove_prefix(1);
    constexpr std::string_view kBody = "body:";
    if (line.starts_with(kBody)) {
        request.body = line.substr(kBody.size());
    } else {
        const std::size_t tab = line.find('\t');
        request.query = line.substr(0, tab);
        if (tab != std::string_view::npos) request.body = line.substr(tab + 1);
    }
    return request;
}

Parameters parameters_of(const Request& request) {
    Parameters parameters;
    (void)decode_form(request.query, parameters); // past a limit: it is refused in any case
    (void)decode_form(request.body, parameters);
    return parameters;
}

// Whether the canary is in secret fields only, so that no output may contain it.
bool is_canary_secret(const Parameters& parameters, const Config& config) {
    constexpr std::string_view kSecretNames[] = {"password",   "passwd",   "pwd",
                                                 "cardnumber", "ccnumber", "cvv"};
    const std::optional<SecretParameter>& secret = config.postbacks.authenticity.secret;
    return std::all_of(parameters.begin(), parameters.end(), [&](const Parameter& parameter) {
        const bool is_secret = std::find(std::begin(kSecretNames), std::end(kSecretNames),
                                         parameter.name) != std::end(kSecretNames) ||
                               (secret && parameter.name == secret->name);
        // The damage of the garbled template turns a password's end into a currency.
        return !contains(parameter.name, kCanary) &&
               (!contains(parameter.value, kCanary) ||
                (is_secret && !contains(parameter.value, "cycode=")));
    });
}

// ---- The account --------------------------------------------------------------------------------

struct Answer {
    Disposition disposition;
    unsigned http_status;
    bool is_success;
};
// Protocol, "Answers": success only for a fact that is applied, proven to be, or without meaning.
constexpr Answer kAnswersToSegpay[] = {
    {Disposition::delivered, 200, true}, {Disposition::duplicate, 200, true},
    {Disposition::unknown, 200, true},   {Disposition::quarantined, 422, false},
    {Disposition::conflict, 409, false}, {Disposition::dead_letter, 422, false},
    {Disposition::deferred, 503, false}, {Disposition::unavailable, 503, false},
};

// The visible state of the ledger.
struct Shown {
    std::vector<std::string> entries;
    std::uint64_t pending = 0;

    friend bool operator==(const Shown&, const Shown&) = default;
};

class FuzzedAccount {
public:
    explicit FuzzedAccount(const Config& config)
        : account_(config), inbox_(account_, Host(host_.table()), *ledger_) {}
    FuzzedAccount(const FuzzedAccount&) = delete;
    FuzzedAccount& operator=(const FuzzedAccount&) = delete;

    void send_twice(const Request& request) {
        const Parameters parameters = parameters_of(request);
        is_canary_secret_ = is_canary_secret_ && is_canary_secret(parameters, account_.config());
        host_.does = request.does;
        const Reply first = send(request, parameters);
        host_.now += kMinute;
        const std::size_t delivered = host_.deliveries.size();
        const Reply second = send(request, parameters);
        host_.now += kMinute;
        check_repeat(first, second, delivered);
    }

    void finish() {
        host_.does = HostDoes::done;
        host_.now += 100 * kMinute;
        const std::size_t delivered = host_.deliveries.size();
        (void)inbox_.recover(1'000);
        check_deliveries(delivered, {});
        holds(ledger_->waiting().pending == 0, "a willing host leaves nothing pending");
    }

private:
    Reply send(const Request& request, const Parameters& parameters) {
        const std::size_t delivered = host_.deliveries.size();
        const Reply reply = inbox_.handle(request.http());
        if (!reply.key.empty()) first_request_.emplace(reply.key, parameters);
        check_reply(reply);
        check_deliveries(delivered, reply.key);
        const Shown before = std::exchange(shown_, shown());
        if (reply.disposition == Disposition::refused) {
            holds(shown_ == before, "a refusal leaves the ledger as it was", reply.message);
            holds(delivered == host_.deliveries.size(), "a refusal delivers nothing");
        }
        check_secrets(reply);
        return reply;
    }

    void check_reply(const Reply& reply) const {
        holds(is_clean_utf8(reply.message), "a message is UTF-8 without control characters");
        const bool is_success = reply.body == account_.config().postbacks.success_word;
        holds(is_success || reply.body == account_.config().postbacks.failure_word,
              "a body is one of the two words", reply.body);
        holds(is_success <= (reply.http_status == 200), "success is said with 200 alone");
        if (reply.disposition == Disposition::refused)
            holds(!is_success && reply.http_status >= 400 && !reply.message.empty(),
                  "a refusal is an error and says why");
        for (const Answer& answer : kAnswersToSegpay)
            if (answer.disposition == reply.disposition)
                holds(answer.http_status == reply.http_status && answer.is_success == is_success,
                      "the answer is that of the disposition", disposition_name(reply.disposition));
        if (reply.disposition == Disposition::unavailable)
            holds(false, "a ledger in memory does not fail", reply.message);
    }

    // Every delivery is of a fact in some request whose parameters allow its kind, and an applied
    // event is not delivered again.
    void check_deliveries(std::size_t from, const std::string& key) {
        for (std::size_t i = from; i < host_.deliveries.size(); ++i) {
            const Delivery& delivery = host_.deliveries[i];
            const auto request = first_request_.find(delivery.key);
            if (request == first_request_.end())
                holds(was_kept(delivery.kind), "a delivery has its request",
                      delivery.key + " beside " + key);
            else
                holds(is_allowed(delivery.kind, request->second),
                      "the words of the request allow the kind",
                      delivery.kind + ": " + encode_form(request->second));
            holds(kinds_.emplace(delivery.key, delivery.kind).first->second == delivery.kind,
                  "one key is one kind", delivery.key);
            holds(!applied_.contains(delivery.key), "an applied event is not delivered again",
                  delivery.key);
            if (delivery.answer == HostDoes::done) applied_.insert(delivery.key);
        }
    }

    // An event that waits for a sale is delivered when the sale is accepted.
    bool was_kept(std::string_view kind) const {
        return std::ranges::any_of(first_request_, [&](const auto& request) {
            const auto& [key, parameters] = request;
            return (is_held_key(key) || is_kept_key(key)) && is_allowed(kind, parameters);
        });
    }

    void check_repeat(const Reply& first, const Reply& second, std::size_t delivered) const {
        const auto shows = [&](std::string_view sentence) {
            holds(false, sentence,
                  std::string(disposition_name(first.disposition)) + " " + first.key + " then " +
                      std::string(disposition_name(second.disposition)) + " " + second.key + ": " +
                      second.message);
        };
        // A request without a purchase may have made another one match, too.
        const bool is_ambiguous = second.disposition == Disposition::quarantined &&
                                  second.message.starts_with("purchaseid is missing");
        switch (first.disposition) {
            case Disposition::delivered:
            case Disposition::duplicate:
                if (is_ambiguous) break;
                if (second.disposition != Disposition::duplicate || second.key != first.key)
                    shows("an applied event is a duplicate when it comes again");
                if (delivered != host_.deliveries.size()) shows("a duplicate delivers nothing");
                break;
            case Disposition::refused:
            case Disposition::answered:
                if (second.disposition != first.disposition || second.message != first.message)
                    shows("a refused or answered request is so again");
                break;
            case Disposition::unknown:
            case Disposition::quarantined:
            case Disposition::conflict:
            case Disposition::dead_letter:
                if (second.disposition != first.disposition || second.key != first.key)
                    shows("a kept request is kept again");
                if (delivered != host_.deliveries.size()) shows("a kept request delivers nothing");
                break;
            case Disposition::deferred:
            case Disposition::unavailable:
                break;
        }
    }

    void check_secrets(const Reply& reply) {
        if (is_canary_secret_) {
            const auto hides = [](std::string_view text, std::string_view sentence) {
                holds(!contains(text, kCanary), sentence, text);
            };
            hides(reply.message, "no message has a secret");
            hides(reply.key, "no key has a secret");
            for (const std::string& line : host_.log)
                hides(line, "no log line has a secret");
            for (const std::string& entry : shown_.entries)
                hides(entry, "no entry has a secret");
        }
        for (const std::string& line : host_.log)
            holds(is_clean_utf8(line), "a log line is one line of UTF-8", line);
        host_.log.clear();
    }

    Shown shown() {
        Shown shown;
        ledger_->entries({}, [&](const Entry& entry) {
            shown.entries.push_back(entry.key + " " + std::string(state_name(entry.state)) + " " +
                                    std::to_string(entry.attempts) + " " +
                                    std::to_string(entry.changed_at_ms) + " " + entry.message +
                                    " " + entry.request + " " + redacted_form(entry.request));
            return true;
        });
        shown.pending = ledger_->waiting().pending;
        return shown;
    }

    RecordingHost host_;
    const Account account_;
    const std::unique_ptr<Ledger> ledger_ =
        open_sqlite_ledger({":memory:", 30'000, Secret("key of the box")});
    Inbox inbox_;
    Shown shown_; // after the last request
    bool is_canary_secret_ = true;
    std::map<std::string, Parameters> first_request_; // by key
    std::map<std::string, std::string> kinds_;        // by key
    std::set<std::string> applied_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
    Input input(data, size);
    FuzzedAccount account(chosen_account(input.byte()));
    for (std::size_t sent = 0; sent < kMaxRequests && !input.is_at_end(); ++sent)
        account.send_twice(request_in(input.until('\n')));
    account.finish();
    return 0;
}
