/*
 * Runs what a connector block says: makes requests, reads replies.
 *
 * No SQL, no threads, no waiting, no sockets: the delivery stage owns time
 * and src/http the wire.  One thread owns the vm and the arena of a call;
 * everything that is returned lies in that arena, or is a slice of what was
 * passed in.
 */
#ifndef CONNECTOR_CONNECTOR_H
#define CONNECTOR_CONNECTOR_H

#include "base/arena.h"
#include "base/err.h"
#include "http/http.h"
#include "vm/unit.h"
#include "vm/vm.h"

/*
 * One record of a request; a part that does not apply is empty ({NULL, 0})
 * and absent to the connector's expressions.
 */
struct connector_record {
	struct str key;    /* ours */
	struct str match;  /* what an upsert finds the record by */
	struct str id;     /* the remote id */
	struct str version; /* of what is there, as last told */
	struct str trace;  /* names the record in this request only */
	struct str fields; /* a checked JSON object, RECORD_PAD bytes behind */
};

/* What a request is made from, and a reply is read with. */
struct connector_call {
	const struct unit_connector *connector;
	const struct unit_object *object;
	const struct unit_op *op;
	struct str base;   /* URL of the connection; "": the connector's own */
	struct str params; /* of the connection, a JSON object; "": {} */
	struct str token;  /* auth_token(); "": send none */
	struct str link;   /* of a page: its URL, not the op's; "" */
	const struct str *fields; /* of a list: paths that are wanted */
	size_t nfields;
	const struct connector_record *records;
	size_t n;          /* 1 .. op->batch; 0 for an op without records */
};

/*
 * Fill method, url, headers and body of *req (the rest is the caller's) in a.
 * The URL lies on the host of the base or on one that the connector
 * declares; anything else is an error, whatever the record or the parameters
 * say.  A failure is the connector's or the data's: it will fail again.
 */
int connector_request(const struct connector_call *call, struct vm *vm,
    struct http_request *req, struct arena *a, struct err *e);

/*
 * What the request of call costs of each budget of the connector: what its op
 * says, or 1 of each where that names none.  cost has room for all of them.
 */
int connector_cost(const struct connector_call *call, struct vm *vm,
    int64_t *cost, struct arena *a, struct err *e);

/* The same of a refresh of the token, which is free where nothing is said. */
int auth_cost(const struct connector_call *account, struct vm *vm,
    int64_t *cost, struct arena *a, struct err *e);

/*
 * Whether an operation of the connector's own is for the record: 1 or 0; -1
 * where its `when` cannot tell.
 */
int connector_concerns(const struct connector_call *call, struct vm *vm,
    const struct connector_record *r, struct arena *a, struct err *e);

/*
 * Sort records by the `order` of call's op, if it has one: nil first, then
 * numbers, then texts; equal ones, and what is none of these, stay as they
 * stand.  order gets where each was; there is room for n.
 */
int connector_order(const struct connector_call *call, struct vm *vm,
    struct connector_record *records, size_t *order, size_t n,
    struct arena *a, struct err *e);

/* wait_ms where the reply did not say how long. */
#define CONNECTOR_WAIT_UNSAID (-1)

/* How often RETRY may be tried in a row by one case of classify. */
struct connector_tries {
	unsigned most; /* 0: without end */
	unsigned line; /* of the case */
};

/* Whether a record was made or was there already. */
enum connector_made { MADE_UNSAID, MADE_NEW, MADE_FOUND };

/* What became of one record. */
struct connector_item {
	enum outcome outcome; /* never PER_ITEM nor REFRESH */
	int64_t wait_ms;      /* RETRY and THROTTLE */
	struct connector_tries tries; /* RETRY */
	enum connector_made made; /* OK */
	unsigned found;       /* OK of a find: so many are there, id the
	                       * first's; text names them, where several */
	struct str id;        /* remote id, "" when the reply has none */
	struct str version;   /* the same */
	struct str json;      /* its part of the reply, "" when there is none */
	struct str code;      /* the provider's word for the error, may be "" */
	struct str text;      /* a sentence; "" when OK */
};

struct connector_result {
	/*
	 * OK and PER_ITEM: look at the items.  Everything else is also the
	 * outcome of each item; REFRESH stands as RETRY there, for the
	 * caller refreshes the token (auth_refused) and sends again.
	 */
	enum outcome outcome;
	int64_t wait_ms;
	struct connector_tries tries;
	/*
	 * No clause of classify matched; the outcome is RETRY.  The third
	 * time the caller makes it FAIL_PERMANENT and raises an alert.
	 */
	int unclassified;
	/*
	 * Several records were sent and the reply blames them as one: send
	 * halves to find the bad one.
	 */
	int split;
	struct str code, text; /* of the whole; text is "" when OK */
	/*
	 * What is left of each budget, in its own unit (ms where it counts
	 * time), -1 where the reply does not say; NULL without a reply.
	 */
	int64_t *left;
	struct connector_item *items; /* call->n, in the order of the records */
};

/*
 * Read what became of a request.  Never fails: what cannot be understood is
 * an outcome.  UNKNOWN stays only where sending again could make a second
 * record (create); elsewhere it is RETRY, for the same state sent twice is
 * the same state.  now_ms is the wall clock, for dates in Retry-After.
 */
void connector_reply(const struct connector_call *call, struct vm *vm,
    const struct http_done *rep, int64_t now_ms, struct connector_result *r,
    struct arena *a);

/* "ok", "fail data", … */
const char *outcome_word(enum outcome o);

/*
 * Milliseconds to wait from a Retry-After value: seconds, whole or decimal,
 * or a date of RFC 9110 5.6.7; never negative, at most a day.  -1 when it is
 * neither.
 */
int64_t retry_after_ms(struct str value, int64_t now_ms);

#endif
