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
#include "connector/spent.h"

/* After a stop that gives no time, when op has only concurrency budgets. */
#define STOP_UNSAID_MS 10000
/* A limit that sums of it cannot overflow. */
#define LIMIT_MAX (INT64_MAX / 128)
/* Of so many requests the last ones say how long one usually takes. */
#define USUAL 8

int64_t
budget_slot(const struct budget *x, int64_t now_ms)
{
	int64_t slot = now_ms / x->width;

	return slot > x->latest ? slot : x->latest;
}

int
budget_gone(const struct budget *x, int64_t slot, int64_t now)
{
	return (slot + 1) * x->width + x->spec->period_ms <= now * x->width;
}

void
budgets_turn(struct budgets *b, int64_t now_ms)
{
	for (size_t i = 0; i < b->n; i++) {
		struct budget *x = &b->list[i];
		int64_t end;

		/* A clock that went back stays in the latest day. */
		if (x->kind != BUDGET_CALENDAR || now_ms < x->day_end)
			continue;
		if (vm_midnight(b->vm, x->zone, now_ms, &end, NULL) != 0)
			continue; /* it was known; never spend more */
		x->day_end = end;
		x->day_spent = 0;
	}
}

/* Of a budget of time: what requests under way will have taken at least. */
static int64_t
under_way(const struct budget *x, int64_t now_ms)
{
	int64_t so_far = x->held * now_ms - x->began;
	int64_t usual = x->held * x->usual;

	return so_far > usual ? so_far : usual;
}

int64_t
budget_used(const struct budget *x, int64_t now_ms)
{
	int64_t sum = 0, now;

	switch (x->kind) {
	case BUDGET_CONCURRENCY:
		return x->held;
	case BUDGET_CALENDAR:
		sum = x->day_spent;
		break;
	case BUDGET_FIXED:
	case BUDGET_SLIDING:
		now = budget_slot(x, now_ms);
		for (size_t i = 0; i < COUNT(x->slots); i++)
			if (!budget_gone(x, x->slots[i].slot, now))
				sum += x->slots[i].spent;
		break;
	}
	return x->spec->timed ? sum + under_way(x, now_ms) : sum;
}

void
budget_put(struct budget *x, int64_t cost, int64_t now_ms)
{
	int64_t slot;
	size_t i;

	if (x->kind == BUDGET_CONCURRENCY)
		return;
	if (x->kind == BUDGET_CALENDAR) {
		x->day_spent += cost;
		return;
	}
	slot = x->latest = budget_slot(x, now_ms);
	i = (uint64_t)slot % COUNT(x->slots);
	if (x->slots[i].slot != slot) {
		assert(x->slots[i].spent == 0 ||
		    budget_gone(x, x->slots[i].slot, slot));
		x->slots[i].slot = slot;
		x->slots[i].spent = 0;
	}
	x->slots[i].spent += cost;
}

/* When enough of what is spent will be forgotten for cost to fit. */
static int64_t
wait_of(const struct budget *x, int64_t cost, int64_t now_ms)
{
	int64_t over, now, end;

	if (x->spec->timed) /* what it takes is not known yet */
		cost = x->usual > 0 ? x->usual : 1;
	over = budget_used(x, now_ms) + cost - x->cap;
	if (over <= 0)
		return 0;
	if (x->kind == BUDGET_CONCURRENCY)
		return BUDGET_HELD;
	if (x->kind == BUDGET_CALENDAR)
		return x->day_end - now_ms;
	now = budget_slot(x, now_ms);
	end = now;
	/* Oldest first; slots are a ring in order of time. */
	for (int64_t slot = now - (int64_t)COUNT(x->slots) + 1;
	    slot <= now && over > 0; slot++) {
		size_t i = (uint64_t)slot % COUNT(x->slots);

		if (slot < 0 || x->slots[i].slot != slot ||
		    x->slots[i].spent == 0 || budget_gone(x, slot, now))
			continue;
		over -= x->slots[i].spent;
		end = slot;
	}
	if (over > 0) /* requests under way are too much by themselves */
		return BUDGET_HELD;
	/* The first slot in which `end` is gone. */
	end = ((end + 1) * x->width + x->spec->period_ms + x->width - 1) /
	    x->width;
	return end * x->width - now_ms;
}

