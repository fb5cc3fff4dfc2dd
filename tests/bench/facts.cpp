// A sample, with other ids.
#include "facts.hpp"

#include "account.hpp"
#include "events/record.hpp"
#include "ours.hpp"
#include "postbacks.hpp"

#include <algorithm>
#include <utility>

namespace segpay::bench {

namespace {

constexpr std::uint64_t kOldPurchases = 20'000; // so many can be referred to
constexpr std::uint64_t kTooYoung = 2'000;      // may still be in flight

} // namespace

FactSource::FactSource() {
    const Config config = open_account();
    Translator translate(config);
    std::vector<BenchFact> samples;
    for (const Sample& sample : postback_corpus(guarded_account())) {
        const Translation& translation = translate(sample.query, *sample.loaded);
        samples.push_back({event_of(translation.event), translation.identity});
    }
    samples_ = std::make_shared<const std::vector<BenchFact>>(std::move(samples));
}

std::vector<BenchFact> FactSource::next(std::size_t count) {
    std::vector<BenchFact> facts;
    facts.reserve(count);
    while (facts.size() < count)
        facts.push_back(next());
    return facts;
}

BenchFact FactSource::next() {
    BenchFact fact = (*samples_)[dice_.below(samples_->size())];
    Event& event = fact.event;
    const std::string old_key_prefix = transaction_key_prefix(event.transaction_id);
    event.transaction_id = std::to_string(++last_transaction_);
    fact.identity.key_prefix.replace(0, old_key_prefix.size(),
                                     transaction_key_prefix(event.transaction_id));
    const std::uint64_t purchases = last_purchase_ - kFirstPurchase;
    if (is_sale(event.kind) || purchases <= kTooYoung) {
        event.purchase_id = std::to_string(++last_purchase_);
        event.member_id = std::to_string(last_purchase_ - kFirstPurchase); // just made by the host
    } else {
        const std::uint64_t old = std::min(purchases - kTooYoung, kOldPurchases);
        event.purchase_id = std::to_string(last_purchase_ - kTooYoung - dice_.below(old));
        event.member_id.clear(); // known by its purchase
    }
    return fact;
}

double mean_record_bytes(std::span<const BenchFact> facts) {
    std::size_t bytes = 0;
    for (const BenchFact& fact : facts)
        bytes += to_record(fact.event).size();
    return static_cast<double>(bytes) / static_cast<double>(facts.size());
}

} // namespace segpay::bench
