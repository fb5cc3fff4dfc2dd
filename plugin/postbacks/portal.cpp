// The postback templates, put together from placeholders.
#include "postbacks/portal.hpp"

#include <array>

namespace segpay {

namespace {

struct Placeholder {
    std::string_view parameter; // what the postback will call it
    std::string_view value;     // what Segpay replaces
};

constexpr std::array kMember = {
    Placeholder{"action", "<action>"},
    Placeholder{"username", "<extra username>"},
    Placeholder{"password", "<extra password>"},
    Placeholder{"purchaseid", "<purchaseid>"},
};
constexpr std::array kMemberId = {
    Placeholder{"memberid", "<extra foreignid>"},
    Placeholder{"session", "<extra natssess>"},
};
// All that the seal covers: what is echoed in part cannot be checked.
constexpr std::array kPromise = {
    Placeholder{"merchantpartnerid", "<extra merchantpartnerid>"},
    Placeholder{"xsellnum", "<xsellnum>"},
    Placeholder{"xref1", "<extra xref1>"},
    Placeholder{"xref2", "<extra xref2>"},
    Placeholder{"upsell", "<extra upsell>"},
    Placeholder{"tokenplus", "<extra tokenplus>"},
    Placeholder{"octoken", "<extra octoken>"},
};
constexpr std::array kProduct = {
    Placeholder{"eticketid", "<eticketid>"},
    Placeholder{"email", "<billemail>"},
};
constexpr std::array kSale = {
    Placeholder{"action", "<action>"},
    Placeholder{"stage", "<stage>"},
    Placeholder{"approved", "<approved>"},
    Placeholder{"transtype", "<trantype>"},
    Placeholder{"purchaseid", "<purchaseid>"},
    Placeholder{"transid", "<tranid>"},
    Placeholder{"relatedtranid", "<relatedtranid>"},
    Placeholder{"price", "<price>"},
    Placeholder{"currencycode", "<currencycode>"},
    Placeholder{"eticketid", "<eticketid>"},
    Placeholder{"transtime", "<transtime>"},
    Placeholder{"name", "<billname>"},
    Placeholder{"email", "<billemail>"},
    Placeholder{"country", "<billcntry>"},
    Placeholder{"username", "<extra username>"},
    Placeholder{"password", "<extra password>"},
    Placeholder{"cardtype", "<cardtype>"},
    Placeholder{"paymenttype", "<paymenttype>"},
    Placeholder{"standin", "<standin>"},
    Placeholder{"transGUID", "<transguid>"},
    Placeholder{"authcode", "<authcode>"},
    Placeholder{"refundreasoncode", "<refundreasoncode>"},
    Placeholder{"refundcomment", "<refundcomment>"},
    Placeholder{"refundedby", "<refundedby>"},
};
constexpr std::array kReasonOfCancel = {
    Placeholder{"cancelreasoncode", "<cancelreasoncode>"},
    Placeholder{"cancelcomment", "<cancelcomment>"},
    Placeholder{"cancelledby", "<cancelledby>"},
};
constexpr std::array kReactivation = {
    Placeholder{"reactivationtimestamp", "<reactivationtimestamp>"},
    Placeholder{"eticketid", "<eticketid>"},
    Placeholder{"nextbilldate", "<nextbilldate>"},
    Placeholder{"lastbilldate", "<lastbilldate>"},
};

class Template {
public:
    Template(const Config& config, std::string_view join_host)
        : url_(std::string(join_host) + config.postbacks.path) {}

    template <std::size_t Size>
    Template& with(const std::array<Placeholder, Size>& placeholders) {
        for (const Placeholder& placeholder : placeholders)
            add(placeholder.parameter, placeholder.value);
        return *this;
    }
    Template& add(std::string_view parameter, std::string_view value) {
        url_ += url_.find('?') == std::string::npos ? '?' : '&';
        url_ += std::string(parameter) + "=" + std::string(value);
        return *this;
    }
    Template& with_seal(const Config& config) {
        const Seal& seal = config.seal;
        if (seal.mode == Seal::Mode::off) return *this;
        with(kPromise);
        for (const std::string& extra : seal.extras)
            add(extra, "<extra " + extra + ">");
        return add(seal.parameter, "<extra " + seal.parameter + ">");
    }
    // The secret itself is not printed: the operator puts it where its name stands.
    std::string finished(const Config& config) {
        if (const auto& secret = config.postbacks.authenticity.secret)
            add(secret->name, "YOUR-POSTBACK-SECRET");
        return url_;
    }

private:
    std::string url_;
};

} // namespace

bool is_host_name(std::string_view text) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::vector<PortalField> portal_fields(const Config& config, std::string_view join_host) {
    const auto begin = [&] { return Template(config, join_host); };
    Template transaction = begin().with(kSale).with(kMemberId);
    if (config.seal.mode == Seal::Mode::off) transaction.with(kPromise);
    transaction.with_seal(config);

    std::vector<PortalField> fields = {
        {true, "Trans Post", transaction.finished(config),
         "Sales, renewals, refunds, voids, chargebacks. Tick Retry."},
        {true, "Disable", begin().with(kMember).with(kMemberId).finished(config),
         "Access ends. Tick Retry."},
        {false, "Enable",
         begin().with(kMember).with(kMemberId).with(kProduct).with_seal(config).finished(config),
         "Access begins; needed when Segpay collects user name and password. Tick Retry."},
        {false, "Inquiry", begin().with(kMember).with(kProduct).finished(config),
         "Asks whether a user name is free; needed when Segpay collects it."},
        {false, "Cancellation",
         begin().with(kMember).with(kMemberId).with(kReasonOfCancel).finished(config),
         "The member will not renew; access stays until Disable. Tick Retry."},
        {false, "Reactivation",
         begin().with(kMember).with(kMemberId).with(kReactivation).finished(config),
         "An ended subscription lives again. Tick Retry."},
        {true, "Expected Response", config.postbacks.success_word, "For every postback."},
        {true, "Error Response", config.postbacks.failure_word,
         "For every postback; without it Segpay sends no failure e-mail."},
        {true, "Notification Email", "(your address)",
         "Segpay asks for it when Retry is ticked, and tells it of postbacks that failed."},
    };
    if (config.postbacks.authenticity.basic)
        fields.push_back({true, "Password Protected Scripts: Username",
                          config.postbacks.authenticity.basic->username,
                          "With the password of postbacks.authenticity.basic."});
    if (config.postbacks.authenticity.secret)
        fields.push_back({true, "Secret", "YOUR-POSTBACK-SECRET",
                          "Replace it in every URL by the value of "
                          "postbacks.authenticity.secret.value."});
    return fields;
}

} // namespace segpay
