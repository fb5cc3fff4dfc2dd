// The fields of the Merchant Portal: templates with names that this plugin understands, and no
// secret.
#include "postbacks/portal.hpp"

#include "fixtures.hpp"
#include "links/link.hpp"
#include "values/facts.hpp"
#include "values/word.hpp"
#include "wire/form.hpp"

#include <iterator>
#include <sstream>

using namespace segpay;
using namespace segpay::testing;

namespace {

constexpr std::string_view kHost = "join.example.com:8443";

std::map<std::string, PortalField> fields_of(const Config& config) {
    std::map<std::string, PortalField> fields;
    for (PortalField& field : portal_fields(config, kHost))
        fields.emplace(field.title, std::move(field));
    return fields;
}

Parameters placeholders(const PortalField& field) {
    Parameters parameters;
    BOOST_REQUIRE(decode_form(field.value.substr(field.value.find('?') + 1), parameters).is_ok());
    return parameters;
}

bool asks_for(const PortalField& field, std::string_view placeholder) {
    for (const Parameter& parameter : placeholders(field))
        if (parameter.value == placeholder) return true;
    return false;
}

// What the documents offer for each of the portal's postbacks, beside the customer's own variables:
// Processing API 2.0, "Setting up Postbacks" and "Full List of Postback Parameters"; NATS
// integration guide, Step 3. What Segpay adds by itself need not be asked for.
const std::map<std::string, std::string> kOffered = {
    {"Enable",
     "action stage approved trantype purchaseid tranid price currencycode ipaddress eticketid ival "
     "iint rval rint desc billname billnamefirst billnamelast billemail billphone billaddr "
     "billcity billstate billzip billcntry transguid standin xsellnum transtime prepaidindicator "
     "urlid"},
    {"Disable",
     "action purchaseid tranid ipaddress refundreasoncode refundcomment refundedby urlid"},
    {"Cancellation", "action purchaseid tranid urlid cancelreasoncode cancelcomment cancelledby"},
    {"Reactivation",
     "action purchaseid urlid billname rval currencycode reactivationtimestamp eticketid "
     "lastbilldate nextbilldate billnamefirst billnamelast stage approved billemail billcntry "
     "billstate billcity billaddr trantype tranid price xsellnum transguid"},
    {"Trans Post",
     "action stage approved trantype purchaseid tranid price currencycode paymentaccountid "
     "ipaddress relatedtranid eticketid ival iint rval rint desc billname billnamefirst "
     "billnamelast billemail billphone billaddr billcity billstate billzip billcntry transguid "
     "standin xsellnum transtime authcode ccbincountry refundreasoncode refundcomment refundedby "
     "cancelreasoncode cancelcomment cancelledby cardtype paymenttype prepaidindicator urlid "
     "authprice authcurrency"},
};

// The same for values of the link or the customer's browser.
const std::map<std::string, std::string> kOfferedExtras = {
    {"Enable",
     "username password foreignid natssess merchantpartnerid ref1 ref10 browsertype "
     "browserversion ipcountry ismobiledevice platform template"},
    {"Disable", "username password foreignid natssess"},
    {"Cancellation", "username password foreignid natssess"},
    {"Reactivation", "username password foreignid natssess merchantpartnerid"},
    {"Trans Post",
     "username password foreignid natssess merchantpartnerid ref1 ref10 xref1 xref2 upsell "
     "tokenplus octoken browsertype browserversion ipcountry ismobiledevice platform template"},
};

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

// An account where every sale must have a seal, which covers more than the minimum.
Config strict_config() {
    return example_config_but([](Config& config) {
        config.seal.mode = Seal::Mode::require;
        config.seal.extras = {"promo", "ref1"};
        // Only tokens are sold with tokenplus.
        config.sites.front().type = Site::Type::token;
        config.options.front().has_token_rebuy = true;
    });
}

// A link with everything that a seal can cover; option 101 offers two cross sells.
Link whole_link(const Config& config) {
    static constexpr LinkField kPromo{"Promo", "spring"};
    LinkRequest request;
    request.option = "101";
    request.member_id = "908172";
    request.session = "0123456789abcdef0123456789abcdef";
    request.affiliate = "aff";
    request.upsell = "host-7";
    request.tokenplus = "50";
    request.octoken = "4001";
    request.refs[0] = "one";
    request.extras = std::span(&kPromo, 1);
    return build_link(config, request, kStart).value();
}

using Placeholders = std::map<std::string, std::string>;

Placeholders sale_of(const std::string& id, const std::string& action) {
    return {{"<action>", action},          {"<trantype>", "sale"},    {"<stage>", "Initial"},
            {"<approved>", "Yes"},         {"<purchaseid>", id},      {"<tranid>", id},
            {"<price>", "2.95"},           {"<currencycode>", "USD"}, {"<xsellnum>", "0"},
            {"<eticketid>", "162209:3097"}};
}

// The template as Segpay fills it in: "<extra NAME>" from the link, whose names come back in lower
// case.
std::string filled(const PortalField& field, const Link& link, Placeholders values) {
    for (const LinkField& said : link.fields)
        values["<extra " + lower_case(said.name) + ">"] = said.value;
    Parameters postback;
    for (const Parameter& parameter : placeholders(field))
        postback.push_back({parameter.name, values[parameter.value]});
    return encode_form(postback);
}

} // namespace

