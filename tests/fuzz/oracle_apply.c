/*
 * Calls of functions, codecs, enums and built-ins in expressions, for the
 * slow evaluator.
 */
#include "oracle.h"

#include <string.h>

#include "vm/builtin.h"

int
o_apply(struct oracle *o, const struct decl *fn, const struct expr *body,
    const struct oval *it, struct oval *args, struct oval *out)
{
	struct obind binds[20], own = { NULL, STR("it"), o_absent };
	const struct obind *env = NULL;
	unsigned n = 0;

	if (it != NULL) {
		own.value = *it;
		env = &own;
	}
	HOLDS(fn->params.n <= COUNT(binds), "%u parameters", fn->params.n);
	for (const struct item *i = fn->params.first; i; i = i->next, n++) {
		binds[n] = (struct obind){ env, i->name.text, args[n] };
		env = &binds[n];
	}
	return o_eval(o, body, env, out);
}

const struct expr *
o_way(const struct decl *codec, int back)
{
	const struct stmt *s = codec->body;

	while (s->kind != (back ? ST_BACK : ST_FORTH))
		s = s->next;
	return s->value;
}

int
o_call_fn(struct oracle *o, const struct decl *fn, const struct expr *e,
    const struct obind *env, struct oval *out)
{
	const struct expr *given[20];
	struct str names[20];
	struct oval args[20];
	const struct item *i;
	unsigned n = 0;

	for (i = fn->params.first; i != NULL; i = i->next)
		names[n++] = i->name.text;
	HOLDS(o_sort(e->items, names, n, given) == 0, "arguments");
	n = 0;
	for (i = fn->params.first; i != NULL; i = i->next, n++)
		if (o_eval(o, given[n] ? given[n] : i->value, given[n] ? env :
		    NULL, &args[n]) != 0)
			return -1;
	return o_apply(o, fn, fn->value, NULL, args, out);
}

/* A codec in an expression is its way forward; `it` comes first. */
int
o_call_codec(struct oracle *o, const struct decl *codec, const struct expr *e,
    const struct obind *env, struct oval *out)
{
	const struct expr *given[20];
	struct str names[20] = { STR("it") };
	struct oval args[20];
	const struct item *i;
	unsigned n = 1;

	for (i = codec->params.first; i != NULL; i = i->next)
		names[n++] = i->name.text;
	HOLDS(o_sort(e->items, names, n, given) == 0, "arguments");
	if (o_eval(o, given[0], env, &args[0]) != 0)
		return -1;
	n = 1;
	for (i = codec->params.first; i != NULL; i = i->next, n++)
		if (o_eval(o, given[n] ? given[n] : i->value, given[n] ? env :
		    NULL, &args[n]) != 0)
			return -1;
	return o_apply(o, codec, o_way(codec, 0), &args[0], args + 1, out);
}

/* "lead", lead, 1, true on either side of a row. */
static void
row_value(struct oracle *o, const struct expr *e, struct oval *v)
{
	if (e->kind == EX_NAME)
		*v = o_text(e->text);
	else
		HOLDS(o_eval(o, e, NULL, v) == 0, "a row");
}

int
o_enum(struct oracle *o, const struct decl *en, struct span at, int back,
    struct oval *v)
{
	enum arrow way = back ? ARROW_BACK : ARROW_FORTH;
	const struct expr *other = NULL;

	if (v->kind == O_ABSENT)
		return 0;
	for (const struct stmt *s = en->body; s != NULL; s = s->next) {
		struct oval key;

		if (s->left == NULL) {
			if (s->arrow == way)
				other = s->right;
			continue;
		}
		if (s->arrow != ARROW_BOTH && s->arrow != way)
			continue;
		row_value(o, back ? s->right : s->left, &key);
		if (!o_equal(o->a, &key, v, CMP_EXACT))
			continue;
		row_value(o, back ? s->left : s->right, v);
		return 0;
	}
	/* no row takes it: else is about values */
	if (v->kind == O_NULL)
		return 0;
	if (other == NULL || (other->kind == EX_NAME &&
	    str_eq(other->text, STR("error"))))
		return o_fail_at(o, at, OF_DATA, "no row");
	if (other->kind == EX_NAME && str_eq(other->text, STR("keep")))
		*v = o_absent;
	else
		row_value(o, other, v);
	return 0;
}

/* x => key, of each element of the list. */
static int
keys(struct oracle *o, const struct expr *e, const struct oval *list,
    const struct expr *fn, const struct obind *env, struct oval *out)
{
	*out = (struct oval){ .kind = O_LIST };
	if (list->kind != O_LIST)
		return o_fail(o, e, "no list");
	for (size_t i = 0; i < list->n; i++) {
		struct obind x = { env, fn->text, list->list[i] };
		struct oval key;

		if (o_eval(o, fn->a, &x, &key) != 0)
			return -1;
		if (key.kind != O_ABSENT)
			o_push(o->a, out, NULL, key);
	}
	return 0;
}

int
o_call_builtin(struct oracle *o, unsigned k, const struct expr *e,
    const struct obind *env, struct oval *out)
{
	const struct osig *s = osig_of(k);
	const struct expr *given[16];
	struct str names[16];
	struct oval args[20];

	for (unsigned i = 0; i < s->n; i++)
		names[i] = s->param[i].name;
	HOLDS(o_sort(e->items, names, s->n, given) == 0, "arguments of %s",
	    s->b->name);
	for (unsigned i = 0; i < s->n; i++)
		if (given[i] != NULL && given[i]->kind == EX_LAMBDA ?
		    keys(o, e, &args[0], given[i], env, &args[i]) != 0 :
		    o_arg(o, k, i, given[i], env, &args[i]) != 0)
			return -1;
	return o_builtin(o, e->span, k, 0, args, s->n,
	    s->b->hidden == HIDDEN_AS_TEXT ? o_bool(0) : o_int(o->a, 0), out);
}
