/*
 * biller.h: the contract between an affiliate-tracking host and a biller plugin.
 *
 * A biller plugin is a shared library that speaks with one payment processor. The host loads it,
 * opens an instance with a configuration and a table of callbacks, asks it for the links that send
 * customers to the processor's pay page, and passes it every HTTP request that the processor sends
 * back; the plugin calls the host with what happened to which member. This header is all a host
 * needs; nothing in it is specific to one processor, except that names and examples are the field's
 * own.
 *
 *     void *so = dlopen("nats_segpay.so", RTLD_NOW | RTLD_LOCAL);
 *     biller_entry_fn *entry = (biller_entry_fn *)dlsym(so, BILLER_ENTRY_SYMBOL);
 *     entry(&info, &plugin, &reason);             who are you, which version
 *     plugin->open(&config, &host, &biller, &reason);
 *     plugin->link(biller, &request, &sink, &reason);      a customer wants to join
 *     plugin->handle(biller, &http, &reply_sink, &reason); the processor posts back
 *     plugin->recover(biller, 100, &report, &reason);      at start, then every few seconds
 *     plugin->close(biller);
 *
 * EXACTLY ONCE. An event is delivered by calling biller_host.event. Before that call the event is
 * durable in the plugin's ledger; after a call that returned BILLER_DONE it is settled there. If
 * the process dies between the two, it is unknown whether the host applied the event, so it is
 * delivered again with the same biller_event.key and with `redelivery` set. A host that stores the
 * key in the same database transaction as the effect, and returns BILLER_DONE without doing
 * anything when it finds the key stored, sees every event exactly once. A host that ignores the key
 * sees every event at least once.
 *
 * WHICH EVENT TO ACT ON. A sign-up that collects a user name gives two events: a member_enable and
 * a join (cross_sell, upsell) of the same purchase_id and member_id. Either may come first, and
 * either may come alone: the processor sends what its portal is set up to send, and sends enable
 * and disable only for purchases with a user name or password. So a host follows one of two rules,
 * never both, and books the money of an event under either:
 *
 *     kind                          NATS member management     Segpay member management
 *     ----------------------------  -------------------------  ---------------------------------
 *     join cross_sell upsell        opens access               is money only; the enable opens
 *     one_click token_purchase      grants what was sold       grants what was sold
 *     conversion rebill upgrade     prolongs access            is money only
 *     member_enable                 brings the login only      opens access, brings the login
 *     reactivation                  opens access again         opens access again; with an amount
 *                                                              it is money only
 *     member_disable                ends access                ends access
 *     member_cancel                 will not renew             will not renew
 *     standin_decline               ends access, takes the     takes the money back; the disable
 *                                   money back                 ends access
 *     void credit chargeback revoke take money back            take money back
 *     chargeback_reversal
 *     rdr_reversal                  book the money again       book the money again
 *     denial upgrade_denial
 *     insufficient_funds            change nothing             change nothing
 *
 * "Opens access" means: unless the purchase is open already, or was ended before the event came. A
 * refund alone ends nothing; where access is to end with it, the processor disables as well. Money
 * that was taken back in full takes back what was granted, such as tokens: once, though refund and
 * chargeback of one sale may both come. Where neither enable nor disable is sent, count the days
 * that were paid for.
 *
 * WHOSE AN EVENT IS. The purchase decides, once you know it. A new purchase belongs to member_id,
 * except that a cross_sell or an upsell is a purchase at another site: member_id, session and
 * affiliate then name the parent, through whom it was bought, and `site` says where the customer
 * becomes a member. With `partner` set, the parent is another merchant's: its member_id may look
 * like one of yours and is not, so create a new member and credit none of yours.
 *
 * MEMORY. Neither side frees what the other allocated. Everything passed into a call is borrowed
 * for the duration of that call and must not be kept; copy what you need. Output travels through
 * sink callbacks, under the same rule. The only owned object is the instance: biller_plugin.open
 * makes it, biller_plugin.close ends it.
 *
 * TEXT is UTF-8 in a biller_bytes: a pointer and a size, no terminating NUL. `data == NULL` means
 * "nothing was said"; `data != NULL, size == 0` is an empty text. Text from the plugin never has
 * control characters.
 *
 * GROWTH. Every struct that can grow starts with `struct_size`, which the side that fills the
 * struct sets to sizeof of it. Fields are only ever appended. Before reading a field that came
 * after version 1.0, test BILLER_HAS. A reader never reads, and a writer never writes, past
 * struct_size. biller_bytes, biller_pair and biller_money never change.
 *
 * THREADS. Each hook carries one of these tags:
 *     [entry]          from any thread, at any time, before anything else exists
 *     [any-thread]     from any number of threads at once, on the same instance
 *     [one-at-a-time]  while no other hook of the same instance is running
 * The plugin starts no thread. It calls the host only from inside a hook, on the thread that called
 * the hook. A callback must not call back into the same instance: such a call returns
 * BILLER_STATUS_REENTERED. A sink is a callback, too: collect its data, and act on it when the hook
 * has returned. An instance belongs to the process that opened it: after fork() the child's calls
 * return BILLER_STATUS_FORKED (only the parent may close it), and so does an attempt of the child
 * to open one of its own while its parent had one open: hosts that fork workers open in the
 * workers. Several processes may each open an instance on the same ledger.
 *
 * ERRORS have three axes that are never merged: whether the hook ran (its return value, a
 * BILLER_STATUS_*), the outcome of the operation at the processor (BILLER_OUTCOME_*), and the
 * processor's own code and words. All three are in biller_reason.
 *
 * EXCEPTIONS. No hook throws a C++ exception. A callback should not either; if one escapes
 * nevertheless, and the host was built with the same C++ runtime, it counts as BILLER_RETRY.
 *
 * LEFT CALLBACKS. A host may leave a callback without returning: by longjmp, or by what a script
 * engine does on exit(), a fatal error or a time limit. The hook ends there, and what was on its
 * stack is lost, some kilobytes of memory. The next hook on the same thread, of any instance,
 * notices that and releases what the left one held. It is unknown whether the event was applied:
 * when its lease is over (ledger.lease_seconds), it is delivered again. A hook that waits on a
 * stack of its own (a fibre) counts as running. Leaving a callback of open() leaks the instance.
 *
 * The header is C99 and C++11; a preprocessed copy for PHP's FFI is beside it (biller.ffi.h), a
 * C++ wrapper in biller.hpp. License: Apache-2.0.
 */
#ifndef BILLER_H
#define BILLER_H

