/*
 * The EBNF of grammar/README.md as a grammar: read, recognised, and made
 * sentences of (ebnf.c holds it against the parser).
 */
#ifndef TESTS_LANG_EBNF_H
#define TESTS_LANG_EBNF_H

#include "base/arena.h"
#include "base/str.h"

/* What is no word: the classes of tokens. */
enum token_class { CL_WORD, CL_NAME, CL_TEXT, CL_HEAD, CL_MIDDLE, CL_TAIL,
	CL_NUMBER, CL_DURATION, CL_PERCENT };

struct lexeme {
	enum token_class class;
	struct str text;
};

#define PRODS 1024
#define SYMS 512
#define LONG 24 /* symbols of a production */

struct symbol {
	struct str name;  /* of a rule, or the word */
	enum token_class class;
	int terminal, defined, nullable;
	unsigned height;  /* of the least sentence */
	unsigned soft;    /* a word that is a name as well */
	unsigned made;    /* how often a sentence had it */
};

struct production {
	unsigned left, n, right[LONG];
	unsigned height, made;
};

struct ebnf {
	struct arena *a;
	struct symbol sym[SYMS];
	unsigned nsym;
	struct production prod[PRODS];
	unsigned nprod;
};

/* Read the rules and the list of words that are no names from the page. */
void ebnf_read(struct ebnf *g, struct arena *a, struct str page);
/* The rule of a name; the test ends where there is none. */
unsigned ebnf_rule(const struct ebnf *g, const char *name);
/* Is the row of tokens a sentence of the rule? */
int ebnf_accepts(const struct ebnf *g, unsigned rule, const struct lexeme *t,
    size_t n);
/* A random sentence, its tokens divided by blanks. */
void ebnf_make(struct ebnf *g, unsigned rule, struct buf *out);
/* One of n, always the same row. */
unsigned ebnf_draw(unsigned n);

#endif
