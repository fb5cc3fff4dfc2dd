// The sign-up form and its outcome.
#include "signup.hpp"

#include "html.hpp"
#include "log.hpp"
#include "members.hpp"
#include "secrets.hpp"

#include <Poco/Base64Decoder.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

namespace nats_host {
namespace {

// Limits of a link's values (biller.h, biller_link_request), and of usability.
constexpr std::size_t kMinUsername = 3, kMaxUsername = 32;
constexpr std::size_t kMinPassword = 6, kMaxPassword = 64;
constexpr std::size_t kMaxText = 255;
constexpr std::size_t kMaxNatsCode = 255, kMaxAffiliate = 32;
constexpr std::size_t kSessionBytes = 16;

struct Field {
    const char* name;
    const char* label;
    const char* type;
    const char* autocomplete;
};

constexpr std::array<Field, 4> kFields = {{
    {"username", "User name", "text", "username"},
    {"password", "Password", "password", "new-password"},
    {"email", "E-mail address", "email", "email"},
    {"name", "Your name", "text", "name"},
}};
constexpr Field kAmountField = {"amount", "Amount, if you choose the price", "text", "off"};

bool is_username_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-' ||
           c == '@';
}

bool is_email(const std::string& text) {
    const std::size_t at = text.find('@');
    return at != std::string::npos && at > 0 && text.find('@', at + 1) == std::string::npos &&
           text.find('.', at + 2) != std::string::npos && text.back() != '.' &&
           std::none_of(text.begin(), text.end(),
                        [](unsigned char c) { return c <= ' ' || c == '<' || c == '>'; });
}

Html mistake(const std::map<std::string, std::string, std::less<>>& mistakes,
             std::string_view name) {
    const auto found = mistakes.find(name);
    if (found == mistakes.end()) return {};
    return "<span class=\"mistake\">"_html + text(found->second) + "</span>"_html;
}

// A password is never written back into a page.
Html input(const Field& input_field, const Form& values) {
    const bool is_password = std::string_view(input_field.type) == "password";
    return "<input name=\""_html + text(input_field.name) + "\" type=\""_html +
           text(input_field.type) + "\" autocomplete=\""_html + text(input_field.autocomplete) +
           "\" value=\""_html + text(is_password ? "" : field(values, input_field.name)) +
           "\">"_html;
}

Html radio(const JoinOption& option, bool is_chosen) {
    return "<label><input type=\"radio\" name=\"option\" value=\""_html + text(option.id) +
           (is_chosen ? "\" checked>"_html : "\">"_html) + text(option.name) +
           "<span class=\"price\">"_html + text(option.price) + "</span></label>\n"_html;
}

HttpResponse json(const Poco::JSON::Object& object, int status) {
    std::ostringstream out;
    object.stringify(out);
    HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = out.str();
    response.headers = {{"Cache-Control", "no-store"}};
    return response;
}

std::string origin_of(const std::string& url) {
    const Poco::URI uri(url);
    return uri.getScheme() + "://" + uri.getAuthority();
}

Member pending_member(const Form& values, const std::string& site) {
    Member member;
    member.site = site;
    member.username = field(values, "username");
    member.password = password_hash(field(values, "password"));
    member.email = field(values, "email");
    member.name = field(values, "name");
    member.session = random_hex(kSessionBytes);
    if (const std::string code = field(values, "nats"); !code.empty()) {
        member.nats_code = code;
        member.affiliate = affiliate_of(code);
    }
    member.created_at = std::time(nullptr);
    return member;
}

// Empty when it is no base64.
std::string base64_decoded(std::string text) {
    text.append((4 - text.size() % 4) % 4, '='); // Poco wants the padding that the codes leave out
    std::istringstream encoded(text);
    Poco::Base64Decoder decoder(encoded);
    try {
        return {std::istreambuf_iterator<char>(decoder), {}};
    } catch (const Poco::DataFormatException&) {
        return {};
    }
}

} // namespace

