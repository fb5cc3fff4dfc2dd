// Tests plugin/config/references.cpp: values from the environment and from files.
#include "config/references.hpp"
#include "mistakes.hpp"

#include <Poco/TemporaryFile.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(references_tests)

constexpr const char* kContent = "hunter2-hunter2-hunter2";

// A folder with one file, and one environment variable, that the test removes.
struct Surroundings {
    Surroundings() {
        std::filesystem::create_directories(folder);
        ::setenv("SEGPAY_TEST_VALUE", kContent, 1);
        ::setenv("SEGPAY_TEST_EMPTY", "", 1);
        ::unsetenv("SEGPAY_TEST_UNSET");
    }
    ~Surroundings() {
        std::filesystem::remove_all(folder);
        ::unsetenv("SEGPAY_TEST_VALUE");
        ::unsetenv("SEGPAY_TEST_EMPTY");
    }

    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
    }

    // The value of "a", or of "seal.keys", or the problem; and its warnings.
    std::string read(const std::string& value) const { return read_in("a: " + value); }
    std::string read_key(const std::string& value) const {
        return read_in("seal: { keys: [\"" + value + "\"] }");
    }
    std::string read_in(const std::string& text) const {
        Problems problems("t");
        std::optional<YamlNode> tree = read_yaml(text + "\n", problems);
        resolve_references(*tree, folder, problems);
        warnings.clear();
        for (const Problem& warning : problems.warnings_by_line())
            warnings.push_back(to_string(warning));
        if (!problems.is_empty()) return problems.by_line()[0].message;
        const YamlNode* node = tree->value("a");
        return node ? node->text : tree->value("seal")->value("keys")->items[0].text;
    }

    const std::string folder = Poco::TemporaryFile::tempName();
    mutable std::vector<std::string> warnings;
};

BOOST_FIXTURE_TEST_CASE(whole_values_are_replaced, Surroundings) {
    write("key", kContent);
    BOOST_TEST(read("${env:SEGPAY_TEST_VALUE}") == kContent);
    BOOST_TEST(read("\"${file:key}\"") == kContent);
    BOOST_TEST(read("${file:" + folder + "/key}") == kContent);
    BOOST_TEST(read("plain") == "plain");
    BOOST_TEST(read("a$b{c}") == "a$b{c}");
}

BOOST_FIXTURE_TEST_CASE(what_editors_add_is_dropped, Surroundings) {
    const std::string mark = "\xEF\xBB\xBF";
    for (const std::string& content :
         {std::string("a"), std::string("a\n"), std::string("a\r\n"), std::string("a\r"),
          std::string("a\n\n"), std::string("a\r\n\r\n\n"), mark + "a", mark + "a\r\n"}) {
        write("key", content);
        BOOST_TEST(read("${file:key}") == "a");
        ::setenv("SEGPAY_TEST_VALUE", content.c_str(), 1);
        BOOST_TEST(read("${env:SEGPAY_TEST_VALUE}") == "a");
    }
    // Additions that may be intended stay.
    for (const std::string& content : {std::string(" a"), std::string("a "), std::string("a\t"),
                                       std::string("a\nb"), "a" + mark, std::string("\na")}) {
        write("key", content + "\n");
        BOOST_TEST(read("${file:key}") == content);
    }
    for (const std::string& nothing : {mark, mark + "\n", std::string("\r\n\n")}) {
        write("key", nothing);
        BOOST_TEST(read("${file:key}") == "file \"" + folder + "/key\" is empty");
    }
    for (const std::string& utf16 : {std::string("\xFF\xFE"
                                                 "a\0b\0",
                                                 6),
                                     std::string("\xFE\xFF\0a\0b", 6)}) {
        write("key", utf16);
        BOOST_TEST(read("${file:key}") ==
                   "file \"" + folder + "/key\" is UTF-16; save it as UTF-8");
    }
    write("key",
          "\xFF\xFE"
          "ab"); // random bytes are a key
    BOOST_TEST(read_key("${file:key}") ==
               "\xFF\xFE"
               "ab");
}

