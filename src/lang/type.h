/*
 * Static types: what the checker knows of a value before there is one.
 *
 * A type is small and passed by value; what it points to lies in the arena of
 * the compile or belongs to a schema.  TYPE_BAD is a type whose error has
 * been reported: everything accepts it in silence.
 */
#ifndef LANG_TYPE_H
#define LANG_TYPE_H

#include "lang/ast.h"
#include "schema/view.h"

/* X(name, word in messages and in signatures) */
#define TYPE_KINDS(X)                                                     \
	X(BAD, "?")                                                       \
	X(NIL, "nothing")  /* only null or absent */                      \
	X(ANY, "any")                                                     \
	X(TEXT, "text")                                                   \
	X(INT, "int")                                                     \
	X(DECIMAL, "decimal")                                             \
	X(BOOL, "bool")                                                   \
	X(DATE, "date")                                                   \
	X(DATETIME, "datetime")                                           \
	X(DURATION, "duration")                                           \
	X(LIST, "list")                                                   \
	X(RECORD, "record")

enum type_kind {
#define X(name, word) TYPE_##name,
	TYPE_KINDS(X)
#undef X
};

/* A value may be null, may be absent. */
#define NIL_NULL 1
#define NIL_ABSENT 2
#define NIL_BOTH 3

struct type_field;

struct type {
	enum type_kind kind;
	unsigned nil;
	/* the schema's place, where the value comes from one */
	const struct schema_node *node;
	/* and the same place of a tenant's field catalogue */
	const struct schema_node *more;
	const struct type *of;             /* elements of a list */
	const struct type_field *fields;   /* of a record that was built */
	unsigned nfield;
	/* the only texts it can be; options.n == 0: any */
	const struct str *options;
	unsigned noption;
	/* of text: most characters, SIZE_MAX where unknown */
	size_t max_length;
};

struct type_field {
	struct str name;
	struct type type;
};

struct type type_of(enum type_kind k, unsigned nil);
struct type type_list(struct arena *a, struct type of);
/* What a schema allows at a place; nil bits from its types alone. */
struct type type_of_node(struct arena *a, const struct schema_node *n);
/*
 * Field name of t.  0, or -1 when t cannot have one.  Below an any, an any.
 */
int type_member(struct arena *a, struct type t, struct str name,
    struct type *out);
/* Name i of the fields that a schema or a catalogue lists; 0 behind them. */
int type_field_name(struct type t, size_t i, struct str *name);
/* What an element of a list is. */
struct type type_element(struct arena *a, struct type t);
/* The type of "int", "list<text>", …; -1 when there is none so called. */
int type_named(struct arena *a, const struct type_name *n, struct type *out);
/* Nil bits aside: a value of from is one of to, an int being a decimal. */
int type_fits(struct type from, struct type to);
/* The type of a value that is one or the other; -1: they do not go together */
int type_unite(struct arena *a, struct type x, struct type y,
    struct type *out);
/* "text", "list<int>", "text or null", … */
struct str type_text(struct arena *a, struct type t);
int type_is_number(struct type t);
/* "a", "b", … : the first of a text's options. */
struct str options_text(struct arena *a, struct type t);

#endif