std::string affiliate_of(const std::string& nats_code) {
    const std::string decoded = base64_decoded(nats_code);
    const std::string first = decoded.substr(0, decoded.find('.'));
    const bool is_code = decoded.find('.') != std::string::npos && !first.empty() &&
                         decoded.find_first_not_of("0123456789.") == std::string::npos;
    return (is_code ? first : nats_code).substr(0, kMaxAffiliate);
}

SignUp::SignUp(Database& database, biller::Instance& biller, std::string public_url)
    : database_(database), biller_(biller), public_url_(std::move(public_url)) {
    std::set<std::string> origins;
    const auto options = database_.read([](Connection& db) { return all_options(db); });
    for (const JoinOption& option : options) {
        biller_link_request request = biller::link_request(BILLER_LINK_JOIN);
        request.option = biller::bytes(option.id);
        try {
            origins.insert(origin_of(biller_.link(request).url));
        } catch (const biller::Error& refusal) {
            // An option without a price of its own has no link without an amount.
            log(option.chooses_price ? Level::debug : Level::warning,
                "join option " + option.id + ": " + refusal.what());
        }
    }
    for (const std::string& origin : origins)
        pay_page_origins_ += origin + " ";
}

HttpResponse SignUp::form(const HttpRequest& request) const {
    const Form query = decode_form(request.query);
    if (request.is_read()) return form_page(query, {}, 200);
    if (request.method != "POST") return wrong_method("GET, POST");
    if (request.body.size() > kMaxBodyBytes) throw BadRequest("The form is too long.");
    return sign_up(decode_form(request.body), field(query, "format") == "json");
}

SignUp::Mistakes SignUp::mistakes_in(Connection& db, const Form& values) const {
    Mistakes mistakes;
    const std::string username = field(values, "username");
    const std::string password = field(values, "password");
    const auto option = find_option(db, field(values, "option"));
    if (!option) mistakes["option"] = "Please choose one of these.";
    if (username.size() < kMinUsername || username.size() > kMaxUsername ||
        !std::all_of(username.begin(), username.end(), is_username_character))
        mistakes["username"] = "3 to 32 letters, digits, or . _ - @, please.";
    else if (option && is_name_taken(db, username, option->site))
        mistakes["username"] = "Somebody else has this name; please choose another.";
    if (password.size() < kMinPassword || password.size() > kMaxPassword)
        mistakes["password"] = "6 to 64 characters, please.";
    if (!is_email(field(values, "email")) || field(values, "email").size() > kMaxText)
        mistakes["email"] = "An address like name@example.com, please.";
    if (field(values, "name").empty() || field(values, "name").size() > kMaxText)
        mistakes["name"] = "The name on your card, please.";
    if (field(values, "nats").size() > kMaxNatsCode)
        mistakes["option"] = "The link that led here is damaged.";
    return mistakes;
}

HttpResponse SignUp::sign_up(const Form& values, bool wants_json) const {
    const auto refuse = [&](const Mistakes& mistakes) {
        if (!wants_json) return form_page(values, mistakes, 422);
        Poco::JSON::Object list;
        for (const auto& [name, what] : mistakes)
            list.set(name, what);
        Poco::JSON::Object answer;
        answer.set("mistakes", list);
        return json(answer, 422);
    };
    Mistakes mistakes = database_.read([&](Connection& db) { return mistakes_in(db, values); });
    if (!mistakes.empty()) return refuse(mistakes);

    // The record comes first: its id travels on the link.
    const auto option =
        database_.read([&](Connection& db) { return find_option(db, field(values, "option")); });
    const Member member = pending_member(values, option->site);
    const std::int64_t id =
        database_.write([&](Connection& db) { return create_member(db, member); });
    std::string url;
    try {
        url = pay_page_url(id, *member.session, values);
    } catch (const biller::Error& refusal) {
        database_.write([&](Connection& db) { forget_pending_member(db, id); });
        if (refusal.status() != BILLER_STATUS_REQUEST) throw;
        return refuse({{option->chooses_price ? "amount" : "option", refusal.what()}});
    }
    log(Level::info, "member " + std::to_string(id) + " signs up for option " + option->id);
    if (wants_json) {
        Poco::JSON::Object answer;
        answer.set("member_id", std::to_string(id));
        answer.set("url", url);
        return json(answer, 200);
    }
    HttpResponse response;
    response.status = 302;
    response.headers = {{"Location", url}, {"Cache-Control", "no-store"}};
    return response;
}

