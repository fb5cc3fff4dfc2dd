// The places of plugin and example account, relative to this program. Opens nothing.
#include "places.hpp"

#include <filesystem>

namespace nats_cli {
namespace {

namespace fs = std::filesystem;

// From the folder of the executable: a build tree directly in the checkout, one a level deeper, an
// installation.
constexpr const char* kExamples[] = {
    "../../config/examples/sandbox.yaml",
    "../../../config/examples/sandbox.yaml",
    "../share/nats_segpay/examples/sandbox.yaml",
};

fs::path program_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

} // namespace

std::string plugin_file(const Common& common) {
    if (!common.plugin.empty()) return common.plugin;
    return (program_folder() / "../lib/nats_segpay.so").lexically_normal().string();
}

std::string config_or_example(const Common& common) {
    if (!common.config.empty()) return common.config;
    std::string tried;
    for (const char* place : kExamples) {
        fs::path file = (program_folder() / place).lexically_normal();
        if (fs::exists(file)) return file.string();
        tried += "\n  " + file.string();
    }
    throw Usage("the example account is not there; say which account with --config FILE. Tried:" +
                tried);
}

std::string required_config(const Common& common) {
    if (common.config.empty()) throw Usage("which account? Say --config FILE");
    return common.config;
}

biller::Config with_ledger(const Common& common) {
    biller::Config config{required_config(common), std::nullopt, std::nullopt};
    if (common.ledger.empty()) return config;
    if (!fs::exists(common.ledger))
        throw std::runtime_error(common.ledger + ": there is no ledger");
    config.ledger = common.ledger;
    return config;
}

biller::Config without_ledger(const std::string& config_file) {
    return {config_file, std::nullopt, ":memory:"};
}

} // namespace nats_cli
