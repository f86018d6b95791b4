/*
 * What keeps us within a provider's patience: budgets, waits, the breaker.
 */
#include <criterion/criterion.h>

#include "connector/breaker.h"
#include "connector/budget.h"
#include "connector/retry.h"

#define NOW ((int64_t)1800000000000)

/* A connector with budgets and one op that costs cost[i] of budget i. */
struct rig {
	struct unit_connector c;
	struct unit_object object;
	struct unit_op op;
	struct unit_budget budgets[3];
	struct unit_cost costs[3];
	int64_t cost[3];
};

static void
rig_init(struct rig *r, const struct unit_budget *budgets, size_t n)
{
	static const char *const names[] = { "a", "b", "c" };

	memset(r, 0, sizeof(*r));
	r->c.name = STR("rig");
	r->object.name = STR("thing");
	for (size_t i = 0; i < n; i++) {
		r->budgets[i] = budgets[i];
		r->budgets[i].name = str_z(names[i]);
		r->budgets[i].limit_func = r->budgets[i].zone =
		    r->budgets[i].remaining = -1;
		r->cost[i] = 1;
	}
	r->c.budgets = r->budgets;
	r->c.nbudget = (uint32_t)n;
	r->c.objects = &r->object;
	r->c.nobject = 1;
	r->object.ops = &r->op;
	r->object.nop = 1;
	r->op.costs = r->costs;
}

static struct budgets *
rig_new(struct rig *r, struct err *e)
{
	struct connector_call account = { .connector = &r->c };

	return budgets_new(&account, NULL, e);
}

struct spend {
	int64_t at, cost;
};

/* No interval of a period's length holds more than cap. */
static void
check_windows(const struct spend *log, size_t n, int64_t period, int64_t cap,
    unsigned seed)
{
	int64_t sum = 0;
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		sum += log[i].cost;
		while (log[i].at - log[from].at >= period)
			sum -= log[from++].cost;
		cr_assert(sum <= cap, "seed %u: %lld of %lld in one window",
		    seed, (long long)sum, (long long)cap);
	}
}

/* Random limits, costs and moments, some of them hard up against the edge. */
Test(budget, no_window_holds_more_than_the_limit_less_the_reserve)
{
	static struct spend log[4000];

	for (unsigned round = 0; round < 60; round++) {
		uint64_t seed = round;
		struct unit_budget spec = {
			.kind = round % 2 ? BUDGET_FIXED : BUDGET_SLIDING,
			.limit = 2 + (int64_t)(retry_random(&seed) % 300),
			.period_ms = 1 + (int64_t)(retry_random(&seed) %
			    (round % 3 ? 20000 : 100)),
			.reserve = (unsigned)(retry_random(&seed) % 50),
		};
		int64_t now = NOW, cap = spec.limit -
		    (spec.limit * spec.reserve + 99) / 100;
		struct rig r;
		struct budgets *b;
		size_t n = 0;

		rig_init(&r, &spec, 1);
		r.cost[0] = 1 + (int64_t)(retry_random(&seed) %
		    (uint64_t)(cap > 5 ? 5 : cap));
		b = rig_new(&r, NULL);
		cr_assert_not_null(b);
		while (n < COUNT(log)) {
			int64_t wait = budgets_wait_ms(b, r.cost, now);

			if (wait == 0) {
				budgets_spend(b, r.cost, now);
				budgets_done(b, r.cost, NULL, now, now);
				log[n++] = (struct spend){ now, r.cost[0] };
			}
			cr_assert(wait <= spec.period_ms * 66 / 64 + 2,
			    "wait %lld of %lld", (long long)wait,
			    (long long)spec.period_ms);
			/* to the edge, before it, past it, or at once */
			switch (retry_random(&seed) % 4) {
			case 0:
				now += wait;
				if (wait != 0)
					cr_assert_eq(budgets_wait_ms(b,
					    r.cost, now), 0);
				break;
			case 1:
				now += wait / 2;
				break;
			case 2:
				now += wait + (int64_t)(retry_random(&seed) %
				    (uint64_t)spec.period_ms) / 3;
				break;
			default:
				break;
			}
		}
		check_windows(log, n, spec.period_ms, cap, round);
		budgets_free(b);
	}
}

