/*
 * URIs (RFC 3986), IRIs (RFC 3987) and URI templates (RFC 6570).
 */
#include <unicode/utf8.h>

#include "schema/format.h"

static int
is_alpha(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static int
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

#define UNRESERVED "-._~"
#define SUB_DELIMS "!$&'()*+,;="

/* ucschar, and iprivate where it may stand, of RFC 3987, 2.2. */
static int
is_ucs(UChar32 c, int private)
{
	if (c < 0xa0 || (c & 0xfffe) == 0xfffe)
		return 0;
	if ((c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000)
		return private;
	return c < 0xd800 || (c >= 0xf900 && c <= 0xfdcf) ||
	    (c >= 0xfdf0 && c <= 0xffef) ||
	    (c >= 0x10000 && !(c >= 0xe0000 && c < 0xe1000));
}

/* The length of one character of more than a byte that may stand, or 0. */
static size_t
ucs(struct str s, size_t at, int private)
{
	const uint8_t *p = (const uint8_t *)s.p;
	int32_t i = (int32_t)at, n = (int32_t)s.n;
	UChar32 c;

	U8_NEXT(p, i, n, c);
	return c >= 0x80 && is_ucs(c, private) ? (size_t)i - at : 0;
}

/* Only unreserved, %XX, sub-delims and what more allows. */
static int
is_made_of(struct str s, const char *more, int iri, int private)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (is_alpha(c) || is_digit(c) ||
		    is_one_of(c, UNRESERVED SUB_DELIMS) || is_one_of(c, more))
			continue;
		if (c == '%') {
			if (s.n - i < 3 || !is_hex(s.p[i + 1]) ||
			    !is_hex(s.p[i + 2]))
				return 0;
			i += 2;
		} else if (iri && (unsigned char)c >= 0x80) {
			size_t n = ucs(s, i, private);

			if (n == 0)
				return 0;
			i += n - 1;
		} else {
			return 0;
		}
	}
	return 1;
}

/* "v" hex "." and what a host may have: an address of the future. */
static int
is_ipvfuture(struct str s)
{
	size_t i = 1;

	if (s.n < 4 || (s.p[0] | 32) != 'v')
		return 0;
	while (i < s.n && is_hex(s.p[i]))
		i++;
	return i > 1 && i + 1 < s.n && s.p[i] == '.' &&
	    memchr(s.p, '%', s.n) == NULL &&
	    is_made_of(str_from(s.p + i + 1, s.n - i - 1), ":", 0, 0);
}

static int
is_authority(struct str s, int iri)
{
	struct str host = s;
	size_t n;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '@')
			continue;
		if (!is_made_of(str_from(s.p, i), ":", iri, 0))
			return 0;
		host = str_from(s.p + i + 1, s.n - i - 1);
		break;
	}
	n = host.n;
	while (n > 0 && is_digit(host.p[n - 1]))
		n--;
	if (n > 0 && host.p[n - 1] == ':')
		host.n = n - 1; /* the port */
	if (host.n > 2 && host.p[0] == '[') {
		if (host.p[host.n - 1] != ']')
			return 0;
		host = str_from(host.p + 1, host.n - 2);
		return format_ipv6(host) || is_ipvfuture(host);
	}
	return is_made_of(host, "", iri, 0);
}

static struct str
until(struct str *s, const char *stop)
{
	size_t n = 0;
	struct str head;

	while (n < s->n && !is_one_of(s->p[n], stop))
		n++;
	head = str_from(s->p, n);
	*s = str_from(s->p + n, s->n - n);
	return head;
}

static struct str
behind(struct str s)
{
	return str_from(s.p + 1, s.n - 1);
}

int
format_uri(struct str s, int iri, int reference)
{
	struct str rest = s, part = until(&rest, ":/?#");
	int scheme = rest.n > 0 && rest.p[0] == ':';

	if (scheme) {
		if (part.n == 0 || !is_alpha(part.p[0]))
			return 0;
		for (size_t i = 0; i < part.n; i++)
			if (!is_alpha(part.p[i]) && !is_digit(part.p[i]) &&
			    !is_one_of(part.p[i], "+-."))
				return 0;
		rest = behind(rest);
	} else {
		if (!reference)
			return 0;
		rest = s;
	}
	if (rest.n >= 2 && rest.p[0] == '/' && rest.p[1] == '/') {
		rest = behind(behind(rest));
		if (!is_authority(until(&rest, "/?#"), iri))
			return 0;
	}
	if (!is_made_of(until(&rest, "?#"), ":@/", iri, 0))
		return 0;
	if (rest.n > 0 && rest.p[0] == '?') {
		rest = behind(rest);
		if (!is_made_of(until(&rest, "#"), ":@/?", iri, 1))
			return 0;
	}
	return rest.n == 0 || is_made_of(behind(rest), ":@/?", iri, 0);
}

/* varname of RFC 6570, 2.3, and its modifier. */
static int
is_varspec(struct str s)
{
	size_t n = s.n, i = 0;

	if (n > 0 && s.p[n - 1] == '*') {
		n--;
	} else {
		while (n > 0 && is_digit(s.p[n - 1]))
			n--;
		if (n > 0 && n < s.n && s.p[n - 1] == ':' &&
		    s.n - n <= 4 && s.p[n] != '0')
			n--;
		else
			n = s.n;
	}
	if (n == 0)
		return 0;
	for (i = 0; i < n; i++) {
		char c = s.p[i];

		if (c == '.') {
			if (i == 0 || i == n - 1 || s.p[i + 1] == '.')
				return 0;
		} else if (c == '%') {
			if (n - i < 3 || !is_hex(s.p[i + 1]) ||
			    !is_hex(s.p[i + 2]))
				return 0;
			i += 2;
		} else if (!is_alpha(c) && !is_digit(c) && c != '_') {
			return 0;
		}
	}
	return 1;
}

int
format_uri_template(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		struct str rest = str_from(s.p + i + 1, s.n - i - 1), inner;

		if (c == '{') {
			inner = until(&rest, "}");
			if (rest.n == 0 || inner.n == 0)
				return 0;
			i = s.n - rest.n + 1;
			if (is_one_of(inner.p[0], "+#./;?&=,!@|"))
				inner = behind(inner);
			do {
				if (!is_varspec(until(&inner, ",")))
					return 0;
			} while (inner.n > 0 && (inner = behind(inner), 1));
		} else if (c >= 0x80) {
			size_t n = ucs(s, i, 1);

			if (n == 0)
				return 0;
			i += n;
		} else if (c == '%') {
			if (s.n - i < 3 || !is_hex(s.p[i + 1]) ||
			    !is_hex(s.p[i + 2]))
				return 0;
			i += 3;
		} else if (c <= ' ' || c == 127 ||
		    is_one_of((char)c, "\"'<>\\^`{|}")) {
			return 0;
		} else {
			i++;
		}
	}
	return 1;
}
