// The methods of the file system. It syncs folders where SQLite's own does on Unix; locks are those
// of one process.
#include "machine.hpp"

#include "allocations.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <thread>
#include <utility>

namespace segpay::fault {

namespace {

constexpr int kPageSectorBytes = 4096; // as SQLite's file system on Unix says
constexpr int kMaxPath = 512;
constexpr double kJulianDay = 2'461'300.5; // in 2026; nothing depends on it
constexpr std::int64_t kDayMs = 86'400'000;

struct CallRow {
    std::string_view name;
    bool is_stopped_by_full_disk;
    std::vector<int> errors;
};

const CallRow& row_of(Call call) {
    static const std::array<CallRow, kCallKinds> kRows = {{
        {"open", false, {SQLITE_CANTOPEN, SQLITE_IOERR}},
        {"remove", false, {SQLITE_IOERR_DELETE}},
        {"access", false, {SQLITE_IOERR_ACCESS}},
        {"read", false, {SQLITE_IOERR_READ}},
        {"write", true, {SQLITE_FULL, SQLITE_IOERR_WRITE}},
        {"truncate", false, {SQLITE_IOERR_TRUNCATE}},
        {"sync", true, {SQLITE_IOERR_FSYNC, SQLITE_FULL}},
        {"size", false, {SQLITE_IOERR_FSTAT}},
        {"lock", false, {SQLITE_IOERR_LOCK, SQLITE_BUSY}},
        {"shm_map", true, {SQLITE_IOERR_SHMMAP, SQLITE_NOMEM}},
        {"shm_lock", false, {SQLITE_IOERR_SHMLOCK, SQLITE_BUSY}},
    }};
    return kRows[static_cast<std::size_t>(call)];
}

} // namespace

std::string_view call_name(Call call) { return row_of(call).name; }

const std::vector<int>& errors_of(Call call) { return row_of(call).errors; }

// Of one database: the locks on its file, and its shared memory, which exists while it is in use.
struct Machine::Locks {
    static constexpr std::size_t kShmLocks = SQLITE_SHM_NLOCK;

    int shared = 0; // includes a holder of RESERVED or more
    const void* reserved = nullptr;
    const void* pending = nullptr;
    const void* exclusive = nullptr;

    std::vector<std::unique_ptr<char[]>> shm;
    int shm_users = 0;
    std::array<int, kShmLocks> shm_shared{};
    std::array<const void*, kShmLocks> shm_exclusive{};
};

struct MachineVfs {
    // SQLite allocates one of these and passes it to each call.
    struct OpenFile {
        sqlite3_file base{};
        Machine* machine = nullptr;
        Disk::File file;
        std::shared_ptr<Machine::Locks> locks; // of a database
        bool is_log = false;                   // a journal of either kind
        bool has_synced_names = false;
        int level = SQLITE_LOCK_NONE;
        bool uses_shm = false;
        unsigned shm_shared = 0, shm_exclusive = 0; // bits
    };

    static OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
    static Machine& of(sqlite3_vfs* vfs) { return *static_cast<Machine*>(vfs->pAppData); }

    // Held during a call.
    struct Guard {
        explicit Guard(Machine& machine) : lock(machine.mutex_) {}
        AllocationsMayFail no_allocation{false};
        std::lock_guard<std::mutex> lock;
    };

    // ---- Names ----------------------------------------------------------------------------------

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* room, int flags,
                    int* out_flags) {
        Machine& machine = of(vfs);
        const Guard guard(machine);
        room->pMethods = nullptr; // until it is open there is nothing to close
        if (const int error = machine.begin(Call::open)) return error;
        Disk::File file = name ? machine.disk_.find(name) : std::make_shared<DiskFile>();
        if (!file) {
            if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
            if (const int error = machine.begin_change(Call::open)) return error;
            file = machine.disk_.create(name);
        }
        OpenFile& open = *new (room) OpenFile;
        open.machine = &machine;
        ++machine.open_files_;
        open.file = std::move(file);
        open.is_log = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
        if (flags & SQLITE_OPEN_MAIN_DB) {
            auto& known = machine.locks_[name];
            open.locks = known.lock();
            if (!open.locks) known = open.locks = std::make_shared<Machine::Locks>();
        }
        open.base.pMethods = &kMethods;
        if (out_flags) *out_flags = flags;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, const char* name, int is_synced) {
        Machine& machine = of(vfs);
        const Guard guard(machine);
        if (const int error = machine.begin(Call::remove)) return error;
        if (!machine.disk_.find(name)) return SQLITE_IOERR_DELETE_NOENT;
        if (const int error = machine.begin_change(Call::remove)) return error;
        machine.disk_.remove(name);
        if (is_synced) sync_names(machine);
        return SQLITE_OK;
    }

