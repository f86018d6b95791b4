/*
 * Sixteen bytes at a time: which of them end a plain stretch of a string,
 * which are not ASCII, which are blanks.  SSE2 where it is there (always on
 * x86-64), else plain C; both are compiled and a test holds them together.
 *
 * Reads 16 bytes from p, wherever p is: callers rely on RECORD_PAD.
 */
#ifndef RECORD_SPAN_H
#define RECORD_SPAN_H

#include <stdint.h>

#if defined(__SSE2__) && !defined(RECORD_SCALAR)
#include <emmintrin.h>
#define SPAN_SSE2 1
#endif

#define SPAN 16

/* A bit a byte, the first byte lowest. */
struct span {
	unsigned stop; /* a quote, a backslash or a control character */
	unsigned high; /* not ASCII */
};

static inline struct span
span_text_plain(const char *p)
{
	struct span s = { 0, 0 };

	for (unsigned i = 0; i < SPAN; i++) {
		unsigned char c = (unsigned char)p[i];

		s.stop |= (unsigned)(c == '"' || c == '\\' || c < 0x20) << i;
		s.high |= (unsigned)(c >> 7) << i;
	}
	return s;
}

/* The bytes that are blanks of RFC 8259. */
static inline unsigned
span_blank_plain(const char *p)
{
	unsigned blank = 0;

	for (unsigned i = 0; i < SPAN; i++)
		blank |= (unsigned)(p[i] == ' ' || p[i] == '\n' ||
		    p[i] == '\t' || p[i] == '\r') << i;
	return blank;
}

/* The bytes in which a and b agree. */
static inline unsigned
span_same_plain(const char *a, const char *b)
{
	unsigned same = 0;

	for (unsigned i = 0; i < SPAN; i++)
		same |= (unsigned)(a[i] == b[i]) << i;
	return same;
}

#ifdef SPAN_SSE2

static inline struct span
span_text(const char *p)
{
	const __m128i low = _mm_set1_epi8(0x1f);
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i stop;

	stop = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
	    _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(x, low), x));
	return (struct span){ (unsigned)_mm_movemask_epi8(stop),
		(unsigned)_mm_movemask_epi8(x) };
}

static inline unsigned
span_blank(const char *p)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i a, b;

	a = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')),
	    _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')));
	b = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\t')),
	    _mm_cmpeq_epi8(x, _mm_set1_epi8('\r')));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(a, b));
}

static inline unsigned
span_same(const char *a, const char *b)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
	__m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
}

#else

#define span_text span_text_plain
#define span_blank span_blank_plain
#define span_same span_same_plain

#endif

#endif
