/*
 * Budgets: a spend is remembered until no window can hold it any more.
 *
 * A sliding (or fixed) budget keeps its spends in SLOTS slots of
 * period / SLOTS milliseconds.  All of a slot counts as spent at the slot's
 * end, so the sum over the slots that are not a whole period old is never
 * less than what any interval of a period's length holds: the price is that
 * a spend is forgotten up to a 64th of a period late.
 *
 * What others spend is seen in the provider's count of what is left: the
 * part of it that we did not spend is put down as if we had.  A reply that
 * tells of more left than we count is not believed; it may be older than
 * our last requests.
 */
#include "connector/budget.h"

#include <assert.h>
#include <stdlib.h>

#include "connector/eval.h"

#define SLOTS 64
/* After a stop that gives no time, when op has only concurrency budgets. */
#define STOP_UNSAID_MS 10000

struct budget {
	const struct unit_budget *spec;
	enum budget_kind kind; /* how it is counted */
	int64_t cap;    /* limit less the reserve */
	int64_t width;  /* of a slot, ms */
	int64_t latest; /* the latest slot that was spent in */
	int64_t until;  /* stopped before */
	struct {
		int64_t slot;
		int64_t spent;
	} slots[SLOTS + 2];
	int64_t east;           /* calendar: of UTC, ms */
	int64_t day, day_spent;
	int64_t held;           /* concurrency */
};

struct budgets {
	const struct unit_connector *c;
	int64_t until; /* stopped before, all of it */
	struct budget *list;
	size_t n;
};

/* What op takes of budget i; 0: nothing. */
static int64_t
cost_of(const struct budgets *b, const struct unit_op *op, size_t i)
{
	const struct unit_budget *spec = b->list[i].spec;

	if (op->ncost == 0)
		return 1;
	for (uint32_t k = 0; k < op->ncost; k++)
		if (str_eq(op->cost_budget[k], spec->name))
			return op->cost[k];
	return 0;
}

static int64_t
slot_at(const struct budget *x, int64_t now_ms)
{
	int64_t slot = now_ms / x->width;

	/* A clock that went back stays in the latest slot. */
	return slot > x->latest ? slot : x->latest;
}

/* No window that ends now or later holds slot. */
static int
slot_gone(const struct budget *x, int64_t slot, int64_t now)
{
	return (slot + 1) * x->width + x->spec->period_ms <= now * x->width;
}

static int64_t
day_at(const struct budget *x, int64_t now_ms)
{
	int64_t day = (now_ms + x->east) / x->spec->period_ms;

	return day > x->day ? day : x->day;
}

static int64_t
used(const struct budget *x, int64_t now_ms)
{
	int64_t sum = 0, now;

	switch (x->kind) {
	case BUDGET_CONCURRENCY:
		return x->held;
	case BUDGET_CALENDAR:
		return day_at(x, now_ms) == x->day ? x->day_spent : 0;
	case BUDGET_FIXED:
	case BUDGET_SLIDING:
		break;
	}
	now = slot_at(x, now_ms);
	for (size_t i = 0; i < COUNT(x->slots); i++)
		if (!slot_gone(x, x->slots[i].slot, now))
			sum += x->slots[i].spent;
	return sum;
}

static void
put(struct budget *x, int64_t cost, int64_t now_ms)
{
	int64_t slot;
	size_t i;

	switch (x->kind) {
	case BUDGET_CONCURRENCY:
		x->held += cost;
		return;
	case BUDGET_CALENDAR:
		if (day_at(x, now_ms) != x->day) {
			x->day = day_at(x, now_ms);
			x->day_spent = 0;
		}
		x->day_spent += cost;
		return;
	case BUDGET_FIXED:
	case BUDGET_SLIDING:
		break;
	}
	slot = x->latest = slot_at(x, now_ms);
	i = (uint64_t)slot % COUNT(x->slots);
	if (x->slots[i].slot != slot) {
		assert(x->slots[i].spent == 0 ||
		    slot_gone(x, x->slots[i].slot, slot));
		x->slots[i].slot = slot;
		x->slots[i].spent = 0;
	}
	x->slots[i].spent += cost;
}

