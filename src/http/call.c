/*
 * One request, waited for: what the command line needs.  And reading what
 * http_poll returned.
 */
#include "http/http.h"

#include <ctype.h>
#include <limits.h>

const char *
http_outcome_name(enum http_outcome o)
{
	static const char *const names[] = {
#define X(name, text) text,
		HTTP_OUTCOMES(X)
#undef X
	};

	return names[o];
}

bool
http_header(const struct http_done *d, const char *name, struct str *value)
{
	const char *p = d->headers.p, *end = p + d->headers.n;
	size_t n = strlen(name);

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end, *v;

		if ((size_t)(stop - p) > n && p[n] == ':') {
			size_t i = 0;

			while (i < n && tolower((unsigned char)p[i]) ==
			    tolower((unsigned char)name[i]))
				i++;
			if (i == n) {
				for (v = p + n + 1; v < stop &&
				    (*v == ' ' || *v == '\t'); v++)
					;
				while (stop > v && isspace(
				    (unsigned char)stop[-1]))
					stop--;
				*value = str_from(v, (size_t)(stop - v));
				return true;
			}
		}
		p = nl ? nl + 1 : end;
	}
	return false;
}

int
http_call(const struct http_opts *o, const struct http_request *r,
    struct http_reply *reply, struct err *e)
{
	struct http *h = http_new(o);
	struct http_done d;
	int rc = 0;

	*reply = (struct http_reply){ 0 };
	http_submit(h, r, NULL);
	while (http_poll(h, INT_MAX, &d, 1) == 0)
		;
	if (d.outcome != HTTP_REPLY) {
		rc = err_set(e, ERR_NET, "%s", d.error);
	} else {
		reply->status = d.status;
		buf_puts(&reply->body, d.body);
	}
	http_free(h);
	return rc;
}

static int
call(const char *method, const char *url, const char *token,
    const char *content_type, struct str body, struct http_reply *reply,
    struct err *e)
{
	struct http_header headers[2];
	struct http_opts o = { 0 };
	struct http_request r = { .method = method, .url = url,
		.headers = headers, .body = body };
	struct buf bearer = { 0 };
	int rc;

	if (token != NULL) {
		buf_printf(&bearer, "Bearer %s", token);
		headers[r.nheaders++] = (struct http_header){
			STR("Authorization"), buf_str(&bearer) };
	}
	if (content_type != NULL)
		headers[r.nheaders++] = (struct http_header){
			STR("Content-Type"), str_z(content_type) };
	rc = http_call(&o, &r, reply, e);
	buf_fini(&bearer);
	return rc;
}

int
http_get(const char *url, const char *token, struct http_reply *reply,
    struct err *e)
{
	return call("GET", url, token, NULL, str_from(NULL, 0), reply, e);
}

int
http_post(const char *url, const char *token, const char *content_type,
    struct str body, struct http_reply *reply, struct err *e)
{
	if (body.p == NULL)
		body.p = "";
	return call("POST", url, token, content_type, body, reply, e);
}
