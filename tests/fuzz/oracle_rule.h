/*
 * What the rules of a map say, for the slow evaluator.
 */
#ifndef FUZZ_ORACLE_RULE_H
#define FUZZ_ORACLE_RULE_H

#include "oracle.h"

enum nil { SKIP, CLEAR, ERROR, DEFAULT };

/* A rule as its attributes and the map's defaults make it. */
struct rule {
	struct rule *next;
	const struct stmt *s;
	const struct stmt *when[20];
	unsigned nwhen;
	int both, forth, back;
	const struct expr *left, *right; /* places, by side */
	const struct expr *source;       /* of a one-way rule */
	enum nil missing, null;
	const struct expr *other;
	enum nil error;
	int required, create_only, lossy;
};

#define DEEP 16
struct path {
	struct str name[DEEP];
	int n;
};

/* e must be a path. */
struct path path(const struct expr *e);
/* x lies at y or above it. */
int path_above(const struct path *x, const struct path *y);
int is_left(const struct oracle *o, const struct expr *e);

/* The rules of an element's body; left is what it calls ours. */
struct rule *rules_in(struct oracle *o, const struct stmt *body,
    struct str left);
/* The value of a rule after its policies and codecs; 0 or -1. */
int rule_value(struct oracle *o, const struct rule *r, struct oval *v);
int rule_pipe(struct oracle *o, const struct rule *r, struct oval *v);
struct oout *place_at(struct oracle *o, struct oout *root,
    const struct path *p);
/* The list v as `each` joins it with the one that is there. */
int each_value(struct oracle *o, const struct rule *r, struct oval *v);

/* Of the list v the value that is picked; into list, which may be nil. */
int pick_out(struct oracle *o, const struct rule *r, struct oval *v);
int pick_in(struct oracle *o, const struct rule *r, const struct oval *list,
    struct oval *v);

/* All rules of the map, in their order. */
struct rule *rules_of(struct oracle *o);
/* Whether a rule says something in this direction, and about what. */
int rule_holds(const struct oracle *o, const struct rule *r);
const struct expr *target_of(const struct oracle *o, const struct rule *r);

/* Called with every path of a side that is read. */
typedef int visit_fn(struct oracle *o, const struct path *p, void *arg);
int visit(struct oracle *o, const struct expr *e, struct str side,
    const struct obind *env, visit_fn *fn, void *arg);
/* The places of a rule on a side: several of a tuple. */
int visit_place(struct oracle *o, const struct expr *e, visit_fn *fn,
    void *arg);

/* What the other side calls a member of a rest; 0: it is none of it. */
int rest_name(struct oracle *o, const struct rule *r, int back,
    struct str name, struct str *out);
/* A name of the object that a rest reads that is none of the rest's. */
int rest_lacks(struct oracle *o, const struct rule *all,
    const struct path *at, struct str name);

/* What a record has at a path; all that leads to it must be readable. */
const struct oval *walk(const struct oval *record, const struct path *p);
/* Run by o_put: under a guard, or by a codec that asks, on the way back. */
int rule_is_late(struct oracle *o, const struct rule *r);
/* -1 where o->old cannot be read. */
int read_old(struct oracle *o, const struct rule *all);
/* The names of a path; -1 when e is none. */
int path_of(const struct expr *e, struct str *out, unsigned max);
struct str root_of(const struct expr *e);
/* -1 where the program cannot read the record at all. */
int read_record(struct oracle *o, const struct rule *all);

#endif
