/*
 * Rules for the slow evaluator: their attributes, the paths they name, and
 * what is left to a rest.
 */
#include "oracle_rule.h"

#include <string.h>

/* ---- paths ---- */

struct str
root_of(const struct expr *e)
{
	while (e->kind == EX_FIELD || e->kind == EX_TUPLE)
		e = e->a;
	return e->kind == EX_NAME ? e->text : STR("");
}

/* The names below the root; -1 when e is no path. */
int
path_of(const struct expr *e, struct str *out, unsigned max)
{
	int n;

	if (e->kind == EX_NAME)
		return 0;
	if (e->kind != EX_FIELD)
		return -1;
	n = path_of(e->a, out, max);
	if (n < 0 || (unsigned)n == max)
		return -1;
	out[n] = e->text;
	return n + 1;
}

struct path
path(const struct expr *e)
{
	struct path p;

	p.n = path_of(e, p.name, DEEP);
	HOLDS(p.n >= 0, "no path");
	return p;
}

/* x lies at y or above it. */
int
path_above(const struct path *x, const struct path *y)
{
	if (x->n > y->n)
		return 0;
	for (int i = 0; i < x->n; i++)
		if (!str_eq(x->name[i], y->name[i]))
			return 0;
	return 1;
}

/* ---- what the rules say ---- */

int
is_left(const struct oracle *o, const struct expr *e)
{
	return str_eq(root_of(e), o->map->left_name.text);
}

static int
is_word(const struct expr *e, const char *word)
{
	return e->kind == EX_NAME && str_eq(e->text, str_z(word));
}

static void
set_nil(enum nil *out, const struct expr **other, const struct expr *e)
{
	*out = is_word(e, "skip") || is_word(e, "keep") ? SKIP :
	    is_word(e, "clear") ? CLEAR :
	    is_word(e, "error") ? ERROR : DEFAULT;
	if (*out == DEFAULT)
		*other = e->items->value;
}

static void
read_attributes(struct rule *r)
{
	for (const struct item *i = r->s->attrs.first; i; i = i->next) {
		if (str_eq(i->name.text, STR("required")))
			r->required = 1;
		else if (str_eq(i->name.text, STR("lossy")))
			r->lossy = 1;
		else if (str_eq(i->name.text, STR("create only")))
			r->create_only = 1;
		else if (str_eq(i->name.text, STR("missing")))
			set_nil(&r->missing, &r->other, i->value);
		else if (str_eq(i->name.text, STR("null")))
			set_nil(&r->null, &r->other, i->value);
		else if (str_eq(i->name.text, STR("error")))
			set_nil(&r->error, &r->other, i->value);
	}
}

struct defaults {
	enum nil missing, null, error;
};

static struct rule *
new_rule(struct oracle *o, const struct stmt *s, const struct rule *outer,
    const struct defaults *d, struct str left)
{
	struct rule *r = arena_new(o->a, struct rule);

	r->s = s;
	r->nwhen = outer->nwhen;
	memcpy(r->when, outer->when, sizeof(r->when));
	r->missing = d->missing;
	r->null = d->null;
	r->error = d->error;
	read_attributes(r);
	r->both = s->arrow == ARROW_BOTH || s->kind == ST_PICK;
	if (r->both) {
		r->left = s->left;
		r->right = s->right;
		r->forth = 1;
		r->back = !r->lossy;
	} else {
		r->back = str_eq(root_of(s->left), left);
		r->forth = !r->back;
		*(r->back ? &r->left : &r->right) = s->left;
		r->source = s->right;
		if (s->kind == ST_REST)
			*(r->back ? &r->right : &r->left) = s->right;
	}
	return r;
}

static struct rule **
gather(struct oracle *o, const struct stmt *list, const struct rule *outer,
    const struct defaults *d, struct str left, struct rule **last)
{
	for (const struct stmt *s = list; s != NULL; s = s->next) {
		struct rule in = *outer;

		if (s->kind == ST_WHEN) {
			in.when[in.nwhen++] = s;
			last = gather(o, s->body, &in, d, left, last);
		} else if (s->kind == ST_RULE || s->kind == ST_REST ||
		    s->kind == ST_EACH || s->kind == ST_PICK) {
			*last = new_rule(o, s, &in, d, left);
			last = &(*last)->next;
		}
	}
	return last;
}

struct rule *
rules_in(struct oracle *o, const struct stmt *body, struct str left)
{
	struct defaults d = { SKIP, CLEAR, ERROR };
	const struct expr *none;
	struct rule outer = { 0 }, *first = NULL;

	/* an element has the defaults of its map */
	for (const struct stmt *s = o->map->body; s != NULL; s = s->next)
		if (s->kind == ST_DEFAULT)
			set_nil(str_eq(s->name.text, STR("null")) ? &d.null :
			    str_eq(s->name.text, STR("error")) ? &d.error :
			    &d.missing, &none, s->value);
	outer.error = ERROR;
	gather(o, body, &outer, &d, left, &first);
	return first;
}

struct rule *
rules_of(struct oracle *o)
{
	return rules_in(o, o->map->body, o->map->left_name.text);
}

int
rule_holds(const struct oracle *o, const struct rule *r)
{
	return o->back ? r->back : r->forth;
}

const struct expr *
target_of(const struct oracle *o, const struct rule *r)
{
	return o->back ? r->left : r->right;
}

/* ---- what is read at all ---- */

