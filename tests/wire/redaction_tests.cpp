// Which names are secret, and that their values appear only where they may.
#include "wire/redaction.hpp"

#include "fixtures.hpp"

using namespace segpay;

BOOST_AUTO_TEST_SUITE(redaction_tests)

BOOST_AUTO_TEST_CASE(degrees_by_name) {
    struct Row {
        std::string_view name;
        Secrecy secrecy;
    };
    for (const Row& row : {Row{"password", Secrecy::password},
                           {"PassWord", Secrecy::password},
                           {"extra_password", Secrecy::password},
                           {"pwd", Secrecy::password},
                           {"pw", Secrecy::password},
                           {"user_password", Secrecy::password},
                           {"x-CardNumber", Secrecy::card},
                           {"cc_no", Secrecy::card},
                           {"japan", Secrecy::open},
                           {"cc-number", Secrecy::card},
                           {"CardNumber", Secrecy::card},
                           {"CVV", Secrecy::card},
                           {"cvv2", Secrecy::card},
                           {"iban", Secrecy::card},
                           {"email", Secrecy::personal},
                           {"x-billemail", Secrecy::personal},
                           {"billemail", Secrecy::personal},
                           {"billphone", Secrecy::personal},
                           {"billaddr", Secrecy::personal},
                           {"ipaddress", Secrecy::personal},
                           {"cclast4", Secrecy::personal},
                           {"username", Secrecy::personal},
                           {"price", Secrecy::open},
                           {"purchaseid", Secrecy::open},
                           {"passwordless", Secrecy::open},
                           {"cardtype", Secrecy::open},
                           {"member.passphrase", Secrecy::password},
                           {"card_security_code", Secrecy::card},
                           {"cc-cvv", Secrecy::card},
                           {"customer_e-mail", Secrecy::personal},
                           {"EmailAddress", Secrecy::personal},
                           {"ExtraUserName", Secrecy::personal},
                           {"-_ ", Secrecy::open},
                           {"", Secrecy::open}})
        BOOST_TEST_CONTEXT(row.name) BOOST_TEST((secrecy_of(row.name) == row.secrecy));
}

