/*
 * The static type of a place: a conjunction of nodes ($ref and allOf followed)
 * and a list of alternatives, each a list of views of which one at least must
 * hold.  Every answer is an intersection over the first and, per alternative,
 * a union over its branches.
 */
#include "schema/view.h"

#include <stdlib.h>

#include "base/size.h"
#include "base/table.h"
#include "record/decimal.h"
#include "schema/node.h"
#include "schema/complain.h"

/* Branches, and parts, that a place may have; what is beyond is ignored. */
#define BRANCHES 1024

struct alternative {
	const struct schema_node **branch;
	size_t n;
};

struct schema_node {
	struct arena *a;
	const struct node *place; /* where it stands */
	const struct node **all;  /* the conjunction */
	size_t nall, capall;
	struct alternative *alts;
	size_t nalts, capalts;
	size_t size; /* views in the tree below, itself included */
	unsigned types;
	int listed; /* -1 not asked yet, else what schema_enum returns */
	struct value *values;
	size_t nvalues;
	struct table props; /* views that were asked for, by name */
	struct str *names;
	size_t nnames;
	int named;
	const struct schema_node *open; /* schema_additional, once asked */
	int opened;
};

static struct schema_node *
view_new(struct arena *a, const struct node *place)
{
	struct schema_node *v = arena_new(a, struct schema_node);

	v->a = a;
	v->place = place;
	v->listed = -1;
	v->size = 1;
	return v;
}

static void *
grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *more;

	if (n < *cap)
		return old;
	*cap = *cap ? size_mul(*cap, 2) : 4;
	more = arena_array(a, *cap, size);
	if (n > 0)
		memcpy(more, old, n * size);
	return more;
}

/*
 * Views are shared, but walked as a tree, so a tree has a largest size: an
 * alternative that would make it larger is left out.
 */
static void
add_alternative(struct schema_node *v, const struct schema_node **branch,
    size_t n)
{
	size_t size = v->size;

	for (size_t i = 0; i < n; i++)
		size += branch[i]->size;
	if (size > BRANCHES)
		return;
	v->size = size;
	v->alts = grow(v->a, v->alts, v->nalts, &v->capalts,
	    sizeof(*v->alts));
	v->alts[v->nalts++] = (struct alternative){ branch, n };
}

static void add(struct schema_node *v, const struct node *n, int *budget);
static void seal(struct schema_node *v);

/* The view of some nodes (NULL: says nothing) together. */
static const struct schema_node *
branch(struct schema_node *v, const struct node *n, const struct node *more,
    int *budget)
{
	struct schema_node *b = view_new(v->a, n ? n : v->place);

	if (n != NULL)
		add(b, n, budget);
	if (more != NULL)
		add(b, more, budget);
	seal(b);
	return b;
}

static void
add_branches(struct schema_node *v, const struct apply *a, int *budget)
{
	const struct node *const *nodes = a->kind == APPLY_DYNAMIC_REF ?
	    a->ends : a->nodes;
	const struct schema_node **list;
	size_t n = a->n;

	if (a->kind == APPLY_IF || a->kind == APPLY_DEPENDENT)
		n = 2;
	else if (a->kind == APPLY_DYNAMIC_REF)
		n = a->nends;
	if (*budget < (int)n || n > BRANCHES) {
		*budget = 0;
		return;
	}
	*budget -= (int)n;
	list = arena_array(v->a, n, sizeof(*list));
	if (a->kind == APPLY_IF) {
		list[0] = branch(v, a->nodes[0], a->nodes[1], budget);
		list[1] = branch(v, a->nodes[2], NULL, budget);
	} else if (a->kind == APPLY_DEPENDENT) {
		list[0] = branch(v, NULL, NULL, budget);
		list[1] = branch(v, a->nodes[0], NULL, budget);
	} else {
		for (size_t i = 0; i < n; i++)
			list[i] = branch(v, nodes[i], NULL, budget);
	}
	add_alternative(v, list, n);
}

