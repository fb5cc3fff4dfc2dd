// Equal and empty values in each comparison.
#include "values/comparison.hpp"

#include "values/facts.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(comparison_tests)

BOOST_AUTO_TEST_CASE(pairs_that_mean_the_same_and_pairs_that_do_not) {
    struct Row {
        Comparison comparison;
        std::string_view a, b;
        bool are_same;
    };
    for (const Row& row : {Row{Comparison::text, "a", "a", true},
                           {Comparison::text, "a", "A", false},
                           {Comparison::id, "5001", " 5001 ", true},
                           {Comparison::id, "5001", "50 01", false},
                           {Comparison::id, "a", "A", false},
                           {Comparison::word, "Instant_Conversion", "instant-conversion", true},
                           {Comparison::word, "sale", "sales", false},
                           {Comparison::word, "-", "", true},
                           {Comparison::any_case, "usd", "USD", true},
                           {Comparison::any_case, "USD", "EUR", false},
                           {Comparison::country, "UK", "gb", true},
                           {Comparison::country, "United States", "UNITED STATES", true},
                           {Comparison::country, "US", "GB", false},
                           {Comparison::country, "QQ", "QX", false},
                           {Comparison::guid, "{AB-cd}", "abCD", true},
                           {Comparison::guid, "{}", "", false},
                           {Comparison::guid, "ab", "ac", false},
                           {Comparison::flag, "Yes", "1", true},
                           {Comparison::flag, "off", "-1", true},
                           {Comparison::flag, "0", "1", false},
                           {Comparison::flag, "maybe", "Maybe", true},
                           {Comparison::flag, "maybe", "1", false},
                           {Comparison::amount, "2.9500", "+2.95", true},
                           {Comparison::amount, "0", "0.00", true},
                           {Comparison::amount, ".5", "0.50", true},
                           {Comparison::amount, "5.", "5", true},
                           {Comparison::amount, "-2.95", "2.95", true},
                           {Comparison::amount, "2.95", "2.96", false},
                           {Comparison::amount, "x", "x", true},
                           {Comparison::amount, ".", "0", false},
                           {Comparison::amount, "", "0", false},
                           {Comparison::amount, "1e1", "10", false},
                           {Comparison::eticket, "162209:3097", "0162209:3097", true},
                           {Comparison::eticket, "162209:3097", "162209:3098", false},
                           {Comparison::eticket, "162209", "162209", true},
                           {Comparison::time, "7/28/2008 3:38:43 PM", "2008-07-28T15:38:43Z", true},
                           {Comparison::time, "7/28/2008", "7/29/2008", false},
                           {Comparison::time, "soon", "soon", true}})
        BOOST_TEST_CONTEXT(row.a << " and " << row.b) {
            BOOST_TEST(are_same(row.comparison, row.a, row.b) == row.are_same);
            BOOST_TEST(are_same(row.comparison, row.b, row.a) == row.are_same);
        }
}

BOOST_AUTO_TEST_CASE(zero_is_nothing_of_an_id_and_something_of_a_number) {
    for (Comparison any : {Comparison::text, Comparison::id, Comparison::word, Comparison::amount,
                           Comparison::flag, Comparison::country, Comparison::guid})
        for (std::string_view nothing : {"", " ", "\t"})
            BOOST_TEST(is_nothing(any, nothing));
    BOOST_TEST(is_nothing(Comparison::id, " 0"));
    BOOST_TEST(is_nothing(Comparison::guid, "00000000-0000-0000-0000-000000000000"));
    BOOST_TEST(is_nothing(Comparison::country, "zz"));
    for (Comparison number : {Comparison::amount, Comparison::flag, Comparison::text})
        BOOST_TEST(!is_nothing(number, "0"));
    BOOST_TEST(!is_nothing(Comparison::id, "1"));
}

BOOST_AUTO_TEST_CASE(flags_are_read_in_all_their_words) {
    for (std::string_view on : {"1", "Yes", "TRUE", "on", "y", "T"})
        BOOST_TEST((read_flag(on) == Flag::on), on);
    for (std::string_view off : {"0", "No", "false", "OFF", "-1", "n", "F"})
        BOOST_TEST((read_flag(off) == Flag::off), off);
    for (std::string_view neither : {"", "2", "yess", "01", "tr"})
        BOOST_TEST((read_flag(neither) == Flag::neither), neither);
}

// Every value but an empty one and a word for no.
BOOST_AUTO_TEST_CASE(a_flag_is_set_by_whatever_does_not_deny_it) {
    for (std::string_view set : {"1", "Yes", "true", "on", "y", "T", "2", "maybe", " yes", "01"})
        BOOST_TEST(is_set(set), set);
    for (std::string_view unset :
         {"", " ", "0", "00", "No", "FALSE", "off", " no ", "n", "F", "-1"})
        BOOST_TEST(!is_set(unset), unset);
}

// All names of a fact are compared in one way.
BOOST_AUTO_TEST_CASE(all_names_of_one_thing_are_compared_alike) {
    for (const ParameterName& known : parameter_names())
        BOOST_TEST((known.comparison == comparison_of(known.canonical)), known.name);
    BOOST_TEST((comparison_of("transguid") == Comparison::guid));
    BOOST_TEST((comparison_of("password") == Comparison::text));
    BOOST_TEST((comparison_of("nobodys") == Comparison::id));
}

BOOST_AUTO_TEST_SUITE_END()