#include <stddef.h>
#include <stdint.h>
#ifndef BILLER_FFI
#include <string.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions ------------------------------------------------------------------------------ */

/* The major version is part of the entry symbol's name and changes when an old host could not work
 * with a new plugin. The minor version grows with every addition. */
#define BILLER_ABI_MAJOR 1
#define BILLER_ABI_MINOR 0
#define BILLER_ENTRY_SYMBOL "biller_entry_v1"

/* Whether the struct behind `pointer`, of struct type `type`, was filled by a side that knows
 * `field`:  if (BILLER_HAS(biller_host, host, now_ms)) ... */
#define BILLER_HAS(type, pointer, field) \
    ((pointer)->struct_size >= offsetof(type, field) + sizeof((pointer)->field))

/* On each hook: an ignored status is a warning, where the compiler supports that. */
#if defined(__GNUC__) && !defined(BILLER_FFI)
#define BILLER_CHECKED \
    __attribute__((warn_unused_result))
#else
#define BILLER_CHECKED
#endif

/* ---- Small values -------------------------------------------------------------------------- */

/* A run of bytes, usually UTF-8 text; see TEXT above. Borrowed, never NUL-terminated. */
typedef struct biller_bytes {
    const uint8_t *data; /* NULL: nothing was said */
    size_t size;         /* bytes */
} biller_bytes;

/* A name and its value: a parameter, a header, a form field. */
typedef struct biller_pair {
    biller_bytes name;
    biller_bytes value;
} biller_pair;

/* An amount of money: `minor` units of 10^-exponent, so 29.95 USD is {2995, "USD", 2} and 500 JPY
 * is {500, "JPY", 0}. Never negative in an event: the kind gives the direction. */
typedef struct biller_money {
    int64_t minor;
    char currency[4];  /* ISO 4217 letters and a NUL; empty: no amount was said */
    uint32_t exponent; /* ISO 4217 decimals: 0, 2 or 3 */
} biller_money;

/* An answer to a yes-or-no question that may not have been answered at all. Where a *request* has
 * such a field, BILLER_UNKNOWN (a zeroed struct) means "as configured". */
#define BILLER_UNKNOWN 0
#define BILLER_NO 1
#define BILLER_YES 2

/* ---- Status and reason --------------------------------------------------------------------- */

/* Did the hook run? The return value of every hook. A value that is not listed here comes from a
 * newer plugin: treat it as BILLER_STATUS_INTERNAL. */
#define BILLER_STATUS_OK 0          /* the hook did its work; its output has the rest */
#define BILLER_STATUS_VERSION 1     /* no common ABI version; the reason names both sides' */
#define BILLER_STATUS_ARGUMENT 2    /* an argument is NULL, too small, or out of range */
#define BILLER_STATUS_CONFIG 3      /* the configuration has mistakes; see biller_plugin.check */
#define BILLER_STATUS_REQUEST 4     /* cannot be met; the reason names the field */
#define BILLER_STATUS_NOT_FOUND 5   /* no entry with that key */
#define BILLER_STATUS_STATE 6       /* the entry exists, but is not in a state for this decision */
#define BILLER_STATUS_STORAGE 7     /* the ledger cannot be read or written; nothing was changed. A
                                       failure after a change is only logged */
#define BILLER_STATUS_REENTERED 8   /* called from inside a callback of the same instance */
#define BILLER_STATUS_FORKED 9      /* called in another process than the one that opened it */
#define BILLER_STATUS_MEMORY 10     /* out of memory; nothing was changed */
#define BILLER_STATUS_INTERNAL 11   /* a defect of the plugin; the reason says where */
#define BILLER_STATUS_STOPPED 12    /* a sink returned BILLER_STOP; not a failure */

/* The outcome of an operation at the processor. Hooks that send the processor no request leave
 * BILLER_OUTCOME_NONE. */
#define BILLER_OUTCOME_NONE 0      /* the processor was not asked */
#define BILLER_OUTCOME_PROCESSED 1 /* done */
#define BILLER_OUTCOME_PENDING 2   /* accepted, an event will report the end */
#define BILLER_OUTCOME_ERROR 3     /* the processor refused; see code and text */
#define BILLER_OUTCOME_CANCELED 4  /* certainly not done: it failed before the request left */
#define BILLER_OUTCOME_UNDEFINED 5 /* may or may not be done: check before you repeat it */

/* Why something went wrong, in a buffer that the caller owns, so that it can be read after the
 * library is unloaded. Set struct_size before the call; a NULL reason is allowed everywhere. The
 * texts are NUL-terminated UTF-8, cut at a character boundary when too long, free of secrets, and
 * empty when there is nothing to say. */
typedef struct biller_reason {
    uint32_t struct_size;
    uint32_t status;  /* BILLER_STATUS_*, the same as the return value */
    uint32_t outcome; /* BILLER_OUTCOME_* */
    char code[36];    /* the processor's own code, e.g. "ERR301" */
    char text[976];   /* one sentence for the operator: what, where, found, expected */
} biller_reason;

/* ---- Events -------------------------------------------------------------------------------- */

/* What happened. Names as in biller_event.kind_name; show an unknown number to the operator and
 * return BILLER_DONE. "Changes a member" is advice: the host decides, by WHICH EVENT TO ACT ON at
 * the top. */
#define BILLER_EVENT_UNKNOWN 0              /* "unknown": kept by the plugin, never delivered */
#define BILLER_EVENT_JOIN 1                 /* "join": an approved sign-up (initial or trial) */
#define BILLER_EVENT_DENIAL 2               /* "denial": declined; never changes a member */
#define BILLER_EVENT_CROSS_SELL 3           /* "cross_sell": another site's purchase on a join form;
                                               member_id and session name the parent member */
#define BILLER_EVENT_TOKEN_PURCHASE 4       /* "token_purchase": tokens bought again */
#define BILLER_EVENT_UPSELL 5               /* "upsell": an offer of another site, by one click */
#define BILLER_EVENT_ONE_CLICK 6            /* "one_click": any other purchase by one click */
#define BILLER_EVENT_CONVERSION 7           /* "conversion": the trial became a full membership */
#define BILLER_EVENT_INSUFFICIENT_FUNDS 8   /* "insufficient_funds": a renewal failed */
#define BILLER_EVENT_REBILL 9               /* "rebill": a renewal was paid */
#define BILLER_EVENT_UPGRADE 10             /* "upgrade": converted before the trial's end */
#define BILLER_EVENT_UPGRADE_DENIAL 11      /* "upgrade_denial": the trial goes on */
#define BILLER_EVENT_REACTIVATION 12        /* "reactivation": active again; with an amount when it
                                               reports the payment */
