// The steps of a translation, each a function that fills its part of the event or says what is
// wrong.
#include "postbacks/translate.hpp"

#include "postbacks/matrix.hpp"
#include "postbacks/promise.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

constexpr std::size_t kMaxIdCharacters = 40;

// What is wrong with a postback; empty: nothing.
using Objection = std::string;

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxIdCharacters &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-';
           });
}

std::string first_of(const std::string& said, const std::string& remembered) {
    return said.empty() ? remembered : said;
}

struct Copied {
    Fact fact;
    std::string Event::*member;
};
constexpr std::array kCopied = {
    Copied{Fact::purchase_id, &Event::purchase_id},
    Copied{Fact::transaction_id, &Event::transaction_id},
    Copied{Fact::related_transaction_id, &Event::related_transaction_id},
    Copied{Fact::member_id, &Event::member_id},
    Copied{Fact::session, &Event::session},
    Copied{Fact::affiliate, &Event::affiliate},
    Copied{Fact::username, &Event::username},
    Copied{Fact::email, &Event::email},
    Copied{Fact::name, &Event::name},
    Copied{Fact::country, &Event::country},
    Copied{Fact::upsell, &Event::upsell},
    Copied{Fact::tokenplus, &Event::tokenplus},
    Copied{Fact::octoken, &Event::octoken},
    Copied{Fact::trans_guid, &Event::trans_guid},
    Copied{Fact::card_type, &Event::card_type},
    Copied{Fact::payment_type, &Event::payment_type},
};

void copy_texts(Event& event, const Postback& postback) {
    for (const Copied& copied : kCopied)
        event.*copied.member = postback[copied.fact];
    if (event.name.empty())
        event.name =
            std::string(trimmed(postback[Fact::first_name] + " " + postback[Fact::last_name]));
    event.password = postback.password;
    event.warnings = postback.warnings;
    event.extras = postback.extras;
}

// One purchase can hold sales of several products, by one click and for other affiliates: what
// takes one of them back is about the product, and on the account, of that sale.
std::optional<Purchase> known_purchase(const Memory& memory) {
    if (!memory.related) return memory.purchase;
    const Event& sale = *memory.related;
    Purchase known = memory.purchase.value_or(Purchase());
    if (known.opened_by == EventKind::unknown) known.opened_by = sale.kind;
    known.eticket = sale.eticket;
    known.option = sale.option;
    known.site = sale.site;
    known.member_id = sale.member_id;
    known.session = sale.session;
    known.affiliate = sale.affiliate;
    return known;
}

// A rebill has no eTicket, a disable has no member: the ledger remembers them. Whose a purchase is
// was said by the sale that opened it; what comes later without a seal (an instant conversion by a
// link that the customer edited) cannot say otherwise.
void remember(Event& event, const Postback& postback, const Config& config,
              const std::optional<Purchase>& purchase) {
    if (!purchase) return;
    const bool is_sealed = is_promised(event.kind) && !seal_of(postback, config).empty();
    const bool is_settled = purchase->opened_by != EventKind::unknown && !is_promised(event.kind);
    const bool is_gap_filled = config.seal.mode == Seal::Mode::off;
    const auto recall = [&](std::string& said, const std::string& known) {
        if (is_sealed) return; // what it does not say is sealed, too
        if (!is_settled || (is_gap_filled && known.empty())) {
            said = first_of(said, known);
            return;
        }
        if (!said.empty() && said != known) event.warnings.emplace_back("not_as_at_sign_up");
        said = known;
    };
    recall(event.member_id, purchase->member_id);
    recall(event.session, purchase->session);
    recall(event.affiliate, purchase->affiliate);
    event.username = first_of(event.username, purchase->username);
}

void read_flags(Event& event, const Postback& postback, const Classification& row) {
    if (row.is_transaction) {
        if (is_word(postback[Fact::approved], "yes"))
            event.approved = true;
        else if (is_word(postback[Fact::approved], "no"))
            event.approved = false;
    }
    event.standin = postback[Fact::standin] == "1";
    event.test = postback[Fact::test_transaction] == "1";
}

void read_reason(Event& event, const Postback& postback, const Classification& row) {
    const bool is_cancel = row.kind == EventKind::member_cancel;
    const std::string& code =
        is_cancel ? postback[Fact::cancel_reason] : postback[Fact::refund_reason];
    event.reason_code = event.approved == false ? postback[Fact::response_code] : code;
    event.reason_text = is_cancel ? postback[Fact::cancel_comment] : postback[Fact::refund_comment];
    event.by = is_cancel ? postback[Fact::cancelled_by] : postback[Fact::refunded_by];
    if (event.approved == true && !postback[Fact::response_code].empty())
        event.extras.emplace_back("authcode", postback[Fact::response_code]);
}

