/*
 * crosswalk shadow: the newest records by the version that runs and by a file
 * that may become the next, as the engine would treat them.  The journal says
 * which and what they are, links what was agreed on.  One snapshot is read;
 * nothing is written and nothing sent.
 */
#include "cli/shadow.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/size.h"
#include "cli/mapping.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/stored_fields.h"
#include "journal/journal.h"
#include "lang/lang.h"
#include "stage/compiled.h"
#include "stage/engine.h"
#include "stage/resolve.h"
#include "store/link.h"

#define RECORDS 1000 /* where -n is silent */
#define MOST ((uint64_t)10000000)
#define BATCH ((size_t)1000) /* events a read */

enum { NOW, THEN, VERSIONS };

struct run {
	struct session *s;
	struct sync sync;
	struct active active;
	const struct connection *connection; /* of active */
	struct metrics metrics; /* what rooms count; nobody looks */
	struct compiler compiler;
	struct unit *file;
	struct route routes[VERSIONS];
	struct engine_run *engines[VERSIONS];
	struct resolver *resolver;
	struct arena arena, seen_keys; /* of a batch; of the keys in seen */
	struct table seen;
	struct work *works;
	struct link *links;
	struct buf made;
	struct shadow shadow;
	struct progress progress;
	uint64_t most;
};

static int
find_sync(struct run *r, const char *name, struct err *e)
{
	struct session *s = r->s;

	if (session_sync(s, name, &r->sync, e) != 0 ||
	    active_load(s->db, &s->arena, &r->active, e) != 0)
		return -1;
	if (!(r->sync.direction & SYNC_OUT))
		return err_set(e, ERR_USAGE, "sync `%s` sends nothing; its "
		    "records come from the CRM", name);
	for (size_t i = 0; i < r->active.nconnections; i++)
		if (r->active.connections[i].id == r->sync.connection_id)
			r->connection = &r->active.connections[i];
	return r->connection != NULL ? 0 : err_set(e, ERR_BUSY,
	    "sync `%s` was changed meanwhile; try again", name);
}

/* FILE as it would be published, for this connection. */
static int
compile_file(struct run *r, const struct args *a, struct err *e)
{
	struct str values[2] = { { 0 } };
	struct options o;
	struct diags d;
	int rv;

	options_read(&o, a);
	o.files = 1;
	rv = stored_options(a, arena_printf(&o.arena, "%.*s",
	    STR_ARG(r->connection->name)).p, &values[0], o.catalogs,
	    ARGS_GIVEN, &o.lang.ncatalog, &o.arena, e);
	if (rv == 0) {
		values[1] = o.params;
		o.lang.params = values;
		o.lang.nparam = COUNT(values);
		diags_init(&d);
		if (lang_compile(str_z(a->rest[1]), lang_read_file, NULL,
		    &o.lang, &r->file, NULL, &d) != 0)
			rv = err_set(e, ERR_DATA, "%s has errors", a->rest[1]);
		mapping_tell(&d);
		diags_fini(&d);
	}
	if (rv == 0)
		options_met(&o, a, r->file);
	options_fini(&o);
	return rv;
}

/* The sync whose links answer a lookup: the first of its connection. */
static int32_t
links_of(const struct run *r, struct str entity)
{
	for (size_t i = 0; i < r->active.nsyncs; i++) {
		const struct sync *s = &r->active.syncs[i];

		if (s->connection_id == r->connection->id &&
		    (s->direction & SYNC_OUT) && str_eq(s->entity, entity))
			return s->id;
	}
	return 0;
}

static int
make_route(struct run *r, struct route *rt, const struct unit *u,
    const struct unit *connector, const char *where, struct err *e)
{
	const struct prog *p;
	int32_t *links;

	*rt = (struct route){ .sync = r->sync.id,
		.tenant = r->sync.tenant_id, .entity = r->sync.entity_id,
		.entity_name = r->sync.entity,
		.connection = r->connection->id,
		.connection_name = r->connection->name,
		.map = unit_map(u, r->sync.map),
		.connector = &connector->connectors[0] };
	if (rt->map == NULL)
		return err_set(e, ERR_DATA, "%s has no map `%.*s`, which sync "
		    "`%.*s` runs", where, STR_ARG(r->sync.map),
		    STR_ARG(r->sync.name));
	rt->object = route_object(rt->connector, rt->map);
	if (rt->object == NULL)
		return err_set(e, ERR_DATA, "%s: connector `%.*s` has no "
		    "object for %.*s", where, STR_ARG(rt->connector->name),
		    STR_ARG(rt->map->right));
	p = rt->map->forward;
	links = arena_array(&r->s->arena, p->nlookup, sizeof(*links));
	for (uint32_t i = 0; i < p->nlookup; i++)
		if (p->lookups[i].kind != LOOKUP_TABLE)
			links[i] = links_of(r, p->lookups[i].name);
	rt->links = links;
	return 0;
}