// C and DOS end a text so; in a key each of these bytes may be part of it.
BOOST_FIXTURE_TEST_CASE(nul_and_control_z_end_a_text, Surroundings) {
    for (const std::string& end :
         {std::string("\0", 1), std::string("\x1A"), std::string("\r\n\x1A"),
          std::string("\n\0", 2), std::string("\0\0\n", 3)}) {
        write("key", "a" + end);
        BOOST_TEST(read("${file:key}") == "a");
        const std::string bytes = end.ends_with('\n') ? end.substr(0, end.size() - 1) : end;
        BOOST_TEST(read_key("${file:key}") == "a" + bytes);
    }
    write("key", std::string("\0\x1A\n", 3));
    BOOST_TEST(read("${file:key}") == "file \"" + folder + "/key\" is empty");
}

BOOST_FIXTURE_TEST_CASE(a_text_that_is_not_utf8_is_read_as_latin_1, Surroundings) {
    const std::string advice = " is not UTF-8 and is read as Latin-1; save it as UTF-8";
    const auto check = [&](const std::string& bytes, const std::string& text) {
        write("key", bytes + "\n");
        ::setenv("SEGPAY_TEST_VALUE", bytes.c_str(), 1);
        BOOST_TEST(read("${file:key}") == text);
        BOOST_TEST(warnings == std::vector<std::string>{"t:1:4: warning: file \"" + folder +
                                                        "/key\"" + advice},
                   boost::test_tools::per_element());
        BOOST_TEST(read("${env:SEGPAY_TEST_VALUE}") == text);
        BOOST_TEST(warnings == std::vector<std::string>{"t:1:4: warning: environment variable "
                                                        "\"SEGPAY_TEST_VALUE\"" +
                                                        advice},
                   boost::test_tools::per_element());
        for (const char* const reference : {"${file:key}", "${env:SEGPAY_TEST_VALUE}"}) {
            BOOST_TEST(read_key(reference) == bytes); // in a key each byte counts
            BOOST_TEST(warnings.empty());
        }
    };
    check("Zo\xEB-secret", "Zoë-secret");
    check("\x80", "€"); // Windows-1252
    check("ë\xEB", "Ã«ë");
    for (const std::string& utf8 : {std::string("Zoë-secret"), std::string("plain")}) {
        write("key", utf8);
        BOOST_TEST(read("${file:key}") == utf8);
        BOOST_TEST(warnings.empty());
    }
    for (const std::string_view path :
         {"seal.keys", "ledger.password_key", "ledger.mysql.password", "ledger.path"})
        BOOST_TEST(is_of_bytes(path));
    for (const std::string_view path : {"postbacks.authenticity.basic.password",
                                        "postbacks.authenticity.secret.value", "seal.parameter"})
        BOOST_TEST(!is_of_bytes(path));
}

BOOST_FIXTURE_TEST_CASE(the_file_of_a_value_is_known, Surroundings) {
    const auto file_of = [&](const std::string& reference) {
        YamlNode node;
        node.reference = reference;
        return referenced_file(node, folder);
    };
    BOOST_TEST(file_of("${file:key}") == folder + "/key");
    BOOST_TEST(file_of("${file:/run/secrets/key}") == "/run/secrets/key");
    BOOST_TEST(file_of("${env:KEY}") == "");
    BOOST_TEST(file_of("") == "");
}

BOOST_FIXTURE_TEST_CASE(what_leads_nowhere_is_reported, Surroundings) {
    write("empty", "\n");
    const std::string path = folder + "/";
    BOOST_TEST(read("${env:SEGPAY_TEST_UNSET}") ==
               "environment variable \"SEGPAY_TEST_UNSET\" is not set");
    BOOST_TEST(read("${env:SEGPAY_TEST_EMPTY}") ==
               "environment variable \"SEGPAY_TEST_EMPTY\" is empty");
    BOOST_TEST(
        read("${file:none}") ==
        "file \"" + path +
            "none\" cannot be read: No such file or directory; write an absolute path, or one "
            "relative to the folder of this file");
    BOOST_TEST(read("${file:}") == "${file:} names no file; write ${file:PATH}");
    BOOST_TEST(read("${env:}") == "${env:} names no variable; write ${env:NAME}");
    BOOST_TEST(read("${file:.}") == "file \"" + path + ".\" cannot be read: a folder");
    BOOST_TEST(read("${file:empty}") == "file \"" + path + "empty\" is empty");
    BOOST_TEST(read("${vault:x}") ==
               "unknown reference \"${vault:x}\"; write ${env:NAME} or ${file:PATH}");
}

BOOST_FIXTURE_TEST_CASE(files_are_small, Surroundings) {
    write("limit", std::string(kMaxReferencedBytes, 'x'));
    write("longer", std::string(kMaxReferencedBytes + 1, 'x'));
    BOOST_TEST(read("${file:limit}").size() == kMaxReferencedBytes);
    BOOST_TEST(read("${file:longer}") ==
               "file \"" + folder + "/longer\" is longer than 4096 bytes");
}

