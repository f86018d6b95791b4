/*
 * What connections spent of their budgets, for those whose windows are longer
 * than a daemon may live.
 */
#ifndef STORE_BUDGET_H
#define STORE_BUDGET_H

#include "store/db.h"

struct spend {
	struct str name; /* of the budget */
	int64_t at_ms, spent;
	int64_t until_ms; /* nothing is spent before, in all of a name; or 0 */
};

/* What is said of a budget here replaces what was; durable on return. */
int spends_store(struct db *db, int32_t connection_id,
    const struct spend *list, size_t n, struct err *e);
/* By name and time; *out lives in the arena. */
int spends_load(struct db *db, struct arena *a, int32_t connection_id,
    struct spend **out, size_t *n, struct err *e);

#endif
