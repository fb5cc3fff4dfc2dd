// Leading and following.
#include "shared_commit.hpp"

#include <semaphore.h>

namespace nats_host {

// What a thread waits for. Not std::binary_semaphore: libstdc++'s yields several times before it
// sleeps, which among 64 threads costs more than what they wait for.
struct SharedCommit::Turn {
    sem_t raw;

    Turn() { sem_init(&raw, 0, 0); }
    ~Turn() { sem_destroy(&raw); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    void give() { sem_post(&raw); }
    void await() {
        while (sem_wait(&raw) != 0) { // a signal came
        }
    }
};

struct SharedCommit::Waiting {
    const Work* work;
    Turn* turn; // to lead, unless is_done
    bool is_done = false;
    std::exception_ptr failure; // null: durable
};

void SharedCommit::commit(const Work& work) {
    // Of the thread, because whoever wakes it may still be at it when the call is over.
    thread_local Turn turn;
    Waiting own{&work, &turn, false, nullptr};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&own);
    if (is_led_) {
        lock.unlock();
        turn.await();
        lock.lock();
    }
    if (!own.is_done) lead(lock);
    if (own.failure) std::rethrow_exception(own.failure);
}

// The one who leads is the first of those who wait.
void SharedCommit::lead(std::unique_lock<std::mutex>& lock) {
    is_led_ = true;
    std::vector<Waiting*> group;
    group.swap(waiting_);
    lock.unlock();
    run(group);
    lock.lock();
    if (waiting_.empty())
        is_led_ = false;
    else
        waiting_.front()->turn->give();
    group.front()->is_done = true;
    for (Waiting* follower : std::span(group).subspan(1)) {
        follower->is_done = true;
        follower->turn->give();
    }
}

void SharedCommit::run(std::span<Waiting* const> group) {
    try {
        std::vector<const Work*> works;
        for (const Waiting* waiting : group)
            works.push_back(waiting->work);
        transaction_(works);
    } catch (...) {
        // One of them may have spoilt it for all.
        if (group.size() == 1)
            group.front()->failure = std::current_exception();
        else
            for (Waiting* const& each : group)
                run({&each, 1});
    }
}

} // namespace nats_host
