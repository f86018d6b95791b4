/*
 * each, for the slow evaluator: two lists whose elements belong together by a
 * key.  Elements are made one by one, then joined with the list that is there.
 */
#include "oracle_rule.h"

#include <string.h>

/* A list that is being made, in a direction. */
struct joining {
	struct oracle *o;
	const struct rule *r;
	struct rule *body;
	struct str from;  /* what the body calls an element that is read */
	struct str left;  /* and one of ours */
	struct path source; /* the key in an element that is read */
	struct path key;  /* in an element that is written */
	const struct rule *keyed; /* the rule that brings the key */
	int prune, anew;
};

static int
fail(struct joining *j, const char *text)
{
	return o_fail_at(j->o, j->r->s->head, OF_DATA, text);
}

/* The member at a path; *bad where there is none to have it. */
static struct oval
member(const struct oval *v, const struct path *p, int *bad)
{
	const struct oval *at = v;

	for (int i = 0; i < p->n; i++) {
		if (o_nil(at))
			return *at;
		if (at->kind != O_RECORD) {
			*bad = 1;
			return o_absent;
		}
		at = o_member(at, p->name[i]);
		if (at == NULL)
			return o_absent;
	}
	return *at;
}

/* ---- elements ---- */

struct needed {
	const struct oval *element;
	int bad;
};

static int
try_path(struct oracle *o, const struct path *p, void *arg)
{
	struct needed *x = arg;

	(void)o;
	member(x->element, p, &x->bad);
	return 0;
}

/* All that the body reads of an element is read first. */
static int
readable_element(struct joining *j, const struct oval *v)
{
	struct needed x = { v, 0 };

	for (const struct rule *r = j->body; r != NULL; r = r->next) {
		if (!rule_holds(j->o, r))
			continue;
		if (r->both)
			visit_place(j->o, j->o->back ? r->right : r->left,
			    try_path, &x);
		visit(j->o, r->source, j->from, NULL, try_path, &x);
	}
	return !x.bad;
}

static struct oval overlaid(struct oracle *o, const struct oval *old,
    const struct oval *neu, const struct path *key, int depth);

/* An element that is being made: what is read, what is there. */
struct making {
	struct joining *j;
	const struct oval *v, *old;
	struct obind env;
	struct oout *root;
};

/* What ours will be, for guards on the way back. */
static struct oval
asked(struct making *m)
{
	static const struct path none;
	struct oval made = o_written(m->j->o, m->root);

	return o_nil(m->old) ? made : overlaid(m->j->o, m->old, &made, &none,
	    1);
}

static int
element_rule(struct making *m, const struct rule *r, struct oval *x)
{
	struct oracle *o = m->j->o;
	const struct obind *outer = o->outer;
	const struct oval *there = o->there;
	struct obind left = { &m->env, m->j->left, o_absent };
	int bad = 0, yes = 1;
	struct path from;

	if (o->back)
		left.value = asked(m);
	for (unsigned i = 0; i < r->nwhen && yes; i++)
		if (o_condition(o, r->when[i]->guard, o->back ? &left :
		    &m->env, &yes) != 0)
			return -1;
	*x = o_absent;
	if (!yes)
		return 0;
	if (r->both) {
		from = path(o->back ? r->right : r->left);
		*x = member(m->v, &from, &bad);
	} else if (o_eval(o, r->source, &m->env, x) != 0) {
		return -1;
	}
	o->outer = o->back ? &left : &m->env;
	o->there = m->old;
	bad = (r->s->kind == ST_PICK && !o->back && pick_out(o, r, x) != 0) ||
	    rule_value(o, r, x) != 0 ? -1 : 0;
	if (!bad && r->s->kind == ST_PICK && o->back &&
	    x->kind != O_ABSENT) {
		struct path to = path(r->left);
		struct oval list = member(&left.value, &to, &bad);

		bad = pick_in(o, r, &list, x);
	}
	o->outer = outer;
	o->there = there;
	return bad;
}

