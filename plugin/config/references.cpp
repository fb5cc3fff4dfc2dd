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

// What editors, shells and Windows put around a value. Blanks stay: they may be meant.
std::string_view without_additions(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

// An editor's "Unicode" on Windows: its mark, and a NUL in every other byte.
bool is_utf16(std::string_view text) {
    return text.size() >= 4 && ((text.starts_with("\xFF\xFE") && text[3] == '\0') ||
                                (text.starts_with("\xFE\xFF") && text[2] == '\0'));
}

Result<std::string> read_environment(const std::string& name) {
    if (name.empty()) return Error{"${env:} names no variable; write ${env:NAME}"};
    const char* value = std::getenv(name.c_str());
    if (!value) return Error{"environment variable " + shown(name) + " is not set"};
    const std::string_view text = without_additions(value);
    if (text.empty()) return Error{"environment variable " + shown(name) + " is empty"};
    return std::string(text);
}

std::string path_of(const std::string& name, const std::string& folder) {
    return (std::filesystem::path(folder) / name).string();
}

Result<std::string> read_small_file(const std::string& name, const std::string& folder) {
    if (name.empty()) return Error{"${file:} names no file; write ${file:PATH}"};
    const std::string path = path_of(name, folder);
    const Error unreadable{"file " + shown(path) + " cannot be read: "};
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return Error{unreadable.message + "a folder"};
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return Error{unreadable.message + std::strerror(errno) +
                     "; write an absolute path, or one relative to the folder of this file"};

    std::string text(kMaxReferencedBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxReferencedBytes)
        return Error{"file " + shown(path) + " is longer than " +
                     std::to_string(kMaxReferencedBytes) + " bytes"};
    if (is_utf16(text)) return Error{"file " + shown(path) + " is UTF-16; save it as UTF-8"};
    const std::string_view value = without_additions(text);
    if (value.empty()) return Error{"file " + shown(path) + " is empty"};
    return std::string(value);
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
        const bool is_open = node.text.starts_with("${") && !node.text.ends_with('}') &&
                             node.text.find('}') == std::string::npos;
        problems.add(node.place,
                     is_open ? "a reference ends with }; write ${env:NAME} or ${file:PATH}"
                             : "a reference must be the whole value, without text around it");
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

std::string referenced_file(const YamlNode& node, const std::string& folder) {
    if (!node.reference.starts_with(kFile)) return {};
    return path_of(target(node.reference, kFile), folder);
}

} // namespace segpay
