// The steps and their frequencies.
#include "load.hpp"

#include <algorithm>

namespace segpay::fault {

namespace {

constexpr unsigned kLaterPercent = 40, kAppliedPercent = 30, kRetryPercent = 8, kRefusedPercent = 8,
                   kBackPercent = 6; // the rest: the host died during it
constexpr TimeMs kRetryMs = 10'000;

} // namespace

test::Fact sale(const std::string& purchase, const std::string& transaction, EventKind kind) {
    test::Fact fact = test::transaction(purchase, transaction, kind);
    fact.event.member_id = "m" + purchase;
    fact.identity.key_prefix =
        transaction_key_prefix(transaction) + std::string(kind_name(kind)) + "/1";
    return fact;
}

test::Fact membership(const std::string& purchase, EventKind kind) {
    test::Fact fact = test::member(purchase, kind);
    fact.event.member_id = "m" + purchase;
    fact.identity.key_prefix = "segpay/p" + purchase + "/" + std::string(kind_name(kind));
    return fact;
}

const std::vector<Load::Row>& Load::steps() {
    static const std::vector<Row> kSteps = {
        {30, &Load::sell},       {14, &Load::renew},    {8, &Load::change}, {10, &Load::repeat},
        {10, &Load::lease_next}, {5, &Load::lease_due}, {6, &Load::flush},  {5, &Load::keep},
        {5, &Load::requeue},     {4, &Load::close},     {4, &Load::look},   {6, &Load::wait},
    };
    return kSteps;
}

void Load::step() {
    unsigned total = 0;
    for (const Row& row : steps())
        total += row.chance;
    std::uint64_t die = dice_.below(total);
    for (const Row& row : steps()) {
        if (die < row.chance) return (this->*row.step)();
        die -= row.chance;
    }
}

void Load::sell() {
    const std::string number = name_ + std::to_string(1'000'000 + ++count_);
    purchases_.push_back(number);
    facts_.push_back(sale(number, "9" + number, EventKind::join));
    deliver(clerk_.claim(facts_.back()));
}

void Load::renew() {
    if (purchases_.empty()) return;
    const std::string purchase = purchases_[dice_.below(purchases_.size())];
    const std::string number = name_ + std::to_string(1'000'000 + ++count_);
    facts_.push_back(sale(purchase, "9" + number, EventKind::rebill));
    deliver(clerk_.claim(facts_.back()));
}

void Load::change() {
    if (purchases_.empty()) return;
    constexpr EventKind kKinds[] = {EventKind::member_enable, EventKind::member_disable,
                                    EventKind::member_cancel};
    deliver(clerk_.claim(
        membership(purchases_[dice_.below(purchases_.size())], kKinds[dice_.below(3)])));
}

void Load::repeat() {
    if (!facts_.empty()) deliver(clerk_.claim(any()));
}

void Load::lease_next() {
    if (!purchases_.empty()) deliver(clerk_.lease_next(purchases_[dice_.below(purchases_.size())]));
}

void Load::lease_due() {
    if (has_ledger_alone_) deliver(clerk_.lease_due());
}

void Load::keep() {
    const bool is_repeat = !kept_.empty() && dice_.percent(30);
    if (!is_repeat) kept_.push_back("kept/" + name_ + std::to_string(++count_));
    clerk_.keep(is_repeat ? kept_[dice_.below(kept_.size())] : kept_.back());
}

void Load::requeue() {
    if (refused_.empty()) return;
    clerk_.requeue(refused_.back());
    refused_.pop_back();
}

void Load::close() {
    auto& keys = dice_.percent(50) ? refused_ : kept_;
    if (keys.empty()) return;
    clerk_.dismiss(keys.back());
    keys.pop_back();
}

void Load::look() {
    if (!facts_.empty()) clerk_.look(any());
    if (has_ledger_alone_) clerk_.count();
}

void Load::wait() { clerk_.now += dice_.percent(30) ? 2 * TimeMs{test::kLeaseMs} : kRetryMs; }

void Load::deliver(const std::optional<Entry>& entry) {
    if (!entry) return;
    std::uint64_t die = dice_.below(100);
    const auto is = [&](unsigned chance) {
        const bool is_it = die < chance;
        die -= is_it ? 0 : chance;
        return is_it;
    };
    if (is(kLaterPercent)) return clerk_.settle_later(*entry);
    if (is(kAppliedPercent)) return clerk_.settle(*entry, {});
    if (is(kRetryPercent)) return clerk_.settle(*entry, test::retry_at(clerk_.now + kRetryMs));
    if (is(kBackPercent)) return clerk_.give_back(*entry);
    if (!is(kRefusedPercent)) return;
    clerk_.settle(*entry, test::refused());
    refused_.push_back(entry->key);
}

} // namespace segpay::fault
