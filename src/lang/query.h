/*
 * Asking about a mapping while somebody writes it: what stands at a place,
 * where it is declared, who else speaks of it, what could be written.
 *
 * A view is one compile of a file and all it uses, kept.  Files need not
 * compile, nor parse.  Places are byte offsets in the texts that the view was
 * made of; answers lie in the arena that is given and point into the view.
 * One thread uses a view.
 */
#ifndef LANG_QUERY_H
#define LANG_QUERY_H

#include "lang/lang.h"

/* X(name, what people call it) */
#define LANG_KINDS(X)                                                     \
	X(NONE, "")                                                       \
	X(FIELD, "field")                                                 \
	X(ENUM, "enum")                                                   \
	X(FN, "function")                                                 \
	X(CODEC, "codec")                                                 \
	X(PARAM, "param")                                                 \
	X(MAP, "map")                                                     \
	X(SCHEMA, "schema")                                               \
	X(CONNECTOR, "connector")                                         \
	X(FILE, "file")           /* the alias of a use */                \
	X(BUILTIN, "built-in")                                            \
	X(SIDE, "side")                                                   \
	X(LOCAL, "local")         /* parameter, element, x of x => */     \
	X(ARGUMENT, "argument")   /* its name in a call */                \
	X(ATTRIBUTE, "attribute")                                         \
	X(RULE, "rule")           /* its arrow */                         \
	X(KEYWORD, "keyword")                                             \
	X(VALUE, "value")         /* a text that a field can have */      \
	X(TYPE, "type")                                                   \
	X(BLOCK, "block")         /* rules, test, …: in outlines only */

enum lang_kind {
#define X(name, word) LANG_##name,
	LANG_KINDS(X)
#undef X
};

const char *lang_kind_word(enum lang_kind k);

/* Bytes [beg, end) of a file. */
struct lang_place {
	struct str path; /* n == 0: nowhere */
	uint32_t beg, end;
};

/* What stands somewhere; strings are "" where there is nothing to say. */
struct lang_thing {
	enum lang_kind kind;
	struct str name;
	struct lang_place at;   /* its name */
	struct lang_place decl; /* the name where it is declared */
	struct str sig;         /* as it is declared */
	struct str type;        /* "text, null or absent" */
	struct str law;         /* "canon" */
	struct str doc;         /* paragraphs, CommonMark */
};

struct lang_view;

/* A path as views call the file: without "..", "." and "//". */
struct str lang_path(struct str path, struct arena *a);

/* Never NULL; what is wrong with the file is in the findings. */
struct lang_view *lang_analyse(struct str path, lang_read_fn *read,
    void *arg);
void lang_view_free(struct lang_view *v);

const struct diags *lang_view_diags(const struct lang_view *v);
/* All files that were read, schemas too. */
struct lang_sources lang_view_files(const struct lang_view *v);
/* A file that has syntax errors: the first of them; NULL when none has. */
const struct str *lang_view_unparsed(const struct lang_view *v);

/* 1 and what stands at off, which may be its end; 0 where nothing does. */
int lang_at(struct lang_view *v, struct str path, uint32_t off,
    struct arena *a, struct lang_thing *out);

/*
 * All places, in files of the view, of what is declared at decl, the
 * declaration among them.
 */
size_t lang_references(struct lang_view *v, const struct lang_place *decl,
    struct arena *a, struct lang_place **out);

/* Whether a thing can be given another name at all. */
int lang_can_rename(const struct lang_thing *t);
/*
 * Whether it can have this one, as far as this view goes: 0, or -1 and why
 * not.
 */
int lang_check_rename(struct lang_view *v, const struct lang_thing *t,
    struct str name, struct err *e);

/* An outline, in source order; what lies within another is deeper. */
struct lang_symbol {
	enum lang_kind kind;
	unsigned depth;
	struct str name, detail;
	struct lang_place all, at;
};

size_t lang_symbols(struct lang_view *v, struct str path, struct arena *a,
    struct lang_symbol **out);

/* Names and what they are, in the order of the text; none overlap. */
struct lang_token {
	enum lang_kind kind;
	uint32_t beg, end;
	int declares; /* what it names */
};

size_t lang_tokens(struct lang_view *v, struct str path, struct arena *a,
    struct lang_token **out);

/*
 * The file of the view, for people, as Markdown with the tables of GitHub;
 * only of a view without errors.
 */
void lang_document(struct lang_view *v, struct buf *out);

/* What could be written at a place, in the place of the bytes [beg, off). */
struct lang_choice {
	enum lang_kind kind;
	struct str label;  /* what is shown and matched */
	struct str text;   /* what is written */
	struct str detail; /* type or signature */
	struct str doc;
};

size_t lang_complete(struct lang_view *v, struct str path, uint32_t off,
    struct arena *a, struct lang_choice **out, uint32_t *beg);

#endif
