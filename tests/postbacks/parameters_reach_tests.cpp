// Every parameter that a postback can have, under every name of it, sent through an open account:
// shows a row that is missing in the table of names or on the way to the event.
#include "postbacks/parameters_reach.hpp"

#include "fixtures.hpp"
#include "values/facts.hpp"

#include <set>
#include <span>

using namespace segpay;
using namespace segpay::testing;

namespace {

constexpr std::string_view kSignUp =
    "trantype=sale&action=Auth&stage=Initial&approved=Yes&purchaseid=5001&tranid=9001&price=2.95"
    "&currencycode=USD&eticketid=162209:3097";

// Replaces any name that the same fact has there.
void put(Parameters& parameters, std::string_view name, std::string_view value) {
    const ParameterName* meant = find_parameter(name);
    std::erase_if(parameters, [&](const Parameter& each) {
        const ParameterName* other = find_parameter(each.name);
        return each.name == name || (meant && other && meant->fact == other->fact &&
                                     meant->canonical == other->canonical);
    });
    parameters.push_back({std::string(name), std::string(value)});
}

std::string said_by(const HostEvent& event, std::string_view where) {
    if (where == "kind") return event.kind;
    if (where == "password") return event.password;
    if (!where.starts_with("extras.")) return event[std::string(where)];
    std::string said; // a second extra of one name is an error
    for (const auto& [name, value] : event.extras)
        if (name == where.substr(7)) said += (said.empty() ? "" : " and ") + value;
    return said;
}

void check_that_it_reaches(const Reach& reach, std::string_view base) {
    Parameters parameters;
    (void)decode_form(base, parameters);
    Parameters changes;
    (void)decode_form(reach.with, changes);
    for (const Parameter& change : changes)
        put(parameters, change.name, change.value);
    put(parameters, reach.name, reach.value);

    TestAccount account;
    const Reply reply = account.get(encode_form(parameters));
    BOOST_TEST_CONTEXT(reach.name << " in " << encode_form(parameters)) {
        BOOST_TEST(reply.message == "");
        BOOST_REQUIRE(account.host.events.size() == 1u);
        const std::size_t equals = reach.lands.find('=');
        BOOST_TEST(said_by(account.host.events[0], reach.lands.substr(0, equals)) ==
                   reach.lands.substr(equals + 1));
    }
}

std::string lower(std::string_view name) {
    std::string text(name);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(parameters_reach_tests)

BOOST_AUTO_TEST_CASE(every_listed_parameter_of_a_transaction_reaches_the_host) {
    for (const Reach& reach : kListed)
        check_that_it_reaches(reach, kSignUp);
}

BOOST_AUTO_TEST_CASE(so_it_does_under_the_names_of_the_guides_examples) {
    for (const Reach& reach : kTyped)
        check_that_it_reaches(reach, kSignUp);
}

BOOST_AUTO_TEST_CASE(so_it_does_under_the_names_that_were_only_seen) {
    for (const Reach& reach : kSeen)
        check_that_it_reaches(reach, kSignUp);
}

BOOST_AUTO_TEST_CASE(every_listed_parameter_of_a_member_postback_reaches_the_host) {
    constexpr std::pair<char, std::string_view> kActions[] = {
        {'E', "action=Enable&purchaseid=5001"},
        {'D', "action=Disable&purchaseid=5001"},
        {'C', "action=Cancel&purchaseid=5001"},
        {'R', "action=Reactivation&purchaseid=5001"}};
    for (const MemberReach& row : kOfMembers)
        for (const auto& [column, base] : kActions)
            if (row.columns.find(column) != std::string_view::npos)
                check_that_it_reaches(row.reach, base);
}

BOOST_AUTO_TEST_CASE(an_inquiry_asks_for_the_name_and_tells_what_belongs_to_it) {
    TestAccount account;
    std::string asked;
    account.host.probe = [&](const biller_probe& probe) {
        asked = std::string(view(probe.username)) + " " + std::string(view(probe.email)) + " " +
                std::string(view(probe.site));
        return BILLER_NAME_FREE;
    };
    (void)account.get(
        "action=Probe&username=joe&billemail=joe%40example.com&eticketid=133044:12217"
        "&price=19.95&currencycode=EUR&password=canary");
    BOOST_TEST(asked == "joe joe@example.com 8");
    BOOST_TEST(account.host.events.empty());
}

// A known name that is missing above would be untested.
BOOST_AUTO_TEST_CASE(no_name_is_known_that_is_not_tried_here) {
    std::set<std::string> tried;
    for (const auto rows : {std::span<const Reach>(kListed), std::span<const Reach>(kTyped),
                            std::span<const Reach>(kSeen)})
        for (const Reach& reach : rows) {
            tried.insert(lower(reach.name));
            BOOST_TEST(find_parameter(reach.name), "" << reach.name);
        }
    for (const ParameterName& known : parameter_names())
        BOOST_TEST(tried.contains(std::string(known.name)), "" << known.name);
}

BOOST_AUTO_TEST_CASE(what_the_page_added_reaches_the_host_under_its_own_name) {
    check_that_it_reaches({"promo", "spring", "extras.promo=spring"}, kSignUp);
    check_that_it_reaches({"X-Campaign", "A b", "extras.x-campaign=A b"}, kSignUp);
}

BOOST_AUTO_TEST_CASE(secrets_reach_nobody_but_the_password_its_own_field) {
    for (const char* name : {"password", "ccnumber", "cardnumber", "cvv", "cvv2", "iban",
                             "userpassword", "x-cardnumber"})
        BOOST_TEST_CONTEXT(name) {
            TestAccount account;
            (void)account.get(std::string(kSignUp) + "&" + name + "=canary");
            BOOST_REQUIRE(account.host.events.size() == 1u);
            const HostEvent& event = account.host.events[0];
            BOOST_TEST((event.password == "canary") == (std::string_view(name) == "password"));
            for (const auto& [field, value] : event.fields)
                BOOST_TEST(!contains(value, "canary"), field);
            for (const auto& [extra, value] : event.extras)
                BOOST_TEST(!contains(value, "canary"), extra);
            for (const LogLine& line : account.host.log)
                BOOST_TEST(!contains(line.text, "canary"));
            for (const Entry& entry : account.entries())
                BOOST_TEST(!contains(entry.request, "canary"));
        }
}

BOOST_AUTO_TEST_SUITE_END()
