/*
 * Budgets as connectors say them: limits and zones of an account, costs of a
 * request, time, and what a reply tells is left.
 */
#include "connector/budget.h"
#include "connector_rig.h"

#define NOW ((int64_t)1800000000000) /* 2027-01-15T08:00:00Z */
#define HOUR ((int64_t)3600000)
#define DAY (24 * HOUR)

static char source[2000];

/* A connector with budgets and one operation, of which cost says the cost. */
static void
up(struct rig *r, const char *budgets, const char *cost)
{
	snprintf(source, sizeof(source), "connector c { base"
	    " \"https://c.example\"; %s classify { else => ok; } object o {"
	    " update batch 100 %s { request PUT \"/o\"; results whole; } } }",
	    budgets, cost);
	rig_up(r, source);
}

static struct budgets *
made(struct rig *r, const char *params)
{
	struct budgets *b;
	struct err e;

	r->call.params = rig_json(r, params);
	b = budgets_new(&r->call, r->vm, &e);
	cr_assert_not_null(b, "%s", e.text);
	return b;
}

/* What n records cost of the first two budgets. */
static const int64_t *
cost_of(struct rig *r, size_t n)
{
	static int64_t cost[2];
	struct err e;

	rig_op(r, CONNECTOR_UPDATE, n, 1);
	cr_assert_eq(connector_cost(&r->call, r->vm, cost, &r->arena, &e), 0,
	    "%s", e.text);
	return cost;
}

Test(cost, depends_on_the_request)
{
	int64_t cost[2];
	struct rig r;
	struct err e;

	up(&r, "budget a { sliding 500 per 1d; } budget b { concurrency 3; }",
	    "cost { a: len(records),"
	    " b: match { len(records) > 10 => 1, else => 0 } }");
	cr_assert_eq(cost_of(&r, 10)[0], 10);
	cr_assert_eq(cost_of(&r, 10)[1], 0);
	cr_assert_eq(cost_of(&r, 11)[0], 11);
	cr_assert_eq(cost_of(&r, 11)[1], 1);
	rig_down(&r);

	/* who names none pays one of each, who names one pays that */
	up(&r, "budget a { fixed 5 per 1s; } budget b { fixed 5 per 1s; }", "");
	cr_assert_eq(cost_of(&r, 3)[0], 1);
	cr_assert_eq(cost_of(&r, 3)[1], 1);
	rig_down(&r);
	up(&r, "budget a { fixed 5 per 1s; } budget b { fixed 5 per 1s; }",
	    "cost { b: 2 }");
	cr_assert_eq(cost_of(&r, 3)[0], 0);
	cr_assert_eq(cost_of(&r, 3)[1], 2);
	rig_down(&r);

	up(&r, "budget a { fixed 5 per 1s; }", "cost { a: param.price }");
	r.call.params = rig_json(&r, "{\"price\":\"2.9\"}");
	cr_assert_eq(cost_of(&r, 1)[0], 2);
	r.call.params = rig_json(&r, "{\"price\":-1}");
	cr_assert_eq(connector_cost(&r.call, r.vm, cost, &r.arena, &e), -1);
	cr_assert_str_eq(e.text, "connector c: what a request costs of "
	    "budget a must be a number of 0 or more");
	rig_down(&r);
}

Test(cost, more_than_there_ever_is)
{
	struct budgets *b;
	struct rig r;
	struct err e;

	up(&r, "budget a { sliding 50 per 1d; reserve 20%; }",
	    "cost { a: len(records) }");
	b = made(&r, "{}");
	cr_assert_eq(budgets_afford(b, r.call.object, cost_of(&r, 40), &e), 0);
	cr_assert_eq(budgets_wait_ms(b, cost_of(&r, 40), NOW), 0);
	cr_assert_eq(budgets_afford(b, r.call.object, cost_of(&r, 41), &e),
	    -1);
	cr_assert_str_eq(e.text, "connector c: an operation of object o "
	    "costs 41 of budget a, which has 40 (limit less reserve); lower "
	    "the cost or the reserve");
	budgets_free(b);
	rig_down(&r);
}

Test(limit, of_the_account)
{
	static const struct {
		const char *params;
		int64_t limit; /* 0: refused */
	} cases[] = {
		{ "{}", 190 },
		{ "{\"burst\":250}", 250 },
		{ "{\"burst\":1}", 1 },
		{ "{\"burst\":\"100\"}", 100 },
		{ "{\"burst\":100.9}", 100 },
		{ "{\"burst\":0}", 0 },
		{ "{\"burst\":-5}", 0 },
		{ "{\"burst\":\"many\"}", 0 },
		{ "{\"burst\":[1]}", 0 },
		{ "{\"burst\":9223372036854775807}", 0 },
	};
	struct budget_state s;
	struct budgets *b;
	struct rig r;
	struct err e;

	up(&r, "budget a { fixed(param.burst ?? 190) per 10s; }", "");
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (cases[i].limit > 0) {
			b = made(&r, cases[i].params);
			budgets_state(b, 0, NOW, &s);
			cr_expect_eq(s.limit, cases[i].limit, "%s",
			    cases[i].params);
			budgets_free(b);
			continue;
		}
		r.call.params = rig_json(&r, cases[i].params);
		cr_expect_null(budgets_new(&r.call, r.vm, &e), "%s",
		    cases[i].params);
		cr_expect_str_eq(e.text, "connector c: the limit of budget a "
		    "must be a whole number of 1 or more; see the parameters "
		    "of the connection");
	}
	rig_down(&r);
}

