// NameTable: which fact, or which extra, a parameter name stands for in one account: the common
// names (values/facts.hpp), those that the merchant chose (postbacks.names, user_defined,
// pay_page.member_id_parameter), the seal's, and what the seal covers beside the facts
// (seal.extras). Read-only once it is made.
#pragma once

#include "config/config.hpp"
#include "values/facts.hpp"
#include "values/folded.hpp"
#include "wire/redaction.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

constexpr std::size_t kMaxOwnNames = 64;
constexpr std::size_t kMaxKnownNames = 256; // common, the merchant's, the seal's

struct KnownName {
    std::string name; // lower case
    Fact fact = Fact::extra;
    std::string_view canonical; // lives as long as the table
    Secrecy secrecy = Secrecy::open;
    Comparison comparison = Comparison::id;
};

// Threads: any number, once it is made.
class NameTable {
public:
    explicit NameTable(const Config& config);
    NameTable(const NameTable&) = delete;
    NameTable& operator=(const NameTable&) = delete;

    // Case does not matter; null: no name of this account. `name` is clean text.
    const KnownName* find(std::string_view name) const;

    // Names are numbered from 1; 0 is the number of no name.
    std::uint16_t number_of(const KnownName* known) const {
        return known ? static_cast<std::uint16_t>(known - names_.data() + 1) : std::uint16_t{0};
    }
    const KnownName* by_number(std::size_t number) const {
        return number != 0 ? &names_[number - 1] : nullptr;
    }
    // The fact of the name, unless it is secret; else Fact::extra.
    Fact plain_fact(std::size_t number) const { return plain_facts_[number]; }

    // Unique among the tables of this process.
    std::uint64_t id() const { return id_; }

private:
    // The name as numbers, which hold all of a short name and most of a long one.
    struct Print {
        std::uint64_t first = 0, middle = 0, last = 0;
        std::size_t size = std::string_view::npos; // of no name

        friend bool operator==(const Print& a, const Print& b) {
            return ((a.first ^ b.first) | (a.middle ^ b.middle) | (a.last ^ b.last) |
                    (a.size ^ b.size)) == 0;
        }
    };
    static constexpr std::size_t kPrintedBytes = 24;
    static constexpr std::size_t kSlots = 1024; // a power of two, mostly empty

    static Print print_of(std::string_view name) {
        Print print;
        print.size = name.size();
        if (name.size() < 8) {
            print.first = folded_few(name);
            return print;
        }
        print.first = folded_eight(name.data());
        print.last = folded_eight(name.data() + name.size() - 8);
        if (name.size() > 16) print.middle = folded_eight(name.data() + 8);
        return print;
    }
    static std::size_t slot_of(const Print& print);
    void add(std::string_view name, Fact fact, std::string_view canonical);
    void add_sealed(std::string_view name);

    const std::uint64_t id_;
    std::vector<KnownName> names_;
    std::array<Fact, kMaxKnownNames + 1> plain_facts_{}; // by number
    std::array<Print, kMaxKnownNames> prints_{};         // beside names_
    std::array<std::uint16_t, kSlots> slots_{};          // 0: empty, else 1 + index
};

} // namespace segpay
