/*
 * Lanes.  A lane lies in the table while it is busy or has a change waiting;
 * it is in its sync's queue when it is idle and has one waiting.
 *
 * Invariants: a change holds one reference on its batch; batches end in the
 * order in which they began, so the low water is the last batch of the prefix
 * that nobody holds.
 */
#include "stage/lanes.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/size.h"
#include "base/table.h"

struct batch {
	struct batch *next;
	size_t held; /* changes, and one while it is being filled */
	int64_t ord; /* where the batch ends: ord and the n bytes of text */
	size_t n;
	char text[];
};

/* A change; the payload lies behind it. */
struct change {
	struct batch *batch; /* NULL: of an intent, which lasts by itself */
	int64_t seq;
	int64_t at_us;
	int64_t deadline_us;
	uint16_t attempt;
	uint32_t tried;
	char op;
	size_t n;
	char payload[];
};

struct lane {
	struct lane *older, *newer; /* all lanes, by arrival */
	struct lane *next;          /* of its sync's queue */
	struct queue *queue;
	struct change *busy, *waiting;
	uint64_t emit;
	int64_t since_ms; /* busy since then */
	int queued;
	size_t nid;
	char id[]; /* the sync's 8 bytes, then the key */
};

struct queue {
	struct queue *next;
	int64_t sync;
	struct lane *head, *tail;
};

struct lanes {
	struct table table;
	struct lane *oldest, *newest;
	struct queue *queues, *turn;
	struct batch *first, *last, *filling;
	struct batch *done; /* the low water; its own, out of the list */
	int moved;
	size_t count, waiting;
	uint64_t emit;
	struct buf id;
};

struct lanes *
lanes_new(void)
{
	struct lanes *l = calloc(1, sizeof(*l));

	if (l == NULL)
		fatal("out of memory: lanes");
	/* No number comes twice, not even after a restart. */
	l->emit = (uint64_t)clock_wall_us();
	return l;
}

static struct str
make_id(struct lanes *l, int64_t sync, struct str key)
{
	buf_reset(&l->id);
	buf_put(&l->id, &sync, sizeof(sync));
	buf_puts(&l->id, key);
	return buf_str(&l->id);
}

static int64_t
lane_sync(const struct lane *lane)
{
	int64_t sync;

	memcpy(&sync, lane->id, sizeof(sync));
	return sync;
}

static struct str
lane_key(const struct lane *lane)
{
	return str_from(lane->id + sizeof(int64_t),
	    lane->nid - sizeof(int64_t));
}

/* Pop every batch of the prefix that nobody holds. */
static void
settle(struct lanes *l)
{
	struct batch *b;

	while ((b = l->first) != NULL && b->held == 0) {
		free(l->done);
		l->done = b;
		l->moved = 1;
		l->first = b->next;
		if (l->first == NULL)
			l->last = NULL;
	}
}

static void
change_free(struct lanes *l, struct change *c)
{
	if (c == NULL)
		return;
	if (c->batch != NULL && --c->batch->held == 0)
		settle(l);
	free(c);
}

static struct queue *
queue_of(struct lanes *l, int64_t sync)
{
	struct queue *q;

	for (q = l->queues; q != NULL; q = q->next)
		if (q->sync == sync)
			return q;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		fatal("out of memory: a queue");
	q->sync = sync;
	q->next = l->queues;
	l->queues = q;
	return q;
}

static void
enqueue(struct lanes *l, struct lane *lane, int first)
{
	struct queue *q = lane->queue;

	lane->queued = 1;
	lane->next = NULL;
	l->waiting++;
	if (q->head == NULL) {
		q->head = q->tail = lane;
	} else if (first) {
		lane->next = q->head;
		q->head = lane;
	} else {
		q->tail->next = lane;
		q->tail = lane;
	}
}

static struct lane *
lane_new(struct lanes *l, struct str id, int64_t sync)
{
	struct lane *lane = calloc(1, size_add(sizeof(*lane), id.n));

	if (lane == NULL)
		fatal("out of memory: a lane");
	memcpy(lane->id, id.p, id.n);
	lane->nid = id.n;
	lane->queue = queue_of(l, sync);
	lane->older = l->newest;
	if (l->newest != NULL)
		l->newest->newer = lane;
	else
		l->oldest = lane;
	l->newest = lane;
	l->count++;
	table_put(&l->table, str_from(lane->id, lane->nid), lane);
	return lane;
}

static void
lane_drop(struct lanes *l, struct lane *lane)
{
	table_del(&l->table, str_from(lane->id, lane->nid));
	if (lane->older != NULL)
		lane->older->newer = lane->newer;
	else
		l->oldest = lane->newer;
	if (lane->newer != NULL)
		lane->newer->older = lane->older;
	else
		l->newest = lane->older;
	l->count--;
	free(lane);
}

void
lanes_reset(struct lanes *l)
{
	struct lane *lane, *newer;
	struct queue *q, *next;
	struct batch *b, *after;

	for (lane = l->oldest; lane != NULL; lane = newer) {
		newer = lane->newer;
		free(lane->busy);
		free(lane->waiting);
		free(lane);
	}
	for (q = l->queues; q != NULL; q = next) {
		next = q->next;
		free(q);
	}
	for (b = l->first; b != NULL; b = after) {
		after = b->next;
		free(b);
	}
	free(l->done);
	table_fini(&l->table);
	buf_fini(&l->id);
	*l = (struct lanes){ .emit = l->emit };
}

void
lanes_free(struct lanes *l)
{
	if (l == NULL)
		return;
	lanes_reset(l);
	free(l);
}