static void
add(struct schema_node *v, const struct node *n, int *budget)
{
	if (v->nall == BRANCHES)
		return;
	for (size_t i = 0; i < v->nall; i++)
		if (v->all[i] == n)
			return;
	v->all = grow(v->a, v->all, v->nall, &v->capall, sizeof(*v->all));
	v->all[v->nall++] = n;
	for (size_t i = 0; i < n->napply; i++) {
		const struct apply *a = &n->apply[i];

		switch (a->kind) {
		case APPLY_DYNAMIC_REF:
			/* where it leads is known only when it has one way */
			if (a->nends > 1) {
				add_branches(v, a, budget);
				break;
			}
			/* fall through */
		case APPLY_REF:
		case APPLY_ALL:
			for (size_t k = 0; k < a->n; k++)
				add(v, a->nodes[k], budget);
			break;
		case APPLY_NOT:
			break;
		default:
			add_branches(v, a, budget);
			break;
		}
	}
}

static unsigned
choice_types(const struct node *n, const struct choice *c)
{
	static const unsigned by_kind[] = {
		[SCAN_NULL] = SCHEMA_NULL, [SCAN_BOOL] = SCHEMA_BOOL,
		[SCAN_STRING] = SCHEMA_STRING, [SCAN_ARRAY] = SCHEMA_ARRAY,
		[SCAN_OBJECT] = SCHEMA_OBJECT,
	};
	unsigned types = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		const struct tok *t = &n->doc->tape.t[c->values[i]];

		if (t->kind == SCAN_NUMBER)
			types |= literal_whole(tok_str(t)) ? SCHEMA_INTEGER :
							 SCHEMA_FRACTION;
		else
			types |= by_kind[t->kind];
	}
	return types;
}

static void
seal(struct schema_node *v)
{
	v->types = SCHEMA_ANY;
	for (size_t i = 0; i < v->nall; i++) {
		const struct node *n = v->all[i];

		v->types &= n->kind == NODE_FALSE ? 0 : n->types;
		if (n->choice != NULL)
			v->types &= choice_types(n, n->choice);
		if (n->konst != NULL)
			v->types &= choice_types(n, n->konst);
	}
	for (size_t i = 0; i < v->nalts; i++) {
		unsigned types = 0;

		for (size_t k = 0; k < v->alts[i].n; k++)
			types |= v->alts[i].branch[k]->types;
		v->types &= types;
	}
}

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
	l->list = grow(a, l->list, l->n, &l->cap, sizeof(*l->list));
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

static struct value
tok_value(const struct doc *doc, uint32_t at)
{
	const struct tok *t;

	if (doc == NULL)
		return value_null();
	t = &doc->tape.t[at];
	switch (t->kind) {
	case SCAN_NULL:
		return value_null();
	case SCAN_BOOL:
		return value_bool((int)t->count);
	case SCAN_NUMBER:
		return (struct value){ .type = V_NUM, .n = t->n, .u.p = t->p };
	case SCAN_STRING:
		return value_text(tok_str(t));
	default:
		return (struct value){ .type = V_RAW, .n = t->n, .u.p = t->p };
	}
}

static unsigned
value_types(struct value v)
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
			struct value x = tok_value(items.list[i].doc,
			    items.list[i].at);

			if (value_types(x) & v->types)
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
			return tok_value(n->all[i]->doc, at);
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

struct str
schema_where(const struct schema_node *n)
{
	struct buf b = { 0 };
	struct str s;

	tape_pointer(&n->place->doc->tape, n->place->at, &b);
	s = arena_printf(n->a, "%.*s#%.*s", STR_ARG(n->place->doc->name),
	    STR_ARG(buf_str(&b)));
	buf_fini(&b);
	return s;
}

unsigned
schema_types(const struct schema_node *n)
{
	return n->types;
}

