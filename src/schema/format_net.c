/*
 * Addresses: host names (RFC 1123, and RFC 5891 by ICU), IP addresses and
 * e-mail (RFC 5321, RFC 6531).
 */
#include <unicode/uidna.h>
#include <unicode/ustring.h>

#include "schema/format.h"

static int
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/*
 * UTS 46 maps what RFC 5892, 2.6 forbids or lets only stand in company; ICU
 * checks the company (CONTEXTO), these it takes.
 */
static int
is_forbidden(const UChar *s, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		UChar c = s[i];

		if (c == 0x640 || c == 0x7fa || c == 0x302e || c == 0x302f ||
		    (c >= 0x3031 && c <= 0x3035) || c == 0x303b)
			return 1;
	}
	return 0;
}

/* A label or a whole name, U-labels or A-labels; s is UTF-8. */
static int
is_idn(struct str s)
{
	UErrorCode code = U_ZERO_ERROR;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UChar in[512], out[512];
	int32_t n = 0, m;
	UIDNA *idna;

	/* 253 characters of at most 4 bytes, and never more of UTF-16 */
	if (s.n > 253 * 4)
		return 0;
	u_strFromUTF8(in, 512, &n, s.p, (int32_t)s.n, &code);
	idna = uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI |
		UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO |
		UIDNA_NONTRANSITIONAL_TO_ASCII |
		UIDNA_NONTRANSITIONAL_TO_UNICODE, &code);
	if (U_FAILURE(code))
		return 0;
	uidna_nameToASCII(idna, in, n, out, 512, &info, &code);
	if (U_SUCCESS(code) && info.errors == 0) {
		m = uidna_nameToUnicode(idna, in, n, out, 512, &info, &code);
		if (U_SUCCESS(code) && is_forbidden(out, m))
			code = U_INVALID_CHAR_FOUND;
	}
	uidna_close(idna);
	return U_SUCCESS(code) && info.errors == 0;
}

/* Labels of letters, digits and inner hyphens; 63 each, 253 in all. */
int
format_hostname(struct str s)
{
	size_t from = 0;

	if (s.n == 0 || s.n > 253)
		return 0;
	for (size_t i = 0; i <= s.n; i++) {
		size_t n = i - from;

		if (i < s.n && s.p[i] != '.') {
			if (!is_alnum(s.p[i]) && s.p[i] != '-')
				return 0;
			continue;
		}
		if (n == 0 || n > 63 || s.p[from] == '-' || s.p[i - 1] == '-')
			return 0;
		/* an A-label must be what a U-label is written as */
		if (n > 3 && s.p[from + 2] == '-' && s.p[from + 3] == '-' &&
		    (s.p[from] | 32) == 'x' && (s.p[from + 1] | 32) == 'n' &&
		    !is_idn(str_from(s.p + from, n)))
			return 0;
		from = i + 1;
	}
	return 1;
}

int
format_idn_hostname(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return is_idn(s);
	return format_hostname(s);
}

int
format_ipv4(struct str s)
{
	size_t i = 0;

	for (int part = 0; part < 4; part++) {
		size_t start = i;
		int v = 0;

		for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
			v = v * 10 + (s.p[i] - '0');
			if (v > 255)
				return 0;
		}
		if (i == start || (i - start > 1 && s.p[start] == '0'))
			return 0;
		if (part < 3 && (i == s.n || s.p[i++] != '.'))
			return 0;
	}
	return i == s.n;
}

static int
is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* RFC 4291, 2.2: eight groups, one run of which may be ::, IPv4 at the end. */
int
format_ipv6(struct str s)
{
	int groups = 0, gap = 0;
	size_t i = 0;

	if (s.n >= 2 && s.p[0] == ':' && s.p[1] == ':') {
		gap = 1;
		i = 2;
	}
	while (i < s.n) {
		size_t start = i;

		while (i < s.n && is_hex(s.p[i]))
			i++;
		if (i < s.n && s.p[i] == '.') {
			groups += 2;
			if (!format_ipv4(str_from(s.p + start, s.n - start)))
				return 0;
			break;
		}
		if (i == start || i - start > 4)
			return 0;
		groups++;
		if (i == s.n)
			break;
		if (s.p[i++] != ':' || i == s.n)
			return 0;
		if (s.p[i] == ':') {
			if (gap++)
				return 0;
			i++;
		}
	}
	return gap ? groups < 8 : groups == 8;
}

/* atext of RFC 5322. */
static int
is_atext(char c, int idn)
{
	if ((unsigned char)c >= 0x80)
		return idn;
	return is_alnum(c) ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static int
is_local(struct str s, int idn)
{
	if (s.n == 0 || s.n > 64)
		return 0;
	if (s.p[0] == '"') {
		if (s.n < 2 || s.p[s.n - 1] != '"')
			return 0;
		for (size_t i = 1; i < s.n - 1; i++) {
			unsigned char c = (unsigned char)s.p[i];

			if (c == '\\')
				c = (unsigned char)s.p[++i];
			else if (c == '"')
				return 0;
			if (i == s.n - 1 || c < ' ' || c == 127 ||
			    (c >= 0x80 && !idn))
				return 0;
		}
		return 1;
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (i == 0 || i == s.n - 1 || s.p[i + 1] == '.')
				return 0;
		} else if (!is_atext(s.p[i], idn)) {
			return 0;
		}
	}
	return 1;
}

int
format_email(struct str s, int idn)
{
	struct str local, domain;
	size_t at = s.n;

	while (at > 0 && s.p[at - 1] != '@')
		at--;
	if (at == 0)
		return 0;
	local = str_from(s.p, at - 1);
	domain = str_from(s.p + at, s.n - at);
	if (!is_local(local, idn))
		return 0;
	if (domain.n > 2 && domain.p[0] == '[' &&
	    domain.p[domain.n - 1] == ']') {
		domain = str_from(domain.p + 1, domain.n - 2);
		if (domain.n > 5 && memcmp(domain.p, "IPv6:", 5) == 0)
			return format_ipv6(str_from(domain.p + 5,
			    domain.n - 5));
		return format_ipv4(domain);
	}
	return idn ? format_idn_hostname(domain) : format_hostname(domain);
}
