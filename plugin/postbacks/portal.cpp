// The postback templates, assembled from placeholders.
#include "postbacks/portal.hpp"

#include "values/facts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace segpay {

namespace {

// The portal's postbacks, in the order of the marks below.
enum class Kind { inquiry, enable, disable, cancellation, reactivation, transaction };

struct Placeholder {
    std::string_view parameter; // what the postback will call it
    std::string_view value;     // what Segpay replaces
    std::string_view marks;     // per Kind: X if the template has it
};

// Processing API 2.0, "Full List of Postback Parameters", and the lists and examples of "Setting up
// Postbacks", which offer more for Disable and Cancellation; NATS integration guide, Step 3, whose
// Reactivation has more. An Inquiry has only what the host's question needs. Left out is what
// Segpay adds by itself: SCArequired, 3DSauthenticated, 3DSauthenticationtype, singleusepromo; and
// ccfirst6 and cclast4, which it fills in only for merchants that it has set up for them.
constexpr std::array kPlaceholders = {
    Placeholder{"action", "<action>", "XXXXXX"},
    Placeholder{"stage", "<stage>", ".X..XX"},
    Placeholder{"approved", "<approved>", ".X..XX"},
    Placeholder{"transtype", "<trantype>", ".X..XX"},
    Placeholder{"purchaseid", "<purchaseid>", "XXXXXX"},
    Placeholder{"tranid", "<tranid>", ".XXXXX"},
    Placeholder{"relatedtranid", "<relatedtranid>", ".....X"},
    Placeholder{"price", "<price>", ".X..XX"},
    Placeholder{"currencycode", "<currencycode>", ".X..XX"},
    Placeholder{"eticketid", "<eticketid>", "XX..XX"},
    Placeholder{"ival", "<ival>", ".X...X"},
    Placeholder{"iint", "<iint>", ".X...X"},
    Placeholder{"rval", "<rval>", ".X..XX"},
    Placeholder{"rint", "<rint>", ".X...X"},
    Placeholder{"desc", "<desc>", ".X...X"},
    Placeholder{"authprice", "<authprice>", ".....X"},
    Placeholder{"authcurrency", "<authcurrency>", ".....X"},
    Placeholder{"transtime", "<transtime>", ".X...X"},
    Placeholder{"reactivationtimestamp", "<reactivationtimestamp>", "....X."},
    Placeholder{"nextbilldate", "<nextbilldate>", "....X."},
    Placeholder{"lastbilldate", "<lastbilldate>", "....X."},
    Placeholder{"username", "<extra username>", "XXXXXX"},
    Placeholder{"password", "<extra password>", "XXXXXX"},
    Placeholder{"name", "<billname>", ".X..XX"},
    Placeholder{"firstname", "<billnamefirst>", ".X..XX"},
    Placeholder{"lastname", "<billnamelast>", ".X..XX"},
    Placeholder{"email", "<billemail>", "XX..XX"},
    Placeholder{"phone", "<billphone>", ".X...X"},
    Placeholder{"address", "<billaddr>", ".X..XX"},
    Placeholder{"city", "<billcity>", ".X..XX"},
    Placeholder{"state", "<billstate>", ".X..XX"},
    Placeholder{"zipcode", "<billzip>", ".X...X"},
    Placeholder{"country", "<billcntry>", ".X..XX"},
    Placeholder{"ip", "<ipaddress>", ".XX..X"},
    Placeholder{"ipcountry", "<extra ipcountry>", ".X...X"},
    Placeholder{"browsertype", "<extra browsertype>", ".X...X"},
    Placeholder{"browserversion", "<extra browserversion>", ".X...X"},
    Placeholder{"ismobiledevice", "<extra ismobiledevice>", ".X...X"},
    Placeholder{"platform", "<extra platform>", ".X...X"},
    Placeholder{"template", "<extra template>", ".X...X"},
    Placeholder{"urlid", "<urlid>", ".XXXXX"},
    Placeholder{"cardtype", "<cardtype>", ".....X"},
    Placeholder{"paymenttype", "<paymenttype>", ".....X"},
    Placeholder{"paymentaccountid", "<paymentaccountid>", ".....X"},
    Placeholder{"prepaidindicator", "<prepaidindicator>", ".X...X"},
    Placeholder{"ccbincountry", "<ccbincountry>", ".....X"},
    Placeholder{"authcode", "<authcode>", ".....X"},
    Placeholder{"standin", "<standin>", ".X...X"},
    Placeholder{"transGUID", "<transguid>", ".X..XX"},
    Placeholder{"refundreasoncode", "<refundreasoncode>", "..X..X"},
    Placeholder{"refundcomment", "<refundcomment>", "..X..X"},
    Placeholder{"refundedby", "<refundedby>", "..X..X"},
    Placeholder{"cancelreasoncode", "<cancelreasoncode>", "...X.X"},
    Placeholder{"cancelcomment", "<cancelcomment>", "...X.X"},
    Placeholder{"cancelledby", "<cancelledby>", "...X.X"},
    Placeholder{"memberid", "<extra foreignid>", ".XXXXX"},
    Placeholder{"session", "<extra natssess>", ".XXXXX"},
    Placeholder{"merchantpartnerid", "<extra merchantpartnerid>", ".X..XX"},
    Placeholder{"xsellnum", "<xsellnum>", ".X..XX"},
    // What the seal covers has to come back whole where it is checked: with Enable and the sale.
    Placeholder{"xref1", "<extra xref1>", ".X...X"},
    Placeholder{"xref2", "<extra xref2>", ".X...X"},
    Placeholder{"upsell", "<extra upsell>", ".X...X"},
    Placeholder{"tokenplus", "<extra tokenplus>", ".X...X"},
    Placeholder{"octoken", "<extra octoken>", ".X...X"},
    Placeholder{"ref1", "<extra ref1>", ".X...X"},
    Placeholder{"ref2", "<extra ref2>", ".X...X"},
    Placeholder{"ref3", "<extra ref3>", ".X...X"},
    Placeholder{"ref4", "<extra ref4>", ".X...X"},
    Placeholder{"ref5", "<extra ref5>", ".X...X"},
    Placeholder{"ref6", "<extra ref6>", ".X...X"},
    Placeholder{"ref7", "<extra ref7>", ".X...X"},
    Placeholder{"ref8", "<extra ref8>", ".X...X"},
    Placeholder{"ref9", "<extra ref9>", ".X...X"},
    Placeholder{"ref10", "<extra ref10>", ".X...X"},
};

constexpr std::string_view kSecretHere = "YOUR-POSTBACK-SECRET";

// What decides the kind of a postback, and its member and purchase.
constexpr std::string_view kIndispensable =
    "<action> <stage> <approved> <trantype> <purchaseid> <tranid> <relatedtranid> <price> "
    "<currencycode> <eticketid> <xsellnum> <extra username> <extra foreignid> <extra natssess> "
    "<extra xref1> <extra xref2> <extra upsell> <extra tokenplus> <extra octoken>";

constexpr std::string_view kMemberId = "<extra foreignid>";

// The member id has the parameter name that links use.
std::string value_of(std::string_view value, const Config& config) {
    if (value != kMemberId) return std::string(value);
    return "<extra " + config.pay_page.member_id_parameter + ">";
}

// Segpay's own name of a parameter, where the host uses the NATS name for its own purposes.
std::string_view name_of(const Placeholder& placeholder, const Config& config) {
    const std::string_view name = placeholder.parameter;
    const auto& own = config.postbacks.user_defined;
    return std::ranges::find(own, name) == own.end() ? name : find_parameter(name)->canonical;
}

std::string indispensable(const Config& config) {
    std::string all(kIndispensable);
    all.replace(all.find(kMemberId), kMemberId.size(), value_of(kMemberId, config));
    if (config.seal.mode != Seal::Mode::off) all += " <extra " + config.seal.parameter + ">";
    return all;
}

bool is_asked_for(const Placeholder& placeholder, Kind kind) {
    return placeholder.marks[static_cast<std::size_t>(kind)] == 'X';
}

bool stands_in(std::string_view name, Kind kind, const Config& config) {
    return std::any_of(kPlaceholders.begin(), kPlaceholders.end(), [&](const Placeholder& each) {
        return name_of(each, config) == name && is_asked_for(each, kind);
    });
}

class Template {
public:
    Template(const Config& config, std::string_view join_host, Kind kind)
        : url_(std::string(join_host) + config.postbacks.path) {
        for (const Placeholder& placeholder : kPlaceholders)
            if (is_asked_for(placeholder, kind))
                add(name_of(placeholder, config), value_of(placeholder.value, config));
        if (kind == Kind::transaction || kind == Kind::enable) add_seal(config, kind);
        if (const auto& secret = config.postbacks.authenticity.secret)
            add(secret->name, kSecretHere); // a placeholder: the operator puts the secret there
    }

