// Stories as tables: every data/*.seq, one postback a line, against one account. data/README.md
// describes the lines.
#include "fixtures.hpp"
#include "links/link.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>
#include <sstream>

using namespace segpay;
using namespace segpay::testing;

namespace {

struct Line {
    int number = 0;
    std::vector<std::string> words; // quotes resolved
};

struct Story {
    std::string place; // "garbled.seq:7"
    std::string title;
    std::string account; // a file beside it; empty: the example account
    std::vector<Line> lines;
};

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::string word;
    bool is_quoted = false, is_word = false;
    for (char c : line) {
        if (c == '"') {
            is_quoted = !is_quoted;
            is_word = true;
        } else if (c == ' ' && !is_quoted) {
            if (is_word) words.push_back(std::exchange(word, {}));
            is_word = false;
        } else {
            word += c;
            is_word = true;
        }
    }
    if (is_word) words.push_back(word);
    return words;
}

std::vector<Story> stories_of(const std::filesystem::path& file) {
    std::vector<Story> stories;
    std::ifstream stream(file);
    std::string text;
    for (int number = 1; std::getline(stream, text); ++number) {
        if (text.empty() || text.starts_with('#')) continue;
        if (text.starts_with("=== "))
            stories.push_back(
                {file.filename().string() + ":" + std::to_string(number), text.substr(4), {}, {}});
        else if (stories.empty())
            throw std::runtime_error(file.string() + ": a postback before the first story");
        else if (text.starts_with("account "))
            stories.back().account = text.substr(8);
        else
            stories.back().lines.push_back({number, words_of(text)});
    }
    return stories;
}

std::vector<Story> all_stories() {
    std::vector<Story> stories;
    for (const auto& entry : std::filesystem::directory_iterator(SEGPAY_SOURCE_DIR "/tests/data"))
        if (entry.path().extension() == ".seq")
            for (Story& story : stories_of(entry.path()))
                stories.push_back(std::move(story));
    return stories;
}

const Config& config_of(const std::string& account) {
    static std::map<std::string, Config> configs;
    if (account.empty()) return example_config();
    const auto known = configs.find(account);
    if (known != configs.end()) return known->second;
    LoadedConfig loaded = load_config_file(SEGPAY_SOURCE_DIR "/tests/data/" + account);
    if (!loaded.config) throw std::runtime_error(to_string(loaded.problems.front()));
    return configs.emplace(account, std::move(*loaded.config)).first->second;
}

// A piece for the query, with "\xA4" as one byte.
std::string unescaped(const std::string& piece) {
    std::string bytes;
    for (std::size_t i = 0; i < piece.size(); ++i) {
        if (piece.compare(i, 2, "\\x") == 0) {
            bytes += static_cast<char>(std::stoi(piece.substr(i + 2, 2), nullptr, 16));
            i += 3;
        } else {
            bytes += piece[i];
        }
    }
    return bytes;
}

// Adds a name and a value; a value replaces an earlier one of the same name in its place.
void set(Parameters& parameters, const std::string& word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) throw std::runtime_error("\"" + word + "\" is no name=value");
    Parameter parameter{word.substr(0, equals), word.substr(equals + 1)};
    for (Parameter& earlier : parameters)
        if (earlier.name == parameter.name) {
            earlier = std::move(parameter);
            return;
        }
    parameters.push_back(std::move(parameter));
}

// The ways in which one postback can reach the endpoint.
enum class Way { get, post, both, odd_names };
constexpr Way kWays[] = {Way::get, Way::post, Way::both, Way::odd_names};

class StoryRunner {
public:
    explicit StoryRunner(Way way, const Config& config = example_config())
        : way_(way), config_(config), account_(config), twin_(config), bulk_twin_(config) {}

    void run(const Line& line) {
        if (line.words[0] == "with") {
            for (std::size_t i = 1; i < line.words.size(); ++i)
                set(always_, line.words[i]);
            return;
        }
        const auto bar = std::find(line.words.begin(), line.words.end(), "|");
        const auto arrow = std::find(line.words.begin(), line.words.end(), "->");
        if (line.words[0] == "release" || line.words[0] == "dismiss") {
            if (arrow - line.words.begin() < 2 || line.words.end() - arrow < 2)
                throw std::runtime_error("a decision has a key, ->, and the kinds of its events");
            decide(line.words[0], line.words[1], {line.words.begin() + 2, arrow},
                   {arrow + 1, line.words.end()});
            return;
        }
        if (bar - line.words.begin() != 4 || line.words.end() - arrow < 3)
            throw std::runtime_error("a line has four words, |, parameters, ->, disposition, kind");
        const std::string query = query_of({line.words.begin(), bar}, {bar + 1, arrow});
        const std::size_t delivered_before = account_.host.events.size();
        const Reply reply = send(query);
        if (way_ == Way::get) unsent_.emplace_back(query, reply);
        check(reply, account_.host.events.size() - delivered_before, {arrow + 1, line.words.end()});
    }

