// Customers for the corpora: the same ones in every run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace segpay::bench {

// Numbers that look random (SplitMix64).
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t roll();
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(roll() % limit); }

    template <class Value, std::size_t Size>
    const Value& one_of(const std::array<Value, Size>& values) {
        return values[below(Size)];
    }
    // So many characters of `alphabet`.
    std::string text(std::size_t size, std::string_view alphabet);

private:
    std::uint64_t state_;
};

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// A customer's data, known to a NATS host or typed by the customer.
struct Person {
    std::string first_name, last_name;
    std::string email, country;
    std::string username, password;
    std::string member_id, session, affiliate;
};

Person next_person(Dice& dice);

} // namespace segpay::bench