Test(budget, waiting_as_told_spends_nearly_all)
{
	struct unit_budget spec = { .kind = BUDGET_FIXED, .limit = 190,
		.period_ms = 10000, .reserve = 20 };
	int64_t now = NOW, spent = 0, wait;
	struct rig r;
	struct budgets *b;

	rig_init(&r, &spec, 1);
	b = rig_new(&r, NULL);
	while (now < NOW + 1000000) {
		if ((wait = budgets_wait_ms(b, r.cost, now)) != 0) {
			now += wait;
			continue;
		}
		budgets_spend(b, r.cost, now);
		spent++;
	}
	cr_assert(spent > 100 * 152 * 97 / 100, "%lld", (long long)spent);
	budgets_free(b);
}

Test(budget, concurrency_is_given_back)
{
	struct unit_budget spec = { .kind = BUDGET_CONCURRENCY, .limit = 2 };
	struct rig r;
	struct budgets *b;

	rig_init(&r, &spec, 1);
	b = rig_new(&r, NULL);
	budgets_spend(b, r.cost, NOW);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW), 0);
	budgets_spend(b, r.cost, NOW);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW), BUDGET_HELD);
	budgets_done(b, r.cost, NULL, NOW, NOW);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW), 0);
	budgets_free(b);
}

/* What others spend shows in what is left, and is left to them. */
Test(budget, learns_what_others_spend)
{
	struct unit_budget spec = { .kind = BUDGET_FIXED, .limit = 100,
		.period_ms = 10000, .reserve = 20 };
	int64_t left = 30;
	struct budget_state s;
	struct rig r;
	struct budgets *b;

	rig_init(&r, &spec, 1);
	b = rig_new(&r, NULL);
	budgets_spend(b, r.cost, NOW);
	budgets_done(b, r.cost, &left, NOW, NOW);
	cr_assert_eq(budgets_state(b, 0, NOW, &s), 0);
	cr_assert_eq(s.limit, 80);
	cr_assert_eq(s.used, 70);
	/* Ten are ours; then 20 are left, the reserve. */
	for (int i = 0; i < 10; i++) {
		cr_assert_eq(budgets_wait_ms(b, r.cost, NOW + 1), 0);
		budgets_spend(b, r.cost, NOW + 1);
	}
	cr_assert_gt(budgets_wait_ms(b, r.cost, NOW + 1), 0);
	/* An older reply that tells of more is not believed. */
	left = 99;
	budgets_done(b, r.cost, &left, NOW + 1, NOW + 2);
	cr_assert_gt(budgets_wait_ms(b, r.cost, NOW + 2), 0);
	/* One that tells nothing changes nothing. */
	left = -1;
	budgets_done(b, r.cost, &left, NOW + 1, NOW + 2);
	cr_assert_eq(budgets_state(b, 0, NOW + 2, &s), 0);
	cr_assert_eq(s.used, 80);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW + 11000), 0);
	budgets_free(b);
}

Test(budget, a_stop_holds_what_the_op_spends_from)
{
	struct unit_budget specs[] = {
		{ .kind = BUDGET_FIXED, .limit = 100, .period_ms = 4000 },
		{ .kind = BUDGET_SLIDING, .limit = 1000,
		  .period_ms = 86400000 },
		{ .kind = BUDGET_FIXED, .limit = 5, .period_ms = 1000 },
	};
	static const int64_t search[] = { 0, 0, 1 };
	struct rig r;
	struct budgets *b;

	rig_init(&r, specs, 3);
	r.cost[2] = 0;
	b = rig_new(&r, NULL);
	budgets_throttled(b, r.cost, 7000, NOW);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW), 7000);
	cr_assert_eq(budgets_wait_ms(b, search, NOW), 0);
	/* A shorter stop does not shorten it. */
	budgets_throttled(b, r.cost, 10, NOW);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW + 6999), 1);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW + 7000), 0);
	/* Unsaid: the shortest window of the op. */
	budgets_throttled(b, r.cost, -1, NOW + 7000);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW + 7000), 4000);
	budgets_free(b);

	/* No budgets at all: the connection stops. */
	rig_init(&r, specs, 0);
	b = rig_new(&r, NULL);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW), 0);
	budgets_throttled(b, r.cost, -1, NOW);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW), 10000);
	budgets_free(b);
}