#define BILLER_EVENT_VOID 13                /* "void" of related_transaction_id */
#define BILLER_EVENT_CREDIT 14              /* "credit": refund of related_transaction_id */
#define BILLER_EVENT_CHARGEBACK 15          /* "chargeback" of related_transaction_id */
#define BILLER_EVENT_REVOKE 16              /* "revoke" of related_transaction_id (direct debit) */
#define BILLER_EVENT_CHARGEBACK_REVERSAL 17 /* "chargeback_reversal": the chargeback was won */
#define BILLER_EVENT_RDR_REVERSAL 18        /* "rdr_reversal": rapid dispute resolution undone */
#define BILLER_EVENT_STANDIN_DECLINE 19     /* "standin_decline": a sale approved with
                                               standin == YES failed in the end: take it back */
#define BILLER_EVENT_MEMBER_ENABLE 20       /* "member_enable": grant access */
#define BILLER_EVENT_MEMBER_DISABLE 21      /* "member_disable": take access away */
#define BILLER_EVENT_MEMBER_CANCEL 22       /* "member_cancel": will not renew; access stays */

/* One fact. Everything is borrowed for the call. Text is "nothing was said" (data == NULL) where
 * the processor said nothing and the ledger has nothing about the purchase. */
typedef struct biller_event {
    uint32_t struct_size;
    uint32_t kind;                       /* BILLER_EVENT_* */
    biller_bytes kind_name;              /* "join", "rebill", ... */
    biller_bytes key;                    /* the idempotency key: ASCII, at most 120 bytes, the same
                                            at every delivery of this fact, and of no other */
    biller_bytes purchase_id;            /* the processor's subscription */
    biller_bytes transaction_id;         /* the processor's transaction; none for member events */
    biller_bytes related_transaction_id; /* the sale that is voided, refunded, charged back */
    biller_money amount;                 /* in the price point's own currency */
    uint32_t approved;                   /* BILLER_YES, BILLER_NO; UNKNOWN for member events */
    uint32_t test;                       /* BILLER_YES: the postback says that it is of test mode,
                                            never real money; else BILLER_NO */
    uint32_t standin;                    /* BILLER_YES: approved before the bank answered */
    uint32_t redelivery;                 /* BILLER_YES: may have been delivered before */
    uint32_t trial;                      /* whether the join option is a trial */
    uint32_t attempt;                    /* 1 for the first delivery */
    biller_bytes member_id;              /* the host's own, as put on the link */
    biller_bytes session;                /* the host's own, as put on the link */
    biller_bytes affiliate;              /* the host's own, as put on the link */
    biller_bytes username;
    biller_bytes password;               /* as the customer typed it on the pay page (control
                                            characters as spaces), for member creation; never
                                            logged, stored only encrypted and only until the event
                                            is settled. Absent at a redelivery when no
                                            ledger.password_key is configured. */
    biller_bytes email;
    biller_bytes name;                   /* the customer's, as on the card */
    biller_bytes country;                /* two letters */
    uint64_t package;                    /* of the eTicket; 0: not said */
    uint64_t price_point;                /* of the eTicket; 0: not said */
    biller_bytes site;                   /* id of the configured site whose product this is */
    biller_bytes option;                 /* id of the configured join option */
    uint32_t cross_sell_slot;            /* 0: main sale, 1: first cross sell, 2: second */
    uint32_t reserved;                   /* 0 */
    biller_bytes cross_sell_ref;         /* the ref code of that slot */
    biller_bytes upsell;                 /* the host's own value, unchanged; in this and the next
                                            two, blanks and 0 mean nothing. `kind` gives the kind of
                                            sale: a renewal can echo them, too */
    biller_bytes tokenplus;              /* the host's own value, unchanged */
    biller_bytes octoken;                /* the purchase whose card was charged by one click */
    biller_bytes trans_guid;             /* the token for an instant conversion */
    biller_bytes card_type;              /* "Visa", "MasterCard", ... */
    biller_bytes payment_type;           /* "CC", ... */
    int64_t occurred_at_ms;              /* Unix time in milliseconds; 0: not said */
    int64_t received_at_ms;              /* when the plugin received it */
    biller_bytes reason_code;            /* why declined, refunded, cancelled: a code */
    biller_bytes reason_text;            /* and its words */
    biller_bytes by;                     /* who refunded or cancelled */
    const biller_bytes *warnings;        /* remarks for the operator: "garbled_template" (repair it
                                            in the portal), "currency_from_option" (none was said),
                                            "not_as_at_sign_up" (another member, session or
                                            affiliate than the sale that opened the purchase; that
                                            of the sale stands), "product_not_said" (a sale without
                                            eTicket: site and option are unknown; by one click it
                                            comes only when an operator has released it, so check it
                                            before you settle it), "product_not_configured" (a
                                            decline, or a later event of a purchase that is not
                                            known, of no join option), "purchase_found" (none was
                                            said; it was found by the transaction or the user name:
                                            have the template ask for it), "purchase_not_said",
                                            "transaction_not_said" and "amount_not_understood" (a
                                            decline without: it changes nothing),
                                            "currency_not_said" (and so no amount),
                                            "currency_from_sale" (that of the sale that is taken
                                            back), "terms_not_as_configured" (the processor says
                                            another price or period of the price point than the
                                            configuration, or sells by stand-in or one click what
                                            cannot be; the next warning says which),
                                            "price_not_said" (a sale without amount),
                                            "price_not_as_configured" (a renewal costs something
                                            else), "authorisation_only" (a free trial: the amount is
                                            0, whatever was authorised), "sale_not_known" (seals are
                                            required, and no accepted sale says whose this purchase
                                            is; what was echoed is in the extras),
                                            "cross_sell_ref_not_said", or a sentence */
    size_t warning_count;
    const biller_pair *extras;           /* everything else the processor sent, secrets excepted:
                                            the processor's own names in lower case, or those of
                                            your parameters; values unchanged, in order, but for
                                            "***" in place of a card number, or of what a text calls
                                            a password, and for times that were encoded once too
                                            often */
    size_t extra_count;
    biller_bytes reason_family;          /* the kind of refusal of a decline, if its code is known:
                                            "negative_database", "velocity", "duplicate" or
                                            "instant_conversion_or_one_click" */
    biller_bytes program;                /* the affiliate program of the cross sell or upsell, as
                                            configured */
    biller_bytes partner;                /* the merchant on whose join form, or to whose member,
                                            this was sold, if that is not you: member_id, session
                                            and affiliate are then that merchant's, not yours; see
                                            WHOSE AN EVENT IS */
    uint32_t tokens;                     /* how many the option gives, as configured (NATS: Join
                                            Options, Tokens): grant them with a sale, take them back
                                            with its money. 0: none, or not known, or as many as the
                                            host sells for the amount */
    uint32_t reserved2;                  /* 0 */
} biller_event;

