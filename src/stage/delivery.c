/*
 * Delivery.  The loop takes results, pumps the channels, hands replies to
 * them, commits what is finished and acks what is committed, in that order.
 *
 * Invariant: a record is in the table of what is held from the moment in
 * which it is taken until its outcome is committed; only then is it acked.
 */
#include "stage/delivery.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "pipe/pipe.h"
#include "stage/channel.h"
#include "store/attach.h"
#include "store/budget.h"
#include "store/catalogue.h"
#include "store/secret.h"

#ifdef HOSTILE
#define COMMIT_MAX ((size_t)1)
#else
#define COMMIT_MAX ((size_t)1000) /* outcomes a transaction at most */
#endif
#define COMMIT_MS 10              /* and how long the first may wait */
#define IDLE_MS 100
#define ACK_MS 1000               /* ingest takes no acks: it will ask again */
#define RETRY_MS 500              /* the database is away */
#define REPLIES 64

struct delivery {
	pthread_t thread;
	atomic_int stop;
	int64_t drain_ms;
	struct delivery_opts o;
	struct db *db;
	struct pipe *in, *acks;
	struct channel_env env;
	struct channel **channels;
	size_t nchannel;
	int64_t wanted; /* the generation that said what is wanted */
	struct table held;
	struct items finished;
	int64_t finished_ms; /* when the first of them was */
	struct frame_out ack;
	struct settlement *outcomes;
	struct buf scratch;
};

static void
finished(void *arg, struct item *it)
{
	struct delivery *d = arg;

	/*
	 * What is done but for a field comes again with the link that lacks,
	 * or with a catalogue that lists it.
	 */
	if (it->out.what & OUTCOME_DONE && it->out.result != DECISION_SKIP) {
		if (it->r.wait_sync != 0)
			item_await(it, clock_wall_us(), d->o.wait_ms * 1000);
		else if (it->r.lacks_at != 0)
			item_lacks(it, clock_wall_us());
	}
	if (d->finished.n == 0)
		d->finished_ms = clock_mono_ms();
	items_push(&d->finished, it);
}

static int
open_secret(void *arg, const struct route *rt, struct buf *out, struct err *e)
{
	struct delivery *d = arg;
	bool found;

	if (rt->secret.n == 0)
		return 0;
	if (d->o.key == NULL)
		return err_set(e, ERR_USAGE, "the connection has a secret, "
		    "and there is no key to open it; set CROSSWALK_KEY or "
		    "key_file");
	if (secret_get(d->db, d->o.key, rt->tenant, rt->secret, out, &found,
	    e) != 0)
		return -1;
	return found ? 0 : err_set(e, ERR_USAGE, "there is no secret named "
	    "%.*s", STR_ARG(rt->secret));
}

static void
keep_secret(void *arg, const struct route *rt, struct str secret)
{
	struct delivery *d = arg;
	struct err e;

	if (rt->secret.n == 0 || d->o.key == NULL)
		return;
	if (secret_put(d->db, d->o.key, rt->tenant, rt->secret, secret, &e) !=
	    0)
		log_error("delivery.secret", "connection=%.*s cause=\"%s\"",
		    STR_ARG(rt->connection_name), e.text);
}

static int
keep_catalogue(void *arg, const struct route *rt, struct str object,
    struct str text, struct err *e)
{
	struct delivery *d = arg;
	bool changed;

	if (catalogue_put(d->db, rt->connection, object, text, &changed, e) !=
	    0)
		return -1;
	if (changed)
		log_info("delivery.catalogue_changed", "connection=%.*s "
		    "object=%.*s bytes=%zu", STR_ARG(rt->connection_name),
		    STR_ARG(object), text.n);
	return 0;
}

