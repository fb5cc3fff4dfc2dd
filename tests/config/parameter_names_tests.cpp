// Tests plugin/config/parameter_names.cpp: the merchant's own names, and that no name has two
// meanings.
#include "mistakes.hpp"

#include "values/facts.hpp"

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(parameter_names_tests)

// --- names of the merchant's own ----------------------------------------------------------------

std::vector<std::string> own_names(const std::string& names) {
    const LoadedConfig loaded =
        load_config_text(with_line(4, "  authenticity: none\n  names: " + names), "t");
    BOOST_REQUIRE(loaded.config);
    std::vector<std::string> read;
    for (const OwnName& own : loaded.config->postbacks.names)
        read.push_back(own.name + " = " + own.means);
    return read;
}

BOOST_AUTO_TEST_CASE(own_names_are_read_in_lower_case) {
    const auto read = own_names("{ Kunde: ForeignID, tag-1.x_y: REF1, 7: xsellnum }");
    const std::vector<std::string> expected = {"kunde = foreignid", "tag-1.x_y = ref1",
                                               "7 = xsellnum"};
    BOOST_TEST(read == expected, boost::test_tools::per_element());
    BOOST_TEST(own_names("{}").empty());
    BOOST_TEST(own_names("{ " + std::string(64, 'k') + ": username }").size() == 1u);
}

BOOST_AUTO_TEST_CASE(whatever_the_host_is_told_can_be_meant) {
    for (const ParameterName& known : parameter_names())
        BOOST_TEST(own_names("{ kunde: " + std::string(known.canonical) + " }").size() == 1u,
                   known.canonical);
}

BOOST_AUTO_TEST_CASE(two_own_names_may_mean_the_same_and_a_known_name_what_it_means_anyhow) {
    BOOST_TEST(own_names("{ kunde: foreignid, mitglied: memberid }").size() == 2u);
    BOOST_TEST(own_names("{ email: billemail, zip: zipcode }").size() == 2u);
}

// kunde1 to kunde<count>, all of one meaning.
std::string many_names(int count) {
    std::string map;
    for (int i = 1; i <= count; ++i)
        map += (i == 1 ? "{ kunde" : ", kunde") + std::to_string(i) + ": foreignid";
    return map + " }";
}

BOOST_AUTO_TEST_CASE(so_many_own_names_and_no_more) {
    BOOST_TEST(own_names(many_names(64)).size() == 64u);
    check_each({{4, "  authenticity: none\n  names: " + many_names(65),
                 R"(5:10: "names" must have at most 64 entries, found 65 entries)"}});
}

// --- names in the query of the postbacks' path ---------------------------------------------------

BOOST_AUTO_TEST_CASE(the_path_may_have_a_query_of_names_that_postbacks_do_not_use) {
    const auto path = [](const std::string& text) {
        return "  authenticity: none\n  path: " + text;
    };
    for (const char* good :
         {"/index.php?route=segpay", "/?a=1&b=2/3&c", "/p?a&&b=", "/p~q%20r?a_b.c-d=~"})
        BOOST_TEST(mistakes(with_line(4, path(good))).empty(), good);
    const std::string shape =
        R"(5:9: "path" must be a path that begins with / and has no spaces, #, < or >, nor more )"
        "behind a ? than names and values, found ";
    check_each({
        {4, path("/p?"), shape + R"("/p?")"},
        {4, path("/p?a=1?b=2"), shape + R"("/p?a=1?b=2")"},
        {4, path("/p?a=%41"), shape + R"("/p?a=%41")"},
        {4, path("'/p?a=<b>'"), shape + R"("/p?a=<b>")"},
        {4, path("/p?route=x&Action=y"),
         R"(5:9: the query of "path" must not have names that postbacks use themselves, found )"
         R"("action")"},
        {4, path("/p?NatsSeal=x"),
         R"(5:9: the name "natsseal" is already the seal's (seal.parameter))"},
        {4, path("/p?a=1&a=2"), R"(5:9: the name "a" is already the path's in line 5)"},
        {4, path("/p?kunde=1\n  names: { kunde: foreignid }"),
         R"(6:12: the name "kunde" is already the path's in line 5)"},
    });
}

