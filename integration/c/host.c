/*
 * The smallest host: loads a plugin, builds a join link, passes it one postback and prints the
 * event. Uses nothing but biller.h.
 *
 *     smallest-host lib/nats_segpay.so config/examples/sandbox.yaml 'action=Auth&stage=...'
 *
 * A real host has a web server in front of biller_plugin.handle and a database behind `on_event`.
 */
#include "biller.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void print(const char* label, biller_bytes text) {
    if (text.size > 0) printf("%s%.*s\n", label, (int)text.size, (const char*)text.data);
}

/* A host's actions under NATS member management; see WHICH EVENT TO ACT ON in biller.h. Kinds that
 * are not listed here change no access: their money is booked. */
static const char* const kDeeds[] = {
    [BILLER_EVENT_JOIN] = "open access",
    [BILLER_EVENT_CROSS_SELL] = "open access at that site",
    [BILLER_EVENT_UPSELL] = "open access at that site",
    [BILLER_EVENT_TOKEN_PURCHASE] = "hand over tokens",
    [BILLER_EVENT_REACTIVATION] = "open access again",
    [BILLER_EVENT_STANDIN_DECLINE] = "end access",
    [BILLER_EVENT_MEMBER_ENABLE] = "keep the login",
    [BILLER_EVENT_MEMBER_DISABLE] = "end access",
    [BILLER_EVENT_MEMBER_CANCEL] = "expect no renewal",
};

/* The heart of every host. A real one stores event->key with the effect in one transaction of its
 * database, and does nothing but answer BILLER_DONE when it finds the key stored already. */
static uint32_t on_event(void* context, const biller_event* event, biller_reason* reason) {
    (void)context;
    (void)reason; /* for the reason of BILLER_RETRY or BILLER_REFUSE */
    print("event       ", event->kind_name);
    print("  key       ", event->key);
    print("  purchase  ", event->purchase_id);
    print("  member    ", event->member_id);
    print("    of      ", event->partner); /* if present, the member is not yours */
    print("  site      ", event->site);
    print("  option    ", event->option);
    if (event->amount.currency[0])
        printf("  amount    %lld %s, %u decimals\n", (long long)event->amount.minor,
               event->amount.currency, (unsigned)event->amount.exponent);
    if (event->kind < sizeof kDeeds / sizeof kDeeds[0])
        print("  do        ", biller_text(kDeeds[event->kind]));
    return BILLER_DONE;
}

/* Segpay asks whether a user name is free, and waits for the answer. */
static uint32_t on_probe(void* context, const biller_probe* probe) {
    (void)context;
    (void)probe;
    return BILLER_NAME_FREE;
}

static void on_log(void* context, uint32_t level, const biller_bytes* line) {
    (void)context;
    if (level <= BILLER_LOG_WARNING)
        fprintf(stderr, "log: %.*s\n", (int)line->size, (const char*)line->data);
}

static void on_link(void* context, const biller_link* link) {
    (void)context;
    print("link        ", link->url);
}

static void on_reply(void* context, const biller_http_reply* reply) {
    uint32_t* status = context;
    size_t i;
    *status = reply->status;
    printf("reply       %u\n", (unsigned)reply->status);
    for (i = 0; i < reply->header_count; ++i) { /* a web server has to send them all */
        print("  header    ", reply->headers[i].name);
        print("            ", reply->headers[i].value);
    }
    print("  body      ", reply->body);
    print("  what      ", reply->disposition_name);
    print("  why       ", reply->message);
}

/* Loads the library and agrees on a version. It stays loaded until the process ends. */
static const biller_plugin* load(const char* file, biller_reason* reason) {
    const biller_plugin* plugin = NULL;
    biller_entry_fn* entry = NULL;
    biller_host_info info = {0};
    void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    void* symbol = library ? dlsym(library, BILLER_ENTRY_SYMBOL) : NULL;
    if (!symbol) {
        snprintf(reason->text, sizeof reason->text, "%s", dlerror());
        return NULL;
    }
    memcpy(&entry, &symbol, sizeof entry); /* C has no cast from an object to a function pointer */
    info.struct_size = sizeof info;
    info.minor_max = BILLER_ABI_MINOR;
    info.name = biller_text("smallest-host");
    entry(&info, &plugin, reason);
    return plugin;
}

static uint32_t build_link(const biller_plugin* plugin, biller_instance* instance,
                           biller_reason* reason) {
    biller_link_sink sink = {sizeof sink, 0, NULL, on_link};
    biller_link_request request = {0};
    request.struct_size = sizeof request;
    request.kind = BILLER_LINK_JOIN;
    request.option = biller_text("101");
    request.member_id = biller_text("908172");
    return plugin->link(instance, &request, &sink, reason);
}

/* The path that a web server has to route to biller_plugin.handle. */
static uint32_t print_path(const biller_plugin* plugin, biller_instance* instance,
                           biller_reason* reason) {
    biller_bytes name = biller_text(BILLER_PORTAL_EXTENSION), path = {0};
    const biller_portal* portal = plugin->extension(&name);
    uint32_t status = portal ? portal->postback_path(instance, &path, reason) : BILLER_STATUS_OK;
    print("path        ", path);
    return status;
}

static uint32_t take_postback(const biller_plugin* plugin, biller_instance* instance,
                              const char* query, uint32_t* http_status, biller_reason* reason) {
    biller_reply_sink sink = {sizeof sink, 0, http_status, on_reply};
    biller_http_request request = {0};
    request.struct_size = sizeof request;
    request.method = biller_text("GET");
    request.query = biller_text(query);
    request.peer = biller_text("127.0.0.1");
    return plugin->handle(instance, &request, &sink, reason);
}

int main(int count, char** arguments) {
    uint32_t http_status = 0;
    uint32_t status = BILLER_STATUS_INTERNAL;
    biller_reason reason = {sizeof reason, 0, 0, "", ""};
    biller_host host = {sizeof host, 0, NULL, on_event, on_probe, on_log, NULL};
    biller_config config = {0};
    biller_instance* instance = NULL;
    const biller_plugin* plugin;
    if (count != 4) {
        fprintf(stderr, "usage: %s PLUGIN CONFIG QUERY\n", arguments[0]);
        return 2;
    }
    config.struct_size = sizeof config;
    config.path = biller_text(arguments[2]);
    config.ledger = biller_text(":memory:"); /* without it the configured file is used */

    plugin = load(arguments[1], &reason);
    if (plugin) status = plugin->open(&config, &host, &instance, &reason);
    if (status == BILLER_STATUS_OK) status = build_link(plugin, instance, &reason);
    if (status == BILLER_STATUS_OK) status = print_path(plugin, instance, &reason);
    if (status == BILLER_STATUS_OK)
        status = take_postback(plugin, instance, arguments[3], &http_status, &reason);
    if (plugin) plugin->close(instance);
    if (status != BILLER_STATUS_OK) fprintf(stderr, "smallest-host: %s\n", reason.text);
    return status == BILLER_STATUS_OK && http_status == 200 ? 0 : 1;
}
