/*
 * Packing and reading frames.  Every read is checked: a frame may come from
 * another process.
 */
#include "pipe/frame.h"

#include <endian.h>

#include <nng/nng.h>

#define FRAME_MAGIC 0x31465758u /* "XWF1" */

void
frame_begin(struct frame_out *f, uint16_t kind)
{
	buf_reset(&f->b);
	f->count = 0;
	f->kind = kind;
}

void
frame_u64(struct frame_out *f, uint64_t v)
{
	v = htole64(v);
	buf_put(&f->b, &v, sizeof(v));
}

void
frame_str(struct frame_out *f, struct str s)
{
	uint32_t n = htole32((uint32_t)s.n);

	buf_put(&f->b, &n, sizeof(n));
	buf_puts(&f->b, s);
}

void
frame_item(struct frame_out *f)
{
	f->count++;
}

void
frame_out_fini(struct frame_out *f)
{
	buf_fini(&f->b);
}

static int
take(struct frame *f, void *to, size_t n)
{
	if (f->bad || (size_t)(f->end - f->p) < n) {
		f->bad = 1;
		memset(to, 0, n);
		return -1;
	}
	memcpy(to, f->p, n);
	f->p += n;
	return 0;
}

uint64_t
frame_get_u64(struct frame *f)
{
	uint64_t v;

	take(f, &v, sizeof(v));
	return le64toh(v);
}

struct str
frame_get_str(struct frame *f)
{
	struct str s;
	uint32_t n;

	take(f, &n, sizeof(n));
	n = le32toh(n);
	if (f->bad || (size_t)(f->end - f->p) < n) {
		f->bad = 1;
		return STR("");
	}
	s = str_from(f->p, n);
	f->p += n;
	return s;
}

void
frame_free(struct frame *f)
{
	if (f->msg != NULL)
		nng_msg_free(f->msg);
	*f = (struct frame){ 0 };
}

void
frame_head(const struct frame_out *f, char head[FRAME_HEAD])
{
	uint32_t magic = htole32(FRAME_MAGIC), count = htole32(f->count);
	uint32_t size = htole32((uint32_t)f->b.n);
	uint16_t kind = htole16(f->kind);

	memset(head, 0, FRAME_HEAD);
	memcpy(head, &magic, 4);
	memcpy(head + 4, &kind, 2);
	memcpy(head + 8, &count, 4);
	memcpy(head + 12, &size, 4);
}

int
frame_open(struct frame *f, const char *p, size_t n)
{
	uint32_t magic, count, size;
	uint16_t kind;

	if (n < FRAME_HEAD + FRAME_PAD)
		return -1;
	memcpy(&magic, p, 4);
	memcpy(&kind, p + 4, 2);
	memcpy(&count, p + 8, 4);
	memcpy(&size, p + 12, 4);
	if (le32toh(magic) != FRAME_MAGIC ||
	    le32toh(size) != n - FRAME_HEAD - FRAME_PAD)
		return -1;
	f->kind = le16toh(kind);
	f->count = le32toh(count);
	f->p = p + FRAME_HEAD;
	f->end = f->p + le32toh(size);
	f->bad = 0;
	return 0;
}
