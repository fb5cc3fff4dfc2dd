// The books: purchases under one lock, and ids that only grow.
#include "purchase.hpp"

#include <Poco/UUIDGenerator.h>

#include <algorithm>
#include <array>

#include "refusal.hpp"

namespace sandbox {
namespace {

constexpr std::array kFates = {"standing",     "declined later", "voided", "refunded",
                               "charged back", "reversed",       "revoked"};
constexpr std::array kStatuses = {"declined", "active", "cancelled", "expired"};

} // namespace

const char* name_of(Fate fate) { return kFates.at(static_cast<std::size_t>(fate)); }

const char* name_of(Status status) { return kStatuses.at(static_cast<std::size_t>(status)); }

const Transaction* Purchase::latest_sale() const {
    auto found = std::find_if(transactions.rbegin(), transactions.rend(), [](const Transaction& t) {
        return t.trantype == "sale" && t.action == "Auth" && t.approved && t.fate == Fate::standing;
    });
    return found == transactions.rend() ? nullptr : &*found;
}

void Books::add(Purchase purchase) {
    std::lock_guard lock(mutex_);
    std::string id = purchase.id;
    purchases_.insert_or_assign(id, std::move(purchase));
}

std::optional<Purchase> Books::find(const std::string& id) const {
    std::lock_guard lock(mutex_);
    auto found = purchases_.find(id);
    if (found == purchases_.end()) return {};
    return found->second;
}

std::optional<Purchase> Books::find_by_guid(const std::string& guid) const {
    std::lock_guard lock(mutex_);
    for (const auto& [id, purchase] : purchases_) {
        if (purchase.transactions.front().guid == guid) return purchase;
    }
    return {};
}

std::vector<Purchase> Books::all() const {
    std::lock_guard lock(mutex_);
    std::vector<Purchase> list;
    for (const auto& [id, purchase] : purchases_)
        list.push_back(purchase);
    std::stable_sort(list.begin(), list.end(), [](const Purchase& a, const Purchase& b) {
        return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
    });
    return list;
}

void Books::update(const std::string& id, const std::function<void(Purchase&)>& change) {
    std::lock_guard lock(mutex_);
    auto found = purchases_.find(id);
    if (found == purchases_.end()) throw Refusal(404, "there is no purchase " + id);
    Purchase changed = found->second;
    change(changed);
    found->second = std::move(changed);
}

std::string guid_of(const std::string& transaction_id) {
    return Poco::UUIDGenerator::defaultGenerator()
        .createFromName(Poco::UUID::oid(), "transaction " + transaction_id)
        .toString();
}

} // namespace sandbox
