// Hooks: the functions of the C ABI, and what their files share. A hook checks its arguments, turns
// C structs into the plugin's own types, calls the inbox, and passes the result to a sink. biller.h
// documents each.
#pragma once

#include "account.hpp"
#include "biller.h"
#include "boundary/boundary.hpp"
#include "boundary/scope.hpp"
#include "entry/kept.hpp"
#include "entry/pulled.hpp"
#include "inbox/inbox.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

// The opaque instance of biller.h.
struct biller_instance {
    biller_instance(segpay::Config config, const segpay::Host& host,
                    const segpay::LedgerSettings& settings)
        : account(std::move(config)),
          ledger(segpay::open_ledger(settings)),
          inbox(account, host, *ledger) {}

    segpay::OpenInstance counted;             // before the ledger is opened
    std::shared_ptr<segpay::KeptLines> lines; // of a kept instance: the context of its host
    segpay::Account account;
    std::unique_ptr<segpay::Ledger> ledger;
    segpay::Inbox inbox;
    std::atomic<bool> has_warned_of_link = false;
    segpay::Rounds rounds;
};

namespace segpay {

inline void require(bool is_given, const char* what) {
    if (!is_given) throw Stop{BILLER_STATUS_ARGUMENT, what};
}

// Runs a hook of an instance in a scope; no exception gets past it. Inlined into the hook, because
// the scope takes the address of the hook's frame.
template <class Hook>
[[gnu::always_inline]] inline uint32_t in_instance(biller_instance* instance, biller_reason* reason,
                                                   Hook hook) noexcept {
    const void* const frame = __builtin_frame_address(0);
    return guarded(reason, [&] {
        require(instance != nullptr, "instance is NULL");
        const HookScope scope(instance->counted, frame);
        return hook(*instance);
    });
}

// ---- The hooks of biller_plugin -----------------------------------------------------------------

// In config_hooks.cpp.
uint32_t check(const biller_config* config, const biller_problem_sink* sink, biller_reason* reason);
uint32_t open(const biller_config* config, const biller_host* host, biller_instance** instance,
              biller_reason* reason);
void close(biller_instance* instance);
// Throws Stop, LedgerError.
std::unique_ptr<biller_instance> open_instance(const biller_config& given, const biller_host& host);

// In link_hook.cpp.
uint32_t link(biller_instance* instance, const biller_link_request* request,
              const biller_link_sink* sink, biller_reason* reason);

// In postback_hooks.cpp.
uint32_t handle(biller_instance* instance, const biller_http_request* request,
                const biller_reply_sink* sink, biller_reason* reason);

// In ledger_hooks.cpp.
uint32_t recover(biller_instance* instance, uint32_t limit, biller_report* report,
                 biller_reason* reason);
uint32_t entries(biller_instance* instance, const biller_entry_query* query,
                 const biller_entry_sink* sink, biller_reason* reason);
// Adds the events to deliver to `round`. Throws Stop.
void carry_out(biller_instance& opened, const biller_decision* decision, Round& round);
uint32_t decide(biller_instance* instance, const biller_decision* decision, biller_report* report,
                biller_reason* reason);

// ---- Extensions ---------------------------------------------------------------------------------

extern const biller_portal kPortal; // in portal.cpp
extern const biller_pull kPull;     // in pull.cpp

} // namespace segpay
