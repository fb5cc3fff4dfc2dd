// Shared by the tests above the ledger: the example account, a host that records its events, and an
// account that takes postbacks.
#pragma once

#include "boundary/boundary.hpp"
#include "config/load.hpp"
#include "inbox/inbox.hpp"
#include "ledger/ledger.hpp"
#include "mariadb/databases.hpp"
#include "postbacks/postback.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay::testing {

constexpr TimeMs kStart = 1'790'000'000'000; // 2026-09-21T14:13:20Z
constexpr TimeMs kSecond = 1'000;
constexpr TimeMs kDay = 86'400 * kSecond;

inline const Config& example_config() {
    static const Config config = [] {
        LoadedConfig loaded = load_config_file(SEGPAY_SOURCE_DIR "/config/examples/sandbox.yaml");
        if (!loaded.config) throw std::runtime_error(to_string(loaded.problems.front()));
        return std::move(*loaded.config);
    }();
    return config;
}

// The example account with something changed.
template <class Change>
Config example_config_but(Change change) {
    Config config = example_config();
    change(config);
    return config;
}

inline Currency currency(std::string_view code) { return Currency::from_code(code).value(); }

// An event as the host received it: fields by the names of the JSON that `translate` prints. A
// field that was not given is absent.
struct HostEvent {
    std::string kind;
    std::map<std::string, std::string> fields;
    NamedValues extras;
    std::string password;

    std::string operator[](const std::string& field) const {
        const auto found = fields.find(field);
        return found == fields.end() ? std::string() : found->second;
    }
};

inline std::string amount_words(const biller_money& money) {
    if (money.currency[0] == '\0') return {};
    std::string digits = std::to_string(money.minor);
    if (money.exponent > 0) {
        while (digits.size() <= money.exponent)
            digits.insert(0, 1, '0');
        digits.insert(digits.size() - money.exponent, 1, '.');
    }
    return digits + money.currency;
}

inline HostEvent host_event_of(const biller_event& event) {
    HostEvent received;
    received.kind = view(event.kind_name);
    received.password = view(event.password);
    const auto text = [&](const char* name, const biller_bytes& value) {
        if (value.data) received.fields[name] = view(value);
    };
    const auto answer = [&](const char* name, uint32_t value) {
        if (value != BILLER_UNKNOWN) received.fields[name] = value == BILLER_YES ? "yes" : "no";
    };
    const auto number = [&](const char* name, std::int64_t value) {
        if (value != 0) received.fields[name] = std::to_string(value);
    };
    text("key", event.key);
    text("purchase_id", event.purchase_id);
    text("transaction_id", event.transaction_id);
    text("related_transaction_id", event.related_transaction_id);
    if (event.amount.currency[0]) received.fields["amount"] = amount_words(event.amount);
    answer("approved", event.approved);
    answer("test", event.test);
    answer("standin", event.standin);
    answer("redelivery", event.redelivery);
    answer("trial", event.trial);
    number("attempt", event.attempt);
    text("member_id", event.member_id);
    text("session", event.session);
    text("affiliate", event.affiliate);
    text("username", event.username);
    text("email", event.email);
    text("name", event.name);
    text("country", event.country);
    if (event.package)
        received.fields["eticket"] =
            std::to_string(event.package) + ":" + std::to_string(event.price_point);
    text("site", event.site);
    text("option", event.option);
    number("cross_sell_slot", event.cross_sell_slot);
    number("tokens", event.tokens);
    text("cross_sell_ref", event.cross_sell_ref);
    text("upsell", event.upsell);
    text("tokenplus", event.tokenplus);
    text("octoken", event.octoken);
    text("trans_guid", event.trans_guid);
    text("card_type", event.card_type);
    text("payment_type", event.payment_type);
    if (event.occurred_at_ms) received.fields["occurred_at"] = iso_text(event.occurred_at_ms);
    number("received_at_ms", event.received_at_ms);
    text("reason_code", event.reason_code);
    text("reason_text", event.reason_text);
    text("by", event.by);
    text("reason_family", event.reason_family);
    text("program", event.program);
    text("partner", event.partner);
    for (std::size_t i = 0; i < event.warning_count; ++i) {
        std::string& warnings = received.fields["warnings"];
        warnings += (warnings.empty() ? "" : ",") + std::string(view(event.warnings[i]));
    }
    for (std::size_t i = 0; i < event.extra_count; ++i)
        received.extras.emplace_back(view(event.extras[i].name), view(event.extras[i].value));
    return received;
}

