/*
 * Views: made by compiling, asked by walking the names in the tree.
 */
#include "lang/query.h"

#include "lang/parse.h"
#include "lang/view.h"
#include "record/scan.h"

const char *
lang_kind_word(enum lang_kind k)
{
	static const char *const words[] = {
#define X(name, word) [LANG_##name] = word,
		LANG_KINDS(X)
#undef X
	};

	return words[k];
}

struct lang_view *
lang_analyse(struct str path, lang_read_fn *read, void *arg)
{
	struct arena a = { 0 };
	struct lang_view *v = arena_new(&a, struct lang_view);

	/* the view lies in its own arena */
	v->arena = a;
	diags_init(&v->diags);
	compile_begin(&v->c, &v->arena, read, arg, &v->diags);
	compile_run(&v->c, path, NULL);
	return v;
}

void
lang_view_free(struct lang_view *v)
{
	struct arena a;

	if (v == NULL)
		return;
	unit_unref(v->c.unit);
	diags_fini(&v->diags);
	a = v->arena;
	arena_fini(&a);
}

const struct diags *
lang_view_diags(const struct lang_view *v)
{
	return &v->diags;
}

struct lang_sources
lang_view_files(const struct lang_view *v)
{
	return v->c.files;
}

const struct str *
lang_view_unparsed(const struct lang_view *v)
{
	for (struct module *m = v->c.first; m != NULL; m = m->next)
		if (m->src->unparsed)
			return &m->src->path;
	return NULL;
}

/* ---- places ---- */

struct str
lang_path(struct str path, struct arena *a)
{
	return path_resolve(a, STR(""), path);
}

struct module *
view_module(struct lang_view *v, struct str path)
{
	struct module *m = v->c.first;

	while (m != NULL && !str_eq(m->src->path, path))
		m = m->next;
	return m;
}

struct lang_place
view_place(const struct lang_view *v, struct span sp)
{
	return (struct lang_place){ v->c.ss.list[sp.file]->path, sp.beg,
		sp.end };
}

static const struct str *
file_text(const struct lang_view *v, struct str path)
{
	for (size_t i = 0; i < v->c.files.n; i++)
		if (str_eq(v->c.files.list[i].path, path))
			return &v->c.files.list[i].text;
	return NULL;
}

/* One step of a JSON pointer, its escapes undone. */
static struct str
pointer_step(struct str *rest, struct arena *a)
{
	char *out = arena_alloc(a, rest->n + 1);
	size_t n = 0, i = 1;

	for (; i < rest->n && rest->p[i] != '/'; i++) {
		char c = rest->p[i];

		if (c == '~' && i + 1 < rest->n)
			c = rest->p[++i] == '1' ? '/' : '~';
		out[n++] = c;
	}
	rest->p += i;
	rest->n -= i;
	return str_from(out, n);
}

/* Go to the value of a step; at becomes the name's bytes with their quotes. */
static int
enter(struct scan *s, struct str step, struct lang_place *at, struct arena *a)
{
	struct value name;
	size_t index = 0;
	struct err e;
	int r;

	if (scan_peek(s) == SCAN_ARRAY) {
		for (size_t i = 0; i < step.n && index < 1u << 20; i++)
			index = index * 10 + (size_t)(step.p[i] - '0');
		if (scan_array(s, &e) != 0)
			return -1;
		while ((r = scan_item(s, &e)) == 1 && index-- > 0)
			if (scan_skip(s, &e) != 0)
				return -1;
		return r == 1 ? 0 : -1;
	}
	if (scan_peek(s) != SCAN_OBJECT || scan_object(s, &e) != 0)
		return -1;
	while ((r = scan_next(s, &name, &e)) == 1) {
		if (str_eq(value_str(name, a), step)) {
			at->beg = (uint32_t)(name.u.p - 1 - s->start);
			at->end = at->beg + name.n + 2;
			return 0;
		}
		if (scan_skip(s, &e) != 0)
			return -1;
	}
	return -1;
}

struct lang_place
view_json(struct lang_view *v, struct str path, const struct schema_node *n,
    struct arena *a)
{
	struct str where = n ? schema_where(n) : STR("");
	const char *hash = where.n ? memchr(where.p, '#', where.n) : NULL;
	struct lang_place at = { path, 0, 0 };
	const struct str *text;
	struct scan s;
	char *padded;

	if (hash == NULL)
		return at;
	/* a schema in a file of its own is called as the file */
	text = file_text(v, str_from(where.p, (size_t)(hash - where.p)));
	if (text != NULL)
		at.path = str_from(where.p, (size_t)(hash - where.p));
	else
		text = file_text(v, path);
	if (text == NULL)
		return (struct lang_place){ 0 };
	padded = arena_zalloc(a, text->n + RECORD_PAD);
	memcpy(padded, text->p, text->n);
	scan_init(&s, str_from(padded, text->n), NULL);
	where.n -= (size_t)(hash + 1 - where.p);
	where.p = hash + 1;
	while (where.n > 0)
		if (enter(&s, pointer_step(&where, a), &at, a) != 0)
			break;
	return at;
}

