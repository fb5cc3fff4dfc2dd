// Objection: what is wrong with something, as a sentence for people. Usually there is none, and
// that costs no more than a null pointer.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace segpay {

class [[nodiscard]] Objection {
public:
    Objection() = default; // none
    Objection(std::string text) : text_(std::make_unique<std::string>(std::move(text))) {}
    Objection(const char* text) : text_(std::make_unique<std::string>(text)) {}

    explicit operator bool() const { return text_ != nullptr; } // there is one

    std::string text() const { return text_ ? *text_ : std::string(); }

private:
    std::unique_ptr<std::string> text_;
};

} // namespace segpay
