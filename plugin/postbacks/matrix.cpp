// The rows; the first one that fits decides.
#include "postbacks/matrix.hpp"

#include "values/folded.hpp"
#include "values/said.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace segpay {

namespace {

// The words of the four parameters that decide, in alphabetical order. Each stage has a bit of its
// own.
enum class Word : std::uint8_t {
    none, // not said, or an unknown word
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

static_assert(std::all_of(kWords.begin(), kWords.end(),
                          [](std::string_view word) { return word.size() <= kMaxWordOfKey; }));

constexpr std::string_view text_of(Word word) { return kWords[static_cast<std::size_t>(word)]; }

// All of a short word, the beginning of a long one; case does not matter.
constexpr std::size_t kFewLetters = 8;
constexpr std::uint64_t print_of(std::string_view text) {
    return text.size() < kFewLetters ? folded_few(text) : folded_eight(text.data());
}

// A slot for every word, found without collision.
class WordTable {
public:
    constexpr WordTable() {
        while (!try_to_fill())
            mixer_ += 2;
    }

    // Finds a word that is spelled so; case does not matter.
    constexpr Word find(std::string_view text) const {
        const std::uint64_t print = print_of(text);
        const Slot& slot = slots_[slot_of(print)];
        if (slot.print != print || slot.size != text.size()) return Word::none;
        const bool is_all = text.size() <= kFewLetters;
        return is_all || spells(text, text_of(slot.word)) ? slot.word : Word::none;
    }

private:
    struct Slot {
        std::uint64_t print = 0;
        std::size_t size = 0;
        Word word = Word::none;
    };
    static constexpr unsigned kSlotBits = 6;

    constexpr std::size_t slot_of(std::uint64_t print) const {
        return (print * mixer_) >> (64 - kSlotBits);
    }
    constexpr bool try_to_fill() {
        slots_ = {};
        for (std::size_t i = 1; i < kWords.size(); ++i) {
            Slot& slot = slots_[slot_of(print_of(kWords[i]))];
            if (slot.word != Word::none) return false;
            slot = {print_of(kWords[i]), kWords[i].size(), static_cast<Word>(i)};
        }
        return true;
    }

