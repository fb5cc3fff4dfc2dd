// nats-segpay: the operator's tool. Turns arguments into one command and its result into an exit
// code: 0 done, 1 the answer is no or an error, 2 wrong usage. Does not use the plugin.
#include "commands.hpp"
#include "nearest.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nats_cli {
namespace {

constexpr std::size_t kMaxOperatorName = 64; // biller_decision.by

// All values of the command line.
struct Arguments {
    Common common;
    std::string file;
    bool is_strict = false;
    LinkArguments link;
    TranslateArguments translate;
    std::string join_host;
    ListArguments list;
    DecisionArguments decision;
    std::map<const CLI::App*, int (*)(Arguments&)> commands;
};

std::string operator_name() {
    const char* user = std::getenv("USER");
    return user && *user ? std::string(user).substr(0, kMaxOperatorName) : "operator";
}

CLI::App* add_command(CLI::App& parent, Arguments& a, const std::string& name,
                      const std::string& description, int (*run)(Arguments&)) {
    CLI::App* command = parent.add_subcommand(name, description);
    command->add_option("--config", a.common.config, "the account's YAML file");
    command->add_option("--plugin", a.common.plugin,
                        "the plugin; default: ../lib/nats_segpay.so beside the program");
    command->add_flag("--json", a.common.json, "print JSON, one object a line");
    command->add_flag("--verbose", a.common.verbose, "show the plugin's log on standard error");
    a.commands[command] = run;
    return command;
}

void add_ledger(CLI::App* command, Arguments& a) {
    command->add_option("--ledger", a.common.ledger, "the ledger; default: the configured one");
}

void add_filters(CLI::App* command, Arguments& a) {
    command->add_option("--purchase", a.list.purchase, "only of this purchase");
    command->add_option("--member", a.list.member, "only of this member");
    command->add_option("--limit", a.list.limit, "at most so many; 0: all; default of events: 100");
    command->add_option("--after", a.list.after, "only those with a higher number");
}

void add_decision(CLI::App* command, Arguments& a) {
    command->add_option("keys", a.decision.keys, "keys of entries");
    auto fits = [](const std::string& name) {
        return name.empty() || name.size() > kMaxOperatorName ? "1 to 64 bytes" : "";
    };
    command->add_option("--by", a.decision.by, "who decides; recorded")->check(fits);
}

void add_account_commands(CLI::App& app, Arguments& a) {
    auto* checks = add_command(app, a, "check", "Tells every mistake in a configuration",
                               [](Arguments& x) { return check(x.common, x.file, x.is_strict); });
    checks->add_option("FILE", a.file, "the YAML file; or say --config FILE");
    checks->add_flag("--strict", a.is_strict, "exit 1 for a warning, too");

    auto* links = add_command(app, a, "link", "Builds a link for a customer",
                              [](Arguments& x) { return link(x.common, x.link); });
    links->add_option("--kind", a.link.kind)
        ->required()
        ->check(CLI::IsMember({"join", "one-click", "instant-conversion", "reactivation"}));
    links->add_option("--option", a.link.option, "id of a join option");
    links
        ->add_option("--set", a.link.sets,
                     "name=value; may be repeated. A dynamic price wants amount, price_hash and "
                     "description, a dynamic recurring one price_hash. One click and instant "
                     "conversion find their purchase in the "
                     "ledger by member_id or purchase_id, unless octoken or ictoken names it")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    add_ledger(links, a);
    links->add_option("--format", a.link.format, "url, form or json")
        ->check(CLI::IsMember({"url", "form", "json"}));

    auto* portals = add_command(app, a, "portal", "Tells what to paste into the Merchant Portal",
                                [](Arguments& x) { return portal(x.common, x.join_host); });
    portals->add_option("--host", a.join_host, "where the host answers, e.g. join.example.com")
        ->required();
}

void add_translate(CLI::App& app, Arguments& a) {
    auto* command = add_command(app, a, "translate",
                                "Reads postbacks, one a line, and prints what each one means",
                                [](Arguments& x) { return translate(x.common, x.translate); });
    command->add_option("--peer", a.translate.peer, "the sender's address; default 127.0.0.1");
    command->add_option("--method", a.translate.method, "default: POST for a line with a body")
        ->check(CLI::IsMember({"GET", "POST"}));
    command->add_option("--answer", a.translate.answer, "what the host says: done, retry, refuse")
        ->check(CLI::IsMember({"done", "retry", "refuse"}));
    command->add_option("--name", a.translate.name, "user names are: free, taken, unsaid")
        ->check(CLI::IsMember({"free", "taken", "unsaid"}));
}

void add_ledger_commands(CLI::App& app, Arguments& a) {
    auto* events = add_command(app, a, "events", "Lists what the ledger holds",
                               [](Arguments& x) { return list_events(x.common, x.list); });
    add_ledger(events, a);
    add_filters(events, a);
    events->add_option("--state", a.list.state, "pending, settled, dead_letter, ...");

    auto* dead = add_command(app, a, "dead-letters", "Lists what the host refused",
                             [](Arguments& x) { return list_dead_letters(x.common, x.list); });
    auto* kept = add_command(app, a, "quarantine", "Lists what did not reach the host",
                             [](Arguments& x) { return list_quarantine(x.common, x.list); });
    auto* again = add_command(app, a, "redeliver", "Has the host deliver dead letters once more",
                              [](Arguments& x) { return redeliver(x.common, x.decision); });
    again->add_flag("--all", a.decision.all, "every dead letter");
    auto* released = add_command(*kept, a, "release", "Has the host deliver kept requests",
                                 [](Arguments& x) { return release(x.common, x.decision); });
    auto run_dismiss = [](Arguments& x) { return dismiss(x.common, x.decision); };
    auto* dismissed = add_command(*kept, a, "dismiss", "Decides that it is nothing", run_dismiss);
    auto* dropped = add_command(*dead, a, "dismiss", "Decides that it is nothing", run_dismiss);
    for (CLI::App* command : {dead, kept, again, released, dismissed, dropped})
        add_ledger(command, a);
    for (CLI::App* command : {dead, kept})
        add_filters(command, a);
    for (CLI::App* command : {again, released, dismissed, dropped})
        add_decision(command, a);
    for (CLI::App* command : {released, dismissed, dropped})
        command->get_option("keys")->required();
    released
        ->add_option("--say", a.decision.says,
                     "name=value: what the request lacks, or says twice; once for each, with "
                     "one key")
        ->allow_extra_args(false);
}

int fail(int exit_code, const std::string& why) {
    std::fprintf(stderr, "nats-segpay: %s\n", why.c_str());
    return exit_code;
}

// Empty when the first argument names a command, or is an option or missing.
std::string unknown_command(const CLI::App& app, int count, char** texts) {
    if (count < 2 || texts[1][0] == '-') return {};
    std::vector<std::string_view> names;
    auto any = [](const CLI::App*) { return true; };
    for (const CLI::App* command : app.get_subcommands(any)) {
        if (command->check_name(texts[1])) return {};
        names.push_back(command->get_name());
    }
    return "there is no command \"" + std::string(texts[1]) + "\"" + suggestion(texts[1], names);
}

// The innermost command that was given: of "quarantine release" the second.
const CLI::App* innermost(const CLI::App* app) {
    while (!app->get_subcommands().empty())
        app = app->get_subcommands().front();
    return app;
}

int run(Arguments& arguments, const CLI::App& app) {
    try {
        int exit_code = arguments.commands.at(innermost(&app))(arguments);
        if (std::fflush(stdout) != 0 || std::ferror(stdout))
            return fail(1, "standard output cannot be written");
        return exit_code;
    } catch (const Usage& usage) {
        return fail(2, usage.what());
    } catch (const std::exception& failure) {
        return fail(1, failure.what());
    }
}

} // namespace
} // namespace nats_cli

int main(int count, char** texts) {
    using namespace nats_cli;
    Arguments arguments;
    arguments.decision.by = operator_name();
    CLI::App app("nats-segpay: links, postbacks and the ledger of a Segpay account", "nats-segpay");
    app.set_version_flag("--version", "nats-segpay " NATS_SEGPAY_VERSION);
    app.require_subcommand(1);
    add_account_commands(app, arguments);
    add_translate(app, arguments);
    add_ledger_commands(app, arguments);
    if (std::string why = unknown_command(app, count, texts); !why.empty()) return fail(2, why);
    try {
        app.parse(count, texts);
    } catch (const CLI::Success& asked) { // --help, --version
        return app.exit(asked);
    } catch (const CLI::ParseError& mistake) {
        return fail(2, std::string(mistake.what()) + "; see nats-segpay --help");
    }
    return run(arguments, app);
}
