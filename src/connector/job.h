/*
 * Writes by files: the requests of a job, one after the other, and what their
 * replies say.
 *
 *   SUBMIT ─▶ UPLOAD ─▶ CLOSE ─▶ POLL ─▶ RESULTS ─▶ ERRORS ─▶ ended
 *                                 └──┘ until it is done
 *
 * The caller owns time and the wire, as with connector_request.  A job that is
 * given up, here or because the process died, has done nothing or a part of an
 * upsert, which done again is the same.
 */
#ifndef CONNECTOR_JOB_H
#define CONNECTOR_JOB_H

#include "connector/connector.h"

/* A job under way; zero-initialised is one that is to be submitted. */
struct connector_job {
	enum job_step step;  /* the request that is next */
	struct str id;       /* the provider's, in a */
	struct arena a;      /* lives as long as the job */
	struct connector_item *items; /* what is known so far, call->n */
	unsigned char *seen; /* how often a line spoke of each; 2 is many */
};

/* call is that of the operation, with all records of the job. */
int job_request(const struct connector_call *call,
    const struct connector_job *j, struct vm *vm, struct http_request *req,
    struct arena *a, struct err *e);
/* The call of the step that is next, for what it costs. */
struct connector_call job_step_call(const struct connector_call *call,
    const struct connector_job *j);

enum job_next {
	JOB_ON,    /* send what is next */
	JOB_WAIT,  /* the same again, in r->wait_ms */
	JOB_ENDED, /* r->items say what became of the records */
	JOB_LOST,  /* r says why: the records go again, by requests */
};

/* What a reply says; r->outcome is that of the step. */
enum job_next job_reply(const struct connector_call *call,
    struct connector_job *j, struct vm *vm, const struct http_done *rep,
    int64_t now_ms, struct connector_result *r, struct arena *a);

void job_fini(struct connector_job *j);

#endif
