// Tests plugin/config/yaml_tree.cpp: what strict reading refuses, and where.
#include "config/yaml_tree.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(yaml_tree_tests)

struct Reading {
    std::optional<YamlNode> tree;
    std::vector<std::string> problems;
};

Reading read(const std::string& text) {
    Problems problems("t");
    Reading reading{read_yaml(text, problems), {}};
    for (const Problem& problem : problems.by_line())
        reading.problems.push_back(to_string(problem));
    return reading;
}

void check(const std::string& text, const std::vector<std::string>& expected) {
    BOOST_TEST_CONTEXT(text.substr(0, 60)) {
        BOOST_TEST(read(text).problems == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_tree_keeps_order_places_and_quotes) {
    const Reading reading = read("b: 'x'\na:\n  - 1\n  - {ü: y, z: w}\nn:\n");
    BOOST_REQUIRE(reading.tree && reading.problems.empty());
    const YamlNode& tree = *reading.tree;
    BOOST_REQUIRE_EQUAL(tree.entries.size(), 3u);
    BOOST_TEST(tree.entries[0].key == "b");
    BOOST_TEST(!tree.value("b")->is_plain);
    const YamlNode& list = *tree.value("a");
    BOOST_TEST(list.items[0].is_plain);
    BOOST_TEST(list.items[0].place.line == 3);
    BOOST_TEST(list.items[0].place.column == 5);
    // Columns count characters, not the two bytes of "ü".
    BOOST_TEST(list.items[1].entry("z")->place.column == 12);
    BOOST_TEST(tree.value("n")->is(YamlNode::Kind::nothing));
    BOOST_TEST(tree.value("n")->place.line == 5);
    BOOST_TEST(!tree.value("c"));
}

BOOST_AUTO_TEST_CASE(a_nul_is_told_where_it_stands) {
    const std::string what = "holds a NUL byte; a configuration is text in UTF-8";
    check(std::string(1, '\0'), {"t:1:1: " + what});
    check(std::string("a: 1\nb: x\0y\n", 12), {"t:2:5: " + what});
}

BOOST_AUTO_TEST_CASE(duplicate_keys_and_the_first_one_counts) {
    check("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n",
          {R"(t:4:3: duplicate key "c"; the first is in line 3)",
           R"(t:5:1: duplicate key "a"; the first is in line 1)"});
    BOOST_TEST(read("a: 1\na: 2\n").tree->value("a")->text == "1");
    check("- a: 1\n- a: 2\n", {});
}

BOOST_AUTO_TEST_CASE(anchors_aliases_and_tags) {
    const std::string anchor =
        "an anchor (&) is not allowed; write each value out, and one that begins with & in quotes";
    const std::string alias =
        "an alias (*) is not allowed; write the value out, and one that begins with * in quotes";
    const std::string tag =
        "a tag (!) is not allowed; write the value alone, and in quotes if it is to be a text or "
        "begins with !";
    check("a: &x 1\nb: *x\n", {"t:1:4: " + anchor, "t:2:4: " + alias});
    check("a: &x\nb: &y {c: 1}\n", {"t:1:4: " + anchor, "t:2:4: " + anchor});
    check("a: 1\nb: !secret x\nc: !<x> {}\n", {"t:2:4: " + tag, "t:3:4: " + tag});
    for (const std::string text :
         {"a: !!binary x", "a: !!str 5", "a: !!int 5", "a: !!str \"5\"", "a: ! 5", "a: !!null",
          "a: !!seq [1]", "a: !!map {b: 1}", "a: !pa$$word"})
        check(text + "\n", {"t:1:4: " + tag});
    // A refused node is not reported for its value, too, and needs no value.
    BOOST_TEST(read("a: !!str 5\n").tree->value("a")->is(YamlNode::Kind::refused));
    BOOST_TEST(read("a: &x\n").tree->value("a")->is(YamlNode::Kind::refused));
    check("a: 'x'\nb: \"!x\"\nc: '&x'\nd: \"*x\"\n", {});
}

// A password may begin with any of them.
BOOST_AUTO_TEST_CASE(no_part_of_a_password_is_told) {
    for (const std::string first :
         {"&",  "*", "!",   "@",   "`",  "%",  "|",  ">",   "{",      "[",
          "\"", "'", "&x ", "!x ", "!<", "? ", "- ", "x: ", "\"x\" ", "'x' "})
        for (const std::string& problem : read("a: " + first + "hunter2\nb: [\n").problems)
            BOOST_TEST(problem.find("hunter") == std::string::npos, problem);
}

BOOST_AUTO_TEST_CASE(a_nul_by_an_escape) {
    const std::string what = "holds a NUL (\\0), which no value can have; remove it";
    check("a: \"x\\0y\"\nb: [\"\\x00\"]\n", {"t:1:4: " + what, "t:2:5: " + what});
    check("\"a\\0\": 1\n", {"t:1:1: " + what});
}

BOOST_AUTO_TEST_CASE(an_alias_bomb_stays_small) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 30; ++i) {
        const std::string below = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
        for (int j = 0; j < 9; ++j)
            bomb += ", " + below;
        bomb += "]\n";
    }
    const Reading reading = read(bomb);
    BOOST_TEST(reading.problems.size() == 30u + 29u * 10u);
    BOOST_REQUIRE(reading.tree);
    for (const YamlNode& item : reading.tree->value("a29")->items)
        BOOST_TEST(item.is(YamlNode::Kind::refused));
}

