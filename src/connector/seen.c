/*
 * Records that came lately.
 */
#include "connector/seen.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/size.h"

#define DIGITS 16

void
seen_init(struct seen *s, size_t max)
{
	size_t cap = 16;

	if (sodium_init() < 0)
		fatal("libsodium cannot be used");
	while (cap < size_mul(max, 2))
		cap *= 2;
	*s = (struct seen){ .max = max };
	s->young.cap = s->old.cap = cap;
	s->young.slots = calloc(cap, sizeof(uint64_t));
	s->old.slots = calloc(cap, sizeof(uint64_t));
	if (s->young.slots == NULL || s->old.slots == NULL)
		fatal("out of memory: records seen");
}

void
seen_fini(struct seen *s)
{
	free(s->young.slots);
	free(s->old.slots);
	*s = (struct seen){ 0 };
}

uint64_t
seen_mark(struct str id, struct str json)
{
	unsigned char sum[crypto_generichash_BYTES_MIN];
	crypto_generichash_state h;
	uint64_t n = id.n, mark;

	/* the length, so that no byte of one is taken for the other's */
	crypto_generichash_init(&h, NULL, 0, sizeof(sum));
	crypto_generichash_update(&h, (unsigned char *)&n, sizeof(n));
	crypto_generichash_update(&h, (const unsigned char *)id.p, id.n);
	crypto_generichash_update(&h, (const unsigned char *)json.p, json.n);
	crypto_generichash_final(&h, sum, sizeof(sum));
	memcpy(&mark, sum, sizeof(mark));
	return mark != 0 ? mark : 1;
}

/* Where mark is, or would be. */
static uint64_t *
place(const struct seen_set *s, uint64_t mark)
{
	size_t i = mark & (s->cap - 1);

	while (s->slots[i] != 0 && s->slots[i] != mark)
		i = (i + 1) & (s->cap - 1);
	return &s->slots[i];
}

int
seen_has(const struct seen *s, uint64_t mark)
{
	return *place(&s->young, mark) == mark ||
	    *place(&s->old, mark) == mark;
}

void
seen_add(struct seen *s, uint64_t mark)
{
	uint64_t *at = place(&s->young, mark);
	struct seen_set full = s->young;

	if (*at == mark)
		return;
	*at = mark;
	if (++s->young.n < s->max)
		return;
	s->young = s->old;
	s->old = full;
	memset(s->young.slots, 0, s->young.cap * sizeof(uint64_t));
	s->young.n = 0;
}

static void
write_set(const struct seen_set *s, struct buf *out)
{
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i] != 0)
			buf_printf(out, "%016" PRIx64, s->slots[i]);
}

void
seen_write(const struct seen *s, struct buf *out)
{
	write_set(&s->old, out);
	write_set(&s->young, out);
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
seen_read(struct seen *s, struct str hex, struct err *e)
{
	uint64_t mark = 0;

	for (size_t i = 0; i < hex.n; i++) {
		if (digit(hex.p[i]) < 0)
			return err_set(e, ERR_DATA, "records seen: byte %zu "
			    "is no hexadecimal digit", i + 1);
		mark = mark << 4 | (uint64_t)digit(hex.p[i]);
		if (i % DIGITS == DIGITS - 1 && mark != 0)
			seen_add(s, mark);
	}
	return hex.n % DIGITS == 0 ? 0 : err_set(e, ERR_DATA, "records "
	    "seen: they end in the middle of one");
}
