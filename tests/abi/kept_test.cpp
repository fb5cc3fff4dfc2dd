// Instances that the plugin keeps for the process (biller.pull/1).
#include "account.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

namespace {

using abi_tests::Account;
using abi_tests::files;
using abi_tests::plugin;
using abi_tests::sign_up;

using Words = std::vector<std::string>;

constexpr uint32_t kOk = BILLER_STATUS_OK;

struct Keeper {
    std::filesystem::path folder;
    std::string path;
    std::string text; // of the configuration
    bool has_own_ledger = true;

    Keeper() {
        std::string name = (std::filesystem::temp_directory_path() / "kept-XXXXXX").string();
        BOOST_REQUIRE(mkdtemp(name.data()));
        folder = name;
        const std::filesystem::path example = files.config;
        std::filesystem::copy(example.parent_path(), folder); // with the keys that it names
        path = folder / example.filename();
        std::ifstream file(path);
        text = std::string(std::istreambuf_iterator<char>(file), {});
    }
    ~Keeper() { std::filesystem::remove_all(folder); }

    void write(const std::string& content) const { std::ofstream(path) << content; }
    biller_instance* kept(uint32_t flags = BILLER_HOST_HONOURS_KEYS, uint32_t expected = kOk) {
        biller_config config{};
        config.struct_size = sizeof config;
        config.path = biller::bytes(path);
        const std::string ledger = (folder / "ledger.sqlite").string();
        if (has_own_ledger) config.ledger = biller::bytes(ledger);
        biller_instance* instance = nullptr;
        biller_reason reason = biller::empty_reason();
        BOOST_TEST(abi_tests::pull().kept(&config, flags, &instance, &reason) == expected,
                   reason.text);
        return instance;
    }
    static Words lines(biller_instance* instance) {
        biller_pulled_lines lines{};
        lines.struct_size = sizeof lines;
        BOOST_TEST(abi_tests::pull().lines(instance, &lines, nullptr) == kOk);
        BOOST_TEST(lines.dropped == 0u);
        Words all;
        for (size_t i = 0; i < lines.count; ++i)
            all.push_back(std::to_string(lines.lines[i]->level) + " " +
                          biller::text(lines.lines[i]->text));
        return all;
    }
    static std::string disposition(biller_instance* instance, const std::string& query) {
        const biller_http_request request = abi_tests::request_of(query);
        const biller_http_request* one = &request;
        biller_pulled pulled = abi_tests::pulled_room();
        BOOST_TEST(abi_tests::pull().take(instance, &one, 1, &pulled, nullptr) == kOk);
        while (pulled.event_count != 0) {
            const biller_answer done{sizeof done, BILLER_DONE, pulled.events[0]->token, {}};
            const biller_answer* answer = &done;
            BOOST_TEST(abi_tests::pull().settle(instance, pulled.round, &answer, 1, &pulled,
                                                nullptr) == kOk);
        }
        BOOST_REQUIRE(pulled.reply_count == 1u);
        std::string name = biller::text(pulled.replies[0]->reply->disposition_name);
        abi_tests::pull().end(instance, pulled.round);
        return name;
    }
    // So that the next change certainly has another time.
    static void let_file_age() { std::this_thread::sleep_for(std::chrono::milliseconds(1'100)); }
};

bool has_line(const Words& lines, const std::string& part) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.find(part) != std::string::npos;
    });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(kept_test, Keeper)

BOOST_AUTO_TEST_CASE(an_instance_is_found_again_until_its_file_changes) {
    let_file_age();
    biller_instance* const first = kept();
    BOOST_TEST(kept() == first);
    BOOST_TEST(disposition(first, sign_up(1)) == "delivered");
    BOOST_TEST(has_line(lines(first), "segpay/t1000001"));
    BOOST_TEST(lines(first).empty()); // each once
    write(text + "\n# changed\n");
    biller_instance* const second = kept();
    BOOST_TEST(second != first);
    BOOST_TEST(disposition(second, sign_up(1)) == "duplicate"); // the ledger is the same
}

BOOST_AUTO_TEST_CASE(an_invalid_change_leaves_the_one_before_in_use) {
    let_file_age();
    biller_instance* const first = kept();
    (void)lines(first);
    write("account: nonsense\n");
    BOOST_TEST(kept() == first);
    BOOST_TEST(has_line(lines(first), std::to_string(BILLER_LOG_ERROR) +
                                          " the configuration was changed and cannot be used"));
    BOOST_TEST(disposition(first, sign_up(1)) == "delivered");
    write(text + "\n# repaired\n");
    BOOST_TEST(kept() != first);
}

BOOST_AUTO_TEST_CASE(a_kept_instance_is_not_closed_and_has_no_callback) {
    biller_instance* const instance = kept();
    plugin().close(instance);
    BOOST_TEST(has_line(lines(instance), "close was called for a kept instance"));
    const std::string query = sign_up(1);
    const biller_http_request request = abi_tests::request_of(query);
    std::string name;
    biller_reply_sink sink{sizeof sink, 0, &name, [](void* self, const biller_http_reply* reply) {
                               *static_cast<std::string*>(self) =
                                   biller::text(reply->disposition_name);
                           }};
    BOOST_TEST(plugin().handle(instance, &request, &sink, nullptr) == kOk);
    BOOST_TEST(name == "deferred");
}

BOOST_AUTO_TEST_CASE(other_flags_have_an_instance_of_their_own) {
    let_file_age();
    biller_instance* const first = kept();
    BOOST_TEST(kept(0) != first);
    BOOST_TEST(kept() == first);
}

BOOST_AUTO_TEST_CASE(a_thread_has_its_instance_until_it_asks_again) {
    let_file_age();
    biller_instance* const first = kept();
    std::thread([&] {
        BOOST_TEST(kept() == first);
        write(text + "\n# changed\n");
        BOOST_TEST(kept() != first);
    }).join();
    BOOST_TEST(disposition(first, sign_up(1)) == "delivered"); // the instance is still valid
    BOOST_TEST(kept() != first);
}

// It ends with its rounds, and another thread gets its events.
BOOST_AUTO_TEST_CASE(an_open_round_ends_with_its_thread) {
    constexpr std::string_view kLease = "lease_seconds: 30";
    std::string quick = text;
    quick.replace(quick.find(kLease), kLease.size(), "lease_seconds: 1");
    write(quick);
    let_file_age();
    std::thread([&] {
        const std::string query = sign_up(1);
        const biller_http_request request = abi_tests::request_of(query);
        const biller_http_request* one = &request;
        biller_pulled pulled = abi_tests::pulled_room();
        BOOST_TEST(abi_tests::pull().take(kept(), &one, 1, &pulled, nullptr) == kOk);
        BOOST_TEST(pulled.event_count == 1u); // never settled
    }).join();
    let_file_age();
    biller_pulled pulled = abi_tests::pulled_room();
    BOOST_TEST(abi_tests::pull().due(kept(), 10, &pulled, nullptr) == kOk);
    BOOST_TEST(pulled.event_count == 1u);
    BOOST_TEST(kept() != nullptr); // the next script of this thread
    biller_answer done{sizeof done, BILLER_DONE, 1, {}};
    const biller_answer* answer = &done;
    BOOST_TEST(abi_tests::pull().settle(kept(), pulled.round, &answer, 1, &pulled, nullptr) ==
               uint32_t{BILLER_STATUS_NOT_FOUND});
}

BOOST_AUTO_TEST_CASE(another_folder_is_another_configuration) {
    biller_instance* const here = kept();
    const std::filesystem::path before = std::filesystem::current_path();
    const std::string whole = std::exchange(path, std::filesystem::path(path).filename().string());
    std::filesystem::current_path(folder);
    BOOST_TEST(kept() != nullptr);
    std::filesystem::current_path(before);
    BOOST_TEST(!kept(BILLER_HOST_HONOURS_KEYS, BILLER_STATUS_CONFIG)); // it does not exist
    path = whole;
    BOOST_TEST(here != nullptr);
}

BOOST_AUTO_TEST_CASE(a_ledger_that_cannot_be_opened_leaves_the_one_before_in_use) {
    has_own_ledger = false;
    let_file_age();
    biller_instance* const first = kept();
    (void)lines(first);
    std::string elsewhere = text;
    constexpr std::string_view kFile = "segpay-ledger.sqlite";
    elsewhere.replace(elsewhere.find(kFile), kFile.size(), "sandbox.key");
    write(elsewhere);
    BOOST_TEST(kept() == first);
    BOOST_TEST(has_line(lines(first), "the one before is still in use: "));
    BOOST_TEST(disposition(first, sign_up(1)) == "delivered");
}

BOOST_AUTO_TEST_CASE(a_child_of_a_process_with_kept_instances_gets_an_error) {
    BOOST_TEST(kept() != nullptr);
    const pid_t child = fork();
    if (child == 0) {
        biller_config config{};
        config.struct_size = sizeof config;
        config.path = biller::bytes(path);
        biller_instance* instance = nullptr;
        _exit(static_cast<int>(abi_tests::pull().kept(&config, 0, &instance, nullptr)));
    }
    int status = 0;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(WEXITSTATUS(status) == BILLER_STATUS_FORKED);
}

BOOST_AUTO_TEST_CASE(configurations_that_cannot_be_kept) {
    std::filesystem::remove(path);
    BOOST_TEST(!kept(0, BILLER_STATUS_CONFIG));
    biller_config config{};
    config.struct_size = sizeof config;
    config.path = biller::bytes(path);
    config.text = biller::bytes(text);
    biller_instance* instance = nullptr;
    BOOST_TEST(abi_tests::pull().kept(&config, 0, &instance, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
    config.path = {};
    config.text = {};
    BOOST_TEST(abi_tests::pull().kept(&config, 0, &instance, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
    Account opened;
    BOOST_TEST(lines(opened.instance()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
