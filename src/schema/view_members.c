/*
 * What a view says of properties and elements.
 */
#include "base/size.h"
#include "schema/viewnode.h"

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
		view_add(v, r->props[p].node, budget);
		known = 1;
	}
	for (size_t i = 0; i < r->npatterns; i++)
		if (matches(r->patterns[i].regex, name)) {
			view_add(v, r->patterns[i].node, budget);
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
		view_alternative(v, list, n);
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
			view_add(v, others[i], &budget);
	if (v->nall > 0)
		v->place = v->all[0];
	view_seal(v);
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
		view_alternative(v, list, open);
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
			view_add(v, x, &budget);
		none |= x != NULL && x->kind == NODE_FALSE;
	}
	if (none)
		return NULL;
	if (v->nall > 0)
		v->place = v->all[0];
	view_seal(v);
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
