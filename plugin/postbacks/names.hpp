// NameTable: which fact, or which extra, a parameter name stands for in one account: the names that
// everybody knows (values/facts.hpp), those that the merchant chose (postbacks.names), and the
// seal's. Made once, then only asked.
#pragma once

#include "config/config.hpp"
#include "values/facts.hpp"
#include "wire/redaction.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

constexpr std::size_t kMaxOwnNames = 64;
constexpr std::size_t kMaxKnownNames = 256; // ours, the merchant's, the seal's

struct KnownName {
    std::string name; // lower case
    Fact fact = Fact::extra;
    std::string_view canonical; // lives as long as the table
    Secrecy secrecy = Secrecy::open;
    std::size_t index = 0; // in the table, below kMaxKnownNames
};

// Threads: any number, once made.
class NameTable {
public:
    explicit NameTable(const Config& config);
    NameTable(const NameTable&) = delete;
    NameTable& operator=(const NameTable&) = delete;

    // Whatever its case; null: no name of this account. `name` is printable ASCII.
    const KnownName* find(std::string_view name) const;

private:
    // The name as numbers in which case makes no difference: what a look at it costs is a few
    // instructions, and almost all requests are made of known names.
    struct Print {
        std::uint64_t first = 0, middle = 0, last = 0;
        std::size_t size = 0;

        friend bool operator==(const Print&, const Print&) = default;
    };
    static constexpr std::size_t kSlots = 1024; // a power of two, mostly empty

    static Print print_of(std::string_view name);
    static std::size_t slot_of(const Print& print);
    void add(std::string_view name, Fact fact, std::string_view canonical);

    std::vector<KnownName> names_;
    std::vector<Print> prints_;                 // beside names_
    std::array<std::uint16_t, kSlots> slots_{}; // 0: empty, else 1 + index
};

} // namespace segpay
