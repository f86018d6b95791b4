/*
 * Dead letters: records that cannot go at all until something is mended.
 * One per (sync, key), holding the newest state that failed, so a replay
 * never brings an old state back.  outcome_commit writes and settles them.
 */
#ifndef STORE_DLQ_H
#define STORE_DLQ_H

#include "store/db.h"

struct dlq_group {
	int32_t sync_id;
	struct str fingerprint, cause, rule, message;
	int64_t records; /* dead letters in the group */
	int64_t count;   /* failures, all told */
	int64_t first_us, last_us;
	struct str key; /* one of them */
};

struct dlq_item {
	int32_t sync_id;
	char op;
	struct str key, fingerprint, cause, rule, message;
	struct str payload, request, reply;
	int64_t seq, count, first_us, last_us;
};

/* Groups, the largest first; sync_id 0 is all. */
int dlq_groups(struct db *db, struct arena *a, int32_t sync_id,
    struct dlq_group **out, size_t *n, struct err *e);
/*
 * Items of one group (fingerprint p NULL: any), by key, after `after`
 * (p NULL: from the first).
 */
int dlq_items(struct db *db, struct arena *a, int32_t sync_id,
    struct str fingerprint, struct str after, size_t limit,
    struct dlq_item **out, size_t *n, struct err *e);
/* *found is false where there is none. */
int dlq_show(struct db *db, struct arena *a, int32_t sync_id, struct str key,
    struct dlq_item *out, bool *found, struct err *e);
/*
 * Make dead letters intents that are due now, and wake the daemon: of a
 * sync (0: all), a group and a key (p NULL: any).
 */
int dlq_replay(struct db *db, int32_t sync_id, struct str fingerprint,
    struct str key, int64_t *moved, struct err *e);
/* Forget them instead; what happened stays in the decisions. */
int dlq_drop(struct db *db, int32_t sync_id, struct str fingerprint,
    struct str key, int64_t *dropped, struct err *e);

#endif
