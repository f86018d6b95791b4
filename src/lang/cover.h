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
};

/* A program's rules, in its order. */
struct cover_prog {
	const struct prog *p;
	struct cover_rule *rules;
};

struct cover {
	struct arena a;
	struct cover_prog *progs; /* forward and backward of each map */
	uint32_t nprog;
	/* of the record that runs */
	struct cover_prog *at;
	int32_t rule;             /* whose code runs, -1 none */
	int32_t stored;           /* the last one that has stored */
	enum cover_state state;
};

void cover_init(struct cover *c, const struct unit *u);
void cover_fini(struct cover *c);
/* For vm_set_trace; arg is the cover. */
vm_trace_fn cover_trace;
/* The last record has run; whatever it left open was refused. */
void cover_end(struct cover *c);

#endif
