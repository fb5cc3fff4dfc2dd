// The plain scalar decoders that the plugin's is compared with: one byte after the other, a switch
// or a table for its action, a table of hexadecimal digits, and memory that is allocated already.
// They split and decode; they have no limits, names or meanings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace segpay::bench {

struct ScalarField {
    std::string_view name;
    std::string_view value;
};

class ScalarForm {
public:
    // At most kBytes of query and kFields fields. The fields live until the next call.
    void read(std::string_view query);
    void read_by_table(std::string_view query);

    std::size_t size() const { return size_; }
    const ScalarField& operator[](std::size_t index) const { return fields_[index]; }

private:
    template <bool is_by_table>
    void read_by(std::string_view query);

    static constexpr std::size_t kBytes = 4096;
    static constexpr std::size_t kFields = 64;

    std::array<char, kBytes> bytes_{};
    std::array<ScalarField, kFields> fields_{};
    std::size_t size_ = 0;
};

} // namespace segpay::bench
