/*
 * Lanes: the scheduler of ingest.
 *
 * A lane is one record of one sync.  It is busy from the moment in which its
 * change is emitted until the ack of that emission, and a busy lane emits
 * nothing: so at most one write per link is under way, its base is never
 * stale, and changes that arrive meanwhile merge into one.
 *
 * The journal's cursor may move past a batch when every change of it has
 * been acked or superseded: lanes_low_water says how far that is.
 *
 * Owned by the ingest thread.
 */
#ifndef STAGE_LANES_H
#define STAGE_LANES_H

#include "journal/journal.h"
#include "stage/work.h"

struct lanes;

struct lanes *lanes_new(void);
void lanes_free(struct lanes *l);

/* What lanes_add adds until lanes_end belongs to the batch that ends at end. */
void lanes_begin(struct lanes *l, const struct journal_position *end);
void lanes_end(struct lanes *l);

struct lane_event {
	int64_t sync;
	int64_t seq;
	int64_t at_us;   /* when the change was made */
	int64_t deadline_us; /* of an intent that waits for a link */
	uint16_t attempt;
	uint32_t tried;
	char op;
	struct str key;
	struct str payload;
};

/* Copies what it keeps.  1: it superseded a change that was waiting. */
int lanes_add(struct lanes *l, const struct lane_event *ev);
/* Whether the record has a change waiting or under way. */
int lanes_has(const struct lanes *l, int64_t sync, struct str key);

/*
 * Make up to max waiting changes of one sync busy and give them; syncs take
 * turns.  Slices live until the ack.  linked, remote and base are left empty.
 */
size_t lanes_take(struct lanes *l, struct work *out, size_t max,
    int64_t now_ms);
/* They could not be pushed: they wait again, first in line. */
void lanes_untake(struct lanes *l, const struct work *w, size_t n);
/* 1, or 0 when the ack is of an emission that no longer counts. */
int lanes_ack(struct lanes *l, uint64_t emit, int64_t sync, struct str key);
/* What is busy since before then waits again; returns how many. */
size_t lanes_again(struct lanes *l, int64_t before_ms);

/*
 * 1 and the position to commit when it has moved since the last call; its
 * text lives until lanes_ack or lanes_end.
 */
int lanes_low_water(struct lanes *l, struct journal_position *at);
/* Forget all of it: the journal will tell it again. */
void lanes_reset(struct lanes *l);
size_t lanes_count(const struct lanes *l);
size_t lanes_waiting(const struct lanes *l);
/* When the oldest undone change was made, or 0. */
int64_t lanes_oldest_us(const struct lanes *l);

#endif
