// Translation of postbacks: the source of each field, what comes from the ledger, what is
// quarantined and why, and when two postbacks are one fact.
#include "postbacks/translate.hpp"

#include "fixtures.hpp"
#include "links/link.hpp"
#include "values/word.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

using Outcome = Translation::Outcome;

// A translation that outlives the postback.
struct Translated {
    Outcome outcome;
    Event event;
    Identity identity;
    std::string reason;
};

// A postback as a list of parameters that a test changes.
class Sent {
public:
    Sent(std::initializer_list<std::pair<const std::string, std::string>> list) : values_(list) {}
    Sent with(const std::string& name, std::string value) const {
        Sent changed = *this;
        changed.values_[name] = std::move(value);
        return changed;
    }
    Sent without(const std::string& name) const {
        Sent changed = *this;
        changed.values_.erase(name);
        return changed;
    }
    Translated translated(const std::optional<Purchase>& purchase = {},
                          const Config& config = example_config(),
                          Trust trust = Trust::verify) const {
        return translated_with({purchase, {}}, config, trust);
    }
    Translated translated_with(const Loaded& loaded, const Config& config, Trust trust) const {
        Parameters parameters;
        for (const auto& [name, value] : values_)
            parameters.push_back({name, value});
        const NameTable names(config);
        const ReadPostback read(parameters, names);
        Translation translation;
        translate(read.postback, config, loaded, kStart, trust, translation);
        return {translation.outcome, event_of(translation.event), translation.identity,
                translation.reason};
    }
    // With `sale` as the event that was delivered under the related or the own transaction id.
    Translated translated_after(const Event& sale) const {
        return translated_with({{}, sale}, example_config(), Trust::verify);
    }
    Event event(const std::optional<Purchase>& purchase = {}) const {
        Translated translation = translated(purchase);
        if (translation.outcome != Outcome::event) BOOST_FAIL(translation.reason);
        return translation.event;
    }
    // Why it is quarantined.
    std::string objection(const std::optional<Purchase>& purchase = {}) const {
        const Translated translation = translated(purchase);
        BOOST_REQUIRE((translation.outcome == Outcome::quarantine));
        BOOST_TEST(!translation.reason.empty());
        BOOST_TEST(clean_text(translation.reason) == translation.reason);
        return translation.reason;
    }
    std::string key_prefix(const std::optional<Purchase>& purchase = {}) const {
        return translated(purchase).identity.key_prefix;
    }

private:
    std::map<std::string, std::string> values_;
};

const Sent kJoin = {{"trantype", "sale"}, {"action", "Auth"},         {"stage", "Initial"},
                    {"approved", "Yes"},  {"purchaseid", "26346680"}, {"tranid", "1234567890"},
                    {"price", "2.95"},    {"currencycode", "USD"},    {"eticketid", "162209:3097"}};
const Sent kRebill = kJoin.with("stage", "Rebill").with("price", "29.95").without("eticketid");
const Sent kCancel = {{"action", "Cancel"}, {"purchaseid", "26346680"}};

Purchase purchase_of_101() {
    Purchase purchase;
    purchase.id = "26346680";
    purchase.opened_by = EventKind::join;
    purchase.eticket = {162209, 3097};
    purchase.option = "101";
    purchase.site = "7";
    purchase.member_id = "908172";
    purchase.session = "sess";
    purchase.affiliate = "aff";
    purchase.username = "joe";
    return purchase;
}

} // namespace

BOOST_AUTO_TEST_SUITE(translate_tests)

BOOST_AUTO_TEST_CASE(the_stage_is_told_where_the_kind_does_not_tell_it) {
    const auto stage_of = [](const Sent& sent) {
        for (const auto& [name, value] : sent.event().extras)
            if (name == "stage") return value;
        return std::string("not told");
    };
    BOOST_TEST(stage_of(kJoin) == "not told");
    BOOST_TEST(stage_of(kRebill) == "not told");
    BOOST_TEST(stage_of(kJoin.with("approved", "No")) == "Initial");
    BOOST_TEST(stage_of(kRebill.with("approved", "No")) == "Rebill");
    BOOST_TEST(stage_of(kRebill.with("approved", "No").with("stage", "Conversion")) ==
               "Conversion");
    BOOST_TEST(stage_of(kJoin.with("trantype", "credit").with("stage", "Conversion")) ==
               "Conversion");
    BOOST_TEST(stage_of(kJoin.with("octoken", "26346680")) == "Initial");
    BOOST_TEST(stage_of(kCancel.with("stage", "Rebill")) == "Rebill");
}

BOOST_AUTO_TEST_CASE(a_currency_without_a_price_is_an_extra) {
    BOOST_TEST((kJoin.without("price").event().extras == NamedValues{{"currencycode", "USD"}}));
}

BOOST_AUTO_TEST_CASE(where_seals_are_off_none_is_told) {
    const Config off =
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::off; });
    BOOST_TEST(kJoin.with("natsseal", "x").translated({}, off).event.extras.empty());
}

