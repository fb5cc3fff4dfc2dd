// The table of replies by disposition.
#include "inbox/reply.hpp"

#include "wire/redaction.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace segpay {

namespace {

constexpr unsigned kRetryAfterSeconds = 60;

// The reply to each disposition. Success only for what is applied, is proven to have been applied,
// or has no meaning that could be applied; for all else the failure word and a status that makes
// Segpay repeat the postback (Processing API 2.0, "Postback specs").
struct DispositionRow {
    Disposition disposition;
    std::string_view name;
    unsigned http_status;
    bool is_success;
    unsigned retry_after_s;
};
constexpr std::array kDispositions = {
    DispositionRow{Disposition::delivered, "delivered", 200, true, 0},
    DispositionRow{Disposition::duplicate, "duplicate", 200, true, 0},
    DispositionRow{Disposition::quarantined, "quarantined", 422, false, 0},
    DispositionRow{Disposition::conflict, "conflict", 409, false, 0},
    DispositionRow{Disposition::refused, "refused", 400, false, 0},
    DispositionRow{Disposition::dead_letter, "dead_letter", 422, false, 0},
    DispositionRow{Disposition::unknown, "unknown", 200, true, 0},
    DispositionRow{Disposition::answered, "answered", 200, true, 0},
    DispositionRow{Disposition::deferred, "deferred", 503, false, kRetryAfterSeconds},
    DispositionRow{Disposition::unavailable, "unavailable", 503, false, kRetryAfterSeconds},
};

const DispositionRow& row_of(Disposition disposition) {
    return *std::find_if(kDispositions.begin(), kDispositions.end(),
                         [&](const auto& row) { return row.disposition == disposition; });
}

} // namespace

std::string_view disposition_name(Disposition disposition) { return row_of(disposition).name; }

bool is_success(Disposition disposition) { return row_of(disposition).is_success; }

Reply reply_with(Disposition disposition, const Postbacks& config, std::string key,
                 std::string message) {
    const DispositionRow& row = row_of(disposition);
    return {disposition,
            row.http_status,
            row.is_success ? config.success_word : config.failure_word,
            row.retry_after_s,
            for_people(std::move(message)),
            std::move(key)};
}

} // namespace segpay
