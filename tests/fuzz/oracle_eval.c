/*
 * Expressions of the slow evaluator.
 *
 * Wrong types raise an error where they are used, also where the checker
 * excludes them: records lie about their schemas.
 */
#include "oracle.h"

#include <stdio.h>
#include <string.h>

#include "vm/builtin.h"

int
o_fail_at(struct oracle *o, struct span at, enum ofail how, const char *text)
{
	o->fail = how;
	o->line = span_pos(o->ss, at).line;
	snprintf(o->text, sizeof(o->text), "%s", text);
	return -1;
}

int
o_fail(struct oracle *o, const struct expr *e, const char *text)
{
	return o_fail_at(o, e->span, OF_DATA, text);
}

/* ---- names ---- */

const struct decl *
o_thing(const struct oracle *o, enum decl_kind k, struct str name)
{
	for (const struct decl *d = o->decls; d != NULL; d = d->next)
		if (d->kind == k && str_eq(d->name.text, name))
			return d;
	return NULL;
}

struct str
o_name(struct arena *a, const struct expr *e)
{
	if (e->kind == EX_NAME)
		return e->text;
	if (e->kind == EX_FIELD)
		return arena_printf(a, "%.*s.%.*s", STR_ARG(o_name(a, e->a)),
		    STR_ARG(e->text));
	return STR("");
}

static const struct oval *
bound(const struct obind *env, struct str name)
{
	for (; env != NULL; env = env->up)
		if (str_eq(env->name, name))
			return &env->value;
	return NULL;
}

static int
eval_name(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	const struct oval *v = bound(env, e->text);

	*out = v != NULL ? *v : o->record;
	return 0;
}

static int
eval_field(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	const struct oval *v;
	const struct decl *param;
	struct oval of;

	if (e->a->kind == EX_NAME && str_eq(e->a->text, STR("param")) &&
	    bound(env, e->a->text) == NULL) {
		param = o_thing(o, DE_PARAM, e->text);
		HOLDS(param != NULL, "param %.*s", STR_ARG(e->text));
		return o_eval(o, param->value, NULL, out);
	}
	if (o_eval(o, e->a, env, &of) != 0)
		return -1;
	if (o_nil(&of)) {
		*out = of;
		return 0;
	}
	if (of.kind != O_RECORD)
		return o_fail(o, e, "no record");
	v = o_member(&of, e->text);
	*out = v != NULL ? *v : o_absent;
	return 0;
}

static int
eval_index(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	struct oval list, at;
	int64_t i;

	if (o_eval(o, e->a, env, &list) != 0 ||
	    o_eval(o, e->b, env, &at) != 0)
		return -1;
	if (o_nil(&list)) {
		*out = list;
		return 0;
	}
	if (list.kind != O_LIST || at.kind != O_NUM ||
	    onum_int(o->a, at.num, &i) != 0)
		return o_fail(o, e, "no list or no index");
	*out = i >= 0 && (uint64_t)i < list.n ? list.list[i] : o_absent;
	return 0;
}

/* ---- loops ---- */

static const char *const loops[] = { "map", "filter", "find", "any", "all",
	"count" };

static int
is_loop(const struct expr *e, struct str name)
{
	if (e->n != 2 || e->items->next->value->kind != EX_LAMBDA)
		return 0;
	for (size_t i = 0; i < COUNT(loops); i++)
		if (str_eq(name, str_z(loops[i])))
			return 1;
	return 0;
}

static int
eval_loop(struct oracle *o, const struct expr *e, char what,
    const struct obind *env, struct oval *out)
{
	const struct expr *fn = e->items->next->value;
	struct oval list, kept = { .kind = O_LIST };
	int64_t count = 0;

	if (o_eval(o, e->items->value, env, &list) != 0)
		return -1;
	if (list.kind != O_LIST)
		return o_fail(o, e, "no list");
	for (size_t i = 0; i < list.n; i++) {
		struct obind x = { env, fn->text, list.list[i] };
		struct oval got;
		int yes;

		if (what == 'm') {
			if (o_eval(o, fn->a, &x, &got) != 0)
				return -1;
			if (got.kind != O_ABSENT)
				o_push(o->a, &kept, NULL, got);
			continue;
		}
		if (o_condition(o, fn->a, &x, &yes) != 0)
			return -1;
		count += yes;
		if (what == 'f' && yes)
			o_push(o->a, &kept, NULL, list.list[i]);
		if (what == '1' && yes) {
			*out = list.list[i];
			return 0;
		}
		if ((what == '?' && yes) || (what == '*' && !yes)) {
			*out = o_bool(yes);
			return 0;
		}
	}
	*out = what == '#' ? o_int(o->a, count) : what == '1' ? o_absent :
	    what == '?' ? o_bool(0) : what == '*' ? o_bool(1) : kept;
	return 0;
}

static char
loop_kind(struct str name)
{
	return str_eq(name, STR("map")) ? 'm' :
	    str_eq(name, STR("filter")) ? 'f' :
	    str_eq(name, STR("find")) ? '1' :
	    str_eq(name, STR("any")) ? '?' :
	    str_eq(name, STR("all")) ? '*' : '#';
}

