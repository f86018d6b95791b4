/*
 * The compiler's order of work: read the file and all it uses, declare, check
 * everything, and make programs when nothing is wrong.
 */
#include "lang/compile.h"

#include <stdio.h>
#include <stdlib.h>

#include <xxhash.h>

#include "lang/mention.h"
#include "lang/parse.h"

/* Files use each other at most so deep. */
#define USE_DEPTH 32

static void
free_table(void *t)
{
	table_fini(t);
}

static void
free_set(void *set)
{
	schema_set_free(set);
}

/* ---- files ---- */

int
file_read(struct compile *c, struct str path, struct str *text, struct err *e)
{
	struct lang_source *s;

	for (size_t i = 0; i < c->files.n; i++)
		if (str_eq(c->files.list[i].path, path)) {
			*text = c->files.list[i].text;
			return 0;
		}
	if (c->read(c->arg, path, text, &c->d->arena, e) != 0)
		return -1;
	if (c->files.n == c->cfiles) {
		size_t cap = c->cfiles ? c->cfiles * 2 : 8;

		s = arena_array(&c->d->arena, cap, sizeof(*s));
		if (c->files.n)
			memcpy(s, c->files.list, c->files.n * sizeof(*s));
		c->files.list = s;
		c->cfiles = cap;
	}
	s = &c->files.list[c->files.n++];
	s->path = arena_str(&c->d->arena, path);
	s->text = *text;
	return 0;
}

/* The same for schemas, which refer to files beside them. */
static int
schema_file(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	(void)a;
	return file_read(arg, path, text, e);
}

int
lang_read_file(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	char name[4096];
	struct buf b = { 0 };
	FILE *f;
	size_t n;

	(void)arg;
	if (path.n >= sizeof(name) || memchr(path.p, 0, path.n) != NULL)
		return err_set(e, ERR_NOINPUT, "the path is not one");
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	f = fopen(name, "rb");
	if (f == NULL)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %m", name);
	do {
		buf_room(&b, 65536);
		n = fread(b.p + b.n, 1, 65536, f);
		b.n += n;
	} while (n > 0 && b.n <= SOURCE_MAX);
	if (ferror(f)) {
		fclose(f);
		buf_fini(&b);
		return err_set(e, ERR_NOINPUT, "cannot read %s: %m", name);
	}
	fclose(f);
	*text = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return 0;
}

/* ---- declarations ---- */

static void
new_table(struct compile *c, struct table *t)
{
	memset(t, 0, sizeof(*t));
	arena_defer(c->a, free_table, t);
}

static struct entity *
declare(struct compile *c, struct module *m, struct table *t, struct decl *d,
    struct word name)
{
	struct entity *e = arena_new(c->a, struct entity), *was;

	e->decl = d;
	e->mod = m;
	was = table_get(t, name.text);
	if (was == NULL) {
		table_put(t, name.text, e);
		return e;
	}
	diag_also(&c->ss, diag_at(&c->ss, C202, name.span,
	    "there are two called `%.*s`", STR_ARG(name.text)),
	    was->decl->name.span, "the first");
	return NULL;
}

static struct module *load(struct compile *c, struct str path,
    struct str text);

/* One file uses another: alias it; cycles are errors. */
static void
use(struct compile *c, struct module *m, struct decl *d)
{
	struct entity *alias = declare(c, m, &m->aliases, d, d->name);
	struct str path = path_resolve(c->a, m->src->path, d->path.text), text;
	struct module *other = table_get(&c->modules, path);
	struct err err;

	if (alias == NULL)
		return;
	if (other == m) {
		diag_at(&c->ss, C206, d->path.span, "a file uses itself");
		return;
	}
	if (other != NULL && other->loading) {
		diag_at(&c->ss, C206, d->path.span,
		    "`%.*s` uses this file, so they use each other",
		    STR_ARG(path));
		return;
	}
	if (other == NULL) {
		if (c->nesting == USE_DEPTH) {
			diag_at(&c->ss, C206, d->path.span,
			    "files use each other more than %d deep",
			    USE_DEPTH);
			return;
		}
		if (file_read(c, path, &text, &err) != 0) {
			diag_at(&c->ss, C204, d->path.span, "%s", err.text);
			return;
		}
		c->nesting++;
		other = load(c, path, text);
		c->nesting--;
	}
	alias->u.module = other;
}

