// What an operator searches the log for.
#include "inbox/lines.hpp"

#include "values/word.hpp"

namespace segpay {

namespace {

constexpr std::size_t kMaxShownId = 40;

} // namespace

std::string line_about(const Event& event, std::string_view key, std::string_view what) {
    std::string line = std::string(kind_name(event.kind)) + " " + std::string(key);
    if (!event.purchase_id.empty())
        line += " purchase " + std::string(shortened(event.purchase_id, kMaxShownId));
    if (!event.option.empty()) line += " option " + event.option;
    return line + ": " + std::string(what);
}

} // namespace segpay
