// ProcessTurn: processes that are about to write the same file. One at a time has the turn; the
// others wait in the kernel instead of trying SQLite's lock again and again, or they leave their
// errand with whoever has it: he does it in his transaction, makes it durable with his sync, and
// leaves the answer. So sixteen processes with one event each share a transaction as sixteen
// threads do.
//
// A courtesy, no lock to rely on: who cannot use it, or has waited for too long, goes on, and
// SQLite's own lock decides. Who dies with the turn gives it back; who dies with somebody's errand
// is noticed, and the errand is done once more, by whoever left it: so it must be one that finds
// out by itself that it was done before.
//
// In a file beside the ledger that all map, with a place for each who waits. What is in a place is
// gone when the errand is over. Knows neither errands nor answers.
//
// Threads: every method from any thread; but the one that took the turn gives it back, and the one
// that took errands along answers them.
#pragma once

#include "ledger/sqlite/shared_file.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

class ProcessTurn {
    struct Shared;

public:
    // Of the file at `path`, which is made when it is not there. Never fails: where the file cannot
    // be made or mapped there is no waiting, and nobody does errands.
    explicit ProcessTurn(const std::string& path);

    bool is_usable() const { return shared_ != nullptr; }

    // Waits for the turn, for so long at most. True: it is ours until give_back().
    bool take(std::chrono::milliseconds at_most);
    // Only if nobody has it.
    bool try_take();
    // Whoever left an errand meanwhile is woken, to take it.
    void give_back();

    // What became of an errand.
    enum class Left {
        ours,     // it was our turn before anybody did it: we have the turn
        answered, // somebody did it
        nothing,  // nobody came to it in time, or could: go on without the turn
        unknown,  // somebody took it along and has not answered in time
    };
    // Leaves an errand, and waits until it is done, or the turn is ours.
    Left leave(std::string_view errand, std::string& answer, std::chrono::milliseconds at_most);

    // The errands that were taken along. Whoever is not answered at the end is refused.
    class Errands {
    public:
        explicit Errands(ProcessTurn& turn);
        ~Errands();
        Errands(Errands&& other) noexcept;
        Errands& operator=(Errands&&) = delete;
        Errands(const Errands&) = delete;

        std::size_t size() const { return taken_.size(); }
        std::string_view operator[](std::size_t number) const { return taken_[number].errand; }
        // To be given with answer_all().
        void set_answer(std::size_t number, std::string answer);
        void answer_all();
        void refuse_all();

    private:
        struct Taken {
            std::size_t place;
            std::string errand;
            std::string answer;
        };
        struct None {};
        Errands(ProcessTurn& turn, None) : turn_(&turn) {}
        void take_along(std::size_t number);
        void end();

        ProcessTurn* turn_;
        std::optional<std::size_t> own_place_; // held, so that all see that we live
        std::vector<Taken> taken_;
    };

private:
    struct Place;
    enum class State : std::uint32_t;

    std::optional<std::size_t> occupy();
    void vacate(std::size_t number);
    bool is_free(Place& place);
    bool is_taker_alive(const Place& place);
    Left wait_in(Place& place, std::string& answer, std::chrono::steady_clock::time_point until);
    // None: it is time to look whether it is our turn.
    std::optional<Left> sleep_in(Place& place, std::string& answer);

    SharedFile file_;
    Shared* shared_ = nullptr;
    std::atomic<std::size_t> last_place_ = 0; // where to begin to look
};

} // namespace segpay
