/*
 * Group commit: one thread appends to the journal what all requests bring.
 *
 * While one append is made durable the next requests gather, so under load
 * many share one COPY and one fsync, and a lone one waits for nobody.
 */
#ifndef API_COMMIT_H
#define API_COMMIT_H

#include "journal/journal.h"

struct commit;

/* What one request brings; all of it or nothing is kept. */
struct commit_job {
	const struct journal_event *events;
	size_t n;
	/*
	 * Called once, by the committing thread.  0: durable.  -1: not kept
	 * as far as is known; the connection may have been lost after the
	 * server kept it, so sending it again is right.
	 */
	void (*done)(void *arg, int status, const struct err *e);
	void *arg;
	int64_t put_ms; /* commit_put's */
	struct commit_job *next;
};

int commit_start(const char *conninfo, struct commit **out, struct err *e);
/* 0: done will be called; -1: commit_stop was. */
int commit_put(struct commit *c, struct commit_job *job);
/* Finishes what was put; later puts are refused.  c may be NULL. */
void commit_stop(struct commit *c);
/* After commit_stop. */
void commit_free(struct commit *c);

struct commit_counts {
	uint64_t appends, events, failed; /* failed: appends */
	uint64_t waiting;  /* jobs put and not done */
	int64_t oldest_ms; /* age of the oldest job that waits; 0: none */
};
void commit_counts(struct commit *c, struct commit_counts *out);

#endif
