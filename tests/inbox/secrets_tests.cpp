// Canaries through every way a request can go: passwords, card data, e-mail addresses and keys turn
// up in no log, message, reply, listing or thrown text, and in the ledger's files only where they
// must be.
#include "failing_ledger.hpp"
#include "fixtures.hpp"
#include "ledger/fixture.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"
#include "wire/redaction.hpp"

#include <set>

using namespace segpay;
using namespace segpay::testing;

namespace {

// Every secret but the card's number has the word in it.
constexpr std::string_view kCanary = "canary";
constexpr std::string_view kCard = "4444333322221111";
constexpr std::string_view kEmail = "canary@mail.example";
constexpr std::string_view kPassword = "canary-password";

constexpr std::string_view kRightKey = "&natskey=canary-key";
const std::string kSecrets =
    "&password=canary-password&kennwort=canary-password&pwd=canary-pwd&UserPassword=canary-pwd"
    "&ccnumber=4444333322221111&x-Card_Number=4444333322221111&cvv=canary-cvv&iban=canary-iban"
    "&email=canary%40mail.example&billemail=canary%40mail.example"
    "&user_email=canary%40mail.example";

// segpay:canary-basic, segpay:canary-wrong
constexpr std::string_view kRightBasic = "Basic c2VncGF5OmNhbmFyeS1iYXNpYw==";
constexpr std::string_view kWrongBasic = "Basic c2VncGF5OmNhbmFyeS13cm9uZw==";

// An account with everything that has a secret.
Config guarded_config() {
    return example_config_but([](Config& config) {
        Postbacks& postbacks = config.postbacks;
        postbacks.authenticity.basic = BasicCredentials{"segpay", Secret("canary-basic")};
        postbacks.authenticity.secret = SecretParameter{"natskey", Secret("canary-key")};
        postbacks.names = {{"kennwort", "password"}, {"kundenpost", "billemail"}};
        config.seal.mode = Seal::Mode::check;
        config.seal.keys = {HmacKey("canary-seal-key-that-is-long-enough")};
        config.ledger.password_key = Secret("canary-box-key");
        config.ledger.max_attempts = 3;
    });
}

// That account on a ledger file, and all texts that it shows.
class GuardedAccount {
public:
    segpay::test::TemporaryFolder folder;
    FailingLedger* storage = nullptr;
    TestAccount account{guarded_config(), make_ledger()};
    std::vector<std::string> shown;
    std::set<Disposition> seen;

    Reply send(const HttpRequest& request) {
        const Reply reply = account.inbox.handle(request);
        shown.insert(shown.end(), {reply.message, reply.body, reply.key});
        seen.insert(reply.disposition);
        return reply;
    }
    Reply get(const std::string& query) { return get_with(query + kSecrets); }
    Reply get_with(const std::string& query) {
        const std::string with_key = query + std::string(kRightKey);
        return send({"GET", with_key, "", "127.0.0.1", {{"Authorization", kRightBasic}}});
    }
    void show(const Refused& refused) { shown.push_back(refused.message); }

    // The replies, the listing of the ledger, and the log.
    std::vector<std::string> everything_shown() {
        std::vector<std::string> texts = shown;
        for (const Entry& entry : account.entries()) {
            texts.insert(texts.end(), {entry.key, entry.message, redacted_form(entry.request)});
            if (entry.event)
                for (const std::string& warning : entry.event->warnings)
                    texts.push_back(warning);
        }
        for (const LogLine& line : account.host.log)
            texts.push_back(line.text);
        return texts;
    }
    std::string stored() const { return segpay::test::bytes_of_folder(folder.path()); }

