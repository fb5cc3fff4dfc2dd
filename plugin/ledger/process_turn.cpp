// The mutex, and the file that it is in.
#include "ledger/process_turn.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>

namespace segpay {

namespace {

constexpr std::array<char, 8> kMagic = {'S', 'P', 't', 'u', 'r', 'n', '1', '\0'};
constexpr std::size_t kBootIdSize = 40;

// A mutex that was held when the power went would never be free again: the kernel that would have
// freed it is gone. So the file says of which boot it is.
std::array<char, kBootIdSize> boot_id() {
    std::array<char, kBootIdSize> id{};
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    file.read(id.data(), id.size() - 1);
    return id;
}

// The thread sanitizer of GCC 12 does not see that the one that takes a clock takes the mutex.
#ifdef __SANITIZE_THREAD__
constexpr ::clockid_t kClock = CLOCK_REALTIME;
int lock_until(::pthread_mutex_t& mutex, const ::timespec& until) {
    return ::pthread_mutex_timedlock(&mutex, &until);
}
#else
constexpr ::clockid_t kClock = CLOCK_MONOTONIC; // nobody sets it
int lock_until(::pthread_mutex_t& mutex, const ::timespec& until) {
    return ::pthread_mutex_clocklock(&mutex, kClock, &until);
}
#endif

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

} // namespace

struct ProcessTurn::Shared {
    std::array<char, 8> magic;
    std::uint64_t size;  // of this struct: another C library may have another mutex
    std::uint64_t inode; // of the file: in a copy it is another one
    std::array<char, kBootIdSize> boot;
    ::pthread_mutex_t mutex;
};

ProcessTurn::ProcessTurn(const std::string& path) {
    shared_ = map(path);
    if (shared_) return;
    make(path);
    shared_ = map(path);
}

ProcessTurn::~ProcessTurn() {
    if (shared_) ::munmap(shared_, sizeof(Shared));
}

// None: there is no such file, or not one to be used.
ProcessTurn::Shared* ProcessTurn::map(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    struct ::stat status {};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size != sizeof(Shared))
        return nullptr;
    void* const place =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
    if (place == MAP_FAILED) return nullptr;
    auto* const shared = static_cast<Shared*>(place);
    if (shared->magic == kMagic && shared->size == sizeof(Shared) &&
        shared->inode == status.st_ino && shared->boot == boot_id())
        return shared;
    ::munmap(place, sizeof(Shared));
    return nullptr;
}

// Made whole under another name first: who opens it finds it ready. When two make it at once, they
// may go on with two files, and wait for SQLite's lock until the next start.
void ProcessTurn::make(const std::string& path) {
    const std::string unready = path + "." + std::to_string(::getpid());
    const Descriptor file(
        ::open(unready.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660));
    struct ::stat status {};
    if (file.number() < 0) return;
    Shared shared{};
    shared.magic = kMagic;
    shared.size = sizeof(Shared);
    shared.boot = boot_id();
    ::pthread_mutexattr_t kind;
    ::pthread_mutexattr_init(&kind);
    ::pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(&shared.mutex, &kind);
    ::pthread_mutexattr_destroy(&kind);
    const bool is_made = ::fstat(file.number(), &status) == 0 &&
                         (shared.inode = status.st_ino, true) &&
                         ::write(file.number(), &shared, sizeof shared) == sizeof shared &&
                         std::rename(unready.c_str(), path.c_str()) == 0;
    if (!is_made) ::unlink(unready.c_str());
}

bool ProcessTurn::take(std::chrono::milliseconds at_most) {
    if (!shared_) return false;
    ::timespec until{};
    ::clock_gettime(kClock, &until);
    const std::int64_t ns = until.tv_nsec + std::int64_t{at_most.count()} * 1'000'000;
    until.tv_sec += ns / 1'000'000'000;
    until.tv_nsec = ns % 1'000'000'000;
    const int code = lock_until(shared_->mutex, until);
    if (code == EOWNERDEAD) ::pthread_mutex_consistent(&shared_->mutex);
    return code == 0 || code == EOWNERDEAD;
}

void ProcessTurn::give_back() { ::pthread_mutex_unlock(&shared_->mutex); }

} // namespace segpay
