// The names of the states, as operators read them, and the choice of the back end.
#include "ledger/ledger.hpp"

#include <array>

namespace segpay {

namespace {

constexpr std::array<std::string_view, 9> kStateNames = {
    "",         "pending", "settled",   "dead_letter", "quarantined",
    "conflict", "unknown", "dismissed", "released"};

} // namespace

std::string_view state_name(EntryState state) {
    const auto number = static_cast<std::size_t>(state);
    return number < kStateNames.size() ? kStateNames[number] : kStateNames[0];
}

std::unique_ptr<Ledger> open_ledger(const LedgerSettings& settings) {
    return settings.mysql ? open_mysql_ledger(settings) : open_sqlite_ledger(settings);
}

} // namespace segpay
