/*
 * Channels.  Items wait in a queue per sync and verb until a batch is full
 * or the first of them has lingered; then they are a call (call.c), and what
 * it was answered is judged (judge.c).
 */
#include "stage/channel.h"

#include <stdlib.h>

#include "base/clock.h"
#include "connector/job.h"
#include "stage/call.h"
#include "stage/fetch.h"

/* Company that is on its way is waited for so much longer than linger. */
#define MORE_FACTOR 10

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

static void
park_queues(struct channel *ch, const char *cause, int64_t wait_ms)
{
	struct item *it;

	for (struct queue *q = ch->queues; q != NULL; q = q->next)
		while ((it = items_pop(&q->items)) != NULL)
			channel_park(ch, it, cause, wait_ms);
	while ((it = items_pop(&ch->delayed)) != NULL)
		channel_park(ch, it, cause, wait_ms);
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

void
channel_enqueue(struct channel *ch, struct item *it)
{
	items_push(&queue_of(ch, (int32_t)it->r.sync, it->call.n > 0 ?
	    CONNECTOR_CALL : (enum connector_op)it->r.verb, it->call)->items,
	    it);
}

void
channel_look(struct channel *ch, struct item *it)
{
	items_push(&queue_of(ch, (int32_t)it->r.sync, CONNECTOR_FIND,
	    STR(""))->items, it);
}

void
channel_add(struct channel *ch, struct item *it)
{
	ch->queued++;
	channel_enqueue(ch, it);
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
		op = call_op(rt->object, q->verb, q->name);
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
			channel_enqueue(ch, it);
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
