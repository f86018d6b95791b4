/*
 * Exact decimals.  A result is computed in 256 bits, then brought into 38
 * digits: trailing zeros behind the point go only where that is needed to
 * fit, so 1.50 + 1.50 is 3.00.
 */
#include "record/decimal.h"

#include <assert.h>

#include "record/number.h"
#include "record/wide.h"

static u128
power(int n)
{
	u128 p = 1;

	assert(n >= 0 && n <= DEC_DIGITS);
	while (n >= 18) {
		p *= 1000000000000000000u;
		n -= 18;
	}
	while (n-- > 0)
		p *= 10;
	return p;
}

static u128
magnitude(struct dec d)
{
	return d.coef < 0 ? -(u128)d.coef : (u128)d.coef;
}

static int
too_long(struct err *e)
{
	return err_set(e, ERR_DATA,
	    "decimal overflow: the exact result has more than %d digits",
	    DEC_DIGITS);
}

static int
bad_scale(int scale, struct err *e)
{
	return err_set(e, ERR_DATA, "a scale of %d is not within 0 and %d",
	    scale, DEC_DIGITS);
}

/* The sign and w * 10^-scale; scale may still be too large. */
static int
fit(int negative, struct wide w, int64_t scale, struct dec *r, struct err *e)
{
	const struct wide ten = wide_from(10), limit = wide_from(power(38));
	struct wide q, rest;

	while (scale > 0 && (scale > DEC_DIGITS || wide_cmp(w, limit) >= 0)) {
		if (w.hi == 0 && w.lo == 0) {
			scale = DEC_DIGITS;
			break;
		}
		q = wide_div(w, ten, &rest);
		if (rest.lo != 0)
			return too_long(e);
		w = q;
		scale--;
	}
	if (wide_cmp(w, limit) >= 0)
		return too_long(e);
	r->coef = negative ? -(__int128)w.lo : (__int128)w.lo;
	r->scale = (int32_t)scale;
	return 0;
}

/* |d| at a scale that is not smaller than its own. */
static struct wide
aligned(struct dec d, int scale)
{
	return wide_mul(magnitude(d), power(scale - d.scale));
}

static int
common(struct dec a, struct dec b)
{
	return a.scale > b.scale ? a.scale : b.scale;
}

struct dec
dec_int(int64_t i)
{
	return (struct dec){ i, 0 };
}

/* Up to 18 digits and a point: no exponent and nothing that could overflow. */
static int
parse_short(struct str s, struct dec *d)
{
	int negative = s.n > 0 && s.p[0] == '-';
	const char *p = s.p + negative, *end = s.p + s.n, *point = NULL;
	int64_t coef = 0;

	if (p == end || end - p > 19 || (unsigned char)(*p - '0') > 9 ||
	    (*p == '0' && end - p > 1 && p[1] != '.'))
		return 0;
	for (; p < end; p++) {
		if (*p == '.' && point == NULL && p + 1 < end) {
			point = p + 1;
			continue;
		}
		if ((unsigned char)(*p - '0') > 9)
			return 0;
		if (coef > INT64_MAX / 10 - 1)
			return 0;
		coef = coef * 10 + (*p - '0');
	}
	d->coef = negative ? -coef : coef;
	d->scale = point ? (int32_t)(end - point) : 0;
	return 1;
}