/* When enough of what is spent will be forgotten for cost to fit. */
static int64_t
wait_of(const struct budget *x, int64_t cost, int64_t now_ms)
{
	int64_t over = used(x, now_ms) + cost - x->cap;
	int64_t now, end;

	if (over <= 0)
		return 0;
	if (x->kind == BUDGET_CONCURRENCY)
		return BUDGET_HELD;
	if (x->kind == BUDGET_CALENDAR)
		return (day_at(x, now_ms) + 1) * x->spec->period_ms -
		    x->east - now_ms;
	now = slot_at(x, now_ms);
	end = now;
	/* Oldest first; slots are a ring in order of time. */
	for (int64_t slot = now - (int64_t)COUNT(x->slots) + 1;
	    slot <= now && over > 0; slot++) {
		size_t i = (uint64_t)slot % COUNT(x->slots);

		if (slot < 0 || x->slots[i].slot != slot ||
		    x->slots[i].spent == 0 || slot_gone(x, slot, now))
			continue;
		over -= x->slots[i].spent;
		end = slot;
	}
	/* The first slot in which `end` is gone. */
	end = ((end + 1) * x->width + x->spec->period_ms + x->width - 1) /
	    x->width;
	return end * x->width - now_ms;
}

static int
check_cost(const struct budgets *b, const struct unit_object *o,
    const struct unit_op *op, struct err *e)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct budget *x = &b->list[i];

		if (cost_of(b, op, i) <= x->cap)
			continue;
		return err_set(e, ERR_DATA, "connector %.*s: an operation of "
		    "object %.*s costs %lld of budget %.*s, which has %lld "
		    "(limit less reserve); lower the cost or the reserve",
		    STR_ARG(b->c->name), STR_ARG(o->name),
		    (long long)cost_of(b, op, i), STR_ARG(x->spec->name),
		    (long long)x->cap);
	}
	return 0;
}

struct budgets *
budgets_new(const struct unit_connector *c, struct err *e)
{
	struct budgets *b = calloc(1, sizeof(*b));

	if (b == NULL || (c->nbudget != 0 && (b->list = calloc(c->nbudget,
	    sizeof(*b->list))) == NULL))
		fatal("out of memory");
	b->c = c;
	b->n = c->nbudget;
	for (size_t i = 0; i < b->n; i++) {
		const struct unit_budget *spec = &c->budgets[i];
		struct budget *x = &b->list[i];

		x->spec = spec;
		x->kind = spec->kind == BUDGET_CALENDAR ? BUDGET_SLIDING :
		    spec->kind;
		if (x->kind != BUDGET_CONCURRENCY && spec->period_ms <= 0) {
			err_set(e, ERR_DATA, "budget %.*s: the period must be "
			    "more than nothing", STR_ARG(spec->name));
			goto bad;
		}
		/* The reserve is rounded up. */
		x->cap = spec->limit / 100 * (100 - spec->reserve) +
		    spec->limit % 100 * (100 - spec->reserve) / 100;
		x->width = (spec->period_ms + SLOTS - 1) / SLOTS;
		if (x->width < 1)
			x->width = 1;
	}
	for (uint32_t i = 0; i < c->nobject; i++)
		for (uint32_t k = 0; k < c->objects[i].nop; k++)
			if (check_cost(b, &c->objects[i],
			    &c->objects[i].ops[k], e) != 0)
				goto bad;
	return b;
bad:
	budgets_free(b);
	return NULL;
}

void
budgets_free(struct budgets *b)
{
	if (b == NULL)
		return;
	free(b->list);
	free(b);
}

void
budgets_zone(struct budgets *b, int64_t offset_ms)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->list[i].spec->kind != BUDGET_CALENDAR)
			continue;
		b->list[i].kind = BUDGET_CALENDAR;
		b->list[i].east = offset_ms;
	}
}

