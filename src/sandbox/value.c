/*
 * What HubSpot accepts as a value of each type, and what it makes of it.
 *
 * Dates go through the civil calendar algorithms of H. Hinnant
 * ("chrono-compatible low-level date algorithms").
 */
#include "sandbox/store.h"

#define DAY_MS INT64_C(86400000)
#define NUMBER_MAX 60 /* digits of a number written in full */

/* At most 100 bytes, cut between characters. */
static struct str
brief(struct str in)
{
	if (in.n <= 100)
		return in;
	in.n = 100;
	while (in.n > 0 && (in.p[in.n] & 0xc0) == 0x80)
		in.n--;
	return in;
}

static bool
refuse(struct sim_flaw *f, struct arena *a, const char *code,
    const struct sim_prop *p, struct str in, const char *what)
{
	in = brief(in);
	f->code = code;
	f->message = arena_printf(a, "%.*s was not %s for property %.*s",
	    STR_ARG(in), what, STR_ARG(p->name));
	return false;
}

static int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void
civil_from_days(int64_t z, int *y, int *m, int *d)
{
	int64_t era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* v as n digits behind o; no printf, this is in every record's way. */
static char *
put_digits(char *o, int v, int n)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		o[i] = (char)('0' + v % 10);
	return o + n;
}

static char *
put_day(char *o, int64_t days)
{
	int y, m, d;

	civil_from_days(days, &y, &m, &d);
	o = put_digits(o, y, 4);
	*o++ = '-';
	o = put_digits(o, m, 2);
	*o++ = '-';
	return put_digits(o, d, 2);
}

static struct str
put_date(int64_t days, char *out)
{
	return str_from(out, (size_t)(put_day(out, days) - out));
}

struct str
sim_instant(int64_t ms, bool always_ms, char *out)
{
	int64_t days = floor_div(ms, DAY_MS);
	int rest = (int)(ms - days * DAY_MS);
	char *o = put_day(out, days);

	*o++ = 'T';
	o = put_digits(o, rest / 3600000, 2);
	*o++ = ':';
	o = put_digits(o, rest / 60000 % 60, 2);
	*o++ = ':';
	o = put_digits(o, rest / 1000 % 60, 2);
	if (rest % 1000 != 0 || always_ms) {
		*o++ = '.';
		o = put_digits(o, rest % 1000, 3);
	}
	*o++ = 'Z';
	return str_from(out, (size_t)(o - out));
}

/* n digits at *p into *v. */
static bool
fixed(const char **p, const char *end, int n, int *v)
{
	*v = 0;
	if (end - *p < n)
		return false;
	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*v = *v * 10 + (**p - '0');
	}
	return true;
}

static bool
skip(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	++*p;
	return true;
}

static bool
parse_day(const char **p, const char *end, int64_t *days)
{
	static const char last[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int y, m, d;

	if (!fixed(p, end, 4, &y) || !skip(p, end, '-') ||
	    !fixed(p, end, 2, &m) || !skip(p, end, '-') ||
	    !fixed(p, end, 2, &d))
		return false;
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > last[m - 1] ||
	    (m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400))))
		return false;
	*days = days_from_civil(y, m, d);
	return true;
}

/* The time behind the day: THH:MM:SS[.fff](Z|+HH:MM|+HHMM), in ms. */
static bool
parse_clock(const char **p, const char *end, int64_t *ms)
{
	int h, m, s, zh, zm, sign, digit, scale = 100;

	if (!skip(p, end, 'T') || !fixed(p, end, 2, &h) ||
	    !skip(p, end, ':') || !fixed(p, end, 2, &m) ||
	    !skip(p, end, ':') || !fixed(p, end, 2, &s) || h > 23 || m > 59 ||
	    s > 59)
		return false;
	*ms = ((h * 60 + m) * 60 + s) * INT64_C(1000);
	if (skip(p, end, '.')) {
		if (!fixed(p, end, 1, &digit))
			return false;
		do {
			*ms += digit * scale;
			scale /= 10;
		} while (*p < end && fixed(p, end, 1, &digit));
	}
	if (skip(p, end, 'Z'))
		return true;
	sign = *p < end && **p == '-' ? -1 : 1;
	if (!skip(p, end, '+') && !skip(p, end, '-'))
		return false;
	if (!fixed(p, end, 2, &zh))
		return false;
	skip(p, end, ':');
	if (!fixed(p, end, 2, &zm) || zh > 18 || zm > 59)
		return false;
	*ms -= sign * (zh * 60 + zm) * INT64_C(60000);
	return true;
}

/* Epoch milliseconds or ISO 8601, as milliseconds. */
static bool
parse_time(struct str in, int64_t *ms)
{
	const char *p = in.p, *end = in.p + in.n;
	int64_t days, clock = 0, v = 0;
	bool minus = skip(&p, end, '-');

	if (in.n >= 10 && !minus && in.p[4] == '-') {
		if (!parse_day(&p, end, &days) ||
		    (p < end && !parse_clock(&p, end, &clock)) || p < end)
			return false;
		*ms = days * DAY_MS + clock;
		return true;
	}
	if (p == end || end - p > 15)
		return false;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9')
			return false;
		v = v * 10 + (*p - '0');
	}
	*ms = minus ? -v : v;
	/* years 1 to 9999 */
	return *ms >= INT64_C(-62135596800000) &&
	    *ms <= INT64_C(253402300799999);
}

