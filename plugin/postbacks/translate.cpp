// The steps of a translation: each fills its part of the event or returns an objection.
#include "postbacks/translate.hpp"

#include "postbacks/amount.hpp"
#include "postbacks/extras.hpp"
#include "postbacks/identify.hpp"
#include "postbacks/link_integrity.hpp"
#include "postbacks/matrix.hpp"
#include "postbacks/meaning.hpp"
#include "postbacks/price.hpp"
#include "postbacks/product.hpp"
#include "postbacks/reasons.hpp"
#include "postbacks/terms.hpp"
#include "values/comparison.hpp"
#include "values/country.hpp"
#include "values/digits.hpp"
#include "values/said.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

std::string_view first_of(std::string_view said, std::string_view known_text) {
    return said.empty() ? known_text : said;
}

std::string_view full_name(const Postback& postback, TextStore& texts) {
    const std::string_view first = postback[Fact::first_name];
    const std::string_view last = postback[Fact::last_name];
    if (first.empty() || last.empty()) return first.empty() ? last : first;
    return texts.keep(std::string(first) + " " + std::string(last));
}

// Values that the host made are passed on as they came, blanks and all, if they say anything.
std::string_view untouched(std::string_view value) {
    return said(value).empty() ? std::string_view() : value;
}

// "UK" is GB, and "ZZ" is no country; a name in place of the two letters is passed on as it came.
void read_country(EventDraft& event, const Postback& postback, TextStore& texts) {
    const std::string_view sent = postback[Fact::country];
    event.country = sent.size() == 2 ? country_code(sent) : sent;
    if (equal_ignoring_case(event.country, sent)) return;
    const std::string what =
        event.country.empty() ? "none of ISO 3166" : std::string(event.country);
    event.warnings.push_back(texts.keep("country \"" + std::string(sent) + "\" is " + what));
}

void copy_texts(EventDraft& event, const Postback& postback, TextStore& texts) {
    event.purchase_id = postback[Fact::purchase_id];
    event.transaction_id = postback[Fact::transaction_id];
    event.related_transaction_id = postback[Fact::related_transaction_id];
    event.member_id = said(postback[Fact::member_id]);
    event.session = said(postback[Fact::session]);
    event.affiliate = said(postback[Fact::affiliate]);
    event.username = postback[Fact::username];
    event.password = postback[Fact::password];
    event.email = postback[Fact::email];
    event.name = postback[Fact::name];
    if (event.name.empty()) event.name = full_name(postback, texts);
    event.upsell = untouched(postback[Fact::upsell]);
    event.tokenplus = untouched(postback[Fact::tokenplus]);
    event.octoken = said(postback[Fact::octoken]);
    event.trans_guid = postback[Fact::trans_guid];
    event.card_type = postback[Fact::card_type];
    event.payment_type = postback[Fact::payment_type];
    event.warnings.assign(postback.warnings.begin(), postback.warnings.end());
    read_country(event, postback, texts);
    event.extras.assign(postback.extras.begin(), postback.extras.end());
}

// The kinds that imply the stage; a decline or a refund can be of any stage.
bool implies_stage(EventKind kind) {
    return kind == EventKind::join || kind == EventKind::cross_sell || is_renewal(kind) ||
           kind == EventKind::upgrade_denial;
}

