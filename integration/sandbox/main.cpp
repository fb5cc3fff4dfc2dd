// segpay-sandbox: a Segpay to develop against. Reads the command line, puts the parts together and
// waits for a signal. In live mode it differs from the real one: there is no bank behind it, so the
// approving test card approves there as well, and rebills and refunds work in test mode too.
#include <Poco/Exception.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <ctime>
#include <iostream>

#include "server.hpp"

namespace {

struct Options {
    std::string listen = "127.0.0.1:8091";
    std::string portal;
    std::string mode;
    std::string postback_set;
    std::vector<std::string> resolve;
    std::uint64_t seed = static_cast<std::uint64_t>(std::time(nullptr));
};

void describe(CLI::App& app, Options& options) {
    app.add_option("--listen", options.listen, "address and port; port 0 takes a free one")
        ->capture_default_str();
    app.add_option("--portal", options.portal, "the account: packages, price points, postbacks")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--resolve", options.resolve,
                   "HOST=http://ADDRESS: where a host in the postback URLs really is; repeatable");
    app.add_option("--postbacks", options.postback_set,
                   "the postback set for all packages, instead of each one's own");
    app.add_option("--mode", options.mode, "test or live for all packages")
        ->check(CLI::IsMember({"test", "live"}));
    app.add_option("--seed", options.seed, "purchase ids follow this number; default: the time")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
}

sandbox::Portal open_portal(const Options& options) {
    sandbox::Portal portal = sandbox::read_portal(options.portal);
    if (!options.postback_set.empty()) use_postback_set(portal, options.postback_set);
    if (!options.mode.empty()) {
        for (auto& [id, package] : portal.packages)
            package.test_mode = options.mode == "test";
    }
    return portal;
}

void serve(const Options& options, const sigset_t& signals) {
    const sandbox::Portal portal = open_portal(options);
    sandbox::Resolver resolver;
    for (const std::string& rule : options.resolve)
        resolver.add(rule);
    sandbox::Clock clock;
    sandbox::Books books(options.seed);
    sandbox::Postman postman(portal, clock, resolver);
    sandbox::Desk desk{portal, clock, books, postman};
    sandbox::Server server(desk, options.listen);
    std::cout << "segpay-sandbox: " << server.url() << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("A Segpay to develop against: pay page, postbacks with retries, later life.");
    describe(app, options);
    CLI11_PARSE(app, argc, argv);

    // Before the first thread, so that all of them leave these to sigwait.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        serve(options, signals);
    } catch (const Poco::Exception& error) {
        std::cerr << "segpay-sandbox: " << options.listen << ": " << error.displayText() << "\n";
        return 1;
    } catch (const std::exception& error) {
        std::cerr << "segpay-sandbox: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
