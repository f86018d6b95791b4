/*
 * Inside the room: several requests or replies as the parts of one body,
 * multipart/mixed (RFC 2046 5.1) of application/http (RFC 9112 10.2).
 */
#ifndef CONNECTOR_MULTIPART_H
#define CONNECTOR_MULTIPART_H

#include "base/arena.h"
#include "http/http.h"

/* Whole parts; the same parts give the same bytes.  *type is the body's. */
struct str multipart_body(const struct http_request *parts, size_t n,
    struct str *type, struct arena *a);

/* A body while its parts are taken; slices of what was passed in. */
struct multipart {
	struct str boundary;
	struct str rest; /* from behind the last delimiter line on */
	int ended;
};

/* 0: *m stands before the first part; -1: type is not multipart. */
int multipart_open(struct multipart *m, struct str type, struct str body);
/*
 * 1 and the bytes of the next part, 0 behind the last.  A part that no
 * delimiter ends is cut off and does not count.
 */
int multipart_next(struct multipart *m, struct str *part);
/* A part as the reply that it is; -1: it is none, or coded. */
int multipart_reply(struct str part, struct http_done *rep);

#endif
