// Ledgers of tests: one that hands everything on to a real one, and one whose storage fails at the
// step that a test chooses.
#pragma once

#include "ledger/ledger.hpp"

#include <memory>
#include <set>
#include <string>

namespace segpay::testing {

class ForwardingLedger : public Ledger {
public:
    explicit ForwardingLedger(std::unique_ptr<Ledger> real) : real_(std::move(real)) {
        real_->retranslate_with([this](const Entry& entry, Lookup& inside) {
            return retranslate_ ? retranslate_(entry, inside) : std::nullopt;
        });
    }

    Claim claim(const Event& event, const Identity& identity, TimeMs now) override {
        return real_->claim(event, identity, now);
    }
    std::vector<Claim> claim_all(std::span<const Arrival> arrivals, TimeMs now) override {
        return real_->claim_all(arrivals, now);
    }
    bool settle_later(const Entry& entry, TimeMs now) override {
        return real_->settle_later(entry, now);
    }
    void flush() override { real_->flush(); }
    bool settle(const Entry& entry, const Settlement& settlement, TimeMs now) override {
        return real_->settle(entry, settlement, now);
    }
    bool give_back(const Entry& entry, TimeMs now) override { return real_->give_back(entry, now); }
    std::optional<Entry> lease_next(std::string_view purchase_id, TimeMs now) override {
        return real_->lease_next(purchase_id, now);
    }
    std::optional<Entry> lease_due(TimeMs now) override { return real_->lease_due(now); }
    Waiting waiting() override { return real_->waiting(); }
    std::optional<Purchase> purchase(std::string_view id) override { return real_->purchase(id); }
    std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) override {
        return real_->purchases_of(member_id, limit);
    }
    std::optional<Event> transaction(std::string_view id) override {
        return real_->transaction(id);
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        return real_->purchases_named(username, limit);
    }
    Kept keep(const KeptRequest& request, TimeMs now) override { return real_->keep(request, now); }
    void answered(std::span<const Answered> all) override { real_->answered(all); }
    bool is_first_notice(std::string_view what, TimeMs now) override {
        return real_->is_first_notice(what, now);
    }
    void entries(const EntryQuery& query, const std::function<bool(const Entry&)>& each) override {
        real_->entries(query, each);
    }
    std::optional<Entry> entry(std::string_view key) override { return real_->entry(key); }
    bool has_key(std::string_view key) override { return real_->has_key(key); }
    bool requeue(std::string_view key, std::string_view by, TimeMs now) override {
        return real_->requeue(key, by, now);
    }
    Decision release(std::string_view key, const Arrival& arrival, std::string_view by,
                     TimeMs now) override {
        return real_->release(key, arrival, by, now);
    }
    Decision dismiss(std::string_view key, std::string_view by, TimeMs now) override {
        return real_->dismiss(key, by, now);
    }
    bool purge(std::optional<TimeMs> purge_before) override { return real_->purge(purge_before); }

private:
    std::unique_ptr<Ledger> real_;
};

class FailingLedger final : public ForwardingLedger {
public:
    using ForwardingLedger::ForwardingLedger;

    std::set<std::string> failing; // names of methods

    Claim claim(const Event& event, const Identity& identity, TimeMs now) override {
        fail_if("claim");
        return ForwardingLedger::claim(event, identity, now);
    }
    std::vector<Claim> claim_all(std::span<const Arrival> arrivals, TimeMs now) override {
        fail_if("claim_all");
        return ForwardingLedger::claim_all(arrivals, now);
    }
    bool settle_later(const Entry& entry, TimeMs now) override {
        fail_if("settle");
        return ForwardingLedger::settle_later(entry, now);
    }
    bool settle(const Entry& entry, const Settlement& settlement, TimeMs now) override {
        fail_if("settle");
        return ForwardingLedger::settle(entry, settlement, now);
    }
    std::optional<Entry> lease_next(std::string_view purchase_id, TimeMs now) override {
        fail_if("lease_next");
        return ForwardingLedger::lease_next(purchase_id, now);
    }
    std::optional<Entry> lease_due(TimeMs now) override {
        fail_if("lease_due");
        return ForwardingLedger::lease_due(now);
    }
    std::optional<Purchase> purchase(std::string_view id) override {
        fail_if("purchase");
        return ForwardingLedger::purchase(id);
    }
    std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) override {
        fail_if("purchases_of");
        return ForwardingLedger::purchases_of(member_id, limit);
    }
    std::optional<Event> transaction(std::string_view id) override {
        fail_if("transaction");
        return ForwardingLedger::transaction(id);
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        fail_if("purchases_named");
        return ForwardingLedger::purchases_named(username, limit);
    }
    bool give_back(const Entry& entry, TimeMs now) override {
        fail_if("give_back");
        return ForwardingLedger::give_back(entry, now);
    }
    bool purge(std::optional<TimeMs> purge_before) override {
        fail_if("purge");
        return ForwardingLedger::purge(purge_before);
    }
    Waiting waiting() override {
        fail_if("waiting");
        return ForwardingLedger::waiting();
    }
    Kept keep(const KeptRequest& request, TimeMs now) override {
        fail_if("keep");
        return ForwardingLedger::keep(request, now);
    }
    bool has_key(std::string_view key) override {
        fail_if("entry");
        return ForwardingLedger::has_key(key);
    }
    std::optional<Entry> entry(std::string_view key) override {
        fail_if("entry");
        return ForwardingLedger::entry(key);
    }

private:
    void fail_if(const std::string& method) const {
        if (failing.contains(method)) throw LedgerError("ledger of the test: the disk is full");
    }
};

} // namespace segpay::testing
