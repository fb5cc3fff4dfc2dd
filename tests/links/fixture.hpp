// Shared by the tests of links: requests, their results, and the URL as a standard parser reads it.
#pragma once

#include "links/link.hpp"

#include "fixtures.hpp"

#include <Poco/URI.h>

namespace segpay::testing {

inline LinkRequest to_option(std::string_view option) {
    LinkRequest request;
    request.option = option;
    return request;
}

inline Link built(const LinkRequest& request, const Config& config = example_config()) {
    Result<Link> link = build_link(config, request, kStart);
    if (!link) BOOST_FAIL(link.error());
    return std::move(link).value();
}

// The message of a request that cannot be met; it begins with the name of the field.
inline std::string error_of(const LinkRequest& request, const Config& config = example_config()) {
    const Result<Link> link = build_link(config, request, kStart);
    BOOST_REQUIRE(!link.is_ok());
    return link.error();
}

// What a standard parser reads from the URL, the eTicket included.
inline std::map<std::string, std::string> query_of(const Link& link) {
    std::map<std::string, std::string> values;
    for (const auto& [name, value] : Poco::URI(link.url).getQueryParameters()) {
        BOOST_TEST(!values.contains(name)); // no name occurs twice
        values[name] = value;
    }
    return values;
}

inline const std::string& seal_name() { return example_config().seal.parameter; }

inline std::map<std::string, std::string> query_without_seal(const Link& link) {
    auto values = query_of(link);
    values.erase(seal_name());
    return values;
}

using Values = std::map<std::string, std::string>;

} // namespace segpay::testing
