// The key of an event: the words of its row, and a digest where it has no id.
#include "postbacks/identify.hpp"

#include "events/kept_key.hpp"

#include <string>

namespace segpay {

namespace {

// A digest of everything but the password, which is never stored in any form.
std::string digest_of(const Postback& postback) {
    Parameters said;
    for (std::size_t i = 0; i < postback.facts.size(); ++i)
        if (static_cast<Fact>(i) != Fact::password && !postback.facts[i].empty())
            said.push_back({std::string(canonical_name(static_cast<Fact>(i))),
                            std::string(postback.facts[i])});
    for (const auto& [name, value] : postback.extras)
        said.push_back({std::string(name), std::string(value)});
    return segpay::digest_of(said);
}

} // namespace

void identify(Identity& identity, const EventDraft& event, const Postback& postback,
              const Classification& row) {
    const FactWords words{row.is_transaction, row.transaction_type, row.action, row.stage,
                          row.approved == true};
    const bool has_no_id = row.is_transaction && event.transaction_id.empty();
    identify(identity, event, words, has_no_id ? digest_of(postback) : std::string());
}

} // namespace segpay
