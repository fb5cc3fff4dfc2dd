// A disk in memory that tells what was synced from what was only written, and becomes, after a
// power cut, what a real one could hold then. Knows files and names, nothing of SQLite.
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
    // As Linux does it: what could not be written is readable until the next power cut, and is
    // never tried again, though the next sync succeeds.
    void fail_sync() { changes_.clear(); }
    // Of what was changed since the last sync, each sector is kept, lost or torn; and the size is
    // any that the file had.
    void cut_power(Dice& dice);

private:
    struct Change {
        std::size_t offset;
        std::string bytes; // empty: the file ends at `offset`
        std::size_t size;  // of the file, afterwards
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

    // Names too: each is, or is not, at any file that it was at since they were synced.
    void cut_power(Dice& dice);

private:
    void rename(const std::string& name, File file);

    std::map<std::string, File> now_, synced_;
    std::map<std::string, std::vector<File>> changes_;
};

} // namespace segpay::fault