    std::string take() { return std::move(url_); }

private:
    void add(std::string_view parameter, std::string_view value) {
        url_ += url_.find('?') == std::string::npos ? '?' : '&';
        url_ += std::string(parameter) + "=" + std::string(value);
    }
    void add_seal(const Config& config, Kind kind) {
        const Seal& seal = config.seal;
        if (seal.mode == Seal::Mode::off) return;
        for (const std::string& extra : seal.extras)
            if (!stands_in(extra, kind, config))
                add(extra, "<extra " + extra + ">"); // not ref1 etc.
        add(seal.parameter, "<extra " + seal.parameter + ">");
    }

    std::string url_;
};

// Names the key of a secret, which is never shown. In a list the newest secret is the first.
std::string named(const Secrets& secrets, const std::string& key) {
    if (secrets.all().size() < 2) return "the value of " + key + ".";
    return "the first of " + std::to_string(secrets.all().size()) + " values of " + key +
           "; the others are accepted until you take them away.";
}

void add_password_fields(const Authenticity& authenticity, std::string_view join_host,
                         std::vector<PortalField>& fields) {
    if (!authenticity.basic) return;
    fields.push_back({true, "Password Protected Scripts: Domain", std::string(join_host),
                      "Of the script that is behind a password; the realm of the challenge."});
    fields.push_back({true, "Password Protected Scripts: Username", authenticity.basic->username,
                      "As in postbacks.authenticity.basic."});
    fields.push_back(
        {true, "Password Protected Scripts: Password", "YOUR-POSTBACK-PASSWORD",
         "Enter " + named(authenticity.basic->password, "postbacks.authenticity.basic.password")});
}

} // namespace

