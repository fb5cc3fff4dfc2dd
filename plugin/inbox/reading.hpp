// Reading: what one request is read into, and where it is kept until the next one.
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
    Form said;               // by an operator who released it
    std::string why_partial; // the form is not all of it; empty: it is
    Postback postback;
    Loaded loaded;
    Translation translation; // of views into all the above

    void clear();
};

// Readings that are used again, on whatever thread the next request comes: warm, an ordinary one
// allocates nothing. A host's callback may hand another request to another instance meanwhile, so a
// thread has no reading of its own.
//
// Threads: every method from any thread.
class Readings {
public:
    Readings();

    // Lent until this ends, or until the host has left the callback that it was lent for.
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
