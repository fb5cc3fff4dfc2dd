// HTML as a type, so that text cannot reach a page unescaped by accident: Html comes from a literal
// in the source or from text(), which escapes. Also the frame and the stylesheet of all pages.
// Knows nothing of what the pages show.
#pragma once

#include "http.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nats_host {

class Html {
public:
    Html() = default;
    Html& operator+=(const Html& more) {
        markup_ += more.markup_;
        return *this;
    }
    friend Html operator+(Html first, const Html& second) { return first += second; }
    const std::string& markup() const { return markup_; }
    bool empty() const { return markup_.empty(); }

private:
    friend Html operator""_html(const char* markup, std::size_t size);
    friend Html text(std::string_view text);
    std::string markup_;
};

Html operator""_html(const char* markup, std::size_t size); // markup of the source, as it is
Html text(std::string_view text); // for content and for attributes in double quotes
Html link(std::string_view href, std::string_view label);
Html word(std::string_view word); // is not broken, however narrow its column
Html tag(std::string_view words); // a few words that stand out and stay on one line

// A table that turns into a list of cards on a narrow screen. Each row has a cell for each column.
using Row = std::vector<Html>;
Html table(const std::vector<std::string>& columns, const std::vector<Row>& rows,
           std::string_view when_empty);

// Names and values, one under the other.
Html facts(const std::vector<std::pair<std::string, Html>>& pairs);

// The frame around a page. Its content security policy forbids scripts, frames and everything from
// elsewhere; forms go to this host and on to `form_targets` (origins, separated by spaces), since
// browsers check the redirect that follows a form as well.
struct Page {
    std::string title;
    Html navigation; // links; empty: none
    Html body;
    int status = 200;
    std::string form_targets;
};
HttpResponse page(const Page& content);

constexpr std::string_view kStylesheetPath = "/style.css";
HttpResponse stylesheet();

HttpResponse not_found();
HttpResponse wrong_method(std::string_view allowed); // "GET, POST"

// "2026-11-21 10:00:00", UTC; a dash for 0.
std::string time_text(long long unix_seconds);

// "29.95 USD", "500 JPY", "-2.95 USD".
std::string money_text(long long minor, std::string_view currency, long long exponent);

} // namespace nats_host