BOOST_AUTO_TEST_CASE(every_field_of_an_event_has_its_source) {
    const Event event = kJoin.with("relatedtranid", "1234567889")
                            .with("memberid", "908172")
                            .with("session", "sess")
                            .with("merchantpartnerid", "aff")
                            .with("username", "joe")
                            .with("password", "canary")
                            .with("billemail", "joe@example.com")
                            .with("billname", "Joe Segpay")
                            .with("billcntry", "US")
                            .with("transguid", "a-guid")
                            .with("cardtype", "Visa")
                            .with("paymenttype", "CC")
                            .with("standin", "1")
                            .with("TESTTRANS", "1")
                            .with("transtime", "7/28/2008 3:38:43 PM (GMT STANDARD TIME)")
                            .with("REF1", "one")
                            .event();
    BOOST_TEST((event.kind == EventKind::join));
    BOOST_TEST(event.purchase_id == "26346680");
    BOOST_TEST(event.transaction_id == "1234567890");
    BOOST_TEST(event.related_transaction_id == "1234567889");
    BOOST_TEST((event.amount == Money{295, currency("USD")}));
    BOOST_TEST((event.approved == true));
    BOOST_TEST(event.test);
    BOOST_TEST(event.standin);
    BOOST_TEST((event.trial == true));
    BOOST_TEST(event.member_id == "908172");
    BOOST_TEST(event.session == "sess");
    BOOST_TEST(event.affiliate == "aff");
    BOOST_TEST(event.username == "joe");
    BOOST_TEST(event.password.reveal() == "canary");
    BOOST_TEST(event.email == "joe@example.com");
    BOOST_TEST(event.name == "Joe Segpay");
    BOOST_TEST(event.country == "US");
    BOOST_TEST((event.eticket == ETicket{162209, 3097}));
    BOOST_TEST(event.site == "7");
    BOOST_TEST(event.option == "101");
    BOOST_TEST(event.cross_sell_slot == 0u);
    BOOST_TEST(event.trans_guid == "a-guid");
    BOOST_TEST(event.card_type == "Visa");
    BOOST_TEST(event.payment_type == "CC");
    BOOST_TEST(iso_text(event.occurred_at_ms) == "2008-07-28T15:38:43Z");
    BOOST_TEST(event.received_at_ms == kStart);
    BOOST_TEST(event.warnings.empty());
    BOOST_TEST((event.extras == NamedValues{{"ref1", "one"}}));
}

BOOST_AUTO_TEST_CASE(a_name_may_come_in_two_halves) {
    BOOST_TEST(kJoin.with("firstname", "Joe").with("lastname", "Segpay").event().name ==
               "Joe Segpay");
    BOOST_TEST(kJoin.with("billnamelast", "Segpay").event().name == "Segpay");
    BOOST_TEST(kJoin.with("name", "J. S.").with("firstname", "Joe").event().name == "J. S.");
}

BOOST_AUTO_TEST_CASE(a_standin_is_told_by_1_alone) {
    for (const char* value : {"0", "-1", "", "2", "yes"})
        BOOST_TEST(!kJoin.with("standin", value).event().standin);
    BOOST_TEST((kJoin.with("standin", "-1").event().extras == NamedValues{{"standin", "-1"}}));
}

BOOST_AUTO_TEST_CASE(test_money_is_whatever_is_not_denied) {
    for (const char* value : {"1", "yes", "True", "on", "2"})
        BOOST_TEST(kJoin.with("TESTTRANS", value).event().test);
    for (const char* value : {"", "0", "no", "False", "off"})
        BOOST_TEST(!kJoin.with("testtrans", value).event().test);
}

BOOST_AUTO_TEST_CASE(what_a_postback_does_not_say_is_remembered) {
    const Event rebill = kRebill.event(purchase_of_101());
    BOOST_TEST(rebill.option == "101");
    BOOST_TEST(rebill.site == "7");
    BOOST_TEST((rebill.eticket == ETicket{162209, 3097}));
    BOOST_TEST((rebill.trial == true));
    BOOST_TEST(rebill.member_id == "908172");
    BOOST_TEST(rebill.session == "sess");
    BOOST_TEST(rebill.affiliate == "aff");
    BOOST_TEST(rebill.username == "joe");
    // No sale has opened it yet: the postback's values come first.
    Purchase unopened = purchase_of_101();
    unopened.opened_by = EventKind::unknown;
    BOOST_TEST(kRebill.with("memberid", "1").event(unopened).member_id == "1");
    // Nothing is known: the fields stay empty, and nothing is lost.
    const Event unknown = kRebill.event();
    BOOST_TEST(unknown.option == "");
    BOOST_TEST(unknown.site == "");
    BOOST_TEST(unknown.eticket.is_none());
    BOOST_TEST(!unknown.trial.has_value());
    // An option that the operator has taken out of the configuration since then.
    Purchase old = purchase_of_101();
    old.eticket = {1, 2};
    old.option = "99";
    BOOST_TEST(kRebill.event(old).option == "99");
    BOOST_TEST(kRebill.event(old).site == "7");
}

