/*
 * Inside the room: calling a connector's functions, and text of their
 * results.
 */
#ifndef CONNECTOR_EVAL_H
#define CONNECTOR_EVAL_H

#include "connector/connector.h"

/*
 * Call function func of the connector's program.  A function that is not
 * given (-1) gives ABSENT.  what, for the error: "path", "body".
 */
int eval(const struct connector_call *call, struct vm *vm, int func,
    const char *what, const struct value *args, size_t n,
    struct value *result, struct arena *a, struct err *e);

/* Text of a scalar as it is written; -1 when it is nil, list or record. */
int eval_text(struct value v, struct str *s, struct arena *a);

/*
 * A number, or its text, times 10^shift, what is behind the point left out;
 * -1 when it is none, or below 0.
 */
int eval_number(struct value v, int shift, int64_t *n, struct arena *a);

/* Call a function of what is said once for a connection. */
int eval_account(const struct connector_call *account, struct vm *vm,
    int func, const char *what, struct value *result, struct arena *a,
    struct err *e);

/*
 * Walk the headers of a reply, from *at = 0: 1 and the next name and value,
 * slices of it, or 0.
 */
int reply_next_header(const struct http_done *rep, size_t *at,
    struct str *name, struct str *value);
/* The first of that name, whatever its case, or "". */
struct str reply_header(const struct http_done *rep, struct str name);

/* v as JSON, with RECORD_PAD readable bytes behind it. */
struct str eval_written(struct value v, struct arena *a);

/*
 * A record of theirs, or an event: what the object reads as cleared is null in
 * it and in the records in it.  v itself where nothing is.
 */
struct value eval_cleared(const struct unit_object *o, struct value v,
    struct arena *a);

/* A whole JSON text with its padding, checked, as a value in a. */
int eval_json(struct str text, struct value *v, struct arena *a,
    struct err *e);

/* Fill *req of call's op from what its functions take. */
int request_make(const struct connector_call *call, struct vm *vm,
    const struct value *args, size_t nargs, struct http_request *req,
    struct arena *a, struct err *e);
/* What is said once for a connection sees (param, base). */
int account_args(const struct connector_call *call, struct value args[2],
    struct arena *a, struct err *e);
/* What the functions of an operation on records take. */
int request_args(const struct connector_call *call, struct value args[2],
    struct arena *a, struct err *e);
/* A record as the functions of its operation see it. */
struct value request_record(const struct connector_record *r, struct arena *a);
/* The parameters of the connection, {} without. */
int request_params(const struct connector_call *call, struct value *params,
    struct arena *a, struct err *e);

#endif
