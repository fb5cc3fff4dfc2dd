// Secret: a text that never reaches a log, an error or a core path by accident: it has no stream
// operator, is compared in constant time, and its memory is wiped when it ends. SecretBox encrypts
// the few secrets that must be stored for a while.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view text) : text_(text.begin(), text.end()) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept { text_.swap(other.text_); }
    Secret& operator=(Secret other) noexcept { // what was there before is wiped with `other`
        text_.swap(other.text_);
        return *this;
    }
    ~Secret() { wipe(); }

    // Takes another text in place of this one, which is wiped; the memory is used again.
    void assign(std::string_view text);

    bool is_empty() const { return text_.empty(); }
    // The word to look for in a review.
    std::string_view reveal() const { return {text_.data(), text_.size()}; }

private:
    void wipe();

    std::vector<char> text_; // a short std::string would leave its text behind when it is moved
};

// The secrets that serve for one thing while one replaces another: the first is what we write, all
// are accepted. Mostly there is one.
class Secrets {
public:
    Secrets() = default;
    Secrets(Secret only) { add(std::move(only)); }

    void add(Secret secret); // not an empty one

    bool is_empty() const { return all_.empty(); }
    const Secret& first() const { return all_.front(); } // undefined when it is empty
    const std::vector<Secret>& all() const { return all_; }

    // Whether `given` is one of them. Takes the same time whichever it is.
    bool contains(std::string_view given) const;

private:
    std::vector<Secret> all_;
};

// Of a text that held a secret for a moment, all of its memory; afterwards it is empty.
void wipe(std::string& text);

// Takes the same time wherever the texts differ; only the length of `expected` may show.
bool equal_in_constant_time(std::string_view given, std::string_view expected);

// AES-256-GCM under keys derived from configured texts: the first closes, all open. Thread-safe.
class SecretBox {
public:
    explicit SecretBox(const Secrets& keys); // at least one

    std::string close(std::string_view plain) const;        // nonce, ciphertext, tag
    std::optional<Secret> open(std::string_view box) const; // nullopt: another key, or damaged

private:
    std::vector<Secret> keys_; // each 32 bytes
};

} // namespace segpay
