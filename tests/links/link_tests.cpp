// Links: every parameter under Segpay's name, defaults, seal, both forms; and each impossible
// request with an error that names its field.
#include "links/fixture.hpp"
#include "wire/form.hpp"
#include "wire/seal.hpp"

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(link_tests)

BOOST_AUTO_TEST_CASE(the_least_link) {
    const Link link = built(to_option("102"));
    BOOST_TEST(link.form_action ==
               "http://127.0.0.1:8091/billing/poset.cgi?x-eticketid=162209:1221");
    BOOST_TEST((query_without_seal(link) == Values{{"x-eticketid", "162209:1221"}}));
}

BOOST_AUTO_TEST_CASE(every_field_goes_under_segpays_name) {
    struct Row {
        std::string_view LinkRequest::*field;
        std::string_view value;
        const char* parameter;
        std::string_view sent; // "": the same
    };
    for (const Row& row :
         {Row{&LinkRequest::member_id, "908172", "foreignid", ""},
          {&LinkRequest::session, "0123456789abcdef0123456789abcdef", "natssess", ""},
          {&LinkRequest::affiliate, "aff", "merchantpartnerid", ""},
          {&LinkRequest::username, "joe", "username", ""},
          {&LinkRequest::password, "p&w=+ %", "password", ""},
          {&LinkRequest::email, "joe@example.com", "x-billemail", ""},
          {&LinkRequest::address, "123 Fake Street", "x-billaddr", ""},
          {&LinkRequest::city, "Las Vegas", "x-billcity", ""},
          {&LinkRequest::state, "ND", "x-billstate", ""},
          {&LinkRequest::zip, "12345", "x-billzip", ""},
          {&LinkRequest::country, "us", "x-billcntry", "US"},
          {&LinkRequest::phone, "+1 555", "x-billphone", ""},
          {&LinkRequest::language, "es", "paypagelanguage", "ES"},
          {&LinkRequest::currency, "none", "DMCURRENCY", "NONE"},
          {&LinkRequest::page_template, "t1", "template", ""},
          {&LinkRequest::approve_url, "https://a.example/?b=c&d", "x-auth-link", ""},
          {&LinkRequest::decline_url, "https://d.example/", "x-decl-link", ""},
          {&LinkRequest::xref1, "XS-other", "xref1", ""},
          {&LinkRequest::xref2, "XS-other", "xref2", ""},
          {&LinkRequest::upsell, "UP-8-301", "upsell", ""},
          {&LinkRequest::octoken, "26346680", "OCToken", ""},
          {&LinkRequest::first_name, "Joe", "x-billname", ""},
          {&LinkRequest::last_name, "Segpay", "x-billname", ""}}) {
        LinkRequest request = to_option("102");
        request.*row.field = row.value;
        BOOST_TEST_CONTEXT(row.parameter)
        BOOST_TEST((query_without_seal(built(request)) ==
                    Values{{"x-eticketid", "162209:1221"},
                           {row.parameter, std::string(row.sent.empty() ? row.value : row.sent)}}));
    }
    LinkRequest tokens = to_option("201");
    tokens.tokenplus = "50";
    BOOST_TEST((query_without_seal(built(tokens)) ==
                Values{{"x-eticketid", "122905:9699"}, {"tokenplus", "50"}}));
}

// NATS's own codes, which hosts send as the affiliate, can be longer than user-defined values.
BOOST_AUTO_TEST_CASE(an_affiliate_may_have_more_than_32_characters) {
    LinkRequest request = to_option("102");
    const std::string code = "MTA5MjM0LjEyMy40NTYuNzg5LjEwMTEuMTIxMy4xNDE1LjE2MTc";
    request.affiliate = code;
    const Values values = query_of(built(request));
    BOOST_TEST(values.at("merchantpartnerid") == code);
}

