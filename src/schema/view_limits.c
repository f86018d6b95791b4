/*
 * What a view says of scalars: enum, limits, annotations.
 */
#include "record/decimal.h"
#include "schema/viewnode.h"

/* --- enum ---------------------------------------------------------------- */

/* A value of some document; doc == NULL: a null that no one wrote. */
struct item {
	const struct doc *doc;
	uint32_t at;
};

struct items {
	struct item *list;
	size_t n, cap;
};

static int
same_item(const struct item *x, const struct item *y)
{
	size_t fuel = SCHEMA_STEPS;

	if (x->doc == NULL || y->doc == NULL) {
		if (x->doc == NULL && y->doc == NULL)
			return 1;
		if (x->doc == NULL)
			x = y;
		return x->doc->tape.t[x->at].kind == SCAN_NULL;
	}
	return tape_equal((struct tape *)&x->doc->tape, x->at,
	    (struct tape *)&y->doc->tape, y->at, &fuel);
}

static int
has_item(const struct items *l, const struct item *x)
{
	for (size_t i = 0; i < l->n; i++)
		if (same_item(&l->list[i], x))
			return 1;
	return 0;
}

static void
push_item(struct arena *a, struct items *l, struct item x)
{
	l->list = view_grow(a, l->list, l->n, &l->cap, sizeof(*l->list));
	l->list[l->n++] = x;
}

static void
add_item(struct arena *a, struct items *l, struct item x)
{
	if (!has_item(l, &x))
		push_item(a, l, x);
}

static void
keep_common(struct items *into, const struct items *other)
{
	size_t n = 0;

	for (size_t i = 0; i < into->n; i++)
		if (has_item(other, &into->list[i]))
			into->list[n++] = into->list[i];
	into->n = n;
}

static int
merge_choice(struct arena *a, const struct node *n, const struct choice *c,
    struct items *out, int listed)
{
	struct items mine = { 0 };

	if (c == NULL)
		return listed;
	for (uint32_t i = 0; i < c->count; i++)
		push_item(a, &mine, (struct item){ n->doc, c->values[i] });
	if (listed)
		keep_common(out, &mine);
	else
		*out = mine;
	return 1;
}

/* 1 and the values, or 0: they are not listed. */
static int
list_items(const struct schema_node *v, struct items *out)
{
	int listed = 0;

	*out = (struct items){ 0 };
	for (size_t i = 0; i < v->nall; i++) {
		listed = merge_choice(v->a, v->all[i], v->all[i]->choice, out,
		    listed);
		listed = merge_choice(v->a, v->all[i], v->all[i]->konst, out,
		    listed);
	}
	for (size_t i = 0; i < v->nalts; i++) {
		struct items all = { 0 }, one;
		size_t k;

		for (k = 0; k < v->alts[i].n; k++) {
			const struct schema_node *b = v->alts[i].branch[k];

			if (b->types == 0)
				continue;
			if (!list_items(b, &one)) {
				if (b->types != SCHEMA_NULL)
					break;
				add_item(v->a, &one, (struct item){ 0 });
			}
			for (size_t j = 0; j < one.n; j++)
				add_item(v->a, &all, one.list[j]);
		}
		if (k < v->alts[i].n)
			continue;
		if (listed)
			keep_common(out, &all);
		else
			*out = all;
		listed = 1;
	}
	return listed;
}

unsigned
view_value_types(struct value v)
{
	switch (v.type) {
	case V_NULL:
		return SCHEMA_NULL;
	case V_BOOL:
		return SCHEMA_BOOL;
	case V_NUM:
		return literal_whole(str_from(v.u.p, v.n)) ? SCHEMA_INTEGER :
							 SCHEMA_FRACTION;
	case V_TEXT:
		return SCHEMA_STRING;
	case V_ABSENT:
		return 0;
	case V_LIST:
		return SCHEMA_ARRAY;
	case V_RECORD:
		return SCHEMA_OBJECT;
	default:
		return v.u.p[0] == '[' ? SCHEMA_ARRAY : SCHEMA_OBJECT;
	}
}