    // States of the entries that have a boxed password.
    std::set<EntryState> states_with_password() const {
        SqliteConnection connection(folder.file(), 1000);
        SqliteQuery row = connection.query(
            "SELECT IIF(queue.sequence IS NULL, state, 1) FROM entries "
            "LEFT JOIN queue USING(sequence) WHERE password IS NOT NULL");
        std::set<EntryState> states;
        while (row.next())
            states.insert(static_cast<EntryState>(row.integer(0)));
        return states;
    }

private:
    std::unique_ptr<Ledger> make_ledger() {
        auto failing = std::make_unique<FailingLedger>(
            open_sqlite_ledger({folder.file(), 30'000, Secret("canary-box-key")}));
        storage = failing.get();
        return failing;
    }
};

void check_shown(const std::vector<std::string>& texts) {
    for (const std::string& text : texts)
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!contains(text, kCanary));
            BOOST_TEST(!contains(text, kCard));
            BOOST_TEST(!contains(text, "\n"));
        }
}

// The e-mail address is stored for the host; no other secret is stored in plain text.
void check_stored(std::string bytes) {
    BOOST_TEST(contains(bytes, "canary%40mail.example")); // the search finds what is there
    for (const std::string email : {"canary%40mail.example", "canary%2540mail.example"})
        for (std::size_t at = 0; (at = bytes.find(email, at)) != std::string::npos;)
            bytes.erase(at, email.size());
    BOOST_TEST(!contains(bytes, kCanary));
    BOOST_TEST(!contains(bytes, kCard));
}

void check_delivered(const std::vector<HostEvent>& events) {
    for (const HostEvent& event : events)
        for (const auto& [name, value] : event.extras) {
            BOOST_TEST_CONTEXT(name) {
                BOOST_TEST((value == kEmail || !contains(value, kCanary)));
                BOOST_TEST(!contains(value, kCard));
            }
        }
}

// A host whose reason echoes the event, as one that passes on an error of its database.
uint32_t quote(const biller_event& event, biller_reason* reason, uint32_t answer) {
    const std::string text = "no " + std::string(view(event.email)) + " with " +
                             std::string(view(event.password)) + " here";
    text.copy(reason->text, sizeof reason->text - 1);
    return answer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(secrets_tests)

// ---- What a request leads to --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(secrets_show_nowhere_whatever_a_request_leads_to) {
    GuardedAccount guarded;
    TestAccount& account = guarded.account;
    const auto leads_to = [&](const Reply& reply, Disposition expected) {
        BOOST_TEST(disposition_name(reply.disposition) == disposition_name(expected));
    };
    leads_to(guarded.get(sign_up("1", "1")), Disposition::delivered);
    BOOST_TEST(account.host.events.at(0).password == kPassword);
    BOOST_TEST(account.host.events.at(0)["email"] == kEmail);
    leads_to(guarded.get(sign_up("1", "1")), Disposition::duplicate);
    leads_to(guarded.get(sign_up("2", "1")), Disposition::conflict);
    leads_to(guarded.get(sign_up("3", "3", "&relatedtranid=no+id")), Disposition::quarantined);
    leads_to(guarded.get("transtype=gift&purchaseid=1"), Disposition::unknown);
    leads_to(guarded.get("action=Probe&username=joe"), Disposition::answered);
    leads_to(guarded.get("action=Probe"), Disposition::answered);
    leads_to(guarded.get(sign_up("4", "4", "&password=canary-two")), Disposition::delivered);
    leads_to(guarded.get(sign_up("4", "4", "&username=joe&username=jim")),
             Disposition::quarantined);
    leads_to(guarded.get(sign_up("4", "4", "&password=" + std::string(9'000, 'c') + "canary")),
             Disposition::quarantined);
    leads_to(guarded.get(sign_up("4", "4", "&natskey=canary-two")), Disposition::refused);

    account.host.answer = [](const auto& e, auto* r) { return quote(e, r, BILLER_RETRY); };
    leads_to(guarded.get(sign_up("5", "5")), Disposition::deferred);
    account.host.answer = [](const auto& e, auto* r) { return quote(e, r, 77); };
    leads_to(guarded.get(sign_up("6", "6")), Disposition::deferred);
    account.host.answer = [](const biller_event& event, auto*) -> uint32_t {
        throw std::runtime_error("no " + std::string(view(event.password)));
    };
    leads_to(guarded.get(sign_up("7", "7")), Disposition::deferred);
    account.host.answer = [](const auto& e, auto* r) { return quote(e, r, BILLER_REFUSE); };
    leads_to(guarded.get(sign_up("8", "8")), Disposition::dead_letter);
    for (int day = 0; day < 4; ++day) { // until it is given up
        account.host.now += kDay;
        (void)account.inbox.recover(10);
    }
    guarded.storage->failing = {"claim"};
    leads_to(guarded.get(sign_up("9", "9")), Disposition::unavailable);

    for (std::uint32_t number = 1; number <= 10; ++number)
        BOOST_TEST_CONTEXT(number)
    BOOST_TEST(guarded.seen.contains(static_cast<Disposition>(number)));
    BOOST_TEST(guarded.everything_shown().size() > 50u);
    check_shown(guarded.everything_shown());
    check_stored(guarded.stored());
    check_delivered(account.host.events);
}

BOOST_AUTO_TEST_CASE(secrets_show_in_no_reason_to_set_a_request_aside) {
    GuardedAccount guarded;
    const std::string sale = "transtype=sale&action=Auth&stage=Initial&approved=Yes&purchaseid=1";
    const std::string bought = "&transid=1&eticketid=162209:1221";
    for (const std::string& query :
         {sale, sale + "&transid=no+id", sale + bought + "&price=x&currencycode=USD",
          sale + bought + "&price=39.95&currencycode=XXQ",
          sale + bought + "&price=1.00&currencycode=USD", sale + bought + "&price=39.95&tranid=2",
          sale + bought + "&price=39.95&natsseal=" + std::string(32, 'a'),
          sale + bought + "&price=39.95&natsseal=short", sale + bought + "&price=39.95&xsellnum=x",
          sale + bought + "&price=39.95&xsellnum=1&xref1=XS-0",
          sale + "&transid=1&eticketid=162209", sale + "&transid=1&eticketid=1:2",
          sale + "&transid=1&price=39.95", std::string("action=Cancel"),
          // Contradictions beside two passwords, and a sale without its action.
          sale + bought + "&price=39.95&PRICE=1.00&PASSWORD=canary-two&kennwort=canary-three",
          sale + bought + "&price=39.95&username=joe&username=jim", "approved=No&" + sale + bought,
          std::string("transtype=sale&purchaseid=1&stage=Initial&approved=Yes"),
          // User data, whole and broken.
          sale + "&userdata=%3CEXTRA_DATA%3E%3CPASSWORD%3Ecanary%3C/PASSWORD%3E%3C/EXTRA_DATA%3E",
          sale + "&memberid=%3CEXTRA_DATA%3E%3CPASSWORD%3Ecanary",
          sale + "&userdata=PASSWORD%3Dcanary", sale + "&amp;user_password=canary",
          // A customer can write this into any field; only the field before it is repaired.
          sale + bought + "&price=39.95&address=x%A4cycode=XXQ",
          sign_up("1", "1", "&relatedtranid=no+id")}) {
        BOOST_TEST_CONTEXT(query) {
            const Reply reply = guarded.get(query);
            BOOST_TEST(disposition_name(reply.disposition) == "quarantined");
            BOOST_TEST(!reply.message.empty());
        }
    }
    // A request after a quarantined sale is held for it.
    (void)guarded.get(sign_up("20", "20", "&natsseal=no"));
    const Reply held = guarded.get(member_post("Disable", "20"));
    BOOST_TEST(contains(held.key, "segpay/held/"));

    BOOST_TEST(guarded.account.host.events.empty());
    check_shown(guarded.everything_shown());
    check_stored(guarded.stored());
    BOOST_TEST((guarded.states_with_password() == std::set{EntryState::quarantined}));
}

BOOST_AUTO_TEST_CASE(secrets_show_in_no_refusal) {
    GuardedAccount guarded;
    const std::string sale = sign_up("1", "1") + kSecrets;
    const std::string good = sale + std::string(kRightKey);
    struct Gate {
        HttpRequest request;
        unsigned status;
    };
    const std::string wrong_key = sale + "&natskey=canary-wrong";
    const std::string two_keys = good + "&NatsKey=canary-wrong";
    const std::string long_value = good + "&password=" + std::string(9'000, 'c') + "canary";
    const std::string huge = good + "&x=" + std::string(70'000, 'c');
    const auto with = [](std::string_view basic) {
        return std::vector<std::pair<std::string_view, std::string_view>>{
            {"Authorization", basic}, {"Cookie", "canary-cookie"}};
    };
    for (const Gate& gate :
         {Gate{{"GET", good, "", "127.0.0.1", {}}, 401},
          {{"GET", good, "", "127.0.0.1", with(kWrongBasic)}, 401},
          {{"GET", good, "", "127.0.0.1", with("Basic canary!")}, 401},
          {{"GET", good, "", "127.0.0.1", with("Bearer canary")}, 401},
          {{"GET", sale, "", "127.0.0.1", with(kRightBasic)}, 403},
          {{"GET", wrong_key, "", "127.0.0.1", with(kRightBasic)}, 403},
          {{"GET", two_keys, "", "127.0.0.1", with(kRightBasic)}, 403},
          {{"GET", good, "", "203.0.113.9", with(kRightBasic)}, 403},
          {{"GET", good, "", "nowhere", with(kRightBasic)}, 403},
          {{"PUT", good, good, "127.0.0.1", with(kRightBasic)}, 405},
          {{"POST", "", huge, "127.0.0.1", with(kRightBasic)}, 413},
          {{"GET", long_value, "", "127.0.0.1", {}}, 401},
          {{"POST", "", good, "127.0.0.1", {{"Content-Encoding", "canary"}}}, 401},
          {{"POST", "", good, "127.0.0.1", {{"Content-Type", "text/canary"}}}, 401}}) {
        BOOST_TEST_CONTEXT(gate.status << " " << gate.request.query.substr(0, 200)) {
            const Reply reply = guarded.send(gate.request);
            BOOST_TEST(reply.http_status == gate.status);
            BOOST_TEST(!reply.message.empty());
        }
    }
    BOOST_TEST(guarded.account.host.events.empty());
    BOOST_TEST(guarded.account.entries().empty());
    check_shown(guarded.everything_shown());
    BOOST_TEST(!contains(guarded.stored(), kCanary));
    BOOST_TEST(!contains(guarded.stored(), kCard));
}

BOOST_AUTO_TEST_CASE(secrets_of_what_can_be_read_in_part_are_not_kept) {
    GuardedAccount guarded;
    const std::string good = sign_up("1", "1") + kSecrets + std::string(kRightKey);
    const std::string long_value = good + "&password=" + std::string(9'000, 'c') + "canary";
    std::string many = good;
    for (int i = 0; i < 300; ++i)
        many += "&x" + std::to_string(i) + "=1";
    many += "&kennwort=canary";
    std::string encoded; // "purchaseid%3D1%26...": a template that was encoded once too often
    append_encoded(encoded, sign_up("1", "1") + kSecrets);
    encoded += kRightKey;
    const std::vector<std::pair<std::string_view, std::string_view>> basic = {
        {"Authorization", kRightBasic}, {"Cookie", "canary-cookie"}};
    auto compressed = basic;
    compressed.emplace_back("Content-Encoding", "canary");
    auto text = basic;
    text.emplace_back("Content-Type", "text/canary");
    for (const HttpRequest& request : {HttpRequest{"GET", long_value, "", "127.0.0.1", basic},
                                       {"GET", many, "", "127.0.0.1", basic},
                                       {"GET", encoded, "", "127.0.0.1", basic},
                                       {"POST", good, good, "127.0.0.1", compressed},
                                       {"POST", good, good, "127.0.0.1", text}}) {
        BOOST_TEST_CONTEXT(request.query.substr(0, 200)) {
            BOOST_TEST(guarded.send(request).http_status == 422u);
        }
    }
    BOOST_TEST(guarded.account.host.events.empty());
    BOOST_TEST(guarded.account.entries().size() == 3u); // two are the same but for their passwords
    check_shown(guarded.everything_shown());
    check_stored(guarded.stored());
}

// ---- What is decided about it -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(secrets_show_in_no_decision_and_passwords_go_with_it) {
    GuardedAccount guarded;
    TestAccount& account = guarded.account;
    const auto forged = [&](std::string_view id) {
        return guarded.get(sign_up(id, id, "&natsseal=no")).key;
    };
    const std::string released = forged("1");
    const std::string dismissed = forged("2");
    account.host.answer = [](const auto& e, auto* r) { return quote(e, r, BILLER_REFUSE); };
    const std::string dead = guarded.get(sign_up("3", "3")).key;
    account.host.answer = [](const auto& e, auto* r) { return quote(e, r, BILLER_RETRY); };
    const std::string deferred = guarded.get(sign_up("4", "4")).key;
    BOOST_TEST((guarded.states_with_password() ==
                std::set{EntryState::quarantined, EntryState::dead_letter, EntryState::pending}));

    account.host.answers(BILLER_DONE);
    account.host.events.clear();
    Report report;
    Inbox& inbox = account.inbox;
    guarded.show(account.release("canary?", "ann", Deliver::here, report));
    guarded.shown.pop_back(); // it quotes the key that was asked for, which is no secret
    guarded.show(account.release(dead, "ann", Deliver::here, report));
    guarded.show(account.redeliver(released, "ann", Deliver::here, report));
    guarded.show(account.release(released, "ann", Deliver::here, report));
    guarded.show(account.redeliver(dead, "ann", Deliver::here, report));
    guarded.show(inbox.dismiss(dismissed, "ann"));
    account.host.now += kDay;
    (void)inbox.recover(10);

    BOOST_TEST(account.host.events.size() == 3u);
    for (const HostEvent& event : account.host.events)
        BOOST_TEST(event.password == kPassword);
    BOOST_TEST(guarded.states_with_password().empty());
    for (const std::string& key : {released, dismissed, dead, deferred})
        BOOST_TEST(account.ledger().entry(key)->event->password.is_empty());
    check_shown(guarded.everything_shown());
    check_stored(guarded.stored());
}

BOOST_AUTO_TEST_CASE(without_a_key_no_password_is_stored_at_all) {
    const segpay::test::TemporaryFolder folder;
    TestAccount account(example_config_but([](Config& config) {
                            config.postbacks.names = {{"kennwort", "password"}};
                        }),
                        open_sqlite_ledger({folder.file(), 30'000, Secret()}));
    account.host.answers(BILLER_RETRY);
    (void)account.get(sign_up("1", "1") + kSecrets);
    (void)account.get(sign_up("2", "2", "&natsseal=no") + kSecrets);
    for (const Entry& entry : account.entries())
        BOOST_TEST(account.ledger().entry(entry.key)->event->password.is_empty());
    check_stored(segpay::test::bytes_of_folder(folder.path()));
}

// ---- The garbled template -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_garbled_template_spills_no_password) {
    GuardedAccount guarded;
    const std::string sale =
        "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=39.95"
        "&eticketid=162209:1221&email=canary%40mail.example";
    int id = 0;
    for (const char* garbled :
         {"&password=canary-password%A4cycode=USD", "&password=canary-password%C2%A4cycode=USD",
          "&kennwort=canary-password%A4cycode=USD", "&password=canary-password%A4cycode=XXQ",
          "&password=canary-password%A4cycode=USD&currencycode=USD",
          "&pwd=canary-password%A4cycode=USD", "&cvv=canary-cvv%A4cycode=USD"}) {
        const std::string number = std::to_string(++id);
        (void)guarded.get_with(sale + "&purchaseid=" + number + "&transid=" + number + garbled);
    }
    BOOST_TEST(guarded.account.host.events.at(0).password == kPassword);
    check_delivered(guarded.account.host.events);
    check_stored(guarded.stored());
    check_shown(guarded.everything_shown());
}

// ---- Configuration and links --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(secrets_show_in_no_mistake_of_a_configuration) {
    const std::string account = "account: {mode: test}\n";
    for (const char* text :
         {"seal: {mode: check, keys: canary-key}", "seal: {mode: check, keys: {first: canary-key}}",
          "seal: {mode: check, keys: [[canary-key]]}", "seal: {mode: check, keys: [canary]}",
          "seal: canary-key", "ledger: {path: l.sqlite, password_key: [canary-key]}",
          "ledger: {path: l.sqlite, password_key: {a: canary-key}}",
          "ledger: {path: l.sqlite, password_key: c4nary, password_key: canary-key}",
          "ledger: {path: l.sqlite, password_key: \"canary-key}",
          "postbacks: {authenticity: {basic: canary-key}}",
          "postbacks: {authenticity: {basic: {username: joe, password: [canary-key]}}}",
          "postbacks: {authenticity: {basic: {username: joe, password: {x: canary-key}}}}",
          "postbacks: {authenticity: {basic: {password: canary-key}}}",
          "postbacks: {authenticity: {basic: [joe, canary-key]}}",
          "postbacks: {authenticity: {secret: canary-key}}",
          "postbacks: {authenticity: {secret: {parameter: natskey, value: [canary-key]}}}",
          "postbacks: {authenticity: {secret: {value: canary-key}}}",
          "postbacks: {authenticity: {secret: {parameter: natskey, valeu: canary-key}}}",
          "postbacks: {authenticity: {secret: {parameter: price, value: canary-key}}}"}) {
        BOOST_TEST_CONTEXT(text) {
            const LoadedConfig loaded = load_config_text(account + text + "\n", "t");
            BOOST_TEST(!loaded.problems.empty());
            for (const Problem& problem : loaded.problems)
                BOOST_TEST(!contains(to_string(problem), kCanary), to_string(problem));
        }
    }
}

BOOST_AUTO_TEST_CASE(secrets_from_a_file_show_in_no_mistake) {
    const segpay::test::TemporaryFolder folder;
    std::ofstream(folder.file("secret.key")) << "canary-key\n";
    for (const char* text :
         {"account: {mode: \"${file:secret.key}\"}", "account: \"${file:secret.key}\"",
          "ledger: {path: l.sqlite, lease_seconds: \"${file:secret.key}\"}",
          "sites: [{id: \"${file:secret.key}\", type: \"${file:secret.key}\"}]",
          "options: [{id: 1, site: 1, eticket: \"${file:secret.key}\"}]",
          "postbacks: {authenticity: {addresses: [\"${file:secret.key}\"]}}",
          "cross_sells: [{ref: \"${file:secret.key}\", option: \"${file:secret.key}\"}]"}) {
        BOOST_TEST_CONTEXT(text) {
            const LoadedConfig loaded =
                load_config_text(std::string(text) + "\n", folder.file("segpay.yaml"));
            BOOST_TEST(!loaded.problems.empty());
            for (const Problem& problem : loaded.problems)
                BOOST_TEST(!contains(to_string(problem), kCanary), to_string(problem));
        }
    }
}

BOOST_AUTO_TEST_CASE(secrets_show_in_no_refused_link) {
    GuardedAccount guarded;
    const std::string long_password = "canary-password" + std::string(2'000, 'x');
    const std::string long_email = "canary@mail.example" + std::string(2'000, 'x');
    struct Mistake {
        const char* field;
        std::function<void(LinkRequest&)> make;
    };
    const LinkField sealed_extra{"natsseal", "canary-seal"};
    const LinkField secret_extra{"password", "canary-password"};
    const LinkField card_extra{"ccnumber", "canary-4444333322221111"};
    for (const Mistake& mistake :
         {Mistake{"password", [&](LinkRequest& r) { r.password = long_password; }},
          {"password", [](LinkRequest& r) { r.password = "canary\npassword"; }},
          {"password", [](LinkRequest& r) { r.password = "canary\xA4password"; }},
          {"email", [&](LinkRequest& r) { r.email = long_email; }},
          {"email", [](LinkRequest& r) { r.email = "canary@mail.example\r\n"; }},
          {"username", [&](LinkRequest& r) { r.username = long_email; }},
          {"country", [](LinkRequest& r) { r.country = "canary@mail.example"; }},
          {"octoken", [](LinkRequest& r) { r.octoken = "canary@mail.example"; }},
          {"approve_url", [](LinkRequest& r) { r.approve_url = "ftp://joe:canary@a.example"; }},
          {"price_points", [](LinkRequest& r) { r.price_points = "canary@mail.example"; }},
          {"amount", [](LinkRequest& r) { r.amount = "12.00"; }},
          {"x.natsseal", [&](LinkRequest& r) { r.extras = std::span(&sealed_extra, 1); }},
          {"x.ccnumber", [&](LinkRequest& r) { r.extras = std::span(&card_extra, 1); }},
          {"x.password", [&](LinkRequest& r) { r.extras = std::span(&secret_extra, 1); }}}) {
        LinkRequest request;
        request.option = "101";
        request.password = kPassword;
        request.email = kEmail;
        mistake.make(request);
        MadeLink made;
        const auto error = guarded.account.link(request, made);
        BOOST_TEST_CONTEXT(mistake.field) {
            BOOST_REQUIRE(error.has_value());
            BOOST_TEST(error->message.starts_with(mistake.field), error->message);
            BOOST_TEST(!contains(error->message, kCanary), error->message);
        }
    }
    check_shown(guarded.everything_shown());
}

BOOST_AUTO_TEST_SUITE_END()
