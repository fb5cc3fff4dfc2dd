// The rows, and the walk over them: the first row that fits decides.
#include "postbacks/matrix.hpp"

#include "values/folded.hpp"
#include "values/word.hpp"

#include <array>
#include <cstdint>

namespace segpay {

namespace {

// The words of the four parameters that decide, in alphabetical order. Of the stages there is a bit
// each.
enum class Word : std::uint8_t {
    none, // not said, or no word of ours
    auth,
    cancel,
    cbreversal,
    charge,
    conversion,
    credit,
    disable,
    enable,
    initial,
    instantconversion,
    no,
    probe,
    rdrreversal,
    reactivation,
    rebill,
    revoke,
    sale,
    void_,
    yes,
};

constexpr std::array<std::string_view, 20> kWords = {"",
                                                     "auth",
                                                     "cancel",
                                                     "cbreversal",
                                                     "charge",
                                                     "conversion",
                                                     "credit",
                                                     "disable",
                                                     "enable",
                                                     "initial",
                                                     "instantconversion",
                                                     "no",
                                                     "probe",
                                                     "rdrreversal",
                                                     "reactivation",
                                                     "rebill",
                                                     "revoke",
                                                     "sale",
                                                     "void",
                                                     "yes"};

std::string_view text_of(Word word) { return kWords[static_cast<std::size_t>(word)]; }

// By letter: the first word that begins with it or with a later one.
constexpr auto kFirstOf = [] {
    std::array<std::uint8_t, 27> first{};
    for (std::size_t letter = 0; letter < first.size(); ++letter) {
        std::size_t word = 1;
        while (word < kWords.size() && kWords[word].front() < static_cast<char>('a' + letter))
            ++word;
        first[letter] = static_cast<std::uint8_t>(word);
    }
    return first;
}();

// Of the words of less than eight letters, all that there is to compare.
constexpr std::size_t kFewLetters = 8;
constexpr auto kFolded = [] {
    std::array<std::uint64_t, kWords.size()> folded{};
    for (std::size_t i = 0; i < kWords.size(); ++i)
        if (kWords[i].size() < kFewLetters) folded[i] = folded_few(kWords[i]);
    return folded;
}();

template <class Fits>
Word first_word(char first, Fits fits) {
    const auto letter = static_cast<unsigned char>((first | 0x20) - 'a');
    if (letter >= 26) return Word::none;
    for (std::size_t i = kFirstOf[letter]; i < kFirstOf[letter + 1u]; ++i)
        if (fits(i)) return static_cast<Word>(i);
    return Word::none;
}

// Of words with separators, and of those that are none.
Word unusual_word_of(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" -_");
    if (begin == std::string_view::npos) return Word::none;
    text.remove_prefix(begin);
    return first_word(text.front(), [&](std::size_t i) { return is_word(text, kWords[i]); });
}

Word word_of(std::string_view text) {
    if (text.empty()) return Word::none;
    const bool is_short = text.size() < kFewLetters;
    const std::uint64_t folded = is_short ? folded_few(text) : 0;
    const Word exact = first_word(text.front(), [&](std::size_t i) {
        return kWords[i].size() == text.size() &&
               (is_short ? kFolded[i] == folded : spells(text, kWords[i]));
    });
    return exact != Word::none ? exact : unusual_word_of(text);
}

constexpr std::uint32_t bit(Word word) { return 1u << static_cast<unsigned>(word); }
constexpr std::uint32_t kInitial = bit(Word::initial);
constexpr std::uint32_t kConversion = bit(Word::conversion);
constexpr std::uint32_t kRebill = bit(Word::rebill);
constexpr std::uint32_t kInstantConversion = bit(Word::instantconversion);
constexpr std::uint32_t kReactivation = bit(Word::reactivation);
constexpr std::uint32_t kAnyStage = 0xFFFFFFFFu;

constexpr Word kAny = Word::none; // in a row: the row does not ask

// What is looked at before the stage: a one-click purchase of a one-time item reuses the original
// purchase and arrives as a rebill, a recurring one arrives as an initial sale.
enum class Extra : std::uint8_t { none, standin_before, cross_sell, tokenplus, upsell, octoken };

struct Row {
    Word transaction_type;
    Word action;
    std::uint32_t stages;
    Word approved;
    Extra extra;
    Meaning meaning;
    EventKind kind;
};

constexpr auto kEvent = Meaning::event;
constexpr std::array kRows = {
    // Member management: the action alone decides.
    Row{kAny, Word::probe, kAnyStage, kAny, Extra::none, Meaning::probe, EventKind::unknown},
    Row{kAny, Word::enable, kAnyStage, kAny, Extra::none, kEvent, EventKind::member_enable},
    Row{kAny, Word::disable, kAnyStage, kAny, Extra::none, kEvent, EventKind::member_disable},
    Row{kAny, Word::cancel, kAnyStage, kAny, Extra::none, kEvent, EventKind::member_cancel},
    Row{kAny, Word::reactivation, kAnyStage, kAny, Extra::none, kEvent, EventKind::reactivation},

    // Sales that the extras decide.
    Row{Word::sale, Word::auth, kAnyStage, Word::no, Extra::standin_before, kEvent,
        EventKind::standin_decline},
    Row{Word::sale, Word::auth, kInitial, Word::yes, Extra::cross_sell, kEvent,
        EventKind::cross_sell},
    Row{Word::sale, Word::auth, kInitial | kRebill, Word::yes, Extra::tokenplus, kEvent,
        EventKind::token_purchase},
    Row{Word::sale, Word::auth, kInitial | kRebill, Word::yes, Extra::upsell, kEvent,
        EventKind::upsell},
    Row{Word::sale, Word::auth, kInitial | kRebill, Word::yes, Extra::octoken, kEvent,
        EventKind::one_click},
    // A one-click sale of a one-time item that is declined says nothing about the membership.
    Row{Word::sale, Word::auth, kRebill, Word::no, Extra::tokenplus, kEvent, EventKind::denial},
    Row{Word::sale, Word::auth, kRebill, Word::no, Extra::upsell, kEvent, EventKind::denial},
    Row{Word::sale, Word::auth, kRebill, Word::no, Extra::octoken, kEvent, EventKind::denial},

    // Sales that the stage decides.
    Row{Word::sale, Word::auth, kInitial, Word::yes, Extra::none, kEvent, EventKind::join},
    Row{Word::sale, Word::auth, kInitial, Word::no, Extra::none, kEvent, EventKind::denial},
    Row{Word::sale, Word::auth, kConversion, Word::yes, Extra::none, kEvent, EventKind::conversion},
    Row{Word::sale, Word::auth, kConversion | kRebill, Word::no, Extra::none, kEvent,
        EventKind::insufficient_funds},
    Row{Word::sale, Word::auth, kRebill, Word::yes, Extra::none, kEvent, EventKind::rebill},
    Row{Word::sale, Word::auth, kInstantConversion, Word::yes, Extra::none, kEvent,
        EventKind::upgrade},
    Row{Word::sale, Word::auth, kInstantConversion, Word::no, Extra::none, kEvent,
        EventKind::upgrade_denial},
    Row{Word::sale, Word::auth, kReactivation, Word::yes, Extra::none, kEvent,
        EventKind::reactivation},
    Row{Word::sale, Word::auth, kReactivation, Word::no, Extra::none, kEvent, EventKind::denial},

    // Money that goes back, and comes again. The stage is that of the sale, or always "initial".
    Row{Word::sale, Word::void_, kAnyStage, Word::yes, Extra::none, kEvent, EventKind::void_sale},
    Row{Word::credit, Word::auth, kAnyStage, Word::yes, Extra::none, kEvent, EventKind::credit},
    Row{Word::charge, Word::auth, kAnyStage, Word::yes, Extra::none, kEvent, EventKind::chargeback},
    Row{Word::revoke, Word::auth, kAnyStage, Word::yes, Extra::none, kEvent, EventKind::revoke},
    Row{Word::cbreversal, kAny, kAnyStage, Word::yes, Extra::none, kEvent,
        EventKind::chargeback_reversal},
    Row{Word::rdrreversal, kAny, kAnyStage, Word::yes, Extra::none, kEvent,
        EventKind::rdr_reversal},
};

// The words of a postback.
struct Words {
    Word transaction_type = Word::none;
    Word action = Word::none;
    Word stage = Word::none;
    Word approved = Word::none;
};

bool is_there(Extra extra, const Postback& postback, const History& history, Word stage) {
    // A renewal of a purchase that began by one click echoes the extras of that sale. Only when the
    // card token is the purchase itself is it another one-click sale.
    const bool counts = !history.began_by_one_click || stage != Word::rebill ||
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

// The three words that a row asks for as one number, and which of them it asks for.
constexpr std::uint32_t packed(Word type, Word action, Word approved) {
    return static_cast<std::uint32_t>(type) | static_cast<std::uint32_t>(action) << 8 |
           static_cast<std::uint32_t>(approved) << 16;
}
constexpr std::uint32_t asked(Word word) { return word == kAny ? 0 : 0xFF; }

struct PackedRow {
    std::uint32_t mask = 0;
    std::uint32_t value = 0;
    std::uint32_t stages = 0;
};
constexpr auto kPackedRows = [] {
    std::array<PackedRow, kRows.size()> rows{};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = kRows[i];
        rows[i] = {asked(row.transaction_type) | asked(row.action) << 8 | asked(row.approved) << 16,
                   packed(row.transaction_type, row.action, row.approved), row.stages};
    }
    return rows;
}();

// By transaction type and action: the first row that they fit.
constexpr auto kFirstRowOf = [] {
    std::array<std::array<std::uint8_t, kWords.size()>, kWords.size()> first{};
    for (std::size_t type = 0; type < kWords.size(); ++type)
        for (std::size_t action = 0; action < kWords.size(); ++action) {
            std::size_t i = 0;
            const auto fits = [](Word asked_for, std::size_t said) {
                return asked_for == kAny || static_cast<std::size_t>(asked_for) == said;
            };
            while (i < kRows.size() &&
                   !(fits(kRows[i].transaction_type, type) && fits(kRows[i].action, action)))
                ++i;
            first[type][action] = static_cast<std::uint8_t>(i);
        }
    return first;
}();

Classification classification_of(const Row& row, const Words& words) {
    // Money that goes back is one fact whatever stage a template says it is of.
    const bool is_of_stage = row.stages != kAnyStage || row.extra == Extra::standin_before;
    return {.meaning = row.meaning,
            .kind = row.kind,
            .is_transaction = row.transaction_type != kAny,
            .transaction_type = text_of(row.transaction_type),
            .action = text_of(words.action),
            .stage = is_of_stage ? text_of(words.stage) : std::string_view(),
            .approved = words.approved == Word::none ? std::nullopt
                                                     : std::optional(words.approved == Word::yes)};
}

} // namespace

bool is_set(std::string_view extra) { return !extra.empty() && extra != "0"; }

Classification classify(const Postback& postback, const History& history) {
    const Words words{word_of(postback[Fact::transaction_type]), word_of(postback[Fact::action]),
                      word_of(postback[Fact::stage]), word_of(postback[Fact::approved])};
    const std::uint32_t said = packed(words.transaction_type, words.action, words.approved);
    const std::uint32_t stage = bit(words.stage);
    const std::size_t first = kFirstRowOf[static_cast<std::size_t>(words.transaction_type)]
                                         [static_cast<std::size_t>(words.action)];
    for (std::size_t i = first; i < kRows.size(); ++i) {
        const PackedRow& asked_for = kPackedRows[i];
        if ((said & asked_for.mask) != asked_for.value || (stage & asked_for.stages) == 0) continue;
        const Row& row = kRows[i];
        if (row.extra == Extra::none || is_there(row.extra, postback, history, words.stage))
            return classification_of(row, words);
    }
    return {};
}

} // namespace segpay
