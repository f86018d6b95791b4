/*
 * Maps of the slow evaluator: what absent and null become, what codecs make
 * of a value, and where it goes.
 */
#include "oracle_rule.h"

#include <string.h>

#include "vm/builtin.h"

/* ---- the target ---- */

static struct oout *
place_of(struct oracle *o, struct oout *in, struct str name, int splice)
{
	struct oout **at = &in->below;

	while (*at != NULL && ((*at)->splice != splice ||
	    !str_eq((*at)->name, name)))
		at = &(*at)->next;
	if (*at == NULL) {
		*at = arena_new(o->a, struct oout);
		(*at)->name = name;
		(*at)->splice = splice;
		(*at)->up = in;
	}
	return *at;
}

static struct oout *
target(struct oracle *o, struct oout *root, const struct path *p, int splice)
{
	for (int i = 0; i < p->n; i++)
		root = place_of(o, root, p->name[i], 0);
	return splice ? place_of(o, root, STR(""), 1) : root;
}

/* What the schema says about a place of a side. */
static const struct oval *
schema_at(const struct oracle *o, int right, const struct path *p)
{
	const struct oval *n = &o->schema[right];

	for (int i = 0; i < p->n && n != NULL; i++) {
		const struct oval *all = o_member(n, STR("properties"));
		const struct oval *of = all ? o_member(all, p->name[i]) : NULL;

		n = of ? of : o_member(n, STR("additionalProperties"));
	}
	return n;
}

static int
says(const struct oval *n, const char *key, const char *word)
{
	const struct oval *v = n ? o_member(n, str_z(key)) : NULL;

	if (v == NULL)
		return 0;
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->list[i].text, str_z(word)))
			return 1;
	return v->kind == O_TEXT && str_eq(v->text, str_z(word));
}

static int
is_text(const struct oval *n)
{
	return says(n, "type", "string") && !says(n, "format", "date") &&
	    !says(n, "format", "date-time");
}

/* ---- codecs ---- */

static const struct expr *
called(const struct item *step)
{
	return step->value->kind == EX_CALL ? step->value->a : step->value;
}

static int
builtin_of(struct oracle *o, const struct item *step)
{
	struct str name = o_name(o->a, called(step));

	if (o_thing(o, DE_ENUM, name) != NULL ||
	    o_thing(o, DE_CODEC, name) != NULL ||
	    o_thing(o, DE_FN, name) != NULL)
		return -1;
	return builtin_find(name);
}

/* Whether what comes out of a step, forth, is to be text. */
static int
as_text(struct oracle *o, const struct rule *r, const struct item *step)
{
	struct path p;
	int k;

	if (step->next != NULL) {
		k = builtin_of(o, step->next);
		return k < 0 || str_eq(osig_of((unsigned)k)->param[0].type,
		    STR("text"));
	}
	if (r->right == NULL || r->right->kind == EX_TUPLE)
		return 0;
	p = path(r->right);
	return is_text(schema_at(o, 1, &p));
}

/* How many parts a codec of several fields has before it or behind it. */
static int
parts_of(const struct rule *r)
{
	return r->left != NULL && r->left->kind == EX_TUPLE ? r->left->n :
	    r->right != NULL && r->right->kind == EX_TUPLE ? r->right->n : 1;
}

static int
step_builtin(struct oracle *o, const struct rule *r, const struct item *step,
    unsigned k, struct oval *v)
{
	const struct osig *s = osig_of(k);
	int codec = s->b->left != NULL, back = o->back && codec;
	const struct expr *given[16];
	struct str names[16];
	struct oval args[20];
	struct oval hidden = s->b->hidden == HIDDEN_AS_TEXT ?
	    o_bool(as_text(o, r, step)) : o_int(o->a, parts_of(r));

	/* what has no value stays so, but where a codec gives it one */
	if (o_nil(v) && (!codec || (back &&
	    strcmp(s->b->left, "any") == 0)))
		return 0;
	args[0] = *v;
	for (unsigned i = 1; i < s->n; i++)
		names[i] = s->param[i].name;
	HOLDS(o_sort(step->value->items, names + 1, s->n - 1, given + 1) == 0,
	    "arguments of %s", s->b->name);
	for (unsigned i = 1; i < s->n; i++)
		if (o_arg(o, k, i, given[i], NULL, &args[i]) != 0)
			return -1;
	return o_builtin(o, step->span, k, back, args, s->n, hidden, v);
}

static int
step_fn(struct oracle *o, const struct decl *fn, const struct item *step,
    struct oval *v)
{
	const struct expr *given[20];
	struct str names[20];
	struct oval args[20];
	unsigned n = 0;

	if (o_nil(v))
		return 0;
	for (const struct item *i = fn->params.first; i; i = i->next)
		names[n++] = i->name.text;
	HOLDS(o_sort(step->value->items, names + 1, n - 1, given + 1) == 0,
	    "arguments");
	args[0] = *v;
	n = 0;
	for (const struct item *i = fn->params.first; i; i = i->next, n++)
		if (n > 0 && o_eval(o, given[n] ? given[n] : i->value, NULL,
		    &args[n]) != 0)
			return -1;
	return o_apply(o, fn, fn->value, NULL, args, v);
}