void add_remaining_facts(EventDraft& event, const Postback& postback, const Classification& row) {
    for (Fact fact :
         {Fact::first_name, Fact::last_name, Fact::initial_value, Fact::xref1, Fact::xref2})
        add_extra(event, postback, fact);
    if (!row.is_transaction)
        for (Fact fact : {Fact::transaction_type, Fact::approved, Fact::price, Fact::currency})
            add_extra(event, postback, fact);
    else if (postback[Fact::price].empty())
        add_extra(event, postback, Fact::currency);
    if (!row.is_transaction || !implies_stage(event.kind)) add_extra(event, postback, Fact::stage);
    if (event.approved != false) add_extra(event, postback, Fact::response_code);
    if (event.kind == EventKind::member_cancel || event.approved == false)
        for (Fact fact : {Fact::refund_reason, Fact::refund_comment})
            add_extra(event, postback, fact);
    if (event.kind == EventKind::member_cancel)
        add_extra(event, postback, Fact::refunded_by);
    else
        for (Fact fact : {Fact::cancel_reason, Fact::cancel_comment, Fact::cancelled_by})
            add_extra(event, postback, fact);
    if (!postback[Fact::transaction_time].empty())
        add_extra(event, postback, Fact::reactivation_time);
    if (const std::string_view standin = said(postback[Fact::standin]);
        !standin.empty() && standin != "1")
        add_extra(event, postback, Fact::standin);
}

// A rebill has no eTicket and a disable has no member: the ledger has them. The sale that opened a
// purchase says whose it is; a later event without a seal (an instant conversion by a link that the
// customer edited) cannot change that.
void fill_from_ledger(EventDraft& event, const Postback& postback, const Config& config,
                      const Known& known) {
    const bool is_from_link = comes_from_link(event, known.is_opened());
    const bool is_sealed = is_from_link && !seal_of(postback, config).empty();
    const bool is_settled = (known.is_opened() || known.is_of_sale) && !is_from_link;
    if (event.username.empty()) event.username = known.username;
    if (is_settled) event.partner = known.partner;
    if (!event.partner.empty()) return; // the member ids of a partner are not known here
    const bool is_gap_filled = config.seal.mode == Seal::Mode::off;
    const auto recall = [&](std::string_view& said, std::string_view known_text) {
        // What a sealed link leaves out is sealed, too; but a sale that is charged to a known
        // purchase belongs to its member.
        if (is_sealed && !event.is_later_sale) return;
        if (!is_settled || (is_gap_filled && known_text.empty())) {
            if (said.empty()) said = known_text;
            return;
        }
        if (!said.empty() && said != known_text) event.warnings.emplace_back("not_as_at_sign_up");
        said = known_text;
    };
    recall(event.member_id, known.member_id);
    recall(event.session, known.session);
    recall(event.affiliate, known.affiliate);
}

// Where every sale must have a seal, only a sealed postback says whose a purchase is. If the sale
// was never seen (it is older than the ledger, or was refused), the echoes travel as extras, and
// the host looks the purchase up in its own books.
void distrust_echoes(EventDraft& event, const Postback& postback) {
    struct Echo {
        Fact fact;
        std::string_view EventDraft::*member;
    };
    constexpr std::array kEchoes = {Echo{Fact::member_id, &EventDraft::member_id},
                                    Echo{Fact::session, &EventDraft::session},
                                    Echo{Fact::affiliate, &EventDraft::affiliate}};
    bool is_said = false;
    for (const auto& [fact, member] : kEchoes) {
        if ((event.*member).empty()) continue;
        event.*member = {};
        add_extra(event, postback, fact);
        is_said = true;
    }
    if (is_said) event.warnings.emplace_back("sale_not_known");
}

void read_flags(EventDraft& event, const Postback& postback, const Classification& row) {
    if (row.is_transaction) event.approved = row.approved;
    event.standin = postback[Fact::standin] == "1";
    event.test = is_set(postback[Fact::test_transaction]);
}

void read_reason(EventDraft& event, const Postback& postback) {
    if (event.approved == false) {
        event.reason_code = postback[Fact::response_code];
        if (const Reason* reason = find_reason(event.reason_code)) {
            event.reason_text = reason->text;
            event.reason_family = reason->family;
        }
        event.by = postback[Fact::refunded_by];
        return;
    }
    const bool is_cancel = event.kind == EventKind::member_cancel;
    event.reason_code = postback[is_cancel ? Fact::cancel_reason : Fact::refund_reason];
    event.reason_text = postback[is_cancel ? Fact::cancel_comment : Fact::refund_comment];
    event.by = postback[is_cancel ? Fact::cancelled_by : Fact::refunded_by];
}

