// Shared by the tests of the contract: the plugin under test, a host whose answers a test chooses,
// an account with the example configuration, and postbacks. Uses the plugin through abi/ alone.
#pragma once

#include "biller.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace abi_tests {

// Set by main() from the command line.
struct Files {
    std::string plugin;
    std::string config;
};
inline Files files;

inline const biller::Library& library() {
    static const biller::Library loaded(files.plugin, "abi-tests");
    return loaded;
}
inline const biller_plugin& plugin() { return library().plugin(); }

inline const biller_pull& pull() {
    return *library().extension<biller_pull>(BILLER_PULL_EXTENSION);
}

inline biller_pulled pulled_room() {
    biller_pulled pulled{};
    pulled.struct_size = sizeof pulled;
    return pulled;
}

// Borrows the query.
inline biller_http_request request_of(const std::string& query) {
    biller_http_request request{};
    request.struct_size = sizeof request;
    request.method = biller_text("GET");
    request.query = biller::bytes(query);
    request.peer = biller_text("127.0.0.1");
    return request;
}

// An event as a host would store it.
struct Delivered {
    uint32_t kind = 0;
    std::string key;
    std::string purchase;
    std::string name;
    uint32_t redelivery = 0;
    uint32_t attempt = 0;
};

// A C table with an adjustable clock. `answer` decides about each event and may throw.
class TestHost {
public:
    std::function<uint32_t(const biller_event&, biller_reason*)> answer =
        [](const biller_event&, biller_reason*) { return BILLER_DONE; };
    std::atomic<int64_t> now_ms{1'790'000'000'000};
    std::vector<std::string> logged; // "2 ...": level and line

    biller_host table() {
        biller_host host{};
        host.struct_size = sizeof host;
        host.context = this;
        host.event = [](void* self, const biller_event* event, biller_reason* reason) {
            return static_cast<TestHost*>(self)->on_event(*event, reason);
        };
        host.log = [](void* self, uint32_t level, const biller_bytes* line) {
            auto& host_of_test = *static_cast<TestHost*>(self);
            const std::lock_guard lock(host_of_test.mutex_);
            host_of_test.logged.push_back(std::to_string(level) + " " + biller::text(*line));
        };
        host.now_ms = [](void* self) { return static_cast<TestHost*>(self)->now_ms.load(); };
        return host;
    }

    std::vector<Delivered> delivered() const {
        std::lock_guard lock(mutex_);
        return delivered_;
    }

private:
    uint32_t on_event(const biller_event& event, biller_reason* reason) {
        {
            std::lock_guard lock(mutex_);
            delivered_.push_back({event.kind, biller::text(event.key),
                                  biller::text(event.purchase_id), biller::text(event.name),
                                  event.redelivery, event.attempt});
        }
        return answer(event, reason);
    }

    mutable std::mutex mutex_;
    std::vector<Delivered> delivered_;
};

// An open account with the example configuration and a ledger in memory, unless a file is named.
class Account {
public:
    TestHost host;

    // `text`: another configuration, in place of the example's.
    explicit Account(const std::string& ledger = ":memory:", uint32_t host_flags = 0,
                     const std::string& text = {}) {
        biller_config config{};
        config.struct_size = sizeof config;
        config.path = biller::bytes(files.config);
        config.ledger = biller::bytes(ledger);
        if (!text.empty()) config.text = biller::bytes(text);
        biller_host table = host.table();
        table.flags = host_flags;
        biller_reason reason = biller::empty_reason();
        uint32_t status = plugin().open(&config, &table, &instance_, &reason);
        if (status != BILLER_STATUS_OK) throw biller::Error(status, reason);
    }
    ~Account() { plugin().close(instance_); }
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

    biller_instance* instance() const { return instance_; }

    struct Handled {
        uint32_t status = 0; // of the hook
        uint32_t http_status = 0;
        uint32_t disposition = 0;
        std::string disposition_name;
        std::string body;
        std::string message;
        std::string key;
        biller::Pairs headers;
        int replies = 0; // how often the sink was called
    };
    Handled handle(const std::string& query, const std::vector<biller_pair>& headers = {},
                   const char* method = "GET") {
        biller_http_request request{};
        request.struct_size = sizeof request;
        request.method = biller_text(method);
        request.query = biller::bytes(query);
        request.peer = biller_text("127.0.0.1");
        request.headers = headers.data();
        request.header_count = headers.size();
        Handled handled;
        biller_reply_sink sink{sizeof sink, 0, &handled, &keep_reply};
        handled.status = plugin().handle(instance_, &request, &sink, nullptr);
        return handled;
    }

    biller_report recover() {
        biller_report report{};
        report.struct_size = sizeof report;
        biller_reason reason = biller::empty_reason();
        uint32_t status = plugin().recover(instance_, 100, &report, &reason);
        if (status != BILLER_STATUS_OK) throw biller::Error(status, reason);
        return report;
    }

    // The status of the hook; `report` is filled when it is BILLER_STATUS_OK.
    uint32_t decide(uint32_t decision, const std::string& key, const std::string& by,
                    biller_report* report = nullptr, const std::string& says = {}) {
        biller_decision d{sizeof d,  decision, biller::bytes(key), biller::bytes(by),
                          BILLER_NO, 0,        biller::bytes(says)};
        return plugin().decide(instance_, &d, report, nullptr);
    }

    struct Listed {
        std::string key;
        std::string state;
        std::string message;
        std::string decided_by;
        bool has_event = false;
    };
    std::vector<Listed> entries(uint32_t states = BILLER_STATES_ALL) {
        std::vector<Listed> listed;
        biller_entry_query query = biller::entry_query(states);
        biller_entry_sink sink{sizeof sink, 0, &listed, &keep_entry};
        biller_reason reason = biller::empty_reason();
        uint32_t status = plugin().entries(instance_, &query, &sink, &reason);
        if (status != BILLER_STATUS_OK) throw biller::Error(status, reason);
        return listed;
    }

private:
    static void keep_reply(void* self, const biller_http_reply* reply) {
        auto& handled = *static_cast<Handled*>(self);
        handled.http_status = reply->status;
        handled.disposition = reply->disposition;
        handled.disposition_name = biller::text(reply->disposition_name);
        handled.body = biller::text(reply->body);
        handled.message = biller::text(reply->message);
        handled.key = biller::text(reply->key);
        handled.headers = biller::detail::pairs_of(reply->headers, reply->header_count);
        ++handled.replies;
    }
    static uint32_t keep_entry(void* self, const biller_entry* entry) {
        static_cast<std::vector<Listed>*>(self)->push_back(
            {biller::text(entry->key), biller::text(entry->state_name),
             biller::text(entry->message), biller::text(entry->decided_by),
             entry->event != nullptr});
        return BILLER_MORE;
    }

    biller_instance* instance_ = nullptr;
};

// The sign-up postback of a purchase of option 102, which costs 39.95 USD once.
inline std::string sign_up(uint64_t purchase) {
    return "action=Auth&stage=Initial&approved=Yes&transtype=Sale&purchaseid=" +
           std::to_string(purchase) + "&transid=" + std::to_string(purchase + 1'000'000) +
           "&price=39.95&currencycode=USD&eticketid=162209%3A1221&memberid=908172";
}

// The same with a seal that no key made: for the quarantine.
inline std::string forged_sign_up(uint64_t purchase) {
    return sign_up(purchase) + "&natsseal=" + std::string(32, 'a');
}

} // namespace abi_tests