static int
eval_call(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	struct str name = o_name(o->a, e->a);
	const struct decl *d;
	int k;

	if (is_loop(e, name))
		return eval_loop(o, e, loop_kind(name), env, out);
	if (o->event != 0 && str_eq(name, STR("linked"))) {
		*out = o_bool(o->linked);
		return 0;
	}
	if (o->event != 0 && str_eq(name, STR("changed"))) {
		*out = o_bool(o_changed(o, e->items->value));
		return 0;
	}
	if ((d = o_thing(o, DE_ENUM, name)) != NULL) {
		if (o_eval(o, e->items->value, env, out) != 0)
			return -1;
		return o_enum(o, d, e->span, 0, out);
	}
	if ((d = o_thing(o, DE_FN, name)) != NULL)
		return o_call_fn(o, d, e, env, out);
	if ((d = o_thing(o, DE_CODEC, name)) != NULL)
		return o_call_codec(o, d, e, env, out);
	k = builtin_find(name);
	HOLDS(k >= 0, "nothing is called %.*s", STR_ARG(name));
	return o_call_builtin(o, (unsigned)k, e, env, out);
}

/* ---- operators ---- */

int
o_condition(struct oracle *o, const struct expr *e, const struct obind *env,
    int *yes)
{
	struct oval v;

	if (o_eval(o, e, env, &v) != 0)
		return -1;
	if (v.kind != O_BOOL)
		return o_fail(o, e, "no bool");
	*yes = v.yes;
	return 0;
}

/* What decides is a bool; what is left to say is said as it is. */
static int
eval_and_or(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	int yes;

	if (o_condition(o, e->a, env, &yes) != 0)
		return -1;
	if (yes == (e->kind == EX_AND))
		return o_eval(o, e->b, env, out);
	*out = o_bool(yes);
	return 0;
}

/* Whether an arm's key is true, or is the subject's value; any of several. */
static int
key_holds(struct oracle *o, const struct expr *key, const struct oval *of,
    const struct obind *env, int *yes)
{
	struct oval v;

	if (key->kind == EX_KEYS) {
		*yes = 0;
		for (const struct item *i = key->items; i && !*yes;
		    i = i->next)
			if (key_holds(o, i->value, of, env, yes) != 0)
				return -1;
		return 0;
	}
	if (of == NULL)
		return o_condition(o, key, env, yes);
	if (o_eval(o, key, env, &v) != 0)
		return -1;
	*yes = o_equal(o->a, of, &v, CMP_EXACT);
	return 0;
}

static int
eval_match(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	struct oval of;
	int yes = 1;

	if (e->a != NULL && o_eval(o, e->a, env, &of) != 0)
		return -1;
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		if (i->key != NULL && key_holds(o, i->key,
		    e->a ? &of : NULL, env, &yes) != 0)
			return -1;
		if (yes || i->key == NULL)
			return o_eval(o, i->value, env, out);
	}
	return o_fail(o, e, "no arm");
}

static int
eval_try(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	if (o_eval(o, e->a, env, out) == 0)
		return 0;
	if (o->fail != OF_DATA)
		return -1;
	o->fail = OF_NONE;
	return o_eval(o, e->b, env, out);
}

static int
compute(struct oracle *o, const struct expr *e, char op, struct oval x,
    struct oval y, struct oval *out)
{
	if (x.kind != O_NUM || y.kind != O_NUM)
		return o_fail(o, e, "no number");
	*out = (struct oval){ .kind = O_NUM };
	return onum_compute(o->a, op, x.num, y.num, &out->num) == 0 ? 0 :
	    o_fail(o, e, "too large");
}

static int
ordered(struct oracle *o, const struct expr *e, const struct oval *x,
    const struct oval *y, struct oval *out)
{
	int c;

	if (x->kind == O_NUM && y->kind == O_NUM)
		c = onum_order(o->a, x->num, y->num);
	else if (x->kind == O_TEXT && y->kind == O_TEXT)
		c = str_cmp(x->text, y->text);
	else
		return o_fail(o, e, "no order");
	*out = o_bool(e->kind == EX_LT ? c < 0 : e->kind == EX_LE ? c <= 0 :
	    e->kind == EX_GT ? c > 0 : c >= 0);
	return 0;
}

static int
eval_two(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	struct oval x, y;

	if (o_eval(o, e->a, env, &x) != 0 || o_eval(o, e->b, env, &y) != 0)
		return -1;
	switch (e->kind) {
	case EX_ADD:
		return compute(o, e, '+', x, y, out);
	case EX_SUB:
		return compute(o, e, '-', x, y, out);
	case EX_MUL:
		return compute(o, e, '*', x, y, out);
	case EX_EQ:
	case EX_NE:
		*out = o_bool(o_equal(o->a, &x, &y, CMP_EXACT) ==
		    (e->kind == EX_EQ));
		return 0;
	case EX_IN:
		if (y.kind != O_LIST)
			return o_fail(o, e, "no list");
		*out = o_bool(0);
		for (size_t i = 0; i < y.n; i++)
			out->yes |= o_equal(o->a, &x, &y.list[i], CMP_EXACT);
		return 0;
	default:
		return ordered(o, e, &x, &y, out);
	}
}

