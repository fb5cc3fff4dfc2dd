// The configuration files are in peer/, with places to fill in.
#include "web_peer.hpp"

#include <Poco/String.h>

#include <filesystem>
#include <utility>
#include <vector>

namespace segpay::bench {

namespace {

constexpr const char* kPhpFpm = "php-fpm8.2";

using Places = std::vector<std::pair<std::string, std::string>>;

// Fills in one of the files in peer/; returns the new path.
std::string filled(const std::string& name, const std::string& folder, const Places& places) {
    std::string text = text_of(SEGPAY_SOURCE_DIR "/tests/bench/peer/" + name);
    for (const auto& [place, value] : places)
        Poco::replaceInPlace(text, place, value);
    const std::string path = folder + "/" + name;
    write_text(path, text);
    return path;
}

} // namespace

bool WebPeer::is_installed(std::string_view left_out) {
    return are_installed({"nginx", kPhpFpm}, left_out);
}

WebPeer::WebPeer(const std::string& folder, const MariaDbServer& database,
                 std::size_t php_workers) {
    std::filesystem::create_directories(folder);
    const int port = free_port();
    base_ = "http://127.0.0.1:" + std::to_string(port);

    const std::string php_conf = filled("php-fpm.conf", folder,
                                        {{"\nUSER", is_root() ? "\nuser = root" : ""},
                                         {"FOLDER", folder},
                                         {"WORKERS", std::to_string(php_workers)}});
    std::vector<std::string> php = {kPhpFpm, "--fpm-config", php_conf};
    if (is_root()) php.emplace_back("--allow-to-run-as-root");
    php_ = std::make_unique<ServerProcess>(php, folder + "/php-fpm.log");

    const std::string nginx_conf =
        filled("nginx.conf", folder,
               {{"\nUSER", is_root() ? "\nuser root;" : ""},
                {"SCRIPT;", SEGPAY_SOURCE_DIR "/tests/bench/peer/process_segpay.php;"},
                {"DATABASE;", database.socket() + ";"},
                {"FOLDER", folder},
                {"PORT", std::to_string(port)}});
    nginx_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"nginx", "-p", folder, "-c", nginx_conf, "-e",
                                 folder + "/nginx.log"},
        folder + "/nginx.log");
    php_->await([&] { return std::filesystem::exists(folder + "/php.socket"); });
    nginx_->await([&] { return answers(port); });
}

} // namespace segpay::bench
