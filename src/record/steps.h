/*
 * The sealed form of a layout, as writer, diff and canon walk it.  Internal
 * to record/.
 */
#ifndef RECORD_STEPS_H
#define RECORD_STEPS_H

#include "record/layout.h"

#define SLOT_NONE ((size_t)-1)

/* Bytes behind a step's text, so that it is copied in whole blocks. */
#define KEY_PAD ((size_t)16)

enum step_op {
	STEP_FIELD,  /* a value */
	STEP_OPEN,   /* an object; the root is the first */
	STEP_SPLICE, /* members of a RECORD go into the open object */
	STEP_CLOSE,
};

/* An object of the target. */
struct target {
	struct str *names; /* of what the layout itself puts here, sorted */
	size_t n;
	size_t splice; /* slot, or SLOT_NONE */
};

struct step {
	enum step_op op;
	unsigned flags;
	enum value_compare how;
	size_t slot;                 /* FIELD, SPLICE */
	struct str name;             /* FIELD, OPEN */
	struct str text; /* FIELD: ,"name":  OPEN: ,"name":{  with pad */
	const struct target *target; /* OPEN, SPLICE */
};

struct place;

struct layout {
	struct arena *arena;
	size_t nslots;
	struct place *root;   /* the tree, while the layout is built */
	size_t nsteps;
	struct step *steps;   /* in the order in which fields were added */
	struct step *ordered; /* the same in the order of names */
	uint64_t *splices;    /* a bit a slot: it is spliced */
};

/* 1 when the layout has a field or object of that name in t. */
int target_has(const struct target *t, struct str name);
/* The members of slot v that a splice writes: none when v is nil. */
size_t splice_count(struct value v);
/* 1 when member m of a splice into t is written. */
int splice_writes(const struct target *t, const struct member *m);

/* The members of one record looked up by the names of another, in turn. */
struct lookup {
	const struct member *m;
	size_t n, next;
	struct member *sorted; /* made when the orders differ */
	struct arena *arena;
};

struct lookup lookup_new(struct value v, struct arena *a);
/* The value of the member, or ABSENT. */
struct value lookup_find(struct lookup *l, struct str name);

/* The patch that emit writes: these slots, and what a splice changes. */
struct patch {
	const uint64_t *dirty;
	const struct value *old;
	struct arena *scratch;
};

/* patch NULL: the whole record. */
void layout_emit(struct buf *out, const struct layout *l,
    const struct value *slots, struct str clear, const struct patch *patch);

#endif