BOOST_AUTO_TEST_CASE(mistakes_in_own_names) {
    const auto names = [](const std::string& map) {
        return "  authenticity: none\n  names: " + map;
    };
    const std::string secret =
        "  authenticity: { secret: { parameter: hook, value: x } }\n  names: ";
    check_each({
        {4, names("{ user: usrname }"),
         R"(5:18: Segpay has no parameter "usrname"; did you mean "username"?)"},
        {4, names("{ kunde: x-unheard-of }"), R"(5:19: Segpay has no parameter "x-unheard-of")"},
        {4, names("{ a: username, b: a }"), R"(5:28: Segpay has no parameter "a")"},
        {4, names("{ country: billstate }"),
         R"(5:12: the name "country" always means "billcntry", it cannot mean "billstate" too)"},
        {4, names("{ Price: ival }"),
         R"(5:12: the name "Price" always means "price", it cannot mean "ival" too)"},
        {4, names("{ kunde: foreignid, Kunde: username }"),
         R"(5:30: the name "kunde" is already your own in line 5)"},
        {4, names("{ natsseal: username }"),
         R"(5:12: the name "natsseal" is already the seal's (seal.parameter))"},
        {4, secret + "{ Hook: username }",
         R"(5:12: the name "hook" is already the secret parameter's in line 4)"},
        {4, names("{ my name: username }"),
         R"(5:12: a key of "names" must be letters, digits, _, - and ., found "my name")"},
        {4, names("{ '': username }"),
         R"(5:12: a key of "names" must be letters, digits, _, - and ., found "")"},
        {4, names("{ kundé: username }"),
         R"(5:12: a key of "names" must be letters, digits, _, - and ., found "kundé")"},
        {4, names("{ " + std::string(65, 'k') + ": username }"),
         R"(5:12: a key of "names" must have at most 64 characters, found 65)"},
        {4, names("{ kunde: [username] }"), R"(5:19: "kunde" must be a text, found a list)"},
        {4, names("{ kunde: }"), R"(5:12: "kunde" has no value; write one or remove the key)"},
        {4, names("[kunde]"), R"(5:10: "names" must be a map of keys, found a list)"},
    });
}

// --- the seal and the secret --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_seal_and_the_secret_have_names_that_nothing_else_has) {
    const auto secret = [](const std::string& name) {
        return "  authenticity: { secret: { parameter: " + name + ", value: x } }";
    };
    const std::string taken =
        R"("parameter" must be a name that postbacks do not use themselves, )";
    check_each({
        {6, "  mode: off\n  parameter: session", "7:14: " + taken + R"(found "session")"},
        {6, "  mode: off\n  parameter: ref1", "7:14: " + taken + R"(found "ref1")"},
        {4, secret("email"), "4:40: " + taken + R"(found "email")"},
        {6, "  mode: off\n  parameter: amount",
         "7:14: \"parameter\" must be a name that the pay page does not use itself, "
         "found \"amount\""},
        {4, secret("natsseal"),
         R"(4:40: the name "natsseal" is already the seal's (seal.parameter))"},
    });
    const auto both =
        mistakes(with_line(4, secret("hook"), with_line(6, "  mode: off\n  parameter: hook")));
    const std::vector<std::string> expected = {
        R"(t:7:14: the name "hook" is already the secret parameter's in line 4)"};
    BOOST_TEST(both == expected, boost::test_tools::per_element());
    BOOST_TEST(
        mistakes(with_line(4, secret("natsseal"), with_line(6, "  mode: off\n  parameter: mark")))
            .empty());
}

// --- the member's id, and what NATS's template has other names for ------------------------------

