/*
 * JSON number literals taken apart, without converting them.  Internal to
 * record/.
 */
#ifndef RECORD_NUMBER_H
#define RECORD_NUMBER_H

#include <stdint.h>

#include "base/str.h"

/*
 * value = 0.DDD * 10^(point + exponent), where DDD are the digits number
 * first to last of whole and fraction in a row; the first and the last are
 * not zero.  A zero has no digits: count is 0.
 */
struct num {
	struct str whole, fraction, exponent; /* digits only */
	size_t first, count;
	int64_t point;
	int negative, exponent_negative;
};

/* 1 and *n when s is a JSON number literal and nothing else, or 0. */
int num_parse(struct str s, struct num *n);
/* 1 and *e when the exponent is less than 10^18 either way, or 0. */
int num_exponent(const struct num *n, int64_t *e);

static inline int
num_digit(const struct num *n, size_t i)
{
	i += n->first;
	return i < n->whole.n ? n->whole.p[i] - '0' :
	    n->fraction.p[i - n->whole.n] - '0';
}

/*
 * Append the canonical literal: the same bytes for numbers that num_cmp
 * calls equal.  Plain notation where a struct dec can hold the magnitude,
 * else d.ddde+-n.
 */
void num_canon(struct buf *out, struct str literal);

#endif
