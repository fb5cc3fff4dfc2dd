// Loops over take and settle, for a host with callbacks.
#include "inbox/inbox.hpp"

#include "ledger/failpoint.hpp"

#include <utility>

namespace segpay {

Inbox::Inbox(const Account& account, Host host, Ledger& ledger)
    : account_(account),
      host_(host),
      ledger_(ledger),
      reader_(account_, host_, ledger_),
      quarantine_(account_, host_, ledger_),
      delivering_(account_, host_, ledger_) {
    ledger_.retranslate_with(
        [this](const Entry& entry, Lookup& inside) { return reader_.retranslated(entry, inside); });
    if (account_.config().postbacks.authenticity.is_none)
        host_.log(LogLevel::warning,
                  "postbacks.authenticity is \"none\": anyone who knows the address can post");
}

Reply Inbox::reply(Disposition disposition, std::string key, std::string message) const {
    return reply_with(disposition, account_.config().postbacks, std::move(key), std::move(message));
}

Reply Inbox::unavailable(const LedgerError& failure) const {
    host_.log(LogLevel::error, failure.what());
    return reply(Disposition::unavailable, {}, failure.what());
}

Reply Inbox::handle(const HttpRequest& request) {
    Round round = take({&request, 1});
    deliver_all(round);
    return *round.replies().front();
}

Report Inbox::recover(std::uint32_t limit) {
    SEGPAY_FAILPOINT("recover.begin");
    ledger_.flush();
    SEGPAY_FAILPOINT("recover.flushed");
    Report report;
    try {
        while (report.total() < limit && host_.is_called_back()) {
            Round round = lease_due(1);
            if (round.is_over() && round.report().total() == 0) break;
            SEGPAY_FAILPOINT("recover.taken");
            while (!round.is_over() && report.total() + round.report().total() < limit)
                deliver_one(round, round.deliveries().front().token);
            report += round.report();
            for (const Delivery& left : round.deliveries())
                leave(left.entry);
            SEGPAY_FAILPOINT("recover.delivered");
        }
        purge();
    } catch (const LedgerError& failure) {
        if (report.total() == 0) throw;
        host_.log(LogLevel::error, failure.what()); // the next call delivers the rest
    }
    return report;
}

// One slice, so that a thread that recovers every few seconds is not held up.
void Inbox::purge() {
    std::optional<TimeMs> purge_before;
    if (const std::uint32_t days = account_.config().ledger.keep_days; days != 0)
        purge_before = host_.now() - TimeMs{days} * kDayMs;
    ledger_.purge(purge_before);
}

} // namespace segpay
