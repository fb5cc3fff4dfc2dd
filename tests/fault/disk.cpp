// What reaches the disk, and when.
#include "disk.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace segpay::fault {

namespace {

constexpr unsigned kTornPercent = 20; // of the lost sectors
constexpr std::array kKeptPercents = {0u, 10u, 50u, 90u, 100u};

} // namespace

void DiskFile::apply(const Change& change, std::string& bytes) {
    bytes.resize(change.size, '\0');
    change.bytes.copy(bytes.data() + change.offset, change.bytes.size());
}

void DiskFile::write(std::size_t offset, std::string_view bytes) {
    if (bytes.empty()) return; // power failed before the first byte; the file does not grow
    changes_.push_back({offset, std::string(bytes), std::max(now_.size(), offset + bytes.size())});
    apply(changes_.back(), now_);
}

void DiskFile::resize(std::size_t size) {
    changes_.push_back({size, {}, size});
    apply(changes_.back(), now_);
}

void DiskFile::sync() {
    for (const Change& change : changes_)
        apply(change, synced_);
    changes_.clear();
}

void DiskFile::cut_power(Dice& dice) {
    const unsigned kept_percent = kKeptPercents[dice.below(kKeptPercents.size())];
    std::size_t size = synced_.size();
    if (!changes_.empty() && !dice.percent(kept_percent))
        size = dice.percent(50) ? size : changes_[dice.below(changes_.size())].size;
    else if (!changes_.empty())
        size = changes_.back().size;
    for (const Change& change : changes_) {
        if (synced_.size() < change.size) synced_.resize(change.size, '\0');
        if (change.bytes.empty() && dice.percent(kept_percent))
            std::fill(synced_.begin() + static_cast<std::ptrdiff_t>(change.offset), synced_.end(),
                      '\0');
        for (std::size_t done = 0; done < change.bytes.size();) {
            const std::size_t to_next_sector = kSectorBytes - (change.offset + done) % kSectorBytes;
            const std::size_t part = std::min(to_next_sector, change.bytes.size() - done);
            std::size_t arrived = part;
            if (!dice.percent(kept_percent))
                arrived = dice.percent(kTornPercent) ? dice.below(part) : 0;
            change.bytes.copy(synced_.data() + change.offset + done, arrived, done);
            done += part;
        }
    }
    changes_.clear();
    synced_.resize(size, '\0');
    now_ = synced_;
}

Disk::File Disk::find(const std::string& name) const {
    const auto found = now_.find(name);
    return found == now_.end() ? nullptr : found->second;
}

Disk::File Disk::create(const std::string& name) {
    auto file = std::make_shared<DiskFile>();
    rename(name, file);
    return file;
}

void Disk::remove(const std::string& name) { rename(name, nullptr); }

void Disk::rename(const std::string& name, File file) {
    changes_[name].push_back(file);
    if (file)
        now_[name] = std::move(file);
    else
        now_.erase(name);
}

void Disk::sync_names() {
    synced_ = now_;
    changes_.clear();
}

void Disk::cut_power(Dice& dice) {
    for (auto& [name, states] : changes_) {
        const std::size_t choice = dice.below(states.size() + 1);
        if (choice == states.size()) continue; // the synced state
        if (states[choice])
            synced_[name] = states[choice];
        else
            synced_.erase(name);
    }
    changes_.clear();
    now_ = synced_;
    for (auto& [name, file] : now_)
        file->cut_power(dice);
}

} // namespace segpay::fault
