// The bare scalar decoder that the plugin's is compared with: a byte after the other, a
// table of what bytes do, one of hexadecimal digits, and memory that is there already. It splits
// and decodes; it knows no limit, no name and no meaning.
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

    std::size_t size() const { return size_; }
    const ScalarField& operator[](std::size_t index) const { return fields_[index]; }

private:
    static constexpr std::size_t kBytes = 4096;
    static constexpr std::size_t kFields = 64;

    std::array<char, kBytes> bytes_{};
    std::array<ScalarField, kFields> fields_{};
    std::size_t size_ = 0;
};

} // namespace segpay::bench