int
dec_parse(struct str literal, struct dec *d, struct err *e)
{
	int64_t exponent, written, least, scale, most;
	struct num n;
	u128 coef = 0;

	if (parse_short(literal, d))
		return 0;
	if (!num_parse(literal, &n))
		return err_set(e, ERR_DATA, "\"%.*s\" is not a number",
		    literal.n < 50 ? (int)literal.n : 50, literal.p);
	if (!num_exponent(&n, &exponent)) {
		if (n.count > 0)
			return too_long(e);
		exponent = 0;
	}
	/* scales: as it is written, the least that is exact, the most */
	written = (int64_t)n.fraction.n - exponent;
	if (n.count == 0) {
		least = 0;
		most = DEC_DIGITS;
	} else {
		least = (int64_t)n.count - (n.point + exponent);
		if (least < 0)
			least = 0;
		most = DEC_DIGITS - (n.point + exponent);
		if (most > DEC_DIGITS)
			most = DEC_DIGITS;
		if (n.count > DEC_DIGITS || least > most)
			return too_long(e);
	}
	scale = written < least ? least : written > most ? most : written;
	for (size_t i = 0; i < n.count; i++)
		coef = coef * 10 + (unsigned)num_digit(&n, i);
	if (n.count > 0)
		coef *= power((int)(n.point + exponent + scale -
		    (int64_t)n.count));
	d->coef = n.negative ? -(__int128)coef : (__int128)coef;
	d->scale = (int32_t)scale;
	return 0;
}

int
dec_to_int(struct dec d, int64_t *i, struct err *e)
{
	char text[DEC_TEXT_MAX];
	int n;

	d = dec_normal(d);
	if (d.scale == 0 && d.coef >= INT64_MIN && d.coef <= INT64_MAX) {
		*i = (int64_t)d.coef;
		return 0;
	}
	n = (int)dec_format(d, text);
	if (d.scale != 0)
		return err_set(e, ERR_DATA,
		    "%.*s has a fraction, round it first", n, text);
	return err_set(e, ERR_DATA, "%.*s does not fit an int of 64 bits", n,
	    text);
}

static int
add(struct dec a, struct dec b, int flip, struct dec *r, struct err *e)
{
	int scale = common(a, b), na = a.coef < 0, nb = (b.coef < 0) ^ flip;
	struct wide x = aligned(a, scale), y = aligned(b, scale);

	if (na == nb)
		return fit(na, wide_add(x, y), scale, r, e);
	if (wide_cmp(x, y) >= 0)
		return fit(na, wide_sub(x, y), scale, r, e);
	return fit(nb, wide_sub(y, x), scale, r, e);
}

int
dec_add(struct dec a, struct dec b, struct dec *r, struct err *e)
{
	return add(a, b, 0, r, e);
}

int
dec_sub(struct dec a, struct dec b, struct dec *r, struct err *e)
{
	return add(a, b, 1, r, e);
}

int
dec_mul(struct dec a, struct dec b, struct dec *r, struct err *e)
{
	return fit((a.coef < 0) != (b.coef < 0),
	    wide_mul(magnitude(a), magnitude(b)),
	    (int64_t)a.scale + b.scale, r, e);
}

/* Whether the quotient of a magnitude goes up by one; rest is not 0. */
static int
goes_up(struct wide q, struct wide rest, struct wide d, int negative,
    enum dec_round how)
{
	int half;

	switch (how) {
	case ROUND_DOWN:
		return 0;
	case ROUND_UP:
		return 1;
	case ROUND_FLOOR:
		return negative;
	case ROUND_CEILING:
		return !negative;
	case ROUND_HALF_UP:
	case ROUND_HALF_EVEN:
		break;
	}
	half = wide_cmp(rest, wide_sub(d, rest));
	if (half != 0 || how == ROUND_HALF_UP)
		return half >= 0;
	return q.lo & 1;
}

/* n / d to exactly scale digits, which n / d already counts in. */
static int
divide(int negative, struct wide n, struct wide d, int scale,
    enum dec_round how, struct dec *r, struct err *e)
{
	struct wide q, rest;

	q = wide_div(n, d, &rest);
	if ((rest.hi != 0 || rest.lo != 0) &&
	    goes_up(q, rest, d, negative, how))
		q = wide_add(q, wide_from(1));
	if (wide_cmp(q, wide_from(power(38))) >= 0)
		return too_long(e);
	r->coef = negative ? -(__int128)q.lo : (__int128)q.lo;
	r->scale = scale;
	return 0;
}

static int
digits(u128 m)
{
	int n = 0;

	for (; m > 0; m /= 10)
		n++;
	return n;
}

int
dec_div(struct dec a, struct dec b, int scale, enum dec_round how,
    struct dec *r, struct err *e)
{
	int negative = (a.coef < 0) != (b.coef < 0), shift, fill;
	u128 x = magnitude(a), y = magnitude(b);