BOOST_AUTO_TEST_SUITE(portal_tests)

BOOST_AUTO_TEST_CASE(every_template_is_a_url_without_scheme) {
    const auto fields = fields_of(example_config());
    for (const char* title :
         {"Trans Post", "Disable", "Enable", "Inquiry", "Cancellation", "Reactivation"})
        BOOST_TEST_CONTEXT(title) {
            BOOST_REQUIRE(fields.contains(title));
            const PortalField& field = fields.at(title);
            BOOST_TEST(field.value.starts_with(
                "join.example.com:8443/signup/process_segpay.php?action=<action>&"));
            BOOST_TEST(asks_for(field, "<purchaseid>"));
            BOOST_TEST(!contains(field.value, "\xC2\xA4")); // what becomes of "&curren"
        }
    BOOST_TEST(contains(fields.at("Trans Post").value, "&currencycode=<currencycode>"));
    BOOST_TEST(fields.at("Trans Post").is_required);
    BOOST_TEST(fields.at("Disable").is_required);
    BOOST_TEST(fields.at("Expected Response").value == "*success*");
    BOOST_TEST(fields.at("Error Response").value == "*failure*");
}

BOOST_AUTO_TEST_CASE(each_template_asks_for_all_that_is_offered) {
    const auto fields = fields_of(example_config());
    for (const auto& [title, names] : kOffered)
        for (const std::string& name : words(names))
            BOOST_TEST(asks_for(fields.at(title), "<" + name + ">"), title << ": " << name);
    for (const auto& [title, names] : kOfferedExtras)
        for (const std::string& name : words(names))
            BOOST_TEST(asks_for(fields.at(title), "<extra " + name + ">"), title << ": " << name);
    // It distinguishes member events: without it a second Disable is a repeat of the first.
    for (const char* title : {"Enable", "Disable", "Cancellation", "Reactivation", "Trans Post"})
        BOOST_TEST(contains(fields.at(title).value, "&tranid=<tranid>&"), title);
    // A value that no event uses is not asked for.
    BOOST_TEST(!asks_for(fields.at("Inquiry"), "<billname>"));
}

BOOST_AUTO_TEST_CASE(what_templates_of_your_own_need_is_in_those_that_are_printed) {
    const auto fields = fields_of(strict_config());
    const std::string needed = fields.at("In templates of your own").value;
    std::string placeholder;
    for (const std::string& word : words(needed)) { // "<extra", "username>"
        placeholder += (placeholder.empty() ? "" : " ") + word;
        if (placeholder.back() != '>') continue;
        BOOST_TEST(asks_for(fields.at("Trans Post"), placeholder), placeholder);
        placeholder.clear();
    }
    for (const char* name : {"<purchaseid>", "<tranid>", "<extra foreignid>", "<extra natsseal>"})
        BOOST_TEST(contains(needed, name), name);
    BOOST_TEST(contains(fields.at("In templates of your own").note, "user name"));
}

