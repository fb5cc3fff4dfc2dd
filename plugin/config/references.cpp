// Reads referenced values from the environment and from small files.
#include "config/references.hpp"

#include "values/result.hpp"
#include "values/word.hpp"

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

// Removes what editors, shells and Windows put around a value. Blanks stay: they may be intended. A
// text also loses the NUL and the Ctrl-Z with which C and DOS end it; a key may end with any byte.
std::string_view without_additions(std::string_view text, bool is_text) {
    using namespace std::string_view_literals;
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    const std::string_view ends = is_text ? "\n\r\0\x1A"sv : "\n\r"sv;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty() && ends.find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    return text;
}

// An editor's "Unicode" on Windows: its byte order mark, and a NUL in every other byte.
bool is_utf16(std::string_view text) {
    return text.size() >= 4 && ((text.starts_with("\xFF\xFE") && text[3] == '\0') ||
                                (text.starts_with("\xFE\xFF") && text[2] == '\0'));
}

Result<std::string> read_environment(const std::string& name, bool is_text) {
    if (name.empty()) return Error{"${env:} names no variable; write ${env:NAME}"};
    const char* value = std::getenv(name.c_str());
    if (!value) return Error{"environment variable " + shown(name) + " is not set"};
    const std::string_view text = without_additions(value, is_text);
    if (text.empty()) return Error{"environment variable " + shown(name) + " is empty"};
    return std::string(text);
}

std::string path_of(const std::string& name, const std::string& folder) {
    return (std::filesystem::path(folder) / name).string();
}

Result<std::string> read_small_file(const std::string& name, const std::string& folder,
                                    bool is_text) {
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
    const std::string_view value = without_additions(text, is_text);
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

Result<std::string> read_reference(std::string_view text, const std::string& folder, bool is_text) {
    if (text.starts_with(kEnvironment))
        return read_environment(target(text, kEnvironment), is_text);
    if (text.starts_with(kFile)) return read_small_file(target(text, kFile), folder, is_text);
    return Error{"unknown reference " + shown(text) + "; write ${env:NAME} or ${file:PATH}"};
}

// "file "s"", "environment variable "S"", for messages.
std::string source_of(std::string_view reference, const std::string& folder) {
    if (reference.starts_with(kFile))
        return "file " + shown(path_of(target(reference, kFile), folder));
    return "environment variable " + shown(target(reference, kEnvironment));
}

// Clients send passwords in either encoding, and postbacks have both; here they are all UTF-8.
void make_utf8(YamlNode& node, const std::string& folder, Problems& problems) {
    if (is_utf8(node.text)) return;
    node.text = from_windows_1252(node.text);
    problems.warn(node.place, source_of(node.reference, folder) +
                                  " is not UTF-8 and is read as Latin-1; save it as UTF-8");
}

void resolve_text(YamlNode& node, const std::string& folder, bool is_text, Problems& problems) {
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
    const Result<std::string> value = read_reference(node.text, folder, is_text);
    if (!value) {
        problems.add(node.place, value.error());
        node.kind = YamlNode::Kind::refused;
        return;
    }
    node.reference = std::exchange(node.text, *value);
    node.is_plain = false;
    if (is_text) make_utf8(node, folder, problems);
}

void resolve_under(YamlNode& tree, const std::string& path, const std::string& folder,
                   Problems& problems) {
    if (tree.is(YamlNode::Kind::text)) resolve_text(tree, folder, !is_of_bytes(path), problems);
    for (YamlNode& item : tree.items)
        resolve_under(item, path, folder, problems);
    for (MapEntry& entry : tree.entries)
        resolve_under(entry.value, path.empty() ? entry.key : path + "." + entry.key, folder,
                      problems);
}

} // namespace

void resolve_references(YamlNode& tree, const std::string& folder, Problems& problems) {
    resolve_under(tree, {}, folder, problems);
}

bool is_of_bytes(std::string_view path) {
    return path == "seal.keys" || path.starts_with("ledger.");
}

std::string referenced_file(const YamlNode& node, const std::string& folder) {
    if (!node.reference.starts_with(kFile)) return {};
    return path_of(target(node.reference, kFile), folder);
}

} // namespace segpay
