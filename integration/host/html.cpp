// Escaping, tables, the page frame and the stylesheet.
#include "html.hpp"

#include "common/decimal.hpp"
#include "common/escape_html.hpp"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

namespace nats_host {
namespace {

constexpr std::string_view kStylesheet = R"css(
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #0b6bcb; }
@media (prefers-color-scheme: dark) { :root { --accent: #6cb2ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 68rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding-top: 1rem; }
a { color: var(--accent); }
header a { padding: .25rem 0; }
h1 { font-size: 1.5rem; margin: 1rem 0; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0;
         border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; overflow-wrap: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: .5rem;
      margin: .25rem 0; font-size: .85rem; }
summary { cursor: pointer; color: var(--accent); }
fieldset { border: 1px solid var(--line); border-radius: .4rem; margin: 0 0 1rem;
           padding: .5rem 1rem; }
legend { font-weight: 600; padding: 0 .4rem; }
label { display: block; padding: .3rem 0; }
label.field { font-weight: 600; }
label input:not([type=radio]) { display: block; width: 100%; max-width: 26rem; font-weight: 400; }
input, button { font: inherit; padding: .45rem .6rem; border: 1px solid var(--line);
                border-radius: .3rem; }
input[type=radio] { margin: 0 .5rem 0 0; }
button { cursor: pointer; background: var(--accent); color: Canvas; border-color: transparent; }
button.quiet { background: transparent; color: inherit; border-color: var(--line); }
.price { opacity: .75; display: block; padding-left: 1.6rem; }
.mistake { color: #c22; display: block; font-weight: 600; }
@media (prefers-color-scheme: dark) { .mistake { color: #ff8a80; } }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.actions input { width: 8rem; }
.note { opacity: .75; }
.word { white-space: nowrap; }
article { border: 1px solid var(--line); border-radius: .4rem; margin: 0 0 1rem;
          padding: .25rem 1rem .75rem; }
article > p { margin: .5rem 0; }
article .actions { margin-top: .75rem; }
.tag { background: var(--soft); border-radius: .3rem; padding: 0 .4rem; white-space: nowrap; }
@media (max-width: 45rem) {
  table, tbody, tr, td { display: block; }
  thead { position: absolute; left: -100rem; }
  tr { border: 1px solid var(--line); border-radius: .4rem; margin-bottom: .6rem;
       padding: .3rem .6rem; }
  td { border: 0; padding: .15rem 0; display: flex; gap: .6rem; }
  td::before { content: attr(data-label); flex: 0 0 7rem; opacity: .7; }
  td > * { min-width: 0; }
  td:has(> span:empty) { display: none; }
}
)css";

} // namespace

Html operator""_html(const char* markup, std::size_t size) {
    Html html;
    html.markup_.assign(markup, size);
    return html;
}

Html text(std::string_view text) {
    Html html;
    html.markup_ = common::escape_html(text);
    return html;
}

Html link(std::string_view href, std::string_view label) {
    return "<a href=\""_html + text(href) + "\">"_html + text(label) + "</a>"_html;
}

Html word(std::string_view word) {
    return "<span class=\"word\">"_html + text(word) + "</span>"_html;
}

Html tag(std::string_view words) {
    return "<span class=\"tag\">"_html + text(words) + "</span> "_html;
}

Html table(const std::vector<std::string>& columns, const std::vector<Row>& rows,
           std::string_view when_empty) {
    if (rows.empty()) return "<p class=\"note\">"_html + text(when_empty) + "</p>"_html;
    Html html = "<table><thead><tr>"_html;
    for (const std::string& column : columns)
        html += "<th scope=\"col\">"_html + text(column) + "</th>"_html;
    html += "</tr></thead><tbody>\n"_html;
    for (const Row& row : rows) {
        html += "<tr>"_html;
        for (std::size_t i = 0; i < row.size(); ++i)
            html += "<td data-label=\""_html + text(columns.at(i)) + "\"><span>"_html + row[i] +
                    "</span></td>"_html;
        html += "</tr>\n"_html;
    }
    return html + "</tbody></table>\n"_html;
}

Html facts(const std::vector<std::pair<std::string, Html>>& pairs) {
    Html html = "<dl>"_html;
    for (const auto& [name, value] : pairs)
        html += "<dt>"_html + text(name) + "</dt><dd>"_html + value + "</dd>\n"_html;
    return html + "</dl>"_html;
}

HttpResponse page(const Page& content) {
    Html html =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"_html +
        text(content.title) + "</title>\n<link rel=\"stylesheet\" href=\""_html +
        text(kStylesheetPath) + "\">\n<link rel=\"icon\" href=\"data:,\">\n</head>\n<body>\n"_html;
    if (!content.navigation.empty())
        html +=
            "<header><nav class=\"actions\">"_html + content.navigation + "</nav></header>\n"_html;
    html += "<main>\n<h1>"_html + text(content.title) + "</h1>\n"_html + content.body +
            "\n</main>\n</body>\n</html>\n"_html;

    HttpResponse response;
    response.status = content.status;
    response.body = html.markup();
    response.headers = {
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
         "frame-ancestors 'none'; form-action 'self' " +
             content.form_targets},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    };
    return response;
}

HttpResponse stylesheet() {
    HttpResponse response;
    response.content_type = "text/css; charset=utf-8";
    response.body = kStylesheet;
    response.headers = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "max-age=300"}};
    return response;
}

HttpResponse not_found() {
    Page content;
    content.title = "Not found";
    content.body = "<p>There is no page at this address.</p>"_html;
    content.status = 404;
    return page(content);
}

HttpResponse wrong_method(std::string_view allowed) {
    Page content;
    content.title = "Not that way";
    content.body = "<p>This address answers to "_html + text(allowed) + ".</p>"_html;
    content.status = 405;
    HttpResponse response = page(content);
    response.headers.emplace_back("Allow", allowed);
    return response;
}

std::string time_text(long long unix_seconds) {
    if (unix_seconds == 0) return "–";
    return Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(unix_seconds),
                                           "%Y-%m-%d %H:%M:%S");
}

std::string money_text(long long minor, std::string_view currency, long long exponent) {
    return common::decimal(minor, static_cast<std::size_t>(exponent)) + " " + std::string(currency);
}

} // namespace nats_host
