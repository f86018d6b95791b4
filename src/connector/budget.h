/*
 * What a provider lets us spend, in its own unit.
 *
 * Invariant (I7): in any window of the provider, what we spend never exceeds
 * limit minus reserve, nor that less what we learned that others spent.
 * Where a fixed window begins is the provider's secret, so fixed is counted
 * like sliding: no interval of a period's length, wherever it begins, holds
 * more.  A calendar budget is too, unless the connector says its zone.
 *
 * The exception is a budget of time, which nobody knows before a request has
 * ended.  Requests under way count as long as they have taken so far, or as
 * requests usually take: what they take beyond is what the reserve is for.
 *
 * One thread owns the budgets of a connection.  Times are wall clock
 * milliseconds; a clock that goes back makes us wait longer, never spend
 * more.
 */
#ifndef CONNECTOR_BUDGET_H
#define CONNECTOR_BUDGET_H

#include "connector/connector.h"

/* A wait that only a reply of a request under way can end. */
#define BUDGET_HELD INT64_MAX

struct budgets;

/*
 * The budgets of a connection: connector, base and params of account say
 * which.  The connector and the vm live as long as the budgets.  A limit that
 * is none, a zone that is not known, and an op whose cost is more than a whole
 * budget less its reserve are errors.
 */
struct budgets *budgets_new(const struct connector_call *account,
    struct vm *vm, struct err *e);
void budgets_free(struct budgets *b);

/*
 * A cost has a number for each budget of the connector, as connector_cost
 * tells it; concurrency counts requests under way.  -1 with an error that
 * names the budget that could never pay it, for a request of o (NULL: of
 * the token).
 */
int budgets_afford(const struct budgets *b, const struct unit_object *o,
    const int64_t *cost, struct err *e);
/* 0: may go now, else after so many ms ask again; BUDGET_HELD. */
int64_t budgets_wait_ms(struct budgets *b, const int64_t *cost,
    int64_t now_ms);
/* As a request is sent; also beyond the budget, if the caller must. */
void budgets_spend(struct budgets *b, const int64_t *cost, int64_t now_ms);
/*
 * Exactly one for each budgets_spend, with what was given there as then_ms:
 * the request ended.  left (may be NULL) is what
 * the reply told, see struct connector_result.
 */
void budgets_done(struct budgets *b, const int64_t *cost,
    const int64_t *left, int64_t then_ms, int64_t now_ms);
/*
 * The provider said stop: nothing that is spent from what cost spends from
 * for wait_ms, or for the shortest of these windows where the provider did
 * not say (wait_ms < 0).
 */
void budgets_throttled(struct budgets *b, const int64_t *cost,
    int64_t wait_ms, int64_t now_ms);

/* For metrics. */
struct budget_state {
	struct str name;
	int64_t limit;    /* less the reserve */
	int64_t used;     /* in the window that now is in */
	int64_t until_ms; /* nothing is spent before; 0: no such thing */
};

/* i counts from 0; -1 when there are no more. */
int budgets_state(struct budgets *b, size_t i, int64_t now_ms,
    struct budget_state *s);

/*
 * Windows of an hour and more outlive a process that is killed, so what will
 * be spent of them is written down first: not each time, but a 64th of the
 * budget at once.  What a killed process did not come to spend is lost to
 * that window, and what it spent is known.
 */
struct budget_spend {
	struct str name;  /* of the budget; of the connector */
	int64_t at_ms, spent;
	int64_t until_ms; /* nothing is spent before; 0 */
};

/* Whether cost may be spent by what is written down. */
int budgets_claimed(struct budgets *b, const int64_t *cost, int64_t now_ms);
/*
 * What is to be written down, *n of it, of each budget by time, in a: all that
 * is spent and a part for cost and what follows; cost NULL, at the end: that
 * and no more.
 */
struct budget_spend *budgets_claim(struct budgets *b, const int64_t *cost,
    int64_t now_ms, size_t *n, struct arena *a);
/* It is written down. */
void budgets_confirm(struct budgets *b);
/*
 * Count what was written down, by time, before anything is spent.  A name that
 * is gone is ignored.
 */
void budgets_restore(struct budgets *b, const struct budget_spend *s,
    int64_t now_ms);
/* Count what was spent by the version before, which has no request left. */
void budgets_inherit(struct budgets *b, struct budgets *old, int64_t now_ms);

#endif
