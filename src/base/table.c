/*
 * Hash table: entries in insertion order, an index of positions beside them.
 * Invariant: cap is 0 or a power of two, n <= cap, so the index is at most
 * half full and every probe ends.
 */
#include "base/table.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/size.h"

static uint32_t *
probe(const struct table *t, struct str key, uint64_t hash)
{
	size_t mask = t->cap * 2 - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t at = t->index[i];
		const struct table_entry *e;

		if (at == 0)
			return &t->index[i];
		e = &t->entries[at - 1];
		if (e->hash == hash && str_eq(e->key, key))
			return &t->index[i];
	}
}

/* Rebuild with room for more; removed entries are dropped. */
static void
rebuild(struct table *t)
{
	struct table old = *t;

	t->cap = 8;
	while (t->cap < size_mul(old.live + 1, 2))
		t->cap *= 2;
	t->entries = calloc(t->cap, sizeof(*t->entries));
	t->index = calloc(t->cap * 2, sizeof(*t->index));
	if (t->entries == NULL || t->index == NULL)
		fatal("out of memory: a table of %zu", t->cap);
	t->n = 0;
	for (size_t i = 0; i < old.n; i++) {
		if (old.entries[i].value == NULL)
			continue;
		t->entries[t->n++] = old.entries[i];
		*probe(t, old.entries[i].key, old.entries[i].hash) =
		    (uint32_t)t->n;
	}
	free(old.entries);
	free(old.index);
}

void *
table_get(const struct table *t, struct str key)
{
	uint32_t at;

	if (t->live == 0)
		return NULL;
	at = *probe(t, key, str_hash(key));
	return at ? t->entries[at - 1].value : NULL;
}

void *
table_put(struct table *t, struct str key, void *value)
{
	uint64_t hash = str_hash(key);
	uint32_t *at;
	void *was;

	if (value == NULL)
		fatal("table_put: NULL value");
	if (t->n == t->cap)
		rebuild(t);
	at = probe(t, key, hash);
	if (*at == 0) {
		t->entries[t->n++] = (struct table_entry){ key, hash, value };
		t->live++;
		*at = (uint32_t)t->n;
		return NULL;
	}
	was = t->entries[*at - 1].value;
	if (was == NULL) {
		t->live++;
		t->entries[*at - 1].key = key;
	}
	t->entries[*at - 1].value = value;
	return was;
}

void *
table_del(struct table *t, struct str key)
{
	struct table_entry *e;
	uint32_t at;
	void *was;

	if (t->live == 0)
		return NULL;
	at = *probe(t, key, str_hash(key));
	if (at == 0)
		return NULL;
	e = &t->entries[at - 1];
	was = e->value;
	e->value = NULL;
	if (was != NULL && --t->live == 0)
		table_fini(t); /* dead keys may dangle: leave none behind */
	else if (was != NULL)
		e->key = str_from("", 0), e->hash = ~e->hash;
	return was;
}

void
table_fini(struct table *t)
{
	free(t->entries);
	free(t->index);
	*t = (struct table){ 0 };
}

struct table_entry *
table_next(const struct table *t, struct table_entry *e)
{
	e = e ? e + 1 : t->entries;
	for (; e != NULL && e < t->entries + t->n; e++)
		if (e->value != NULL)
			return e;
	return NULL;
}
