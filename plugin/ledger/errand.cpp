// Eight bytes for a number, and in front of a text its size.
#include "ledger/errand.hpp"

#include <cstring>
#include <stdexcept>

namespace segpay {

void Packer::put(std::int64_t number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    bytes_.append(bytes, sizeof bytes);
}

void Packer::put(std::string_view text) {
    put(static_cast<std::int64_t>(text.size()));
    bytes_.append(text);
}

std::string_view Unpacker::take(std::size_t size) {
    if (size > left_.size()) throw std::runtime_error("an errand between processes is cut short");
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
}

std::int64_t Unpacker::number() {
    std::int64_t number = 0;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
}

std::string_view Unpacker::text() { return take(static_cast<std::size_t>(number())); }

} // namespace segpay