// The configuration has what is sold now, the ledger what was sold.
BOOST_AUTO_TEST_CASE(an_option_that_is_not_sold_any_more_stops_nobody_who_has_bought_it) {
    const Config retired = example_config_but([](Config& config) {
        std::erase_if(config.options, [](const auto& option) { return option.id == "101"; });
    });
    const Config replaced = example_config_but([](Config& config) {
        config.options.front().eticket = {162209, 4000};
        config.options.front().price.currency = currency("EUR");
        config.options.front().price.recurring->amount = Money{3995, currency("EUR")};
        config.options.front().is_trial = false;
    });
    const Sent back = kRebill.without("stage").with("relatedtranid", "1").with("tranid", "2");
    for (const Config& config : {retired, replaced})
        for (const char* eticket : {"162209:3097", "162209:9", "garbage", ""})
            for (const Sent& later :
                 {kRebill, kRebill.with("stage", "Conversion"), kRebill.with("approved", "No"),
                  kRebill.with("stage", "Reactivation"), kRebill.with("stage", "InstantConversion"),
                  back.with("trantype", "credit"), back.with("trantype", "charge"),
                  back.with("trantype", "revoke"), back.with("action", "Void"),
                  back.with("trantype", "CB Reversal"), back.with("trantype", "RDR Reversal"),
                  kCancel, kCancel.with("action", "Enable"), kCancel.with("action", "Disable"),
                  kCancel.with("action", "Reactivation")}) {
                const Translated told = later.with("eticketid", eticket)
                                            .with("xsellnum", "1")
                                            .with("xref1", "XS-retired")
                                            .translated(purchase_of_101(), config);
                BOOST_TEST_CONTEXT(kind_name(told.event.kind) << " " << eticket) {
                    BOOST_TEST(told.reason == "");
                    BOOST_TEST((told.outcome == Outcome::event));
                    BOOST_TEST(told.event.option == "101");
                    BOOST_TEST(told.event.site == "7");
                    BOOST_TEST((told.event.eticket == ETicket{162209, 3097}));
                    BOOST_TEST(told.event.warnings.empty());
                    BOOST_TEST(!told.event.trial.has_value());
                }
            }
    // A sale must be of what is configured, whatever was sold before.
    BOOST_TEST((kJoin.translated(purchase_of_101(), retired).outcome == Outcome::quarantine));
    BOOST_TEST((kJoin.translated({}, retired).outcome == Outcome::quarantine));
    BOOST_TEST((kCancel.with("action", "Enable")
                    .with("eticketid", "162209:3097")
                    .translated({}, retired)
                    .outcome == Outcome::quarantine));
}

