/*
 * A unit: all that one compile made of a file and what it uses.  Sealed and
 * counted; what runs holds a reference, so a newer version may replace it
 * between two batches.
 */
#ifndef VM_UNIT_H
#define VM_UNIT_H

#include "vm/prog.h"
#include "vm/vm.h"

/* What a record must be once it is mapped; opaque here, see lang/valid.h. */
struct schema;
struct schema_plan;

struct unit_check {
	const struct schema *schema;
	const struct schema_plan *plan;
};

/* Who is right where both sides changed; the words of the language. */
#define OWNS(X)                                                           \
	X(LEFT, "left")                                                   \
	X(RIGHT, "right")                                                 \
	X(LATEST, "latest")                                               \
	X(FILL, "fill")                                                   \
	X(MAX, "max")                                                     \
	X(MIN, "min")                                                     \
	X(UNION, "union")                                                 \
	X(MANUAL, "manual")                                               \
	X(EXPR, "expr")

enum own {
#define X(name, word) OWN_##name,
	OWNS(X)
#undef X
};

/* What max and min compare left values by. */
enum own_order { ORDER_NUMBER, ORDER_TEXT, ORDER_TIME };

/*
 * Fields that are decided as one: those of a rule, of the rules of a group,
 * and of rules that write the same field.
 */
struct unit_field {
	struct str name;       /* the group, or the first path */
	const uint16_t *right; /* out slots of forward; none: it only comes */
	const uint16_t *left;  /* out slots of backward; none: it only goes */
	uint16_t nright, nleft;
	uint8_t group;         /* name is a group's */
	uint8_t create_only;
	uint8_t shared;        /* a left slot is another field's as well */
	uint8_t fitted;        /* left slots are lists, changed in part */
	/* what comes back may differ from what went: not only copies */
	uint8_t recoded;
	/* members of an object, each decided by itself; the right name is
	 * the left one between prefix and suffix */
	uint8_t rest;
	struct str prefix, suffix;
	enum own own;
	enum own_order order;
	int tie_right;         /* of latest */
	int64_t within_us;     /* times that differ by no more are a tie */
	const struct str *key; /* of union: path in an element, or none */
	uint16_t nkey;
	/* of expr: the forward program's function
	 * (ours, theirs, base, ours_at, theirs_at) */
	int func;
	struct prog_pos pos;   /* of own; line 0: the engine's default */
};

/*
 * By what a record is found: function func of the program, with these in slots
 * of main as its arguments; vm_key calls it.
 */
struct unit_key {
	uint32_t func;
	uint16_t *in;
	uint16_t nin;
};

/* Records whose keys are equal are the same thing in the two systems. */
struct unit_match {
	struct str text;       /* "match (c.email == h.email)" */
	struct unit_key left;  /* of the forward program */
	struct unit_key right; /* of the backward program */
	int when_unlinked;     /* asked only of a record without a link */
	struct prog_pos pos;
};

/* What becomes of a record that several others match. */
#define AMBIGUOUS_POLICIES(X)                                             \
	X(QUARANTINE, "quarantine")                                       \
	X(SKIP, "skip")                                                   \
	X(ERROR, "error")

enum unit_ambiguous {
#define X(name, word) AMBIGUOUS_##name,
	AMBIGUOUS_POLICIES(X)
#undef X
};

struct unit_identity {
	struct unit_match *matches; /* the first that finds one is right */
	uint32_t nmatch;
	enum unit_ambiguous ambiguous;
	struct prog_pos pos;
};

/* What holds between the directions of a map; src/lang/README.md says how. */
#define MAP_LAWS(X)                                                       \
	X(GETPUT, "getput")                                               \
	X(PUTGET, "putget")                                               \
	X(CREATEGET, "createget")                                         \
	X(MINIMAL, "minimal")                                             \
	X(ECHO, "echo")                                                   \
	X(CANON, "canon")

enum map_law {
#define X(name, word) MAP_##name,
	MAP_LAWS(X)
#undef X
	MAP_NLAW
};

/* The laws block of a map, or what holds without one. */
struct unit_laws {
	uint32_t samples;
	uint64_t seed;
	unsigned check; /* 1 << enum map_law */
};

