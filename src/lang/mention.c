/*
 * Walking a tree for the names in it.
 */
#include "lang/mention.h"

/* Blocks nest at most so deep for us; the compiler refuses more. */
#define BLOCK_DEPTH 64

struct walk {
	struct compile *c;
	struct module *m;
	struct arena *a;
	mention_fn *fn;
	void *arg;
	struct map_info *map; /* whose rules these are */
};

static void
tell(struct walk *w, struct mention m)
{
	if (m.span.end > m.span.beg && m.kind != LANG_NONE)
		w->fn(w->arg, &m);
}

/* ---- scope ---- */

static struct bind *
bind(struct walk *w, const struct bind *up, struct word name, struct type t,
    struct str schema)
{
	struct bind *b = arena_new(w->a, struct bind);

	*b = (struct bind){ .up = up, .name = name, .type = t,
		.kind = LANG_LOCAL, .schema = schema };
	tell(w, (struct mention){ .kind = LANG_LOCAL, .span = name.span,
	    .name = name.text, .bind = b, .type = t });
	return b;
}

/* What is known of an expression, and which schema it comes from. */
static struct type
expr_type(struct walk *w, const struct bind *scope, const struct expr *e,
    struct str *schema)
{
	const struct bind *b;

	*schema = STR("");
	switch (e->kind) {
	case EX_NAME:
		b = bind_find(scope, e->text);
		if (b == NULL)
			break;
		*schema = b->schema;
		return b->type;
	case EX_FIELD:
		return field_type(w->a, expr_type(w, scope, e->a, schema),
		    e->text);
	case EX_INDEX:
	case EX_NIL_ELSE:
		expr_type(w, scope, e->a, schema);
		break;
	case EX_CALL:
		/* an element of a list, a list of some of them */
		if (e->items != NULL)
			expr_type(w, scope, e->items->value, schema);
		break;
	default:
		break;
	}
	return e->note != NULL && e->note->done ? e->note->type : bad_type();
}

static struct type
element(struct walk *w, struct type t)
{
	return t.kind == TYPE_LIST ? type_element(w->a, t) : bad_type();
}

/* ---- names of declared things ---- */

enum lang_kind
mention_kind(enum decl_kind k)
{
	static const enum lang_kind kinds[] = {
		[DE_USE] = LANG_FILE, [DE_SCHEMA] = LANG_SCHEMA,
		[DE_ENUM] = LANG_ENUM, [DE_MAP] = LANG_MAP,
		[DE_PARAM] = LANG_PARAM, [DE_CODEC] = LANG_CODEC,
		[DE_FN] = LANG_FN, [DE_CONNECTOR] = LANG_CONNECTOR,
		/* what is for a map has no name */
		[DE_IDENTITY] = LANG_NONE, [DE_RULES] = LANG_NONE,
		[DE_TEST] = LANG_NONE, [DE_LAWS] = LANG_NONE,
		[DE_EXTEND] = LANG_NONE,
	};

	return kinds[k];
}

static void
tell_entity(struct walk *w, struct span sp, struct entity *e)
{
	if (e != NULL)
		tell(w, (struct mention){ .kind = mention_kind(e->decl->kind),
		    .span = sp, .name = e->decl->name.text, .entity = e });
}

static void
tell_builtin(struct walk *w, struct span sp, struct str name)
{
	int k = builtin_find(name);

	if (k >= 0)
		tell(w, (struct mention){ .kind = LANG_BUILTIN, .span = sp,
		    .name = name, .builtin = k });
}

/* A function, codec or enum where it is called or stands in a pipe. */
static void
callee(struct walk *w, const struct expr *e)
{
	struct str part[3], dotted;
	size_t n = expr_path(e, part, COUNT(part));
	struct entity *t;

	if (n == 1) {
		t = find_in(&w->m->things, part[0]);
		if (t != NULL)
			tell_entity(w, e->span, t);
		else
			tell_builtin(w, e->span, part[0]);
	} else if (n == 2) {
		t = find_in(&w->m->aliases, part[0]);
		tell_entity(w, e->a->span, t);
		if (t != NULL && t->u.module != NULL) {
			tell_entity(w, e->op, find_in(&t->u.module->things,
			    part[1]));
			return;
		}
		dotted = arena_printf(w->a, "%.*s.%.*s", STR_ARG(part[0]),
		    STR_ARG(part[1]));
		tell_builtin(w, e->span, dotted);
	}
}

/* The thing that callee tells of, as an entity or a built-in. */
static struct entity *
called(struct walk *w, const struct expr *e, int *builtin)
{
	struct str name = call_name(w->c, e);
	struct entity *t = name.n ? find_thing(w->c, w->m, name) : NULL;

	*builtin = t == NULL ? builtin_find(name) : -1;
	return t;
}

