/*
 * UTF-8 checked by the table of the Unicode standard (3.9, table 3-7): the
 * first byte fixes the length and the range of the second.
 */
#include "record/utf8.h"

#include <string.h>

#define HIGH 0x8080808080808080u

/* How long the sequence at p is that has n bytes left, or 0. */
static size_t
sequence(const unsigned char *p, size_t n)
{
	unsigned char c = p[0], low = 0x80, top = 0xbf;
	size_t len;

	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		top = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		top = 0x8f;
	if (n < len || p[1] < low || p[1] > top)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

size_t
utf8_check(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t i = 0, len;
	uint64_t w;

	while (i < n) {
		if (p[i] >= 0x80) {
			len = sequence(p + i, n - i);
			if (len == 0)
				return i;
			i += len;
			continue;
		}
		for (i++; n - i >= 8; i += 8) {
			memcpy(&w, p + i, 8);
			if (w & HIGH)
				break;
		}
		while (i < n && p[i] < 0x80)
			i++;
	}
	return n;
}

size_t
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}
