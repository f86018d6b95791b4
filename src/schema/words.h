/*
 * The keywords of one schema object, and readers of their values.  A reader
 * leaves *out alone where the keyword is not there; -1: its value is not what
 * it must be, and the error says so.  Internal to rules.c.
 */
#ifndef SCHEMA_WORDS_H
#define SCHEMA_WORDS_H

#include "schema/compile.h"
#include "schema/keyword.h"

struct words {
	struct unit *u;
	struct node *n;
	uint32_t at[KW_COUNT]; /* their values, or 0 */
};

static inline const struct tok *
words_tok(const struct words *w, uint32_t at)
{
	return &w->n->doc->tape.t[at];
}

/* The token behind the value at a place. */
static inline uint32_t
words_next(const struct words *w, uint32_t at)
{
	return words_tok(w, at)->next;
}

/* Fill the error for a place; returns -1. */
int words_bad(const struct words *w, uint32_t at, const char *what);
int words_text(const struct words *w, enum keyword k, struct str *out);
int words_size(const struct words *w, enum keyword k, size_t *out);
int words_number(const struct words *w, enum keyword k, struct str *out);
int words_bool(const struct words *w, enum keyword k, int *out);
/* The list of strings at a place, without one twice. */
int words_texts(const struct words *w, uint32_t at, const struct str **out,
    size_t *n);
int words_schema(const struct words *w, enum keyword k,
    const struct node **out);
int words_schemas(const struct words *w, enum keyword k,
    const struct node *const **out, size_t *n);
/* 0 when it is an object or not there. */
int words_object(const struct words *w, enum keyword k);
/* The node of the schema at a place in this one; NULL: error. */
const struct node *words_child(const struct words *w, uint32_t at);
/* 1 when one of the list, which KW_UNKNOWN ends, is there. */
int words_any(const struct words *w, const enum keyword *list);

#endif
