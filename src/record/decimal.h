/*
 * Exact decimals: up to 38 digits, value = coef * 10^-scale.
 *
 * No float anywhere.  What needs more than 38 digits is an error (overflow),
 * never a rounding.  Negative scales are normalised away (1e3 is 1000).
 */
#ifndef RECORD_DECIMAL_H
#define RECORD_DECIMAL_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define DEC_DIGITS 38

struct dec {
	__int128 coef;
	int32_t scale; /* 0 .. DEC_DIGITS */
};

enum dec_round {
	ROUND_HALF_EVEN,
	ROUND_HALF_UP, /* away from zero */
	ROUND_DOWN,    /* towards zero */
	ROUND_UP,      /* away from zero */
	ROUND_FLOOR,
	ROUND_CEILING,
};

struct dec dec_int(int64_t i);
/*
 * A JSON number literal and nothing else: no blanks, no plus, no leading
 * zeros.  It keeps the zeros it was written with as far as they fit.  All
 * errors here are ERR_DATA.
 */
int dec_parse(struct str literal, struct dec *d, struct err *e);
/* 0, or -1 when it has a fraction or does not fit int64. */
int dec_to_int(struct dec d, int64_t *i, struct err *e);
int dec_add(struct dec a, struct dec b, struct dec *r, struct err *e);
int dec_sub(struct dec a, struct dec b, struct dec *r, struct err *e);
int dec_mul(struct dec a, struct dec b, struct dec *r, struct err *e);
/* To exactly scale digits behind the point, 0 .. DEC_DIGITS. */
int dec_div(struct dec a, struct dec b, int scale, enum dec_round how,
    struct dec *r, struct err *e);
/* a less b times the quotient cut towards zero: it has the sign of a. */
int dec_mod(struct dec a, struct dec b, struct dec *r, struct err *e);
/* To exactly scale digits behind the point. */
int dec_rescale(struct dec a, int scale, enum dec_round how, struct dec *r,
    struct err *e);
/* Move the point: a * 10^by. */
int dec_shift(struct dec a, int by, struct dec *r, struct err *e);
int dec_cmp(struct dec a, struct dec b);
/* No trailing zeros behind the point. */
struct dec dec_normal(struct dec a);
/* Plain notation with all scale digits; 0 <= bytes written <= 42. */
#define DEC_TEXT_MAX 42
size_t dec_format(struct dec a, char out[DEC_TEXT_MAX]);

/*
 * Order of two JSON number literals of any size (1e400, 400 digits): exact,
 * without converting them.
 */
int num_cmp(struct str a, struct str b);

#endif