/* The processor asks whether a user name may be given to a new customer. */
typedef struct biller_probe {
    uint32_t struct_size;
    uint32_t reserved;   /* 0 */
    biller_bytes username;
    biller_bytes email;  /* what the processor falls back to when the name is taken */
    biller_bytes site;   /* site id, if known from the eTicket */
} biller_probe;

/* ---- The host's side ----------------------------------------------------------------------- */

/* Answers to biller_host.event. Zero is deliberately none of them: it is what a callback returns
 * that crashed in its own language. Any other value is logged and treated as BILLER_RETRY. */
#define BILLER_DONE 1   /* applied, or found applied by its key */
#define BILLER_RETRY 2  /* not now: deliver again later (database down, lock held) */
#define BILLER_REFUSE 3 /* never: goes to the dead letters, for the operator */

/* Answers to biller_host.probe. Any other value is treated as "cannot tell". */
#define BILLER_NAME_FREE 1
#define BILLER_NAME_TAKEN 2

/* Answers of a sink. */
#define BILLER_MORE 1 /* go on */
#define BILLER_STOP 2 /* enough: the hook returns BILLER_STATUS_STOPPED */

/* Levels of biller_host.log. */
#define BILLER_LOG_ERROR 1   /* needs action */
#define BILLER_LOG_WARNING 2 /* should be checked */
#define BILLER_LOG_INFO 3    /* one line per event */
#define BILLER_LOG_DEBUG 4

/* Flags of biller_host. For a host that sets HONOURS_KEYS the mark "settled" is written with the
 * next commit of the ledger, by recover() or by close(), which saves one sync of the disk per
 * event; a crash before that means one more delivery, with the same key. So each process that takes
 * postbacks must call recover(), not one of them for all: a mark waits in the process that has it.
 * For any other host the mark is durable before the hook returns. */
#define BILLER_HOST_HONOURS_KEYS 1 /* stores biller_event.key with the effect */

/* What the host can do. Filled by the host; copied by biller_plugin.open, so the struct itself may
 * go away afterwards, but the functions and `context` must live until biller_plugin.close. All
 * callbacks run on the thread that called the hook. */
typedef struct biller_host {
    uint32_t struct_size;
    uint32_t flags; /* BILLER_HOST_* */
    void *context;  /* passed to every callback */

    /* Required for a host that does not pull (biller.pull/1). Applies one event. Returns
     * BILLER_DONE, BILLER_RETRY or BILLER_REFUSE; for the last two it may give the reason in
     * reason->text (NUL-terminated), which is shown to the operator. May be called from several
     * threads at once for different purchases, never for one. `reason` is never NULL. */
    uint32_t (*event)(void *context, const biller_event *event, biller_reason *reason);

    /* Optional (NULL: cannot tell, the processor gets the failure answer). Returns BILLER_NAME_FREE
     * or BILLER_NAME_TAKEN. The processor waits for it. */
    uint32_t (*probe)(void *context, const biller_probe *probe);

    /* Optional. One line, no newline, no secrets. */
    void (*log)(void *context, uint32_t level, const biller_bytes *line);

    /* Optional: the clock, Unix time in milliseconds. NULL: the system's. For simulations. */
    int64_t (*now_ms)(void *context);
} biller_host;

/* ---- Configuration ------------------------------------------------------------------------- */

/* Where the configuration is. Either `path`, or `text` (then `path` only names it in messages and
 * relative file names are relative to its folder). A relative `path` or `ledger` is relative to the
 * working directory of the process; file names inside the configuration are relative to its own
 * folder. */
typedef struct biller_config {
    uint32_t struct_size;
    uint32_t reserved;   /* 0 */
    biller_bytes path;   /* a YAML file */
    biller_bytes text;   /* or the YAML itself */
    biller_bytes ledger; /* when said, overrides the configured file; ":memory:" is a ledger of this
                            instance alone that ends with it */
} biller_config;

#define BILLER_PROBLEM_MISTAKE 0 /* the configuration cannot be used */
#define BILLER_PROBLEM_WARNING 1 /* it can, but this is hardly intended */

/* One mistake in a configuration, or one warning. */
typedef struct biller_problem {
    uint32_t struct_size;
    uint32_t line;        /* from 1; 0: the file as a whole */
    uint32_t column;      /* from 1 */
    uint32_t severity;    /* BILLER_PROBLEM_*; an unknown value is not fatal either: only the status
                             of check says whether the configuration can be used */
    biller_bytes file;
    biller_bytes message; /* what was found and what would be right */
} biller_problem;

typedef struct biller_problem_sink {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    void *context;
    /* Answers BILLER_MORE or BILLER_STOP. */
    uint32_t (*problem)(void *context, const biller_problem *problem);
} biller_problem_sink;

/* ---- Links --------------------------------------------------------------------------------- */

#define BILLER_LINK_JOIN 1               /* a new purchase through the pay page */
#define BILLER_LINK_ONE_CLICK 2          /* a purchase with the card of an earlier one */
#define BILLER_LINK_INSTANT_CONVERSION 3 /* end the trial now */
#define BILLER_LINK_REACTIVATION 4       /* reactivate an ended subscription */

/* What a link is to do. Zero the struct, set struct_size, kind and what you know; what is not said
 * (data == NULL) is taken from the configuration or left out. Limits: a user-defined value has at
 * most 32 characters, a URL at most 2,000, any other text 255; names of extras are letters, digits
 * and underscores and begin with a letter, and there are at most 128. A request that cannot be met,
 * or that has a field that its kind of link does not accept, gives no link: it returns
 * BILLER_STATUS_REQUEST and a reason that names the field. */
