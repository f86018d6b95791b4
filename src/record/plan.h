/*
 * The sealed form of a shape, as the reader walks it.  Internal to record/.
 */
#ifndef RECORD_PLAN_H
#define RECORD_PLAN_H

#include "record/names.h"
#include "record/shape.h"

#define SLOT_NONE ((size_t)-1)

struct node;

/* A name of an object that the program reads. */
struct field {
	struct str name;
	/* "name": with SPAN bytes of pad, to be compared with the record; its
	 * length is 0 when the name needs escapes */
	char *text;
	size_t text_n;
	uint64_t hash;
	size_t slot;        /* or SLOT_NONE: only walked into */
	struct node *node;  /* or NULL: only taken whole */
	struct field *next; /* while the shape is built */
};

/* An object that the program looks into. */
struct node {
	struct field *list; /* while the shape is built */
	size_t first, count; /* its fields in shape.fields */
	size_t rest;         /* slot for the other members, or SLOT_NONE */
	/* open addressing: 0, or 1 + the field's number within the node */
	uint32_t *table;
	size_t mask;
	/* all slots of the fields and rests below, for null */
	size_t *below;
	size_t nbelow;
	size_t id; /* numbers the nodes of a shape, from nfields on */
};

struct shape {
	struct arena *arena;
	size_t nslots;
	size_t whole; /* slot for the record itself, or SLOT_NONE */
	struct node *root;
	size_t nfields, nnodes;
	struct field *fields;
	struct name_seed seed;
	/* when it was sealed, so that a reader does not take another shape at
	 * the same address for this one; 0: not yet */
	int64_t stamp;
};

#endif
