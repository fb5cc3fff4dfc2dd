// The run of a story through an account, and the checks on the way.
#include "telling.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace segpay::testing {

namespace {

constexpr std::uint64_t kStoriesPerLedger = 1'000;
constexpr std::uint64_t kNumbersPerStory = 1'000;
constexpr TimeMs kLongestPause = 3'600 * kSecond;
constexpr TimeMs kShortPause = 60 * kSecond; // longer than a lease
constexpr unsigned kMostRounds = 8;

// A happening that only the state of its purchase distinguishes from a repeat.
bool is_unmarked(const Happening& it) { return it.is_change && !it.has_mark; }

} // namespace

std::string Telling::run(const Story& story) {
    if (!account_ || runs_ % kStoriesPerLedger == 0) open_account();
    base_ = 5'000'000 + ++runs_ * kNumbersPerStory;
    complaints_.clear();
    host_.begin(base_);

    std::vector<Sending> sent = sendings(story);
    if (sabotage_.lose_postback && !sent.empty())
        std::erase_if(sent, [&](const Sending& it) { return it.happening + 1 == story.size(); });
    sent_.assign(story.size(), {});
    for (const Sending& sending : sent) {
        const Happening& happening = story[sending.happening];
        if (sending.copy != 0 && !is_sent_again(happening, sent_[sending.happening])) continue;
        if (sending.copy == 0) {
            repeat_unanswered(story, sending.happening);
            note_change(story, sending.happening);
        }
        send(happening, sending.copy, sent_[sending.happening]);
    }
    settle_all();

    postbacks_ += sent.size();
    for (const auto& [purchase, subscription] : host_.ending())
        for (const Record& record : subscription.records)
            ++events_[record.kind];
    std::string wrong = complaints_ + host_.complaints();
    wrong += difference(expected(story), host_.ending());
    if (!wrong.empty()) account_.reset(); // its account is no use for the next story
    return wrong;
}

// Segpay does not repeat a postback that was answered with success; with a mark, or before the next
// change, a repeat does no harm.
bool Telling::is_sent_again(const Happening& happening, const Sent& sent) const {
    return !is_unmarked(happening) || !sent.is_acknowledged || !sent.is_overtaken;
}

void Telling::note_change(const Story& story, std::size_t happening) {
    if (!story[happening].is_change) return;
    for (std::size_t i = 0; i < story.size(); ++i)
        if (sent_[i].is_sent && story[i].purchase == story[happening].purchase)
            sent_[i].is_overtaken = true;
}

// Before the next of its kind: Segpay has repeated the failed ones until they were answered with
// success.
void Telling::repeat_unanswered(const Story& story, std::size_t happening) {
    const Happening& next = story[happening];
    if (!is_unmarked(next)) return;
    for (std::size_t i = 0; i < story.size(); ++i) {
        const Happening& it = story[i];
        if (!is_unmarked(it) || it.what != next.what || it.purchase != next.purchase) continue;
        for (unsigned copy = 100; sent_[i].is_sent && !sent_[i].is_acknowledged; ++copy) {
            if (copy == 100 + kMostRounds) throw std::logic_error("it is never acknowledged");
            account_->host.now += kShortPause;
            (void)account_->inbox.recover(100);
            send(it, copy, sent_[i]);
        }
    }
}

void Telling::open_account() {
    LedgerSettings settings;
    settings.path = kInMemory;
    if (sabotage_.forget_failures) settings.repeat_window_ms = 0;
    auto failing = std::make_unique<FailingLedger>(open_for_test(settings));
    ledger_ = failing.get();
    account_ = std::make_unique<TestAccount>(example_config(), std::move(failing));
    account_->host.answer = [this](const biller_event& event, biller_reason*) {
        return host_.on_event(event);
    };
}

void Telling::send(const Happening& happening, unsigned copy, Sent& sent) {
    sent.is_sent = true;
    account_->host.now += 7 * kSecond;
    account_->host.events.clear();
    account_->host.log.clear();
    const Trouble trouble = copy == 0 ? happening.mail.trouble : Trouble::none;
    const WireRequest wire = postback(happening, copy, base_);
    const HttpRequest request = {wire.method, wire.query, wire.body, "127.0.0.1", {}};

    if (trouble == Trouble::ledger_unavailable) { // Segpay comes again
        ledger_->failing = {"claim"};
        (void)account_->inbox.handle(request);
        ledger_->failing.clear();
    }
    host_.retries = trouble == Trouble::host_says_retry ? 1 : 0;
    host_.is_dying = trouble == Trouble::dies_before_settling;
    if (host_.is_dying) ledger_->failing = {"settle"};
    const Reply reply = account_->inbox.handle(request);
    host_.retries = 0;
    host_.is_dying = false;
    ledger_->failing.clear();

    check_reply(reply, happening, sent.is_acknowledged);
    sent.is_acknowledged = sent.is_acknowledged || reply.http_status == 200;
}

void Telling::check_reply(const Reply& reply, const Happening& happening, bool was_acknowledged) {
    const bool is_question = happening.what == What::probe;
    const bool is_success = reply.http_status == 200 && reply.body == "*success*";
    const bool is_retried = reply.http_status == 503 && reply.body == "*failure*" &&
                            reply.disposition == Disposition::deferred;
    const Disposition wanted = is_question        ? Disposition::answered
                               : was_acknowledged ? Disposition::duplicate
                                                  : reply.disposition;
    const bool is_delivered = reply.disposition == Disposition::delivered ||
                              reply.disposition == Disposition::duplicate || is_question;
    const bool is_right = (is_success && is_delivered && reply.disposition == wanted) ||
                          (is_retried && !was_acknowledged);
    if (is_right) return;
    std::ostringstream line;
    line << "  answered " << reply.http_status << " " << reply.body << " "
         << disposition_name(reply.disposition) << " (" << reply.message << ")"
         << (was_acknowledged ? ", once more, " : " ") << "to: " << happening << "\n";
    complaints_ += line.str();
}

// After all troubles: leases end, pauses are over.
void Telling::settle_all() {
    for (unsigned round = 0; ledger_->waiting().pending > 0; ++round) {
        if (round == kMostRounds) {
            complaints_ += "  " + std::to_string(ledger_->waiting().pending) + " still pending\n";
            return;
        }
        account_->host.now += kLongestPause;
        (void)account_->inbox.recover(100);
    }
}

} // namespace segpay::testing
