/*
 * biller.ffi.h: biller.h as PHP's FFI::cdef reads it. Generated; the documentation is in biller.h.
 * Integer macros are enumerators here, so PHP writes $ffi->BILLER_DONE.
 */
enum {
    BILLER_ABI_MAJOR = 1,
    BILLER_ABI_MINOR = 0,
    BILLER_UNKNOWN = 0,
    BILLER_NO = 1,
    BILLER_YES = 2,
    BILLER_STATUS_OK = 0,
    BILLER_STATUS_VERSION = 1,
    BILLER_STATUS_ARGUMENT = 2,
    BILLER_STATUS_CONFIG = 3,
    BILLER_STATUS_REQUEST = 4,
    BILLER_STATUS_NOT_FOUND = 5,
    BILLER_STATUS_STATE = 6,
    BILLER_STATUS_STORAGE = 7,
    BILLER_STATUS_REENTERED = 8,
    BILLER_STATUS_FORKED = 9,
    BILLER_STATUS_MEMORY = 10,
    BILLER_STATUS_INTERNAL = 11,
    BILLER_STATUS_STOPPED = 12,
    BILLER_OUTCOME_NONE = 0,
    BILLER_OUTCOME_PROCESSED = 1,
    BILLER_OUTCOME_PENDING = 2,
    BILLER_OUTCOME_ERROR = 3,
    BILLER_OUTCOME_CANCELED = 4,
    BILLER_OUTCOME_UNDEFINED = 5,
    BILLER_EVENT_UNKNOWN = 0,
    BILLER_EVENT_JOIN = 1,
    BILLER_EVENT_DENIAL = 2,
    BILLER_EVENT_CROSS_SELL = 3,
    BILLER_EVENT_TOKEN_PURCHASE = 4,
    BILLER_EVENT_UPSELL = 5,
    BILLER_EVENT_ONE_CLICK = 6,
    BILLER_EVENT_CONVERSION = 7,
    BILLER_EVENT_INSUFFICIENT_FUNDS = 8,
    BILLER_EVENT_REBILL = 9,
    BILLER_EVENT_UPGRADE = 10,
    BILLER_EVENT_UPGRADE_DENIAL = 11,
    BILLER_EVENT_REACTIVATION = 12,
    BILLER_EVENT_VOID = 13,
    BILLER_EVENT_CREDIT = 14,
    BILLER_EVENT_CHARGEBACK = 15,
    BILLER_EVENT_REVOKE = 16,
    BILLER_EVENT_CHARGEBACK_REVERSAL = 17,
    BILLER_EVENT_RDR_REVERSAL = 18,
    BILLER_EVENT_STANDIN_DECLINE = 19,
    BILLER_EVENT_MEMBER_ENABLE = 20,
    BILLER_EVENT_MEMBER_DISABLE = 21,
    BILLER_EVENT_MEMBER_CANCEL = 22,
    BILLER_DONE = 1,
    BILLER_RETRY = 2,
    BILLER_REFUSE = 3,
    BILLER_NAME_FREE = 1,
    BILLER_NAME_TAKEN = 2,
    BILLER_MORE = 1,
    BILLER_STOP = 2,
    BILLER_LOG_ERROR = 1,
    BILLER_LOG_WARNING = 2,
    BILLER_LOG_INFO = 3,
    BILLER_LOG_DEBUG = 4,
    BILLER_HOST_HONOURS_KEYS = 1,
    BILLER_PROBLEM_MISTAKE = 0,
    BILLER_PROBLEM_WARNING = 1,
    BILLER_LINK_JOIN = 1,
    BILLER_LINK_ONE_CLICK = 2,
    BILLER_LINK_INSTANT_CONVERSION = 3,
    BILLER_LINK_REACTIVATION = 4,
    BILLER_DISPOSITION_DELIVERED = 1,
    BILLER_DISPOSITION_DUPLICATE = 2,
    BILLER_DISPOSITION_QUARANTINED = 3,
    BILLER_DISPOSITION_CONFLICT = 4,
    BILLER_DISPOSITION_REFUSED = 5,
    BILLER_DISPOSITION_DEAD_LETTER = 6,
    BILLER_DISPOSITION_UNKNOWN = 7,
    BILLER_DISPOSITION_ANSWERED = 8,
    BILLER_DISPOSITION_DEFERRED = 9,
    BILLER_DISPOSITION_UNAVAILABLE = 10,
    BILLER_STATE_PENDING = 1,
    BILLER_STATE_SETTLED = 2,
    BILLER_STATE_DEAD_LETTER = 3,
    BILLER_STATE_QUARANTINED = 4,
    BILLER_STATE_CONFLICT = 5,
    BILLER_STATE_UNKNOWN = 6,
    BILLER_STATE_DISMISSED = 7,
    BILLER_STATE_RELEASED = 8,
    BILLER_STATES_ALL = 4294967295,
    BILLER_DECIDE_REDELIVER = 1,
    BILLER_DECIDE_RELEASE = 2,
    BILLER_DECIDE_DISMISS = 3,
    BILLER_NOT_COUNTED = 4294967295,
    BILLER_PULL_MAX = 1024,
};
typedef struct biller_bytes {
    const uint8_t *data;
    size_t size;
} biller_bytes;
typedef struct biller_pair {
    biller_bytes name;
    biller_bytes value;
} biller_pair;
typedef struct biller_money {
    int64_t minor;
    char currency[4];
    uint32_t exponent;
} biller_money;
typedef struct biller_reason {
    uint32_t struct_size;
    uint32_t status;
    uint32_t outcome;
    char code[36];
    char text[976];
} biller_reason;
typedef struct biller_event {
    uint32_t struct_size;
    uint32_t kind;
    biller_bytes kind_name;
    biller_bytes key;
    biller_bytes purchase_id;
    biller_bytes transaction_id;
    biller_bytes related_transaction_id;
    biller_money amount;
    uint32_t approved;
    uint32_t test;
    uint32_t standin;
    uint32_t redelivery;
    uint32_t trial;
    uint32_t attempt;
    biller_bytes member_id;
    biller_bytes session;
    biller_bytes affiliate;
    biller_bytes username;
    biller_bytes password;
    biller_bytes email;
    biller_bytes name;
    biller_bytes country;
    uint64_t package;
    uint64_t price_point;
    biller_bytes site;
    biller_bytes option;
    uint32_t cross_sell_slot;
    uint32_t reserved;
    biller_bytes cross_sell_ref;
    biller_bytes upsell;
    biller_bytes tokenplus;
    biller_bytes octoken;
    biller_bytes trans_guid;
    biller_bytes card_type;
    biller_bytes payment_type;
    int64_t occurred_at_ms;
    int64_t received_at_ms;
    biller_bytes reason_code;
    biller_bytes reason_text;
    biller_bytes by;
    const biller_bytes *warnings;
    size_t warning_count;
    const biller_pair *extras;
    size_t extra_count;
    biller_bytes reason_family;
    biller_bytes program;
    biller_bytes partner;
    uint32_t tokens;
    uint32_t reserved2;
} biller_event;
typedef struct biller_probe {
    uint32_t struct_size;
    uint32_t reserved;
    biller_bytes username;
    biller_bytes email;
    biller_bytes site;
} biller_probe;
typedef struct biller_host {
    uint32_t struct_size;
    uint32_t flags;
    void *context;
    uint32_t (*event)(void *context, const biller_event *event, biller_reason *reason);
    uint32_t (*probe)(void *context, const biller_probe *probe);
    void (*log)(void *context, uint32_t level, const biller_bytes *line);
    int64_t (*now_ms)(void *context);
} biller_host;
typedef struct biller_config {
    uint32_t struct_size;
    uint32_t reserved;
    biller_bytes path;
    biller_bytes text;
    biller_bytes ledger;
} biller_config;
typedef struct biller_problem {
    uint32_t struct_size;
    uint32_t line;
    uint32_t column;
    uint32_t severity;
    biller_bytes file;
    biller_bytes message;
} biller_problem;
typedef struct biller_problem_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context;
    uint32_t (*problem)(void *context, const biller_problem *problem);
} biller_problem_sink;
typedef struct biller_link_request {
    uint32_t struct_size;
    uint32_t kind;
    biller_bytes option;
    biller_bytes member_id;
    biller_bytes session;
    biller_bytes affiliate;
    biller_bytes username;
    biller_bytes password;
    biller_bytes first_name;
    biller_bytes last_name;
    biller_bytes email;
    biller_bytes address;
    biller_bytes city;
    biller_bytes state;
    biller_bytes zip;
    biller_bytes country;
    biller_bytes phone;
    biller_bytes language;
    biller_bytes currency;
    biller_bytes amount;
    biller_bytes xref1;
    biller_bytes xref2;
    biller_bytes upsell;
    biller_bytes tokenplus;
    biller_bytes octoken;
    biller_bytes ictoken;
    biller_bytes purchase_id;
    biller_bytes approve_url;
    biller_bytes approve_text;
    biller_bytes decline_url;
    biller_bytes decline_text;
    biller_bytes page_template;
    biller_bytes price_points;
    uint32_t only_this_price;
    uint32_t radio_buttons;
    uint32_t cross_sale_off;
    uint32_t test_mode_retry_decline;
    biller_bytes refs[10];
    const biller_pair *extras;
    size_t extra_count;
    biller_bytes price_hash;
    biller_bytes description;
    biller_bytes retry_text;
    biller_bytes reactivation_token;
    biller_bytes initial_days;
    biller_bytes recurring_amount;
    biller_bytes recurring_days;
} biller_link_request;
typedef struct biller_link {
    uint32_t struct_size;
    uint32_t reserved;
    biller_bytes url;
    biller_bytes form_action;
    const biller_pair *fields;
    size_t field_count;
} biller_link;
typedef struct biller_link_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context;
    void (*link)(void *context, const biller_link *link);
} biller_link_sink;
typedef struct biller_http_request {
    uint32_t struct_size;
    uint32_t reserved;
    biller_bytes method;
    biller_bytes query;
    biller_bytes body;
    biller_bytes peer;
    const biller_pair *headers;
    size_t header_count;
} biller_http_request;
typedef struct biller_http_reply {
    uint32_t struct_size;
    uint32_t status;
    biller_bytes content_type;
    biller_bytes body;
    uint32_t disposition;
    uint32_t retry_after_s;
    biller_bytes disposition_name;
    biller_bytes message;
    biller_bytes key;
    const biller_pair *headers;
    size_t header_count;
} biller_http_reply;
typedef struct biller_reply_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context;
    void (*reply)(void *context, const biller_http_reply *reply);
} biller_reply_sink;
typedef struct biller_entry_query {
    uint32_t struct_size;
    uint32_t states;
    uint64_t after;
    uint32_t limit;
    uint32_t newest_first;
    biller_bytes purchase_id;
    biller_bytes member_id;
} biller_entry_query;
typedef struct biller_entry {
    uint32_t struct_size;
    uint32_t state;
    uint64_t sequence;
    biller_bytes state_name;
    biller_bytes key;
    int64_t received_at_ms;
    int64_t changed_at_ms;
    uint32_t attempts;
    uint32_t reserved;
    int64_t next_attempt_at_ms;
    biller_bytes message;
    biller_bytes decided_by;
    biller_bytes request;
    const biller_event *event;
} biller_entry;
typedef struct biller_entry_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context;
    uint32_t (*entry)(void *context, const biller_entry *entry);
} biller_entry_sink;
typedef struct biller_decision {
    uint32_t struct_size;
    uint32_t decision;
    biller_bytes key;
    biller_bytes by;
    uint32_t leave_to_host;
    uint32_t reserved;
    biller_bytes says;
} biller_decision;
typedef struct biller_report {
    uint32_t struct_size;
    uint32_t delivered;
    uint32_t deferred;
    uint32_t dead_letters;
    uint32_t pending;
    uint32_t reserved;
    int64_t next_attempt_at_ms;
} biller_report;
typedef struct biller_instance biller_instance;
typedef struct biller_plugin {
    uint32_t struct_size;
    uint32_t minor;
    biller_bytes name;
    biller_bytes version;
    uint32_t (*check)(const biller_config *config, const biller_problem_sink *sink, biller_reason *reason);
    uint32_t (*open)(const biller_config *config, const biller_host *host, biller_instance **instance, biller_reason *reason);
    void (*close)(biller_instance *instance);
    uint32_t (*link)(biller_instance *instance, const biller_link_request *request, const biller_link_sink *sink, biller_reason *reason);
    uint32_t (*handle)(biller_instance *instance, const biller_http_request *request, const biller_reply_sink *sink, biller_reason *reason);
    uint32_t (*recover)(biller_instance *instance, uint32_t limit, biller_report *report, biller_reason *reason);
    uint32_t (*entries)(biller_instance *instance, const biller_entry_query *query, const biller_entry_sink *sink, biller_reason *reason);
    uint32_t (*decide)(biller_instance *instance, const biller_decision *decision, biller_report *report, biller_reason *reason);
    const void *(*extension)(const biller_bytes *name);
} biller_plugin;
typedef struct biller_host_info {
    uint32_t struct_size;
    uint32_t minor_min;
    uint32_t minor_max;
    uint32_t reserved;
    biller_bytes name;
} biller_host_info;
typedef uint32_t biller_entry_fn(const biller_host_info *host, const biller_plugin **plugin, biller_reason *reason);
typedef struct biller_portal_field {
    uint32_t struct_size;
    uint32_t required;
    biller_bytes title;
    biller_bytes value;
    biller_bytes note;
} biller_portal_field;
typedef struct biller_portal_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context;
    uint32_t (*field)(void *context, const biller_portal_field *field);
} biller_portal_sink;
typedef struct biller_portal {
    uint32_t struct_size;
    uint32_t reserved;
    uint32_t (*fields)(biller_instance *instance, const biller_bytes *join_host, const biller_portal_sink *sink, biller_reason *reason);
    uint32_t (*postback_path)(biller_instance *instance, biller_bytes *path, biller_reason *reason);
} biller_portal;
typedef struct biller_pulled_event {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t token;
    const biller_event *event;
} biller_pulled_event;
typedef struct biller_pulled_question {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t token;
    const biller_probe *probe;
} biller_pulled_question;
typedef struct biller_pulled_reply {
    uint32_t struct_size;
    uint32_t request;
    const biller_http_reply *reply;
} biller_pulled_reply;
typedef struct biller_pulled {
    uint32_t struct_size;
    uint32_t taken;
    uint64_t round;
    const biller_pulled_event *const *events;
    size_t event_count;
    const biller_pulled_question *const *questions;
    size_t question_count;
    const biller_pulled_reply *const *replies;
    size_t reply_count;
} biller_pulled;
typedef struct biller_answer {
    uint32_t struct_size;
    uint32_t answer;
    uint64_t token;
    biller_bytes why;
} biller_answer;
typedef struct biller_pulled_line {
    uint32_t struct_size;
    uint32_t level;
    biller_bytes text;
} biller_pulled_line;
typedef struct biller_pulled_lines {
    uint32_t struct_size;
    uint32_t dropped;
    const biller_pulled_line *const *lines;
    size_t count;
} biller_pulled_lines;
typedef struct biller_pull {
    uint32_t struct_size;
    uint32_t reserved;
    uint32_t (*take)(biller_instance *instance, const biller_http_request *const *requests, uint32_t count, biller_pulled *pulled, biller_reason *reason);
    uint32_t (*due)(biller_instance *instance, uint32_t limit, biller_pulled *pulled, biller_reason *reason);
    uint32_t (*decide)(biller_instance *instance, const biller_decision *decision, biller_pulled *pulled, biller_reason *reason);
    uint32_t (*settle)(biller_instance *instance, uint64_t round, const biller_answer *const *answers, uint32_t count, biller_pulled *pulled, biller_reason *reason);
    void (*end)(biller_instance *instance, uint64_t round);
    uint32_t (*kept)(const biller_config *config, uint32_t flags, biller_instance **instance, biller_reason *reason);
    uint32_t (*lines)(biller_instance *instance, biller_pulled_lines *lines, biller_reason *reason);
} biller_pull;
biller_entry_fn biller_entry_v1;