typedef struct biller_link_request {
    uint32_t struct_size;
    uint32_t kind;              /* BILLER_LINK_* */
    biller_bytes option;        /* id of a configured join option; required for a join */
    biller_bytes member_id;     /* the host's member record; comes back in every event. 32 */
    biller_bytes session;       /* the host's tracking session. 32 */
    biller_bytes affiliate;     /* the affiliate that is credited */
    biller_bytes username;      /* prefilled, or assigned in the background */
    biller_bytes password;
    biller_bytes first_name;
    biller_bytes last_name;
    biller_bytes email;
    biller_bytes address;
    biller_bytes city;
    biller_bytes state;         /* the processor's code, e.g. "ND" */
    biller_bytes zip;
    biller_bytes country;       /* ISO 3166, two letters; "UK" is sent as GB, with a warning */
    biller_bytes phone;
    biller_bytes language;      /* of the pay page: "ES", "FR", ... */
    biller_bytes currency;      /* shown to the customer: "HKD", ..., or "none" for no choice */
    biller_bytes amount;        /* dynamic prices: a decimal of the option's currency */
    biller_bytes xref1;         /* ref code of the first cross sell; default: the option's. 32 */
    biller_bytes xref2;         /* ref code of the second. 32 */
    biller_bytes upsell;        /* the host's own; comes back. 32 */
    biller_bytes tokenplus;     /* the host's own; comes back. 32. Of options of token sites only */
    biller_bytes octoken;       /* the purchase whose card is to be charged; not said: that of
                                   purchase_id, or the member's most recent that can be used */
    biller_bytes ictoken;       /* trans_guid of the sign-up, for an instant conversion; not said:
                                   likewise */
    biller_bytes purchase_id;   /* the purchase to use, where it is not the most recent */
    biller_bytes approve_url;   /* where the customer goes after an approval: http:// or https://,
                                   a host, no blanks and no user name */
    biller_bytes approve_text;  /* the words of that link; needs approve_url */
    biller_bytes decline_url;   /* and after a decline: usually the host's next biller */
    biller_bytes decline_text;  /* needs decline_url */
    biller_bytes page_template; /* the pay page's template */
    biller_bytes price_points;  /* comma-separated, to offer a choice: "3097,1221" */
    uint32_t only_this_price;         /* BILLER_YES: show the option's price point alone */
    uint32_t radio_buttons;           /* BILLER_YES: choose by radio button instead of a list */
    uint32_t cross_sale_off;          /* BILLER_YES: show no cross sells */
    uint32_t test_mode_retry_decline; /* BILLER_YES: in test mode, let a decline be tried again */
    biller_bytes refs[10];            /* REF1 to REF10, reported by the processor. 255 */
    const biller_pair *extras;        /* user-defined parameters; come back. Values 32 */
    size_t extra_count;
    biller_bytes price_hash;          /* dynamic prices: the answer of the processor's pricing
                                         service for this amount, percent-encoded or not: a hash, or
                                         an id */
    biller_bytes description;         /* dynamic prices: what is sold, shown on page and receipt */
    biller_bytes retry_text;          /* instant conversion: what the page says when the sign-up is
                                         too fresh */
    biller_bytes reactivation_token;  /* reactivation: the token that the processor's reporting
                                         service or portal gave for the ended purchase (Segpay:
                                         tguid) */
    /* Dynamic recurring prices: what the processor's pricing service was asked for, with amount as
     * the initial one. They are not on the link, whose price_hash is the id that the service gave;
     * values given here must be within the option's ranges. */
    biller_bytes initial_days;        /* a whole number */
    biller_bytes recurring_amount;    /* a decimal of the option's currency */
    biller_bytes recurring_days;      /* a whole number */
} biller_link_request;

/* A finished link, in the two forms in which a customer can be sent. */
typedef struct biller_link {
    uint32_t struct_size;
    uint32_t reserved;         /* 0 */
    biller_bytes url;          /* for a redirect: everything percent-encoded in the query */
    biller_bytes form_action;  /* for a POST form: its action ... */
    const biller_pair *fields; /* ... and its hidden fields, as plain text: escape them for HTML */
    size_t field_count;
} biller_link;

typedef struct biller_link_sink {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    void *context;
    void (*link)(void *context, const biller_link *link); /* called once, on success only */
} biller_link_sink;

/* ---- HTTP ---------------------------------------------------------------------------------- */

/* A request as the host's web server received it. */
typedef struct biller_http_request {
    uint32_t struct_size;
    uint32_t reserved;          /* 0 */
    biller_bytes method;        /* "GET" or "POST" */
    biller_bytes query;         /* what follows the question mark, still encoded */
    biller_bytes body;          /* still encoded; at most 64 KiB */
    biller_bytes peer;          /* address of the socket's other end, without port; IPv4 or IPv6 */
    const biller_pair *headers; /* at least Authorization, Content-Encoding, Content-Type, Host,
                                   X-Forwarded-For */
    size_t header_count;
} biller_http_request;

/* What was done with a request. Names as in biller_http_reply.disposition_name. */
#define BILLER_DISPOSITION_DELIVERED 1   /* "delivered": the host applied the event just now */
#define BILLER_DISPOSITION_DUPLICATE 2   /* "duplicate": it had been applied before */
#define BILLER_DISPOSITION_QUARANTINED 3 /* "quarantined": kept for the operator, see the message */
#define BILLER_DISPOSITION_CONFLICT 4    /* "conflict": contradicts an earlier event; kept */
#define BILLER_DISPOSITION_REFUSED 5     /* "refused": not from the processor, or not readable;
                                            nothing was written */
#define BILLER_DISPOSITION_DEAD_LETTER 6 /* "dead_letter": the host refused the event */
#define BILLER_DISPOSITION_UNKNOWN 7     /* "unknown": authentic, but nothing known; kept */
#define BILLER_DISPOSITION_ANSWERED 8    /* "answered": a question, e.g. is the user name free? */
#define BILLER_DISPOSITION_DEFERRED 9    /* "deferred": durable, will be delivered later */
#define BILLER_DISPOSITION_UNAVAILABLE 10 /* "unavailable": the ledger cannot be written; nothing
                                             was, and the processor will repeat the request */

/* What to send back, word for word: the status, all the headers, the body. The processor repeats a
 * request that was answered with another status than 200, so a host must not turn one into the
 * other. The headers are the whole list, so a host adds none of its own; they matter: a client that
 * follows RFC 7617 sends its password only after a 401 with WWW-Authenticate. */
typedef struct biller_http_reply {
    uint32_t struct_size;
    uint32_t status;           /* HTTP status */
    biller_bytes content_type; /* "text/plain; charset=utf-8"; among the headers, too */
    biller_bytes body;         /* the success or the failure word */
    uint32_t disposition;      /* BILLER_DISPOSITION_* */
    uint32_t retry_after_s;    /* when not 0: seconds; among the headers, too, as Retry-After */
    biller_bytes disposition_name;
    biller_bytes message;      /* for the operator, never for the wire; empty when all is well */
    biller_bytes key;          /* of the event or the kept request, when there is one */
    const biller_pair *headers; /* Content-Type, Cache-Control; Retry-After; with 401
                                   WWW-Authenticate, with 405 Allow. Each name once; printable
                                   ASCII, ready to be sent. Of this call only, as the texts are */
    size_t header_count;        /* at least 1 */
} biller_http_reply;