/* A mapping between a left (internal) and a right (CRM) schema. */
struct unit_map {
	struct str name;
	struct str left, right; /* "app.contact", "hubspot.contact" */
	struct str left_name, right_name; /* what the map calls them: c, h */
	struct prog *forward;   /* left to right, with the outbound rules */
	struct prog *backward;  /* right to left, with the inbound rules */
	const struct unit_field *fields;
	uint32_t nfield;
	const struct unit_identity *identity; /* NULL: by links alone */
	/* of the records, as long as the unit lives */
	const struct schema *left_schema, *right_schema;
	/* some rest goes by the field catalogue of right; it was given */
	int declares, catalogued;
	struct unit_laws laws;
	struct unit_check check[2]; /* of what forward and backward make */
	struct prog_pos pos;
};

/* Both programs, and how fields are decided where that is said. */
void map_list(struct buf *out, const struct unit_map *m);
/* The table of fields is what a merge may trust; the error says why not. */
int map_verify(const struct unit_map *m, struct err *e);
/* "latest"; and "latest(tie: left, within: 0ms)" */
const char *own_name(enum own own);
int own_find(struct str name); /* or -1 */
void field_own(struct buf *out, const struct unit_field *f);

/* What a reply, or an item of one, means.  The vocabulary is closed. */
#define OUTCOMES(X)                                                       \
	X(OK, "ok")                                                       \
	X(PER_ITEM, "per_item")                                           \
	X(RETRY, "retry")             /* seconds, or absent; tries */     \
	X(THROTTLE, "throttle")       /* seconds, or absent */            \
	X(REFRESH, "refresh retry")                                       \
	X(CONFLICT, "conflict")                                           \
	X(NOT_FOUND, "not_found")                                         \
	X(FAIL_CONFIG, "fail config")                                     \
	X(FAIL_DATA, "fail data")                                         \
	X(FAIL_PERMANENT, "fail permanent")                               \
	X(UNKNOWN, "unknown")                                             \
	X(IGNORE, "ignore")

enum outcome {
#define X(name, word) OUTCOME_##name,
	OUTCOMES(X)
#undef X
};

/* Operations of an object, by the verbs of rules and feeds. */
#define CONNECTOR_OPS(X)                                                  \
	X(UPSERT, "upsert")                                               \
	X(CREATE, "create")                                               \
	X(UPDATE, "update")                                               \
	X(ARCHIVE, "archive")                                             \
	X(DELETE, "delete")                                               \
	X(READ, "read")                                                   \
	X(FIND, "find") /* before a create: is it there? id: or a list */ \
	X(LIST, "list")                                                   \
	X(FIELDS, "fields")                                               \
	X(DELETES, "deletes") /* a list of what was deleted */            \
	X(CALL, "operation") /* of the connector's own, by its name */

enum connector_op {
#define X(name, word) CONNECTOR_##name,
	CONNECTOR_OPS(X)
#undef X
	CONNECTOR_NOP
};

enum result_model { RESULT_ALIGNED, RESULT_KEYED, RESULT_WHOLE,
	RESULT_MULTIPART };

/* How a page of a list is named. */
#define FEED_PAGINGS(X)                                                   \
	X(PAGE, "page")     /* cursor: its number, from 1 */              \
	X(CURSOR, "cursor") /* a text of theirs; absent: the first */     \
	X(OFFSET, "offset") /* how many records came before */            \
	X(LINK, "link")     /* next is its URL, or a header Link */       \
	X(KEYSET, "keyset") /* tie of the last record, since: its watermark */ \
	X(WINDOW, "window") /* the same, since stays: sorted by tie alone */

enum feed_paging {
#define X(name, word) FEED_##name,
	FEED_PAGINGS(X)
#undef X
};

extern const char *const feed_paging_word[];

/*
 * A list, page by page.  Records whose watermark is the same have ties that
 * differ, so no page begins in the middle of equal ones.
 */
struct unit_feed {
	enum feed_paging paging;
	int since;      /* the request reads it: only what is new comes */
	uint32_t limit; /* records a page */
	int items;      /* (body, headers) -> list */
	int next;       /* (body, headers) -> the next cursor; nil: no more */
	struct str *watermark, *tie; /* paths in an item */
	uint32_t nwatermark, ntie;
	int id;         /* (item); -1: the tie, else the object's id */
	/* (item, headers, param) -> bool; -1: no item is, but in deletes */
	int deleted;    /* it is no more */
	int echo;       /* we wrote it */
	/* (body, headers) -> the cursor with which the next pass begins; nil:
	 * the one that is there; -1: it begins anew */
	int resume;
	/* (status, headers, body, cursor, since) -> bool: all must be listed
	 * again, the provider knows the position no more */
	int resync;
	int64_t lookback_ms; /* so much before the watermark a pass begins */
	int64_t keep_ms;     /* how old a position may be; 0: any age */
	/* (body, headers) -> URL of a file with the items; nil: there are
	 * none; -1: they are in the reply */
	int file;
	int lines;           /* a JSON text a line: body is their list */
	struct str *hosts;   /* of files, beside our own: "*.x.com" */
	uint32_t nhost;
};