/* Rules that are put come last, as in a map. */
static int
element(struct joining *j, const struct oval *v, const struct oval *old,
    struct oval *out)
{
	struct making m = { j, v, old, { j->o->outer, j->from, *v },
		arena_new(j->o->a, struct oout) };

	if (!readable_element(j, v))
		return fail(j, "an element without fields");
	for (int late = 0; late < 2; late++)
		for (const struct rule *r = j->body; r; r = r->next) {
			struct path to;
			struct oout *at;
			struct oval x;

			if (!rule_holds(j->o, r) ||
			    rule_is_late(j->o, r) != late)
				continue;
			to = path(target_of(j->o, r));
			at = to.n > 0 ? place_at(j->o, m.root, &to) : NULL;
			if (element_rule(&m, r, &x) != 0)
				return -1;
			if (at == NULL) {
				*out = x;
				return 0;
			}
			if (x.kind != O_ABSENT)
				at->value = x;
		}
	*out = o_written(j->o, m.root);
	return 0;
}

/* ---- joining ---- */

/* The canonical key of an element that is there: there, and back again. */
static int
old_key(struct joining *j, const struct oval *v, struct oval *key)
{
	int bad = 0;

	*key = member(v, &j->key, &bad);
	if (j->keyed->s->pipe.first == NULL) {
		if (bad)
			*key = o_null;
		return 0;
	}
	if (bad)
		return fail(j, "an element without fields");
	if (o_nil(key))
		return 0;
	j->o->back = !j->o->back;
	bad = rule_pipe(j->o, j->keyed, key);
	j->o->back = !j->o->back;
	if (!bad)
		bad = rule_pipe(j->o, j->keyed, key);
	if (bad && j->o->fail != OF_DATA)
		return -1;
	if (bad) {
		j->o->fail = OF_NONE;
		*key = o_null;
	}
	return 0;
}

/* The element of old that one of ours will be joined with; NULL. */
static int
partner(struct joining *j, const struct oval *v, const struct oval *old,
    const struct oval **there)
{
	struct oval key, k;
	int bad = 0;

	*there = &o_absent;
	key = member(v, &j->source, &bad);
	if (bad)
		return fail(j, "an element without fields");
	if (!o_nil(&key) && rule_pipe(j->o, j->keyed, &key) != 0) {
		if (j->o->fail != OF_DATA)
			return -1;
		j->o->fail = OF_NONE;
		key = o_null;
	}
	for (size_t i = 0; i < old->n; i++) {
		if (old_key(j, &old->list[i], &k) != 0)
			return -1;
		if ((*there)->kind == O_ABSENT && !o_nil(&key) && !o_nil(&k) &&
		    o_equal(j->o->a, &key, &k, CMP_EXACT))
			*there = &old->list[i];
	}
	return 0;
}

/* old with what neu has; the key stays as it was. */
static struct oval
overlaid(struct oracle *o, const struct oval *old, const struct oval *neu,
    const struct path *key, int depth)
{
	struct oval out = { .kind = O_RECORD };

	if (old->kind != O_RECORD || neu->kind != O_RECORD)
		return *neu;
	for (size_t i = 0; i < old->n; i++) {
		const struct oval *v = o_member(neu, old->names[i]);
		int on_way = depth < key->n && str_eq(key->name[depth],
		    old->names[i]);

		o_push(o->a, &out, &old->names[i], v == NULL ||
		    (on_way && depth + 1 == key->n) ? old->list[i] :
		    overlaid(o, &old->list[i], v, key, on_way ? depth + 1 :
		    key->n));
	}
	for (size_t i = 0; i < neu->n; i++)
		if (o_member(old, neu->names[i]) == NULL)
			o_push(o->a, &out, &neu->names[i], neu->list[i]);
	return out;
}