/* ---- expressions ---- */

static void walk_expr(struct walk *w, const struct bind *scope,
    const struct expr *e);

static void
tell_field(struct walk *w, struct span sp, struct str name, struct type of,
    struct str schema)
{
	struct type t = field_type(w->a, of, name);

	if (t.kind != TYPE_BAD)
		tell(w, (struct mention){ .kind = LANG_FIELD, .span = sp,
		    .name = name, .type = t, .schema = schema });
}

static void
walk_field(struct walk *w, const struct bind *scope, const struct expr *e)
{
	struct str schema;
	struct type of;

	if (e->a->kind == EX_NAME && str_eq(e->a->text, STR("param")) &&
	    bind_find(scope, STR("param")) == NULL) {
		tell_entity(w, e->op, find_in(&w->m->params, e->text));
		return;
	}
	walk_expr(w, scope, e->a);
	of = expr_type(w, scope, e->a, &schema);
	tell_field(w, e->op, e->text, of, schema);
}

static void
walk_tuple(struct walk *w, const struct bind *scope, const struct expr *e)
{
	struct str schema;
	struct type of;

	walk_expr(w, scope, e->a);
	of = expr_type(w, scope, e->a, &schema);
	for (const struct item *i = e->items; i != NULL; i = i->next)
		tell_field(w, i->name.span, i->name.text, of, schema);
}

static void
walk_args(struct walk *w, const struct bind *scope, const struct expr *e)
{
	int builtin;
	struct entity *t = called(w, e->a, &builtin);
	struct type of = bad_type();
	struct str schema = STR("");

	for (const struct item *i = e->items; i != NULL; i = i->next) {
		if (i->name.text.n > 0 && (t != NULL || builtin >= 0))
			tell(w, (struct mention){ .kind = LANG_ARGUMENT,
			    .span = i->name.span, .name = i->name.text,
			    .entity = t, .builtin = builtin });
		if (i->value->kind == EX_LAMBDA) {
			walk_expr(w, bind(w, scope, (struct word){
			    i->value->text, i->value->op }, of, schema),
			    i->value->a);
			continue;
		}
		walk_expr(w, scope, i->value);
		if (i == e->items)
			of = element(w, expr_type(w, scope, i->value,
			    &schema));
	}
}

/* { name: value }, whose names are fields of t. */
static void
walk_record(struct walk *w, const struct bind *scope, const struct expr *e,
    struct type t, struct str schema)
{
	if (e->kind == EX_LIST && t.kind == TYPE_LIST) {
		t = element(w, t);
		for (const struct item *i = e->items; i != NULL; i = i->next)
			walk_record(w, scope, i->value, t, schema);
		return;
	}
	if (e->kind != EX_RECORD) {
		walk_expr(w, scope, e);
		return;
	}
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		tell_field(w, i->name.span, i->name.text, t, schema);
		walk_record(w, scope, i->value,
		    field_type(w->a, t, i->name.text), schema);
	}
}

static void
walk_expr(struct walk *w, const struct bind *scope, const struct expr *e)
{
	const struct bind *b;

	if (e == NULL)
		return;
	switch (e->kind) {
	case EX_NAME:
		b = bind_find(scope, e->text);
		if (b != NULL)
			tell(w, (struct mention){ .kind = b->kind,
			    .span = e->span, .name = e->text, .bind = b,
			    .type = b->type });
		return;
	case EX_FIELD:
		walk_field(w, scope, e);
		return;
	case EX_TUPLE:
		walk_tuple(w, scope, e);
		return;
	case EX_CALL:
		callee(w, e->a);
		walk_args(w, scope, e);
		return;
	default:
		break;
	}
	walk_expr(w, scope, e->a);
	walk_expr(w, scope, e->b);
	walk_expr(w, scope, e->c);
	for (const struct item *i = e->items; i != NULL; i = i->next) {
		walk_expr(w, scope, i->key);
		walk_expr(w, scope, i->value);
	}
}

static void
walk_pipe(struct walk *w, const struct bind *scope, struct items pipe)
{
	for (const struct item *i = pipe.first; i != NULL; i = i->next) {
		const struct expr *e = i->value;

		if (e->kind == EX_CALL && e->n == 1 &&
		    is_enum_list(w->c, w->m, e->a))
			callee(w, e->items->value);
		else if (e->kind == EX_CALL)
			walk_expr(w, scope, e);
		else
			callee(w, e);
	}
}

static void
walk_attrs(struct walk *w, const struct bind *scope, struct items attrs)
{
	for (const struct item *i = attrs.first; i != NULL; i = i->next) {
		tell(w, (struct mention){ .kind = LANG_ATTRIBUTE,
		    .span = i->name.span, .name = i->name.text });
		if (i->value != NULL)
			walk_expr(w, scope, i->value);
	}
}

