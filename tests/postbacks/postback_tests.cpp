// Mapping of parameters to facts: aliases, repeats, contradictions, secrets, and the garbled
// template.
#include "postbacks/postback.hpp"

#include "fixtures.hpp"

#include <random>

using namespace segpay;
using namespace segpay::testing;

namespace {

using Extras = NamedValues;

struct Read : ReadPostback {
    using ReadPostback::ReadPostback;
    const std::vector<std::string>& warnings() const { return postback.warnings; }
    const std::string& contradiction() const { return postback.contradiction; }
};

Read read(Parameters parameters) { return Read(std::move(parameters)); }
Read read_query(std::string_view query) { return Read(query); }

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

BOOST_AUTO_TEST_CASE(what_decides_and_comes_twice_must_mean_the_same) {
    struct Row {
        Parameters parameters;
        std::string contradiction;
    };
    for (const Row& row : std::initializer_list<Row>{
             {{{"price", "2.95"}, {"price", "29.95"}},
              R"("price" comes twice, and the values differ: "2.95" and "29.95")"},
             {{{"price", "2.95"}, {"PRICE", "29.95"}},
              R"("price" comes twice, and the values differ: "2.95" and "29.95")"},
             {{{"tranid", "1"}, {"transid", "2"}},
              R"("transid" and another name for the same fact have different values: "1" and "2")"},
             {{{"approved", "Yes"}, {"approved", "No"}, {"stage", "a"}, {"stage", "b"}},
              R"("approved" comes twice, and the values differ: "Yes" and "No"; )"
              R"("stage" comes twice, and the values differ: "a" and "b")"},
             // The text calls an id that looks like a card number an id.
             {{{"purchaseid", "90"}, {"purchaseid", "371449635398431"}},
              R"("purchaseid" comes twice, and the values differ: "90" and )"
              R"(purchaseid "371449635398431")"},
             // A user name never goes to the log.
             {{{"username", "joe"}, {"username", "jim"}},
              R"("username" comes twice, and the values differ: *** and ***)"}})
        BOOST_TEST(Read(row.parameters).contradiction() == row.contradiction);
}

BOOST_AUTO_TEST_CASE(what_means_the_same_is_the_same) {
    struct Row {
        const char* name;
        const char* one;
        const char* other;
    };
    for (const Row& row : {Row{"transguid", "0B3AF1A0-97D2-4EE6-8C3B-2DC8FB2FD0F5",
                               "{0b3af1a0-97d2-4ee6-8c3b-2dc8fb2fd0f5}"},
                           {"approved", "Yes", "yes"},
                           {"stage", "Instant Conversion", "INSTANTCONVERSION"},
                           {"action", "Auth", "auth"},
                           {"trantype", "CB Reversal", "cbreversal"},
                           {"price", "2.95", "2.950"},
                           {"price", "2.95", "-02.95"},
                           {"price", "500", "500.00"},
                           {"currencycode", "USD", "usd"},
                           {"eticketid", "162209:3097", "162209:03097"},
                           {"standin", "0", "-1"},
                           {"standin", "0", "False"},
                           {"testtrans", "true", "1"},
                           {"purchaseid", "5001", " 5001\r\n"},
                           {"upsell", "UP-8-301", "UP-8-301 "},
                           {"billcntry", "gb", "UK"},
                           {"transtime", "7/28/2008 3:38:43 PM", "2008-07-28T15:38:43Z"},
                           {"singleusepromo", "yes", "True"},
                           {"authprice", "1.0", "1.00"},
                           {"mine", "a ", "a"}})
        BOOST_TEST_CONTEXT(row.name << "=" << row.one << " and " << row.other) {
            for (bool is_turned : {false, true}) {
                const Read postback = read({{row.name, is_turned ? row.other : row.one},
                                            {row.name, is_turned ? row.one : row.other}});
                BOOST_TEST(postback.contradiction() == "");
                BOOST_TEST(postback.warnings().empty());
            }
        }
}

BOOST_AUTO_TEST_CASE(what_only_looks_the_same_is_not) {
    struct Row {
        const char* name;
        const char* one;
        const char* other;
    };
    for (const Row& row : {Row{"transguid", "0b3af1a0", "0b3af1a1"},
                           {"price", "2.95", "29.5"},
                           {"price", "2,95", "2.95"},
                           {"price", "2.95", "2.951"},
                           {"approved", "Yes", "1"},
                           {"purchaseid", "5001", "05001"},
                           {"memberid", "a", "A"},
                           {"standin", "0", "1"},
                           {"eticketid", "162209:3097", "162209:1221"}})
        BOOST_TEST_CONTEXT(row.name << "=" << row.one << " and " << row.other)
    BOOST_TEST(read({{row.name, row.one}, {row.name, row.other}}).contradiction() != "");
}

// Segpay sends "0" for an id that it does not have.
BOOST_AUTO_TEST_CASE(what_says_nothing_contradicts_nothing) {
    struct Row {
        const char* name;
        const char* nothing;
        const char* value;
        Fact fact;
    };
    for (const Row& row :
         {Row{"price", "", "2.95", Fact::price},
          {"price", " ", "2.95", Fact::price},
          {"standin", "", "0", Fact::standin},
          {"standin", "", "1", Fact::standin},
          {"transid", "0", "9001", Fact::transaction_id},
          {"octoken", "0", "5001", Fact::octoken},
          {"upsell", "\r\n", "UP-8-301", Fact::upsell},
          {"memberid", "<extra foreignid>", "5", Fact::member_id},
          {"transguid", "00000000-0000-0000-0000-000000000000", "a", Fact::trans_guid},
          {"country", "ZZ", "US", Fact::country}})
        BOOST_TEST_CONTEXT(row.name << "=" << row.nothing << " and " << row.value) {
            for (bool is_turned : {false, true}) {
                const Read postback = read({{row.name, is_turned ? row.value : row.nothing},
                                            {row.name, is_turned ? row.nothing : row.value}});
                BOOST_TEST(postback[row.fact] == row.value);
                BOOST_TEST(postback.contradiction() == "");
            }
        }
    BOOST_TEST(read({{"mine", "0"}, {"mine", "5"}}).extras() == (Extras{{"mine", "5"}}));
}

// Neither does a value that is dropped, or has no name.
BOOST_AUTO_TEST_CASE(of_what_only_describes_and_comes_twice_the_first_stands) {
    const Read postback = read({{"email", "a@b.example"},
                                {"mine", "a"},
                                {"", "a"},
                                {"ref1", "a"},
                                {"ccnumber", "4"},
                                {"Mine", "b"},
                                {"REF1", "b"},
                                {"CCNumber", "5"},
                                {"EMAIL", "c@d.example"},
                                {"", "b"}});
    BOOST_TEST(postback.contradiction() == "");
    BOOST_TEST(postback[Fact::email] == "a@b.example");
    BOOST_TEST((postback.extras() == Extras{{"mine", "a"}, {"ref1", "a"}}));
    BOOST_TEST((postback.warnings() ==
                std::vector<std::string>{R"("mine" comes twice, and the values differ)",
                                         R"("ref1" comes twice, and the values differ)",
                                         R"("email" comes twice, and the values differ)"}));
}

BOOST_AUTO_TEST_CASE(of_two_passwords_the_first_stands_and_none_is_shown) {
    const Read postback = read({{"password", "canary-one"}, {"Password", "canary-two"}});
    BOOST_TEST(postback[Fact::password] == "canary-one");
    BOOST_TEST(postback.contradiction() == "");
    BOOST_TEST((postback.warnings() ==
                std::vector<std::string>{R"("password" comes twice, and the values differ)"}));
}

BOOST_AUTO_TEST_CASE(of_two_names_of_the_password_the_first_stands) {
    const NameTable names(example_config_but([](Config& config) {
        config.postbacks.names = {{"kennwort", "password"}};
    }));
    Form form;
    BOOST_REQUIRE(form.read("kennwort=canary-one&password=canary-two&x=1").is_ok());
    Postback postback;
    read_postback(form, names, postback);
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

// A default postback has the page's names beside Segpay's own: a contradiction in them does not
// stop it.
BOOST_AUTO_TEST_CASE(a_line_break_in_a_template_hides_no_name) {
    const Read postback = read_query("%0D%0Apurchaseid=5&password%0A=canary&%09ref1=one");
    BOOST_TEST(postback[Fact::purchase_id] == "5");
    BOOST_TEST(postback[Fact::password] == "canary");
    BOOST_TEST((postback.extras() == Extras{{"ref1", "one"}}));
    BOOST_TEST(read_query("price=1&price%0A=2").contradiction() != "");
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
               "cr et "); // must not add a line to a host's password file
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
    BOOST_TEST((kept_parameters(given.form(), names) ==
                Parameters{{"purchaseid", "1"}, {"email", "a@b.example"}, {"price", "2.95"}}));
}

BOOST_AUTO_TEST_CASE(an_unfilled_placeholder_says_nothing_and_is_told_once) {
    const Read postback = read({{"memberid", "<extra foreignid>"},
                                {"foreignid", "%3Cextra foreignid%3E"},
                                {"MemberID", "<extra foreignid>"},
                                {"purchaseid", "<purchaseid>"},
                                {"ref1", "<EXTRA ref1>"},
                                {"name", "Joe <b>"},
                                {"password", "<extra password>"}});
    for (Fact fact : {Fact::member_id, Fact::purchase_id, Fact::password})
        BOOST_TEST(postback[fact] == "");
    BOOST_TEST(postback[Fact::name] == "Joe <b>");
    BOOST_TEST((postback.extras() == Extras{{"ref1", ""}}));
    BOOST_TEST((postback.warnings() ==
                std::vector<std::string>{
                    R"("memberid" came as an unfilled placeholder, <extra foreignid>)",
                    R"("foreignid" came as an unfilled placeholder, %3Cextra foreignid%3E)",
                    R"("purchaseid" came as an unfilled placeholder, <purchaseid>)",
                    R"("ref1" came as an unfilled placeholder, <EXTRA ref1>)",
                    R"("password" came as an unfilled placeholder, <extra password>)"}));
}

BOOST_AUTO_TEST_CASE(user_data_gives_way_to_what_is_in_it) {
    const ReadPostback given(
        {{"purchaseid", "1"},
         {"session", "said"},
         {"userdata",
          "<EXTRA_DATA><FOREIGNID>908172</FOREIGNID><NATSSESS>other</NATSSESS><PASSWORD>canary</"
          "PASSWORD>"
          "<CVV>123</CVV><UPSELL>UP-8-301</UPSELL><MINE>my own</MINE><REF1>r</REF1>"
          "<NOTE>4444333322221111</NOTE></EXTRA_DATA>"}});
    BOOST_TEST(given[Fact::member_id] == "908172");
    BOOST_TEST(given[Fact::session] == "said");
    BOOST_TEST(given[Fact::upsell] == "UP-8-301");
    BOOST_TEST(given[Fact::password] == "");
    BOOST_TEST((given.extras() == Extras{{"mine", "my own"}, {"ref1", "r"}, {"note", "***"}}));
    BOOST_TEST(given.postback.warnings.empty());
    BOOST_TEST(
        (kept_parameters(given.form(), example_names()) == Parameters{{"purchaseid", "1"},
                                                                      {"session", "said"},
                                                                      {"foreignid", "908172"},
                                                                      {"upsell", "UP-8-301"},
                                                                      {"mine", "my own"},
                                                                      {"ref1", "r"},
                                                                      {"note", "***"}}));
}

// A customer can edit the link: facts that only Segpay states are not taken from there.
BOOST_AUTO_TEST_CASE(user_data_says_what_a_link_can_say_and_no_more) {
    const Read postback =
        read({{"userdata",
               "<EXTRA_DATA><PRICE>0.01</PRICE><APPROVED>Yes</APPROVED><TRANID>9</TRANID>"
               "<PURCHASEID>5001</PURCHASEID><STAGE>Initial</STAGE><RVAL>1</RVAL>"
               "<TESTTRANS>0</TESTTRANS><BROWSERTYPE>Firefox</BROWSERTYPE></EXTRA_DATA>"}});
    for (Fact fact : {Fact::price, Fact::approved, Fact::transaction_id, Fact::purchase_id,
                      Fact::stage, Fact::test_transaction})
        BOOST_TEST(postback[fact] == "");
    BOOST_TEST((postback.extras() == Extras{{"browsertype", "Firefox"}}));
}

BOOST_AUTO_TEST_CASE(user_data_is_known_under_any_name_and_dropped_when_it_cannot_be_read) {
    const Read renamed = read({{"ud", "<EXTRA_DATA><foreignid>5</foreignid></EXTRA_DATA>"}});
    BOOST_TEST(renamed[Fact::member_id] == "5");
    BOOST_TEST(renamed.extras().empty());
    for (const Parameters& parameters :
         {Parameters{{"userdata", "<EXTRA_DATA><PASSWORD>canary</PASSWORD>"}},
          Parameters{{"memberid", "<EXTRA_DATA><PASSWORD>canary</PASSWORD>"}},
          Parameters{{"ref1", "&lt;EXTRA_DATA&gt;&lt;PASSWORD>canary"}},
          Parameters{{"UserData", "PASSWORD=canary"}},
          Parameters{{"amp;userdata", "PASSWORD=canary"}}}) {
        const Read postback = read(parameters);
        BOOST_TEST(postback.extras().empty());
        BOOST_TEST(postback[Fact::member_id] == "");
        BOOST_REQUIRE(!postback.warnings().empty());
        BOOST_TEST(contains(postback.warnings().back(), "was dropped"));
        BOOST_TEST(!contains(postback.warnings().back(), "canary"));
        BOOST_TEST(kept_parameters(postback.form(), example_names()).empty());
    }
    BOOST_TEST(read({{"userdata", ""}}).warnings().empty());
}

BOOST_AUTO_TEST_CASE(card_numbers_are_masked_in_texts_and_extras_and_ids_are_not) {
    const ReadPostback given({{"note", "my card: 4444-3333-2222-1111"},
                              {"ref1", "4444333322221111"},
                              {"name", "4444 3333 2222 1111"},
                              {"billaddr", "5555555555554444 Street"},
                              {"transid", "378282246310005"},
                              {"memberid", "4111111111111111"},
                              {"clickid", "1790000000008"}});
    BOOST_TEST((given.extras() == Extras{{"note", "my card: ***"},
                                         {"ref1", "***"},
                                         {"billaddr", "*** Street"},
                                         {"clickid", "1790000000008"}}));
    BOOST_TEST(given[Fact::name] == "***");
    BOOST_TEST(given[Fact::transaction_id] == "378282246310005");
    BOOST_TEST(given[Fact::member_id] == "4111111111111111");
    BOOST_TEST((kept_parameters(given.form(), example_names()) ==
                Parameters{{"note", "my card: ***"},
                           {"ref1", "***"},
                           {"name", "***"},
                           {"billaddr", "*** Street"},
                           {"transid", "378282246310005"},
                           {"memberid", "4111111111111111"},
                           {"clickid", "1790000000008"}}));
}

// Segpay sends only a code or a login there.
BOOST_AUTO_TEST_CASE(no_fact_but_an_id_holds_a_card_number) {
    for (const char* name : {"country", "cardtype", "paymenttype", "authcode", "refundreasoncode",
                             "refundcomment", "refundedby", "cancelreasoncode", "cancelcomment",
                             "cancelledby", "name", "firstname", "lastname"})
        for (const char* value : {"4111111111111111", " x4111_1111_1111_1111 "}) {
            const ReadPostback given(Parameters{{name, value}});
            BOOST_TEST_CONTEXT(name << "=" << value) {
                for (std::string_view fact : given.postback.facts)
                    BOOST_TEST(!has_card_number(fact));
                BOOST_TEST(
                    !has_card_number(kept_parameters(given.form(), example_names()).at(0).value));
            }
        }
}

// With a part hidden, it would be another customer's; a telephone number is no card number.
BOOST_AUTO_TEST_CASE(a_login_that_is_a_card_number_says_nothing) {
    const Read given = read({{"username", "bob4111111111111111"},
                             {"email", "4111.1111.1111.1111@mail.example"},
                             {"ref1", "r"}});
    BOOST_TEST(given[Fact::username] == "");
    BOOST_TEST(given[Fact::email] == "");
    BOOST_TEST((given.warnings() ==
                std::vector<std::string>{R"("username" is a card number, and was dropped)",
                                         R"("billemail" is a card number, and was dropped)"}));
    BOOST_TEST((kept_parameters(given.form(), example_names()) == Parameters{{"ref1", "r"}}));
    const Read in_user_data =
        read({{"userdata", "<EXTRA_DATA><USERNAME>bob4111111111111111</USERNAME></EXTRA_DATA>"}});
    BOOST_TEST(in_user_data[Fact::username] == "");
    BOOST_TEST(kept_parameters(in_user_data.form(), example_names()).empty());
    for (const char* login : {"4915112345678", "4222222222222", "bob4111111111111112"}) {
        const Read other = read({{"username", login}});
        BOOST_TEST(other[Fact::username] == login);
        BOOST_TEST(
            (kept_parameters(other.form(), example_names()) == Parameters{{"username", login}}));
    }
}

BOOST_AUTO_TEST_CASE(a_card_number_is_no_name) {
    const Read given = read_query(
        "4444333322221111=1&4444_3333_2222_1111&ref1=r&4444+3333+2222+1111=2&4444333322221111=3");
    BOOST_TEST((given.extras() == Extras{{"***", "1"}, {"ref1", "r"}}));
    for (const std::string& warning : given.warnings())
        BOOST_TEST(!has_card_number(warning), warning);
    BOOST_TEST((kept_parameters(given.form(), example_names()) ==
                Parameters{{"***", "1"}, {"***", ""}, {"ref1", "r"}, {"***", "2"}, {"***", "3"}}));
}

// Unencoded user data falls apart at each '=' and '&'; encoded too often it is a value.
BOOST_AUTO_TEST_CASE(of_user_data_that_fell_apart_no_password_is_kept) {
    for (std::string_view sent :
         {"<EXTRA_DATA><PASSWORD>canary</PASSWORD></EXTRA_DATA>",
          "<EXTRA_DATA><PASSWORD>canary=canary</PASSWORD></EXTRA_DATA>",
          "<EXTRA_DATA><A>a=b</A><PASSWORD>canary</PASSWORD></EXTRA_DATA>",
          "<EXTRA_DATA><A>a&b</A><PASSWORD>can&canary&canary=ary</PASSWORD></EXTRA_DATA>",
          "<EXTRA_DATA><PASSWORD>canary&amp;canary</PASSWORD></EXTRA_DATA>",
          "<EXTRA_DATA><PASSWORD>canary",
          "<EXTRA_DATA><PASSWORD>canary&canary",
          "&lt;EXTRA_DATA&gt;&lt;PASSWORD&gt;canary&lt;/PASSWORD&gt;&lt;/EXTRA_DATA&gt;",
          "&lt;EXTRA_DATA&gt;&lt;PASSWORD&gt;canary",
          "&amp;lt;EXTRA_DATA&amp;gt;&amp;lt;PASSWORD&amp;gt;canary&amp;lt;/PASSWORD&amp;gt;",
          "%3CEXTRA_DATA%3E%3CPASSWORD%3Ecanary%3C%2FPASSWORD%3E%3C%2FEXTRA_DATA%3E",
          "%253CEXTRA_DATA%253E%253CPASSWORD%253Ecanary%253C%252FPASSWORD%253E",
          "+<EXTRA_DATA><PASSWORD>canary</PASSWORD></EXTRA_DATA>",
          "userdata=<EXTRA_DATA><PASSWORD>can&canary&canary=x</PASSWORD></EXTRA_DATA>",
          "userdata=%253CEXTRA_DATA%253E%253CPASSWORD%253Ecanary%253C/PASSWORD%253E",
          "ref1=%253CEXTRA_DATA%253E%253CPASSWORD%253Ecanary%253C/PASSWORD%253E",
          "ref1=%25253CEXTRA_DATA%25253E%25253CPASSWORD%25253Ecanary",
          "ref1=x<EXTRA_DATA><PASSWORD>canary&canary</PASSWORD></EXTRA_DATA>",
          "ref1=%26lt;EXTRA_DATA>%26lt;PASSWORD>can+canary%26lt;/PASSWORD>",
          "mine=<pwd>canary</pwd>",
          "mine=password%3Dcanary",
          "mine=a%26password=canary",
          "<pwd>canary=<b>",
          "%7B%22password%22:%22canary%22%7D",
          "canary</PASSWORD>=1"}) {
        const Read given = read_query("purchaseid=1&" + std::string(sent) + "&own=1&memberid=5");
        BOOST_TEST_CONTEXT(sent) {
            for (const auto& [name, value] : given.extras())
                BOOST_TEST(!contains(name + "=" + value, "canary"));
            for (const std::string& warning : given.warnings())
                BOOST_TEST(!contains(warning, "canary"));
            const std::string kept = encode_form(kept_parameters(given.form(), example_names()));
            BOOST_TEST(!contains(kept, "canary"), kept);
            BOOST_TEST(kept.starts_with("purchaseid=1"));
            BOOST_TEST(kept.ends_with("&own=1&memberid=5"));
            BOOST_TEST(given[Fact::purchase_id] == "1");
            BOOST_TEST(given[Fact::member_id] == "5");
        }
    }
}

// With any character before AM and PM.
BOOST_AUTO_TEST_CASE(a_time_is_told_plainly_under_every_name) {
    for (std::string_view name :
         {"transtime", "billertranstime", "reactivationtimestamp", "reactivationdate",
          "nextbilldate", "lastbilldate", "processingtime"})
        for (std::string_view sent :
             {"12%252F24%252F2026+3%253A38%253A43%2BPM", "12%25252F24%25252F2026+3:38:43+PM",
              "12/24/2026+3:38:43%26%238239;PM", "12/24/2026+3:38:43%26nbsp;PM",
              "12/24/2026+3:38:43%26%23160;PM", "12/24/2026%26%23xA0;3:38:43%26amp;nbsp;PM",
              "12/24/2026+3:38:43%E2%80%AFPM", "12/24/2026+3:38:43%A0PM",
              "12/24/2026+3:38:43%C2%A0PM", "12%252F24%252F2026%252B3:38:43%25E2%2580%25AFPM"}) {
            const Read given = read_query(std::string(name) + "=" + std::string(sent));
            BOOST_TEST_CONTEXT(name << "=" << sent) {
                const std::string told(!given.extras().empty()     ? given.extras()[0].second
                                       : name.starts_with("react") ? given[Fact::reactivation_time]
                                                                   : given[Fact::transaction_time]);
                BOOST_TEST(told == "12/24/2026 3:38:43 PM");
            }
        }
    for (const char* as_it_is : {"12/24/2026", "soon%2F", "12&24"})
        BOOST_TEST(
            (read({{"nextbilldate", as_it_is}}).extras() == Extras{{"nextbilldate", as_it_is}}));
}

// Otherwise the seal over it would not fit.
BOOST_AUTO_TEST_CASE(what_the_host_seals_stays_as_it_came) {
    const NameTable names(example_config_but([](Config& config) {
        config.seal.extras = {"order", "ref2", "a-name-of-its-own-and-long"};
    }));
    const ReadPostback given({{"Order", "4444333322221111"},
                              {"REF2", "4444333322221111"},
                              {"ref1", "4444333322221111"},
                              {"a-name-of-its-own-and-long", "4444333322221111"}},
                             names);
    BOOST_TEST((given.extras() == Extras{{"order", "4444333322221111"},
                                         {"ref2", "4444333322221111"},
                                         {"ref1", "***"},
                                         {"a-name-of-its-own-and-long", "4444333322221111"}}));
    BOOST_TEST(kept_parameters(given.form(), names)[0].value == "4444333322221111");
    const ReadPostback in_user_data(
        {{"userdata", "<EXTRA_DATA><ORDER>4444333322221111</ORDER></EXTRA_DATA>"}}, names);
    BOOST_TEST((in_user_data.extras() == Extras{{"order", "4444333322221111"}}));
}

BOOST_AUTO_TEST_CASE(names_behind_an_escaped_ampersand_are_themselves) {
    const Read postback = read_query(
        "purchaseid=1&amp;memberid=5&AMP;ref1=r&amp;amp;mine=m"
        "&#38;session=s&amp%3Bprice=2.95&amp;password=canary");
    BOOST_TEST(postback[Fact::member_id] == "5");
    BOOST_TEST(postback[Fact::session] == "s");
    BOOST_TEST(postback[Fact::price] == "2.95");
    BOOST_TEST(postback[Fact::password] == "canary");
    BOOST_TEST((postback.extras() == Extras{{"ref1", "r"}, {"mine", "m"}}));
    BOOST_TEST((postback.warnings() == std::vector<std::string>{"garbled_template"}));
    BOOST_TEST(
        (kept_parameters(postback.form(), example_names()) == Parameters{{"purchaseid", "1"},
                                                                         {"memberid", "5"},
                                                                         {"ref1", "r"},
                                                                         {"mine", "m"},
                                                                         {"session", "s"},
                                                                         {"price", "2.95"}}));
    // Names that only resemble it.
    const Read other = read_query("amp=1&amp;=2&amplitude=3&#=4");
    BOOST_TEST(
        (other.extras() == Extras{{"amp", "1"}, {"amp;", "2"}, {"amplitude", "3"}, {"#", "4"}}));
    BOOST_TEST(other.warnings().empty());
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
         std::initializer_list<Row>{// No password was chosen.
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
    BOOST_TEST(read_query("password=s%A4cycode=USD&Password=s%A4cycode=EUR").contradiction() != "");
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
// their names are read, some lose a field.
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
                                           "amp;purchaseid",
                                           "&amp;amp;note",
                                           "userdata",
                                           "x"};
    const std::vector<std::string> values = {
        "1",
        "2",
        "",
        "a%40b.c",
        "J%C3%B6rg",
        "a+b",
        "=1=",
        "%",
        "!",
        std::string(80, 'v'),
        "%3Cextra+note%3E",
        "4444333322221111",
        "%3CEXTRA_DATA%3E%3Cnote%3E1%3C/note%3E%3C/EXTRA_DATA%3E"};
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
            read_postback(used_form, table, used);
            read_postback(fresh_form, table, fresh);
            BOOST_REQUIRE(used.contradiction == fresh.contradiction);
            BOOST_REQUIRE((used.facts == fresh.facts));
            BOOST_REQUIRE((used.extras == fresh.extras));
            BOOST_REQUIRE((used.warnings == fresh.warnings));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