BOOST_FIXTURE_TEST_CASE(no_text_around_a_reference, Surroundings) {
    const std::string expected = "a reference must be the whole value, without text around it";
    BOOST_TEST(read("x${env:SEGPAY_TEST_VALUE}") == expected);
    BOOST_TEST(read("${env:SEGPAY_TEST_VALUE}/x") == expected);
    BOOST_TEST(read("${env:SEGPAY_TEST_VALUE") ==
               "a reference ends with }; write ${env:NAME} or ${file:PATH}");
}

BOOST_FIXTURE_TEST_CASE(a_file_is_found_from_the_configuration_s_folder, Surroundings) {
    write("key", std::string(kContent) + "\n");
    const std::string text = with_line(6, "  mode: check\n  keys: [\"${file:key}\"]");
    const LoadedConfig loaded = load_config_text(text, folder + "/segpay.yaml");
    BOOST_REQUIRE(loaded.config);
    BOOST_TEST((loaded.config->seal.keys.at(0).mac("") == HmacKey(kContent).mac("")));
    BOOST_TEST(loaded.config->ledger.path == folder + "/l.sqlite");
}

// Each place of kValid where a reference may cause a later mistake, line by line.
BOOST_FIXTURE_TEST_CASE(what_was_read_never_stands_in_a_message, Surroundings) {
    const std::string value = "${env:SEGPAY_TEST_VALUE}";
    const std::vector<std::pair<int, std::string>> changes = {
        {2, "  mode: " + value},
        {2, "  mode: test\npay_page:\n  base_url: " + value},
        {2, "  mode: test\npay_page:\n  language: " + value},
        {4, "  authenticity: " + value},
        {4, "  authenticity:\n    addresses: [\"" + value + "\"]"},
        {4, "  authenticity:\n    basic: " + value},
        {4, "  authenticity: none\n  path: " + value},
        {4, "  authenticity: none\n  success_word: " + value + "\n  failure_word: " + value},
        {6, "  mode: check\n  keys: " + value},
        {8, "  path: x\n  lease_seconds: " + value},
        {12, "    package: " + value},
        {18, "    eticket: " + value},
        {20, "      type: " + value},
        {21, "      currency: " + value},
        {22, "      initial: { amount: \"" + value + "\", days: 3 }"},
        {24, "    trial: " + value},
        {24, "    cross_sells: [\"" + value + "\"]"},
        {26, "    site: " + value},
        {35, "    option: " + value},
        {39, "    from_sites: [\"" + value + "\"]"},
    };
    for (const auto& [line, replacement] : changes) {
        BOOST_TEST_CONTEXT(replacement) {
            const auto found = mistakes(with_line(line, replacement), folder + "/t");
            BOOST_TEST(!found.empty());
            for (const std::string& message : found)
                BOOST_TEST(message.find("hunter2") == std::string::npos, message);
        }
    }
}

// Secrets in the file itself, with a mistake.
BOOST_AUTO_TEST_CASE(a_literal_secret_never_stands_in_a_message) {
    const std::vector<std::pair<int, std::string>> changes = {
        {6, "  mode: check\n  keys: [hunter2]"},
        {6, "  mode: check\n  keys: hunter2"},
        {8, "  path: x\n  password_key: hunter2"},
        {4, "  authenticity:\n    basic: hunter2"},
        {4, "  authenticity:\n    basic: [hunter2]"},
        {4, "  authenticity:\n    basic: { username: a, password: { hunter2: x } }"},
        {4, "  authenticity:\n    basic: { username: a, password: [[hunter2]] }"},
        {4, "  authenticity:\n    basic: { username: a, password: &hunter2 }"},
        {4, "  authenticity:\n    basic: { username: a, password: !hunter2 x }"},
        {4, "  authenticity:\n    basic: { username: a, password: *hunter2 }"},
        {4, "  authenticity:\n    secret: { parameter: a b, value: hunter2 }"},
    };
    for (const auto& [line, replacement] : changes) {
        BOOST_TEST_CONTEXT(replacement) {
            const auto found = mistakes(with_line(line, replacement));
            BOOST_TEST(!found.empty());
            for (const std::string& message : found)
                BOOST_TEST(message.find("hunter2") == std::string::npos, message);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
