/*
 * A gzip member of stored blocks.
 */
#include "sandbox/gzip.h"

#define BLOCK_MAX 65535

/* The CRC of RFC 1952, section 8, bit by bit. */
static uint32_t
crc32_of(struct str s)
{
	uint32_t c = 0xffffffffu;

	for (size_t i = 0; i < s.n; i++) {
		c ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
	}
	return ~c;
}

static void
put_le(struct buf *b, uint32_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(b, (char)(v >> 8 * i & 0xff));
}

void
sim_gzip(struct buf *b)
{
	static const char head[10] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0,
		(char)0xff };
	struct str in = buf_str(b);
	struct buf out = { 0 };
	size_t at = 0;

	buf_put(&out, head, sizeof(head));
	do {
		size_t n = in.n - at < BLOCK_MAX ? in.n - at : BLOCK_MAX;

		buf_putc(&out, at + n == in.n); /* the last block? */
		put_le(&out, (uint32_t)n, 2);
		put_le(&out, (uint32_t)n ^ 0xffff, 2);
		buf_put(&out, in.p + at, n);
		at += n;
	} while (at < in.n);
	put_le(&out, crc32_of(in), 4);
	put_le(&out, (uint32_t)in.n, 4);
	buf_fini(b);
	*b = out;
}
