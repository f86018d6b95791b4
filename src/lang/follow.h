/*
 * Two records that follow each other: the steps of a sync with one map,
 * without its daemon.
 *
 * Test blocks and laws are both made of these steps, so every law that fails
 * can be written as a test block that fails.
 */
#ifndef LANG_FOLLOW_H
#define LANG_FOLLOW_H

#include "lang/valid.h"
#include "vm/vm.h"

struct follow {
	struct vm *vm;
	const struct unit_map *map;
	struct arena *a;
	struct valid *valid; /* NULL: records are held to no schema */
	/* what left and right have, RECORD_PAD behind it; n == 0: nothing */
	struct str side[2];
	/* what both agreed on, once they are merged and do not follow */
	struct str base;
	int merges, stale;
	/* of the changes to come; op 0: a step says itself what it is */
	struct vm_event event;
	int64_t at[2]; /* when each side changed last */
};

/* Nothing happened yet. */
void follow_init(struct follow *f, struct vm *vm, const struct unit_map *map,
    struct arena *a, struct valid *valid);

/*
 * All: 0, or -1 when the map refuses the record, or a schema what it made.
 * The texts made lie in the arena.
 */

/* A side has this record; the other is mapped from it, as when it is made. */
int follow_given(struct follow *f, int right, struct str json, struct err *e);
/*
 * These fields of a side change, as a CRM's event brings them, whole lists at
 * a time; the other side gets the patch that follows.
 */
int follow_put(struct follow *f, int right, struct str json, struct err *e);

/*
 * From here on both sides change for themselves and are merged, from a base;
 * n == 0: they meet for the first time.
 */
void follow_base(struct follow *f, struct str json);
/* Merge what changed; nothing when nothing did, or the sides just follow. */
int follow_merge(struct follow *f, struct err *e);

/* A copy with RECORD_PAD behind it. */
struct str follow_pad(struct arena *a, struct str s);
/* old with the fields of patch in their places; a null stays a null. */
struct str follow_patch(struct arena *a, struct str old, struct str patch);
/* Nothing opened: JSON text of an object, as a value. */
struct value follow_raw(struct str json);

#endif