int
visit(struct oracle *o, const struct expr *e, struct str side,
    const struct obind *env, visit_fn *fn, void *arg)
{
	struct path p;

	if (e == NULL)
		return 0;
	p.n = path_of(e, p.name, DEEP);
	if (p.n >= 0) {
		struct str root = root_of(e);

		for (; env != NULL; env = env->up)
			if (str_eq(env->name, root))
				return 0;
		return str_eq(root, side) ? fn(o, &p, arg) : 0;
	}
	if (e->kind == EX_LAMBDA) {
		struct obind x = { env, e->text, o_absent };

		return visit(o, e->a, side, &x, fn, arg);
	}
	if ((e->kind != EX_CALL && visit(o, e->a, side, env, fn, arg) != 0) ||
	    visit(o, e->b, side, env, fn, arg) != 0 ||
	    visit(o, e->c, side, env, fn, arg) != 0)
		return -1;
	for (const struct item *i = e->items; i != NULL; i = i->next)
		if (visit(o, i->key, side, env, fn, arg) != 0 ||
		    visit(o, i->value, side, env, fn, arg) != 0)
			return -1;
	return 0;
}

/* The places of a rule on a side: several of a tuple. */
int
visit_place(struct oracle *o, const struct expr *e, visit_fn *fn, void *arg)
{
	struct path p;

	if (e->kind != EX_TUPLE) {
		p = path(e);
		return fn(o, &p, arg);
	}
	p = path(e->a);
	p.n++;
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		p.name[p.n - 1] = i->name.text;
		if (fn(o, &p, arg) != 0)
			return -1;
	}
	return 0;
}

/* ---- rest ---- */

static void
affixes(struct oracle *o, const struct rule *r, struct str *prefix,
    struct str *suffix)
{
	*prefix = *suffix = STR("");
	for (const struct item *i = r->s->pipe.first; i; i = i->next) {
		struct str what = o_name(o->a, i->value->a);
		struct oval v;

		o_eval(o, i->value->items->value, NULL, &v);
		if (str_eq(what, STR("prefix")))
			*prefix = arena_printf(o->a, "%.*s%.*s",
			    STR_ARG(v.text), STR_ARG(*prefix));
		else
			*suffix = arena_printf(o->a, "%.*s%.*s",
			    STR_ARG(*suffix), STR_ARG(v.text));
	}
}

/* What the other side calls it; 0: it is none of the rest's. */
int
rest_name(struct oracle *o, const struct rule *r, int back, struct str name,
    struct str *out)
{
	struct str prefix, suffix;

	affixes(o, r, &prefix, &suffix);
	if (!back) {
		*out = arena_printf(o->a, "%.*s%.*s%.*s", STR_ARG(prefix),
		    STR_ARG(name), STR_ARG(suffix));
		return 1;
	}
	if (name.n <= prefix.n + suffix.n ||
	    !str_eq(str_from(name.p, prefix.n), prefix) ||
	    !str_eq(str_from(name.p + name.n - suffix.n, suffix.n), suffix))
		return 0;
	*out = str_from(name.p + prefix.n, name.n - prefix.n - suffix.n);
	return 1;
}

struct named {
	const struct path *at;
	struct str name;
	int hit;
};

static int
is_named(struct oracle *o, const struct path *p, void *arg)
{
	struct named *x = arg;

	(void)o;
	x->hit |= p->n > x->at->n && path_above(x->at, p) &&
	    str_eq(p->name[x->at->n], x->name);
	return 0;
}

/* Whether any rule, of either way, names a member of the object at. */
static int
mapped(struct oracle *o, const struct rule *all, const struct path *at,
    struct str name)
{
	struct str side = o->back ? o->map->right_name.text :
	    o->map->left_name.text;
	struct named x = { at, name, 0 };

	for (const struct rule *r = all; r != NULL; r = r->next) {
		const struct expr *place = o->back ? r->right : r->left;

		if (r->s->kind == ST_REST)
			continue;
		if (place != NULL)
			visit_place(o, place, is_named, &x);
		visit(o, r->source, side, NULL, is_named, &x);
		visit(o, r->other, side, NULL, is_named, &x);
	}
	return x.hit;
}

static int
excepted(const struct rule *r, struct str right)
{
	for (const struct item *i = r->s->words.first; i; i = i->next)
		if (str_eq(i->name.text, right))
			return 1;
	return 0;
}

/* A name of the object that a rest reads that is none of the rest's. */
int
rest_lacks(struct oracle *o, const struct rule *all, const struct path *at,
    struct str name)
{
	struct str right;

	for (const struct rule *r = all; r != NULL; r = r->next) {
		struct path from;

		if (r->s->kind != ST_REST || !rule_holds(o, r))
			continue;
		from = path(o->back ? r->right : r->left);
		if (from.n != at->n || !path_above(&from, at))
			continue;
		if (o->back)
			right = name;
		else
			rest_name(o, r, 0, name, &right);
		if (excepted(r, right))
			return 1;
	}
	return mapped(o, all, at, name);
}

/* ---- rules that ask the target ---- */

static int
asks(struct oracle *o, const struct path *p, void *arg)
{
	(void)o;
	(void)p;
	*(int *)arg = 1;
	return 0;
}

int
rule_is_late(struct oracle *o, const struct rule *r)
{
	int hit = r->nwhen > 0;

	if (r->s->kind == ST_EACH)
		return 1;
	if (!o->back)
		return 0;
	if (r->s->kind == ST_PICK)
		return 1;
	for (const struct item *i = r->s->pipe.first; i && r->both;
	    i = i->next)
		for (const struct item *k = i->value->items; k; k = k->next)
			visit(o, k->value, o->map->left_name.text, NULL, asks,
			    &hit);
	return hit;
}
