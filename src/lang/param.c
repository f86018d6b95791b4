/*
 * Params: constants that a tenant may set.  A value comes as JSON with the
 * options of the compile; without one the default holds, and where there is
 * none the code that reads it refuses the record.
 */
#include "lang/compile.h"

#include "record/decimal.h"
#include "record/scan.h"
#include "schema/format.h"

/* ---- values from JSON ---- */

/* A record's value as a constant; -1 when a number has too many digits. */
static int
as_constant(struct compile *c, struct value v, struct value *out)
{
	struct err e;
	struct dec *d;

	v = value_open(v, c->a);
	*out = v;
	switch (v.type) {
	case V_NUM:
		d = arena_alloc(c->a, sizeof(*d));
		*out = (struct value){ .type = V_DEC, .u.d = d };
		if (dec_parse(str_from(v.u.p, v.n), d, &e) != 0)
			return -1;
		if (d->scale == 0 && dec_to_int(*d, &out->u.i, NULL) == 0)
			out->type = V_INT;
		return 0;
	case V_TEXT:
		*out = value_text(value_str(v, c->a));
		return 0;
	case V_LIST: {
		struct value *list = arena_array(c->a, v.n, sizeof(*list));

		for (uint32_t i = 0; i < v.n; i++)
			if (as_constant(c, v.u.list[i], &list[i]) != 0)
				return -1;
		out->u.list = list;
		return 0;
	}
	case V_RECORD: {
		struct member *m = arena_array(c->a, v.n, sizeof(*m));

		for (uint32_t i = 0; i < v.n; i++) {
			m[i].name = v.u.record[i].name;
			if (as_constant(c, v.u.record[i].value,
			    &m[i].value) != 0)
				return -1;
		}
		out->u.record = m;
		return 0;
	}
	default:
		return 0;
	}
}

/* A type as written is at most AST_DEPTH deep. */
static int
fits(struct compile *c, struct value v, struct type t)
{
	switch (v.type) {
	case V_NULL:
		return (t.nil & NIL_NULL) != 0;
	case V_BOOL:
		return t.kind == TYPE_BOOL || t.kind == TYPE_ANY;
	case V_INT:
		return type_is_number(t) || t.kind == TYPE_ANY;
	case V_DEC:
		return t.kind == TYPE_DECIMAL || t.kind == TYPE_ANY;
	case V_TEXT:
		if (t.kind == TYPE_DATE)
			return format_date(str_from(v.u.p, v.n));
		if (t.kind == TYPE_DATETIME)
			return format_date_time(str_from(v.u.p, v.n));
		return t.kind == TYPE_TEXT || t.kind == TYPE_ANY;
	case V_LIST:
		if (t.kind == TYPE_ANY)
			return 1;
		if (t.kind != TYPE_LIST)
			return 0;
		for (uint32_t i = 0; i < v.n; i++)
			if (!fits(c, v.u.list[i], type_element(c->a, t)))
				return 0;
		return 1;
	case V_RECORD:
		return t.kind == TYPE_RECORD || t.kind == TYPE_ANY;
	default:
		return 0;
	}
}

void
params_read(struct compile *c, const struct lang_options *o)
{
	struct scan_names *names = scan_names_new();

	c->values = arena_array(c->a, o->nparam, sizeof(*c->values));
	for (size_t i = 0; i < o->nparam; i++) {
		struct str json = o->params[i];
		char *p = arena_zalloc(c->a, json.n + RECORD_PAD);
		struct value v;
		struct scan s;
		struct err e;

		memcpy(p, json.p, json.n);
		scan_init(&s, str_from(p, json.n), names);
		if (scan_value(&s, &v, &e) != 0 || scan_end(&s, &e) != 0)
			diag_at(&c->ss, C223, (struct span){ 0 },
			    "the values of params cannot be read: %s", e.text);
		else if (value_open(v, c->a).type != V_RECORD)
			diag_at(&c->ss, C223, (struct span){ 0 },
			    "the values of params are a JSON object, this is "
			    "%s", value_word(v));
		else
			c->values[c->nvalue++] = value_open(v, c->a);
	}
	scan_names_free(names);
}

