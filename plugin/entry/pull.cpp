// The extension "biller.pull/1".
#include "entry/hooks.hpp"
#include "entry/kept.hpp"
#include "entry/replies.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace segpay {

namespace {

void require_room(const biller_pulled* pulled) {
    require(pulled && has(pulled, &biller_pulled::reply_count), "pulled is NULL, or too small");
}

// A round without requests, deliveries and questions is not opened: its number is 0.
uint32_t open_round(biller_instance& opened, Round round, biller_pulled* room) {
    const bool is_empty = round.is_over() && round.taken() == 0;
    auto made = std::make_unique<Pulled>(std::move(round));
    Pulled& pulled = *made;
    pulled.write_new(is_empty ? 0 : opened.rounds.add(std::move(made)), room);
    return BILLER_STATUS_OK;
}

uint32_t take(biller_instance* instance, const biller_http_request* const* requests, uint32_t count,
              biller_pulled* pulled, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) {
        require_room(pulled);
        require(count > 0 && count <= BILLER_PULL_MAX, "count is not 1 to BILLER_PULL_MAX");
        return open_round(opened, opened.inbox.take(http_requests_of(requests, count)), pulled);
    });
}

uint32_t due(biller_instance* instance, uint32_t limit, biller_pulled* pulled,
             biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) {
        require_room(pulled);
        const uint32_t most = std::min(limit, uint32_t{BILLER_PULL_MAX});
        return open_round(opened, opened.inbox.lease_due(most), pulled);
    });
}

uint32_t pull_decide(biller_instance* instance, const biller_decision* decision,
                     biller_pulled* pulled, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) {
        require_room(pulled);
        Round round(opened.inbox.host().now());
        carry_out(opened, decision, round);
        return open_round(opened, std::move(round), pulled);
    });
}

HostAnswer host_answer_of(const biller_answer& given) {
    auto reason = sized<biller_reason>();
    explain(&reason, BILLER_STATUS_OK, view(given.why));
    return answer_of(given.answer, reason);
}

uint32_t settle(biller_instance* instance, uint64_t number, const biller_answer* const* answers,
                uint32_t count, biller_pulled* room, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        require_room(room);
        require(answers || count == 0, "answers is NULL, count is not 0");
        std::vector<biller_answer> given;
        for (uint32_t i = 0; i < count; ++i) {
            require(answers[i] != nullptr, "one of the answers is NULL");
            given.push_back(adopted(answers[i]));
        }
        Pulled* const pulled = opened.rounds.find(number);
        if (!pulled) throw Stop{BILLER_STATUS_NOT_FOUND, "the round has ended"};
        Round& round = pulled->round;
        bool are_known = true;
        std::vector<TokenAnswer> settled;
        for (const biller_answer& answer : given) {
            if (std::ranges::count(round.questions(), answer.token, &Question::token) != 0)
                are_known &= opened.inbox.settle_question(round, answer.token,
                                                          name_answer_of(answer.answer));
            else
                settled.push_back({answer.token, host_answer_of(answer)});
        }
        are_known &= opened.inbox.settle(round, settled);
        pulled->write_new(number, room);
        if (!are_known)
            throw Stop{BILLER_STATUS_NOT_FOUND,
                       "a token is none of the round's, or was settled before"};
        return BILLER_STATUS_OK;
    });
}

void end(biller_instance* instance, uint64_t number) {
    if (!instance || instance->counted.owner() != getpid()) return;
    if (HookScope::is_inside(instance->counted, __builtin_frame_address(0))) {
        instance->inbox.host().log(LogLevel::error,
                                   "end was called from inside a callback, and is refused");
        return;
    }
    instance->rounds.end(number);
}

uint32_t kept(const biller_config* config, uint32_t flags, biller_instance** instance,
              biller_reason* reason) {
    const void* const frame = __builtin_frame_address(0);
    return guarded(reason, [&] {
        const HookScope scope(frame);
        require(instance != nullptr, "instance is NULL");
        *instance = nullptr;
        require(config != nullptr, "config is NULL");
        *instance = kept_instance(adopted(config), flags);
        return BILLER_STATUS_OK;
    });
}

uint32_t lines(biller_instance* instance, biller_pulled_lines* room, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) {
        require(room && has(room, &biller_pulled_lines::count), "lines is NULL, or too small");
        auto none = sized<biller_pulled_lines>();
        hand_over(opened.lines ? opened.lines->take() : none, room);
        return BILLER_STATUS_OK;
    });
}

} // namespace

constexpr biller_pull kPull = {
    sizeof(biller_pull), 0, take, due, pull_decide, settle, end, kept, lines};

} // namespace segpay
