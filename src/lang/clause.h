/*
 * Clauses of connectors: words and values side by side, name arg arg { … };.
 * Which word may stand where is a table per block.
 */
#ifndef LANG_CLAUSE_H
#define LANG_CLAUSE_H

#include "lang/compile.h"

/* What the functions of a block see. */
enum view {
	VIEW_RECORDS, /* records, param */
	VIEW_PART,    /* r, one of them, param */
	VIEW_STEP,    /* job: text, "" before there is one; param */
	VIEW_BODY,    /* body */
	VIEW_ITEM,    /* item */
	VIEW_RESULT,  /* item, header(…), record, status */
	VIEW_OBJECT,  /* body, header(…), record, status */
	VIEW_PAGE,    /* cursor, since, limit, param, fields */
	VIEW_COUNTED, /* the same, cursor is a number */
	VIEW_REPLY,   /* body, header(…) */
	VIEW_SIGNED,  /* method, uri, raw, header(…) */
	VIEW_EVENT,   /* item, header(…), param */
	VIEW_PLACE,   /* status, header(…), body, cursor, since */
	VIEW_ACCOUNT, /* param, base: what is said once for a connection */
};

#define OBJECTS_MAX 256

/* A connector that is being made. */
struct conn {
	struct compile *c;
	struct module *m;
	struct gen *g;
	struct unit_connector *out;
	struct arena *ua; /* of the unit */
	/* what `version` is in all that makes a request */
	struct local *version;
	/* 1 << n: the n-th name of a view was read, by the last function; by
	 * those of a list's request */
	unsigned used, paged;
	enum view view; /* what the functions of a request see here */
	/* what objects that are written once differ in, or NULL; its name
	 * stands nowhere any more but where it cannot */
	struct local *constant;
	unsigned char common[OBJECTS_MAX]; /* 1: written so */
};

/* A clause that a block knows; where it may not come twice, once is set. */
struct word_rule {
	const char *name;
	int (*make)(struct conn *k, struct stmt *s, void *what);
	int once;
	int early; /* 2 is made before 1 and 1 before 0, wherever it stands */
};

/* Hand each clause of a body to its maker; where: "a budget". */
void clause_all(struct conn *k, struct stmt *body,
    const struct word_rule *rules, size_t n, void *what, const char *where);

/* The arguments of a clause, from the first on. */
struct args {
	struct conn *k;
	const struct stmt *s;
	struct item *at;
};

struct args clause_args(struct conn *k, const struct stmt *s);
/* Report the argument that is next, with the form it should have; -1. */
int clause_bad(struct args *a, const char *form);
/* The next argument, NULL behind the last. */
struct expr *clause_next(struct args *a);
/* The only value of a clause, in brackets where it has operators; or NULL. */
struct expr *clause_first(const struct stmt *s, struct args *a);
/* 1 when the next argument is that word, which is then passed. */
int clause_word(struct args *a, const char *word);
/*
 * 1 when it is that word with a value: the argument behind it, or what stands
 * in word(…), where operators and records may.  *value is NULL when there is
 * none.
 */
int clause_value(struct args *a, const char *word, struct expr **value);
/* 1 and the text when e (may be NULL) is one. */
int clause_text(const struct expr *e, struct str *out);
/* 0 or -1, without a finding. */
int clause_number(struct conn *k, const struct expr *e, int64_t *out);
/* A duration as milliseconds. */
int clause_time(struct conn *k, const struct expr *e, int64_t *ms);
/* The names of a path in what is read, kept; 0 when there is none. */
uint32_t clause_path(struct args *a, struct str **to);
/* An outcome, one word or two; -1 with a finding. */
int clause_outcome(struct args *a, enum outcome *out);
/* A copy that lives as long as the unit. */
struct str clause_keep(struct conn *k, struct str s);

#define PAGE_CURSOR 1u /* of conn.paged */
#define PAGE_SINCE 2u

/*
 * Compile e to a function; its index, or any when there are findings: then no
 * code is made at all.
 */
