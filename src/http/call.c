/*
 * One request, waited for: what the command line needs.
 */
#include "config.h"

#include <limits.h>

#include "http/http.h"

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