    std::uint64_t mixer_ = 0x9E3779B97F4A7C15u; // 2^64 divided by the golden ratio
    std::array<Slot, std::size_t{1} << kSlotBits> slots_{};
};
constexpr WordTable kWordTable;

// For words with separators; none for unknown words.
Word unusual_word_of(std::string_view text) {
    for (std::size_t i = 1; i < kWords.size(); ++i)
        if (is_word(text, kWords[i])) return static_cast<Word>(i);
    return Word::none;
}

Word word_of(std::string_view text) {
    if (text.empty()) return Word::none;
    const Word exact = kWordTable.find(text);
    return exact != Word::none ? exact : unusual_word_of(text);
}

bool has_broken_word(const Postback& postback) {
    return postback.is_word_of_lines ||
           std::ranges::any_of(
               std::array{Fact::transaction_type, Fact::action, Fact::stage, Fact::approved},
               [&](Fact fact) { return is_broken_word(postback[fact]); });
}

constexpr std::uint32_t bit(Word word) { return 1u << static_cast<unsigned>(word); }
constexpr std::uint32_t kInitial = bit(Word::initial);
constexpr std::uint32_t kConversion = bit(Word::conversion);
constexpr std::uint32_t kRebill = bit(Word::rebill);
constexpr std::uint32_t kInstantConversion = bit(Word::instantconversion);
constexpr std::uint32_t kReactivation = bit(Word::reactivation);
constexpr std::uint32_t kAnyStage = 0xFFFFFFFFu;

constexpr Word kAny = Word::none; // in a row: the row accepts any word

// Checked before the stage: a one-click purchase of a one-time item reuses the original purchase
// and arrives as a rebill, a recurring one arrives as an initial sale.
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

// A bit for every row.
using Rows = std::uint32_t;
static_assert(kRows.size() <= 32);

// The rows that each word fits.
template <class Fits>
constexpr auto rows_by_word(Fits fits) {
    std::array<Rows, kWords.size()> rows{};
    for (std::size_t word = 0; word < kWords.size(); ++word)
        for (std::size_t i = 0; i < kRows.size(); ++i)
            rows[word] |= Rows{fits(kRows[i], static_cast<Word>(word))} << i;
    return rows;
}
constexpr bool fits(Word asked, Word said) { return asked == kAny || asked == said; }
constexpr auto kRowsOfType =
    rows_by_word([](const Row& row, Word word) { return fits(row.transaction_type, word); });
constexpr auto kRowsOfAction =
    rows_by_word([](const Row& row, Word word) { return fits(row.action, word); });
constexpr auto kRowsOfStage =
    rows_by_word([](const Row& row, Word word) { return (row.stages & bit(word)) != 0; });
constexpr auto kRowsOfApproved =
    rows_by_word([](const Row& row, Word word) { return fits(row.approved, word); });

consteval Rows rows_of(Extra extra) {
    Rows rows = 0;
    for (std::size_t i = 0; i < kRows.size(); ++i)
        rows |= Rows{kRows[i].extra == extra} << i;
    return rows;
}

// The words of a postback.
struct Words {
    Word transaction_type = Word::none;
    Word action = Word::none;
    Word stage = Word::none;
    Word approved = Word::none;
};

Rows rows_of_words(const Words& words) {
    return kRowsOfType[static_cast<std::size_t>(words.transaction_type)] &
           kRowsOfAction[static_cast<std::size_t>(words.action)] &
           kRowsOfStage[static_cast<std::size_t>(words.stage)] &
           kRowsOfApproved[static_cast<std::size_t>(words.approved)];
}

// Whether other words in place of those that are missing would fit a row: then the template lost
// them. A word that no row asks for is new, not lost; a word that holds other fields counts as
// missing.
bool is_incomplete(const Postback& postback, const Words& words) {
    if (has_broken_word(postback)) return true;
    Rows rows = rows_of(Extra::none);
    const auto keep = [&](Fact fact, const auto& rows_by, Word word) {
        if (postback[fact].empty()) return;
        const Rows rows_of_word = rows_by[static_cast<std::size_t>(word)];
        const bool is_asked_for = (rows_of_word & ~rows_by[static_cast<std::size_t>(kAny)]) != 0;
        rows &= is_asked_for ? rows_of_word : Rows{0};
    };
    keep(Fact::transaction_type, kRowsOfType, words.transaction_type);
    keep(Fact::action, kRowsOfAction, words.action);
    keep(Fact::stage, kRowsOfStage, words.stage);
    keep(Fact::approved, kRowsOfApproved, words.approved);
    return rows != 0;
}

Rows rows_of_extras(const Postback& postback, const History& history, Word stage) {
    const auto is_set = [&](Fact fact) { return !said(postback[fact]).empty(); };
    Rows rows = rows_of(Extra::none);
    if (history.was_standin) rows |= rows_of(Extra::standin_before);
    if (is_set(Fact::cross_sell_slot)) rows |= rows_of(Extra::cross_sell);
    // A renewal of a purchase that began by one click echoes the extras of that sale. Only when the
    // card token is the purchase itself is it another one-click sale.
    if (history.began_by_one_click && stage == Word::rebill &&
        said(postback[Fact::octoken]) != postback[Fact::purchase_id])
        return rows;
    if (is_set(Fact::tokenplus)) rows |= rows_of(Extra::tokenplus);
    if (is_set(Fact::upsell)) rows |= rows_of(Extra::upsell);
    if (is_set(Fact::octoken)) rows |= rows_of(Extra::octoken);
    return rows;
}

Classification classification_of(const Row& row, const Words& words) {
    // Money that goes back is one fact, whatever stage a template gives it.
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

const Row* first_row(const Postback& postback, const History& history, const Words& words) {
    const Rows rows = rows_of_words(words) & rows_of_extras(postback, history, words.stage);
    return rows == 0 ? nullptr : &kRows[static_cast<unsigned>(std::countr_zero(rows))];
}

Words words_of(const Postback& postback) {
    return {word_of(postback[Fact::transaction_type]), word_of(postback[Fact::action]),
            word_of(postback[Fact::stage]), word_of(postback[Fact::approved])};
}

} // namespace

Classification classify(const Postback& postback, const History& history) {
    const Words words = words_of(postback);
    if (const Row* row = first_row(postback, history, words)) return classification_of(*row, words);
    Classification none;
    if (is_incomplete(postback, words)) none.meaning = Meaning::incomplete;
    return none;
}

bool is_broken_word(std::string_view text) {
    return text.find_first_of("&=;") != std::string_view::npos;
}

EventKind kind_as_sign_up(const Postback& postback) {
    Words words = words_of(postback);
    words.stage = Word::initial;
    const Row* row = first_row(postback, {}, words);
    return row ? row->kind : EventKind::unknown;
}

} // namespace segpay
