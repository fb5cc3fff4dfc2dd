// A hash table with open addressing.
#include "postbacks/names.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace segpay {

namespace {

// Turns capital letters into small ones. Of printable characters that are no letters some fall
// together as well, but never into a letter or a digit.
constexpr std::uint64_t kSmall = 0x2020202020202020u;

template <class Number>
std::uint64_t number_at(const char* text) {
    Number number = 0;
    std::memcpy(&number, text, sizeof number);
    return number;
}

std::uint64_t eight_bytes(const char* text) { return number_at<std::uint64_t>(text) | kSmall; }

// All of a text of less than eight bytes, together with its size.
std::uint64_t few_bytes(std::string_view text) {
    const char* const begin = text.data();
    const std::size_t size = text.size();
    if (size >= 4)
        return number_at<std::uint32_t>(begin) |
               (number_at<std::uint32_t>(begin + size - 4) << 32) | kSmall;
    if (size == 0) return 0;
    return number_at<std::uint8_t>(begin) | (number_at<std::uint8_t>(begin + size / 2) << 8) |
           (number_at<std::uint8_t>(begin + size - 1) << 16) | kSmall;
}

} // namespace

NameTable::NameTable(const Config& config) {
    names_.reserve(kMaxKnownNames);
    for (const ParameterName& known : parameter_names())
        add(known.name, known.fact, known.canonical);
    for (const OwnName& own : config.postbacks.names)
        if (const ParameterName* meant = find_parameter(own.means))
            add(own.name, meant->fact, meant->canonical);
    if (config.seal.mode != Seal::Mode::off) add(config.seal.parameter, Fact::seal, "seal");
}

NameTable::Print NameTable::print_of(std::string_view name) {
    Print print;
    print.size = name.size();
    if (name.size() < 8) {
        print.first = few_bytes(name);
        return print;
    }
    print.first = eight_bytes(name.data());
    print.last = eight_bytes(name.data() + name.size() - 8);
    if (name.size() > 16) print.middle = eight_bytes(name.data() + 8);
    return print;
}

std::size_t NameTable::slot_of(const Print& print) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u; // 2^64 divided by the golden ratio
    const std::uint64_t mixed = (print.first ^ (print.last * 31) ^ print.size) * kOdd;
    return (mixed >> 40) & (kSlots - 1);
}

void NameTable::add(std::string_view name, Fact fact, std::string_view canonical) {
    if (names_.size() == kMaxKnownNames)
        throw std::invalid_argument("more parameter names than a table holds");
    const std::string small = lower_case(name);
    // Whatever a merchant calls it: what is secret under its own name is secret.
    const Secrecy secrecy = std::max(secrecy_of(small), secrecy_of(canonical));
    names_.push_back({small, fact, canonical, secrecy, names_.size()});
    prints_.push_back(print_of(small));
    std::size_t slot = slot_of(prints_.back());
    while (slots_[slot] != 0)
        slot = (slot + 1) & (kSlots - 1);
    slots_[slot] = static_cast<std::uint16_t>(names_.size());
}

const KnownName* NameTable::find(std::string_view name) const {
    const Print print = print_of(name);
    for (std::size_t slot = slot_of(print); slots_[slot] != 0; slot = (slot + 1) & (kSlots - 1)) {
        const std::size_t index = slots_[slot] - 1u;
        if (prints_[index] != print) continue;
        // The numbers tell all of a short name and most of a long one.
        if (name.size() <= 24 || equal_ignoring_case(name, names_[index].name))
            return &names_[index];
    }
    return nullptr;
}

} // namespace segpay
