/*
 * What xref and lookup find while laws are tried: every record is linked, and
 * every table has every key.  A key's id is the key, or the next number where
 * an int is asked for, so that it leads back.
 */
#include "lang/lawrun.h"

/* Links of one run; more are not found. */
#define KNOWN_MAX 4096
/* Of numbers that records of theirs would hardly have by chance. */
#define FIRST_ID 7000001u

struct law_known {
	struct law_known *next;
	int table;        /* of a lookup; else of an xref */
	struct str name;
	struct str key;
	struct value id;
	unsigned used;    /* by which check */
};

static struct law_known *
find(struct lawrun *r, const struct prog_lookup *l, struct str key)
{
	int table = l->kind == LOOKUP_TABLE;
	int back = l->kind == LOOKUP_XREF_BACK;

	for (struct law_known *k = r->known; k != NULL; k = k->next)
		if (k->table == table && str_eq(k->name, l->name) &&
		    str_eq(back ? str_from(k->id.u.p, k->id.n) : k->key, key))
			return k;
	return NULL;
}

static struct law_known *
add(struct lawrun *r, const struct prog_lookup *l, struct str key)
{
	struct law_known *k = arena_new(&r->keep, struct law_known);

	key = arena_str(&r->keep, key);
	*k = (struct law_known){ .next = r->known, .name = l->name,
		.key = key, .table = l->kind == LOOKUP_TABLE,
		.id = value_text(key) };
	if (l->type == LOOKUP_INT && k->table)
		k->id = value_int(r->nknown);
	else if (l->type == LOOKUP_INT)
		k->id = value_text(arena_printf(&r->keep, "%u",
		    FIRST_ID + r->nknown));
	r->known = k;
	r->nknown++;
	return k;
}

int
law_lookup(void *arg, const struct prog_lookup *l, struct str key,
    struct value *found)
{
	struct lawrun *r = arg;
	struct law_known *k = find(r, l, key);

	if (k == NULL && (l->type == LOOKUP_DECIMAL ||
	    l->type == LOOKUP_BOOL || r->nknown == KNOWN_MAX))
		return VM_NOT_FOUND;
	if (k == NULL)
		k = add(r, l, key);
	k->used = r->check;
	*found = l->kind == LOOKUP_XREF_BACK ? value_text(k->key) : k->id;
	return VM_FOUND;
}

/* { account: { "A1": 7 } }: those of a kind that the last check asked for. */
static struct value
asked(struct lawrun *r, int table, struct arena *a)
{
	struct value all = { .type = V_RECORD };

	for (struct law_known *k = r->known; k != NULL; k = k->next) {
		struct str path[] = { k->name, k->key };

		if (k->table == table && k->used == r->check)
			all = value_edit(all, path, 2, k->id, a);
	}
	return all;
}

void
law_given(struct buf *out, struct lawrun *r, struct arena *a)
{
	for (int table = 0; table < 2; table++) {
		struct value v = asked(r, table, a);

		if (v.n == 0)
			continue;
		buf_printf(out, "  given %s = ", table ? "lookup" : "xref");
		law_value(out, v, a);
		buf_puts(out, STR(";\n"));
	}
}
