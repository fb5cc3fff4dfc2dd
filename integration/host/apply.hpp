// The host as the biller plugin sees it: applies events and answers probes. A model for host
// authors: this file and apply.cpp are all that "exactly once" asks of a host.
//
// The plugin makes an event durable before it calls event(), and counts it as settled after event()
// answered "done". If this process dies in between, the event comes again with the same key. So the
// key is stored in the same database transaction as the effect: either both are there, and the
// second delivery finds the key and does nothing, or neither is, and the second delivery is the
// first. No other bookkeeping, lock or flag is needed.
//
// Owner of an event. The purchase decides, once it is known here. A new purchase belongs to the
// member whom the event names; if its site is another than the member's (a cross sell, an upsell,
// tokens), it belongs to that member's own record at that site, which is made when there is none
// and points to the named member as its parent. The parent's own record is not touched. Without a
// member (the processor's automatic cascade) the record is made from the event. A sale on a
// partner's form names a member of the partner's, whatever this host has under the same number: it
// gets a record of its own, with the partner's name in it.
#pragma once

#include "crash.hpp"
#include "database.hpp"
#include "effects.hpp"

#include <biller.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nats_host {

struct Fact; // an event in the host's words

class AffiliateHost final : public biller::Host {
public:
    // Both references must outlive the host, which always honours keys; with `durable_marks` it
    // does not declare so.
    AffiliateHost(Database& database, DieAt& die_at, MemberManagement management,
                  bool durable_marks)
        : database_(database),
          die_at_(die_at),
          management_(management),
          durable_marks_(durable_marks) {}

    // Any thread. Done: applied, now or before. Retry: the database is busy or failing. Refuse: the
    // event's site is not in the catalogue; the operator can correct that and then redeliver.
    biller::Answer event(const biller_event& event) override;

    // All in one transaction; when one of them fails, each in one of its own.
    std::vector<biller::Answer> events(const std::vector<const biller_event*>& events) override;

    // Taken means that a member who has, or ever had, a subscription at the site owns the name. The
    // pending record of the sign-up itself does not count: see members.hpp.
    std::uint32_t probe(const biller_probe& probe) override;

    void log(std::uint32_t level, std::string_view line) override;

    bool honours_keys() const override { return !durable_marks_; }

private:
    void add_password(Fact& fact);
    void write(std::span<const Fact> facts);
    biller::Answer write_alone(const Fact& fact);

    Database& database_;
    DieAt& die_at_;
    MemberManagement management_;
    bool durable_marks_;
};

} // namespace nats_host