BOOST_AUTO_TEST_CASE(nesting_at_the_limit_and_past_it) {
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '[') + "1" +
               std::string(static_cast<std::size_t>(depth), ']');
    };
    check(nested(kMaxConfigDepth), {});
    check(nested(kMaxConfigDepth + 1), {"t:1:33: nested deeper than 32 levels"});
    const auto endless = read(std::string(200000, '[')).problems;
    BOOST_REQUIRE_EQUAL(endless.size(), 1u);
    BOOST_TEST(endless[0].ends_with("nested deeper than 32 levels"));

    std::string indented;
    for (std::size_t i = 0; i < 32; ++i)
        indented += std::string(i, ' ') + "a:\n";
    check(indented, {});
    check(indented + std::string(32, ' ') + "a:\n", {"t:33:33: nested deeper than 32 levels"});
}

BOOST_AUTO_TEST_CASE(one_document_only) {
    check("a: 1\n---\nb: 2\n---\nc: 3\n",
          {"t:2:1: a second document begins here; a configuration is one document"});
    check("---\na: 1\n...\n", {});
    check(
        " a: 1\nb: 2\n",
        {"t:2:1: the line stands further left than the first one, or is no part of what is above; "
         "indent it like its neighbours"});
    check("", {"t: the file holds no configuration"});
    check("# nothing\n", {"t: the file holds no configuration"});
}

BOOST_AUTO_TEST_CASE(keys_are_words) {
    check("? [a]\n: b\n", {"t:1:3: a key must be a word"});
    check(": b\n", {"t:1:1: a key must be a word"});
}

BOOST_AUTO_TEST_CASE(syntax_errors_are_located) {
    check("a: 1\nb: [1, 2\n", {"t:2:4: the [ that stands here is not closed"});
    check("ä: [1, 2", {"t:1:4: the [ that stands here is not closed"});
    check("a: b: c\n", {"t:1:5: a colon with a blank behind it stands inside a value; write the "
                        "value in quotes"});
    check("a: *x\n", {R"(t:1:4: a value that begins with * must stand in quotes, e.g. "*...")"});
    const std::string depth = "; the line fits to none above; indent it like its neighbours";
    check("a:\n  b: 1\n c: 2\n", {"t:3:2: not readable as YAML: end of map not found" + depth});
    check("a:\n- b: 1\n c: 2\n",
          {"t:3:2: not readable as YAML: end of sequence not found" + depth});
    check("a:b\nc: 1\n",
          {"t:2:2: not readable as YAML: illegal map value; a key cannot stand here; "
           "indent the line like its neighbours, and write a blank behind each colon"});
    check("a: {b: 1 c: 2}\n",
          {"t:1:11: not readable as YAML: end of map flow not found; write a comma "
           "between two entries, and close { with }"});
    check("a: }\n", {"t:1:4: not readable as YAML: illegal flow end; nothing opened what closes "
                     "here; write the value in quotes"});
    check("a: - b\n",
          {"t:1:4: not readable as YAML: illegal block entry; a list cannot begin here; "
           "write each entry in a line of its own"});
    check("a: ? b\n",
          {"t:1:4: not readable as YAML: illegal map key; write a value that begins with "
           "? in quotes"});
    BOOST_TEST(!read("a: b: c\n").tree);
}

BOOST_AUTO_TEST_CASE(what_is_shown_is_one_short_line) {
    BOOST_TEST(shown(std::string_view("a\nb\x01")) == "\"a b \"");
    BOOST_TEST(shown(std::string(100, 'x')) == "\"" + std::string(60, 'x') + "...\"");
}

BOOST_AUTO_TEST_SUITE_END()