int
schema_enum(const struct schema_node *n, const struct value **values,
    size_t *count)
{
	struct schema_node *v = (struct schema_node *)n;
	struct items items;

	if (v->listed < 0) {
		v->listed = list_items(v, &items);
		v->values = arena_array(v->a, items.n, sizeof(*v->values));
		for (size_t i = 0; i < items.n; i++) {
			struct value x = view_value(items.list[i].doc,
			    items.list[i].at);

			if (view_value_types(x) & v->types)
				v->values[v->nvalues++] = x;
		}
	}
	*values = v->values;
	*count = v->nvalues;
	return v->listed;
}

/* --- limits -------------------------------------------------------------- */

/* One size of a node that has rules for it, or none. */
typedef size_t limit_fn(const struct node *n, size_t none);

/*
 * An upper limit is the least of the conjunction and of each alternative's
 * greatest; a lower one the other way round.
 */
static size_t
limit(const struct schema_node *v, limit_fn *of, unsigned type, int upper)
{
	size_t none = upper ? SIZE_MAX : 0, m = none;

	for (size_t i = 0; i < v->nall; i++) {
		size_t x = of(v->all[i], none);

		if (upper ? x < m : x > m)
			m = x;
	}
	for (size_t i = 0; i < v->nalts; i++) {
		size_t wide = upper ? 0 : SIZE_MAX;
		int some = 0;

		for (size_t k = 0; k < v->alts[i].n; k++) {
			const struct schema_node *b = v->alts[i].branch[k];
			size_t x;

			if (!(b->types & type))
				continue;
			x = limit(b, of, type, upper);
			if (upper ? x > wide : x < wide)
				wide = x;
			some = 1;
		}
		if (some && (upper ? wide < m : wide > m))
			m = wide;
	}
	return m;
}

static size_t
max_length(const struct node *n, size_t none)
{
	return n->string ? n->string->max : none;
}

static size_t
min_length(const struct node *n, size_t none)
{
	return n->string ? n->string->min : none;
}

static size_t
max_items(const struct node *n, size_t none)
{
	return n->array ? n->array->max : none;
}

static size_t
min_items(const struct node *n, size_t none)
{
	return n->array ? n->array->min : none;
}

size_t
schema_max_length(const struct schema_node *n)
{
	return limit(n, max_length, SCHEMA_STRING, 1);
}

size_t
schema_min_length(const struct schema_node *n)
{
	return limit(n, min_length, SCHEMA_STRING, 0);
}

size_t
schema_max_items(const struct schema_node *n)
{
	return limit(n, max_items, SCHEMA_ARRAY, 1);
}

size_t
schema_min_items(const struct schema_node *n)
{
	return limit(n, min_items, SCHEMA_ARRAY, 0);
}

/* A bound of a number range: the tighter of two is farther in. */
struct edge {
	struct str literal;
	int exclusive;
};

/* > 0: x is tighter than y; sign 1 for minima, -1 for maxima. */
static int
tighter(const struct edge *x, const struct edge *y, int sign)
{
	int d;

	if (x->literal.n == 0 || y->literal.n == 0)
		return (x->literal.n > 0) - (y->literal.n > 0);
	d = sign * num_cmp(x->literal, y->literal);
	return d ? d : x->exclusive - y->exclusive;
}

static struct edge
edge_of(const struct schema_node *v, int sign)
{
	struct edge m = { 0 };

	for (size_t i = 0; i < v->nall; i++) {
		const struct number_rules *r = v->all[i]->number;
		struct edge x, y;

		if (r == NULL)
			continue;
		x = (struct edge){ sign > 0 ? r->min.literal :
					      r->max.literal, 0 };
		y = (struct edge){ sign > 0 ? r->xmin.literal :
					      r->xmax.literal, 1 };
		if (tighter(&x, &m, sign) > 0)
			m = x;
		if (tighter(&y, &m, sign) > 0)
			m = y;
	}
	for (size_t i = 0; i < v->nalts; i++) {
		struct edge wide = { 0 };
		int some = 0;

		for (size_t k = 0; k < v->alts[i].n; k++) {
			const struct schema_node *b = v->alts[i].branch[k];
			struct edge x;

			if (!(b->types & SCHEMA_NUMBER))
				continue;
			x = edge_of(b, sign);
			if (!some++ || tighter(&x, &wide, sign) < 0)
				wide = x;
		}
		if (some && tighter(&wide, &m, sign) > 0)
			m = wide;
	}
	return m;
}

