/*
 * Channels.  Items wait in a queue per sync and verb until a batch is full
 * or the first of them has lingered; then they are a call.  A call that must
 * be sent again keeps its items together, so it stays as full as it was.
 */
#include "stage/channel.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "connector/job.h"
#include "connector/retry.h"
#include "stage/call.h"
#include "stage/fetch.h"

/* A wait longer than this is spent in the intent table, not in memory. */
#define HOLD_MS 5000
/* Company that is on its way is waited for so much longer than linger. */
#define MORE_FACTOR 10
/* The table that a job answers with; it is what was sent, and more. */
#define TABLE_MAX ((size_t)512 << 20)

struct queue {
	struct queue *next;
	int32_t sync;
	enum connector_op verb;
	struct items items;
	struct str name; /* of the operation, where it is one of their own */
	char mem[];
};

struct channel *
channel_new(struct channel_env *env, int32_t connection)
{
	struct channel *ch = calloc(1, sizeof(*ch));

	if (ch == NULL)
		fatal("out of memory: a channel");
	ch->env = env;
	ch->connection = connection;
	breaker_init(&ch->breaker, NULL);
	return ch;
}

int32_t
channel_connection(const struct channel *ch)
{
	return ch->connection;
}

size_t
channel_queued(const struct channel *ch)
{
	return ch->queued;
}

unsigned
channel_in_flight(const struct channel *ch)
{
	return ch->in_flight;
}

static void
call_release(struct call *c)
{
	catalog_release(c->catalog);
	c->catalog = NULL;
	c->route = NULL;
	arena_reset(&c->arena);
}

void
call_free(struct call *c)
{
	call_release(c);
	arena_fini(&c->arena);
	if (c->job != NULL)
		job_fini(c->job);
	free(c->job);
	free(c->items);
	free(c);
}

static void
drop_items(struct items *l)
{
	struct item *it;

	while ((it = items_pop(l)) != NULL)
		item_free(it);
}

static void
drop_calls(struct call *c)
{
	struct call *next;

	for (; c != NULL; c = next) {
		next = c->next;
		for (size_t i = 0; i < c->n; i++)
			item_free(c->items[i]);
		call_free(c);
	}
}

void
channel_free(struct channel *ch)
{
	struct queue *q, *next;

	for (q = ch->queues; q != NULL; q = next) {
		next = q->next;
		drop_items(&q->items);
		free(q);
	}
	drop_items(&ch->delayed);
	drop_calls(ch->calls);
	drop_calls(ch->flying);
	if (ch->budgets != NULL)
		account_claim(ch, NULL, clock_wall_us() / 1000);
	fetches_free(ch->fetches);
	account_close(ch);
	arena_fini(&ch->arena);
	free(ch);
}

/* The one way out for an item. */
static void
finish(struct channel *ch, struct item *it)
{
	ch->queued--;
	ch->env->done(ch->env->arg, it);
}

/* Into the intent table; each time it comes from there it rests longer. */
static void
set_aside(struct channel *ch, struct item *it, const char *cause,
    int64_t wait_ms)
{
	int64_t rest = item_rest_ms(ch->env->park_ms, it->r.attempt - 1);

	if (wait_ms > 0 && wait_ms < rest)
		rest = wait_ms;
	item_park(it, cause, clock_wall_us() + rest * 1000);
	if (it->made)
		item_made(it);
	metric_add(ch->env->metrics, METRIC_records_parked, 1);
	finish(ch, it);
}

static void
park(struct channel *ch, struct item *it, const char *cause, int64_t wait_ms)
{
	it->r.attempt++;
	it->r.tried = 0;
	set_aside(ch, it, cause, wait_ms);
}

static void
bury(struct channel *ch, struct item *it, const char *cause, struct str code,
    struct str text, struct str reply)
{
	item_dead(it, cause, code, text, reply);
	if (it->made)
		item_made(it);
	metric_add(ch->env->metrics, METRIC_records_dead, 1);
	finish(ch, it);
}

static void
park_queues(struct channel *ch, const char *cause, int64_t wait_ms)
{
	struct item *it;

	for (struct queue *q = ch->queues; q != NULL; q = q->next)
		while ((it = items_pop(&q->items)) != NULL)
			park(ch, it, cause, wait_ms);
	while ((it = items_pop(&ch->delayed)) != NULL)
		park(ch, it, cause, wait_ms);
}

