/*
 * Arenas: memory that is freed together.
 *
 * Three lifetimes exist: process (heap), compile (an arena per compile) and
 * batch (an arena per batch, reset, not freed).  What is not memory joins
 * through arena_defer.  An arena belongs to one thread.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block;
struct arena_call;

/* Embedded; zero-initialised is empty and valid. */
struct arena {
	char *next;
	char *end;
	struct arena_block *block;
	struct arena_block *spare; /* kept by reset: no more malloc */
	struct arena_call *calls;
	size_t used; /* bytes handed out since the last reset */
};

/* Never NULL; n bytes aligned for any type; not cleared. */
void *arena_slow(struct arena *a, size_t n);
/* Cleared. */
void *arena_zalloc(struct arena *a, size_t n);
/* count * size, cleared, overflow checked. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy, with a NUL behind it for the debugger's sake. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* fn(arg) runs at reset or fini, last deferred first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);
/* Forget everything, keep the blocks. */
void arena_reset(struct arena *a);
void arena_fini(struct arena *a);

#define ARENA_ALIGN 16

static inline void *
arena_alloc(struct arena *a, size_t n)
{
	size_t need = (n + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
	char *p = a->next;

	if (need < n || (size_t)(a->end - p) < need)
		return arena_slow(a, n);
	a->next = p + need;
	a->used += need;
	return p;
}

#define arena_new(a, type) ((type *)arena_zalloc((a), sizeof(type)))

#endif