int64_t
budgets_wait_ms(struct budgets *b, const struct unit_op *op, int64_t now_ms)
{
	int64_t most = b->until > now_ms ? b->until - now_ms : 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct budget *x = &b->list[i];
		int64_t cost = cost_of(b, op, i), wait;

		if (cost <= 0)
			continue;
		wait = wait_of(x, cost, now_ms);
		if (wait < x->until - now_ms)
			wait = x->until - now_ms;
		if (wait > most)
			most = wait;
	}
	return most;
}

void
budgets_spend(struct budgets *b, const struct unit_op *op, int64_t now_ms)
{
	for (size_t i = 0; i < b->n; i++)
		if (cost_of(b, op, i) > 0)
			put(&b->list[i], cost_of(b, op, i), now_ms);
}

/* The number in the header that the budget reads; -1 when there is none. */
static int64_t
remaining(const struct budget *x, const struct http_done *rep)
{
	struct str v;
	int64_t left = 0;

	if (rep == NULL || x->spec->remaining.n == 0)
		return -1;
	v = reply_header(rep, x->spec->remaining);
	if (v.n == 0 || v.n > 18)
		return -1;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return -1;
		left = left * 10 + (v.p[i] - '0');
	}
	return left;
}

void
budgets_done(struct budgets *b, const struct unit_op *op,
    const struct http_done *rep, int64_t now_ms)
{
	for (size_t i = 0; i < b->n; i++) {
		struct budget *x = &b->list[i];
		int64_t cost = cost_of(b, op, i), left, others;

		if (x->kind == BUDGET_CONCURRENCY) {
			assert(x->held >= cost);
			x->held -= cost;
			continue;
		}
		left = remaining(x, rep);
		others = x->spec->limit - left - used(x, now_ms);
		if (left >= 0 && others > 0)
			put(x, others, now_ms);
	}
}

/* The shortest window that op spends in. */
static int64_t
stop_unsaid(const struct budgets *b, const struct unit_op *op)
{
	int64_t wait_ms = STOP_UNSAID_MS;

	for (size_t i = 0; i < b->n; i++)
		if (cost_of(b, op, i) > 0 &&
		    b->list[i].kind != BUDGET_CONCURRENCY &&
		    b->list[i].spec->period_ms < wait_ms)
			wait_ms = b->list[i].spec->period_ms;
	return wait_ms;
}

void
budgets_throttled(struct budgets *b, const struct unit_op *op,
    int64_t wait_ms, int64_t now_ms)
{
	int64_t until = now_ms + (wait_ms < 0 ? stop_unsaid(b, op) : wait_ms);
	int found = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (cost_of(b, op, i) <= 0)
			continue;
		found = 1;
		if (b->list[i].until < until)
			b->list[i].until = until;
	}
	if (!found && b->until < until)
		b->until = until;
}

int
budgets_state(struct budgets *b, size_t i, int64_t now_ms,
    struct budget_state *s)
{
	if (i >= b->n)
		return -1;
	*s = (struct budget_state){
		.name = b->list[i].spec->name,
		.limit = b->list[i].cap,
		.used = used(&b->list[i], now_ms),
		.until_ms = b->list[i].until > now_ms ? b->list[i].until : 0,
		.as_of_ms = now_ms,
	};
	return 0;
}

void
budgets_restore(struct budgets *b, const struct budget_state *s,
    int64_t now_ms)
{
	for (size_t i = 0; i < b->n; i++) {
		struct budget *x = &b->list[i];
		int64_t then = s->as_of_ms < now_ms ? s->as_of_ms : now_ms;

		if (!str_eq(x->spec->name, s->name))
			continue;
		if (x->kind != BUDGET_CONCURRENCY && s->used > 0)
			put(x, s->used, then);
		if (x->until < s->until_ms)
			x->until = s->until_ms;
	}
}
