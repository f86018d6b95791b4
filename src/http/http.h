/*
 * Many HTTP requests at once, for one owning thread, on curl multi.
 *
 * What a caller that writes to a CRM must know of each request is whether
 * the peer may have acted on it; that is the outcome:
 *
 *   REPLY     a complete reply is here, whatever its status says
 *   NOT_SENT  no byte of the request left: a retry cannot double anything
 *   UNKNOWN   it left, and no complete reply came: read back, then decide
 *
 * HTTP/1.1, connections kept and used again, no redirects, TLS verified, no
 * proxy, and no settings from the environment.  The program ignores SIGPIPE
 * (http_new sees to it).  No error text holds a header, a body or a query.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct http;

/* Zero-initialised is valid: every zero means the value named here. */
struct http_opts {
	unsigned max_per_host;  /* 8 requests at once; more wait their turn */
	unsigned max_idle_s;    /* 50: a connection idle longer is not used */
	const char *user_agent; /* "crosswalk" */
	const char *ca_file;    /* the system's; PEM */
};

struct http_header {
	struct str name, value; /* no CR, LF or NUL: such a request fails */
};

/*
 * Method, URL and headers are copied by http_submit; the body is not and
 * must live until the request is done.  GET and HEAD may be sent again over
 * a new connection when a kept one turns out to be closed; no other method
 * ever is.
 */
struct http_request {
	const char *method;
	const char *url; /* http or https, no user information */
	const struct http_header *headers;
	size_t nheaders;
	struct str body;     /* p NULL: none */
	unsigned connect_ms; /* 10,000: until TLS stands */
	unsigned total_ms;   /* 60,000: from its turn to the last byte */
	size_t max_reply;    /* 16 MB, headers and unpacked body */
};

#define HTTP_OUTCOMES(X)       \
	X(REPLY, "reply")      \
	X(NOT_SENT, "not sent") \
	X(UNKNOWN, "unknown")

enum http_outcome {
#define X(name, text) HTTP_##name,
	HTTP_OUTCOMES(X)
#undef X
};

/* Valid until the next http_poll or http_free. */
struct http_done {
	void *tag;
	enum http_outcome outcome;
	int status;             /* also of an UNKNOWN that broke off; or 0 */
	struct str headers;     /* for http_header */
	struct str body;        /* unpacked; empty unless REPLY */
	char error[400];        /* empty for REPLY */
	int64_t connected_us;   /* 0: an open connection was used */
	int64_t first_byte_us;  /* of the reply, from its turn */
	int64_t total_us;       /* from its turn */
};

struct http *http_new(const struct http_opts *o);
/* Requests on their way are dropped; their tags are not heard of again. */
void http_free(struct http *h);
/* Never fails: what is wrong with the request comes back as NOT_SENT. */
void http_submit(struct http *h, const struct http_request *r, void *tag);
/* Requests submitted and not yet returned by http_poll. */
size_t http_pending(const struct http *h);
/*
 * Move everything on; wait at most timeout_ms (0: not at all) until
 * something is done, or until http_wakeup.  Fills out[0..n) and returns n.
 */
int http_poll(struct http *h, int timeout_ms, struct http_done *out,
    size_t max);
/* A descriptor that ends the wait of http_poll when readable; -1: none. */
void http_watch(struct http *h, int fd);
/* End the wait of http_poll; from any thread. */
void http_wakeup(struct http *h);

/* The value of a reply's header (any case); false: it has none. */
bool http_header(const struct http_done *d, const char *name,
    struct str *value);
const char *http_outcome_name(enum http_outcome o);

/* One request, waited for. */
struct http_reply {
	int status;
	struct buf body; /* the caller's: buf_fini */
};

/* 0 with a reply of any status; -1 with ERR_NET and why there is none. */
int http_call(const struct http_opts *o, const struct http_request *r,
    struct http_reply *reply, struct err *e);
/* With "Authorization: Bearer token" where token is not NULL. */
int http_get(const char *url, const char *token, struct http_reply *reply,
    struct err *e);
int http_post(const char *url, const char *token, const char *content_type,
    struct str body, struct http_reply *reply, struct err *e);

#endif
