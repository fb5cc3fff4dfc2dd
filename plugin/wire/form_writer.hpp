// FormWriter: writes a form, field by field, into one buffer: the format in which a ledger stores
// events and purchases, readable in any database browser.
//
// Threads: an object belongs to one thread at a time.
#pragma once

#include "wire/encode.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace segpay {

class FormWriter {
public:
    // The name must need no encoding.
    void add(std::string_view name, std::string_view value) {
        char* out = begin_field(name.size(), value);
        name.copy(out, name.size());
        end_field(out + name.size(), value);
    }
    void add_encoded(std::string_view name, std::string_view value) {
        end_field(write_encoded(begin_field(encoded_room(name), value), name), value);
    }
    // Adds nothing when the value is empty or 0.
    void add_if(std::string_view name, std::string_view value) {
        if (!value.empty()) add(name, value);
    }
    template <class Number>
    requires std::is_integral_v<Number>
    void add_if(std::string_view name, Number value) {
        if (value != 0) add(name, std::to_string(value));
    }

    std::string text() && {
        text_.resize(size_);
        return std::move(text_);
    }

private:
    static constexpr std::size_t kUsualRoom = 1'024; // most are shorter

    char* begin_field(std::size_t name_room, std::string_view value) {
        const std::size_t needed = size_ + name_room + encoded_room(value) + 2;
        if (needed > text_.size()) text_.resize(std::max(needed, 2 * text_.size()));
        char* const out = text_.data() + size_;
        if (size_ == 0) return out;
        *out = '&';
        return out + 1;
    }
    void end_field(char* out, std::string_view value) {
        *out++ = '=';
        size_ = static_cast<std::size_t>(write_encoded(out, value) - text_.data());
    }

    std::string text_ = std::string(kUsualRoom, '\0');
    std::size_t size_ = 0;
};

} // namespace segpay
