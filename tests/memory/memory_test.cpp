// The passwords and cards left in a process after the plugin has answered: none. Each case runs in
// a child process, which searches all of its writable memory. The canaries are in the read-only
// memory of this program, and requests point to them there.
#include "biller.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace {

// A short text is inside a string object, a long one on the heap, where the first bytes of a freed
// block are overwritten: any of its parts counts as found.
#define SHORT_PASSWORD "Kq7canary-5z"
#define LONG_PASSWORD "Vw3canary-8xTn6canary-2mHj9canary-4cRb1canary-7p"
#define ENCODED_PASSWORD "Zs4canary%2D6%64Lf8canary%2D3kYg2canary%2D9v"
#define CARD "4444333322221111"
constexpr std::string_view kParts[] = {
    SHORT_PASSWORD, "Vw3canary-8x", "Tn6canary-2m", "Hj9canary-4c", "Rb1canary-7p",
    "Zs4canary-6d", "Lf8canary-3k", "Yg2canary-9v", "Zs4canary%2D", CARD,
};

#define SALE                                                                             \
    "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=39.95&currencycode=USD" \
    "&eticketid=162209:1221&memberid=908172"
#define SECRETS "&ccnumber=" CARD "&cvv=" CARD "&password="

// The search allocates nothing: an allocation would overwrite what it searches for.
char maps[256 * 1024];
char found[4096];

void report(std::string_view where, std::string_view part) {
    char* const end = found + strlen(found);
    const auto room = sizeof found - static_cast<std::size_t>(end - found);
    std::snprintf(end, room, "%.*s: %.5s..., ", static_cast<int>(where.size()), where.data(),
                  part.data());
}

// One line of /proc/self/maps: "begin-end rights offset device inode  name".
void search_mapping(std::string_view line) {
    char* rest = nullptr;
    const std::uintptr_t begin = std::strtoull(line.data(), &rest, 16);
    const std::uintptr_t end = std::strtoull(rest + 1, &rest, 16);
    if (!std::string_view(rest).starts_with(" rw")) return;
    const std::string_view bytes(reinterpret_cast<const char*>(begin), end - begin);
    for (std::string_view part : kParts)
        if (bytes.find(part) != std::string_view::npos)
            report(line.substr(line.rfind(' ') + 1), part);
}

