// ledger_orders: a front end that runs one order at a time, for tests in which the order of the
// steps of two front ends matters. One order a line on its standard input, one answer a line:
//
//     ledger_orders HOST PORT
//
//     claim PURCHASE TRANSACTION      KEY leased, and in flight here; or KEY queued
//     applied KEY, refused KEY        settled, or lost
//     requeue KEY                      requeued, or not
//     next PURCHASE                   KEY, in flight here; or none
//
// A LedgerError is answered with "failed" and its text.
#include "nodes.hpp"

#include "ledger/ledger.hpp"

#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

using namespace segpay;

namespace {

constexpr std::uint32_t kLeaseMs = 3'600'000; // none ends

TimeMs wall_clock() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::unique_ptr<Ledger> opened(const std::string& host, const std::string& port) {
    LedgerSettings settings;
    settings.lease_ms = kLeaseMs;
    settings.mysql = test::ledger_on({test::node_at(host, port)});
    return open_ledger(settings);
}

class FrontEnd {
public:
    explicit FrontEnd(Ledger& ledger) : ledger_(ledger) {}

    std::string run(const std::string& order) {
        std::istringstream words(order);
        std::string what, one, other;
        words >> what >> one >> other;
        if (what == "claim") return claim(one, other);
        if (what == "applied") return settle(one, Settlement::Verdict::applied);
        if (what == "refused") return settle(one, Settlement::Verdict::refused);
        if (what == "requeue")
            return ledger_.requeue(one, "ann", wall_clock()) ? "requeued" : "not";
        if (what == "next") return keep(ledger_.lease_next(one, wall_clock()));
        return "what is " + what + "?";
    }

private:
    std::string claim(const std::string& purchase, const std::string& transaction) {
        Event event;
        event.kind = EventKind::rebill;
        event.purchase_id = purchase;
        event.transaction_id = transaction;
        event.amount = Money{2995, *Currency::from_code("USD")};
        event.approved = true;
        Identity identity;
        identity.key_prefix = "segpay/" + transaction + "/rebill/1";
        const Claim made = ledger_.claim(event, identity, wall_clock());
        keep(made.entry);
        return made.key + (made.entry ? " leased" : " queued");
    }

    std::string settle(const std::string& key, Settlement::Verdict verdict) {
        const bool is_ours = ledger_.settle(in_flight_.at(key), {verdict, {}, 0}, wall_clock());
        in_flight_.erase(key);
        return is_ours ? "settled" : "lost";
    }

    std::string keep(const std::optional<Entry>& entry) {
        if (!entry) return "none";
        in_flight_.insert_or_assign(entry->key, *entry);
        return entry->key;
    }

    Ledger& ledger_;
    std::map<std::string, Entry> in_flight_;
};

} // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::cerr << "usage: ledger_orders HOST PORT\n";
        return 2;
    }
    try {
        const auto ledger = opened(words[1], words[2]);
        FrontEnd front_end(*ledger);
        for (std::string order; std::getline(std::cin, order);) {
            try {
                std::cout << front_end.run(order) << std::endl;
            } catch (const LedgerError& failure) {
                std::cout << "failed " << failure.what() << std::endl;
            }
        }
        return 0;
    } catch (const std::exception& failure) {
        std::cerr << "ledger_orders: " << failure.what() << "\n";
        return 2;
    }
}
