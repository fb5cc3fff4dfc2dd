// The example account's file with other lines in place of some.
#include "account.hpp"

#include "config/load.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace segpay::bench {

namespace {

constexpr const char* kFile = SEGPAY_SOURCE_DIR "/config/examples/sandbox.yaml";

constexpr std::string_view kAddresses =
    "    addresses:\n"
    "      - 127.0.0.1\n";
constexpr std::string_view kGuards =
    "    addresses:\n"
    "      - 198.51.100.0/24\n"
    "      - 203.0.113.64/26\n"
    "      - 2001:db8:1::/48\n"
    "      - 192.0.2.16/28\n"
    "      - 127.0.0.1\n"
    "    secret:\n"
    "      parameter: hook\n"
    "      value: 4fQ2nX8sLr0TzVb6\n";

Config loaded(std::string_view authenticity, Seal::Mode seal) {
    std::ifstream file(kFile);
    std::string text(std::istreambuf_iterator<char>(file), {});
    const std::size_t at = text.find(kAddresses);
    if (at == std::string::npos)
        throw std::runtime_error(std::string(kFile) + ": does not hold the lines\n" +
                                 std::string(kAddresses));
    text.replace(at, kAddresses.size(), authenticity);

    LoadedConfig account = load_config_text(text, kFile);
    if (!account.config) throw std::runtime_error(to_string(account.problems.front()));
    account.config->pay_page.base_url = "https://secure2.segpay.com/billing";
    account.config->seal.mode = seal;
    return std::move(*account.config);
}

} // namespace

Config open_account() {
    Config account = loaded(kAddresses, Seal::Mode::off);
    account.postbacks.authenticity = {};
    account.postbacks.authenticity.is_none = true;
    return account;
}

Config guarded_account() { return loaded(kGuards, Seal::Mode::check); }

} // namespace segpay::bench