static int
too_dear(const struct budgets *b, const struct unit_object *o, size_t i,
    int64_t cost, struct err *e)
{
	const struct budget *x = &b->list[i];

	if (x->spec->timed || cost <= x->cap)
		return 0;
	return err_set(e, ERR_DATA, "connector %.*s: %s%.*s costs %lld of "
	    "budget %.*s, which has %lld (limit less reserve); lower the cost "
	    "or the reserve", STR_ARG(b->c->name), o != NULL ?
	    "an operation of object " : "a refresh of the token",
	    STR_ARG(o != NULL ? o->name : STR("")), (long long)cost,
	    STR_ARG(x->spec->name), (long long)x->cap);
}

int
budgets_afford(const struct budgets *b, const struct unit_object *o,
    const int64_t *cost, struct err *e)
{
	for (size_t i = 0; i < b->n; i++)
		if (too_dear(b, o, i, cost[i], e) != 0)
			return -1;
	return 0;
}

/* Costs that do not depend on the request are looked at once. */
static int
check_costs(const struct budgets *b, const struct unit_object *o,
    const struct unit_op *op, struct err *e)
{
	for (uint32_t i = 0; i < op->ncost; i++)
		if (op->costs[i].func < 0 && too_dear(b, o,
		    op->costs[i].budget, op->costs[i].n, e) != 0)
			return -1;
	return 0;
}

static int
check_objects(const struct budgets *b, struct err *e)
{
	for (uint32_t i = 0; i < b->c->nobject; i++) {
		const struct unit_object *o = &b->c->objects[i];

		for (uint32_t k = 0; k < o->nop; k++)
			if (check_costs(b, o, &o->ops[k], e) != 0)
				return -1;
	}
	return 0;
}

/* What the connection's parameters say of it. */
static int
find_limit(const struct connector_call *account, struct vm *vm,
    struct budget *x, struct arena *a, struct err *e)
{
	const struct unit_budget *spec = x->spec;
	struct value v;

	x->limit = spec->limit;
	if (spec->limit_func >= 0 && (eval_account(account, vm,
	    spec->limit_func, "limit", &v, a, e) != 0))
		return -1;
	if (spec->limit_func >= 0 && eval_number(v, spec->timed ? 3 : 0,
	    &x->limit, a) != 0)
		x->limit = 0;
	if (x->limit > 0 && x->limit <= LIMIT_MAX)
		return 0;
	return err_set(e, ERR_DATA, "connector %.*s: the limit of budget "
	    "%.*s must be a whole number of 1 or more; see the parameters of "
	    "the connection", STR_ARG(account->connector->name),
	    STR_ARG(spec->name));
}

static int
find_zone(const struct connector_call *account, struct budgets *b,
    struct budget *x, struct err *e)
{
	struct value v;
	int64_t end;

	if (x->spec->zone < 0)
		return 0;
	if (eval_account(account, b->vm, x->spec->zone, "zone", &v, &b->arena,
	    e) != 0)
		return -1;
	if (value_nil(v)) /* nobody said it */
		return 0;
	if (eval_text(v, &x->zone, &b->arena) != 0)
		return err_set(e, ERR_DATA, "connector %.*s: the zone of "
		    "budget %.*s must be a text", STR_ARG(b->c->name),
		    STR_ARG(x->spec->name));
	if (vm_midnight(b->vm, x->zone, 0, &end, e) != 0)
		return err_prefix(e, "connector %.*s, budget %.*s",
		    STR_ARG(b->c->name), STR_ARG(x->spec->name));
	return 0;
}

static int
budget_init(const struct connector_call *account, struct budgets *b,
    struct budget *x, struct err *e)
{
	const struct unit_budget *spec = x->spec;

	if (find_limit(account, b->vm, x, &b->arena, e) != 0 ||
	    find_zone(account, b, x, e) != 0)
		return -1;
	x->kind = spec->kind == BUDGET_CALENDAR && x->zone.n == 0 ?
	    BUDGET_SLIDING : spec->kind;
	if (x->kind != BUDGET_CONCURRENCY && spec->period_ms <= 0)
		return err_set(e, ERR_DATA, "budget %.*s: the period must be "
		    "more than nothing", STR_ARG(spec->name));
	/* The reserve is rounded up. */
	x->cap = x->limit / 100 * (100 - spec->reserve) +
	    x->limit % 100 * (100 - spec->reserve) / 100;
	x->width = (spec->period_ms + SLOTS - 1) / SLOTS;
	if (x->width < 1)
		x->width = 1;
	return 0;
}

