// Reading of referenced values from the environment and from small files.
#include "config/references.hpp"

#include "values/result.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace segpay {

namespace {

constexpr std::string_view kEnvironment = "${env:";
constexpr std::string_view kFile = "${file:";

Result<std::string> read_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (!value) return Error{"environment variable " + shown(name) + " is not set"};
    if (!*value) return Error{"environment variable " + shown(name) + " is empty"};
    return std::string(value);
}

std::string without_newline(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

Result<std::string> read_small_file(const std::string& name, const std::string& folder) {
    const std::string path = (std::filesystem::path(folder) / name).string();
    const Error unreadable{"file " + shown(path) + " cannot be read: "};
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return Error{unreadable.message + "a folder"};
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{unreadable.message + std::strerror(errno)};

    std::string text(kMaxReferencedBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxReferencedBytes)
        return Error{"file " + shown(path) + " is longer than " +
                     std::to_string(kMaxReferencedBytes) + " bytes"};
    text = without_newline(std::move(text));
    if (text.empty()) return Error{"file " + shown(path) + " is empty"};
    return text;
}

// "NAME" of "${env:NAME}".
std::string target(std::string_view reference, std::string_view kind) {
    return std::string(reference.substr(kind.size(), reference.size() - kind.size() - 1));
}

bool is_reference(std::string_view text) { return text.starts_with("${") && text.ends_with('}'); }

bool holds_reference(std::string_view text) {
    return text.find(kEnvironment) != std::string_view::npos ||
           text.find(kFile) != std::string_view::npos;
}

Result<std::string> read_reference(std::string_view text, const std::string& folder) {
    if (text.starts_with(kEnvironment)) return read_environment(target(text, kEnvironment));
    if (text.starts_with(kFile)) return read_small_file(target(text, kFile), folder);
    return Error{"unknown reference " + shown(text) + "; write ${env:NAME} or ${file:PATH}"};
}

void resolve_text(YamlNode& node, const std::string& folder, Problems& problems) {
    if (!is_reference(node.text)) {
        if (!holds_reference(node.text)) return;
        problems.add(node.place, "a reference must be the whole value, without text around it");
        node.kind = YamlNode::Kind::refused;
        return;
    }
    const Result<std::string> value = read_reference(node.text, folder);
    if (!value) {
        problems.add(node.place, value.error());
        node.kind = YamlNode::Kind::refused;
        return;
    }
    node.reference = std::exchange(node.text, *value);
    node.is_plain = false;
}

} // namespace

void resolve_references(YamlNode& tree, const std::string& folder, Problems& problems) {
    if (tree.is(YamlNode::Kind::text)) resolve_text(tree, folder, problems);
    for (YamlNode& item : tree.items)
        resolve_references(item, folder, problems);
    for (MapEntry& entry : tree.entries)
        resolve_references(entry.value, folder, problems);
}

} // namespace segpay
