/* Shared by the tests of record/: padded copies of texts. */
#ifndef UNIT_RECORD_H
#define UNIT_RECORD_H

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "record/value.h"

/*
 * A copy that ends exactly RECORD_PAD bytes before its allocation does, so
 * that ASan sees what reads further.  The pad tempts: it continues whatever
 * was open.
 */
static inline struct str
padded(struct str s)
{
	static const char lure[] = "9999\"}],:1}]}\"\\u\\\"}0e9.5true";
	char *p = malloc(s.n + RECORD_PAD);

	if (p == NULL)
		abort();
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	for (size_t i = 0; i < RECORD_PAD; i++)
		p[s.n + i] = lure[i % (sizeof(lure) - 1)];
	return str_from(p, s.n);
}

static inline void
unpad(struct str s)
{
	free((void *)(uintptr_t)s.p);
}

/* xorshift64*: the same numbers everywhere. */
static inline uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1du;
}

#endif
