// The matrix against a table of its own, written from the documents and not from the code: every
// row, and every combination of words outside of it.
#include "postbacks/matrix.hpp"

#include "fixtures.hpp"

#include <array>
#include <set>

using namespace segpay;

namespace {

struct Words {
    std::string type;
    std::string action;
    std::string stage;
    std::string approved;
};

Postback postback_of(const Words& words) {
    Postback postback;
    postback[Fact::transaction_type] = postback.texts.keep(words.type);
    postback[Fact::action] = postback.texts.keep(words.action);
    postback[Fact::stage] = postback.texts.keep(words.stage);
    postback[Fact::approved] = postback.texts.keep(words.approved);
    postback[Fact::purchase_id] = "26346680";
    postback[Fact::transaction_id] = "1234567890";
    return postback;
}

// "join", "probe", "unknown": the result for the host.
std::string outcome(const Postback& postback, const History& history = {}) {
    const Classification row = classify(postback, history);
    if (row.meaning == Meaning::probe) return "probe";
    if (row.meaning == Meaning::unknown) return "unknown";
    if (row.meaning == Meaning::incomplete) return "incomplete";
    return std::string(kind_name(row.kind));
}

// The extras of a sale.
struct Extras {
    std::string_view name;
    std::string slot, tokenplus, upsell, octoken;
};
const std::array kExtras = {
    Extras{"none", "", "", "", ""},           Extras{"zeros", "0", "0", "0", "0"},
    Extras{"cross_sell", "1", "", "", ""},    Extras{"second cross_sell", "2", "", "", ""},
    Extras{"tokenplus", "", "50", "", "77"},  Extras{"upsell", "", "", "UP-8-301", "77"},
    Extras{"octoken", "", "0", "0", "77"},    Extras{"tokenplus alone", "", "50", "", ""},
    Extras{"upsell alone", "", "", "x", "0"}, Extras{"all", "1", "50", "UP-8-301", "77"},
};

Postback with(Postback postback, const Extras& extras) {
    postback[Fact::cross_sell_slot] = extras.slot;
    postback[Fact::tokenplus] = extras.tokenplus;
    postback[Fact::upsell] = extras.upsell;
    postback[Fact::octoken] = extras.octoken;
    return postback;
}

// The kinds of an approved initial sale and of an approved rebill with these extras.
struct ByExtras {
    std::string_view name;
    std::string_view initial, rebill, declined_rebill;
};
constexpr std::array kByExtras = {
    ByExtras{"none", "join", "rebill", "insufficient_funds"},
    ByExtras{"zeros", "join", "rebill", "insufficient_funds"},
    ByExtras{"cross_sell", "cross_sell", "rebill", "insufficient_funds"},
    ByExtras{"second cross_sell", "cross_sell", "rebill", "insufficient_funds"},
    ByExtras{"tokenplus", "token_purchase", "token_purchase", "denial"},
    ByExtras{"upsell", "upsell", "upsell", "denial"},
    ByExtras{"octoken", "one_click", "one_click", "denial"},
    ByExtras{"tokenplus alone", "token_purchase", "token_purchase", "denial"},
    ByExtras{"upsell alone", "upsell", "upsell", "denial"},
    ByExtras{"all", "cross_sell", "token_purchase", "denial"},
};

// The expected kind when all four words are there or left out on purpose. Words come normalised.
std::string expected_of_all(const Words& words, std::string_view extras, bool was_standin) {
    static const std::map<std::string, std::string> kMember = {{"probe", "probe"},
                                                               {"enable", "member_enable"},
                                                               {"disable", "member_disable"},
                                                               {"cancel", "member_cancel"},
                                                               {"reactivation", "reactivation"}};
    static const std::map<std::string, std::string> kSales = {
        {"initial no", "denial"},
        {"conversion yes", "conversion"},
        {"conversion no", "insufficient_funds"},
        {"instantconversion yes", "upgrade"},
        {"instantconversion no", "upgrade_denial"},
        {"reactivation yes", "reactivation"},
        {"reactivation no", "denial"}};
    static const std::map<std::string, std::string> kMoneyBack = {{"sale void", "void"},
                                                                  {"credit auth", "credit"},
                                                                  {"charge auth", "chargeback"},
                                                                  {"revoke auth", "revoke"}};
    if (const auto member = kMember.find(words.action); member != kMember.end())
        return member->second;
    const auto by_extras = std::find_if(kByExtras.begin(), kByExtras.end(),
                                        [&](const ByExtras& row) { return row.name == extras; });
    if (words.type == "sale" && words.action == "auth") {
        if (words.approved == "no" && was_standin) return "standin_decline";
        if (words.stage == "initial" && words.approved == "yes")
            return std::string(by_extras->initial);
        if (words.stage == "rebill" && words.approved == "yes")
            return std::string(by_extras->rebill);
        if (words.stage == "rebill" && words.approved == "no")
            return std::string(by_extras->declined_rebill);
        const auto sale = kSales.find(words.stage + " " + words.approved);
        return sale == kSales.end() ? "unknown" : sale->second;
    }
    if (words.approved != "yes") return "unknown";
    if (words.type == "cbreversal") return "chargeback_reversal";
    if (words.type == "rdrreversal") return "rdr_reversal";
    const auto back = kMoneyBack.find(words.type + " " + words.action);
    return back == kMoneyBack.end() ? "unknown" : back->second;
}

// The oracle. Words without a row are incomplete when other words in place of the missing ones
// would have a row, and all words present are valid in their places.
std::string expected(const Words& words, std::string_view extras, bool was_standin) {
    const std::string found = expected_of_all(words, extras, was_standin);
    if (found != "unknown") return found;
    const auto tried = [](const std::string& word, const std::vector<std::string>& known) {
        if (word.empty()) return known;
        return std::find(known.begin(), known.end(), word) == known.end()
                   ? std::vector<std::string>()
                   : std::vector{word};
    };
    for (const std::string& type :
         tried(words.type, {"sale", "credit", "charge", "revoke", "cbreversal", "rdrreversal"}))
        for (const std::string& action : tried(words.action, {"auth", "void", "probe", "enable",
                                                              "disable", "cancel", "reactivation"}))
            for (const std::string& stage :
                 tried(words.stage,
                       {"initial", "conversion", "rebill", "instantconversion", "reactivation"}))
                for (const std::string& approved : tried(words.approved, {"yes", "no"}))
                    if (expected_of_all({type, action, stage, approved}, "none", false) !=
                        "unknown")
                        return "incomplete";
    return "unknown";
}

} // namespace

