/*
 * A frozen table from names to 0 .. n - 1, made once and read by threads:
 * the properties of an object, the texts of an enum.  It is not seeded: how
 * far a look-up probes depends on the schema's names only.
 */
#ifndef SCHEMA_KEYS_H
#define SCHEMA_KEYS_H

#include <stdint.h>

#include "base/arena.h"

struct keys {
	const struct str *name;
	uint32_t n;
	uint32_t mask;
	uint32_t *slot; /* mask + 1 places; 0 is free, else index + 1 */
};

/* Of equal names the first counts; name must live as long as the table. */
void keys_build(struct keys *t, const struct str *name, size_t n,
    struct arena *a);

static inline uint32_t
keys_hash(struct str s)
{
	uint64_t a = 0, b = 0;

	if (s.n >= 8) {
		memcpy(&a, s.p, 8);
		memcpy(&b, s.p + s.n - 8, 8);
	} else if (s.n >= 4) {
		memcpy(&a, s.p, 4);
		memcpy(&b, s.p + s.n - 4, 4);
	} else if (s.n > 0) {
		a = (unsigned char)s.p[0];
		b = (uint64_t)(unsigned char)s.p[s.n / 2] << 8 |
		    (unsigned char)s.p[s.n - 1];
	}
	a = (a ^ s.n) * 0x9e3779b97f4a7c15u + b;
	a = (a ^ (a >> 32)) * 0xff51afd7ed558ccdu;
	return (uint32_t)(a >> 32);
}

/* The index, or -1. */
static inline int32_t
keys_find(const struct keys *t, struct str s)
{
	if (t->n == 0)
		return -1;
	for (uint32_t i = keys_hash(s);; i++) {
		uint32_t at = t->slot[i & t->mask];

		if (at == 0)
			return -1;
		if (str_eq(t->name[at - 1], s))
			return (int32_t)(at - 1);
	}
}

#endif
