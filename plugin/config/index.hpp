// Index: the position in a list of the item with a key.
#pragma once

#include "values/eticket.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace segpay {

struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
        return std::hash<std::string_view>()(key);
    }
    std::size_t operator()(const ETicket& key) const {
        return std::hash<std::uint64_t>()(key.package * 1'000'003 ^ key.price_point);
    }
};

// The positions are only hints: an item that it finds is compared again, and a key that it does not
// find is searched in the list. So an index of an older state of the list, or an empty one, costs
// time but never gives a wrong answer.
template <class Item, class Key>
class Index {
public:
    explicit Index(Key Item::*key) : key_(key) {}

    // If two items have one key, the first counts.
    void build(const std::vector<Item>& items) {
        positions_.clear();
        for (std::size_t at = 0; at < items.size(); ++at)
            positions_.emplace(items[at].*key_, at);
    }

    // Null: no item has the key.
    template <class Wanted>
    const Item* find(const std::vector<Item>& items, const Wanted& key) const {
        const auto is_wanted = [&](const Item& item) { return item.*key_ == key; };
        if (items.size() > kFew) {
            const auto known = positions_.find(key);
            if (known != positions_.end() && known->second < items.size() &&
                is_wanted(items[known->second]))
                return &items[known->second];
        }
        const auto found = std::find_if(items.begin(), items.end(), is_wanted);
        return found == items.end() ? nullptr : &*found;
    }

private:
    static constexpr std::size_t kFew = 16; // faster to compare than to hash

    Key Item::*key_;
    std::unordered_map<Key, std::size_t, KeyHash, std::equal_to<>> positions_;
};

} // namespace segpay
