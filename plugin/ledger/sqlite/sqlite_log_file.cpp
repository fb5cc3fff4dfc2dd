// A file within a file: ours, which gathers, and behind it in the same room the real one.
#include "ledger/sqlite/sqlite_log_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sqlite3.h>

namespace segpay {

namespace {

constexpr int kRoomForReal = 1'024;               // bytes of the default VFS's own file
constexpr std::size_t kMostGathered = 120 * 1024; // SQLite's files take no 128 KiB at once
constexpr std::size_t kFirstRoom = 64 * 1024;

struct LogFile {
    sqlite3_file base;
    char* gathered;
    std::size_t room;
    std::size_t size;
    sqlite3_int64 offset;                               // where it goes
    bool has_frames;                                    // since the last sync
    alignas(std::int64_t) char real_file[kRoomForReal]; // as SQLite aligns files

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(real_file); }

    int write(const void* bytes, int size_of_bytes, sqlite3_int64 at) {
        return real()->pMethods->xWrite(real(), bytes, size_of_bytes, at);
    }
    // What cannot be written is gone: whoever wrote it is told, and rolls back.
    int write_gathered() {
        if (size == 0) return SQLITE_OK;
        const int code = write(gathered, static_cast<int>(size), offset);
        size = 0;
        return code;
    }
    bool make_room(std::size_t wanted) {
        if (wanted <= room) return true;
        std::size_t larger = room ? room : kFirstRoom;
        while (larger < wanted)
            larger *= 2;
        void* const made = std::realloc(gathered, larger);
        if (!made) return false;
        gathered = static_cast<char*>(made);
        room = larger;
        return true;
    }
    int gather(const char* bytes, std::size_t size_of_bytes, sqlite3_int64 at) {
        const bool goes_on = size != 0 && at == offset + static_cast<sqlite3_int64>(size);
        if (!goes_on || size + size_of_bytes > kMostGathered)
            if (const int code = write_gathered(); code != SQLITE_OK) return code;
        if (!make_room(size + size_of_bytes)) {
            const int code = write_gathered();
            return code != SQLITE_OK ? code : write(bytes, static_cast<int>(size_of_bytes), at);
        }
        if (size == 0) offset = at;
        std::memcpy(gathered + size, bytes, size_of_bytes);
        size += size_of_bytes;
        return SQLITE_OK;
    }
};

LogFile& log_of(sqlite3_file* file) { return *reinterpret_cast<LogFile*>(file); }

// A method that has no part in gathering; what was gathered is written first.
template <auto Method, class... Values>
int pass_on(sqlite3_file* file, Values... values) {
    LogFile& log = log_of(file);
    if (const int code = log.write_gathered(); code != SQLITE_OK) return code;
    return (log.real()->pMethods->*Method)(log.real(), values...);
}

int close(sqlite3_file* file) {
    LogFile& log = log_of(file);
    std::free(log.gathered);
    return log.real()->pMethods->xClose(log.real());
}

// The head of a log comes alone, and is synced for itself.
int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    LogFile& log = log_of(file);
    if (offset == 0) return pass_on<&sqlite3_io_methods::xWrite>(file, bytes, size, offset);
    log.has_frames = true;
    return log.gather(static_cast<const char*>(bytes), static_cast<std::size_t>(size), offset);
}

int sync(sqlite3_file* file, int flags) {
    LogFile& log = log_of(file);
    const bool ends_commit = log.has_frames;
    log.has_frames = false;
    if (ends_commit) return log.write_gathered();
    return pass_on<&sqlite3_io_methods::xSync>(file, flags);
}