bool is_host_name(std::string_view text) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string_view postback_path(const Config& config) {
    const std::string_view path = config.postbacks.path;
    return path.substr(0, path.find('?'));
}

std::vector<PortalField> portal_fields(const Config& config, std::string_view join_host) {
    const auto url = [&](Kind kind) { return Template(config, join_host, kind).take(); };
    const Authenticity& authenticity = config.postbacks.authenticity;
    std::vector<PortalField> fields = {
        {true, "Trans Post", url(Kind::transaction),
         "Sales, renewals, refunds, voids, chargebacks. Tick Retry."},
        {true, "Disable", url(Kind::disable), "Access ends. Tick Retry."},
        {false, "Enable", url(Kind::enable),
         "Access begins; needed when Segpay collects user name and password. Tick Retry."},
        {false, "Inquiry", url(Kind::inquiry),
         "Asks whether a user name is free; needed when Segpay collects it."},
        {false, "Cancellation", url(Kind::cancellation),
         "The member will not renew; access stays until Disable. Tick Retry."},
        {false, "Reactivation", url(Kind::reactivation),
         "An ended subscription is active again. Tick Retry."},
        {false, "In templates of your own", indispensable(config),
         "Leave none of these out where the templates above have it. Without <purchaseid> a "
         "postback is found by its user name, if exactly one purchase fits, and is kept for you if "
         "not; a sale that begins a purchase is always kept; without <tranid> a second Disable or "
         "Cancel looks like a repeat of the first."},
        {true, "Expected Response", config.postbacks.success_word, "For every postback."},
        {true, "Error Response", config.postbacks.failure_word,
         "For every postback; without it Segpay sends no failure e-mail."},
        {true, "Notification Email", "(your address)",
         "Segpay asks for it when Retry is ticked, and reports failed postbacks to it."},
    };
    add_password_fields(authenticity, join_host, fields);
    if (authenticity.secret)
        fields.push_back(
            {true, "Secret", std::string(kSecretHere),
             "Replace it in every URL by " +
                 named(authenticity.secret->value, "postbacks.authenticity.secret.value")});
    return fields;
}

} // namespace segpay
