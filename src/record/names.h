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

/* Two secret words, equal in the whole process. */
struct name_seed {
	uint64_t a, b;
};

struct name_seen {
	uint64_t hash;
	const char *p;
	uint32_t n;
	uint32_t place; /* of the table that points here */
	uint32_t escaped;
};

struct scan_names {
	struct name_seen *stack;
	uint32_t *table; /* size places, twice what the stack may hold */
	size_t size, top;
	size_t base[RECORD_DEPTH + 1]; /* where an object's names begin */
	struct name_seed seed;
	struct buf text, other; /* names decoded to be hashed, compared */
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
static inline void
names_open(struct scan_names *s, unsigned depth)
{
	s->base[depth] = s->top;
}

static inline void
names_close(struct scan_names *s, unsigned depth)
{
	s->top = s->base[depth];
}

/* The decoded bytes of an escaped name; good until the next call. */
struct str names_decode(struct scan_names *s, const struct value *name);

static inline struct str
names_text(struct scan_names *s, const struct value *name)
{
	if (name->flags & VF_ESCAPED)
		return names_decode(s, name);
	return str_from(name->u.p, name->n);
}

/* 1 when name is the same as the entry whose hash it has. */
int names_same(struct scan_names *s, const struct name_seen *seen,
    const struct value *name);
void names_grow(struct scan_names *s);

/*
 * Add a TEXT as scan_next gives it, with the hash of its decoded bytes, to
 * the innermost object, at depth: 0, or -1 when it is there already.  Its
 * bytes stay where they are until the object closes.
 */
static inline int
names_add(struct scan_names *s, unsigned depth, const struct value *name,
    uint64_t hash)
{
	size_t at, top = s->top;
	uint32_t i;

	/* the same name on every level must not be one long chain */
	hash += depth * 0x9e3779b97f4a7c15u;
	for (at = hash & (s->size - 1);; at = (at + 1) & (s->size - 1)) {
		i = s->table[at];
		if (i >= top || s->stack[i].place != at)
			break;
		if (s->stack[i].hash == hash && i >= s->base[depth] &&
		    names_same(s, &s->stack[i], name))
			return -1;
	}
	s->table[at] = (uint32_t)top;
	s->stack[top] = (struct name_seen){ hash, name->u.p, name->n,
		(uint32_t)at, name->flags & VF_ESCAPED };
	s->top = top + 1;
	if (s->top == s->size / 2)
		names_grow(s);
	return 0;
}

static inline int
names_add_text(struct scan_names *s, unsigned depth, const struct value *name)
{
	struct str text = names_text(s, name);

	return names_add(s, depth, name,
	    name_hash(text.p, text.n, s->seed));
}

#endif
