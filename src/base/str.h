/*
 * Strings that carry their length, and a growing byte buffer.
 *
 * NUL is data: nothing from outside is ever measured with strlen.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A slice; it owns nothing. */
struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ "" lit, sizeof(lit) - 1 })
/* For printf: "%.*s", STR_ARG(s) */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str
str_from(const char *p, size_t n)
{
	return (struct str){ p, n };
}

/* A slice of a C string of our own (never of input). */
static inline struct str
str_z(const char *z)
{
	return (struct str){ z, strlen(z) };
}

static inline int
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline int
str_starts(struct str s, struct str with)
{
	return s.n >= with.n && memcmp(s.p, with.p, with.n) == 0;
}

/* Byte order, as memcmp; shorter first among equals. */
int str_cmp(struct str a, struct str b);

/* A seeded 64-bit hash; the seed is drawn once per process. */
uint64_t str_hash(struct str s);

/*
 * A growing buffer on the heap.  Zero-initialised is empty and valid.
 * Growth that fails ends the process.
 */
struct buf {
	char *p;
	size_t n;
	size_t cap;
};

void buf_grow(struct buf *b, size_t more);
void buf_fini(struct buf *b);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* s between double quotes, escaped as RFC 8259 asks; s is UTF-8. */
void buf_json(struct buf *b, struct str s);
/* s percent-encoded, but for what RFC 3986 reserves nowhere: data of a URL. */
void buf_url(struct buf *b, struct str s);

/* Make room for more bytes behind b->n and return where they go. */
static inline char *
buf_room(struct buf *b, size_t more)
{
	if (b->cap - b->n < more)
		buf_grow(b, more);
	return b->p + b->n;
}

static inline void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_room(b, n), p, n);
	b->n += n;
}

static inline void
buf_puts(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

static inline void
buf_putc(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->n++;
}

static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

static inline void
buf_reset(struct buf *b)
{
	b->n = 0;
}

#endif
