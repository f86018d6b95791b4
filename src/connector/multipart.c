/*
 * Writing and reading multipart/mixed.  What comes from outside may be any
 * bytes: each is looked at once, and what is no part is none.
 */
#include "connector/multipart.h"

#include <strings.h>

#include "connector/eval.h"

#define CRLF "\r\n"
/* RFC 2046 5.1.1 */
#define BOUNDARY_MAX 70

/* ---- writing ---- */

static void
put_part(struct buf *out, const struct http_request *q, size_t number)
{
	buf_printf(out, "Content-Type: application/http" CRLF
	    "Content-Transfer-Encoding: binary" CRLF
	    "Content-ID: %zu" CRLF CRLF "%s %s HTTP/1.1" CRLF, number,
	    q->method, q->url);
	for (size_t i = 0; i < q->nheaders; i++)
		buf_printf(out, "%.*s: %.*s" CRLF,
		    STR_ARG(q->headers[i].name),
		    STR_ARG(q->headers[i].value));
	buf_puts(out, STR(CRLF));
	buf_puts(out, q->body);
	buf_puts(out, STR(CRLF));
}

/* FNV-1a (Fowler, Noll and Vo, 1991) */
static uint64_t
digest(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* A boundary that is nowhere in s; made of s, so nobody can foresee it. */
static struct str
boundary_for(struct str s, struct arena *a)
{
	uint64_t h = digest(s);
	struct str b;

	do
		b = arena_printf(a, "part_%016llx", (unsigned long long)h++);
	while (s.n > 0 && memmem(s.p, s.n, b.p, b.n) != NULL);
	return b;
}

struct str
multipart_body(const struct http_request *parts, size_t n, struct str *type,
    struct arena *a)
{
	struct buf all = { 0 }, out = { 0 };
	size_t *ends = arena_array(a, n, sizeof(*ends));
	struct str b, body;

	for (size_t i = 0; i < n; i++) {
		put_part(&all, &parts[i], i + 1);
		ends[i] = all.n;
	}
	b = boundary_for(buf_str(&all), a);
	for (size_t i = 0, from = 0; i < n; from = ends[i++]) {
		buf_printf(&out, "--%.*s" CRLF, STR_ARG(b));
		buf_put(&out, all.p + from, ends[i] - from);
	}
	buf_printf(&out, "--%.*s--" CRLF, STR_ARG(b));
	*type = arena_printf(a, "multipart/mixed; boundary=%.*s", STR_ARG(b));
	body = arena_str(a, buf_str(&out));
	buf_fini(&all);
	buf_fini(&out);
	return body;
}

/* ---- reading ---- */

static int
begins(struct str s, struct str word)
{
	return s.n >= word.n && strncasecmp(s.p, word.p, word.n) == 0;
}

static struct str
skip(struct str s, size_t n)
{
	return str_from(s.p + n, s.n - n);
}

/* Blanks and the semicolons between parameters. */
static struct str
skip_blank(struct str s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\t' || *s.p == ';'))
		s = skip(s, 1);
	return s;
}

/*
 * The value of a parameter at the start of *s, which goes behind it; a quoted
 * one may not hold a backslash, which no boundary does.
 */
static struct str
parameter(struct str *s)
{
	int quoted = s->n > 0 && *s->p == '"';
	struct str v = quoted ? skip(*s, 1) : *s;
	size_t n = 0;

	while (n < v.n && (quoted ? v.p[n] != '"' :
	    strchr("; \t", v.p[n]) == NULL || v.p[n] == '\0'))
		n++;
	*s = skip(v, n < v.n ? n + (size_t)quoted : n);
	return str_from(v.p, n);
}

int
multipart_open(struct multipart *m, struct str type, struct str body)
{
	struct str part;

	*m = (struct multipart){ .rest = body };
	if (!begins(type, STR("multipart/")))
		return -1;
	while (type.n > 0 && *type.p != ';')
		type = skip(type, 1);
	while ((type = skip_blank(type)).n > 0) {
		if (begins(type, STR("boundary="))) {
			type = skip(type, 9);
			m->boundary = parameter(&type);
			break;
		}
		while (type.n > 0 && *type.p != '=' && *type.p != ';')
			type = skip(type, 1);
		if (type.n > 0 && *type.p == '=') {
			type = skip(type, 1);
			parameter(&type);
		}
	}
	if (m->boundary.n == 0 || m->boundary.n > BOUNDARY_MAX)
		return -1;
	multipart_next(m, &part); /* what stands before the first */
	return 0;
}

/* 1: a delimiter line, 2: the last one, 0: content. */
static int
delimiter(const struct multipart *m, struct str line)
{
	int last;

	if (!begins(line, STR("--")) || line.n < m->boundary.n + 2 ||
	    memcmp(line.p + 2, m->boundary.p, m->boundary.n) != 0)
		return 0;
	line = skip(line, m->boundary.n + 2);
	last = begins(line, STR("--"));
	if (last)
		line = skip(line, 2);
	for (size_t i = 0; i < line.n; i++)
		if (strchr(" \t\r", line.p[i]) == NULL || line.p[i] == '\0')
			return 0;
	return last ? 2 : 1;
}

/* The line at the start of s, without its line feed. */
static struct str
line_of(struct str s)
{
	const char *nl = s.n > 0 ? memchr(s.p, '\n', s.n) : NULL;

	return nl != NULL ? str_from(s.p, (size_t)(nl - s.p)) : s;
}

int
multipart_next(struct multipart *m, struct str *part)
{
	struct str s = m->rest;

	while (!m->ended && s.n > 0) {
		struct str line = line_of(s);
		int what = delimiter(m, line);
		size_t n = (size_t)(s.p - m->rest.p);

		s = skip(s, line.n < s.n ? line.n + 1 : line.n);
		if (what == 0)
			continue;
		/* the line break before a delimiter is the delimiter's */
		if (n > 0 && m->rest.p[n - 1] == '\n')
			n--;
		if (n > 0 && m->rest.p[n - 1] == '\r')
			n--;
		*part = str_from(m->rest.p, n);
		m->rest = s;
		m->ended = what == 2;
		return 1;
	}
	m->ended = 1;
	return 0;
}

/* *head up to the first empty line, *rest behind it. */
static void
split_head(struct str s, struct str *head, struct str *rest)
{
	struct str at = s;

	while (at.n > 0) {
		struct str line = line_of(at);
		int empty = line.n == 0 || (line.n == 1 && *line.p == '\r');

		*head = str_from(s.p, (size_t)(at.p - s.p));
		at = skip(at, line.n < at.n ? line.n + 1 : line.n);
		if (empty) {
			*rest = at;
			return;
		}
	}
	*head = s;
	*rest = str_from(NULL, 0);
}

/* HTTP/1.1 204 No Content */
static int
status_of(struct str line)
{
	int status = 0;

	if (line.n < 12 || !begins(line, STR("HTTP/")) || line.p[8] != ' ')
		return -1;
	for (size_t i = 9; i < 12; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return -1;
		status = status * 10 + (line.p[i] - '0');
	}
	return line.n == 12 || strchr(" \r", line.p[12]) != NULL ?
	    status : -1;
}

int
multipart_reply(struct str part, struct http_done *rep)
{
	struct http_done outer = { 0 };
	struct str reply, head, body, line, type, coding;

	split_head(part, &outer.headers, &reply);
	type = reply_header(&outer, STR("content-type"));
	coding = reply_header(&outer, STR("content-transfer-encoding"));
	if (!begins(type, STR("application/http")) || (coding.n != 0 &&
	    !begins(coding, STR("binary")) && !begins(coding, STR("8bit")) &&
	    !begins(coding, STR("7bit"))))
		return -1;
	split_head(reply, &head, &body);
	line = line_of(head);
	*rep = (struct http_done){ .outcome = HTTP_REPLY,
		.status = status_of(line), .body = body };
	rep->headers = skip(head, line.n < head.n ? line.n + 1 : line.n);
	return rep->status < 0 ? -1 : 0;
}
