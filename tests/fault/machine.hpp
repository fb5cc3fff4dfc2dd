// The machine that a ledger of these tests runs on: SQLite's default file system (VFS) on a disk in
// memory. It can lose its power at any change of the disk, and any call can fail.
//
// Threads: SQLite calls from any. One machine at a time, while no connection is open.
#pragma once

#include "disk.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

namespace segpay::fault {

// The calls that a file system may answer with an error.
enum class Call {
    open,
    remove,
    access,
    read,
    write,
    truncate,
    sync,
    size,
    lock,
    shm_map,
    shm_lock
};
constexpr std::size_t kCallKinds = 11;

std::string_view call_name(Call call);
// The errors of a failing call; a full disk is one of them.
const std::vector<int>& errors_of(Call call);

// What goes wrong, from the call with the given number on; the first is 1.
struct Trouble {
    enum class Extent {
        once,      // this call fails
        disk_full, // from then on nothing can be written
        disk_gone, // from then on nothing works
    };
    std::uint64_t at_call = 0;
    Extent extent = Extent::once;
    std::size_t error = 0; // index into errors_of
};

class Machine {
public:
    explicit Machine(std::uint64_t seed);
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    struct Locks;

    // The power fails at the `change`-th write, resize, sync or change of a name from now on: the
    // change has reached the disk or not, and nothing works until the machine is started again.
    void cut_power_at(std::uint64_t change);
    void cut_power(); // now
    // After every connection was closed. The disk has the state after a power cut, and shared
    // memory is gone.
    void start_again();

    void make(const Trouble& trouble);
    void heal() { make({}); }

    std::vector<Call> calls() const; // since the start or the last trouble
    bool is_off() const;
    std::size_t open_files() const;

    // Sabotage: syncs are ignored. With synchronous=NORMAL SQLite never syncs the data of a log
    // alone; whichever code makes a commit durable does.
    enum class Ignored { nothing, syncs_of_commits, all_syncs };
    void ignore(Ignored ignored) { ignored_ = ignored; }

private:
    friend struct MachineVfs;

    // For the file system, with mutex_ held. Returns SQLITE_OK or an error.
    int begin(Call call);
    int begin_change(Call call); // one that changes the disk

    mutable std::mutex mutex_; // guards all that follows
    Disk disk_;
    Dice dice_;
    std::map<std::string, std::weak_ptr<Locks>> locks_; // by name of the database
    std::vector<Call> calls_;
    Trouble trouble_;
    std::size_t open_files_ = 0;
    std::uint64_t changes_ = 0;
    std::uint64_t cut_at_ = 0; // 0: never
    bool is_off_ = false;
    Ignored ignored_ = Ignored::nothing;
    sqlite3_vfs vfs_{};
};

} // namespace segpay::fault
