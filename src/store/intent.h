/*
 * Intents: work that could not go now.  One per (sync, key), the newest
 * state of the record; outcome_commit writes and settles them.
 */
#ifndef STORE_INTENT_H
#define STORE_INTENT_H

#include "store/db.h"

struct intent {
	int32_t sync_id;
	char op; /* 'u' or 'd' */
	struct str key, payload, cause;
	int32_t attempt, tried;
	int64_t seq; /* of the journal event */
	int64_t not_before_us, deadline_us, since_us;
};

/*
 * Take what is due at now_us, oldest first, at most limit.  What was taken
 * is not due again for lease_ms: a worker that dies gives it back by time.
 * *out lives in the arena.
 */
int intents_take(struct db *db, struct arena *a, int64_t now_us,
    int64_t lease_ms, size_t limit, struct intent **out, size_t *n,
    struct err *e);
/* When the next intent is due; 0: there is none. */
int intents_next(struct db *db, int64_t *due_us, struct err *e);
/* Make all that wait for a sync (0: any) and a cause (p NULL: any) due now. */
int intents_wake(struct db *db, int32_t sync_id, struct str cause,
    int64_t *touched, struct err *e);

/*
 * Make all due that wait for a link that is there: what a reader took and did
 * not live to finish.
 */
int intents_wake_linked(struct db *db, int64_t *touched, struct err *e);
/*
 * The same of what waited for a field catalogue, and was taken for at most
 * lease_ms: the catalogue that woke it does not come again.
 */
int intents_wake_fields(struct db *db, int64_t lease_ms, int64_t *touched,
    struct err *e);

#endif