void read_time(Event& event, const Postback& postback) {
    const std::string& text =
        first_of(postback[Fact::transaction_time], postback[Fact::reactivation_time]);
    if (text.empty()) return;
    if (Result<TimeMs> time = parse_timestamp(text))
        event.occurred_at_ms = *time;
    else
        event.warnings.push_back(time.error());
}

// Digits of xsellnum and the ref code of that slot.
Objection read_cross_sell(Event& event, const Postback& postback) {
    const std::string& slot = postback[Fact::cross_sell_slot];
    if (slot.empty() || slot == "0") return {};
    if (slot.size() != 1 || slot[0] < '1' || slot[0] > '9')
        return "xsellnum \"" + std::string(shortened(slot, 20)) + "\" is not a digit";
    event.cross_sell_slot = static_cast<std::uint32_t>(slot[0] - '0');
    if (event.cross_sell_slot == 1) event.cross_sell_ref = postback[Fact::xref1];
    if (event.cross_sell_slot == 2) event.cross_sell_ref = postback[Fact::xref2];
    return {};
}

Objection check_ids(const Event& event, const Classification& row) {
    struct Id {
        std::string_view name;
        const std::string& value;
        bool is_required;
    };
    for (const Id& id : {Id{"purchaseid", event.purchase_id, true},
                         Id{"tranid", event.transaction_id, row.is_transaction},
                         Id{"relatedtranid", event.related_transaction_id, false}}) {
        if (id.value.empty() && id.is_required) return std::string(id.name) + " is missing";
        if (!id.value.empty() && !is_id(id.value))
            return std::string(id.name) + " \"" +
                   std::string(shortened(id.value, kMaxIdCharacters)) +
                   "\" is not an id: at most 40 letters, digits and '-'";
    }
    return {};
}

// A one-time item that is sold by one click is charged to the purchase that has the card: what is
// remembered of that purchase is not what was sold.
bool is_charged_to_another(const Event& event, const Postback& postback) {
    return (event.kind == EventKind::upsell || event.kind == EventKind::token_purchase ||
            event.kind == EventKind::one_click) &&
           postback[Fact::eticket].empty();
}

// Which product: by the ref code of a cross sell or upsell, by the eTicket, by the seal, or as
// remembered.
Objection find_product(Event& event, const Postback& postback, const Config& config,
                       const std::optional<Purchase>& purchase, TimeMs now) {
    const bool is_of_another = is_charged_to_another(event, postback);
    if (const std::string& text = postback[Fact::eticket]; !text.empty()) {
        Result<ETicket> eticket = parse_eticket(text);
        if (!eticket) return eticket.error();
        event.eticket = *eticket;
    } else if (purchase && !is_of_another) {
        event.eticket = purchase->eticket;
    }

    const JoinOption* option = config.option_of(event.eticket);
    if (!event.cross_sell_ref.empty()) {
        const Offer* offer = config.cross_sell(event.cross_sell_ref);
        if (!offer)
            return "cross-sell ref \"" + std::string(shortened(event.cross_sell_ref, 40)) +
                   "\" is not configured";
        const JoinOption* offered = config.option(offer->option);
        if (!event.eticket.is_none() && offered && offered->eticket != event.eticket)
            return "cross-sell ref \"" + event.cross_sell_ref + "\" sells eticket " +
                   to_string(offered->eticket) + ", but the purchase is of " +
                   to_string(event.eticket);
        option = offered;
    } else if (const Offer* offer = config.upsell(event.upsell); offer && !option) {
        option = config.option(offer->option);
    }
    if (!option && is_of_another) option = sealed_option(postback, config, now);

    if (option) {
        event.option = option->id;
        event.site = option->site;
        event.trial = option->is_trial;
        if (event.eticket.is_none()) event.eticket = option->eticket;
        return {};
    }
    if (!postback[Fact::eticket].empty())
        return "eticket " + to_string(event.eticket) + " is no configured join option";
    if (is_of_another || (is_promised(event.kind) && !purchase)) {
        event.warnings.emplace_back("product_not_said");
    } else if (purchase) {
        event.option = purchase->option;
        event.site = purchase->site;
    }
    return {};
}

