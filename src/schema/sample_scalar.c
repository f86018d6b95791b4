/*
 * Texts and numbers for a place: mostly from lists of those that something
 * has broken on before.
 */
#include "schema/sampling.h"

#include "base/size.h"
#include "record/decimal.h"
#include "schema/literal.h"
#include "schema/tape.h"

/* Tries for one that fits, before an ordinary one is made to. */
#define TRIES 24

#define TEXT(z) { z, sizeof(z) - 1 }

static const struct str texts[] = {
	TEXT(""), TEXT(" "), TEXT("a"), TEXT("Ann"), TEXT("Ann Lee"),
	TEXT("LEE"), TEXT("  a  b  "), TEXT("\t"), TEXT("a\nb"), TEXT("a\r\nb"),
	TEXT("a\0b"), TEXT("\""), TEXT("\\"), TEXT("'"), TEXT("{a}"),
	TEXT("a;b"), TEXT(";"), TEXT("a,b"), TEXT("a|b"), TEXT("a b c d"),
	TEXT("<b>a &amp; b</b>"), TEXT("null"), TEXT("true"), TEXT("false"),
	TEXT("\xc3\xa9"),          /* e with acute, one character */
	TEXT("e\xcc\x81"),         /* and the same as two */
	TEXT("Stra\xc3\x9f" "e"),  /* longer in upper case */
	TEXT("\xc4\xb0"),          /* I with a dot: longer in lower case */
	TEXT("\xef\xac\x81"),      /* the ligature fi */
	TEXT("\xf0\x9f\x98\x80"),  /* beyond 16 bits */
	TEXT("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"), /* two that are one flag */
	TEXT("\xc2\xa0" "a"),      /* a space that is none of ASCII */
	TEXT("\xe2\x80\x83"),      /* an em space alone */
	TEXT("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"), /* from right to left */
	TEXT("\xe6\x97\xa5\xe6\x9c\xac"),
	TEXT("0"), TEXT("-0"), TEXT("1"), TEXT("007"), TEXT("42"),
	TEXT("0.10"), TEXT("19.99"), TEXT("1e3"), TEXT("9007199254740993"),
	TEXT("1000000000000000001"), TEXT("12345678901234567890.12"),
	TEXT("1769817600000"), TEXT("2026-01-31"), TEXT("2024-02-29"),
	TEXT("2026-01-31T12:00:00Z"), TEXT("2026-03-29T02:30:00+01:00"),
	TEXT("2026-12-31T23:59:59.999Z"), TEXT("31.01.2026"),
	TEXT("ann@example.com"), TEXT("Ann@X.io"), TEXT(" bob@x.io "),
	TEXT("a@m\xc3\xbcnchen.de"), TEXT("https://example.com/a?b=c"),
	TEXT("Example.com"), TEXT("+493012345678"), TEXT("(650) 253-0000"),
	TEXT("DE"), TEXT("us"), TEXT("AT"), TEXT("DEU"), TEXT("Germany"),
	TEXT("CA"), TEXT("NY"), TEXT("California"), TEXT("EUR"), TEXT("usd"),
	TEXT("JPY"), TEXT("10115"), TEXT("SW1A 1AA"), TEXT("[1,2]"),
};

static const struct str dates[] = {
	TEXT("2026-01-31"), TEXT("2024-02-29"), TEXT("2000-02-29"),
	TEXT("1900-01-01"), TEXT("1999-12-31"), TEXT("2026-12-31"),
	TEXT("1970-01-01"), TEXT("1969-12-31"), TEXT("2026-03-29"),
	TEXT("2026-10-25"), TEXT("2038-01-20"), TEXT("9999-12-31"),
	TEXT("1582-10-10"), TEXT("2011-12-30"),
};

