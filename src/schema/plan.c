/*
 * Plans.
 *
 * An object of the layout is an `object`: the nodes that all apply to it, by
 * $ref and allOf.  What may depend on several members at once (anyOf, if,
 * dependentRequired, counts, unevaluatedProperties …) makes the plan hollow:
 * it is certain of nothing.
 */
#include "schema/plan.h"

#include <stdlib.h>

#include "base/size.h"
#include "schema/check.h"

/* All of them apply to one value. */
struct nodes {
	const struct node **list;
	size_t n, cap;
};

struct field {
	struct nodes nodes;
	size_t slot;
	int splice; /* nodes: of the object whose members it has */
	const struct str *path; /* while programs are made */
	size_t npath;
	int proven;    /* whatever is written is valid */
	unsigned pass; /* kinds that are valid without a look */
	/* texts of so many bytes are: a character is one at least */
	size_t text_min, text_max;
};

/* An object must have a member when any slot below it has a value. */
struct need {
	const uint32_t *below, *gives; /* slots */
	size_t nbelow, ngives;         /* nbelow == 0: it always must */
};

struct schema_plan {
	const struct schema *schema;
	struct field *fields;
	size_t nfields;
	struct need *needs;
	size_t nneeds;
	int hollow;
};

struct entry {
	const struct str *path;
	size_t n, slot;
	int splice;
};

/* While it is made. */
struct making {
	struct schema_plan *plan;
	struct arena *a;
	struct schema_run *run; /* for patterns of names */
	struct entry *entries;
	size_t nentries;
	size_t needs_cap;
};

static void
nodes_add(struct nodes *x, const struct node *n, struct arena *a)
{
	const struct node **more;

	if (n == NULL)
		return;
	if (x->n == x->cap) {
		x->cap = x->cap ? size_mul(x->cap, 2) : 4;
		more = arena_array(a, x->cap, sizeof(*more));
		if (x->n > 0)
			memcpy(more, x->list, x->n * sizeof(*more));
		x->list = more;
	}
	x->list[x->n++] = n;
}

/* Whether it says nothing of an object but what its members must be. */
static int
only_members(const struct node *n)
{
	const struct object_rules *r = n->object;

	return n->kind != NODE_FALSE && n->choice == NULL &&
	    n->konst == NULL && n->types & SCHEMA_OBJECT &&
	    (n->rest_properties == NULL ||
	    n->rest_properties->kind == NODE_TRUE) &&
	    (r == NULL || (r->min == 0 && r->max == SIZE_MAX &&
	    r->ndependencies == 0 && r->names_schema == NULL));
}

/* With what $ref and allOf lead to; bounded as SCHEMA_INPLACE bounds them. */
static struct nodes
spread(struct making *m, const struct nodes *from)
{
	struct nodes all = { 0 };

	for (size_t i = 0; i < from->n; i++)
		nodes_add(&all, from->list[i], m->a);
	for (size_t i = 0; i < all.n && !m->plan->hollow; i++) {
		const struct node *n = all.list[i];

		if (!only_members(n) || all.n > SCHEMA_DEPTH)
			m->plan->hollow = 1;
		for (size_t k = 0; k < n->napply; k++) {
			const struct apply *x = &n->apply[k];

			if (x->kind != APPLY_REF && x->kind != APPLY_ALL)
				m->plan->hollow = 1;
			for (size_t j = 0; j < x->n; j++)
				nodes_add(&all, x->nodes[j], m->a);
		}
	}
	return all;
}

/* The schemas of a member; -1 when a pattern reached a limit. */
static int
member_nodes(const struct node *n, struct str name, struct schema_run *run,
    struct nodes *out, struct arena *a)
{
	const struct object_rules *r = n->object;
	int32_t p;
	int known, match;

	if (r == NULL)
		return 0;
	p = keys_find(&r->names, name);
	known = p >= 0 && r->props[p].node != NULL;
	if (known)
		nodes_add(out, r->props[p].node, a);
	for (size_t k = 0; k < r->npatterns; k++) {
		match = regex_match(r->patterns[k].regex, run->regex, name,
		    NULL);
		if (match < 0)
			return -1;
		known |= match;
		if (match)
			nodes_add(out, r->patterns[k].node, a);
	}
	if (!known)
		nodes_add(out, r->additional, a);
	return 0;
}

