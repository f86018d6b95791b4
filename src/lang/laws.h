/*
 * The laws of a map, checked on records that are made from its two schemas.
 *
 * A law is a few steps of lang/follow.h and what must hold after them;
 * src/lang/README.md says for which fields.  What breaks one is made as small
 * as it gets and told with a test block that fails the same way.
 */
#ifndef LANG_LAWS_H
#define LANG_LAWS_H

#include "vm/unit.h"
#include "vm/vm.h"

struct laws_options {
	uint32_t samples; /* 0: as the map says */
	int has_seed;
	uint64_t seed;
	/* sees what runs, but not the search for something smaller */
	vm_trace_fn *trace;
	void *arg;
};

/* The texts live until the callback returns. */
struct law_report {
	const struct unit_map *map;
	enum map_law law;
	struct prog_pos pos; /* of the rule */
	struct str rule;     /* its text */
	struct str field;    /* "c.name" */
	const char *what;    /* a sentence about it */
	struct str was, is;  /* JSON, or "nothing"; is: why it is refused */
	struct str test;     /* a test block to paste */
};

typedef void law_report_fn(void *arg, const struct law_report *r);

struct laws_result {
	uint32_t samples; /* that were made */
	uint32_t refused; /* that the map refuses */
	unsigned checked; /* 1 << enum map_law */
	unsigned broken;  /* rules, by some law */
	struct str refusal; /* why the first one was refused */
	char text[500];     /* which lies here */
};

extern const char *const map_law_words[MAP_NLAW];

/* Why records can be neither made nor tried is an error: -1. */
int laws_run(const struct unit *u, const struct unit_map *m, struct vm *vm,
    const struct laws_options *o, law_report_fn *fn, void *arg,
    struct laws_result *out, struct err *e);

#endif
