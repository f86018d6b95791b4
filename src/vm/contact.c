/*
 * Codecs and functions for what contacts have: addresses of mail, web and
 * streets, names, telephone numbers, countries, money.
 */
#include "vm/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/uidna.h>

#include "vm/phone.h"

#define HOST_MAX 253
#define LABEL_MAX 63

static int
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static int
no_host(struct str s, struct err *e)
{
	return err_set(e, ERR_DATA, "\"%.*s\" is no host name", SHOWN(s));
}

/* Non-ASCII host names become A-labels (UTS 46, by ICU). */
static int
to_ascii(struct vm *vm, struct str s, struct str *out, struct arena *a,
    struct err *e)
{
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode code = U_ZERO_ERROR;
	UIDNA *idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII |
	    UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, &code);
	char *p = vm_alloc(vm, a, HOST_MAX, e);
	int32_t n;

	if (p == NULL) {
		uidna_close(idna);
		return -1;
	}
	n = uidna_nameToASCII_UTF8(idna, s.p, (int32_t)s.n, p, HOST_MAX, &info,
	    &code);
	uidna_close(idna);
	if (U_FAILURE(code) || info.errors != 0)
		return no_host(s, e);
	*out = str_from(p, (size_t)n);
	return 0;
}

/*
 * Letters, digits and hyphens in labels, two labels at least; in lower case
 * to out, which has room for host.n.  Bytes written, or 0 where it is none.
 */
static size_t
put_host(char *out, struct str host)
{
	size_t label = 0, labels = 1;

	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (c >= 'A' && c <= 'Z')
			c ^= 0x20;
		out[i] = c;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c == '-' && label > 0)) {
			if (++label > LABEL_MAX)
				return 0;
		} else if (c == '.' && label > 0 && host.p[i - 1] != '-') {
			label = 0;
			labels++;
		} else {
			return 0;
		}
	}
	if (label == 0 || labels < 2 || host.n > HOST_MAX ||
	    host.p[host.n - 1] == '-')
		return 0;
	return host.n;
}

static int
norm_host(struct vm *vm, struct str s, struct str *out, struct arena *a,
    struct err *e)
{
	struct str host = s;
	char *p;
	size_t n;

	if (!str_ascii(s) && to_ascii(vm, s, &host, a, e) != 0)
		return -1;
	if ((p = vm_alloc(vm, a, host.n, e)) == NULL)
		return -1;
	n = put_host(p, host);
	*out = str_from(p, n);
	return n > 0 ? 0 : no_host(s, e);
}

static int
has_space_or_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return 1;
	return 0;
}

/* The last @ of s, or s.n. */
static size_t
last_at(struct str s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '@')
			return i - 1;
	return s.n;
}

/*
 * 1 to 64 bytes without blanks, quotes and @, dots only inside and alone; in
 * lower case, as far as that is ASCII, to out.
 */
static int
put_local(char *out, struct str s)
{
	char was = '.';

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((unsigned char)c <= ' ' || c == 0x7f || c == '"' ||
		    c == '@' || (c == '.' && was == '.'))
			return 0;
		out[i] = was = c >= 'A' && c <= 'Z' ? (char)(c ^ 0x20) : c;
	}
	return s.n > 0 && s.n <= 64 && was != '.';
}

/* What is not ASCII in one of the halves. */
static int
email_slow(struct vm *vm, struct str local, struct str host,
    struct value *result, struct arena *a, struct err *e)
{
	struct piece t;

	if (norm_host(vm, host, &host, a, e) != 0 ||
	    text_map(vm, CASE_LOWER, local, &local, a, e) != 0 ||
	    piece_init(&t, vm, local.n + 1 + host.n, a, e) != 0)
		return -1;
	piece_put(&t, local);
	piece_put(&t, STR("@"));
	piece_put(&t, host);
	*result = piece_value(&t);
	return 0;
}

/*
 * Trimmed and in lower case.  RFC 5321 lets the local part mind case; no
 * provider does, and people do not either.
 */
