/*
 * Keywords about elements and members.  Each loop spends steps first, as many
 * as it will go round.
 */
#include "schema/check.h"
#include "schema/complain.h"

/* --- arrays -------------------------------------------------------------- */

/* Two equal items, or 0: a table of hashes, then a look at the values. */
static int
check_unique(struct check *c, const struct node *n, uint32_t at)
{
	const struct tok *array = tok_at(c, at);
	struct tape *t = &c->run->tape;
	struct seen {
		uint64_t hash;
		uint32_t at, ordinal;
	} *table;
	size_t size = 4, i;
	uint32_t ordinal = 0;

	if (array->count < 2)
		return 1;
	while (size < (size_t)array->count * 2)
		size *= 2;
	arena_reset(&c->run->scratch);
	table = arena_array(&c->run->scratch, size, sizeof(*table));
	for (uint32_t k = at + 1; k < tok_at(c, at)->next;
	     k = t->t[k].next, ordinal++) {
		uint64_t h = tape_hash(t, k);

		if (!spend(c, t->t[k].next - k))
			return 0;
		for (i = h & (size - 1); table[i].at != 0;
		     i = (i + 1) & (size - 1)) {
			if (table[i].hash != h ||
			    !tape_equal(t, table[i].at, t, k, &c->fuel))
				continue;
			return complain(c, n, at, STR("uniqueItems"),
			    "must have no two equal items, but items %u and "
			    "%u are", table[i].ordinal, ordinal);
		}
		if (c->fuel == 0)
			return check_out_of_fuel(c);
		table[i] = (struct seen){ h, k, ordinal };
	}
	return 1;
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static int
check_contains(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct array_rules *r = n->array;
	uint32_t end = tok_at(c, at)->next;
	size_t found = 0, i = 0;

	if (!spend(c, tok_at(c, at)->count))
		return 0;
	for (uint32_t k = at + 1; k < end; k = tok_at(c, k)->next, i++) {
		if (check_quietly(c, r->contains, k, up, NO_MARKS)) {
			found++;
			mark(c, marks, i);
		}
		if (c->broken)
			return 0;
		if (found >= r->min_contains && marks == NO_MARKS &&
		    r->max_contains == SIZE_MAX)
			return 1;
	}
	if (found < r->min_contains)
		return complain(c, n, at, r->min_contains == 1 ?
			STR("contains") : STR("minContains"),
		    "must have at least %zu item%s of the kind that "
		    "\"contains\" describes, but has %zu", r->min_contains,
		    plural(r->min_contains), found);
	if (found > r->max_contains)
		return complain(c, n, at, STR("maxContains"),
		    "must have at most %zu item%s of the kind that "
		    "\"contains\" describes, but has %zu", r->max_contains,
		    plural(r->max_contains), found);
	return 1;
}

int
check_array(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct array_rules *r = n->array;
	size_t count = tok_at(c, at)->count, i = 0;
	uint32_t end = tok_at(c, at)->next;
	int ok = 1;

	if (!spend(c, count))
		return 0;
	if (count < r->min)
		ok = complain(c, n, at, STR("minItems"),
		    "must have at least %zu item%s, but has %zu", r->min,
		    plural(r->min), count);
	if (count > r->max)
		ok = complain(c, n, at, STR("maxItems"),
		    "must have at most %zu item%s, but has %zu", r->max,
		    plural(r->max), count);
	if (r->items != NULL || r->nprefix > 0) {
		for (uint32_t k = at + 1; k < end && (ok || c->loud);
		     k = tok_at(c, k)->next, i++) {
			const struct node *item = i < r->nprefix ?
			    r->prefix[i] : r->items;

			if (item == NULL || c->broken)
				break;
			ok &= check_value(c, item, k, up);
			mark(c, marks, i);
		}
	}
	if ((ok || c->loud) && r->contains != NULL)
		ok &= check_contains(c, n, at, up, marks);
	if ((ok || c->loud) && r->unique)
		ok &= check_unique(c, n, at);
	return ok;
}

/* --- objects ------------------------------------------------------------- */

static int __attribute__((cold))
missing(struct check *c, const struct node *n, uint32_t at)
{
	const struct object_rules *r = n->object;
	struct buf name = { 0 };

	for (size_t i = 0; c->loud && i < r->names.n; i++) {
		if (!r->props[i].required ||
		    tape_member(&c->run->tape, at, r->names.name[i]) != 0)
			continue;
		buf_reset(&name);
		complain_name(&name, r->names.name[i]);
		complain(c, n, at, STR("required"), "must have %.*s",
		    STR_ARG(buf_str(&name)));
	}
	buf_fini(&name);
	return 0;
}

static int
check_dependencies(struct check *c, const struct node *n, uint32_t at)
{
	const struct object_rules *r = n->object;
	const struct tape *t = &c->run->tape;
	struct buf text = { 0 };
	int ok = 1;

	for (size_t i = 0; i < r->ndependencies; i++) {
		const struct dependency *d = &r->dependencies[i];

		if (tape_member(t, at, d->name) == 0)
			continue;
		for (size_t k = 0; k < d->n; k++) {
			if (!spend(c, t->t[at].count))
				return 0;
			if (tape_member(t, at, d->wants[k]) != 0)
				continue;
			buf_reset(&text);
			complain_name(&text, d->wants[k]);
			buf_puts(&text, STR(" because it has "));
			complain_name(&text, d->name);
			ok = complain(c, n, at, STR("dependentRequired"),
			    "must have %.*s", STR_ARG(buf_str(&text)));
		}
	}
	buf_fini(&text);
	return ok;
}

/* One member: the schemas that apply to it; *has counts required ones. */
static inline int
check_member(struct check *c, const struct node *n, uint32_t name,
    const struct scope *up, size_t marks, size_t i, size_t *has)
{
	const struct object_rules *r = n->object;
	struct str key = tok_str(tok_at(c, name));
	int32_t p = keys_find_hash(&r->names, key, tok_at(c, name)->hash);
	int known = 0, ok = 1;

	if (p >= 0) {
		*has += (size_t)r->props[p].required;
		if (r->props[p].node != NULL) {
			known = 1;
			ok = check_value(c, r->props[p].node, name + 1, up);
		}
	}
	for (size_t k = 0; k < r->npatterns; k++) {
		if (!spend(c, 1) || !check_regex(c, r->patterns[k].regex, key))
			continue;
		known = 1;
		ok &= check_value(c, r->patterns[k].node, name + 1, up);
	}
	if (!known && r->additional != NULL) {
		known = 1;
		ok &= check_value(c, r->additional, name + 1, up);
	}
	if (known)
		mark(c, marks, i);
	if (r->names_schema != NULL)
		ok &= check_value(c, r->names_schema, name, up);
	return ok;
}

int
check_object(struct check *c, const struct node *n, uint32_t at,
    const struct scope *up, size_t marks)
{
	const struct object_rules *r = n->object;
	size_t count = tok_at(c, at)->count, i = 0, has = 0;
	uint32_t end = tok_at(c, at)->next, next;
	int ok = 1;

	if (!spend(c, count))
		return 0;
	if (count < r->min)
		ok = complain(c, n, at, STR("minProperties"),
		    "must have at least %zu propert%s, but has %zu", r->min,
		    r->min == 1 ? "y" : "ies", count);
	if (count > r->max)
		ok = complain(c, n, at, STR("maxProperties"),
		    "must have at most %zu propert%s, but has %zu", r->max,
		    r->max == 1 ? "y" : "ies", count);
	for (uint32_t k = at + 1; k < end; k = next, i++) {
		if ((!ok && !c->loud) || c->broken)
			return 0;
		next = tok_at(c, k + 1)->next;
		ok &= check_member(c, n, k, up, marks, i, &has);
	}
	/* no name comes twice, so counting is enough */
	if (has < r->nrequired)
		ok = missing(c, n, at);
	if ((ok || c->loud) && r->ndependencies > 0)
		ok &= check_dependencies(c, n, at);
	return ok;
}

int
check_rest(struct check *c, const struct node *rest, uint32_t at,
    const struct scope *up, size_t marks)
{
	uint32_t step = tok_at(c, at)->kind == SCAN_OBJECT;
	uint32_t end = tok_at(c, at)->next;
	size_t i = 0;
	int ok = 1;

	if (!spend(c, tok_at(c, at)->count))
		return 0;
	for (uint32_t k = at + 1 + step; k < end && (ok || c->loud); i++) {
		uint32_t next = tok_at(c, k)->next + step;

		if (c->broken)
			return 0;
		if (!is_marked(c, marks, i)) {
			ok &= check_value(c, rest, k, up);
			mark(c, marks, i);
		}
		k = next;
	}
	return ok;
}
