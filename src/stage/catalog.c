/*
 * Loading and swapping catalogs.
 *
 * A unit is compiled once per version of a mapping and kept between loads,
 * so a reload costs what has changed.  Where a version does not compile, the
 * unit of the version before it goes on.
 */
#include "stage/catalog.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "lang/lang.h"
#include "store/control.h"

#define POLL_MS 500   /* behind LISTEN, in case a notice is lost */
#define RETRY_MS 1000

/*
 * A compiled version, the last one of a name that compiled, with the params
 * of a connection.  Where it has no params, it serves all connections.
 */
struct compiled {
	struct compiled *next;
	struct unit *unit;
	int32_t id;     /* that unit's */
	int32_t tried;  /* the newest version that was looked at */
	int64_t seen;   /* the generation that used it last */
	struct str name, params;
};

struct catalog {
	atomic_int refs;
	int64_t generation;
	struct arena arena;
	struct route *routes;
	size_t n;
	struct unit **units; /* held */
	size_t nunit;
};

struct catalogs {
	pthread_t thread;
	atomic_int stop;
	pthread_mutex_t lock; /* of current */
	struct catalog *current;
	struct compiled *compiled; /* the reload thread's */
	struct metrics *metrics;
	struct db *db;
};

int64_t
catalog_generation(const struct catalog *c)
{
	return c->generation;
}

size_t
catalog_count(const struct catalog *c)
{
	return c->n;
}

const struct route *
catalog_route(const struct catalog *c, size_t i)
{
	return &c->routes[i];
}

