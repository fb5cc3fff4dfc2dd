// The C entry, with a host of any behaviour: structs of any size in memory of just that size, NULL,
// the callbacks of any_host.cpp, sinks that stop or throw. The guarantees of biller.h hold for each
// hook in every case.
//
// Input: bytes. The account (accounts()) and the host's behaviour (AnyHost), then operations
// (kOperations), each followed by its arguments; see Program.
#include "any_host.hpp"
#include "biller.h"
#include "boundary/boundary.hpp"
#include "ledger_tables.hpp"
#include "property.hpp"

#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

extern "C" biller_entry_fn biller_entry_v1;

using namespace segpay;
using namespace segpay::fuzz;

namespace {

constexpr int kMaxOperations = 48;
constexpr int64_t kTimes[] = {kStart,
                              kStart + 3'600'000,
                              kStart + 400ll * 86'400'000,
                              0,
                              -1,
                              1,
                              std::numeric_limits<int64_t>::max(),
                              std::numeric_limits<int64_t>::min()};

// A part of the example account, small because each input opens it at least once.
constexpr std::string_view kConfig = R"(account: { mode: test }
pay_page: { base_url: "http://127.0.0.1:8091/billing" }
postbacks: { authenticity: { addresses: [127.0.0.1], trusted_proxies: [198.51.100.1] } }
seal: { mode: check, keys: [0123456789abcdef0123456789abcdef] }
ledger: { path: ":memory:", password_key: 0123456789abcdef0123456789abcdef }
sites:
  - { id: 7, name: Membership, type: membership }
  - { id: 9, name: Tokens, type: token }
options:
  - id: 101
    site: 7
    eticket: "162209:3097"
    price:
      type: recurring
      currency: USD
      initial: { amount: 2.95, days: 3 }
      recurring: { amount: 29.95, days: 30 }
    trial: true
    one_click: true
    cross_sells: [XS-9-202]
  - id: 202
    site: 9
    eticket: "122903:9689"
    price: { type: dynamic, currency: USD, minimum: 5.00, maximum: 100.00 }
    one_click: true
    token_rebuy: true
cross_sells:
  - { ref: XS-9-202, option: 202 }
)";

