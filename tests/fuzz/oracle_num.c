/*
 * Numbers of the slow evaluator: rows of digits, as on paper.
 */
#include "oracle.h"

#include <string.h>

#define LONGEST 38

static const char zero[] = "0";

static struct onum
strip(struct onum x)
{
	while (x.n > 1 && *x.digits == '0') {
		x.digits++;
		x.n--;
	}
	if (x.n == 0) {
		x.digits = zero;
		x.n = 1;
	}
	if (x.n == 1 && *x.digits == '0')
		x.negative = 0;
	return x;
}

static int
is_zero(struct onum x)
{
	return x.n == 1 && *x.digits == '0';
}

static int
fits_int(struct onum x)
{
	const char *most = x.negative ? "9223372036854775808" :
	    "9223372036854775807";

	return x.n < 19 || (x.n == 19 && memcmp(x.digits, most, 19) <= 0);
}

int
onum_read(struct arena *a, struct str s, struct onum *out)
{
	char *digits = arena_alloc(a, s.n + 1);
	size_t i = 0, start;
	long exponent = 0, sign = 1;
	int plain = 1;

	*out = (struct onum){ .digits = digits };
	if (i < s.n && s.p[i] == '-') {
		out->negative = 1;
		i++;
	}
	for (start = i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		digits[out->n++] = s.p[i];
	if (i == start || (s.p[start] == '0' && i > start + 1))
		return 0;
	if (i < s.n && s.p[i] == '.') {
		plain = 0;
		for (start = ++i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
		    i++, out->scale++)
			digits[out->n++] = s.p[i];
		if (i == start)
			return 0;
	}
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		plain = 0;
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			sign = s.p[i++] == '-' ? -1 : 1;
		for (start = i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			if (exponent < 100000000)
				exponent = exponent * 10 + (s.p[i] - '0');
		if (i == start)
			return 0;
		out->scale -= sign * exponent;
	}
	if (i != s.n)
		return 0;
	*out = strip(*out);
	out->whole = plain && fits_int(*out);
	return 1;
}

/* n more zeros behind it: the same value at a larger scale. */
static struct onum
widen(struct arena *a, struct onum x, long n)
{
	char *p = arena_alloc(a, x.n + (size_t)n);

	memcpy(p, x.digits, x.n);
	memset(p + x.n, '0', (size_t)n);
	x.digits = p;
	x.n += (size_t)n;
	x.scale += n;
	return strip(x);
}

/* Zeros behind the point go while it is too long; then it fits or does not. */
static int
shorten(struct onum *x)
{
	while (x->scale > 0 && (x->scale > LONGEST || x->n > LONGEST)) {
		if (is_zero(*x)) {
			x->scale = LONGEST;
			break;
		}
		if (x->digits[x->n - 1] != '0')
			return -1;
		x->n--;
		x->scale--;
		*x = strip(*x);
	}
	return x->n > LONGEST ? -1 : 0;
}

int
onum_settle(struct arena *a, struct onum *x)
{
	if (is_zero(*x) && x->scale < 0)
		x->scale = 0;
	if (x->scale < 0) {
		if (-x->scale > LONGEST)
			return -1;
		*x = widen(a, *x, -x->scale);
	}
	return shorten(x);
}

/* Both at one scale. */
static void
align(struct arena *a, struct onum *x, struct onum *y)
{
	if (x->scale < y->scale)
		*x = widen(a, *x, y->scale - x->scale);
	else if (y->scale < x->scale)
		*y = widen(a, *y, x->scale - y->scale);
}

static int
order_digits(struct onum x, struct onum y)
{
	if (x.n != y.n)
		return x.n < y.n ? -1 : 1;
	return memcmp(x.digits, y.digits, x.n);
}

static struct onum
sum(struct arena *a, struct onum x, struct onum y)
{
	size_t n = (x.n > y.n ? x.n : y.n) + 1;
	char *p = arena_alloc(a, n);
	int carry = 0;

	for (size_t i = 0; i < n; i++) {
		int d = carry;

		d += i < x.n ? x.digits[x.n - 1 - i] - '0' : 0;
		d += i < y.n ? y.digits[y.n - 1 - i] - '0' : 0;
		p[n - 1 - i] = (char)('0' + d % 10);
		carry = d / 10;
	}
	x.digits = p;
	x.n = n;
	return strip(x);
}

/* x is not smaller than y. */
static struct onum
difference(struct arena *a, struct onum x, struct onum y)
{
	char *p = arena_alloc(a, x.n);
	int borrow = 0;

	for (size_t i = 0; i < x.n; i++) {
		int d = x.digits[x.n - 1 - i] - '0' - borrow;

		d -= i < y.n ? y.digits[y.n - 1 - i] - '0' : 0;
		borrow = d < 0;
		p[x.n - 1 - i] = (char)('0' + d + 10 * borrow);
	}
	x.digits = p;
	return strip(x);
}

static struct onum
product(struct arena *a, struct onum x, struct onum y)
{
	size_t n = x.n + y.n;
	int *cells = arena_array(a, n, sizeof(*cells));
	char *p = arena_alloc(a, n);
	int carry = 0;

	for (size_t i = 0; i < x.n; i++)
		for (size_t k = 0; k < y.n; k++)
			cells[i + k] += (x.digits[x.n - 1 - i] - '0') *
			    (y.digits[y.n - 1 - k] - '0');
	for (size_t i = 0; i < n; i++) {
		cells[i] += carry;
		p[n - 1 - i] = (char)('0' + cells[i] % 10);
		carry = cells[i] / 10;
	}
	x.negative = x.negative != y.negative;
	x.scale += y.scale;
	x.digits = p;
	x.n = n;
	return strip(x);
}

static struct onum
signed_sum(struct arena *a, struct onum x, struct onum y)
{
	align(a, &x, &y);
	if (x.negative == y.negative)
		return sum(a, x, y);
	return order_digits(x, y) >= 0 ? difference(a, x, y) :
	    difference(a, y, x);
}

int
onum_compute(struct arena *a, char op, struct onum x, struct onum y,
    struct onum *out)
{
	int whole = x.whole && y.whole;

	if (onum_settle(a, &x) != 0 || onum_settle(a, &y) != 0)
		return -1;
	if (op == '-')
		y.negative = !y.negative && !is_zero(y);
	*out = op == '*' ? product(a, x, y) : signed_sum(a, x, y);
	out->whole = whole;
	return whole ? fits_int(*out) ? 0 : -1 : shorten(out);
}

int
onum_order(struct arena *a, struct onum x, struct onum y)
{
	int c;

	if (is_zero(x) || is_zero(y) || x.negative != y.negative) {
		int sx = is_zero(x) ? 0 : x.negative ? -1 : 1;
		int sy = is_zero(y) ? 0 : y.negative ? -1 : 1;

		return sx - sy;
	}
	/* by where the first digit stands, so that 1e400 needs no zeros */
	if ((long)x.n - x.scale != (long)y.n - y.scale) {
		c = (long)x.n - x.scale < (long)y.n - y.scale ? -1 : 1;
	} else {
		align(a, &x, &y);
		c = order_digits(x, y);
	}
	return x.negative ? -c : c;
}

int
onum_int(struct arena *a, struct onum x, int64_t *out)
{
	uint64_t u = 0;

	if (onum_settle(a, &x) != 0)
		return -1;
	for (; x.scale > 0; x.scale--, x.n--)
		if (x.digits[x.n - 1] != '0')
			return -1;
		else if (x.n == 1)
			break;
	x = strip(x);
	if (!fits_int(x))
		return -1;
	for (size_t i = 0; i < x.n; i++)
		u = u * 10 + (uint64_t)(x.digits[i] - '0');
	*out = (int64_t)(x.negative ? 0 - u : u);
	return 0;
}

struct str
onum_text(struct arena *a, struct onum x)
{
	size_t fill = x.scale >= (long)x.n ? (size_t)x.scale + 1 - x.n : 0;
	char *p = arena_alloc(a, x.n + fill + 2);
	size_t n = 0, point = x.n + fill - (size_t)x.scale;

	if (x.negative)
		p[n++] = '-';
	for (size_t i = 0; i < x.n + fill; i++) {
		if (i == point)
			p[n++] = '.';
		p[n++] = i < fill ? '0' : x.digits[i - fill];
	}
	return str_from(p, n);
}