    void finish() {
        send_to_twins();
        BOOST_TEST(account_.ledger().waiting().pending == 0u);
        std::set<std::string> keys;
        for (const HostEvent& event : account_.host.events)
            BOOST_TEST(keys.insert(event["key"]).second); // no fact was delivered twice
    }

private:
    std::string query_of(const std::vector<std::string>& words,
                         const std::vector<std::string>& values) const {
        constexpr std::string_view kWordNames[] = {"trantype", "action", "stage", "approved"};
        Parameters parameters;
        for (std::size_t i = 0; i < words.size(); ++i)
            if (words[i] != "-") parameters.push_back({std::string(kWordNames[i]), words[i]});
        for (const Parameter& parameter : always_)
            parameters.push_back(parameter);
        std::string raw;
        for (const std::string& value : values)
            if (value.starts_with('&'))
                raw += unescaped(value);
            else if (value.starts_with('-'))
                std::erase_if(parameters,
                              [&](const Parameter& each) { return each.name == value.substr(1); });
            else
                set(parameters, value);
        for (Parameter& parameter : parameters)
            if (parameter.name == config_.seal.parameter && parameter.value.starts_with('@'))
                parameter.value = seal_for(parameter.value.substr(1));
        if (way_ == Way::odd_names)
            for (Parameter& parameter : parameters)
                std::transform(parameter.name.begin(), parameter.name.end(), parameter.name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return encode_form(parameters) + raw;
    }

    // The seal of a link as the host made it: with the story's `with` values, whatever a line has.
    std::string seal_for(const std::string& option) const {
        const auto always = [&](std::string_view name) -> std::string_view {
            for (const Parameter& parameter : always_)
                if (parameter.name == name) return parameter.value;
            return {};
        };
        LinkRequest request;
        request.option = option;
        request.member_id = always("memberid");
        request.session = always("session");
        request.affiliate = always("merchantpartnerid");
        const Result<Link> link = build_link(config_, request, kStart);
        if (!link) throw std::runtime_error(link.error());
        for (const LinkField& field : link->fields)
            if (field.name == config_.seal.parameter) return std::string(field.value);
        throw std::runtime_error("links of this account have no seal");
    }

    Reply send(const std::string& query) {
        switch (way_) {
            case Way::post:
                return account_.post("", query);
            case Way::both:
                return account_.post(query, query);
            default:
                return account_.get(query);
        }
    }

    // The same postbacks at once, in other accounts: all must be as it was one by one.
    void send_to_twins() {
        send_to_twin(twin_, false);
        send_to_twin(bulk_twin_, true);
        unsent_.clear();
    }

    void send_to_twin(TestAccount& twin, bool at_once) {
        std::vector<HttpRequest> requests;
        for (const auto& [query, reply] : unsent_)
            requests.push_back({"GET", query, "", "127.0.0.1", {}});
        std::size_t answered = 0;
        const auto on_reply = [&](std::size_t number, const Reply& reply) {
            BOOST_TEST(number == answered);
            const Reply& alone = unsent_.at(answered++).second;
            BOOST_TEST_INFO_SCOPE("in a batch: " << reply.message << "; alone: " << alone.message);
            BOOST_TEST((reply.disposition == alone.disposition));
            BOOST_TEST(reply.http_status == alone.http_status);
            BOOST_TEST(reply.body == alone.body);
            BOOST_TEST(reply.message == alone.message);
            BOOST_TEST(reply.key == alone.key);
        };
        twin.handle_all(requests, on_reply, at_once);
        BOOST_TEST(answered == unsent_.size());
        if (way_ != Way::get) return;
        BOOST_TEST(twin.kinds() == account_.kinds(), boost::test_tools::per_element());
        for (std::size_t i = 0; i < std::min(twin.kinds().size(), account_.kinds().size()); ++i) {
            BOOST_TEST((twin.host.events[i].fields == account_.host.events[i].fields));
            BOOST_TEST((twin.host.events[i].extras == account_.host.events[i].extras));
            BOOST_TEST(twin.host.events[i].password == account_.host.events[i].password);
        }
    }

    static Refused decide_in(TestAccount& account, const std::string& decision,
                             const std::string& key, const std::string& says) {
        Report report;
        return decision == "release" ? account.release(key, "ann", Deliver::here, report, says)
                                     : account.inbox.dismiss(key, "ann");
    }

    void decide(const std::string& decision, const std::string& label,
                const std::vector<std::string>& words, const std::vector<std::string>& expected) {
        send_to_twins();
        Parameters parameters;
        for (const std::string& word : words)
            set(parameters, word);
        const std::string says = encode_form(parameters);
        const std::size_t delivered_before = account_.host.events.size();
        const std::string& key = keys_.at(label);
        const Refused refused = decide_in(account_, decision, key, says);
        if (way_ == Way::get) {
            (void)decide_in(twin_, decision, key, says);
            (void)decide_in(bulk_twin_, decision, key, says);
        }
        BOOST_TEST_INFO_SCOPE(refused.message);
        const bool is_refused = expected[0].starts_with("why=");
        BOOST_TEST((refused.cause == Refused::Cause::none) == !is_refused);
        if (is_refused) {
            BOOST_TEST(contains(refused.message, expected[0].substr(4)));
            BOOST_TEST(account_.host.events.size() == delivered_before);
            return;
        }
        std::vector<std::string> kinds = account_.kinds();
        kinds.erase(kinds.begin(), kinds.begin() + static_cast<std::ptrdiff_t>(delivered_before));
        if (kinds.empty()) kinds.emplace_back("-");
        BOOST_TEST(kinds == expected, boost::test_tools::per_element());
    }

    void check(const Reply& reply, std::size_t delivered,
               const std::vector<std::string>& expected) {
        BOOST_TEST_INFO_SCOPE(reply.message);
        BOOST_TEST(disposition_name(reply.disposition) == expected[0]);
        const bool is_success = expected[0] == "delivered" || expected[0] == "duplicate" ||
                                expected[0] == "unknown" || expected[0] == "answered";
        BOOST_TEST(reply.body == (is_success ? "*success*" : "*failure*"));
        BOOST_TEST((reply.http_status == 200) == is_success);
        const bool is_delivered = expected[0] == "delivered";
        BOOST_TEST((delivered != 0) == is_delivered);
        std::string kinds;
        for (const HostEvent& event : std::span(account_.host.events).last(delivered))
            kinds += (kinds.empty() ? "" : "+") + event.kind;
        BOOST_TEST((delivered != 0 ? kinds : "-") == expected[1]);
        const HostEvent nothing;
        const HostEvent& event =
            delivered != 0 ? *(account_.host.events.end() - static_cast<std::ptrdiff_t>(delivered))
                           : nothing;
        if (is_delivered) BOOST_TEST(event["key"] == reply.key);
        for (std::size_t i = 2; i < expected.size(); ++i)
            check_field(reply, event, expected[i]);
    }

    void check_field(const Reply& reply, const HostEvent& event, const std::string& expected) {
        const std::size_t equals = expected.find('=');
        const std::string field = expected.substr(0, equals);
        const std::string value = expected.substr(equals + 1);
        BOOST_TEST_CONTEXT(field) {
            if (field == "why") {
                BOOST_TEST(contains(reply.message, value));
            } else if (field == "password") {
                BOOST_TEST(event.password == value);
            } else if (field.starts_with("extras.")) {
                std::string said;
                for (const auto& [name, text] : event.extras)
                    if (name == field.substr(7)) said += (said.empty() ? "" : "|") + text;
                BOOST_TEST(said == value);
            } else if (field == "key") {
                for (const auto& [label, key] : keys_)
                    BOOST_TEST((label == value) == (key == reply.key));
                BOOST_TEST(reply.key != "");
                keys_.emplace(value, reply.key);
            } else {
                BOOST_TEST(event[field] == value);
            }
        }
    }

    Way way_;
    const Config& config_;
    TestAccount account_;
    TestAccount twin_, bulk_twin_;
    std::vector<std::pair<std::string, Reply>> unsent_; // not yet sent to the twins
    Parameters always_;
    std::map<std::string, std::string> keys_; // by label
};

} // namespace

