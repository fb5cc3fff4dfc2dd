// Escaping, the page frame and its stylesheet. Knows nothing of payments.
#include "html.hpp"

namespace sandbox {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 60rem;
       color: #222; background: #fafafa; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 1.6rem; }
a { color: #14568c; }
nav a { margin-right: 1rem; }
form.pay { max-width: 28rem; }
label { display: block; margin: .7rem 0; }
label.tick { display: flex; gap: .5rem; align-items: baseline; }
input[type=text], input[type=email], input[type=password], select {
  display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit;
  border: 1px solid #999; border-radius: 4px; background: #fff; }
button { font: inherit; padding: .5rem 1rem; margin: .2rem .2rem .2rem 0; border-radius: 4px;
         border: 1px solid #14568c; background: #14568c; color: #fff; cursor: pointer; }
button.plain { background: #fff; color: #14568c; }
form.inline { display: inline; }
fieldset { border: 1px solid #ccc; border-radius: 4px; margin: .8rem 0; }
.price { font-size: 1.15rem; font-weight: 600; }
.notice { background: #fff3c4; padding: .6rem .8rem; border-radius: 4px; }
.error { background: #fbdcdc; padding: .6rem .8rem; border-radius: 4px; }
.good { color: #146c2e; } .bad { color: #a11; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: #fff; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ddd;
         vertical-align: top; }
td > code { display: block; min-width: 20rem; }
code { overflow-wrap: anywhere; font-size: .85rem; }
)css";

bool is_web_address(std::string_view address) {
    return address.substr(0, 7) == "http://" || address.substr(0, 8) == "https://";
}

} // namespace

std::string html_page(std::string_view title, const std::string& body) {
    std::string page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
    page += "<title>" + escape_html(title) + "</title><style>";
    page += kStyle;
    page += "</style></head><body>\n<h1>" + escape_html(title) + "</h1>\n";
    return page + body + "\n</body></html>\n";
}

std::string html_link(const std::string& address, const std::string& text) {
    std::string words = escape_html(text.empty() ? address : text);
    if (!is_web_address(address)) return words;
    return "<a href=\"" + escape_html(address) + "\">" + words + "</a>";
}

std::string hidden_input(const std::string& name, const std::string& value) {
    return "<input type=\"hidden\" name=\"" + escape_html(name) + "\" value=\"" +
           escape_html(value) + "\">\n";
}

} // namespace sandbox
