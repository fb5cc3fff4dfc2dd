// Calling the host, and surviving what it does.
#include "host.hpp"

#include "boundary.hpp"
#include "values/word.hpp"
#include "wire/redaction.hpp"

#include <chrono>

namespace segpay {

namespace {

std::string why_of(const biller_reason& reason, std::string_view otherwise) {
    const std::string_view text(reason.text, strnlen(reason.text, sizeof reason.text));
    return text.empty() ? std::string(otherwise) : clean_text(text);
}

HostAnswer answer_of(const biller_host& table, const Entry& entry) {
    const EventView event(*entry.event, entry.key, entry.attempts);
    auto reason = sized<biller_reason>();
    try {
        const uint32_t answer = table.event(table.context, event.get(), &reason);
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
    } catch (const std::exception& failure) {
        return {HostAnswer::Verdict::retry,
                std::string("the host's callback threw: ") + clean_text(failure.what())};
    } catch (...) {
        return {HostAnswer::Verdict::retry, "the host's callback threw"};
    }
}

} // namespace

// What the host says may quote what it was told.
HostAnswer Host::deliver(const Entry& entry) const {
    HostAnswer answer = answer_of(table_, entry);
    answer.why = without(answer.why, entry.event->password.reveal());
    answer.why = without(answer.why, entry.event->email);
    return answer;
}

NameAnswer Host::probe(const Event& event) const {
    if (!table_.probe) return NameAnswer::cannot_tell;
    auto probe = sized<biller_probe>();
    probe.username = said(event.username);
    probe.email = said(event.email);
    probe.site = said(event.site);
    try {
        switch (table_.probe(table_.context, &probe)) {
            case BILLER_NAME_FREE:
                return NameAnswer::free;
            case BILLER_NAME_TAKEN:
                return NameAnswer::taken;
            default:
                return NameAnswer::cannot_tell;
        }
    } catch (...) {
        return NameAnswer::cannot_tell;
    }
}

void Host::log(LogLevel level, std::string_view line) const noexcept {
    if (!table_.log) return;
    try {
        const std::string shown = for_people(std::string(line));
        const biller_bytes text = bytes(shown);
        table_.log(table_.context, static_cast<uint32_t>(level), &text);
    } catch (...) { // a log line is not worth failing anything for
    }
}

TimeMs Host::now() const {
    try {
        if (table_.now_ms) return table_.now_ms(table_.context);
    } catch (...) { // then the system's clock is better than none
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace segpay