BOOST_AUTO_TEST_SUITE(matrix_tests)

// One line for each row of the documents, in their words.
BOOST_AUTO_TEST_CASE(every_row) {
    struct Row {
        Words words;
        std::string_view kind;
    };
    for (const Row& row : {Row{{"sale", "auth", "initial", "yes"}, "join"},
                           {{"sale", "auth", "initial", "no"}, "denial"},
                           {{"sale", "auth", "conversion", "yes"}, "conversion"},
                           {{"sale", "auth", "conversion", "no"}, "insufficient_funds"},
                           {{"sale", "auth", "rebill", "yes"}, "rebill"},
                           {{"sale", "auth", "rebill", "no"}, "insufficient_funds"},
                           {{"sale", "auth", "InstantConversion", "yes"}, "upgrade"},
                           {{"sale", "auth", "InstantConversion", "no"}, "upgrade_denial"},
                           {{"sale", "auth", "reactivation", "yes"}, "reactivation"},
                           {{"sale", "auth", "reactivation", "no"}, "denial"},
                           {{"sale", "void", "initial", "yes"}, "void"},
                           {{"sale", "void", "rebill", "yes"}, "void"},
                           {{"credit", "auth", "initial", "yes"}, "credit"},
                           {{"credit", "auth", "rebill", "yes"}, "credit"},
                           {{"charge", "auth", "initial", "yes"}, "chargeback"},
                           {{"charge", "auth", "", "yes"}, "chargeback"},
                           {{"revoke", "auth", "initial", "yes"}, "revoke"},
                           {{"CB Reversal", "auth", "initial", "yes"}, "chargeback_reversal"},
                           {{"CBReversal", "void", "", "yes"}, "chargeback_reversal"},
                           {{"RDR Reversal", "auth", "initial", "yes"}, "rdr_reversal"},
                           {{"rdrreversal", "", "", "yes"}, "rdr_reversal"},
                           {{"", "Enable", "", ""}, "member_enable"},
                           {{"", "Disable", "", ""}, "member_disable"},
                           {{"", "Cancel", "", ""}, "member_cancel"},
                           {{"", "Reactivation", "", ""}, "reactivation"},
                           {{"", "Probe", "", ""}, "probe"},
                           // Enable and probe may carry the words of the sale.
                           {{"sale", "Enable", "initial", "yes"}, "member_enable"},
                           {{"sale", "Probe", "initial", "yes"}, "probe"},
                           {{"", "", "", ""}, "incomplete"},
                           {{"sale", "", "initial", "yes"}, "incomplete"},
                           {{"", "auth", "initial", "yes"}, "incomplete"},
                           {{"sale", "auth", "initial", ""}, "incomplete"},
                           {{"sale", "auth", "", "yes"}, "incomplete"},
                           {{"credit", "auth", "", ""}, "incomplete"},
                           {{"gift", "auth", "initial", ""}, "unknown"},
                           {{"gift", "", "", ""}, "unknown"},
                           {{"", "delete", "", ""}, "unknown"},
                           {{"gift", "auth", "", "yes"}, "unknown"},
                           {{"authonly", "auth", "initial", "yes"}, "unknown"}})
        BOOST_TEST_CONTEXT(row.words.type << " " << row.words.action << " " << row.words.stage
                                          << " " << row.words.approved)
    BOOST_TEST(outcome(postback_of(row.words)) == row.kind);
}

