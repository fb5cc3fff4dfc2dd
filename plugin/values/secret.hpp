// Secret: a text that never reaches a log, an error or a core path by accident: it has no stream
// operator, is compared in constant time, and its memory is wiped when it is destroyed. SecretBox
// encrypts the few secrets that must be stored for a while.
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
    Secret& operator=(Secret other) noexcept { // the old content is wiped with `other`
        text_.swap(other.text_);
        return *this;
    }
    ~Secret() { wipe(); }

    // Replaces the text by another one and wipes it; the buffer is reused.
    void assign(std::string_view text);

    bool is_empty() const { return text_.empty(); }
    // The name to search for in a review.
    std::string_view reveal() const { return {text_.data(), text_.size()}; }

private:
    void wipe();

    std::vector<char> text_; // a moved short std::string would leave its text behind
};

// The secrets of one purpose while one replaces another: the first is the one to use, all are
// accepted. Usually there is one.
class Secrets {
public:
    Secrets() = default;
    Secrets(Secret only) { add(std::move(only)); }

    void add(Secret secret); // not an empty one

    bool is_empty() const { return all_.empty(); }
    const Secret& first() const { return all_.front(); } // undefined when it is empty
    const std::vector<Secret>& all() const { return all_; }

    // Whether `given` is one of them. The time is the same for each of them.
    bool contains(std::string_view given) const;

private:
    std::vector<Secret> all_;
};

// Wipes all memory of a text that held a secret; it is empty afterwards.
void wipe(std::string& text);

// The time does not depend on where the texts differ; only the length of `expected` may show.
bool equal_in_constant_time(std::string_view given, std::string_view expected);

// AES-256-GCM under keys derived from configured texts: the first encrypts, all decrypt.
// Thread-safe.
class SecretBox {
public:
    explicit SecretBox(const Secrets& keys); // at least one

    std::string close(std::string_view plain) const;        // nonce, ciphertext, tag
    std::optional<Secret> open(std::string_view box) const; // nullopt: another key, or damaged

private:
    std::vector<Secret> keys_; // each 32 bytes
};

} // namespace segpay
