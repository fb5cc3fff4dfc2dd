// Canaries through every way a request can go: passwords, card data, e-mail addresses and keys turn
// up in no log, message, reply or listing, and in the ledger's file only where they must be.
#include "fixtures.hpp"
#include "wire/redaction.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(secrets_tests)

BOOST_AUTO_TEST_CASE(secrets_show_nowhere) {
    const std::string file = (std::filesystem::temp_directory_path() /
                              ("segpay-secrets-" + std::to_string(getpid()) + ".sqlite"))
                                 .string();
    const std::string secrets =
        "&password=canary-password&ccnumber=4444333322221111&cvv=canary-cvv&pwd=canary-pwd"
        "&email=canary%40mail.example&billemail=canary%40mail.example&natskey=canary-key";
    std::vector<std::string> shown;   // to the operator: logs, messages, listed requests
    std::vector<std::string> visible; // to Segpay
    {
        Account account(example_config_but([](Config& config) {
                            config.postbacks.authenticity.secret =
                                SecretParameter{"natskey", Secret("canary-key")};
                        }),
                        open_sqlite_ledger({file, 30'000, Secret("canary-box-key")}));
        const auto send = [&](const std::string& query, const std::string& more) {
            const Reply reply = account.get(query + more);
            shown.push_back(reply.message);
            visible.push_back(reply.body + reply.key);
            return reply.key;
        };
        (void)send(sign_up("1", "1"), secrets);                          // delivered
        (void)send(sign_up("1", "1"), secrets);                          // duplicate
        (void)send(sign_up("2", "1"), secrets);                          // conflict
        (void)send(sign_up("3", "3", "&relatedtranid=no+id"), secrets);  // quarantined
        (void)send("transtype=gift&purchaseid=1", secrets);              // unknown
        (void)send("action=Probe&username=joe", secrets);                // answered
        (void)send(sign_up("4", "4"), secrets + "&password=canary-two"); // refused
        (void)send(sign_up("4", "4"), secrets + "&natskey=canary-two");
        (void)send(sign_up("4", "4", "&password=" + std::string(9'000, 'c')), "");
        (void)account.biller.handle({"GET", sign_up("5") + secrets, "", "203.0.113.9", {}});
        for (uint32_t answer : {BILLER_RETRY, BILLER_REFUSE, 77}) {
            account.host.answers(answer);
            const std::string id = std::to_string(100 + answer);
            (void)send(sign_up(id, id), secrets);
        }
        for (const Entry& entry : account.entries()) {
            shown.push_back(entry.message);
            shown.push_back(redacted_form(entry.request));
            BOOST_TEST(!contains(entry.request, "canary-"));
            BOOST_TEST(!contains(entry.request, "4444333322221111"));
        }
        for (const LogLine& line : account.host.log)
            shown.push_back(line.text);

        std::string stored; // the database and its log, while the passwords are still in use
        for (const char* suffix : {"", "-wal"}) {
            std::ifstream stream(file + suffix, std::ios::binary);
            stored.append(std::istreambuf_iterator<char>(stream), {});
        }
        BOOST_TEST(stored.size() > 10'000u);
        BOOST_TEST(
            contains(stored, "canary%40mail.example")); // the host needs it; the test sees it
        for (std::string_view secret : {"canary-", "4444333322221111"})
            BOOST_TEST_CONTEXT(secret) BOOST_TEST(!contains(stored, secret));

        BOOST_TEST(account.host.events[0].password == "canary-password");
        for (const Told& event : account.host.events)
            for (const auto& [name, value] : event.extras)
                BOOST_TEST_CONTEXT(name) BOOST_TEST(!contains(value, "canary"));
    }
    BOOST_TEST(shown.size() > 30u);
    for (const std::string& text : shown)
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!contains(text, "canary"));
            BOOST_TEST(!contains(text, "4444333322221111"));
            BOOST_TEST(!contains(text, "\n"));
        }
    for (const std::string& text : visible)
        BOOST_TEST(!contains(text, "canary"));
    for (const char* suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(file + suffix);
}

BOOST_AUTO_TEST_SUITE_END()
