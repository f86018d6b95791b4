/*
 * Compiled mappings.
 */
#include "stage/compiled.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "lang/lang.h"

/* The files of a published version, for the compiler. */
static int
read_stored(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct active_mapping *m = arg;

	for (size_t i = 0; i < m->nfiles; i++) {
		if (str_eq(m->files[i].path, path)) {
			*text = m->files[i].text;
			return 0;
		}
	}
	return err_set(e, ERR_NOINPUT, "%.*s is not among the files that were "
	    "published; publish it again", STR_ARG(path));
}

/* The same for every connection. */
static int
is_everyones(const struct unit *u)
{
	for (uint32_t i = 0; i < u->nmap; i++)
		if (u->maps[i].declares || u->maps[i].catalogued)
			return 0;
	return u->nparam == 0;
}

/* What serves all connections, of one version (0: of any). */
static struct compiled *
shared_of(struct compiler *x, struct str name, int32_t id)
{
	for (struct compiled *k = x->list; k != NULL; k = k->next)
		if (k->unit != NULL && is_everyones(k->unit) &&
		    (id == 0 || k->id == id) && str_eq(k->name, name))
			return k;
	return NULL;
}

static struct str
put(char **at, struct str s)
{
	char *p = *at;

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	*at += s.n;
	return str_from(p, s.n);
}

static struct compiled *
compiled_of(struct compiler *x, struct str name, struct str params,
    struct str fields)
{
	struct compiled *k;
	char *text;

	for (k = x->list; k != NULL; k = k->next)
		if (str_eq(k->name, name) && str_eq(k->params, params) &&
		    str_eq(k->fields, fields))
			return k;
	k = calloc(1, sizeof(*k) + name.n + params.n + fields.n);
	if (k == NULL)
		fatal("out of memory: a compiled mapping");
	text = (char *)(k + 1);
	k->name = put(&text, name);
	k->params = put(&text, params);
	k->fields = put(&text, fields);
	k->next = x->list;
	x->list = k;
	return k;
}

/* Its code, not its text, which may quote a value. */
static int
first_error(const struct diags *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->list[i].level == DIAG_ERROR)
			return d->list[i].code;
	return 0;
}

/*
 * The version fails: what ran before goes on, with the catalogues of then, or
 * if it served everyone.
 */
static void
fall_back(struct compiler *x, struct compiled *k)
{
	const struct compiled *old = shared_of(x, k->name, 0);

	metric_add(x->metrics, METRIC_reloads_failed, 1);
	if (k->unit != NULL)
		return;
	for (const struct compiled *o = x->list; o != NULL; o = o->next)
		if (o->unit != NULL && str_eq(o->name, k->name) &&
		    str_eq(o->params, k->params) &&
		    (old == NULL || o->seen > old->seen))
			old = o;
	if (old == NULL)
		return;
	k->unit = unit_ref(old->unit);
	k->id = old->id;
}

/* ---- catalogues ---- */

/* A connection's catalogues; text is what tells them from older ones. */
struct own_fields {
	struct lang_catalog *list;
	size_t n;
	struct str text;
};

static struct own_fields
fields_of(const struct active *act, int32_t connection, struct arena *a)
{
	struct own_fields own = { 0 };
	struct buf b = { 0 };

	own.list = arena_array(a, act->ncatalogues, sizeof(*own.list));
	for (size_t i = 0; i < act->ncatalogues; i++) {
		const struct catalogue *c = &act->catalogues[i];

		if (c->connection_id != connection || c->version == 0)
			continue;
		own.list[own.n].file = c->object;
		own.list[own.n++].schema = arena_printf(a, ".%.*s",
		    STR_ARG(c->object));
		buf_printf(&b, "%" PRId32 " %.*s %" PRId32 "\n", connection,
		    STR_ARG(c->object), c->version);
	}
	own.text = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return own;
}

static int
read_fields(struct compiler *x, struct own_fields *own, int32_t connection,
    struct arena *a)
{
	for (size_t i = 0; i < own->n && !x->failed; i++)
		x->failed = catalogue_get(x->db, a, connection,
		    own->list[i].file, &own->list[i].text, &x->err) != 0;
	return x->failed ? -1 : 0;
}

/* ---- units ---- */

static void
refused(struct compiler *x, struct compiled *k,
    const struct active_mapping *m, const struct diags *d)
{
	fall_back(x, k);
	log_error("catalog.mapping_refused", "name=%.*s version=%d "
	    "errors=%zu code=E%d running=%d", STR_ARG(m->name), m->version,
	    d->nerror, first_error(d), k->id);
}

/* Its text may mean something else in a version that is not known here. */
static int
is_ours(struct compiler *x, struct compiled *k, const struct active_mapping *m)
{
	if (m->language == LANG_VERSION)
		return 1;
	fall_back(x, k);
	log_error("catalog.language", "name=%.*s version=%d language=%d "
	    "known=%d running=%d", STR_ARG(m->name), m->version, m->language,
	    LANG_VERSION, k->id);
	return 0;
}

static void
compile(struct compiler *x, struct compiled *k,
    const struct active_mapping *m, const struct connection *cn,
    struct own_fields *own, struct arena *a)
{
	struct str values[] = { cn->params, m->params };
	struct lang_options o = { .params = values, .nparam = COUNT(values),
		.catalogs = own->list, .ncatalog = own->n };
	struct diags d;
	struct unit *u;

	if (read_fields(x, own, cn->id, a) != 0)
		return;
	k->tried = m->id;
	if (!is_ours(x, k, m))
		return;
	diags_init(&d);
	if (m->nfiles > 0 && lang_compile(m->files[0].path, read_stored,
	    (void *)m, &o, &u, NULL, &d) == 0) {
		unit_unref(k->unit);
		k->unit = u;
		k->id = m->id;
		log_info("catalog.mapping", "name=%.*s version=%d",
		    STR_ARG(m->name), m->version);
	} else {
		refused(x, k, m, &d);
	}
	diags_fini(&d);
}

static struct compiled *
unit_of(struct compiler *x, const struct active_mapping *m,
    const struct active *act, const struct connection *cn)
{
	struct compiled *k = shared_of(x, m->name, m->id);
	struct own_fields own;
	struct arena a = { 0 };

	if (k != NULL)
		return k;
	own = fields_of(act, cn->id, &a);
	k = compiled_of(x, m->name, cn->params, own.text);
	if (k->tried != m->id)
		compile(x, k, m, cn, &own, &a);
	arena_fini(&a);
	return k;
}

const struct compiled *
compiler_find(struct compiler *x, const struct active *act, struct str name,
    const struct connection *cn)
{
	for (size_t i = 0; i < act->nmappings; i++) {
		struct compiled *k;

		if (!str_eq(act->mappings[i].name, name))
			continue;
		k = unit_of(x, &act->mappings[i], act, cn);
		k->seen = act->generation;
		return k;
	}
	return NULL;
}

static void
free_compiled(struct compiled *k)
{
	unit_unref(k->unit);
	free(k);
}

void
compiler_forget(struct compiler *x, int64_t generation)
{
	struct compiled **at = &x->list, *k;

	while ((k = *at) != NULL) {
		if (k->seen == generation) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		free_compiled(k);
	}
}

void
compiler_fini(struct compiler *x)
{
	struct compiled *k, *next;

	for (k = x->list; k != NULL; k = next) {
		next = k->next;
		free_compiled(k);
	}
	x->list = NULL;
}