/* What runs; NULL: it is not published, or not right for the connection. */
static const struct unit *
running(struct run *r, struct str name, struct err *e)
{
	const struct compiled *k = compiler_find(&r->compiler, &r->active,
	    name, r->connection);

	if (r->compiler.failed)
		*e = r->compiler.err;
	else if (k == NULL)
		err_set(e, ERR_DATA, "mapping `%.*s` is not published",
		    STR_ARG(name));
	else if (k->unit == NULL)
		err_set(e, ERR_DATA, "the version of `%.*s` that is published "
		    "does not compile for connection `%.*s`", STR_ARG(name),
		    STR_ARG(r->connection->name));
	else
		return k->unit;
	return NULL;
}

static int
make_routes(struct run *r, const struct args *a, struct err *e)
{
	const struct unit *map, *connector;

	r->compiler.db = r->s->db;
	r->compiler.metrics = &r->metrics;
	if ((connector = running(r, r->connection->connector, e)) == NULL ||
	    (map = running(r, r->sync.mapping, e)) == NULL ||
	    compile_file(r, a, e) != 0)
		return -1;
	if (connector->nconnector == 0)
		return err_set(e, ERR_DATA, "mapping `%.*s` has no connector",
		    STR_ARG(r->connection->connector));
	if (make_route(r, &r->routes[NOW], map, connector, "what runs", e) !=
	    0)
		return -1;
	return make_route(r, &r->routes[THEN], r->file, connector, a->rest[1],
	    e);
}

/* ---- records ---- */