/* ---- literals and what is put together ---- */

static int
eval_number(struct oracle *o, const struct expr *e, struct oval *out)
{
	int64_t i;

	*out = (struct oval){ .kind = O_NUM };
	HOLDS(onum_read(o->a, e->text, &out->num) &&
	    onum_settle(o->a, &out->num) == 0, "%.*s", STR_ARG(e->text));
	/* written without a point it is an int where it can be: 1e3 */
	out->num.whole = memchr(e->text.p, '.', e->text.n) == NULL &&
	    onum_int(o->a, out->num, &i) == 0;
	if (out->num.whole)
		*out = o_int(o->a, i);
	return 0;
}

/* All parts are evaluated before they are joined. */
static int
eval_interp(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	struct oval parts = { .kind = O_LIST };
	struct buf b = { 0 };

	for (const struct item *i = e->items; i != NULL; i = i->next) {
		struct oval v;

		if (o_eval(o, i->value, env, &v) != 0)
			return -1;
		o_push(o->a, &parts, NULL, v);
	}
	for (size_t i = 0; i < parts.n; i++)
		if (parts.list[i].kind != O_TEXT)
			return o_fail(o, e, "no text");
	for (size_t i = 0; i < parts.n; i++)
		buf_puts(&b, parts.list[i].text);
	*out = o_text(arena_str(o->a, buf_str(&b)));
	buf_fini(&b);
	return 0;
}

static int
eval_parts(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	*out = (struct oval){ .kind = e->kind == EX_LIST ? O_LIST : O_RECORD };
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		struct oval v;

		if (o_eval(o, i->value, env, &v) != 0)
			return -1;
		if (v.kind != O_ABSENT)
			o_push(o->a, out, &i->name.text, v);
	}
	return 0;
}

int
o_is_const(const struct expr *e)
{
	switch (e->kind) {
	case EX_NULL: case EX_ABSENT: case EX_TRUE: case EX_FALSE:
	case EX_NUMBER: case EX_TEXT:
		return 1;
	case EX_FIELD:
		return e->a->kind == EX_NAME &&
		    str_eq(e->a->text, STR("param"));
	case EX_LIST: case EX_RECORD:
		for (const struct item *i = e->items; i != NULL; i = i->next)
			if (!o_is_const(i->value))
				return 0;
		return 1;
	default:
		return 0;
	}
}

int
o_eval(struct oracle *o, const struct expr *e, const struct obind *env,
    struct oval *out)
{
	int yes;

	if (o->old != NULL && o_asked(o, e, env, out))
		return 0;
	switch (e->kind) {
	case EX_NULL:
		*out = o_null;
		return 0;
	case EX_ABSENT:
		*out = o_absent;
		return 0;
	case EX_TRUE:
	case EX_FALSE:
		*out = o_bool(e->kind == EX_TRUE);
		return 0;
	case EX_NUMBER:
		return eval_number(o, e, out);
	case EX_TEXT:
		*out = o_text(e->text);
		return 0;
	case EX_INTERP:
		return eval_interp(o, e, env, out);
	case EX_NAME:
		return eval_name(o, e, env, out);
	case EX_FIELD:
		return eval_field(o, e, env, out);
	case EX_INDEX:
		return eval_index(o, e, env, out);
	case EX_CALL:
		return eval_call(o, e, env, out);
	case EX_LIST:
	case EX_RECORD:
		return eval_parts(o, e, env, out);
	case EX_MATCH:
		return eval_match(o, e, env, out);
	case EX_IF:
		if (o_condition(o, e->a, env, &yes) != 0)
			return -1;
		return o_eval(o, yes ? e->b : e->c, env, out);
	case EX_TRY:
		return eval_try(o, e, env, out);
	case EX_NIL_ELSE:
		if (o_eval(o, e->a, env, out) != 0)
			return -1;
		return o_nil(out) ? o_eval(o, e->b, env, out) : 0;
	case EX_NOT:
		if (o_condition(o, e->a, env, &yes) != 0)
			return -1;
		*out = o_bool(!yes);
		return 0;
	case EX_NEG: {
		struct oval v;

		if (o_eval(o, e->a, env, &v) != 0)
			return -1;
		return compute(o, e, '-', o_int(o->a, 0), v, out);
	}
	case EX_AND:
	case EX_OR:
		return eval_and_or(o, e, env, out);
	case EX_ADD: case EX_SUB: case EX_MUL: case EX_EQ: case EX_NE:
	case EX_LT: case EX_LE: case EX_GT: case EX_GE: case EX_IN:
		return eval_two(o, e, env, out);
	default:
		HOLDS(0, "an expression of kind %d", (int)e->kind);
	}
	return -1;
}
