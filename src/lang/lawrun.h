/*
 * Inside the laws: what runs them, the laws themselves (law.c), the search
 * for the smallest case (lawshrink.c), what is printed (lawtext.c).
 */
#ifndef LANG_LAWRUN_H
#define LANG_LAWRUN_H

#include "lang/follow.h"
#include "lang/laws.h"
#include "record/edit.h"
#include "schema/sample.h"
#include "vm/builtin.h"

struct law_known; /* lawlookup.c */

/* A rule, in the programs that have it. */
struct link {
	struct prog_pos pos;
	struct str text;
	int at[2];     /* forward, backward: its number there, or -1 */
	enum law law;  /* of a rule both ways */
	int pair;      /* one way back, from what the same field feeds */
	int once;      /* create only */
	int joins;     /* each, pick */
	unsigned failed; /* 1 << law */
};

/* What the laws are tried on. */
struct law_case {
	struct value left;   /* a record of ours */
	struct value right;  /* one of theirs, and */
	struct value patch;  /* a part that arrives */
	struct value change; /* one field of ours that changes, or {} */
	struct value event;  /* one field of theirs that does, or {} */
};

/* Steps that a law takes at most. */
#define LAW_STEPS 12

struct law_step {
	int put, right; /* given or put; which side */
	struct str json;
};

/* How a law was broken. */
struct breach {
	unsigned link;       /* nlink: none that is known */
	int right;           /* side of the field */
	struct str field;
	const char *what;
	struct value was, is;
	struct str refused;  /* why, where a record was */
	struct str expect;   /* JSON it should have instead; n == 0: none */
	struct law_step steps[LAW_STEPS];
	unsigned nstep;
};

struct lawrun {
	const struct unit_map *map;
	const struct prog *prog[2]; /* forward, backward */
	struct vm *vm;
	struct link *links;
	unsigned nlink;
	unsigned *of[2];     /* link of a program's rule */
	unsigned *writer[2]; /* and of its out slots, nlink: none */
	int only;            /* the link that counts; -1: all but failed ones */
	enum map_law law;
	struct follow f;
	struct arena a;      /* of a case; its steps lie there */
	struct arena keep;   /* of the run */
	struct sample *make[2]; /* left, right */
	struct law_step steps[LAW_STEPS];
	unsigned nstep;
	unsigned blame;      /* link that refused, or nlink */
	struct err refusal;
	const struct laws_options *options;
	struct law_known *known; /* links, as they were asked for */
	unsigned nknown, check;  /* the number of the check that runs */
};

/* 1 it holds, 0 it does not and *b says how, -1 the case is refused. */
int law_check(struct lawrun *r, enum map_law law, const struct law_case *c,
    struct breach *b);
/* ---- steps (lawstep.c) ---- */

/* Begin anew: neither side has anything. */
void law_begin(struct lawrun *r);
/* One step; -1 and r->blame, r->refusal when the record is refused. */
int law_step(struct lawrun *r, int put, int right, struct str json);
/* Nothing changes on a side; the other one takes what it says. */
int law_nudge(struct lawrun *r, int right);
struct str law_json(struct value v, struct arena *a);

/* The fields of a side that the map writes; NULL: it cannot be read. */
struct value *law_fields(struct lawrun *r, int right, struct str json);
/* What a record of ours says of theirs; NULL: it is refused. */
struct value *law_sent(struct lawrun *r, struct str left, struct str right);
/* Of fields of theirs the first that a link writes; ABSENT: none. */
struct value law_right_value(struct lawrun *r, unsigned link,
    const struct value *right);

/* A field that differs, or a member of a rest. */
struct law_item {
	int right;
	unsigned slot, link;
	struct str member; /* p == NULL: the slot itself */
	struct value was, is;
};

/* Its path; room for RECORD_DEPTH + 2 steps. */
size_t law_field_path(struct lawrun *r, const struct law_item *i,
    struct str *path);

/* 1 when the law has nothing against the difference. */
typedef int law_within_fn(struct lawrun *r, const struct law_item *i,
    const void *arg);
/*
 * Compare a side as it was, before, with what it has now.  1, or 0 at the
 * first field that differs and is not within the law.
 */
int law_same(struct lawrun *r, int right, struct str before,
    law_within_fn *within, const void *arg, const char *what,
    struct breach *b);
/* The last step was refused, and should not: 0 where that counts. */
int law_refused(struct lawrun *r, struct breach *b);

/* ---- the rest ---- */

/* The first field of a patch, all that lies above it, or n == 0. */
size_t law_path(struct value patch, struct str *path, size_t max,
    struct arena *a);

/* The smallest case found, in keep, that breaks a law by a rule. */
void law_shrink(struct lawrun *r, enum map_law law, unsigned link,
    struct law_case *c);

/* What xref and lookup find; arg is the lawrun. */
vm_lookup_fn law_lookup;
/* Append, as given steps, what the last check asked for. */
void law_given(struct buf *out, struct lawrun *r, struct arena *a);

/* Append a value as the language writes it. */
void law_value(struct buf *out, struct value v, struct arena *a);
/* Append the test block of a breach. */
void law_test(struct buf *out, struct lawrun *r, const struct breach *b,
    struct arena *a);

#endif