/* 0 when no value was given, 1 when it was; -1 with a finding. */
static int
given_value(struct compile *c, const struct decl *d, struct param_info *p)
{
	struct diag *g;

	for (size_t i = 0; i < c->nvalue; i++) {
		struct value v = value_member(c->values[i], d->name.text,
		    c->a);

		if (v.type == V_ABSENT)
			continue;
		p->has_value = 1;
		if (as_constant(c, v, &p->value) == 0 &&
		    fits(c, p->value, p->type))
			return 1;
		g = diag_at(&c->ss, C223, d->name.span,
		    "param `%.*s` is %.*s, its value is %.*s",
		    STR_ARG(d->name.text), STR_ARG(type_text(c->a, p->type)),
		    STR_ARG(value_show(c, v)));
		if (p->type.kind == TYPE_TEXT && (v.type == V_NUM ||
		    v.type == V_BOOL))
			diag_fix(&c->ss, g, "as a text: --param "
			    "'%.*s=\"%.*s\"'", STR_ARG(d->name.text),
			    STR_ARG(value_show(c, v)));
		return -1;
	}
	return 0;
}

/* ---- declarations ---- */

int
param_take(struct check *ck, const struct param_info *p, struct expr *e,
    struct value *v)
{
	struct compile *c = ck->c;
	int date = p->type.kind == TYPE_DATE || p->type.kind == TYPE_DATETIME;

	/* a constant date is written as a text */
	if (date && e->kind == EX_TEXT) {
		*v = value_text(e->text);
		check_expr(ck, e);
		if (fits(c, *v, p->type))
			return 0;
		diag_at(&c->ss, C407, e->span, "\"%.*s\" is no %.*s",
		    STR_ARG(e->text), STR_ARG(type_text(c->a, p->type)));
		return -1;
	}
	if (check_expect(ck, e, p->type, "the param") != 0)
		return -1;
	if (expr_const(c, e, v) == 0)
		return 0;
	diag_at(&c->ss, C507, e->span, "the value of a param is a constant");
	return -1;
}

int
param_check(struct compile *c, struct entity *e)
{
	struct decl *d = e->decl;
	struct check ck = { .c = c, .m = e->mod };
	struct param_info *p;
	struct value other;
	int given;

	if (e->checked)
		return e->checked > 0 ? 0 : -1;
	e->checked = -1;
	p = arena_new(c->a, struct param_info);
	e->u.param = p;
	if (type_declared(c, d->type, &p->type) != 0)
		return -1;
	if (d->value != NULL && param_take(&ck, p, d->value, &other) != 0)
		return -1;
	given = given_value(c, d, p);
	if (given < 0)
		return -1;
	if (!given && d->value != NULL) {
		p->value = other;
		p->has_value = 1;
	}
	e->checked = 1;
	return 0;
}

void
params_note(struct compile *c, struct module *m)
{
	for (struct table_entry *i = table_next(&m->params, NULL); i != NULL;
	    i = table_next(&m->params, i)) {
		struct entity *e = i->value;

		if (e->used && e->checked > 0 && !e->u.param->has_value)
			diag_fix(&c->ss, diag_at(&c->ss, C224,
			    e->decl->name.span, "param `%.*s` has no value "
			    "yet, and what reads it refuses the record",
			    STR_ARG(i->key)), "give a default, or a value: "
			    "--param %.*s=…", STR_ARG(i->key));
	}
}

