// Calls the host, and survives what a callback does.
#include "inbox/host.hpp"

#include "boundary/boundary.hpp"
#include "boundary/scope.hpp"
#include "values/word.hpp"
#include "wire/redaction.hpp"

#include <chrono>
#include <optional>

namespace segpay {

namespace {

std::string why_of(const biller_reason& reason, std::string_view otherwise) {
    const std::string_view text(reason.text, strnlen(reason.text, sizeof reason.text));
    return text.empty() ? std::string(otherwise) : clean_text(text);
}

// Calls the host. Returns what it threw, if it did.
template <class Callback>
std::optional<std::string> thrown_by(const Callback& callback) {
    try {
        call_out(callback);
        return std::nullopt;
    } catch (const std::exception& failure) {
        return std::string("the host's callback threw: ") + clean_text(failure.what());
    } catch (...) {
        return "the host's callback threw";
    }
}

} // namespace

HostAnswer answer_of(uint32_t answer, const biller_reason& reason) {
    switch (answer) {
        case BILLER_DONE:
            return {HostAnswer::Verdict::done, {}};
        case BILLER_RETRY:
            return {HostAnswer::Verdict::retry, why_of(reason, "the host asked for a retry")};
        case BILLER_REFUSE:
            return {HostAnswer::Verdict::refuse, why_of(reason, "the host refused it")};
        default:
            return {HostAnswer::Verdict::retry,
                    why_of(reason, "the host answered " + std::to_string(answer) +
                                       ", which is neither done, retry nor refuse")};
    }
}

NameAnswer name_answer_of(uint32_t answer) {
    switch (answer) {
        case BILLER_NAME_FREE:
            return NameAnswer::free;
        case BILLER_NAME_TAKEN:
            return NameAnswer::taken;
        default:
            return NameAnswer::cannot_tell;
    }
}

biller_probe probe_of(const Event& event) {
    auto probe = sized<biller_probe>();
    probe.username = bytes_or_none(event.username);
    probe.email = bytes_or_none(event.email);
    probe.site = bytes_or_none(event.site);
    return probe;
}

HostAnswer without_secrets(HostAnswer answer, const Event& event) {
    answer.why = without(answer.why, event.password.reveal());
    answer.why = without(answer.why, event.email);
    return answer;
}

HostAnswer Host::deliver(const Entry& entry) const {
    const EventView event(*entry.event, entry.key, entry.attempts);
    auto reason = sized<biller_reason>();
    uint32_t answer = 0;
    const std::optional<std::string> thrown =
        thrown_by([&] { answer = table_.event(table_.context, event.get(), &reason); });
    return without_secrets(
        thrown ? HostAnswer{HostAnswer::Verdict::retry, *thrown} : answer_of(answer, reason),
        *entry.event);
}

NameAnswer Host::probe(const Event& event) const {
    if (!table_.probe) return NameAnswer::cannot_tell;
    const biller_probe probe = probe_of(event);
    try {
        return name_answer_of(call_out([&] { return table_.probe(table_.context, &probe); }));
    } catch (...) {
        return NameAnswer::cannot_tell;
    }
}

void Host::log(LogLevel level, std::string_view line) const noexcept {
    if (!table_.log) return;
    try {
        const std::string shown = for_people(std::string(line));
        const biller_bytes text = bytes(shown);
        call_out([&] { table_.log(table_.context, static_cast<uint32_t>(level), &text); });
    } catch (...) { // a lost log line must not fail the caller
    }
}

TimeMs Host::now() const {
    try {
        if (table_.now_ms) return call_out([&] { return table_.now_ms(table_.context); });
    } catch (...) { // use the system's clock
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace segpay