std::string text_of(const char* file) {
    std::ifstream stream(file, std::ios::binary);
    holds(stream.is_open(), "the accounts of the stories can be read", file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// In the order of make_corpus.py: the example, then the accounts of the stories.
const std::vector<std::string>& accounts() {
    static const std::vector<std::string> texts = {
        std::string(kConfig), text_of(SEGPAY_SOURCE_DIR "/tests/data/partners.yaml"),
        text_of(SEGPAY_SOURCE_DIR "/tests/data/live.yaml"),
        text_of(SEGPAY_SOURCE_DIR "/tests/data/catalogue.yaml")};
    return texts;
}

constexpr std::string_view kTexts[] = {
    "GET",
    "POST",
    "127.0.0.1",
    "203.0.113.9",
    "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=2.95&currencycode=USD"
    "&eticketid=162209:3097&memberid=908172&purchaseid=1&transid=11&username=joe&password=sesame",
    "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=1.00&currencycode=USD"
    "&eticketid=162209:3097&memberid=908172&purchaseid=1&transid=11",
    "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=2.95&currencycode=USD"
    "&eticketid=162209:3097&purchaseid=2&transid=21&natsseal=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "action=Cancel&purchaseid=1",
    "action=Disable&purchaseid=1",
    "action=Reactivation&purchaseid=1",
    "action=Probe&username=joe&eticketid=162209:3097",
    "transtype=gift&purchaseid=1",
    "101",
    "102",
    "202",
    "ann",
    "18cbd6d5e1c64b1e8f1f0b5a3b6c9d7e",
    "https://join.example.com/again?a=b",
    "USD",
    "10.00",
    "XS-9-202",
    "UP-8-301",
    "join.example.com",
    "join.example.com/path",
    "biller.portal/1",
    "biller.srs/1",
    "biller.pull/1",
    "Authorization",
    "Basic am9lOnNlc2FtZQ==",
    "X-Forwarded-For",
    "198.51.100.1, 127.0.0.1",
    "Content-Type",
    "application/x-www-form-urlencoded",
    "operator",
};

constexpr biller_bytes biller_link_request::*kLinkTexts[] = {
    &biller_link_request::option,
    &biller_link_request::member_id,
    &biller_link_request::session,
    &biller_link_request::affiliate,
    &biller_link_request::username,
    &biller_link_request::password,
    &biller_link_request::first_name,
    &biller_link_request::last_name,
    &biller_link_request::email,
    &biller_link_request::address,
    &biller_link_request::city,
    &biller_link_request::state,
    &biller_link_request::zip,
    &biller_link_request::country,
    &biller_link_request::phone,
    &biller_link_request::language,
    &biller_link_request::currency,
    &biller_link_request::amount,
    &biller_link_request::xref1,
    &biller_link_request::xref2,
    &biller_link_request::upsell,
    &biller_link_request::tokenplus,
    &biller_link_request::octoken,
    &biller_link_request::ictoken,
    &biller_link_request::purchase_id,
    &biller_link_request::approve_url,
    &biller_link_request::approve_text,
    &biller_link_request::decline_url,
    &biller_link_request::decline_text,
    &biller_link_request::page_template,
    &biller_link_request::price_points,
    &biller_link_request::price_hash,
    &biller_link_request::description,
    &biller_link_request::retry_text,
    &biller_link_request::initial_days,
    &biller_link_request::recurring_amount,
    &biller_link_request::recurring_days,
};

// ---- Memory -------------------------------------------------------------------------------------

// A struct at the end of memory of just the size that the struct claims, so that a sanitizer
// detects every byte read or written past it. Or none: NULL.
template <class T>
class Sized {
public:
    // Of the input: 0 or from 128 on, the complete struct; 64 to 127, NULL; else the size follows.
    Sized(T value, Input& input) {
        const unsigned choice = input.byte();
        if (choice >= 64 && choice < 128) return;
        std::size_t size = sizeof value;
        if (choice > 0 && choice < 64) size = ((choice - 1) * 256 + input.byte()) % (size + 17);
        const std::size_t room = std::max(size, sizeof(uint32_t));
        memory_.reset(new uint8_t[room]);
        std::memset(memory_.get(), kFilling, room);
        value.struct_size = static_cast<uint32_t>(size);
        std::memcpy(memory_.get(), &value, std::min(room, sizeof value));
        size_ = size;
    }

    T* get() { return reinterpret_cast<T*>(memory_.get()); }
    bool is_whole() const { return size_ >= sizeof(T); }

    static constexpr int kFilling = 0xEE;

private:
    std::unique_ptr<uint8_t[]> memory_;
    std::size_t size_ = 0;
};

// ---- The program --------------------------------------------------------------------------------

class Program {
public:
    explicit Program(Input input)
        : input_(input), account_(accounts()[input_.byte() % accounts().size()]) {
        biller_host_info info{sizeof info, 0, 0, 0, biller_text("fuzz")};
        const uint32_t status = biller_entry_v1(&info, &plugin_, nullptr);
        holds(status == BILLER_STATUS_OK && plugin_ != nullptr, "the plugin takes version 1.0");
        host_.plugin = plugin_;
        host_.event_does = input_.byte();
        open_as_usual();
    }
    ~Program() { close(); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void run() {
        for (int done = 0; done < kMaxOperations && !input_.is_at_end(); ++done)
            (this->*kOperations[input_.byte() % std::size(kOperations)])();
    }

private:
    // Of the input: 255, two bytes of size and the text; 254 and 253, no text; 252, the last key;
    // else one of kTexts.
    biller_bytes text() {
        const unsigned choice = input_.byte();
        if (choice == 254) return {nullptr, 0};
        if (choice == 253) return {nullptr, 5};
        std::string_view chosen = kTexts[choice % std::size(kTexts)];
        if (choice == 255) {
            const std::size_t size = input_.number(2);
            chosen = input_.take(size);
        } else if (choice == 252) {
            chosen = last_key_;
        }
        const auto& kept = texts_.emplace_back(chosen.begin(), chosen.end());
        return {kept.data(), kept.size()}; // of an empty one, data may be NULL
    }

    std::vector<biller_pair> pairs() {
        std::vector<biller_pair> pairs(input_.byte() % 4);
        for (biller_pair& pair : pairs) {
            pair.name = text();
            pair.value = text();
        }
        return pairs;
    }

    Stopping sink() {
        const unsigned choice = input_.byte();
        return {choice % 8 == 1, choice % 8 == 2};
    }

    // Runs a hook and checks its answer and its reason against the contract. A sink that throws may
    // make the answer INTERNAL; nothing else may.
    template <class Hook>
    uint32_t call(Hook hook, const Stopping& stopping = {}) {
        Sized<biller_reason> reason(biller_reason{}, input_);
        const uint32_t status = hook(reason.get());
        holds(status <= BILLER_STATUS_STOPPED, "a status is one of the documented");
        const std::string_view why = reason.is_whole() && reason.get() ? reason.get()->text : "";
        holds(status != BILLER_STATUS_INTERNAL || (stopping.throws && stopping.calls > 0),
              "the plugin has no defect", why);
        holds(status != BILLER_STATUS_FORKED && status != BILLER_STATUS_REENTERED,
              "nothing was forked or re-entered");
        if (reason.get() && reason.is_whole()) {
            holds(reason.get()->status == status, "a reason has the status of the hook");
            holds(reason.get()->outcome == BILLER_OUTCOME_NONE, "the processor was not asked");
            check_reason_text(reason.get()->text);
            check_reason_text(reason.get()->code);
            holds((status == BILLER_STATUS_OK || status == BILLER_STATUS_STOPPED) == why.empty(),
                  "a failure has its words, and nothing else has", why);
        }
        return status;
    }

    static void holds_as_it_was(const std::string& before, std::string_view sentence) {
        const std::string after = rows_of_last_ledger();
        holds(after == before, sentence, "before\n" + before + "after\n" + after);
    }

    // ---- Opening and closing

    void open_as_usual() {
        close();
        biller_config config{};
        config.struct_size = sizeof config;
        config.text = bytes(account_);
        config.ledger = biller_text(":memory:");
        const biller_host table = host_.table();
        biller_reason reason{};
        reason.struct_size = sizeof reason;
        const uint32_t status = plugin_->open(&config, &table, &instance_, &reason);
        holds(status == BILLER_STATUS_OK && instance_ != nullptr, "the account opens", reason.text);
        host_.instance = instance_;
    }

    void open() {
        close();
        biller_config config{};
        config.text = input_.byte() % 2 == 0 ? bytes(account_) : text();
        config.ledger = biller_text(input_.byte() % 4 == 3 ? "/nowhere/ledger" : ":memory:");
        biller_host table = host_.table();
        const unsigned without = input_.byte();
        if (without % 16 == 1) table.event = nullptr;
        if (without & 16) table.probe = nullptr;
        if (without & 32) table.log = nullptr;
        if (without & 64) table.now_ms = nullptr;
        Sized<biller_config> sized_config(config, input_);
        Sized<biller_host> sized_table(table, input_);
        biller_instance** room = input_.byte() == 77 ? nullptr : &instance_;
        const uint32_t status = call([&](biller_reason* reason) {
            return plugin_->open(sized_config.get(), sized_table.get(), room, reason);
        });
        holds((status == BILLER_STATUS_OK) == (instance_ != nullptr),
              "open makes an instance, or says why not");
        host_.instance = instance_;
        if (!instance_) open_as_usual();
    }

    void close() {
        if (plugin_) plugin_->close(instance_);
        rounds_.clear();
        instance_ = nullptr;
        host_.instance = nullptr;
    }

    void check() {
        biller_config config{};
        config.text = input_.byte() % 2 == 0 ? bytes(account_) : text();
        Sized<biller_config> sized_config(config, input_);
        Stopping stopping = sink();
        const auto sink = whole(
            biller_problem_sink{0, 0, &stopping, [](void* context, const biller_problem* problem) {
                                    auto& asked = *static_cast<Stopping*>(context);
                                    check_text(problem->file);
                                    check_text(problem->message);
                                    if (problem->severity == BILLER_PROBLEM_MISTAKE)
                                        ++asked.mistakes;
                                    return asked.answer();
                                }});
        const uint32_t status = call(
            [&](biller_reason* reason) {
                return plugin_->check(sized_config.get(), &sink, reason);
            },
            stopping);
        if (status == BILLER_STATUS_OK) holds(stopping.mistakes == 0, "no mistakes, none reported");
        if (status == BILLER_STATUS_CONFIG) holds(stopping.mistakes > 0, "mistakes are reported");
        holds((status == BILLER_STATUS_STOPPED) ==
                  (stopping.stops && !stopping.throws && stopping.calls > 0),
              "STOPPED is what a sink asked for");
    }

    void negotiate() {
        const biller_host_info info{0, input_.byte(), input_.byte(), 0, text()};
        Sized<biller_host_info> sized_info(info, input_);
        const biller_plugin* plugin = plugin_;
        const uint32_t status = call([&](biller_reason* reason) {
            return biller_entry_v1(sized_info.get(), &plugin, reason);
        });
        holds((status == BILLER_STATUS_OK) == (plugin == plugin_),
              "negotiation gives the plugin, or says why not");
        holds(status == BILLER_STATUS_OK || plugin == nullptr, "a refusal gives nothing");
    }

    void look_up_extension() {
        const biller_bytes name = text();
        const void* found = plugin_->extension(input_.byte() == 77 ? nullptr : &name);
        holds(
            !found || view(name) == BILLER_PORTAL_EXTENSION || view(name) == BILLER_PULL_EXTENSION,
            "an extension is what it is called");
    }

    // ---- Links and postbacks

    void link() {
        biller_link_request request{};
        request.kind = input_.byte() % 8;
        for (int said = input_.byte() % 8; said > 0; --said)
            request.*kLinkTexts[input_.byte() % std::size(kLinkTexts)] = text();
        for (uint32_t biller_link_request::*flag :
             {&biller_link_request::only_this_price, &biller_link_request::radio_buttons,
              &biller_link_request::cross_sale_off, &biller_link_request::test_mode_retry_decline})
            request.*flag = input_.byte() % 8;
        request.refs[input_.byte() % std::size(request.refs)] = text();
        const std::vector<biller_pair> extras = pairs();
        request.extras = extras.data();
        request.extra_count = input_.byte() == 77 && extras.empty() ? 3 : extras.size();
        Sized<biller_link_request> sized_request(request, input_);
        Stopping stopping = sink();
        const auto sink = whole(biller_link_sink{
            0, 0, &stopping, [](void* context, const biller_link* link) {
                const std::string_view url = view(link->url);
                holds(
                    std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; }),
                    "a URL is printable ASCII", url);
                for (std::size_t i = 0; i < link->field_count; ++i)
                    check_text(link->fields[i].value);
                static_cast<Stopping*>(context)->answer();
            }});
        const std::string before = rows_of_last_ledger();
        const uint32_t status = call(
            [&](biller_reason* reason) {
                return plugin_->link(instance_, sized_request.get(), &sink, reason);
            },
            stopping);
        holds_as_it_was(before, "a link leaves the ledger as it was, made or not");
        if (stopping.throws) return;
        holds(stopping.calls == (status == BILLER_STATUS_OK ? 1u : 0u),
              "a link's sink is called once, on success only");
    }

    struct Replies {
        Stopping stopping;
        std::string key;
        uint32_t disposition = 0;
    };

    void handle() {
        biller_http_request request{};
        request.query = text();
        request.method = text();
        request.body = text();
        request.peer = text();
        const std::vector<biller_pair> headers = pairs();
        request.headers = headers.data();
        request.header_count = input_.byte() == 77 && headers.empty() ? 3 : headers.size();
        Sized<biller_http_request> sized_request(request, input_);
        Replies replies{sink(), {}};
        const auto sink = whole(biller_reply_sink{
            0, 0, &replies, [](void* context, const biller_http_reply* reply) {
                auto& kept = *static_cast<Replies*>(context);
                holds(reply->status >= 200 && reply->status < 600, "a reply has an HTTP status");
                holds(reply->disposition >= BILLER_DISPOSITION_DELIVERED &&
                          reply->disposition <= BILLER_DISPOSITION_UNAVAILABLE,
                      "a reply has a disposition");
                for (const biller_bytes& said : {reply->content_type, reply->body, reply->message,
                                                 reply->key, reply->disposition_name})
                    check_text(said);
                holds(view(reply->body).size() > 0, "a reply has a body");
                check_headers(*reply);
                kept.key = view(reply->key);
                kept.disposition = reply->disposition;
                kept.stopping.answer();
            }});
        const std::string before = rows_of_last_ledger();
        const uint32_t status = call(
            [&](biller_reason* reason) {
                return plugin_->handle(instance_, sized_request.get(), &sink, reason);
            },
            replies.stopping);
        if (replies.disposition == BILLER_DISPOSITION_REFUSED || status == BILLER_STATUS_ARGUMENT)
            holds_as_it_was(before, "a refusal leaves the ledger as it was");
        if (!replies.key.empty()) last_key_ = replies.key;
        if (replies.stopping.throws) return;
        holds(status == BILLER_STATUS_OK || status == BILLER_STATUS_ARGUMENT,
              "handle answers OK, or says what is wrong with its arguments");
        holds(replies.stopping.calls == (status == BILLER_STATUS_OK ? 1u : 0u),
              "a reply is made exactly once");
        holds(replies.disposition != BILLER_DISPOSITION_UNAVAILABLE,
              "a ledger in memory does not fail");
    }

    // ---- The ledger

    void recover() {
        Sized<biller_report> report(biller_report{}, input_);
        const uint32_t limit = input_.byte();
        const uint32_t status = call([&](biller_reason* reason) {
            return plugin_->recover(instance_, limit, report.get(), reason);
        });
        holds(status == BILLER_STATUS_OK, "recovery of a ledger in memory does not fail");
        if (report.get() && report.is_whole())
            holds(report.get()->delivered + report.get()->deferred + report.get()->dead_letters <=
                      limit,
                  "recovery keeps its limit");
    }

    void entries() {
        biller_entry_query query{};
        query.states = static_cast<uint32_t>(input_.number(2)) * 0x10001u;
        query.after = input_.byte();
        query.limit = input_.byte() % 8;
        query.newest_first = input_.byte() % 4;
        if (input_.byte() % 4 == 1) query.purchase_id = text();
        if (input_.byte() % 4 == 1) query.member_id = text();
        Sized<biller_entry_query> sized_query(query, input_);
        Stopping stopping = sink();
        const auto sink = whole(biller_entry_sink{
            0, 0, &stopping, [](void* context, const biller_entry* entry) {
                holds(entry->state >= BILLER_STATE_PENDING && entry->state <= BILLER_STATE_RELEASED,
                      "an entry has a state");
                for (const biller_bytes& said : {entry->state_name, entry->key, entry->message,
                                                 entry->decided_by, entry->request})
                    check_text(said);
                if (entry->event) check_event(*entry->event);
                return static_cast<Stopping*>(context)->answer();
            }});
        const uint32_t status = call(
            [&](biller_reason* reason) {
                return plugin_->entries(instance_, sized_query.get(), &sink, reason);
            },
            stopping);
        holds(!stopping.stops || stopping.calls <= 1, "a sink that stops is not called again");
        if (sized_query.is_whole() && query.limit > 0)
            holds(stopping.calls <= query.limit, "a listing keeps its limit");
        if (!stopping.throws)
            holds((status == BILLER_STATUS_STOPPED) == (stopping.stops && stopping.calls > 0),
                  "STOPPED is what a sink asked for");
    }

    void decide() {
        biller_decision decision{};
        decision.decision = input_.byte() % 5;
        decision.key = text();
        decision.by = text();
        decision.leave_to_host = input_.byte() % 4;
        decision.says = text();
        Sized<biller_decision> sized_decision(decision, input_);
        Sized<biller_report> report(biller_report{}, input_);
        const std::string before = rows_of_last_ledger();
        const uint32_t status = call([&](biller_reason* reason) {
            return plugin_->decide(instance_, sized_decision.get(), report.get(), reason);
        });
        holds(status == BILLER_STATUS_OK || status == BILLER_STATUS_ARGUMENT ||
                  status == BILLER_STATUS_NOT_FOUND || status == BILLER_STATUS_STATE,
              "a decision is carried out, or refused for a reason of its own");
        if (status != BILLER_STATUS_OK)
            holds_as_it_was(before, "a decision that fails leaves the ledger as it was");
    }

    void list_portal_fields() {
        const biller_bytes name = biller_text(BILLER_PORTAL_EXTENSION);
        const auto* portal = static_cast<const biller_portal*>(plugin_->extension(&name));
        const biller_bytes join_host = text();
        Stopping stopping = sink();
        const auto sink = whole(biller_portal_sink{
            0, 0, &stopping, [](void* context, const biller_portal_field* field) {
                for (const biller_bytes& said : {field->title, field->value, field->note})
                    check_text(said);
                return static_cast<Stopping*>(context)->answer();
            }});
        call(
            [&](biller_reason* reason) {
                return portal->fields(instance_, &join_host, &sink, reason);
            },
            stopping);
    }

    // ---- Pulling

    const biller_pull& pull() const {
        const biller_bytes name = biller_text(BILLER_PULL_EXTENSION);
        return *static_cast<const biller_pull*>(plugin_->extension(&name));
    }

    struct OpenRound {
        std::vector<uint64_t> tokens; // that were delivered
        std::vector<bool> replied;    // by request
    };

    // Stores the round, and checks it against the contract.
    void check_round(const biller_pulled& pulled, std::size_t requests) {
        const bool is_nothing = pulled.taken == 0 && pulled.event_count == 0;
        holds(pulled.round != 0 || is_nothing, "what brings something is a round");
        if (pulled.round == 0) return;
        OpenRound& round = rounds_[pulled.round];
        if (round.replied.empty()) round.replied.resize(pulled.taken);
        holds(pulled.taken <= requests || requests == 0, "no more is taken than was given");
        for (std::size_t i = 0; i < pulled.event_count; ++i) {
            check_event(*pulled.events[i]->event);
            round.tokens.push_back(pulled.events[i]->token);
        }
        for (std::size_t i = 0; i < pulled.question_count; ++i) {
            check_text(pulled.questions[i]->probe->username);
            round.tokens.push_back(pulled.questions[i]->token);
        }
        for (std::size_t i = 0; i < pulled.reply_count; ++i) {
            const uint32_t number = pulled.replies[i]->request;
            holds(number < round.replied.size() && !round.replied[number],
                  "each request has one reply");
            round.replied[number] = true;
            check_headers(*pulled.replies[i]->reply);
        }
    }

    void take() {
        std::vector<std::unique_ptr<Sized<biller_http_request>>> requests;
        std::vector<const biller_http_request*> pointers;
        for (unsigned count = input_.byte() % 5; requests.size() < count;) {
            biller_http_request request{};
            request.query = text();
            request.method = text();
            request.peer = text();
            requests.push_back(std::make_unique<Sized<biller_http_request>>(request, input_));
            pointers.push_back(requests.back()->get());
        }
        Sized<biller_pulled> room(biller_pulled{}, input_);
        const uint32_t status = call([&](biller_reason* reason) {
            return pull().take(instance_, pointers.data(), static_cast<uint32_t>(pointers.size()),
                               room.get(), reason);
        });
        holds(status == BILLER_STATUS_OK || status == BILLER_STATUS_ARGUMENT,
              "requests are taken, or it says what is wrong with the arguments");
        if (status != BILLER_STATUS_OK || !room.is_whole()) return;
        holds(room.get()->taken > 0, "at least one is taken");
        check_round(*room.get(), pointers.size());
    }

    void lease_due() {
        Sized<biller_pulled> room(biller_pulled{}, input_);
        const uint32_t status = call([&](biller_reason* reason) {
            return pull().due(instance_, input_.byte(), room.get(), reason);
        });
        if (status == BILLER_STATUS_OK && room.is_whole()) check_round(*room.get(), 0);
    }

    // Of the input: which round; for each delivered token a number to answer with, or 9 to answer
    // with another token.
    void settle() {
        uint64_t number = input_.byte();
        std::vector<biller_answer> answers;
        if (!rounds_.empty()) {
            auto round = rounds_.begin();
            std::advance(round, static_cast<std::ptrdiff_t>(number % rounds_.size()));
            number = round->first;
            for (const uint64_t token : round->second.tokens) {
                const unsigned how = input_.byte() % 10;
                answers.push_back(
                    {sizeof(biller_answer), how, how == 9 ? token + 1 : token, text()});
            }
        }
        std::vector<const biller_answer*> pointers;
        for (const biller_answer& answer : answers)
            pointers.push_back(&answer);
        Sized<biller_pulled> room(biller_pulled{}, input_);
        const uint32_t status = call([&](biller_reason* reason) {
            return pull().settle(instance_, number, pointers.data(),
                                 static_cast<uint32_t>(pointers.size()), room.get(), reason);
        });
        holds(status == BILLER_STATUS_OK || status == BILLER_STATUS_NOT_FOUND ||
                  status == BILLER_STATUS_ARGUMENT,
              "answers are taken, or it says what is wrong with them");
        const bool is_filled =
            number != 0 && room.get() && room.is_whole() && room.get()->round == number;
        if (status != BILLER_STATUS_ARGUMENT && is_filled) check_round(*room.get(), 0);
    }

    void end_round() {
        const uint64_t number = input_.byte();
        pull().end(instance_, number);
        rounds_.erase(number);
    }

    // ---- The host's later behaviour

    void change_host() {
        host_.event_does = input_.byte();
        host_.probe_answers = input_.byte();
        const unsigned how = input_.byte();
        host_.calls_back = how % 4 == 1;
        host_.throws_everywhere = how % 4 == 2;
    }

    void turn_clock() { host_.now = kTimes[input_.byte() % std::size(kTimes)]; }

    static constexpr void (Program::*kOperations[])() = {
        &Program::handle,
        &Program::change_host,
        &Program::link,
        &Program::recover,
        &Program::entries,
        &Program::decide,
        &Program::check,
        &Program::open,
        &Program::turn_clock,
        &Program::negotiate,
        &Program::look_up_extension,
        &Program::list_portal_fields,
        &Program::take,
        &Program::settle,
        &Program::lease_due,
        &Program::end_round,
    };

    Input input_;
    const std::string& account_; // its configuration
    const biller_plugin* plugin_ = nullptr;
    AnyHost host_;
    biller_instance* instance_ = nullptr;
    std::map<uint64_t, OpenRound> rounds_; // by number
    std::deque<std::vector<uint8_t>> texts_;
    std::string last_key_ = "segpay/none";
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
    [[maybe_unused]] static const bool is_watching = (watch_ledgers(), true);
    Program(Input(data, size)).run();
    return 0;
}
