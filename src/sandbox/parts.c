/*
 * Several requests in one, as OData's $batch has them: the parts of a
 * multipart body are requests, answered one after the other.
 *
 * It reads what it documents, and nothing more generous: CRLF everywhere, a
 * boundary that is a token, and parts of application/http in binary.
 */
#include <stdio.h>
#include <strings.h>

#include "sandbox/sim.h"

#define BOUNDARY "sandbox_reply"

/* Up to the first sep, of which s goes behind; false where there is none. */
static bool
cut(struct str *s, struct str sep, struct str *before)
{
	const char *at = s->n ? memmem(s->p, s->n, sep.p, sep.n) : NULL;

	if (at == NULL)
		return false;
	*before = str_from(s->p, (size_t)(at - s->p));
	*s = str_from(at + sep.n, s->n - before->n - sep.n);
	return true;
}

static bool
begins(struct str s, struct str word)
{
	return s.n >= word.n && memcmp(s.p, word.p, word.n) == 0;
}

static struct str
decode(struct str s, struct arena *a)
{
	char *p = arena_alloc(a, s.n + 1);
	unsigned byte;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%' && i + 2 < s.n &&
		    sscanf(arena_str(a, str_from(s.p + i + 1, 2)).p, "%2x",
		    &byte) == 1) {
			p[n++] = (char)byte;
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	return str_from(p, n);
}

/* The address of a part: a path, or a URL whose host is nobody's matter. */
static void
address(struct sim_request *q, struct str url)
{
	struct str before, query = STR("");

	if (cut(&url, STR("://"), &before)) {
		const char *slash = memchr(url.p, '/', url.n);

		url = slash == NULL ? STR("/") :
		    str_from(slash, url.n - (size_t)(slash - url.p));
	}
	q->path = url;
	if (cut(&q->path, STR("?"), &before)) {
		query = q->path;
		q->path = before;
	}
	q->path = decode(q->path, q->arena);
	q->query = q->segs = 0;
	while (query.n > 0 && q->query < SIM_QUERY) {
		struct str pair;

		if (!cut(&query, STR("&"), &pair)) {
			pair = query;
			query.n = 0;
		}
		if (!cut(&pair, STR("="), &before)) {
			before = pair;
			pair.n = 0;
		}
		q->key[q->query] = decode(before, q->arena);
		q->value[q->query++] = decode(pair, q->arena);
	}
	sim_split(q);
}

/* *q as the request that the part is. */
static bool
take_part(struct sim_request *q, struct str part)
{
	struct str head, line, method, url;

	if (!begins(part, STR("Content-Type: application/http\r\n")) ||
	    !cut(&part, STR("\r\n\r\n"), &head) ||
	    !cut(&part, STR("\r\n"), &line) ||
	    !cut(&line, STR(" "), &method) || !cut(&line, STR(" "), &url) ||
	    !str_eq(line, STR("HTTP/1.1")))
		return false;
	/* its headers, where it has any */
	if (begins(part, STR("\r\n")))
		part = str_from(part.p + 2, part.n - 2);
	else if (!cut(&part, STR("\r\n\r\n"), &head))
		return false;
	q->method = arena_str(q->arena, method).p;
	q->body = part;
	address(q, url);
	return true;
}

static void
put_reply(struct buf *out, const struct sim_reply *r)
{
	buf_printf(out, "--" BOUNDARY "\r\nContent-Type: application/http\r\n"
	    "Content-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 %d %s\r\n",
	    r->status, r->status < 400 ? "OK" : "Refused");
	for (size_t i = 0; i < r->extras; i++)
		buf_printf(out, "%s: %s\r\n", r->extra[i][0], r->extra[i][1]);
	if (r->body.n > 0)
		buf_puts(out, STR("Content-Type: application/json\r\n"));
	buf_puts(out, STR("\r\n"));
	buf_puts(out, buf_str(&r->body));
	buf_puts(out, STR("\r\n"));
}

/* One part; its status, 0 where it is no request. */
static int
answer_part(struct sim *s, struct sim_request *q, struct str part,
    struct buf *out)
{
	struct sim_request one = *q;
	struct sim_reply r = { 0 };
	int status = 0;

	if (take_part(&one, part)) {
		sim_crm(s, &one, &r);
		put_reply(out, &r);
		status = r.status;
	}
	q->counts = one.counts;
	buf_fini(&r.body);
	return status;
}

static bool
delimiter_of(const struct sim_request *q, struct str *d)
{
	struct str type = q->content_type, before;

	if (!begins(type, STR("multipart/mixed;")) ||
	    !cut(&type, STR("boundary="), &before) || type.n == 0)
		return false;
	*d = arena_printf(q->arena, "\r\n--%.*s", STR_ARG(type));
	return true;
}

void
sim_parts(struct sim *s, struct sim_request *q, struct sim_reply *r)
{
	bool go_on = str_eq(q->prefer, STR("odata.continue-on-error"));
	struct str d, part, rest = q->body;
	int status = 200;

	if (strcmp(q->method, "POST") != 0 || !delimiter_of(q, &d) ||
	    !begins(rest, str_from(d.p + 2, d.n - 2))) {
		sim_error(r, 400, "VALIDATION_ERROR", "a batch is a multipart "
		    "body that is posted");
		return;
	}
	rest = str_from(rest.p + d.n - 2, rest.n - d.n + 2);
	while ((status < 400 || go_on) && begins(rest, STR("\r\n"))) {
		rest = str_from(rest.p + 2, rest.n - 2);
		if (!cut(&rest, d, &part) ||
		    (status = answer_part(s, q, part, &r->body)) == 0) {
			sim_error(r, 400, "VALIDATION_ERROR", "a part of the "
			    "batch is no request");
			return;
		}
	}
	buf_puts(&r->body, STR("--" BOUNDARY "--\r\n"));
	r->content_type = "multipart/mixed; boundary=" BOUNDARY;
	r->status = status >= 400 && !go_on ? 400 : 200;
}