BOOST_AUTO_TEST_CASE(the_member_may_have_another_name_on_links) {
    const auto page = [](const std::string& name) {
        return "  mode: test\npay_page: { member_id_parameter: " + name + " }";
    };
    for (const char* name : {"foreignid", "memberID", "Kunde_7"}) {
        const LoadedConfig loaded = load_config_text(with_line(2, page(name)), "t");
        BOOST_REQUIRE(loaded.config);
        BOOST_TEST(loaded.config->pay_page.member_id_parameter == name);
    }
    const std::string taken =
        R"(3:34: "member_id_parameter" must be a name that neither postbacks nor the pay page )"
        "use for something else, found ";
    check_each({
        {2, page("session"), taken + R"("session")"},
        {2, page("REF1"), taken + R"("REF1")"},
        {2, page("desc"), taken + R"("desc")"},
        {2, page("DMCurrency"), taken + R"("DMCurrency")"},
        {2, page("pplist"), taken + R"("pplist")"},
        {2, page("merchantid"), taken + R"("merchantid")"},
        {2, page("userdata"), taken + R"("userdata")"},
        {2, page("SPRS"), taken + R"("SPRS")"},
        {2, page("7up"),
         R"(3:34: "member_id_parameter" must be letters, digits and _, beginning with a letter, )"
         R"(found "7up")"},
        {2, page("natsseal"),
         R"(3:34: the name "natsseal" is already the seal's (seal.parameter))"},
        {2, page("''"),
         R"(3:34: "member_id_parameter" must be letters, digits and _, beginning with a letter, )"
         R"(found "")"},
    });
    const auto own = mistakes(with_line(
        2, page("Kunde"), with_line(4, "  authenticity: none\n  names: { kunde: username }")));
    const std::vector<std::string> expected = {
        R"(t:6:12: the name "kunde" is already the member id's in line 3)"};
    BOOST_TEST(own == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_of_nats_s_template_may_be_the_host_s_own) {
    const auto own = [](const std::string& list) {
        return "  authenticity: none\n  user_defined: " + list;
    };
    const LoadedConfig loaded = load_config_text(with_line(4, own("[memberID, session]")), "t");
    BOOST_REQUIRE(loaded.config);
    const std::vector<std::string> read = {"memberid", "session"};
    BOOST_TEST(loaded.config->postbacks.user_defined == read, boost::test_tools::per_element());

    const std::string wanted = R"(5:18: an entry of "user_defined" must be memberid or session, )"
                               "which NATS's template uses for other parameters, found ";
    check_each({
        {4, own("[foreignid]"), wanted + R"("foreignid")"},
        {4, own("[price]"), wanted + R"("price")"},
        {4, own("[email]"), wanted + R"("email")"},
        {4, own("[sessionID]"), wanted + R"("sessionID"; an unused name needs no entry)"},
        {4, own("[memberid, MemberID]"),
         R"(5:28: the name "memberid" is already a user-defined parameter's in line 5)"},
        {4, own("memberid"), R"(5:17: "user_defined" must be a list, found a text)"},
        {4, own("[memberid]") + "\n  names: { memberid: foreignid }",
         R"(6:12: the name "memberid" is already a user-defined parameter's in line 5)"},
        {4, own("[memberid]") + "\n  names: { memberid: username }",
         R"(6:12: the name "memberid" is already a user-defined parameter's in line 5)"},
    });
    const auto both =
        mistakes(with_line(2, "  mode: test\npay_page: { member_id_parameter: memberid }",
                           with_line(4, own("[memberid]"))));
    const std::vector<std::string> expected = {
        R"(t:3:34: the name "memberid" is already a user-defined parameter's in line 6)"};
    BOOST_TEST(both == expected, boost::test_tools::per_element());
    // It may then be sealed.
    BOOST_TEST(
        mistakes(with_line(4, own("[memberid]"), with_line(6, "  mode: off\n  extras: [memberid]")))
            .empty());
}

// --- what else the seal covers ------------------------------------------------------------------

std::string numbered(int count) {
    std::string list;
    for (int i = 1; i <= count; ++i)
        list += (i == 1 ? "p" : ", p") + std::to_string(i);
    return list;
}

BOOST_AUTO_TEST_CASE(extras_of_the_seal_are_read_in_lower_case) {
    const auto extras = [](const std::string& list) {
        const std::string text = with_line(6, "  mode: off\n  extras: [" + list + "]");
        return load_config_text(text, "t").config.value().seal.extras;
    };
    const std::vector<std::string> expected = {"promo", "ref1", "ref10"};
    BOOST_TEST(extras("Promo, REF1, ref10") == expected, boost::test_tools::per_element());
    BOOST_TEST(extras(numbered(20)).size() == 20u);
}

BOOST_AUTO_TEST_CASE(mistakes_in_extras_of_the_seal) {
    const auto extras = [](const std::string& list) {
        return "  mode: off\n  extras: [" + list + "]";
    };
    const std::string own = R"(an entry of "extras" must be a parameter of your own, or one of )"
                            R"(ref1 to ref10, found )";
    check_each({
        {6, extras("promo, price"), "7:19: " + own + R"("price")"},
        {6, extras("memberid"), "7:12: " + own + R"("memberid")"},
        {6, extras("Refundcomment"), "7:12: " + own + R"("Refundcomment")"},
        {6, extras("promo, PROMO"),
         R"(7:19: the name "promo" is already a sealed extra's in line 7)"},
        {6, extras("natsseal"),
         R"(7:12: the name "natsseal" is already the seal's (seal.parameter))"},
        {6, extras("mark") + "\n  parameter: mark",
         R"(7:12: the name "mark" is already the seal's in line 8)"},
        {6, extras(numbered(21)),
         R"(7:11: "extras" must have at most 20 entries, found 21 entries)"},
        {6, extras("1promo"),
         R"(7:12: an entry of "extras" must be letters, digits and _, beginning with a letter, )"
         R"(found "1promo")"},
        {6, extras("x" + std::string(32, 'p')),
         R"(7:12: an entry of "extras" must have at most 32 characters, found 33)"},
        {6, extras("[promo]"), R"(7:12: an entry of "extras" must be a text, found a list)"},
    });
    const auto renamed = mistakes(with_line(4, "  authenticity: none\n  names: { promo: ref1 }",
                                            with_line(6, extras("promo"))));
    const std::vector<std::string> expected = {
        R"(t:8:12: the name "promo" is already your own in line 5)"};
    BOOST_TEST(renamed == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
