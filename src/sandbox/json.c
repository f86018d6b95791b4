/*
 * The pull reader.  Invariant: p <= end, and p == end after an error has
 * been noted in bad (its place is kept in start's distance, see fail).
 */
#include "sandbox/json.h"

void
sim_json_init(struct sim_json *j, struct str text, struct arena *a)
{
	*j = (struct sim_json){ 0 };
	j->start = j->p = text.p;
	j->end = text.p + text.n;
	j->arena = a;
}

bool
sim_json_fail(struct sim_json *j, const char *why)
{
	if (j->bad == NULL) {
		j->bad = why;
		j->end = j->p; /* nothing more is read; p is the place */
	}
	return false;
}

static void
space(struct sim_json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' ||
	    *j->p == '\r' || *j->p == '\t'))
		j->p++;
}

char
sim_json_peek(struct sim_json *j)
{
	space(j);
	if (j->p == j->end) {
		sim_json_fail(j, "the text ends too early");
		return 0;
	}
	if (*j->p == '-' || (*j->p >= '0' && *j->p <= '9'))
		return '0';
	if (memchr("{[\"tfn", *j->p, 6) != NULL)
		return *j->p;
	sim_json_fail(j, "a value is expected");
	return 0;
}

static bool
enter(struct sim_json *j, char open)
{
	if (sim_json_peek(j) != open)
		return sim_json_fail(j, open == '{' ? "an object is expected"
		    : "an array is expected");
	if (++j->depth > SIM_JSON_DEPTH)
		return sim_json_fail(j, "nested too deep");
	j->p++;
	j->first = true;
	return true;
}

/* At a closing bracket, or at the next member or item? */
static bool
more(struct sim_json *j, char close)
{
	space(j);
	if (j->p < j->end && *j->p == close) {
		j->p++;
		j->depth--;
		j->first = false;
		return false;
	}
	if (!j->first) {
		if (j->p == j->end || *j->p != ',')
			return sim_json_fail(j, "a comma is expected");
		j->p++;
	}
	j->first = false;
	return j->bad == NULL;
}

bool
sim_json_object(struct sim_json *j)
{
	return enter(j, '{');
}

bool
sim_json_array(struct sim_json *j)
{
	return enter(j, '[');
}

bool
sim_json_item(struct sim_json *j)
{
	return more(j, ']');
}

bool
sim_json_key(struct sim_json *j, struct str *key)
{
	if (!more(j, '}') || !sim_json_string(j, key))
		return false;
	space(j);
	if (j->p == j->end || *j->p != ':')
		return sim_json_fail(j, "a colon is expected");
	j->p++;
	return true;
}

