/*
 * A biller plugin for tests of hosts: it delivers the event that a request describes. Each
 * parameter is a field of the event of that name, with a plain value; `kind` is a number, `amount`
 * a number of US cents. With `state` (a number) nothing is delivered: the event becomes an entry in
 * that state, with `message`, for the lists. Decisions change the state of an entry. Uses nothing
 * but biller.h.
 */
#include "biller.h"

#include <stdlib.h>

enum { kMaxEntries = 64, kMaxQuery = 2000 };

typedef struct story {
    char text[kMaxQuery]; /* what `event` and `entry` point into */
    biller_event event;
    biller_entry entry;
    char decided_by[65];
} story;

struct biller_instance {
    biller_host host;
    story stories[kMaxEntries];
    size_t count;
};

typedef struct text_field {
    const char* name;
    size_t offset;
} text_field;

#define EVENT_TEXT(name) \
    { #name, offsetof(biller_event, name) }
static const text_field kTexts[] = {
    EVENT_TEXT(kind_name),
    EVENT_TEXT(key),
    EVENT_TEXT(purchase_id),
    EVENT_TEXT(transaction_id),
    EVENT_TEXT(related_transaction_id),
    EVENT_TEXT(member_id),
    EVENT_TEXT(session),
    EVENT_TEXT(affiliate),
    EVENT_TEXT(username),
    EVENT_TEXT(password),
    EVENT_TEXT(email),
    EVENT_TEXT(site),
    EVENT_TEXT(option),
    EVENT_TEXT(upsell),
    EVENT_TEXT(octoken),
    EVENT_TEXT(reason_code),
    EVENT_TEXT(reason_text),
    EVENT_TEXT(reason_family),
    EVENT_TEXT(program),
    EVENT_TEXT(partner),
    EVENT_TEXT(cross_sell_ref),
};

static void set(story* it, const char* name, const char* value) {
    size_t i;
    for (i = 0; i < sizeof kTexts / sizeof kTexts[0]; ++i)
        if (strcmp(name, kTexts[i].name) == 0)
            *(biller_bytes*)(void*)((char*)&it->event + kTexts[i].offset) = biller_text(value);
    if (strcmp(name, "kind") == 0) it->event.kind = (uint32_t)atoi(value);
    if (strcmp(name, "cross_sell_slot") == 0) it->event.cross_sell_slot = (uint32_t)atoi(value);
    if (strcmp(name, "tokens") == 0) it->event.tokens = (uint32_t)atoi(value);
    if (strcmp(name, "approved") == 0) it->event.approved = (uint32_t)atoi(value);
    if (strcmp(name, "state") == 0) it->entry.state = (uint32_t)atoi(value);
    if (strcmp(name, "message") == 0) it->entry.message = biller_text(value);
    if (strcmp(name, "amount") == 0) {
        it->event.amount.minor = atoll(value);
        it->event.amount.exponent = 2;
        memcpy(it->event.amount.currency, "USD", 4);
    }
}

static void read_story(story* it, biller_bytes query) {
    char* name = it->text;
    size_t size = query.size < kMaxQuery - 1 ? query.size : kMaxQuery - 1;
    memset(it, 0, sizeof *it);
    memcpy(it->text, query.data, size);
    it->event.struct_size = sizeof it->event;
    it->event.received_at_ms = 1700000000000;
    it->event.attempt = 1;
    while (name && *name) {
        char* next = strchr(name, '&');
        char* value = strchr(name, '=');
        if (next) *next++ = '\0';
        if (value) {
            *value++ = '\0';
            set(it, name, value);
        }
        name = next;
    }
    it->entry.struct_size = sizeof it->entry;
    it->entry.state_name = biller_text("scripted");
    it->entry.key = it->event.key;
    it->entry.received_at_ms = it->entry.changed_at_ms = it->event.received_at_ms;
    it->entry.event = &it->event;
}

static uint32_t handle(biller_instance* instance, const biller_http_request* request,
                       const biller_reply_sink* sink, biller_reason* reason) {
    biller_http_reply reply = {0};
    story* it = &instance->stories[instance->count];
    (void)reason;
    reply.struct_size = sizeof reply;
    reply.status = 200;
    reply.content_type = biller_text("text/plain; charset=utf-8");
    reply.body = biller_text("kept");
    read_story(it, request->query);
    if (it->entry.state == 0) {
        const uint32_t answer = instance->host.event(instance->host.context, &it->event, reason);
        reply.status = answer == BILLER_DONE ? 200 : 503;
        reply.body = biller_text(answer == BILLER_DONE ? "done" : "not done");
    } else if (instance->count < kMaxEntries - 1) {
        it->entry.sequence = ++instance->count;
    }
    sink->reply(sink->context, &reply);
    return BILLER_STATUS_OK;
}

static int is_wanted(const biller_entry_query* query, const story* it) {
    const biller_bytes* purchase = &query->purchase_id;
    if (!(query->states & BILLER_STATES(it->entry.state))) return 0;
    return purchase->size == 0 ||
           (purchase->size == it->event.purchase_id.size &&
            memcmp(purchase->data, it->event.purchase_id.data, purchase->size) == 0);
}

static uint32_t entries(biller_instance* instance, const biller_entry_query* query,
                        const biller_entry_sink* sink, biller_reason* reason) {
    size_t i;
    (void)reason;
    for (i = 0; i < instance->count; ++i)
        if (is_wanted(query, &instance->stories[i]) &&
            sink->entry(sink->context, &instance->stories[i].entry) == BILLER_STOP)
            return BILLER_STATUS_STOPPED;
    return BILLER_STATUS_OK;
}

static uint32_t decide(biller_instance* instance, const biller_decision* decision,
                       biller_report* report, biller_reason* reason) {
    size_t i;
    (void)report;
    (void)reason;
    for (i = 0; i < instance->count; ++i) {
        story* it = &instance->stories[i];
        if (it->entry.key.size != decision->key.size ||
            memcmp(it->entry.key.data, decision->key.data, decision->key.size) != 0)
            continue;
        it->entry.state = decision->decision == BILLER_DECIDE_DISMISS ? BILLER_STATE_DISMISSED
                                                                      : BILLER_STATE_RELEASED;
        it->entry.state_name =
            biller_text(it->entry.state == BILLER_STATE_DISMISSED ? "dismissed" : "released");
        memcpy(it->decided_by, decision->by.data, decision->by.size);
        it->entry.decided_by = biller_text(it->decided_by);
        return BILLER_STATUS_OK;
    }
    return BILLER_STATUS_NOT_FOUND;
}

static uint32_t check(const biller_config* config, const biller_problem_sink* sink,
                      biller_reason* reason) {
    (void)config;
    (void)sink;
    (void)reason;
    return BILLER_STATUS_OK;
}

static uint32_t open_instance(const biller_config* config, const biller_host* host,
                              biller_instance** instance, biller_reason* reason) {
    (void)config;
    (void)reason;
    *instance = calloc(1, sizeof **instance);
    if (!*instance) return BILLER_STATUS_MEMORY;
    (*instance)->host = *host;
    return BILLER_STATUS_OK;
}

static void close_instance(biller_instance* instance) { free(instance); }

static uint32_t link_to(biller_instance* instance, const biller_link_request* request,
                        const biller_link_sink* sink, biller_reason* reason) {
    biller_link link = {0};
    (void)instance;
    (void)request;
    (void)reason;
    link.struct_size = sizeof link;
    link.url = link.form_action = biller_text("http://pay.example/billing");
    sink->link(sink->context, &link);
    return BILLER_STATUS_OK;
}

static uint32_t recover(biller_instance* instance, uint32_t limit, biller_report* report,
                        biller_reason* reason) {
    (void)instance;
    (void)limit;
    (void)report;
    (void)reason;
    return BILLER_STATUS_OK;
}

static const void* extension(const biller_bytes* name) {
    (void)name;
    return NULL;
}

static const uint8_t kName[] = "scripted";

uint32_t biller_entry_v1(const biller_host_info* host, const biller_plugin** plugin,
                         biller_reason* reason);

uint32_t biller_entry_v1(const biller_host_info* host, const biller_plugin** plugin,
                         biller_reason* reason) {
    static const biller_plugin kPlugin = {sizeof(biller_plugin),
                                          BILLER_ABI_MINOR,
                                          {kName, sizeof kName - 1},
                                          {kName, sizeof kName - 1},
                                          check,
                                          open_instance,
                                          close_instance,
                                          link_to,
                                          handle,
                                          recover,
                                          entries,
                                          decide,
                                          extension};
    (void)host;
    (void)reason;
    *plugin = &kPlugin;
    return BILLER_STATUS_OK;
}
