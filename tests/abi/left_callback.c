/*
 * A host that leaves callbacks without returning, as script engines do (PHP's exit(), a fatal
 * error, a time limit): by longjmp. Afterwards every hook works again, on this instance and on
 * others, and the delivered event comes again with its key.
 *
 *     left_callback PLUGIN CONFIG
 */
#include "biller.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum callback { NONE, EVENT, PROBE, LOG, NOW, REPLY, LINK, ENTRY, PROBLEM, FIELD };

static jmp_buf out;
static enum callback left;          /* the callback that does not return */
static int64_t now = 1790000000000; /* an adjustable clock */
static unsigned deliveries;         /* events */
static char key[200], first_key[200];
static uint32_t redelivery;
static biller_instance* closed_inside;
static const biller_plugin* plugin;

static void leave(enum callback which) {
    if (left == which) {
        left = NONE;
        longjmp(out, 1);
    }
}

#define HOLDS(what)                                                          \
    do {                                                                     \
        if (!(what)) {                                                       \
            fprintf(stderr, "line %d does not hold: " #what "\n", __LINE__); \
            exit(1);                                                         \
        }                                                                    \
    } while (0)

static uint32_t on_event(void* context, const biller_event* event, biller_reason* reason) {
    (void)context, (void)reason;
    ++deliveries;
    HOLDS(event->key.size < sizeof key);
    memcpy(key, event->key.data, event->key.size);
    key[event->key.size] = '\0';
    redelivery = event->redelivery;
    if (closed_inside) plugin->close(closed_inside);
    leave(EVENT);
    return BILLER_DONE;
}
static uint32_t on_probe(void* context, const biller_probe* probe) {
    (void)context, (void)probe;
    leave(PROBE);
    return BILLER_NAME_FREE;
}
static void on_log(void* context, uint32_t level, const biller_bytes* line) {
    (void)context, (void)level, (void)line;
    leave(LOG);
}
static int64_t on_now(void* context) {
    (void)context;
    leave(NOW);
    return now;
}
static void on_reply(void* context, const biller_http_reply* reply) {
    leave(REPLY);
    *(uint32_t*)context = reply->disposition;
}
static void on_link(void* context, const biller_link* link) {
    (void)context, (void)link;
    leave(LINK);
}
static uint32_t on_entry(void* context, const biller_entry* entry) {
    (void)context, (void)entry;
    leave(ENTRY);
    return BILLER_MORE;
}
static uint32_t on_problem(void* context, const biller_problem* problem) {
    (void)context, (void)problem;
    leave(PROBLEM);
    return BILLER_MORE;
}
static uint32_t on_field(void* context, const biller_portal_field* field) {
    (void)context, (void)field;
    leave(FIELD);
    return BILLER_MORE;
}

static const biller_config* config_of(const char* file) {
    static biller_config config;
    config.struct_size = sizeof config;
    config.path = biller_text(file);
    config.ledger = biller_text(":memory:");
    return &config;
}

static biller_instance* open_one(const char* config) {
    static biller_host host = {sizeof host, 0, NULL, on_event, on_probe, on_log, on_now};
    biller_instance* instance = NULL;
    HOLDS(plugin->open(config_of(config), &host, &instance, NULL) == BILLER_STATUS_OK);
    return instance;
}

static const char* query_of(const char* purchase) {
    static char query[400];
    if (*purchase)
        snprintf(query, sizeof query,
                 "action=Auth&stage=Initial&approved=Yes&transtype=Sale&purchaseid=%s&transid=%s"
                 "&price=39.95&currencycode=USD&eticketid=162209%%3A1221&memberid=908172",
                 purchase, purchase);
    else
        snprintf(query, sizeof query, "action=Probe&username=ann&email=a%%40b.example");
    return query;
}

static biller_http_request request_of(const char* query) {
    biller_http_request request = {0};
    request.struct_size = sizeof request;
    request.method = biller_text("GET");
    request.query = biller_text(query);
    request.peer = biller_text("127.0.0.1");
    return request;
}

/* The outcome of a sign-up, or of a probe for the purchase "". */
static uint32_t handle(biller_instance* instance, const char* purchase) {
    uint32_t disposition = 0;
    biller_reply_sink sink = {sizeof sink, 0, &disposition, on_reply};
    biller_http_request request = request_of(query_of(purchase));
    HOLDS(plugin->handle(instance, &request, &sink, NULL) == BILLER_STATUS_OK);
    return disposition;
}

static void recover(biller_instance* instance) {
    HOLDS(plugin->recover(instance, 100, NULL, NULL) == BILLER_STATUS_OK);
}
static void list(biller_instance* instance) {
    biller_entry_query query = {0};
    biller_entry_sink sink = {sizeof sink, 0, NULL, on_entry};
    query.struct_size = sizeof query;
    query.states = BILLER_STATES_ALL;
    HOLDS(plugin->entries(instance, &query, &sink, NULL) == BILLER_STATUS_OK);
}
static void make_link(biller_instance* instance) {
    biller_link_sink sink = {sizeof sink, 0, NULL, on_link};
    biller_link_request request = {0};
    request.struct_size = sizeof request;
    request.kind = BILLER_LINK_JOIN;
    request.option = biller_text("101");
    HOLDS(plugin->link(instance, &request, &sink, NULL) == BILLER_STATUS_OK);
}
static void tell_portal(biller_instance* instance) {
    biller_bytes name = biller_text(BILLER_PORTAL_EXTENSION),
                 host = biller_text("join.example.com");
    biller_portal_sink sink = {sizeof sink, 0, NULL, on_field};
    const biller_portal* portal = plugin->extension(&name);
    HOLDS(portal->fields(instance, &host, &sink, NULL) == BILLER_STATUS_OK);
}
static void check_broken(biller_instance* instance) {
    biller_problem_sink sink = {sizeof sink, 0, NULL, on_problem};
    biller_config config = {0};
    (void)instance;
    config.struct_size = sizeof config;
    config.text = biller_text("account: 7\n");
    HOLDS(plugin->check(&config, &sink, NULL) == BILLER_STATUS_CONFIG);
}
static void sign_up(biller_instance* instance) {
    static unsigned last = 100;
    char purchase[20];
    snprintf(purchase, sizeof purchase, "%u", ++last);
    handle(instance, purchase);
}
static void ask(biller_instance* instance) { handle(instance, ""); }

static void leave_a(enum callback which, void (*hook)(biller_instance*),
                    biller_instance* instance) {
    left = which;
    if (setjmp(out) == 0) {
        hook(instance);
        fprintf(stderr, "callback %d was not called\n", (int)which);
        exit(1);
    }
}

/* With further frames between the caller and the hook. */
static uint32_t handle_deep_down(biller_instance* instance, const char* purchase, int levels) {
    volatile char frame[2000];
    memset((void*)frame, levels, sizeof frame);
    return levels == 0 ? handle(instance, purchase) + (uint32_t)frame[0]
                       : handle_deep_down(instance, purchase, levels - 1);
}

static void load(const char* file) {
    biller_host_info info = {0};
    biller_entry_fn* entry = NULL;
    void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    void* symbol = library ? dlsym(library, BILLER_ENTRY_SYMBOL) : NULL;
    HOLDS(symbol);
    memcpy(&entry, &symbol, sizeof entry);
    info.struct_size = sizeof info;
    info.minor_max = BILLER_ABI_MINOR;
    HOLDS(entry(&info, &plugin, NULL) == BILLER_STATUS_OK);
}

static void an_event_comes_again(biller_instance* one, biller_instance* other) {
    leave_a(EVENT, sign_up, one); /* purchase 101 */
    strcpy(first_key, key);
    HOLDS(handle(one, "101") == BILLER_DISPOSITION_DEFERRED); /* until its lease ends */
    HOLDS(handle(other, "1") == BILLER_DISPOSITION_DELIVERED);
    HOLDS(handle_deep_down(one, "2", 20) == BILLER_DISPOSITION_DELIVERED);
    deliveries = 0;
    now += 60 * 1000;
    recover(one);
    HOLDS(deliveries == 1);
    HOLDS(strcmp(key, first_key) == 0);
    HOLDS(redelivery == BILLER_YES);
    HOLDS(handle(one, "101") == BILLER_DISPOSITION_DUPLICATE);

    leave_a(EVENT, sign_up, one); /* purchase 102, and again during its redelivery */
    now += 60 * 1000;
    leave_a(EVENT, recover, one);
    now += 60 * 1000;
    HOLDS(handle(one, "102") == BILLER_DISPOSITION_DELIVERED);
}

/* Of two pulled events, the settling of one is left: neither is held for ever. */
static void a_round_is_left(biller_instance* one) {
    biller_bytes name = biller_text(BILLER_PULL_EXTENSION);
    const biller_pull* pull = plugin->extension(&name);
    char purchase[20];
    char queries[2][400];
    biller_http_request requests[2];
    const biller_http_request* pointers[2];
    biller_pulled pulled = {0};
    biller_answer done = {0};
    const biller_answer* answer = &done;
    static uint64_t round;
    enum callback which[] = {LOG, NOW};
    size_t way, i;
    pulled.struct_size = sizeof pulled;
    done.struct_size = sizeof done;
    done.answer = BILLER_DONE;
    for (way = 0; way < 2; ++way) {
        for (i = 0; i < 2; ++i) {
            snprintf(purchase, sizeof purchase, "80%u%u", (unsigned)way, (unsigned)i);
            strcpy(queries[i], query_of(purchase));
            requests[i] = request_of(queries[i]);
            pointers[i] = &requests[i];
        }
        HOLDS(pull->take(one, pointers, 2, &pulled, NULL) == BILLER_STATUS_OK);
        HOLDS(pulled.event_count == 2);
        round = pulled.round;
        done.token = pulled.events[0]->token;
        left = which[way];
        if (setjmp(out) == 0) {
            HOLDS(pull->settle(one, round, &answer, 1, &pulled, NULL) == BILLER_STATUS_OK);
            HOLDS(!"the callback was not left");
        }
        pull->end(one, round);
        deliveries = 0;
        now += 60 * 1000;
        recover(one);
        HOLDS(deliveries >= 1); /* the unsettled one, and the other if its mark was not made */
        now += 60 * 1000;
        deliveries = 0;
        recover(one);
        HOLDS(deliveries == 0);
    }
}

static void any_callback_can_be_left(biller_instance* one) {
    const struct {
        enum callback which;
        void (*hook)(biller_instance*);
    } callbacks[] = {{EVENT, sign_up}, {LOG, sign_up},
                     {NOW, sign_up},   {NOW, recover},
                     {REPLY, sign_up}, {PROBE, ask},
                     {REPLY, ask},     {LINK, make_link},
                     {NOW, make_link}, {PROBLEM, check_broken},
                     {ENTRY, list},    {FIELD, tell_portal}};
    size_t i, again;
    for (i = 0; i < sizeof callbacks / sizeof callbacks[0]; ++i)
        for (again = 0; again < 3; ++again) {
            leave_a(callbacks[i].which, callbacks[i].hook, one);
            list(one);
            make_link(one);
            sign_up(one);
            ask(one);
        }
    now += 60 * 1000;
    recover(one);
}

int main(int count, char** arguments) {
    biller_instance *one, *other;
    HOLDS(count == 3);
    load(arguments[1]);
    one = open_one(arguments[2]);
    other = open_one(arguments[2]);
    an_event_comes_again(one, other);
    any_callback_can_be_left(one);
    a_round_is_left(one);

    closed_inside = other; /* from a callback of another instance: it may be closed */
    sign_up(one);
    closed_inside = one; /* and from its own it is refused */
    sign_up(one);
    closed_inside = NULL;
    sign_up(one);

    left = EVENT; /* the left callback blocks nothing */
    if (setjmp(out) == 0) sign_up(one);
    plugin->close(one);
    one = open_one(arguments[2]);
    HOLDS(handle(one, "1") == BILLER_DISPOSITION_DELIVERED);
    plugin->close(one);
    puts("every callback was left, and every hook went on");
    return 0;
}
