/*
 * A HubSpot that lives on loopback: routes, shapes, validation, limits and,
 * on demand, every way in which a CRM goes wrong.
 *
 * Kept in memory; what happened is asked for under /_sandbox/ (README.md).
 * sandbox_start and sandbox_stop are called from one thread; the simulator
 * answers on threads of its own.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sandbox;

/* Zero-initialised is valid: every zero means the value named here. */
struct sandbox_opts {
	uint16_t port;             /* pick a free one */
	unsigned threads;          /* 2 */
	const char *token;         /* "sandbox-token", never expires */
	const char *refresh_token; /* "sandbox-refresh" */
	const char *client_id;     /* any */
	const char *client_secret; /* any */
	unsigned token_ttl_s;      /* 1800, of tokens from /oauth/v1/token */
	bool rotate_refresh;       /* a refresh token works once */
	unsigned rate_max;         /* 1,000,000 requests per … */
	unsigned rate_ms;          /* … 10,000 ms */
	unsigned daily_max;        /* 1,000,000,000 requests */
	unsigned search_lag_ms;    /* search sees a write at once */
	bool keep_email_case;      /* e-mail addresses are lowercased */
	size_t keep_requests;      /* the last 64 bodies */
	/* JSON: {"contacts": [{"name": …, "type": …, "hasUniqueValue": …}]} */
	const char *properties;
	/* JSON: a list of fault rules, as POST /_sandbox/faults takes */
	const char *faults;
	/* Records are read from here at start and written at stop; may be
	 * missing at start. */
	const char *state_file;
};

/* NULL with *e filled: bad JSON in opts, the port is taken, no threads. */
struct sandbox *sandbox_start(const struct sandbox_opts *opts, struct err *e);
uint16_t sandbox_port(const struct sandbox *s);
/* Ends all connections, writes the state file; -1 if that failed. */
int sandbox_stop(struct sandbox *s, struct err *e);

#endif
