/*
 * What JSON Schema asks about number literals of any size, answered exactly.
 * A literal is a JSON number, already checked.
 */
#ifndef SCHEMA_LITERAL_H
#define SCHEMA_LITERAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* 1 when its value is whole: 1, 1.0, 1e2 and 15e-1 times ten. */
int literal_whole(struct str literal);
int literal_equal(struct str a, struct str b);
/* Equal values have equal hashes; seeded. */
uint64_t literal_hash(struct str literal);

/*
 * A number that others are divided by: coef * 10^exp, coef not 0 and without
 * a 0 at its end.
 */
struct divisor {
	unsigned __int128 coef;
	int64_t exp;
};

/* -1 when it is not above 0 or has more than 37 digits. */
int literal_divisor(struct str literal, struct divisor *d, struct err *e);
int literal_multiple(struct str literal, const struct divisor *d);

/* A whole number of at least 0, SIZE_MAX when it is larger; else -1. */
int literal_size(struct str literal, size_t *n);

#endif
