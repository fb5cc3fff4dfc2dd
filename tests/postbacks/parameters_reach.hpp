// Where every parameter that a postback can have reaches the host, under every name of it: written
// out from the documents, and taken neither from the plugin nor from the README.
#pragma once

#include <string_view>

namespace segpay::testing {

// One name, sent with `value`; the event says it as `lands`: a field of the event's JSON with its
// value, or "extras." and the name of an extra. A transaction is an approved sign-up for 2.95 USD
// unless `with` (name=value&...) says otherwise.
struct Reach {
    std::string_view name;
    std::string_view value;
    std::string_view lands;
    std::string_view with = {};
};

// Processing API 2.0, "Full List of Postback Parameters", column "Transaction".
inline constexpr Reach kListed[] = {
    {"action", "Void", "kind=void"},
    {"stage", "Rebill", "kind=rebill"},
    {"approved", "No", "approved=no"},
    {"trantype", "credit", "kind=credit"},
    {"purchaseid", "26346680", "purchase_id=26346680"},
    {"tranid", "1234567890", "transaction_id=1234567890"},
    {"price", "29.95", "amount=29.95USD"},
    {"currencycode", "EUR", "amount=19.95EUR", "eticketid=133044:12217&price=19.95"},
    {"paymentaccountid", "card-1", "extras.paymentaccountid=card-1"},
    {"ipaddress", "203.0.113.7", "extras.ipaddress=203.0.113.7"},
    {"relatedtranid", "9000", "related_transaction_id=9000", "trantype=credit"},
    {"eticketid", "162209:1221", "eticket=162209:1221", "price=39.95"},
    {"ival", "2.95", "extras.ival=2.95"},
    {"iint", "3", "extras.iint=3"},
    {"rval", "29.95", "extras.rval=29.95"},
    {"rint", "30", "extras.rint=30"},
    {"desc", "3-day trial", "extras.desc=3-day trial"},
    {"username", "joe", "username=joe"},
    {"password", "canary", "password=canary"},
    {"billname", "Joe Segpay", "name=Joe Segpay"},
    {"billnamefirst", "Joe", "extras.billnamefirst=Joe"},
    {"billnamelast", "Segpay", "extras.billnamelast=Segpay"},
    {"billemail", "joe@example.com", "email=joe@example.com"},
    {"billphone", "555 0100", "extras.billphone=555 0100"},
    {"billaddr", "1 Main St", "extras.billaddr=1 Main St"},
    {"billcity", "Hull", "extras.billcity=Hull"},
    {"billstate", "AZ", "extras.billstate=AZ"},
    {"billzip", "85001", "extras.billzip=85001"},
    {"billcntry", "US", "country=US"},
    {"merchantpartnerid", "aff", "affiliate=aff"},
    {"transguid", "guid-1", "trans_guid=guid-1"},
    {"standin", "1", "standin=yes"},
    {"xselnum", "2", "cross_sell_slot=2", "approved=No"},
    {"transtime", "7/28/2008 3:38:43 PM (GMT STANDARD TIME)", "occurred_at=2008-07-28T15:38:43Z"},
    {"ref1", "one", "extras.ref1=one"},
    {"ref2", "two", "extras.ref2=two"},
    {"ref3", "three", "extras.ref3=three"},
    {"ref4", "four", "extras.ref4=four"},
    {"ref5", "five", "extras.ref5=five"},
    {"ref6", "six", "extras.ref6=six"},
    {"ref7", "seven", "extras.ref7=seven"},
    {"ref8", "eight", "extras.ref8=eight"},
    {"ref9", "nine", "extras.ref9=nine"},
    {"ref10", "ten", "extras.ref10=ten"},
    {"ccfirst6", "444433", "extras.ccfirst6=444433"},
    {"cclast4", "1111", "extras.cclast4=1111"},
    {"authcode", "F451", "reason_code=F451", "approved=No"},
    {"ccbincountry", "US", "extras.ccbincountry=US"},
    {"refundreasoncode", "12", "reason_code=12", "trantype=credit"},
    {"refundcomment", "asked for it", "reason_text=asked for it", "trantype=credit"},
    {"refundedby", "agent", "by=agent", "trantype=credit"},
    {"cancelreasoncode", "3", "extras.cancelreasoncode=3", "trantype=credit"},
    {"cancelcomment", "too dear", "extras.cancelcomment=too dear", "trantype=credit"},
    {"cancelledby", "customer", "extras.cancelledby=customer", "trantype=credit"},
    {"cardtype", "Visa", "card_type=Visa"},
    {"browsertype", "Firefox", "extras.browsertype=Firefox"},
    {"browserversion", "Mozilla/5.0 (X11)", "extras.browserversion=Mozilla/5.0 (X11)"},
    {"ipcountry", "NL", "extras.ipcountry=NL"},
    {"ismobiledevice", "True", "extras.ismobiledevice=True"},
    {"platform", "Linux", "extras.platform=Linux"},
    {"template", "plain", "extras.template=plain"},
    {"prepaidindicator", "Y", "extras.prepaidindicator=Y"},
    {"urlid", "77", "extras.urlid=77"},
    {"singleusepromo", "Yes", "extras.singleusepromo=Yes"},
    {"SCArequired", "Yes", "extras.scarequired=Yes"},
    {"3DSauthenticated", "Yes", "extras.3dsauthenticated=Yes"},
    {"3DSauthenticationtype", "1", "extras.3dsauthenticationtype=1"},
    {"authprice", "3.99", "extras.authprice=3.99"},
    {"authcurrency", "CAD", "extras.authcurrency=CAD"},
    // The list has these for reactivations only; a template may ask for them anywhere.
    {"reactivationtimestamp", "7/28/2008 3:38:43 PM", "occurred_at=2008-07-28T15:38:43Z"},
    {"nextbilldate", "08/28/2008", "extras.nextbilldate=08/28/2008"},
    {"lastbilldate", "07/28/2008", "extras.lastbilldate=07/28/2008"},
    // Segpay adds it in test mode ("Testing Payments").
    {"TESTTRANS", "1", "test=yes"},
};

// The names that the guides' examples type for the same parameters: Processing API 2.0, "Setting up
// Postbacks"; NATS integration guide, Step 3.
inline constexpr Reach kTyped[] = {
    {"transtype", "credit", "kind=credit"},
    {"transid", "1234567890", "transaction_id=1234567890"},
    {"initialvalue", "2.95", "extras.ival=2.95"},
    {"initialperiod", "3", "extras.iint=3"},
    {"recurringvalue", "29.95", "extras.rval=29.95"},
    {"recurringperiod", "30", "extras.rint=30"},
    {"url", "77", "extras.urlid=77"},
    {"memberid", "908172", "member_id=908172"},
    {"session", "0123456789abcdef", "session=0123456789abcdef"},
    {"xref1", "XS-8-301", "extras.xref1=XS-8-301"},
    {"xref2", "XS-9-201", "extras.xref2=XS-9-201"},
    {"upsell", "host-7", "upsell=host-7"},
    {"tokenplus", "50", "tokenplus=50"},
    {"octoken", "4001", "octoken=4001"},
    {"name", "Joe Segpay", "name=Joe Segpay"},
    {"firstname", "Joe", "extras.billnamefirst=Joe"},
    {"lastname", "Segpay", "extras.billnamelast=Segpay"},
    {"email", "joe@example.com", "email=joe@example.com"},
    {"phone", "555 0100", "extras.billphone=555 0100"},
    {"address", "1 Main St", "extras.billaddr=1 Main St"},
    {"city", "Hull", "extras.billcity=Hull"},
    {"state", "AZ", "extras.billstate=AZ"},
    {"zipcode", "85001", "extras.billzip=85001"},
    {"country", "US", "country=US"},
    {"ip", "203.0.113.7", "extras.ipaddress=203.0.113.7"},
    {"xsellnum", "2", "cross_sell_slot=2", "approved=No"},
    {"paymenttype", "CC", "payment_type=CC"},
    {"billertranstime", "7/28/2008 3:38:43 PM", "occurred_at=2008-07-28T15:38:43Z"},
    {"reactivationdate", "7/28/2008 3:38:43 PM", "occurred_at=2008-07-28T15:38:43Z"},
    {"REF1", "one", "extras.ref1=one"},
};

// Names that default postbacks were seen with, and that no document tells of.
inline constexpr Reach kSeen[] = {
    {"issingleusepromo", "Yes", "extras.singleusepromo=Yes"},
    {"foreignid", "908172", "member_id=908172"},
    {"natssess", "0123456789abcdef", "session=0123456789abcdef"},
    {"zip", "85001", "extras.billzip=85001"},
    {"paytype", "1", "extras.paytype=1"},
    {"paymentchoice", "card", "extras.paymentchoice=card"},
    {"is3dsauthenticated", "Yes", "extras.3dsauthenticated=Yes"},
    {"threedsversion", "2.1", "extras.threedsversion=2.1"},
    {"processingtime", "7/28/2008 3:38:44 PM", "extras.processingtime=7/28/2008 3:38:44 PM"},
    {"templatetype", "2", "extras.templatetype=2"},
    {"merchantid", "20656", "extras.merchantid=20656"},
    {"postbackconfiguniqueid", "5", "extras.postbackconfiguniqueid=5"},
    {"method", "GET", "extras.method=GET"},
};

// The other columns of the list, one letter each: Access (E)nable, Access (D)isable,
// (C)ancellation, (R)eactivation. A member event has no amount and answers nothing.
struct MemberReach {
    std::string_view columns;
    Reach reach;
};
inline constexpr MemberReach kOfMembers[] = {
    {"EDCR", {"purchaseid", "26346680", "purchase_id=26346680"}},
    {"EDCR", {"username", "joe", "username=joe"}},
    {"EDCR", {"password", "canary", "password=canary"}},
    {"E", {"stage", "Initial", "extras.stage=Initial"}},
    {"E", {"approved", "Yes", "extras.approved=Yes"}},
    {"E", {"trantype", "sale", "extras.trantype=sale"}},
    {"E", {"tranid", "1234567890", "transaction_id=1234567890"}},
    {"E", {"price", "2.95", "extras.price=2.95"}},
    {"ER", {"currencycode", "USD", "extras.currencycode=USD"}},
    {"E", {"ipaddress", "203.0.113.7", "extras.ipaddress=203.0.113.7"}},
    {"ER", {"eticketid", "162209:3097", "eticket=162209:3097"}},
    {"E", {"ival", "2.95", "extras.ival=2.95"}},
    {"E", {"iint", "3", "extras.iint=3"}},
    {"ER", {"rval", "29.95", "extras.rval=29.95"}},
    {"E", {"rint", "30", "extras.rint=30"}},
    {"E", {"desc", "3-day trial", "extras.desc=3-day trial"}},
    {"ER", {"billname", "Joe Segpay", "name=Joe Segpay"}},
    {"ER", {"billnamefirst", "Joe", "extras.billnamefirst=Joe"}},
    {"ER", {"billnamelast", "Segpay", "extras.billnamelast=Segpay"}},
    {"E", {"billemail", "joe@example.com", "email=joe@example.com"}},
    {"E", {"billphone", "555 0100", "extras.billphone=555 0100"}},
    {"E", {"billaddr", "1 Main St", "extras.billaddr=1 Main St"}},
    {"E", {"billcity", "Hull", "extras.billcity=Hull"}},
    {"E", {"billstate", "AZ", "extras.billstate=AZ"}},
    {"E", {"billzip", "85001", "extras.billzip=85001"}},
    {"E", {"billcntry", "US", "country=US"}},
    {"E", {"merchantpartnerid", "aff", "affiliate=aff"}},
    {"E", {"transguid", "guid-1", "trans_guid=guid-1"}},
    {"E", {"standin", "1", "standin=yes"}},
    {"E", {"xselnum", "2", "cross_sell_slot=2"}},
    {"E", {"transtime", "7/28/2008 3:38:43 PM", "occurred_at=2008-07-28T15:38:43Z"}},
    {"R", {"reactivationtimestamp", "7/28/2008 3:38:43 PM", "occurred_at=2008-07-28T15:38:43Z"}},
    {"R", {"reactivationdate", "7/28/2008 3:38:43 PM", "occurred_at=2008-07-28T15:38:43Z"}},
    {"R", {"nextbilldate", "08/28/2008", "extras.nextbilldate=08/28/2008"}},
    {"R", {"lastbilldate", "07/28/2008", "extras.lastbilldate=07/28/2008"}},
    {"R", {"recurringvalue", "29.95", "extras.rval=29.95"}},
    {"R", {"url", "77", "extras.urlid=77"}},
    {"E", {"ref1", "one", "extras.ref1=one"}},
    {"E", {"ref10", "ten", "extras.ref10=ten"}},
    {"D", {"refundreasoncode", "12", "reason_code=12"}},
    {"D", {"refundcomment", "asked for it", "reason_text=asked for it"}},
    {"D", {"refundedby", "agent", "by=agent"}},
    {"C", {"cancelreasoncode", "3", "reason_code=3"}},
    {"C", {"cancelcomment", "too dear", "reason_text=too dear"}},
    {"C", {"cancelledby", "customer", "by=customer"}},
    {"E", {"browsertype", "Firefox", "extras.browsertype=Firefox"}},
    {"E", {"browserversion", "Mozilla/5.0 (X11)", "extras.browserversion=Mozilla/5.0 (X11)"}},
    {"E", {"ipcountry", "NL", "extras.ipcountry=NL"}},
    {"E", {"ismobiledevice", "True", "extras.ismobiledevice=True"}},
    {"E", {"platform", "Linux", "extras.platform=Linux"}},
    {"E", {"template", "plain", "extras.template=plain"}},
    {"E", {"prepaidindicator", "Y", "extras.prepaidindicator=Y"}},
    {"EDR", {"urlid", "77", "extras.urlid=77"}},
    // The lists above the chart name these for Disable and Cancellation, the chart does not
    // ("Setting up Postbacks"; the example of a Disable asks for the address).
    {"DC", {"tranid", "1234567890", "transaction_id=1234567890"}},
    {"C", {"urlid", "77", "extras.urlid=77"}},
    {"D", {"ip", "203.0.113.7", "extras.ipaddress=203.0.113.7"}},
    // What the host put on the link comes back as user-defined values ("<extra xxxx>").
    {"EDCR", {"memberid", "908172", "member_id=908172"}},
    {"EDCR", {"session", "0123456789abcdef", "session=0123456789abcdef"}},
    {"EDCR", {"promo", "spring", "extras.promo=spring"}},
    {"EDCR", {"TESTTRANS", "1", "test=yes"}},
};

} // namespace segpay::testing