// Amounts are positive in events: the sign says nothing that the trantype does not. A member event
// has none: its price is that of a transaction, which tells of the money itself.
Objection read_amount(Event& event, const Postback& postback, const Config& config,
                      const Classification& row) {
    if (!row.is_transaction) return {};
    const std::string& text = postback[Fact::price];
    if (text.empty()) {
        if (event.approved == true) event.warnings.emplace_back("price_not_said");
        return {};
    }
    std::optional<Currency> currency = Currency::from_code(postback[Fact::currency]);
    if (!currency && !postback[Fact::currency].empty())
        return "currencycode \"" + std::string(shortened(postback[Fact::currency], 20)) +
               "\" is no currency of ISO 4217";
    if (!currency) {
        const JoinOption* option = config.option(event.option);
        if (!option) return "there is a price, but neither currencycode nor a known join option";
        currency = option->price.currency;
        event.warnings.emplace_back("currency_from_option");
    }
    Result<Money> amount = parse_amount(text, *currency);
    if (!amount) return "price: " + amount.error();
    event.amount = *amount;
    if (event.amount->minor < 0) event.amount->minor = -event.amount->minor;
    return {};
}

// Some rows take any action, but a key is short and ASCII.
std::string action_in_key(std::string_view action) {
    std::string word = normalised_word(action);
    std::erase_if(word, [](char c) { return c < 'a' || c > 'z'; });
    return word.substr(0, 12);
}

// Member events have an epoch instead of an id or a time; where the template asks for one of these,
// it tells two events apart, and a late repeat stays a repeat whatever happened in between.
Identity identity_of(const Event& event, const Postback& postback, const Classification& row) {
    Identity identity;
    if (row.is_transaction) {
        identity.stem = "segpay/t" + event.transaction_id + "/" +
                        std::string(row.transaction_type) + "-" +
                        action_in_key(postback[Fact::action]) + "-" +
                        std::string(row.stage.empty() ? "none" : row.stage) + "-" +
                        (event.approved == true ? "yes" : "no");
        if (event.kind == EventKind::reactivation) {
            identity.access = Change::on;
            identity.renewal = Change::on;
        }
        return identity;
    }
    identity.stem = "segpay/p" + event.purchase_id + "/" + std::string(row.action);
    identity.has_epoch = true;
    switch (event.kind) {
        case EventKind::member_enable:
            identity.access = Change::on;
            if (!event.transaction_id.empty()) {
                identity.stem += "@" + event.transaction_id;
                identity.has_epoch = false;
            }
            break;
        case EventKind::member_disable:
            identity.access = Change::off;
            break;
        case EventKind::member_cancel:
            identity.renewal = Change::off;
            break;
        default: // reactivation
            identity.access = Change::on;
            identity.renewal = Change::on;
            if (event.occurred_at_ms != 0) {
                identity.stem += "@" + std::to_string(event.occurred_at_ms);
                identity.has_epoch = false;
            }
    }
    return identity;
}

History history_of(const Postback& postback, const std::optional<Purchase>& purchase) {
    if (!purchase) return {};
    const std::string& standin = purchase->standin_transaction;
    const EventKind opened_by = purchase->opened_by;
    return {!standin.empty() && standin == postback[Fact::transaction_id],
            opened_by == EventKind::token_purchase || opened_by == EventKind::upsell ||
                opened_by == EventKind::one_click};
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

Translation set_aside(Translation::Outcome outcome, Event event, std::string reason) {
    return {outcome, std::move(event), {}, std::move(reason)};
}

} // namespace

Translation translate(const Postback& postback, const Config& config, const Memory& memory,
                      TimeMs now, Trust trust) {
    using Outcome = Translation::Outcome;
    const Classification row = classify(postback, history_of(postback, memory.purchase));

    Event event;
    event.kind = row.kind;
    event.received_at_ms = now;
    copy_texts(event, postback);
    if (row.meaning == Meaning::unknown)
        return set_aside(Outcome::unknown, std::move(event),
                         "no meaning is known for " + shown_words(postback));
    if (row.meaning == Meaning::probe) {
        (void)find_product(event, postback, config, std::nullopt, now);
        return set_aside(Outcome::probe, std::move(event), {});
    }

    const std::optional<Purchase> purchase = known_purchase(memory);
    remember(event, postback, config, purchase);
    read_flags(event, postback, row);
    read_reason(event, postback, row);
    read_time(event, postback);

    Objection objection = postback.contradiction;
    if (objection.empty()) objection = check_ids(event, row);
    if (objection.empty()) objection = read_cross_sell(event, postback);
    if (objection.empty()) objection = find_product(event, postback, config, purchase, now);
    if (objection.empty()) objection = read_amount(event, postback, config, row);
    if (objection.empty() && trust == Trust::verify)
        objection = check_promise(event, postback, config, now);
    if (!objection.empty()) return set_aside(Outcome::quarantine, std::move(event), objection);

    Translation translation;
    translation.outcome = Outcome::event;
    translation.identity = identity_of(event, postback, row);
    translation.event = std::move(event);
    return translation;
}

} // namespace segpay
