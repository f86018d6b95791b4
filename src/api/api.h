/*
 * The daemon's HTTP server.
 *
 *   POST /v1/{tenant}/events    records for the journal; README.md says how
 *   GET  /v1/{tenant}/status    what the daemon tells a tenant
 *   GET  /metrics /healthz /readyz
 *
 * An accepted record is durable before its 202 is sent.  Threads of its own:
 * a few that read requests, one that appends to the journal, one that keeps
 * the picture of keys and entities new and drops clients that are too slow.
 */
#ifndef API_API_H
#define API_API_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Progress, not liveness. */
struct api_ready {
	int ok;
	int64_t oldest_ms; /* age of the oldest undone work */
	char cause[200];   /* when not ok, a sentence */
};

/* Called from any of the server's threads, also at the same time. */
struct api_calls {
	/* Append Prometheus text. */
	void (*metrics)(void *arg, struct buf *out);
	void (*ready)(void *arg, struct api_ready *r);
	/* Append one JSON object. */
	int (*status)(void *arg, int32_t tenant_id, struct str tenant,
	    struct buf *out, struct err *e);
	void *arg;
};

/* Zero is the default everywhere. */
struct api_opts {
	const char *conninfo;
	const char *address;  /* numeric, "127.0.0.1" */
	uint16_t port;        /* 0: any that is free, see api_port */
	unsigned threads;     /* that read requests: 2 */
	unsigned connections; /* at a time: 256 */
	size_t body_max;      /* bytes of a request: 16 MB */
	size_t memory_max;    /* bytes of all requests under way: 256 MB */
	unsigned idle_s;      /* of silence, then a client is dropped: 30 */
	unsigned request_s;   /* for a request to come in whole: 60 */
	unsigned stuck_s;     /* the journal takes nothing: not ready: 10 */
	struct api_calls calls; /* what is NULL is answered 404 */
};

struct api;

int api_start(const struct api_opts *o, struct api **out, struct err *e);
uint16_t api_port(const struct api *x);
/* Takes no more, finishes what it took, frees x. */
void api_stop(struct api *x);

#endif
