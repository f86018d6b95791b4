/*
 * An item: a record that delivery holds, from the engine's result until its
 * outcome is committed and acked.  Where it is says what state it is in:
 * a queue (waiting for company), a delayed list (waiting for a time), a call
 * (being sent) or the finished list (waiting for the commit).
 */
#ifndef STAGE_ITEM_H
#define STAGE_ITEM_H

#include "connector/connector.h"
#include "stage/work.h"
#include "store/outcome.h"

struct item {
	struct item *next;
	struct result r;    /* slices of mem */
	int64_t queued_ms;
	int64_t due_ms;     /* on the delayed list: when to go on */
	char trace[24];     /* names the record in a request */
	struct str call;    /* the operation that is next; "": the verb's */
	struct str calls;   /* those behind it, of r.calls */
	int made;           /* by a request that must not be sent twice */
	struct buf remote, version; /* once the CRM has told them */
	enum connector_made told;
	/* finished */
	struct settlement out; /* strings in mem or note */
	struct buf note;    /* what the reply said */
	int sought;         /* looked for, and may be created */
	size_t nid;
	char *id;           /* sync and key, for the table of what is held */
	char mem[];
};

struct items {
	struct item *head, *tail;
	size_t n;
};

/* A copy of r with everything it points to. */
struct item *item_new(const struct result *r, int64_t now_ms);
void item_free(struct item *it);
/* The id of a record in the table of what is held. */
struct str item_id(struct buf *scratch, const struct result *r);

/*
 * The CRM took what was sent: on to the next operation that is called, 0 when
 * there is none.
 */
int item_next_call(struct item *it);
/* The id of a record that was new, or was found. */
void item_remote(struct item *it, struct str remote);
/* What the CRM says of the record, which it took. */
void item_told(struct item *it, const struct connector_item *x);

void items_push(struct items *l, struct item *it);
struct item *items_pop(struct items *l);

/*
 * What to write when the record is finished.  text and reply are copied.
 *   done  the CRM took it
 *   settle  there was nothing to send; what waited for the record is over
 *   skip  a rule said no
 *   park  it goes on later: cause is a class word ("TRANSIENT")
 *   dead  it cannot go: code and text are the provider's or the engine's
 */
void item_done(struct item *it);
/*
 * Beside park and dead: the record is there, and a call that was to follow is
 * not done.  It is linked with nothing agreed on, so what comes next is an
 * update of everything.
 */
void item_made(struct item *it);
void item_settle(struct item *it);
void item_skip(struct item *it);
void item_park(struct item *it, const char *cause, int64_t until_us);
/*
 * It waits for a link until its deadline, which is now_us + wait_us where it
 * did not wait before; then it is dead.  0, or 1 when it is.
 */
int item_wait(struct item *it, int64_t now_us, int64_t rest_us,
    int64_t wait_us);
/* What is done goes once more when a link is there, until the deadline. */
void item_await(struct item *it, int64_t now_us, int64_t wait_us);
/* What is done goes once more when another catalogue comes. */
void item_lacks(struct item *it, int64_t now_us);
/* How long a record rests that was parked so often before. */
int64_t item_rest_ms(int64_t park_ms, uint64_t attempt);
void item_dead(struct item *it, const char *cause, struct str code,
    struct str text, struct str reply);

/*
 * A short name for all dead letters of one cause: cause, code and message
 * with what differs from record to record taken out.  out has 9 bytes.
 */
void fingerprint(char out[9], const char *cause, struct str code,
    struct str text, uint64_t line);

#endif
