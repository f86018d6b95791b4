/* What the tests of schema/ share. */
#ifndef TESTS_UNIT_SCHEMA_H
#define TESTS_UNIT_SCHEMA_H

#include <stdlib.h>

#include "schema/schema.h"
#include "schema/tape.h"

/* A schema from text and what is needed to check with it. */
struct bench {
	struct schema_set *set;
	struct schema_run *run;
	const struct schema *schema;
	struct buf errors; /* "instance | schema | text\n" for each */
	struct err e;
};

/* A set and a run; no schema yet. */
void bench_init(struct bench *b);
/* 0, or -1 and b->e. */
int bench_compile(struct bench *b, const char *text);
/* schema_check of a copy that lies exactly as the contract says. */
int bench_check(struct bench *b, struct str json);
void bench_fini(struct bench *b);

/* bench_init and bench_compile, which must not fail. */
struct bench bench_of(const char *schema);

#endif
