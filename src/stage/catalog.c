/*
 * Loading and swapping catalogs.  What was compiled is kept between loads
 * (compiled.h), so a reload costs what has changed.
 */
#include "stage/catalog.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "stage/compiled.h"

#define POLL_MS 500   /* behind LISTEN, in case a notice is lost */
#define RETRY_MS 1000

struct catalog {
	atomic_int refs;
	int64_t generation;
	struct arena arena;
	struct route *routes;
	struct want *wants;
	size_t n, nwant;
	struct unit **units; /* held */
	size_t nunit;
};

struct catalogs {
	pthread_t thread;
	atomic_int stop;
	pthread_mutex_t lock; /* of current */
	struct catalog *current;
	struct compiler compiler; /* the reload thread's */
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

const struct want *
catalog_wants(const struct catalog *c, size_t *n)
{
	*n = c->nwant;
	return c->wants;
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

const struct unit_object *
route_object(const struct unit_connector *c, const struct unit_map *map)
{
	return connector_object(c, object_name(map->right));
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
	const struct compiled *map = compiler_find(&cs->compiler, act,
	    s->mapping, cn);
	const struct compiled *con = compiler_find(&cs->compiler, act,
	    cn->connector, cn);
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
		rt->object = route_object(rt->connector, rt->map);
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

/* ---- field catalogues ---- */

/* What is stored of an object's; NULL: nothing. */
static const struct catalogue *
stored_of(const struct active *act, int32_t connection, struct str object)
{
	for (size_t i = 0; i < act->ncatalogues; i++)
		if (act->catalogues[i].connection_id == connection &&
		    str_eq(act->catalogues[i].object, object))
			return &act->catalogues[i];
	return NULL;
}

static int
is_wanted(const struct catalog *c, int32_t connection,
    const struct unit_object *o)
{
	for (size_t i = 0; i < c->nwant; i++)
		if (c->wants[i].route->connection == connection &&
		    c->wants[i].object == o)
			return 1;
	return 0;
}

/* The map goes by the catalogue of its object, or somebody asked for it. */
static void
want_fields(struct catalog *c, const struct active *act, struct route *rt,
    const struct unit_object *o)
{
	const struct catalogue *k = stored_of(act, rt->connection, o->name);
	int asked = k != NULL && k->asked_us > k->read_us;
	int used = rt->map != NULL && rt->map->declares && rt->object == o;

	if (object_op(o, CONNECTOR_FIELDS) == NULL)
		return;
	if (used && (k == NULL || k->version == 0))
		rt->no_fields = 1;
	if ((used || asked) && !is_wanted(c, rt->connection, o))
		c->wants[c->nwant++] = (struct want){ .route = rt,
		    .object = o, .read_us = k ? k->read_us : 0,
		    .asked = asked };
}

static void
make_wants(struct catalog *c, const struct active *act)
{
	size_t most = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->routes[i].connector != NULL)
			most += c->routes[i].connector->nobject;
	c->wants = arena_array(&c->arena, most, sizeof(*c->wants));
	for (size_t i = 0; i < c->n; i++) {
		struct route *rt = &c->routes[i];

		if (rt->connector == NULL || rt->paused)
			continue;
		for (uint32_t o = 0; o < rt->connector->nobject; o++)
			want_fields(c, act, rt, &rt->connector->objects[o]);
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
	cs->compiler.db = cs->db;
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
	make_wants(c, &act);
	arena_fini(&a);
	if (cs->compiler.failed) {
		*e = cs->compiler.err;
		cs->compiler.failed = 0;
		catalog_release(c);
		return -1;
	}
	compiler_forget(&cs->compiler, c->generation);
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
	cs->compiler.metrics = m;
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
	if (cs == NULL)
		return;
	atomic_store(&cs->stop, 1);
	if (cs->thread != 0)
		pthread_join(cs->thread, NULL);
	catalog_release(cs->current);
	compiler_fini(&cs->compiler);
	if (cs->db != NULL)
		db_close(cs->db);
	pthread_mutex_destroy(&cs->lock);
	free(cs);
}
