// Which back end the settings name.
#include "ledger/ledger.hpp"

namespace segpay {

std::unique_ptr<Ledger> open_ledger(const LedgerSettings& settings) {
    return settings.mysql ? open_mysql_ledger(settings) : open_sqlite_ledger(settings);
}

} // namespace segpay
