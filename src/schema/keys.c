/*
 * Frozen name tables: at most half full, so every probe ends.
 */
#include "schema/keys.h"

#include "base/size.h"

void
keys_build(struct keys *t, const struct str *name, size_t n,
    struct arena *a)
{
	uint32_t size = 4;

	if (n > UINT32_MAX / 4)
		fatal("too many names: %zu", n);
	while (size < n * 2)
		size *= 2;
	t->name = name;
	t->n = (uint32_t)n;
	t->mask = size - 1;
	t->seed = name_seed();
	t->slot = arena_array(a, size, sizeof(*t->slot));
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = (uint32_t)name_hash(name[k].p, name[k].n,
		    t->seed) & t->mask;

		while (t->slot[i] != 0 &&
		    !str_eq(name[t->slot[i] - 1], name[k]))
			i = (i + 1) & t->mask;
		if (t->slot[i] == 0)
			t->slot[i] = k + 1;
	}
}