static int
is_below(const struct entry *e, const struct str *path, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i >= e->n || !str_eq(e->path[i], path[i]))
			return 0;
	return 1;
}

static size_t
slots_below(struct making *m, const struct str *path, size_t n,
    const uint32_t **out)
{
	uint32_t *s = arena_array(m->a, m->nentries, sizeof(*s));
	size_t count = 0;

	for (size_t i = 0; i < m->nentries; i++)
		if (is_below(&m->entries[i], path, n))
			s[count++] = (uint32_t)m->entries[i].slot;
	*out = s;
	return count;
}

static void
add_need(struct making *m, const struct str *path, size_t n, struct str name)
{
	struct schema_plan *p = m->plan;
	struct str whole[RECORD_DEPTH + 1];
	struct need *x;

	if (p->nneeds == m->needs_cap) {
		m->needs_cap = m->needs_cap ? m->needs_cap * 2 : 16;
		x = arena_array(m->a, m->needs_cap, sizeof(*x));
		if (p->nneeds > 0)
			memcpy(x, p->needs, p->nneeds * sizeof(*x));
		p->needs = x;
	}
	x = &p->needs[p->nneeds++];
	if (n > 0) {
		memcpy(whole, path, n * sizeof(*whole));
		x->nbelow = slots_below(m, path, n, &x->below);
	}
	whole[n] = name;
	x->ngives = slots_below(m, whole, n + 1, &x->gives);
}

/* An object of the layout, its schemas, and what they require of it. */
static void
add_object(struct making *m, const struct str *path, size_t n,
    const struct nodes *of)
{
	for (size_t i = 0; i < of->n; i++) {
		const struct object_rules *r = of->list[i]->object;

		for (size_t k = 0; r != NULL && k < r->names.n; k++)
			if (r->props[k].required)
				add_need(m, path, n, r->names.name[k]);
	}
}

/* Whether the object was met on the way to an earlier field. */
static int
is_known(const struct making *m, size_t upto, const struct str *path, size_t n)
{
	for (size_t i = 0; i < upto; i++)
		if (m->entries[i].n >= n &&
		    is_below(&m->entries[i], path, n))
			return 1;
	return n == 0 && upto > 0;
}

/* Whether it only passes the value on to what $ref and allOf lead to. */
static int
is_wrapper(const struct node *n)
{
	if (n->kind != NODE_RULES || n->napply == 0 ||
	    n->types != SCHEMA_ANY || n->choice != NULL || n->konst != NULL ||
	    n->string != NULL || n->number != NULL || n->array != NULL ||
	    n->object != NULL || n->rest_items != NULL ||
	    n->rest_properties != NULL)
		return 0;
	for (size_t i = 0; i < n->napply; i++)
		if (n->apply[i].kind != APPLY_REF &&
		    n->apply[i].kind != APPLY_ALL)
			return 0;
	return 1;
}

static void
unwrap(struct making *m, struct nodes *x)
{
	struct nodes all = { 0 };

	for (size_t i = 0; i < x->n; i++)
		nodes_add(&all, x->list[i], m->a);
	for (size_t i = 0; i < all.n && all.n < SCHEMA_INPLACE;) {
		const struct node *n = all.list[i];

		if (!is_wrapper(n)) {
			i++;
			continue;
		}
		all.list[i] = all.list[--all.n];
		for (size_t k = 0; k < n->napply; k++)
			for (size_t j = 0; j < n->apply[k].n; j++)
				nodes_add(&all, n->apply[k].nodes[j], m->a);
	}
	*x = all;
}

