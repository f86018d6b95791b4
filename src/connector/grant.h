/*
 * Inside the room: what is shown to the token endpoint, and where that is.
 */
#ifndef CONNECTOR_GRANT_H
#define CONNECTOR_GRANT_H

#include "connector/connector.h"

struct grant {
	const struct unit_connector *c;
	/* of the account; in the arena, none of them secret */
	struct str url, scopes, issuer, subject, audience;
	/* out of the secret, see keep.h */
	struct str client_id, client_secret, refresh_token, private_key;
	struct arena arena;
};

/*
 * What the connector says for the account, and what its secret holds: a
 * record, whose memory lies in a.  -1 when the secret has nothing that a grant
 * of the connector takes.
 */
int grant_init(struct grant *g, const struct connector_call *account,
    struct vm *vm, struct value secret, struct arena *a, struct err *e);
void grant_fini(struct grant *g);
/* The request for a token. */
void grant_request(const struct grant *g, int64_t now_ms,
    struct http_request *req, struct arena *a);

#endif
