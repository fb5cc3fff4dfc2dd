// The walk of a story through an account, and what is checked on the way.
#include "telling.hpp"

#include <algorithm>
#include <sstream>

namespace segpay::testing {

namespace {

constexpr std::uint64_t kStoriesPerLedger = 1'000;
constexpr std::uint64_t kNumbersPerStory = 1'000;
constexpr TimeMs kLongestPause = 3'600 * kSecond;
constexpr unsigned kMostRounds = 8;

} // namespace

std::string Telling::tell(const Story& story) {
    if (!account_ || told_ % kStoriesPerLedger == 0) open_account();
    base_ = 5'000'000 + ++told_ * kNumbersPerStory;
    complaints_.clear();
    host_.begin(base_);

    std::vector<Sending> sent = sendings(story);
    if (sabotage_.lose_postback && !sent.empty())
        std::erase_if(sent, [&](const Sending& it) { return it.happening + 1 == story.size(); });
    std::vector<char> acknowledged(story.size());
    for (const Sending& sending : sent) {
        bool is_acknowledged = acknowledged[sending.happening] != 0;
        send(story[sending.happening], sending.copy, is_acknowledged);
        acknowledged[sending.happening] = is_acknowledged;
    }
    settle_all();

    postbacks_ += sent.size();
    for (const auto& [purchase, subscription] : host_.ending())
        for (const Record& record : subscription.records)
            ++events_[record.kind];
    std::string wrong = complaints_ + host_.complaints();
    wrong += difference(expected(story), host_.ending());
    if (!wrong.empty()) account_.reset(); // what is left in it is no good for the next story
    return wrong;
}

void Telling::open_account() {
    auto failing = std::make_unique<FailingLedger>(ledger_in_memory());
    ledger_ = failing.get();
    account_ = std::make_unique<Account>(example_config(), std::move(failing));
    account_->host.answer = [this](const biller_event& event, biller_reason*) {
        return host_.on_event(event);
    };
}

void Telling::send(const Happening& happening, unsigned copy, bool& is_acknowledged) {
    account_->host.now += 7 * kSecond;
    account_->host.events.clear();
    account_->host.log.clear();
    const Trouble trouble = copy == 0 ? happening.mail.trouble : Trouble::none;
    const WireRequest wire = postback(happening, copy, base_);
    const HttpRequest request = {wire.method, wire.query, wire.body, "127.0.0.1", {}};

    if (trouble == Trouble::ledger_unavailable) { // Segpay comes again
        ledger_->failing = {"claim"};
        (void)account_->biller.handle(request);
        ledger_->failing.clear();
    }
    host_.retries = trouble == Trouble::host_says_retry ? 1 : 0;
    host_.is_dying = trouble == Trouble::dies_before_settling;
    if (host_.is_dying) ledger_->failing = {"settle"};
    const Reply reply = account_->biller.handle(request);
    host_.retries = 0;
    host_.is_dying = false;
    ledger_->failing.clear();

    check_reply(reply, happening, is_acknowledged);
    is_acknowledged = is_acknowledged || reply.http_status == 200;
}

void Telling::check_reply(const Reply& reply, const Happening& happening, bool was_acknowledged) {
    const bool is_question = happening.what == What::probe;
    const bool is_success = reply.http_status == 200 && reply.body == "*success*";
    const bool is_put_off = reply.http_status == 503 && reply.body == "*failure*" &&
                            reply.disposition == Disposition::deferred;
    const Disposition wanted = is_question        ? Disposition::answered
                               : was_acknowledged ? Disposition::duplicate
                                                  : reply.disposition;
    const bool is_told = reply.disposition == Disposition::delivered ||
                         reply.disposition == Disposition::duplicate || is_question;
    const bool is_right =
        (is_success && is_told && reply.disposition == wanted) || (is_put_off && !was_acknowledged);
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
        (void)account_->biller.recover(100);
    }
}

} // namespace segpay::testing
