// The steps of reading a configuration: bytes, tree, references, schema, Config, warnings.
#include "config/load.hpp"

#include "config/build.hpp"
#include "config/problems.hpp"
#include "config/references.hpp"
#include "config/schema.hpp"
#include "config/warnings.hpp"
#include "config/yaml_tree.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

namespace segpay {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

LoadedConfig refused(const std::string& name, std::string message) {
    return {std::nullopt, {{name, 0, 0, std::move(message), Severity::mistake}}, {}};
}

} // namespace

LoadedConfig load_config_text(const std::string& text, const std::string& name, LedgerUse use) {
    if (text.size() > kMaxConfigBytes)
        return refused(name, "longer than " + std::to_string(kMaxConfigBytes / 1024) +
                                 " KiB, which no configuration needs");
    Problems problems(name);
    const bool is_marked = text.starts_with(kByteOrderMark);
    std::optional<YamlNode> tree =
        read_yaml(is_marked ? text.substr(kByteOrderMark.size()) : text, problems);
    if (!tree) return {std::nullopt, problems.by_line(), {}};

    const std::string folder = std::filesystem::path(name).parent_path().string();
    resolve_references(*tree, folder, problems);
    check_schema(*tree, problems);
    Config config = build_config(*tree, folder, problems);
    warn_of(*tree, config, folder, use, problems);
    LoadedConfig loaded{std::nullopt, problems.by_line(), problems.warnings_by_line()};
    if (!problems.is_empty()) return loaded;
    config.file = name;
    loaded.config = std::move(config);
    return loaded;
}

LoadedConfig load_config_file(const std::string& path, LedgerUse use) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return refused(path, "is a folder");
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return refused(path, std::string("cannot be read: ") + std::strerror(errno));

    std::string text(kMaxConfigBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return load_config_text(text, path, use);
}

} // namespace segpay
