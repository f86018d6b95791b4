/*
 * Budgets over a restart: what will be spent of long windows is told before,
 * and what was told is counted again.
 */
#include "connector/budget.h"

#include <stdlib.h>

#include "base/size.h"
#include "connector/spent.h"

/* A window of so much outlives a daemon. */
#define LONG_MS INT64_C(3600000)
/* So much of a long budget is claimed at once. */
#define CLAIMS 64

/* Where what is spent now is counted: a claim holds for that only. */
static int64_t
slot_now(const struct budget *x, int64_t now_ms)
{
	return x->kind == BUDGET_CALENDAR ? x->day_end : budget_slot(x, now_ms);
}

/* Of time nobody knows what a request takes, so none is claimed. */
static int
is_long(const struct budget *x)
{
	return x->kind != BUDGET_CONCURRENCY && !x->spec->timed &&
	    x->spec->period_ms >= LONG_MS;
}

int
budgets_claimed(struct budgets *b, const int64_t *cost, int64_t now_ms)
{
	budgets_turn(b, now_ms);
	for (size_t i = 0; i < b->n; i++) {
		const struct budget *x = &b->list[i];

		if (cost[i] > 0 && is_long(x) && (x->ahead < cost[i] ||
		    x->claim_slot != slot_now(x, now_ms)))
			return 0;
	}
	return 1;
}

/* The last moment of a slot: what is restored there is forgotten with it. */
static void
tell(const struct budget *x, int64_t slot, int64_t spent,
    struct budget_spend *out, size_t *n)
{
	if (spent == 0)
		return;
	out[(*n)++] = (struct budget_spend){
		.name = x->spec->name,
		.at_ms = x->kind == BUDGET_CALENDAR ? slot - 1 :
		    (slot + 1) * x->width - 1,
		.spent = spent,
		.until_ms = x->until,
	};
}

static int
by_time(const void *a, const void *b)
{
	const struct budget_spend *x = a, *y = b;

	return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* All that is spent, and what is claimed beside, by time. */
static void
tell_all(const struct budget *x, int64_t now_ms, struct budget_spend *out,
    size_t *n)
{
	int64_t now = slot_now(x, now_ms);
	size_t from = *n;

	tell(x, now, x->claim, out, n);
	if (x->kind == BUDGET_CALENDAR) {
		tell(x, now, x->day_spent, out, n);
		return;
	}
	for (size_t i = 0; i < COUNT(x->slots); i++)
		if (!budget_gone(x, x->slots[i].slot, now))
			tell(x, x->slots[i].slot, x->slots[i].spent, out, n);
	qsort(out + from, *n - from, sizeof(*out), by_time);
}

/* What is claimed still, or a part of the budget, or the cost. */
static int64_t
claim_for(const struct budget *x, int64_t cost, int64_t now_ms)
{
	int64_t kept = x->claim_slot == slot_now(x, now_ms) ? x->ahead : 0;
	int64_t part = x->cap / CLAIMS, left = x->cap - budget_used(x, now_ms);

	if (cost <= kept)
		return kept;
	if (part > left)
		part = left;
	return part > cost ? part : cost;
}

struct budget_spend *
budgets_claim(struct budgets *b, const int64_t *cost, int64_t now_ms,
    size_t *n, struct arena *a)
{
	struct budget_spend *list = arena_array(a,
	    size_mul(b->n, SLOTS + 3), sizeof(*list));

	*n = 0;
	budgets_turn(b, now_ms);
	for (size_t i = 0; i < b->n; i++) {
		struct budget *x = &b->list[i];

		if (!is_long(x))
			continue;
		x->claim = cost != NULL ? claim_for(x, cost[i], now_ms) : 0;
		x->ahead = 0;
		x->claim_slot = slot_now(x, now_ms);
		tell_all(x, now_ms, list, n);
	}
	return list;
}

void
budgets_confirm(struct budgets *b)
{
	for (size_t i = 0; i < b->n; i++) {
		b->list[i].ahead = b->list[i].claim;
		b->list[i].claim = 0;
	}
}

static void
restore_day(struct budgets *b, struct budget *x, const struct budget_spend *s)
{
	int64_t end;

	if (vm_midnight(b->vm, x->zone, s->at_ms, &end, NULL) != 0)
		return;
	if (end > x->day_end) { /* our clock was ahead */
		x->day_end = end;
		x->day_spent = 0;
	}
	if (end == x->day_end)
		x->day_spent += s->spent;
}

static void
restore(struct budgets *b, struct budget *x, const struct budget_spend *s,
    int64_t now_ms)
{
	int64_t at = s->at_ms < now_ms ? s->at_ms : now_ms;

	if (x->until < s->until_ms)
		x->until = s->until_ms;
	if (x->kind == BUDGET_CALENDAR)
		restore_day(b, x, s);
	else if (x->kind != BUDGET_CONCURRENCY &&
	    !budget_gone(x, at / x->width, budget_slot(x, now_ms)))
		budget_put(x, s->spent, at);
}

void
budgets_restore(struct budgets *b, const struct budget_spend *s,
    int64_t now_ms)
{
	budgets_turn(b, now_ms);
	for (size_t i = 0; i < b->n; i++)
		if (str_eq(b->list[i].spec->name, s->name))
			restore(b, &b->list[i], s, now_ms);
}

void
budgets_inherit(struct budgets *b, struct budgets *old, int64_t now_ms)
{
	struct budget_spend list[SLOTS + 3];

	budgets_turn(old, now_ms);
	for (size_t i = 0; i < old->n; i++) {
		size_t n = 0;

		if (old->list[i].kind == BUDGET_CONCURRENCY)
			continue;
		old->list[i].claim = 0;
		tell_all(&old->list[i], now_ms, list, &n);
		for (size_t k = 0; k < n; k++)
			budgets_restore(b, &list[k], now_ms);
	}
}
