/*
 * What a map's records are held to when they are made: the plan of a side's
 * schema, less what is proven here.  A field needs no look at run time when
 * all its writers can write few values, and the schema takes each of them.
 */
#include "lang/map.h"
#include "schema/plan.h"

struct hold {
	const struct map_info *map;
	struct schema_plan *plan;
	struct schema_run *run;
};

static int
takes(const struct hold *h, const struct place *at, struct value v)
{
	return v.type == V_ABSENT || schema_plan_takes(h->plan, h->run,
	    at->path, at->n, v);
}

/* Whether the schema takes whatever a rule writes to a place. */
static int
takes_all(struct compile *c, const struct hold *h, const struct map_rule *r,
    int back, const struct place *at)
{
	struct sure *v;
	size_t n;

	if (r->kind != RULE_FIELD || r->missing == NIL_DEFAULT)
		return 0;
	n = rule_values(c, r, back, &v);
	/* a constant is there always, what an enum is given may be null */
	if (n == 0 || (r->nstep > 0 && !takes(h, at, value_null())))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!takes(h, at, v[i].v))
			return 0;
	return 1;
}

/* Whether every rule that writes the place r writes is proven. */
static int
is_proven(struct compile *c, const struct hold *h, const struct map_rule *r,
    int back)
{
	const struct place *at = back ? r->left : &r->right;

	for (const struct map_rule *x = h->map->rules; x != NULL; x = x->next) {
		const struct place *other = back ? x->left : &x->right;

		if ((back ? x->back : x->forth) && other != NULL &&
		    path_same(other->path, other->n, at->path, at->n) &&
		    !takes_all(c, h, x, back, at))
			return 0;
	}
	return 1;
}

/*
 * A field of the tenant's own, which only the catalogue lists: what the
 * schema says of all other names does not hold for it.
 */
static int
is_catalogued(struct compile *c, const struct map_info *m,
    const struct place *at)
{
	struct type t = m->right.type;

	for (size_t i = 0; i + 1 < at->n; i++)
		if (type_member(c->a, t, at->path[i], &t) != 0)
			return 0;
	if (t.more == NULL || t.node == NULL)
		return 0;
	for (size_t i = 0; i < schema_property_count(t.node); i++)
		if (str_eq(schema_property_name(t.node, i),
		    at->path[at->n - 1]))
			return 0;
	return 1;
}

struct unit_check
map_hold(struct compile *c, const struct map_info *m, const struct prog *p,
    int back)
{
	struct entity *e = find_in(&m->e->mod->schemas, back ?
	    m->left_schema : m->right_schema);
	const struct schema *written = schema_written(c, e);
	struct hold h = { .map = m, .run = schema_run_new() };

	h.plan = schema_plan_new(written, p->funcs[0].layout, h.run,
	    &c->unit->arena);
	for (const struct map_rule *r = m->rules; r != NULL; r = r->next) {
		const struct place *at = back ? r->left : &r->right;

		if (r->kind == RULE_FIELD && (back ? r->back : r->forth) &&
		    ((!back && is_catalogued(c, m, at)) ||
		    is_proven(c, &h, r, back)))
			schema_plan_prove(h.plan, at->path, at->n, 0);
	}
	schema_run_free(h.run);
	return (struct unit_check){ written, h.plan };
}
