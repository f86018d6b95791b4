/* Decimals are exact; a slow reference that works on digits agrees. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "record.h"
#include "record/decimal.h"
#include "record/number.h"

#define NINES19 "9999999999999999999"
#define MAX38 NINES19 NINES19

static const char *
text(struct dec d)
{
	static char out[4][DEC_TEXT_MAX + 1];
	static int turn;
	char *p = out[turn = (turn + 1) % 4];

	p[dec_format(d, p)] = '\0';
	return p;
}

static struct dec
dec(const char *z)
{
	struct dec d = { 0, 0 };
	struct err e;

	cr_assert_eq(dec_parse(str_z(z), &d, &e), 0, "%s: %s", z, e.text);
	return d;
}

Test(decimal, parses_and_formats)
{
	static const struct {
		const char *in, *out; /* out NULL: the same */
	} cases[] = {
	    { "0", NULL }, { "-0", "0" }, { "0.00", NULL }, { "-0.0", "0.0" },
	    { "19.99", NULL }, { "0.10", NULL }, { "-1.50", NULL },
	    { "9007199254740993", NULL },
	    { "12345678901234567890.12", NULL },
	    { "9223372036854775807", NULL }, { "9223372036854775808", NULL },
	    { "18446744073709551616", NULL },
	    { "999999999999999999", NULL }, { "1000000000000000000", NULL },
	    { "0.000000000000000001", NULL }, { "0.0000000000000000001", NULL },
	    { "1e3", "1000" }, { "1.5E+2", "150" }, { "1.50e1", "15.0" },
	    { "1e-3", "0.001" }, { "12.5e-1", "1.25" }, { "0e999", "0" },
	    { "0e-5", "0.00000" }, { "0e99999999999999999999999", "0" },
	    { "0.0e-9999999", "0.00000000000000000000000000000000000000" },
	    { MAX38, NULL }, { "-" MAX38, NULL },
	    { "0." MAX38, NULL }, { "-0." MAX38, NULL },
	    { "1e37", "10000000000000000000000000000000000000" },
	    { "1e-38", "0.00000000000000000000000000000000000001" },
	    { "1.00000000000000000000000000000000000000000000000000",
	      "1.0000000000000000000000000000000000000" },
	    { "10000000000000000000000000000000000000000000000000e-12",
	      "10000000000000000000000000000000000000" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_expect_str_eq(text(dec(cases[i].in)),
		    cases[i].out ? cases[i].out : cases[i].in, "%s",
		    cases[i].in);
}

Test(decimal, refuses)
{
	static const char *const bad[] = {
	    "", "-", "+1", "01", "-01", "00", "1.", ".5", "1e", "1e+", "a",
	    "1a", " 1", "1 ", "1.2.3", "0x1", "--1", "1,5", "1_0", "NaN",
	    "1e1.5",
	};
	static const char *const big[] = {
	    "1" MAX38, "1e38", "-1e38", "1e-39", MAX38 "0", MAX38 ".1",
	    "1e400", "1e-400", "1e99999999999999999999", "0." MAX38 "1",
	    "1e9223372036854775807", "1e-9223372036854775808",
	    "1e999999999999999999", "1e-999999999999999999",
	};
	struct dec d;
	struct err e;

	for (size_t i = 0; i < COUNT(bad); i++) {
		cr_expect_eq(dec_parse(str_z(bad[i]), &d, &e), -1, "%s",
		    bad[i]);
		cr_expect(strstr(e.text, "is not a number") != NULL);
	}
	for (size_t i = 0; i < COUNT(big); i++) {
		cr_expect_eq(dec_parse(str_z(big[i]), &d, &e), -1, "%s",
		    big[i]);
		cr_expect_str_eq(e.text, "decimal overflow: the exact result "
		    "has more than 38 digits");
	}
}

Test(decimal, operations)
{
	static const struct {
		const char *a;
		char op;
		const char *b, *r; /* NULL: overflow or error */
	} cases[] = {
	    { "1.50", '+', "1.50", "3.00" }, { "0.1", '+', "0.2", "0.3" },
	    { "1", '-', "1.00", "0.00" }, { MAX38, '+', "0", MAX38 },
	    { MAX38, '+', "1", NULL }, { MAX38, '+', "0.1", NULL },
	    { "-" MAX38, '-', "1", NULL }, { MAX38, '-', MAX38, "0" },
	    { "0." MAX38, '+', "0.00000000000000000000000000000000000001",
	      "1.0000000000000000000000000000000000000" },
	    /* the terms aligned need 39 digits, the sum does not */
	    { "10", '-', "0.0000000000000000000000000000000000001",
	      "9.9999999999999999999999999999999999999" },
	    { "5", '*', "-0.2", "-1.0" },
	    { "9999999999999999999", '*', "9999999999999999999",
	      "99999999999999999980000000000000000001" },
	    { "1e19", '*', "1e19", NULL }, { "1e18", '*', "1e19",
	      "10000000000000000000000000000000000000" },
	    { "1e-19", '*', "1e-19",
	      "0.00000000000000000000000000000000000001" },
	    { "1e-19", '*', "1e-20", NULL },
	    /* 38 digits behind the point suffice when the zeros go */
	    { "5e-20", '*', "2e-19", "0.00000000000000000000000000000000"
	      "000001" },
	    { "0e-38", '*', "0e-38",
	      "0.00000000000000000000000000000000000000" },
	    { "7", '%', "3", "1" }, { "-7", '%', "3", "-1" },
	    { "7", '%', "-3", "1" }, { "7.5", '%', "0.4", "0.3" },
	    { "1", '%', "0.00", NULL }, { MAX38, '%', "0.7", "0.3" },
	    { "1e37", '%', "3e-38", "0.00000000000000000000000000000000000"
	      "001" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dec a = dec(cases[i].a), b = dec(cases[i].b), r;
		struct err e;
		int ok;

		switch (cases[i].op) {
		case '+': ok = dec_add(a, b, &r, &e); break;
		case '-': ok = dec_sub(a, b, &r, &e); break;
		case '*': ok = dec_mul(a, b, &r, &e); break;
		default: ok = dec_mod(a, b, &r, &e); break;
		}
		cr_expect_eq(ok, cases[i].r ? 0 : -1, "%s %c %s", cases[i].a,
		    cases[i].op, cases[i].b);
		if (ok == 0 && cases[i].r)
			cr_expect_str_eq(text(r), cases[i].r, "%s %c %s = %s",
			    cases[i].a, cases[i].op, cases[i].b, text(r));
	}
}

/* Every mode at 5.5 2.5 1.6 1.1 1.0 and their negatives, as in Java's docs. */
Test(decimal, rounds)
{
	static const char *const in[] = {
	    "5.5", "2.5", "1.6", "1.1", "1.0", "-1.0", "-1.1", "-1.6", "-2.5",
	    "-5.5",
	};
	static const int out[][COUNT(in)] = {
	    [ROUND_HALF_EVEN] = { 6, 2, 2, 1, 1, -1, -1, -2, -2, -6 },
	    [ROUND_HALF_UP] = { 6, 3, 2, 1, 1, -1, -1, -2, -3, -6 },
	    [ROUND_DOWN] = { 5, 2, 1, 1, 1, -1, -1, -1, -2, -5 },
	    [ROUND_UP] = { 6, 3, 2, 2, 1, -1, -2, -2, -3, -6 },
	    [ROUND_FLOOR] = { 5, 2, 1, 1, 1, -1, -2, -2, -3, -6 },
	    [ROUND_CEILING] = { 6, 3, 2, 2, 1, -1, -1, -1, -2, -5 },
	};
	struct dec r;
	struct err e;

	for (size_t how = 0; how < COUNT(out); how++) {
		for (size_t i = 0; i < COUNT(in); i++) {
			cr_assert_eq(dec_rescale(dec(in[i]), 0,
			    (enum dec_round)how, &r, &e), 0);
			cr_expect_eq(dec_cmp(r, dec_int(out[how][i])), 0,
			    "mode %zu: %s -> %s", how, in[i], text(r));
			/* the same by division */
			cr_assert_eq(dec_div(dec(in[i]), dec_int(1), 0,
			    (enum dec_round)how, &r, &e), 0);
			cr_expect_eq(dec_cmp(r, dec_int(out[how][i])), 0);
		}
	}
}

Test(decimal, limits)
{
	struct dec r;
	struct err e;
	int64_t i;

	cr_assert_eq(dec_to_int(dec("9223372036854775807"), &i, &e), 0);
	cr_assert_eq(i, INT64_MAX);
	cr_assert_eq(dec_to_int(dec("-9223372036854775808"), &i, &e), 0);
	cr_assert_eq(i, INT64_MIN);
	cr_assert_eq(dec_to_int(dec("-7.000"), &i, &e), 0);
	cr_assert_eq(i, -7);
	cr_assert_eq(dec_to_int(dec("9223372036854775808"), &i, &e), -1);
	cr_assert_str_eq(e.text,
	    "9223372036854775808 does not fit an int of 64 bits");
	cr_assert_eq(dec_to_int(dec("1.50"), &i, &e), -1);
	cr_assert_str_eq(e.text, "1.5 has a fraction, round it first");
	cr_assert_str_eq(text(dec_int(INT64_MIN)), "-9223372036854775808");

	cr_assert_eq(dec_div(dec_int(1), dec_int(3), 38, ROUND_DOWN, &r, &e),
	    0);
	cr_assert_str_eq(text(r), "0.33333333333333333333333333333333333333");
	cr_assert_eq(dec_div(dec_int(1), dec_int(3), 39, ROUND_DOWN, &r, &e),
	    -1);
	cr_assert_str_eq(e.text, "a scale of 39 is not within 0 and 38");
	cr_assert_eq(dec_div(dec_int(1), dec_int(3), -1, ROUND_DOWN, &r, &e),
	    -1);
	cr_assert_eq(dec_div(dec_int(1), dec("0.0"), 2, ROUND_DOWN, &r, &e),
	    -1);
	cr_assert_str_eq(e.text, "division by zero");
	cr_assert_eq(dec_rescale(dec_int(1), 37, ROUND_DOWN, &r, &e), 0);
	cr_assert_eq(dec_rescale(dec_int(1), 38, ROUND_DOWN, &r, &e), -1);
	cr_assert_eq(dec_rescale(dec("0"), 38, ROUND_DOWN, &r, &e), 0);
	cr_assert_eq(dec_rescale(dec(MAX38), 0, ROUND_UP, &r, &e), 0);
	cr_assert_eq(dec_rescale(dec(NINES19 "." NINES19), 0, ROUND_UP, &r,
	    &e), 0);
	cr_assert_str_eq(text(r), "10000000000000000000");

	cr_assert_eq(dec_shift(dec("12.34"), 1, &r, &e), 0);
	cr_assert_str_eq(text(r), "123.4");
	cr_assert_eq(dec_shift(dec("12.34"), 5, &r, &e), 0);
	cr_assert_str_eq(text(r), "1234000");
	cr_assert_eq(dec_shift(dec("1999"), -2, &r, &e), 0);
	cr_assert_str_eq(text(r), "19.99");
	cr_assert_eq(dec_shift(dec_int(1), 37, &r, &e), 0);
	cr_assert_eq(dec_shift(dec_int(1), 38, &r, &e), -1);
	cr_assert_eq(dec_shift(dec_int(1), -38, &r, &e), 0);
	cr_assert_eq(dec_shift(dec_int(1), -39, &r, &e), -1);
	cr_assert_eq(dec_shift(dec_int(10), -39, &r, &e), 0);
	cr_assert_eq(dec_shift(dec_int(0), INT32_MIN, &r, &e), 0);
	cr_assert_eq(dec_shift(dec_int(0), INT32_MAX, &r, &e), 0);
	cr_assert_eq(dec_shift(dec_int(1), INT32_MIN, &r, &e), -1);
	cr_assert_eq(dec_shift(dec_int(1), INT32_MAX, &r, &e), -1);
	cr_assert_str_eq(text(dec_normal(dec("1.500"))), "1.5");
	cr_assert_str_eq(text(dec_normal(dec("0.000"))), "0");
	cr_assert_str_eq(text(dec_normal(dec("100"))), "100");
}

/*
 * The reference: whole numbers as rows of digits, lowest first, and nothing
 * but addition, subtraction and comparison digit by digit.
 */
#define BIG 320

struct big {
	int negative;
	signed char d[BIG];
};

static int
big_cmp(const struct big *a, const struct big *b)
{
	for (int i = BIG - 1; i >= 0; i--) {
		if (a->d[i] != b->d[i])
			return a->d[i] < b->d[i] ? -1 : 1;
	}
	return 0;
}

/* a += sign * b, magnitudes; a must not go below zero. */
static void
big_step(struct big *a, const struct big *b, int sign)
{
	int carry = 0;

	for (int i = 0; i < BIG; i++) {
		int d = a->d[i] + sign * b->d[i] + carry;

		carry = d < 0 ? -1 : d > 9 ? 1 : 0;
		a->d[i] = (signed char)(d - 10 * carry);
	}
	cr_assert_eq(carry, 0);
}

static void
big_up(struct big *a, int by)
{
	for (; by > 0; by--) {
		cr_assert_eq(a->d[BIG - 1], 0);
		memmove(a->d + 1, a->d, BIG - 1);
		a->d[0] = 0;
	}
}

static int
big_zero(const struct big *a)
{
	static const struct big zero;

	return big_cmp(a, &zero) == 0;
}

static struct big
big_from(struct dec d, int scale)
{
	struct big b = { .negative = d.coef < 0 };
	unsigned __int128 m = d.coef < 0 ? -(unsigned __int128)d.coef :
	    (unsigned __int128)d.coef;

	for (int i = 0; m > 0; m /= 10)
		b.d[i++] = (signed char)(m % 10);
	big_up(&b, scale - d.scale);
	return b;
}

static struct big
big_sum(struct big a, struct big b)
{
	if (a.negative == b.negative) {
		big_step(&a, &b, 1);
		return a;
	}
	if (big_cmp(&a, &b) >= 0) {
		big_step(&a, &b, -1);
		return a;
	}
	big_step(&b, &a, -1);
	return b;
}

static struct big
big_product(struct big a, struct big b)
{
	struct big r = { .negative = a.negative != b.negative };

	for (int i = BIG - 1; i >= 0; i--) {
		if (!big_zero(&r))
			big_up(&r, 1);
		for (int k = 0; k < b.d[i]; k++)
			big_step(&r, &a, 1);
	}
	return r;
}

/* Towards zero; *rest has the sign of a. */
static struct big
big_quotient(struct big a, struct big b, struct big *rest)
{
	struct big q = { .negative = a.negative != b.negative };

	*rest = (struct big){ .negative = a.negative };
	for (int i = BIG - 1; i >= 0; i--) {
		big_up(rest, 1);
		rest->d[0] = a.d[i];
		while (big_cmp(rest, &b) >= 0) {
			big_step(rest, &b, -1);
			q.d[i]++;
		}
	}
	return q;
}

/* What got says must be what the reference has, or neither fits 38 digits. */
static void
agree(int got, struct dec r, struct big want, int scale, const char *what)
{
	struct big b;

	while (scale > 0 && want.d[0] == 0) {
		memmove(want.d, want.d + 1, BIG - 1);
		want.d[BIG - 1] = 0;
		scale--;
	}
	for (int i = DEC_DIGITS; i < BIG; i++) {
		if (want.d[i] != 0)
			scale = 99;
	}
	if (scale > DEC_DIGITS) {
		cr_assert_eq(got, -1, "%s: %s", what, text(r));
		return;
	}
	cr_assert_eq(got, 0, "%s refused", what);
	cr_assert(r.scale >= scale && r.scale <= DEC_DIGITS);
	big_up(&want, r.scale - scale);
	b = big_from(r, r.scale);
	cr_assert_eq(big_cmp(&b, &want), 0, "%s = %s", what, text(r));
	cr_assert(big_zero(&b) || b.negative == want.negative);
}

static struct dec
random_dec(uint64_t *seed)
{
	int digits = (int)(draw(seed) % (DEC_DIGITS + 1));
	int zeros = draw(seed) % 2 ? (int)(draw(seed) % 38) : 0;
	struct dec d = { 0, (int32_t)(draw(seed) % (DEC_DIGITS + 1)) };

	for (int i = 0; i < digits; i++)
		d.coef = d.coef * 10 +
		    (i < digits - zeros ? (int)(draw(seed) >> 60) % 10 : 0);
	if (draw(seed) % 8 == 0)
		for (d.coef = 0; digits > 0; digits--)
			d.coef = d.coef * 10 + 9;
	if (draw(seed) % 2)
		d.coef = -d.coef;
	return d;
}

Test(decimal, agrees_with_digits, .timeout = 60)
{
	uint64_t seed = 20261123;
	struct err e;

	for (int n = 0; n < 3000; n++) {
		struct dec a = random_dec(&seed), b = random_dec(&seed), r;
		int s = a.scale > b.scale ? a.scale : b.scale, t, up, ok;
		struct big x = big_from(a, s), y = big_from(b, s), q, rest, c;
		enum dec_round how = (enum dec_round)(draw(&seed) % 6);
		char what[200];

		snprintf(what, sizeof(what), "%s and %s", text(a), text(b));
		agree(dec_add(a, b, &r, &e), r, big_sum(x, y), s, what);
		y.negative = !y.negative;
		agree(dec_sub(a, b, &r, &e), r, big_sum(x, y), s, what);
		q = big_sum(x, y);
		cr_assert_eq(dec_cmp(a, b),
		    big_zero(&q) ? 0 : q.negative ? -1 : 1, "%s", what);
		y.negative = !y.negative;
		agree(dec_mul(a, b, &r, &e), r,
		    big_product(big_from(a, a.scale), big_from(b, b.scale)),
		    a.scale + b.scale, what);
		if (b.coef == 0)
			continue;
		big_quotient(x, y, &rest);
		agree(dec_mod(a, b, &r, &e), r, rest, s, what);

		t = (int)(draw(&seed) % (DEC_DIGITS + 1));
		c = x;
		big_up(&c, t);
		q = big_quotient(c, y, &rest);
		c = rest;
		big_step(&c, &rest, 1);
		up = big_zero(&rest) ? 0 : how == ROUND_UP ? 1 :
		    how == ROUND_DOWN ? 0 :
		    how == ROUND_FLOOR ? q.negative :
		    how == ROUND_CEILING ? !q.negative :
		    big_cmp(&c, &y) > 0 || (big_cmp(&c, &y) == 0 &&
		    (how == ROUND_HALF_UP || q.d[0] % 2));
		if (up)
			big_step(&q, &(struct big){ .d = { 1 } }, 1);
		ok = dec_div(a, b, t, how, &r, &e);
		for (int i = DEC_DIGITS; i < BIG; i++) {
			if (q.d[i] != 0)
				t = -1;
		}
		cr_assert_eq(ok, t < 0 ? -1 : 0, "%s", what);
		if (ok != 0)
			continue;
		cr_assert_eq(r.scale, t);
		agree(0, r, q, t, what);
	}
}

/* A literal written out in digits: 10^100 times its value. */
static struct big
expand(const char *z)
{
	struct big b = { .negative = *z == '-' };
	int scale = 100;

	z += *z == '-';
	for (int behind = 0; *z != '\0' && *z != 'e'; z++) {
		if (*z == '.') {
			behind = 1;
			continue;
		}
		big_up(&b, 1);
		b.d[0] = (signed char)(*z - '0');
		scale -= behind;
	}
	if (*z == 'e')
		scale += (int)strtol(z + 1, NULL, 10);
	big_up(&b, scale);
	return b;
}

static void
random_literal(uint64_t *seed, char *out, size_t size)
{
	static const char *const whole[] = { "0", "1", "10", "9", "12", "99",
		"100", "999999999999999999999999", "1000000000000000000000" };
	static const char *const fraction[] = { "", ".0", ".5", ".50", ".05",
		".000", ".9999999999999999999999999", ".10" };
	static const char *const exponent[] = { "", "e0", "e1", "e-1", "e-2",
		"e+2", "e20", "e-21", "e037", "e-40", "e39" };

	snprintf(out, size, "%s%s%s%s", draw(seed) % 3 ? "" : "-",
	    whole[draw(seed) % COUNT(whole)],
	    fraction[draw(seed) % COUNT(fraction)],
	    exponent[draw(seed) % COUNT(exponent)]);
}

/* num_cmp against digits; equal numbers, and no others, have one canon. */
Test(number, compares_exactly)
{
	uint64_t seed = 7;
	struct buf p = { 0 }, q = { 0 };

	for (int n = 0; n < 30000; n++) {
		char x[100], y[100];
		struct big a, b;
		int want;

		random_literal(&seed, x, sizeof(x));
		random_literal(&seed, y, sizeof(y));
		a = expand(x);
		b = expand(y);
		b.negative = !b.negative;
		a = big_sum(a, b);
		want = big_zero(&a) ? 0 : a.negative ? -1 : 1;
		cr_assert_eq(num_cmp(str_z(x), str_z(y)), want, "%s and %s", x,
		    y);
		cr_assert_eq(num_cmp(str_z(y), str_z(x)), -want);
		buf_reset(&p);
		buf_reset(&q);
		num_canon(&p, str_z(x));
		num_canon(&q, str_z(y));
		cr_assert_eq(str_eq(buf_str(&p), buf_str(&q)), want == 0);
		cr_assert_eq(num_cmp(buf_str(&p), str_z(x)), 0);
	}
	buf_fini(&p);
	buf_fini(&q);
}

Test(number, canon)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    { "0", "0" }, { "-0", "0" }, { "0.000e5", "0" }, { "-0e-9", "0" },
	    { "1.50", "1.5" }, { "1e2", "100" }, { "-1.0", "-1" },
	    { "0.10", "0.1" }, { "1200e-2", "12" }, { "1234.5e1", "12345" },
	    { "1e37", "10000000000000000000000000000000000000" },
	    { "1e38", "1e38" }, { "1e400", "1e400" }, { "10e399", "1e400" },
	    { "123e400", "1.23e402" },
	    { "1e-38", "0.00000000000000000000000000000000000001" },
	    { "1e-39", "1e-39" }, { "-25e-50", "-2.5e-49" },
	    { "1e999999999999999999999999", "1e999999999999999999999999" },
	    { "10e999999999999999999999999", "1e1000000000000000000000000" },
	    { "0.1e1000000000000000000000000", "1e999999999999999999999999" },
	    { "0.1e-999999999999999999999999",
	      "1e-1000000000000000000000000" },
	    { "10e-1000000000000000000000000",
	      "1e-999999999999999999999999" },
	    { "1e-00000000000000000000000000002", "0.01" },
	    { "1e999999999999999999", "1e999999999999999999" },
	    { "10e999999999999999999", "1e1000000000000000000" },
	    { "1e1000000000000000000", "1e1000000000000000000" },
	    { "0.1e1000000000000000000", "1e999999999999999999" },
	    { "1e-1000000000000000000", "1e-1000000000000000000" },
	    { "0.1e-999999999999999999", "1e-1000000000000000000" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&b);
		num_canon(&b, str_z(cases[i].in));
		cr_expect(str_eq(buf_str(&b), str_z(cases[i].out)),
		    "%s -> %.*s", cases[i].in, STR_ARG(b));
		cr_expect_eq(num_cmp(str_z(cases[i].in),
		    str_z(cases[i].out)), 0, "%s", cases[i].in);
		for (size_t j = 0; j < COUNT(cases); j++)
			cr_expect_eq(num_cmp(str_z(cases[i].in),
			    str_z(cases[j].in)) == 0,
			    strcmp(cases[i].out, cases[j].out) == 0,
			    "%s and %s", cases[i].in, cases[j].in);
	}
	buf_fini(&b);
}

/* Beyond any machine number: neighbours differ, the order is total. */
Test(number, order_of_giants)
{
	static const char *const up[] = {
	    "-1e99999999999999999999999", "-1e400", "-10.5", "-10",
	    "-1e-99999999999999999999999", "0",
	    "1e-99999999999999999999999", "1.1e-99999999999999999999999",
	    "1e-400", "9007199254740992", "9007199254740993",
	    "9007199254740993.0000000000000000000000000000000000000001",
	    "1e400", "1.000000000000000000000000000000000000000000001e400",
	    "1e401", "1e99999999999999999999998", "1e99999999999999999999999",
	    "1e100000000000000000000000",
	};

	for (size_t i = 0; i < COUNT(up); i++) {
		for (size_t j = 0; j < COUNT(up); j++)
			cr_expect_eq(num_cmp(str_z(up[i]), str_z(up[j])),
			    i < j ? -1 : i > j, "%s and %s", up[i], up[j]);
	}
}
