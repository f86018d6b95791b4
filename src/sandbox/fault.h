/*
 * Faults by rule: which requests, how often, and what goes wrong.
 *
 * A rule is a JSON object (README.md lists the members).  Every rule that
 * matches a request counts it; those that fire are put together in its plan.
 * The caller holds the simulator's lock.
 */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * FAULT(name, text): the first group ends the request in its own way, the
 * first rule that fires wins; the second group goes together.
 */
#define SIM_FAULTS(X)                                                   \
	X(STATUS, "status")         /* answer that status, nothing done */ \
	X(EXPIRE, "expire")         /* OAuth tokens end now; 401 */        \
	X(HTML, "html")             /* a page with 200, nothing done */    \
	X(HANG, "hang")             /* no answer, nothing done */          \
	X(HANG_AFTER, "hang_after") /* done, no answer */                  \
	X(DROP, "drop")             /* closed, nothing done */             \
	X(DROP_AFTER, "drop_after") /* done, closed without an answer */   \
	X(CUT, "cut")               /* done, half the reply, closed */     \
	X(RESET, "reset")           /* done, half the reply, reset */      \
	X(TRUNCATE, "truncate")     /* done, half the JSON, right length */ \
	X(SLOW, "slow")             /* done, answered after ms */          \
	X(GZIP, "gzip")                                                    \
	X(CHUNKED, "chunked")                                              \
	X(CLOSE, "close")           /* the connection ends with the reply */ \
	X(SHUFFLE, "shuffle")       /* results in another order */         \
	X(NO_TRACE, "no_trace")     /* no trace ids in the reply */        \
	X(NO_HEADERS, "no_headers") /* no rate limit headers */            \
	X(REFUSE, "refuse")         /* items whose property has the value */

enum sim_fault {
	SIM_FAULT_NONE,
#define X(name, text) SIM_FAULT_##name,
	SIM_FAULTS(X)
#undef X
};

struct sim_rule;

struct sim_faults {
	struct arena arena; /* of the rules */
	struct sim_rule *rules;
	size_t n;
};

#define SIM_REFUSALS 8

/* What is to go wrong with one request. */
struct sim_plan {
	enum sim_fault end; /* NONE or one of the first group */
	int status;         /* STATUS */
	int retry_after;    /* seconds; -1: no header */
	bool html;          /* STATUS with a page for a body */
	int ms;             /* SLOW, HANG: for so long */
	bool gzip, chunked, close, shuffle, no_trace, no_headers;
	uint64_t seed;      /* of shuffle */
	struct {
		struct str property, value, message;
	} refuse[SIM_REFUSALS]; /* in the request's arena */
	size_t refusals;
};

/* Replace all rules by those of the JSON list; -1 leaves them as they are. */
int sim_faults_set(struct sim_faults *f, struct str json, struct err *e);
void sim_faults_fini(struct sim_faults *f);
/* Count the request and put its plan together; texts go to the arena. */
void sim_faults_plan(struct sim_faults *f, const char *method,
    struct str path, struct arena *a, struct sim_plan *plan);

#endif
