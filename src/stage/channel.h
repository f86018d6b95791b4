/*
 * A channel: what goes to one connection, with its token, budgets and
 * breaker.  One slow or dead CRM stops its own channel and nothing else.
 *
 * Owned by the delivery thread.  A channel gives back every item that it was
 * given, once, through done().
 */
#ifndef STAGE_CHANNEL_H
#define STAGE_CHANNEL_H

#include "connector/auth.h"
#include "connector/breaker.h"
#include "connector/budget.h"
#include "http/http.h"
#include "stage/catalog.h"
#include "stage/item.h"

/* What channels share; the delivery thread's. */
struct channel_env {
	struct http *http;
	struct vm *vm;
	struct catalogs *catalogs;
	struct metrics *metrics;
	int64_t linger_ms;
	unsigned requests;
	int64_t timeout_ms;
	unsigned attempts;
	int64_t park_ms;
	uint64_t seed;
	/* Gets an item whose outcome is filled. */
	void (*done)(void *arg, struct item *it);
	/* The connection's secret: 0 and its JSON, "" where it has none. */
	int (*secret)(void *arg, const struct route *rt, struct buf *out,
	    struct err *e);
	/* The provider gave another refresh token: keep it. */
	void (*rotated)(void *arg, const struct route *rt, struct str secret);
	/* A connection's field catalogue was read: store it. */
	int (*catalogue)(void *arg, const struct route *rt,
	    struct str object, struct str text, struct err *e);
	/*
	 * What a connection spent of long windows: read when a channel begins,
	 * written before more is spent.
	 */
	int (*load_spends)(void *arg, int32_t connection, struct budgets *b,
	    struct err *e);
	int (*store_spends)(void *arg, int32_t connection,
	    const struct budget_spend *list, size_t n);
	void *arg;
};

struct channel;

struct channel *channel_new(struct channel_env *env, int32_t connection);
/* Items that it still holds are freed, not finished: the journal has them. */
void channel_free(struct channel *ch);
int32_t channel_connection(const struct channel *ch);

/* Takes the item: it will be sent with company. */
void channel_add(struct channel *ch, struct item *it);
/* Keep a field catalogue of the connection fresh. */
void channel_want(struct channel *ch, const struct want *w, int64_t now_ms);
/*
 * Send what can go now.  Milliseconds until it wants to be asked again, -1:
 * not before a reply or another item comes.
 */
int64_t channel_pump(struct channel *ch, int64_t now_ms);
/* A request of a channel has ended; tag is what http gave back. */
void channel_reply(void *tag, const struct http_done *reply, int64_t now_ms);

size_t channel_queued(const struct channel *ch);
unsigned channel_in_flight(const struct channel *ch);

#endif