/* What a request takes from a budget. */
struct unit_cost {
	uint32_t budget; /* of the connector's budgets */
	int64_t n;
	int func;        /* n where it is not -1 */
};

/*
 * What a field of a catalogue may hold: the words of the language, and what a
 * JSON Schema says of such a value.
 */
#define FIELD_TYPES(X)                                                    \
	X(TEXT, "text", "string", "")                                     \
	X(INT, "int", "integer", "")                                      \
	X(DECIMAL, "decimal", "number", "")                               \
	X(BOOL, "bool", "boolean", "")                                    \
	X(DATE, "date", "string", "date")                                 \
	X(DATETIME, "datetime", "string", "date-time")                    \
	X(LIST, "list", "array", "")                                      \
	X(RECORD, "record", "object", "")

enum field_type {
#define X(name, word, type, format) FIELD_##name,
	FIELD_TYPES(X)
#undef X
	FIELD_NTYPE
};

extern const char *const field_type_word[];

/* What an item of a catalogue says of its field. */
#define FIELD_PARTS(X)                                                    \
	X(NAME, "name")         /* text */                                \
	X(TYPE, "type")         /* a word of FIELD_TYPES; nil: no field */ \
	X(LABEL, "label")       /* text */                                \
	X(OPTIONS, "options")   /* the values it may have; none: any */   \
	X(LENGTH, "length")     /* of a text at most, in characters */    \
	X(READONLY, "readonly") /* bool, as those below; nil is no */     \
	X(REQUIRED, "required")                                           \
	X(UNIQUE, "unique")

enum field_part {
#define X(name, word) PART_##name,
	FIELD_PARTS(X)
#undef X
	FIELD_NPART
};

extern const char *const field_part_word[];

/* The field catalogue of an object: a list of what its records may have. */
struct unit_fields {
	int64_t cache_s; /* how long it is good */
	struct str *in;  /* path of the object that has the fields */
	uint32_t nin;    /* 0: the record itself */
	int texts;       /* values travel as texts, whatever their type */
	int part[FIELD_NPART]; /* (item) -> what is said above */
};

/*
 * Functions are indexes into the connector's program, -1 where not given.
 * What each takes:
 *   path, body, header values  (records: list<record>, param: record)
 *   header values, limits and zones of the connector, costs of a list
 *                              (param: record, base: text)
 *   other costs                (records: list<record>, param: record)
 *   list, errors               (body: any)
 *   key, error_key, error_id, error_text  (item: any)
 *   id, made  (item: any, headers, record, status: int), the reply's
 * A record has match, id, trace, fields (JSON), key and version.  Of a result
 * item, key is compared with trace; of an error, error_key, and where that
 * names none, error_id with id (of a record without one, with match).
 */
struct unit_op {
	enum connector_op op;
	struct str name; /* of an operation of the connector's own */
	int when;        /* (r: record, param) -> bool: it is for r, or -1 */
	uint32_t batch; /* records a request at most */
	uint32_t bytes; /* of the body, where it holds several; 0: any */
	/* (r: record, param) -> text or number: how they are sorted; or -1 */
	int order;
	struct str method;
	int path;
	int body;
	struct str *header_name;
	int *header_value;
	uint32_t nheader;
	enum result_model model;
	int list, key, id, made;
	int errors, error_key, error_id, error_text;
	enum outcome unmatched;
	int classify; /* asked before the connector's; -1: none */
	struct unit_job *job; /* NULL: always by requests */
	/* of multipart, else NULL: the request of each record, a part of the
	 * body; its functions take (r: record, param: record), and an item is
	 * a part of the reply, { status, headers, body } */
	struct unit_op *part;
	/* of list, deletes and fields, else NULL; path, body, header and query
	 * values then take (cursor, since, limit: int, param: record,
	 * fields: list<text>) */
	struct unit_feed *feed;
	/* of fields, which is a list by cursor, else NULL */
	struct unit_fields *fields;
	struct str *query_name; /* in the URL, where the value is not nil */
	int *query_value;
	uint32_t nquery;
	struct unit_cost *costs;
	uint32_t ncost; /* 0: one of each budget */
	struct prog_pos pos;
};