BOOST_AUTO_TEST_CASE(every_name_is_understood_and_stands_once) {
    Config config = example_config();
    config.seal.extras = {"ref1", "ref10"}; // the templates have them anyhow
    for (const PortalField& field : portal_fields(config, kHost)) {
        if (!contains(field.value, "?")) continue;
        std::map<std::string, int> names;
        for (const Parameter& parameter : placeholders(field)) {
            BOOST_TEST_CONTEXT(field.title << ": " << parameter.name) {
                const bool is_extra = parameter.name == example_config().seal.parameter ||
                                      parameter.name == "nextbilldate" ||
                                      parameter.name == "lastbilldate";
                BOOST_TEST((find_parameter(parameter.name) || is_extra));
                BOOST_TEST(++names[parameter.name] == 1);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_member_is_asked_for_by_the_name_that_links_have) {
    const Config config = example_config_but([](Config& each) {
        each.pay_page.member_id_parameter = "custID";
        each.postbacks.user_defined = {"session"};
    });
    for (const char* title : {"Trans Post", "Disable", "Enable", "Cancellation", "Reactivation"})
        BOOST_TEST_CONTEXT(title) {
            const std::string url = fields_of(config).at(title).value;
            BOOST_TEST(contains(url, "&memberid=<extra custID>"));
            BOOST_TEST(!contains(url, "<extra foreignid>"));
            BOOST_TEST(contains(url, "&natssess=<extra natssess>"));
            BOOST_TEST(!contains(url, "&session="));
        }
    BOOST_TEST(contains(fields_of(config).at("In templates of your own").value, "<extra custID>"));
    const Config documents = example_config_but([](Config& each) {
        each.postbacks.user_defined = {"memberid"};
        each.seal.extras = {"memberid"};
    });
    const std::string url = fields_of(documents).at("Trans Post").value;
    BOOST_TEST(contains(url, "&foreignid=<extra foreignid>&session=<extra natssess>"));
    BOOST_TEST(contains(url, "&memberid=<extra memberid>")); // sealed, so it has to come back
}

// NATS integration guide, Step 3: what its own transaction template asks for.
BOOST_AUTO_TEST_CASE(the_transaction_template_asks_for_what_the_guide_asks_for) {
    const PortalField transaction = fields_of(example_config()).at("Trans Post");
    for (std::string_view placeholder : {"<action>",
                                         "<stage>",
                                         "<approved>",
                                         "<billname>",
                                         "<billemail>",
                                         "<billcntry>",
                                         "<trantype>",
                                         "<purchaseid>",
                                         "<tranid>",
                                         "<price>",
                                         "<extra username>",
                                         "<extra password>",
                                         "<currencycode>",
                                         "<eticketid>",
                                         "<extra foreignid>",
                                         "<extra natssess>",
                                         "<extra merchantpartnerid>",
                                         "<xsellnum>",
                                         "<extra upsell>",
                                         "<extra tokenplus>",
                                         "<extra octoken>",
                                         "<cardtype>",
                                         "<paymenttype>",
                                         "<extra xref1>",
                                         "<extra xref2>",
                                         "<relatedtranid>",
                                         "<transguid>",
                                         "<standin>",
                                         "<transtime>"})
        BOOST_TEST_CONTEXT(placeholder) BOOST_TEST(asks_for(transaction, placeholder));
    BOOST_TEST(asks_for(fields_of(example_config()).at("Reactivation"), "<reactivationtimestamp>"));
    BOOST_TEST(asks_for(fields_of(example_config()).at("Inquiry"), "<extra username>"));
    BOOST_TEST(asks_for(fields_of(example_config()).at("Inquiry"), "<eticketid>"));
}

BOOST_AUTO_TEST_CASE(the_seal_is_echoed_when_it_is_in_use) {
    const Config& config = example_config();
    BOOST_TEST(
        asks_for(fields_of(config).at("Trans Post"), "<extra " + config.seal.parameter + ">"));
    const Config off = example_config_but([](Config& each) { each.seal.mode = Seal::Mode::off; });
    BOOST_TEST(!contains(fields_of(off).at("Trans Post").value, config.seal.parameter));
}

BOOST_AUTO_TEST_CASE(what_the_templates_bring_back_fits_the_seal) {
    const Config config = strict_config();
    const Link link = whole_link(config);
    TestAccount account(config);
    for (const auto& [title, action] : {std::pair{"Enable", "Enable"}, {"Trans Post", "Auth"}}) {
        const Reply reply =
            account.get(filled(fields_of(config).at(title), link, sale_of("26346680", action)));
        BOOST_TEST_CONTEXT(title)
        BOOST_TEST(disposition_name(reply.disposition) == "delivered", reply.message);
    }
    BOOST_TEST(account.host.events.size() == 2u);
    for (const HostEvent& event : account.host.events)
        BOOST_TEST((event["member_id"] == "908172" && event["affiliate"] == "aff"));
}

BOOST_AUTO_TEST_CASE(what_was_edited_on_the_way_does_not) {
    const Config config = strict_config();
    const PortalField transaction = fields_of(config).at("Trans Post");
    TestAccount account(config);
    for (const char* name : {"foreignid", "natssess", "merchantpartnerid", "xref1", "xref2",
                             "upsell", "tokenplus", "octoken", "promo", "ref1"}) {
        Link link = whole_link(config);
        for (LinkField& field : link.fields)
            if (lower_case(field.name) == name) field.value = "edited";
        const Reply reply = account.get(filled(transaction, link, sale_of(name, "Auth")));
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(disposition_name(reply.disposition) == "quarantined");
            BOOST_TEST(contains(reply.message, "the seal does not fit"));
        }
    }
}

BOOST_AUTO_TEST_CASE(secrets_are_named_and_never_printed) {
    const Config config = example_config_but([](Config& each) {
        each.postbacks.authenticity.basic = BasicCredentials{"segpay-user", Secret("canary-basic")};
        each.postbacks.authenticity.secret = SecretParameter{"natskey", Secret("canary-secret")};
    });
    for (const PortalField& field : portal_fields(config, kHost)) {
        BOOST_TEST_CONTEXT(field.title) {
            BOOST_TEST(!contains(field.value + field.note, "canary"));
            if (contains(field.value, "?"))
                BOOST_TEST(contains(field.value, "&natskey=YOUR-POSTBACK-SECRET"));
        }
    }
    const auto fields = fields_of(config);
    BOOST_TEST(fields.at("Password Protected Scripts: Domain").value == kHost);
    BOOST_TEST(fields.at("Password Protected Scripts: Username").value == "segpay-user");
    BOOST_TEST(fields.at("Password Protected Scripts: Password").value == "YOUR-POSTBACK-PASSWORD");
    for (const auto& [title, field] : fields_of(example_config()))
        BOOST_TEST(!contains(title, "Password Protected"), title);
}

BOOST_AUTO_TEST_CASE(of_several_secrets_the_first_is_meant) {
    const auto notes_with = [](Secrets secrets) {
        const auto fields = fields_of(example_config_but([&](Config& each) {
            each.postbacks.authenticity.basic = BasicCredentials{"segpay-user", secrets};
            each.postbacks.authenticity.secret = SecretParameter{"natskey", secrets};
        }));
        return std::pair{fields.at("Password Protected Scripts: Password").note,
                         fields.at("Secret").note};
    };
    Secrets secrets = Secret("canary-new");
    BOOST_TEST(notes_with(secrets).first ==
               "Enter the value of postbacks.authenticity.basic.password.");
    BOOST_TEST(notes_with(secrets).second ==
               "Replace it in every URL by the value of postbacks.authenticity.secret.value.");
    secrets.add(Secret("canary-old"));
    BOOST_TEST(notes_with(secrets).first ==
               "Enter the first of 2 values of postbacks.authenticity.basic.password; the others "
               "are accepted until you take them away.");
    BOOST_TEST(notes_with(secrets).second ==
               "Replace it in every URL by the first of 2 values of "
               "postbacks.authenticity.secret.value; the others are accepted until you take them "
               "away.");
}

BOOST_AUTO_TEST_CASE(path_and_words_are_the_configured_ones) {
    const Config config = example_config_but([](Config& each) {
        each.postbacks.path = "/other/path";
        each.postbacks.success_word = "GOOD";
        each.postbacks.failure_word = "BAD";
    });
    BOOST_TEST(
        fields_of(config).at("Disable").value.starts_with("join.example.com:8443/other/path?"));
    BOOST_TEST(fields_of(config).at("Expected Response").value == "GOOD");
    BOOST_TEST(fields_of(config).at("Error Response").value == "BAD");
}

BOOST_AUTO_TEST_CASE(a_path_may_bring_a_query_along) {
    const auto with = [](const char* path) {
        return example_config_but([&](Config& each) { each.postbacks.path = path; });
    };
    BOOST_TEST(postback_path(example_config()) == "/signup/process_segpay.php");
    const Config config = with("/index.php?route=segpay&v=1");
    BOOST_TEST(postback_path(config) == "/index.php");
    BOOST_TEST(fields_of(config).at("Disable").value.starts_with(
        "join.example.com:8443/index.php?route=segpay&v=1&action=<action>&"));
    BOOST_TEST(postback_path(with("/")) == "/");
}

BOOST_AUTO_TEST_CASE(a_join_host_has_neither_scheme_nor_path) {
    for (std::string_view good :
         {"join.example.com", "join.example.com:8443", "192.0.2.1", "[::1]:80"})
        BOOST_TEST(is_host_name(good), good);
    for (std::string_view bad :
         {"", "https://join.example.com", "join.example.com/", "join example"})
        BOOST_TEST(!is_host_name(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
