/*
 * Texts for built-ins: pieces that are put together in the batch's arena, and
 * what ICU knows of them.  Private to vm/.
 */
#ifndef VM_TEXT_H
#define VM_TEXT_H

#include <assert.h>
#include <string.h>

#include "vm/args.h"

/* Names of case mappings, by ICU's root locale. */
enum text_case { CASE_LOWER, CASE_UPPER, CASE_TITLE, CASE_FOLD };

/* s in another case; the caller has dealt with ASCII. */
int text_map(struct vm *vm, enum text_case how, struct str s, struct str *out,
    struct arena *a, struct err *e);
/* Normalisation form C; ASCII is returned as it is. */
int text_nfc(struct vm *vm, struct str s, struct str *out, struct arena *a,
    struct err *e);
/* Bytes of white space (Unicode's White_Space) at the begin or end of s. */
size_t text_space(struct str s);
size_t text_space_end(struct str s);
/* Without the white space at both ends; mostly there is none. */
struct str text_trim_slow(struct str s);
static inline int
text_solid(char c)
{
	return c > ' ' && c < 0x7f;
}

static inline struct str
text_trim(struct str s)
{
	if (s.n > 0 && text_solid(s.p[0]) && text_solid(s.p[s.n - 1]))
		return s;
	return text_trim_slow(s);
}

/* Bytes of the first character of s, and of it with its combining marks. */
size_t text_char(struct str s);
size_t text_cluster(struct str s);
/* Where needle is in s, or s.n. */
size_t text_find(struct str s, struct str needle);

/*
 * A text being built.  Its size is known beforehand or bounded; put checks
 * the bound, so a wrong one is an assertion and no overrun.
 */
struct piece {
	char *p;
	size_t n, cap;
};

int piece_init(struct piece *t, struct vm *vm, size_t cap, struct arena *a,
    struct err *e);
static inline void
piece_put(struct piece *t, struct str s)
{
	assert(s.n <= t->cap - t->n);
	if (s.n > 0)
		memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
}

static inline struct value
piece_value(const struct piece *t)
{
	return value_text(str_from(t->p, t->n));
}

#endif
