/*
 * The names of the objects that are open: the duplicate check of scan.c and
 * reader.c, and the hash that shapes share with it.  Internal to record/.
 *
 * All names lie on one stack, the innermost object's on top.  A place of the
 * hash table holds an index into the stack; it counts as taken only when the
 * index is below the top and the entry there points back (Briggs and
 * Torczon's sparse set), so closing an object is a single assignment.
 * Emptied places break no probe chain, because names leave in the reverse
 * order in which they came.
 */
#ifndef RECORD_NAMES_H
#define RECORD_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "record/value.h"

struct scan_names;

/* Two secret words, equal in the whole process. */
struct name_seed {
	uint64_t a, b;
};

struct name_seed name_seed(void);

static inline uint64_t
name_word(const char *p)
{
	uint64_t w;

	memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

static inline uint64_t
name_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* A folded multiplication a word, keyed.  Reads up to 8 bytes behind. */
static inline uint64_t
name_hash(const char *p, size_t n, struct name_seed seed)
{
	uint64_t h = seed.a ^ n;

	for (; n > 8; n -= 8, p += 8)
		h = name_fold(h ^ name_word(p), seed.b);
	if (n > 0)
		h ^= name_word(p) & (~(uint64_t)0 >> (64 - 8 * n));
	return name_fold(h, seed.b);
}

/* Forget everything: a new text begins. */
void names_reset(struct scan_names *s);
/* Object number depth (1 ..) opens, closes. */
void names_open(struct scan_names *s, unsigned depth);
void names_close(struct scan_names *s, unsigned depth);
/*
 * Add a TEXT as scan_next gives it to the innermost object, at depth: 0, or
 * -1 when it is there already.  Its bytes stay where they are until then.
 */
int names_add(struct scan_names *s, unsigned depth, struct value name);
/* The same, with the hash of its decoded bytes at hand. */
int names_add_hash(struct scan_names *s, unsigned depth, struct value name,
    uint64_t hash);
/* The decoded bytes of a name; good until the next call. */
struct str names_text(struct scan_names *s, struct value name);
struct name_seed names_seed(const struct scan_names *s);

#endif