/* Which values are valid for certain, without evaluating anything. */
static void
look_ahead(struct making *m, struct field *f)
{
	int texts = 1;

	unwrap(m, &f->nodes);
	f->pass = ~0u;
	f->text_max = SIZE_MAX;
	for (size_t i = 0; i < f->nodes.n; i++) {
		const struct node *n = f->nodes.list[i];
		const struct string_rules *r = n->string;

		f->pass &= n->pass;
		if (n->pass >> SCAN_STRING & 1)
			continue;
		texts &= n->kinds >> SCAN_STRING & 1 && n->napply == 0 &&
		    r != NULL && r->pattern == NULL &&
		    r->format == FORMAT_NONE && r->min <= 1;
		if (!texts)
			continue;
		if (r->max < f->text_max)
			f->text_max = r->max;
		if (r->min > f->text_min)
			f->text_min = r->min;
	}
	if (!texts) {
		f->text_min = 1;
		f->text_max = 0;
	}
}

static void
add_field(struct making *m, size_t i)
{
	const struct entry *e = &m->entries[i];
	struct schema_plan *p = m->plan;
	struct field *f = &p->fields[p->nfields++];
	struct nodes at = { 0 };

	f->slot = e->slot;
	f->path = e->path;
	f->npath = e->n;
	f->splice = e->splice;
	nodes_add(&at, p->schema->root, m->a);
	for (size_t k = 0; k < e->n + (e->splice != 0); k++) {
		struct nodes of = spread(m, &at);

		if (p->hollow)
			return;
		if (!is_known(m, i, e->path, k))
			add_object(m, e->path, k, &of);
		at = (struct nodes){ 0 };
		for (size_t j = 0; k < e->n && j < of.n; j++)
			if (member_nodes(of.list[j], e->path[k], m->run, &at,
			    m->a) != 0)
				p->hollow = 1;
		if (k == e->n)
			at = of;
	}
	f->nodes = at;
	if (!e->splice)
		look_ahead(m, f);
}

static void
collect(void *arg, const struct str *path, size_t n, size_t slot,
    unsigned flags)
{
	struct making *m = arg;
	struct str *copy = arena_array(m->a, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++) {
		/* a table of names reads 8 bytes behind them */
		char *p = arena_zalloc(m->a, path[i].n + 8);

		memcpy(p, path[i].p, path[i].n);
		copy[i] = str_from(p, path[i].n);
	}
	m->entries[m->nentries++] = (struct entry){ copy, n, slot,
		(flags & LF_SPLICE) != 0 };
}

struct schema_plan *
schema_plan_new(const struct schema *schema, const struct layout *l,
    struct schema_run *run, struct arena *a)
{
	size_t n = layout_nslots(l);
	struct schema_plan *p = arena_new(a, struct schema_plan);
	struct making m = { .plan = p, .a = a, .run = run };

	m.entries = arena_array(a, n, sizeof(*m.entries));
	p->schema = schema;
	p->hollow = schema->dynamic;
	p->fields = arena_array(a, n, sizeof(*p->fields));
	layout_walk(l, collect, &m);
	for (size_t i = 0; i < m.nentries && !p->hollow; i++)
		add_field(&m, i);
	return p;
}

int
schema_plan_helps(const struct schema_plan *plan)
{
	return !plan->hollow;
}

/* ---- checking ---- */

static enum scan_kind
kind_of(struct value v)
{
	switch (v.type) {
	case V_BOOL:
		return SCAN_BOOL;
	case V_NUM:
	case V_INT:
	case V_DEC:
		return SCAN_NUMBER;
	case V_TEXT:
		return SCAN_STRING;
	case V_LIST:
		return SCAN_ARRAY;
	case V_RECORD:
		return SCAN_OBJECT;
	case V_RAW:
		return v.u.p[0] == '{' ? SCAN_OBJECT : SCAN_ARRAY;
	default:
		return SCAN_NULL;
	}
}

/* The tape of one value; -1 when it nests too deeply. */
static int
put_value(struct schema_run *run, struct value v, enum scan_kind kind)
{
	struct buf *b = &run->text;

	if (v.type == V_RAW)
		return tape_read(&run->tape, str_from(v.u.p, v.n), NULL);
	buf_reset(b);
	if (v.type == V_TEXT)
		buf_put(b, v.u.p, v.n);
	else
		value_write(b, v);
	memset(buf_room(b, RECORD_PAD), 0, RECORD_PAD);
	if (kind == SCAN_OBJECT || kind == SCAN_ARRAY)
		return tape_read(&run->tape, buf_str(b), NULL);
	tape_one(&run->tape, kind, buf_str(b), v.type == V_TEXT ? v.flags :
	    0);
	return 0;
}