static void
call_park(struct call *c, const char *cause, int64_t wait_ms)
{
	for (size_t i = 0; i < c->n; i++)
		park(c->ch, c->items[i], cause, wait_ms);
	call_free(c);
}

static void
call_bury(struct call *c, const char *cause, struct str code,
    struct str text)
{
	for (size_t i = 0; i < c->n; i++)
		bury(c->ch, c->items[i], cause, code, text, STR(""));
	call_free(c);
}

static struct queue *
queue_of(struct channel *ch, int32_t sync, enum connector_op verb,
    struct str name)
{
	struct queue *q;

	for (q = ch->queues; q != NULL; q = q->next)
		if (q->sync == sync && q->verb == verb &&
		    str_eq(q->name, name))
			return q;
	q = calloc(1, sizeof(*q) + name.n);
	if (q == NULL)
		fatal("out of memory: a queue");
	q->sync = sync;
	q->verb = verb;
	if (name.n > 0)
		memcpy(q->mem, name.p, name.n);
	q->name = str_from(q->mem, name.n);
	q->next = ch->queues;
	ch->queues = q;
	return q;
}

static void
enqueue(struct channel *ch, struct item *it)
{
	items_push(&queue_of(ch, (int32_t)it->r.sync, it->call.n > 0 ?
	    CONNECTOR_CALL : (enum connector_op)it->r.verb, it->call)->items,
	    it);
}

void
channel_add(struct channel *ch, struct item *it)
{
	ch->queued++;
	enqueue(ch, it);
}

struct call *
call_new(struct channel *ch, int32_t sync, enum connector_op verb, size_t n)
{
	struct call *c = calloc(1, sizeof(*c));

	if (c != NULL && n > 0)
		c->items = calloc(n, sizeof(*c->items));
	if (c == NULL || (n > 0 && c->items == NULL))
		fatal("out of memory: a call");
	c->ch = ch;
	c->sync = sync;
	c->verb = verb;
	return c;
}

/* Keep a call until due_ms. */
static void
call_later(struct call *c, int64_t due_ms)
{
	struct call **at = &c->ch->calls;

	call_release(c);
	c->due_ms = due_ms;
	while (*at != NULL && (*at)->due_ms <= due_ms)
		at = &(*at)->next;
	c->next = *at;
	*at = c;
}

/*
 * The operation for a verb: the connector's own, or the one that does the
 * same for it.
 */
static const struct unit_op *
op_for(const struct unit_object *o, enum connector_op verb, struct str name)
{
	static const enum connector_op stand_in[] = {
		[CONNECTOR_UPSERT] = CONNECTOR_CREATE,
		[CONNECTOR_ARCHIVE] = CONNECTOR_DELETE,
		[CONNECTOR_DELETE] = CONNECTOR_ARCHIVE,
		[CONNECTOR_NOP] = CONNECTOR_NOP,
	};
	const struct unit_op *op = verb == CONNECTOR_CALL ?
	    object_call(o, name) : object_op(o, verb);

	if (op == NULL && stand_in[verb] != 0)
		op = object_op(o, stand_in[verb]);
	return op;
}

void
call_submit(struct call *c)
{
	c->next = c->ch->flying;
	c->ch->flying = c;
	c->request.total_ms = (unsigned)c->ch->env->timeout_ms;
	c->ch->in_flight++;
	http_submit(c->ch->env->http, &c->request, c);
}

void
channel_launch(struct call *c)
{
	struct channel *ch = c->ch;

	c->sent_ms = clock_wall_us() / 1000;
	budgets_spend(ch->budgets, c->cost, c->sent_ms);
	c->ticket = breaker_begin(&ch->breaker, clock_mono_ms());
	metric_add(ch->env->metrics, METRIC_requests, 1);
	call_submit(c);
}

static void
fill_record(struct connector_record *rec, struct item *it)
{
	*rec = (struct connector_record){
	    .key = it->r.key,
	    .trace = str_z(it->trace),
	};
	if (it->r.match.n > 0)
		rec->match = it->r.match;
	if (it->r.remote.n > 0)
		rec->id = it->r.remote;
	if (it->r.version.n > 0)
		rec->version = it->r.version;
	if (it->r.fields.n > 0)
		rec->fields = it->r.fields;
}

