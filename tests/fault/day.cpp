// The hours of the day.
#include "day.hpp"

#include "load.hpp"

namespace segpay::fault {

namespace {

const std::string kPasswordKey(32, 'k');
constexpr TimeMs kPauseMs = 10'000;

test::Fact join(const std::string& purchase) {
    test::Fact fact = sale(purchase, "9" + purchase, EventKind::join);
    fact.event.username = "ann";
    fact.event.password = Secret("a password");
    return fact;
}

test::Fact rebill(const std::string& purchase) {
    return sale(purchase, "8" + purchase, EventKind::rebill);
}

} // namespace

Day::Day(bool memory_may_end) : clerk_(books_, false) { clerk_.memory_may_end = memory_may_end; }

void Day::open() {
    for (int attempt = 0; attempt < 2 && !ledger_; ++attempt)
        clerk_.try_to([&] { ledger_ = test::open(kPath, kPasswordKey); });
    clerk_.ledger = ledger_.get();
}

void Day::close() {
    books_.lost_sight();
    clerk_.ledger = nullptr;
    const AllocationsMayFail armed(true);
    ledger_.reset();
}

void Day::pass() {
    open();
    sell_and_settle();
    wait_in_line();
    be_refused();
    keep_requests();
    contradict();
    read();
    close();
    open();
    if (const auto entry = clerk_.claim(join("70"))) clerk_.settle_later(*entry);
    if (const auto entry = clerk_.claim(join("71"))) clerk_.settle(*entry, {});
    if (const auto entry = clerk_.claim(join("72"))) clerk_.settle_later(*entry);
}

void Day::sell_and_settle() {
    if (const auto entry = clerk_.claim(join("10"))) clerk_.settle(*entry, {});
    (void)clerk_.claim(join("10"));
    if (const auto entry = clerk_.claim(membership("10", EventKind::member_cancel)))
        clerk_.settle(*entry, {});
    if (const auto entry = clerk_.claim(join("11"))) clerk_.settle_later(*entry);
    if (const auto entry = clerk_.claim(join("12")))
        clerk_.settle(*entry, test::retry_at(clerk_.now + kPauseMs));
    clerk_.now += kPauseMs;
    if (const auto entry = clerk_.lease_due()) clerk_.settle_later(*entry);
    clerk_.flush();
    clerk_.flush();
}

void Day::wait_in_line() {
    const auto first = clerk_.claim(join("20"));
    (void)clerk_.claim(join("20"));
    (void)clerk_.claim(rebill("20"));
    if (first) clerk_.settle_later(*first);
    if (const auto entry = clerk_.lease_next("20")) clerk_.give_back(*entry);
    if (const auto entry = clerk_.lease_next("20")) clerk_.settle(*entry, {});
    (void)clerk_.claim(join("21")); // and dies during it
    clerk_.now += 2 * TimeMs{test::kLeaseMs};
    if (const auto entry = clerk_.claim(join("21"))) clerk_.settle(*entry, {});
}

void Day::be_refused() {
    for (const char* purchase : {"30", "31"})
        if (const auto entry = clerk_.claim(join(purchase))) {
            clerk_.settle(*entry, test::refused());
            (void)clerk_.claim(join(purchase));
        }
    clerk_.requeue(join("30").identity.key_prefix);
    if (const auto entry = clerk_.lease_due()) clerk_.settle(*entry, {});
    clerk_.dismiss(join("31").identity.key_prefix);
}

void Day::keep_requests() {
    for (const char* key : {"kept/1", "kept/2", "kept/1"})
        clerk_.keep(key);
    clerk_.dismiss("kept/1");
}

void Day::contradict() {
    test::Fact other = join("10");
    other.event.amount->minor += 1;
    clerk_.contradict(other);
}

void Day::read() {
    for (const char* purchase : {"10", "20", "31"})
        clerk_.look(join(purchase));
    clerk_.count();
}

void Day::check_working() {
    const unsigned before = failures();
    open();
    if (const auto entry = clerk_.claim(join("80"))) clerk_.settle(*entry, {});
    (void)clerk_.claim(join("80"));
    if (failures() != before) throw Broken("it does not work again: " + clerk_.last_failure);
    audit(*ledger_, books_);
}

void Day::check_kept() {
    open();
    if (!ledger_) throw Broken("it cannot be opened again: " + clerk_.last_failure);
    audit(*ledger_, books_);
    clerk_.deliver_all();
    clerk_.claim_again();
    check_integrity(kPath);
    close();
}

} // namespace segpay::fault
