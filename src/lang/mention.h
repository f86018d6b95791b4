/*
 * The names in a checked tree and what they mean, for editors.
 *
 * Whatever a name means is found again from the tables and the scope it
 * stands in, not from the checker's notes, which end where the first error
 * of a statement is.  A note only tells the type of what is no path.
 */
#ifndef LANG_MENTION_H
#define LANG_MENTION_H

#include "lang/map.h"
#include "lang/query.h"

/* A name that is bound where an expression stands. */
struct bind {
	const struct bind *up;
	struct word name;
	struct type type;
	enum lang_kind kind; /* LANG_SIDE or LANG_LOCAL */
	struct str schema;   /* the file its type comes from; may be empty */
	int right;           /* of a side */
};

struct mention {
	enum lang_kind kind;
	struct span span;
	struct str name;
	struct entity *entity;       /* enum … file */
	const struct bind *bind;     /* side, local */
	int builtin;                 /* index; of an argument, too */
	const struct stmt *stmt;     /* of a rule */
	const struct map_info *map;  /* NULL: it was not checked */
	struct type type;            /* field, side, local */
	struct str schema;           /* of a field: where its type is from */
	struct str path;             /* the file that a text names */
};

/* Of what such a declaration declares; LANG_NONE for blocks of a map. */
enum lang_kind mention_kind(enum decl_kind k);

typedef void mention_fn(void *arg, const struct mention *m);

/* Hand all names of a module to fn; what is made lies in a. */
void mentions(struct compile *c, struct module *m, struct arena *a,
    mention_fn *fn, void *arg);

const struct bind *bind_find(const struct bind *scope, struct str name);
/* The sides of a map; *right is the inner one. */
const struct bind *bind_sides(const struct module *m, const struct decl *map,
    struct arena *a);
/* Field name of t, in t's own schema; TYPE_BAD where there is none. */
struct type field_type(struct arena *a, struct type t, struct str name);

#endif