    static int access(sqlite3_vfs* vfs, const char* name, int, int* result) {
        Machine& machine = of(vfs);
        const Guard guard(machine);
        if (const int error = machine.begin(Call::access)) return error;
        *result = machine.disk_.find(name) != nullptr;
        return SQLITE_OK;
    }

    static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
        if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
        std::strcpy(out, name);
        return SQLITE_OK;
    }

    static void sync_names(Machine& machine) {
        if (machine.ignored_ != Machine::Ignored::all_syncs) machine.disk_.sync_names();
    }

    // ---- Bytes ----------------------------------------------------------------------------------

    static int close(sqlite3_file* room) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        drop_to(open, SQLITE_LOCK_NONE);
        leave_shm(open);
        --open.machine->open_files_;
        open.~OpenFile();
        return SQLITE_OK;
    }

    static int read(sqlite3_file* room, void* out, int amount, sqlite3_int64 at) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        if (const int error = open.machine->begin(Call::read)) return error;
        const std::string& bytes = open.file->bytes();
        const auto size = static_cast<std::size_t>(amount);
        const std::size_t offset = std::min(static_cast<std::size_t>(at), bytes.size());
        const std::size_t got = bytes.copy(static_cast<char*>(out), size, offset);
        if (got == size) return SQLITE_OK;
        std::memset(static_cast<char*>(out) + got, 0, size - got);
        return SQLITE_IOERR_SHORT_READ;
    }

    static int write(sqlite3_file* room, const void* bytes, int amount, sqlite3_int64 at) {
        OpenFile& open = of(room);
        Machine& machine = *open.machine;
        const Guard guard(machine);
        const auto offset = static_cast<std::size_t>(at);
        const auto size = static_cast<std::size_t>(amount);
        const bool was_on = !machine.is_off_;
        const int error = machine.begin_change(Call::write);
        // A call that fails, or during which the power fails, may have written a part.
        const std::size_t written = error ? machine.dice_.below(size + 1) : size;
        if (was_on) open.file->write(offset, {static_cast<const char*>(bytes), written});
        return error;
    }

    static int truncate(sqlite3_file* room, sqlite3_int64 size) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        if (const int error = open.machine->begin_change(Call::truncate)) return error;
        open.file->resize(static_cast<std::size_t>(size));
        return SQLITE_OK;
    }

    static int sync(sqlite3_file* room, int flags) {
        OpenFile& open = of(room);
        Machine& machine = *open.machine;
        const Guard guard(machine);
        if (const int error = machine.begin_change(Call::sync)) {
            if (!machine.is_off_) open.file->fail_sync();
            return error;
        }
        const bool is_of_commit = open.is_log && (flags & SQLITE_SYNC_DATAONLY) != 0;
        if (machine.ignored_ == Machine::Ignored::all_syncs ||
            (machine.ignored_ == Machine::Ignored::syncs_of_commits && is_of_commit))
            return SQLITE_OK;
        open.file->sync();
        if (open.is_log && !std::exchange(open.has_synced_names, true)) sync_names(machine);
        return SQLITE_OK;
    }

    static int file_size(sqlite3_file* room, sqlite3_int64* size) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        if (const int error = open.machine->begin(Call::size)) return error;
        *size = static_cast<sqlite3_int64>(open.file->bytes().size());
        return SQLITE_OK;
    }

    static int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return kPageSectorBytes; }
    static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    // ---- Locks on the file ----------------------------------------------------------------------

    static int lock(sqlite3_file* room, int level) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        if (open.level >= level) return SQLITE_OK;
        if (const int error = open.machine->begin(Call::lock)) return error;
        Machine::Locks& locks = *open.locks;
        const auto is_others = [&](const void* owner) { return owner && owner != &open; };
        if (level == SQLITE_LOCK_SHARED) {
            if (is_others(locks.pending) || is_others(locks.exclusive)) return SQLITE_BUSY;
            ++locks.shared;
        } else if (level == SQLITE_LOCK_RESERVED) {
            if (is_others(locks.reserved) || is_others(locks.pending)) return SQLITE_BUSY;
            locks.reserved = &open;
        } else {
            if (is_others(locks.reserved) || is_others(locks.pending)) return SQLITE_BUSY;
            locks.pending = &open;
            open.level = std::max(open.level, SQLITE_LOCK_PENDING);
            if (locks.shared > 1) return SQLITE_BUSY;
            locks.exclusive = &open;
        }
        open.level = level;
        return SQLITE_OK;
    }

    static int unlock(sqlite3_file* room, int level) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        drop_to(open, level);
        return SQLITE_OK;
    }

    static void drop_to(OpenFile& open, int level) {
        if (!open.locks || open.level <= level) return;
        for (const void** mine :
             {&open.locks->reserved, &open.locks->pending, &open.locks->exclusive})
            if (*mine == &open) *mine = nullptr;
        if (level == SQLITE_LOCK_NONE) --open.locks->shared;
        open.level = level;
    }

    static int check_reserved(sqlite3_file* room, int* result) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        if (const int error = open.machine->begin(Call::lock)) return error;
        *result = open.locks->reserved != nullptr || open.locks->pending != nullptr;
        return SQLITE_OK;
    }

    // ---- Shared memory --------------------------------------------------------------------------

    static int shm_map(sqlite3_file* room, int region, int size, int is_extended,
                       void volatile** out) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        *out = nullptr;
        if (const int error = open.machine->begin(Call::shm_map)) return error;
        Machine::Locks& locks = *open.locks;
        if (!std::exchange(open.uses_shm, true)) ++locks.shm_users;
        const auto index = static_cast<std::size_t>(region);
        if (index >= locks.shm.size() && !is_extended) return SQLITE_OK;
        while (locks.shm.size() <= index)
            locks.shm.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
        *out = locks.shm[index].get();
        return SQLITE_OK;
    }

    static int shm_lock(sqlite3_file* room, int offset, int count, int flags) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        Machine::Locks& locks = *open.locks;
        const auto first = static_cast<std::size_t>(offset);
        const std::size_t end = first + static_cast<std::size_t>(count);
        if (flags & SQLITE_SHM_UNLOCK) {
            for (std::size_t i = first; i < end; ++i)
                free_shm_lock(open, i);
            return SQLITE_OK;
        }
        if (const int error = open.machine->begin(Call::shm_lock)) return error;
        const bool is_shared = (flags & SQLITE_SHM_SHARED) != 0;
        for (std::size_t i = first; i < end; ++i) {
            const unsigned bit = 1u << i;
            const int others = locks.shm_shared[i] - ((open.shm_shared & bit) ? 1 : 0);
            const void* const owner = locks.shm_exclusive[i];
            if ((owner && owner != &open) || (!is_shared && others > 0)) return SQLITE_BUSY;
        }
        for (std::size_t i = first; i < end; ++i) {
            const unsigned bit = 1u << i;
            if (!is_shared) {
                locks.shm_exclusive[i] = &open;
                open.shm_exclusive |= bit;
            } else if (!(open.shm_shared & bit)) {
                ++locks.shm_shared[i];
                open.shm_shared |= bit;
            }
        }
        return SQLITE_OK;
    }

    static void free_shm_lock(OpenFile& open, std::size_t index) {
        const unsigned bit = 1u << index;
        if (open.shm_exclusive & bit) open.locks->shm_exclusive[index] = nullptr;
        if (open.shm_shared & bit) --open.locks->shm_shared[index];
        open.shm_exclusive &= ~bit;
        open.shm_shared &= ~bit;
    }

    static void shm_barrier(sqlite3_file* room) {
        const std::lock_guard lock(of(room).machine->mutex_);
    }

    static int shm_unmap(sqlite3_file* room, int) {
        OpenFile& open = of(room);
        const Guard guard(*open.machine);
        leave_shm(open);
        return SQLITE_OK;
    }

    static void leave_shm(OpenFile& open) {
        if (!open.locks || !std::exchange(open.uses_shm, false)) return;
        for (std::size_t i = 0; i < Machine::Locks::kShmLocks; ++i)
            free_shm_lock(open, i);
        if (--open.locks->shm_users == 0) open.locks->shm.clear();
    }

    // ---- The rest -------------------------------------------------------------------------------

    static int randomness(sqlite3_vfs* vfs, int size, char* out) {
        Machine& machine = of(vfs);
        const Guard guard(machine);
        for (int i = 0; i < size; ++i)
            out[i] = static_cast<char>(machine.dice_.below(256));
        return size;
    }
    static int sleep(sqlite3_vfs*, int microseconds) {
        std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
        return microseconds;
    }
    static int current_time(sqlite3_vfs*, double* day) {
        *day = kJulianDay;
        return SQLITE_OK;
    }
    static int current_time_ms(sqlite3_vfs*, sqlite3_int64* time) {
        *time = static_cast<sqlite3_int64>(kJulianDay * static_cast<double>(kDayMs));
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs*, int, char*) { return 0; }

    static constexpr sqlite3_io_methods kMethods = {2,
                                                    &close,
                                                    &read,
                                                    &write,
                                                    &truncate,
                                                    &sync,
                                                    &file_size,
                                                    &lock,
                                                    &unlock,
                                                    &check_reserved,
                                                    &file_control,
                                                    &sector_size,
                                                    &characteristics,
                                                    &shm_map,
                                                    &shm_lock,
                                                    &shm_barrier,
                                                    &shm_unmap,
                                                    nullptr,
                                                    nullptr};
};