FUNC(email_norm)
{
	struct str s, local, host;
	size_t at, n;
	char *p;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	s = text_trim(s);
	at = last_at(s);
	if ((p = vm_alloc(vm, a, s.n, e)) == NULL)
		return -1;
	local = str_from(s.p, at);
	if (at == s.n || !put_local(p, local))
		return err_set(e, ERR_DATA, "\"%.*s\" is no e-mail address",
		    SHOWN(s));
	host = str_from(s.p + at + 1, s.n - at - 1);
	if (!str_ascii(s))
		return email_slow(vm, local, host, result, a, e);
	p[at] = '@';
	if ((n = put_host(p + at + 1, host)) == 0)
		return no_host(host, e);
	*result = text_slice(args[0], str_from(p, at + 1 + n));
	return 0;
}

struct url {
	struct str scheme, host, port, rest;
};

static size_t
span_until(struct str s, const char *stops)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == '\0' || !strchr(stops, s.p[n])))
		n++;
	return n;
}

/* http and https only, without user and password. */
static int
parse_url(struct vm *vm, struct str s, struct url *u, struct arena *a,
    struct err *e)
{
	size_t n = text_find(s, STR("://"));
	struct str all = s;
	int64_t port = 0;

	u->scheme = STR("https");
	if (has_space_or_control(s))
		goto bad;
	if (n < s.n) {
		if (n == 4 && strncasecmp(s.p, "http", 4) == 0)
			u->scheme = STR("http");
		else if (n != 5 || strncasecmp(s.p, "https", 5) != 0)
			goto bad;
		s = str_from(s.p + n + 3, s.n - n - 3);
	}
	n = span_until(s, "/?#");
	u->rest = str_from(s.p + n, s.n - n);
	s.n = n;
	n = span_until(s, ":");
	u->port = n < s.n ? str_from(s.p + n + 1, s.n - n - 1) : STR("");
	for (size_t i = 0; i < u->port.n; i++) {
		if (u->port.p[i] < '0' || u->port.p[i] > '9' || i > 4)
			goto bad;
		port = port * 10 + u->port.p[i] - '0';
	}
	if (n < s.n && (port < 1 || port > 65535))
		goto bad;
	if (port == (u->scheme.n == 5 ? 443 : 80))
		u->port.n = 0;
	if (u->rest.n == 1 && u->rest.p[0] == '/')
		u->rest.n = 0;
	return norm_host(vm, str_from(s.p, n), &u->host, a, e);
bad:
	return err_set(e, ERR_DATA, "\"%.*s\" is no web address", SHOWN(all));
}

FUNC(url_norm)
{
	struct piece t;
	struct url u;
	struct str s;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    parse_url(vm, text_trim(s), &u, a, e) != 0 ||
	    piece_init(&t, vm, u.scheme.n + 3 + u.host.n + 1 + u.port.n +
		u.rest.n, a, e) != 0)
		return -1;
	piece_put(&t, u.scheme);
	piece_put(&t, STR("://"));
	piece_put(&t, u.host);
	if (u.port.n > 0) {
		piece_put(&t, STR(":"));
		piece_put(&t, u.port);
	}
	piece_put(&t, u.rest);
	*result = piece_value(&t);
	return 0;
}

/* Of an e-mail or web address, without "www.". */
FUNC(domain_of)
{
	struct str s, host;
	struct url u;
	size_t at;

	if (arg_text(args[0], &s, a, e) != 0)
		return -1;
	s = text_trim(s);
	at = last_at(s);
	if (at < s.n && span_until(s, "/:") == s.n) {
		if (norm_host(vm, str_from(s.p + at + 1, s.n - at - 1), &host,
		    a, e) != 0)
			return -1;
	} else {
		if (parse_url(vm, s, &u, a, e) != 0)
			return -1;
		host = u.host;
	}
	if (host.n > 4 && memcmp(host.p, "www.", 4) == 0 &&
	    text_find(str_from(host.p + 4, host.n - 4), STR(".")) < host.n - 4)
		host = str_from(host.p + 4, host.n - 4);
	*result = value_text(host);
	return 0;
}

FUNC(e164)
{
	char out[PHONE_TEXT];
	struct str s, region = STR("");
	const char *why;
	size_t n;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    (!value_nil(args[1]) && arg_text(args[1], &region, a, e) != 0))
		return -1;
	if (phone_e164(s.n ? s.p : "", s.n, region.n ? region.p : "", region.n,
	    out, &n, &why) != 0)
		return err_set(e, ERR_DATA, "\"%.*s\" %s", SHOWN(s), why);
	*result = value_text(arena_str(a, str_from(out, n)));
	result->flags = VF_PLAIN;
	return 0;
}

