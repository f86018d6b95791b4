/*
 * The static type of a place: a conjunction of nodes ($ref and allOf followed)
 * and a list of alternatives, each a list of views of which one at least must
 * hold.  Every answer is an intersection over the first and, per alternative,
 * a union over its branches.  Internal to view*.c.
 */
#ifndef SCHEMA_VIEWNODE_H
#define SCHEMA_VIEWNODE_H

#include "base/table.h"
#include "schema/node.h"
#include "schema/view.h"

/* Branches, and parts, that a place may have; what is beyond is ignored. */
#define BRANCHES 1024

struct alternative {
	const struct schema_node **branch;
	size_t n;
};

struct schema_node {
	struct arena *a;
	const struct node *place; /* where it stands */
	const struct node **all;  /* the conjunction */
	size_t nall, capall;
	struct alternative *alts;
	size_t nalts, capalts;
	size_t size; /* views in the tree below, itself included */
	unsigned types;
	int listed; /* -1 not asked yet, else what schema_enum returns */
	struct value *values;
	size_t nvalues;
	struct table props; /* views that were asked for, by name */
	struct str *names;
	size_t nnames;
	int named;
	const struct schema_node *open; /* schema_additional, once asked */
	int opened;
};

/* An empty view; add parts, then seal it. */
struct schema_node *view_new(struct arena *a, const struct node *place);
/* A node and what applies in place; *budget bounds the branches it makes. */
void view_add(struct schema_node *v, const struct node *n, int *budget);
void view_alternative(struct schema_node *v,
    const struct schema_node **branch, size_t n);
void view_seal(struct schema_node *v);

/* Room for one more in a growing array of the arena. */
void *view_grow(struct arena *a, void *old, size_t n, size_t *cap,
    size_t size);
/* A value of a document; doc NULL: a null. */
struct value view_value(const struct doc *doc, uint32_t at);
/* The types that a value of JSON is of. */
unsigned view_value_types(struct value v);

#endif
