// The form encoding: encoded text decodes to the same text, decoding keeps its limits, agrees with
// a reference decoder that is too simple to be wrong, and does not depend on where a request was
// cut in two.
//
// Input: a byte of limits, a separator byte, then text. The text is read twice, as an encoded form
// and as a list "name, separator, value, separator, name, ...".
#include "property.hpp"
#include "wire/form.hpp"
#include "wire/scan.hpp"

#include <array>
#include <optional>

using namespace segpay;
using namespace segpay::fuzz;

namespace {

// Small limits are reached by small inputs.
constexpr FormLimits kLimits[] = {{}, {4, 8, 16}, {1, 1, 1}, {64, 0, 64}};

bool is_within(const Parameters& parameters, const FormLimits& limits) {
    return parameters.size() <= limits.fields &&
           std::all_of(parameters.begin(), parameters.end(), [&](const Parameter& parameter) {
               return parameter.name.size() <= limits.name_bytes &&
                      parameter.value.size() <= limits.value_bytes;
           });
}

int digit(char c) {
    constexpr std::string_view kDigits = "0123456789abcdef0123456789ABCDEF";
    const std::size_t at = kDigits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at % 16);
}

std::string plainly_decoded(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const bool is_escape =
            text[0] == '%' && text.size() >= 3 && digit(text[1]) >= 0 && digit(text[2]) >= 0;
        if (is_escape)
            plain += static_cast<char>(digit(text[1]) << 4 | digit(text[2]));
        else
            plain += text[0] == '+' ? ' ' : text[0];
        text.remove_prefix(is_escape ? 3 : 1);
    }
    return plain;
}

// None: a limit is exceeded.
std::optional<Parameters> plainly_read(std::string_view encoded, const FormLimits& limits) {
    Parameters parameters;
    Input input(reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size());
    while (!input.is_at_end()) {
        const std::string_view piece = input.until('&');
        if (piece.empty()) continue;
        const std::size_t equals = std::min(piece.find('='), piece.size());
        const std::string_view value = piece.substr(std::min(equals + 1, piece.size()));
        parameters.push_back({plainly_decoded(piece.substr(0, equals)), plainly_decoded(value)});
    }
    if (!is_within(parameters, limits)) return std::nullopt;
    return parameters;
}

void check_decoding(std::string_view encoded, const FormLimits& limits) {
    Parameters decoded;
    const Result<bool> outcome = decode_form(encoded, decoded, limits);
    const std::optional<Parameters> expected = plainly_read(encoded, limits);
    holds(static_cast<bool>(outcome) == expected.has_value(), "limits decide, and nothing else");
    holds(is_within(decoded, limits), "what was decoded is within the limits");
    if (!outcome) {
        holds(!outcome.error().empty(), "a refusal says why");
        return;
    }
    holds(decoded == *expected, "decoding agrees with the plain reading");

    Parameters again;
    holds(static_cast<bool>(decode_form(encode_form(decoded), again, limits)) && again == decoded,
          "what was decoded can be encoded and decoded again");
}

// A request is cut at any '&' into query and body.
void check_cut(std::string_view encoded, std::size_t cut, const FormLimits& limits) {
    Parameters whole;
    const Result<bool> outcome = decode_form(encoded, whole, limits);
    cut = encoded.find('&', std::min(cut, encoded.size()));
    if (cut == std::string_view::npos) return;
    Parameters parts;
    const bool is_whole = decode_form(encoded.substr(0, cut), parts, limits) &&
                          decode_form(encoded.substr(cut + 1), parts, limits);
    holds(is_whole == static_cast<bool>(outcome), "a cut neither breaks nor repairs a request");
    if (is_whole) holds(parts == whole, "a cut request has the same fields");
}

void check_encoding(Input input, char separator) {
    Parameters parameters;
    while (!input.is_at_end() && parameters.size() < kMaxFields) {
        const std::string_view name = input.until(separator).substr(0, kMaxNameBytes);
        const std::string_view value = input.until(separator).substr(0, kMaxValueBytes);
        parameters.push_back({std::string(name), std::string(value)});
    }
    const std::string encoded = encode_form(parameters);
    holds(std::all_of(encoded.begin(), encoded.end(), [](char c) { return c > ' ' && c < 0x7F; }),
          "an encoded form is printable ASCII");
    Parameters decoded;
    holds(static_cast<bool>(decode_form(encoded, decoded)), "an encoded form can be decoded");
    holds(decoded == parameters, "decode(encode(x)) is x", encoded);
}

// The padding of the last block is marked too: none of the text may be lost.
void check_scanners(std::string_view encoded) {
    for (std::size_t at = 0; at < encoded.size(); at += kBlockBytes) {
        std::array<char, kBlockBytes> block;
        block.fill('&');
        const std::string_view part = encoded.substr(at, kBlockBytes);
        std::copy(part.begin(), part.end(), block.begin());
        holds(marks_in(block.data()) == marks_in_portably(block.data()),
              "the vector scanner and the portable one find the same places");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::uint8_t choice = input.byte();
    const char separator = static_cast<char>(input.byte());
    const FormLimits& limits = kLimits[choice % std::size(kLimits)];
    check_decoding(input.rest(), limits);
    check_cut(input.rest(), choice / std::size(kLimits), limits);
    check_encoding(input, separator);
    check_scanners(input.rest());
    return 0;
}