BOOST_AUTO_TEST_CASE(the_united_kingdom_is_gb_whatever_it_is_called) {
    LinkRequest request = to_option("102");
    for (std::string_view said : {"UK", "uk"}) {
        request.country = said;
        const Link link = built(request);
        BOOST_TEST(query_of(link)["x-billcntry"] == "GB");
        BOOST_TEST(link.warning ==
                   "country \"" + std::string(said) + "\" is none of ISO 3166 and was sent as GB");
    }
    request.country = "gb";
    Link link = built(request);
    BOOST_TEST(query_of(link)["x-billcntry"] == "GB");
    BOOST_TEST(link.warning == "");
    // A link that is reused does not keep the warning.
    request.country = "UK";
    BOOST_REQUIRE(!build_link(example_config(), request, kStart, link));
    request.country = "";
    BOOST_REQUIRE(!build_link(example_config(), request, kStart, link));
    BOOST_TEST(link.warning == "");
}

BOOST_AUTO_TEST_CASE(names_texts_and_switches) {
    LinkRequest request = to_option("102");
    request.first_name = "Joe";
    request.last_name = "Segpay";
    request.approve_url = "https://a.example/";
    request.approve_text = "CLICK HERE";
    request.decline_url = "https://d.example/";
    request.decline_text = "TRY AGAIN";
    request.cross_sale_off = true;
    request.test_mode_retry_decline = true;
    request.radio_buttons = true;
    request.only_this_price = true;
    BOOST_TEST((query_without_seal(built(request)) == Values{{"x-eticketid", "162209:1221"},
                                                             {"x-billname", "Joe Segpay"},
                                                             {"x-auth-link", "https://a.example/"},
                                                             {"x-auth-text", "CLICK HERE"},
                                                             {"x-decl-link", "https://d.example/"},
                                                             {"x-decl-text", "TRY AGAIN"},
                                                             {"CrossSaleOff", "1"},
                                                             {"TestModeRetryDecline", "on"},
                                                             {"ppviewtype", "2"},
                                                             {"ppvviewoption", "2"}}));
}

BOOST_AUTO_TEST_CASE(ten_refs_and_any_number_of_extras) {
    LinkRequest request = to_option("102");
    Values wanted = {{"x-eticketid", "162209:1221"}};
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 10; ++i)
        texts.push_back(std::to_string(i) + std::string(254, 'r')); // exempt from the limit of 32
    for (std::size_t i = 0; i < 10; ++i) {
        request.refs[i] = texts[i];
        wanted["REF" + std::to_string(i + 1)] = texts[i];
    }
    for (int i = 0; i < 40; ++i)
        wanted["x" + std::to_string(i)] = std::to_string(i);
    std::vector<LinkField> extras;
    for (const auto& [name, value] : wanted)
        if (name[0] == 'x' && name[1] != '-') extras.push_back({name, value});
    BOOST_TEST(extras.size() == 40u);
    request.extras = extras;
    BOOST_TEST((query_without_seal(built(request)) == wanted));
}

BOOST_AUTO_TEST_CASE(price_points_can_be_listed) {
    LinkRequest request = to_option("101");
    request.price_points = "1221,3097";
    BOOST_TEST(query_of(built(request))["pplist"] == "1221,3097");
    const Config other = example_config_but([](Config& config) {
        config.pay_page.price_list_parameter = "plist";
        config.pay_page.price_view_parameter = "ppviewoption";
    });
    BOOST_TEST(query_of(built(request, other))["plist"] == "1221,3097");
    LinkRequest alone = to_option("101");
    alone.only_this_price = true;
    BOOST_TEST(query_of(built(alone, other))["ppviewoption"] == "2");
}