/* The length of the UTF-8 sequence at p (RFC 3629), or 0. */
static size_t
utf8(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3
	    : p[0] < 0xf5 ? 4 : 0;

	if (n == 0 || left < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static int
hex4(const char *p, const char *end)
{
	int v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int d = c >= '0' && c <= '9' ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static char *
put_utf8(char *o, unsigned c)
{
	if (c < 0x80) {
		*o++ = (char)c;
	} else if (c < 0x800) {
		*o++ = (char)(0xc0 | c >> 6);
		*o++ = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		*o++ = (char)(0xe0 | c >> 12);
		*o++ = (char)(0x80 | (c >> 6 & 63));
		*o++ = (char)(0x80 | (c & 63));
	} else {
		*o++ = (char)(0xf0 | c >> 18);
		*o++ = (char)(0x80 | (c >> 12 & 63));
		*o++ = (char)(0x80 | (c >> 6 & 63));
		*o++ = (char)(0x80 | (c & 63));
	}
	return o;
}

/* One escape at p (behind the backslash); NULL is an error. */
static const char *
escape(const char *p, const char *end, char **o)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	int c, low;

	if (p == end)
		return NULL;
	if (*p != 'u') {
		at = memchr(from, *p, sizeof(from) - 1);
		if (at == NULL)
			return NULL;
		*(*o)++ = to[at - from];
		return p + 1;
	}
	c = hex4(p + 1, end);
	p += 5;
	if (c < 0 || (c >= 0xdc00 && c < 0xe000))
		return NULL;
	if (c >= 0xd800 && c < 0xdc00) {
		if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
			return NULL;
		low = hex4(p + 2, end);
		if (low < 0xdc00 || low > 0xdfff)
			return NULL;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	*o = put_utf8(*o, (unsigned)c);
	return p;
}

/* Behind the first backslash: decode into the arena what is up to close. */
static void
decode(struct sim_json *j, const char *from, const char *close,
    struct str *s)
{
	char *out = arena_alloc(j->arena, (size_t)(close - from)), *o = out;

	while (from < close) {
		if (*from != '\\') {
			*o++ = *from++;
			continue;
		}
		j->p = from;
		from = escape(from + 1, close, &o);
		if (from == NULL) {
			sim_json_fail(j, "a bad escape");
			return;
		}
	}
	*s = str_from(out, (size_t)(o - out));
}

/* Over ASCII that stands for itself, eight bytes at a time. */
static const char *
plain(const char *p, const char *end)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	uint64_t w, quote, slash;

	for (; end - p >= 8; p += 8) {
		memcpy(&w, p, 8);
		quote = w ^ ones * '"';
		slash = w ^ ones * '\\';
		/* the high bit of a byte: below ' ', a quote, a backslash,
		 * or not ASCII; a false alarm behind a true one is harmless */
		if (((w - ones * ' ') | (quote - ones) | (slash - ones) | w) &
		    high)
			break;
	}
	return p;
}

bool
sim_json_string(struct sim_json *j, struct str *s)
{
	bool escaped = false;
	const char *from;
	size_t n;

	if (sim_json_peek(j) != '"')
		return sim_json_fail(j, "a string is expected");
	from = ++j->p;
	for (;;) {
		j->p = plain(j->p, j->end);
		if (j->p == j->end)
			return sim_json_fail(j, "the text ends in a string");
		if (*j->p == '"')
			break;
		if (*j->p == '\\') {
			escaped = true;
			j->p += j->end - j->p > 1 ? 2 : 1;
		} else if ((unsigned char)*j->p < 0x20) {
			return sim_json_fail(j, "a control character");
		} else if ((unsigned char)*j->p < 0x80) {
			j->p++;
		} else {
			n = utf8((const unsigned char *)j->p,
			    (size_t)(j->end - j->p));
			if (n == 0)
				return sim_json_fail(j, "not UTF-8");
			j->p += n;
		}
	}
	*s = str_from(from, (size_t)(j->p - from));
	if (escaped) {
		const char *close = j->p;

		decode(j, from, close, s);
		if (j->bad != NULL)
			return false;
		j->p = close;
	}
	j->p++;
	return true;
}

static bool
literal(struct sim_json *j, struct str word)
{
	if ((size_t)(j->end - j->p) < word.n ||
	    memcmp(j->p, word.p, word.n) != 0)
		return sim_json_fail(j, "a value is expected");
	j->p += word.n;
	return true;
}

static bool
digits(struct sim_json *j)
{
	const char *from = j->p;

	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > from || sim_json_fail(j, "a digit is expected");
}

static bool
number(struct sim_json *j)
{
	if (*j->p == '-')
		j->p++;
	if (j->p < j->end && *j->p == '0')
		j->p++;
	else if (!digits(j))
		return false;
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!digits(j))
			return false;
	}
	if (j->p < j->end && (*j->p == 'e' || *j->p == 'E')) {
		j->p++;
		if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
			j->p++;
		return digits(j);
	}
	return true;
}

bool
sim_json_scalar(struct sim_json *j, struct str *s)
{
	const char *from;
	bool ok;

	switch (sim_json_peek(j)) {
	case '"':
		return sim_json_string(j, s);
	case '0':
		from = j->p;
		ok = number(j);
		break;
	case 't':
		from = j->p;
		ok = literal(j, STR("true"));
		break;
	case 'f':
		from = j->p;
		ok = literal(j, STR("false"));
		break;
	case 'n':
		from = j->p;
		ok = literal(j, STR("null"));
		break;
	default:
		return sim_json_fail(j, "a plain value is expected");
	}
	if (ok)
		*s = str_from(from, (size_t)(j->p - from));
	return ok;
}

bool
sim_json_skip(struct sim_json *j)
{
	struct str ignored;

	switch (sim_json_peek(j)) {
	case '{':
		sim_json_object(j);
		while (sim_json_key(j, &ignored))
			sim_json_skip(j); /* depth is held by enter */
		return j->bad == NULL;
	case '[':
		sim_json_array(j);
		while (sim_json_item(j))
			sim_json_skip(j);
		return j->bad == NULL;
	default:
		return sim_json_scalar(j, &ignored);
	}
}

bool
sim_json_end(struct sim_json *j)
{
	space(j);
	if (j->p < j->end)
		sim_json_fail(j, "something stands behind the value");
	return j->bad == NULL;
}