Test(calendar, a_day_begins_at_midnight_of_the_zone)
{
	static const struct {
		const char *params;
		int64_t midnight; /* the first after NOW */
	} cases[] = {
		{ "{}", NOW + 16 * HOUR },
		{ "{\"zone\":\"Europe/Berlin\"}", NOW + 15 * HOUR },
		{ "{\"zone\":\"America/Los_Angeles\"}", NOW },
		{ "{\"zone\":\"Asia/Kolkata\"}", NOW + 21 * HOUR / 2 },
	};
	struct rig r;

	up(&r, "budget a { calendar 3 per 1d zone(param.zone ?? \"UTC\"); }",
	    "");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct budgets *b = made(&r, cases[i].params);
		const int64_t *cost = cost_of(&r, 1);
		int64_t end = cases[i].midnight;

		for (int k = 0; k < 3; k++) {
			cr_assert_eq(budgets_wait_ms(b, cost, end - 5), 0);
			budgets_spend(b, cost, end - 5);
		}
		cr_expect_eq(budgets_wait_ms(b, cost, end - 5), 5, "%s",
		    cases[i].params);
		cr_expect_eq(budgets_wait_ms(b, cost, end - 1), 1);
		cr_expect_eq(budgets_wait_ms(b, cost, end), 0);
		/* a clock that goes back is in the day it came from */
		for (int k = 0; k < 3; k++)
			budgets_spend(b, cost, end);
		cr_expect_gt(budgets_wait_ms(b, cost, end - HOUR), HOUR);
		budgets_free(b);
	}
	rig_down(&r);
}

Test(calendar, days_of_23_and_25_hours)
{
	static const struct {
		const char *zone;
		int64_t now, next; /* UTC, seconds */
	} cases[] = {
		/* 2027-03-28 has 23 hours, 2027-10-31 has 25 */
		{ "Europe/Berlin", 1806188400, 1806188400 + 23 * 3600 },
		{ "Europe/Berlin", 1824933600, 1824933600 + 25 * 3600 },
		/* 2018-11-04 begins at 01:00 in São Paulo */
		{ "America/Sao_Paulo", 1541250000, 1541300400 },
		/* 2018-02-18 begins for the second time at 03:00 UTC */
		{ "America/Sao_Paulo", 1518912000, 1518922800 },
		/* before 1970, where remainders are negative */
		{ "UTC", -1, 0 },
	};
	struct vm *vm = vm_new(NULL);

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t next;
		struct err e;

		cr_assert_eq(vm_midnight(vm, str_z(cases[i].zone),
		    cases[i].now * 1000, &next, &e), 0, "%s", e.text);
		cr_expect_eq(next, cases[i].next * 1000, "%zu: %lld", i,
		    (long long)next / 1000);
		cr_expect_eq(vm_midnight(vm, str_z(cases[i].zone), next - 1,
		    &next, &e), 0);
		cr_expect_eq(next, cases[i].next * 1000, "%zu: %lld", i,
		    (long long)next / 1000);
	}
	vm_free(vm);
}

Test(calendar, without_a_zone_a_day_may_begin_at_any_moment)
{
	struct budgets *b;
	const int64_t *cost;
	struct rig r;
	struct err e;

	up(&r, "budget a { calendar 3 per 1d; }", "");
	b = made(&r, "{}");
	cost = cost_of(&r, 1);
	for (int i = 0; i < 3; i++)
		budgets_spend(b, cost, NOW + 16 * HOUR - 5);
	cr_assert_gt(budgets_wait_ms(b, cost, NOW + 16 * HOUR), DAY - 6);
	budgets_free(b);
	rig_down(&r);

	up(&r, "budget a { calendar 3 per 1d zone param.zone; }", "");
	r.call.params = rig_json(&r, "{\"zone\":\"Mars/Olympus\"}");
	cr_assert_null(budgets_new(&r.call, r.vm, &e));
	cr_assert_str_eq(e.text, "connector c, budget a: no time zone "
	    "\"Mars/Olympus\"");
	r.call.params = rig_json(&r, "{\"zone\":{}}");
	cr_assert_null(budgets_new(&r.call, r.vm, &e));
	cr_assert_str_eq(e.text, "connector c: the zone of budget a must be "
	    "a text");
	/* a parameter that nobody gave says no zone */
	b = made(&r, "{}");
	cost = cost_of(&r, 1);
	for (int i = 0; i < 3; i++)
		budgets_spend(b, cost, NOW + 16 * HOUR - 5);
	cr_assert_gt(budgets_wait_ms(b, cost, NOW + 16 * HOUR), DAY - 6);
	budgets_free(b);
	rig_down(&r);
}

