/*
 * Unsigned 256-bit integers: what the product of two 38-digit numbers needs.
 * Internal to decimal.c.
 */
#ifndef RECORD_WIDE_H
#define RECORD_WIDE_H

#include <stdint.h>

__extension__ typedef unsigned __int128 u128; /* no struct: a number */

struct wide {
	u128 hi, lo;
};

static inline struct wide
wide_from(u128 lo)
{
	return (struct wide){ 0, lo };
}

static inline int
wide_cmp(struct wide a, struct wide b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

static inline struct wide
wide_add(struct wide a, struct wide b)
{
	u128 lo = a.lo + b.lo;

	return (struct wide){ a.hi + b.hi + (lo < a.lo), lo };
}

static inline struct wide
wide_sub(struct wide a, struct wide b)
{
	return (struct wide){ a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo };
}

/* Four products of 64-bit halves. */
static inline struct wide
wide_mul(u128 a, u128 b)
{
	u128 a0 = (uint64_t)a, a1 = a >> 64, b0 = (uint64_t)b, b1 = b >> 64;
	u128 low = a0 * b0, mid = a1 * b0 + (low >> 64), mid2;

	mid2 = a0 * b1 + (uint64_t)mid;
	return (struct wide){ a1 * b1 + (mid >> 64) + (mid2 >> 64),
		mid2 << 64 | (uint64_t)low };
}

/* Long division, a bit at a time; d is not 0. */
static inline struct wide
wide_div(struct wide n, struct wide d, struct wide *rest)
{
	struct wide q = { 0, 0 }, r = { 0, 0 };

	if (n.hi == 0 && d.hi == 0) {
		*rest = wide_from(n.lo % d.lo);
		return wide_from(n.lo / d.lo);
	}
	for (int i = 255; i >= 0; i--) {
		u128 bit = i >= 128 ? n.hi >> (i - 128) & 1 : n.lo >> i & 1;

		/* r < d <= 10^76 < 2^255, so nothing is shifted out */
		r = (struct wide){ r.hi << 1 | r.lo >> 127, r.lo << 1 | bit };
		q = (struct wide){ q.hi << 1 | q.lo >> 127, q.lo << 1 };
		if (wide_cmp(r, d) >= 0) {
			r = wide_sub(r, d);
			q.lo |= 1;
		}
	}
	*rest = r;
	return q;
}

#endif