static int
load_spends(void *arg, int32_t connection, struct budgets *b, struct err *e)
{
	struct delivery *d = arg;
	struct arena a = { 0 };
	struct spend *list;
	size_t n;
	int rc = spends_load(d->db, &a, connection, &list, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		budgets_restore(b, &(struct budget_spend){ list[i].name,
		    list[i].at_ms, list[i].spent, list[i].until_ms },
		    clock_wall_us() / 1000);
	arena_fini(&a);
	return rc;
}

static int
store_spends(void *arg, int32_t connection, const struct budget_spend *list,
    size_t n)
{
	struct delivery *d = arg;
	struct arena a = { 0 };
	struct spend *out = arena_array(&a, n, sizeof(*out));
	struct err e;
	int rc;

	for (size_t i = 0; i < n; i++)
		out[i] = (struct spend){ list[i].name, list[i].at_ms,
			list[i].spent, list[i].until_ms };
	rc = spends_store(d->db, connection, out, n, &e);
	if (rc != 0) {
		log_warn("delivery.database", "cause=\"%s\" wait_ms=%d",
		    e.text, RETRY_MS);
		if (!db_ok(d->db))
			db_reconnect(d->db, &e);
	}
	arena_fini(&a);
	return rc;
}

static struct channel *
channel_of(struct delivery *d, int32_t connection)
{
	for (size_t i = 0; i < d->nchannel; i++)
		if (channel_connection(d->channels[i]) == connection)
			return d->channels[i];
	d->channels = realloc(d->channels,
	    (d->nchannel + 1) * sizeof(*d->channels));
	if (d->channels == NULL)
		fatal("out of memory: channels");
	return d->channels[d->nchannel++] = channel_new(&d->env, connection);
}

static void
put_ack(struct delivery *d, const struct result *r)
{
	struct ack a = { .emit = r->emit, .sync = r->sync, .key = r->key };

	ack_put(&d->ack, &a);
}

static void
push_acks(struct delivery *d)
{
	int64_t until = clock_mono_ms() + ACK_MS;
	struct err e;
	int rv = 0;

	while (d->ack.count > 0 && clock_mono_ms() < until) {
		rv = pipe_push(d->acks, &d->ack, 100, &e);
		if (rv < 0)
			log_error("delivery.ack", "cause=\"%s\"", e.text);
		if (rv != 0)
			break;
	}
	frame_begin(&d->ack, FRAME_ACK);
}

/* Where a result goes: straight to the end, or to its connection. */
static void
place(struct delivery *d, const struct catalog *cat, struct item *it)
{
	const struct route *rt;

	switch ((enum result_decision)it->r.decision) {
	case RESULT_NOTHING:
		item_settle(it);
		finished(d, it);
		return;
	case RESULT_SKIP:
		item_skip(it);
		finished(d, it);
		return;
	case RESULT_ERROR:
		item_dead(it, "MAPPING", STR(""), it->r.cause, STR(""));
		metric_add(d->o.metrics, METRIC_records_dead, 1);
		finished(d, it);
		return;
	case RESULT_SEND:
		rt = catalog_find(cat, (int32_t)it->r.sync);
		if (rt != NULL) {
			channel_add(channel_of(d, rt->connection), it);
			return;
		}
		break;
	case RESULT_WAIT:
		if (item_wait(it, clock_wall_us(), item_rest_ms(d->o.park_ms,
		    it->r.attempt) * 1000, d->o.wait_ms * 1000) != 0)
			metric_add(d->o.metrics, METRIC_records_dead, 1);
		else
			metric_add(d->o.metrics, METRIC_records_waiting, 1);
		finished(d, it);
		return;
	case RESULT_AGAIN:
		item_park(it, "RELOADED", clock_wall_us());
		finished(d, it);
		return;
	case RESULT_LATER:
		break;
	}
	rt = catalog_find(cat, (int32_t)it->r.sync);
	item_park(it, rt != NULL && rt->no_fields ? "CATALOGUE" : "PAUSED",
	    clock_wall_us() + d->o.park_ms * 1000);
	metric_add(d->o.metrics, METRIC_records_parked, 1);
	finished(d, it);
}

static void
take_result(struct delivery *d, const struct catalog *cat,
    const struct result *r)
{
	struct item *it;

	if (r->decision == RESULT_NOTHING && !r->settle &&
	    r->wait_sync == 0 && r->lacks_at == 0) {
		put_ack(d, r);
		return;
	}
	it = table_get(&d->held, item_id(&d->scratch, r));
	if (it != NULL) { /* emitted again while we hold it */
		if (it->r.seq == r->seq)
			it->r.emit = r->emit;
		return;
	}
	it = item_new(r, clock_mono_ms());
	table_put(&d->held, str_from(it->id, it->nid), it);
	place(d, cat, it);
}

static void
take_results(struct delivery *d)
{
	struct catalog *cat = catalogs_hold(d->o.catalogs);
	struct result r;
	struct frame f;
	struct err e;
	int rv;

	while (d->held.live < d->o.held &&
	    (rv = pipe_pull(d->in, 0, &f, &e)) != 0) {
		if (rv < 0) {
			log_error("delivery.pull", "cause=\"%s\"", e.text);
			break;
		}
		for (uint32_t i = 0; i < f.count; i++) {
			if (result_get(&f, &r) != 0) {
				log_error("delivery.frame", "cause=\"a frame "
				    "is cut short\" item=%u of=%u", i,
				    f.count);
				break;
			}
			take_result(d, cat, &r);
		}
		frame_free(&f);
	}
	push_acks(d);
	catalog_release(cat);
}

/* A first link is what others may wait for. */
static int
wakes(const struct catalog *cat, const struct item *it)
{
	const struct route *rt;

	if (!(it->out.what & OUTCOME_LINK) || it->r.linked ||
	    it->out.state != LINK_LINKED)
		return 0;
	rt = catalog_find(cat, it->out.sync_id);
	return rt == NULL || rt->awaited;
}

/*
 * Capture the records that items wait for with missing: create.  Where that
 * fails they wait all the same, and ask again when they have rested.
 */
static void
ask_for(struct delivery *d, const struct catalog *cat, struct item **items,
    size_t n, int32_t entity)
{
	struct str keys[COMMIT_MAX];
	size_t nkey = 0, journaled;
	struct err e;

	for (size_t i = 0; i < n; i++) {
		const struct route *rt = catalog_find(cat,
		    items[i]->out.waits_sync);

		if (items[i]->r.wait_create && rt != NULL &&
		    rt->entity == entity)
			keys[nkey++] = items[i]->out.waits_key;
	}
	if (attach_again(d->db, entity, keys, nkey, &journaled, &e) != 0)
		log_warn("delivery.ask", "entity=%" PRId32 " keys=%zu "
		    "cause=\"%s\"", entity, nkey, e.text);
}

static void
ask_for_all(struct delivery *d, const struct catalog *cat,
    struct item **items, size_t n)
{
	int32_t asked[64];
	size_t nasked = 0, k;

	for (size_t i = 0; i < n; i++) {
		const struct route *rt;

		if (!items[i]->r.wait_create || nasked == COUNT(asked))
			continue;
		rt = catalog_find(cat, items[i]->out.waits_sync);
		for (k = 0; rt != NULL && k < nasked; k++)
			if (asked[k] == rt->entity)
				break;
		if (rt == NULL || k < nasked)
			continue;
		asked[nasked++] = rt->entity;
		ask_for(d, cat, items, n, rt->entity);
	}
}

/*
 * One transaction.  What Postgres refuses for good is found by halves; that
 * one record is not acked, so its lane stands still and says so.
 */
static int
commit(struct delivery *d, const struct catalog *cat, struct item **items,
    size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		d->outcomes[i] = items[i]->out;
		if (wakes(cat, items[i]))
			d->outcomes[i].what |= OUTCOME_WAKE;
	}
	if (outcome_commit(d->db, d->outcomes, n, NULL, e) == 0) {
		metric_add(d->o.metrics, METRIC_commits, 1);
		ask_for_all(d, cat, items, n);
		for (size_t i = 0; i < n; i++) {
			put_ack(d, &items[i]->r);
			if (d->outcomes[i].ambiguous)
				log_warn("delivery.ambiguous", "sync=%" PRIu64
				    " seq=%" PRIu64, items[i]->r.sync,
				    items[i]->r.seq);
		}
		return 0;
	}
	if (db_is_transient(e))
		return -1;
	if (n > 1)
		return commit(d, cat, items, n / 2, e) != 0 ||
		    commit(d, cat, items + n / 2, n - n / 2, e) != 0 ? -1 : 0;
	log_error("delivery.outcome", "sync=%" PRIu64 " seq=%" PRIu64
	    " cause=\"%s\"", items[0]->r.sync, items[0]->r.seq, e->text);
	return 0;
}