const struct route *
catalog_find(const struct catalog *c, int32_t sync)
{
	size_t lo = 0, hi = c->n;

	while (lo < hi) { /* routes are sorted by sync */
		size_t mid = (lo + hi) / 2;

		if (c->routes[mid].sync < sync)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->n && c->routes[lo].sync == sync ? &c->routes[lo] : NULL;
}

struct catalog *
catalogs_hold(struct catalogs *cs)
{
	struct catalog *c;

	pthread_mutex_lock(&cs->lock);
	c = cs->current;
	atomic_fetch_add(&c->refs, 1);
	pthread_mutex_unlock(&cs->lock);
	return c;
}

struct catalog *
catalog_share(struct catalog *c)
{
	atomic_fetch_add(&c->refs, 1);
	return c;
}

void
catalog_release(struct catalog *c)
{
	if (c == NULL || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	for (size_t i = 0; i < c->nunit; i++)
		unit_unref(c->units[i]);
	free(c->units);
	arena_fini(&c->arena);
	free(c);
}

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

/* What serves all connections, of one version (0: of any). */
static struct compiled *
shared_of(struct catalogs *cs, struct str name, int32_t id)
{
	for (struct compiled *k = cs->compiled; k != NULL; k = k->next)
		if (k->unit != NULL && k->unit->nparam == 0 &&
		    (id == 0 || k->id == id) && str_eq(k->name, name))
			return k;
	return NULL;
}

static struct compiled *
compiled_of(struct catalogs *cs, struct str name, struct str params)
{
	struct compiled *k;
	char *text;

	for (k = cs->compiled; k != NULL; k = k->next)
		if (str_eq(k->name, name) && str_eq(k->params, params))
			return k;
	k = calloc(1, sizeof(*k) + name.n + params.n);
	if (k == NULL)
		fatal("out of memory: a compiled mapping");
	text = (char *)(k + 1);
	memcpy(text, name.p, name.n);
	memcpy(text + name.n, params.p, params.n);
	k->name = str_from(text, name.n);
	k->params = str_from(text + name.n, params.n);
	k->next = cs->compiled;
	cs->compiled = k;
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

/* The version fails: what ran before goes on, if it served this one too. */
static void
fall_back(struct catalogs *cs, struct compiled *k)
{
	const struct compiled *old = shared_of(cs, k->name, 0);

	if (k->unit != NULL || old == NULL)
		return;
	k->unit = unit_ref(old->unit);
	k->id = old->id;
}

/*
 * The unit of an active mapping for a connection, or of the last version that
 * compiled.
 */
static struct compiled *
compile(struct catalogs *cs, const struct active_mapping *m,
    struct str params)
{
	struct compiled *k = shared_of(cs, m->name, m->id);
	struct str values[] = { params, m->params };
	struct lang_options o = { values, COUNT(values) };
	struct diags d;
	struct unit *u;

	if (k == NULL)
		k = compiled_of(cs, m->name, params);
	if (k->tried == m->id)
		return k;
	k->tried = m->id;
	diags_init(&d);
	if (m->nfiles > 0 && lang_compile(m->files[0].path, read_stored,
	    (void *)m, &o, &u, NULL, &d) == 0) {
		unit_unref(k->unit);
		k->unit = u;
		k->id = m->id;
		log_info("catalog.mapping", "name=%.*s version=%d",
		    STR_ARG(m->name), m->version);
	} else {
		fall_back(cs, k);
		metric_add(cs->metrics, METRIC_reloads_failed, 1);
		log_error("catalog.mapping_refused", "name=%.*s version=%d "
		    "errors=%zu code=E%d running=%d", STR_ARG(m->name),
		    m->version, d.nerror, first_error(&d), k->id);
	}
	diags_fini(&d);
	return k;
}

static const struct compiled *
find_mapping(struct catalogs *cs, const struct active *act, struct str name,
    struct str params)
{
	for (size_t i = 0; i < act->nmappings; i++) {
		struct compiled *k;

		if (!str_eq(act->mappings[i].name, name))
			continue;
		k = compile(cs, &act->mappings[i], params);
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

/* What no sync of the generation uses: params of a connection that changed. */
static void
forget(struct catalogs *cs, int64_t generation)
{
	struct compiled **at = &cs->compiled, *k;

	while ((k = *at) != NULL) {
		if (k->seen == generation) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		free_compiled(k);
	}
}

/* A unit that the catalog's routes point into stays as long as it. */
static const struct unit *
keep(struct catalog *c, const struct compiled *k)
{
	if (k == NULL || k->unit == NULL)
		return NULL;
	for (size_t i = 0; i < c->nunit; i++)
		if (c->units[i] == k->unit)
			return k->unit;
	c->units = realloc(c->units, (c->nunit + 1) * sizeof(*c->units));
	if (c->units == NULL)
		fatal("out of memory: a catalog");
	c->units[c->nunit++] = unit_ref(k->unit);
	return k->unit;
}

/* "hubspot.contact" -> "contact" */
static struct str
object_name(struct str right)
{
	for (size_t i = right.n; i > 0; i--)
		if (right.p[i - 1] == '.')
			return str_from(right.p + i, right.n - i);
	return right;
}

/* What rules call by name only the connector knows. */
static void
check_calls(const struct route *rt)
{
	const struct prog *p = rt->map->forward;

	for (uint32_t i = 0; i < p->naction; i++)
		for (uint16_t k = 0; k < p->actions[i].ncall; k++)
			if (object_call(rt->object, p->actions[i].calls[k]) ==
			    NULL)
				log_error("catalog.no_operation", "sync=%d "
				    "connection=%.*s object=%.*s operation="
				    "%.*s", rt->sync,
				    STR_ARG(rt->connection_name),
				    STR_ARG(rt->object->name),
				    STR_ARG(p->actions[i].calls[k]));
}

static void
make_route(struct catalogs *cs, struct catalog *c, const struct active *act,
    const struct sync *s, const struct connection *cn, struct route *rt)
{
	const struct compiled *map = find_mapping(cs, act, s->mapping,
	    cn->params);
	const struct compiled *con = find_mapping(cs, act, cn->connector,
	    cn->params);
	const struct unit *u;

	*rt = (struct route){
	    .sync = s->id,
	    .tenant = s->tenant_id,
	    .entity = s->entity_id,
	    .entity_name = arena_str(&c->arena, s->entity),
	    .connection = cn->id,
	    .connection_name = arena_str(&c->arena, cn->name),
	    .base_url = arena_str(&c->arena, cn->base_url),
	    .params = arena_str(&c->arena, cn->params),
	    .secret = arena_str(&c->arena, cn->secret),
	    .paused = !s->enabled || !cn->enabled,
	};
	if ((u = keep(c, map)) != NULL) {
		rt->map = unit_map(u, s->map);
		rt->map_gen = map->id;
	}
	if ((u = keep(c, con)) != NULL) {
		rt->connector_unit = u;
		/* A connector's mapping holds one connector. */
		rt->connector = u->nconnector > 0 ? &u->connectors[0] : NULL;
	}
	if (rt->map != NULL && rt->connector != NULL)
		rt->object = connector_object(rt->connector,
		    object_name(rt->map->right));
	if (rt->object == NULL)
		rt->map = NULL;
	if (rt->map != NULL)
		check_calls(rt);
	else
		log_error("catalog.sync_incomplete", "sync=%d name=%.*s "
		    "mapping=%.*s map=%.*s connector=%.*s", s->id,
		    STR_ARG(s->name), STR_ARG(s->mapping), STR_ARG(s->map),
		    STR_ARG(cn->connector));
}

int32_t
route_links(const struct route *rt, const struct prog_lookup *l)
{
	return rt->links[l - rt->map->forward->lookups];
}

/* The first route of a connection whose records are of an entity. */
static struct route *
find_links(struct catalog *c, int32_t connection, struct str entity)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->routes[i].connection == connection &&
		    str_eq(c->routes[i].entity_name, entity))
			return &c->routes[i];
	return NULL;
}

/* Who asks whom; routes are sorted by sync. */
static void
join_routes(struct catalog *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct route *rt = &c->routes[i], *to;
		const struct prog *p = rt->map ? rt->map->forward : NULL;
		int32_t *links;

		if (p == NULL)
			continue;
		links = arena_array(&c->arena, p->nlookup, sizeof(*links));
		rt->links = links;
		for (uint32_t k = 0; k < p->nlookup; k++) {
			if (p->lookups[k].kind == LOOKUP_TABLE)
				continue;
			to = find_links(c, rt->connection, p->lookups[k].name);
			if (to != NULL) {
				to->awaited = 1;
				links[k] = to->sync;
				continue;
			}
			log_error("catalog.no_links", "sync=%d connection="
			    "%.*s entity=%.*s", rt->sync,
			    STR_ARG(rt->connection_name),
			    STR_ARG(p->lookups[k].name));
		}
	}
}

static int
by_sync(const void *a, const void *b)
{
	const struct route *x = a, *y = b;

	return (x->sync > y->sync) - (x->sync < y->sync);
}

static int
load(struct catalogs *cs, struct err *e)
{
	struct catalog *c = calloc(1, sizeof(*c)), *was;
	struct arena a = { 0 };
	struct active act;

	if (c == NULL)
		fatal("out of memory: a catalog");
	atomic_init(&c->refs, 1);
	if (active_load(cs->db, &a, &act, e) != 0) {
		arena_fini(&a);
		catalog_release(c);
		return -1;
	}
	c->generation = act.generation;
	c->routes = arena_array(&c->arena, act.nsyncs, sizeof(*c->routes));
	for (size_t i = 0; i < act.nsyncs; i++) {
		const struct sync *s = &act.syncs[i];

		if (!(s->direction & SYNC_OUT))
			continue;
		for (size_t j = 0; j < act.nconnections; j++)
			if (act.connections[j].id == s->connection_id)
				make_route(cs, c, &act, s, &act.connections[j],
				    &c->routes[c->n++]);
	}
	qsort(c->routes, c->n, sizeof(*c->routes), by_sync);
	join_routes(c);
	arena_fini(&a);
	forget(cs, c->generation);
	pthread_mutex_lock(&cs->lock);
	was = cs->current;
	cs->current = c;
	pthread_mutex_unlock(&cs->lock);
	catalog_release(was);
	metric_add(cs->metrics, METRIC_reloads, 1);
	metric_set(cs->metrics, METRIC_generation, c->generation);
	log_info("catalog.loaded", "generation=%" PRId64 " syncs=%zu",
	    c->generation, c->n);
	return 0;
}

/* Load when the generation is another one. */
static int
refresh(struct catalogs *cs, struct err *e)
{
	int64_t generation;

	if (active_generation(cs->db, &generation, e) != 0)
		return -1;
	if (cs->current != NULL && generation == cs->current->generation)
		return 0;
	return load(cs, e);
}

static void *
catalogs_main(void *arg)
{
	struct catalogs *cs = arg;
	struct err e;

	while (!atomic_load(&cs->stop)) {
		if (db_ok(cs->db) || db_reconnect(cs->db, &e) == 0) {
			if (db_wait(cs->db, POLL_MS, -1, &e) >= 0 &&
			    refresh(cs, &e) == 0)
				continue;
		}
		log_warn("catalog.database", "cause=\"%s\" wait_ms=%d", e.text,
		    RETRY_MS);
		clock_sleep_ms(RETRY_MS);
	}
	return NULL;
}

int
catalogs_start(struct catalogs **out, const char *conninfo, struct metrics *m,
    struct err *e)
{
	struct catalogs *cs = calloc(1, sizeof(*cs));

	if (cs == NULL)
		fatal("out of memory: catalogs");
	cs->metrics = m;
	pthread_mutex_init(&cs->lock, NULL);
	if (db_connect(conninfo, &cs->db, e) != 0 ||
	    db_listen(cs->db, CROSSWALK_RELOAD, e) != 0 ||
	    refresh(cs, e) != 0) {
		catalogs_stop(cs);
		return -1;
	}
	if (pthread_create(&cs->thread, NULL, catalogs_main, cs) != 0)
		fatal("no thread for the catalog");
	*out = cs;
	return 0;
}

void
catalogs_stop(struct catalogs *cs)
{
	struct compiled *k, *next;

	if (cs == NULL)
		return;
	atomic_store(&cs->stop, 1);
	if (cs->thread != 0)
		pthread_join(cs->thread, NULL);
	catalog_release(cs->current);
	for (k = cs->compiled; k != NULL; k = next) {
		next = k->next;
		free_compiled(k);
	}
	if (cs->db != NULL)
		db_close(cs->db);
	pthread_mutex_destroy(&cs->lock);
	free(cs);
}
