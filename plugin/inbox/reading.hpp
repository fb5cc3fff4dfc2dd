// Reading: what one request is read into, and the pool of idle ones.
#pragma once

#include "boundary/scope.hpp"
#include "postbacks/known.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/translate.hpp"
#include "wire/form.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace segpay {

struct Reading {
    Form form;
    Form said;               // parameters that an operator added on release
    std::string why_partial; // why the form is incomplete; empty: it is complete
    Postback postback;
    Loaded loaded;
    Translation translation; // holds views into all the above

    void clear();
};

// A pool of readings, shared by all threads: a warm one reads an ordinary request without
// allocating. A callback may pass a request to another instance meanwhile, so a reading is not
// thread-local.
//
// Threads: every method from any thread.
class Readings {
public:
    Readings();

    // Holds a reading until this ends, or until the host has left a callback of the hook that
    // borrowed it.
    class Borrowed {
    public:
        explicit Borrowed(Readings& all);
        ~Borrowed();
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;

        Reading& operator*() { return *reading_; }
        Reading* operator->() { return reading_.get(); }

    private:
        Readings& all_;
        std::unique_ptr<Reading> reading_;
        std::optional<HeldByHook> held_;
    };

private:
    std::unique_ptr<Reading> take();
    void take_back(std::unique_ptr<Reading> reading) noexcept;

    std::mutex mutex_;
    std::vector<std::unique_ptr<Reading>> idle_; // guarded by mutex_
};

} // namespace segpay