static void
declare_all(struct compile *c, struct module *m)
{
	for (struct decl *d = m->src->decls.first; d != NULL; d = d->next) {
		switch (d->kind) {
		case DE_USE:
			use(c, m, d);
			break;
		case DE_SCHEMA:
			declare(c, m, &m->schemas, d, d->name);
			break;
		case DE_ENUM:
		case DE_FN:
		case DE_CODEC:
			declare(c, m, &m->things, d, d->name);
			break;
		case DE_MAP:
			declare(c, m, &m->maps, d, d->name);
			break;
		case DE_PARAM:
			declare(c, m, &m->params, d, d->name);
			break;
		case DE_CONNECTOR:
			declare(c, m, &m->connectors, d, d->name);
			break;
		default:
			break;
		}
	}
}

static struct module *
load(struct compile *c, struct str path, struct str text)
{
	struct module *m = arena_new(c->a, struct module);

	m->src = source_add(&c->ss, path, text);
	m->loading = 1;
	new_table(c, &m->things);
	new_table(c, &m->params);
	new_table(c, &m->maps);
	new_table(c, &m->schemas);
	new_table(c, &m->aliases);
	new_table(c, &m->connectors);
	table_put(&c->modules, m->src->path, m);
	if (parse_source(&c->ss, m->src) != 0)
		c->ss.unparsed = m->src->unparsed = 1;
	declare_all(c, m);
	m->loading = 0;
	if (c->last != NULL) {
		c->last->next = m;
		m->rank = c->last->rank + 1;
	} else {
		c->first = m;
	}
	c->last = m;
	return m;
}

/* ---- checking ---- */

static void
check_things(struct compile *c, struct module *m)
{
	struct table_entry *i;

	for (i = table_next(&m->things, NULL); i != NULL;
	    i = table_next(&m->things, i)) {
		struct entity *e = i->value;

		if (e->decl->kind == DE_ENUM)
			enum_check(c, e);
		else
			fn_of(c, e);
	}
	for (i = table_next(&m->params, NULL); i; i = table_next(&m->params, i))
		param_check(c, i->value);
	for (i = table_next(&m->schemas, NULL); i;
	    i = table_next(&m->schemas, i))
		schema_check_decl(c, i->value);
	for (i = table_next(&m->maps, NULL); i; i = table_next(&m->maps, i))
		map_check(c, i->value);
}

static void
check_laws(struct compile *c, struct module *m, struct decl *d)
{
	struct map_info *map = block_map(c, m, d);

	if (map == NULL)
		return;
	if (map->laws_block != NULL) {
		diag_also(&c->ss, diag_at(&c->ss, C202, d->head,
		    "a second set of laws for `%.*s`",
		    STR_ARG(d->owner.text)), map->laws_block->head,
		    "the first");
		return;
	}
	map->laws_block = d;
	laws_compile(c, d, &map->laws);
}

/* Blocks that belong to a map, and those that are not built. */
static void
check_blocks(struct compile *c, struct module *m)
{
	for (struct decl *d = m->src->decls.first; d != NULL; d = d->next) {
		switch (d->kind) {
		case DE_IDENTITY:
			identity_check(c, m, d);
			break;
		case DE_LAWS:
			check_laws(c, m, d);
			break;
		case DE_TEST: {
			struct map_info *map = block_map(c, m, d);
			struct unit_test *t;

			if (map == NULL || map->left.type.kind == TYPE_BAD ||
			    map->right.type.kind == TYPE_BAD ||
			    !layer_is_top(c, m, map))
				break;
			t = &c->unit->tests[c->unit->ntest++];
			t->map = NULL; /* set when the maps are made */
			c->test_maps[c->unit->ntest - 1] = map;
			test_compile(c, m, d, map, t,
			    &c->given[c->unit->ntest - 1]);
			break;
		}
		default:
			break;
		}
	}
}

static void
warn_unused(struct compile *c, struct table *t, enum code code,
    const char *what)
{
	for (struct table_entry *i = table_next(t, NULL); i != NULL;
	    i = table_next(t, i)) {
		struct entity *e = i->value;

		if (!e->used && e->checked >= 0)
			diag_at(&c->ss, code, e->decl->name.span,
			    "%s `%.*s` is not used", what, STR_ARG(i->key));
	}
}

