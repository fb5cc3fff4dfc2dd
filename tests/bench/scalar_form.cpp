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

// What a byte does.
enum class Role : std::uint8_t { itself, separator, equals, space, escape };
constexpr std::array<Role, 256> kRole = [] {
    std::array<Role, 256> table{};
    table['&'] = Role::separator;
    table['='] = Role::equals;
    table['+'] = Role::space;
    table['%'] = Role::escape;
    return table;
}();

Role role_of(char c) { return kRole[static_cast<unsigned char>(c)]; }
int hex_value(char c) { return kHexValue[static_cast<unsigned char>(c)]; }

bool is_escape(const char* at, const char* end) {
    return end - at > 2 && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
}

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

void ScalarForm::read(std::string_view query) {
    size_ = 0;
    char* out = bytes_.data();
    const char* begin = out; // of the name or value that is being written
    const char* const end = query.data() + query.size();
    ScalarField field;
    bool is_value = false;
    for (const char* at = query.data(); at != end; ++at) {
        const Role role = role_of(*at);
        if (role == Role::itself) [[likely]] {
            *out++ = *at;
            continue;
        }
        switch (role) {
            case Role::separator:
                (is_value ? field.value : field.name) = between(begin, out);
                fields_[size_++] = field;
                field = {};
                is_value = false;
                begin = out;
                break;
            case Role::equals:
                if (is_value) {
                    *out++ = '=';
                } else {
                    field.name = between(begin, out);
                    is_value = true;
                    begin = out;
                }
                break;
            case Role::space:
                *out++ = ' ';
                break;
            default:
                if (is_escape(at, end)) {
                    *out++ = static_cast<char>(hex_value(at[1]) * 16 + hex_value(at[2]));
                    at += 2;
                } else {
                    *out++ = '%';
                }
        }
    }
    (is_value ? field.value : field.name) = between(begin, out);
    fields_[size_++] = field;
}

} // namespace segpay::bench