BOOST_AUTO_TEST_CASE(the_configuration_fills_what_the_request_leaves_open) {
    const Config config = example_config_but([](Config& each) {
        each.pay_page.language = "DE";
        each.pay_page.currency = "EUR";
        each.pay_page.page_template = "house";
        each.pay_page.approve_url = "https://house.example/yes";
        each.pay_page.approve_text = "yes";
        each.pay_page.decline_url = "https://house.example/no";
        each.pay_page.decline_text = "no";
    });
    Values values = query_of(built(to_option("102"), config));
    BOOST_TEST(values["paypagelanguage"] == "DE");
    BOOST_TEST(values["DMCURRENCY"] == "EUR");
    BOOST_TEST(values["template"] == "house");
    BOOST_TEST(values["x-auth-link"] == "https://house.example/yes");
    BOOST_TEST(values["x-auth-text"] == "yes");
    BOOST_TEST(values["x-decl-link"] == "https://house.example/no");
    BOOST_TEST(values["x-decl-text"] == "no");

    LinkRequest request = to_option("102");
    request.language = "FR";
    request.currency = "USD";
    request.page_template = "mine";
    request.approve_url = "https://mine.example/";
    request.decline_text = "my words for your link";
    values = query_of(built(request, config));
    BOOST_TEST(values["paypagelanguage"] == "FR");
    BOOST_TEST(values["DMCURRENCY"] == "USD");
    BOOST_TEST(values["template"] == "mine");
    BOOST_TEST(values["x-auth-link"] == "https://mine.example/");
    BOOST_TEST(!values.contains("x-auth-text")); // text of another link
    BOOST_TEST(values["x-decl-link"] == "https://house.example/no");
    BOOST_TEST(values["x-decl-text"] == "my words for your link");
}

// Request, option, site, account: the first with a value.
BOOST_AUTO_TEST_CASE(an_option_and_its_site_may_have_a_pay_page_of_their_own) {
    const Config config = example_config_but([](Config& each) {
        each.pay_page.language = "DE";
        each.pay_page.currency = "EUR";
        each.pay_page.page_template = "house";
        each.pay_page.approve_url = "https://house.example/yes";
        each.pay_page.approve_text = "house yes";
        each.pay_page.decline_url = "https://house.example/no";
        each.pay_page.decline_text = "house no";
        for (Site& site : each.sites)
            if (site.id == "7")
                site.pay_page =
                    PageStyle{"https://site.example/yes", "", "", "site no", "FR", "", ""};
        for (JoinOption& option : each.options)
            if (option.id == "102")
                option.pay_page = PageStyle{"", "", "https://option.example/no", "", "", "USD", ""};
    });
    struct Row {
        const char* option;
        Values expected;
    };
    for (const Row& row : {Row{"301",
                               {{"paypagelanguage", "DE"},
                                {"DMCURRENCY", "EUR"},
                                {"template", "house"},
                                {"x-auth-link", "https://house.example/yes"},
                                {"x-auth-text", "house yes"},
                                {"x-decl-link", "https://house.example/no"},
                                {"x-decl-text", "house no"}}},
                           {"103",
                            {{"paypagelanguage", "FR"},
                             {"DMCURRENCY", "EUR"},
                             {"template", "house"},
                             {"x-auth-link", "https://site.example/yes"}, // without a text
                             {"x-decl-link", "https://house.example/no"},
                             {"x-decl-text", "site no"}}},
                           {"102",
                            {{"paypagelanguage", "FR"},
                             {"DMCURRENCY", "USD"},
                             {"template", "house"},
                             {"x-auth-link", "https://site.example/yes"},
                             {"x-decl-link", "https://option.example/no"}}}}) {
        Values wanted = row.expected;
        Values found = query_without_seal(built(to_option(row.option), config));
        found.erase("x-eticketid");
        BOOST_TEST_CONTEXT(row.option) BOOST_TEST((found == wanted));
    }
    LinkRequest request = to_option("102");
    request.language = "ES";
    request.decline_url = "https://mine.example/no";
    request.approve_text = "my words";
    const Values values = query_of(built(request, config));
    BOOST_TEST(values.at("paypagelanguage") == "ES");
    BOOST_TEST(values.at("x-decl-link") == "https://mine.example/no");
    BOOST_TEST(!values.contains("x-decl-text"));
    BOOST_TEST(values.at("x-auth-link") == "https://site.example/yes");
    BOOST_TEST(values.at("x-auth-text") == "my words");
    // A text needs a link at some level.
    const Config site_alone = example_config_but([](Config& each) {
        each.sites.front().pay_page = PageStyle{"https://site.example/yes", "", "", "", "", "", ""};
    });
    request = to_option("102");
    request.approve_text = "my words";
    BOOST_TEST(query_of(built(request, site_alone))["x-auth-text"] == "my words");
    request = to_option("301");
    request.approve_text = "my words";
    BOOST_TEST(error_of(request, site_alone) == "approve_text: needs an approve_url");
}

