/*
 * Inside the room: assertions of who we are, signed with a key of ours
 * (RFC 7523, RS256), and base64.
 */
#ifndef CONNECTOR_JWT_H
#define CONNECTOR_JWT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct jwt_claims {
	struct str issuer, subject, audience;
	int64_t now_s; /* since 1970; it is good for three minutes */
};

/*
 * The assertion, in a, cleared with it.  key is a private RSA key in PEM,
 * without a password; -1 with an error that does not show it.
 */
int jwt_sign(struct str key, const struct jwt_claims *c, struct str *out,
    struct arena *a, struct err *e);

/* Appends s in the alphabet of RFC 4648 4. */
void base64_put(struct buf *out, struct str s);

#endif