struct LogLine {
    LogLevel level;
    std::string text;
};

// A host that records everything. The test chooses its answers and sets its clock.
class RecordingHost {
public:
    std::vector<HostEvent> events;
    std::vector<LogLine> log;
    TimeMs now = kStart;
    std::function<uint32_t(const biller_event&, biller_reason*)> answer =
        [](const biller_event&, biller_reason*) { return BILLER_DONE; };
    std::function<uint32_t(const biller_probe&)> probe = [](const biller_probe&) {
        return BILLER_NAME_FREE;
    };

    std::vector<std::size_t> bulks; // the number of events of each call of apply()
    std::function<void()> after_bulk = [] {};

    void answers(uint32_t value) {
        answer = [value](const biller_event&, biller_reason*) { return value; };
    }

    biller_host table(bool honours_keys = false) {
        auto host = sized<biller_host>();
        host.flags = honours_keys ? BILLER_HOST_HONOURS_KEYS : 0;
        host.context = this;
        host.event = [](void* self, const biller_event* event, biller_reason* reason) {
            return of(self).on_event(*event, reason);
        };
        host.probe = [](void* self, const biller_probe* question) {
            return of(self).probe(*question);
        };
        host.log = [](void* self, uint32_t level, const biller_bytes* line) {
            of(self).log.push_back({static_cast<LogLevel>(level), std::string(view(*line))});
        };
        host.now_ms = [](void* self) { return of(self).now; };
        return host;
    }

    // As a host that pulls events, and applies all of a round at once.
    std::vector<TokenAnswer> apply(const Round& round) {
        std::vector<TokenAnswer> answers;
        if (round.deliveries().empty()) return answers;
        bulks.push_back(round.deliveries().size());
        for (const Delivery& delivery : round.deliveries()) {
            const Entry& entry = delivery.entry;
            const EventView event(*entry.event, entry.key, entry.attempts);
            auto reason = sized<biller_reason>();
            const uint32_t said = on_event(*event.get(), &reason);
            answers.push_back({delivery.token, answer_of(said, reason)});
        }
        try {
            after_bulk();
        } catch (const std::exception& failure) { // the host's transaction failed
            for (TokenAnswer& each : answers)
                each.answer = {HostAnswer::Verdict::retry, failure.what()};
        }
        return answers;
    }

private:
    static RecordingHost& of(void* self) { return *static_cast<RecordingHost*>(self); }
    uint32_t on_event(const biller_event& event, biller_reason* reason) {
        events.push_back(host_event_of(event));
        return answer(event, reason);
    }
};