BOOST_AUTO_TEST_CASE(the_member_goes_under_the_name_that_is_configured) {
    const Config config =
        example_config_but([](Config& each) { each.pay_page.member_id_parameter = "memberID"; });
    LinkRequest request = to_option("102");
    request.member_id = "908172";
    const Values values = query_of(built(request, config));
    BOOST_TEST(values.at("memberID") == "908172");
    BOOST_TEST(!values.contains("foreignid"));
    // The seal covers the member, under any parameter name.
    SealedFacts facts;
    facts.package = 162209;
    facts.option = "102";
    facts.member_id = "908172";
    BOOST_TEST((check_seal(values.at(seal_name()), config.seal.keys, facts, kStart, kDay) ==
                SealVerdict::good));
}

BOOST_AUTO_TEST_CASE(cross_sells_are_the_options_own) {
    Values values = query_of(built(to_option("101")));
    BOOST_TEST(values["xref1"] == "XS-8-301");
    BOOST_TEST(values["xref2"] == "XS-9-201");
    LinkRequest request = to_option("101");
    request.xref1 = "XS-mine";
    values = query_of(built(request));
    BOOST_TEST(values["xref1"] == "XS-mine");
    BOOST_TEST(values["xref2"] == "XS-9-201");
    request = to_option("101");
    request.cross_sale_off = true;
    values = query_of(built(request));
    BOOST_TEST(!values.contains("xref1"));
    BOOST_TEST(!values.contains("xref2"));
    BOOST_TEST(values["CrossSaleOff"] == "1");
    // A one-click page offers no cross sells.
    request = to_option("101");
    request.kind = LinkKind::one_click;
    request.octoken = "1";
    BOOST_TEST(!query_of(built(request)).contains("xref1"));
}

BOOST_AUTO_TEST_CASE(the_seal_is_about_what_stands_on_the_link) {
    LinkRequest request = to_option("201");
    request.member_id = "908172";
    request.session = "sess";
    request.xref1 = "XS-8-301";
    request.xref2 = "XS-9-201";
    request.affiliate = "aff";
    request.upsell = "u";
    request.tokenplus = "t";
    request.octoken = "7";
    const Values values = query_of(built(request));
    std::string seal = values.at(seal_name());
    SealedFacts facts; // views of `values`
    facts.package = 122905;
    facts.option = "201";
    facts.member_id = values.at("foreignid");
    facts.session = values.at("natssess");
    facts.affiliate = values.at("merchantpartnerid");
    facts.xref1 = values.at("xref1");
    facts.xref2 = values.at("xref2");
    facts.upsell = values.at("upsell");
    facts.tokenplus = values.at("tokenplus");
    facts.octoken = values.at("OCToken");
    const auto verdict = [&] {
        return check_seal(seal, example_config().seal.keys, facts, kStart, kDay);
    };
    BOOST_TEST((verdict() == SealVerdict::good));
    facts.member_id = "1";
    BOOST_TEST((verdict() == SealVerdict::forged));

    // With a choice of price points it vouches for the package only.
    request.price_points = "9699,1221";
    seal = query_of(built(request)).at(seal_name());
    facts.member_id = "908172";
    facts.option = "";
    BOOST_TEST((verdict() == SealVerdict::good));

    const Config off =
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::off; });
    BOOST_TEST(!query_of(built(request, off)).contains(seal_name()));
}

BOOST_AUTO_TEST_CASE(the_first_of_several_keys_signs) {
    const HmacKey next("the next key of this account");
    const Config rotated = example_config_but(
        [&](Config& config) { config.seal.keys.insert(config.seal.keys.begin(), next); });
    const Values values = query_of(built(to_option("102"), rotated));
    SealedFacts facts;
    facts.package = 162209;
    facts.option = "102";
    const auto is_signed_by = [&](const HmacKey& key) {
        const std::span<const HmacKey> keys(&key, 1);
        return check_seal(values.at(seal_name()), keys, facts, kStart, kDay) == SealVerdict::good;
    };
    BOOST_TEST(is_signed_by(next));
    BOOST_TEST(!is_signed_by(example_config().seal.keys.front()));
}