/*
 * A write by files, one request after the other; results and errors are
 * tables, and their lines the items of by, id and text.
 */
#define JOB_STEPS(X)                                                      \
	X(SUBMIT, "submit")                                               \
	X(UPLOAD, "upload")                                               \
	X(CLOSE, "close")                                                 \
	X(POLL, "poll")                                                   \
	X(RESULTS, "results")                                             \
	X(ERRORS, "errors")

enum job_step {
#define X(name, word) JOB_##name,
	JOB_STEPS(X)
#undef X
	JOB_NSTEP
};

extern const char *const job_step_word[];

/* Requests take (job: text, param: record); one without a method is none. */
struct unit_job {
	uint32_t from, batch; /* records that must wait; of one job at most */
	struct unit_op step[JOB_NSTEP];
	int csv;              /* (records, param) -> list of records */
	struct str null;      /* what null is in it */
	int64_t poll_ms;
	int id, done, failed; /* (body) -> id; -> bool */
};

/* How a webhook shows that it is theirs. */
#define HOOK_VERIFIES(X)                                                  \
	X(HMAC_SHA256, "hmac_sha256") /* of value, with the secret */     \
	X(TOKEN, "token")             /* value is the secret */           \
	X(BASIC, "basic")             /* the secret is name:password */

enum hook_verify {
#define X(name, word) HOOK_##name,
	HOOK_VERIFIES(X)
#undef X
};

extern const char *const hook_verify_word[];

/* What an event says happened to a record. */
#define HOOK_OPS(X)                                                       \
	X(CREATE, "create")                                               \
	X(UPDATE, "update")                                               \
	X(DELETE, "delete")                                               \
	X(RESTORE, "restore")                                             \
	X(MERGE, "merge")

enum hook_op {
#define X(name, word) HOOK_##name,
	HOOK_OPS(X)
#undef X
	HOOK_NOP
};

extern const char *const hook_op_word[];

struct unit_webhook {
	enum hook_verify verify;
	int verified;
	struct str secret;  /* its name */
	/* of hmac_sha256 (method, uri, raw: text, headers) -> text; of token
	 * (body, headers) -> text */
	int value;
	int hex;            /* how the header writes the sum; else base64 */
	struct str header;
	int64_t max_age_s;  /* by the time in time_header; 0: none */
	struct str time_header;
	int events;         /* (body, headers) -> list */
	/* of an event (item, headers, param) */
	int id;             /* of its record; -1: the object's id of it */
	int op;             /* a word of HOOK_OPS, nil: it is of no record;
	                     * -1: update */
	int at;             /* when; nil: unsaid */
	int fields;         /* that changed, a text or a list; nil: unsaid */
	int reread;         /* bool: it does not hold all */
	int echo;           /* bool: we wrote it */
	int64_t renew_ms;   /* how often renew is sent; 0: never */
	struct unit_op *renew; /* without records; or NULL */
};

struct unit_object {
	struct str name;
	/* records that no list has are deleted where a whole one lacks no more
	 * than so many percent; 0: never */
	unsigned scan_max;
	struct str clear;     /* JSON that clears a field; n == 0: "null" */
	/* a text that is null where a record comes in; ABSENT: none is */
	struct value cleared;
	int id, version;      /* (body, headers, record, status) */
	struct unit_op *ops;
	uint32_t nop;
	struct unit_webhook *webhook; /* NULL: none comes */
};

enum budget_kind { BUDGET_FIXED, BUDGET_SLIDING, BUDGET_CALENDAR,
	BUDGET_CONCURRENCY };

struct unit_budget {
	struct str name;
	enum budget_kind kind;
	int timed;             /* counts how long requests take, in ms */
	int64_t limit;         /* 0: limit_func says it, of timed seconds */
	int limit_func;
	int64_t period_ms;
	int zone;              /* of calendar; nil, or -1: not known */
	struct str scope;      /* "account" … */
	int remaining;         /* (body, headers) -> what is left, or nil */
	unsigned reserve;      /* percent */
};

