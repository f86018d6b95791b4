/*
 * Many HTTP requests at once on curl multi, for one owning thread.
 *
 * HTTP/1.1, connections kept alive and reused, gzip accepted, TLS verified,
 * no redirects.  What a request became is one of three things, and a reply
 * that was cut short is never taken for a whole one.  No header value of a
 * request ever reaches an error text or a log.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/err.h"
#include "base/str.h"

struct http_header {
	struct str name;
	struct str value;
};

/* All slices stay the caller's and alive until the request is done. */
struct http_request {
	struct str method;
	struct str url;
	struct http_header *headers;
	size_t nheader;
	struct str body;
	int64_t timeout_ms; /* in all; 0: the default of http_opts */
	size_t max_reply;   /* bytes of body; 0: the default */
};

enum http_state {
	HTTP_DONE,     /* status, headers and body are complete */
	HTTP_NOT_SENT, /* no connection: nothing has reached the peer */
	HTTP_UNKNOWN,  /* sent, and no whole reply: reset, timeout, cut short */
};

struct http_reply {
	enum http_state state;
	int status;
	const struct http_header *headers; /* names in lower case */
	size_t nheader;
	struct str body;   /* RECORD_PAD (64) readable bytes behind */
	const char *error; /* a sentence for logs; "" for HTTP_DONE */
	int64_t took_ms;
};

/* The value of the first header of that name, whatever its case, or "". */
struct str http_header(const struct http_reply *rep, struct str name);

struct http_opts {
	unsigned per_host;     /* requests at once to one host; 0: 32 */
	int64_t connect_ms;    /* 0: 10 s */
	int64_t timeout_ms;    /* 0: 30 s */
	size_t max_reply;      /* 0: 64 MB */
};

struct http;

/* o may be NULL. */
struct http *http_new(const struct http_opts *o);
/* Requests under way are dropped; their tags are not given back. */
void http_free(struct http *h);

/* Never fails: what cannot be sent is given back as HTTP_NOT_SENT. */
void http_submit(struct http *h, const struct http_request *req, void *tag);

struct http_done {
	void *tag;
	struct http_reply reply; /* lives until http_release */
	void *own;               /* http's */
};

/*
 * Move what is under way and give what has finished, at most max.  Returns
 * as soon as there is one, fd (-1: none) is readable, http_wakeup was called
 * or timeout_ms passed.
 */
int http_poll(struct http *h, int timeout_ms, int fd, struct http_done *out,
    size_t max);
void http_release(struct http *h, struct http_done *done);
/* From any thread: the http_poll that waits, or the next, returns at once. */
void http_wakeup(struct http *h);
/* Requests under way. */
size_t http_active(const struct http *h);

/* One request, waited for; for the command line.  Release done with h. */
void http_call(struct http *h, const struct http_request *req,
    struct http_done *done);

#endif