Machine::Machine(std::uint64_t seed) : dice_(seed) {
    vfs_.iVersion = 2;
    vfs_.szOsFile = sizeof(MachineVfs::OpenFile);
    vfs_.mxPathname = kMaxPath;
    vfs_.zName = "machine";
    vfs_.pAppData = this;
    vfs_.xOpen = &MachineVfs::open;
    vfs_.xDelete = &MachineVfs::remove;
    vfs_.xAccess = &MachineVfs::access;
    vfs_.xFullPathname = &MachineVfs::full_path;
    vfs_.xRandomness = &MachineVfs::randomness;
    vfs_.xSleep = &MachineVfs::sleep;
    vfs_.xCurrentTime = &MachineVfs::current_time;
    vfs_.xGetLastError = &MachineVfs::last_error;
    vfs_.xCurrentTimeInt64 = &MachineVfs::current_time_ms;
    sqlite3_vfs_register(&vfs_, 1);
    sqlite3_randomness(0, nullptr); // the next one is of this seed
}

Machine::~Machine() { sqlite3_vfs_unregister(&vfs_); }

void Machine::cut_power_at(std::uint64_t change) {
    const std::lock_guard lock(mutex_);
    changes_ = 0;
    cut_at_ = change;
}

void Machine::cut_power() {
    const std::lock_guard lock(mutex_);
    is_off_ = true;
}