BOOST_AUTO_TEST_CASE(extras_are_looked_at_before_the_stage) {
    for (const ByExtras& row : kByExtras) {
        const auto extras = std::find_if(kExtras.begin(), kExtras.end(),
                                         [&](const Extras& each) { return each.name == row.name; });
        BOOST_REQUIRE(extras != kExtras.end());
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_TEST(outcome(with(postback_of({"sale", "auth", "initial", "yes"}), *extras)) ==
                       row.initial);
            BOOST_TEST(outcome(with(postback_of({"sale", "auth", "rebill", "yes"}), *extras)) ==
                       row.rebill);
            BOOST_TEST(outcome(with(postback_of({"sale", "auth", "rebill", "no"}), *extras)) ==
                       row.declined_rebill);
            // A declined sign-up is a denial, with any extras.
            BOOST_TEST(outcome(with(postback_of({"sale", "auth", "initial", "no"}), *extras)) ==
                       "denial");
        }
    }
}

BOOST_AUTO_TEST_CASE(no_event_outside_the_matrix) {
    const std::vector<std::string> types = {"",       "sale",       "credit",      "charge",
                                            "revoke", "cbreversal", "rdrreversal", "void",
                                            "auth",   "sales",      "chargeback"};
    const std::vector<std::string> actions = {"",       "auth",         "void",     "probe",
                                              "enable", "disable",      "cancel",   "reactivation",
                                              "sale",   "cancellation", "authorize"};
    const std::vector<std::string> stages = {
        "",      "initial", "conversion", "rebill", "instantconversion", "reactivation",
        "trial", "any",     "0"};
    const std::vector<std::string> answers = {"", "yes", "no", "y", "true", "1", "approved"};

    std::set<std::string> seen;
    for (const std::string& type : types)
        for (const std::string& action : actions)
            for (const std::string& stage : stages)
                for (const std::string& approved : answers)
                    for (const Extras& extras : kExtras)
                        for (bool was_standin : {false, true}) {
                            const Words words{type, action, stage, approved};
                            const std::string found =
                                outcome(with(postback_of(words), extras), {was_standin, false});
                            seen.insert(found);
                            if (found == expected(words, extras.name, was_standin)) continue;
                            BOOST_ERROR("\"" + type + "\" \"" + action + "\" \"" + stage + "\" \"" +
                                        approved + "\" with " + std::string(extras.name) + " is " +
                                        found + ", not " +
                                        expected(words, extras.name, was_standin));
                        }
    // The walk met every kind: all 22 of them, the question, the unknown, and the incomplete.
    BOOST_TEST(seen.size() == 25u);
}

