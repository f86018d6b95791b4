/*
 * Links: what both sides of a record are known to have agreed on.
 *
 * A link is named by its sync and the record's local key.  At most one live
 * link has a given (sync, key), and at most one a given (sync, remote id).
 */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include "store/db.h"

/* Stored as numbers: append, never renumber. */
enum link_state {
	LINK_NONE = 0, /* there is no link */
	LINK_PENDING_CREATE = 1,
	LINK_LINKED = 2,
	LINK_PENDING_DELETE = 3,
	LINK_TOMBSTONE = 4,
	LINK_MERGED = 5,
	LINK_AMBIGUOUS = 6,
	LINK_QUARANTINED = 7,
};

struct link {
	int32_t sync_id; /* in */
	struct str key;  /* in: the record's local key */
	enum link_state state;
	int64_t id;           /* a short name for logs; 0: no link */
	struct str remote_id; /* p NULL: none */
	struct str version;   /* of what is there; p NULL: not known */
	struct str base;      /* as given to outcome_commit; p NULL: none */
	int32_t base_gen;     /* the mapping (its id) that made base */
	int64_t local_seq;    /* the newest journal event applied */
	int64_t last_decision;
	bool parked; /* an intent waits for this key */
	bool dead;   /* a dead letter exists for this key */
};

/*
 * Fill links[0..n-1] from their sync_id and key, in one round trip; those
 * without a link get LINK_NONE (parked and dead are told for them too).
 * Strings live in the arena.
 */
int links_fetch(struct db *db, struct arena *a, struct link *links, size_t n,
    struct err *e);
/*
 * The same from sync_id and remote_id: fills key; LINK_NONE where unknown.
 * parked and dead stay false.
 */
int links_fetch_remote(struct db *db, struct arena *a, struct link *links,
    size_t n, struct err *e);

#endif
