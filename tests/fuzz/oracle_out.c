/*
 * What comes out, for the slow evaluator: a whole record or what differs from
 * an old one, and what the rules of a sync decide about it.
 */
#include "oracle_rule.h"

/* ---- writing, whole or what differs ---- */

/* The member of an object that a field or object of the layout is. */
static int
has_place(const struct oout *in, struct str name)
{
	for (const struct oout *p = in->below; p != NULL; p = p->next)
		if (!p->splice && str_eq(p->name, name))
			return 1;
	return 0;
}

/* old NULL: all of it.  What differs is counted and marked. */
static struct oval
write_object(struct oracle *o, struct oout *in, const struct oval *old,
    size_t *n)
{
	struct oval out = { .kind = O_RECORD };

	for (struct oout *p = in->below; p != NULL; p = p->next) {
		const struct oval *was = old ? o_member(old, p->name) : NULL;

		if (old != NULL && old->kind == O_NULL)
			was = &o_null;
		if (p->splice) {
			for (size_t i = 0; i < p->value.n; i++) {
				struct str name = p->value.names[i];

				was = old ? o_member(old, name) : NULL;
				if (has_place(in, name) || (old && was &&
				    o_equal(o->a, &p->value.list[i], was,
				    CMP_EXACT)))
					continue;
				p->differs = 1;
				(*n)++;
				o_push(o->a, &out, &name, p->value.list[i]);
			}
		} else if (p->below != NULL) {
			struct oval v = write_object(o, p, old ? was ? was :
			    &o_absent : NULL, n);

			if (v.n > 0)
				o_push(o->a, &out, &p->name, v);
		} else if (p->value.kind != O_ABSENT && (old == NULL ||
		    (!p->create_only && !o_equal(o->a, &p->value,
		    was ? was : &o_absent, p->compare)))) {
			p->differs = 1;
			(*n)++;
			o_push(o->a, &out, &p->name, p->value);
		}
	}
	return out;
}

struct oval
o_written(struct oracle *o, const struct oout *out)
{
	size_t n = 0;

	return write_object(o, (struct oout *)(uintptr_t)out, NULL, &n);
}

static int
objects_in(const struct oout *in, const struct oval *old)
{
	if (o_nil(old))
		return 1;
	if (old->kind != O_RECORD)
		return 0;
	for (const struct oout *p = in->below; p != NULL; p = p->next) {
		const struct oval *v = o_member(old, p->name);

		if (!p->splice && p->below != NULL && v != NULL &&
		    !objects_in(p, v))
			return 0;
	}
	return 1;
}

static void
unmark(struct oout *in)
{
	for (struct oout *p = in->below; p != NULL; p = p->next) {
		p->differs = 0;
		unmark(p);
	}
}

int
o_patch(struct oracle *o, struct oout *out, const struct oval *old,
    struct oval *patch, size_t *n)
{
	if (old->kind != O_RECORD || !objects_in(out, old)) {
		o->fail = OF_READ;
		return -1;
	}
	*n = 0;
	unmark(out);
	*patch = write_object(o, out, old, n);
	return 0;
}

/* ---- rules of a sync ---- */

const struct decl *
o_rules_of(const struct oracle *o)
{
	for (const struct decl *d = o->decls; d != NULL; d = d->next)
		if (d->kind == DE_RULES && (d->way.text.n > 0) == o->back &&
		    str_eq(d->owner.text, o->map->name.text))
			return d;
	return NULL;
}

struct asks {
	struct path want;
	int hit;
};

static int
meets(struct oracle *o, const struct path *p, void *arg)
{
	struct asks *x = arg;

	(void)o;
	x->hit |= path_above(p, &x->want) || path_above(&x->want, p);
	return 0;
}

/* Whether what a rule writes depends on the path. */
static int
depends(struct oracle *o, const struct stmt *s, struct asks *x)
{
	const struct rule *r = rules_of(o);
	struct str side = o->back ? o->map->right_name.text :
	    o->map->left_name.text;

	while (r->s != s)
		r = r->next;
	x->hit = 0;
	if (s->kind == ST_REST || r->both)
		visit_place(o, o->back ? r->right : r->left, meets, x);
	visit(o, r->source, side, NULL, meets, x);
	visit(o, r->other, side, NULL, meets, x);
	for (unsigned i = 0; i < r->nwhen; i++)
		visit(o, r->when[i]->guard, side, NULL, meets, x);
	for (const struct item *i = s->pipe.first; i; i = i->next)
		for (const struct item *k = i->value->items; k; k = k->next)
			visit(o, k->value, side, NULL, meets, x);
	return x->hit;
}

static int
changed_below(struct oracle *o, const struct oout *in, struct path at,
    int source, struct asks *x)
{
	for (const struct oout *p = in->below; p != NULL; p = p->next) {
		struct path here = at;

		if (!p->splice)
			here.name[here.n++] = p->name;
		if (p->below != NULL) {
			if (changed_below(o, p, here, source, x))
				return 1;
			continue;
		}
		if (!p->differs)
			continue;
		x->hit = 0;
		if (!source)
			meets(o, &here, x);
		else
			depends(o, p->rule, x);
		if (x->hit)
			return 1;
	}
	return 0;
}

int
o_changed(struct oracle *o, const struct expr *e)
{
	struct asks x = { path(e), 0 };
	struct path root = { .n = 0 };

	if (o->changed == NULL)
		return 1;
	return changed_below(o, o->changed, root, is_left(o, e) != o->back,
	    &x);
}

static unsigned
bits_of(const struct items *events)
{
	unsigned bits = 0;

	for (const struct item *i = events->first; i != NULL; i = i->next)
		bits |= str_eq(i->name.text, STR("create")) ? EVENT_CREATE :
		    str_eq(i->name.text, STR("update")) ? EVENT_UPDATE :
		    EVENT_DELETE;
	return bits;
}

int
o_rules(struct oracle *o, const struct stmt **action)
{
	const struct decl *d = o_rules_of(o);
	int yes;

	*action = NULL;
	for (const struct stmt *s = d ? d->body : NULL; s; s = s->next) {
		if (s->kind == ST_ON && !(bits_of(&s->words) & o->event))
			continue;
		yes = 1;
		if (s->guard != NULL &&
		    o_condition(o, s->guard, NULL, &yes) != 0)
			return -1;
		if (!yes)
			continue;
		*action = s;
		return 0;
	}
	return 0;
}
