/*
 * Sizes add and multiply here and nowhere else: an overflow ends the
 * process instead of making a small allocation.
 */
#ifndef BASE_SIZE_H
#define BASE_SIZE_H

#include <stddef.h>

#include "base/err.h"

static inline size_t
size_add(size_t a, size_t b)
{
	size_t c;

	if (__builtin_add_overflow(a, b, &c))
		fatal("size overflow: %zu + %zu", a, b);
	return c;
}

static inline size_t
size_mul(size_t a, size_t b)
{
	size_t c;

	if (__builtin_mul_overflow(a, b, &c))
		fatal("size overflow: %zu * %zu", a, b);
	return c;
}

#endif