struct str
schema_minimum(const struct schema_node *n, int *exclusive)
{
	struct edge m = edge_of(n, 1);

	if (exclusive != NULL)
		*exclusive = m.exclusive;
	return m.literal;
}

struct str
schema_maximum(const struct schema_node *n, int *exclusive)
{
	struct edge m = edge_of(n, -1);

	if (exclusive != NULL)
		*exclusive = m.exclusive;
	return m.literal;
}

/* The only branch that allows one of the types, or NULL. */
static const struct schema_node *
only_branch(const struct alternative *a, unsigned types)
{
	const struct schema_node *only = NULL;

	for (size_t k = 0; k < a->n; k++) {
		if (!(a->branch[k]->types & types))
			continue;
		if (only != NULL)
			return NULL;
		only = a->branch[k];
	}
	return only;
}

struct str
schema_multiple_of(const struct schema_node *n)
{
	struct str found = { 0 };

	for (size_t i = 0; i < n->nall; i++)
		if (n->all[i]->number && n->all[i]->number->multiple.n > 0)
			return n->all[i]->number->multiple;
	for (size_t i = 0; i < n->nalts && found.n == 0; i++) {
		const struct schema_node *b = only_branch(&n->alts[i],
		    SCHEMA_NUMBER);

		if (b != NULL)
			found = schema_multiple_of(b);
	}
	return found;
}

int
schema_unique_items(const struct schema_node *n)
{
	int unique = 0;

	for (size_t i = 0; i < n->nall; i++)
		if (n->all[i]->array && n->all[i]->array->unique)
			return 1;
	for (size_t i = 0; i < n->nalts && !unique; i++) {
		const struct schema_node *b = only_branch(&n->alts[i],
		    SCHEMA_ARRAY);

		unique = b != NULL && schema_unique_items(b);
	}
	return unique;
}

/* --- annotations --------------------------------------------------------- */

struct value
schema_annotation(const struct schema_node *n, struct str name)
{
	struct value found = { 0 };

	for (size_t i = 0; i < n->nall; i++) {
		uint32_t at = node_keyword(n->all[i], name);

		if (at != 0)
			return view_value(n->all[i]->doc, at);
	}
	/* the nullable pattern: one branch, and another that is just null */
	for (size_t i = 0; i < n->nalts && found.type == V_ABSENT; i++) {
		const struct schema_node *b = only_branch(&n->alts[i],
		    ~(unsigned)SCHEMA_NULL);

		if (b != NULL)
			found = schema_annotation(b, name);
	}
	return found;
}

static int
flag(const struct schema_node *n, struct str name)
{
	for (size_t i = 0; i < n->nall; i++) {
		uint32_t at = node_keyword(n->all[i], name);

		if (at != 0 && n->all[i]->doc->tape.t[at].kind == SCAN_BOOL &&
		    n->all[i]->doc->tape.t[at].count)
			return 1;
	}
	return schema_annotation(n, name).type == V_BOOL &&
	    schema_annotation(n, name).u.i;
}

int
schema_read_only(const struct schema_node *n)
{
	return flag(n, STR("readOnly"));
}

int
schema_write_only(const struct schema_node *n)
{
	return flag(n, STR("writeOnly"));
}

int
schema_deprecated(const struct schema_node *n)
{
	return flag(n, STR("deprecated"));
}

struct str
schema_format(const struct schema_node *n)
{
	struct value v = schema_annotation(n, STR("format"));

	return v.type == V_TEXT ? str_from(v.u.p, v.n) : (struct str){ 0 };
}