typedef struct biller_reply_sink {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    void *context;
    void (*reply)(void *context, const biller_http_reply *reply); /* called exactly once */
} biller_reply_sink;

/* ---- The ledger, as an operator sees it ---------------------------------------------------- */

/* States of an entry. Names as in biller_entry.state_name. */
#define BILLER_STATE_PENDING 1     /* "pending": claimed, not settled; will be delivered */
#define BILLER_STATE_SETTLED 2     /* "settled": applied by the host */
#define BILLER_STATE_DEAD_LETTER 3 /* "dead_letter": refused by the host, or tried too often */
#define BILLER_STATE_QUARANTINED 4 /* "quarantined": not trusted or not understood */
#define BILLER_STATE_CONFLICT 5    /* "conflict": contradicts an earlier event */
#define BILLER_STATE_UNKNOWN 6     /* "unknown": no meaning known */
#define BILLER_STATE_DISMISSED 7   /* "dismissed": discarded by an operator */
#define BILLER_STATE_RELEASED 8    /* "released": an operator had a kept request delivered */

/* Which entries: a set of states, BILLER_STATES(BILLER_STATE_PENDING) | ... */
#define BILLER_STATES(state) (1u << (state))
#define BILLER_STATES_ALL 0xffffffffu

typedef struct biller_entry_query {
    uint32_t struct_size;
    uint32_t states;      /* BILLER_STATES(...) | ... */
    uint64_t after;       /* only entries with a greater sequence; 0: from the beginning */
    uint32_t limit;       /* at most so many; 0: all */
    uint32_t newest_first; /* BILLER_YES: descending (then `after` is an upper bound, 0: none) */
    biller_bytes purchase_id; /* when said: only of this purchase */
    biller_bytes member_id;   /* when said: only of this member */
} biller_entry_query;

/* One entry of the ledger. */
typedef struct biller_entry {
    uint32_t struct_size;
    uint32_t state;            /* BILLER_STATE_* */
    uint64_t sequence;         /* order of arrival; unique in the ledger */
    biller_bytes state_name;
    biller_bytes key;          /* for biller_plugin.decide */
    int64_t received_at_ms;
    int64_t changed_at_ms;     /* of the last change of state, to the second */
    uint32_t attempts;         /* deliveries so far */
    uint32_t reserved;         /* 0 */
    int64_t next_attempt_at_ms; /* when pending */
    biller_bytes message;      /* the reason for its state */
    biller_bytes decided_by;   /* the operator who decided, if one did */
    biller_bytes request;      /* kept requests: the parameters, form-encoded, secrets replaced */
    const biller_event *event; /* NULL for a request that could not be translated */
} biller_entry;

typedef struct biller_entry_sink {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    void *context;
    /* Answers BILLER_MORE or BILLER_STOP. */
    uint32_t (*entry)(void *context, const biller_entry *entry);
} biller_entry_sink;

/* Decisions of an operator. */
#define BILLER_DECIDE_REDELIVER 1 /* a dead letter: requeue it and deliver it now */
#define BILLER_DECIDE_RELEASE 2   /* a kept request: deliver it as it is, or as `says` completes it,
                                     now; of a conflict, as an event of its own, under a key of its
                                     own */
#define BILLER_DECIDE_DISMISS 3   /* a dead letter or a kept request: discard it */

typedef struct biller_decision {
    uint32_t struct_size;
    uint32_t decision; /* BILLER_DECIDE_* */
    biller_bytes key;  /* of the entry */
    biller_bytes by;   /* who decides; recorded. Required, at most 64 bytes */
    uint32_t leave_to_host; /* BILLER_YES: call no biller_host.event here; the event becomes due,
                               and the next recover() of a host on this ledger delivers it. For
                               tools that are not the host. */
    uint32_t reserved;      /* 0 */
    biller_bytes says; /* RELEASE: parameters that the operator adds to complete the request,
                          "name=value&name=value", form-encoded. Only those that it lacks, or has
                          twice with two meanings: the purchaseid of one that names none, the right
                          one of two prices. Else STATE; the reason names the parameter. The event
                          carries a warning for each. Empty: nothing; with another decision it must
                          be empty */
} biller_decision;

#define BILLER_NOT_COUNTED 0xffffffffu

/* The result of a round of recovery, or of a decision. Filled by the plugin. */
typedef struct biller_report {
    uint32_t struct_size;
    uint32_t delivered;         /* applied by the host in this round */
    uint32_t deferred;          /* the host asked for a retry */
    uint32_t dead_letters;      /* refused in this round */
    uint32_t pending;           /* still waiting after this round; BILLER_NOT_COUNTED: the ledger
                                   failed when it was asked, after the round was done */
    uint32_t reserved;          /* 0 */
    int64_t next_attempt_at_ms; /* when the next one is due; 0: none waits */
} biller_report;

/* ---- The plugin's side --------------------------------------------------------------------- */

/* An open instance: one configured account at the processor. */
typedef struct biller_instance biller_instance;