BOOST_AUTO_TEST_CASE(case_and_separators_do_not_count) {
    for (const Words& words : {Words{"SALE", "AUTH", "INSTANT_CONVERSION", "YES"},
                               {"Sale", "Auth", "Instant Conversion", "Yes"},
                               {"s-a-l-e", "a_uth", "instant-conversion", " yes "}})
        BOOST_TEST(outcome(postback_of(words)) == "upgrade");
    for (std::string_view type : {"CB Reversal", "cb_reversal", "CBREVERSAL", "Cb-Reversal"})
        BOOST_TEST(outcome(postback_of({std::string(type), "Auth", "", "Yes"})) ==
                   "chargeback_reversal");
}

BOOST_AUTO_TEST_CASE(a_renewal_of_what_one_click_opened_is_a_renewal) {
    // It echoes the extras of the sale that opened it.
    for (const Extras& extras : {kExtras[4], kExtras[5], kExtras[6]}) {
        BOOST_TEST_CONTEXT(extras.name) {
            const Postback paid = with(postback_of({"sale", "auth", "rebill", "yes"}), extras);
            const Postback declined = with(postback_of({"sale", "auth", "rebill", "no"}), extras);
            BOOST_TEST(outcome(paid, {false, true}) == "rebill");
            BOOST_TEST(outcome(declined, {false, true}) == "insufficient_funds");
            // With itself as the card's purchase it is another one-click sale of a one-time item.
            Postback again = with(postback_of({"sale", "auth", "rebill", "yes"}), extras);
            again[Fact::octoken] = again[Fact::purchase_id];
            BOOST_TEST(outcome(again, {false, true}) == outcome(again, {false, false}));
            BOOST_TEST(outcome(again, {false, true}) != "rebill");
        }
    }
    // An initial sale on it is judged by its extras.
    BOOST_TEST(outcome(with(postback_of({"sale", "auth", "initial", "yes"}), kExtras[4]),
                       {false, true}) == "token_purchase");
}

BOOST_AUTO_TEST_CASE(a_standin_that_failed_is_a_decline_of_that_sale_at_any_stage) {
    for (std::string_view stage : {"initial", "conversion", "rebill", "instantconversion", ""}) {
        const Words declined{"sale", "auth", std::string(stage), "no"};
        BOOST_TEST(outcome(postback_of(declined), {true, false}) == "standin_decline");
    }
    BOOST_TEST(outcome(postback_of({"sale", "auth", "initial", "yes"}), {true, false}) == "join");
}

BOOST_AUTO_TEST_CASE(a_row_tells_the_words_of_the_identity) {
    Classification row =
        classify(postback_of({"CB Reversal", "Auth", "Instant Conversion", "Yes"}), {});
    BOOST_TEST(row.is_transaction);
    BOOST_TEST(row.transaction_type == "cbreversal");
    BOOST_TEST(row.stage == ""); // whatever the postback says
    row = classify(postback_of({"sale", "Auth", "Instant Conversion", "Yes"}), {});
    BOOST_TEST(row.stage == "instantconversion");
    BOOST_TEST((row.approved == true));
    row = classify(postback_of({"sale", "Void", "odd stage", "Yes"}), {});
    BOOST_TEST(row.action == "void");
    BOOST_TEST(row.stage == "");
    row = classify(postback_of({"sale", "Enable", "initial", "yes"}), {});
    BOOST_TEST(!row.is_transaction);
    BOOST_TEST(row.action == "enable");
}

// values/said.hpp defines which values mean something.
BOOST_AUTO_TEST_CASE(an_extra_is_set_when_it_says_something) {
    for (std::string_view extra : {"", "0", "00", " ", "  0 ", "\t", "\xC2\xA0"}) {
        const std::string nothing(extra);
        for (std::string_view stage : {"initial", "rebill"})
            BOOST_TEST(outcome(with(postback_of({"sale", "auth", std::string(stage), "yes"}),
                                    {"nothing", nothing, nothing, nothing, nothing})) ==
                       (stage == "initial" ? "join" : "rebill"));
    }
    for (std::string_view extra : {"1", "no", " 1 ", "01"})
        BOOST_TEST(outcome(with(postback_of({"sale", "auth", "initial", "yes"}),
                                {"something", "", std::string(extra), "", ""})) ==
                   "token_purchase");
}

BOOST_AUTO_TEST_SUITE_END()
