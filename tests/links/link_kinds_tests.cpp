// What is special to a kind of link: one click, instant conversion, upsells, dynamic prices.
#include "links/fixture.hpp"

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(link_kinds_tests)

BOOST_AUTO_TEST_CASE(one_click_needs_a_card_and_an_option_that_allows_it) {
    LinkRequest request = to_option("201");
    request.kind = LinkKind::one_click;
    request.octoken = "26346680";
    request.tokenplus = "50";
    request.member_id = "908172";
    const Link link = built(request);
    BOOST_TEST(link.form_action ==
               "http://127.0.0.1:8091/billing/OneClick.aspx?x-eticketid=122905:9699");
    BOOST_TEST((query_without_seal(link) == Values{{"x-eticketid", "122905:9699"},
                                                   {"OCToken", "26346680"},
                                                   {"tokenplus", "50"},
                                                   {"foreignid", "908172"}}));
    request.octoken = "";
    BOOST_TEST(error_of(request).starts_with("octoken: is missing"));
    request.octoken = "1&x=2";
    BOOST_TEST(error_of(request).starts_with("octoken: is not an id"));
    request.octoken = "26346680";
    request.option = "103";
    BOOST_TEST(error_of(request) == "option: 103 is not enabled for one-click");
}

// NATS: Set Join Options, Token Rebuy Allowed.
BOOST_AUTO_TEST_CASE(tokens_are_sold_again_where_the_option_says_so) {
    const Config once = example_config_but([](Config& config) {
        for (JoinOption& option : config.options)
            option.has_token_rebuy = false;
    });
    LinkRequest request = to_option("201");
    const auto refusal = [&] {
        const Result<Link> link = build_link(once, request, kStart);
        return link ? std::string() : link.error();
    };
    constexpr std::string_view kRefused =
        "option: 201 may not be bought again; its token_rebuy is not set to true";
    BOOST_TEST(refusal() == ""); // the first time
    request.tokenplus = "0";
    BOOST_TEST(refusal() == "");
    request.tokenplus = "50";
    BOOST_TEST(refusal() == kRefused);
    request.kind = LinkKind::one_click;
    request.octoken = "26346680";
    BOOST_TEST(refusal() == kRefused);
    request.tokenplus = "";
    BOOST_TEST(refusal() == kRefused);
    request.option = "102"; // of no token site
    BOOST_TEST(refusal() == "");
}

// NATS integration guide, "NATS Token Plus & Segpay One Click": join options of a token site.
BOOST_AUTO_TEST_CASE(token_plus_is_of_token_sites) {
    LinkRequest request = to_option("102");
    request.tokenplus = "50";
    const std::string refused =
        "tokenplus: is for options of token sites; option 102 is of site 7, a membership site";
    BOOST_TEST(error_of(request) == refused);
    request.kind = LinkKind::one_click;
    request.octoken = "26346680";
    BOOST_TEST(error_of(request) == refused);
    for (const std::string_view nothing : {"0", " ", ""}) {
        request.tokenplus = nothing;
        built(request);
    }
    request.tokenplus = "50";
    request.option = "201";
    built(request);
}

BOOST_AUTO_TEST_CASE(an_instant_conversion_needs_the_token_of_the_sign_up) {
    LinkRequest request;
    request.kind = LinkKind::instant_conversion;
    request.ictoken = "0b9a2c1e-4f6d-4a4e-9b8e-000000000000";
    Link link = built(request);
    BOOST_TEST(link.url ==
               "http://127.0.0.1:8091/billing/InstantConv.aspx?ICToken="
               "0b9a2c1e-4f6d-4a4e-9b8e-000000000000");
    BOOST_TEST(link.form_action == link.url);
    BOOST_TEST(link.fields.empty());
    request.ictoken = "";
    BOOST_TEST(error_of(request).starts_with("ictoken: is missing"));
    request.ictoken = "a b";
    BOOST_TEST(error_of(request).starts_with("ictoken: is not an id"));
    request.ictoken = "a";
    request.option = "103";
    BOOST_TEST(built(request).url.ends_with("ICToken=a"));
    request.option = "101";
    BOOST_TEST(error_of(request) == "option: 101 is no instant-conversion price point");
    request.option = "none";
    BOOST_TEST(error_of(request).starts_with("option: \"none\" is not configured"));
}

