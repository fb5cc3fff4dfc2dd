// The property: whatever the ledger has acknowledged survives a power cut at any moment, and the
// ledger has no entry that was not claimed, and none twice.
//
// A world is a machine whose power fails many times. In each of its lives clerks load the ledger
// until the power fails; then the machine is started again, maybe with another power cut during the
// recovery, and the ledger is compared with the books.
#include "day.hpp"
#include "load.hpp"
#include "machine.hpp"
#include "options.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include <sqlite3.h>

using namespace segpay;
using namespace segpay::fault;

namespace {

constexpr const char* kUsage =
    "usage: power_loss [--cuts N] [--threads N] [--seed N] [--trouble disk|memory]\n"
    "                  [--sabotage normal|no-sync]\n"
    "--seed: of the first world; with one thread the same seed repeats the same cuts.\n"
    "--trouble: calls of the file system or allocations fail now and then before the cut.\n"
    "--sabotage proves that a loss is seen: then the exit code is 0 if one was.\n";

constexpr std::uint64_t kLives = 8; // of a world
constexpr unsigned kSteps = 120;    // of a life, at most, of each thread
constexpr std::uint64_t kChanges[] = {40, 200,
                                      1'000}; // of the disk, until the power fails, at most
constexpr unsigned kReopenPercent = 3, kCheckpointPercent = 4, kCutAgainPercent = 25;
constexpr std::uint64_t kChangesOfRecovery = 12;
constexpr std::uint64_t kFailingNew = 97, kFailingSqlite = 331; // one in so many

constexpr std::uint64_t kSoakFactor = 20;

// Another process that checkpoints, in every mode.
void checkpoint(Dice& dice) {
    sqlite3* connection = nullptr;
    if (sqlite3_open(kPath, &connection) == SQLITE_OK)
        sqlite3_wal_checkpoint_v2(connection, nullptr, static_cast<int>(dice.below(4)), nullptr,
                                  nullptr);
    sqlite3_close(connection);
}

// "normal": as synchronous=NORMAL alone would be, without the sync that ends a commit.
const std::map<std::string, Machine::Ignored> kSabotages = {
    {"", Machine::Ignored::nothing},
    {"normal", Machine::Ignored::syncs_of_commits},
    {"no-sync", Machine::Ignored::all_syncs},
};

struct Setting {
    unsigned threads;
    Machine::Ignored ignored;
    bool has_disk_trouble;
    bool has_memory_trouble;

    bool has_trouble() const { return has_disk_trouble || has_memory_trouble; }
};

class World {
public:
    World(std::uint64_t seed, const Setting& setting)
        : machine_(seed), dice_(seed), setting_(setting) {
        machine_.ignore(setting.ignored);
    }

    void live(std::uint64_t life);
    std::size_t entries() { return books_.all().size(); }

private:
    void load(std::uint64_t life);
    void work(Load& load, Clerk& clerk, Dice& dice);
    void make_trouble(Dice& dice);
    void begin_shortage();
    void end_trouble();
    void recover();

    Machine machine_;
    Dice dice_;
    const Setting setting_;
    std::unique_ptr<Ledger> ledger_;
    Books books_;
};

void World::live(std::uint64_t life) {
    machine_.cut_power_at(1 + dice_.below(kChanges[dice_.below(std::size(kChanges))]));
    try {
        ledger_ = test::open(kPath);
        begin_shortage();
        load(life);
    } catch (const LedgerError&) {
        if (!machine_.is_off()) throw;
    }
    machine_.cut_power();
    ledger_.reset();
    end_trouble();
    machine_.start_again();
    recover();
}

void World::load(std::uint64_t life) {
    struct Desk {
        Desk(std::uint64_t seed, std::string name, const Setting& setting)
            : clerk(books, !setting.has_trouble()),
              dice(seed),
              load(clerk, dice, std::move(name), setting.threads == 1) {
            clerk.memory_may_end = setting.has_memory_trouble;
        }

        Books books;
        Clerk clerk;
        Dice dice;
        Load load;
    };
    std::vector<std::unique_ptr<Desk>> desks;
    for (unsigned i = 0; i < setting_.threads; ++i) {
        desks.push_back(std::make_unique<Desk>(dice_.below(UINT64_MAX),
                                               std::to_string(1'000 * (i + 1) + life), setting_));
        desks.back()->clerk.ledger = ledger_.get();
        if (setting_.threads > 1)
            desks.back()->clerk.may_others_have_failed = [this] { return machine_.is_off(); };
    }
    std::vector<std::string> complaints(setting_.threads);
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < setting_.threads; ++i)
            threads.emplace_back([&, i] {
                try {
                    work(desks[i]->load, desks[i]->clerk, desks[i]->dice);
                } catch (const LedgerError& error) { // on reopening it
                    if (!machine_.is_off()) complaints[i] = error.what();
                } catch (const std::exception& error) {
                    complaints[i] = error.what();
                }
            });
    }
    for (unsigned i = 0; i < setting_.threads; ++i) {
        if (!complaints[i].empty()) throw Broken(complaints[i]);
        books_.absorb(desks[i]->books);
    }
}

void World::work(Load& load, Clerk& clerk, Dice& dice) {
    for (unsigned step = 0; step < kSteps && !machine_.is_off(); ++step) {
        if (setting_.threads == 1 && dice.percent(kReopenPercent)) {
            ledger_.reset();
            end_trouble();
            ledger_ = test::open(kPath);
            begin_shortage();
            clerk.ledger = ledger_.get();
        }
        if (dice.percent(kCheckpointPercent)) checkpoint(dice);
        if (setting_.has_trouble()) make_trouble(dice);
        load.step();
        if (clerk.failures != 0 && !machine_.is_off() && !setting_.has_trouble())
            throw Broken("an error without a cause: " + clerk.last_failure);
    }
}

void World::make_trouble(Dice& dice) {
    constexpr unsigned kBeginPercent = 10, kEndPercent = 20, kFullPercent = 20;
    constexpr std::uint64_t kSoon = 60; // calls
    if (!setting_.has_disk_trouble) return;
    if (dice.percent(kEndPercent)) machine_.heal();
    if (!dice.percent(kBeginPercent)) return;
    const bool is_full = dice.percent(kFullPercent);
    machine_.make(
        {1 + dice.below(kSoon), is_full ? Trouble::Extent::disk_full : Trouble::Extent::once, 0});
}

void World::begin_shortage() {
    if (!setting_.has_memory_trouble) return;
    of_cpp.fail_every = kFailingNew;
    of_sqlite.fail_every = kFailingSqlite;
}

void World::end_trouble() {
    machine_.heal();
    of_cpp.heal();
    of_sqlite.heal();
}

void World::recover() {
    while (dice_.percent(kCutAgainPercent)) {
        machine_.cut_power_at(1 + dice_.below(kChangesOfRecovery));
        try {
            (void)test::open(kPath)->lease_due(test::kNow);
        } catch (const LedgerError&) {
            if (!machine_.is_off()) throw;
        }
        machine_.cut_power();
        machine_.start_again();
    }
    ledger_ = test::open(kPath);
    audit(*ledger_, books_);
    Clerk clerk(books_, true);
    clerk.ledger = ledger_.get();
    clerk.deliver_all();
    clerk.claim_again();
    check_integrity(kPath);
    ledger_.reset();
}

} // namespace

int main(int count, char** words) {
    const std::uint64_t any_seed = std::random_device()();
    const auto options = read_options(count, words,
                                      {{{"--cuts", 2'000}, {"--threads", 1}, {"--seed", any_seed}},
                                       {{"--sabotage", ""}, {"--trouble", ""}}},
                                      kUsage);
    if (!options) return kWrongUsage;
    const std::string& sabotage = options->names.at("--sabotage");
    const std::string& trouble = options->names.at("--trouble");
    if (!kSabotages.contains(sabotage) ||
        !std::set<std::string>{"", "disk", "memory"}.contains(trouble)) {
        std::cerr << kUsage;
        return kWrongUsage;
    }
    if (trouble == "memory") pass_sqlite_allocations();

    const Setting setting{static_cast<unsigned>((*options)["--threads"]), kSabotages.at(sabotage),
                          trouble == "disk", trouble == "memory"};
    const std::string again = "power_loss --threads " + std::to_string(setting.threads) +
                              (trouble.empty() ? "" : " --trouble " + trouble) +
                              (sabotage.empty() ? "" : " --sabotage " + sabotage) + " --cuts ";
    const std::uint64_t cuts = (*options)["--cuts"] * (is_soak() ? kSoakFactor : 1);
    std::uint64_t done = 0, seed = (*options)["--seed"], entries = 0;
    std::cout << again << cuts << " --seed " << seed << std::endl;
    for (; done < cuts; ++seed) {
        World world(seed, setting);
        for (std::uint64_t life = 0; life < kLives && done < cuts; ++life, ++done)
            try {
                world.live(life);
            } catch (const std::exception& broken) {
                std::cout << "after cut " << done + 1 << ": " << broken.what()
                          << "\nagain: " << again << kLives << " --seed " << seed << std::endl;
                return sabotage.empty() ? EXIT_FAILURE : EXIT_SUCCESS;
            }
        entries += world.entries();
    }
    std::cout << done << " cuts, " << entries << " entries: nothing acknowledged was lost\n";
    return sabotage.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}
