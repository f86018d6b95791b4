/*
 * Inside the room: how spends are remembered.
 */
#ifndef CONNECTOR_SPENT_H
#define CONNECTOR_SPENT_H

#include "connector/budget.h"

#define SLOTS 64

struct budget {
	const struct unit_budget *spec;
	enum budget_kind kind; /* how it is counted */
	int64_t limit;
	int64_t cap;    /* limit less the reserve */
	int64_t width;  /* of a slot, ms */
	int64_t latest; /* the latest slot that was spent in */
	int64_t until;  /* stopped before */
	struct {
		int64_t slot;
		int64_t spent;
	} slots[SLOTS + 2];
	/* of a long window: told before it is spent, and not spent yet */
	int64_t claim, claim_slot, ahead;
	struct str zone; /* calendar; in the arena */
	int64_t day_end, day_spent;
	int64_t held;    /* requests under way */
	int64_t began;   /* timed: the sum of when they did */
	int64_t usual;   /* timed: how long one takes, ms */
};

struct budgets {
	const struct unit_connector *c;
	struct vm *vm;
	int64_t until; /* stopped before, all of it */
	struct budget *list;
	size_t n;
	struct arena arena;
};

/* The slot that now is in; a clock that went back stays in the latest. */
int64_t budget_slot(const struct budget *x, int64_t now_ms);
/* No window that ends in slot now or later holds slot. */
int budget_gone(const struct budget *x, int64_t slot, int64_t now);
/* Days of the provider that are over are forgotten. */
void budgets_turn(struct budgets *b, int64_t now_ms);
/* In the window that now is in. */
int64_t budget_used(const struct budget *x, int64_t now_ms);
/* Count it as spent; concurrency is not, it is held. */
void budget_put(struct budget *x, int64_t cost, int64_t now_ms);

#endif
