/*
 * What a provider lets us spend, in its own unit.
 *
 * Invariant (I7): in any window of the provider, what we spend never exceeds
 * limit minus reserve, nor that less what we learned that others spent.
 * Where a fixed window begins is the provider's secret, so fixed is counted
 * like sliding: no interval of a period's length, wherever it begins, holds
 * more.  A calendar budget is too, until we are told the provider's zone.
 *
 * One thread owns the budgets of a connection.  Times are wall clock
 * milliseconds; a clock that goes back makes us wait longer, never spend
 * more.
 */
#ifndef CONNECTOR_BUDGET_H
#define CONNECTOR_BUDGET_H

#include "base/err.h"
#include "http/http.h"
#include "vm/unit.h"

/* A wait that only a reply of a request under way can end. */
#define BUDGET_HELD INT64_MAX

struct budgets;

/*
 * The budgets of one connection; c lives as long.  An op whose cost is more
 * than a whole budget less its reserve is an error that names both.
 */
struct budgets *budgets_new(const struct unit_connector *c, struct err *e);
void budgets_free(struct budgets *b);
/*
 * Calendar windows begin at midnight so many milliseconds east of UTC.
 * Before anything is spent.
 */
void budgets_zone(struct budgets *b, int64_t offset_ms);

/*
 * An op costs what its block says of each budget named there; an op that
 * names none costs 1 of each.  Concurrency counts requests under way.
 *
 * 0: may go now, else after so many milliseconds ask again; BUDGET_HELD.
 */
int64_t budgets_wait_ms(struct budgets *b, const struct unit_op *op,
    int64_t now_ms);
/* As a request is sent; also beyond the budget, if the caller must. */
void budgets_spend(struct budgets *b, const struct unit_op *op,
    int64_t now_ms);
/*
 * Exactly one for each budgets_spend: the request ended.  rep (may be NULL)
 * may tell how much is left.
 */
void budgets_done(struct budgets *b, const struct unit_op *op,
    const struct http_done *rep, int64_t now_ms);
/*
 * The provider said stop: nothing that op spends from is spent for wait_ms,
 * or for the shortest of its windows where the provider did not say
 * (wait_ms < 0).
 */
void budgets_throttled(struct budgets *b, const struct unit_op *op,
    int64_t wait_ms, int64_t now_ms);

/* For metrics, and to carry long windows over a restart. */
struct budget_state {
	struct str name;
	int64_t limit;    /* less the reserve */
	int64_t used;     /* in the window that now is in */
	int64_t until_ms; /* nothing is spent before; 0: no such thing */
	int64_t as_of_ms;
};

/* i counts from 0; -1 when there are no more. */
int budgets_state(struct budgets *b, size_t i, int64_t now_ms,
    struct budget_state *s);
/* Count what an earlier process spent; a name that is gone is ignored. */
void budgets_restore(struct budgets *b, const struct budget_state *s,
    int64_t now_ms);

#endif