// "[heap]: Tn6ca..., [stack]: ...", or nothing.
std::string_view leftovers() {
    const int file = open("/proc/self/maps", O_RDONLY);
    std::size_t size = 0;
    for (ssize_t more = 0; (more = read(file, maps + size, sizeof maps - 1 - size)) > 0;)
        size += static_cast<std::size_t>(more);
    close(file);
    for (std::string_view rest(maps, size); !rest.empty();) {
        const std::size_t end = rest.find('\n');
        search_mapping(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return found;
}

// The plugin with an account, through the C interface alone: no copy is made on this side.
class Account {
public:
    uint32_t answer = BILLER_DONE;
    std::string_view peer = "127.0.0.1";
    std::int64_t now_ms = 1'790'000'000'000;
    std::size_t passwords = 0; // events and links with a password
    std::uint32_t disposition = 0;
    std::string key;

    Account() : library_(argument(1), "memory-tests"), host_(table()) {
        biller_config config{};
        config.struct_size = sizeof config;
        const std::string file = argument(2);
        config.path = biller::bytes(file);
        config.ledger = biller_text(":memory:");
        biller_reason reason = biller::empty_reason();
        const uint32_t status = plugin().open(&config, &host_, &instance_, &reason);
        if (status != BILLER_STATUS_OK) throw biller::Error(status, reason);
    }
    ~Account() { plugin().close(instance_); }
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

    void get(std::string_view query, std::uint32_t expected) { send("GET", query, {}, expected); }
    void post(std::string_view body, std::uint32_t expected) { send("POST", {}, body, expected); }

    void link(std::string_view password) {
        biller_link_request request{};
        request.struct_size = sizeof request;
        request.kind = BILLER_LINK_JOIN;
        request.option = biller_text("101");
        request.password = biller::bytes(password);
        biller_link_sink sink{};
        sink.struct_size = sizeof sink;
        sink.context = this;
        sink.link = [](void* self, const biller_link* link) {
            static_cast<Account*>(self)->passwords += link->url.size > 0;
        };
        require(plugin().link(instance_, &request, &sink, nullptr) == BILLER_STATUS_OK, "link");
    }
    void decide(std::uint32_t decision) {
        biller_decision d{sizeof d, decision, biller::bytes(key), biller_text("ann"), BILLER_NO,
                          0,        {}};
        require(plugin().decide(instance_, &d, nullptr, nullptr) == BILLER_STATUS_OK, "decision");
    }
    void recover() {
        now_ms += std::int64_t{86'400'000};
        require(plugin().recover(instance_, 10, nullptr, nullptr) == BILLER_STATUS_OK, "recovery");
    }
    void list() {
        biller_entry_query query = biller::entry_query(BILLER_STATES_ALL);
        biller_entry_sink sink{sizeof sink, 0, nullptr,
                               [](void*, const biller_entry*) { return uint32_t{BILLER_MORE}; }};
        require(plugin().entries(instance_, &query, &sink, nullptr) == BILLER_STATUS_OK, "list");
    }
    static void require(bool is_so, const char* what) {
        if (!is_so) throw std::runtime_error(what);
    }

private:
    static std::string argument(int number) {
        const auto& suite = boost::unit_test::framework::master_test_suite();
        if (suite.argc <= number) throw std::runtime_error("usage: memory_tests -- PLUGIN CONFIG");
        return suite.argv[number];
    }

    const biller_plugin& plugin() const { return library_.plugin(); }

    void send(std::string_view method, std::string_view query, std::string_view body,
              std::uint32_t expected) {
        biller_http_request request{};
        request.struct_size = sizeof request;
        request.method = biller::bytes(method);
        request.query = biller::bytes(query);
        request.body = biller::bytes(body);
        request.peer = biller::bytes(peer);
        biller_reply_sink sink{sizeof sink, 0, this,
                               [](void* self, const biller_http_reply* reply) {
                                   auto& account = *static_cast<Account*>(self);
                                   account.disposition = reply->disposition;
                                   account.key = biller::text(reply->key);
                               }};
        if (plugin().handle(instance_, &request, &sink, nullptr) != BILLER_STATUS_OK)
            throw std::runtime_error("the request was not handled");
        if (disposition != expected)
            throw std::runtime_error("disposition " + std::to_string(disposition));
    }

    biller_host table() {
        biller_host host{};
        host.struct_size = sizeof host;
        host.context = this;
        host.event = [](void* self, const biller_event* event, biller_reason*) {
            auto& account = *static_cast<Account*>(self);
            if (event->password.size > 0) ++account.passwords;
            return account.answer;
        };
        host.probe = [](void*, const biller_probe*) { return uint32_t{BILLER_NAME_FREE}; };
        host.now_ms = [](void* self) { return static_cast<Account*>(self)->now_ms; };
        return host;
    }

    biller::Library library_;
    biller_host host_;
    biller_instance* instance_ = nullptr;
};

// Runs an account in a process of its own and returns the canaries left there.
std::string left_by(void (*live)(Account&)) {
    int ends[2] = {};
    if (pipe(ends) != 0) return "no pipe";
    const pid_t child = fork();
    if (child == 0) {
        std::string_view found_parts;
        try {
            Account account;
            live(account);
            found_parts = leftovers(); // the account is still open
        } catch (const std::exception& failure) {
            std::snprintf(found, sizeof found, "failed: %s", failure.what());
            found_parts = std::string_view(found);
        }
        const bool is_written = write(ends[1], found_parts.data(), found_parts.size()) >= 0;
        _exit(is_written ? 0 : 1);
    }
    close(ends[1]);
    std::string found_parts;
    char bytes[4096];
    for (ssize_t size = 0; (size = read(ends[0], bytes, sizeof bytes)) > 0;)
        found_parts.append(bytes, static_cast<std::size_t>(size));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? found_parts : "the process died";
}

// A failed check would print, and so copy, the text of the life.
void leaves_nothing(void (*live)(Account&)) {
    const std::string left = left_by(live);
    BOOST_TEST(left == "");
}

} // namespace

BOOST_AUTO_TEST_SUITE(memory_test)

BOOST_AUTO_TEST_CASE(the_search_finds_what_is_there) {
    leaves_nothing([](Account&) {});
    BOOST_TEST(!left_by([](Account&) {
                    static std::string kept;
                    kept = "password=" SHORT_PASSWORD;
                }).empty());
    BOOST_TEST(!left_by([](Account&) {
                    const auto freed = std::make_unique<std::string>("password=" LONG_PASSWORD);
                    Account::require(freed->size() > 9, "size");
                }).empty());
}

BOOST_AUTO_TEST_CASE(of_a_delivered_postback) {
    leaves_nothing([](Account& account) {
        account.get(SALE "&purchaseid=1&transid=1" SECRETS SHORT_PASSWORD,
                    BILLER_DISPOSITION_DELIVERED);
        Account::require(account.passwords == 1, "password");
    });
    leaves_nothing([](Account& account) {
        account.get(SALE "&purchaseid=1&transid=1" SECRETS LONG_PASSWORD,
                    BILLER_DISPOSITION_DELIVERED);
    });
    leaves_nothing([](Account& account) {
        account.post(SALE "&purchaseid=1&transid=1" SECRETS ENCODED_PASSWORD,
                     BILLER_DISPOSITION_DELIVERED);
    });
}

BOOST_AUTO_TEST_CASE(of_a_repeat_a_contradiction_and_a_garbled_template) {
    leaves_nothing([](Account& account) {
        for (std::uint32_t expected : {BILLER_DISPOSITION_DELIVERED, BILLER_DISPOSITION_DUPLICATE})
            account.get(SALE "&purchaseid=1&transid=1" SECRETS LONG_PASSWORD, expected);
        account.get(SALE "&purchaseid=2&transid=1" SECRETS ENCODED_PASSWORD,
                    BILLER_DISPOSITION_CONFLICT);
        account.get(
            "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=39.95"
            "&eticketid=162209:1221&purchaseid=3&transid=3&password=" SHORT_PASSWORD
            "%A4cycode=USD",
            BILLER_DISPOSITION_DELIVERED);
    });
}

BOOST_AUTO_TEST_CASE(of_user_data_whole_and_broken) {
    leaves_nothing([](Account& account) {
        account.get(SALE "&purchaseid=1&transid=1&userdata=<EXTRA_DATA><x_password>" SHORT_PASSWORD
                         "</x_password><own>1</own></EXTRA_DATA>",
                    BILLER_DISPOSITION_DELIVERED);
        account.get(
            SALE
            "&purchaseid=2&transid=2&userdata=%26lt;EXTRA_DATA%26gt;%26lt;pwd%26gt;" LONG_PASSWORD
            "%26lt;/pwd%26gt;%26lt;/EXTRA_DATA%26gt;",
            BILLER_DISPOSITION_DELIVERED);
        account.get(SALE "&purchaseid=3&transid=3&userdata=<EXTRA_DATA><PASSWORD>" LONG_PASSWORD,
                    BILLER_DISPOSITION_DELIVERED);
    });
}

BOOST_AUTO_TEST_CASE(of_a_kept_and_released_request) {
    leaves_nothing([](Account& account) {
        account.get(SALE "&purchaseid=1&transid=1&natsseal=no" SECRETS LONG_PASSWORD,
                    BILLER_DISPOSITION_QUARANTINED);
        account.list();
    });
    leaves_nothing([](Account& account) {
        account.get(SALE "&purchaseid=1&transid=1&natsseal=no" SECRETS SHORT_PASSWORD,
                    BILLER_DISPOSITION_QUARANTINED);
        account.decide(BILLER_DECIDE_RELEASE);
        Account::require(account.passwords == 1, "password");
        account.get("transtype=gift&purchaseid=2" SECRETS LONG_PASSWORD,
                    BILLER_DISPOSITION_UNKNOWN);
        account.decide(BILLER_DECIDE_DISMISS);
    });
}

BOOST_AUTO_TEST_CASE(of_a_later_delivery) {
    leaves_nothing([](Account& account) {
        account.answer = BILLER_RETRY;
        account.get(SALE "&purchaseid=1&transid=1" SECRETS LONG_PASSWORD,
                    BILLER_DISPOSITION_DEFERRED);
        account.answer = BILLER_DONE;
        account.recover();
        Account::require(account.passwords == 2, "password");
    });
    leaves_nothing([](Account& account) {
        account.answer = BILLER_REFUSE;
        account.get(SALE "&purchaseid=1&transid=1" SECRETS SHORT_PASSWORD,
                    BILLER_DISPOSITION_DEAD_LETTER);
        account.list();
        account.answer = BILLER_DONE;
        account.decide(BILLER_DECIDE_REDELIVER);
        Account::require(account.passwords == 2, "password");
    });
}

BOOST_AUTO_TEST_CASE(of_a_refused_request_and_a_question) {
    leaves_nothing([](Account& account) {
        account.get(
            "a-name-that-is-longer-than-the-sixty-four-bytes-that-a-name-may-have=1&" SALE SECRETS
                LONG_PASSWORD,
            BILLER_DISPOSITION_QUARANTINED);
        account.get("purchaseid=1&purchaseid=2" SECRETS LONG_PASSWORD,
                    BILLER_DISPOSITION_QUARANTINED);
        account.get(SALE "&password=" LONG_PASSWORD "&password=" SHORT_PASSWORD,
                    BILLER_DISPOSITION_QUARANTINED);
        account.get("action=probe&username=joe" SECRETS ENCODED_PASSWORD,
                    BILLER_DISPOSITION_ANSWERED);
    });
}

// Bytes that were read before the request turned out too long are wiped, wherever the password was.
BOOST_AUTO_TEST_CASE(of_a_request_that_is_too_long_behind_its_password) {
#define TOO_LONG "&a-name-that-is-longer-than-the-sixty-four-bytes-that-a-name-may-have=1"
    leaves_nothing([](Account& account) {
        account.get(SALE SECRETS SHORT_PASSWORD TOO_LONG, BILLER_DISPOSITION_QUARANTINED);
    });
    leaves_nothing([](Account& account) {
        account.get(SALE SECRETS LONG_PASSWORD TOO_LONG, BILLER_DISPOSITION_QUARANTINED);
    });
    leaves_nothing([](Account& account) {
        account.post(SALE SECRETS ENCODED_PASSWORD TOO_LONG, BILLER_DISPOSITION_QUARANTINED);
    });
}

// In the names of fields, and escaped in a value.
BOOST_AUTO_TEST_CASE(of_user_data_in_pieces) {
    leaves_nothing([](Account& account) {
        account.get(SALE "&purchaseid=1&transid=1&<EXTRA_DATA><PASSWORD>" SHORT_PASSWORD
                         "=</PASSWORD></EXTRA_DATA>",
                    BILLER_DISPOSITION_DELIVERED);
        account.get(SALE
                    "&purchaseid=2&transid=2&natsseal=no&userdata=%253CEXTRA_DATA%253E"
                    "%253CPASSWORD%253E" LONG_PASSWORD "%253C/PASSWORD%253E",
                    BILLER_DISPOSITION_QUARANTINED);
    });
    leaves_nothing([](Account& account) {
        account.get(SALE "&purchaseid=1&transid=1&natsseal=no&mine=<pwd>" LONG_PASSWORD
                         "&ref1=%253Cpwd%253E" SHORT_PASSWORD,
                    BILLER_DISPOSITION_QUARANTINED);
        account.list();
    });
}

BOOST_AUTO_TEST_CASE(of_a_link) {
    leaves_nothing([](Account& account) {
        account.link(SHORT_PASSWORD);
        account.link(LONG_PASSWORD);
        Account::require(account.passwords == 2, "links");
    });
}

BOOST_AUTO_TEST_SUITE_END()

// Before a refusal the plugin does so little that the vector registers still have the last copied
// bytes, and the dynamic linker saves them on the stack when a function is called for the first
// time. This suite runs with LD_BIND_NOW=1, so that only what the plugin left is found.
BOOST_AUTO_TEST_SUITE(refusal_memory_test)

BOOST_AUTO_TEST_CASE(of_a_stranger) {
    leaves_nothing([](Account& account) {
        account.peer = "203.0.113.9"; // not a trusted address
        account.get(SALE SECRETS SHORT_PASSWORD, BILLER_DISPOSITION_REFUSED);
        account.get(SALE SECRETS ENCODED_PASSWORD, BILLER_DISPOSITION_REFUSED);
    });
}

BOOST_AUTO_TEST_SUITE_END()
