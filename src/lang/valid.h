/*
 * Records that a map made, held to the schema of the side they are for.
 *
 * A record that is made is checked whole, but for members that are readOnly.
 * Of one that is patched, what counts is a field that the patch writes, and
 * what the record had right before: what was wrong already is not ours to
 * refuse, and what we do not know of it may be there.  What is made on the way
 * back is of a record of theirs that may be part of one, so that nothing is
 * missing there either.
 *
 * Formats are annotations here, as in JSON Schema itself; a metaschema whose
 * $vocabulary asserts them is obeyed.
 */
#ifndef LANG_VALID_H
#define LANG_VALID_H

#include "vm/unit.h"

/* Scratch memory of one thread. */
struct valid;
struct valid *valid_new(void);
void valid_free(struct valid *v);

struct valid_record {
	const struct unit_map *map;
	int back;                  /* made by the backward program */
	const struct value *slots; /* the whole record that results */
	/* a patch: what it writes, and the record before it, "" unknown */
	const uint64_t *dirty;     /* NULL: the record is made */
	struct str before;         /* with RECORD_PAD behind it */
};

/*
 * 0, or -1: e names the line of the rule that wrote the field, the field, the
 * schema's place, and what it wants; e.at is the line.
 */
int valid_check(struct valid *v, const struct valid_record *r, struct err *e);

#endif
