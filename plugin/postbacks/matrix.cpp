// The rows, and the walk over them: the first row that fits decides.
#include "postbacks/matrix.hpp"

#include "values/word.hpp"

#include <array>
#include <cstdint>

namespace segpay {

namespace {

enum StageSet : std::uint8_t {
    kInitial = 1,
    kConversion = 2,
    kRebill = 4,
    kInstantConversion = 8,
    kReactivation = 16,
    kAnyStage = 0xFF,
};

struct StageWord {
    std::string_view word;
    StageSet bit;
};
constexpr std::array kStages = {
    StageWord{"initial", kInitial},
    StageWord{"conversion", kConversion},
    StageWord{"rebill", kRebill},
    StageWord{"instantconversion", kInstantConversion},
    StageWord{"reactivation", kReactivation},
};

enum class Approved : std::uint8_t { yes, no, any };

// What is looked at before the stage: a one-click purchase of a one-time item reuses the original
// purchase and arrives as a rebill, a recurring one arrives as an initial sale.
enum class Extra : std::uint8_t { none, standin_before, cross_sell, tokenplus, upsell, octoken };

struct Row {
    std::string_view transaction_type; // "": the row does not ask
    std::string_view action;           // "": any
    std::uint8_t stages;
    Approved approved;
    Extra extra;
    Meaning meaning;
    EventKind kind;
};

constexpr auto kEvent = Meaning::event;
constexpr std::array kRows = {
    // Member management: the action alone decides.
    Row{"", "probe", kAnyStage, Approved::any, Extra::none, Meaning::probe, EventKind::unknown},
    Row{"", "enable", kAnyStage, Approved::any, Extra::none, kEvent, EventKind::member_enable},
    Row{"", "disable", kAnyStage, Approved::any, Extra::none, kEvent, EventKind::member_disable},
    Row{"", "cancel", kAnyStage, Approved::any, Extra::none, kEvent, EventKind::member_cancel},
    Row{"", "reactivation", kAnyStage, Approved::any, Extra::none, kEvent, EventKind::reactivation},

    // Sales that the extras decide.
    Row{"sale", "auth", kAnyStage, Approved::no, Extra::standin_before, kEvent,
        EventKind::standin_decline},
    Row{"sale", "auth", kInitial, Approved::yes, Extra::cross_sell, kEvent, EventKind::cross_sell},
    Row{"sale", "auth", kInitial | kRebill, Approved::yes, Extra::tokenplus, kEvent,
        EventKind::token_purchase},
    Row{"sale", "auth", kInitial | kRebill, Approved::yes, Extra::upsell, kEvent,
        EventKind::upsell},
    Row{"sale", "auth", kInitial | kRebill, Approved::yes, Extra::octoken, kEvent,
        EventKind::one_click},
    // A one-click sale of a one-time item that is declined says nothing about the membership.
    Row{"sale", "auth", kRebill, Approved::no, Extra::tokenplus, kEvent, EventKind::denial},
    Row{"sale", "auth", kRebill, Approved::no, Extra::upsell, kEvent, EventKind::denial},
    Row{"sale", "auth", kRebill, Approved::no, Extra::octoken, kEvent, EventKind::denial},

    // Sales that the stage decides.
    Row{"sale", "auth", kInitial, Approved::yes, Extra::none, kEvent, EventKind::join},
    Row{"sale", "auth", kInitial, Approved::no, Extra::none, kEvent, EventKind::denial},
    Row{"sale", "auth", kConversion, Approved::yes, Extra::none, kEvent, EventKind::conversion},
    Row{"sale", "auth", kConversion | kRebill, Approved::no, Extra::none, kEvent,
        EventKind::insufficient_funds},
    Row{"sale", "auth", kRebill, Approved::yes, Extra::none, kEvent, EventKind::rebill},
    Row{"sale", "auth", kInstantConversion, Approved::yes, Extra::none, kEvent, EventKind::upgrade},
    Row{"sale", "auth", kInstantConversion, Approved::no, Extra::none, kEvent,
        EventKind::upgrade_denial},
    Row{"sale", "auth", kReactivation, Approved::yes, Extra::none, kEvent, EventKind::reactivation},
    Row{"sale", "auth", kReactivation, Approved::no, Extra::none, kEvent, EventKind::denial},

    // Money that goes back, and comes again. The stage is that of the sale, or always "initial".
    Row{"sale", "void", kAnyStage, Approved::yes, Extra::none, kEvent, EventKind::void_sale},
    Row{"credit", "auth", kAnyStage, Approved::yes, Extra::none, kEvent, EventKind::credit},
    Row{"charge", "auth", kAnyStage, Approved::yes, Extra::none, kEvent, EventKind::chargeback},
    Row{"revoke", "auth", kAnyStage, Approved::yes, Extra::none, kEvent, EventKind::revoke},
    Row{"cbreversal", "", kAnyStage, Approved::yes, Extra::none, kEvent,
        EventKind::chargeback_reversal},
    Row{"rdrreversal", "", kAnyStage, Approved::yes, Extra::none, kEvent, EventKind::rdr_reversal},
};

bool fits(std::string_view text, std::string_view word) {
    return word.empty() || is_word(text, word);
}

const StageWord* stage_of(std::string_view text) {
    for (const StageWord& stage : kStages)
        if (is_word(text, stage.word)) return &stage;
    return nullptr;
}

bool fits(std::string_view text, Approved approved) {
    if (approved == Approved::any) return true;
    return is_word(text, approved == Approved::yes ? "yes" : "no");
}

bool fits(const Postback& postback, const History& history, const StageWord* stage, Extra extra) {
    // A renewal of a purchase that began by one click echoes the extras of that sale. Only when the
    // card token is the purchase itself is it another one-click sale.
    const bool counts = !history.began_by_one_click || stage == nullptr || stage->bit != kRebill ||
                        postback[Fact::octoken] == postback[Fact::purchase_id];
    switch (extra) {
        case Extra::none:
            return true;
        case Extra::standin_before:
            return history.was_standin;
        case Extra::cross_sell:
            return is_set(postback[Fact::cross_sell_slot]);
        case Extra::tokenplus:
            return counts && is_set(postback[Fact::tokenplus]);
        case Extra::upsell:
            return counts && is_set(postback[Fact::upsell]);
        case Extra::octoken:
            return counts && is_set(postback[Fact::octoken]);
    }
    return false;
}

bool fits(const Postback& postback, const History& history, const StageWord* stage,
          const Row& row) {
    const bool is_stage_right =
        row.stages == kAnyStage || (stage != nullptr && (row.stages & stage->bit) != 0);
    return is_stage_right && fits(postback[Fact::action], row.action) &&
           fits(postback[Fact::transaction_type], row.transaction_type) &&
           fits(postback[Fact::approved], row.approved) &&
           fits(postback, history, stage, row.extra);
}

} // namespace

bool is_set(std::string_view extra) { return !extra.empty() && extra != "0"; }

Classification classify(const Postback& postback, const History& history) {
    const StageWord* stage = stage_of(postback[Fact::stage]);
    for (const Row& row : kRows) {
        if (!fits(postback, history, stage, row)) continue;
        Classification result;
        result.meaning = row.meaning;
        result.kind = row.kind;
        result.is_transaction = !row.transaction_type.empty();
        result.transaction_type = row.transaction_type;
        result.action = row.action;
        result.stage = stage ? stage->word : std::string_view();
        return result;
    }
    return {};
}

} // namespace segpay
