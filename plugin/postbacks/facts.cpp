// The one table of parameter names.
#include "postbacks/facts.hpp"

#include "values/word.hpp"

#include <array>

namespace segpay {

namespace {

// Where a name comes from: the templates of the NATS integration guide (Step 3), the custom
// examples of the Processing API 2.0 ("Setting up Postbacks"), its "Full List of Postback
// Parameters" (the names of default postbacks), or postbacks that were seen and no document tells
// of.
enum class Source : std::uint8_t { nats, custom, listed, seen };

struct Name {
    std::string_view name; // lower case
    Fact fact;
    Source source;
};

constexpr std::array kNames = {
    Name{"action", Fact::action, Source::listed},
    Name{"transtype", Fact::transaction_type, Source::nats},
    Name{"trantype", Fact::transaction_type, Source::listed},
    Name{"stage", Fact::stage, Source::listed},
    Name{"approved", Fact::approved, Source::listed},
    Name{"purchaseid", Fact::purchase_id, Source::listed},
    Name{"transid", Fact::transaction_id, Source::nats},
    Name{"tranid", Fact::transaction_id, Source::listed},
    Name{"relatedtranid", Fact::related_transaction_id, Source::listed},
    Name{"relatedtransid", Fact::related_transaction_id, Source::seen},
    Name{"price", Fact::price, Source::listed},
    Name{"currencycode", Fact::currency, Source::listed},
    Name{"eticketid", Fact::eticket, Source::listed},
    Name{"memberid", Fact::member_id, Source::nats},
    Name{"foreignid", Fact::member_id, Source::seen},
    Name{"session", Fact::session, Source::nats},
    Name{"natssess", Fact::session, Source::seen},
    Name{"merchantpartnerid", Fact::affiliate, Source::listed},
    Name{"username", Fact::username, Source::listed},
    Name{"password", Fact::password, Source::listed},
    Name{"email", Fact::email, Source::nats},
    Name{"billemail", Fact::email, Source::listed},
    Name{"name", Fact::name, Source::nats},
    Name{"billname", Fact::name, Source::listed},
    Name{"firstname", Fact::first_name, Source::custom},
    Name{"billnamefirst", Fact::first_name, Source::listed},
    Name{"lastname", Fact::last_name, Source::custom},
    Name{"billnamelast", Fact::last_name, Source::listed},
    Name{"country", Fact::country, Source::nats},
    Name{"billcntry", Fact::country, Source::listed},
    Name{"xsellnum", Fact::cross_sell_slot, Source::nats},
    Name{"xselnum", Fact::cross_sell_slot, Source::listed},
    Name{"xref1", Fact::xref1, Source::nats},
    Name{"xref2", Fact::xref2, Source::nats},
    Name{"upsell", Fact::upsell, Source::nats},
    Name{"tokenplus", Fact::tokenplus, Source::nats},
    Name{"octoken", Fact::octoken, Source::nats},
    Name{"transguid", Fact::trans_guid, Source::listed},
    Name{"standin", Fact::standin, Source::listed},
    Name{"testtrans", Fact::test_transaction, Source::listed},
    Name{"cardtype", Fact::card_type, Source::listed},
    Name{"paymenttype", Fact::payment_type, Source::nats},
    Name{"transtime", Fact::transaction_time, Source::listed},
    Name{"billertranstime", Fact::transaction_time, Source::custom},
    Name{"reactivationtimestamp", Fact::reactivation_time, Source::listed},
    Name{"reactivationdate", Fact::reactivation_time, Source::custom},
    Name{"authcode", Fact::response_code, Source::listed},
    Name{"refundreasoncode", Fact::refund_reason, Source::listed},
    Name{"refundcomment", Fact::refund_comment, Source::listed},
    Name{"refundedby", Fact::refunded_by, Source::listed},
    Name{"cancelreasoncode", Fact::cancel_reason, Source::listed},
    Name{"cancelcomment", Fact::cancel_comment, Source::listed},
    Name{"cancelledby", Fact::cancelled_by, Source::listed},
};

} // namespace

std::optional<Fact> fact_of(std::string_view name) {
    for (const Name& known : kNames)
        if (equal_ignoring_case(name, known.name)) return known.fact;
    return std::nullopt;
}

} // namespace segpay