std::string SignUp::pay_page_url(std::int64_t member_id, const std::string& session,
                                 const Form& values) const {
    const std::string id = std::to_string(member_id);
    const std::string option = field(values, "option"), username = field(values, "username"),
                      password = field(values, "password"), email = field(values, "email"),
                      name = field(values, "name"), amount = field(values, "amount"),
                      affiliate = affiliate_of(field(values, "nats")),
                      approve_url = public_url_ + "/signup/thanks",
                      decline_url = public_url_ + "/signup/declined";
    const std::size_t space = std::min(name.rfind(' '), name.size());
    const std::string first_name = name.substr(0, space);
    const std::string last_name = space < name.size() ? name.substr(space + 1) : "";

    biller_link_request request = biller::link_request(BILLER_LINK_JOIN);
    const auto say = [](biller_bytes& where, const std::string& what) {
        if (!what.empty()) where = biller::bytes(what);
    };
    say(request.option, option);
    say(request.member_id, id);
    say(request.session, session);
    say(request.affiliate, affiliate);
    say(request.username, username);
    say(request.password, password);
    say(request.email, email);
    say(request.first_name, first_name);
    say(request.last_name, last_name);
    say(request.amount, amount);
    say(request.approve_url, approve_url);
    say(request.decline_url, decline_url);
    return biller_.link(request).url;
}

HttpResponse SignUp::form_page(const Form& values, const Mistakes& mistakes, int status) const {
    const auto [sites, options] =
        database_.read([](Connection& db) { return std::pair(all_sites(db), all_options(db)); });
    const std::string chosen = field(values, "option");
    const std::string only_site = field(values, "site");
    bool chooses_price = false;

    Html body = "<form method=\"post\" action=\"/signup/signup.php\">\n"_html;
    body += mistake(mistakes, "option");
    for (const Site& site : sites) {
        if (!only_site.empty() && only_site != site.id) continue;
        body += "<fieldset><legend>"_html + text(site.name) + "</legend>\n"_html;
        for (const JoinOption& option : options) {
            if (option.site != site.id) continue;
            body += radio(option, option.id == chosen);
            chooses_price = chooses_price || option.chooses_price;
        }
        body += "</fieldset>\n"_html;
    }
    std::vector<Field> fields(kFields.begin(), kFields.end());
    if (chooses_price) fields.push_back(kAmountField);
    for (const Field& each : fields)
        body += "<label class=\"field\">"_html + text(each.label) + mistake(mistakes, each.name) +
                input(each, values) + "</label>\n"_html;
    for (const char* hidden : {"nats", "site"})
        body += "<input type=\"hidden\" name=\""_html + text(hidden) + "\" value=\""_html +
                text(field(values, hidden)) + "\">\n"_html;
    body += "<p><button>Go to the pay page</button></p>\n</form>\n"_html;

    Page content;
    content.title = "Join";
    content.body = body;
    content.status = status;
    content.form_targets = pay_page_origins_;
    return page(content);
}

HttpResponse SignUp::thanks() const {
    Page content;
    content.title = "Thank you";
    content.body =
        "<p>Your payment went through. Your access opens as soon as the processor has confirmed "
        "it, "
        "usually within seconds. You can sign in with the user name that you chose.</p>"_html;
    return page(content);
}

HttpResponse SignUp::declined() const {
    Page content;
    content.title = "The payment was declined";
    content.body = "<p>Nothing was charged. You may "_html +
                   link("/signup/signup.php", "try again") + " with another card.</p>"_html;
    return page(content);
}

} // namespace nats_host