/* A job is given up: its records go by requests. */
static void
spread(struct call *c, size_t batch)
{
	for (size_t i = 0; i < c->n; i += batch) {
		size_t n = c->n - i < batch ? c->n - i : batch;
		struct call *some = call_new(c->ch, c->sync, c->verb, n);

		memcpy(some->items, c->items + i, n * sizeof(*c->items));
		some->n = n;
		call_later(some, 0);
	}
	call_free(c);
}

/* What cannot even be asked for: find the record that is to blame. */
static void
refused_here(struct call *c, const struct err *e)
{
	if (c->n > 1) {
		spread(c, c->job != NULL ? c->call.op->batch : 1);
		return;
	}
	call_bury(c, "REQUEST", STR(""), str_z(e->text));
}

static void
split(struct call *c)
{
	size_t half = c->n / 2;
	struct call *a = call_new(c->ch, c->sync, c->verb, half);
	struct call *b = call_new(c->ch, c->sync, c->verb, c->n - half);

	while (a->n < half) {
		a->items[a->n] = c->items[a->n];
		a->n++;
	}
	while (b->n < c->n - half) {
		b->items[b->n] = c->items[half + b->n];
		b->n++;
	}
	call_free(c);
	call_later(a, 0);
	call_later(b, 0);
}

/* No budget will ever hold so much: fewer records, or another connector. */
static void
too_dear(struct call *c, const struct err *e)
{
	if (c->n > 1) {
		split(c);
		return;
	}
	channel_unusable(c->ch, c->route, e->text);
	call_park(c, "CONFIG", 0);
}

/* What a call will send, and what that costs. */
static int
prepare(struct call *c, const struct route *rt, const struct unit_op *op,
    struct err *e)
{
	struct connector_call step;

	c->route = rt;
	c->records = arena_array(&c->arena, c->n, sizeof(*c->records));
	for (size_t i = 0; i < c->n; i++)
		fill_record(&c->records[i], c->items[i]);
	c->call = (struct connector_call){
	    .connector = rt->connector, .object = rt->object, .op = op,
	    .base = rt->base_url, .params = rt->params,
	    .records = c->records, .n = c->n,
	};
	c->cost = arena_array(&c->arena, rt->connector->nbudget,
	    sizeof(*c->cost));
	step = c->job != NULL ? job_step_call(&c->call, c->job) : c->call;
	return connector_cost(&step, c->ch->env->vm, c->cost, &c->arena, e);
}

/*
 * On to what is called next, or to the end.  A record waits for company again:
 * what is called has batches of its own.
 */
static void
item_on(struct channel *ch, struct item *it, int64_t now)
{
	if (item_next_call(it)) {
		it->queued_ms = now;
		enqueue(ch, it);
		return;
	}
	item_done(it);
	metric_add(ch->env->metrics, METRIC_records_done, 1);
	if (it->told == MADE_NEW)
		metric_add(ch->env->metrics, METRIC_records_created, 1);
	finish(ch, it);
}

/*
 * Records that the operation is not for pass it by; 0 where none is left, and
 * the call is gone.
 */
static int
call_concerns(struct call *c, const struct route *rt,
    const struct unit_op *op)
{
	struct connector_call call = { .connector = rt->connector,
		.object = rt->object, .op = op, .params = rt->params };
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct item *it = c->items[i];
		struct connector_record rec;
		struct err e;
		int is;

		fill_record(&rec, it);
		is = connector_concerns(&call, c->ch->env->vm, &rec,
		    &c->arena, &e);
		if (is > 0)
			c->items[n++] = it;
		else if (is == 0)
			item_on(c->ch, it, clock_mono_ms());
		else
			bury(c->ch, it, "REQUEST", STR(""), str_z(e.text),
			    STR(""));
	}
	c->n = n;
	if (n == 0)
		call_free(c);
	return n > 0;
}

/* Whether the records of a create need not be looked for. */
static void
call_sought(struct call *c, int sought)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->call.op->op == CONNECTOR_CREATE)
			c->items[i]->sought = sought;
}

/*
 * What may be there already is looked for before it is made, each time: an
 * earlier create may have been answered by nobody.  1 where none of the call
 * was looked for; it is gone then.
 */