BOOST_AUTO_TEST_CASE(the_form_says_what_the_url_says) {
    LinkRequest request = to_option("101");
    request.member_id = "908172";
    request.password = "p&w=\xC3\xA9 +";
    request.refs[3] = "four";
    const LinkField extras[] = {{"camp", "x"}};
    request.extras = extras;
    const Link link = built(request);
    Parameters parameters;
    for (const LinkField& field : link.fields)
        parameters.push_back({std::string(field.name), std::string(field.value)});
    BOOST_TEST(link.url == link.form_action + "&" + encode_form(parameters));
    const auto action = Poco::URI(link.form_action).getQueryParameters();
    BOOST_REQUIRE(action.size() == 1u);
    BOOST_TEST(action[0].first == "x-eticketid");
    Values fields = {action[0]};
    for (const LinkField& field : link.fields)
        fields[std::string(field.name)] = field.value;
    BOOST_TEST((fields == query_of(link)));
}

BOOST_AUTO_TEST_CASE(a_standard_parser_gives_every_value_back) {
    const std::string_view hostile[] = {"a&b=c",
                                        "a+b",
                                        "100% %41 %zz",
                                        "\"'<>`",
                                        "#?/\\;",
                                        "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
                                        "\xE2\x80\xAE"
                                        "rtl",
                                        "e\xCC\x81",
                                        "{}[]|^",
                                        " ",
                                        "=",
                                        "\xEF\xBB\xBF",
                                        "\xC2\xA4"
                                        "cycode=USD"};
    for (std::string_view text : hostile) {
        LinkRequest request = to_option("102");
        request.password = request.city = request.member_id = request.refs[0] = text;
        const LinkField extras[] = {{"camp", text}};
        request.extras = extras;
        Values values = query_of(built(request));
        for (const char* name : {"password", "x-billcity", "foreignid", "REF1", "camp"})
            BOOST_TEST_CONTEXT(name << " = " << text) BOOST_TEST(values[name] == text);
    }
}

BOOST_AUTO_TEST_CASE(each_impossible_request_names_its_field) {
    struct Row {
        const char* field;
        std::string_view LinkRequest::*member;
        std::string value;
    };
    const std::string too_long(256, 'x');
    const std::string over_32(33, 'x');
    for (const Row& row : {Row{"option", &LinkRequest::option, "999"},
                           {"option", &LinkRequest::option, ""},
                           {"member_id", &LinkRequest::member_id, over_32},
                           {"session", &LinkRequest::session, over_32},
                           {"affiliate", &LinkRequest::affiliate, too_long},
                           {"xref1", &LinkRequest::xref1, over_32},
                           {"xref2", &LinkRequest::xref2, over_32},
                           {"upsell", &LinkRequest::upsell, over_32},
                           {"tokenplus", &LinkRequest::tokenplus, over_32},
                           {"username", &LinkRequest::username, too_long},
                           {"password", &LinkRequest::password, too_long},
                           {"first_name", &LinkRequest::first_name, too_long},
                           {"email", &LinkRequest::email, too_long},
                           {"address", &LinkRequest::address, too_long},
                           {"city", &LinkRequest::city, "a\nb"},
                           {"state", &LinkRequest::state, "\xEB"},
                           {"zip", &LinkRequest::zip, too_long},
                           {"country", &LinkRequest::country, "USA"},
                           {"country", &LinkRequest::country, "ZZ"},
                           {"phone", &LinkRequest::phone, too_long},
                           {"language", &LinkRequest::language, "XX"},
                           {"currency", &LinkRequest::currency, "XXX"},
                           {"template", &LinkRequest::page_template, too_long},
                           {"approve_url", &LinkRequest::approve_url, "javascript:x"},
                           {"approve_text", &LinkRequest::approve_text, "words"},
                           {"decline_url", &LinkRequest::decline_url, "example.com"},
                           {"decline_text", &LinkRequest::decline_text, "words"},
                           {"octoken", &LinkRequest::octoken, "1 2"},
                           {"amount", &LinkRequest::amount, "5.00"},
                           {"price_points", &LinkRequest::price_points, "1221;3097"}}) {
        LinkRequest request = to_option("102");
        request.*row.member = row.value;
        BOOST_TEST_CONTEXT(row.field << " = " << row.value) {
            const std::string message = error_of(request);
            BOOST_TEST(message.starts_with(row.field));
            BOOST_TEST(contains(message, ": "));
        }
    }
    LinkRequest request = to_option("102");
    request.refs[9] = too_long;
    BOOST_TEST(error_of(request).starts_with("ref10: has 256 characters"));
    request = to_option("102");
    request.price_points = "3097";
    BOOST_TEST(error_of(request) ==
               "price_points: does not hold 1221, the option's own price point");
    request.price_points = "11221,12210";
    BOOST_TEST(error_of(request).starts_with("price_points: does not hold 1221"));
    request.price_points = "3097,1221";
    request.only_this_price = true;
    BOOST_TEST(error_of(request) == "only_this_price: contradicts price_points");
    request = to_option("102");
    const LinkField reserved[] = {{"REF1", "x"}};
    request.extras = reserved;
    BOOST_TEST(error_of(request).starts_with("x.REF1: "));
    request = to_option("101");
    request.kind = LinkKind::reactivation;
    BOOST_TEST(error_of(request).starts_with("reactivation_token: is missing"));
}

