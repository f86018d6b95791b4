/*
 * The uncommon half of token.h: escapes, UTF-8, whole containers, errors.
 */
#include "record/token.h"

#include <assert.h>

#include "record/names.h"
#include "record/utf8.h"

static size_t
offset(const struct scan *s, const char *p)
{
	return (size_t)(p - s->start);
}

const char *
token_unexpected(const struct scan *s, const char *p, const char *wanted,
    struct err *e)
{
	unsigned char c = token_at(s, p);

	if (offset(s, s->end) > SCAN_MAX)
		err_at(e, ERR_LIMIT, 0, "text of %zu bytes: the limit is %zu",
		    offset(s, s->end), SCAN_MAX);
	else if (p >= s->end)
		err_at(e, ERR_DATA, offset(s, p),
		    "the text ends too early, expected %s", wanted);
	else if (p == s->start && s->end - p >= 3 &&
	    memcmp(p, "\xef\xbb\xbf", 3) == 0)
		err_at(e, ERR_DATA, 0,
		    "the text begins with a byte order mark, remove it");
	else if (c > 0x20 && c < 0x7f)
		err_at(e, ERR_DATA, offset(s, p),
		    "unexpected '%c', expected %s", c, wanted);
	else
		err_at(e, ERR_DATA, offset(s, p),
		    "unexpected byte 0x%02x, expected %s", c, wanted);
	return NULL;
}

const char *
token_deep(const struct scan *s, const char *p, struct err *e)
{
	err_at(e, ERR_LIMIT, offset(s, p), "nested deeper than %d levels",
	    RECORD_DEPTH);
	return NULL;
}

const char *
token_twice(const struct scan *s, const char *p, struct value name,
    struct err *e)
{
	int n = name.n < 100 ? (int)name.n : 100;

