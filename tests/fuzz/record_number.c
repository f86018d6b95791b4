/*
 * Two texts with a blank between them: what is a number literal, its order,
 * its canonical form and decimal arithmetic agree with each other.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "record/decimal.h"
#include "record/number.h"
#include "record/scan.h"

const char *const fuzz_words[] = { "0", "1", "9", "00", "99999999999999999999",
	"99999999999999999999999999999999999999", ".", ".0", "e", "E", "e+",
	"e-", "e-38", "e38", "e400", "-", " ", "e99999999999999999999",
	"10e99999999999999999998", "0.1e1000000000000000000", NULL };

static struct str
formatted(struct dec d, char out[DEC_TEXT_MAX])
{
	return str_from(out, dec_format(d, out));
}

static void
check_canon(struct str s)
{
	struct buf b = { 0 }, again = { 0 };

	num_canon(&b, s);
	HOLDS(num_cmp(buf_str(&b), s) == 0, "%.*s and %.*s", STR_ARG(s),
	    STR_ARG(b));
	num_canon(&again, buf_str(&b));
	HOLDS(str_eq(buf_str(&b), buf_str(&again)), "%.*s", STR_ARG(b));
	buf_fini(&b);
	buf_fini(&again);
}

/* 1 when s is a decimal; what is refused is refused for a reason. */
static int
check_one(struct str s, struct dec *d)
{
	char copy[5000], text[DEC_TEXT_MAX];
	struct str padded = str_from(copy, s.n);
	struct err e;
	struct num n;
	int is;

	memset(copy, '1', sizeof(copy));
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	is = num_parse(s, &n);
	/* the scanner's own, faster path must say the same */
	HOLDS(is == (s.n > 0 && strchr("-0123456789", s.p[0]) != NULL &&
	    strchr("0123456789", s.p[s.n - 1]) != NULL &&
	    scan_check(padded, NULL, &e) == 0), "%.*s", STR_ARG(s));
	if (dec_parse(s, d, &e) != 0) {
		HOLDS(is == (strstr(e.text, "overflow") != NULL), "%s",
		    e.text);
		return 0;
	}
	HOLDS(is, "%.*s", STR_ARG(s));
	HOLDS(num_cmp(formatted(*d, text), s) == 0, "%.*s", STR_ARG(s));
	HOLDS(d->scale >= 0 && d->scale <= DEC_DIGITS, "%d", (int)d->scale);
	return 1;
}

static void
check_two(struct dec a, struct dec b)
{
	char x[DEC_TEXT_MAX], y[DEC_TEXT_MAX];
	struct dec r, q, back;
	struct err e;

	HOLDS(dec_cmp(a, b) == num_cmp(formatted(a, x), formatted(b, y)),
	    "cmp");
	if (dec_add(a, b, &r, &e) == 0) {
		HOLDS(dec_sub(r, b, &back, &e) == 0 && dec_cmp(back, a) == 0,
		    "a + b - b");
		HOLDS(dec_cmp(r, a) == dec_cmp(b, dec_int(0)), "a + b > a");
	}
	if (dec_mul(a, b, &r, &e) == 0 && b.coef != 0) {
		HOLDS(dec_div(r, b, a.scale, ROUND_DOWN, &back, &e) == 0 &&
		    dec_cmp(back, a) == 0, "a * b / b");
	}
	if (b.coef != 0 && dec_mod(a, b, &r, &e) == 0 &&
	    dec_div(a, b, 0, ROUND_DOWN, &q, &e) == 0 &&
	    dec_mul(q, b, &q, &e) == 0 && dec_add(q, r, &q, &e) == 0)
		HOLDS(dec_cmp(q, a) == 0, "a / b * b + a %% b");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *blank = size > 0 ? memchr(data, ' ', size) : NULL;
	size_t n = blank != NULL ? (size_t)(blank - data) : size;
	/* memory of exactly their size: literals need no pad */
	char *p = malloc(n + 1), *q = malloc(size - n + 1);
	struct str a = { p, n }, b = { q, 0 };
	struct dec x, y;
	struct num num;
	int both;

	if (p == NULL || q == NULL)
		abort();
	p = realloc(p, n + (n == 0));
	a.p = p;
	if (n > 0)
		memcpy(p, data, n);
	if (blank != NULL) {
		b.n = size - n - 1;
		if (b.n > 0)
			memcpy(q, blank + 1, b.n);
	}
	if (size <= 4096) {
		both = check_one(a, &x);
		both &= check_one(b, &y);
		if (both)
			check_two(x, y);
		if (num_parse(a, &num))
			check_canon(a);
		if (num_parse(b, &num))
			check_canon(b);
		if (num_parse(a, &num) && num_parse(b, &num))
			HOLDS(num_cmp(a, b) == -num_cmp(b, a), "order");
	}
	free(p);
	free(q);
	return 0;
}
