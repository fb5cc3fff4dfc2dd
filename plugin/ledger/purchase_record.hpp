// Purchase <-> text: how a ledger stores what is known of a purchase, as events/record.hpp does for
// events. What both back ends look for has columns beside it (PurchaseColumn) and is not part of
// it. Unknown names are ignored when read, so an older plugin can read what a newer one wrote.
//
// Threads: free functions, from any thread.
#pragma once

#include "ledger/ledger.hpp"

#include <string>
#include <string_view>

namespace segpay {

// What both back ends select, in this order.
struct PurchaseColumn {
    enum : int { id, member_id, username, opened_by, opened_at, record };
};

std::string purchase_record(const Purchase& purchase);

// Sets what the record holds. Throws std::runtime_error when purchase_record() did not write it.
void read_purchase_record(std::string_view record, Purchase& purchase);

// A row to a purchase. Throws std::runtime_error, with the id, when its record is damaged.
template <class Row>
Purchase read_purchase_row(const Row& row) {
    Purchase purchase;
    purchase.id = row.text(PurchaseColumn::id);
    purchase.member_id = row.text(PurchaseColumn::member_id);
    purchase.username = row.text(PurchaseColumn::username);
    purchase.opened_by = static_cast<EventKind>(row.integer(PurchaseColumn::opened_by));
    purchase.opened_at_ms = row.integer(PurchaseColumn::opened_at);
    read_purchase_record(row.text(PurchaseColumn::record), purchase);
    return purchase;
}

} // namespace segpay