BOOST_AUTO_TEST_CASE(a_dynamic_price_has_limits_and_needs_segpays_hash) {
    LinkRequest request = to_option("202");
    BOOST_TEST(error_of(request) == "amount: is missing; option 202 has a dynamic price");
    for (std::string_view amount : {"4.99", "100.01", "-5.00", "0"}) {
        request.amount = amount;
        BOOST_TEST(error_of(request) ==
                   "amount: " + std::string(amount) + " is not within 5.00 to 100.00 USD");
    }
    request.amount = "5,00";
    BOOST_TEST(error_of(request).starts_with("amount: amount \"5,00\" is not a decimal"));
    request.amount = "5.00";
    BOOST_TEST(error_of(request).starts_with("price_hash: is missing"));
    BOOST_TEST(contains(error_of(request), "needs a hash from Segpay's pricing service"));
    request = to_option("102");
    request.amount = "39.95";
    BOOST_TEST(error_of(request) == "amount: option 102 has a fixed price");
}

BOOST_AUTO_TEST_CASE(a_dynamic_price_travels_with_its_hash_encoded_once) {
    LinkRequest request = to_option("202");
    request.amount = "25.95";
    request.description = "50 Tokens Plus 1 Month Service";
    for (std::string_view hash :
         {"dsvEzGU8vjsph0kbhZblRC%2f1wjQ%3d", "dsvEzGU8vjsph0kbhZblRC/1wjQ="}) {
        request.price_hash = hash;
        const Link link = built(request);
        BOOST_TEST(
            (query_without_seal(link) == Values{{"x-eticketid", "122903:9689"},
                                                {"amount", "25.95"},
                                                {"dynamicdesc", "50 Tokens Plus 1 Month Service"},
                                                {"dynamictrans", "dsvEzGU8vjsph0kbhZblRC/1wjQ="}}));
        BOOST_TEST(contains(link.url, "dynamictrans=dsvEzGU8vjsph0kbhZblRC%2F1wjQ%3D"));
    }
    request.description = "";
    BOOST_TEST(!query_of(built(request)).contains("dynamicdesc"));
    request.kind = LinkKind::one_click;
    request.octoken = "26346680";
    BOOST_TEST(query_of(built(request))["dynamictrans"] == "dsvEzGU8vjsph0kbhZblRC/1wjQ=");

    request.description = "a\nb";
    BOOST_TEST(error_of(request).starts_with("description: holds a control character"));
    request.price_hash = "dsvEzGU8";
    BOOST_TEST(error_of(request).starts_with("price_hash: has 8 characters"));
    request = to_option("102");
    request.price_hash = "dsvEzGU8vjsph0kbhZblRC/1wjQ=";
    BOOST_TEST(error_of(request) == "price_hash: option 102 has a fixed price");
    request = to_option("102");
    request.description = "words";
    BOOST_TEST(error_of(request) == "description: option 102 has a fixed price");
}

