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

// Of several names of one thing the first is the canonical one.
constexpr std::array kNames = {
    // What it is.
    ParameterName{"action", Fact::action, "action", kListed},
    ParameterName{"trantype", Fact::transaction_type, "trantype", kListed},
    ParameterName{"transtype", Fact::transaction_type, "trantype", kNats},
    ParameterName{"stage", Fact::stage, "stage", kListed},
    ParameterName{"approved", Fact::approved, "approved", kListed},

    // Which one, and about which.
    ParameterName{"purchaseid", Fact::purchase_id, "purchaseid", kListed},
    ParameterName{"tranid", Fact::transaction_id, "tranid", kListed},
    ParameterName{"transid", Fact::transaction_id, "tranid", kNats},
    ParameterName{"relatedtranid", Fact::related_transaction_id, "relatedtranid", kListed},

    // Money and product.
    ParameterName{"price", Fact::price, "price", kListed},
    ParameterName{"currencycode", Fact::currency, "currencycode", kListed},
    ParameterName{"eticketid", Fact::eticket, "eticketid", kListed},
    ParameterName{"ival", Fact::initial_value, "ival", kListed},
    ParameterName{"initialvalue", Fact::initial_value, "ival", kCustom},
    ParameterName{"iint", Fact::extra, "iint", kListed},
    ParameterName{"initialperiod", Fact::extra, "iint", kCustom},
    ParameterName{"rval", Fact::extra, "rval", kListed},
    ParameterName{"recurringvalue", Fact::extra, "rval", kCustom},
    ParameterName{"rint", Fact::extra, "rint", kListed},
    ParameterName{"recurringperiod", Fact::extra, "rint", kCustom},
    ParameterName{"desc", Fact::extra, "desc", kListed},
    ParameterName{"authprice", Fact::extra, "authprice", kListed},
    ParameterName{"authcurrency", Fact::extra, "authcurrency", kListed},
    ParameterName{"singleusepromo", Fact::extra, "singleusepromo", kListed},
    ParameterName{"issingleusepromo", Fact::extra, "singleusepromo", kSeen},
    ParameterName{"urlid", Fact::extra, "urlid", kListed},
    ParameterName{"url", Fact::extra, "urlid", kCustom},

    // What the host put on the link.
    ParameterName{"foreignid", Fact::member_id, "foreignid", kSeen},
    ParameterName{"memberid", Fact::member_id, "foreignid", kNats},
    ParameterName{"natssess", Fact::session, "natssess", kSeen},
    ParameterName{"session", Fact::session, "natssess", kNats},
    ParameterName{"merchantpartnerid", Fact::affiliate, "merchantpartnerid", kListed},
    ParameterName{"xref1", Fact::xref1, "xref1", kNats},
    ParameterName{"xref2", Fact::xref2, "xref2", kNats},
    ParameterName{"upsell", Fact::upsell, "upsell", kNats},
    ParameterName{"tokenplus", Fact::tokenplus, "tokenplus", kNats},
    ParameterName{"octoken", Fact::octoken, "octoken", kNats},
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
    ParameterName{"billemail", Fact::email, "billemail", kListed},
    ParameterName{"email", Fact::email, "billemail", kNats},
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
    ParameterName{"billcntry", Fact::country, "billcntry", kListed},
    ParameterName{"country", Fact::country, "billcntry", kNats},
    ParameterName{"ipaddress", Fact::extra, "ipaddress", kListed},
    ParameterName{"ip", Fact::extra, "ipaddress", kCustom},
    ParameterName{"ipcountry", Fact::extra, "ipcountry", kListed},
    ParameterName{"browsertype", Fact::extra, "browsertype", kListed},
    ParameterName{"browserversion", Fact::extra, "browserversion", kListed},
    ParameterName{"ismobiledevice", Fact::extra, "ismobiledevice", kListed},
    ParameterName{"platform", Fact::extra, "platform", kListed},

    // How it was paid.
    ParameterName{"transguid", Fact::trans_guid, "transguid", kListed},
    ParameterName{"standin", Fact::standin, "standin", kListed},
    ParameterName{"xselnum", Fact::cross_sell_slot, "xsellnum", kListed},
    ParameterName{"xsellnum", Fact::cross_sell_slot, "xsellnum", kNats},
    ParameterName{"testtrans", Fact::test_transaction, "testtrans", kListed},
    ParameterName{"cardtype", Fact::card_type, "cardtype", kListed},
    ParameterName{"paymenttype", Fact::payment_type, "paymenttype", kNats},
    ParameterName{"paytype", Fact::extra, "paytype", kSeen},
    ParameterName{"paymentchoice", Fact::extra, "paymentchoice", kSeen},
    ParameterName{"paymentaccountid", Fact::extra, "paymentaccountid", kListed},
    ParameterName{"prepaidindicator", Fact::extra, "prepaidindicator", kListed},
    ParameterName{"ccfirst6", Fact::extra, "ccfirst6", kListed},
    ParameterName{"cclast4", Fact::extra, "cclast4", kListed},
    ParameterName{"ccbincountry", Fact::extra, "ccbincountry", kListed},
    ParameterName{"scarequired", Fact::extra, "scarequired", kListed},
    ParameterName{"3dsauthenticated", Fact::extra, "3dsauthenticated", kListed},
    ParameterName{"is3dsauthenticated", Fact::extra, "3dsauthenticated", kSeen},
    ParameterName{"3dsauthenticationtype", Fact::extra, "3dsauthenticationtype", kListed},
    ParameterName{"threedsversion", Fact::extra, "threedsversion", kSeen},

    // When.
    ParameterName{"transtime", Fact::transaction_time, "transtime", kListed},
    ParameterName{"billertranstime", Fact::transaction_time, "transtime", kCustom},
    ParameterName{"processingtime", Fact::extra, "processingtime", kSeen},
    ParameterName{"reactivationtimestamp", Fact::reactivation_time, "reactivationtimestamp",
                  kListed},
    ParameterName{"reactivationdate", Fact::reactivation_time, "reactivationtimestamp", kCustom},
    ParameterName{"nextbilldate", Fact::extra, "nextbilldate", kListed},
    ParameterName{"lastbilldate", Fact::extra, "lastbilldate", kListed},

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
    ParameterName{"templatetype", Fact::extra, "templatetype", kSeen},
    ParameterName{"merchantid", Fact::extra, "merchantid", kSeen},
    ParameterName{"postbackconfiguniqueid", Fact::extra, "postbackconfiguniqueid", kSeen},
    ParameterName{"method", Fact::extra, "method", kSeen},
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

std::string_view canonical_name(Fact fact) {
    return kCanonicalNames[static_cast<std::size_t>(fact)];
}

} // namespace segpay
