// bench-link: from a customer to a pay-page link of eleven parameters, beside Poco::URI and PHP.
// First all have to build the same link.
#include "bench.hpp"
#include "ours.hpp"
#include "people.hpp"
#include "php.hpp"

#include <Poco/TemporaryFile.h>
#include <Poco/URI.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>

using namespace segpay;
using namespace segpay::bench;

namespace {

constexpr std::size_t kLinks = 1024;
constexpr std::size_t kParameters = 11;

// A link to build: the texts, and the request that points to them.
struct Wanted {
    Person person;
    std::string approve_url, decline_url;

    LinkRequest request() const {
        LinkRequest request;
        request.option = "101"; // whose two cross sells go on the link as well
        request.member_id = person.member_id;
        request.session = person.session;
        request.affiliate = person.affiliate;
        request.first_name = person.first_name;
        request.last_name = person.last_name;
        request.email = person.email;
        request.country = person.country;
        request.approve_url = approve_url;
        request.decline_url = decline_url;
        return request;
    }
};

// The same link for Poco and PHP.
struct Peers {
    std::string page;
    Poco::URI::QueryParameters parameters;
};

struct Corpus {
    std::vector<Wanted> wanted;
    std::vector<LinkRequest> requests; // point to `wanted`
    std::vector<Peers> peers;
    double mean_bytes = 0; // of our links
};

Wanted next_wanted(Dice& dice) {
    Wanted wanted;
    wanted.person = next_person(dice);
    const std::string back = "https://join.example.com/";
    wanted.approve_url = back + "ok.php?nats=" + wanted.person.affiliate;
    wanted.decline_url = back + "no.php?id=" + dice.text(8, kLowerHex);
    return wanted;
}

// The values that Poco reads in our link are the ones that Poco and PHP have to write.
Corpus link_corpus(const Config& account) {
    Dice dice(427);
    Corpus corpus;
    while (corpus.wanted.size() < kLinks)
        corpus.wanted.push_back(next_wanted(dice));
    Linker build(account);
    for (const Wanted& wanted : corpus.wanted) {
        corpus.requests.push_back(wanted.request());
        const std::string& url = build(corpus.requests.back()).url;
        corpus.peers.push_back({url.substr(0, url.find('?')), Poco::URI(url).getQueryParameters()});
        if (corpus.peers.back().parameters.size() != kParameters)
            throw std::runtime_error("a link of the corpus has not eleven parameters");
        corpus.mean_bytes += static_cast<double>(url.size()) / static_cast<double>(kLinks);
    }
    return corpus;
}

// ---- A pass of each -----------------------------------------------------------------------------

std::string poco_link(const Peers& wanted) {
    Poco::URI uri(wanted.page);
    for (const auto& [name, value] : wanted.parameters)
        uri.addQueryParameter(name, value);
    return uri.toString();
}

struct PocoPass {
    const Corpus& corpus;

    void operator()() const {
        for (const Peers& wanted : corpus.peers)
            keep(poco_link(wanted));
    }
};

struct OurPass {
    const Corpus& corpus;
    std::shared_ptr<Linker> build;

    void operator()() const {
        for (const LinkRequest& request : corpus.requests)
            keep((*build)(request));
    }
};

// ---- The comparison -----------------------------------------------------------------------------

void check_same(const std::string& url, const Peers& wanted, const char* whose) {
    if (url.substr(0, url.find('?')) != wanted.page ||
        Poco::URI(url).getQueryParameters() != wanted.parameters)
        throw std::runtime_error(std::string(whose) + " builds another link");
}

void check_sealed(const Corpus& corpus, const Config& account) {
    Linker build(account);
    for (std::size_t i = 0; i < kLinks; ++i) {
        auto parameters = Poco::URI(build(corpus.requests[i]).url).getQueryParameters();
        const std::size_t seals = std::erase_if(
            parameters, [&](const auto& field) { return field.first == account.seal.parameter; });
        if (seals != 1 || parameters != corpus.peers[i].parameters)
            throw std::runtime_error("a sealed link is not the link and a seal");
    }
}

// ---- PHP's corpus: JSON, a link a line ----------------------------------------------------------

std::string quoted(std::string_view text) {
    if (text.find_first_of("\"\\\n") != std::string_view::npos)
        throw std::runtime_error("a text of the corpus needs escapes in JSON");
    return '"' + std::string(text) + '"';
}

void write_lines(const std::string& path, const Corpus& corpus) {
    std::ofstream file(path);
    for (const Peers& wanted : corpus.peers) {
        file << "{\"page\":" << quoted(wanted.page) << ",\"parameters\":{";
        const char* separator = "";
        for (const auto& [name, value] : wanted.parameters) {
            file << separator << quoted(name) << ':' << quoted(value);
            separator = ",";
        }
        file << "}}\n";
    }
}

// ---- The race -----------------------------------------------------------------------------------

void bench_link(Pace pace) {
    const Config open = open_account();
    const Config guarded = guarded_account();
    const Corpus corpus = link_corpus(open);
    const OurPass plain{corpus, std::make_shared<Linker>(open)};
    const OurPass sealed{corpus, std::make_shared<Linker>(guarded)};

    for (const Peers& wanted : corpus.peers)
        check_same(poco_link(wanted), wanted, "Poco");
    check_sealed(corpus, guarded);
    Poco::TemporaryFile lines;
    std::optional<PhpPeer> php;
    if (is_php_installed()) {
        write_lines(lines.path(), corpus);
        php.emplace("link.php", std::vector{lines.path()});
        check_same(php->run("link", 1).witness, corpus.peers.back(), "PHP");
    }

    Race race(kLinks, pace);
    race.enter("link_poco", timed(PocoPass{corpus}));
    if (php) race.enter("link_php", php->entry("link"));
    race.enter("link_ours", timed(plain));
    race.enter("link_ours_sealed", timed(sealed));
    race.run();

    print_row("link_bytes", corpus.mean_bytes, "bytes");
    race.print_rows();
    print_row("link_allocations", allocations_per_item(plain, kLinks), "per link");
    print_row("link_sealed_allocations", allocations_per_item(sealed, kLinks), "per link");
    race.print_ratio("link_vs_php", "link_ours", "link_php");
    race.print_ratio("link_sealed_vs_php", "link_ours_sealed", "link_php");
}

} // namespace

int main(int argc, char** argv) { return run_bench("bench-link", bench_link, argc, argv); }
