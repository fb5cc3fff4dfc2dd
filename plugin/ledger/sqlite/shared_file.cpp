// The file, and the mutexes.
#include "ledger/sqlite/shared_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <thread>

namespace segpay {

namespace {

constexpr std::size_t kBootIdSize = 40;
constexpr int kAttempts = 5;           // to map a file that others replace
constexpr std::size_t kAlignment = 64; // of what comes behind the head

// A mutex that was held when the power went would never be free again: the kernel that would have
// freed it is gone. So the file says of which boot it is.
std::array<char, kBootIdSize> boot_id() {
    std::array<char, kBootIdSize> id{};
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    file.read(id.data(), id.size() - 1);
    return id;
}

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

// ---- The mutex ----------------------------------------------------------------------------------

void RobustMutex::initialise() {
    ::pthread_mutexattr_t kind;
    ::pthread_mutexattr_init(&kind);
    ::pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(&raw_, &kind);
    ::pthread_mutexattr_destroy(&kind);
}

RobustMutex::Lock RobustMutex::locked(int code) {
    if (code == EOWNERDEAD) {
        ::pthread_mutex_consistent(&raw_);
        return Lock::taken_from_the_dead;
    }
    return code == 0 ? Lock::taken : Lock::busy;
}

RobustMutex::Lock RobustMutex::try_lock() { return locked(::pthread_mutex_trylock(&raw_)); }

#ifndef __SANITIZE_THREAD__
RobustMutex::Lock RobustMutex::lock(std::chrono::milliseconds at_most) {
    ::timespec until{};
    ::clock_gettime(CLOCK_MONOTONIC, &until); // which nobody sets
    const std::int64_t ns = until.tv_nsec + std::int64_t{at_most.count()} * 1'000'000;
    until.tv_sec += ns / 1'000'000'000;
    until.tv_nsec = ns % 1'000'000'000;
    return locked(::pthread_mutex_clocklock(&raw_, CLOCK_MONOTONIC, &until));
}
#else // that of GCC 12 does not see that a lock with a time limit is taken, or taken from the dead
RobustMutex::Lock RobustMutex::lock(std::chrono::milliseconds at_most) {
    const auto until = std::chrono::steady_clock::now() + at_most;
    for (;;) {
        const Lock lock = try_lock();
        if (lock != Lock::busy || std::chrono::steady_clock::now() > until) return lock;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}
#endif

void RobustMutex::unlock() { ::pthread_mutex_unlock(&raw_); }

// ---- The file -----------------------------------------------------------------------------------

struct alignas(kAlignment) SharedFile::Head {
    std::array<char, 8> layout;
    std::uint64_t size;  // of all: another C library may have another mutex
    std::uint64_t inode; // of the file: in a copy it is another one
    std::array<char, kBootIdSize> boot;
};

SharedFile::SharedFile(const std::string& path, std::string_view layout, std::size_t size,
                       void (*initialise)(void*))
    : size_(sizeof(Head) + size) {
    Head expected{};
    layout.copy(expected.layout.data(), expected.layout.size() - 1);
    expected.size = size_;
    expected.boot = boot_id();
    for (int attempt = 0; attempt < kAttempts && !map(path, expected); ++attempt)
        if (!make(path, expected, initialise)) return;
}

SharedFile::~SharedFile() {
    if (mapped_) ::munmap(mapped_, size_);
}

void* SharedFile::memory() const {
    return mapped_ ? static_cast<char*>(mapped_) + sizeof(Head) : nullptr;
}

// False: there is no such file, or not one to be used.
bool SharedFile::map(const std::string& path, const Head& expected) {
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (file.number() < 0 || !is_one_to_be_used(file.number(), expected)) return false;
    void* const place =
        ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
    if (place != MAP_FAILED) mapped_ = place;
    return mapped_ != nullptr;
}

bool SharedFile::is_one_to_be_used(int file, const Head& expected) {
    struct ::stat status {};
    Head head{};
    return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
           static_cast<std::size_t>(status.st_size) == expected.size &&
           ::pread(file, &head, sizeof head, 0) == static_cast<::ssize_t>(sizeof head) &&
           head.layout == expected.layout && head.size == expected.size &&
           head.boot == expected.boot && head.inode == status.st_ino;
}

// Made whole under another name first: who opens it finds it ready, with all the room on the disk
// that it will ever need. False: there is no making it. True: there is one now, perhaps another's.
bool SharedFile::make(const std::string& path, const Head& expected, void (*initialise)(void*)) {
    const std::string unready = path + "." + std::to_string(::getpid());
    const Descriptor file(
        ::open(unready.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660));
    if (file.number() < 0) return false;
    struct ::stat status {};
    bool is_made = ::fstat(file.number(), &status) == 0 &&
                   ::posix_fallocate(file.number(), 0, static_cast<::off_t>(size_)) == 0;
    void* const place =
        is_made ? ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0)
                : MAP_FAILED;
    is_made = place != MAP_FAILED;
    if (is_made) {
        Head& head = *static_cast<Head*>(place);
        head = expected;
        head.inode = status.st_ino;
        initialise(static_cast<char*>(place) + sizeof(Head));
        ::munmap(place, size_);
        is_made = put_in_place(unready, path, expected);
    }
    ::unlink(unready.c_str());
    return is_made;
}

// Of many who make it at once one succeeds, or they would go on with a file each, and wait for each
// other by polling. A file that will not do is replaced by whoever holds its lock, if it is still
// the one that is there, and will still not do.
bool SharedFile::put_in_place(const std::string& made, const std::string& path,
                              const Head& expected) {
    if (::link(made.c_str(), path.c_str()) == 0) return true;
    const auto replace = [&] { return std::rename(made.c_str(), path.c_str()) == 0; };
    const Descriptor old(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (old.number() < 0) return replace(); // a symbolic link; or links are not to be had
    struct ::stat locked {};
    struct ::stat there {};
    if (::flock(old.number(), LOCK_EX) != 0 || ::fstat(old.number(), &locked) != 0) return false;
    const bool is_still_there = ::lstat(path.c_str(), &there) == 0 && there.st_ino == locked.st_ino;
    if (!is_still_there || is_one_to_be_used(old.number(), expected)) return true;
    return replace();
}

} // namespace segpay