Test(time, counts_how_long_requests_take)
{
	struct budget_state s;
	struct budgets *b;
	const int64_t *cost;
	struct rig r;

	up(&r, "budget a { sliding 10s per 1m; reserve 20%; }",
	    "cost { a: 1 }");
	b = made(&r, "{}");
	cost = cost_of(&r, 1);
	cr_assert_eq(budgets_wait_ms(b, cost, NOW), 0);
	budgets_spend(b, cost, NOW);
	budgets_spend(b, cost, NOW + 1000);
	/* under way: 3 s and 2 s so far */
	budgets_state(b, 0, NOW + 3000, &s);
	cr_assert_eq(s.limit, 8000);
	cr_assert_eq(s.used, 5000);
	cr_assert_eq(budgets_wait_ms(b, cost, NOW + 4499), 0);
	/* 8 s: only a reply can help, however long we waited */
	cr_assert_eq(budgets_wait_ms(b, cost, NOW + 4500), BUDGET_HELD);
	budgets_done(b, cost, NULL, NOW, NOW + 4500);
	budgets_done(b, cost, NULL, NOW + 1000, NOW + 4500);
	budgets_state(b, 0, NOW + 4500, &s);
	cr_assert_eq(s.used, 8000);
	/* what is over is forgotten with its minute */
	cr_assert_geq(budgets_wait_ms(b, cost, NOW + 4500), 60000);
	cr_assert_leq(budgets_wait_ms(b, cost, NOW + 4500), 62000);
	cr_assert_eq(budgets_wait_ms(b, cost, NOW + 66500), 0);
	/* by now it is known what one takes, so not all go at once */
	budgets_state(b, 0, NOW + 66500, &s);
	cr_assert_eq(s.used, 0);
	for (int i = 0; budgets_wait_ms(b, cost, NOW + 66500) == 0; i++) {
		cr_assert_lt(i, 50);
		budgets_spend(b, cost, NOW + 66500);
	}
	cr_assert_eq(budgets_wait_ms(b, cost, NOW + 66500), BUDGET_HELD);
	/* a clock that goes back takes nothing away */
	budgets_done(b, cost, NULL, NOW + 66500, NOW);
	budgets_free(b);
	rig_down(&r);
}

Test(time, limit_of_the_account_and_what_is_left)
{
	struct connector_result res;
	struct budget_state s;
	struct budgets *b;
	const int64_t *cost;
	struct rig r;

	up(&r, "budget a { sliding(param.big ?? 1200s) per 5m;"
	    " remaining header(\"X-Time\"); }", "cost { a: 1 }");
	b = made(&r, "{\"big\":1.5}");
	budgets_state(b, 0, NOW, &s);
	cr_assert_eq(s.limit, 1500);
	cost = cost_of(&r, 1);
	budgets_spend(b, cost, NOW);
	res = rig_reply(&r, 200, "X-Time: 0.25\r\n", "{}");
	cr_assert_eq(res.left[0], 250);
	budgets_done(b, cost, res.left, NOW, NOW + 100);
	budgets_state(b, 0, NOW + 100, &s);
	cr_assert_eq(s.used, 1250);
	budgets_free(b);
	b = made(&r, "{}");
	budgets_state(b, 0, NOW, &s);
	cr_assert_eq(s.limit, 1200000);
	budgets_free(b);
	rig_down(&r);
}

Test(left, as_the_reply_says_it)
{
	static const struct {
		const char *headers;
		int64_t plain, usage;
	} cases[] = {
		{ "X-Left:  30 \r\n", 30, -1 },
		{ "X-Left: 30.7\r\n", 30, -1 },
		{ "X-Left: -5\r\n", -1, -1 },
		{ "X-Left: 99999999999999999999\r\n", -1, -1 },
		{ "X-Left: soon\r\n", -1, -1 },
		{ "Sforce-Limit-Info: api-usage=18/5000\r\n", -1, 4982 },
		{ "Sforce-Limit-Info: api-usage=5001/5000\r\n", -1, -1 },
		{ "Sforce-Limit-Info: what\r\n", -1, -1 },
		{ "", -1, -1 },
	};
	struct http_done gone = { .outcome = HTTP_UNKNOWN };
	struct connector_result res;
	struct rig r;

	up(&r, "budget a { fixed 100 per 10s; remaining header(\"x-left\"); }"
	    " budget b { sliding 5000 per 1d; remaining = try int(re_find("
	    "   header(\"sforce-limit-info\") ?? \"\", \"/(.+)\", 1) ?? \"\")"
	    "  - int(re_find(header(\"sforce-limit-info\") ?? \"\","
	    "   \"=(.+)/\", 1) ?? \"\") else absent; }", "");
	for (size_t i = 0; i < COUNT(cases); i++) {
		rig_op(&r, CONNECTOR_UPDATE, 1, 1);
		res = rig_reply(&r, 200, cases[i].headers, "{}");
		cr_expect_eq(res.left[0], cases[i].plain, "%s",
		    cases[i].headers);
		cr_expect_eq(res.left[1], cases[i].usage, "%s",
		    cases[i].headers);
	}
	rig_done(&r, &gone, &res);
	cr_assert_null(res.left);
	rig_down(&r);
}
