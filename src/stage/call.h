/*
 * Inside the room: what a channel and its calls are made of, for those that
 * send something of their own through it.
 */
#ifndef STAGE_CALL_H
#define STAGE_CALL_H

#include "stage/channel.h"

struct queue;
struct fetch;

/* A request, before, while and after it is under way. */
struct call {
	struct call *next;
	struct channel *ch;
	int32_t sync;
	enum connector_op verb;
	struct item **items;
	size_t n;
	unsigned failed;  /* tries that failed in passing */
	unsigned strange; /* replies that no clause knew */
	int64_t due_ms;
	int is_auth;      /* a token refresh; no items */
	struct connector_job *job; /* by files, request after request */
	struct fetch *fetch; /* a page of a field catalogue; no items */
	/* while it is under way */
	unsigned ticket; /* of the breaker */
	int64_t *cost;   /* of each budget */
	int64_t sent_ms; /* wall clock */
	struct catalog *catalog;
	const struct route *route;
	struct connector_call call;
	struct connector_record *records;
	struct http_request request;
	struct arena arena;
};

struct channel {
	struct channel_env *env;
	int32_t connection;
	struct queue *queues;
	struct items delayed;
	struct call *calls; /* that must go again, by due_ms */
	struct call *flying;
	struct fetch *fetches; /* field catalogues to keep fresh */
	unsigned in_flight;
	size_t queued; /* items, wherever they are */
	/* of the connector's version, and the account, that are in use */
	struct unit *unit;
	struct str base, params; /* in the arena */
	int64_t generation;      /* of the catalog that they came with */
	struct auth *auth;
	struct budgets *budgets;
	int64_t *refresh_cost; /* of a refresh, by budget; in the arena */
	struct arena arena;
	struct breaker breaker;
	int64_t said_ms; /* when it was last said that it cannot be used */
	struct buf secret;
};

/* A wait longer than this is spent in the intent table, not in memory. */
#define HOLD_MS 5000

/* ---- records: on their way, or finished; each of the latter is a way out */

/* Wait for company. */
void channel_enqueue(struct channel *ch, struct item *it);
/* The same, to be looked for before it is made. */
void channel_look(struct channel *ch, struct item *it);
/*
 * On to what is called next, or to the end.  A record waits for company again:
 * what is called has batches of its own.
 */
void channel_go_on(struct channel *ch, struct item *it, int64_t now);
/* Its outcome is filled. */
void channel_finish(struct channel *ch, struct item *it);
/* Into the intent table; each time it comes from there it rests longer. */
void channel_set_aside(struct channel *ch, struct item *it,
    const char *cause, int64_t wait_ms);
/* The same, and one more try was made. */
void channel_park(struct channel *ch, struct item *it, const char *cause,
    int64_t wait_ms);
/* A dead letter. */
void channel_bury(struct channel *ch, struct item *it, const char *cause,
    struct str code, struct str text, struct str reply);

/* ---- calls */

struct call *call_new(struct channel *ch, int32_t sync,
    enum connector_op verb, size_t n);
void call_free(struct call *c);
/*
 * The operation for a verb: the connector's own, or the one that does the
 * same for it.
 */
const struct unit_op *call_op(const struct unit_object *o,
    enum connector_op verb, struct str name);

enum sent { SENT, HELD, GONE };

/*
 * Send a call.  HELD: it has to wait, *wait_ms says how long (or
 * UNTIL_REPLY); it is the caller's still.  GONE: its items were finished.
 */
enum sent call_send(struct call *c, int64_t *wait_ms);
/* Keep a call until due_ms. */
void call_later(struct call *c, int64_t due_ms);
/* Its records are parked, or dead, and the call is gone. */
void call_park(struct call *c, const char *cause, int64_t wait_ms);
void call_bury(struct call *c, const char *cause, struct str code,
    struct str text);
/* Whether the records of a create need not be looked for. */
void call_sought(struct call *c, int sought);
/* Two halves go on for it. */
void call_split(struct call *c);
/* Its records go on in calls of so many; so does a job that is given up. */
void call_spread(struct call *c, size_t batch);

/* The url of a request under way is its own; the timeout is everybody's. */
void call_submit(struct call *c);

/* Waits that have no length: until a reply, and until somebody mends it. */
#define UNTIL_REPLY (-1)
#define UNTIL_MENDED (-2)

/* Requests count on another version or account: wait until they end. */
int channel_is_held(const struct channel *ch, const struct catalog *cat,
    const struct route *rt);
/* Token and budgets of the connector's version and account of the route. */
int channel_use(struct channel *ch, const struct catalog *cat,
    const struct route *rt, struct err *e);
/* How long budgets and breaker want us to wait; 0: go, by what is claimed. */
int64_t channel_gate(struct channel *ch, const int64_t *cost);
/* 0 and the token to send with, or how long there will be none. */
int64_t channel_token(struct channel *ch, struct catalog *cat,
    const struct route *rt, struct str *token);
/* Only somebody can mend it: say so, but not for every record. */
void channel_unusable(struct channel *ch, const struct route *rt,
    const char *cause);
/* The token that it is sent with, to the host that came with it. */
void call_shows(struct call *c, struct str token);
/* The token that a call asked for. */
void account_reply(struct call *c, const struct http_done *reply);
/*
 * Write down what is going to be spent, before it is; cost NULL: what was.
 * -1: not now.
 */
int account_claim(struct channel *ch, const int64_t *cost, int64_t wall_ms);
void account_close(struct channel *ch);
/* Spend what the call costs, and send its request. */
void channel_launch(struct call *c);
/* A request that was launched has ended so. */
void call_ended(struct call *c, const struct connector_result *res,
    int64_t wall_ms);

#endif
