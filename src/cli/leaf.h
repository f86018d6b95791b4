/*
 * The fields of a schema, one behind the other, for `crosswalk new`.
 */
#ifndef CLI_LEAF_H
#define CLI_LEAF_H

#include "lang/type.h"

struct leaf {
	struct str *path;  /* names from the root */
	size_t n;
	struct str text;   /* "c.address.city", as a mapping writes it */
	struct type type;  /* with what may be absent above it */
	int read_only, required, unique, identity;
	int open;          /* an object that takes names of any kind */
	struct leaf *other; /* what it is matched with */
};

struct leaves {
	struct leaf *list;
	size_t n, cap;
};

/* All fields below root; side is what the mapping calls the record. */
void leaves_find(struct leaves *out, struct arena *a, struct str side,
    const struct schema_node *root);
/* name as a mapping writes it behind a dot */
void leaf_put_name(struct buf *out, struct str name);
/* "text or null" */
struct str leaf_type_text(struct arena *a, const struct leaf *l);
/* Pair what is called alike, the likest first. */
void leaves_match(struct arena *a, struct leaves *left,
    struct leaves *right, struct str object);

#endif
