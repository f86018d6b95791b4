/*
 * A vector of bytes at a time: which of them end a plain stretch of a string,
 * which are not ASCII, which are digits or blanks.  SSE2 where it is there
 * (always on x86-64), else plain C; both are compiled and a test holds them
 * together.
 *
 * span_text reads 32 bytes from p, because most strings are shorter and a
 * loop that is not repeated is not mispredicted; the others read 16.  They do
 * so wherever p is: callers rely on RECORD_PAD.
 */
#ifndef RECORD_SPAN_H
#define RECORD_SPAN_H

#include <stdint.h>

#if defined(__SSE2__) && !defined(RECORD_SCALAR)
#include <emmintrin.h>
#define SPAN_SSE2 1
#endif

#define SPAN 16
#define SPAN_TEXT 32

/* A bit a byte, the first byte lowest. */
struct span {
	uint32_t stop; /* a quote, a backslash or a control character */
	uint32_t high; /* not ASCII */
};

static inline struct span
span_text_plain(const char *p)
{
	struct span s = { 0, 0 };

	for (unsigned i = 0; i < SPAN_TEXT; i++) {
		unsigned char c = (unsigned char)p[i];

		s.stop |= (uint32_t)(c == '"' || c == '\\' || c < 0x20) << i;
		s.high |= (uint32_t)(c >> 7) << i;
	}
	return s;
}

static inline unsigned
span_digits_plain(const char *p)
{
	unsigned digits = 0;

	for (unsigned i = 0; i < SPAN; i++)
		digits |= (unsigned)(p[i] >= '0' && p[i] <= '9') << i;
	return digits;
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

static inline __m128i
span_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline __m128i
span_stop(__m128i x)
{
	__m128i stop = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
	    _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));

	/* x <= 0x1f without sign: the lesser of both is x */
	return _mm_or_si128(stop,
	    _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x));
}

static inline struct span
span_text(const char *p)
{
	__m128i x = span_load(p), y = span_load(p + SPAN);

	return (struct span){
		(uint32_t)_mm_movemask_epi8(span_stop(x)) |
		    (uint32_t)_mm_movemask_epi8(span_stop(y)) << SPAN,
		(uint32_t)_mm_movemask_epi8(x) |
		    (uint32_t)_mm_movemask_epi8(y) << SPAN };
}

static inline unsigned
span_digits(const char *p)
{
	__m128i d = _mm_sub_epi8(span_load(p), _mm_set1_epi8('0'));

	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d));
}

static inline unsigned
span_blank(const char *p)
{
	__m128i x = span_load(p), a, b;

	a = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')),
	    _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')));
	b = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\t')),
	    _mm_cmpeq_epi8(x, _mm_set1_epi8('\r')));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(a, b));
}

static inline unsigned
span_same(const char *a, const char *b)
{
	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(span_load(a), span_load(b)));
}

#else

#define span_text span_text_plain
#define span_digits span_digits_plain
#define span_blank span_blank_plain
#define span_same span_same_plain

#endif

#endif
