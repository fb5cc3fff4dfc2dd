// Fills lists of structs, and lists of pointers to them.
#include "entry/pulled.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

void Pulled::clear() {
    events_.clear();
    questions_.clear();
    replies_.clear();
    event_list_.clear();
    question_list_.clear();
    reply_list_.clear();
    event_views_.clear();
    reply_views_.clear();
    probes_.clear();
}

void Pulled::add(const Delivery& delivery) {
    const Entry& entry = delivery.entry;
    auto pulled = sized<biller_pulled_event>();
    pulled.token = delivery.token;
    pulled.event = event_views_.emplace_back(*entry.event, entry.key, entry.attempts).get();
    events_.push_back(&event_list_.emplace_back(pulled));
}

void Pulled::add(const Question& question) {
    auto pulled = sized<biller_pulled_question>();
    pulled.token = question.token;
    pulled.probe = &probes_.emplace_back(probe_of(question.event));
    questions_.push_back(&question_list_.emplace_back(pulled));
}

void Pulled::add(std::size_t request, const Reply& reply) {
    auto pulled = sized<biller_pulled_reply>();
    pulled.request = static_cast<uint32_t>(request);
    pulled.reply = reply_views_.emplace_back(reply).get();
    replies_.push_back(&reply_list_.emplace_back(pulled));
}

void Pulled::write_new(std::uint64_t number, biller_pulled* room) {
    clear();
    for (const Delivery& delivery : round.deliveries())
        if (delivery.token > last_written_) add(delivery);
    for (const Question& question : round.questions())
        if (question.token > last_written_) add(question);
    last_written_ = round.last_token();
    for (std::size_t i = 0; i < is_written_.size(); ++i) {
        if (is_written_[i] || !round.replies()[i]) continue;
        is_written_[i] = true;
        add(i, *round.replies()[i]);
    }
    auto pulled = sized<biller_pulled>();
    pulled.taken = static_cast<uint32_t>(round.taken());
    pulled.round = number;
    pulled.events = events_.data();
    pulled.event_count = events_.size();
    pulled.questions = questions_.data();
    pulled.question_count = questions_.size();
    pulled.replies = replies_.data();
    pulled.reply_count = replies_.size();
    hand_over(pulled, room);
}

std::uint64_t Rounds::add(std::unique_ptr<Pulled> round) {
    const std::lock_guard lock(mutex_);
    open_.push_back({++last_number_, std::this_thread::get_id(), std::move(round)});
    return last_number_;
}

Pulled* Rounds::find(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(open_, number, &Open::number);
    return found == open_.end() ? nullptr : found->round.get();
}

void Rounds::end(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [&](const Open& open) { return open.number == number; });
}

void Rounds::end_those_of_thread() {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_,
                  [](const Open& open) { return open.thread == std::this_thread::get_id(); });
}

} // namespace segpay
