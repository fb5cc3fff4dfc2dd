// bench-open: how long biller_plugin.open takes with 1, 100 and 1,000 join options, with the ledger
// in memory, and what of it is the configuration, beside what yaml-cpp needs to read the same text:
// its bare events, of which the plugin's tree is made, and its own nodes. A host under php-fpm
// has the account for every request: kept by the plugin, or opened.
#include "bench.hpp"
#include "biller.hpp"
#include "config/load.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

using namespace segpay;
using namespace segpay::bench;

namespace {

constexpr const char* kFile = "bench.yaml"; // does not exist: the text is given

// One option as config/segpay.yaml writes them.
void write_option(std::ostream& yaml, std::size_t number) {
    yaml << "  - id: " << 101 + number << "\n"
         << "    name: Monthly with trial " << number << "\n"
         << "    site: 7\n"
         << "    price_point: " << 3097 + number << "\n"
         << "    price:\n"
         << "      type: recurring\n"
         << "      currency: USD\n"
         << "      initial:\n"
         << "        amount: 2.95\n"
         << "        days: 3\n"
         << "      recurring:\n"
         << "        amount: 29.95\n"
         << "        days: 30\n";
}

std::string account_with(std::size_t options) {
    std::ostringstream yaml;
    yaml << "account:\n"
            "  mode: test\n"
            "postbacks:\n"
            "  authenticity:\n"
            "    addresses:\n"
            "      - 203.0.113.0/24\n"
            "ledger:\n"
            "  path: \":memory:\"\n"
            "sites:\n"
            "  - id: 7\n"
            "    name: Example Members\n"
            "    type: membership\n"
            "    package: 162209\n"
            "options:\n";
    for (std::size_t number = 0; number < options; ++number)
        write_option(yaml, number);
    return yaml.str();
}

// ---- A pass of each -----------------------------------------------------------------------------

// Gets every event and keeps nothing.
class Listener : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string& value) override {
        keep(value);
    }
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

void listen(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Listener listener;
    while (parser.HandleNextDocument(listener))
        continue;
}

class SilentHost : public biller::Host {
    biller::Answer event(const biller_event&) override { return biller::Answer::done(); }
};

// ---- The comparison -----------------------------------------------------------------------------

void check_same(const std::string& text, std::size_t options) {
    const LoadedConfig loaded = load_config_text(text, kFile);
    if (!loaded.problems.empty()) throw std::runtime_error(to_string(loaded.problems.front()));
    if (loaded.config->options.size() != options)
        throw std::runtime_error("the configuration has another number of options");
    if (YAML::Load(text)["options"].size() != options)
        throw std::runtime_error("yaml-cpp reads another number of options");
}

// ---- Kept by the plugin -------------------------------------------------------------------------

class KeptFile {
public:
    explicit KeptFile(const std::string& text) {
        std::ofstream(path_) << text;
        // While it is younger than a second, it is read every time.
        std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
    }
    ~KeptFile() { std::filesystem::remove(path_); }
    KeptFile(const KeptFile&) = delete;

    biller_instance* kept(const biller::Library& library) const {
        biller_config config{};
        config.struct_size = sizeof config;
        config.path = biller::bytes(path_);
        config.ledger = biller_text(":memory:");
        biller_instance* instance = nullptr;
        biller_reason reason = biller::empty_reason();
        const auto* pull = library.extension<biller_pull>(BILLER_PULL_EXTENSION);
        const uint32_t status = pull->kept(&config, BILLER_HOST_HONOURS_KEYS, &instance, &reason);
        if (status != BILLER_STATUS_OK) throw biller::Error(status, reason);
        return instance;
    }

private:
    const std::string path_ = (std::filesystem::temp_directory_path() /
                               ("bench-open-" + std::to_string(getpid()) + ".yaml"))
                                  .string();
};

// ---- The races ----------------------------------------------------------------------------------

void race(const biller::Library& library, std::size_t options, Pace pace) {
    const std::string text = account_with(options);
    check_same(text, options);
    biller::Config config;
    config.text = text;
    SilentHost host;

    const std::string number = "_" + std::to_string(options);
    Race race(1, pace);
    race.enter("open_yaml_events" + number, timed([&] { listen(text); }));
    race.enter("open_yaml_nodes" + number, timed([&] { keep(YAML::Load(text)); }));
    race.enter("open_config" + number, timed([&] { keep(load_config_text(text, kFile)); }));
    race.enter("open" + number, timed([&] { keep(biller::Instance(library, config, host)); }));
    const KeptFile file(text);
    race.enter("open_kept" + number, timed([&] { keep(file.kept(library)); }));
    race.run();

    print_row("open_bytes" + number, static_cast<double>(text.size()), "bytes");
    race.print_rows();
    race.print_ratio("open_config_vs_yaml_events" + number, "open_config" + number,
                     "open_yaml_events" + number);
    race.print_ratio("open_config_vs_yaml_nodes" + number, "open_config" + number,
                     "open_yaml_nodes" + number);
}

void bench_open(Pace pace) {
    const biller::Library library(NATS_SEGPAY_PLUGIN, "bench-open");
    for (const std::size_t options : {1, 100, 1000})
        race(library, options, pace);
}

} // namespace

int main(int argc, char** argv) { return run_bench("bench-open", bench_open, argc, argv); }
