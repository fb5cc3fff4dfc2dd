// From parameters to facts: aliases, repeats, contradictions, secrets, and the garbled template.
#include "postbacks/postback.hpp"

#include "fixtures.hpp"

#include <random>

using namespace segpay;
using namespace segpay::testing;

namespace {

using Extras = NamedValues;

// By what is read; the test fails when it cannot be.
struct Read : ReadPostback {
    using ReadPostback::ReadPostback;
    explicit Read(Parameters list) : ReadPostback(std::move(list)) { BOOST_TEST(objection == ""); }
    explicit Read(std::string_view query) : ReadPostback(query) { BOOST_TEST(objection == ""); }
    const std::vector<std::string>& warnings() const { return postback.warnings; }
    const std::string& contradiction() const { return postback.contradiction; }
};

Read read(Parameters parameters) { return Read(std::move(parameters)); }
Read read_query(std::string_view query) { return Read(query); }

std::string objection_to(const Parameters& parameters) {
    return ReadPostback(parameters).objection;
}

} // namespace

BOOST_AUTO_TEST_SUITE(postback_tests)

BOOST_AUTO_TEST_CASE(facts_are_found_under_any_name_and_trimmed) {
    const Read postback =
        read({{"PurchaseID", " 26346680 "}, {"TRANSID", "1"}, {"billCntry", "US"}, {"price", ""}});
    BOOST_TEST(postback[Fact::purchase_id] == "26346680");
    BOOST_TEST(postback[Fact::transaction_id] == "1");
    BOOST_TEST(postback[Fact::country] == "US");
    BOOST_TEST(postback[Fact::price] == "");
    BOOST_TEST(postback[Fact::stage] == "");
    BOOST_TEST(postback.extras().empty());
    BOOST_TEST(postback.warnings().empty());
    BOOST_TEST(postback.contradiction() == "");
}

BOOST_AUTO_TEST_CASE(unknown_names_are_extras_in_order_with_lower_case_names) {
    const Read postback = read(
        {{"REF2", " two "}, {"SCARequired", "No"}, {"price", "1.00"}, {"ref1", ""}, {"", "x"}});
    BOOST_TEST(
        (postback.extras() == Extras{{"ref2", " two "}, {"scarequired", "No"}, {"ref1", ""}}));
}

BOOST_AUTO_TEST_CASE(one_name_with_two_values_is_unreadable) {
    for (const Parameters& parameters : {Parameters{{"price", "2.95"}, {"price", "29.95"}},
                                         Parameters{{"price", "2.95"}, {"PRICE", "29.95"}},
                                         Parameters{{"price", "2.95"}, {"price", ""}},
                                         Parameters{{"price", ""}, {"price", "29.95"}},
                                         Parameters{{"", "a"}, {"price", "1"}, {"", "b"}},
                                         Parameters{{"ccnumber", "4"}, {"CCNumber", "5"}},
                                         Parameters{{"mine", "a"}, {"x", "1"}, {"Mine", "b"}},
                                         Parameters{{"ref1", "a"}, {"x", "1"}, {"REF1", "b"}}}) {
        BOOST_TEST(contains(objection_to(parameters), "two different values for"));
        BOOST_TEST(!contains(objection_to(parameters), "29.95"));
    }
}

BOOST_AUTO_TEST_CASE(two_passwords_are_refused_without_being_shown) {
    const std::string objection =
        objection_to({{"password", "canary-one"}, {"Password", "canary-two"}});
    BOOST_TEST(contains(objection, "two different values for"));
    BOOST_TEST(!contains(objection, "canary"));
}

BOOST_AUTO_TEST_CASE(of_two_names_of_the_password_the_first_stands) {
    const NameTable names(example_config_but(
        [](Config& config) { config.postbacks.names = {{"kennwort", "password"}}; }));
    Form form;
    BOOST_REQUIRE(form.read("kennwort=canary-one&password=canary-two&x=1").is_ok());
    Postback postback;
    BOOST_REQUIRE(!read_postback(form, names, postback));
    BOOST_TEST(postback[Fact::password] == "canary-one");
    BOOST_TEST(postback.contradiction == "");
    BOOST_REQUIRE(postback.warnings.size() == 1u);
    BOOST_TEST(contains(postback.warnings[0], "\"password\" and another name"));
    BOOST_TEST(!contains(postback.warnings[0], "canary"));
}

