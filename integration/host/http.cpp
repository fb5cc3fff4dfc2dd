// Percent-decoding is Poco's; the plus sign of forms is not, since Poco sees no form here.
#include "http.hpp"

#include <Poco/Ascii.h>
#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>

namespace nats_host {
namespace {

std::string decode_component(std::string_view encoded) {
    std::string plain(encoded), text;
    std::replace(plain.begin(), plain.end(), '+', ' ');
    try {
        Poco::URI::decode(plain, text);
    } catch (const Poco::Exception&) {
        throw BadRequest("The form's percent-encoding is broken.");
    }
    return text;
}

} // namespace

std::string_view HttpRequest::header(std::string_view name) const {
    const auto is_same = [](unsigned char a, unsigned char b) {
        return Poco::Ascii::toLower(a) == Poco::Ascii::toLower(b);
    };
    for (const auto& [key, value] : headers)
        if (std::equal(key.begin(), key.end(), name.begin(), name.end(), is_same)) return value;
    return {};
}

Form decode_form(std::string_view encoded) {
    Form form;
    for (auto& [name, value] : decode_fields(encoded))
        form[std::move(name)] = std::move(value);
    return form;
}

std::vector<std::pair<std::string, std::string>> decode_fields(std::string_view encoded) {
    std::vector<std::pair<std::string, std::string>> fields;
    while (!encoded.empty()) {
        const std::string_view pair = encoded.substr(0, encoded.find('&'));
        encoded.remove_prefix(std::min(encoded.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view value = pair.substr(std::min(pair.size(), equals + 1));
        fields.emplace_back(decode_component(pair.substr(0, equals)), decode_component(value));
    }
    return fields;
}

std::string encode_component(std::string_view text) {
    std::string encoded;
    Poco::URI::encode(std::string(text), "!#$&'()*+,/:;=?@[]", encoded);
    return encoded;
}

std::string field(const Form& form, std::string_view name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : Poco::trim(found->second);
}

} // namespace nats_host
