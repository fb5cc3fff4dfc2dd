// A record reads back as it was written; a damaged one is refused, with an error that names the
// purchase alone.
#include "ledger/purchase_record.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <stdexcept>

using namespace segpay;
using namespace std::string_literals;

namespace {

Purchase read(std::string_view record) {
    Purchase purchase;
    purchase.id = "77";
    read_purchase_record(record, purchase);
    return purchase;
}

Purchase full() {
    Purchase purchase;
    purchase.id = "77";
    purchase.opening_transaction = "1001";
    purchase.partner = "p=1&q";
    purchase.eticket = {999'999'999'999'999'999, 7};
    purchase.option = "101";
    purchase.site = "7";
    purchase.session = "\xE9%zz\0 "s;
    purchase.affiliate = "42";
    purchase.trans_guid = "guid";
    purchase.card_type = "Visa";
    purchase.converted_at_ms = 200;
    purchase.ended_at_ms = std::numeric_limits<TimeMs>::max();
    purchase.is_unpaid = true;
    purchase.held_by = "segpay/kept/1";
    purchase.outstanding = {{"segpay/p77/disable/a1 x", 5}, {"segpay/p77/cancel/r0", -1}};
    purchase.state = {false, false, 3, 4};
    return purchase;
}

} // namespace

BOOST_AUTO_TEST_SUITE(purchase_record_tests)

BOOST_AUTO_TEST_CASE(a_record_reads_back) {
    BOOST_TEST((read(purchase_record(full())) == full()));
    Purchase empty;
    empty.id = "77";
    BOOST_TEST((read(purchase_record(empty)) == empty));
    BOOST_TEST(purchase_record(empty) == "has_access=1&renews=1");
}

BOOST_AUTO_TEST_CASE(fields_of_a_later_version_are_ignored) {
    BOOST_TEST((read(purchase_record(full()) + "&later=x") == full()));
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_refused) {
    for (const char* record :
         {"", "hunter2", "%zz", "has_access=hunter2", "has_access=1&eticket=hunter2",
          "has_access=1&access_epoch=-1", "has_access=1&access_epoch=hunter2",
          "has_access=1&outstanding=hunter2", "has_access=1&outstanding=x+hunter2",
          "has_access=1&ended_at_ms="}) {
        try {
            (void)read(record);
            BOOST_ERROR(record);
        } catch (const std::runtime_error& error) {
            BOOST_TEST(error.what() ==
                       "what is known of purchase 77 cannot be read: its record is damaged"s);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
