// A disk in memory that distinguishes synced bytes from written ones and becomes, after a power
// cut, a state that a real disk could have. It has files and names, nothing of SQLite.
//
// Not thread-safe.
#pragma once

#include "dice.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace segpay::fault {

constexpr std::size_t kSectorBytes = 512;

class DiskFile {
public:
    const std::string& bytes() const { return now_; } // as programs see them
    void write(std::size_t offset, std::string_view bytes);
    void resize(std::size_t size);
    void sync();
    // As on Linux: bytes that could not be written stay readable until the next power cut and are
    // never retried, though the next sync succeeds.
    void fail_sync() { changes_.clear(); }
    // Each sector changed since the last sync is kept, lost or torn; the size is any that the file
    // had.
    void cut_power(Dice& dice);

private:
    struct Change {
        std::size_t offset;
        std::string bytes; // empty: the file ends at `offset`
        std::size_t size;  // of the file after the change
    };
    static void apply(const Change& change, std::string& bytes);

    std::string now_, synced_;
    std::vector<Change> changes_;
};

class Disk {
public:
    using File = std::shared_ptr<DiskFile>; // an open file outlives its name

    File find(const std::string& name) const; // null: there is none
    File create(const std::string& name);
    void remove(const std::string& name);
    void sync_names();

    // Names too: each is absent, or names any file that it had since they were synced.
    void cut_power(Dice& dice);

private:
    void rename(const std::string& name, File file);

    std::map<std::string, File> now_, synced_;
    std::map<std::string, std::vector<File>> changes_;
};

} // namespace segpay::fault
