// nats-host: the reference affiliate host. Connects its parts and runs them until a signal
// ends it.
//
// The order matters: the database before the plugin, since the plugin may call back at once; the
// servers last; and at the end the reverse, so that no part calls one that is gone.
#include "answer_queue.hpp"
#include "apply.hpp"
#include "catalogue.hpp"
#include "database.hpp"
#include "html.hpp"
#include "log.hpp"
#include "operator_pages.hpp"
#include "options.hpp"
#include "postback_endpoint.hpp"
#include "schema.hpp"
#include "server.hpp"
#include "signup.hpp"

#include <biller.hpp>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace nats_host {
namespace {

constexpr const char* kName = "nats-host 0.1.0";
constexpr std::uint32_t kRecoveriesPerRound = 100;
constexpr auto kRecoveryPause = std::chrono::seconds(2);
// Postbacks go to the plugin in one call after the other, each with all that came meanwhile. Two
// calls side by side have half as many events each, and wait for each other's syncs and processor
// caches: 75 us of the host's processor time an event against 62, and 370 us for a sync against
// 230, from 64 connections on two cores. The other threads are there for calls that hang.
constexpr AnswerQueue::Size kPostbackQueue = {.threads = 8, .at_once = 128, .calls = 1};
constexpr AnswerQueue::Size kPageQueue = {.threads = 4, .at_once = 1, .calls = 4};
constexpr std::string_view kUsualPostbackPath = "/signup/process_segpay.php"; // NATS's

// One run of recovery; whether more is due at once. A failure is logged when it differs from the
// one before.
bool recover_once(biller::Instance& biller, std::string& last_failure) {
    try {
        const biller_report report = biller.recover(kRecoveriesPerRound);
        last_failure.clear();
        if (report.delivered + report.deferred + report.dead_letters > 0)
            log(Level::info, "recovery: " + std::to_string(report.delivered) + " delivered, " +
                                 std::to_string(report.deferred) + " deferred, " +
                                 std::to_string(report.dead_letters) + " dead letters, " +
                                 std::to_string(report.pending) + " pending");
        return report.delivered >= kRecoveriesPerRound;
    } catch (const biller::Error& failure) {
        if (last_failure != failure.what())
            log(Level::error, std::string("recovery: ") + failure.what());
        last_failure = failure.what();
        return false;
    }
}

// Delivers the events that a crash or a retry left: at once, then every two seconds.
void keep_recovering(const std::stop_token& stop, biller::Instance& biller) {
    std::mutex guard;
    std::condition_variable_any wake;
    std::unique_lock lock(guard);
    std::string last_failure;
    while (!stop.stop_requested())
        if (!recover_once(biller, last_failure))
            wake.wait_for(lock, stop, kRecoveryPause, [] { return false; });
}

// Threads inherit the mask, so the signals wait for wait_for_the_end.
sigset_t block_end_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

void wait_for_the_end(const sigset_t& signals) {
    int signal = 0;
    sigwait(&signals, &signal);
}

void require_safe_admin(const Options& options) {
    if (options.admin_anywhere || is_loopback(options.admin)) return;
    throw std::runtime_error("--admin " + options.admin +
                             " is no loopback address, and the operator pages ask for no password; "
                             "add --admin-anywhere if something else guards them");
}

biller::Config plugin_config(const Options& options) {
    biller::Config config;
    config.path = options.config;
    if (!options.configured_ledger)
        config.ledger = (std::filesystem::path(options.data) / "ledger.sqlite").string();
    return config;
}

// Reports every mistake of the configuration, not only the first. The plugin logs the warnings.
void require_valid(const biller::Library& library, const biller::Config& config) {
    auto problems = library.check(config);
    std::erase_if(problems, [](const biller::Problem& found) { return !found.is_mistake(); });
    for (const biller::Problem& problem : problems)
        log(Level::error, problem.file + ":" + std::to_string(problem.line) + ":" +
                              std::to_string(problem.column) + ": " + problem.message);
    if (!problems.empty())
        throw std::runtime_error(config.path + " has " + std::to_string(problems.size()) +
                                 (problems.size() == 1 ? " mistake" : " mistakes"));
}

constexpr std::string_view kSignUpPath = "/signup/signup.php";
constexpr std::string_view kThanksPath = "/signup/thanks";
constexpr std::string_view kDeclinedPath = "/signup/declined";

HttpResponse answer_public(const HttpRequest& request, const SignUp& sign_up) {
    if (request.path == kSignUpPath) return sign_up.form(request);
    if (!request.is_read()) return not_found();
    if (request.path == kThanksPath) return sign_up.thanks();
    if (request.path == kDeclinedPath) return sign_up.declined();
    if (request.path == kStylesheetPath) return stylesheet();
    return not_found();
}

// The path to which the configuration has the processor post.
std::string path_of_postbacks(biller::Instance& biller) {
    const std::string path = biller.postback_path().value_or(std::string(kUsualPostbackPath));
    for (const std::string_view own : {kSignUpPath, kThanksPath, kDeclinedPath, kStylesheetPath})
        if (path == own)
            throw std::runtime_error("the postbacks' path " + path +
                                     " is that of a page of the host; configure another");
    return path;
}

void run(const Options& options) {
    DieAt die_at = options.die_at.empty() ? DieAt() : DieAt(options.die_at);
    require_safe_admin(options);
    const sigset_t end_signals = block_end_signals();

    std::filesystem::create_directories(options.data);
    Database database((std::filesystem::path(options.data) / "host.sqlite").string());
    prepare_schema(database);
    load_catalogue(database, options.catalogue);

    biller::Library library(options.plugin, kName);
    const biller::Config config = plugin_config(options);
    require_valid(library, config);
    AffiliateHost host(database, die_at, options.member_management, options.durable_marks);
    biller::Instance biller(library, config, host);

    // Bound before any request is served, because links name the bound address.
    Listener front(options.listen);
    Listener admin(options.admin);
    const std::string front_url = "http://" + front.address();
    const SignUp sign_up(database, biller,
                         options.public_url.empty() ? front_url : options.public_url);
    OperatorPages operator_pages(
        database, biller,
        {.any_host_name = options.admin_anywhere,
         .notice = "Member management: " + std::string(explanation(options.member_management))});

    AnswerQueue postbacks(
        [&](std::span<Exchange* const> exchanges) { answer_postbacks(biller, die_at, exchanges); },
        kPostbackQueue);
    AnswerQueue pages(
        answer_each([&](const HttpRequest& request) { return answer_public(request, sign_up); }),
        kPageQueue);
    AnswerQueue admin_pages(
        answer_each([&](const HttpRequest& request) { return operator_pages.answer(request); }),
        kPageQueue);

    const std::string postback_path = path_of_postbacks(biller);
    const std::jthread recovery(keep_recovering, std::ref(biller));
    const Server front_server(front, [&](Exchange& exchange) {
        (exchange.request.path == postback_path ? postbacks : pages).take(exchange);
    });
    const Server admin_server(admin, [&](Exchange& exchange) { admin_pages.take(exchange); });
    std::printf(
        "nats-host: %s%s\nnats-host: postbacks to %s%s\n"
        "nats-host: operator pages on http://%s/\n",
        front_url.c_str(), std::string(kSignUpPath).c_str(), front_url.c_str(),
        postback_path.c_str(), admin.address().c_str());
    std::fflush(stdout);

    wait_for_the_end(end_signals);
    log(Level::info, "stopping");
}

} // namespace
} // namespace nats_host

int main(int argc, char** argv) {
    const nats_host::Options options = nats_host::parse_options(argc, argv);
    nats_host::set_log_level(options.verbose ? nats_host::Level::debug : nats_host::Level::info);
    try {
        nats_host::run(options);
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "nats-host: %s\n", failure.what());
        return 1;
    }
}