struct budgets *
budgets_new(const struct connector_call *account, struct vm *vm,
    struct err *e)
{
	const struct unit_connector *c = account->connector;
	struct budgets *b = calloc(1, sizeof(*b));
	int status = 0;

	if (b == NULL || (c->nbudget != 0 && (b->list = calloc(c->nbudget,
	    sizeof(*b->list))) == NULL))
		fatal("out of memory");
	b->c = c;
	b->vm = vm;
	b->n = c->nbudget;
	for (size_t i = 0; i < b->n && status == 0; i++) {
		b->list[i].spec = &c->budgets[i];
		status = budget_init(account, b, &b->list[i], e);
	}
	if (status == 0 && check_objects(b, e) == 0)
		return b;
	budgets_free(b);
	return NULL;
}

void
budgets_free(struct budgets *b)
{
	if (b == NULL)
		return;
	arena_fini(&b->arena);
	free(b->list);
	free(b);
}

int64_t
budgets_wait_ms(struct budgets *b, const int64_t *cost, int64_t now_ms)
{
	int64_t most = b->until > now_ms ? b->until - now_ms : 0;

	budgets_turn(b, now_ms);
	for (size_t i = 0; i < b->n; i++) {
		const struct budget *x = &b->list[i];
		int64_t wait;

		if (cost[i] <= 0)
			continue;
		wait = wait_of(x, cost[i], now_ms);
		if (wait < x->until - now_ms)
			wait = x->until - now_ms;
		if (wait > most)
			most = wait;
	}
	return most;
}

void
budgets_spend(struct budgets *b, const int64_t *cost, int64_t now_ms)
{
	budgets_turn(b, now_ms);
	for (size_t i = 0; i < b->n; i++) {
		struct budget *x = &b->list[i];

		if (cost[i] <= 0)
			continue;
		if (x->spec->timed) {
			x->held++;
			x->began += now_ms;
		} else if (x->kind == BUDGET_CONCURRENCY) {
			x->held += cost[i];
		} else {
			budget_put(x, cost[i], now_ms);
			x->ahead -= cost[i];
		}
	}
}

static void
took(struct budget *x, int64_t then_ms, int64_t now_ms)
{
	int64_t ms = now_ms > then_ms ? now_ms - then_ms : 0;

	assert(x->held > 0);
	x->held--;
	x->began -= then_ms;
	budget_put(x, ms, now_ms);
	x->usual += (ms - x->usual) / USUAL;
}

void
budgets_done(struct budgets *b, const int64_t *cost, const int64_t *left,
    int64_t then_ms, int64_t now_ms)
{
	budgets_turn(b, now_ms);
	for (size_t i = 0; i < b->n; i++) {
		struct budget *x = &b->list[i];
		int64_t others;

		if (x->spec->timed && cost[i] > 0) {
			took(x, then_ms, now_ms);
		} else if (x->kind == BUDGET_CONCURRENCY) {
			assert(x->held >= cost[i]);
			x->held -= cost[i];
		}
		if (left == NULL || left[i] < 0)
			continue;
		others = x->limit - left[i] - budget_used(x, now_ms);
		if (others > 0)
			budget_put(x, others, now_ms);
	}
}

/* The shortest window that is spent from. */
static int64_t
stop_unsaid(const struct budgets *b, const int64_t *cost)
{
	int64_t wait_ms = STOP_UNSAID_MS;

	for (size_t i = 0; i < b->n; i++)
		if (cost[i] > 0 &&
		    b->list[i].kind != BUDGET_CONCURRENCY &&
		    b->list[i].spec->period_ms < wait_ms)
			wait_ms = b->list[i].spec->period_ms;
	return wait_ms;
}

void
budgets_throttled(struct budgets *b, const int64_t *cost, int64_t wait_ms,
    int64_t now_ms)
{
	int64_t until = now_ms +
	    (wait_ms < 0 ? stop_unsaid(b, cost) : wait_ms);
	int found = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (cost[i] <= 0)
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
	budgets_turn(b, now_ms);
	*s = (struct budget_state){
		.name = b->list[i].spec->name,
		.limit = b->list[i].cap,
		.used = budget_used(&b->list[i], now_ms),
		.until_ms = b->list[i].until > now_ms ? b->list[i].until : 0,
	};
	return 0;
}
