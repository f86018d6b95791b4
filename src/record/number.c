/*
 * Number literals compared and normalised as texts, whatever their size: the
 * digits of an exponent are as unlimited as any others.
 */
#include "record/number.h"

#include <assert.h>

#include "record/decimal.h"
#include "record/token.h"

/* Where two exponents are further apart than any two literals are long. */
#define FAR ((__int128)1 << 100)

int
num_parse(struct str s, struct num *n)
{
	const struct scan text = { .start = s.p, .end = s.p + s.n };
	const char *p = s.p, *end = s.p + s.n;
	size_t digits, last;
	struct value v;

	if (s.n == 0 || (*p != '-' && (unsigned char)(*p - '0') > 9) ||
	    token_number_rest(&text, p, &v, NULL) != end)
		return 0;
	*n = (struct num){ .negative = *p == '-' };
	p += n->negative;
	n->whole.p = p;
	p = token_digits(p, end);
	n->whole.n = (size_t)(p - n->whole.p);
	if (p < end && *p == '.') {
		n->fraction.p = ++p;
		p = token_digits(p, end);
		n->fraction.n = (size_t)(p - n->fraction.p);
	}
	if (p < end) {
		p++;
		n->exponent_negative = *p == '-';
		p += *p == '-' || *p == '+';
		while (p < end - 1 && *p == '0')
			p++;
		n->exponent = str_from(p, (size_t)(end - p));
	}
	digits = n->whole.n + n->fraction.n;
	while (n->first < digits && num_digit(n, 0) == 0)
		n->first++;
	n->point = (int64_t)n->whole.n - (int64_t)n->first;
	last = digits;
	while (last > n->first && num_digit(n, last - n->first - 1) == 0)
		last--;
	n->count = last - n->first;
	return 1;
}

int
num_exponent(const struct num *n, int64_t *e)
{
	int64_t x = 0;

	if (n->exponent.n > 18)
		return 0;
	for (size_t i = 0; i < n->exponent.n; i++)
		x = x * 10 + (n->exponent.p[i] - '0');
	*e = n->exponent_negative ? -x : x;
	return 1;
}

/* The digit of weight 10^i, with the sign. */
static int
weighed(const struct num *n, size_t i)
{
	int d;

	if (i >= n->exponent.n)
		return 0;
	d = n->exponent.p[n->exponent.n - 1 - i] - '0';
	return n->exponent_negative ? -d : d;
}

/*
 * The exponent of a less that of b; once it is beyond FAR the rest of the
 * digits cannot bring it back, and its sign is all that matters.
 */
static __int128
exponents_apart(const struct num *a, const struct num *b)
{
	size_t n = a->exponent.n > b->exponent.n ? a->exponent.n :
	    b->exponent.n;
	__int128 d = 0;

	while (n-- > 0) {
		d = d * 10 + (weighed(a, n) - weighed(b, n));
		if (d > FAR || d < -FAR)
			break;
	}
	return d;
}

int
num_cmp(struct str x, struct str y)
{
	struct num a, b;
	__int128 apart;
	int ok, larger;

	if (str_eq(x, y))
		return 0;
	ok = num_parse(x, &a) && num_parse(y, &b);
	assert(ok);
	(void)ok;
	if (a.count == 0 && b.count == 0)
		return 0;
	if (a.count == 0)
		return b.negative ? 1 : -1;
	if (b.count == 0 || a.negative != b.negative)
		return a.negative ? -1 : 1;
	larger = a.negative ? -1 : 1; /* what to say when |a| > |b| */
	apart = exponents_apart(&a, &b) + a.point - b.point;
	if (apart != 0)
		return apart > 0 ? larger : -larger;
	for (size_t i = 0; i < a.count && i < b.count; i++) {
		if (num_digit(&a, i) != num_digit(&b, i))
			return num_digit(&a, i) > num_digit(&b, i) ? larger :
			    -larger;
	}
	if (a.count == b.count)
		return 0;
	return a.count > b.count ? larger : -larger;
}

static void
put_digits(struct buf *out, const struct num *n, size_t from, size_t to)
{
	char *p = buf_room(out, to - from);

	for (size_t i = from; i < to; i++)
		*p++ = (char)('0' + num_digit(n, i));
	out->n += to - from;
}

static void
put_zeros(struct buf *out, size_t n)
{
	if (n == 0)
		return;
	memset(buf_room(out, n), '0', n);
	out->n += n;
}

/*
 * The exponent plus small as a decimal text; it has more than 18 digits, so
 * small, which is less than a text is long, cannot change its sign.
 */
static void
put_far_exponent(struct buf *out, const struct num *n, int64_t small)
{
	int64_t carry = n->exponent_negative ? -small : small;
	size_t start, zeros = 0;
	char *digits;

	if (n->exponent_negative)
		buf_putc(out, '-');
	start = out->n;
	buf_putc(out, '0'); /* for the carry out of the first digit */
	buf_puts(out, n->exponent);
	digits = out->p + start;
	for (size_t i = out->n - start; i-- > 0 && carry != 0;) {
		int64_t d = digits[i] - '0' + carry;
		int64_t r = (d % 10 + 10) % 10;

		digits[i] = (char)('0' + r);
		carry = (d - r) / 10;
	}
	while (digits[zeros] == '0')
		zeros++;
	memmove(digits, digits + zeros, out->n - start - zeros);
	out->n -= zeros;
}

/* Whole numbers as most are: canonical as they stand. */
static int
is_canon(struct str s)
{
	const char *p = s.p, *end = s.p + s.n;

	if (s.n > DEC_DIGITS || (*p == '-' && s.n > 1 && p[1] == '0'))
		return 0;
	p += *p == '-';
	return p < end && token_digits(p, end) == end;
}

void
num_canon(struct buf *out, struct str literal)
{
	int64_t point, e;
	struct num n;
	int ok, near;

	if (is_canon(literal)) {
		buf_puts(out, literal);
		return;
	}
	ok = num_parse(literal, &n);
	assert(ok);
	(void)ok;
	if (n.count == 0) {
		buf_putc(out, '0');
		return;
	}
	if (n.negative)
		buf_putc(out, '-');
	near = num_exponent(&n, &e);
	point = near ? n.point + e : 0;
	if (near && point > 0 && point <= DEC_DIGITS) {
		size_t whole = (size_t)point;

		put_digits(out, &n, 0, whole < n.count ? whole : n.count);
		if (whole >= n.count) {
			put_zeros(out, whole - n.count);
			return;
		}
		buf_putc(out, '.');
		put_digits(out, &n, whole, n.count);
	} else if (near && point <= 0 && point > -DEC_DIGITS) {
		buf_puts(out, STR("0."));
		put_zeros(out, (size_t)-point);
		put_digits(out, &n, 0, n.count);
	} else {
		put_digits(out, &n, 0, 1);
		if (n.count > 1) {
			buf_putc(out, '.');
			put_digits(out, &n, 1, n.count);
		}
		buf_putc(out, 'e');
		if (near)
			buf_printf(out, "%lld", (long long)(point - 1));
		else
			put_far_exponent(out, &n, n.point - 1);
	}
}
