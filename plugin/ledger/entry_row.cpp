// The words of damage.
#include "ledger/entry_row.hpp"

#include <string>

namespace segpay {

void note_damage(Entry& entry) {
    const std::string damage = "the event of entry " + std::to_string(entry.sequence) + " (" +
                               entry.key + ") cannot be read: its record is damaged";
    if (entry.message.find(damage) != std::string::npos) return;
    if (!entry.message.empty()) entry.message += "; ";
    entry.message += damage;
}

} // namespace segpay
