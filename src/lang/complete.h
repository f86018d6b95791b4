/*
 * What surrounds the place where a completion is asked for, as tokens: the
 * text up to there need not parse, and what follows is not looked at.
 */
#ifndef LANG_COMPLETE_H
#define LANG_COMPLETE_H

#include "lang/parse.h"
#include "lang/view.h"

struct around {
	struct lang_view *v;
	struct module *m;
	struct arena *a;
	struct parse p;
	struct str text;
	size_t n;         /* tokens before the word that is being written */
	size_t stmt;      /* the first of the statement */
	int block;        /* what its outermost block begins with; 0: none */
	int inner;        /* the same of the innermost */
	size_t head;      /* the first of that block's header */
	const struct bind *scope;
	size_t open[AST_DEPTH]; /* brackets open in the statement */
	unsigned nopen;
};

/* Read the text before off; 0 where nothing can be completed: comments. */
int around_read(struct around *r, struct lang_view *v, struct module *m,
    uint32_t off, struct arena *a);
void around_end(struct around *r);

/* The kind of token i of the statement's file; 0 before its first. */
int around_kind(const struct around *r, size_t i);
/* A name without its backquotes. */
struct str around_text(const struct around *r, size_t i);
/* The innermost open bracket, as a token; SIZE_MAX: none. */
size_t around_bracket(const struct around *r);
/*
 * The type of the path a.b[0].c whose last token is before end; *start is its
 * first.  TYPE_BAD for what is none.
 */
struct type around_path(const struct around *r, size_t end, size_t *start);
/*
 * The record that begins at the token from, as t has it: the type of what
 * encloses the place, and in *value what the member has that is being given
 * one.
 */
struct type around_record(const struct around *r, size_t from, struct type t,
    struct type *value);

/* The text before the place, with word and rest there and all blocks closed. */
struct str around_completed(const struct around *r, const char *word,
    const char *rest);

/* ---- what is offered (offer.c) ---- */

struct choices {
	struct around r;
	struct lang_choice *list;
	size_t n, cap;
	int closed; /* what was added is all: no words of the language */
};

/* Each once: both sides of a rest may have a field. */
struct lang_choice *offer(struct choices *o, enum lang_kind kind,
    struct str label, struct str text);
/* A name, in backquotes where it needs them. */
void offer_name(struct choices *o, enum lang_kind kind, struct str name,
    struct str detail);
/* "a,b,c" */
void offer_words(struct choices *o, enum lang_kind kind, const char *words);
void offer_fields(struct choices *o, struct type t);
/* What a file declares: params, maps, things. */
void offer_table(struct choices *o, const struct table *t);
void offer_schemas(struct choices *o);
void offer_types(struct choices *o);
/* What is bound where the place is. */
void offer_scope(struct choices *o);
/* codecs: those that may stand behind via, one way or both; else functions. */
void offer_builtins(struct choices *o, int codecs, int both);
void offer_things(struct choices *o, int both);
/*
 * The words that could stand at the place, told by who reads them there: the
 * text is checked with a word that nothing is called, and what follows it.
 */
void probe_words(struct choices *o, enum lang_kind kind, const char *rest);
/* The texts that a type can be; quoted outside of a text. */
void offer_options(struct choices *o, struct type t);

#endif