static int
call_seek(struct call *c, const struct route *rt, const struct unit_op *op)
{
	size_t n = 0;

	if (op->op != CONNECTOR_CREATE ||
	    object_op(rt->object, CONNECTOR_FIND) == NULL)
		return 0;
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i]->sought)
			c->items[n++] = c->items[i];
		else
			items_push(&queue_of(c->ch, c->sync,
			    CONNECTOR_FIND, STR(""))->items, c->items[i]);
	}
	c->n = n;
	if (n == 0)
		call_free(c);
	return n == 0;
}

enum sent { SENT, HELD, GONE };

/*
 * Send a call.  HELD: it has to wait, *wait_ms says how long (or
 * UNTIL_REPLY); it is the caller's still.  GONE: its items were finished.
 */
static enum sent
call_send(struct call *c, int64_t *wait_ms)
{
	struct channel *ch = c->ch;
	struct catalog *cat = catalogs_hold(ch->env->catalogs);
	const struct route *rt = catalog_find(cat, c->sync);
	const struct unit_op *op;
	struct str token = STR("");
	struct err e;

	c->catalog = cat;
	if (rt == NULL || rt->object == NULL || rt->paused) {
		call_park(c, "PAUSED", 0);
		return GONE;
	}
	op = op_for(rt->object, c->verb, c->items[0]->call);
	if (op == NULL) {
		struct str text = arena_printf(&c->arena, "connector %.*s: "
		    "object %.*s has no %s%.*s", STR_ARG(rt->connector->name),
		    STR_ARG(rt->object->name), c->verb == CONNECTOR_CALL ?
		    "operation " : "such operation",
		    STR_ARG(c->items[0]->call));

		call_bury(c, "CONFIG", STR(""), text);
		return GONE;
	}
	if (call_seek(c, rt, op))
		return GONE;
	if (channel_is_held(ch, cat, rt)) {
		*wait_ms = UNTIL_REPLY;
		call_release(c);
		return HELD;
	}
	if (op->when >= 0 && !call_concerns(c, rt, op))
		return GONE;
	if (c->job != NULL && op->job == NULL) { /* a newer connector */
		spread(c, op->batch);
		return GONE;
	}
	if (channel_use(ch, cat, rt, &e) != 0) {
		channel_unusable(ch, rt, e.text);
		call_park(c, "CONFIG", 0);
		return GONE;
	}
	if (prepare(c, rt, op, &e) != 0) {
		refused_here(c, &e);
		return GONE;
	}
	if (budgets_afford(ch->budgets, rt->object, c->cost, &e) != 0) {
		too_dear(c, &e);
		return GONE;
	}
	*wait_ms = channel_gate(ch, c->cost);
	if (*wait_ms == 0) {
		*wait_ms = channel_token(ch, cat, rt, &token);
		if (*wait_ms == UNTIL_MENDED) {
			channel_unusable(ch, rt, auth_error(ch->auth));
			call_park(c, "AUTH", 0);
			return GONE;
		}
	}
	if (*wait_ms != 0) {
		call_release(c);
		return HELD;
	}
	call_shows(c, token);
	if ((c->job != NULL ?
	    job_request(&c->call, c->job, ch->env->vm, &c->request, &c->arena,
	    &e) :
	    connector_request(&c->call, ch->env->vm, &c->request, &c->arena,
	    &e)) != 0) {
		refused_here(c, &e);
		return GONE;
	}
	if (c->verb != CONNECTOR_FIND &&
	    (c->job == NULL || c->job->step == JOB_UPLOAD))
		metric_add(ch->env->metrics, METRIC_records_sent,
		    (int64_t)c->n);
	c->request.max_reply = c->job != NULL ? TABLE_MAX : 0;
	call_sought(c, 0);
	channel_launch(c);
	return SENT;
}

/* How many records a request may hold, and from how many on a job. */
struct batch {
	size_t n;
	size_t job_from, job_n; /* 0: there are no jobs */
};

/* 1 where nobody knows. */
static struct batch
batch_of(struct channel *ch, const struct queue *q)
{
	struct catalog *cat = catalogs_hold(ch->env->catalogs);
	const struct route *rt = catalog_find(cat, q->sync);
	const struct unit_op *op = NULL;
	struct batch b = { .n = 1 };

	if (rt != NULL && rt->object != NULL)
		op = op_for(rt->object, q->verb, q->name);
	if (op != NULL && op->batch > 0)
		b.n = op->batch;
	if (op != NULL && op->job != NULL) {
		b.job_from = op->job->from;
		b.job_n = op->job->batch;
	}
	catalog_release(cat);
	return b;
}

