/*
 * The delivery stage: packs what the engine decided into the fullest
 * requests that budgets allow, reads the replies item by item, and writes
 * what came of them in one transaction per batch.
 *
 * One thread owns the http handle, a database connection, and all channels.
 */
#ifndef STAGE_DELIVERY_H
#define STAGE_DELIVERY_H

#include "stage/catalog.h"

struct secret_key;

struct delivery_opts {
	const char *conninfo;
	const char *result_url; /* listened on, pulled from */
	const char *ack_url;    /* dialled, pushed to */
	struct catalogs *catalogs;
	struct metrics *metrics;
	const struct secret_key *key; /* NULL: no secrets can be opened */
	size_t held;          /* records held at most */
	int64_t linger_ms;    /* how long a record waits for company */
	unsigned requests;    /* under way to one connection */
	int64_t timeout_ms;   /* of a request */
	unsigned attempts;    /* in memory, before a record is parked */
	int64_t park_ms;      /* first rest of what is parked; then doubling */
	int64_t wait_ms;      /* how long a record waits for another's link */
};

struct delivery;

int delivery_start(struct delivery **out, const struct delivery_opts *o,
    struct err *e);
/* Take no more; wait up to drain_ms for requests under way; then stop. */
void delivery_stop(struct delivery *d, int64_t drain_ms);

#endif