inline std::unique_ptr<Ledger> ledger_in_memory(std::string_view password_key = {}) {
    return open_for_test({":memory:", 30'000, Secret(password_key)});
}

// An open account that takes postbacks from the example account's Segpay.
class TestAccount {
public:
    RecordingHost host;

private:
    const Account account_;
    const std::unique_ptr<Ledger> ledger_;

public:
    Inbox inbox;

    explicit TestAccount(Config config = example_config(),
                         std::unique_ptr<Ledger> ledger = ledger_in_memory(),
                         bool honours_keys = false)
        : account_(std::move(config)),
          ledger_(std::move(ledger)),
          inbox(account_, Host(host.table(honours_keys)), *ledger_) {}
    TestAccount(const TestAccount&) = delete;
    TestAccount& operator=(const TestAccount&) = delete;

    // Round by round, as if one request came after the other. Events are delivered with callbacks,
    // or all of a round at once.
    using OnReply = std::function<void(std::size_t number, const Reply& reply)>;
    void handle_all(std::span<const HttpRequest> requests, const OnReply& on_reply,
                    bool at_once = false) {
        for (std::size_t first = 0; first < requests.size();) {
            Round round = inbox.take(requests.subspan(first));
            if (at_once) inbox.settle(round, host.apply(round));
            inbox.deliver_all(round);
            for (const std::optional<Reply>& reply : round.replies())
                on_reply(first++, reply.value());
        }
    }

    // An operator's decision; its events are delivered with callbacks.
    Refused redeliver(std::string_view key, std::string_view by, Deliver where, Report& report) {
        Round round(host.now);
        Refused refused = inbox.redeliver(key, by, where, round);
        return delivered(std::move(refused), round, report);
    }
    Refused release(std::string_view key, std::string_view by, Deliver where, Report& report,
                    std::string_view says = {}) {
        Round round(host.now);
        Refused refused = inbox.release(key, by, where, round, says);
        return delivered(std::move(refused), round, report);
    }

    Ledger& ledger() { return *ledger_; }
    std::optional<Error> link(const LinkRequest& request, MadeLink& made) {
        return account_.link(request, *ledger_, host.now, made);
    }

    Reply get(std::string_view query) { return inbox.handle({"GET", query, "", "127.0.0.1", {}}); }
    Reply post(std::string_view query, std::string_view body) {
        return inbox.handle({"POST", query, body, "127.0.0.1", {}});
    }

    std::vector<std::string> kinds() const {
        std::vector<std::string> kinds;
        for (const HostEvent& event : host.events)
            kinds.push_back(event.kind);
        return kinds;
    }
    std::vector<Entry> entries() {
        std::vector<Entry> found;
        ledger_->entries({}, [&](const Entry& entry) {
            found.push_back(entry);
            return true;
        });
        return found;
    }
    EntryState state_of(const std::string& key) { return ledger_->entry(key).value().state; }

private:
    Refused delivered(Refused refused, Round& round, Report& report) {
        inbox.deliver_all(round);
        report += round.report();
        return refused;
    }
};

inline const NameTable& example_names() {
    static const NameTable names(example_config());
    return names;
}

// The fields of a form, copied.
inline Parameters parameters_of(const Form& form) {
    Parameters parameters;
    parameters.reserve(form.fields().size());
    for (const FormField& field : form.fields())
        parameters.push_back({std::string(field.name), std::string(field.value)});
    return parameters;
}

// A postback, with the texts and the form that it refers to.
class ReadPostback {
public:
    Postback postback;

    explicit ReadPostback(Parameters parameters, const NameTable& names = example_names())
        : parameters_(std::move(parameters)), encoded_(encode_form(parameters_)) {
        (void)form_.read(encoded_);
        read_postback(form_, names, postback);
    }
    explicit ReadPostback(std::string_view query, const NameTable& names = example_names())
        : encoded_(query) {
        (void)form_.read(encoded_);
        read_postback(form_, names, postback);
    }
    ReadPostback(const ReadPostback&) = delete;
    ReadPostback& operator=(const ReadPostback&) = delete;

    std::string operator[](Fact fact) const { return std::string(postback[fact]); }
    NamedValues extras() const {
        NamedValues extras;
        for (const auto& [name, value] : postback.extras)
            extras.emplace_back(name, value);
        return extras;
    }
    const Form& form() const { return form_; }

private:
    Parameters parameters_;
    std::string encoded_;
    Form form_;
};

// "name=value&..." of a sign-up to option 102 (39.95 USD, once); the values are encoded.
inline std::string sign_up(std::string_view purchase, std::string_view transaction = "9001",
                           std::string_view more = {}) {
    return "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=39.95&currencycode=USD"
           "&eticketid=162209:1221&memberid=908172&purchaseid=" +
           std::string(purchase) + "&transid=" + std::string(transaction) + std::string(more);
}

// The sign-up of sign_up(), for less.
inline std::string cheaper(std::string_view purchase, std::string_view transaction) {
    std::string query = sign_up(purchase, transaction);
    return query.replace(query.find("39.95"), 5, "1.00");
}

inline std::string member_post(std::string_view action, std::string_view purchase) {
    return "action=" + std::string(action) + "&purchaseid=" + std::string(purchase);
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// The disposition, status and body of a reply.
inline void check_reply(const Reply& reply, Disposition disposition, unsigned status,
                        std::string_view body) {
    BOOST_TEST(disposition_name(reply.disposition) == disposition_name(disposition));
    BOOST_TEST(reply.http_status == status);
    BOOST_TEST(reply.body == body);
}

inline void check_success(const Reply& reply, Disposition disposition) {
    check_reply(reply, disposition, 200, "*success*");
    BOOST_TEST(reply.retry_after_s == 0u);
}

} // namespace segpay::testing
