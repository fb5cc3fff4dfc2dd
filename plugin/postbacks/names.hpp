// NameTable: which fact, or which extra, a parameter name stands for in one account: the names that
// everybody knows (values/facts.hpp), those that the merchant chose (postbacks.names), and the
// seal's. Made once, then only asked.
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
constexpr std::size_t kMaxKnownNames = 256; // ours, the merchant's, the seal's

struct KnownName {
    std::string name; // lower case
    Fact fact = Fact::extra;
    std::string_view canonical; // lives as long as the table
    Secrecy secrecy = Secrecy::open;
    std::uint8_t index = 0;    // in the table
    bool is_open_fact = false; // neither an extra nor secret: its value is a fact as it stands
};

// Threads: any number, once made.
class NameTable {
public:
    explicit NameTable(const Config& config);
    NameTable(const NameTable&) = delete;
    NameTable& operator=(const NameTable&) = delete;

    // Whatever its case; null: no name of this account. `name` is printable ASCII.
    const KnownName* find(std::string_view name) const;

    // The same, for a name that is likely to be the one with that index. Templates repeat, so what
    // stood at a place of the last request is likely to stand there again.
    const KnownName* find(std::string_view name, std::uint8_t likely) const {
        const bool is_it = name.size() <= kPrintedBytes && prints_[likely] == print_of(name);
        return is_it ? &names_[likely] : find(name);
    }

private:
    // The name as numbers, which tell all of a short name and most of a long one.
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

    std::vector<KnownName> names_;
    std::array<Print, kMaxKnownNames> prints_{}; // beside names_
    std::array<std::uint16_t, kSlots> slots_{};  // 0: empty, else 1 + index
};

} // namespace segpay
