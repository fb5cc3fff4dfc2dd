// The one table of parameter names.
#include "values/facts.hpp"

#include "values/word.hpp"

#include <array>

namespace segpay {

namespace {

constexpr auto kListed = NameSource::listed;
constexpr auto kCustom = NameSource::custom;
constexpr auto kNats = NameSource::nats;
constexpr auto kSeen = NameSource::seen;

constexpr auto kId = Comparison::id;
constexpr auto kWord = Comparison::word;
constexpr auto kAnyCase = Comparison::any_case;
constexpr auto kCountry = Comparison::country;
constexpr auto kGuid = Comparison::guid;
constexpr auto kFlag = Comparison::flag;
constexpr auto kAmount = Comparison::amount;
constexpr auto kETicket = Comparison::eticket;
constexpr auto kTime = Comparison::time;

// If a parameter has several names, the first is the canonical one.
constexpr std::array kNames = {
    // The kind of postback.
    ParameterName{"action", Fact::action, "action", kListed, kWord},
    ParameterName{"trantype", Fact::transaction_type, "trantype", kListed, kWord},
    ParameterName{"transtype", Fact::transaction_type, "trantype", kNats, kWord},
    ParameterName{"stage", Fact::stage, "stage", kListed, kWord},
    ParameterName{"approved", Fact::approved, "approved", kListed, kWord},

    // Its ids.
    ParameterName{"purchaseid", Fact::purchase_id, "purchaseid", kListed, kId},
    ParameterName{"tranid", Fact::transaction_id, "tranid", kListed, kId},
    ParameterName{"transid", Fact::transaction_id, "tranid", kNats, kId},
    ParameterName{"relatedtranid", Fact::related_transaction_id, "relatedtranid", kListed, kId},

    // Money and product.
    ParameterName{"price", Fact::price, "price", kListed, kAmount},
    ParameterName{"currencycode", Fact::currency, "currencycode", kListed, kAnyCase},
    ParameterName{"eticketid", Fact::eticket, "eticketid", kListed, kETicket},
    ParameterName{"ival", Fact::initial_value, "ival", kListed, kAmount},
    ParameterName{"initialvalue", Fact::initial_value, "ival", kCustom, kAmount},
    ParameterName{"iint", Fact::extra, "iint", kListed, kAmount},
    ParameterName{"initialperiod", Fact::extra, "iint", kCustom, kAmount},
    ParameterName{"rval", Fact::extra, "rval", kListed, kAmount},
    ParameterName{"recurringvalue", Fact::extra, "rval", kCustom, kAmount},
    ParameterName{"rint", Fact::extra, "rint", kListed, kAmount},
    ParameterName{"recurringperiod", Fact::extra, "rint", kCustom, kAmount},
    ParameterName{"desc", Fact::extra, "desc", kListed},
    ParameterName{"authprice", Fact::extra, "authprice", kListed, kAmount},
    ParameterName{"authcurrency", Fact::extra, "authcurrency", kListed, kAnyCase},
    ParameterName{"singleusepromo", Fact::extra, "singleusepromo", kListed, kFlag},
    ParameterName{"issingleusepromo", Fact::extra, "singleusepromo", kSeen, kFlag},
    ParameterName{"urlid", Fact::extra, "urlid", kListed, kId},
    ParameterName{"url", Fact::extra, "urlid", kCustom, kId},

    // Values that the host put on the link.
    ParameterName{"foreignid", Fact::member_id, "foreignid", kSeen, kId},
    ParameterName{"memberid", Fact::member_id, "foreignid", kNats, kId},
    ParameterName{"natssess", Fact::session, "natssess", kSeen, kId},
    ParameterName{"session", Fact::session, "natssess", kNats, kId},
    ParameterName{"merchantpartnerid", Fact::affiliate, "merchantpartnerid", kListed, kId},
    ParameterName{"xref1", Fact::xref1, "xref1", kNats, kId},
    ParameterName{"xref2", Fact::xref2, "xref2", kNats, kId},
    ParameterName{"upsell", Fact::upsell, "upsell", kNats, kId},
    ParameterName{"tokenplus", Fact::tokenplus, "tokenplus", kNats, kId},
    ParameterName{"octoken", Fact::octoken, "octoken", kNats, kId},
    ParameterName{"ref1", Fact::extra, "ref1", kListed},
    ParameterName{"ref2", Fact::extra, "ref2", kListed},
    ParameterName{"ref3", Fact::extra, "ref3", kListed},
    ParameterName{"ref4", Fact::extra, "ref4", kListed},
    ParameterName{"ref5", Fact::extra, "ref5", kListed},
    ParameterName{"ref6", Fact::extra, "ref6", kListed},
    ParameterName{"ref7", Fact::extra, "ref7", kListed},
    ParameterName{"ref8", Fact::extra, "ref8", kListed},
    ParameterName{"ref9", Fact::extra, "ref9", kListed},
    ParameterName{"ref10", Fact::extra, "ref10", kListed},

    // The customer.
    ParameterName{"username", Fact::username, "username", kListed},
    ParameterName{"password", Fact::password, "password", kListed},
    ParameterName{"billname", Fact::name, "billname", kListed},
    ParameterName{"name", Fact::name, "billname", kNats},
    ParameterName{"billnamefirst", Fact::first_name, "billnamefirst", kListed},
    ParameterName{"firstname", Fact::first_name, "billnamefirst", kCustom},
    ParameterName{"billnamelast", Fact::last_name, "billnamelast", kListed},
    ParameterName{"lastname", Fact::last_name, "billnamelast", kCustom},
    ParameterName{"billemail", Fact::email, "billemail", kListed, kAnyCase},
    ParameterName{"email", Fact::email, "billemail", kNats, kAnyCase},
    ParameterName{"billphone", Fact::extra, "billphone", kListed},
    ParameterName{"phone", Fact::extra, "billphone", kCustom},
    ParameterName{"billaddr", Fact::extra, "billaddr", kListed},
    ParameterName{"address", Fact::extra, "billaddr", kNats},
    ParameterName{"billcity", Fact::extra, "billcity", kListed},
    ParameterName{"city", Fact::extra, "billcity", kNats},
    ParameterName{"billstate", Fact::extra, "billstate", kListed},
    ParameterName{"state", Fact::extra, "billstate", kNats},
    ParameterName{"billzip", Fact::extra, "billzip", kListed},
    ParameterName{"zipcode", Fact::extra, "billzip", kCustom},
    ParameterName{"zip", Fact::extra, "billzip", kSeen},
    ParameterName{"billcntry", Fact::country, "billcntry", kListed, kCountry},
    ParameterName{"country", Fact::country, "billcntry", kNats, kCountry},
    ParameterName{"ipaddress", Fact::extra, "ipaddress", kListed},
    ParameterName{"ip", Fact::extra, "ipaddress", kCustom},
    ParameterName{"ipcountry", Fact::extra, "ipcountry", kListed, kCountry},
    ParameterName{"browsertype", Fact::extra, "browsertype", kListed},
    ParameterName{"browserversion", Fact::extra, "browserversion", kListed},
    ParameterName{"ismobiledevice", Fact::extra, "ismobiledevice", kListed, kFlag},
    ParameterName{"platform", Fact::extra, "platform", kListed},

    // How it was paid.
    ParameterName{"transguid", Fact::trans_guid, "transguid", kListed, kGuid},
    ParameterName{"standin", Fact::standin, "standin", kListed, kFlag},
    ParameterName{"xselnum", Fact::cross_sell_slot, "xsellnum", kListed, kId},
    ParameterName{"xsellnum", Fact::cross_sell_slot, "xsellnum", kNats, kId},
    ParameterName{"testtrans", Fact::test_transaction, "testtrans", kListed, kFlag},
    ParameterName{"cardtype", Fact::card_type, "cardtype", kListed, kWord},
    ParameterName{"paymenttype", Fact::payment_type, "paymenttype", kNats, kWord},
    ParameterName{"paytype", Fact::extra, "paytype", kSeen, kWord},
    ParameterName{"paymentchoice", Fact::extra, "paymentchoice", kSeen, kWord},
    ParameterName{"paymentaccountid", Fact::extra, "paymentaccountid", kListed, kId},
    ParameterName{"prepaidindicator", Fact::extra, "prepaidindicator", kListed, kWord},
    ParameterName{"ccfirst6", Fact::extra, "ccfirst6", kListed},
    ParameterName{"cclast4", Fact::extra, "cclast4", kListed},
    ParameterName{"ccbincountry", Fact::extra, "ccbincountry", kListed, kCountry},
    ParameterName{"scarequired", Fact::extra, "scarequired", kListed, kFlag},
    ParameterName{"3dsauthenticated", Fact::extra, "3dsauthenticated", kListed, kFlag},
    ParameterName{"is3dsauthenticated", Fact::extra, "3dsauthenticated", kSeen, kFlag},
    ParameterName{"3dsauthenticationtype", Fact::extra, "3dsauthenticationtype", kListed},
    ParameterName{"threedsversion", Fact::extra, "threedsversion", kSeen},

    // When.
    ParameterName{"transtime", Fact::transaction_time, "transtime", kListed, kTime},
    ParameterName{"billertranstime", Fact::transaction_time, "transtime", kCustom, kTime},
    ParameterName{"processingtime", Fact::extra, "processingtime", kSeen, kTime},
    ParameterName{"reactivationtimestamp", Fact::reactivation_time, "reactivationtimestamp",
                  kListed, kTime},
    ParameterName{"reactivationdate", Fact::reactivation_time, "reactivationtimestamp", kCustom,
                  kTime},
    ParameterName{"nextbilldate", Fact::extra, "nextbilldate", kListed, kTime},
    ParameterName{"lastbilldate", Fact::extra, "lastbilldate", kListed, kTime},

    // Why, and by whom.
    ParameterName{"authcode", Fact::response_code, "authcode", kListed},
    ParameterName{"refundreasoncode", Fact::refund_reason, "refundreasoncode", kListed},
    ParameterName{"refundcomment", Fact::refund_comment, "refundcomment", kListed},
    ParameterName{"refundedby", Fact::refunded_by, "refundedby", kListed},
    ParameterName{"cancelreasoncode", Fact::cancel_reason, "cancelreasoncode", kListed},
    ParameterName{"cancelcomment", Fact::cancel_comment, "cancelcomment", kListed},
    ParameterName{"cancelledby", Fact::cancelled_by, "cancelledby", kListed},

    // Segpay's own housekeeping.
    ParameterName{"template", Fact::extra, "template", kListed},
    ParameterName{"templatetype", Fact::extra, "templatetype", kSeen, kWord},
    ParameterName{"merchantid", Fact::extra, "merchantid", kSeen, kId},
    ParameterName{"postbackconfiguniqueid", Fact::extra, "postbackconfiguniqueid", kSeen, kId},
    ParameterName{"method", Fact::extra, "method", kSeen, kWord},
};

// By fact.
constexpr auto kCanonicalNames = [] {
    std::array<std::string_view, kFactCount> names{};
    for (const ParameterName& known : kNames) {
        std::string_view& name = names[static_cast<std::size_t>(known.fact)];
        if (name.empty()) name = known.canonical;
    }
    return names;
}();

} // namespace

std::span<const ParameterName> parameter_names() { return kNames; }

const ParameterName* find_parameter(std::string_view name) {
    for (const ParameterName& known : kNames)
        if (equal_ignoring_case(name, known.name)) return &known;
    return nullptr;
}

bool can_be_user_defined(std::string_view name) {
    const ParameterName* known = find_parameter(name);
    return known && known->name != known->canonical &&
           (known->fact == Fact::member_id || known->fact == Fact::session);
}

Comparison comparison_of(std::string_view canonical) {
    const ParameterName* known = find_parameter(canonical);
    return known ? known->comparison : Comparison::id;
}

std::string_view canonical_name(Fact fact) {
    return kCanonicalNames[static_cast<std::size_t>(fact)];
}

} // namespace segpay