BOOST_AUTO_TEST_CASE(secrets_do_not_show_in_errors) {
    LinkRequest request = to_option("102");
    const std::string password = "canary" + std::string(255, 'x');
    request.password = password;
    BOOST_TEST(!contains(error_of(request), "canary"));
    request.password = "canary\n";
    BOOST_TEST(!contains(error_of(request), "canary"));
    request = to_option("102");
    request.email = "canary\xEB";
    BOOST_TEST(!contains(error_of(request), "canary"));
}

BOOST_AUTO_TEST_CASE(configured_extras_and_refs_are_sealed) {
    const Config config = example_config_but([](Config& each) {
        each.seal.extras = {"promo", "ref1", "unused"};
    });
    LinkRequest request = to_option("102");
    const LinkField extras[] = {{"other", "x"}, {"Promo", "summer"}};
    request.extras = extras;
    request.refs[0] = "one";
    const std::string seal = query_of(built(request, config)).at(seal_name());
    std::array sealed = {SealedExtra{"promo", "summer"}, SealedExtra{"ref1", "one"},
                         SealedExtra{"unused", ""}};
    SealedFacts facts;
    facts.package = 162209;
    facts.option = "102";
    facts.extras = sealed;
    const auto verdict = [&] { return check_seal(seal, config.seal.keys, facts, kStart, kDay); };
    BOOST_TEST((verdict() == SealVerdict::good));
    sealed[1].value = "two";
    BOOST_TEST((verdict() == SealVerdict::forged));
}

BOOST_AUTO_TEST_CASE(a_link_is_used_again_and_again) {
    Link link;
    std::string texts[2];
    for (int round = 0; round < 3; ++round) {
        LinkRequest request = to_option("102");
        request.first_name = "Joe";
        request.last_name = "Segpay";
        request.member_id = "908172";
        BOOST_REQUIRE(!build_link(example_config(), request, kStart, link));
        if (round == 0) texts[0] = link.url;
        BOOST_TEST(link.url == texts[0]);
        request = to_option("none");
        BOOST_REQUIRE(build_link(example_config(), request, kStart, link));
        request = to_option("101");
        BOOST_REQUIRE(!build_link(example_config(), request, kStart, link));
        if (round == 0) texts[1] = link.url;
        BOOST_TEST(link.url == texts[1]);
    }
    // Texts that a link composed itself keep their addresses when it is moved.
    LinkRequest request = to_option("102");
    request.first_name = "A";
    request.last_name = "B";
    BOOST_REQUIRE(!build_link(example_config(), request, kStart, link));
    const Link moved = std::move(link);
    BOOST_TEST((moved.fields.at(0) == LinkField{"x-billname", "A B"}));
    BOOST_TEST(moved.fields.back().value == query_of(moved).at(seal_name()));
}

BOOST_AUTO_TEST_SUITE_END()
