/*
 * The table of formats, and those that need only a few lines.
 */
#include "schema/format.h"

#include "schema/regex.h"

static const struct {
	struct str name, text;
} formats[FORMAT_COUNT] = {
#define X(id, name, text)                                                 \
	[FORMAT_##id] = { { name, sizeof(name) - 1 },                     \
		{ text, sizeof(text) - 1 } },
	FORMAT_MAP(X)
#undef X
};

enum format
format_find(struct str name)
{
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++)
		if (str_eq(formats[f].name, name))
			return (enum format)f;
	return FORMAT_NONE;
}

struct str
format_name(enum format f)
{
	return formats[f].name;
}

struct str
format_text(enum format f)
{
	return formats[f].text;
}

static int
is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* RFC 4122, any version, either case. */
static int
is_uuid(struct str s)
{
	if (s.n != 36)
		return 0;
	for (size_t i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s.p[i] != '-')
				return 0;
		} else if (!is_hex(s.p[i])) {
			return 0;
		}
	}
	return 1;
}

/* RFC 6901: every ~ is ~0 or ~1. */
static int
is_pointer(struct str s)
{
	if (s.n > 0 && s.p[0] != '/')
		return 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '~' && (i + 1 == s.n ||
		    (s.p[i + 1] != '0' && s.p[i + 1] != '1')))
			return 0;
	return 1;
}

/* A whole number without leading zeros, then # or a JSON pointer. */
static int
is_relative_pointer(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (n == 0 || (n > 1 && s.p[0] == '0'))
		return 0;
	s = str_from(s.p + n, s.n - n);
	return str_eq(s, STR("#")) || is_pointer(s);
}

int
format_is(enum format f, struct str s)
{
	switch (f) {
	case FORMAT_DATE_TIME:
		return format_date_time(s);
	case FORMAT_DATE:
		return format_date(s);
	case FORMAT_TIME:
		return format_time(s);
	case FORMAT_DURATION:
		return format_duration(s);
	case FORMAT_EMAIL:
		return format_email(s, 0);
	case FORMAT_IDN_EMAIL:
		return format_email(s, 1);
	case FORMAT_HOSTNAME:
		return format_hostname(s);
	case FORMAT_IDN_HOSTNAME:
		return format_idn_hostname(s);
	case FORMAT_IPV4:
		return format_ipv4(s);
	case FORMAT_IPV6:
		return format_ipv6(s);
	case FORMAT_URI:
		return format_uri(s, 0, 0);
	case FORMAT_URI_REFERENCE:
		return format_uri(s, 0, 1);
	case FORMAT_IRI:
		return format_uri(s, 1, 0);
	case FORMAT_IRI_REFERENCE:
		return format_uri(s, 1, 1);
	case FORMAT_UUID:
		return is_uuid(s);
	case FORMAT_URI_TEMPLATE:
		return format_uri_template(s);
	case FORMAT_JSON_POINTER:
		return is_pointer(s);
	case FORMAT_RELATIVE_JSON_POINTER:
		return is_relative_pointer(s);
	case FORMAT_REGEX:
		return regex_check(s, NULL) == 0;
	case FORMAT_NONE:
	case FORMAT_COUNT:
		break;
	}
	return 1;
}