// Only the end of a long name decides: what is before it makes it another name, or not.
BOOST_AUTO_TEST_CASE(a_long_name_is_as_secret_as_its_end) {
    const std::string before(1'000, 'x');
    BOOST_TEST((secrecy_of(before + "_pass word") == Secrecy::password));
    BOOST_TEST((secrecy_of(before + "-CC-Number") == Secrecy::card));
    for (const char* whole_names_alone : {"pan", "pass", "pwd", "bin", "billnamefirst", "cvv2"}) {
        BOOST_TEST_CONTEXT(whole_names_alone) {
            BOOST_TEST((secrecy_of(whole_names_alone) != Secrecy::open));
            BOOST_TEST((secrecy_of(before + whole_names_alone) == Secrecy::open));
            BOOST_TEST((secrecy_of(std::string("x") + whole_names_alone) == Secrecy::open));
        }
    }
    for (const char* separators : {"   ", "___", " -_"})
        BOOST_TEST((secrecy_of(std::string(separators) + "pan" + separators) == Secrecy::card));
}

// The customer's data that the Processing API lists, under every name.
BOOST_AUTO_TEST_CASE(every_name_of_the_customer_is_personal) {
    for (std::string_view name :
         {"name",        "firstname",   "lastname",   "email",      "phone",         "address",
          "city",        "state",       "zipcode",    "billname",   "billnamefirst", "billnamelast",
          "billemail",   "billphone",   "billaddr",   "billcity",   "billstate",     "billzip",
          "x-billname",  "x-billemail", "x-billaddr", "x-billcity", "x-billstate",   "x-billzip",
          "x-billphone", "ip",          "ipaddress",  "ccfirst6",   "cclast4"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST((secrecy_of(name) == Secrecy::personal));
}

BOOST_AUTO_TEST_CASE(for_people_everything_that_is_not_open_is_hidden) {
    const Parameters given = {{"purchaseid", "1"},
                              {"Password", "canary"},
                              {"email", "a@b.example"},
                              {"ccnumber", "4444333322221111"},
                              {"username", ""}};
    BOOST_TEST((redacted(given) == Parameters{{"purchaseid", "1"},
                                              {"Password", "***"},
                                              {"email", "***"},
                                              {"ccnumber", "***"},
                                              {"username", ""}}));
}

BOOST_AUTO_TEST_CASE(a_form_is_redacted_without_being_otherwise_changed) {
    BOOST_TEST(redacted_form("a=1&email=a%40b.example&price=2.95&x=%C3%A9") ==
               "a=1&email=***&price=2.95&x=%C3%A9");
    BOOST_TEST(redacted_form("%70assword=canary") == "password=***");
    BOOST_TEST(redacted_form("") == "");
}

BOOST_AUTO_TEST_CASE(a_secret_is_hidden_wherever_it_is_quoted) {
    BOOST_TEST(without("canary: no canary here", "canary") == "***: no *** here");
    BOOST_TEST(without("canarycanary", "canary") == "******");
    BOOST_TEST(without("the disk is full", "canary") == "the disk is full");
    BOOST_TEST(without("the disk is full", "") == "the disk is full");
    BOOST_TEST(without("", "canary") == "");
}

BOOST_AUTO_TEST_CASE(addresses_and_card_numbers_show_under_no_name) {
    struct Row {
        std::string text, shown;
    };
    for (const Row& row : std::initializer_list<Row>{
             {"purchaseid \"joe@mail.example\" is not an id", "purchaseid \"***\" is not an id"},
             {"a@b, c.d+e@f-g.example and @ x@ @y", "***, *** and @ x@ @y"},
             {"card 4444333322221111.", "card ***."},
             {"card 4444 3333 2222 1111 or 4444-3333-2222-1111", "card *** or ***"},
             // No check digit, too short, too long: ids.
             {"transaction 4444333322221112 of 26346680",
              "transaction 4444333322221112 of 26346680"},
             {"49927398716 and 00000000000000000000", "49927398716 and 00000000000000000000"},
             // Of no brand, or too short for it: a time, an id.
             {"at 1790000000008, 123456789012347", "at 1790000000008, 123456789012347"},
             {"34343434343434 is no 343434343434343 of 15", "34343434343434 is no *** of 15"},
             // Beside other digits.
             {"12 4444 3333 2222 1111 35", "12 *** 35"},
             {"4444.3333.2222.1111 4444333322221111", "*** ***"},
             {"5 4444333322221111", "5 ***"},
             {"44443333222211112", "44443333222211112"},
             {"4444   3333 2222 1111", "4444   3333 2222 1111"},
             // Ids that the line itself names as such.
             {"join segpay/t378282246310005/sale-auth purchase 378282246310005 option 101: applied",
              "join segpay/t378282246310005/sale-auth purchase 378282246310005 option 101: "
              "applied"},
             {"tranid \"378282246310005\" and relatedtranid=378282246310005; 378282246310005",
              "tranid \"378282246310005\" and relatedtranid=378282246310005; ***"},
             {"\"transid\" comes twice: \"90\" and tranid \"371449635398431\"; \"371449635398431\"",
              "\"transid\" comes twice: \"90\" and tranid \"371449635398431\"; \"***\""},
             {"repurchase 378282246310005", "repurchase ***"},
             // The plugin's keys have an "@", too.
             {"member_disable segpay/p6/disable@1234 purchase 6",
              "member_disable segpay/p6/disable@1234 purchase 6"},
             {"kept as \"segpay/kept/0a1b2c@399121\", joe@mail.example",
              "kept as \"segpay/kept/0a1b2c@399121\", ***"},
             {"segpay/p6/joe@mail.example", "segpay/p6/***"},
             {"segpay/p6/joe@12.example, segpay/@x1", "segpay/p6/***, segpay/@x1"},
             {"segpay/ joe@1234, notsegpay/joe@1234, a/segpay/joe@1234, segpay.joe@1234",
              "segpay/ ***, notsegpay/***, a/segpay/***, ***"},
             {"", ""}})
        BOOST_TEST(for_people(row.text) == row.shown);
}

BOOST_AUTO_TEST_CASE(card_numbers_are_taken_out_of_values) {
    for (std::string_view card :
         {"4444333322221111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005",
          "3782 822463 10005", "6011111111111117", "30569309025904", "3530111333300000",
          "2223003122003222", "4222222222222", "4000000000000000006"}) {
        BOOST_TEST(has_card_number(card), card);
        BOOST_TEST(without_secrets("my " + std::string(card) + "!") == "my ***!");
    }
    for (std::string_view text : {"", "4444", "4444333322221112", "1234567890123452",
                                  "2026-11-30 12:00:00.000", "99912345678901234567"}) {
        BOOST_TEST(!has_card_number(text), text);
        BOOST_TEST(without_secrets(std::string(text)) == text);
    }
    // With other separators, which stand in ids as well: there groups as long as a card's count.
    for (std::string_view card :
         {"4444_3333_2222_1111", "4444/3333/2222/1111", "4444+3333+2222+1111", "3782_822463_10005",
          "4444 / 3333",
          "4444\xC2\xA0"
          "3333\xE2\x80\xAF"
          "2222\xE2\x80\x8B"
          "1111",
          "bob4111111111111111", "x4444.3333.2222.1111y", "_4444333322221111_"})
        BOOST_TEST(has_card_number(card) == (card != "4444 / 3333"), card);
    for (std::string_view id : {"44_443333_22_221111", "4/4443333/22221111", "4444333/322/221111",
                                "5f4111111111111112ab", "4444_3333_2222_1112"})
        BOOST_TEST(!has_card_number(id), id);
    // Escaped, once and twice more, and in part.
    for (std::string_view card :
         {"4444%203333%202222%201111", "4444%25203333%25202222%25201111", "%34444333322221111",
          "4444&#45;3333&#45;2222&#45;1111", "4444&nbsp;3333&nbsp;2222&nbsp;1111",
          "444433332222111&#x31;", "4444%2D3333-2222%2d1111", "4444%u00203333%u00202222%u00201111"})
        BOOST_TEST(without_secrets("a%20b " + std::string(card) + "&c") == "a%20b ***&c");
    // No word calls a value an id.
    BOOST_TEST(without_secrets("purchase 378282246310005") == "purchase ***");
}

BOOST_AUTO_TEST_CASE(telephone_numbers_are_no_long_card_numbers) {
    for (std::string_view card : {"4111111111111111", "bob4111111111111111", "378282246310005",
                                  "4222222222222 4111111111111111"})
        BOOST_TEST(has_long_card_number(card), card);
    for (std::string_view other : {"4222222222222", "30569309025904", "4111111111111112", "bob"})
        BOOST_TEST(!has_long_card_number(other), other);
}

BOOST_AUTO_TEST_CASE(what_a_text_calls_a_secret_itself_is_hidden) {
    struct Row {
        std::string text, shown;
    };
    for (const Row& row : std::initializer_list<Row>{
             {"<EXTRA_DATA><A>1</A><PASSWORD>x y</PASSWORD><B>2</B></EXTRA_DATA>",
              "<EXTRA_DATA><A>1</A><PASSWORD>***</PASSWORD><B>2</B></EXTRA_DATA>"},
             // Cut off at either end.
             {"<A>1</A><PassWord>canary", "<A>1</A><PassWord>***"},
             {"canary</PASSWORD><A>1</A>", "***</PASSWORD><A>1</A>"},
             {"<A>1</A>canary</PASSWORD>", "<A>1</A>***</PASSWORD>"},
             {"<ns:PASSWORD>x</ns:PASSWORD>", "<ns:PASSWORD>***</ns:PASSWORD>"},
             {"<PASSWORD><![CDATA[x]]></PASSWORD>", "<PASSWORD>***</PASSWORD>"},
             {"<PASSWORD value=\"x\"/>", "<PASSWORD***"},
             {"<cvv>123</cvv><user_password>x</user_password>",
              "<cvv>***</cvv><user_password>***</user_password>"},
             {"password=canary&a=1", "password=***&a=1"},
             {"a=1&x-password = can ary", "a=1&x-password =***"},
             {R"({"password": "canary"})", R"({"password":***)"},
             // Escaped, once and twice more.
             {"%3CPASSWORD%3Ecan%20ary%3C/PASSWORD%3E", "%3CPASSWORD%3E***%3C/PASSWORD%3E"},
             {"%253CPASSWORD%253Ex%253C%252FPASSWORD%253E",
              "%253CPASSWORD%253E***%253C%252FPASSWORD%253E"},
             {"&lt;PASSWORD&gt;x&lt;/PASSWORD&gt;", "&lt;PASSWORD&gt;***&lt;/PASSWORD&gt;"},
             {"&amp;lt;PASSWORD&amp;gt;x&amp;lt;/PASSWORD&amp;gt;",
              "&amp;lt;PASSWORD&amp;gt;***&amp;lt;/PASSWORD&amp;gt;"},
             {"a=1%26password%3Dcanary%26b%3D2", "a=1%26password%3D***%26b%3D2"},
             // Empty or hidden values, and words that are no name.
             {"<PASSWORD></PASSWORD> <PASSWORD/> <PASSWORD>***</PASSWORD> password=***",
              "<PASSWORD></PASSWORD> <PASSWORD/> <PASSWORD>***</PASSWORD> password=***"},
             {"\"password\" comes twice, and the values differ; the password is wrong",
              "\"password\" comes twice, and the values differ; the password is wrong"},
             {"<passwordless>x</passwordless> japan=x", "<passwordless>x</passwordless> japan=x"},
             {"100% of <b>it</b> & more", "100% of <b>it</b> & more"}}) {
        BOOST_TEST(without_secrets(row.text) == row.shown);
        BOOST_TEST(for_people(row.text) == row.shown);
        BOOST_TEST(has_secret(row.text) == (row.text != row.shown), row.text);
    }
    BOOST_TEST(for_people("from joe%40mail.example") == "from ***");
    BOOST_TEST(redacted_form("%3CPASSWORD%3Ex=y&ref1=%3CCVV%3E123&4444333322221111=1") ==
               "%3CPASSWORD%3E%2A%2A%2A=y&ref1=%3CCVV%3E%2A%2A%2A&%2A%2A%2A=1");
}

BOOST_AUTO_TEST_SUITE_END()