/* The first n of a queue. */
static struct call *
take(struct channel *ch, struct queue *q, size_t n)
{
	struct call *c;

	if (n > q->items.n)
		n = q->items.n;
	c = call_new(ch, q->sync, q->verb, n);
	while (c->n < n)
		c->items[c->n++] = items_pop(&q->items);
	return c;
}

static struct call *
take_job(struct channel *ch, struct queue *q, size_t n)
{
	struct call *c = take(ch, q, n);

	c->job = calloc(1, sizeof(*c->job));
	if (c->job == NULL)
		fatal("out of memory: a job");
	return c;
}

/*
 * How much longer a queue that is not full waits for company: linger from
 * its first record on, and more when the last one said that others follow.
 */
static int64_t
linger_left(const struct channel *ch, const struct queue *q, int64_t now)
{
	int64_t linger = ch->env->linger_ms;

	if (q->items.tail->r.more)
		linger *= MORE_FACTOR;
	return q->items.head->queued_ms + linger - now;
}

/* The next call: one that goes again, else a full or lingering queue. */
static struct call *
next_call(struct channel *ch, int64_t now, int64_t *wait_ms)
{
	struct call *c = ch->calls;

	if (c != NULL && c->due_ms <= now) {
		ch->calls = c->next;
		return c;
	}
	if (c != NULL)
		*wait_ms = c->due_ms - now;
	for (struct queue *q = ch->queues; q != NULL; q = q->next) {
		struct batch batch;
		size_t want;
		int64_t left;

		if (q->items.n == 0)
			continue;
		batch = batch_of(ch, q);
		if (batch.job_from > 0 && q->items.n >= batch.job_from)
			return take_job(ch, q, batch.job_n);
		/* others may make it worth a job */
		want = batch.job_from > 0 && q->items.tail->r.more ?
		    batch.job_from : batch.n;
		left = linger_left(ch, q, now);
		if (q->items.n < want && left > 0) {
			if (*wait_ms < 0 || left < *wait_ms)
				*wait_ms = left;
			continue;
		}
		return take(ch, q, batch.n);
	}
	return NULL;
}

/* Delayed items whose time has come go back to their queues. */
static void
wake_delayed(struct channel *ch, int64_t now, int64_t *wait_ms)
{
	struct items stay = { 0 };
	struct item *it;

	while ((it = items_pop(&ch->delayed)) != NULL) {
		int64_t left = it->due_ms - now;

		if (left <= 0) {
			it->queued_ms = now;
			enqueue(ch, it);
			continue;
		}
		items_push(&stay, it);
		if (*wait_ms < 0 || left < *wait_ms)
			*wait_ms = left;
	}
	ch->delayed = stay;
}

int64_t
channel_pump(struct channel *ch, int64_t now)
{
	int64_t wait = -1, held = 0;
	struct call *c;

	wake_delayed(ch, now, &wait);
	fetches_pump(ch, now, &wait);
	while (ch->in_flight < ch->env->requests) {
		c = next_call(ch, now, &wait);
		if (c == NULL)
			return wait;
		if (call_send(c, &held) != HELD)
			continue;
		if (held > HOLD_MS) {
			call_park(c, "QUOTA", held);
			park_queues(ch, "QUOTA", held);
			return wait;
		}
		call_later(c, now + (held > 0 ? held : 0));
		return held > 0 ? held : -1;
	}
	return -1;
}

/* Try again, or rest in the intent table when that was often enough. */
static void
call_again(struct call *c, int64_t wait_ms, int64_t now)
{
	struct channel_env *env = c->ch->env;

	c->failed++;
	metric_add(env->metrics, METRIC_records_retried, (int64_t)c->n);
	if (wait_ms == CONNECTOR_WAIT_UNSAID)
		wait_ms = retry_wait_ms(&retry_default, c->failed, &env->seed);
	if (c->failed >= env->attempts || wait_ms < 0 || wait_ms > HOLD_MS)
		call_park(c, "TRANSIENT", wait_ms);
	else
		call_later(c, now + wait_ms);
}

/*
 * Count a try that failed; 1 when the case of classify that said so has an
 * end, and this is it.
 */