BOOST_AUTO_TEST_SUITE(sequence_tests)

BOOST_AUTO_TEST_CASE(every_story_in_every_way_of_delivery) {
    const std::vector<Story> stories = all_stories();
    BOOST_TEST(stories.size() > 70u);
    // The ledger does not depend on the way a postback comes.
    const std::span<const Way> ways(kWays, is_on_mariadb() ? 1 : std::size(kWays));
    for (Way way : ways)
        for (const Story& story : stories)
            BOOST_TEST_CONTEXT(story.place << " " << story.title << ", way "
                                           << static_cast<int>(way)) {
                StoryRunner runner(way, config_of(story.account));
                for (const Line& line : story.lines)
                    BOOST_TEST_CONTEXT("line " << line.number) runner.run(line);
                runner.finish();
            }
}

// The reader of the tables must not be what makes them pass.
BOOST_AUTO_TEST_CASE(words_quotes_and_bytes_are_read) {
    const std::vector<std::string> words = words_of("a  \"b c\" d=\"e f\" \"\" -> -");
    BOOST_TEST((words == std::vector<std::string>{"a", "b c", "d=e f", "", "->", "-"}));
    BOOST_TEST(unescaped("&a=\\xA4b") ==
               "&a=\xA4"
               "b");
    Parameters parameters;
    set(parameters, "a=1");
    set(parameters, "b=2=3");
    set(parameters, "a=");
    BOOST_TEST((parameters == Parameters{{"a", ""}, {"b", "2=3"}}));
    BOOST_CHECK_THROW(set(parameters, "a"), std::runtime_error);
    BOOST_CHECK_THROW(StoryRunner(Way::get).run({1, {"sale", "|", "->", "delivered"}}),
                      std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