void Machine::start_again() {
    const std::lock_guard lock(mutex_);
    disk_.cut_power(dice_);
    locks_.clear();
    calls_.clear();
    cut_at_ = 0;
    is_off_ = false;
}

void Machine::make(const Trouble& trouble) {
    const std::lock_guard lock(mutex_);
    trouble_ = trouble;
    calls_.clear();
}

std::vector<Call> Machine::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

bool Machine::is_off() const {
    const std::lock_guard lock(mutex_);
    return is_off_;
}

std::size_t Machine::open_files() const {
    const std::lock_guard lock(mutex_);
    return open_files_;
}

int Machine::begin(Call call) {
    if (is_off_) return SQLITE_IOERR;
    calls_.push_back(call);
    const CallRow& row = row_of(call);
    const std::uint64_t number = calls_.size();
    if (trouble_.at_call == 0 || number < trouble_.at_call) return SQLITE_OK;
    switch (trouble_.extent) {
        case Trouble::Extent::once:
            return number == trouble_.at_call ? row.errors.at(trouble_.error) : SQLITE_OK;
        case Trouble::Extent::disk_full:
            return row.is_stopped_by_full_disk ? row.errors.front() : SQLITE_OK;
        case Trouble::Extent::disk_gone:
            break;
    }
    return SQLITE_IOERR;
}

int Machine::begin_change(Call call) {
    if (is_off_ || (cut_at_ != 0 && ++changes_ == cut_at_)) {
        is_off_ = true;
        return SQLITE_IOERR;
    }
    return call == Call::open || call == Call::remove ? SQLITE_OK : begin(call);
}

} // namespace segpay::fault
