/*
 * Arenas.  Blocks double from ARENA_FIRST to ARENA_BLOCK; a request larger
 * than a block gets one of its own.  In a hostile build each allocation gets
 * a block of its own, so that ASan sees every overrun.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/size.h"

#ifdef HOSTILE
#define ARENA_FIRST ((size_t)16)
#define ARENA_BLOCK ((size_t)16)
#else
#define ARENA_FIRST ((size_t)4096)
#define ARENA_BLOCK ((size_t)1 << 18)
#endif

struct arena_block {
	struct arena_block *prev;
	size_t size;
	alignas(ARENA_ALIGN) char data[];
};

struct arena_call {
	struct arena_call *prev;
	void (*fn)(void *);
	void *arg;
};

static void
push(struct arena *a, struct arena_block *b)
{
	b->prev = a->block;
	a->block = b;
	a->next = b->data;
	a->end = b->data + b->size;
}

static struct arena_block *
block_new(size_t size)
{
	struct arena_block *b = malloc(size_add(sizeof(*b), size));

	if (b == NULL)
		fatal("out of memory: an arena block of %zu bytes", size);
	b->size = size;
	return b;
}

void *
arena_slow(struct arena *a, size_t n)
{
	size_t need = size_add(n, ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	size_t size = a->block ? size_mul(a->block->size, 2) : ARENA_FIRST;
	struct arena_block *b;
	char *p;

	if (size > ARENA_BLOCK)
		size = ARENA_BLOCK;
	if (size < need)
		size = need;
	for (struct arena_block **at = &a->spare; *at; at = &(*at)->prev) {
		if ((*at)->size >= need) {
			b = *at;
			*at = b->prev;
			push(a, b);
			goto got;
		}
	}
	push(a, block_new(size));
got:
	p = a->next;
	a->next += need;
	a->used += need;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);

	if (n > 0)
		memset(p, 0, n);
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	return arena_zalloc(a, size_mul(count, size));
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, size_add(s.n, 1));

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return str_from(p, s.n);
}

struct str
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		fatal("vsnprintf: bad format");
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return str_from(p, (size_t)n);
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct arena_call *c = arena_new(a, struct arena_call);

	c->fn = fn;
	c->arg = arg;
	c->prev = a->calls;
	a->calls = c;
}

static void
run_calls(struct arena *a)
{
	for (struct arena_call *c = a->calls; c != NULL; c = c->prev)
		c->fn(c->arg);
	a->calls = NULL;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b, *prev;

	run_calls(a);
	for (b = a->block; b != NULL; b = prev) {
		prev = b->prev;
		if (b->size > ARENA_BLOCK) {
			free(b); /* one large record must not stay for ever */
			continue;
		}
		b->prev = a->spare;
		a->spare = b;
	}
	a->block = NULL;
	a->next = a->end = NULL;
	a->used = 0;
}

void
arena_fini(struct arena *a)
{
	struct arena_block *b, *prev;

	arena_reset(a);
	for (b = a->spare; b != NULL; b = prev) {
		prev = b->prev;
		free(b);
	}
	*a = (struct arena){ 0 };
}