/* ---- statements ---- */

/* Names that a rest leaves out, of whichever side has them. */
static void
walk_except(struct walk *w, const struct bind *scope, const struct stmt *s)
{
	const struct expr *sides[2] = { s->left, s->right };

	for (const struct item *i = s->words.first; i != NULL; i = i->next)
		for (int k = 0; k < 2; k++) {
			struct str schema;
			struct type t = expr_type(w, scope, sides[k],
			    &schema);

			if (field_type(w->a, t, i->name.text).kind ==
			    TYPE_BAD)
				continue;
			tell_field(w, i->name.span, i->name.text, t, schema);
			break;
		}
}

/* upsert by { email }: the last name of a path that a rule writes. */
static void
walk_by(struct walk *w, const struct bind *scope, const struct expr *e)
{
	const struct map_rule *r = w->map ? w->map->rules : NULL;

	if (e->kind != EX_NAME) {
		walk_expr(w, scope, e);
		return;
	}
	while (r != NULL && !(r->forth && r->right.n > 0 &&
	    str_eq(r->right.path[r->right.n - 1], e->text)))
		r = r->next;
	if (r != NULL)
		tell(w, (struct mention){ .kind = LANG_FIELD,
		    .span = e->span, .name = e->text, .type = r->right.type,
		    .schema = scope ? scope->schema : STR("") });
}

static const struct bind *
walk_element(struct walk *w, const struct bind *scope,
    const struct bind *from, const struct expr *list, struct word name)
{
	struct str schema;
	struct type t = expr_type(w, from, list, &schema);

	return name.text.n ? bind(w, scope, name, element(w, t), schema) :
	    scope;
}

static void walk_body(struct walk *w, const struct bind *scope,
    const struct stmt *s, unsigned depth);

static void
walk_stmt(struct walk *w, const struct bind *scope, const struct stmt *s,
    unsigned depth)
{
	const struct bind *in = scope, *b;
	struct str schema;
	struct type t;

	switch (s->kind) {
	case ST_ROW:
	case ST_DEFAULT:
		return;
	case ST_GIVEN:
	case ST_EXPECT:
	case ST_PUT:
		b = bind_find(scope, s->name.text);
		if (b == NULL || b->kind != LANG_SIDE)
			break;
		tell(w, (struct mention){ .kind = LANG_SIDE, .bind = b,
		    .span = s->name.span, .name = b->name.text,
		    .type = b->type });
		walk_record(w, NULL, s->value, b->type, b->schema);
		return;
	case ST_EACH:
	case ST_PICK:
		walk_expr(w, scope, s->left);
		walk_expr(w, scope, s->right);
		in = walk_element(w, scope, scope, s->left, s->name);
		t = s->name.text.n ? in->type : bad_type();
		schema = s->name.text.n ? in->schema : STR("");
		in = walk_element(w, in, scope, s->right, s->name2);
		walk_expr(w, in, s->key);
		walk_expr(w, in, s->key2);
		walk_expr(w, in, s->guard);
		if (s->value != NULL)
			walk_record(w, in, s->value, t, schema);
		break;
	default:
		walk_expr(w, scope, s->left);
		walk_expr(w, scope, s->right);
		walk_expr(w, scope, s->key);
		walk_expr(w, scope, s->key2);
		walk_expr(w, scope, s->guard);
		walk_expr(w, scope, s->value);
		break;
	}
	if (s->kind == ST_RULE || s->kind == ST_REST || s->kind == ST_PICK ||
	    s->kind == ST_EACH)
		tell(w, (struct mention){ .kind = LANG_RULE, .span = s->at,
		    .name = span_text(&w->c->ss, s->at),
		    .stmt = s, .map = w->map });
	if (s->kind == ST_REST)
		walk_except(w, scope, s);
	if (s->kind == ST_CLAUSE || s->kind == ST_CASE)
		for (const struct item *i = s->words.first; i; i = i->next)
			walk_expr(w, scope, i->value);
	for (const struct item *i = s->action.by.first; i; i = i->next)
		walk_by(w, scope, i->value);
	walk_pipe(w, scope, s->pipe);
	walk_attrs(w, scope, s->attrs);
	walk_body(w, in, s->body, depth + 1);
}

static void
walk_body(struct walk *w, const struct bind *scope, const struct stmt *s,
    unsigned depth)
{
	for (; s != NULL && depth < BLOCK_DEPTH; s = s->next)
		walk_stmt(w, scope, s, depth);
}

/* ---- declarations ---- */

static struct type
named_type(struct walk *w, const struct type_name *n)
{
	struct type t;

	return n != NULL && type_named(w->a, n, &t) == 0 ? t : bad_type();
}