/* What a killed process leaves behind: the last that was written down. */
struct disk {
	struct arena arena;
	struct budget_spend *list;
	size_t n;
};

static void
write_down(struct disk *k, struct budgets *b, const int64_t *cost,
    int64_t now)
{
	arena_reset(&k->arena);
	k->list = budgets_claim(b, cost, now, &k->n, &k->arena);
	budgets_confirm(b);
}

static struct budgets *
start(struct rig *r, const struct disk *k, int64_t now)
{
	struct budgets *b = rig_new(r, NULL);

	cr_assert_not_null(b);
	for (size_t i = 0; i < k->n; i++)
		budgets_restore(b, &k->list[i], now);
	return b;
}

/* Killed at any moment, again and again: no window holds more. */
Test(budget, no_restart_spends_a_window_twice)
{
	static struct spend log[3000];

	for (unsigned round = 0; round < 40; round++) {
		uint64_t seed = round;
		struct unit_budget spec = {
			.kind = round % 2 ? BUDGET_FIXED : BUDGET_SLIDING,
			.limit = 2 + (int64_t)(retry_random(&seed) % 2000),
			.period_ms = 3600000 + (int64_t)(retry_random(&seed) %
			    86400000),
			.reserve = (unsigned)(retry_random(&seed) % 50),
		};
		int64_t now = NOW, cap = spec.limit -
		    (spec.limit * spec.reserve + 99) / 100;
		struct disk disk = { 0 };
		struct rig r;
		struct budgets *b;
		size_t n = 0, writes = 0;

		rig_init(&r, &spec, 1);
		r.cost[0] = 1 + (int64_t)(retry_random(&seed) %
		    (uint64_t)(cap > 5 ? 5 : cap));
		b = start(&r, &disk, now);
		while (n < COUNT(log)) {
			int64_t wait = budgets_wait_ms(b, r.cost, now);

			if (retry_random(&seed) % 50 == 0) { /* kill -9 */
				budgets_free(b);
				b = start(&r, &disk, now);
				continue;
			}
			if (wait != 0) {
				now += retry_random(&seed) % 2 ? wait :
				    wait / 2 + 1;
				continue;
			}
			if (!budgets_claimed(b, r.cost, now)) {
				write_down(&disk, b, r.cost, now);
				writes++;
				continue;
			}
			budgets_spend(b, r.cost, now);
			log[n++] = (struct spend){ now, r.cost[0] };
			now += (int64_t)(retry_random(&seed) % 2000);
		}
		check_windows(log, n, spec.period_ms, cap, round);
		if (cap / 64 >= 4 * r.cost[0])
			cr_assert_lt(writes, n / 2, "seed %u: %zu writes for "
			    "%zu spends", round, writes, n);
		budgets_free(b);
		arena_fini(&disk.arena);
	}
}

Test(budget, what_is_written_at_the_end_is_exact)
{
	struct unit_budget spec = { .kind = BUDGET_SLIDING, .limit = 6400,
		.period_ms = 86400000 };
	struct budget_state s;
	struct disk disk = { 0 };
	struct rig r;
	struct budgets *b, *next;

	rig_init(&r, &spec, 1);
	b = start(&r, &disk, NOW);
	cr_assert_eq(budgets_claimed(b, r.cost, NOW), 0);
	write_down(&disk, b, r.cost, NOW);
	for (int i = 0; i < 100; i++) {
		cr_assert_eq(budgets_claimed(b, r.cost, NOW), 1);
		budgets_spend(b, r.cost, NOW);
	}
	cr_assert_eq(budgets_claimed(b, r.cost, NOW), 0);
	/* not of the next slot: it would be forgotten too early */
	write_down(&disk, b, r.cost, NOW);
	cr_assert_eq(budgets_claimed(b, r.cost, NOW + 86400000 / 64), 0);
	budgets_spend(b, r.cost, NOW);
	next = start(&r, &disk, NOW);
	budgets_state(next, 0, NOW, &s);
	cr_assert_eq(s.used, 200, "killed: what was claimed is spent");
	budgets_free(next);
	write_down(&disk, b, NULL, NOW);
	next = start(&r, &disk, NOW + 3600000);
	budgets_state(next, 0, NOW + 3600000, &s);
	cr_assert_eq(s.used, 101, "stopped: what was spent");
	/* and is forgotten when it would have been */
	budgets_state(b, 0, NOW + 86400000, &s);
	cr_assert_eq(s.used, 101);
	budgets_state(next, 0, NOW + 86400000, &s);
	cr_assert_eq(s.used, 101);
	budgets_state(next, 0, NOW + 88000000, &s);
	cr_assert_eq(s.used, 0);
	budgets_free(next);
	budgets_free(b);
	arena_fini(&disk.arena);
}

