// ProcessTurn: processes that are about to write the same file wait for each other here, in the
// kernel, instead of trying SQLite's lock again and again. A courtesy, no lock to rely on: who
// cannot use it, or has waited for too long, goes on, and SQLite's own lock decides.
//
// A robust mutex in a small file beside the ledger, mapped by all. Who dies with the turn gives it
// back. A file that is of another boot, was copied, or has another layout, is replaced.
//
// Threads: one at a time in a process, and whoever took the turn gives it back.
#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace segpay {

class ProcessTurn {
public:
    // Of the file at `path`, which is made when it is not there. Never fails: where the file cannot
    // be made or mapped there is no waiting.
    explicit ProcessTurn(const std::string& path);
    ~ProcessTurn();
    ProcessTurn(const ProcessTurn&) = delete;
    ProcessTurn& operator=(const ProcessTurn&) = delete;

    bool is_usable() const { return shared_ != nullptr; }

    // Waits for the turn, for so long at most. True: it is ours until give_back().
    bool take(std::chrono::milliseconds at_most);
    void give_back();

private:
    struct Shared;
    static Shared* map(const std::string& path);
    static void make(const std::string& path);

    Shared* shared_ = nullptr;
};

} // namespace segpay
