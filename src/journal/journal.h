/*
 * The journal: every change, exactly as it was committed, in an order that
 * is right for each key, kept until every reader has passed it.
 *
 * A handle belongs to one thread and owns its connection.  What a reader
 * gets is promised to be:
 *
 * - complete: a transaction that stays open while later ones commit loses
 *   nothing, and delays only its own events;
 * - in order per key: of two changes of one key, the one made first comes
 *   first (seq tells the order too);
 * - at least once: after a crash reading goes on from the last committed
 *   position, which may repeat events, never skip one.
 *
 * The functions call through ops, so that another journal can stand in.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/arena.h"
#include "store/outcome.h"

#define JOURNAL_WAKE "crosswalk_journal" /* LISTEN to it */

struct journal_event {
	int64_t seq;   /* grows per key; set by the journal */
	int64_t at_us; /* when it was made; set by the journal */
	int32_t entity_id;
	char op; /* 'u' upsert, 'd' delete */
	struct str key;
	struct str payload; /* JSON; p NULL for a delete */
};

/*
 * A place between two events of one reader's order.  text is the journal's
 * own; ord grows from batch to batch.
 */
struct journal_position {
	int64_t ord;
	struct str text;
};

struct journal_batch {
	struct journal_event *events;
	size_t n;
	struct journal_position end; /* behind the last event */
};

struct journal;

struct journal_ops {
	/* Durable when it returns 0. */
	int (*append)(struct journal *j, const struct journal_event *events,
	    size_t n, struct err *e);
	/* Never blocks for want of events; n may be 0. */
	int (*read)(struct journal *j, struct arena *a, size_t max,
	    struct journal_batch *out, struct err *e);
	/* Blocks; 1: look again, 0: time is up or woken, -1: error. */
	int (*wait)(struct journal *j, int64_t timeout_ms, int wake_fd,
	    struct err *e);
	int (*commit)(struct journal *j, const struct journal_position *p,
	    struct err *e);
	bool (*move)(const struct journal *j,
	    const struct journal_position *p, struct cursor_move *out);
	int (*trim)(struct journal *j, int64_t rotate_after_ms,
	    int64_t *freed, struct err *e);
	int (*reopen)(struct journal *j, struct err *e);
	void (*close)(struct journal *j);
};

/* Begins every implementation's struct. */
struct journal {
	const struct journal_ops *ops;
};

/*
 * A handle on the journal in Postgres.  reader names a cursor, made at the
 * journal's first event where it is new; NULL: only append and trim.  To
 * open a reader takes its cursor over: another handle that holds it can
 * commit no more.
 */
int journal_pg_open(const char *conninfo, const char *reader,
    struct journal **out, struct err *e);

/*
 * How many events a reader has not committed (an estimate that is 0 exactly
 * when there is none) and when the oldest of them came (0: none).  Takes
 * nothing over; any connection will do.
 */
int journal_pg_lag(struct db *db, const char *reader, int64_t *events,
    int64_t *oldest_us, struct err *e);

/*
 * The newest events of an entity with a seq below before (INT64_MAX: of all),
 * at most max, the newest first; strings lie in the arena.  What readers have
 * passed is there until its space is given back.  Takes nothing over.
 */
int journal_pg_recent(struct db *db, struct arena *a, int32_t entity_id,
    int64_t before, size_t max, struct journal_event **out, size_t *n,
    struct err *e);

/*
 * Append n events (seq and at_us are not read) in one transaction.  Batches
 * of about 1,000 are the fastest.  After an error all of them or none are
 * there, and none where the connection is still good.
 */
static inline int
journal_append(struct journal *j, const struct journal_event *events,
    size_t n, struct err *e)
{
	return j->ops->append(j, events, n, e);
}

/*
 * The next events, at most max, in the arena; n is 0 where none is there
 * now.  Reading moves on in memory; journal_commit makes it durable.  After
 * an error, journal_reopen goes back to the committed position.
 */
static inline int
journal_read(struct journal *j, struct arena *a, size_t max,
    struct journal_batch *out, struct err *e)
{
	return j->ops->read(j, a, max, out, e);
}

/*
 * Sleep until there may be events (1), timeout_ms passed or wake_fd (-1:
 * none) is readable (0).  While events keep coming it sleeps a few
 * milliseconds at most; a notice can be missed, so look after a timeout too
 * and let it be some 100 ms.
 */
static inline int
journal_wait(struct journal *j, int64_t timeout_ms, int wake_fd,
    struct err *e)
{
	return j->ops->wait(j, timeout_ms, wake_fd, e);
}

/* All before p is done with, for good. */
static inline int
journal_commit(struct journal *j, const struct journal_position *p,
    struct err *e)
{
	return j->ops->commit(j, p, e);
}

/*
 * Fill *out so that outcome_commit, on any connection, commits p in its own
 * transaction; out borrows from p and from the journal, and only reads
 * what is fixed at open, so any thread may call it.  False: this journal
 * cannot; call journal_commit after outcome_commit.
 */
static inline bool
journal_move(const struct journal *j, const struct journal_position *p,
    struct cursor_move *out)
{
	return j->ops->move(j, p, out);
}

/*
 * Give back the space of events that every reader has committed; *freed is
 * in bytes.  Space is kept in segments; one is closed when it is older than
 * rotate_after_ms, or large.  Call it now and then; a segment that is in use
 * at the moment waits for the next call.
 */
static inline int
journal_trim(struct journal *j, int64_t rotate_after_ms, int64_t *freed,
    struct err *e)
{
	return j->ops->trim(j, rotate_after_ms, freed, e);
}

/* Connect again, back at the committed position. */
static inline int
journal_reopen(struct journal *j, struct err *e)
{
	return j->ops->reopen(j, e);
}

static inline void
journal_close(struct journal *j)
{
	if (j != NULL)
		j->ops->close(j);
}

#endif