static void
commit_finished(struct delivery *d)
{
	struct catalog *cat = catalogs_hold(d->o.catalogs);
	struct item *list[COMMIT_MAX];
	size_t n = 0;
	struct err e;

	while (n < COMMIT_MAX && d->finished.n > 0)
		list[n++] = items_pop(&d->finished);
	while (commit(d, cat, list, n, &e) != 0) {
		log_warn("delivery.database", "cause=\"%s\" wait_ms=%d",
		    e.text, RETRY_MS);
		frame_begin(&d->ack, FRAME_ACK);
		clock_sleep_ms(RETRY_MS);
		if (!db_ok(d->db))
			db_reconnect(d->db, &e);
		if (atomic_load(&d->stop))
			break; /* the journal has them */
	}
	catalog_release(cat);
	d->finished_ms = clock_mono_ms();
	push_acks(d);
	for (size_t i = 0; i < n; i++) {
		table_del(&d->held, str_from(list[i]->id, list[i]->nid));
		item_free(list[i]);
	}
}

/* Commit when there is a batch, or the first has waited long enough. */
static int64_t
commit_due(struct delivery *d, int64_t now)
{
	int64_t left;

	while (d->finished.n >= COMMIT_MAX)
		commit_finished(d);
	if (d->finished.n == 0)
		return -1;
	left = d->finished_ms + COMMIT_MS - now;
	if (left > 0)
		return left;
	commit_finished(d);
	return -1;
}