static int
join(struct joining *j, const struct oval *neu, const struct oval *old,
    struct oval *out)
{
	struct oval keys = { .kind = O_LIST }, made = *neu, first, left;
	char *met = arena_zalloc(j->o->a, neu->n + 1);
	int bad = 0;

	*out = first = left = (struct oval){ .kind = O_LIST };
	for (size_t i = 0; i < neu->n; i++) {
		struct oval key = member(&neu->list[i], &j->key, &bad);

		if (bad || o_nil(&key))
			return fail(j, "no key");
		for (size_t k = 0; k < i; k++)
			if (o_equal(j->o->a, &keys.list[k], &key, CMP_EXACT))
				return fail(j, "one key twice");
		o_push(j->o->a, &keys, NULL, key);
	}
	for (size_t i = 0; i < old->n; i++) {
		struct oval key, both = old->list[i];
		size_t k = 0;

		if (old_key(j, &both, &key) != 0)
			return -1;
		while (k < neu->n && (o_nil(&key) || met[k] ||
		    !o_equal(j->o->a, &keys.list[k], &key, CMP_EXACT)))
			k++;
		if (k < neu->n) {
			met[k] = 1;
			if (j->key.n > 0)
				both = overlaid(j->o, &both, &neu->list[k],
				    &j->key, 0);
			made.list[k] = both;
		}
		if (k < neu->n ? !j->anew : !j->prune)
			o_push(j->o->a, k < neu->n || !j->anew ? &first :
			    &left, NULL, both);
	}
	*out = first;
	for (size_t k = 0; k < neu->n; k++)
		if (j->anew || !met[k])
			o_push(j->o->a, out, NULL, made.list[k]);
	for (size_t i = 0; i < left.n; i++)
		o_push(j->o->a, out, NULL, left.list[i]);
	return 0;
}

/* ---- the rule ---- */

static void
read_statement(struct joining *j)
{
	const struct stmt *s = j->r->s;
	const struct expr *key = j->o->back ? s->key : s->key2;

	j->source = path(j->o->back ? s->key2 : s->key);
	j->left = s->name.text;
	j->body = rules_in(j->o, s->body, s->name.text);
	j->from = j->o->back ? s->name2.text : s->name.text;
	j->key = path(key);
	for (const struct item *i = s->attrs.first; i != NULL; i = i->next) {
		if (str_eq(i->name.text, STR("prune")))
			j->prune = 1;
		if (str_eq(i->name.text, STR("order")))
			j->anew = str_eq(i->value->text, j->o->back ?
			    STR("theirs") : STR("ours"));
	}
	for (const struct rule *r = j->body; r != NULL; r = r->next) {
		struct path p;

		if (!r->both)
			continue;
		p = path(target_of(j->o, r));
		if (p.n == j->key.n && path_above(&p, &j->key))
			j->keyed = r;
	}
}

int
each_value(struct oracle *o, const struct rule *r, struct oval *v)
{
	struct joining j = { .o = o, .r = r };
	struct oval made = { .kind = O_LIST }, none = { .kind = O_LIST };
	struct path to = path(target_of(o, r));
	const struct oval *old;

	if (o_nil(v))
		return 0;
	if (v->kind != O_LIST)
		return fail(&j, "no list");
	read_statement(&j);
	old = walk(o->there, &to);
	if (o_nil(old))
		old = &none;
	if (old->kind != O_LIST)
		return fail(&j, "what is there is no list");
	for (size_t i = 0; i < v->n; i++) {
		const struct oval *there;
		struct oval x = o_absent;

		if (o_nil(&v->list[i]))
			continue;
		if (partner(&j, &v->list[i], old, &there) != 0 ||
		    element(&j, &v->list[i], there, &x) != 0)
			return -1;
		if (x.kind != O_ABSENT)
			o_push(o->a, &made, NULL, x);
	}
	return join(&j, &made, old, v);
}
