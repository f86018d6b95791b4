/*
 * Ingest.  The loop does what there is to do, in this order, and sleeps only
 * when there was nothing: acks, journal, intents, frames, cursor.
 *
 * After a database error everything in memory is forgotten and the journal
 * read again from its committed position: repeating is safe, guessing is not.
 */
#include "stage/ingest.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/size.h"
#include "journal/journal.h"
#include "pipe/pipe.h"
#include "stage/lanes.h"
#include "stage/resolve.h"
#include "store/intent.h"
#include "store/link.h"

#ifdef HOSTILE
#define READ_MAX ((size_t)1)
#define FRAME_BYTES ((size_t)1)
#else
#define READ_MAX ((size_t)1000)   /* events a read of the journal */
#define FRAME_BYTES ((size_t)256 << 10)
#endif
#define COMMIT_MS 100             /* the cursor is written this often */
#define INTENTS_MS 250            /* and parked work looked for this often */
#define INTENTS_MAX ((size_t)1000)
#define LEASE_MS 120000           /* for how long taken intents are ours */
#define AGAIN_LOOK_MS 1000
#define IDLE_MS 200
#define FULL_MS 5                 /* the engine has no room: look again */
#define RETRY_MS 500              /* the database is away: look again */

struct ingest {
	pthread_t thread;
	atomic_int stop;
	int64_t drain_ms;
	struct ingest_opts o;
	struct journal *journal;
	struct db *db;
	struct pipe *out, *acks;
	struct lanes *lanes;
	struct resolver *resolver;
	struct arena arena;
	struct frame_out frame;
	struct work *works;
	struct link *links;
	unsigned lost;
	int full;
	int unread; /* the last read of the journal gave all that it may */
	int64_t commit_at, intents_at, again_at;
};

/* 1 when acks came. */
static int
take_acks(struct ingest *g)
{
	struct frame f;
	struct ack a;
	struct err e;
	int some = 0, rv;

	while ((rv = pipe_pull(g->acks, 0, &f, &e)) != 0) {
		if (rv < 0) {
			log_error("ingest.ack", "cause=\"%s\"", e.text);
			break;
		}
		for (uint32_t i = 0; i < f.count && ack_get(&f, &a) == 0; i++)
			lanes_ack(g->lanes, a.emit, (int64_t)a.sync, a.key);
		frame_free(&f);
		some = 1;
	}
	if (pipe_lost(g->acks) != g->lost) {
		size_t n = lanes_again(g->lanes, INT64_MAX);

		g->lost = pipe_lost(g->acks);
		log_warn("ingest.peer_lost", "again=%zu", n);
	}
	return some;
}

/* An event goes to every active sync of its entity. */
static void
route_event(struct ingest *g, const struct catalog *c,
    const struct journal_event *ev)
{
	struct lane_event le = { .seq = ev->seq, .at_us = ev->at_us,
	    .op = ev->op, .key = ev->key, .payload = ev->payload };
	int taken = 0;

	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct route *rt = catalog_route(c, i);

		if (rt->entity != ev->entity_id)
			continue;
		le.sync = rt->sync;
		if (lanes_add(g->lanes, &le))
			metric_add(g->o.metrics, METRIC_events_coalesced, 1);
		taken = 1;
	}
	if (!taken)
		metric_add(g->o.metrics, METRIC_events_unrouted, 1);
}

/* 1 when there were events, 0, or -1. */
static int
read_journal(struct ingest *g, struct err *e)
{
	size_t count = lanes_count(g->lanes);
	size_t max = g->o.lanes > count ? g->o.lanes - count : 0;
	struct journal_batch b;
	struct catalog *c;

	if (max == 0 || atomic_load(&g->stop))
		return 0;
	arena_reset(&g->arena);
	if (journal_read(g->journal, &g->arena,
	    max < READ_MAX ? max : READ_MAX, &b, e) != 0)
		return -1;
	g->unread = b.n == READ_MAX;
	if (b.n == 0)
		return 0;
	metric_add(g->o.metrics, METRIC_journal_events, (int64_t)b.n);
	lanes_begin(g->lanes, &b.end);
	c = catalogs_hold(g->o.catalogs);
	for (size_t i = 0; i < b.n; i++)
		route_event(g, c, &b.events[i]);
	catalog_release(c);
	lanes_end(g->lanes);
	return 1;
}

/*
 * Parked work that is due.  A record that has a lane is newer than its
 * intent, which that lane's outcome will settle.
 */
