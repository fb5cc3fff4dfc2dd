// One instance for each configuration that a host in this process asks for.
#include "entry/kept.hpp"

#include "boundary/boundary.hpp"
#include "entry/hooks.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <compare>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace segpay {

// ---- Lines --------------------------------------------------------------------------------------

void KeptLines::add(void* self, uint32_t level, const biller_bytes* line) {
    constexpr std::size_t kMost = 1000; // for a host that never pulls them
    auto& all = *static_cast<KeptLines*>(self);
    const std::lock_guard lock(all.mutex_);
    if (all.lines_.size() == kMost) {
        all.lines_.pop_front();
        ++all.dropped_;
    }
    all.lines_.push_back({level, std::string(view(*line))});
}

biller_pulled_lines KeptLines::take() {
    static thread_local std::deque<Line> taken;
    static thread_local std::vector<biller_pulled_line> list;
    static thread_local std::vector<const biller_pulled_line*> pointers;
    pointers.clear();
    list.clear();
    taken.clear();
    auto pulled = sized<biller_pulled_lines>();
    {
        const std::lock_guard lock(mutex_);
        taken.swap(lines_);
        pulled.dropped = std::exchange(dropped_, 0);
    }
    list.reserve(taken.size());
    for (const Line& line : taken) {
        auto& each = list.emplace_back(sized<biller_pulled_line>());
        each.level = line.level;
        each.text = bytes(line.text);
        pointers.push_back(&each);
    }
    pulled.lines = pointers.data();
    pulled.count = pointers.size();
    return pulled;
}

// ---- Instances ----------------------------------------------------------------------------------

namespace {

// Hosts that ask with equal values share an instance.
struct Wanted {
    std::string path;
    std::string ledger;
    bool has_ledger;
    uint32_t flags;

    auto operator<=>(const Wanted&) const = default;
};

// Identifies the content of a file without reading it.
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

    // Whether nothing was written since then.
    bool is_as(const Stamp& then) const { return file_ == then.file_ && !then.is_fresh_; }

private:
    // Written so recently that the next write may have the same time.
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
    std::time_t try_again_at = 0; // not 0: the ledger of a changed configuration did not open
    Shared instance;
};

struct AllKept {
    std::mutex mutex;
    std::map<Wanted, KeptInstance> by_wanted; // guarded by mutex
};

AllKept& all_kept() {
    static AllKept all;
    return all;
}

// A child of a process that keeps instances cannot use them: see OpenInstance. Moreover, a lock
// that another thread of the parent held at fork() is never released in the child.
void require_own_process() {
    static std::atomic<pid_t> owner = 0;
    pid_t known = 0;
    if (!owner.compare_exchange_strong(known, getpid()) && known != getpid())
        throw Stop{BILLER_STATUS_FORKED, "this process was forked from process " +
                                             std::to_string(known) +
                                             ", which keeps instances; ask for them after fork()"};
}

// The instances that this thread uses.
class GivenHere {
public:
    ~GivenHere() {
        for (const auto& [wanted, instance] : given_)
            instance->rounds.end_those_of_thread();
    }
    biller_instance* give(const Wanted& wanted, const Shared& instance) {
        Shared& given = given_[wanted];
        if (given) given->rounds.end_those_of_thread();
        given = instance;
        return given.get();
    }

private:
    std::map<Wanted, Shared> given_;
};

// A child process must not close an instance of its parent.
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

// If the changed configuration cannot be used, the one before stays in use, and its log says why.
void reopen(KeptInstance& kept, const biller_config& config, uint32_t flags) {
    constexpr std::time_t kPauseSeconds = 10; // for a ledger that cannot be reached
    const auto go_on = [&](const std::string& why) {
        kept.instance->inbox.host().log(
            LogLevel::error,
            "the configuration was changed and cannot be used; the one before is "
            "still in use: " +
                why);
    };
    kept.try_again_at = 0;
    try {
        kept.instance = opened(config, flags);
    } catch (const Stop& mistake) {
        if (!kept.instance || mistake.status != BILLER_STATUS_CONFIG) throw;
        go_on(mistake.message);
    } catch (const LedgerError& failure) {
        if (!kept.instance) throw;
        go_on(failure.what());
        kept.try_again_at = std::time(nullptr) + kPauseSeconds;
    }
}

// A relative path would name another file after a change of the working directory.
std::string absolute(std::string_view path) {
    if (path.empty()) return {};
    return std::filesystem::absolute(path).lexically_normal().string();
}

} // namespace

biller_instance* kept_instance(const biller_config& config, uint32_t flags) {
    require(config.path.data && config.path.size != 0 && !config.text.data,
            "what is kept is found by config->path; config->text is not for it");
    const bool has_ledger = config.ledger.data != nullptr;
    const bool is_file = has_ledger && view(config.ledger) != ":memory:";
    const std::string ledger =
        is_file ? absolute(view(config.ledger)) : std::string(view(config.ledger));
    const Wanted wanted{absolute(view(config.path)), ledger, has_ledger, flags};
    biller_config same = config;
    same.path = bytes(wanted.path);
    if (has_ledger) same.ledger = bytes(wanted.ledger);

    require_own_process();
    AllKept& all = all_kept();
    const std::lock_guard lock(all.mutex);
    KeptInstance& kept = all.by_wanted[wanted];
    const Stamp stamp(wanted.path);
    const bool is_to_be_tried = kept.try_again_at != 0 && kept.try_again_at <= std::time(nullptr);
    if (!kept.instance || is_to_be_tried || !stamp.is_as(kept.stamp)) reopen(kept, same, flags);
    kept.stamp = stamp;
    static thread_local GivenHere given_here;
    return given_here.give(wanted, kept.instance);
}

} // namespace segpay