enum auth_kind { AUTH_NONE, AUTH_BEARER, AUTH_OAUTH2, AUTH_HEADER };

/* How a token is asked for, and which member of the secret it takes. */
#define AUTH_GRANTS(X)                                                    \
	X(REFRESH_TOKEN, "refresh_token", "refresh_token")                \
	X(CLIENT_CREDENTIALS, "client_credentials", "client_secret")      \
	X(JWT_BEARER, "jwt_bearer", "private_key")

enum auth_grant {
#define X(name, word, held) GRANT_##name,
	AUTH_GRANTS(X)
#undef X
	AUTH_NGRANT
};

struct unit_auth {
	enum auth_kind kind;
	struct str header;     /* AUTH_HEADER: its name */
	struct str scheme;     /* before the token; "" Bearer */
	/* of AUTH_OAUTH2; functions as those of the connector's headers */
	int token;             /* address of the endpoint */
	int *scopes;
	uint32_t nscope;
	enum auth_grant grants[AUTH_NGRANT]; /* the first that can be had */
	uint32_t ngrant;
	int issuer;            /* of a JWT; -1: the client's id */
	int subject;
	int audience;          /* -1: the endpoint */
	int basic;             /* the client is shown in Authorization */
	int64_t lifetime_ms;   /* where the reply says none; 0: not said */
	int base;              /* (body) -> where requests go from now on */
	struct str *hosts;     /* and these it may be; lang/connauth.c */
	uint32_t nhost;
	struct unit_cost *costs; /* of a refresh; none: it is free */
	uint32_t ncost;
};

struct unit_connector {
	struct str name;
	struct str version;
	struct str base;       /* default base URL */
	struct unit_auth auth;
	/* of all requests; an operation's own of that name, also nil, wins */
	struct str *header_name;
	int *header_value;
	uint32_t nheader;
	struct unit_budget *budgets;
	uint32_t nbudget;
	struct unit_object *objects;
	uint32_t nobject;
	struct prog *prog;
	/* (status: int, headers: record (lower-case names), body: any)
	 * -> [outcome: int], or with [tries: int (0: no end), line of the
	 * case: int, seconds: decimal, left out where absent]; absent: no
	 * case fits */
	int classify;
	struct prog_pos pos;
};

/* The test blocks, as JSON texts. */
enum test_step_kind { STEP_GIVEN, STEP_EXPECT, STEP_PUT,
	STEP_XREF, STEP_LOOKUP /* what these find */,
	STEP_EVENT /* of the changes behind it */ };

struct unit_step {
	enum test_step_kind kind;
	int right;        /* which side: 0 left, 1 right, 2 a merge's base */
	struct str json;
	struct vm_event event; /* op 0: what the step is */
	struct prog_pos pos;
};

struct unit_test {
	struct str name;
	const struct unit_map *map; /* its own where it gives params */
	struct unit_step *steps;
	uint32_t nstep;
	struct prog_pos pos;
};

/* A param that one of the files declares. */
struct unit_param {
	struct str name, type;
	int has_value; /* else code that reads it refuses the record */
};

struct unit {
	struct arena arena;
	int refs; /* through unit_ref and unit_unref only */
	struct unit_map *maps;
	uint32_t nmap;
	struct unit_connector *connectors;
	uint32_t nconnector;
	struct unit_test *tests;
	uint32_t ntest;
	struct unit_param *params;
	uint32_t nparam;
	/* of all source texts: the same sources, the same digest */
	unsigned char digest[16];
};

struct unit *unit_new(void);
struct unit *unit_ref(struct unit *u);
void unit_unref(struct unit *u);
/* A listing of all its programs, and of what refers to their functions. */
void unit_list(struct buf *out, const struct unit *u);
/* NULL where there is none of that name. */
const struct unit_map *unit_map(const struct unit *u, struct str name);
const struct unit_connector *unit_connector(const struct unit *u,
    struct str name);
const struct unit_object *connector_object(const struct unit_connector *c,
    struct str name);
const struct unit_op *object_op(const struct unit_object *o,
    enum connector_op op);
/* An operation of its own; NULL where it has none of that name. */
const struct unit_op *object_call(const struct unit_object *o,
    struct str name);
/* Its program, and what of it each operation calls. */
void connector_list(struct buf *out, const struct unit_connector *c);
/* Each function is there and takes what it is called with; else says which. */
int connector_verify(const struct unit_connector *c, struct err *e);

#endif
