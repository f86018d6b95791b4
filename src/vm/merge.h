/*
 * Three-way merge of a record that two systems have: what each of them has to
 * change, from what both last agreed on.
 *
 * No I/O and no clock; times are passed in.  What is made lies in the batch's
 * arena.  A merge of what a merge made changes nothing.
 */
#ifndef VM_MERGE_H
#define VM_MERGE_H

#include "vm/unit.h"
#include "vm/vm.h"

#define MERGE_NO_TIME INT64_MIN

/*
 * Records as JSON objects with RECORD_PAD behind them; n == 0: there is none.
 * ours is of the left side; theirs and base are of the right one.
 *
 *   no base            the first time that both meet, or one side is new
 *   no ours, no theirs that side is as base has it; without a base it is made
 */
struct merge_in {
	struct str ours, theirs, base;
	int theirs_part; /* what theirs leaves out is as base has it */
	/* when each was changed, microseconds since 1970 */
	int64_t ours_at, theirs_at;
	struct str clear; /* JSON that clears a field there; n == 0: null */
};

/* X(name, word) */
#define MERGE_DECISIONS(X)                                                \
	X(NOTHING, "nothing")                                             \
	X(AGREE, "agree")     /* both changed to the same */              \
	X(TO_THEM, "to them")                                             \
	X(TO_US, "to us")                                                 \
	X(TO_BOTH, "to both") /* a value that was made of both */         \
	X(CONFLICT, "conflict") /* own: manual */

enum merge_decision {
#define X(name, word) MERGE_##name,
	MERGE_DECISIONS(X)
#undef X
};

/* What became of a field of the map, or of a member of a rest. */
struct merge_item {
	const struct unit_field *field;
	struct str member;   /* its right name */
	uint8_t ours, theirs; /* changed since the base; 1 without one */
	uint8_t asked;       /* both differ, so own decided */
	uint8_t decision;    /* enum merge_decision */
};

struct merge {
	struct merge_item *items;
	size_t nitem, nconflict;
	int first; /* there was no base */
	/* minimal patches, whole records where one is made; n == 0: nothing */
	struct str to_them, to_us;
	struct str base; /* the new one: what both have agreed on */
	/* Values by out slot, forward's and backward's; NULL: not known.
	 * theirs is in canonical form: what ours would send had it come. */
	const struct value *ours, *theirs, *old;
	const struct value *left_ours, *left_theirs;
	/* what is written, by forward's and backward's out slots */
	const struct value *them, *us;
};

const char *merge_decision_name(enum merge_decision d);

/*
 * -1 when a record cannot be read or mapped, or a policy fails on its values;
 * the error names the record or the line.  Uses the frame of vm_map.
 */
int vm_merge(struct vm *vm, const struct unit_map *map,
    const struct merge_in *in, struct merge *out, struct arena *a,
    struct err *e);

#endif