	if (scale < 0 || scale > DEC_DIGITS)
		return bad_scale(scale, e);
	if (y == 0)
		return err_set(e, ERR_DATA, "division by zero");
	if (x == 0) {
		*r = (struct dec){ 0, scale };
		return 0;
	}
	/* x / y * 10^shift is wanted, rounded to a whole number */
	shift = scale + b.scale - a.scale;
	if (shift < 0)
		return divide(negative, wide_from(x), wide_mul(y,
		    power(-shift)), scale, how, r, e);
	/* beyond 76 digits no divisor of 38 brings it back to 38 */
	if (digits(x) + shift > 2 * DEC_DIGITS)
		return too_long(e);
	fill = DEC_DIGITS - digits(x);
	if (fill > shift)
		fill = shift;
	return divide(negative, wide_mul(x * power(fill), power(shift - fill)),
	    wide_from(y), scale, how, r, e);
}

int
dec_mod(struct dec a, struct dec b, struct dec *r, struct err *e)
{
	int scale = common(a, b);
	struct wide rest;

	if (b.coef == 0)
		return err_set(e, ERR_DATA, "division by zero");
	wide_div(aligned(a, scale), aligned(b, scale), &rest);
	return fit(a.coef < 0, rest, scale, r, e);
}

int
dec_rescale(struct dec a, int scale, enum dec_round how, struct dec *r,
    struct err *e)
{
	if (scale < 0 || scale > DEC_DIGITS)
		return bad_scale(scale, e);
	if (scale >= a.scale)
		return divide(a.coef < 0, aligned(a, scale), wide_from(1),
		    scale, how, r, e);
	return divide(a.coef < 0, wide_from(magnitude(a)),
	    wide_from(power(a.scale - scale)), scale, how, r, e);
}

int
dec_shift(struct dec a, int by, struct dec *r, struct err *e)
{
	int64_t scale = (int64_t)a.scale - by;

	if (a.coef == 0 && scale < 0)
		scale = 0;
	if (scale >= 0)
		return fit(a.coef < 0, wide_from(magnitude(a)), scale, r, e);
	if (scale < -DEC_DIGITS)
		return too_long(e);
	return fit(a.coef < 0, wide_mul(magnitude(a), power((int)-scale)), 0,
	    r, e);
}

int
dec_cmp(struct dec a, struct dec b)
{
	int scale = common(a, b), c;

	if (a.scale == b.scale)
		return a.coef < b.coef ? -1 : a.coef > b.coef;
	if ((a.coef < 0) != (b.coef < 0))
		return a.coef < 0 ? -1 : 1;
	c = wide_cmp(aligned(a, scale), aligned(b, scale));
	return a.coef < 0 ? -c : c;
}

struct dec
dec_normal(struct dec a)
{
	while (a.scale > 0 && a.coef % 10 == 0) {
		a.coef /= 10;
		a.scale--;
	}
	return a;
}

size_t
dec_format(struct dec a, char out[DEC_TEXT_MAX])
{
	char reverse[DEC_DIGITS + 1];
	u128 m = magnitude(a);
	uint64_t part;
	size_t n = 0, o = 0;

	/* 18 digits at a time: division by a word is cheap, by two is not */
	while (m > 0 || n <= (size_t)a.scale) {
		int full;

		if (m >> 64) {
			part = (uint64_t)(m % 1000000000000000000u);
			m /= 1000000000000000000u;
			full = 18;
		} else {
			part = (uint64_t)m;
			m = 0;
			full = 0;
		}
		for (; part > 0 || full > 0; full--, part /= 10)
			reverse[n++] = (char)('0' + part % 10);
		while (m == 0 && n <= (size_t)a.scale)
			reverse[n++] = '0';
	}
	if (a.coef < 0)
		out[o++] = '-';
	while (n > 0) {
		if (n == (size_t)a.scale)
			out[o++] = '.';
		out[o++] = reverse[--n];
	}
	return o;
}