	while (n > 0 && n < (int)name.n && (name.u.p[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a character */
	err_at(e, ERR_DATA, offset(s, p), "duplicate name \"%.*s\"%s", n,
	    name.u.p, n < (int)name.n ? " (cut)" : "");
	return NULL;
}

static const char *
number_bad(const struct scan *s, const char *p, struct err *e)
{
	const char *where = "behind the minus", *q;

	p += *p == '-';
	q = token_digits(p, s->end);
	if (q - p > 1 && *p == '0') {
		err_at(e, ERR_DATA, offset(s, p),
		    "a number has no leading zeros, drop them or write a "
		    "string");
		return NULL;
	}
	if (q != p && token_at(s, q) == '.') {
		where = "behind the point";
		p = q + 1;
		q = token_digits(p, s->end);
	}
	if (q != p) {
		where = "in the exponent";
		p = q + 1;
		p += token_at(s, p) == '+' || token_at(s, p) == '-';
	}
	err_at(e, ERR_DATA, offset(s, p), "a digit is missing %s", where);
	return NULL;
}

const char *
token_number_rest(const struct scan *s, const char *p, struct value *v,
    struct err *e)
{
	const char *start = p, *end = s->end, *q;

	p += *p == '-';
	q = token_digits(p, end);
	if (q == p || (*p == '0' && q - p > 1))
		return number_bad(s, start, e);
	if (q < end && *q == '.') {
		p = q + 1;
		q = token_digits(p, end);
		if (q == p)
			return number_bad(s, start, e);
	}
	if (q < end && (*q | 0x20) == 'e') {
		p = q + 1;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		q = token_digits(p, end);
		if (q == p)
			return number_bad(s, start, e);
	}
	v->type = V_NUM;
	v->flags = 0;
	v->n = (uint32_t)(q - start);
	v->u.p = start;
	return q;
}

/* -1, or the number that the four digits behind \u make. */
static int
unicode(const struct scan *s, const char *p)
{
	int u = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = token_at(s, p + i), lower = c | 0x20;

		if (c >= '0' && c <= '9')
			u = u << 4 | (c - '0');
		else if (lower >= 'a' && lower <= 'f')
			u = u << 4 | (lower - 'a' + 10);
		else
			return -1;
	}
	return u;
}

/* p is at a backslash. */
static const char *
escape(const struct scan *s, const char *p, struct err *e)
{
	int u, low;

	switch (token_at(s, p + 1)) {
	case '"': case '\\': case '/': case 'b':
	case 'f': case 'n': case 'r': case 't':
		return p + 2;
	case 'u':
		break;
	default:
		err_at(e, ERR_DATA, offset(s, p),
		    "unknown escape in a string, JSON has "
		    "\\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u");
		return NULL;
	}
	u = unicode(s, p + 2);
	if (u < 0) {
		err_at(e, ERR_DATA, offset(s, p),
		    "\\u wants four hexadecimal digits");
		return NULL;
	}
	if (u < 0xd800 || u > 0xdfff)
		return p + 6;
	low = -1;
	if (u < 0xdc00 && token_at(s, p + 6) == '\\' &&
	    token_at(s, p + 7) == 'u')
		low = unicode(s, p + 8);
	if (low < 0xdc00 || low > 0xdfff) {
		err_at(e, ERR_DATA, offset(s, p),
		    "lone surrogate \\u%04x is no character, write the pair",
		    (unsigned)u);
		return NULL;
	}
	return p + 12;
}

const char *
token_string_rest(const struct scan *s, const char *p, const char *q,
    struct value *v, struct err *e)
{
	size_t n;

	v->type = V_TEXT;
	v->flags = VF_PLAIN;
	v->u.p = p;
	for (;;) {
		if (q >= s->end) {
			err_at(e, ERR_DATA, offset(s, p) - 1,
			    "a string is not closed");
			return NULL;
		}
		if (*q == '"')
			break;
		if (*q == '\\') {
			v->flags = VF_ESCAPED;
			q = escape(s, q, e);
			if (q == NULL)
				return NULL;
		} else if ((unsigned char)*q < 0x20) {
			err_at(e, ERR_DATA, offset(s, q),
			    "control character in a string, write \\u%04x",
			    (unsigned)(unsigned char)*q);
			return NULL;
		}
		while (q < s->end) {
			uint32_t stop = span_text(q).stop;

			if (stop != 0) {
				q += __builtin_ctz(stop);
				break;
			}
			q += SPAN_TEXT;
		}
	}
	v->n = (uint32_t)(q - p);
	n = utf8_check(p, v->n);
	if (n < v->n) {
		err_at(e, ERR_DATA, offset(s, p) + n,
		    "byte 0x%02x is not UTF-8 here, send the text as UTF-8",
		    (unsigned)(unsigned char)p[n]);
		return NULL;
	}
	return q + 1;
}

size_t
token_unescape(const char *p, size_t n, char *out)
{
	/* a cursor whose end is the string's; all of it has been checked */
	const struct scan s = { .start = p, .end = p + n };
	const char *end = p + n, *q;
	char *o = out;
	uint32_t u;

	for (;;) {
		q = memchr(p, '\\', (size_t)(end - p));
		if (q == NULL)
			q = end;
		if (o != p)
			memmove(o, p, (size_t)(q - p));
		o += q - p;
		if (q == end)
			return (size_t)(o - out);
		p = q + 2;
		switch (q[1]) {
		case 'b': *o++ = '\b'; break;
		case 'f': *o++ = '\f'; break;
		case 'n': *o++ = '\n'; break;
		case 'r': *o++ = '\r'; break;
		case 't': *o++ = '\t'; break;
		case 'u':
			u = (uint32_t)unicode(&s, p);
			p += 4;
			if (u >= 0xd800 && u <= 0xdfff) {
				u = 0x10000 + ((u - 0xd800) << 10) +
				    ((uint32_t)unicode(&s, p + 2) - 0xdc00);
				p += 6;
			}
			o += utf8_put(o, u);
			break;
		default:
			*o++ = q[1]; /* " \ / */
		}
	}
}

const char *
token_container(const struct scan *s, const char *p, unsigned depth,
    struct err *e)
{
	const unsigned outside = depth;
	uint64_t objects = 0; /* a bit a level, the innermost lowest */
	struct value v;
	const char *at;

open:
	if (depth == RECORD_DEPTH)
		return token_deep(s, p, e);
	depth++;
	objects = objects << 1 | (*p == '{');
	p = token_blank(s, p + 1);
	if (!(objects & 1)) {
		if (token_at(s, p) == ']')
			goto close;
		goto value;
	}
	if (s->names != NULL)
		names_open(s->names, depth);
	if (token_at(s, p) == '}')
		goto close;
name:
	at = p;
	if (token_at(s, p) != '"')
		return token_unexpected(s, p, "a name in double quotes", e);
	p = token_string(s, p, &v, e);
	if (p == NULL)
		return NULL;
	if (s->names != NULL && names_add_text(s->names, depth, &v) != 0)
		return token_twice(s, at, v, e);
	p = token_blank(s, p);
	if (token_at(s, p) != ':')
		return token_unexpected(s, p, "a colon behind the name", e);
	p = token_blank(s, p + 1);
value:
	if (token_at(s, p) == '{' || token_at(s, p) == '[')
		goto open;
	p = token_scalar(s, p, &v, e);
	if (p == NULL)
		return NULL;
next:
	p = token_blank(s, p);
	if (token_at(s, p) == ',') {
		p = token_blank(s, p + 1);
		if (objects & 1)
			goto name;
		goto value;
	}
	if (token_at(s, p) != (objects & 1 ? '}' : ']'))
		return token_unexpected(s, p, objects & 1 ?
		    "a comma or }" : "a comma or ]", e);
close:
	p++;
	if ((objects & 1) && s->names != NULL)
		names_close(s->names, depth);
	objects >>= 1;
	if (--depth > outside)
		goto next;
	return p;
}
