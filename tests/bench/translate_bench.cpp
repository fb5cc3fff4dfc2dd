// bench-translate: from the query of a postback to a typed event, beside Poco's parsers, a plain
// decoder, memcpy, and PHP. First all have to agree on the content of the postbacks.
#include "bench.hpp"
#include "ours.hpp"
#include "php.hpp"
#include "postbacks.hpp"
#include "scalar_form.hpp"

#include <Poco/Net/HTMLForm.h>
#include <Poco/TemporaryFile.h>
#include <Poco/URI.h>

#include <array>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>

using namespace segpay;
using namespace segpay::bench;

namespace {

constexpr std::string_view kEndpoint = "https://join.example.com/signup/process_segpay.php?";

struct Corpus {
    std::vector<Sample> samples;
    std::vector<std::string> urls; // for Poco::URI, which needs a whole one
};

Corpus corpus_for(const Config& guarded) {
    Corpus corpus{postback_corpus(guarded), {}};
    for (const Sample& sample : corpus.samples)
        corpus.urls.push_back(std::string(kEndpoint) + sample.query);
    return corpus;
}

double mean_bytes(const Corpus& corpus, std::string Sample::*query) {
    std::size_t bytes = 0;
    for (const Sample& sample : corpus.samples)
        bytes += (sample.*query).size();
    return static_cast<double>(bytes) / static_cast<double>(corpus.samples.size());
}

// ---- A pass of each -----------------------------------------------------------------------------

struct CopyPass {
    const Corpus& corpus;
    std::array<char, 4096> buffer{};

    void operator()() {
        for (const Sample& sample : corpus.samples) {
            std::memcpy(buffer.data(), sample.query.data(), sample.query.size());
            keep(buffer);
        }
    }
};

using ScalarRead = void (ScalarForm::*)(std::string_view query);

struct ScalarPass {
    const Corpus& corpus;
    ScalarRead read;
    ScalarForm form{};

    void operator()() {
        for (const Sample& sample : corpus.samples) {
            (form.*read)(sample.query);
            keep(form);
        }
    }
};

struct PocoUriPass {
    const Corpus& corpus;

    void operator()() const {
        for (const std::string& url : corpus.urls)
            keep(Poco::URI(url).getQueryParameters());
    }
};

struct PocoFormPass {
    const Corpus& corpus;

    void operator()() const {
        for (const Sample& sample : corpus.samples) {
            Poco::Net::HTMLForm form;
            form.read(sample.query);
            keep(form);
        }
    }
};

struct OurPass {
    const Corpus& corpus;
    std::string Sample::*query;
    std::shared_ptr<Translator> translate;