void
params_list(struct compile *c)
{
	struct unit *u = c->unit;
	size_t n = 0;

	for (struct module *m = c->first; m != NULL; m = m->next)
		n += m->params.live;
	u->params = arena_array(&u->arena, n, sizeof(*u->params));
	for (struct module *m = c->first; m != NULL; m = m->next)
		for (struct table_entry *i = table_next(&m->params, NULL);
		    i != NULL; i = table_next(&m->params, i)) {
			struct entity *e = i->value;

			u->params[u->nparam++] = (struct unit_param){
				arena_str(&u->arena, i->key),
				arena_str(&u->arena, type_text(c->a,
				    e->u.param->type)),
				e->u.param->has_value };
		}
}

/* ---- of a test ---- */

struct entity *
param_find(struct check *ck, struct str name, struct span at)
{
	struct table *params = &ck->m->params;
	struct entity *e = find_in(params, name);
	struct near near;
	struct diag *g;

	if (e != NULL)
		return e;
	g = diag_at(&ck->c->ss, C201, at, "unknown param `%.*s`",
	    STR_ARG(name));
	near_init(&near, name);
	for (struct table_entry *i = table_next(params, NULL); i != NULL;
	    i = table_next(params, i))
		near_try(&near, i->key);
	diag_meant(&ck->c->ss, g, &near);
	return NULL;
}

void
param_given(struct check *ck, const struct stmt *s, struct given **list)
{
	struct compile *c = ck->c;

	if (s->value->kind != EX_RECORD) {
		if (s->value->kind != EX_BAD)
			diag_at(&c->ss, C507, s->value->span,
			    "params are given as { name: value, … }");
		return;
	}
	for (struct item *i = s->value->items; i != NULL; i = i->next) {
		struct entity *e = param_find(ck, i->name.text, i->name.span);
		struct given *g = arena_new(c->a, struct given);

		for (const struct given *k = *list; k != NULL; k = k->next)
			if (e != NULL && k->param == e->u.param) {
				diag_at(&c->ss, C202, i->span,
				    "`%.*s` is given twice",
				    STR_ARG(i->name.text));
				e = NULL;
			}
		if (e == NULL || param_check(c, e) != 0 ||
		    param_take(ck, e->u.param, i->value, &g->value) != 0)
			continue;
		if (e->u.param->fixed) {
			diag_at(&c->ss, C507, i->span, "names of a `rest` are "
			    "made of `%.*s`, which a test cannot change",
			    STR_ARG(i->name.text));
			continue;
		}
		g->param = e->u.param;
		g->next = *list;
		*list = g;
	}
}

/* Each param has what its list says; what it had is there afterwards. */
static void
swap(struct given *list)
{
	for (struct given *g = list; g != NULL; g = g->next) {
		struct value v = g->param->value;
		int has = g->param->has_value;

		g->param->value = g->value;
		g->param->has_value = !g->had_none;
		g->value = v;
		g->had_none = !has;
	}
}

void
param_maps(struct compile *c)
{
	struct unit *u = c->unit;

	for (uint32_t i = 0; i < u->ntest; i++) {
		struct unit_map *own;

		if (c->given[i] == NULL || c->d->nerror > 0)
			continue;
		own = arena_new(&u->arena, struct unit_map);
		*own = *u->tests[i].map;
		swap(c->given[i]);
		own->forward = map_gen(c, c->test_maps[i], 0);
		own->backward = map_gen(c, c->test_maps[i], 1);
		swap(c->given[i]);
		u->tests[i].map = own;
	}
}

/* ---- what reads them ---- */

int
param_const(const struct note *n, struct value *v)
{
	const struct param_info *p = n->entity->u.param;

	*v = p->value;
	return p->has_value ? 0 : -1;
}

void
param_gen(struct compile *c, struct gen_func *f, const struct note *n)
{
	struct str name = n->entity->decl->name.text;

	gen_fail(f, arena_printf(c->a, "param `%.*s` has no value; give it "
	    "one: --param %.*s=…, or in the params of the connection",
	    STR_ARG(name), STR_ARG(name)));
}
