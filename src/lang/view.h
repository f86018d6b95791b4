/*
 * A view, for the files that answer questions about it.
 */
#ifndef LANG_VIEW_H
#define LANG_VIEW_H

#include "lang/mention.h"

struct lang_view {
	struct arena arena;
	struct diags diags;
	struct compile c;
};

struct module *view_module(struct lang_view *v, struct str path);
struct lang_place view_place(const struct lang_view *v, struct span sp);
/*
 * Where the name of a member stands in a schema's text; path is the file of
 * the schema that led there.
 */
struct lang_place view_json(struct lang_view *v, struct str path,
    const struct schema_node *n, struct arena *a);

/* ---- in words (describe.c) ---- */

/* The type with the texts it can be; empty for one that is not known. */
struct str describe_type(struct arena *a, struct type t);
/* What its schema says besides. */
struct str describe_field(struct arena *a, struct type t);
/* name(a: text, b: int = 2): text */
struct str describe_builtin(struct arena *a, int k);
struct str describe_builtin_doc(struct arena *a, int k);
/* As it is declared. */
struct str describe_entity(const struct lang_view *v, const struct entity *e,
    struct arena *a);
const char *describe_law(enum law l);
/* What a word of the language is for; 0 where it is none. */
int describe_word(struct str word, struct lang_thing *out);
void describe(struct lang_view *v, const struct mention *m, struct arena *a,
    struct lang_thing *out);

#endif
