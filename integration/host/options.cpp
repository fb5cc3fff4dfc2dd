// Flags and defaults. Files are looked for beside the executable, so that a build tree and an
// installation both work without flags.
#include "options.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>

namespace nats_host {
namespace {

constexpr int kWrongUsage = 2;

// `relative` to the folder above the one that holds this program.
std::string beside_program(const std::string& relative) {
    std::error_code none;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", none);
    return (program.parent_path().parent_path() / relative).string();
}

} // namespace

Options parse_options(int argc, char** argv) {
    Options options;
    options.plugin = beside_program("lib/nats_segpay.so");
    options.catalogue = beside_program("share/nats_segpay/catalogue.json");

    std::string management(kMemberManagements.front());
    CLI::App app("The reference affiliate host: sign-up, postbacks and operator pages.",
                 "nats-host");
    app.option_defaults()->always_capture_default();
    app.add_option("--config", options.config, "Configuration of the plugin (segpay.yaml)")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--data", options.data, "Folder for host.sqlite and ledger.sqlite; is created")
        ->required();
    app.add_option("--plugin", options.plugin, "The biller plugin")->check(CLI::ExistingFile);
    app.add_option("--catalogue", options.catalogue, "Sites and join options")
        ->check(CLI::ExistingFile);
    app.add_option("--listen", options.listen, "Address of sign-up and postbacks; port 0: any");
    app.add_option("--admin", options.admin, "Address of the operator pages; port 0: any");
    app.add_flag("--admin-anywhere", options.admin_anywhere,
                 "Allow operator pages, which ask for no password, on a non-loopback address");
    app.add_option("--public-url", options.public_url,
                   "How customers reach --listen, e.g. https://join.example.com");
    app.add_option("--member-management", management,
                   "Whose word opens access. nats: the sale; an enable brings the login only. "
                   "segpay: the enable; a sale is money only. A disable ends it under both")
        ->check(CLI::IsMember(kMemberManagements));
    app.add_flag(
        "--durable-marks", options.durable_marks,
        "Have the mark of each applied event made durable before the answer, as for a host "
        "that does not honour idempotency keys");
    app.add_flag("--configured-ledger", options.configured_ledger,
                 "Use the ledger that the configuration names instead of one in --data");
    app.add_flag("--verbose", options.verbose, "Log debug lines too");
    app.add_option("--die-at", options.die_at,
                   "For crash tests: SIGKILL oneself at the N-th time of STEP, one of received, "
                   "claimed, applied, answered (STEP:N)");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& stop) {
        std::exit(app.exit(stop) == 0 ? 0 : kWrongUsage);
    }
    options.member_management = *member_management(management); // checked above
    return options;
}

} // namespace nats_host
