/*
 * A frozen table from names to 0 .. n - 1, made once and read by threads:
 * the properties of an object, the texts of an enum.  It hashes as record/
 * does, so a name of a tape brings its hash along.
 */
#ifndef SCHEMA_KEYS_H
#define SCHEMA_KEYS_H

#include "base/arena.h"
#include "record/names.h"

struct keys {
	const struct str *name;
	uint32_t n;
	uint32_t mask;
	uint32_t *slot; /* mask + 1 places; 0 is free, else index + 1 */
	struct name_seed seed;
};

/*
 * Of equal names the first counts; they must live as long as the table, with
 * 8 readable bytes behind each.
 */
void keys_build(struct keys *t, const struct str *name, size_t n,
    struct arena *a);

/* hash is name_hash of s under the process's seed. */
static inline int32_t
keys_find_hash(const struct keys *t, struct str s, uint64_t hash)
{
	if (t->n == 0)
		return -1;
	for (uint32_t i = (uint32_t)hash;; i++) {
		uint32_t at = t->slot[i & t->mask];

		if (at == 0)
			return -1;
		if (str_eq(t->name[at - 1], s))
			return (int32_t)(at - 1);
	}
}

/* The index, or -1.  Reads up to 8 bytes behind s. */
static inline int32_t
keys_find(const struct keys *t, struct str s)
{
	return keys_find_hash(t, s, name_hash(s.p, s.n, t->seed));
}

#endif