static int
tried_out(struct item *it, const struct connector_tries *t)
{
	if (t->most > 0 && it->r.tried != t->line) {
		it->r.tried = t->line;
		it->r.attempt = 0;
	}
	if (t->most == 0)
		it->r.tried = 0;
	it->r.attempt++;
	return t->most > 0 && it->r.attempt >= t->most;
}

static void
item_again(struct call *c, struct item *it, const struct connector_item *x,
    int64_t now)
{
	struct channel *ch = c->ch;
	const struct unit_connector *conn = c->call.connector;
	int64_t wait_ms = x->wait_ms;

	metric_add(ch->env->metrics, METRIC_records_retried, 1);
	if (tried_out(it, &x->tries)) {
		bury(ch, it, "EXHAUSTED", x->code, arena_printf(&c->arena,
		    "tried %u times, %.*s:%u: %.*s", x->tries.most,
		    STR_ARG(conn->prog->files[conn->pos.file]), x->tries.line,
		    STR_ARG(x->text)), x->json);
		return;
	}
	if (wait_ms == CONNECTOR_WAIT_UNSAID)
		wait_ms = retry_wait_ms(&retry_default,
		    (unsigned)it->r.attempt, &ch->env->seed);
	if (wait_ms < 0 || wait_ms > HOLD_MS ||
	    (x->tries.most == 0 && it->r.attempt >= ch->env->attempts)) {
		set_aside(ch, it, "TRANSIENT", wait_ms);
		return;
	}
	it->due_ms = now + wait_ms;
	items_push(&ch->delayed, it);
}

/* The record is not there and can be made, or is there and is updated. */
static void
item_found(struct channel *ch, struct item *it,
    const struct connector_item *x, int64_t now)
{
	if (x->found > 1) {
		bury(ch, it, "AMBIGUOUS", STR(""), x->text, x->json);
		return;
	}
	if (x->found == 1) {
		item_remote(it, x->id);
		it->r.verb = CONNECTOR_UPDATE;
		metric_add(ch->env->metrics, METRIC_records_found, 1);
	}
	it->sought = 1;
	it->queued_ms = now;
	enqueue(ch, it);
}

/* What became of one record of a reply. */
static void
item_result(struct call *c, struct item *it, const struct connector_item *x,
    int64_t now)
{
	struct channel *ch = c->ch;
	const char *cause = "DATA";

	if (c->verb == CONNECTOR_FIND && (x->outcome == OUTCOME_OK ||
	    x->outcome == OUTCOME_NOT_FOUND)) {
		item_found(ch, it, x, now);
		return;
	}
	switch (x->outcome) {
	case OUTCOME_OK:
	case OUTCOME_IGNORE:
		item_told(it, x);
		it->made |= !it->r.linked && c->call.op->op ==
		    CONNECTOR_CREATE;
		item_on(ch, it, now);
		return;
	case OUTCOME_RETRY:
	case OUTCOME_THROTTLE:
	case OUTCOME_REFRESH:
		item_again(c, it, x, now);
		return;
	case OUTCOME_UNKNOWN:
		park(ch, it, "UNKNOWN", 0);
		return;
	case OUTCOME_FAIL_CONFIG:
		park(ch, it, "CONFIG", 0);
		return;
	case OUTCOME_NOT_FOUND:
		if (it->r.verb == CONNECTOR_ARCHIVE ||
		    it->r.verb == CONNECTOR_DELETE) {
			item_done(it); /* what is gone is deleted */
			finish(ch, it);
			return;
		}
		cause = "GONE";
		break;
	case OUTCOME_CONFLICT:
		cause = "CONFLICT";
		break;
	case OUTCOME_FAIL_PERMANENT:
		cause = "PERMANENT";
		break;
	case OUTCOME_FAIL_DATA:
	case OUTCOME_PER_ITEM:
		break;
	}
	bury(ch, it, cause, x->code, x->text, x->json);
}

static void
log_outcome(const struct call *c, const struct connector_result *res,
    const struct http_done *reply)
{
	char text[256];

	log_warn("delivery.retry", "connection=%.*s outcome=\"%s\" status=%d "
	    "records=%zu failed=%u cause=%s",
	    STR_ARG(c->route->connection_name), outcome_word(res->outcome),
	    reply->status, c->n, c->failed + 1,
	    log_quote(text, sizeof(text), reply->error));
}

