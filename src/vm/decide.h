/*
 * What becomes of one field that two sides have.  Private to vm/.
 */
#ifndef VM_DECIDE_H
#define VM_DECIDE_H

#include "vm/merge.h"

/* A field, or a member of a rest; several values are decided as one. */
struct view {
	unsigned n;
	const enum value_compare *how;
	const struct value *ours, *base;
	const struct value *theirs; /* canonical */
	const struct value *raw;    /* theirs as it came */
	/* the one left value that max and min compare; NULL: not known */
	const struct value *left_ours, *left_theirs;
	struct value *made;         /* TO_BOTH: set to what both get */
};

struct decider {
	struct vm *vm;
	const struct prog *forward;
	const struct merge_in *in;
	int first;
	struct arena *a;
};

/* Sets all of it but field and member. */
int decide(const struct decider *d, const struct unit_field *f,
    const struct view *v, struct merge_item *it, struct err *e);

#endif
