/*
 * How far things are: for `crosswalk status`, /metrics and /readyz.
 */
#ifndef STORE_STATUS_H
#define STORE_STATUS_H

#include "store/db.h"

struct status_cause {
	int32_t sync_id;
	struct str cause;
	int64_t intents;
	int64_t oldest_us;
};

struct status_sync {
	int32_t id;
	struct str tenant, connection, name;
	bool enabled;
	int64_t links, linked, intents, dead;
};

struct status {
	int64_t journal_seq;   /* the newest event's number */
	/* when the oldest parked work came that is not done but for a field
	 * that no catalogue lists; 0: none */
	int64_t oldest_us;
	int64_t intents, dead; /* in all */
	struct status_cause *causes;
	struct status_sync *syncs;
	size_t ncauses, nsyncs;
};

/*
 * links: count them too, which reads an index from end to end.  The lag of
 * a journal reader is journal_lag's to tell.
 */
int status_load(struct db *db, struct arena *a, bool links,
    struct status *out, struct err *e);

#endif