/* The plugin's hooks. Static; valid while the library is loaded. */
typedef struct biller_plugin {
    uint32_t struct_size;
    uint32_t minor;       /* the newest minor version that the plugin speaks; both sides use the
                             smaller of it and biller_host_info.minor_max */
    biller_bytes name;    /* the processor: "segpay" */
    biller_bytes version; /* of the plugin: "0.1.0" */

    /* [any-thread] Reads a configuration and reports every mistake and every warning, in order of
     * lines. Touches neither ledger nor network, but checks that the ledger's folder exists, unless
     * the configuration names another ledger. OK: there is no mistake, though there may be
     * warnings; CONFIG: there are mistakes. */
    BILLER_CHECKED
    uint32_t (*check)(const biller_config *config, const biller_problem_sink *sink,
                      biller_reason *reason);

    /* [any-thread] Makes an instance. Opens the ledger (creates it when missing), touches no
     * network but that of a ledger on a database server. Each warning about the configuration goes
     * to the host's log. On failure *instance is NULL and the reason gives the first mistake.
     *
     * It costs some milliseconds (10 with 100 join options) and a few syncs of the disk, so open
     * once for the process and share the instance among its threads; a host that lives for one
     * request lets the plugin keep it (biller.pull/1, kept()). A changed configuration is read by
     * opening anew: open the new one beside the old one, give it to the threads, and close the old
     * one when none of them is in a hook of it. Both may be open on one ledger. */
    BILLER_CHECKED
    uint32_t (*open)(const biller_config *config, const biller_host *host,
                     biller_instance **instance, biller_reason *reason);

    /* [one-at-a-time] Ends an instance; NULL is allowed. From inside a callback of the instance it
     * is refused: nothing is ended, and the log says so. A hook that still runs on another thread
     * would use freed memory: wait for it first. */
    void (*close)(biller_instance *instance);

    /* [any-thread] Builds a link. No network; the ledger is read for a one-click link without
     * octoken and for an instant conversion without ictoken: given purchase_id or member_id, it has
     * the most recent purchase that can be used. OK: the sink was called once. REQUEST: the request
     * cannot be met, or no purchase can be used; the reason names the field and what is allowed.
     * STORAGE: the ledger cannot be read. */
    BILLER_CHECKED
    uint32_t (*link)(biller_instance *instance, const biller_link_request *request,
                     const biller_link_sink *sink, biller_reason *reason);

    /* [any-thread] Takes one request of the processor through authentication, translation, ledger
     * and host callback, and passes the reply to the sink. Returns OK whenever the sink was called,
     * whatever the reply says; the sink is called exactly once unless the return value is ARGUMENT,
     * REENTERED or FORKED. May wait for the disk and for the host's callback. */
    BILLER_CHECKED
    uint32_t (*handle)(biller_instance *instance, const biller_http_request *request,
                       const biller_reply_sink *sink, biller_reason *reason);

    /* [any-thread] Delivers what is pending and due: after a crash, after a host's RETRY. At most
     * `limit` deliveries. Also writes the marks that were left for later (HONOURS_KEYS). Call it at
     * start and then every few seconds; it is cheap when nothing is due. `report` may be NULL. */
    BILLER_CHECKED
    uint32_t (*recover)(biller_instance *instance, uint32_t limit, biller_report *report,
                        biller_reason *reason);

    /* [any-thread] Lists entries of the ledger. */
    BILLER_CHECKED
    uint32_t (*entries)(biller_instance *instance, const biller_entry_query *query,
                        const biller_entry_sink *sink, biller_reason *reason);

    /* [any-thread] Carries out an operator's decision. REDELIVER and RELEASE call biller_host.event
     * before they return, unless it is left to the host; `report` (may be NULL) has the result. A
     * decision grants the event as many attempts as a new one has. */
    BILLER_CHECKED
    uint32_t (*decide)(biller_instance *instance, const biller_decision *decision,
                       biller_report *report, biller_reason *reason);

    /* [entry] Looks up an optional part by name and revision, e.g. "biller.portal/1". NULL: this
     * plugin does not have it. The table lives as long as the library is loaded. */
    const void *(*extension)(const biller_bytes *name);
} biller_plugin;

/* ---- Negotiation --------------------------------------------------------------------------- */

/* The name of the host, and which minor versions of this major version it can work with. */
typedef struct biller_host_info {
    uint32_t struct_size;
    uint32_t minor_min;
    uint32_t minor_max;
    uint32_t reserved; /* 0 */
    biller_bytes name; /* for the log: "nats-host 0.1.0" */
} biller_host_info;

/* [entry] The one exported function, biller_entry_v1. No I/O, no thread, no log; may be called any
 * number of times. OK: *plugin is set. VERSION: there is no common minor version; *plugin is NULL
 * and the reason, which the caller owns, names both ranges. */
typedef uint32_t biller_entry_fn(const biller_host_info *host, const biller_plugin **plugin,
                                 biller_reason *reason);

/* ---- Extension "biller.portal/1" ----------------------------------------------------------- */

#define BILLER_PORTAL_EXTENSION "biller.portal/1"

/* One thing that the operator has to enter in the processor's own portal. */
typedef struct biller_portal_field {
    uint32_t struct_size;
    uint32_t required;      /* BILLER_YES, BILLER_NO */
    biller_bytes title;     /* "Transaction Postback" */
    biller_bytes value;     /* what to paste */
    biller_bytes note;      /* when and why, one sentence */
} biller_portal_field;

typedef struct biller_portal_sink {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    void *context;
    /* Answers BILLER_MORE or BILLER_STOP. */
    uint32_t (*field)(void *context, const biller_portal_field *field);
} biller_portal_sink;

typedef struct biller_portal {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* [any-thread] Lists what to paste into the processor's portal so that this configuration works
     * for a host that answers at `join_host`, e.g. "join.example.com". */
    BILLER_CHECKED
    uint32_t (*fields)(biller_instance *instance, const biller_bytes *join_host,
                       const biller_portal_sink *sink, biller_reason *reason);

    /* [any-thread] Returns the path to which the processor posts back, as configured: begins with
     * '/', has no query, percent-encoded as it stands in a URL: "/signup/process_segpay.php". A
     * host routes this path to biller_plugin.handle, so that the URLs of fields() reach it. *path
     * lives as long as the instance. */
    BILLER_CHECKED
    uint32_t (*postback_path)(biller_instance *instance, biller_bytes *path,
                              biller_reason *reason);
} biller_portal;

/* ---- Extension "biller.pull/1" ------------------------------------------------------------- */

/* For hosts that take their events outside every call of the plugin: the host applies them as it
 * likes, all of them in one transaction of its own if it likes, and settles them by their tokens.
 * Nothing is called back, so a script may end anywhere.
 *
 *     pull->take(biller, &request, 1, &pulled, &reason);        requests in
 *     for (;;) {
 *         ... send each of pulled.replies ...
 *         if (pulled.event_count + pulled.question_count == 0) break;
 *         ... apply each of pulled.events, its key in the same transaction; answer each ...
 *         pull->settle(biller, pulled.round, answers, count, &pulled, &reason);
 *     }
 *     pull->end(biller, pulled.round);
 *
 * Each request that was taken gets its reply once, with take() or with the settle() that decides
 * it. A token that is never settled is an event whose lease ends (ledger.lease_seconds): it is
 * delivered again, with the same key, by another process, or here when its round has ended; and so
 * may one be that is settled later than that. So a host that pulls stores keys (EXACTLY ONCE,
 * above); it can die or give up anywhere. It may also use hooks that call back. If it never does,
 * it sets biller_host.event to NULL: what those hooks would deliver is deferred, at no cost of an
 * attempt, and due() brings it. What comes while an earlier event of its purchase is in another
 * round is answered "deferred", and follows that event in its round. */
#define BILLER_PULL_EXTENSION "biller.pull/1"
#define BILLER_PULL_MAX 1024 /* requests or events at once */

