// Scopes: which hooks run on which thread, in which process, and what they hold.
//
// A host may leave a callback without returning: by longjmp, which a script engine may use (PHP's
// exit(), a fatal error, a time limit). Then no destructor runs in the hook that called it. The
// next hook on that thread finds the scope gone and ends what it held.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace segpay {

// One open instance among those of the process. Throws Stop (FORKED) in a child whose parent had
// one open when it forked: SQLite keeps its locks per process and would count the parent's as the
// child's, so the child could lose the ledger's log, and with it what it settled.
class OpenInstance {
public:
    OpenInstance();
    ~OpenInstance();
    OpenInstance(const OpenInstance&) = delete;
    OpenInstance& operator=(const OpenInstance&) = delete;

    // No other instance of this process has it, before or after.
    std::uint64_t id() const { return id_; }
    pid_t owner() const { return owner_; }
    // From now on no HeldByHook::End is called for the instance: closing it ends all it holds.
    void retire();

private:
    std::uint64_t id_ = 0;
    pid_t owner_;
};

// Held while a hook of an instance runs on this thread. Throws Stop when one runs already
// (REENTERED), or when the process is not the one that opened the instance (FORKED).
class HookScope {
public:
    // `frame`: __builtin_frame_address(0) of the hook itself. Callback scopes that were left at the
    // same depth lie below it, whatever the frame sizes of the hooks.
    HookScope(const OpenInstance& instance, const void* frame);
    // Of a hook without an instance.
    explicit HookScope(const void* frame);
    ~HookScope();
    HookScope(const HookScope&) = delete;
    HookScope& operator=(const HookScope&) = delete;

    // Whether a hook of the instance runs on this thread.
    static bool is_inside(const OpenInstance& instance, const void* frame);

private:
    void begin(std::uint64_t instance);

    volatile std::uint64_t mark_; // overwritten when its stack memory is used again
};

// Held while the hook that runs on this thread calls back. Only from there can another hook be
// called on the thread, so its address shows best whether the hook still exists.
class CallbackScope {
public:
    CallbackScope();
    ~CallbackScope();
    CallbackScope(const CallbackScope&) = delete;
    CallbackScope& operator=(const CallbackScope&) = delete;

private:
    volatile std::uint64_t mark_;
    const volatile std::uint64_t* around_ = nullptr; // the callback that this one is called in
};

// Calls back into the host.
template <class Callback>
decltype(auto) call_out(const Callback& callback) {
    const CallbackScope scope;
    return callback();
}

// What the hook that runs on this thread holds: when its scope is found gone, `end` is called with
// these arguments, on the same thread, if the instance is still open. Does nothing on a thread
// without a hook. `owner` lives as long as the instance.
class HeldByHook {
public:
    using End = void (*)(void* owner, std::uint64_t what) noexcept;

    HeldByHook(End end, void* owner, std::uint64_t what);
    ~HeldByHook();
    HeldByHook(const HeldByHook&) = delete;
    HeldByHook& operator=(const HeldByHook&) = delete;

private:
    std::uint64_t mark_ = 0; // of the scope; 0: none
    std::uint64_t number_ = 0;
};

} // namespace segpay
