/*
 * Whether a record can be read by a program, for the slow evaluator.
 */
#include "oracle_rule.h"

#include <stdio.h>

struct reading {
	const struct rule *all;
	int lazily; /* by an expression that only decides */
};

const struct oval *
walk(const struct oval *record, const struct path *p)
{
	const struct oval *v = record;

	for (int i = 0; i < p->n; i++) {
		if (v->kind == O_NULL)
			return &o_null;
		v = o_member(v, p->name[i]);
		if (v == NULL)
			return &o_absent;
	}
	return v;
}

/*
 * What a program names is read before it runs, and on the way to it there are
 * objects.  But what passes on as part of a rest is looked up in that when an
 * expression asks for it.
 */
static int
readable(struct oracle *o, const struct path *p, void *arg)
{
	const struct reading *x = arg;
	struct path at = *p;

	for (const struct rule *r = x->all; r && x->lazily; r = r->next) {
		struct path from;

		if (r->s->kind != ST_REST || !rule_holds(o, r))
			continue;
		from = path(o->back ? r->right : r->left);
		if (from.n < p->n && path_above(&from, p) &&
		    !rest_lacks(o, x->all, &from, p->name[from.n]))
			at.n = from.n + 1;
	}
	for (at.n--; at.n >= 0; at.n--) {
		const struct oval *v = walk(&o->record, &at);

		if (v->kind == O_RECORD || o_nil(v))
			continue;
		o->fail = OF_READ;
		o->line = 0;
		snprintf(o->text, sizeof(o->text), "no object");
		return -1;
	}
	return 0;
}

static int
read_rule(struct oracle *o, const struct rule *r, struct reading *x)
{
	struct str side = o->back ? o->map->right_name.text :
	    o->map->left_name.text;
	int missing = !o->back || !r->both;

	x->lazily = 0;
	if (r->s->kind == ST_REST) {
		struct path p = path(o->back ? r->right : r->left);

		p.name[p.n++] = STR("");
		return readable(o, &p, x);
	}
	if (r->both && visit_place(o, o->back ? r->right : r->left, readable,
	    x) != 0)
		return -1;
	if (visit(o, r->source, side, NULL, readable, x) != 0 ||
	    (missing && visit(o, r->other, side, NULL, readable, x) != 0))
		return -1;
	for (const struct stmt *s = r->s->kind == ST_EACH ? r->s->body : NULL;
	    s != NULL; s = s->next)
		if (s->arrow != ARROW_BOTH && visit(o, s->right, side, NULL,
		    readable, x) != 0)
			return -1;
	x->lazily = 1;
	for (unsigned i = 0; i < r->nwhen; i++)
		if (visit(o, r->when[i]->guard, side, NULL, readable, x) != 0)
			return -1;
	for (const struct item *i = r->s->pipe.first; i; i = i->next)
		for (const struct item *k = i->value->items; k; k = k->next)
			if (visit(o, k->value, side, NULL, readable, x) != 0)
				return -1;
	return 0;
}

int
read_record(struct oracle *o, const struct rule *all)
{
	struct reading x = { all, 0 };
	const struct decl *rules = o_rules_of(o);

	if (o->record.kind != O_RECORD) {
		o->fail = OF_READ;
		return -1;
	}
	for (const struct rule *r = all; r != NULL; r = r->next)
		if (rule_holds(o, r) && read_rule(o, r, &x) != 0)
			return -1;
	x.lazily = 1;
	for (const struct stmt *s = rules ? rules->body : NULL; s;
	    s = s->next)
		if (visit(o, s->guard, o->back ? o->map->right_name.text :
		    o->map->left_name.text, NULL, readable, &x) != 0)
			return -1;
	return 0;
}

int
read_old(struct oracle *o, const struct rule *all)
{
	struct str side = o->map->left_name.text;
	struct reading x = { NULL, 0 };
	struct oval record = o->record;
	int bad = 0;

	o->record = *o->old;
	for (const struct rule *r = all; r != NULL && !bad; r = r->next) {
		if (!rule_holds(o, r) || !rule_is_late(o, r))
			continue;
		if (r->s->kind == ST_EACH || r->s->kind == ST_PICK)
			bad = visit_place(o, target_of(o, r), readable, &x);
		for (unsigned i = 0; i < r->nwhen && !bad; i++)
			bad = visit(o, r->when[i]->guard, side, NULL,
			    readable, &x);
		for (const struct item *i = r->s->pipe.first; i && !bad;
		    i = i->next)
			for (const struct item *k = i->value->items;
			    k && !bad; k = k->next)
				bad = visit(o, k->value, side, NULL, readable,
				    &x);
	}
	o->record = record;
	return bad;
}