/* A copy in the batch's arena with what the reader wants behind it. */
static struct str
padded(struct run *r, struct str s)
{
	char *p = arena_zalloc(&r->arena, size_add(s.n, RECORD_PAD));

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static struct str
verdict_of(struct run *r, const struct result *w)
{
#define X(name, word) word,
	static const char *const verbs[] = { CONNECTOR_OPS(X) };
#undef X

	switch ((enum result_decision)w->decision) {
	case RESULT_NOTHING:
		return STR("unchanged");
	case RESULT_SKIP:
		return arena_printf(&r->arena, "skip \"%.*s\"",
		    STR_ARG(w->cause));
	case RESULT_SEND:
		return str_z(verbs[w->verb]);
	case RESULT_WAIT:
		return STR("wait");
	default:
		return STR("error");
	}
}

static void
map_record(struct run *r, int version, const struct work *w,
    struct shadow_side *out)
{
	struct engine_run *x = r->engines[version];
	struct result res;

	*out = (struct shadow_side){ 0 };
	engine_run_map(x, &r->routes[version], w, &res);
	out->verdict = verdict_of(r, &res);
	if (res.decision == RESULT_ERROR || res.decision == RESULT_AGAIN) {
		out->why = arena_str(&r->arena, res.cause);
		out->line = res.line;
	}
	buf_reset(&r->made);
	if (engine_run_made(x, &r->made))
		out->made = padded(r, buf_str(&r->made));
}

/* The works of a batch by both versions; found differs between them. */
static int
map_batch(struct run *r, size_t n, struct err *e)
{
	struct shadow_side *sides[VERSIONS];

	for (int v = 0; v < VERSIONS; v++) {
		sides[v] = arena_array(&r->arena, n, sizeof(*sides[v]));
		engine_run_reset(r->engines[v]);
		if (resolve(r->resolver, r->s->db, &r->routes[v], r->works, n,
		    &r->metrics, &r->arena, e) != 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			r->works[i].found = padded(r, r->works[i].found);
			map_record(r, v, &r->works[i], &sides[v][i]);
		}
	}
	for (size_t i = 0; i < n; i++)
		shadow_add(&r->shadow, r->works[i].key, &sides[NOW][i],
		    &sides[THEN][i]);
	progress_show(&r->progress, r->shadow.records, 0);
	return 0;
}

/* The newest event of a record is its work; older ones are passed over. */
static size_t
take_events(struct run *r, const struct journal_event *ev, size_t n)
{
	size_t took = 0;

	for (size_t i = 0; i < n && r->seen.live < r->most; i++) {
		struct str key;

		if (table_get(&r->seen, ev[i].key) != NULL)
			continue;
		key = arena_str(&r->seen_keys, ev[i].key);
		table_put(&r->seen, key, r);
		r->works[took++] = (struct work){ .seq = (uint64_t)ev[i].seq,
		    .sync = (uint64_t)r->sync.id, .op = (uint64_t)ev[i].op,
		    .at = (uint64_t)ev[i].at_us, .key = key,
		    .payload = padded(r, ev[i].payload) };
	}
	return took;
}

static int
fetch_links(struct run *r, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		r->links[i] = (struct link){ .sync_id = r->sync.id,
		    .key = r->works[i].key };
	if (links_fetch(r->s->db, &r->arena, r->links, n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct link *l = &r->links[i];

		if (l->state != LINK_LINKED)
			continue;
		r->works[i].linked = 1;
		r->works[i].remote = l->remote_id;
		r->works[i].version = l->version;
		r->works[i].base = padded(r, l->base);
	}
	return 0;
}

static int
replay(struct run *r, struct err *e)
{
	int64_t before = INT64_MAX;
	struct journal_event *ev;
	size_t n;

	do {
		arena_reset(&r->arena);
		if (journal_pg_recent(r->s->db, &r->arena, r->sync.entity_id,
		    before, BATCH, &ev, &n, e) != 0)
			return -1;
		if (n == 0)
			break;
		before = ev[n - 1].seq;
		n = take_events(r, ev, n);
		if (n > 0 && (fetch_links(r, n, e) != 0 ||
		    map_batch(r, n, e) != 0))
			return -1;
	} while (r->seen.live < r->most);
	if (r->shadow.records > 0)
		return 0;
	return err_set(e, ERR_NOINPUT, "the journal holds no change of "
	    "`%.*s`; attach --backfill captures the rows that are there",
	    STR_ARG(r->sync.entity));
}

/* All of it in one snapshot, in which nothing can be written. */
static int
replay_snapshot(struct run *r, struct err *e)
{
	int64_t now = clock_wall_us();
	int rv;

	r->works = arena_array(&r->s->arena, BATCH, sizeof(*r->works));
	r->links = arena_array(&r->s->arena, BATCH, sizeof(*r->links));
	r->resolver = resolver_new();
	for (int v = 0; v < VERSIONS; v++) {
		r->engines[v] = engine_run_new();
		engine_run_now(r->engines[v], now);
	}
	progress_begin(&r->progress);
	rv = db_script(r->s->db, "BEGIN ISOLATION LEVEL REPEATABLE READ, "
	    "READ ONLY", e);
	if (rv == 0)
		rv = replay(r, e);
	db_rollback(r->s->db);
	progress_end(&r->progress);
	for (int v = 0; v < VERSIONS; v++)
		engine_run_free(r->engines[v]);
	resolver_free(r->resolver);
	return rv;
}

int
cmd_shadow(struct session *s, const struct args *a, struct err *e)
{
	struct run r = { .s = s, .most = RECORDS };
	int rv;

	if (args_get(a, 'n') != NULL)
		r.most = args_number(a, 'n', "--records", 1, MOST);
	log_set_level(LOG_ERROR); /* a field of no catalogue is no news */
	rv = find_sync(&r, a->rest[0], e) != 0 ||
	    make_routes(&r, a, e) != 0 || replay_snapshot(&r, e) != 0 ? -1 :
	    0;
	if (rv == 0) {
		shadow_print(&r.shadow, &s->out, s->json);
		if (!s->json)
			buf_printf(&s->out, "%llu of %llu records differ\n",
			    (unsigned long long)r.shadow.differ,
			    (unsigned long long)r.shadow.records);
		s->status = r.shadow.differ > 0;
	}
	shadow_fini(&r.shadow);
	table_fini(&r.seen);
	buf_fini(&r.made);
	arena_fini(&r.arena);
	arena_fini(&r.seen_keys);
	compiler_fini(&r.compiler);
	unit_unref(r.file);
	return rv;
}
