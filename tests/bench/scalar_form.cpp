// The loop.
#include "scalar_form.hpp"

namespace segpay::bench {

namespace {

constexpr std::array<std::int8_t, 256> kHexValue = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t value = 0; value < 16; ++value) {
        table[static_cast<unsigned char>("0123456789abcdef"[value])] =
            static_cast<std::int8_t>(value);
        table[static_cast<unsigned char>("0123456789ABCDEF"[value])] =
            static_cast<std::int8_t>(value);
    }
    return table;
}();

// Of the bytes that stand for themselves.
constexpr std::array<bool, 256> kIsItself = [] {
    std::array<bool, 256> table{};
    table.fill(true);
    for (const char c : {'&', '=', '+', '%'})
        table[static_cast<unsigned char>(c)] = false;
    return table;
}();

int hex_value(char c) { return kHexValue[static_cast<unsigned char>(c)]; }

bool is_escape(const char* at, const char* end) {
    return end - at > 2 && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
}

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

void ScalarForm::read(std::string_view query) { read_by<false>(query); }
void ScalarForm::read_by_table(std::string_view query) { read_by<true>(query); }

template <bool is_by_table>
void ScalarForm::read_by(std::string_view query) {
    size_ = 0;
    char* out = bytes_.data();
    const char* begin = out; // of the name or value that is being written
    const char* const end = query.data() + query.size();
    ScalarField field;
    bool is_value = false;
    for (const char* at = query.data(); at != end; ++at) {
        if (is_by_table && kIsItself[static_cast<unsigned char>(*at)]) {
            *out++ = *at;
            continue;
        }
        switch (*at) {
            case '&':
                (is_value ? field.value : field.name) = between(begin, out);
                fields_[size_++] = field;
                field = {};
                is_value = false;
                begin = out;
                break;
            case '=':
                if (is_value) {
                    *out++ = '=';
                } else {
                    field.name = between(begin, out);
                    is_value = true;
                    begin = out;
                }
                break;
            case '+':
                *out++ = ' ';
                break;
            case '%':
                if (is_escape(at, end)) {
                    *out++ = static_cast<char>(hex_value(at[1]) * 16 + hex_value(at[2]));
                    at += 2;
                } else {
                    *out++ = '%';
                }
                break;
            default:
                *out++ = *at;
        }
    }
    (is_value ? field.value : field.name) = between(begin, out);
    fields_[size_++] = field;
}

} // namespace segpay::bench