/* Every try that fails the same strange way three times is given up. */
static void
judge(struct call *c, const struct connector_result *res, int64_t now)
{
	struct channel *ch = c->ch;

	switch (res->outcome) {
	case OUTCOME_REFRESH:
		auth_refused(ch->auth, c->call.token, clock_wall_us() / 1000);
		call_again(c, 0, now);
		return;
	case OUTCOME_THROTTLE:
		budgets_throttled(ch->budgets, c->cost, res->wait_ms,
		    clock_wall_us() / 1000);
		call_sought(c, 1); /* it was not done */
		if (res->wait_ms > HOLD_MS)
			call_park(c, "QUOTA", res->wait_ms);
		else
			call_later(c, now);
		return;
	case OUTCOME_RETRY:
	case OUTCOME_UNKNOWN:
		if (res->unclassified && ++c->strange >= 3) {
			log_error("delivery.unclassified", "connection=%.*s "
			    "records=%zu", STR_ARG(c->route->connection_name),
			    c->n);
			call_bury(c, "UNCLASSIFIED", res->code, res->text);
			return;
		}
		if (res->tries.most > 0) /* each record has its own count */
			break;
		if (res->outcome == OUTCOME_UNKNOWN)
			call_park(c, "UNKNOWN", 0);
		else
			call_again(c, res->wait_ms, now);
		return;
	default:
		break;
	}
	if (res->split && c->n > 1) {
		split(c);
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		item_result(c, c->items[i], &res->items[i], now);
	call_free(c);
}

/* A job goes on by what its last request was answered. */
static void
judge_job(struct call *c, enum job_next next,
    const struct connector_result *res, int64_t now)
{
	char text[256];

	if (next == JOB_WAIT && res->outcome != OUTCOME_OK &&
	    res->outcome != OUTCOME_PER_ITEM) {
		judge(c, res, now);
		return;
	}
	c->failed = 0;
	switch (next) {
	case JOB_ON:
		call_later(c, now);
		return;
	case JOB_WAIT:
		call_later(c, now + res->wait_ms);
		return;
	case JOB_LOST:
		log_warn("delivery.job", "connection=%.*s records=%zu step=%s "
		    "cause=%s", STR_ARG(c->route->connection_name), c->n,
		    job_step_word[c->job->step], log_quote(text, sizeof(text),
		    arena_printf(&c->arena, "%.*s", STR_ARG(res->text)).p));
		spread(c, c->call.op->batch);
		return;
	case JOB_ENDED:
		break;
	}
	for (size_t i = 0; i < c->n; i++)
		item_result(c, c->items[i], &res->items[i], now);
	call_free(c);
}

void
call_ended(struct call *c, const struct connector_result *res, int64_t wall)
{
	struct channel *ch = c->ch;

	budgets_done(ch->budgets, c->cost, res->left, c->sent_ms, wall);
	breaker_end(&ch->breaker, c->ticket, breaker_failed(res->outcome),
	    clock_mono_ms());
	if (res->outcome == OUTCOME_OK || res->outcome == OUTCOME_PER_ITEM)
		auth_accepted(ch->auth, c->call.token);
	else
		metric_add(ch->env->metrics, METRIC_requests_failed, 1);
}

void
channel_reply(void *tag, const struct http_done *reply, int64_t now)
{
	struct call *c = tag;
	struct channel *ch = c->ch;
	int64_t wall = clock_wall_us() / 1000;
	struct connector_result res;
	enum job_next next = JOB_ENDED;

	for (struct call **at = &ch->flying; *at != NULL; at = &(*at)->next) {
		if (*at == c) {
			*at = c->next;
			break;
		}
	}
	ch->in_flight--;
	if (c->is_auth) {
		account_reply(c, reply);
		return;
	}
	if (c->fetch != NULL) {
		fetch_reply(c, reply, now);
		return;
	}
	if (c->job != NULL)
		next = job_reply(&c->call, c->job, ch->env->vm, reply, wall,
		    &res, &c->arena);
	else
		connector_reply(&c->call, ch->env->vm, reply, wall, &res,
		    &c->arena);
	call_ended(c, &res, wall);
	if (res.outcome != OUTCOME_OK && res.outcome != OUTCOME_PER_ITEM)
		log_outcome(c, &res, reply);
	if (c->job != NULL)
		judge_job(c, next, &res, now);
	else
		judge(c, &res, now);
}
