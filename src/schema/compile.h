/*
 * A compile that runs.  Internal: compile.c makes nodes, rules.c fills them.
 */
#ifndef SCHEMA_COMPILE_H
#define SCHEMA_COMPILE_H

#include "schema/node.h"

/* The nodes of one document, by token. */
struct sheet {
	const struct doc *doc;
	struct node **nodes;
	struct sheet *next;
};

struct unit {
	struct schema_set *set;
	struct arena *a;
	struct sheet *sheets;
	struct region *regions; /* the newest first */
	struct region *dynamic_done; /* from here on they have dynamics */
	struct table by_res;
	struct apply **dynamics; /* every $dynamicRef that must look */
	size_t ndynamics, dynamics_cap;
	struct node **todo;
	size_t ntodo, cap;
	struct err *e;
	int written; /* readOnly properties are not required */
};

/* The node of a place, put on the worklist when it is new; NULL: error. */
struct node *compile_get(struct unit *u, const struct place *place);
/* Fill a node from its keywords. */
int compile_node(struct unit *u, struct node *n);
/* A $dynamicRef that must look: its ends are listed when all is known. */
void compile_dynamic(struct unit *u, struct apply *a);

#endif
