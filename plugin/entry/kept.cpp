// One instance for each configuration that a host of the process asked for.
#include "entry/kept.hpp"

#include "boundary/boundary.hpp"
#include "entry/hooks.hpp"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <compare>
#include <ctime>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace segpay {

// ---- Lines --------------------------------------------------------------------------------------

void KeptLines::add(void* self, uint32_t level, const biller_bytes* line) {
    constexpr std::size_t kMost = 1000; // of a host that never asks
    auto& all = *static_cast<KeptLines*>(self);
    const std::lock_guard lock(all.mutex_);
    if (all.lines_.size() == kMost) {
        all.lines_.pop_front();
        ++all.dropped_;
    }
    all.lines_.push_back({level, std::string(view(*line))});
}

biller_pulled_lines KeptLines::take() {
    pointers_.clear();
    list_.clear();
    taken_.clear();
    auto pulled = sized<biller_pulled_lines>();
    {
        const std::lock_guard lock(mutex_);
        taken_.swap(lines_);
        pulled.dropped = std::exchange(dropped_, 0);
    }
    list_.reserve(taken_.size());
    for (const Line& line : taken_) {
        auto& each = list_.emplace_back(sized<biller_pulled_line>());
        each.level = line.level;
        each.text = bytes(line.text);
        pointers_.push_back(&each);
    }
    pulled.lines = pointers_.data();
    pulled.count = pointers_.size();
    return pulled;
}

// ---- Instances ----------------------------------------------------------------------------------

namespace {

// What two hosts must agree on to have one instance.
struct Wanted {
    std::string path;
    std::string ledger;
    bool has_ledger;
    uint32_t flags;

    auto operator<=>(const Wanted&) const = default;
};

// Which content a file has, without reading it.
class Stamp {
public:
    Stamp() = default;
    explicit Stamp(const std::string& path) {
        struct stat found {};
        if (stat(path.c_str(), &found) != 0) return;
        file_ = {found.st_dev,         found.st_ino,          found.st_size,
                 found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_ctim.tv_sec,
                 found.st_ctim.tv_nsec};
        is_fresh_ = is_within_a_second(found.st_ctim);
    }

    bool is_same_as(const Stamp& other) const { return file_ == other.file_ && !is_fresh_; }

private:
    // Written so lately that it may be written again with the same time.
    static bool is_within_a_second(const timespec& written) {
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        const std::int64_t seconds = now.tv_sec - written.tv_sec;
        return seconds < 1 || (seconds == 1 && now.tv_nsec < written.tv_nsec);
    }

    std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long> file_{};
    bool is_fresh_ = false;
};

using Shared = std::shared_ptr<biller_instance>;

struct KeptInstance {
    Stamp stamp;
    Shared instance;
};

// Or a host that closes it at the end of a request, and loads it again, would find nothing kept.
void keep_library_loaded() {
    static const char here = 0;
    Dl_info library{};
    if (dladdr(&here, &library) != 0)
        (void)dlopen(library.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

struct AllKept {
    std::mutex mutex;
    std::map<Wanted, KeptInstance> by_wanted; // guarded by mutex
};

AllKept& all_kept() {
    static AllKept all;
    static const bool is_loaded_for_good = (keep_library_loaded(), true);
    (void)is_loaded_for_good;
    return all;
}

// What this thread was given last.
std::map<Wanted, Shared>& given_here() {
    static thread_local std::map<Wanted, Shared> given;
    return given;
}

// A child process must not end what its parent still uses.
void end_kept(biller_instance* instance) {
    if (instance->counted.owner() != getpid()) return;
    instance->counted.retire();
    delete instance;
}

Shared opened(const biller_config& config, uint32_t flags) {
    auto lines = std::make_shared<KeptLines>();
    auto host = sized<biller_host>();
    host.flags = flags;
    host.context = lines.get();
    host.log = &KeptLines::add;
    Shared instance(open_instance(config, host).release(), &end_kept);
    instance->lines = std::move(lines);
    return instance;
}

// A configuration that was broken while it is in use changes nothing until it is mended: the host
// goes on with the one before, and its log says why.
void reopen(KeptInstance& kept, const biller_config& config, uint32_t flags) {
    try {
        kept.instance = opened(config, flags);
    } catch (const Stop& mistake) {
        if (!kept.instance || mistake.status != BILLER_STATUS_CONFIG) throw;
        kept.instance->inbox.host().log(
            LogLevel::error,
            "the configuration was changed and cannot be used; the one before is "
            "still in use: " +
                mistake.message);
    }
}

} // namespace

biller_instance* kept_instance(const biller_config& config, uint32_t flags) {
    const Wanted wanted{std::string(view(config.path)), std::string(view(config.ledger)),
                        config.ledger.data != nullptr, flags};
    require(!wanted.path.empty() && !config.text.data,
            "what is kept is found by config->path; config->text is not for it");
    AllKept& all = all_kept();
    const std::lock_guard lock(all.mutex);
    KeptInstance& kept = all.by_wanted[wanted];
    const Stamp stamp(wanted.path);
    const bool is_ours = kept.instance && kept.instance->counted.owner() == getpid();
    if (!is_ours) kept.instance.reset();
    if (!is_ours || !stamp.is_same_as(kept.stamp)) reopen(kept, config, flags);
    kept.stamp = stamp;
    kept.instance->rounds.end_those_of_thread();
    return (given_here()[wanted] = kept.instance).get();
}

} // namespace segpay
