/*
 * A merge while it is made.  Private to vm/.
 */
#ifndef VM_MERGING_H
#define VM_MERGING_H

#include "vm/decide.h"

struct work {
	struct vm *vm;
	const struct unit_map *map;
	const struct merge_in *in;
	struct merge *out;
	struct arena *a;
	const struct prog_func *right, *left; /* main of forward, of backward */
	/*
	 * Right slots.  ours is fitted into base, as it was sent then, and
	 * send into theirs, as it would be sent now.
	 */
	struct value *ours, *send, *theirs, *canon, *base;
	struct value *will_be, *to_them, *agreed;
	/* left slots: what theirs becomes, what ours has; NULL: not known */
	struct value *came, *had, *to_us;
	struct value clear; /* theirs for null; ABSENT: null alone */
	struct decider d;
	size_t citem;
	int again; /* what comes is known when all is decided */
};

/* ---- form.c ---- */

/* The text in b as a record in the arena; b is freed. */
struct str merging_keep(struct work *w, struct buf *b);
struct value *merging_slots(struct work *w, const struct prog_func *main);
/* What the other side spells a cleared field like is null. */
void merging_settle(struct work *w, struct value *v, unsigned n);
/*
 * Map json by p and fit it into old; the out slots are kept, as the frame is
 * used again.  -1 and the error, which may be NULL.
 */
int merging_map(struct work *w, const struct prog *p, struct str json,
    struct str old, struct value **out, struct err *e);
/* record with the slots of a layout in their places. */
struct str merging_with(struct work *w, struct str record,
    const struct layout *l, const struct value *slots);
/*
 * What ours with these left slots would send to old; NULL where it cannot be
 * mapped.
 */
struct value *merging_ours(struct work *w, const struct value *left,
    struct str old);
/*
 * Once ours, theirs and base are read: what of theirs comes, and the form in
 * which theirs and base are compared.
 */
int merging_form(struct work *w, struct err *e);

/* ---- members.c ---- */

/* Decide the members of a rest that goes at least to the right. */
int merging_members(struct work *w, const struct unit_field *f,
    struct err *e);

/* ---- merge.c ---- */

struct merge_item *merging_item(struct work *w, const struct unit_field *f);
/*
 * The new base of what was decided, as far as it is known before anything is
 * written.
 */
struct value merging_agreed(const struct work *w, const struct merge_item *it,
    struct value ours, struct value theirs, struct value base);

#endif