static void
mark_used(void *arg, const struct mention *m)
{
	const struct span *at = m->entity ? &m->entity->decl->name.span : NULL;

	(void)arg;
	if (at != NULL && (at->beg != m->span.beg || at->file != m->span.file))
		m->entity->used = 1;
}

/* What a file that maps declares and does not use; a library is for others. */
static void
check_unused(struct compile *c, struct module *m)
{
	int maps = m->maps.live > 0;

	for (struct overlay *o = c->overlays; o != NULL; o = o->next)
		maps |= o->mod == m;
	if (!maps)
		return;
	/* a statement with an error may not have been checked to its end */
	if (c->d->nerror > 0)
		mentions(c, m, c->a, mark_used, NULL);
	for (struct table_entry *i = table_next(&m->things, NULL); i != NULL;
	    i = table_next(&m->things, i)) {
		struct entity *e = i->value;

		if (!e->used && e->checked >= 0)
			diag_at(&c->ss, C250, e->decl->name.span,
			    "%s `%.*s` is not used",
			    decl_word(e->decl->kind), STR_ARG(i->key));
	}
	warn_unused(c, &m->params, C251, "param");
	params_note(c, m);
	warn_unused(c, &m->aliases, C252, "file");
	warn_unused(c, &m->schemas, C253, "schema");
}

/* ---- making the unit ---- */

static void
count(struct compile *c)
{
	struct unit *u = c->unit;
	size_t maps = 0, connectors = 0, tests = 0;

	for (struct module *m = c->first; m != NULL; m = m->next) {
		maps += m->maps.live;
		connectors += m->connectors.live;
		for (struct decl *d = m->src->decls.first; d; d = d->next)
			tests += d->kind == DE_TEST;
	}
	u->maps = arena_array(&u->arena, maps, sizeof(*u->maps));
	u->connectors = arena_array(&u->arena, connectors,
	    sizeof(*u->connectors));
	u->tests = arena_array(&u->arena, tests, sizeof(*u->tests));
	c->test_maps = arena_array(c->a, tests, sizeof(*c->test_maps));
	c->given = arena_array(c->a, tests, sizeof(*c->given));
}

static void
make_maps(struct compile *c)
{
	struct unit *u = c->unit;

	for (struct map_info *m = c->maps; m != NULL; m = m->next) {
		struct unit_map *out = &u->maps[u->nmap++];

		out->name = arena_str(&u->arena, m->e->decl->name.text);
		out->left = arena_str(&u->arena, m->left_schema);
		out->right = arena_str(&u->arena, m->right_schema);
		out->left_name = arena_str(&u->arena, m->left.name);
		out->right_name = arena_str(&u->arena, m->right.name);
		out->pos = span_pos(&c->ss, m->e->decl->span);
		out->left_schema = m->schema[0];
		out->right_schema = m->schema[1];
		out->declares = m->declares;
		out->catalogued = m->right.type.more != NULL;
		if (m->laws_block == NULL)
			laws_compile(c, NULL, &m->laws);
		out->laws = m->laws;
		out->forward = map_gen(c, m, 0);
		out->backward = map_gen(c, m, 1);
		if (out->forward == NULL || out->backward == NULL)
			continue; /* a limit was passed */
		fields_gen(c, m, out);
		out->identity = identity_unit(c, m);
		out->check[0] = map_hold(c, m, out->forward, 0);
		out->check[1] = map_hold(c, m, out->backward, 1);
		for (uint32_t i = 0; i < u->ntest; i++)
			if (c->test_maps[i] == m)
				u->tests[i].map = out;
	}
	param_maps(c);
	params_list(c);
}

/* Of the paths and texts of all files, in the order of their paths. */
static int
by_path(const void *x, const void *y)
{
	const struct lang_source *a = x, *b = y;

	return str_cmp(a->path, b->path);
}