BOOST_AUTO_TEST_CASE(the_same_value_twice_is_harmless) {
    const Read postback = read({{"price", "2.95"},
                                {"ref1", "a"},
                                {"mine", "b"},
                                {"Price", "2.95"},
                                {"REF1", "a"},
                                {"MINE", "b"},
                                {"stage", ""},
                                {"Stage", ""},
                                {"", "x"},
                                {"", "x"}});
    BOOST_TEST(postback[Fact::price] == "2.95");
    BOOST_TEST(postback[Fact::stage] == "");
    BOOST_TEST((postback.extras() == Extras{{"ref1", "a"}, {"mine", "b"}}));
}

BOOST_AUTO_TEST_CASE(two_names_of_one_fact_must_agree) {
    BOOST_TEST(read({{"tranid", "1"}, {"transid", "1"}}).contradiction() == "");
    BOOST_TEST(read({{"tranid", "1"}, {"transid", ""}})[Fact::transaction_id] == "1");
    BOOST_TEST(read({{"tranid", ""}, {"transid", "1"}})[Fact::transaction_id] == "1");
    BOOST_TEST(contains(read({{"tranid", "1"}, {"transid", "2"}}).contradiction(),
                        "\"transid\" and another name for the same fact"));
    BOOST_TEST(read({{"memberid", "1"}, {"foreignid", "2"}}).contradiction() != "");
}

// A default postback has the page's names beside Segpay's own: what decides nothing stops nothing.
BOOST_AUTO_TEST_CASE(a_line_break_in_a_template_hides_no_name) {
    const Read postback = read_query("%0D%0Apurchaseid=5&password%0A=canary&%09ref1=one");
    BOOST_TEST(postback[Fact::purchase_id] == "5");
    BOOST_TEST(postback[Fact::password] == "canary");
    BOOST_TEST((postback.extras() == Extras{{"ref1", "one"}}));
    BOOST_TEST(ReadPostback("price=1&price%0A=2").objection != "");
}

BOOST_AUTO_TEST_CASE(a_secret_is_one_whatever_stands_in_its_name) {
    for (const std::string_view name : {"passw%01ord2", "pass%C2%8Fwd", "password%EF%BB%BF",
                                        "card%01number", "%C2%A0cvv", "c%09v%09v"})
        BOOST_TEST_CONTEXT(name) {
            const Read postback = read_query(std::string(name) + "=canary");
            BOOST_TEST(postback.extras().empty());
            BOOST_TEST(kept_parameters(postback.form(), example_names()).empty());
        }
}

BOOST_AUTO_TEST_CASE(of_two_names_of_one_extra_the_first_stands) {
    const Read same = read({{"city", "Hull"}, {"billcity", "Hull"}, {"zip", ""}, {"zipcode", "1"}});
    BOOST_TEST((same.extras() == Extras{{"billcity", "Hull"}, {"billzip", "1"}}));
    BOOST_TEST(same.warnings().empty());
    const Read other = read({{"city", "Hull"}, {"billcity", "Leeds"}});
    BOOST_TEST((other.extras() == Extras{{"billcity", "Hull"}}));
    BOOST_REQUIRE(other.warnings().size() == 1u);
    BOOST_TEST(contains(other.warnings()[0], "\"billcity\" and another name"));
    BOOST_TEST(other.contradiction() == "");
}

BOOST_AUTO_TEST_CASE(the_hosts_own_values_come_back_untouched) {
    const Read postback = read({{"upsell", " x "}, {"tokenplus", "5 "}, {"octoken", " 7 "}});
    BOOST_TEST(postback[Fact::upsell] == " x ");
    BOOST_TEST(postback[Fact::tokenplus] == "5 ");
    BOOST_TEST(postback[Fact::octoken] == "7");
}

BOOST_AUTO_TEST_CASE(of_two_names_of_what_only_describes_the_first_stands) {
    struct Row {
        Fact fact;
        const char* one;
        const char* other;
    };
    for (const Row& row : {Row{Fact::email, "billemail", "email"},
                           {Fact::name, "name", "billname"},
                           {Fact::first_name, "billnamefirst", "firstname"},
                           {Fact::last_name, "billnamelast", "lastname"},
                           {Fact::country, "country", "billcntry"},
                           {Fact::transaction_time, "transtime", "billertranstime"},
                           {Fact::initial_value, "ival", "initialvalue"}}) {
        const Read postback = read({{row.one, "A"}, {row.other, "B"}});
        BOOST_TEST_CONTEXT(row.one << " and " << row.other) {
            BOOST_TEST(postback[row.fact] == "A");
            BOOST_TEST(postback.contradiction() == "");
            BOOST_REQUIRE(postback.warnings().size() == 1u);
            BOOST_TEST(contains(postback.warnings()[0], "have different values"));
        }
    }
}