static const struct str datetimes[] = {
	TEXT("2026-01-31T12:00:00Z"),
	TEXT("2026-03-29T02:30:00+01:00"),   /* a clock skips this hour */
	TEXT("2026-10-25T02:30:00+02:00"),   /* and has this one twice */
	TEXT("2026-10-25T02:30:00+01:00"),
	TEXT("2024-02-29T23:59:59+14:00"),
	TEXT("2026-12-31T23:59:59.999Z"),
	TEXT("2026-01-01T00:00:00-12:00"),
	TEXT("2026-01-31T12:00:00.123456789Z"),
	TEXT("2026-01-31T12:00:00.10Z"),
	TEXT("2026-01-31T13:00:00+05:45"),
	TEXT("1970-01-01T00:00:00Z"),
	TEXT("1969-12-31T23:59:59.5Z"),
	TEXT("9999-12-31T00:00:00Z"),
	TEXT("2026-01-31T12:00:00-00:00"),
};

static const struct str times[] = { TEXT("12:00:00Z"),
	TEXT("23:59:59.999+14:00"), TEXT("02:30:00+01:00") };
static const struct str durations[] = { TEXT("P1D"), TEXT("PT0S"),
	TEXT("P1Y2M3DT4H5M6S"), TEXT("P4W") };
static const struct str emails[] = { TEXT("ann@example.com"),
	TEXT("Ann@X.io"), TEXT("a+b@example.co.uk"),
	TEXT("\"a b\"@example.com") };
static const struct str idn_emails[] = { TEXT("ann@example.com"),
	TEXT("a@m\xc3\xbcnchen.de"), TEXT("\xc3\xa9@example.com") };
static const struct str hosts[] = { TEXT("example.com"), TEXT("X.io"),
	TEXT("a"), TEXT("xn--mnchen-3ya.de") };
static const struct str ipv4s[] = { TEXT("127.0.0.1"), TEXT("0.0.0.0"),
	TEXT("255.255.255.255") };
static const struct str ipv6s[] = { TEXT("::1"), TEXT("2001:db8::1"),
	TEXT("::ffff:192.0.2.1") };
static const struct str uris[] = { TEXT("https://example.com/a?b=c#d"),
	TEXT("http://X.io:80/"), TEXT("mailto:ann@example.com"),
	TEXT("urn:x:y") };
