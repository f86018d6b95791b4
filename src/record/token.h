/*
 * The tokens of JSON, as the scanner and the reader share them.  Internal to
 * record/.
 *
 * Each function takes the place of a token's first byte and returns the place
 * behind it, or NULL with e filled.  What is common is inline; escapes,
 * UTF-8 and errors are in token.c.  Nothing at or behind s->end is ever
 * taken, though up to RECORD_PAD bytes there may be looked at.
 */
#ifndef RECORD_TOKEN_H
#define RECORD_TOKEN_H

#include "record/scan.h"
#include "record/span.h"
#include "record/value.h"

/* What was wanted where something else stands; fills e, returns NULL. */
const char *token_unexpected(const struct scan *s, const char *p,
    const char *wanted, struct err *e) __attribute__((cold));
const char *token_deep(const struct scan *s, const char *p, struct err *e)
    __attribute__((cold));
const char *token_twice(const struct scan *s, const char *p,
    struct value name, struct err *e) __attribute__((cold));

/*
 * The rest of a string that begins at p (behind the quote) and is plain up
 * to q, where it stops or which lies at or behind the end.
 */
const char *token_string_rest(const struct scan *s, const char *p,
    const char *q, struct value *v, struct err *e);

/*
 * Undo the escapes of a checked string of n bytes; out has room for n bytes.
 * The number of bytes written.
 */
size_t token_unescape(const char *p, size_t n, char *out);

/* The byte at p, or NUL (which is no token) at the end. */
static inline unsigned char
token_at(const struct scan *s, const char *p)
{
	return p < s->end ? (unsigned char)*p : 0;
}

static inline const char *
token_blank(const struct scan *s, const char *p)
{
	unsigned other;

	if ((unsigned char)*p > ' ')
		return p;
	while (p < s->end) {
		other = ~span_blank(p) & ((1u << SPAN) - 1);
		if (other != 0) {
			p += __builtin_ctz(other);
			break;
		}
		p += SPAN;
	}
	return p < s->end ? p : s->end;
}

/* p is at the opening quote. */
static inline const char *
token_string(const struct scan *s, const char *p, struct value *v,
    struct err *e)
{
	const char *q = ++p;
	uint32_t high = 0;
	struct span x;

	for (;;) {
		x = span_text(q);
		if (x.stop != 0)
			break;
		high |= x.high;
		q += SPAN_TEXT;
		if (q >= s->end)
			return token_string_rest(s, p, s->end, v, e);
	}
	high |= x.high & (x.stop ^ (x.stop - 1));
	q += __builtin_ctz(x.stop);
	if (high != 0 || *q != '"' || q >= s->end)
		return token_string_rest(s, p, q, v, e);
	v->type = V_TEXT;
	v->flags = VF_PLAIN;
	v->n = (uint32_t)(q - p);
	v->u.p = p;
	return q + 1;
}

static inline const char *
token_digits(const char *p, const char *end)
{
	while (p < end && (unsigned char)(*p - '0') < 10)
		p++;
	return p;
}

/* p is at a digit or a minus.  Never looks behind s->end. */
const char *token_number_rest(const struct scan *s, const char *p,
    struct value *v, struct err *e);

/* The same; numbers of up to 15 characters without an exponent are inline. */
static inline const char *
token_number(const struct scan *s, const char *p, struct value *v,
    struct err *e)
{
	const char *q = p + (*p == '-');
	/* a bit for what is no digit, and for all that was not looked at */
	uint32_t other = ~(uint32_t)span_digits(q);
	unsigned whole = (unsigned)__builtin_ctz(other), n = whole;

	if (q[n] == '.') {
		n++;
		other >>= n;
		if (other & 1)
			return token_number_rest(s, p, v, e);
		n += (unsigned)__builtin_ctz(other);
	}
	if (whole == 0 || (whole > 1 && *q == '0') || n >= SPAN ||
	    (q[n] | 0x20) == 'e' || n > (size_t)(s->end - q))
		return token_number_rest(s, p, v, e);
	v->type = V_NUM;
	v->flags = 0;
	v->n = (uint32_t)(q + n - p);
	v->u.p = p;
	return q + n;
}

static inline const char *
token_word(const struct scan *s, const char *p, const char *word, size_t n,
    struct err *e)
{
	if ((size_t)(s->end - p) < n || memcmp(p, word, n) != 0)
		return token_unexpected(s, p, "a value", e);
	return p + n;
}

/* Anything but an object or an array. */
static inline const char *
token_scalar(const struct scan *s, const char *p, struct value *v,
    struct err *e)
{
	switch (token_at(s, p)) {
	case '"':
		return token_string(s, p, v, e);
	case '-':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return token_number(s, p, v, e);
	case 'n':
		*v = value_null();
		return token_word(s, p, "null", 4, e);
	case 't':
		*v = value_bool(1);
		return token_word(s, p, "true", 4, e);
	case 'f':
		*v = value_bool(0);
		return token_word(s, p, "false", 5, e);
	default:
		return token_unexpected(s, p, "a value", e);
	}
}

/*
 * The object or array at p, which opens inside of depth others: checked to
 * its end.  Names go through s->names, where that is not NULL.
 */
const char *token_container(const struct scan *s, const char *p,
    unsigned depth, struct err *e);

#endif