void
lanes_begin(struct lanes *l, const struct journal_position *end)
{
	struct batch *b = malloc(size_add(sizeof(*b), end->text.n));

	if (b == NULL)
		fatal("out of memory: a batch");
	*b = (struct batch){ .held = 1, .ord = end->ord, .n = end->text.n };
	memcpy(b->text, end->text.p, end->text.n);
	if (l->last != NULL)
		l->last->next = b;
	else
		l->first = b;
	l->last = l->filling = b;
}

void
lanes_end(struct lanes *l)
{
	l->filling->held--;
	l->filling = NULL;
	settle(l);
}

int
lanes_add(struct lanes *l, const struct lane_event *ev)
{
	struct str id = make_id(l, ev->sync, ev->key);
	struct lane *lane = table_get(&l->table, id);
	struct change *c, *was;

	c = malloc(size_add(sizeof(*c), ev->payload.n));
	if (c == NULL)
		fatal("out of memory: a change");
	*c = (struct change){ .batch = l->filling, .seq = ev->seq,
	    .at_us = ev->at_us, .deadline_us = ev->deadline_us,
	    .attempt = ev->attempt, .tried = ev->tried, .op = ev->op,
	    .n = ev->payload.n };
	if (c->n > 0)
		memcpy(c->payload, ev->payload.p, c->n);
	if (c->batch != NULL)
		c->batch->held++;
	if (lane == NULL)
		lane = lane_new(l, id, ev->sync);
	was = lane->waiting;
	lane->waiting = c;
	if (lane->busy == NULL && !lane->queued)
		enqueue(l, lane, 0);
	/* The newer change holds all that the older one said. */
	change_free(l, was);
	return was != NULL;
}

int
lanes_has(const struct lanes *l, int64_t sync, struct str key)
{
	/* The id buffer is scratch, not state. */
	return table_get(&l->table,
	    make_id((struct lanes *)l, sync, key)) != NULL;
}

static void
emit(struct lanes *l, struct lane *lane, struct work *w, int64_t now_ms)
{
	struct change *c = lane->waiting;

	lane->queued = 0;
	lane->next = NULL;
	lane->busy = c;
	lane->waiting = NULL;
	lane->emit = ++l->emit;
	lane->since_ms = now_ms;
	*w = (struct work){
	    .emit = lane->emit,
	    .seq = (uint64_t)c->seq,
	    .sync = (uint64_t)lane_sync(lane),
	    .op = (uint64_t)c->op,
	    .at = (uint64_t)c->at_us,
	    .attempt = c->attempt,
	    .tried = c->tried,
	    .deadline = (uint64_t)c->deadline_us,
	    .key = lane_key(lane),
	    .payload = str_from(c->payload, c->n),
	};
}

size_t
lanes_take(struct lanes *l, struct work *out, size_t max, int64_t now_ms)
{
	struct queue *q = l->turn, *from;
	size_t n = 0;

	if (l->waiting == 0)
		return 0;
	from = q = q != NULL ? q : l->queues;
	while (q->head == NULL) {
		q = q->next != NULL ? q->next : l->queues;
		if (q == from)
			return 0;
	}
	while (n < max && q->head != NULL) {
		struct lane *lane = q->head;

		q->head = lane->next;
		if (q->head == NULL)
			q->tail = NULL;
		l->waiting--;
		emit(l, lane, &out[n++], now_ms);
	}
	l->turn = q->next;
	return n;
}

/* Back from busy to waiting, unless something newer waits already. */
static void
rewind_lane(struct lanes *l, struct lane *lane, int first)
{
	struct change *c = lane->busy;

	lane->busy = NULL;
	lane->emit = 0;
	if (lane->waiting != NULL)
		change_free(l, c);
	else
		lane->waiting = c;
	enqueue(l, lane, first);
}

void
lanes_untake(struct lanes *l, const struct work *w, size_t n)
{
	while (n-- > 0) {
		struct lane *lane = table_get(&l->table,
		    make_id(l, (int64_t)w[n].sync, w[n].key));

		if (lane != NULL && lane->emit == w[n].emit)
			rewind_lane(l, lane, 1);
	}
}

int
lanes_ack(struct lanes *l, uint64_t number, int64_t sync, struct str key)
{
	struct lane *lane = table_get(&l->table, make_id(l, sync, key));

	if (lane == NULL || lane->busy == NULL || lane->emit != number)
		return 0;
	change_free(l, lane->busy);
	lane->busy = NULL;
	lane->emit = 0;
	if (lane->waiting != NULL)
		enqueue(l, lane, 0);
	else
		lane_drop(l, lane);
	return 1;
}

size_t
lanes_again(struct lanes *l, int64_t before_ms)
{
	size_t n = 0;

	for (struct lane *lane = l->oldest; lane; lane = lane->newer) {
		if (lane->busy != NULL && lane->since_ms < before_ms) {
			rewind_lane(l, lane, 0);
			n++;
		}
	}
	return n;
}

int
lanes_low_water(struct lanes *l, struct journal_position *at)
{
	if (!l->moved)
		return 0;
	at->ord = l->done->ord;
	at->text = str_from(l->done->text, l->done->n);
	l->moved = 0;
	return 1;
}

size_t
lanes_count(const struct lanes *l)
{
	return l->count;
}

size_t
lanes_waiting(const struct lanes *l)
{
	return l->waiting;
}

int64_t
lanes_oldest_us(const struct lanes *l)
{
	const struct lane *lane = l->oldest;

	if (lane == NULL)
		return 0;
	return lane->busy ? lane->busy->at_us : lane->waiting->at_us;
}