void read_time(EventDraft& event, const Postback& postback, TextStore& texts) {
    const std::string_view text =
        first_of(postback[Fact::transaction_time], postback[Fact::reactivation_time]);
    if (text.empty()) return;
    if (Result<TimeMs> time = parse_timestamp(text))
        event.occurred_at_ms = *time;
    else
        event.warnings.push_back(texts.keep(time.error()));
}

// The slot in xsellnum and its ref code. Later events only echo the slot.
Objection read_cross_sell(EventDraft& event, const Postback& postback) {
    const std::string_view slot = said(postback[Fact::cross_sell_slot]);
    if (slot.empty()) return {};
    if (slot.size() != 1 || slot[0] < '1' || slot[0] > '9') {
        if (is_sale(event.kind))
            return "xsellnum \"" + std::string(shortened(slot, 20)) + "\" is not a digit";
        add_extra(event, postback, Fact::cross_sell_slot);
        return {};
    }
    event.cross_sell_slot = static_cast<std::uint32_t>(slot[0] - '0');
    if (event.cross_sell_slot == 1) event.cross_sell_ref = said(postback[Fact::xref1]);
    if (event.cross_sell_slot == 2) event.cross_sell_ref = said(postback[Fact::xref2]);
    return {};
}

Objection check_id(std::string_view name, std::string_view id, bool is_required) {
    if (id.empty() && is_required) return std::string(name) + " is missing";
    if (id.empty() || is_id(id)) return {};
    return std::string(name) + " \"" + std::string(shortened(id, kMaxIdCharacters)) +
           "\" is not an id: at most 40 letters, digits and '-'";
}

// What a contradiction affects: the kind itself, a fact of the event, or an event that changes
// nothing.
enum class Dispute { none, of_kind, of_facts, of_nothing };

Dispute dispute_in(const Postback& postback, const Classification& row) {
    if (postback.disputed.empty()) return Dispute::none;
    const bool is_of_kind = std::ranges::any_of(postback.disputed, [](Fact fact) {
        return is_deciding_word(fact) || fact == Fact::standin;
    });
    if (is_of_kind || row.meaning != Meaning::event) return Dispute::of_kind;
    return changes_nothing(row.kind, row.approved) ? Dispute::of_nothing : Dispute::of_facts;
}

constexpr std::string_view kRepairAndSay =
    "; repair the template in the Merchant Portal (nats-segpay portal prints it), look up at "
    "Segpay "
    "what is right, and release it with that: quarantine release KEY --say NAME=VALUE";

std::string why_disputed(const Postback& postback) {
    return postback.contradiction + std::string(kRepairAndSay);
}

struct IdOf {
    std::string_view name;
    Fact fact;
    std::string_view EventDraft::*id;
    bool is_of_transactions; // only they require it
    std::string_view warning;
};
constexpr std::array kIds = {
    IdOf{"purchaseid", Fact::purchase_id, &EventDraft::purchase_id, false, "purchase_not_said"},
    IdOf{"tranid", Fact::transaction_id, &EventDraft::transaction_id, true, "transaction_not_said"},
};

// A decline is delivered without the ids that it does not have, for it changes nothing.
Objection check_ids(EventDraft& event, const Postback& postback, const Classification& row,
                    const Loaded& loaded) {
    for (const IdOf& each : kIds) {
        std::string_view& id = event.*each.id;
        const bool is_required = !each.is_of_transactions || row.is_transaction;
        Objection objection = check_id(each.name, id, is_required);
        if (!objection) continue;
        if (!changes_nothing(event.kind, event.approved)) {
            const bool is_looked_for = each.fact == Fact::purchase_id && id.empty();
            if (is_looked_for && !loaded.why_not_found.empty()) return loaded.why_not_found;
            return objection;
        }
        id = {};
        add_extra(event, postback, each.fact);
        event.warnings.emplace_back(each.warning);
    }
    Objection objection = check_id("relatedtranid", event.related_transaction_id, false);
    if (!objection || !changes_nothing(event.kind, event.approved)) return objection;
    event.related_transaction_id = {};
    add_extra(event, postback, Fact::related_transaction_id);
    return {};
}