static int
step_codec(struct oracle *o, const struct decl *codec,
    const struct item *step, struct oval *v)
{
	const struct expr *given[20];
	struct str names[20];
	struct oval args[20], it = *v;
	unsigned n = 0;

	if (o_nil(v))
		return 0;
	for (const struct item *i = codec->params.first; i; i = i->next)
		names[n++] = i->name.text;
	HOLDS(o_sort(step->value->items, names, n, given) == 0, "arguments");
	n = 0;
	for (const struct item *i = codec->params.first; i; i = i->next, n++)
		if (o_eval(o, given[n] ? given[n] : i->value, NULL,
		    &args[n]) != 0)
			return -1;
	return o_apply(o, codec, o_way(codec, o->back), &it, args, v);
}

static int
run_step(struct oracle *o, const struct rule *r, const struct item *step,
    struct oval *v)
{
	struct str name = o_name(o->a, called(step));
	const struct decl *d;
	int k;

	if ((d = o_thing(o, DE_ENUM, name)) != NULL)
		return o_enum(o, d, step->span, o->back, v);
	if ((d = o_thing(o, DE_FN, name)) != NULL)
		return step_fn(o, d, step, v);
	if ((d = o_thing(o, DE_CODEC, name)) != NULL)
		return step_codec(o, d, step, v);
	k = builtin_find(name);
	HOLDS(k >= 0, "no codec %.*s", STR_ARG(name));
	return step_builtin(o, r, step, (unsigned)k, v);
}

/* Written from left to right; back they run from right to left. */
int
rule_pipe(struct oracle *o, const struct rule *r, struct oval *v)
{
	const struct item *steps[64];
	unsigned n = 0;

	for (const struct item *i = r->s->pipe.first; i; i = i->next)
		steps[n++] = i;
	for (unsigned i = 0; i < n; i++)
		if (run_step(o, r, steps[o->back ? n - 1 - i : i], v) != 0)
			return -1;
	return 0;
}

static enum value_compare
compare_of(struct oracle *o, const struct rule *r, const struct path *to)
{
	const struct oval *n = schema_at(o, !o->back, to), *unique;
	const struct item *last = r->s->pipe.last;
	int k = last && !o->back ? builtin_of(o, last) : -1;

	if (k >= 0 && builtins[k].compare != CMP_EXACT)
		return builtins[k].compare;
	if (says(n, "format", "date-time"))
		return CMP_INSTANT;
	unique = n ? o_member(n, STR("uniqueItems")) : NULL;
	return unique != NULL && unique->yes ? CMP_SET : CMP_EXACT;
}

/* ---- a rule ---- */

/*
 * c.{a, b}: absent parts are null; a whole without any value is null where a
 * part is, else absent.
 */
static void
load_tuple(struct oracle *o, const struct expr *e, struct oval *out)
{
	struct path p = path(e->a);
	int some = 0, null = 0;

	*out = (struct oval){ .kind = O_LIST };
	p.n++;
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		const struct oval *v;

		p.name[p.n - 1] = i->name.text;
		v = walk(&o->record, &p);
		some |= !o_nil(v);
		null |= v->kind == O_NULL;
		o_push(o->a, out, NULL, o_nil(v) ? o_null : *v);
	}
	if (!some)
		*out = null ? o_null : o_absent;
}

static int
load(struct oracle *o, const struct rule *r, struct oval *v)
{
	const struct expr *from = o->back ? r->right : r->left;
	struct path p;

	if (r->source != NULL)
		return o_eval(o, r->source, NULL, v);
	if (from->kind == EX_TUPLE) {
		load_tuple(o, from, v);
		return 0;
	}
	p = path(from);
	*v = *walk(&o->record, &p);
	return 0;
}

/*
 * Absent and null, each by its own word.  A record of theirs may be part of
 * one, so what is absent from it is not missing; and a constant is meant.
 */
static int
apply_policy(struct oracle *o, const struct rule *r, struct oval *v)
{
	if (r->source != NULL && o_is_const(r->source))
		return 0;
	if (v->kind == O_ABSENT && (!o->back || !r->both)) {
		if (r->missing == DEFAULT)
			return o_eval(o, r->other, NULL, v);
		if (r->required || r->missing == ERROR)
			return o_fail_at(o, r->s->head, OF_DATA, "missing");
		if (r->missing == CLEAR)
			*v = o_null;
	} else if (v->kind == O_NULL) {
		if (r->required || r->null == ERROR)
			return o_fail_at(o, r->s->head, OF_DATA, "null");
		if (r->null == SKIP)
			*v = o_absent;
	}
	return 0;
}

