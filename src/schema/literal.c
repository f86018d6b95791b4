/*
 * Number literals, looked at digit by digit: value = digits * 10^exp, where
 * digits begin and end with one that is not 0.
 */
#include "schema/literal.h"

#include <limits.h>
#include <string.h>

#include "record/decimal.h"

/* Exponents beyond are all alike: no literal has so many digits. */
#define EXP_MAX ((int64_t)1 << 50)

struct digits {
	const char *p; /* first digit that counts */
	const char *end;
	int64_t exp; /* of the last one */
	int negative;
};

static int64_t
exponent(const char *p, const char *end)
{
	int negative = *p == '-';
	int64_t x = 0;

	if (*p == '-' || *p == '+')
		p++;
	for (; p < end && x < EXP_MAX; p++)
		x = x * 10 + (*p - '0');
	if (x > EXP_MAX)
		x = EXP_MAX;
	return negative ? -x : x;
}

/* p == end: the value is 0. */
static struct digits
split(struct str s)
{
	const char *p = s.p, *end = s.p + s.n, *point = NULL, *stop;
	struct digits d = { 0 };

	d.negative = *p == '-';
	p += d.negative;
	for (stop = p; stop < end && *stop != 'e' && *stop != 'E'; stop++)
		if (*stop == '.')
			point = stop;
	if (stop < end)
		d.exp = exponent(stop + 1, end);
	while (p < stop && (*p == '0' || *p == '.'))
		p++;
	d.p = p;
	if (point != NULL)
		d.exp -= stop - point - 1;
	for (; stop > p && (stop[-1] == '0' || stop[-1] == '.'); stop--)
		d.exp += stop[-1] == '0';
	d.end = stop;
	return d;
}

int
literal_whole(struct str s)
{
	struct digits d;

	for (size_t i = 0;; i++) {
		if (i == s.n)
			return 1;
		if (s.p[i] == '.' || (s.p[i] | 32) == 'e')
			break;
	}
	d = split(s);
	return d.p == d.end || d.exp >= 0;
}

int
literal_equal(struct str a, struct str b)
{
	return str_eq(a, b) || num_cmp(a, b) == 0;
}

uint64_t
literal_hash(struct str s)
{
	struct digits d = split(s);
	uint64_t h = 1;

	if (d.p == d.end)
		return 0;
	for (const char *p = d.p; p < d.end; p++)
		if (*p != '.')
			h = (h ^ (uint64_t)(*p - '0')) * 0x100000001b3u;
	/* 10e9999999999999999 and its like may not be told apart */
	if (d.exp > EXP_MAX / 2)
		d.exp = EXP_MAX;
	else if (d.exp < -EXP_MAX / 2)
		d.exp = -EXP_MAX;
	h ^= (uint64_t)d.exp * 2 + (uint64_t)d.negative;
	return str_hash(str_from((const char *)&h, sizeof(h)));
}

int
literal_divisor(struct str s, struct divisor *n, struct err *e)
{
	struct digits d = split(s);
	int count = 0;

	if (d.p == d.end || d.negative)
		return err_set(e, ERR_DATA, "must be greater than 0");
	n->coef = 0;
	n->exp = d.exp;
	for (; d.p < d.end; d.p++) {
		if (*d.p == '.')
			continue;
		if (++count > 37)
			return err_set(e, ERR_DATA,
			    "must have at most 37 digits");
		n->coef = n->coef * 10 + (unsigned)(*d.p - '0');
	}
	return 0;
}

/* digits * 10^zeros mod coef == 0, for a coef of one word. */
static int
divides_word(const struct digits *d, int64_t zeros, uint64_t coef)
{
	uint64_t r = 0;

	for (const char *p = d->p; p < d->end; p++)
		if (*p != '.')
			r = (r * 10 + (unsigned)(*p - '0')) % coef;
	for (; zeros > 0 && r != 0; zeros--)
		r = r * 10 % coef;
	return r == 0;
}

static int
divides(const struct digits *d, int64_t zeros, unsigned __int128 coef)
{
	unsigned __int128 r = 0;

	for (const char *p = d->p; p < d->end; p++)
		if (*p != '.')
			r = (r * 10 + (unsigned)(*p - '0')) % coef;
	for (; zeros > 0 && r != 0; zeros--)
		r = r * 10 % coef;
	return r == 0;
}

int
literal_multiple(struct str s, const struct divisor *n)
{
	struct digits d = split(s);
	int64_t zeros = d.exp - n->exp;

	if (d.p == d.end)
		return 1;
	/* digits has no 0 at its end, so no multiple of 10^k, k > 0 */
	if (zeros < 0)
		return 0;
	/* beyond 2^128 further tens add no new factor of coef */
	if (zeros > 128)
		zeros = 128;
	return n->coef < UINT64_MAX / 16 ?
	    divides_word(&d, zeros, (uint64_t)n->coef) :
	    divides(&d, zeros, n->coef);
}

int
literal_size(struct str s, size_t *n)
{
	struct digits d = split(s);
	size_t x = 0;

	*n = 0;
	if (d.p == d.end)
		return 0;
	if (d.negative || d.exp < 0)
		return -1;
	for (; d.p < d.end; d.p++)
		if (*d.p != '.' &&
		    (__builtin_mul_overflow(x, 10, &x) ||
			__builtin_add_overflow(x, *d.p - '0', &x)))
			goto large;
	for (; d.exp > 0; d.exp--)
		if (__builtin_mul_overflow(x, 10, &x))
			goto large;
	*n = x;
	return 0;
large:
	*n = SIZE_MAX;
	return 0;
}