/* ---- what stands where ---- */

static struct lang_place
declared_at(struct lang_view *v, const struct mention *m, struct arena *a)
{
	struct lang_place none = { 0 };

	switch (m->kind) {
	case LANG_FIELD:
		return m->schema.n ? view_json(v, m->schema, m->type.node, a) :
		    none;
	case LANG_SIDE:
	case LANG_LOCAL:
		return view_place(v, m->bind->name.span);
	case LANG_ARGUMENT:
		if (m->entity == NULL)
			return none;
		for (const struct item *i = m->entity->decl->params.first; i;
		    i = i->next)
			if (str_eq(i->name.text, m->name))
				return view_place(v, i->name.span);
		return none;
	default:
		break;
	}
	if (m->path.n > 0)
		return (struct lang_place){ m->path, 0, 0 };
	return m->entity ? view_place(v, m->entity->decl->name.span) : none;
}

struct search {
	struct lang_view *v;
	struct arena *a;
	uint32_t off;
	const struct lang_place *decl;
	struct mention best;
	struct entity copy;
	struct lang_place *list;
	size_t n, cap;
};

/* The shortest that holds the offset; one that only ends there if need be. */
static void
look_at(void *arg, const struct mention *m)
{
	struct search *s = arg;
	const struct span *b = &s->best.span;
	int was_inside = b->beg <= s->off && s->off < b->end;
	int inside = m->span.beg <= s->off && s->off < m->span.end;

	if (!inside && (m->span.end != s->off || was_inside))
		return;
	if (s->best.kind != LANG_NONE && inside == was_inside &&
	    m->span.end - m->span.beg >= b->end - b->beg)
		return;
	s->best = *m;
	if (m->entity != NULL) {
		s->copy = *m->entity;
		s->best.entity = &s->copy;
	}
}

/* A word of the language, where no name stands; not in comments or texts. */
static int
word_at(const struct module *m, uint32_t off, struct arena *a,
    struct lang_thing *out)
{
	struct sources ss = { .a = a, .d = arena_new(a, struct diags) };
	struct parse p = { .keep = 1 };
	struct str text = m->src->text;

	diags_init(ss.d);
	parse_tokens(&ss, source_add(&ss, m->src->path, text), &p);
	diags_fini(ss.d);
	for (size_t i = 0; i < p.ntoken; i++) {
		struct span sp = p.tokens[i].span;

		if (sp.beg > off)
			break;
		if (off < sp.end && (i == 0 || p.tokens[i - 1].kind != '.') &&
		    describe_word(str_from(text.p + sp.beg, sp.end - sp.beg),
		    out)) {
			out->at = (struct lang_place){ m->src->path, sp.beg,
				sp.end };
			return 1;
		}
	}
	return 0;
}

int
lang_at(struct lang_view *v, struct str path, uint32_t off, struct arena *a,
    struct lang_thing *out)
{
	struct module *m = view_module(v, path);
	struct search s = { .v = v, .a = a, .off = off };

	memset(out, 0, sizeof(*out));
	if (m == NULL || off > m->src->text.n)
		return 0;
	mentions(&v->c, m, a, look_at, &s);
	if (s.best.kind == LANG_NONE)
		return word_at(m, off, a, out);
	out->kind = s.best.kind;
	out->name = s.best.name;
	out->at = view_place(v, s.best.span);
	out->decl = declared_at(v, &s.best, a);
	describe(v, &s.best, a, out);
	return 1;
}

static void
refers(void *arg, const struct mention *m)
{
	struct search *s = arg;
	struct lang_place d = declared_at(s->v, m, s->a);
	struct lang_place *more;

	if (d.beg != s->decl->beg || d.end != s->decl->end ||
	    !str_eq(d.path, s->decl->path))
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		more = arena_array(s->a, s->cap, sizeof(*more));
		if (s->n)
			memcpy(more, s->list, s->n * sizeof(*more));
		s->list = more;
	}
	s->list[s->n++] = view_place(s->v, m->span);
}

size_t
lang_references(struct lang_view *v, const struct lang_place *decl,
    struct arena *a, struct lang_place **out)
{
	struct search s = { .v = v, .a = a, .decl = decl };

	for (struct module *m = v->c.first; m != NULL && decl->path.n > 0;
	    m = m->next)
		mentions(&v->c, m, a, refers, &s);
	*out = s.list;
	return s.n;
}

/* ---- another name ---- */