/* A decimal in full, without leading or trailing zeros. */
static bool
plain_number(struct str in, struct arena *a, struct str *out)
{
	const char *p = in.p, *end = in.p + in.n;
	char digits[NUMBER_MAX], text[2 * NUMBER_MAX + 8];
	int n = 0, point = 0, exponent = 0, k = 0;
	bool minus = false, seen = false, frac = false, eminus = false;

	if (p < end && (*p == '-' || *p == '+'))
		minus = *p++ == '-';
	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.' && !frac) {
			frac = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			return false;
		seen = true;
		if (n == 0 && *p == '0') {
			point -= frac;
			continue;
		}
		if (n == NUMBER_MAX)
			return false;
		digits[n++] = *p;
		point += !frac;
	}
	if (p < end) {
		p++;
		if (p < end && (*p == '-' || *p == '+'))
			eminus = *p++ == '-';
		if (p == end || end - p > 3)
			return false;
		for (; p < end; p++) {
			if (*p < '0' || *p > '9')
				return false;
			exponent = exponent * 10 + (*p - '0');
		}
		point += eminus ? -exponent : exponent;
	}
	while (n > 0 && digits[n - 1] == '0')
		n--;
	if (!seen || (n > 0 && (point > NUMBER_MAX || point < -NUMBER_MAX)))
		return false;
	if (n == 0) {
		*out = STR("0");
		return true;
	}
	if (minus)
		text[k++] = '-';
	if (point <= 0)
		text[k++] = '0';
	for (int i = 0; i < point; i++)
		text[k++] = i < n ? digits[i] : '0';
	if (point < n)
		text[k++] = '.';
	for (int i = point; i < n; i++)
		text[k++] = i < 0 ? '0' : digits[i];
	*out = arena_str(a, str_from(text, (size_t)k));
	return true;
}

static bool
is_option(const struct sim_prop *p, struct str v)
{
	for (size_t i = 0; i < p->noptions; i++)
		if (str_eq(p->options[i].value, v))
			return true;
	return false;
}

static bool
options_ok(const struct sim_prop *p, struct str in)
{
	const char *at = in.p, *end = in.p + in.n, *semi;

	if (!p->multi)
		return is_option(p, in);
	for (;; at = semi + 1) {
		semi = memchr(at, ';', (size_t)(end - at));
		if (!is_option(p, str_from(at,
		    (size_t)((semi ? semi : end) - at))))
			return false;
		if (semi == NULL)
			return true;
	}
}

static bool
email_ok(struct str v)
{
	const char *at = memchr(v.p, '@', v.n), *end = v.p + v.n, *dot;

	if (at == NULL || at == v.p || v.n > 254)
		return false;
	for (const char *p = v.p; p < end; p++)
		if ((unsigned char)*p <= ' ' || (*p == '@' && p != at))
			return false;
	dot = memchr(at + 1, '.', (size_t)(end - at - 1));
	return dot != NULL && dot > at + 1 && end[-1] != '.';
}

static struct str
lower(struct arena *a, struct str v)
{
	struct str out = arena_str(a, v);
	char *p = (char *)out.p;

	for (size_t i = 0; i < out.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] += 'a' - 'A';
	return out;
}

static size_t
characters(struct str v)
{
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++)
		n += (v.p[i] & 0xc0) != 0x80;
	return n;
}

bool
sim_value(const struct sim_store *st, const struct sim_prop *p,
    struct str in, struct arena *a, struct str *out, struct sim_flaw *f)
{
	char text[32];
	int64_t ms;

	*out = in;
	if (p->read_only)
		return refuse(f, a, "READ_ONLY_VALUE", p, in, "allowed: the "
		    "value is read only");
	if (in.n == 0)
		return true; /* a clear */
	if (in.n > SIM_VALUE_MAX && characters(in) > SIM_VALUE_MAX)
		return refuse(f, a, "INVALID_STRING_LENGTH", p, in,
		    "within the limit of 65536 characters");
	switch (p->kind) {
	case SIM_STRING:
	case SIM_PHONE:
		if (!p->email)
			return true;
		if (!email_ok(in)) {
			in = brief(in);
			f->code = "INVALID_EMAIL";
			f->message = arena_printf(a,
			    "Email address %.*s is invalid", STR_ARG(in));
			return false;
		}
		if (!st->keep_email_case)
			*out = lower(a, in);
		return true;
	case SIM_NUMBER:
		return plain_number(in, a, out) ||
		    refuse(f, a, "INVALID_DOUBLE", p, in, "a valid number");
	case SIM_DATE:
		if (!parse_time(in, &ms))
			return refuse(f, a, "INVALID_DATE", p, in,
			    "a valid date");
		if (ms % DAY_MS != 0)
			return refuse(f, a, "INVALID_DATE", p, in,
			    "at midnight UTC");
		*out = arena_str(a, put_date(ms / DAY_MS, text));
		return true;
	case SIM_DATETIME:
		if (!parse_time(in, &ms))
			return refuse(f, a, "INVALID_DATE", p, in,
			    "a valid datetime");
		*out = arena_str(a, sim_instant(ms, false, text));
		return true;
	case SIM_ENUM:
		return options_ok(p, in) || refuse(f, a, "INVALID_OPTION", p,
		    in, "one of the allowed options");
	case SIM_BOOL:
		*out = lower(a, in);
		return str_eq(*out, STR("true")) ||
		    str_eq(*out, STR("false")) ||
		    refuse(f, a, "INVALID_BOOLEAN", p, in, "true or false");
	}
	return true;
}