BOOST_AUTO_TEST_CASE(texts_are_cleaned) {
    const Read postback = read({{"billname", "Zo\xEB\r\nX"},
                                {"ref1", "\x80\x1B[0m"},
                                {"r\xE9"
                                 "f",
                                 "v"}});
    BOOST_TEST(postback[Fact::name] == "Zo\xC3\xAB  X");
    BOOST_TEST((postback.extras() == Extras{{"ref1", "\xE2\x82\xAC [0m"},
                                            {"r\xC3\xA9"
                                             "f",
                                             "v"}}));
}

BOOST_AUTO_TEST_CASE(the_password_is_kept_apart_and_is_text) {
    const Read postback = read({{"PASSWORD",
                                 " s\xE9"
                                 "cr\net "}});
    BOOST_TEST(postback[Fact::password] ==
               " s\xC3\xA9"
               "cr et "); // nobody gets a line of his own into a host's password file
    BOOST_TEST(postback.extras().empty());
    BOOST_TEST(read({{"password", ""}})[Fact::password].empty());
}

BOOST_AUTO_TEST_CASE(card_data_is_dropped_at_the_door) {
    const Read postback = read({{"ccnumber", "4444333322221111"},
                                {"CVV", "123"},
                                {"pwd", "canary"},
                                {"cc_number", "4444333322221111"},
                                {"ref1", "stays"}});
    BOOST_TEST((postback.extras() == Extras{{"ref1", "stays"}}));
}

BOOST_AUTO_TEST_CASE(passwords_and_cards_are_not_kept_and_the_rest_stays_in_order) {
    const NameTable names(example_config_but([](Config& config) {
        config.postbacks.names = {{"kennwort", "password"}};
    }));
    const ReadPostback given({{"purchaseid", "1"},
                              {"Password", "canary"},
                              {"email", "a@b.example"},
                              {"ccnumber", "4444333322221111"},
                              {"CVV", "123"},
                              {"Kennwort", "canary"},
                              {"user_password", "canary"},
                              {"price", "2.95"}},
                             names);
    BOOST_TEST(given.objection == "");
    BOOST_TEST((kept_parameters(given.form(), names) ==
                Parameters{{"purchaseid", "1"}, {"email", "a@b.example"}, {"price", "2.95"}}));
}

