/*
 * The simulator's memory.
 */
#include "sandbox/store.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/size.h"

static void *
grow(void *p, size_t n, size_t size)
{
	/* Arrays double when their count reaches a power of two. */
	if (n >= 16 && (n & (n - 1)) != 0)
		return p;
	p = realloc(p, size_mul(n < 16 ? 16 : size_mul(n, 2), size));
	if (p == NULL)
		fatal("out of memory: %zu times %zu", n, size);
	return p;
}

void
sim_store_init(struct sim_store *st)
{
	*st = (struct sim_store){ 0 };
	sim_store_type(st, STR("contacts"));
	sim_store_type(st, STR("companies"));
	sim_store_type(st, STR("deals"));
}

static void
type_free(struct sim_type *t)
{
	for (size_t i = 0; i < t->nrecords; i++) {
		for (size_t k = 0; k < t->records[i]->ncells; k++)
			free(t->records[i]->cells[k].p);
		free(t->records[i]->cells);
		free(t->records[i]);
	}
	for (size_t i = 0; i < t->nslots; i++)
		table_fini(&t->slots[i]->index);
	free(t->records);
	free(t->slots);
	table_fini(&t->props);
	arena_fini(&t->arena);
	free(t);
}

void
sim_store_fini(struct sim_store *st)
{
	for (struct table_entry *e = table_next(&st->types, NULL); e != NULL;
	     e = table_next(&st->types, e))
		type_free(e->value);
	table_fini(&st->types);
}

static bool
type_name_ok(struct str name)
{
	if (name.n == 0 || name.n > 40)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '_' &&
		    name.p[i] != '-')
			return false;
	return true;
}

/* "contacts" is CONTACT in HubSpot's messages, "companies" is COMPANY. */
static void
noun(struct sim_type *t)
{
	struct str n = t->name;
	size_t len;

	if (n.n > 3 && memcmp(n.p + n.n - 3, "ies", 3) == 0)
		snprintf(t->noun, sizeof(t->noun), "%.*sy", (int)n.n - 3, n.p);
	else
		snprintf(t->noun, sizeof(t->noun), "%.*s",
		    (int)n.n - (n.p[n.n - 1] == 's'), n.p);
	len = strlen(t->noun);
	for (size_t i = 0; i < len; i++)
		t->noun[i] = (char)toupper((unsigned char)t->noun[i]);
}

struct sim_type *
sim_store_type(struct sim_store *st, struct str name)
{
	struct sim_type *t = table_get(&st->types, name);

	if (t != NULL || !type_name_ok(name))
		return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		fatal("out of memory: a type");
	t->name = arena_str(&t->arena, name);
	st->ntypes++;
	snprintf(t->type_id, sizeof(t->type_id), "%s%zu",
	    st->ntypes <= 3 ? "0-" : "2-", st->ntypes);
	noun(t);
	sim_catalogue(t);
	table_put(&st->types, t->name, t);
	return t;
}

struct sim_prop *
sim_type_prop(const struct sim_type *t, struct str name)
{
	return table_get(&t->props, name);
}

struct sim_prop *
sim_prop_new(struct sim_type *t, struct str name, enum sim_kind kind)
{
	struct sim_prop *p = arena_new(&t->arena, struct sim_prop);

	p->name = p->label = arena_str(&t->arena, name);
	p->kind = kind;
	p->slot = t->nslots;
	t->slots = grow(t->slots, t->nslots, sizeof(struct sim_prop *));
	t->slots[t->nslots++] = p;
	table_put(&t->props, p->name, p);
	return p;
}

struct sim_record *
sim_type_record(const struct sim_type *t, struct str id)
{
	uint64_t v = 0;

	if (id.n == 0 || id.n > 18 || id.p[0] == '0')
		return NULL;
	for (size_t i = 0; i < id.n; i++) {
		if (id.p[i] < '0' || id.p[i] > '9')
			return NULL;
		v = v * 10 + (uint64_t)(id.p[i] - '0');
	}
	if (v < SIM_FIRST_ID || v - SIM_FIRST_ID >= t->nrecords)
		return NULL;
	return t->records[v - SIM_FIRST_ID];
}

struct sim_record *
sim_prop_find(const struct sim_prop *p, struct str value)
{
	return value.n == 0 ? NULL : table_get(&p->index, value);
}

struct sim_record *
sim_record_new(struct sim_type *t, int64_t now_us)
{
	struct sim_record *r = calloc(1, sizeof(*r));

	if (r == NULL)
		fatal("out of memory: a record");
	r->ncells = t->nslots;
	r->cells = calloc(r->ncells, sizeof(*r->cells));
	if (r->cells == NULL)
		fatal("out of memory: a record of %zu", r->ncells);
	r->id = SIM_FIRST_ID + t->nrecords;
	r->created_us = r->updated_us = now_us;
	t->records = grow(t->records, t->nrecords,
	    sizeof(struct sim_record *));
	t->records[t->nrecords++] = r;
	return r;
}

struct sim_cell
sim_record_get(const struct sim_record *r, const struct sim_prop *p)
{
	return p->slot < r->ncells ? r->cells[p->slot]
	    : (struct sim_cell){ NULL, 0 };
}

static void
more_cells(struct sim_record *r, size_t slot)
{
	size_t n = slot + 1;

	r->cells = realloc(r->cells, size_mul(n, sizeof(*r->cells)));
	if (r->cells == NULL)
		fatal("out of memory: a record of %zu", n);
	memset(r->cells + r->ncells, 0,
	    (n - r->ncells) * sizeof(*r->cells));
	r->ncells = n;
}

int
sim_record_set(struct sim_record *r, struct sim_prop *p, struct str value)
{
	struct sim_cell *c;

	if (p->slot >= r->ncells)
		more_cells(r, p->slot);
	c = &r->cells[p->slot];
	if (str_eq(str_from(c->p, c->n), value)) {
		if (c->p == NULL) /* a clear of what was never set */
			c->p = calloc(1, 1);
		return 0;
	}
	if (p->unique && c->n > 0)
		table_del(&p->index, str_from(c->p, c->n));
	free(c->p);
	c->p = malloc(value.n ? value.n : 1);
	if (c->p == NULL)
		fatal("out of memory: a value of %zu", value.n);
	if (value.n > 0)
		memcpy(c->p, value.p, value.n);
	c->n = value.n;
	if (p->unique && c->n > 0)
		table_put(&p->index, str_from(c->p, c->n), r);
	return 1;
}

struct str
sim_decimal(uint64_t v, char *out)
{
	char *o = out + 32;

	do {
		*--o = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	return str_from(o, (size_t)(out + 32 - o));
}

struct str
sim_record_text(const struct sim_record *r, const struct sim_prop *p,
    char *text)
{
	struct sim_cell c;

	if (!p->computed) {
		c = sim_record_get(r, p);
		return str_from(c.p, c.n);
	}
	if (str_eq(p->name, STR("hs_object_id")))
		return sim_decimal(r->id, text);
	return sim_instant((str_eq(p->name, STR("createdate")) ?
	    r->created_us : r->updated_us) / 1000, false, text);
}

void
sim_record_archive(struct sim_type *t, struct sim_record *r, int64_t now_us)
{
	r->archived = true;
	r->updated_us = now_us;
	for (size_t i = 0; i < t->nslots && i < r->ncells; i++)
		if (t->slots[i]->unique && r->cells[i].n > 0)
			table_del(&t->slots[i]->index,
			    str_from(r->cells[i].p, r->cells[i].n));
}
