/*
 * A hash table from byte strings to pointers, seeded, open addressing.
 *
 * Keys are not copied: they must live as long as the table.  Zero-initialised
 * is empty and valid.  Iteration order is insertion order.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct table_entry {
	struct str key;
	uint64_t hash;
	void *value; /* NULL: removed */
};

struct table {
	struct table_entry *entries; /* in insertion order */
	size_t n;                    /* entries, the removed ones included */
	size_t live;
	size_t cap;
	uint32_t *index; /* 2 * cap places; 0 is free, else entry + 1 */
};

/* The value, or NULL. */
void *table_get(const struct table *t, struct str key);
/* Set key to value (not NULL); returns the value that was there, or NULL. */
void *table_put(struct table *t, struct str key, void *value);
/* Remove key; returns the value that was there, or NULL. */
void *table_del(struct table *t, struct str key);
void table_fini(struct table *t);

/* for (struct table_entry *e = table_next(t, NULL); e; e = table_next(t, e)) */
struct table_entry *table_next(const struct table *t, struct table_entry *e);

#endif