    void operator()() const {
        for (const Sample& sample : corpus.samples)
            keep((*translate)(sample.*query, *sample.loaded));
    }
};

OurPass our_pass(const Corpus& corpus, std::string Sample::*query, const Config& account) {
    return {corpus, query, std::make_shared<Translator>(account)};
}

// ---- The comparison -----------------------------------------------------------------------------

[[noreturn]] void disagree(std::size_t index, const std::string& what) {
    throw std::runtime_error("postback " + std::to_string(index) + " of the corpus " + what);
}

// The plugin translates every postback to its expected kind; returns the kinds in PHP's format.
std::string check_ours(const Corpus& corpus, std::string Sample::*query, const Config& account) {
    Translator translate(account);
    std::string kinds;
    for (std::size_t i = 0; i < corpus.samples.size(); ++i) {
        const Sample& sample = corpus.samples[i];
        const Translation& translation = translate(sample.*query, *sample.loaded);
        const std::string_view wanted = kind_name(sample.kind);
        if (translation.outcome != Translation::Outcome::event)
            disagree(i, "is a " + std::string(wanted) + ", not set aside: " + translation.reason);
        if (translation.event.kind != sample.kind)
            disagree(i, "is a " + std::string(wanted) + ", not a " +
                            std::string(kind_name(translation.event.kind)));
        if (!translation.event.warnings.empty())
            disagree(i,
                     "needs no warning such as " + std::string(translation.event.warnings.front()));
        kinds += (kinds.empty() ? "" : ",") + std::string(wanted);
    }
    return kinds;
}

void check_decoders(const Corpus& corpus, ScalarRead read) {
    ScalarForm scalar;
    for (std::size_t i = 0; i < corpus.samples.size(); ++i) {
        (scalar.*read)(corpus.samples[i].query);
        const auto fields = Poco::URI(corpus.urls[i]).getQueryParameters();
        Poco::Net::HTMLForm form;
        form.read(corpus.samples[i].query);
        if (fields.size() != kTemplateFields || scalar.size() != fields.size() ||
            form.size() != fields.size())
            disagree(i, "has not the fields of the template for every decoder");
        for (std::size_t field = 0; field < fields.size(); ++field)
            if (scalar[field].name != fields[field].first ||
                scalar[field].value != fields[field].second ||
                form.get(fields[field].first) != fields[field].second)
                disagree(i, "has another " + fields[field].first + " for another decoder");
    }
}

// The sum of all amounts, in minor units.
std::int64_t minor_units(const Corpus& corpus, const Config& account) {
    Translator translate(account);
    std::int64_t minor = 0;
    for (const Sample& sample : corpus.samples)
        minor += translate(sample.query, *sample.loaded).event.amount.value().minor;
    return minor;
}

void check_php(PhpPeer& php, const std::string& kinds, std::int64_t minor) {
    if (php.run("parse", 1).witness != std::to_string(kPostbacks * kTemplateFields))
        throw std::runtime_error("PHP does not find the fields of the template");
    if (php.run("kinds", 1).witness != kinds)
        throw std::runtime_error("PHP makes other events of the corpus");
    if (php.run("translate", 1).witness != std::to_string(minor))
        throw std::runtime_error("PHP reads other amounts in the corpus");
}

void write_lines(const std::string& path, const Corpus& corpus) {
    std::ofstream file(path);
    for (const Sample& sample : corpus.samples)
        file << sample.query << '\n';
}

// ---- The race -----------------------------------------------------------------------------------

// A warm pass allocates nothing; one that does is an error, not a slow one.
void print_allocations(std::string_view row, const OurPass& pass) {
    const double allocations = allocations_per_item(pass, kPostbacks);
    print_row(row, allocations, "per postback");
    if (allocations > 0) throw std::runtime_error(std::string(row) + " are not 0");
}

void bench_translate(Pace pace) {
    const Config open = open_account();
    const Config guarded = guarded_account();
    const Corpus corpus = corpus_for(guarded);
    const OurPass plain = our_pass(corpus, &Sample::query, open);
    const OurPass sealed = our_pass(corpus, &Sample::guarded_query, guarded);

    const std::string kinds = check_ours(corpus, &Sample::query, open);
    check_ours(corpus, &Sample::guarded_query, guarded);
    for (const ScalarRead read : {&ScalarForm::read, &ScalarForm::read_by_table})
        check_decoders(corpus, read);
    Poco::TemporaryFile lines;
    std::optional<PhpPeer> php;
    if (is_php_installed()) {
        write_lines(lines.path(), corpus);
        php.emplace("translate.php", std::vector{lines.path()});
        check_php(*php, kinds, minor_units(corpus, open));
    }

    Race race(corpus.samples.size(), pace);
    race.enter("translate_memcpy", timed(CopyPass{corpus}));
    race.enter("translate_scalar_decode", timed(ScalarPass{corpus, &ScalarForm::read}));
    race.enter("translate_scalar_table", timed(ScalarPass{corpus, &ScalarForm::read_by_table}));
    race.enter("translate_poco_parse", timed(PocoUriPass{corpus}));
    race.enter("translate_poco_htmlform", timed(PocoFormPass{corpus}));
    if (php) {
        race.enter("translate_php_parse", php->entry("parse"));
        race.enter("translate_php", php->entry("translate"));
    }
    race.enter("translate_ours", timed(plain));
    race.enter("translate_ours_sealed", timed(sealed));
    race.run();

    print_row("translate_bytes", mean_bytes(corpus, &Sample::query), "bytes");
    print_row("translate_sealed_bytes", mean_bytes(corpus, &Sample::guarded_query), "bytes");
    race.print_rows();
    print_allocations("translate_allocations", plain);
    print_allocations("translate_sealed_allocations", sealed);
    race.print_ratio("translate_vs_poco_parse", "translate_ours", "translate_poco_parse");
    race.print_ratio("translate_vs_scalar_decode", "translate_ours", "translate_scalar_decode");
    race.print_ratio("translate_vs_scalar_table", "translate_ours", "translate_scalar_table");
    race.print_ratio("translate_vs_php", "translate_ours", "translate_php");
    // Against the same row: Poco parses neither seal nor secret.
    race.print_ratio("translate_sealed_vs_poco_parse", "translate_ours_sealed",
                     "translate_poco_parse");
}

} // namespace

int main(int argc, char** argv) {
    return run_bench("bench-translate", bench_translate, argc, argv);
}