Test(budget, another_version_counts_what_this_one_spent)
{
	struct unit_budget specs[] = {
		{ .kind = BUDGET_FIXED, .limit = 100, .period_ms = 10000 },
		{ .kind = BUDGET_SLIDING, .limit = 50, .period_ms = 86400000 },
		{ .kind = BUDGET_CONCURRENCY, .limit = 3 },
	};
	struct budget_state s;
	struct rig r, other;
	struct budgets *old, *b;

	rig_init(&r, specs, 3);
	old = rig_new(&r, NULL);
	for (int i = 0; i < 20; i++) {
		budgets_spend(old, r.cost, NOW);
		budgets_done(old, r.cost, NULL, NOW, NOW);
	}
	budgets_throttled(old, r.cost, 7000, NOW);
	specs[0].limit = 30;
	rig_init(&other, specs, 2);
	b = rig_new(&other, NULL);
	budgets_inherit(b, old, NOW + 1000);
	for (size_t i = 0; i < 2; i++) {
		budgets_state(b, i, NOW + 1000, &s);
		cr_assert_eq(s.used, 20, "%zu: %lld", i, (long long)s.used);
		cr_assert_eq(s.until_ms, NOW + 7000);
	}
	budgets_free(old);
	cr_assert_eq(budgets_wait_ms(b, other.cost, NOW + 1000), 6000);
	budgets_free(b);
}

Test(budget, survives_a_clock_that_goes_back)
{
	struct unit_budget spec = { .kind = BUDGET_SLIDING, .limit = 10,
		.period_ms = 86400000 };
	struct budget_state s;
	struct disk disk = { 0 };
	struct rig r;
	struct budgets *b;
	struct err e;

	rig_init(&r, &spec, 1);
	b = start(&r, &disk, NOW);
	for (int i = 0; i < 10; i++)
		budgets_spend(b, r.cost, NOW);
	/* An hour back: still spent, no assertion, and not for ever. */
	cr_assert_gt(budgets_wait_ms(b, r.cost, NOW - 3600000), 86400000);
	cr_assert_eq(budgets_state(b, 0, NOW, &s), 0);
	cr_assert_eq(budgets_state(b, 1, NOW, &s), -1);
	write_down(&disk, b, NULL, NOW);
	budgets_free(b);
	b = start(&r, &disk, NOW - 3600000);
	cr_assert_gt(budgets_wait_ms(b, r.cost, NOW - 3600000), 0);
	cr_assert_eq(budgets_wait_ms(b, r.cost, NOW + 86400000), 0);
	disk.list[0].name = STR("gone");
	budgets_restore(b, &disk.list[0], NOW);
	budgets_free(b);
	arena_fini(&disk.arena);

	/* What can never be paid is said at once. */
	r.op.ncost = 1;
	r.costs[0] = (struct unit_cost){ .n = 11, .func = -1 };
	cr_assert_null(rig_new(&r, &e));
	cr_assert_str_eq(e.text, "connector rig: an operation of object thing "
	    "costs 11 of budget a, which has 10 (limit less reserve); lower "
	    "the cost or the reserve");
	r.costs[0].n = 10;
	b = rig_new(&r, &e);
	cr_assert_not_null(b);
	budgets_free(b);
}