static const struct str uuids[] = {
	TEXT("00000000-0000-0000-0000-000000000000"),
	TEXT("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
	TEXT("F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6") };
static const struct str templates[] = { TEXT("/a/{b}"), TEXT("a") };
static const struct str pointers[] = { TEXT(""), TEXT("/a/0/b~1c") };
static const struct str relatives[] = { TEXT("0"), TEXT("1/a"), TEXT("0#") };
static const struct str regexes[] = { TEXT("^a+$"), TEXT("[0-9]{2}") };

static const struct {
	const struct str *list;
	size_t n;
} formats[FORMAT_COUNT] = {
#define LIST(l) { l, COUNT(l) }
	[FORMAT_DATE] = LIST(dates), [FORMAT_DATE_TIME] = LIST(datetimes),
	[FORMAT_TIME] = LIST(times), [FORMAT_DURATION] = LIST(durations),
	[FORMAT_EMAIL] = LIST(emails), [FORMAT_IDN_EMAIL] = LIST(idn_emails),
	[FORMAT_HOSTNAME] = LIST(hosts), [FORMAT_IDN_HOSTNAME] = LIST(hosts),
	[FORMAT_IPV4] = LIST(ipv4s), [FORMAT_IPV6] = LIST(ipv6s),
	[FORMAT_URI] = LIST(uris), [FORMAT_URI_REFERENCE] = LIST(uris),
	[FORMAT_IRI] = LIST(uris), [FORMAT_IRI_REFERENCE] = LIST(uris),
	[FORMAT_UUID] = LIST(uuids), [FORMAT_URI_TEMPLATE] = LIST(templates),
	[FORMAT_JSON_POINTER] = LIST(pointers),
	[FORMAT_RELATIVE_JSON_POINTER] = LIST(relatives),
	[FORMAT_REGEX] = LIST(regexes),
#undef LIST
};

static const struct str numbers[] = {
	TEXT("0"), TEXT("1"), TEXT("-1"), TEXT("2"), TEXT("7"), TEXT("42"),
	TEXT("50"), TEXT("99"), TEXT("100"), TEXT("1000"), TEXT("0.10"),
	TEXT("19.99"), TEXT("-0"), TEXT("0.5"), TEXT("12.5"), TEXT("2.675"),
	TEXT("-0.01"), TEXT("1e2"), TEXT("1.0"), TEXT("9007199254740993"),
	TEXT("1000000000000000001"), TEXT("9223372036854775807"),
	TEXT("-9223372036854775808"), TEXT("12345678901234567890.12"),
	TEXT("99999999999999999999999999999999999999"), /* 38 digits */
	TEXT("0.00000000000000000000000000000000000001"),
	TEXT("1234567890123456.10"), TEXT("2147483648"), TEXT("0.333333333"),
};

/* Names that records are extended by; the end has p == NULL. */
struct str
sample_name(struct sample *s, size_t i)
{
	static const struct str names[] = { TEXT("tier"), TEXT("a"),
		TEXT("A b"), TEXT("gr\xc3\xb6\xc3\x9f" "e"), TEXT("e\xcc\x81"),
		TEXT("x_"), TEXT("x_a"), TEXT("_"), TEXT("0"), TEXT("a.b"),
		TEXT("\""), TEXT("name"), TEXT("\xf0\x9f\x98\x80"), TEXT(""),
		{ NULL, 0 } };

	(void)s;
	return names[i < COUNT(names) ? i : COUNT(names) - 1];
}

/* Bytes of the first n characters. */
static size_t
bytes(struct str t, size_t n)
{
	size_t i = 0;

	while (i < t.n && n > 0) {
		i++;
		while (i < t.n && ((unsigned char)t.p[i] & 0xc0) == 0x80)
			i++;
		n--;
	}
	return i;
}

static struct str
any_text(struct sample *s)
{
	struct buf *b = &s->text;
	struct str one = texts[sample_below(s, COUNT(texts))];

	if (!sample_chance(s, 6))
		return one;
	/* put together, or long */
	buf_reset(b);
	for (unsigned i = 2 + (sample_chance(s, 8) ? 200 : 0); i-- > 0;) {
		buf_puts(b, one);
		if (sample_chance(s, 2))
			buf_putc(b, ' ');
		one = texts[sample_below(s, COUNT(texts))];
	}
	return buf_str(b);
}

/* As long as may be, as short as must be. */
static struct str
fit(struct sample *s, const struct spot *p, struct str t, struct arena *a)
{
	size_t n = tape_chars(t);
	char *to;

	if (n > p->max_length)
		return arena_str(a, str_from(t.p, bytes(t, p->max_length)));
	if (p->max_length < 1000 && n > 0 && sample_chance(s, 24)) {
		n = p->max_length - n;
	} else if (n < p->min_length && p->min_length < RECORD_MAX) {
		n = p->min_length - n;
	} else {
		return arena_str(a, t);
	}
	to = arena_alloc(a, size_add(t.n, n) + 1);
	if (t.n > 0)
		memcpy(to, t.p, t.n);
	memset(to + t.n, 'x', n);
	return str_from(to, t.n + n);
}

static int
fits(struct sample *s, const struct spot *p, struct str t)
{
	size_t n = tape_chars(t);

	return n >= p->min_length && n <= p->max_length &&
	    (p->regex == NULL || regex_match(p->regex, s->regex, t, NULL) == 1);
}

struct value
sample_text(struct sample *s, const struct spot *p, struct arena *a)
{
	struct str t = { 0 };
	unsigned tries = TRIES;

	if (p->pattern.n == 0 && p->format == FORMAT_NONE)
		return value_text(fit(s, p, any_text(s), a));
	do {
		if (tries-- == 0)
			return (struct value){ 0 };
		if (p->format != FORMAT_NONE && !sample_chance(s, 16)) {
			t = formats[p->format].list[sample_below(s,
			    formats[p->format].n)];
		} else if (p->pattern.n > 0) {
			buf_reset(&s->text);
			sample_pattern(s, p->pattern, &s->text);
			/* vectors of a compiled pattern look behind the end */
			memset(buf_room(&s->text, RECORD_PAD), 0, RECORD_PAD);
			t = buf_str(&s->text);
		} else { /* a day of a century */
			t = arena_printf(a, "%u-%02u-%02u%s",
			    1950 + (unsigned)sample_below(s, 100),
			    1 + (unsigned)sample_below(s, 12),
			    1 + (unsigned)sample_below(s, 28),
			    p->format == FORMAT_DATE ? "" : "T08:00:00Z");
		}
	} while (!fits(s, p, t) || (p->format != FORMAT_NONE &&
	    !format_is(p->format, t)));
	return value_text(arena_str(a, t));
}

static int
in_bounds(const struct spot *p, struct str n)
{
	int low = p->minimum.n ? num_cmp(n, p->minimum) : 1;
	int high = p->maximum.n ? num_cmp(n, p->maximum) : -1;

	return low >= 0 && (low > 0 || !p->above) && high <= 0 &&
	    (high < 0 || !p->below);
}

/* A random number between two small bounds, or around 0. */
static struct str
between(struct sample *s, const struct spot *p, struct arena *a)
{
	struct dec low, high;
	int64_t from = -1000, to = 1000;

	if (p->minimum.n && dec_parse(p->minimum, &low, NULL) == 0 &&
	    dec_rescale(low, 0, ROUND_CEILING, &low, NULL) == 0 &&
	    dec_to_int(low, &from, NULL) == 0 &&
	    __builtin_add_overflow(from, 1000, &to))
		to = INT64_MAX;
	if (p->maximum.n && dec_parse(p->maximum, &high, NULL) == 0 &&
	    dec_rescale(high, 0, ROUND_FLOOR, &high, NULL) == 0)
		dec_to_int(high, &to, NULL);
	if (to < from || (uint64_t)to - (uint64_t)from > 1000000)
		return arena_printf(a, "%lld", (long long)from);
	return arena_printf(a, "%lld", (long long)(from +
	    (int64_t)sample_below(s, (uint64_t)(to - from) + 1)));
}

/* n times what a number must be a multiple of. */
static struct str
multiply(const struct spot *p, struct str n, struct arena *a)
{
	char out[DEC_TEXT_MAX];
	struct dec x, by;

	if (dec_parse(n, &x, NULL) != 0 ||
	    dec_rescale(x, 0, ROUND_DOWN, &x, NULL) != 0 ||
	    dec_parse(p->multiple, &by, NULL) != 0 ||
	    dec_mul(x, by, &x, NULL) != 0)
		return p->multiple;
	return arena_str(a, str_from(out, dec_format(dec_normal(x), out)));
}

struct value
sample_number(struct sample *s, const struct spot *p, unsigned types,
    struct arena *a)
{
	int whole = !(types & SCHEMA_FRACTION);

	for (unsigned i = 0; i < TRIES; i++) {
		unsigned k = (unsigned)sample_below(s, COUNT(numbers) + 8);
		struct str n = k < COUNT(numbers) ? numbers[k] :
		    k == COUNT(numbers) && p->minimum.n ? p->minimum :
		    k == COUNT(numbers) + 1 && p->maximum.n ? p->maximum :
		    between(s, p, a);

		if (p->multiple.n > 0)
			n = multiply(p, n, a);
		if (in_bounds(p, n) && (!whole || literal_whole(n)))
			return (struct value){ .type = V_NUM,
				.n = (uint32_t)n.n, .u.p = n.p };
	}
	return (struct value){ 0 };
}
