// The names of the states, as operators read them; and look-ups through the ledger itself.
#include "ledger/ledger.hpp"

#include <array>

namespace segpay {

namespace {

constexpr std::array<std::string_view, 9> kStateNames = {
    "",         "pending", "settled",   "dead_letter", "quarantined",
    "conflict", "unknown", "dismissed", "released"};

// As the ledger is at each question.
class Asking final : public Lookup {
public:
    explicit Asking(Ledger& ledger) : ledger_(ledger) {}

    std::optional<Purchase> purchase(std::string_view id) override { return ledger_.purchase(id); }
    std::optional<Event> transaction(std::string_view id) override {
        return ledger_.transaction(id);
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        return ledger_.purchases_named(username, limit);
    }

private:
    Ledger& ledger_;
};

} // namespace

std::unique_ptr<Lookup> Ledger::snapshot() { return std::make_unique<Asking>(*this); }

std::string_view state_name(EntryState state) {
    const auto number = static_cast<std::size_t>(state);
    return number < kStateNames.size() ? kStateNames[number] : kStateNames[0];
}

} // namespace segpay