// The next billing date after an early conversion, which only the option gives.
void add_next_bill(EventDraft& event, const JoinOption* option, const Known* known,
                   TextStore& texts) {
    constexpr std::string_view kNextBill = "nextbilldate";
    if (event.kind != EventKind::upgrade || event.approved != true || !option) return;
    if (std::ranges::any_of(event.extras,
                            [&](const auto& extra) { return extra.first == kNextBill; }))
        return;
    const auto next =
        next_bill_after_conversion(option->price, known ? known->opened_at_ms : 0, time_of(event));
    if (next) event.extras.emplace_back(kNextBill, texts.keep(us_day_text(*next)));
}

Objection judge_price(EventDraft& event, const Config& config, const JoinOption* option) {
    const PriceCheck check = is_sale(event.kind)      ? config.postbacks.price_of_sales
                             : is_renewal(event.kind) ? config.postbacks.price_of_renewals
                                                      : PriceCheck::off;
    if (!option || check == PriceCheck::off) return {};
    Objection objection = check_price(event, *option);
    if (!objection || check == PriceCheck::quarantine) return objection;
    event.warnings.emplace_back("price_not_as_configured");
    return {};
}

// A forged sign-up must not be confirmed by what follows it: until an operator has decided about
// the sale that opens a purchase, the later events of the purchase wait with it. A decline changes
// nothing.
bool is_held(const EventDraft& event, const Known* known) {
    return known && !known->held_by.empty() && !known->is_opened() &&
           (!is_sale(event.kind) || event.is_later_sale) && event.kind != EventKind::denial;
}

History history_of(const Postback& postback, const Loaded& loaded) {
    const EventKind opened_by = loaded.purchase ? loaded.purchase->opened_by : EventKind::unknown;
    return {loaded.sale && loaded.sale->transaction_id == postback[Fact::transaction_id],
            opened_by == EventKind::token_purchase || opened_by == EventKind::upsell ||
                opened_by == EventKind::one_click || opened_by == EventKind::cross_sell};
}

std::string shown_words(const Postback& postback) {
    std::string words;
    for (auto [name, fact] : {std::pair{"trantype", Fact::transaction_type},
                              {"action", Fact::action},
                              {"stage", Fact::stage},
                              {"approved", Fact::approved}})
        words += (words.empty() ? "" : ", ") + std::string(name) + " \"" +
                 std::string(shortened(postback[fact], 40)) + "\"";
    return words;
}

// Fills the event from the postback and the ledger.
Objection read(EventDraft& event, const Postback& postback, const Config& config,
               const Classification& row, const Loaded& loaded, const Known* known, TimeMs now,
               Trust trust, TextStore& texts, const JoinOption*& option) {
    read_flags(event, postback, row);
    event.is_later_sale = is_sale(event.kind) && row.stage == "rebill";
    const bool is_opened = known && known->is_opened();
    if (known) fill_from_ledger(event, postback, config, *known);
    if (config.seal.mode == Seal::Mode::require && trust == Trust::verify && !is_opened &&
        !(known && known->is_of_sale) && !comes_from_link(event, is_opened))
        distrust_echoes(event, postback);
    read_reason(event, postback);
    read_time(event, postback, texts);
    add_remaining_facts(event, postback, row);

    if (Objection objection = check_ids(event, postback, row, loaded)) return objection;
    if (Objection objection = read_cross_sell(event, postback)) return objection;
    if (Objection objection = find_product(event, postback, config, known, now, option))
        return objection;
    add_next_bill(event, option, known, texts);
    if (!row.is_transaction) return {};
    Objection objection = set_amount(event, postback, option, loaded, is_opened, trust);
    note_authorisation(event, postback, option);
    if (!objection && option) compare_terms(event, postback, *option, texts);
    return objection;
}