BOOST_AUTO_TEST_CASE(what_comes_later_on_a_purchase_that_nobody_knows_needs_no_option_either) {
    for (const Sent& later : {kRebill, kCancel, kRebill.with("trantype", "charge")}) {
        const Event told = later.with("eticketid", "162209:9").event();
        BOOST_TEST((told.eticket == ETicket{162209, 9}));
        BOOST_TEST(told.option == "");
        BOOST_TEST(told.warnings == std::vector<std::string>{"product_not_configured"},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(money_that_goes_back_needs_no_currency) {
    Purchase old = purchase_of_101();
    old.eticket = {1, 2};
    old.option = "99";
    const Sent back = kRebill.with("trantype", "charge").with("relatedtranid", "7");
    const Event unsaid = back.without("currencycode").event(old);
    BOOST_TEST(!unsaid.amount.has_value());
    BOOST_TEST(unsaid.warnings == std::vector<std::string>{"currency_not_said"},
               boost::test_tools::per_element());
    BOOST_TEST((unsaid.extras == NamedValues{{"stage", "Rebill"}, {"price", "29.95"}}));
    BOOST_TEST(!kRebill.without("currencycode").event(old).amount.has_value());
    // The currency of the sale, if it is known.
    Event sale = kJoin.event();
    sale.amount = Money{100, currency("CAD")};
    sale.option.clear();
    sale.eticket = {};
    const Translated known = back.without("currencycode").translated_after(sale);
    BOOST_TEST((known.event.amount == Money{2995, currency("CAD")}));
    BOOST_TEST(known.event.warnings == std::vector<std::string>{"currency_from_sale"},
               boost::test_tools::per_element());
    // An event that an operator releases is delivered without an amount.
    const Translated released =
        kRebill.without("currencycode").translated({}, example_config(), Trust::released);
    BOOST_TEST((released.outcome == Outcome::event));
    BOOST_TEST(!released.event.amount.has_value());
}

BOOST_AUTO_TEST_CASE(amounts_are_positive_and_in_their_own_currency) {
    struct Row {
        const char* price;
        const char* code;
        std::int64_t minor;
    };
    for (const Row& row : {Row{"29.95", "USD", 2995},
                           {"-29.95", "USD", 2995},
                           {"2.9500", "EUR", 295},
                           {"500", "JPY", 500},
                           {"-500", "jpy", 500},
                           {"0.00", "USD", 0},
                           {"1.250", "KWD", 1250}}) {
        const Event event = kRebill.with("price", row.price).with("currencycode", row.code).event();
        BOOST_TEST_CONTEXT(row.price << row.code)
        BOOST_TEST((event.amount == Money{row.minor, currency(row.code)}));
    }
    BOOST_TEST(!kJoin.without("price").event().amount.has_value());
    // The currency of the option stands in for one that was not sent; the event says so.
    const Event yen =
        kJoin.with("eticketid", "162210:4100").with("price", "500").without("currencycode").event();
    BOOST_TEST((yen.amount == Money{500, currency("JPY")}));
    BOOST_TEST((yen.warnings == std::vector<std::string>{"currency_from_option"}));
}

// Processing API 2.0: a trial for nothing is authorised with 1.00. Of a product that is not
// configured the postback itself says what the trial costs.
BOOST_AUTO_TEST_CASE(a_free_trial_of_an_unknown_product_is_known_by_its_ival) {
    const Sent sold = kJoin.without("eticketid").with("price", "1.00");
    const Event free = sold.with("ival", "0.00").event();
    BOOST_TEST((free.amount == Money{0, currency("USD")}));
    BOOST_TEST(
        (free.warnings == std::vector<std::string>{"product_not_said", "authorisation_only"}));
    for (const Sent& paid : {sold, sold.with("ival", "1.00"), sold.with("ival", "free")})
        BOOST_TEST((paid.event().amount == Money{100, currency("USD")}));
}

BOOST_AUTO_TEST_CASE(what_a_wrong_price_leads_to_is_the_operators_to_say) {
    struct Row {
        PriceCheck check;
        Outcome outcome;
        std::vector<std::string> warnings;
    };
    for (const Row& row :
         std::initializer_list<Row>{{PriceCheck::quarantine, Outcome::quarantine, {}},
                                    {PriceCheck::warn, Outcome::event, {"price_not_as_configured"}},
                                    {PriceCheck::off, Outcome::event, {}}}) {
        const Config config = example_config_but([&](Config& each) {
            each.postbacks.price_of_sales = each.postbacks.price_of_renewals = row.check;
        });
        const Translated sale = kJoin.with("price", "0.01").translated({}, config);
        const Translated renewal =
            kRebill.with("price", "0.01").translated(purchase_of_101(), config);
        for (const Translated* each : {&sale, &renewal}) {
            BOOST_TEST((each->outcome == row.outcome));
            if (row.outcome == Outcome::event) BOOST_TEST(each->event.warnings == row.warnings);
        }
    }
}

BOOST_AUTO_TEST_CASE(unreadable_amounts_are_quarantined) {
    for (const char* price : {"1e5", ".", "2,95", "free", "2.955", "99999999999999999999"})
        BOOST_TEST_CONTEXT(price) {
            const std::string objection = kJoin.with("price", price).objection();
            BOOST_TEST(contains(objection, "price: amount \"" + std::string(price) + "\""));
        }
    BOOST_TEST(contains(kJoin.with("price", "500.50").with("currencycode", "JPY").objection(),
                        "more decimals than JPY"));
    BOOST_TEST(contains(kJoin.with("currencycode", "EURO").objection(),
                        "currencycode \"EURO\" is no currency"));
    // No currency, and no option that has one.
    BOOST_TEST(contains(kRebill.without("currencycode").objection(), "neither currencycode nor"));
}

BOOST_AUTO_TEST_CASE(ids_must_be_there_and_be_ids) {
    BOOST_TEST(kJoin.without("purchaseid").objection() == "purchaseid is missing");
    BOOST_TEST(kJoin.with("purchaseid", " ").objection() == "purchaseid is missing");
    BOOST_TEST(kJoin.without("tranid").objection() == "tranid is missing");
    BOOST_TEST(kCancel.without("purchaseid").objection() == "purchaseid is missing");
    BOOST_TEST((kCancel.translated().outcome == Outcome::event)); // needs no transaction
    for (const char* id :
         {"1 2", "1/2", "../1", "1'2", "\xC3\xA9", "12345678901234567890123456789012345678901"})
        BOOST_TEST_CONTEXT(id) {
            BOOST_TEST(contains(kJoin.with("purchaseid", id).objection(), "is not an id"));
            BOOST_TEST(contains(kJoin.with("tranid", id).objection(), "is not an id"));
            BOOST_TEST(contains(kJoin.with("relatedtranid", id).objection(), "is not an id"));
        }
    const std::string longest(40, '9');
    BOOST_TEST(kJoin.with("tranid", longest).event().transaction_id == longest);
    BOOST_TEST(kJoin.with("tranid", "A-b-9").event().transaction_id == "A-b-9");
}

BOOST_AUTO_TEST_CASE(unknown_products_are_quarantined) {
    BOOST_TEST(contains(kJoin.with("eticketid", "162209:1").objection(),
                        "eticket 162209:1 is no configured join option"));
    BOOST_TEST(contains(kJoin.with("eticketid", "162209").objection(), "has no price point"));
    BOOST_TEST(contains(kJoin.with("eticketid", "x").objection(), "is not package:pricepoint"));
    BOOST_TEST(contains(kJoin.with("tranid", "1").with("transid", "2").objection(),
                        "have different values"));
}

BOOST_AUTO_TEST_CASE(a_cross_sell_is_the_option_of_its_ref) {
    const Sent sold = kJoin.with("xref1", "XS-8-301").with("xref2", "XS-9-201");
    Event event = sold.with("xsellnum", "1")
                      .with("eticketid", "133044:12217")
                      .with("price", "19.95")
                      .with("currencycode", "EUR")
                      .event();
    BOOST_TEST((event.kind == EventKind::cross_sell));
    BOOST_TEST(event.option == "301");
    BOOST_TEST(event.site == "8");
    BOOST_TEST(event.cross_sell_slot == 1u);
    BOOST_TEST(event.cross_sell_ref == "XS-8-301");
    // The ref alone decides.
    event = sold.with("xselnum", "2").with("price", "25.95").without("eticketid").event();
    BOOST_TEST(event.option == "201");
    BOOST_TEST((event.eticket == ETicket{122905, 9699}));
    event = sold.with("xsellnum", "0").event();
    BOOST_TEST((event.kind == EventKind::join));
    BOOST_TEST(event.cross_sell_ref == "");

    // A form has no third one; an operator may know better.
    BOOST_TEST(contains(sold.with("xsellnum", "3").objection(), "only two cross sells"));
    event = sold.with("xsellnum", "3").translated({}, example_config(), Trust::released).event;
    BOOST_TEST((event.kind == EventKind::cross_sell));
    BOOST_TEST(event.option == "101");
    BOOST_TEST(event.cross_sell_slot == 3u);
    BOOST_TEST((event.warnings == std::vector<std::string>{"cross_sell_ref_not_said"}));

    BOOST_TEST(contains(
        sold.with("xsellnum", "1").with("xref1", "XS-none").without("eticketid").objection(),
        "cross-sell ref \"XS-none\" is not configured"));
    BOOST_TEST(contains(sold.with("xsellnum", "1").objection(), "but the purchase is of"));
    for (const char* slot : {"10", "x", "-1", "1.0"})
        BOOST_TEST_CONTEXT(slot)
    BOOST_TEST(contains(sold.with("xsellnum", slot).objection(), "is not a digit"));
}

BOOST_AUTO_TEST_CASE(a_sale_that_leaves_something_out_says_so) {
    const auto warnings = [](const Sent& sent) { return sent.event().warnings; };
    BOOST_TEST(warnings(kJoin).empty());
    BOOST_TEST(warnings(kJoin.without("price")) == std::vector<std::string>{"price_not_said"});
    BOOST_TEST(warnings(kJoin.without("eticketid")) ==
               std::vector<std::string>{"product_not_said"});
    BOOST_TEST(kRebill.without("price").event(purchase_of_101()).warnings ==
               std::vector<std::string>{"price_not_said"});
    BOOST_TEST(kCancel.event(purchase_of_101()).warnings.empty());
}

BOOST_AUTO_TEST_CASE(an_upsell_is_the_option_of_its_eticket_or_of_its_ref) {
    const Sent upsell = kJoin.with("upsell", "UP-8-301")
                            .with("octoken", "1")
                            .with("price", "19.95")
                            .with("currencycode", "EUR");
    BOOST_TEST(upsell.with("eticketid", "133044:12217").event().site == "8");
    BOOST_TEST(upsell.with("eticketid", "162209:1221")
                   .with("price", "39.95")
                   .with("currencycode", "USD")
                   .event()
                   .option == "102");
    // A one-time item is charged to the purchase that pays for it, and has no eTicket then: it is
    // not the product of that purchase.
    const Event charged = upsell.with("stage", "Rebill")
                              .without("eticketid")
                              .with("octoken", "26346680")
                              .event(purchase_of_101());
    BOOST_TEST((charged.kind == EventKind::upsell));
    BOOST_TEST(charged.option == "301");
    BOOST_TEST(charged.site == "8");
    BOOST_TEST((charged.eticket == ETicket{133044, 12217}));
    BOOST_TEST(charged.upsell == "UP-8-301");
    // Other events of that purchase are about its own product, whatever is echoed.
    const Event cancelled = kCancel.with("upsell", "UP-8-301").event(purchase_of_101());
    BOOST_TEST(cancelled.option == "101");
    // The host's own values mean nothing to the plugin and are carried through.
    const Event own = kJoin.with("octoken", "1").with("upsell", "host's own: 1").event();
    BOOST_TEST(own.option == "101");
    BOOST_TEST(own.upsell == "host's own: 1");
}

BOOST_AUTO_TEST_CASE(reasons_are_those_of_what_happened) {
    const Sent reasons = kJoin.with("authcode", "05")
                             .with("refundreasoncode", "12")
                             .with("refundcomment", "asked")
                             .with("refundedby", "agent")
                             .with("cancelreasoncode", "3")
                             .with("cancelcomment", "too dear")
                             .with("cancelledby", "customer");
    Event event = reasons.with("approved", "No").event();
    BOOST_TEST((event.kind == EventKind::denial));
    BOOST_TEST(event.reason_code == "05");

    event = reasons.with("trantype", "credit").event();
    BOOST_TEST(event.reason_code == "12");
    BOOST_TEST(event.reason_text == "asked");
    BOOST_TEST(event.by == "agent");

    event = reasons.with("action", "Cancel").event();
    BOOST_TEST((event.kind == EventKind::member_cancel));
    BOOST_TEST(event.reason_code == "3");
    BOOST_TEST(event.reason_text == "too dear");
    BOOST_TEST(event.by == "customer");
    BOOST_TEST(!event.approved.has_value());

    event = kJoin.with("authcode", "AB1").event(); // of an approval it is no reason
    BOOST_TEST(event.reason_code == "");
    BOOST_TEST((event.extras == NamedValues{{"authcode", "AB1"}}));
}

BOOST_AUTO_TEST_CASE(an_unreadable_time_is_a_warning_and_no_reason_to_stop) {
    const Event event = kJoin.with("transtime", "yesterday").event();
    BOOST_TEST(event.occurred_at_ms == 0);
    BOOST_REQUIRE(event.warnings.size() == 1u);
    BOOST_TEST(contains(event.warnings[0], "time \"yesterday\""));
}

BOOST_AUTO_TEST_CASE(a_question_is_no_event) {
    const Translated probe = Sent{
        {"action", "Probe"},
        {"username", "joe"},
        {"email", "joe@example.com"},
        {"eticketid",
         "133044:12217"}}.translated();
    BOOST_TEST((probe.outcome == Outcome::probe));
    BOOST_TEST(probe.event.username == "joe");
    BOOST_TEST(probe.event.email == "joe@example.com");
    BOOST_TEST(probe.event.site == "8");
    // An unknown site is no obstacle.
    BOOST_TEST(
        (Sent{{"action", "Probe"}, {"eticketid", "9:9"}}.translated().outcome == Outcome::probe));
}

BOOST_AUTO_TEST_CASE(what_has_no_meaning_shows_its_words) {
    const Translated odd = kJoin.with("trantype", "gift").with("approved", "Maybe").translated();
    BOOST_TEST((odd.outcome == Outcome::unknown));
    for (std::string_view part : {"\"gift\"", "\"Auth\"", "\"Initial\"", "\"Maybe\""})
        BOOST_TEST(contains(odd.reason, part));
    std::string euros; // of any length
    for (int i = 0; i < 50; ++i)
        euros += "\xE2\x82\xAC";
    const std::string reason = kJoin.with("trantype", euros).translated().reason;
    BOOST_TEST(reason.size() < 200u);
    BOOST_TEST(clean_text(reason) == reason);
    (void)kJoin.with("currencycode", euros).objection(); // checks the same of an objection
    (void)kJoin.with("price", euros).objection();
    (void)kJoin.with("tranid", euros).objection();
    (void)kJoin.with("xsellnum", euros).objection();
    (void)kJoin.with("eticketid", euros).objection();
}

BOOST_AUTO_TEST_CASE(a_forged_seal_is_quarantined_unless_an_operator_has_looked) {
    LinkRequest request;
    request.option = "101";
    request.member_id = "908172";
    const Link link = build_link(example_config(), request, kStart).value();
    Sent echoed = kJoin;
    for (const LinkField& field : link.fields)
        echoed = echoed.with(std::string(field.name), std::string(field.value));
    BOOST_TEST((echoed.translated().outcome == Outcome::event));
    const Sent edited = echoed.with("foreignid", "1");
    BOOST_TEST(contains(edited.objection(), "the seal does not fit"));
    BOOST_TEST(
        (edited.translated({}, example_config(), Trust::released).outcome == Outcome::event));
    // A release does not make an id valid.
    BOOST_TEST((kJoin.without("tranid").translated({}, example_config(), Trust::released).outcome ==
                Outcome::quarantine));
}

BOOST_AUTO_TEST_CASE(only_a_sale_with_a_promise_can_name_another_member_than_the_sign_up) {
    const Sent edited = kJoin.with("memberid", "1")
                            .with("session", "other")
                            .with("merchantpartnerid", "thief")
                            .with("price", "29.95");
    for (const char* stage : {"Conversion", "Rebill", "InstantConversion", "Reactivation"}) {
        const Event event = edited.with("stage", stage).event(purchase_of_101());
        BOOST_TEST_CONTEXT(stage) {
            BOOST_TEST(event.member_id == "908172");
            BOOST_TEST(event.session == "sess");
            BOOST_TEST(event.affiliate == "aff");
            BOOST_TEST((event.warnings == std::vector<std::string>{"not_as_at_sign_up",
                                                                   "not_as_at_sign_up",
                                                                   "not_as_at_sign_up"}));
        }
    }
    BOOST_TEST(kCancel.with("memberid", "1").event(purchase_of_101()).member_id == "908172");
    BOOST_TEST(kRebill.with("memberid", "908172").event(purchase_of_101()).warnings.empty());
    // One click on the card of another purchase, for another member: its own seal vouches for it.
    BOOST_TEST(edited.with("octoken", "26346680").event(purchase_of_101()).member_id == "1");
}

BOOST_AUTO_TEST_CASE(a_gap_in_what_was_sealed_stays_one) {
    LinkRequest request;
    request.option = "101";
    request.member_id = "908172";
    const Link link = build_link(example_config(), request, kStart).value();
    Sent sealed = kJoin;
    for (const LinkField& field : link.fields)
        sealed = sealed.with(std::string(field.name), std::string(field.value));
    Purchase enabled; // by an Enable, which has no seal
    enabled.id = "26346680";
    enabled.affiliate = "thief";
    BOOST_TEST(sealed.event(enabled).affiliate == "");
    BOOST_TEST(kJoin.event(enabled).affiliate == "thief"); // without a seal as before

    Purchase opened = purchase_of_101();
    opened.affiliate = "";
    const Sent edited = kRebill.with("merchantpartnerid", "thief");
    BOOST_TEST(edited.event(opened).affiliate == "");
    const Config off =
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::off; });
    BOOST_TEST(edited.translated(opened, off).event.affiliate == "thief");
}

BOOST_AUTO_TEST_CASE(a_member_event_has_no_amount) {
    // The transaction of a reactivation reports the payment; an amount in both would be booked
    // twice.
    for (const char* action : {"Reactivation", "Enable"})
        for (const char* price : {"29.95", "<price>"})
            BOOST_TEST(!kCancel.with("action", action)
                            .with("price", price)
                            .with("currencycode", "USD")
                            .event()
                            .amount.has_value());
    BOOST_TEST(kJoin.with("stage", "Reactivation").event().amount.has_value());
}

BOOST_AUTO_TEST_CASE(a_transaction_is_its_id_and_its_words) {
    const std::string key_prefix = kJoin.key_prefix();
    BOOST_TEST(key_prefix == kJoin.with("stage", "INITIAL").with("price", "9.99").key_prefix());
    BOOST_TEST(key_prefix ==
               kJoin.with("purchaseid", "2").key_prefix()); // a conflict, not another fact
    for (const Sent& other : {kJoin.with("tranid", "2"), kJoin.with("approved", "No"),
                              kJoin.with("stage", "Conversion"), kJoin.with("action", "Void"),
                              kJoin.with("trantype", "credit")})
        BOOST_TEST(other.key_prefix() != key_prefix);
    // A cross sell of the same transaction id would be the same transaction.
    BOOST_TEST(!kJoin.translated().identity.has_epoch);
}

BOOST_AUTO_TEST_CASE(keys_are_short_and_ascii_whatever_is_sent) {
    for (const char* action : {"Auth",
                               "\xC3\x9C"
                               "berweisung",
                               "a/b?c d", "", "a very long action indeed"}) {
        const Translated translation = kJoin.with("trantype", "CB Reversal")
                                           .with("action", action)
                                           .with("stage", "\xE2\x82\xAC")
                                           .with("tranid", std::string(40, '9'))
                                           .translated();
        BOOST_REQUIRE((translation.outcome == Outcome::event));
        const std::string key = key_of(translation.identity, {});
        BOOST_TEST(key.size() <= 120u);
        for (char c : key)
            BOOST_TEST((c > ' ' && c <= '~'));
    }
}

BOOST_AUTO_TEST_CASE(member_events_change_a_state) {
    const auto identity_of = [](const char* action) {
        return Sent{{"action", action}, {"purchaseid", "1"}}.translated().identity;
    };
    const Identity enable = identity_of("Enable");
    BOOST_TEST((enable.access == Change::on && enable.renewal == Change::none && enable.has_epoch));
    const Identity disable = identity_of("Disable");
    BOOST_TEST((disable.access == Change::off && disable.renewal == Change::none));
    const Identity cancel = identity_of("Cancel");
    BOOST_TEST((cancel.access == Change::none && cancel.renewal == Change::off));
    const Identity reactivation = identity_of("Reactivation");
    BOOST_TEST((reactivation.access == Change::on && reactivation.renewal == Change::on));
    const Identity paid = kJoin.with("stage", "Reactivation").translated().identity;
    BOOST_TEST((paid.access == Change::on && paid.renewal == Change::on && !paid.has_epoch));
    const Identity declined =
        kJoin.with("stage", "Reactivation").with("approved", "No").translated().identity;
    BOOST_TEST((declined.access == Change::none && declined.renewal == Change::none));
}

BOOST_AUTO_TEST_CASE(an_id_or_a_time_makes_a_member_event_unmistakable) {
    const Sent enable = {{"action", "Enable"}, {"purchaseid", "1"}, {"tranid", "7"}};
    BOOST_TEST(enable.key_prefix() != enable.with("tranid", "8").key_prefix());
    // It stays the same fact after whatever came in between.
    BOOST_TEST(!enable.translated().identity.has_epoch);
    const Sent requeued = {{"action", "Reactivation"},
                           {"purchaseid", "1"},
                           {"reactivationtimestamp", "7/28/2008 3:38:43 PM"}};
    BOOST_TEST(requeued.key_prefix() !=
               requeued.with("reactivationtimestamp", "7/29/2008 3:38:43 PM").key_prefix());
    BOOST_TEST(!requeued.translated().identity.has_epoch);
}

BOOST_AUTO_TEST_CASE(the_end_of_access_and_of_renewal_is_known_by_its_transaction) {
    for (const char* action : {"Disable", "Cancel"}) {
        const Sent ended = kCancel.with("action", action).with("tranid", "7");
        const Identity identity = ended.translated().identity;
        BOOST_TEST(!identity.has_epoch);
        BOOST_TEST(identity.key_prefix != ended.with("tranid", "8").key_prefix());
        BOOST_TEST(identity.key_prefix != kCancel.with("action", action).key_prefix());
        BOOST_TEST((identity.access == Change::off) == (action == std::string("Disable")));
        BOOST_TEST((identity.renewal == Change::off) == (action == std::string("Cancel")));
        for (const char* none : {"0", " ", ""}) {
            const Identity unsaid = ended.with("tranid", none).translated().identity;
            BOOST_TEST(unsaid.has_epoch);
            BOOST_TEST(unsaid.key_prefix == kCancel.with("action", action).key_prefix());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failed_standin_is_told_by_what_the_ledger_remembers) {
    Event approval = kJoin.event();
    approval.affiliate = "of the sale";
    const Sent declined = kJoin.with("approved", "No");
    const Translated failed = declined.translated_after(approval);
    BOOST_TEST((failed.event.kind == EventKind::standin_decline));
    BOOST_TEST(failed.event.affiliate == "of the sale");
    BOOST_TEST(
        (declined.with("tranid", "2").translated_after(approval).event.kind == EventKind::denial));
    BOOST_TEST((declined.event(purchase_of_101()).kind == EventKind::denial));
    BOOST_TEST(failed.identity.key_prefix != kJoin.key_prefix());
}

BOOST_AUTO_TEST_CASE(a_one_time_item_by_one_click_opens_no_purchase) {
    const Sent sold = kJoin.with("octoken", "26346680").with("price", "29.95");
    BOOST_TEST(sold.with("stage", "Rebill").event().is_later_sale);
    BOOST_TEST(!sold.event().is_later_sale);
    BOOST_TEST(!kRebill.event().is_later_sale);
}

// A sealed link without a member: the purchase that is charged has one.
BOOST_AUTO_TEST_CASE(a_sealed_sale_on_a_known_purchase_is_its_members) {
    LinkRequest request;
    request.kind = LinkKind::one_click;
    request.option = "102";
    request.octoken = "26346680";
    const Result<Link> link = build_link(example_config(), request, kStart);
    BOOST_REQUIRE(link);
    std::string seal;
    for (const LinkField& field : link->fields)
        if (field.name == example_config().seal.parameter) seal = field.value;
    const Event event = kJoin.with("stage", "Rebill")
                            .with("price", "39.95")
                            .with("eticketid", "162209:1221")
                            .with("octoken", "26346680")
                            .with(example_config().seal.parameter, seal)
                            .event(purchase_of_101());
    BOOST_TEST((event.kind == EventKind::one_click));
    BOOST_TEST(event.member_id == "908172");
    BOOST_TEST(event.affiliate == "aff");
    // A template that echoes no octoken, nor an eTicket: Segpay books it on the card's purchase.
    const Sent silent = kRebill.with("price", "39.95").with(example_config().seal.parameter, seal);
    const Event found = silent.event(purchase_of_101());
    BOOST_TEST((found.kind == EventKind::one_click));
    BOOST_TEST(found.option == "102");
    Purchase other = purchase_of_101();
    other.id = "5";
    BOOST_TEST(contains(silent.with("purchaseid", "5").objection(other), "the seal does not fit"));
}

BOOST_AUTO_TEST_CASE(a_seal_tells_and_prices_a_sale_without_an_eticket) {
    LinkRequest request;
    request.option = "102";
    const Result<Link> link = build_link(example_config(), request, kStart);
    BOOST_REQUIRE(link);
    std::string seal;
    for (const LinkField& field : link->fields)
        if (field.name == example_config().seal.parameter) seal = field.value;
    const Sent sold = kJoin.without("eticketid").with(example_config().seal.parameter, seal);
    BOOST_TEST(sold.with("price", "39.95").event().option == "102");
    BOOST_TEST(contains(sold.with("price", "0.01").objection(), "it costs 39.95 USD"));
}

BOOST_AUTO_TEST_SUITE_END()