int conn_function(struct conn *k, struct expr *e, enum view view,
    const char *name);
/* The same, and of what type its value is. */
int conn_typed(struct conn *k, struct expr *e, enum view view,
    const char *name, struct type *t);
/* name = e; where the value must be a bool; -1 with a finding. */
int conn_bool(struct conn *k, struct stmt *s, enum view view,
    const char *name, int *func);
/* One more name that a function sees, in a register. */
struct local *conn_local(struct conn *k, struct local *up, const char *name,
    struct type t, unsigned reg);

/*
 * The operation that s names, behind those of o, with its cost and room for
 * what its clauses say.
 */
struct unit_op *op_begin(struct conn *k, struct stmt *s,
    struct unit_object *o);
/* Nothing said yet, with room for the clauses of s. */
void op_init(struct conn *k, struct unit_op *op, const struct stmt *s);
/* "Name" value; the value to a function, named what; -1 without a finding. */
int clause_named(struct args *a, enum view view, const char *what,
    struct str *to, int *value);
/* Its clauses; what is the unit_op. */
int op_request(struct conn *k, struct stmt *s, void *what);
int op_body(struct conn *k, struct stmt *s, void *what);
int op_header(struct conn *k, struct stmt *s, void *what);
int op_query(struct conn *k, struct stmt *s, void *what);
int op_results(struct conn *k, struct stmt *s, void *what);
int op_classify(struct conn *k, struct stmt *s, void *what);
/*
 * The operation that s is, from the arguments on that are next; name is that
 * of an operation of the connector's own, else "".
 */
int op_make(struct conn *k, struct stmt *s, struct unit_object *o,
    struct args *a, struct str name);
void op_needs_request(struct conn *k, struct stmt *s,
    const struct unit_op *op);

/* An operation of its own, of conncall.c. */
int conn_operation(struct conn *k, struct stmt *s, void *what);
/* The request of each record in it, of connpart.c; what is the unit_op. */
int op_part(struct conn *k, struct stmt *s, void *what);
/* Which records an operation of its own is for. */
int op_when(struct conn *k, struct stmt *s, void *what);
/* The same by files, of connjob.c. */
int op_job(struct conn *k, struct stmt *s, void *what);
/* What its steps have of the operation, once that is read. */
void op_job_end(const struct unit_op *op);
void op_part_check(struct conn *k, struct stmt *s, const struct unit_op *op);
/* How it shows who it is, of connauth.c. */
int conn_auth(struct conn *k, struct stmt *s, void *what);
/* A budget, of connbudget.c. */
int conn_budget(struct conn *k, struct stmt *s, void *what);
/* cost { burst: 1, day: len(records) }; view is what the costs see. */
void conn_costs(struct conn *k, const struct expr *cost, enum view view,
    struct unit_cost **list, uint32_t *n);

/* A list of an object, of connfeed.c, and clauses of it. */
#define FEED_NONE .items = -1, .next = -1, .id = -1, .deleted = -1, \
	.echo = -1, .resume = -1, .resync = -1, .file = -1
int conn_list(struct conn *k, struct stmt *s, void *what);
#define FEED_LIMIT 100 /* items a page, unless it is said */
int feed_limit(struct conn *k, struct stmt *s, void *what);
int feed_items(struct conn *k, struct stmt *s, void *what);
int feed_next(struct conn *k, struct stmt *s, void *what);
/* Its field catalogue, of connfield.c. */
int conn_fields(struct conn *k, struct stmt *s, void *what);
/* Its webhook, of connhook.c. */
int conn_webhook(struct conn *k, struct stmt *s, void *what);

/* One object or several, of template.c. */
int conn_object(struct conn *k, struct stmt *s, void *what);
/* The object of that name; its clauses are the body of s. */
void object_make(struct conn *k, struct stmt *s, struct word name);
/* What replies mean, of connclass.c. */
int conn_classify(struct conn *k, struct stmt *s, void *what);

#endif
