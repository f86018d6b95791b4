/*
 * Declarations that stand on their own: functions, schemas; and finding things
 * by name.
 */
#include "lang/compile.h"

/* Functions call each other at most so deep. */
#define FN_DEPTH 32
#define FN_PARAMS 64

struct entity *
find_in(struct table *t, struct str name)
{
	return table_get(t, name);
}

struct module *
find_module(struct module *m, struct str *name)
{
	const char *dot = memchr(name->p, '.', name->n);
	struct entity *alias;
	size_t n;

	if (dot == NULL)
		return m;
	n = (size_t)(dot - name->p);
	alias = table_get(&m->aliases, str_from(name->p, n));
	if (alias == NULL)
		return NULL;
	alias->used = 1;
	if (alias->u.module == NULL)
		return NULL;
	*name = str_from(dot + 1, name->n - n - 1);
	return alias->u.module;
}

struct entity *
find_thing(struct compile *c, struct module *m, struct str name)
{
	(void)c;
	m = find_module(m, &name);
	return m ? table_get(&m->things, name) : NULL;
}

static void
near_table(struct table *t, struct near *n)
{
	for (struct table_entry *i = table_next(t, NULL); i != NULL;
	    i = table_next(t, i))
		near_try(n, i->key);
}

void
near_things(struct compile *c, struct module *m, struct near *n)
{
	struct str name = n->want;
	struct module *seen = find_module(m, &name);

	if (seen == m) {
		near_table(&m->things, n);
		for (size_t i = 0; i < nbuiltin; i++)
			near_try(n, str_z(builtins[i].name));
		return;
	}
	if (seen != NULL) {
		struct near in;

		near_init(&in, name);
		near_table(&seen->things, &in);
		if (in.best.n > 0)
			n->best = arena_printf(c->a, "%.*s%.*s",
			    (int)(name.p - n->want.p), n->want.p,
			    STR_ARG(in.best));
	} else {
		for (size_t i = 0; i < nbuiltin; i++)
			near_try(n, str_z(builtins[i].name));
	}
}

int
type_declared(struct compile *c, const struct type_name *n, struct type *out)
{
	if (type_named(c->a, n, out) == 0 && out->kind != TYPE_NIL &&
	    out->kind != TYPE_BAD)
		return 0;
	while (n->of != NULL && str_eq(n->name.text, STR("list")))
		n = n->of;
	diag_fix(&c->ss, diag_at(&c->ss, C214, n->name.span,
	    "there is no type `%.*s`", STR_ARG(n->name.text)),
	    "text, int, decimal, bool, date, datetime, list<…>, record or "
	    "any");
	return -1;
}

/* ---- functions ---- */

static int
report_depth(struct compile *c, const struct decl *d)
{
	diag_at(&c->ss, C210, d->head.end ? d->head : d->span,
	    "functions call each other more than %d deep", FN_DEPTH);
	return -1;
}

int
fn_enter(struct compile *c, struct entity *e)
{
	struct decl *d = e->decl;

	if (c->nesting == FN_DEPTH)
		return report_depth(c, d);
	if (d->params.n > FN_PARAMS) {
		diag_at(&c->ss, C109, d->params.last->span,
		    "more than %d parameters", FN_PARAMS);
		return -1;
	}
	e->open = 1;
	c->nesting++;
	return 0;
}

void
fn_leave(struct compile *c, struct entity *e)
{
	c->nesting--;
	e->open = 0;
}

int
fn_params(struct check *ck, struct decl *d, struct fn_info *fn,
    unsigned first)
{
	struct compile *c = ck->c;
	unsigned k = first;
	int bad = 0;

	for (struct item *i = d->params.first; i != NULL; i = i->next, k++) {
		if (type_declared(c, i->type, &fn->params[k]) != 0) {
			fn->params[k] = bad_type();
			bad = 1;
		}
		for (unsigned j = 0; j < k; j++)
			if (str_eq(fn->names[j], i->name.text)) {
				diag_at(&c->ss, C202, i->name.span,
				    "`%.*s` stands twice",
				    STR_ARG(i->name.text));
				bad = 1;
			}
		fn->names[k] = i->name.text;
		fn->defaults[k] = i->value;
		if (i->value != NULL)
			bad |= check_expect(ck, i->value, fn->params[k],
			    "the parameter");
		fn->locals[k] = (struct local){ .name = i->name.text,
			.type = fn->params[k], .kind = LOCAL_ARG, .reg = k };
	}
	for (k = first; k < fn->n; k++) {
		fn->locals[k].up = ck->scope;
		ck->scope = &fn->locals[k];
	}
	return bad ? -1 : 0;
}

