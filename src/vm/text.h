/*
 * Texts for built-ins: pieces that are put together in the batch's arena, and
 * what ICU knows of them.  Private to vm/.
 */
#ifndef VM_TEXT_H
#define VM_TEXT_H

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
/* Without the white space at both ends. */
struct str text_trim(struct str s);
/* Bytes of the first character of s, and of it with its combining marks. */
size_t text_char(struct str s);
size_t text_cluster(struct str s);
/* ASCII letters to lower case, in place in a copy. */
int text_lower_ascii(struct vm *vm, struct str s, struct str *out,
    struct arena *a, struct err *e);
/* What is at the offset of needle in s, or s.n. */
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
void piece_put(struct piece *t, struct str s);
static inline struct value
piece_value(const struct piece *t)
{
	return value_text(str_from(t->p, t->n));
}

#endif
