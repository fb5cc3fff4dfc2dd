// SharedFile: a struct in a small file that several processes map, and mutexes in it that outlive
// whoever dies with them. For processes of one machine and one boot: a file that is of another, was
// copied, or has another layout, is replaced.
//
// Threads: as what is in the file.
#pragma once

#include <pthread.h>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace segpay {

// A mutex between processes. Whoever locked it, a thread, unlocks it, or dies.
class RobustMutex {
public:
    void initialise();

    enum class Lock { taken, taken_from_the_dead, busy };
    Lock try_lock();
    Lock lock(std::chrono::milliseconds at_most);
    void unlock();

private:
    Lock locked(int code);

    ::pthread_mutex_t raw_;
};

class SharedFile {
public:
    // Maps `size` bytes of what the file at `path` holds behind its head, `layout` names what it
    // is: at most 7 characters. Where there is no such file, it is made: all zero, then as
    // `initialise` leaves it. Never throws.
    SharedFile(const std::string& path, std::string_view layout, std::size_t size,
               void (*initialise)(void* memory));
    ~SharedFile();
    SharedFile(const SharedFile&) = delete;
    SharedFile& operator=(const SharedFile&) = delete;

    // Null: the file could not be made or mapped.
    void* memory() const;

private:
    struct Head;
    bool map(const std::string& path, const Head& expected);
    bool make(const std::string& path, const Head& expected, void (*initialise)(void*));
    static bool put_in_place(const std::string& made, const std::string& path,
                             const Head& expected);
    static bool is_one_to_be_used(int file, const Head& expected);

    std::size_t size_; // of all
    void* mapped_ = nullptr;
};

} // namespace segpay