Test(retry, full_jitter_within_the_cap_and_the_same_for_a_seed)
{
	struct retry_policy p = { .base_ms = 100, .cap_ms = 5000,
		.attempts = 9 };
	uint64_t seed = 7, again = 7;
	int64_t most[9] = { 0 };

	for (int i = 0; i < 2000; i++) {
		for (unsigned k = 1; k < 9; k++) {
			int64_t wait = retry_wait_ms(&p, k, &seed);
			int64_t limit = 100 << (k - 1);

			cr_assert_eq(wait, retry_wait_ms(&p, k, &again));
			cr_assert(wait >= 0 && wait <= limit &&
			    wait <= 5000);
			if (wait > most[k])
				most[k] = wait;
		}
	}
	for (unsigned k = 1; k < 9; k++)
		cr_assert_gt(most[k], (k > 6 ? 5000 : 100 << (k - 1)) * 9 / 10,
		    "the whole range is used");
	cr_assert_eq(retry_wait_ms(&p, 9, &seed), RETRY_GIVE_UP);
	p.attempts = 0;
	cr_assert_leq(retry_wait_ms(&p, 4000000000u, &seed), 5000);
}

static void
feed(struct breaker *b, unsigned n, int failed, int64_t now)
{
	for (unsigned i = 0; i < n; i++)
		breaker_end(b, breaker_begin(b, now), failed, now);
}

Test(breaker, opens_probes_and_closes)
{
	struct breaker b;
	int64_t now = NOW;
	unsigned old, probe;

	breaker_init(&b, NULL);
	/* 19 failures are below the volume. */
	feed(&b, 19, 1, now);
	cr_assert_eq(breaker_wait_ms(&b, now), 0);
	old = breaker_begin(&b, now);
	feed(&b, 1, 1, now);
	cr_assert_eq(b.state, BREAKER_OPEN);
	cr_assert_eq(breaker_wait_ms(&b, now), 1000);
	/* What was sent before does not close it. */
	breaker_end(&b, old, 0, now);
	cr_assert_eq(breaker_wait_ms(&b, now + 999), 1);
	now += 1000;
	cr_assert_eq(breaker_wait_ms(&b, now), 0);
	probe = breaker_begin(&b, now);
	cr_assert_eq(breaker_wait_ms(&b, now), BREAKER_HELD);
	breaker_end(&b, probe, 1, now);
	cr_assert_eq(breaker_wait_ms(&b, now), 2000);
	now += 2000;
	cr_assert_eq(breaker_wait_ms(&b, now), 0);
	probe = breaker_begin(&b, now);
	breaker_end(&b, old, 1, now);
	cr_assert_eq(breaker_wait_ms(&b, now), BREAKER_HELD);
	breaker_end(&b, probe, 0, now);
	cr_assert_eq(b.state, BREAKER_CLOSED);
	cr_assert_eq(breaker_wait_ms(&b, now), 0);
	/* It begins anew. */
	feed(&b, 19, 1, now);
	cr_assert_eq(b.state, BREAKER_CLOSED);
}

Test(breaker, counts_a_ratio_in_a_window)
{
	struct breaker b;

	breaker_init(&b, NULL);
	feed(&b, 51, 0, NOW);
	feed(&b, 50, 1, NOW);
	cr_assert_eq(b.state, BREAKER_CLOSED);
	feed(&b, 1, 1, NOW);
	cr_assert_eq(b.state, BREAKER_OPEN);

	/* Half an hour of one failure a second is no burst of 20. */
	breaker_init(&b, NULL);
	for (int i = 0; i < 1800; i++)
		feed(&b, 1, 1, NOW + i * 1000);
	cr_assert_eq(b.state, BREAKER_CLOSED);

	/* The wait doubles to the cap and no further. */
	breaker_init(&b, NULL);
	feed(&b, 20, 1, NOW);
	for (int64_t now = NOW, i = 0; i < 100; i++) {
		int64_t wait = breaker_wait_ms(&b, now);

		cr_assert_leq(wait, 60000);
		cr_assert(i < 10 || wait == 60000);
		now += wait;
		cr_assert_eq(breaker_wait_ms(&b, now), 0);
		breaker_end(&b, breaker_begin(&b, now), 1, now);
	}
}

Test(breaker, knows_what_a_failure_is)
{
	for (int o = 0; o <= OUTCOME_IGNORE; o++)
		cr_assert_eq(breaker_failed((enum outcome)o),
		    o == OUTCOME_RETRY || o == OUTCOME_UNKNOWN);
}