struct str
schema_types_text(const struct schema_node *n)
{
	struct buf b = { 0 };
	struct str s;

	complain_types(&b, n->types);
	s = arena_str(n->a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* --- properties ---------------------------------------------------------- */

static void
collect_names(const struct schema_node *v, struct table *seen)
{
	for (size_t i = 0; i < v->nall; i++) {
		const struct object_rules *r = v->all[i]->object;

		for (size_t k = 0; r != NULL && k < r->nprops; k++)
			if (table_get(seen, r->names.name[k]) == NULL)
				table_put(seen, r->names.name[k],
				    (void *)&r->names.name[k]);
	}
	for (size_t i = 0; i < v->nalts; i++)
		for (size_t k = 0; k < v->alts[i].n; k++)
			collect_names(v->alts[i].branch[k], seen);
}

static void
name_all(struct schema_node *v)
{
	struct table seen = { 0 };

	if (v->named)
		return;
	v->named = 1;
	collect_names(v, &seen);
	v->names = arena_array(v->a, seen.live, sizeof(*v->names));
	for (struct table_entry *e = table_next(&seen, NULL); e != NULL;
	     e = table_next(&seen, e))
		v->names[v->nnames++] = e->key;
	table_fini(&seen);
}

size_t
schema_property_count(const struct schema_node *n)
{
	name_all((struct schema_node *)n);
	return n->nnames;
}

struct str
schema_property_name(const struct schema_node *n, size_t i)
{
	name_all((struct schema_node *)n);
	return n->names[i];
}

static const struct node *own_property(const struct node *n, size_t i);

/* keys_find may read 8 bytes behind a name. */
static struct str
padded(struct arena *a, struct str name)
{
	char *p = arena_zalloc(a, size_add(name.n, 8));

	memcpy(p, name.n ? name.p : "", name.n);
	return str_from(p, name.n);
}

static int
matches(const struct regex *r, struct str name)
{
	struct regex_run *run = regex_run_new();
	int m = regex_match(r, run, name, NULL);

	regex_run_free(run);
	return m == 1;
}

/* 1 when n declares the property; what it says of it is added to v. */
static int
add_declared(struct schema_node *v, const struct node *n, struct str name,
    int *budget)
{
	const struct object_rules *r = n->object;
	int32_t p;
	int known = 0;

	if (r == NULL)
		return 0;
	p = keys_find(&r->names, name);
	if (p >= 0 && r->props[p].node != NULL) {
		add(v, r->props[p].node, budget);
		known = 1;
	}
	for (size_t i = 0; i < r->npatterns; i++)
		if (matches(r->patterns[i].regex, name)) {
			add(v, r->patterns[i].node, budget);
			known = 1;
		}
	return known;
}

/* The views of the branches that may have the property; 1: one declares it. */
static int
add_branch_properties(struct schema_node *v, const struct alternative *a,
    struct str name)
{
	const struct schema_node **list = arena_array(v->a, a->n,
	    sizeof(*list));
	size_t n = 0;
	int known = 0;

	for (size_t k = 0; k < a->n; k++) {
		const struct schema_node *b = a->branch[k], *p;

		if (!(b->types & SCHEMA_OBJECT))
			continue;
		p = schema_property(b, name);
		if (p != NULL)
			known = 1;
		else
			p = schema_additional(b);
		if (p != NULL)
			list[n++] = p;
	}
	if (known)
		add_alternative(v, list, n);
	return known;
}

const struct schema_node *
schema_property(const struct schema_node *n, struct str name)
{
	struct schema_node *owner = (struct schema_node *)n;
	struct schema_node *v = table_get(&owner->props, name);
	const struct node **others;
	int budget = BRANCHES, known = 0;

	if (v != NULL)
		return v->a ? v : NULL;
	v = view_new(n->a, n->place);
	name = padded(n->a, name);
	/* a part that does not declare it says `additional` of it */
	others = arena_array(n->a, n->nall, sizeof(*others));
	for (size_t i = 0; i < n->nall; i++) {
		if (add_declared(v, n->all[i], name, &budget))
			known = 1;
		else
			others[i] = own_property(n->all[i], 0);
	}
	for (size_t i = 0; i < n->nalts; i++)
		known |= add_branch_properties(v, &n->alts[i], name);
	for (size_t i = 0; i < n->nall && known; i++)
		if (others[i] != NULL)
			add(v, others[i], &budget);
	if (v->nall > 0)
		v->place = v->all[0];
	seal(v);
	if (!known)
		v->a = NULL; /* remembered as not declared */
	table_put(&owner->props, name, v);
	if (owner->props.n == 1)
		arena_defer(n->a, (void (*)(void *))table_fini,
		    &owner->props);
	return known ? v : NULL;
}

static int
is_required(const struct schema_node *n, struct str name)
{
	for (size_t i = 0; i < n->nall; i++) {
		const struct object_rules *r = n->all[i]->object;
		int32_t p = r ? keys_find(&r->names, name) : -1;

		if (p >= 0 && r->props[p].required)
			return 1;
	}
	for (size_t i = 0; i < n->nalts; i++) {
		int all = 1, some = 0;

		for (size_t k = 0; k < n->alts[i].n; k++) {
			const struct schema_node *b = n->alts[i].branch[k];

			if (!(b->types & SCHEMA_OBJECT))
				continue;
			some = 1;
			all &= is_required(b, name);
		}
		if (some && all)
			return 1;
	}
	return 0;
}

int
schema_property_required(const struct schema_node *n, struct str name)
{
	return is_required(n, padded(n->a, name));
}

/* --- what is not named --------------------------------------------------- */

/*
 * What a node says of values that nothing names: by a keyword of its own, and
 * by an unevaluated* one, which counts only where no other keyword looked.
 */
struct rest_rule {
	const struct node *(*own)(const struct node *n, size_t i);
	const struct node *(*last)(const struct node *n);
	int (*looks)(const struct node *n, size_t i);
	unsigned type;
};

static const struct node *
own_property(const struct node *n, size_t i)
{
	(void)i;
	return n->object ? n->object->additional : NULL;
}

static const struct node *
last_property(const struct node *n)
{
	return n->rest_properties;
}

static int
looks_at_property(const struct node *n, size_t i)
{
	return own_property(n, i) != NULL;
}

static const struct node *
own_item(const struct node *n, size_t i)
{
	if (n->array == NULL)
		return NULL;
	return i < n->array->nprefix ? n->array->prefix[i] :
				       n->array->items;
}

static const struct node *
last_item(const struct node *n)
{
	return n->rest_items;
}

static int
looks_at_item(const struct node *n, size_t i)
{
	return own_item(n, i) != NULL || (n->array && n->array->contains);
}

static const struct rest_rule properties_rule = { own_property,
	last_property, looks_at_property, SCHEMA_OBJECT };
static const struct rest_rule items_rule = { own_item, last_item,
	looks_at_item, SCHEMA_ARRAY };

static const struct schema_node *rest(const struct schema_node *n,
    const struct rest_rule *r, size_t i, int *looked);

/* What the branches say; 0: none of them lets such a value be. */
static int
add_branch_rests(struct schema_node *v, const struct alternative *a,
    const struct rest_rule *r, size_t i, int *looked)
{
	const struct schema_node **list = arena_array(v->a, a->n,
	    sizeof(*list));
	size_t some = 0, open = 0;

	for (size_t j = 0; j < a->n; j++) {
		const struct schema_node *x;

		if (!(a->branch[j]->types & r->type))
			continue;
		some++;
		x = rest(a->branch[j], r, i, looked);
		if (x != NULL)
			list[open++] = x;
	}
	if (open > 0)
		add_alternative(v, list, open);
	return some == 0 || open > 0;
}

/* NULL when there can be none; *looked becomes 1 when a keyword looks. */
static const struct schema_node *
rest(const struct schema_node *n, const struct rest_rule *r, size_t i,
    int *looked)
{
	struct schema_node *v = view_new(n->a, n->place);
	int budget = BRANCHES, here = 0, none = 0;

	for (size_t k = 0; k < n->nall; k++)
		here |= r->looks(n->all[k], i);
	for (size_t k = 0; k < n->nalts; k++)
		none |= !add_branch_rests(v, &n->alts[k], r, i, &here);
	*looked |= here;
	for (size_t k = 0; k < n->nall; k++) {
		const struct node *x = r->own(n->all[k], i);

		if (x == NULL && !here)
			x = r->last(n->all[k]);
		if (x != NULL)
			add(v, x, &budget);
		none |= x != NULL && x->kind == NODE_FALSE;
	}
	if (none)
		return NULL;
	if (v->nall > 0)
		v->place = v->all[0];
	seal(v);
	return v;
}

const struct schema_node *
schema_additional(const struct schema_node *n)
{
	struct schema_node *v = (struct schema_node *)n;
	int looked = 0;

	if (!v->opened) {
		v->opened = 1;
		v->open = rest(n, &properties_rule, 0, &looked);
	}
	return v->open;
}

const struct schema_node *
schema_items(const struct schema_node *n)
{
	return schema_item(n, SIZE_MAX);
}

const struct schema_node *
schema_item(const struct schema_node *n, size_t i)
{
	int looked = 0;

	return rest(n, &items_rule, i, &looked);
}

const struct schema_node *
schema_root(const struct schema *schema, struct arena *a)
{
	struct schema_node *v = view_new(a, schema->root);
	int budget = BRANCHES;

	add(v, schema->root, &budget);
	seal(v);
	return v;
}