const sqlite3_io_methods& methods() {
    static const sqlite3_io_methods kMethods = [] {
        sqlite3_io_methods made{};
        made.iVersion = 1; // a log needs no more
        made.xClose = close;
        made.xRead = pass_on<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>;
        made.xWrite = write;
        made.xTruncate = pass_on<&sqlite3_io_methods::xTruncate, sqlite3_int64>;
        made.xSync = sync;
        made.xFileSize = pass_on<&sqlite3_io_methods::xFileSize, sqlite3_int64*>;
        made.xLock = pass_on<&sqlite3_io_methods::xLock, int>;
        made.xUnlock = pass_on<&sqlite3_io_methods::xUnlock, int>;
        made.xCheckReservedLock = pass_on<&sqlite3_io_methods::xCheckReservedLock, int*>;
        made.xFileControl = pass_on<&sqlite3_io_methods::xFileControl, int, void*>;
        made.xSectorSize = [](sqlite3_file* file) {
            sqlite3_file* const real = log_of(file).real();
            return real->pMethods->xSectorSize(real);
        };
        made.xDeviceCharacteristics = [](sqlite3_file* file) {
            sqlite3_file* const real = log_of(file).real();
            return real->pMethods->xDeviceCharacteristics(real);
        };
        return made;
    }();
    return kMethods;
}

// ---- The VFS ------------------------------------------------------------------------------------

sqlite3_vfs& real_of(sqlite3_vfs* vfs) { return *static_cast<sqlite3_vfs*>(vfs->pAppData); }

template <auto Method, class... Values>
auto pass_to_real(sqlite3_vfs* vfs, Values... values) {
    return (real_of(vfs).*Method)(&real_of(vfs), values...);
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
              int* out_flags) {
    sqlite3_vfs& real = real_of(vfs);
    file->pMethods = nullptr;
    if (real.szOsFile > kRoomForReal) return SQLITE_CANTOPEN;
    if (!(flags & SQLITE_OPEN_WAL)) return real.xOpen(&real, name, file, flags, out_flags);
    LogFile& log = log_of(file);
    std::memset(static_cast<void*>(&log), 0, sizeof log);
    const int code = real.xOpen(&real, name, log.real(), flags, out_flags);
    if (code == SQLITE_OK) log.base.pMethods = &methods();
    return code;
}

} // namespace

// SQLite finds a VFS by its name; so this one has a name that is its own.
struct SqliteLogFile::Vfs : sqlite3_vfs {
    Vfs() : sqlite3_vfs{}, name("nats-segpay-log-" + std::to_string(std::uintptr_t(this))) {
        sqlite3_vfs& real = *sqlite3_vfs_find(nullptr);
        pAppData = &real;
        iVersion = 2;
        szOsFile = sizeof(LogFile);
        mxPathname = real.mxPathname;
        zName = name.c_str();
        xOpen = open_file;
        xDelete = pass_to_real<&sqlite3_vfs::xDelete, const char*, int>;
        xAccess = pass_to_real<&sqlite3_vfs::xAccess, const char*, int, int*>;
        xFullPathname = pass_to_real<&sqlite3_vfs::xFullPathname, const char*, int, char*>;
        xRandomness = pass_to_real<&sqlite3_vfs::xRandomness, int, char*>;
        xSleep = pass_to_real<&sqlite3_vfs::xSleep, int>;
        xCurrentTime = pass_to_real<&sqlite3_vfs::xCurrentTime, double*>;
        xGetLastError = pass_to_real<&sqlite3_vfs::xGetLastError, int, char*>;
        xCurrentTimeInt64 = pass_to_real<&sqlite3_vfs::xCurrentTimeInt64, sqlite3_int64*>;
    }

    const std::string name;
};

SqliteLogFile::SqliteLogFile() : vfs_(std::make_unique<Vfs>()) {}
SqliteLogFile::~SqliteLogFile() = default;

// Known to SQLite for this call alone: in its list it could become the default of all others, when
// somebody takes the one before it out, and their commits would lose their syncs.
int SqliteLogFile::open(const char* path, sqlite3** connection, int flags) {
    const int code = sqlite3_vfs_register(vfs_.get(), 0);
    if (code != SQLITE_OK) return code;
    const int opened = sqlite3_open_v2(path, connection, flags, vfs_->zName);
    sqlite3_vfs_unregister(vfs_.get());
    return opened;
}

sqlite3_file* SqliteLogFile::beneath(sqlite3_file* file) {
    return file && file->pMethods == &methods() ? log_of(file).real() : file;
}

void SqliteLogFile::forget_gathered(sqlite3_file* file) {
    if (!file || file->pMethods != &methods()) return;
    log_of(file).size = 0;
    log_of(file).has_frames = false;
}

} // namespace segpay
