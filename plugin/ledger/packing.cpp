// Digits, and a sign that says whether a text follows.
#include "ledger/packing.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace segpay {

namespace {

constexpr char kEndOfNumber = ',';
constexpr char kEndOfSize = ':';
constexpr std::size_t kMostDigits = std::numeric_limits<std::int64_t>::digits10 + 2; // and the sign

} // namespace

void Packer::put_number(std::int64_t number, char end) {
    std::array<char, kMostDigits + 1> digits;
    char* const last = std::to_chars(digits.data(), digits.data() + kMostDigits, number).ptr;
    *last = end;
    bytes_.append(digits.data(), last + 1);
}

void Packer::put(std::int64_t number) { put_number(number, kEndOfNumber); }

void Packer::put(std::string_view text) {
    put_number(static_cast<std::int64_t>(text.size()), kEndOfSize);
    bytes_.append(text);
}

std::int64_t Unpacker::number(char end) {
    std::int64_t number = 0;
    const char* const last = left_.data() + left_.size();
    const auto [stop, failure] = std::from_chars(left_.data(), last, number);
    if (failure != std::errc() || stop == last || *stop != end)
        throw std::runtime_error("what was packed cannot be read");
    left_.remove_prefix(static_cast<std::size_t>(stop + 1 - left_.data()));
    return number;
}

std::int64_t Unpacker::number() { return number(kEndOfNumber); }

std::string_view Unpacker::text() {
    const std::int64_t size = number(kEndOfSize);
    if (size < 0 || static_cast<std::uint64_t>(size) > left_.size())
        throw std::runtime_error("what was packed is cut short");
    const std::string_view text = left_.substr(0, static_cast<std::size_t>(size));
    left_.remove_prefix(text.size());
    return text;
}

} // namespace segpay