BOOST_AUTO_TEST_CASE(the_garbled_template_is_undone_in_every_encoding) {
    for (std::string_view query :
         {"password=s%C2%A4cycode=USD&eticketid=1%3A2", "password=s%A4cycode=USD&eticketid=1%3A2",
          "password=s%c2%a4cycode=USD&eticketid=1%3A2",
          "password=s%C2%A4cycode%3DUSD&eticketid=1:2",
          "password=s\xC2\xA4"
          "cycode=USD&eticketid=1:2",
          "password=s\xA4"
          "cycode=USD&eticketid=1:2",
          "password=s%C3%82%C2%A4cycode=USD&eticketid=1:2"}) {
        BOOST_TEST_CONTEXT(query) {
            const Read postback = read_query(query);
            BOOST_TEST(postback[Fact::password] == "s");
            BOOST_TEST(postback[Fact::currency] == "USD");
            BOOST_TEST(postback[Fact::eticket] == "1:2");
            BOOST_TEST((postback.warnings() == std::vector<std::string>{"garbled_template"}));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_field_before_gets_its_own_value_back) {
    struct Row {
        std::string_view query;
        Fact spoilt;
        std::string_view value;
        std::string_view currency;
    };
    for (const Row& row :
         std::initializer_list<Row>{// Nobody chose a password.
                                    {"password=%C2%A4cycode=EUR", Fact::password, "", "EUR"},
                                    // A password that holds a currency sign, or the whole pattern.
                                    {"password=a%C2%A4b%C2%A4cycode=EUR", Fact::password,
                                     "a\xC2\xA4"
                                     "b",
                                     "EUR"},
                                    {"password=a%C2%A4cycode=JPY%C2%A4cycode=EUR", Fact::password,
                                     "a\xC2\xA4"
                                     "cycode=JPY",
                                     "EUR"},
                                    // Another field before it.
                                    {"price=2.95%A4cycode=EUR", Fact::price, "2.95", "EUR"},
                                    // No currency came.
                                    {"password=s%A4cycode=", Fact::password, "s", ""}})
        BOOST_TEST_CONTEXT(row.query) {
            const Read postback = read_query(row.query);
            BOOST_TEST(postback[row.spoilt] == row.value);
            BOOST_TEST(postback[Fact::currency] == row.currency);
            BOOST_TEST(postback.warnings().size() == 1u);
        }
}

BOOST_AUTO_TEST_CASE(query_and_body_may_both_be_garbled) {
    const Read postback = read_query("password=s%A4cycode=USD&password=s%A4cycode=USD");
    BOOST_TEST(postback[Fact::password] == "s");
    BOOST_TEST(postback[Fact::currency] == "USD");
    const ReadPostback two("password=s%A4cycode=USD&Password=s%A4cycode=EUR");
    BOOST_TEST(two.objection != "");
}

BOOST_AUTO_TEST_CASE(a_customer_cannot_write_the_currency_into_a_name) {
    for (std::string_view query :
         {"name=Joe%A4cycode=JPY&password=s%A4cycode=USD&session=x%A4cycode=JPY",
          "session=x%A4cycode=JPY&password=s%A4cycode=USD&name=Joe%A4cycode=JPY"}) {
        const Read postback = read_query(query);
        BOOST_TEST(postback[Fact::currency] == "USD");
        BOOST_TEST(postback[Fact::password] == "s");
        BOOST_TEST(postback[Fact::name] ==
                   "Joe\xC2\xA4"
                   "cycode=JPY");
    }
}

BOOST_AUTO_TEST_CASE(a_mended_template_is_left_alone) {
    const Read postback = read_query("password=a%C2%A4cycode=JPY&currencycode=USD");
    BOOST_TEST(postback[Fact::password] ==
               "a\xC2\xA4"
               "cycode=JPY");
    BOOST_TEST(postback[Fact::currency] == "USD");
    BOOST_TEST(postback.warnings().empty());
    for (std::string_view query : {"password=scycode=USD", "password=cycode=USD",
                                   "password=s%A4cycodeUSD", "password=s%A4%20cycode=USD"})
        BOOST_TEST_CONTEXT(query) BOOST_TEST(read_query(query).warnings().empty());
}

// Templates that repeat, change, and are read for one account or the other; some are refused before
// anybody looks at their names, some lose a field.
BOOST_AUTO_TEST_CASE(what_stood_at_a_place_before_changes_nothing) {
    const NameTable ours(example_config());
    const NameTable others(example_config_but([](Config& config) {
        config.postbacks.names = {{"note", "foreignid"},
                                  {"kunde", "natssess"},
                                  {"a-name-of-thirty-one-characters", "billemail"},
                                  {"a-name-of-thirty-two-characters.", "billcntry"}};
    }));
    const std::vector<std::string> some = {"purchaseid",
                                           "PURCHASEID",
                                           "transid",
                                           "tranid",
                                           "price",
                                           "username",
                                           "password",
                                           "billemail",
                                           "note",
                                           "kunde",
                                           "ref1",
                                           "%70rice",
                                           "purchasei",
                                           "merchantpartnerid",
                                           "transGUID",
                                           "a-name-of-thirty-one-characters",
                                           "a-name-of-thirty-two-characters.",
                                           "",
                                           "x"};
    const std::vector<std::string> values = {"1",   "2",   "",  "a%40b.c", "J%C3%B6rg",
                                             "a+b", "=1=", "%", "!",       std::string(80, 'v')};
    std::mt19937_64 random(20'261'122);
    const auto any_of = [&](const std::vector<std::string>& list) {
        return list[random() % list.size()];
    };
    Form used_form;
    Postback used;
    std::vector<std::string> names;
    for (int round = 0; round < 20'000; ++round) {
        if (round % 3 == 0) names.assign(random() % 70, {});
        for (std::string& name : names)
            if (round % 3 == 0 || random() % 20 == 0) name = any_of(some);
        std::string query;
        for (const std::string& name : names)
            query += name + (random() % 30 == 0 ? "" : "=") + any_of(values) + "&";
        BOOST_TEST_CONTEXT(query) {
            Form fresh_form;
            Postback fresh;
            used_form.clear();
            const bool is_readable = fresh_form.read(query).is_ok();
            BOOST_REQUIRE_EQUAL(used_form.read(query).is_ok(), is_readable);
            if (!is_readable || random() % 8 == 0) continue;
            const std::string erased = random() % 4 == 0 ? any_of(some) : "nothing";
            const auto is_erased = [&](const FormField& field) { return field.name == erased; };
            used_form.erase(is_erased);
            fresh_form.erase(is_erased);
            const NameTable& table = random() % 5 == 0 ? others : ours;
            const auto used_error = read_postback(used_form, table, used);
            const auto fresh_error = read_postback(fresh_form, table, fresh);
            BOOST_REQUIRE(used_error.has_value() == fresh_error.has_value());
            if (used_error) BOOST_REQUIRE(used_error->message == fresh_error->message);
            BOOST_REQUIRE((used.facts == fresh.facts));
            BOOST_REQUIRE((used.extras == fresh.extras));
            BOOST_REQUIRE((used.warnings == fresh.warnings));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