int
lang_can_rename(const struct lang_thing *t)
{
	return t->decl.end > t->decl.beg && (t->kind == LANG_ENUM ||
	    t->kind == LANG_FN || t->kind == LANG_CODEC ||
	    t->kind == LANG_PARAM || t->kind == LANG_MAP ||
	    (t->kind == LANG_FILE && t->at.path.n > 0));
}

/* What the grammar takes for the name of a declaration, written as it is. */
static int
is_name(struct str s)
{
	struct arena a = { 0 };
	struct diags d;
	struct sources ss = { .a = &a, .d = &d };
	const struct decl *first;
	struct source *src;
	int ok;

	diags_init(&d);
	src = source_add(&ss, STR("name"), arena_printf(&a,
	    "param %.*s: text;", STR_ARG(s)));
	ok = parse_source(&ss, src) == 0;
	first = src->decls.first;
	ok = ok && first != NULL && first->next == NULL &&
	    str_eq(first->name.text, s);
	diags_fini(&d);
	arena_fini(&a);
	return ok;
}

static const struct entity *
namesake(const struct module *m, const struct lang_thing *t, struct str name)
{
	const struct table *in = t->kind == LANG_PARAM ? &m->params :
	    t->kind == LANG_MAP ? &m->maps :
	    t->kind == LANG_FILE ? &m->aliases : &m->things;

	return table_get(in, name);
}

int
lang_check_rename(struct lang_view *v, const struct lang_thing *t,
    struct str name, struct err *e)
{
	const struct module *m = view_module(v, t->decl.path);
	const struct str *bad = lang_view_unparsed(v);
	const struct entity *twin = m ? namesake(m, t, name) : NULL;

	if (!is_name(name))
		return err_set(e, ERR_DATA, "`%.*s` is no name: letters, "
		    "digits and _, and no word of the language",
		    STR_ARG(name));
	if (twin != NULL)
		return err_set(e, ERR_DATA, "%.*s has %s `%.*s` already",
		    STR_ARG(m->src->path), decl_word(twin->decl->kind),
		    STR_ARG(name));
	if (t->kind != LANG_PARAM && t->kind != LANG_MAP &&
	    t->kind != LANG_FILE && builtin_find(name) >= 0)
		return err_set(e, ERR_DATA, "`%.*s` is built in, and its "
		    "calls would mean something else", STR_ARG(name));
	if (bad != NULL)
		return err_set(e, ERR_DATA, "%.*s has a syntax error, so uses "
		    "could be missed: mend it first", STR_ARG(*bad));
	return 0;
}

/* ---- outline ---- */

struct outline {
	struct lang_view *v;
	struct arena *a;
	struct lang_symbol *list;
	size_t n, cap;
};

static void
outline_add(struct outline *o, enum lang_kind kind, unsigned depth,
    struct span all, struct span at, struct str name, struct str detail)
{
	struct lang_symbol *s;

	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 32;
		s = arena_array(o->a, o->cap, sizeof(*s));
		if (o->n)
			memcpy(s, o->list, o->n * sizeof(*s));
		o->list = s;
	}
	s = &o->list[o->n++];
	s->kind = kind;
	s->depth = depth;
	s->name = name;
	s->detail = detail;
	s->all = view_place(o->v, all);
	s->at = view_place(o->v, at);
}

static void
outline_rules(struct outline *o, const struct stmt *s, unsigned depth)
{
	const struct sources *ss = &o->v->c.ss;

	for (; s != NULL && depth < 16; s = s->next) {
		if (s->kind == ST_RULE || s->kind == ST_REST ||
		    s->kind == ST_PICK)
			outline_add(o, LANG_RULE, depth, s->span,
			    s->left->span, span_line(ss, s->left->span, o->a),
			    span_line(ss, (struct span){ s->at.beg,
			    s->right->span.end, s->at.file }, o->a));
		if (s->kind == ST_WHEN || s->kind == ST_EACH)
			outline_add(o, LANG_BLOCK, depth, s->span, s->head,
			    span_line(ss, s->head, o->a), STR(""));
		outline_rules(o, s->body, depth + 1);
	}
}

size_t
lang_symbols(struct lang_view *v, struct str path, struct arena *a,
    struct lang_symbol **out)
{
	struct module *m = view_module(v, path);
	struct outline o = { .v = v, .a = a };

	for (const struct decl *d = m ? m->src->decls.first : NULL; d != NULL;
	    d = d->next) {
		enum lang_kind named = mention_kind(d->kind);
		enum lang_kind kind = named ? named : LANG_BLOCK;
		struct span at = kind == LANG_BLOCK ? d->head : d->name.span;

		outline_add(&o, kind, 0, d->span, at, kind == LANG_BLOCK ?
		    span_line(&v->c.ss, d->head, a) : d->name.text,
		    str_z(decl_word(d->kind)));
		if (d->kind == DE_MAP || d->kind == DE_EXTEND)
			outline_rules(&o, d->body, 1);
	}
	*out = o.list;
	return o.n;
}