/* What another catalog wants to know of its connections. */
static void
want_fields(struct delivery *d)
{
	struct catalog *cat = catalogs_hold(d->o.catalogs);
	const struct want *w;
	size_t n;

	if (catalog_generation(cat) != d->wanted) {
		d->wanted = catalog_generation(cat);
		for (w = catalog_wants(cat, &n); n > 0; n--, w++)
			channel_want(channel_of(d, w->route->connection), w,
			    clock_mono_ms());
	}
	catalog_release(cat);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int64_t
pump(struct delivery *d)
{
	int64_t wait = IDLE_MS, queued = 0, flying = 0;

	for (size_t i = 0; i < d->nchannel; i++) {
		wait = sooner(wait, channel_pump(d->channels[i],
		    clock_mono_ms()));
		queued += (int64_t)channel_queued(d->channels[i]);
		flying += channel_in_flight(d->channels[i]);
	}
	metric_set(d->o.metrics, METRIC_queued, queued);
	metric_set(d->o.metrics, METRIC_in_flight, flying);
	return wait;
}

static void
step(struct delivery *d)
{
	struct http_done done[REPLIES];
	int64_t wait;
	int n;

	if (!atomic_load(&d->stop)) {
		take_results(d);
		want_fields(d);
	}
	wait = pump(d);
	wait = sooner(wait, commit_due(d, clock_mono_ms()));
	n = http_poll(d->env.http, (int)wait, done, REPLIES);
	for (int i = 0; i < n; i++)
		channel_reply(done[i].tag, &done[i], clock_mono_ms());
}

static int64_t
in_flight(const struct delivery *d)
{
	return metric_get(d->o.metrics, METRIC_in_flight);
}

static void *
delivery_main(void *arg)
{
	struct delivery *d = arg;
	int64_t until;

	while (!atomic_load(&d->stop))
		step(d);
	http_watch(d->env.http, -1);
	until = clock_mono_ms() + d->drain_ms;
	while (clock_mono_ms() < until &&
	    (in_flight(d) > 0 || d->finished.n > 0))
		step(d);
	return NULL;
}

static void
delivery_free(struct delivery *d)
{
	struct item *it;

	/* Channels first: they free the items that they hold. */
	http_free(d->env.http);
	for (size_t i = 0; i < d->nchannel; i++)
		channel_free(d->channels[i]);
	while ((it = items_pop(&d->finished)) != NULL)
		item_free(it);
	free(d->channels);
	vm_free(d->env.vm);
	if (d->db != NULL)
		db_close(d->db);
	pipe_close(d->in);
	pipe_close(d->acks);
	table_fini(&d->held);
	frame_out_fini(&d->ack);
	free(d->outcomes);
	buf_fini(&d->scratch);
	free(d);
}

int
delivery_start(struct delivery **out, const struct delivery_opts *o,
    struct err *e)
{
	struct delivery *d = calloc(1, sizeof(*d));
	struct http_opts http = { .max_per_host = o->requests };

	if (d == NULL)
		fatal("out of memory: delivery");
	d->o = *o;
	d->env = (struct channel_env){
	    .http = http_new(&http),
	    .vm = vm_new(NULL),
	    .catalogs = o->catalogs,
	    .metrics = o->metrics,
	    .linger_ms = o->linger_ms,
	    .requests = o->requests,
	    .timeout_ms = o->timeout_ms,
	    .attempts = o->attempts,
	    .park_ms = o->park_ms,
	    .seed = (uint64_t)clock_wall_us(),
	    .done = finished,
	    .secret = open_secret,
	    .rotated = keep_secret,
	    .catalogue = keep_catalogue,
	    .load_spends = load_spends,
	    .store_spends = store_spends,
	    .arg = d,
	};
	d->outcomes = calloc(COMMIT_MAX, sizeof(*d->outcomes));
	if (d->outcomes == NULL)
		fatal("out of memory: outcomes");
	frame_begin(&d->ack, FRAME_ACK);
	if (pipe_open(&d->in, PIPE_PULL, o->result_url, 1, 4, e) != 0 ||
	    pipe_open(&d->acks, PIPE_PUSH, o->ack_url, 0, 64, e) != 0 ||
	    db_connect(o->conninfo, &d->db, e) != 0) {
		delivery_free(d);
		return -1;
	}
	http_watch(d->env.http, pipe_fd(d->in));
	if (pthread_create(&d->thread, NULL, delivery_main, d) != 0)
		fatal("no thread for delivery");
	*out = d;
	return 0;
}

void
delivery_stop(struct delivery *d, int64_t drain_ms)
{
	if (d == NULL)
		return;
	d->drain_ms = drain_ms;
	atomic_store(&d->stop, 1);
	pthread_join(d->thread, NULL);
	delivery_free(d);
}