// A join form offers two, xref1 and xref2 (NATS integration guide, Step 4).
Objection check_slot(const EventDraft& event) {
    if (event.kind != EventKind::cross_sell || event.cross_sell_slot <= 2) return {};
    return "xsellnum is " + std::to_string(event.cross_sell_slot) +
           ", but a form offers only two cross sells";
}

// Whether the event may be delivered.
Objection judge(Translation& translation, const Postback& postback, const Config& config,
                const Known* known, TimeMs now, const JoinOption* option) {
    EventDraft& event = translation.event;
    const bool is_opened = known && known->is_opened();
    if (Objection objection = check_merchant(event, postback, config)) return objection;
    if (Objection objection = check_slot(event)) return objection;
    if (!changes_nothing(event.kind, event.approved))
        if (Objection objection = check_link_integrity(event, postback, config, is_opened, now))
            return objection;
    if (Objection objection = check_product(event)) return objection;
    if (Objection objection = judge_price(event, config, option)) return objection;
    if (!is_held(event, known)) return {};
    translation.is_held = true;
    return "the sale that opens purchase " + std::string(event.purchase_id) + " is not believed (" +
           std::string(known->held_by) + "); this one waits with it";
}

} // namespace

void Translation::clear() {
    outcome = Outcome::unknown;
    event.clear();
    texts.clear();
    identity.key_prefix.clear();
    identity.access = Change::none;
    identity.renewal = Change::none;
    identity.has_epoch = false;
    reason.clear();
    is_held = false;
}

void translate(const Postback& postback, const Config& config, const Loaded& loaded, TimeMs now,
               Trust trust, Translation& translation) {
    using Outcome = Translation::Outcome;
    translation.clear();
    Classification row = classify(postback, history_of(postback, loaded));
    Judged judged = judge_kind(row, postback, config, loaded, now);
    row.kind = judged.kind;

    EventDraft& event = translation.event;
    event.kind = row.kind;
    event.received_at_ms = now;
    copy_texts(event, postback, translation.texts);
    if (loaded.is_found) event.warnings.emplace_back("purchase_found");
    const Dispute dispute = dispute_in(postback, row);
    if (dispute == Dispute::of_nothing) event.warnings.push_back(postback.contradiction);
    if (dispute == Dispute::of_kind) {
        translation.outcome = Outcome::quarantine;
        translation.reason = why_disputed(postback);
        event.kind = EventKind::unknown;
        return;
    }
    if (row.meaning == Meaning::unknown) {
        translation.reason = "no meaning is known for " + shown_words(postback);
        return;
    }
    if (row.meaning == Meaning::incomplete) {
        translation.outcome = Outcome::quarantine;
        translation.reason =
            "the template is broken, for a word that decides is missing: " + shown_words(postback) +
            std::string(kRepairAndSay);
        return;
    }
    if (row.meaning == Meaning::probe) {
        const JoinOption* option = nullptr;
        (void)find_product(event, postback, config, nullptr, now, option);
        translation.outcome = Outcome::probe;
        return;
    }
    const std::optional<Known> found = known_from(loaded, row.kind, postback[Fact::purchase_id]);
    const Known* known = found ? &*found : nullptr;
    translation.outcome = Outcome::quarantine;
    const JoinOption* option = judged.option;
    Objection objection =
        read(event, postback, config, row, loaded, known, now, trust, translation.texts, option);
    if (dispute == Dispute::of_facts) objection = why_disputed(postback);
    if (!objection) {
        identify(translation.identity, event, postback, row);
        if (trust == Trust::released) objection = check_product(event);
        if (trust == Trust::verify) objection = std::move(judged.doubt);
        if (!objection && trust == Trust::verify)
            objection = judge(translation, postback, config, known, now, option);
    }
    if (objection)
        translation.reason = objection.text();
    else
        translation.outcome = Outcome::event;
}

} // namespace segpay
