// The table "Every postback parameter" of config/README.md against the plugin's table of names,
// both ways, and against what is tested of where each parameter reaches the host.
#include "fixtures.hpp"
#include "postbacks/parameters_reach.hpp"
#include "values/facts.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <span>
#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

namespace {

constexpr std::string_view kHeading = "## Every postback parameter";

// A name and the letter behind it: E of the guides' examples, N of the NATS template, S seen only.
struct Name {
    std::string name;
    std::string mark;
};

struct Row {
    std::vector<Name> names;
    std::string landing; // the second column
};

// "`zip` S, `ip`": a name between backquotes, then its mark.
std::vector<Name> names_in(std::string_view cell) {
    std::vector<Name> names;
    while (true) {
        const std::size_t begin = cell.find('`');
        if (begin == std::string_view::npos) return names;
        const std::size_t end = cell.find('`', begin + 1);
        if (end == std::string_view::npos) throw std::runtime_error("a backquote is left open");
        Name name{std::string(cell.substr(begin + 1, end - begin - 1)), {}};
        cell.remove_prefix(end + 1);
        const std::string_view rest = cell.substr(0, cell.find(','));
        for (const char c : rest)
            if (c != ' ') name.mark += c;
        names.push_back(std::move(name));
    }
}

std::vector<Row> rows_of_readme() {
    std::ifstream readme(SEGPAY_SOURCE_DIR "/config/README.md");
    std::vector<Row> rows;
    std::string line;
    bool is_there = false;
    while (std::getline(readme, line)) {
        if (line.starts_with("## ")) is_there = line == kHeading;
        if (!is_there || !line.starts_with("| `")) continue;
        const std::size_t bar = line.find('|', 1);
        const std::size_t last = line.rfind('|');
        if (last <= bar) throw std::runtime_error("not two columns: " + line);
        rows.push_back({names_in(line.substr(1, bar - 1)), line.substr(bar + 1, last - bar - 1)});
    }
    return rows;
}

const Row* row_with(const std::vector<Row>& rows, std::string_view name) {
    for (const Row& row : rows)
        for (const Name& each : row.names)
            if (each.name == name) return &row;
    return nullptr;
}

std::string mark_of(NameSource source) {
    switch (source) {
        case NameSource::listed:
            return "";
        case NameSource::custom:
            return "E";
        case NameSource::nats:
            return "N";
        case NameSource::seen:
            return "S";
    }
    return "?";
}

// How the README writes where something lands: "extras.zip=1" is extra `zip`, "name=Joe" is `name`.
std::string written(std::string_view lands) {
    const std::string where(lands.substr(0, lands.find('=')));
    if (where.starts_with("extras.")) return "extra `" + where.substr(7) + "`";
    if (where == "eticket") return "`package`, `price_point`"; // one field of the event's JSON
    if (where == "occurred_at") return "`occurred_at_ms`";
    return "`" + where + "`";
}

} // namespace

BOOST_AUTO_TEST_SUITE(readme_tests)

BOOST_AUTO_TEST_CASE(every_name_of_the_plugin_is_in_the_readme_with_its_source) {
    const std::vector<Row> rows = rows_of_readme();
    for (const ParameterName& known : parameter_names())
        BOOST_TEST_CONTEXT(known.name) {
            const Row* row = row_with(rows, known.name);
            BOOST_REQUIRE(row);
            for (const Name& name : row->names)
                if (name.name == known.name) BOOST_TEST(name.mark == mark_of(known.source));
            if (known.fact == Fact::extra)
                BOOST_TEST(row->landing == " extra `" + std::string(known.canonical) + "` ");
        }
}

BOOST_AUTO_TEST_CASE(every_name_of_the_readme_is_the_plugins_and_stands_once) {
    std::vector<std::string> seen;
    for (const Row& row : rows_of_readme()) {
        const ParameterName* first = find_parameter(row.names.front().name);
        for (const Name& name : row.names)
            BOOST_TEST_CONTEXT(name.name) {
                const ParameterName* known = find_parameter(name.name);
                BOOST_REQUIRE(known);
                BOOST_REQUIRE(first);
                // The names of one row are names of one thing.
                BOOST_TEST((known->fact == first->fact && known->canonical == first->canonical));
                BOOST_TEST((std::find(seen.begin(), seen.end(), name.name) == seen.end()));
                seen.push_back(name.name);
            }
    }
    BOOST_TEST(seen.size() == parameter_names().size());
}

BOOST_AUTO_TEST_CASE(every_parameter_lands_where_the_readme_says) {
    const std::vector<Row> rows = rows_of_readme();
    const auto check = [&](const Reach& reach) {
        std::string name(reach.name);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const Row* row = row_with(rows, name);
        BOOST_TEST_CONTEXT(name) {
            BOOST_REQUIRE(row);
            BOOST_TEST(contains(row->landing, written(reach.lands)), row->landing);
        }
    };
    for (const auto list : {std::span<const Reach>(kListed), std::span<const Reach>(kTyped),
                            std::span<const Reach>(kSeen)})
        for (const Reach& reach : list)
            check(reach);
    for (const MemberReach& row : kOfMembers)
        if (row.reach.name != "promo") check(row.reach); // a name of the page's own
}

BOOST_AUTO_TEST_SUITE_END()
