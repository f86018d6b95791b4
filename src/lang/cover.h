/*
 * What of a unit's maps has run: each rule, both ways, by the state of what it
 * read.  A trace sink counts; nothing is counted twice for one record.
 */
#ifndef LANG_COVER_H
#define LANG_COVER_H

#include "vm/unit.h"
#include "vm/vm.h"

#define COVER_STATES(X)                                                   \
	X(VALUE, "value")                                                 \
	X(NULL, "null")                                                   \
	X(ABSENT, "absent")                                               \
	X(ERROR, "error")     /* the rule refused the record */

enum cover_state {
#define X(name, word) COVER_##name,
	COVER_STATES(X)
#undef X
	COVER_NSTATE
};

struct cover_rule {
	uint32_t seen[COVER_NSTATE];
	int reads; /* a field, so it may be null or absent */
};

/* A function that runs. */
struct cover_func {
	int32_t rule;   /* whose code runs, -1 none */
	int32_t stored; /* the last one that has stored */
	enum cover_state state;
};

/* A program's rules, in its order. */
struct cover_prog {
	struct cover_prog *next;
	const struct prog *p;
	struct cover_rule *rules;
	/* by instruction, -1 for none: its rule, and its function if that has
	 * rules */
	const int32_t *rule_of, *func_of;
	struct cover_func *funcs; /* of the record that runs */
};

struct cover {
	struct arena a;
	struct cover_prog *progs; /* forward and backward of each map */
	uint32_t nprog;
	struct cover_prog *more;  /* the same with other params: of tests */
	struct cover_prog *at;    /* which runs */
};

void cover_init(struct cover *c, const struct unit *u);
void cover_fini(struct cover *c);
/* For vm_set_trace; arg is the cover. */
vm_trace_fn cover_trace;
/* The last record has run; whatever it left open was refused. */
void cover_end(struct cover *c);

#endif
