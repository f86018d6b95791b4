/*
 * Webhooks: whether a request is the provider's, and what it tells.
 *
 * Verify first, on the bytes as they came; what is not verified is not read.
 * An event is a hint: what it says of a record may be old by now, and it may
 * come twice or out of order.  No sockets, no clock.
 */
#ifndef CONNECTOR_HOOK_H
#define CONNECTOR_HOOK_H

#include "connector/connector.h"

/* A request as it came. */
struct hook_request {
	struct str method;
	struct str uri;     /* "https://host/path?query", as it was called */
	struct str headers; /* lines */
	struct str body;
};

struct hook_event {
	struct str id;   /* of the record */
	enum hook_op op;
	struct str at;   /* when, as the provider writes it; "" unsaid */
	struct str json; /* the event, RECORD_PAD bytes behind */
	const struct str *fields; /* that changed; none: it does not say */
	size_t nfields;
	int reread;      /* it does not hold all that it tells of */
	int echo;        /* the connector takes it for our own write */
};

/*
 * 0: shown with the secret, which call's object names, and not too old; -1
 * with ERR_DATA says why it is refused.  The text holds no part of secret or
 * request.
 */
int hook_verify(const struct connector_call *call, struct vm *vm,
    const struct hook_request *r, struct str secret, int64_t now_ms,
    struct arena *a, struct err *e);

/* What a verified request tells; events that are of no record are left out. */
int hook_events(const struct connector_call *call, struct vm *vm,
    const struct hook_request *r, struct hook_event **events, size_t *n,
    struct arena *a, struct err *e);

#endif
