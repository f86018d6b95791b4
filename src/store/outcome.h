/*
 * The end of a batch: everything that was found out about its records is
 * written in one transaction, together with the journal's cursor.
 */
#ifndef STORE_OUTCOME_H
#define STORE_OUTCOME_H

#include "store/link.h"

/* What to write for a record; bits. */
enum outcome_what {
	OUTCOME_LINK = 1,   /* make or replace the link */
	OUTCOME_UNLINK = 2, /* remove the link */
	OUTCOME_DONE = 4,   /* settle what waited: no intent, no dead letter */
	OUTCOME_PARK = 8,   /* keep as an intent until not_before_us */
	OUTCOME_DEAD = 16,  /* keep as a dead letter; no intent */
	OUTCOME_DECIDE = 32, /* append a decision */
	OUTCOME_WAKE = 64,  /* what waits for this record's link is due */
};

/* What was done at the destination; stored: append, never renumber. */
enum decision_op {
	DECISION_NONE = 0,
	DECISION_CREATE = 1,
	DECISION_UPDATE = 2,
	DECISION_UPSERT = 3,
	DECISION_ARCHIVE = 4,
	DECISION_DELETE = 5,
	DECISION_CALL = 6, /* an operation of the connector's own */
};

enum decision_result {
	DECISION_OK = 0,
	DECISION_SKIP = 1,  /* a rule said no; note has its reason */
	DECISION_NOOP = 2,  /* nothing to send */
	DECISION_PARKED = 3,
	DECISION_DEAD = 4,
	DECISION_FAILED = 5, /* an attempt that will be made again */
};

/*
 * PARK beside DONE: the record is done but for what it waits for.
 *
 * A (sync_id, key) appears once in a batch.  An empty string with p NULL is
 * a null.  Fields that no bit of `what` names are ignored.
 */
struct settlement {
	unsigned what;
	int32_t sync_id;
	struct str key;
	/*
	 * The journal event this is about: DONE, PARK and DEAD leave alone
	 * what a newer event left for the key.
	 */
	int64_t seq;
	int32_t map_gen; /* the mapping (its id) that ran */

	/* LINK */
	enum link_state state;
	struct str remote_id, version; /* version: as link.version */
	struct str base; /* bytes; map_gen made it */

	/* DECIDE */
	enum decision_op op;
	enum decision_result result;
	int32_t line;          /* of the rule that decided; 0: none */
	int64_t prev_decision; /* link.last_decision */
	uint64_t before, after; /* canonical hashes */
	struct str note;       /* a short reason; never contents */

	/* PARK and DEAD; with LINK too, for the case of `ambiguous` */
	char event_op;     /* 'u' or 'd', as in the journal */
	struct str payload; /* the record, as it came */
	struct str cause;  /* "QUOTA", "TRANSIENT", … */
	int32_t attempt;
	int32_t tried; /* line of the case that all attempts were by, or 0 */
	/* PARK */
	int64_t not_before_us;
	int64_t deadline_us; /* 0: none */
	/*
	 * The link that it waits for: with that it is due.  p NULL: none.  Who
	 * waits already has the earlier of the two deadlines.
	 */
	int32_t waits_sync;
	struct str waits_key;
	/*
	 * The generation that left a field out for want of a catalogue: with
	 * any later one it is due.  0: none did.
	 */
	int64_t lacks_at;
	/* DEAD */
	struct str fingerprint; /* groups what has one cause */
	struct str rule;        /* "contact.map:21" */
	struct str message;
	struct str request, reply; /* samples, redacted by the caller */

	/* out */
	int64_t decision; /* its id, where DECIDE */
	/*
	 * The remote id belongs to another record's link: the link was kept
	 * as LINK_AMBIGUOUS without it and a dead letter "IDENTITY" written.
	 */
	bool ambiguous;
};

/* A position of a journal reader; made by journal_move. */
struct cursor_move {
	struct str name;
	int64_t owner; /* fences: a reader that was replaced cannot move it */
	int64_t ord;   /* grows; a cursor never goes back */
	struct str position;
};

/* One transaction, all or nothing; move may be NULL, n may be 0. */
int outcome_commit(struct db *db, struct settlement *items, size_t n,
    const struct cursor_move *move, struct err *e);

/* Make the decision partitions of today and days ahead, drop old ones. */
int decision_maintain(struct db *db, int days_ahead, int days_kept,
    struct err *e);

struct decision {
	int64_t id, prev, seq, at_us;
	int32_t sync_id, map_gen, line;
	enum decision_op op;
	enum decision_result result;
	uint64_t before, after;
	struct str key, note;
};

/* A record's decisions, newest first, at most limit; *out in the arena. */
int decision_history(struct db *db, struct arena *a, int32_t sync_id,
    struct str key, size_t limit, struct decision **out, size_t *n,
    struct err *e);

#endif
