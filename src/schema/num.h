/*
 * What JSON Schema asks about number literals of any size, answered exactly.
 * A literal is a JSON number, already checked.
 */
#ifndef SCHEMA_NUM_H
#define SCHEMA_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* 1 when its value is whole: 1, 1.0, 1e2 and 15e-1 times ten. */
int num_whole(struct str literal);
int num_equal(struct str a, struct str b);
/* Equal values have equal hashes; seeded. */
uint64_t num_hash(struct str literal);

/*
 * A number that others are divided by: coef * 10^exp, coef not 0 and without
 * a 0 at its end.
 */
struct num_divisor {
	unsigned __int128 coef;
	int64_t exp;
};

/* -1 when it is not above 0 or has more than 37 digits. */
int num_divisor(struct str literal, struct num_divisor *d, struct err *e);
int num_multiple(struct str literal, const struct num_divisor *d);

/* A whole number of at least 0, SIZE_MAX when it is larger; else -1. */
int num_size(struct str literal, size_t *n);

#endif
