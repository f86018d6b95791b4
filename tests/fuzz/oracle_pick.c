/*
 * pick, for the slow evaluator: one element of a list of ours is a field of
 * theirs.
 */
#include "oracle_rule.h"

/* Where in an element the value stands. */
static struct str
place_of(const struct rule *r)
{
	for (const struct item *i = r->s->value->items; i != NULL; i = i->next)
		if (i->value->kind == EX_NAME)
			return i->name.text;
	return STR("");
}

/* The number of the first element that is meant, list->n for none; -1. */
static int
find(struct oracle *o, const struct rule *r, const struct oval *list,
    int all, size_t *at)
{
	*at = list->n;
	for (size_t i = 0; i < list->n; i++) {
		struct obind p = { o->outer, r->s->name.text, list->list[i] };
		int yes;

		if (o_condition(o, r->s->guard, &p, &yes) != 0)
			return -1;
		if (yes && *at == list->n)
			*at = i;
		if (yes && !all)
			break;
	}
	return 0;
}

static int
is_list(struct oracle *o, const struct rule *r, const struct oval *v)
{
	return v->kind == O_LIST ? 0 :
	    o_fail_at(o, r->s->span, OF_DATA, "no list");
}

int
pick_out(struct oracle *o, const struct rule *r, struct oval *v)
{
	const struct oval *found;
	size_t at;

	if (o_nil(v))
		return 0;
	if (is_list(o, r, v) != 0 || find(o, r, v, 0, &at) != 0)
		return -1;
	found = at < v->n ? o_member(&v->list[at], place_of(r)) : NULL;
	*v = found ? *found : o_absent;
	return 0;
}

/* element with v where the value stands */
static struct oval
with(struct oracle *o, const struct rule *r, const struct oval *element,
    const struct oval *v)
{
	struct oval out = { .kind = O_RECORD };
	struct str name = place_of(r);
	int there = 0;

	for (size_t i = 0; i < element->n; i++) {
		int here = str_eq(element->names[i], name);

		o_push(o->a, &out, &element->names[i], here ? *v :
		    element->list[i]);
		there |= here;
	}
	if (!there)
		o_push(o->a, &out, &name, *v);
	return out;
}

static int
created(struct oracle *o, const struct rule *r, struct oval *out)
{
	*out = (struct oval){ .kind = O_RECORD };
	for (const struct item *i = r->s->value->items; i; i = i->next) {
		struct oval x;

		if (i->value->kind == EX_NAME)
			continue;
		if (o_eval(o, i->value, NULL, &x) != 0)
			return -1;
		o_push(o->a, out, &i->name.text, x);
	}
	return 0;
}

int
pick_in(struct oracle *o, const struct rule *r, const struct oval *list,
    struct oval *v)
{
	struct oval out = { .kind = O_LIST }, none = out, made;
	size_t at;

	if (!o_nil(list) && is_list(o, r, list) != 0)
		return -1;
	if (find(o, r, o_nil(list) ? &none : list, 1, &at) != 0)
		return -1;
	if (o_nil(v) && (o_nil(list) || at == list->n)) {
		*v = *list;
		return 0;
	}
	for (size_t i = 0; !o_nil(list) && i < list->n; i++) {
		if (i != at)
			o_push(o->a, &out, NULL, list->list[i]);
		else if (!o_nil(v))
			o_push(o->a, &out, NULL, with(o, r, &list->list[i],
			    v));
	}
	if (o_nil(list) || at == list->n) {
		if (created(o, r, &made) != 0)
			return -1;
		o_push(o->a, &out, NULL, with(o, r, &made, v));
	}
	*v = out;
	return 0;
}