/* An event that is leased to this process. */
typedef struct biller_pulled_event {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    uint64_t token;    /* unique in its round */
    const biller_event *event;
} biller_pulled_event;

/* A question of the processor that waits for the host's answer. */
typedef struct biller_pulled_question {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    uint64_t token;    /* unique in its round, events included */
    const biller_probe *probe;
} biller_pulled_question;

/* What to send back for one of the requests. */
typedef struct biller_pulled_reply {
    uint32_t struct_size;
    uint32_t request; /* its number among those that were given to take(), from 0 */
    const biller_http_reply *reply;
} biller_pulled_reply;

/* New items of a round. The caller sets struct_size; take(), due(), decide() and settle() fill the
 * rest. Lists hold what is new since the last of these calls; they and all that they point to live
 * until the next call with the round, or its end. They are arrays of pointers, so that what they
 * point to can grow. */
typedef struct biller_pulled {
    uint32_t struct_size;
    uint32_t taken; /* of take(): how many of the requests are in the round, at least 1. The next
                       one depends on one of them (the same purchase, the sale that it takes back, a
                       question to the host): give it, and those behind it, to take() when this
                       round is over */
    uint64_t round; /* a number for settle() and end(); never 0. One thread at a time */
    const biller_pulled_event *const *events;
    size_t event_count; /* no two of one purchase: their order is free */
    const biller_pulled_question *const *questions;
    size_t question_count;
    const biller_pulled_reply *const *replies; /* each may be sent at once */
    size_t reply_count;
} biller_pulled;

/* The host's answer to a token. */
typedef struct biller_answer {
    uint32_t struct_size;
    uint32_t answer;  /* to an event BILLER_DONE, BILLER_RETRY, BILLER_REFUSE; to a question
                         BILLER_NAME_FREE, BILLER_NAME_TAKEN, any other value: cannot tell */
    uint64_t token;
    biller_bytes why; /* for RETRY and REFUSE: shown to the operator. May be empty */
} biller_answer;

/* A line of a log; see biller_host.log. */
typedef struct biller_pulled_line {
    uint32_t struct_size;
    uint32_t level; /* BILLER_LOG_* */
    biller_bytes text;
} biller_pulled_line;

typedef struct biller_pulled_lines {
    uint32_t struct_size;
    uint32_t dropped; /* older lines that are lost: at most 1,000 are stored */
    const biller_pulled_line *const *lines;
    size_t count;
} biller_pulled_lines;

typedef struct biller_pull {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */

    /* [any-thread] Takes requests: as biller_plugin.handle for each, but for the host's part. What
     * is new is durable, with one commit for all, when this returns. `requests` are pointers to
     * structs of the caller's size. OK whatever the replies say; with any other status no reply
     * comes, so answer the requests with 500: the processor repeats them. ARGUMENT: also for no
     * request, and for more than BILLER_PULL_MAX. */
    BILLER_CHECKED
    uint32_t (*take)(biller_instance *instance, const biller_http_request *const *requests,
                     uint32_t count, biller_pulled *pulled, biller_reason *reason);

    /* [any-thread] At most `limit` events that are pending and due, as biller_plugin.recover
     * delivers them. No event: nothing is due, and the round is 0, which need not be ended. Call
     * recover() with a limit of 0 now and then, too: it does the upkeep, writes the marks, and
     * counts what is pending. */
    BILLER_CHECKED
    uint32_t (*due)(biller_instance *instance, uint32_t limit, biller_pulled *pulled,
                    biller_reason *reason);

    /* [any-thread] As biller_plugin.decide; what is to be delivered is among the events. */
    BILLER_CHECKED
    uint32_t (*decide)(biller_instance *instance, const biller_decision *decision,
                       biller_pulled *pulled, biller_reason *reason);

    /* [any-thread] Takes the host's answers: settles what they answer; then the events that waited
     * for it are among the events, and the replies that waited for it among the replies. NOT_FOUND:
     * the round has ended, or a token is none of its own, or was settled before; then the others
     * are settled, and `pulled` is filled as ever, unless the round has ended. */
    BILLER_CHECKED
    uint32_t (*settle)(biller_instance *instance, uint64_t round,
                       const biller_answer *const *answers, uint32_t count, biller_pulled *pulled,
                       biller_reason *reason);

    /* [any-thread] Ends a round, whatever is not settled then; 0 is allowed. Until then this
     * instance delivers its events to no other caller, though their leases may end. From inside a
     * callback of the instance it is refused, and the log says so. close() ends those that are
     * left, and kept() those that its thread has left in the instance. */
    void (*end)(biller_instance *instance, uint64_t round);

    /* [any-thread] For hosts that live for one request in a process that goes on, as PHP's do: an
     * instance that the plugin keeps for the process. It is opened at the first call for its
     * config->path (config->text is not accepted), config->ledger and flags (BILLER_HOST_*), and
     * returned by every later one, which costs microseconds; when the file has changed, it is
     * opened anew. If the changed file or its ledger cannot be used, the one before stays in use,
     * and its log says why. A secret in a file of its own is read when the configuration is. The
     * instance has no callback: hooks that would call biller_host.event defer, and its log is
     * pulled with lines(). All threads that ask for the same have the same one. It lives until this
     * thread asks for the same again, or ends; both end the rounds that the thread has left in it.
     * close() refuses it. Among several processes leave HONOURS_KEYS out of the flags, unless each
     * of them calls recover() every few seconds: until a mark is written, the others defer what
     * follows its event. Statuses as of biller_plugin.open; FORKED in a child of a process that
     * keeps one. */
    BILLER_CHECKED
    uint32_t (*kept)(const biller_config *config, uint32_t flags, biller_instance **instance,
                     biller_reason *reason);

    /* [any-thread] The lines of a kept instance's log since the last call, oldest first; none of
     * an instance that was opened. They live until the next call on this thread. */
    BILLER_CHECKED
    uint32_t (*lines)(biller_instance *instance, biller_pulled_lines *lines,
                      biller_reason *reason);
} biller_pull;

/* ---- Conveniences -------------------------------------------------------------------------- */

#ifndef BILLER_FFI
/* A NUL-terminated text as biller_bytes; NULL is "nothing was said". */
static inline biller_bytes biller_text(const char *text) {
    biller_bytes bytes;
#ifdef __cplusplus
    bytes.data = reinterpret_cast<const uint8_t *>(text);
#else
    bytes.data = (const uint8_t *)text;
#endif
    bytes.size = text ? strlen(text) : 0;
    return bytes;
}
#endif

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* BILLER_H */
