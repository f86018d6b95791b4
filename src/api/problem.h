/*
 * What is wrong with a request: the JSON body of every refusal.
 *
 *   {"error": {"code": "invalid", "message": "…", "line": 3,
 *              "path": "/email"}, "errors": [ … ]}
 *
 * error is the first of errors; line and path are left out where there is
 * none.  Messages hold names of fields, never values of a record.
 */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "base/arena.h"
#include "base/str.h"

/* PROBLEM(name, status, code) */
#define PROBLEMS(X)                                                       \
	X(NOT_JSON, 400, "not_json")                                      \
	X(EMPTY, 400, "empty")                                            \
	X(QUERY, 400, "query")                                            \
	X(KEY, 401, "api_key")                                            \
	X(TENANT, 403, "tenant")                                          \
	X(PATH, 404, "not_found")                                         \
	X(ENTITY, 404, "unknown_entity")                                  \
	X(METHOD, 405, "method")                                          \
	X(BODY_SIZE, 413, "body_too_large")                               \
	X(RECORD_SIZE, 413, "record_too_large")                           \
	X(MEDIA, 415, "media_type")                                       \
	X(ENVELOPE, 422, "envelope")                                      \
	X(INVALID, 422, "invalid")                                        \
	X(INTERNAL, 500, "internal")                                      \
	X(BUSY, 503, "busy")                                              \
	X(JOURNAL, 503, "journal")                                        \
	X(SCHEMA, 503, "schema")                                          \
	X(STOPPING, 503, "stopping")

enum problem_kind {
#define X(name, status, code) PROBLEM_##name,
	PROBLEMS(X)
#undef X
};

/* Told of one request at most. */
#define PROBLEM_MAX 100

struct problem {
	enum problem_kind kind;
	size_t line; /* 1-based; 0 none */
	struct str path, text;
};

struct problems {
	struct problem *list; /* in the arena of the request */
	size_t n;             /* told */
	size_t more;          /* and so many more */
};

/* Strings lie in a or live as long; text is UTF-8. */
void problem_add(struct problems *p, struct arena *a, enum problem_kind kind,
    size_t line, struct str path, struct str text);
/* The status of the first. */
unsigned problem_status(const struct problems *p);
void problem_write(struct buf *out, const struct problems *p);

#endif