// Option 202 with a dynamic recurring price of 2.95 to 100.00 for 3 to 30 days, then 19.95 to 49.95
// for 30 to 60 days.
Config with_dynamic_recurring_price() {
    return example_config_but([](Config& config) {
        for (JoinOption& option : config.options) {
            if (option.id != "202") continue;
            Price price;
            price.type = Price::Type::dynamic_recurring;
            price.currency = currency("USD");
            price.initial_range =
                PeriodRange{{295, price.currency}, {10'000, price.currency}, 3, 30};
            price.recurring_range =
                PeriodRange{{1995, price.currency}, {4995, price.currency}, 30, 60};
            option.price = price;
        }
    });
}

BOOST_AUTO_TEST_CASE(a_dynamic_recurring_price_travels_as_the_id_that_segpay_gave) {
    const Config config = with_dynamic_recurring_price();
    LinkRequest request = to_option("202");
    BOOST_TEST(error_of(request, config).starts_with("price_hash: is missing"));
    for (std::string_view id :
         {"0f8fad5b-d9cb-469f-a165-70867728950e", "\"0f8fad5b-d9cb-469f-a165-70867728950e\""}) {
        request.price_hash = id;
        BOOST_TEST((query_without_seal(built(request, config)) ==
                    Values{{"x-eticketid", "122903:9689"},
                           {"DynamicPricingID", "0f8fad5b-d9cb-469f-a165-70867728950e"}}));
    }
    request.kind = LinkKind::one_click;
    request.octoken = "26346680";
    BOOST_TEST((query_without_seal(built(request, config)) ==
                Values{{"x-eticketid", "122903:9689"},
                       {"OCToken", "26346680"},
                       {"DynamicPricingID", "0f8fad5b-d9cb-469f-a165-70867728950e"}}));
    for (std::string_view bad :
         {"dsvEzGU8vjsph0kbhZblRC/1wjQ=", "0f8fad5b", "\"", "0f8fad5b-d9cb-469f-a165-70867728950g",
          "0f8fad5bd9cb469fa16570867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e1"}) {
        request.price_hash = bad;
        BOOST_TEST(error_of(request, config).starts_with("price_hash: is not an id"));
    }
    request.price_hash = "0f8fad5b-d9cb-469f-a165-70867728950e";
    request.description = "words";
    BOOST_TEST(error_of(request, config) ==
               "description: option 202 has a dynamic recurring price, whose page takes none");
}

BOOST_AUTO_TEST_CASE(what_was_asked_for_lies_within_the_four_ranges) {
    const Config config = with_dynamic_recurring_price();
    struct Row {
        const char* field;
        std::string_view LinkRequest::*member;
        std::vector<std::string_view> right, wrong;
        const char* range;
    };
    for (const Row& row : {Row{"amount",
                               &LinkRequest::amount,
                               {"2.95", "50", "100.00"},
                               {"2.94", "100.01", "0"},
                               "2.95 to 100.00 USD"},
                           {"initial_days",
                            &LinkRequest::initial_days,
                            {"3", "30"},
                            {"2", "31", "0"},
                            "3 to 30 days"},
                           {"recurring_amount",
                            &LinkRequest::recurring_amount,
                            {"19.95", "49.95"},
                            {"19.94", "49.96"},
                            "19.95 to 49.95 USD"},
                           {"recurring_days",
                            &LinkRequest::recurring_days,
                            {"30", "60"},
                            {"29", "61"},
                            "30 to 60 days"}}) {
        LinkRequest request = to_option("202");
        request.price_hash = "0f8fad5b-d9cb-469f-a165-70867728950e";
        for (std::string_view right : row.right) {
            request.*row.member = right;
            BOOST_TEST(query_without_seal(built(request, config)).size() == 2u); // neither is sent
        }
        for (std::string_view wrong : row.wrong) {
            request.*row.member = wrong;
            BOOST_TEST(error_of(request, config) == std::string(row.field) + ": " +
                                                        std::string(wrong) + " is not within " +
                                                        row.range);
        }
        request.*row.member = "many";
        BOOST_TEST(error_of(request, config).starts_with(std::string(row.field) + ": "));
        // No other price has them.
        LinkRequest fixed = to_option("102");
        fixed.*row.member = row.right.front();
        BOOST_TEST(error_of(fixed, config) ==
                   std::string(row.field) + ": option 102 has a fixed price");
    }
    LinkRequest sale = to_option("202");
    sale.amount = "25.95";
    sale.price_hash = "dsvEzGU8vjsph0kbhZblRC/1wjQ=";
    sale.recurring_days = "30";
    BOOST_TEST(error_of(sale) ==
               "recurring_days: option 202 has a dynamic price that does not recur");
}

// The newer pricing service gives an id in place of a hash.
BOOST_AUTO_TEST_CASE(a_dynamic_price_may_travel_as_an_id) {
    LinkRequest request = to_option("202");
    request.amount = "25.95";
    request.price_hash = "0f8fad5b-d9cb-469f-a165-70867728950e";
    BOOST_TEST((query_without_seal(built(request)) ==
                Values{{"x-eticketid", "122903:9689"},
                       {"amount", "25.95"},
                       {"dynamicpricingid", "0f8fad5b-d9cb-469f-a165-70867728950e"}}));
}

// Processing API 2.0: "One-clicks cannot be used with Delayed Capture price points."
BOOST_AUTO_TEST_CASE(a_delayed_capture_is_not_bought_with_one_click) {
    const Config config = example_config_but([](Config& each) {
        for (JoinOption& option : each.options)
            if (option.id == "101" || option.id == "301")
                option.price.type = Price::Type::delayed_capture;
    });
    LinkRequest request = to_option("101");
    BOOST_TEST(query_of(built(request, config))["x-eticketid"] == "162209:3097");
    request.kind = LinkKind::one_click;
    request.octoken = "26346680";
    BOOST_TEST(error_of(request, config) ==
               "option: 101 is a delayed capture, which cannot be bought with one click");
    request.option = "";
    request.upsell = "UP-8-301";
    BOOST_TEST(error_of(request, config) ==
               "option: 301 is a delayed capture, which cannot be bought with one click");
}

BOOST_AUTO_TEST_CASE(an_instant_conversion_has_words_for_those_who_are_too_fast) {
    LinkRequest request;
    request.kind = LinkKind::instant_conversion;
    request.ictoken = "a";
    request.retry_text = "Please retry in a few minutes!";
    Link link = built(request);
    BOOST_TEST(link.form_action.ends_with("/InstantConv.aspx?ICToken=a"));
    BOOST_TEST((query_of(link) ==
                Values{{"ICToken", "a"}, {"IC301Text", "Please retry in a few minutes!"}}));
    BOOST_TEST(link.fields.size() == 1u);

    const Config config =
        example_config_but([](Config& each) { each.pay_page.retry_text = "house words"; });
    BOOST_TEST(query_of(built(request, config))["IC301Text"] == "Please retry in a few minutes!");
    request.retry_text = "";
    BOOST_TEST(query_of(built(request, config))["IC301Text"] == "house words");
    const std::string too_long(256, 'x');
    request.retry_text = too_long;
    BOOST_TEST(error_of(request).starts_with("retry_text: has 256 characters"));
    request = to_option("102");
    BOOST_TEST(!query_of(built(request, config)).contains("IC301Text"));
    request.retry_text = "words";
    BOOST_TEST(error_of(request) == "retry_text: is of instant conversions only");
}

BOOST_AUTO_TEST_CASE(what_a_kind_of_link_does_not_take_is_refused) {
    struct Row {
        const char* field;
        std::string_view LinkRequest::*member;
    };
    const auto conversion = [] {
        LinkRequest request;
        request.kind = LinkKind::instant_conversion;
        request.ictoken = "a";
        return request;
    };
    const auto reactivation = [] {
        LinkRequest request;
        request.kind = LinkKind::reactivation;
        request.reactivation_token = "a";
        return request;
    };
    for (const Row& row : {Row{"session", &LinkRequest::session},
                           {"affiliate", &LinkRequest::affiliate},
                           {"username", &LinkRequest::username},
                           {"password", &LinkRequest::password},
                           {"first_name", &LinkRequest::first_name},
                           {"last_name", &LinkRequest::last_name},
                           {"email", &LinkRequest::email},
                           {"address", &LinkRequest::address},
                           {"city", &LinkRequest::city},
                           {"state", &LinkRequest::state},
                           {"zip", &LinkRequest::zip},
                           {"country", &LinkRequest::country},
                           {"phone", &LinkRequest::phone},
                           {"language", &LinkRequest::language},
                           {"currency", &LinkRequest::currency},
                           {"amount", &LinkRequest::amount},
                           {"xref1", &LinkRequest::xref1},
                           {"xref2", &LinkRequest::xref2},
                           {"upsell", &LinkRequest::upsell},
                           {"tokenplus", &LinkRequest::tokenplus},
                           {"octoken", &LinkRequest::octoken},
                           {"approve_url", &LinkRequest::approve_url},
                           {"approve_text", &LinkRequest::approve_text},
                           {"decline_url", &LinkRequest::decline_url},
                           {"decline_text", &LinkRequest::decline_text},
                           {"template", &LinkRequest::page_template},
                           {"price_points", &LinkRequest::price_points},
                           {"price_hash", &LinkRequest::price_hash},
                           {"description", &LinkRequest::description}})
        for (LinkRequest request : {conversion(), reactivation()}) {
            request.*row.member = "v";
            BOOST_TEST(error_of(request) ==
                       std::string(row.field) + ": is of join and one-click links only");
        }
    for (bool LinkRequest::*flag :
         {&LinkRequest::only_this_price, &LinkRequest::radio_buttons, &LinkRequest::cross_sale_off,
          &LinkRequest::test_mode_retry_decline})
        for (LinkRequest request : {conversion(), reactivation()}) {
            request.*flag = true;
            BOOST_TEST(contains(error_of(request), ": is of join and one-click links only"));
        }
    LinkRequest request = conversion();
    request.refs[9] = "ten";
    BOOST_TEST(error_of(request) == "ref10: is of join and one-click links only");
    request = reactivation();
    const LinkField extras[] = {{"camp", "x"}};
    request.extras = extras;
    BOOST_TEST(error_of(request) == "x.camp: is of join and one-click links only");
    request = reactivation();
    request.ictoken = "a";
    BOOST_TEST(error_of(request) == "ictoken: is of instant conversions only");
    request = conversion();
    request.reactivation_token = "a";
    BOOST_TEST(error_of(request) == "reactivation_token: is of reactivations only");

    request = to_option("101");
    request.ictoken = "a";
    BOOST_TEST(error_of(request) == "ictoken: is of instant conversions only");
    request = to_option("101");
    request.purchase_id = "1";
    BOOST_TEST(error_of(request) ==
               "purchase_id: is of one-click links, instant conversions and reactivations only");
    request.kind = LinkKind::one_click;
    request.octoken = "1";
    BOOST_TEST(!query_of(built(request)).empty());
    request.retry_text = "words";
    BOOST_TEST(error_of(request) == "retry_text: is of instant conversions only");
    // Every kind accepts the fields that say whom and what it is about.
    for (LinkRequest each : {conversion(), reactivation()}) {
        each.option = "103";
        each.member_id = "908172";
        each.purchase_id = "1";
        BOOST_TEST(!built(each).url.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_configured_upsell_sells_what_it_is_configured_for) {
    const Config config = example_config_but([](Config& each) {
        for (JoinOption& option : each.options)
            if (option.id == "301") option.has_one_click = true;
        Offer partners;
        partners.ref = "UP-partner";
        partners.partner = Partner{"30001", "", ETicket{200001, 500}};
        each.upsells.push_back(partners);
    });
    LinkRequest request;
    request.kind = LinkKind::one_click;
    request.octoken = "26346680";
    request.upsell = "UP-8-301";
    BOOST_TEST(query_of(built(request, config))["x-eticketid"] == "133044:12217");
    request.option = "301";
    BOOST_TEST(query_of(built(request, config))["x-eticketid"] == "133044:12217");
    request.option = "102";
    BOOST_TEST(error_of(request, config) ==
               "upsell: UP-8-301 sells option 301, not option \"102\"");
    request.upsell = "the host's own";
    BOOST_TEST(query_of(built(request, config))["x-eticketid"] == "162209:1221");

    request.upsell = "UP-partner";
    BOOST_TEST(error_of(request, config) ==
               "upsell: UP-partner sells what a partner sells, not option \"102\"");
    request.option = "";
    const Values values = query_of(built(request, config));
    BOOST_TEST(values.at("x-eticketid") == "200001:500");
    BOOST_TEST(values.at("upsell") == "UP-partner");
    request.amount = "5.00";
    BOOST_TEST(error_of(request, config) == "amount: what a partner sells has a fixed price");
    request.amount = "";
    request.upsell = "the host's own";
    BOOST_TEST(error_of(request, config).starts_with("option: is missing"));
}

BOOST_AUTO_TEST_CASE(a_reactivation_link_carries_what_segpay_gave) {
    LinkRequest request;
    request.kind = LinkKind::reactivation;
    request.reactivation_token = "0f8fad5b-d9cb-469f-a165-70867728950e";
    const Config live = example_config_but(
        [](Config& config) { config.pay_page.base_url = "https://secure2.segpay.com/billing"; });
    BOOST_TEST(build_link(live, request, kStart)->url ==
               "https://secure2.segpay.com/reactivation"
               "?tguid=0f8fad5b-d9cb-469f-a165-70867728950e&sprs=ms");
    request.reactivation_token = "a&b";
    BOOST_TEST(error_of(request).starts_with("reactivation_token: is not an id"));
}

BOOST_AUTO_TEST_SUITE_END()
