/*
 * What differs between two records of one layout, and one laid over the
 * other.
 */
#include <stdlib.h>

#include "base/size.h"
#include "record/order.h"
#include "record/steps.h"

struct lookup
lookup_new(struct value v, struct arena *a)
{
	return (struct lookup){ .m = v.u.record, .n = splice_count(v),
		.arena = a };
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct member *)a)->name,
	    ((const struct member *)b)->name);
}

struct value
lookup_find(struct lookup *l, struct str name)
{
	struct member key = { .name = name }, *m;

	if (l->n == 0)
		return (struct value){ 0 };
	/* the same source, the same order: most often it is the next */
	if (l->next < l->n && str_eq(l->m[l->next].name, name))
		return l->m[l->next++].value;
	if (l->sorted == NULL) {
		l->sorted = arena_alloc(l->arena, size_mul(l->n, sizeof(key)));
		memcpy(l->sorted, l->m, l->n * sizeof(key));
		members_sort(l->sorted, l->n);
	}
	l->next++;
	m = bsearch(&key, l->sorted, l->n, sizeof(key), by_name);
	return m != NULL ? m->value : (struct value){ 0 };
}

static size_t
splice_diff(const struct step *s, const struct value *neu,
    const struct value *old, struct arena *scratch)
{
	struct lookup was = lookup_new(old[s->slot], scratch);
	struct value v = neu[s->slot];
	size_t n = splice_count(v), differ = 0;

	for (size_t i = 0; i < n; i++) {
		const struct member *m = &v.u.record[i];

		if (splice_writes(s->target, m) && !value_equal(m->value,
		    lookup_find(&was, m->name), s->how, scratch))
			differ++;
	}
	return differ;
}

size_t
layout_diff(struct buf *out, const struct layout *l,
    const struct value *neu, const struct value *old, struct str clear,
    uint64_t *dirty, struct arena *scratch)
{
	size_t words = (l->nslots + 63) / 64, count = 0, n;
	struct patch patch;

	if (dirty == NULL)
		dirty = arena_alloc(scratch, words * sizeof(*dirty));
	if (words > 0)
		memset(dirty, 0, words * sizeof(*dirty));
	for (size_t i = 0; i < l->nsteps; i++) {
		const struct step *s = &l->steps[i];

		if (s->op == STEP_OPEN || s->op == STEP_CLOSE ||
		    s->flags & LF_CREATE_ONLY ||
		    neu[s->slot].type == V_ABSENT)
			continue;
		if (s->op == STEP_SPLICE)
			n = splice_diff(s, neu, old, scratch);
		else
			n = !value_equal(neu[s->slot], old[s->slot], s->how,
			    scratch);
		if (n == 0)
			continue;
		count += n;
		dirty[s->slot / 64] |= (uint64_t)1 << s->slot % 64;
	}
	patch = (struct patch){ dirty, old, scratch };
	if (count > 0 && out != NULL)
		layout_emit(out, l, neu, clear, &patch);
	return count;
}

/* The members of old, with those of neu in their place or behind them. */
static struct value
merge(struct value neu, struct value old, struct arena *a)
{
	size_t nneu = splice_count(neu), nold = splice_count(old), n = 0;
	struct lookup is = lookup_new(neu, a), was = lookup_new(old, a);
	struct member *m;
	struct value v;

	if (nneu == 0 || nold == 0)
		return nneu > 0 || value_nil(old) ? neu : old;
	m = arena_alloc(a, size_mul(size_add(nneu, nold), sizeof(*m)));
	for (size_t i = 0; i < nold; i++) {
		m[n] = old.u.record[i];
		v = lookup_find(&is, m[n].name);
		if (v.type != V_ABSENT)
			m[n].value = v;
		n++;
	}
	for (size_t i = 0; i < nneu; i++) {
		v = lookup_find(&was, neu.u.record[i].name);
		if (v.type == V_ABSENT)
			m[n++] = neu.u.record[i];
	}
	return (struct value){ .type = V_RECORD, .n = (uint32_t)n,
		.u.record = m };
}

void
layout_overlay(const struct layout *l, const struct value *neu,
    const struct value *old, struct value *out, struct arena *a)
{
	for (size_t i = 0; i < l->nslots; i++) {
		if (neu[i].type == V_ABSENT)
			out[i] = old[i];
		else if (l->splices[i / 64] >> i % 64 & 1)
			out[i] = merge(neu[i], old[i], a);
		else
			out[i] = neu[i];
	}
}
