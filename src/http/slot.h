/*
 * One request as curl sees it: an easy handle, its buffers, and what became
 * of it.  http.c moves slots about; slot.c sets them up and judges them.
 */
#ifndef HTTP_SLOT_H
#define HTTP_SLOT_H

#include <curl/curl.h>

#include "http/http.h"

struct slot {
	CURL *easy;
	CURLU *url;
	struct curl_slist *headers;
	struct buf reply_headers, reply_body;
	size_t max_reply;
	bool head;
	bool repeatable;   /* curl may send it again over a new connection */
	unsigned sendings; /* how often curl was about to send it */
	bool too_large;
	bool unframed;     /* neither length nor chunks: ends with the line */
	char peer[260];    /* host:port, or empty */
	struct http_done done;
	/* http.c's */
	struct host *host;
	struct slot *next, *prev;
};

struct slot *slot_new(const char *user_agent, const char *ca_file,
    long max_idle_s);
/* The slot is in no list and not in a multi handle. */
void slot_free(struct slot *s);
/* Let go of what only its last request needed. */
void slot_clear(struct slot *s);
/* Ready to be run; or false, and it is done: NOT_SENT. */
bool slot_set(struct slot *s, const struct http_request *r, void *tag);
/* Curl is done with it: fill s->done. */
void slot_judge(struct slot *s, CURLcode code);

#endif