static void
digest(struct compile *c)
{
	struct lang_source *list = arena_array(c->a, c->files.n,
	    sizeof(*list));
	XXH3_state_t *state = XXH3_createState();
	XXH128_canonical_t out;

	if (state == NULL)
		fatal("out of memory: a digest");
	memcpy(list, c->files.list, c->files.n * sizeof(*list));
	qsort(list, c->files.n, sizeof(*list), by_path);
	XXH3_128bits_reset(state);
	for (size_t i = 0; i < c->files.n; i++) {
		uint64_t n = list[i].text.n;

		XXH3_128bits_update(state, &n, sizeof(n));
		XXH3_128bits_update(state, list[i].text.p, list[i].text.n);
	}
	XXH128_canonicalFromHash(&out, XXH3_128bits_digest(state));
	memcpy(c->unit->digest, out.digest, sizeof(c->unit->digest));
	XXH3_freeState(state);
}

/* ---- findings in reading order ---- */

static size_t
file_order(const struct diags *d, struct str path)
{
	size_t n = 0;

	for (struct table_entry *i = table_next(&d->sources, NULL); i != NULL;
	    i = table_next(&d->sources, i), n++)
		if (str_eq(i->key, path))
			break;
	return n;
}

static int
comes_after(const struct diags *d, const struct diag *x, const struct diag *y)
{
	size_t a = file_order(d, x->at[0].file);
	size_t b = file_order(d, y->at[0].file);

	if (a != b)
		return a > b;
	if (x->at[0].line != y->at[0].line)
		return x->at[0].line > y->at[0].line;
	return x->at[0].col > y->at[0].col;
}

/* At most 200 of them, nearly sorted, and the order of equals stays. */
static void
sort_findings(struct diags *d)
{
	for (size_t i = 1; i < d->n; i++) {
		struct diag g = d->list[i];
		size_t k = i;

		while (k > 0 && comes_after(d, &d->list[k - 1], &g)) {
			d->list[k] = d->list[k - 1];
			k--;
		}
		d->list[k] = g;
	}
}

void
compile_begin(struct compile *c, struct arena *a, lang_read_fn *read,
    void *arg, struct diags *d)
{
	*c = (struct compile){
		.a = a, .d = d, .read = read, .arg = arg,
		.ss = { .a = a, .d = d }, .unit = unit_new(),
		.schemas = schema_set_new(),
	};
	c->last_map = &c->maps;
	c->last_overlay = &c->overlays;
	schema_reader(c->schemas, schema_file, c);
	/* laws make records of them, and records are held to them */
	arena_defer(&c->unit->arena, free_set, c->schemas);
	arena_defer(a, free_table, &c->modules);
}

static void
compile_all(struct compile *c, struct str path, const struct lang_options *o)
{
	struct str text;
	struct err err;

	if (file_read(c, path, &text, &err) != 0) {
		source_add(&c->ss, path, STR(""));
		diag_at(&c->ss, C204, (struct span){ 0 }, "%s", err.text);
		return;
	}
	load(c, path, text);
	count(c);
	if (o != NULL)
		params_read(c, o);
	layers_find(c);
	for (struct module *m = c->first; m != NULL; m = m->next)
		check_things(c, m);
	layers_rules(c);
	for (struct module *m = c->first; m != NULL; m = m->next)
		check_blocks(c, m);
	for (struct module *m = c->first; m != NULL; m = m->next)
		for (struct table_entry *i = table_next(&m->connectors, NULL);
		    i != NULL; i = table_next(&m->connectors, i))
			connector_compile(c, i->value,
			    &c->unit->connectors[c->unit->nconnector++]);
	check_unused(c, c->last);
	if (c->d->nerror == 0)
		make_maps(c);
	if (c->d->nerror == 0)
		digest(c);
}

void
compile_run(struct compile *c, struct str path, const struct lang_options *o)
{
	c->options = o;
	compile_all(c, path_resolve(c->a, STR(""), path), o);
	sort_findings(c->d);
}

int
lang_compile(struct str path, lang_read_fn *read, void *arg,
    const struct lang_options *o, struct unit **out,
    struct lang_sources *sources, struct diags *d)
{
	struct arena a = { 0 };
	struct compile c;
	size_t before = d->nerror;

	compile_begin(&c, &a, read, arg, d);
	compile_run(&c, path, o);
	if (sources != NULL)
		*sources = c.files;
	*out = NULL;
	if (d->nerror == before)
		*out = c.unit;
	else
		unit_unref(c.unit);
	arena_fini(&a);
	return *out != NULL ? 0 : -1;
}