static const struct bind *
walk_params(struct walk *w, struct items params)
{
	const struct bind *scope = NULL;

	for (const struct item *i = params.first; i != NULL; i = i->next) {
		walk_expr(w, NULL, i->value);
		scope = bind(w, scope, i->name, named_type(w, i->type),
		    STR(""));
	}
	return scope;
}

static void
walk_path(struct walk *w, const struct decl *d)
{
	tell(w, (struct mention){ .kind = LANG_FILE, .span = d->path.span,
	    .name = d->path.text, .path = path_resolve(w->c->a,
	    w->m->src->path, d->path.text) });
}

/* Where name stands at the end of a dotted word; nowhere in another form. */
static struct span
last_part(struct walk *w, struct word whole, struct str name)
{
	struct span sp = whole.span;

	sp.beg = sp.end - sp.beg >= name.n ? sp.end - (uint32_t)name.n :
	    sp.end;
	return str_eq(span_text(&w->c->ss, sp), name) ? sp :
	    (struct span){ 0 };
}

/* The sides of the map that a block is for. */
static const struct bind *
walk_owner(struct walk *w, const struct decl *d)
{
	struct entity *e = find_map(w->c, w->m, d->owner.text);
	const char *dot = memchr(d->owner.text.p, '.', d->owner.text.n);
	struct str alias;

	if (e == NULL)
		return NULL;
	tell_entity(w, last_part(w, d->owner, e->decl->name.text), e);
	if (dot != NULL) {
		alias = str_from(d->owner.text.p,
		    (size_t)(dot - d->owner.text.p));
		tell_entity(w, (struct span){ d->owner.span.beg,
		    d->owner.span.beg + (uint32_t)alias.n,
		    d->owner.span.file }, find_in(&w->m->aliases, alias));
	}
	w->map = e->u.map;
	return bind_sides(e->mod, e->decl, w->a);
}

static const struct bind *
walk_sides(struct walk *w, struct entity *e)
{
	const struct decl *d = e->decl;
	const struct bind *right = bind_sides(w->m, d, w->a);

	for (const struct bind *b = right; b != NULL; b = b->up)
		tell(w, (struct mention){ .kind = LANG_SIDE, .bind = b,
		    .span = b->name.span, .name = b->name.text,
		    .type = b->type });
	tell_entity(w, d->left_schema.span, find_in(&w->m->schemas,
	    d->left_schema.text));
	tell_entity(w, d->right_schema.span, find_in(&w->m->schemas,
	    d->right_schema.text));
	w->map = e->u.map;
	return right;
}

static struct table *
table_of(struct module *m, enum decl_kind k)
{
	switch (k) {
	case DE_USE:
		return &m->aliases;
	case DE_SCHEMA:
		return &m->schemas;
	case DE_MAP:
		return &m->maps;
	case DE_PARAM:
		return &m->params;
	case DE_CONNECTOR:
		return &m->connectors;
	case DE_ENUM:
	case DE_FN:
	case DE_CODEC:
		return &m->things;
	default:
		return NULL;
	}
}

static void
walk_decl(struct walk *w, struct decl *d)
{
	struct table *t = table_of(w->m, d->kind);
	struct entity *e = t ? table_get(t, d->name.text) : NULL;
	struct entity twin = { .decl = d, .mod = w->m, .checked = -1 };
	const struct bind *scope = NULL;

	/* a second one of the name is itself, not the first */
	if (t != NULL && (e == NULL || e->decl != d))
		e = &twin;
	tell_entity(w, d->name.span, e);
	w->map = NULL;
	switch (d->kind) {
	case DE_USE:
	case DE_SCHEMA:
		walk_path(w, d);
		break;
	case DE_MAP:
		scope = walk_sides(w, e);
		break;
	case DE_IDENTITY:
	case DE_RULES:
	case DE_TEST:
	case DE_LAWS:
	case DE_EXTEND:
		scope = walk_owner(w, d);
		break;
	case DE_FN:
	case DE_CODEC:
		scope = walk_params(w, d->params);
		break;
	default:
		break;
	}
	walk_expr(w, scope, d->value);
	if (d->kind == DE_CODEC)
		scope = bind(w, scope, (struct word){ STR("it"),
		    { 0, 0, d->span.file } }, bad_type(), STR(""));
	walk_body(w, scope, d->body, 0);
}

void
mentions(struct compile *c, struct module *m, struct arena *a,
    mention_fn *fn, void *arg)
{
	struct walk w = { .c = c, .m = m, .a = a, .fn = fn, .arg = arg };

	for (struct decl *d = m->src->decls.first; d != NULL; d = d->next)
		walk_decl(&w, d);
}
