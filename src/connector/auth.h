/*
 * What a connection shows to prove who it is.
 *
 * The secret is the caller's: JSON text out of the secret table.
 *   bearer   {"token": "…"}
 *   header   {"token": "…"}           sent as the value of auth's header
 *   oauth2   {"client_id": "…", "client_secret": "…", and what the grants
 *             of the connector take: "refresh_token": "…", or
 *             "private_key": "-----BEGIN …" (RSA, PEM);
 *             "access_token": "…", "expires_at": MS, "base": "https://…"}
 *             what an earlier refresh brought
 * Tokens never reach a log or an error; memory that held one is cleared.
 *
 * One thread owns an auth, so a refresh is single flight by its state alone:
 *
 *            expired or refused              reply
 *   READY ──────────────────────▶ STALE ─▶ FLIGHT ─▶ READY
 *                                   ▲                  │
 *                                   └─ WAIT ◀── 5xx ───┤
 *                        refused again, 4xx            ▼
 *                                                   PAUSED
 */
#ifndef CONNECTOR_AUTH_H
#define CONNECTOR_AUTH_H

#include "connector/connector.h"

enum auth_state {
	AUTH_READY,  /* the token is good as far as is known */
	AUTH_STALE,  /* send auth_request() first */
	AUTH_FLIGHT, /* a refresh is under way: wait for its reply */
	AUTH_WAIT,   /* the token endpoint is away: wait auth_wait_ms() */
	AUTH_PAUSED, /* only a new secret helps; auth_error() says why */
};

struct auth;

/*
 * Connector, base and params of account say whose it is: a token URL on the
 * connector's host moves with a base of the connection's own.  The connector
 * and the vm live as long as the auth.  seed is for the waits after failures.
 * NULL when the secret is not what the connector's grants take, or the
 * parameters make no address.  All times are wall clock milliseconds.
 */
struct auth *auth_new(const struct connector_call *account, struct vm *vm,
    struct str secret, uint64_t seed, struct err *e);
void auth_free(struct auth *x);

/*
 * The state now; with READY also the token ("" where the connector has no
 * auth), valid until the next call.  A token is stale a minute, or a tenth
 * of its life, before it expires.
 */
enum auth_state auth_token(struct auth *x, int64_t now_ms, struct str *token);
/*
 * Where requests go with the token that is READY, "https://host": it came with
 * it.  "" where the connector says nothing of that: the connection's base.
 */
struct str auth_base(const struct auth *x);
int64_t auth_wait_ms(const struct auth *x, int64_t now_ms);
/* A sentence without secrets, "" when there is nothing to say. */
const char *auth_error(const struct auth *x);

/* Only when STALE; the state is FLIGHT afterwards. */
void auth_request(struct auth *x, int64_t now_ms, struct http_request *req,
    struct arena *a);
/* What became of it; the state is READY, WAIT or PAUSED afterwards. */
enum auth_state auth_reply(struct auth *x, const struct http_done *rep,
    int64_t now_ms);

/*
 * A request made with token was answered REFRESH.  An old token says
 * nothing; the current one is refreshed once, and when the fresh one is
 * refused as well, before any request went well with it, the state is
 * PAUSED.
 */
void auth_refused(struct auth *x, struct str token, int64_t now_ms);
/* A request made with token went well. */
void auth_accepted(struct auth *x, struct str token);

/*
 * 1 when the provider rotated the refresh token, or named another base, since
 * the last call: seal *secret (JSON, in a) before anything else, the old one
 * is dead.
 */
int auth_rotated(struct auth *x, struct str *secret, struct arena *a);

#endif
