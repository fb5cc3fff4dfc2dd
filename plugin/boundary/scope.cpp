// A list of running hooks for each thread, apart from their stack frames, which may be gone.
#include "boundary/scope.hpp"

#include "boundary/boundary.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace segpay {

namespace {

// Upper half: the process id; lower half: its number of open instances.
std::atomic<std::uint64_t> open_instances = 0;

std::atomic<std::uint64_t> last_instance = 0;

// Instances that are not retired. None is retired while the mutex is held.
struct Living {
    std::mutex mutex;
    std::unordered_set<std::uint64_t> ids; // guarded by mutex
};
Living& living() {
    static Living* const all = new Living; // outlives the destructors of statics
    return *all;
}

struct Held {
    std::uint64_t number;
    HeldByHook::End end;
    void* owner;
    std::uint64_t what;
};

struct Running {
    // Addresses on the stack, which hold the mark while the scopes exist. `callback` null: the hook
    // is in no callback, so it is gone if another hook begins.
    const volatile std::uint64_t* place;
    const volatile std::uint64_t* callback;
    std::uint64_t mark;
    std::uint64_t instance;
    std::vector<Held> held;
};

thread_local bool is_thread_over = false;    // true: running_hooks is destroyed
struct RunningHooks : std::vector<Running> { // the innermost at the end
    ~RunningHooks() { is_thread_over = true; }
};
thread_local RunningHooks running_hooks;
std::atomic<std::uint64_t> last_mark = 0; // of a scope, or of what it holds, on any thread

// ---- The stack ----------------------------------------------------------------------------------

// From the lowest address to the end. Empty: not known.
struct Stack {
    std::uintptr_t begin = 0, end = 0;

    bool has(std::uintptr_t address) const { return address >= begin && address < end; }
};

Stack stack_of_thread() {
    Stack stack;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return stack;
    void* begin = nullptr;
    std::size_t size = 0;
    if (pthread_attr_getstack(&attributes, &begin, &size) == 0) {
        stack.begin = reinterpret_cast<std::uintptr_t>(begin);
        stack.end = stack.begin + size;
    }
    pthread_attr_destroy(&attributes);
    return stack;
}

// A hook whose callback lies below the frame of the new hook is gone, and so is one whose mark was
// overwritten. On a stack that is not the thread's own (a fibre) a callback is not known to be
// gone.
__attribute__((no_sanitize("address"))) bool is_gone(const Running& hook, std::uintptr_t here) {
    static thread_local const Stack stack = stack_of_thread();
    if (!hook.callback) return true;
    const auto there = reinterpret_cast<std::uintptr_t>(hook.callback);
    if (!stack.has(there) || !stack.has(here)) return false;
    return there <= here || *hook.callback != hook.mark || *hook.place != hook.mark;
}

// ---- Things held by hooks -----------------------------------------------------------------------

void end_all(const Running& hook) noexcept {
    Living& all = living();
    const std::lock_guard lock(all.mutex);
    if (!all.ids.contains(hook.instance)) return;
    for (auto held = hook.held.rbegin(); held != hook.held.rend(); ++held)
        held->end(held->owner, held->what);
}

void end_innermost() noexcept {
    const Running gone = std::move(running_hooks.back());
    running_hooks.pop_back();
    end_all(gone);
}

void end_those_gone(const void* frame) noexcept {
    const auto here = reinterpret_cast<std::uintptr_t>(frame);
    while (!is_thread_over && !running_hooks.empty() && is_gone(running_hooks.back(), here))
        end_innermost();
}

Running* hook_with(std::uint64_t mark) {
    if (is_thread_over) return nullptr;
    const auto found = std::ranges::find(running_hooks, mark, &Running::mark);
    return found == running_hooks.end() ? nullptr : &*found;
}

bool runs(std::uint64_t instance) {
    return !is_thread_over &&
           std::ranges::find(running_hooks, instance, &Running::instance) != running_hooks.end();
}

} // namespace

OpenInstance::OpenInstance() : owner_(getpid()) {
    const auto self = static_cast<std::uint64_t>(owner_) << 32;
    std::uint64_t known = open_instances;
    do {
        const auto count = static_cast<std::uint32_t>(known);
        if (count > 0 && known - count != self)
            throw Stop{BILLER_STATUS_FORKED,
                       "this process was forked while an instance was open; open instances after "
                       "fork(), or close them before"};
    } while (
        !open_instances.compare_exchange_weak(known, self + static_cast<std::uint32_t>(known) + 1));
    id_ = ++last_instance;
    const std::lock_guard lock(living().mutex);
    living().ids.insert(id_);
}

OpenInstance::~OpenInstance() {
    retire();
    --open_instances;
}

void OpenInstance::retire() {
    const std::lock_guard lock(living().mutex);
    living().ids.erase(id_);
}

HookScope::HookScope(const OpenInstance& instance, const void* frame) : mark_(0) {
    if (getpid() != instance.owner())
        throw Stop{BILLER_STATUS_FORKED, "the instance was opened by process " +
                                             std::to_string(instance.owner()) +
                                             "; open instances after fork(), not before"};
    end_those_gone(frame);
    if (runs(instance.id()))
        throw Stop{BILLER_STATUS_REENTERED,
                   "a callback must not call back into the instance that called it"};
    begin(instance.id());
}

HookScope::HookScope(const void* frame) : mark_(0) {
    end_those_gone(frame);
    begin(0); // no instance has id 0
}

void HookScope::begin(std::uint64_t instance) {
    if (is_thread_over) return; // called from a destructor at the end of the thread
    mark_ = ++last_mark;
    running_hooks.push_back({&mark_, nullptr, mark_, instance, {}});
}

// A hook that began after this one may have been left through a callback: end it first.
HookScope::~HookScope() {
    if (!hook_with(mark_)) return;
    while (running_hooks.back().mark != mark_)
        end_innermost();
    running_hooks.pop_back();
    mark_ = 0;
}

bool HookScope::is_inside(const OpenInstance& instance, const void* frame) {
    end_those_gone(frame);
    return runs(instance.id());
}

CallbackScope::CallbackScope() : mark_(0) {
    if (is_thread_over || running_hooks.empty()) return;
    mark_ = running_hooks.back().mark;
    around_ = std::exchange(running_hooks.back().callback, &mark_);
}

CallbackScope::~CallbackScope() {
    Running* const hook = hook_with(mark_);
    if (hook && hook->callback == &mark_) hook->callback = around_;
    mark_ = 0;
}

HeldByHook::HeldByHook(End end, void* owner, std::uint64_t what) {
    if (is_thread_over || running_hooks.empty()) return;
    Running& hook = running_hooks.back();
    mark_ = hook.mark;
    number_ = ++last_mark;
    hook.held.push_back({number_, end, owner, what});
}

HeldByHook::~HeldByHook() {
    Running* const hook = mark_ == 0 ? nullptr : hook_with(mark_);
    if (hook) std::erase_if(hook->held, [&](const Held& held) { return held.number == number_; });
}

} // namespace segpay