static int
check_nodes(const struct schema_plan *p, struct schema_run *run,
    const struct nodes *x, struct value v)
{
	struct check c = { .schema = p->schema, .run = run };
	enum scan_kind kind = kind_of(v);
	size_t i = 0;

	while (i < x->n && x->list[i]->pass >> kind & 1)
		i++;
	if (i == x->n)
		return 1;
	if (put_value(run, v, kind) != 0)
		return 0;
	c.fuel = SCHEMA_STEPS + SCHEMA_STEPS_VALUE * run->tape.n;
	for (; i < x->n; i++)
		if (!check_value(&c, x->list[i], 0, NULL))
			break;
	run->nbits = 0;
	return i == x->n && !c.broken;
}

static int
check_splice(const struct schema_plan *p, struct schema_run *run,
    const struct field *f, struct value v)
{
	arena_reset(&run->scratch);
	for (uint32_t i = 0; v.type == V_RECORD && i < v.n; i++) {
		const struct member *m = &v.u.record[i];
		struct nodes x = { 0 };
		struct str name;

		if (m->value.type == V_ABSENT)
			continue;
		/* a table of names reads 8 bytes behind them */
		name.p = arena_zalloc(&run->scratch, m->name.n + 8);
		name.n = m->name.n;
		memcpy((char *)(uintptr_t)name.p, m->name.p, name.n);
		for (size_t k = 0; k < f->nodes.n; k++)
			if (member_nodes(f->nodes.list[k], name, run, &x,
			    &run->scratch) != 0)
				return 0;
		if (!check_nodes(p, run, &x, m->value))
			return 0;
	}
	return 1;
}

static struct field *
find_field(const struct schema_plan *p, const struct str *path, size_t n,
    int splice)
{
	for (size_t i = 0; i < p->nfields; i++) {
		struct field *f = &p->fields[i];
		size_t k = 0;

		while (k < n && f->npath == n && str_eq(f->path[k], path[k]))
			k++;
		if (k == n && f->npath == n && f->splice == splice)
			return f;
	}
	return NULL;
}

int
schema_plan_takes(const struct schema_plan *p, struct schema_run *run,
    const struct str *path, size_t n, struct value v)
{
	const struct field *f = find_field(p, path, n, 0);

	return !p->hollow && f != NULL && check_nodes(p, run, &f->nodes, v);
}

void
schema_plan_prove(struct schema_plan *p, const struct str *path, size_t n,
    int splice)
{
	struct field *f = find_field(p, path, n, splice);

	if (f != NULL)
		f->proven = 1;
}

int
schema_plan_proven(const struct schema_plan *p, size_t slot)
{
	for (size_t i = 0; i < p->nfields; i++)
		if (p->fields[i].slot == slot)
			return p->fields[i].proven;
	return 0;
}

static int
any_value(const struct value *slots, const uint32_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slots[list[i]].type != V_ABSENT)
			return 1;
	return 0;
}

int
schema_plan_check(const struct schema_plan *plan, struct schema_run *run,
    const struct value *slots, int part)
{
	if (plan->hollow)
		return 0;
	for (size_t i = 0; i < plan->nneeds && !part; i++) {
		const struct need *x = &plan->needs[i];

		if ((x->nbelow == 0 || any_value(slots, x->below,
		    x->nbelow)) && !any_value(slots, x->gives, x->ngives))
			return 0;
	}
	for (size_t i = 0; i < plan->nfields; i++) {
		const struct field *f = &plan->fields[i];
		struct value v = slots[f->slot];

		if (v.type == V_ABSENT || f->proven)
			continue;
		if (!f->splice && (f->pass >> kind_of(v) & 1 ||
		    (v.type == V_TEXT && v.n >= f->text_min &&
		    v.n <= f->text_max)))
			continue;
		if (f->splice ? !check_splice(plan, run, f, v) :
		    !check_nodes(plan, run, &f->nodes, v))
			return 0;
	}
	return 1;
}