int
rule_value(struct oracle *o, const struct rule *r, struct oval *v)
{
	if (apply_policy(o, r, v) != 0)
		return -1;
	if (r->s->kind == ST_EACH)
		return each_value(o, r, v);
	if (rule_pipe(o, r, v) == 0)
		return 0;
	if (o->fail != OF_DATA || r->error == ERROR)
		return -1;
	o->fail = OF_NONE;
	*v = r->error == CLEAR ? o_null : o_absent;
	return 0;
}

struct oout *
place_at(struct oracle *o, struct oout *root, const struct path *p)
{
	return target(o, root, p, 0);
}

static void
put(struct oracle *o, struct oout *root, const struct rule *r,
    const struct path *p, struct oval *v)
{
	struct oout *at = target(o, root, p, 0);

	at->create_only = r->create_only;
	at->compare = compare_of(o, r, p);
	at->rule = r->s;
	if (v != NULL)
		at->value = *v;
}

/* v NULL: the places alone, so that they stand where they do. */
static void
store(struct oracle *o, struct oout *root, const struct rule *r,
    struct oval *v)
{
	const struct expr *to = target_of(o, r);
	struct path p;
	unsigned n = 0;

	if (to->kind != EX_TUPLE) {
		p = path(to);
		put(o, root, r, &p, v);
		return;
	}
	p = path(to->a);
	p.n++;
	for (const struct item *i = to->items; i != NULL; i = i->next, n++) {
		struct oval part = o_absent;

		p.name[p.n - 1] = i->name.text;
		if (v != NULL && v->kind == O_LIST && n < v->n)
			part = v->list[n];
		else if (v != NULL && v->kind != O_LIST)
			part = *v;
		put(o, root, r, &p, v ? &part : NULL);
	}
}

static void
map_rest(struct oracle *o, struct oout *root, const struct rule *all,
    const struct rule *r)
{
	struct path from = path(o->back ? r->right : r->left);
	struct path to = path(target_of(o, r));
	struct oout *at = target(o, root, &to, 1);
	const struct oval *v = walk(&o->record, &from);

	at->rule = r->s;
	at->value = (struct oval){ .kind = O_RECORD };
	for (size_t i = 0; v->kind == O_RECORD && i < v->n; i++) {
		struct str name;

		if (!rest_lacks(o, all, &from, v->names[i]) &&
		    rest_name(o, r, o->back, v->names[i], &name))
			o_push(o->a, &at->value, &name, v->list[i]);
	}
}

static int
map_field(struct oracle *o, struct oout *root, const struct rule *r)
{
	struct oval v;
	int yes = 1;

	store(o, root, r, NULL);
	for (unsigned i = 0; i < r->nwhen && yes; i++)
		if (o_condition(o, r->when[i]->guard, NULL, &yes) != 0)
			return -1;
	if (!yes)
		return 0;
	if (load(o, r, &v) != 0 || (r->s->kind == ST_PICK && !o->back &&
	    pick_out(o, r, &v) != 0) || rule_value(o, r, &v) != 0)
		return -1;
	if (r->s->kind == ST_PICK && o->back) {
		struct oval list;

		if (v.kind == O_ABSENT)
			return 0;
		o_asked(o, r->left, NULL, &list);
		if (pick_in(o, r, &list, &v) != 0)
			return -1;
	}
	store(o, root, r, &v);
	return 0;
}

int
o_map(struct oracle *o, struct oout **out)
{
	const struct rule *all = rules_of(o);
	struct oout *root = arena_new(o->a, struct oout);

	if (read_record(o, all) != 0)
		return -1;
	for (const struct rule *r = all; r != NULL; r = r->next) {
		if (!rule_holds(o, r) || rule_is_late(o, r))
			continue;
		if (r->s->kind == ST_REST)
			map_rest(o, root, all, r);
		else if (map_field(o, root, r) != 0)
			return -1;
	}
	*out = root;
	return 0;
}

/* ---- what is put ---- */

/* The target as it will be: what was made, before what was there. */
int
o_asked(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	struct str root = root_of(e);
	const struct oout *at = o->made;
	struct path p;

	p.n = path_of(e, p.name, DEEP);
	if (p.n < 0 || !str_eq(root, o->map->left_name.text))
		return 0;
	for (; env != NULL; env = env->up)
		if (str_eq(env->name, root))
			return 0;
	for (int i = 0; i < p.n && at != NULL; i++) {
		for (at = at->below; at != NULL; at = at->next)
			if (!at->splice && str_eq(at->name, p.name[i]))
				break;
	}
	*out = at != NULL && at->value.kind != O_ABSENT ? at->value :
	    *walk(o->old, &p);
	return 1;
}

int
o_put(struct oracle *o, struct oout *out, const struct oval *old)
{
	const struct rule *all = rules_of(o);
	const struct rule *r;
	int bad;

	o->made = out;
	o->old = o->there = old;
	bad = read_old(o, all);
	for (r = all; r != NULL && !bad; r = r->next)
		if (rule_holds(o, r) && rule_is_late(o, r))
			bad = map_field(o, out, r);
	o->old = NULL;
	return bad;
}