/* ---- names ---- */

static struct str
next_word(struct str *s)
{
	struct str word;

	*s = text_trim(*s);
	word = str_from(s->p, 0);
	while (word.n < s->n &&
	    text_space(str_from(s->p + word.n, s->n - word.n)) == 0)
		word.n += text_char(str_from(s->p + word.n, s->n - word.n));
	*s = str_from(s->p + word.n, s->n - word.n);
	return word;
}

/*
 * "First Middle Last" or "Last, First Middle": what is there of first,
 * middle and last.
 */
FUNC(name_parts)
{
	struct str s, first, middle, last, word;
	struct member *m = vm_alloc(vm, a, 3 * sizeof(*m), e);
	size_t comma;
	uint32_t n = 0;

	if (m == NULL || arg_text(args[0], &s, a, e) != 0)
		return -1;
	comma = text_find(s, STR(","));
	last = middle = STR("");
	if (comma < s.n) {
		last = text_trim(str_from(s.p, comma));
		s = str_from(s.p + comma + 1, s.n - comma - 1);
	}
	first = next_word(&s);
	s = text_trim(s);
	if (comma < s.n || last.n > 0) {
		middle = s;
	} else if (s.n > 0) {
		struct str rest = s;

		for (last = word = next_word(&rest); word.n > 0;
		     word = next_word(&rest))
			last = word;
		middle = text_trim(str_from(s.p, (size_t)(last.p - s.p)));
	}
	if (first.n > 0)
		m[n++] = (struct member){ STR("first"), value_text(first) };
	if (middle.n > 0)
		m[n++] = (struct member){ STR("middle"), value_text(middle) };
	if (last.n > 0)
		m[n++] = (struct member){ STR("last"), value_text(last) };
	*result = (struct value){ .type = V_RECORD, .n = n, .u.record = m };
	return 0;
}

/* ---- postal codes ---- */

/* Where a space or hyphen stands in codes of n letters and digits. */
static const struct postal {
	struct str country;
	size_t n, at;
	char mark;
} postal[] = {
	{ { "US", 2 }, 9, 5, '-' },
	{ { "CA", 2 }, 6, 3, ' ' },
	{ { "NL", 2 }, 6, 4, ' ' },
	{ { "SE", 2 }, 5, 3, ' ' },
	{ { "CZ", 2 }, 5, 3, ' ' },
	{ { "SK", 2 }, 5, 3, ' ' },
	{ { "GR", 2 }, 5, 3, ' ' },
	{ { "PL", 2 }, 5, 2, '-' },
	{ { "PT", 2 }, 7, 4, '-' },
	{ { "BR", 2 }, 8, 5, '-' },
	{ { "JP", 2 }, 7, 3, '-' },
	{ { "GB", 2 }, 5, 2, ' ' },
	{ { "GB", 2 }, 6, 3, ' ' },
	{ { "GB", 2 }, 7, 4, ' ' },
};

/* In upper case, and parted as its country does where that is known. */
FUNC(postal_norm)
{
	struct value upper, v;
	struct str s, country = STR("");
	struct piece bare, t;

	if (builtin_collapse_ws(vm, args, &v, a, e) != 0 ||
	    builtin_upper(vm, &v, &upper, a, e) != 0 ||
	    (!value_nil(args[1]) && arg_text(args[1], &country, a, e) != 0))
		return -1;
	s = value_str(upper, a);
	*result = upper;
	if (piece_init(&bare, vm, s.n, a, e) != 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (is_alnum(s.p[i]))
			piece_put(&bare, str_from(s.p + i, 1));
		else if (s.p[i] != ' ' && s.p[i] != '-')
			return 0;
	}
	for (size_t i = 0; i < COUNT(postal); i++) {
		if (!str_eq(country, postal[i].country) ||
		    bare.n != postal[i].n)
			continue;
		if (piece_init(&t, vm, bare.n + 1, a, e) != 0)
			return -1;
		piece_put(&t, str_from(bare.p, postal[i].at));
		piece_put(&t, str_from(&postal[i].mark, 1));
		piece_put(&t, str_from(bare.p + postal[i].at,
		    bare.n - postal[i].at));
		*result = piece_value(&t);
		break;
	}
	return 0;
}
