/*
 * Inside the room: the records that a feed gave lately, so that what comes
 * again unchanged is left out.
 *
 * A record is known by its id and its whole JSON: of two changes within the
 * second of a coarse watermark, the later one is not the earlier one.  By 64
 * bits of BLAKE2b, so nobody can write a record that passes for another's.
 *
 * Two generations of at most max: when the younger is full it becomes the
 * older, so the last max at least are known, twice as many at most.
 */
#ifndef CONNECTOR_SEEN_H
#define CONNECTOR_SEEN_H

#include "base/err.h"
#include "base/str.h"

struct seen_set {
	uint64_t *slots; /* power of two; 0 is free */
	size_t cap, n;
};

struct seen {
	struct seen_set young, old;
	size_t max;
};

void seen_init(struct seen *s, size_t max);
void seen_fini(struct seen *s);
/* Never 0. */
uint64_t seen_mark(struct str id, struct str json);
int seen_has(const struct seen *s, uint64_t mark);
void seen_add(struct seen *s, uint64_t mark);
/* All of it as hexadecimal digits, 16 each, and back. */
void seen_write(const struct seen *s, struct buf *out);
int seen_read(struct seen *s, struct str hex, struct err *e);

#endif
