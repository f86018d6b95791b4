/*
 * Values with a part exchanged.  Values are never written to: what differs
 * from the old one is made in the arena, the rest is shared.
 */
#ifndef RECORD_EDIT_H
#define RECORD_EDIT_H

#include "record/value.h"

/*
 * v with neu at the path below it; ABSENT takes the member or element out.  A
 * step into a list is an element's number; where there is no record, one is
 * made.  A path that leads nowhere in a list changes nothing.
 */
struct value value_edit(struct value v, const struct str *path, size_t n,
    struct value neu, struct arena *a);
/* What lies at the path, ABSENT where nothing does. */
struct value value_at(struct value v, const struct str *path, size_t n,
    struct arena *a);

/* An element's number, or n when the step names none of n. */
uint32_t value_index(struct str step, uint32_t n);

#endif
