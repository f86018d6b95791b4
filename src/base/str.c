/*
 * Slices and buffers.  A buffer belongs to one thread.
 */
#include "base/str.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/err.h"
#include "base/size.h"

static uint64_t hash_seed;
static pthread_once_t hash_once = PTHREAD_ONCE_INIT;

static void
draw_seed(void)
{
	if (getrandom(&hash_seed, sizeof(hash_seed), 0) !=
	    (ssize_t)sizeof(hash_seed))
		fatal("no random bytes for the hash seed");
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

/* FNV-1a over words with a final mix; seeded, so not to be steered. */
uint64_t
str_hash(struct str s)
{
	const uint64_t prime = 0x9e3779b97f4a7c15u;
	uint64_t h, w;
	size_t n = s.n;
	const char *p = s.p;

	pthread_once(&hash_once, draw_seed);
	h = hash_seed ^ (n * prime);
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * prime;
		h ^= h >> 29;
	}
	if (n > 0) {
		w = 0;
		memcpy(&w, p, n);
		h = (h ^ w) * prime;
	}
	h ^= h >> 32;
	h *= prime;
	return h ^ (h >> 29);
}

void
buf_grow(struct buf *b, size_t more)
{
	size_t want = size_add(b->n, more);
	size_t cap = b->cap ? b->cap : 256;
	char *p;

	while (cap < want)
		cap = size_mul(cap, 2);
	p = realloc(b->p, cap);
	if (p == NULL)
		fatal("out of memory: %zu bytes", cap);
	b->p = p;
	b->cap = cap;
}

void
buf_fini(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		fatal("vsnprintf: bad format");
	vsnprintf(buf_room(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
	va_end(again);
	b->n += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_json(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	static const char brief[] = "btn\0fr"; /* 0x08 .. 0x0d */

	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\') {
			buf_putc(b, '\\');
			buf_putc(b, (char)c);
		} else if (c >= 0x20) {
			buf_putc(b, (char)c);
		} else if (c >= 8 && c <= 13 && c != 11) {
			buf_putc(b, '\\');
			buf_putc(b, brief[c - 8]);
		} else {
			buf_put(b, "\\u00", 4);
			buf_putc(b, hex[c >> 4]);
			buf_putc(b, hex[c & 15]);
		}
	}
	buf_putc(b, '"');
}

void
buf_url(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || memchr("-._~", c, 4) != NULL) {
			buf_putc(b, (char)c);
			continue;
		}
		buf_putc(b, '%');
		buf_putc(b, hex[c >> 4]);
		buf_putc(b, hex[c & 15]);
	}
}