static int
take_intents(struct ingest *g, int64_t now, struct err *e)
{
	struct intent *list;
	size_t n, max;

	if (now < g->intents_at || atomic_load(&g->stop) ||
	    lanes_count(g->lanes) >= g->o.lanes)
		return 0;
	g->intents_at = now + INTENTS_MS;
	max = g->o.lanes - lanes_count(g->lanes);
	arena_reset(&g->arena);
	if (intents_take(g->db, &g->arena, clock_wall_us(), LEASE_MS,
	    max < INTENTS_MAX ? max : INTENTS_MAX, &list, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct lane_event le = { .sync = list[i].sync_id,
		    .seq = list[i].seq, .at_us = list[i].since_us,
		    .deadline_us = list[i].deadline_us,
		    .attempt = (uint16_t)list[i].attempt,
		    .tried = (uint32_t)list[i].tried, .op = list[i].op,
		    .key = list[i].key, .payload = list[i].payload };

		if (!lanes_has(g->lanes, le.sync, le.key))
			lanes_add(g->lanes, &le);
	}
	if (n == INTENTS_MAX)
		g->intents_at = now;
	return n > 0;
}

/* Links of the works, into them; slices live in the arena. */
static int
fetch_links(struct ingest *g, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		g->links[i] = (struct link){
		    .sync_id = (int32_t)g->works[i].sync,
		    .key = g->works[i].key };
	arena_reset(&g->arena);
	if (links_fetch(g->db, &g->arena, g->links, n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct work *w = &g->works[i];
		const struct link *l = &g->links[i];

		w->settle = l->parked || l->dead;
		w->decided = (uint64_t)l->last_decision;
		w->linked = l->state == LINK_LINKED;
		if (w->linked) {
			w->remote = l->remote_id;
			w->version = l->version;
			w->base = l->base;
		}
	}
	return 0;
}

/* What the lookups of the works find; they are all of one sync. */
static int
look_up(struct ingest *g, size_t n, struct err *e)
{
	struct catalog *c = catalogs_hold(g->o.catalogs);
	int rv = resolve(g->resolver, g->db, catalog_find(c,
	    (int32_t)g->works[0].sync), g->works, n, g->o.metrics, &g->arena,
	    e);

	for (size_t i = 0; i < n; i++)
		g->works[i].catalog = (uint64_t)catalog_generation(c);
	catalog_release(c);
	return rv;
}

/* Push what waits: 1 when a frame went, 0, or -1. */
static int
emit_frame(struct ingest *g, int64_t now, struct err *e)
{
	size_t n, i;
	int rv, more;

	n = lanes_take(g->lanes, g->works, g->o.frame_items, now);
	if (n == 0)
		return 0;
	if (fetch_links(g, n, e) != 0 || look_up(g, n, e) != 0) {
		lanes_untake(g->lanes, g->works, n);
		return -1;
	}
	frame_begin(&g->frame, FRAME_WORK);
	more = g->unread || lanes_waiting(g->lanes) > 0;
	for (i = 0; i < n && g->frame.b.n < FRAME_BYTES; i++) {
		g->works[i].more = more;
		work_put(&g->frame, &g->works[i]);
	}
	lanes_untake(g->lanes, g->works + i, n - i);
	rv = pipe_push(g->out, &g->frame, FULL_MS, e);
	if (rv == 1) {
		metric_add(g->o.metrics, METRIC_frames, 1);
		return 1;
	}
	if (rv < 0)
		log_error("ingest.push", "cause=\"%s\"", e->text);
	lanes_untake(g->lanes, g->works, i);
	g->full = 1;
	return 0;
}

static int
commit_cursor(struct ingest *g, int64_t now, struct err *e)
{
	struct journal_position at;

	if (now < g->commit_at || !lanes_low_water(g->lanes, &at))
		return 0;
	g->commit_at = now + COMMIT_MS;
	return journal_commit(g->journal, &at, e);
}

static void
look_again(struct ingest *g, int64_t now)
{
	int64_t oldest = lanes_oldest_us(g->lanes);
	size_t n;

	metric_set(g->o.metrics, METRIC_lanes, (int64_t)lanes_count(g->lanes));
	metric_set(g->o.metrics, METRIC_oldest_ms,
	    oldest ? (clock_wall_us() - oldest) / 1000 : 0);
	if (now < g->again_at)
		return;
	g->again_at = now + AGAIN_LOOK_MS;
	n = lanes_again(g->lanes, now - g->o.again_ms);
	if (n > 0)
		log_warn("ingest.again", "records=%zu silent_ms=%" PRId64, n,
		    g->o.again_ms);
}

/* 1 when something was done, 0 when not, -1 after a database error. */
static int
step(struct ingest *g, struct err *e)
{
	int64_t now = clock_mono_ms();
	int busy = take_acks(g), rv;

	if ((rv = read_journal(g, e)) < 0)
		return -1;
	busy |= rv;
	if ((rv = take_intents(g, now, e)) < 0)
		return -1;
	busy |= rv;
	g->full = 0;
	while (!g->full && (rv = emit_frame(g, now, e)) != 0) {
		if (rv < 0)
			return -1;
		busy = 1;
		if (take_acks(g))
			break;
	}
	if (commit_cursor(g, now, e) != 0)
		return -1;
	look_again(g, now);
	return busy;
}

/* What another reader took and did not finish is ours now. */
static int
take_over(struct ingest *g, struct err *e)
{
	int64_t woken;

	if (intents_wake_linked(g->db, &woken, e) != 0)
		return -1;
	return intents_wake_fields(g->db, LEASE_MS, &woken, e);
}

static void
recover(struct ingest *g, struct err *e)
{
	log_warn("ingest.database", "cause=\"%s\" wait_ms=%d", e->text,
	    RETRY_MS);
	lanes_reset(g->lanes);
	for (;;) {
		clock_sleep_ms(RETRY_MS);
		if (atomic_load(&g->stop))
			return;
		if (journal_reopen(g->journal, e) == 0 &&
		    (db_ok(g->db) || db_reconnect(g->db, e) == 0) &&
		    take_over(g, e) == 0)
			return;
		log_warn("ingest.database", "cause=\"%s\" wait_ms=%d",
		    e->text, RETRY_MS);
	}
}

/* Acks and the cursor of what is under way, for at most drain_ms. */
static void
drain(struct ingest *g)
{
	int64_t until = clock_mono_ms() + g->drain_ms;
	struct journal_position at;
	struct err e;

	while (lanes_count(g->lanes) > lanes_waiting(g->lanes) &&
	    clock_mono_ms() < until) {
		if (!take_acks(g))
			clock_sleep_ms(1);
	}
	if (lanes_low_water(g->lanes, &at) &&
	    journal_commit(g->journal, &at, &e) != 0)
		log_warn("ingest.database", "cause=\"%s\" wait_ms=0", e.text);
}

static void *
ingest_main(void *arg)
{
	struct ingest *g = arg;
	struct err e;

	if (take_over(g, &e) != 0)
		recover(g, &e);
	while (!atomic_load(&g->stop)) {
		int rv = step(g, &e);

		if (rv == 0)
			rv = journal_wait(g->journal, g->full ? FULL_MS :
			    lanes_count(g->lanes) > 0 ? COMMIT_MS : IDLE_MS,
			    pipe_fd(g->acks), &e);
		if (rv < 0)
			recover(g, &e);
	}
	drain(g);
	return NULL;
}

static void
ingest_free(struct ingest *g)
{
	journal_close(g->journal);
	if (g->db != NULL)
		db_close(g->db);
	pipe_close(g->out);
	pipe_close(g->acks);
	lanes_free(g->lanes);
	resolver_free(g->resolver);
	arena_fini(&g->arena);
	frame_out_fini(&g->frame);
	free(g->works);
	free(g->links);
	free(g);
}

int
ingest_start(struct ingest **out, const struct ingest_opts *o, struct err *e)
{
	struct ingest *g = calloc(1, sizeof(*g));

	if (g == NULL)
		fatal("out of memory: ingest");
	g->o = *o;
	g->lanes = lanes_new();
	g->resolver = resolver_new();
	g->works = calloc(o->frame_items, sizeof(*g->works));
	g->links = calloc(o->frame_items, sizeof(*g->links));
	if (g->works == NULL || g->links == NULL)
		fatal("out of memory: a frame of %zu", o->frame_items);
	if (pipe_open(&g->out, PIPE_PUSH, o->work_url, 1, 4, e) != 0 ||
	    pipe_open(&g->acks, PIPE_PULL, o->ack_url, 1, 64, e) != 0 ||
	    journal_pg_open(o->conninfo, "engine", &g->journal, e) != 0 ||
	    db_connect(o->conninfo, &g->db, e) != 0) {
		ingest_free(g);
		return -1;
	}
	if (pthread_create(&g->thread, NULL, ingest_main, g) != 0)
		fatal("no thread for ingest");
	*out = g;
	return 0;
}

void
ingest_stop(struct ingest *g, int64_t drain_ms)
{
	if (g == NULL)
		return;
	g->drain_ms = drain_ms;
	atomic_store(&g->stop, 1);
	pthread_join(g->thread, NULL);
	ingest_free(g);
}