void
fn_room(struct compile *c, struct fn_info *fn, unsigned n)
{
	fn->n = n;
	fn->params = arena_array(c->a, n, sizeof(*fn->params));
	fn->names = arena_array(c->a, n, sizeof(*fn->names));
	fn->defaults = arena_array(c->a, n, sizeof(*fn->defaults));
	fn->locals = arena_array(c->a, n, sizeof(*fn->locals));
}

int
fn_body(struct check *ck, const struct decl *d, struct fn_info *fn,
    const struct type *stated)
{
	struct type got;
	int bad = 0;

	ck->fails = NULL;
	ck->calls = 0;
	ck->looks = 0;
	got = check_expr(ck, fn->body);
	fn->fails = ck->fails;
	fn->depth = ck->calls + 1;
	fn->looks = ck->looks;
	fn->result = got;
	if (stated != NULL) {
		bad = check_expect(ck, fn->body, *stated, "the result");
		fn->result = *stated;
		if (got.noption > 0 && stated->kind == TYPE_TEXT) {
			fn->result.options = got.options;
			fn->result.noption = got.noption;
		}
	}
	if (fn->depth > FN_DEPTH && !bad)
		bad = report_depth(ck->c, d);
	return bad || got.kind == TYPE_BAD ? -1 : 0;
}

int
fn_check(struct compile *c, struct entity *e)
{
	struct decl *d = e->decl;
	struct fn_info *fn;
	struct check ck = { .c = c, .m = e->mod };
	struct type want, *stated = NULL;
	int bad;

	if (e->checked)
		return e->checked > 0 ? 0 : -1;
	e->checked = -1;
	if (fn_enter(c, e) != 0)
		return -1;
	fn = arena_new(c->a, struct fn_info);
	e->u.fn = fn;
	fn->name = d->name.text;
	fn->body = d->value;
	fn_room(c, fn, d->params.n);
	bad = fn_params(&ck, d, fn, 0);
	if (d->type != NULL && type_declared(c, d->type, &want) == 0)
		stated = &want;
	else if (d->type != NULL)
		bad = -1;
	if ((fn_body(&ck, d, fn, stated) | bad) == 0)
		e->checked = 1;
	fn_leave(c, e);
	return e->checked > 0 ? 0 : -1;
}

const struct fn_info *
fn_of(struct compile *c, struct entity *e)
{
	if (e->decl->kind == DE_CODEC)
		return codec_check(c, e) == 0 ? &e->u.codec->way[0] : NULL;
	return fn_check(c, e) == 0 ? e->u.fn : NULL;
}

/* The JSON token at a byte of a schema, for the marks under it. */
static struct span
json_span(const struct source *s, size_t at)
{
	size_t end = at;
	int quoted = at < s->text.n && s->text.p[at] == '"';

	for (end++; end < s->text.n; end++) {
		if (quoted && s->text.p[end] == '\\')
			end++;
		else if (quoted ? s->text.p[end] == '"' :
		    strchr(" \t\r\n,:[]{}", s->text.p[end]) != NULL)
			break;
	}
	if (end > s->text.n)
		end = s->text.n;
	return (struct span){ (uint32_t)at, (uint32_t)end + (quoted &&
	    end < s->text.n), s->file };
}

/* In the schema's own text, or in one that it refers to, where known. */
static void
schema_finding(struct compile *c, const struct schema_fault *f, struct span at,
    const struct err *e)
{
	enum code code = (f != NULL ? f->missing : e->code == ERR_NOINPUT) ?
	    C204 : C205;
	const struct source *s;

	if (f == NULL) {
		diag_at(&c->ss, code, at, "%s", e->text);
		return;
	}
	s = source_quote(&c->ss, f->path, f->text);
	diag_also(&c->ss, diag_at(&c->ss, code, json_span(s, f->at),
	    "%s%.*s", code == C204 ? "" : "the schema cannot be used: ",
	    STR_ARG(f->why)), at, "declared here");
}

int
schema_check_decl(struct compile *c, struct entity *e)
{
	struct decl *d = e->decl;
	struct schema_info *s;
	const struct schema *schema;
	struct err err;

	if (e->checked)
		return e->checked > 0 ? 0 : -1;
	e->checked = -1;
	s = arena_new(c->a, struct schema_info);
	e->u.schema = s;
	s->path = path_resolve(c->a, e->mod->src->path, d->path.text);
	if (schema_load(c->schemas, s->path, &schema, &err) != 0) {
		schema_finding(c, schema_fault(c->schemas), d->path.span,
		    &err);
		return -1;
	}
	s->schema = schema;
	s->root = schema_root(schema, c->a);
	e->checked = 1;
	return 0;
}
