/*
 * A mapping to begin with, from two schemas.
 *
 * Fields are matched by name (cli/likeness.h).  For each pair there is a row
 * of ways to write its rule, the plainest first, a TODO last; the compiler
 * judges, and a rule with a finding goes on to its next way until there is
 * none.  So what comes out passes `check` however the language grows.
 */
#ifndef CLI_SCAFFOLD_H
#define CLI_SCAFFOLD_H

#include "base/err.h"
#include "base/str.h"

/* A side: "contact" of "hubspot", and where its schema is. */
struct scaffold_side {
	struct str system;
	struct str file;    /* its schema, to be read */
	struct str written; /* the same as the mapping writes it */
};

/* Append the mapping of object to out, in its one layout; 0 or -1. */
int scaffold(struct buf *out, struct str object,
    const struct scaffold_side *left, const struct scaffold_side *right,
    struct err *e);

#endif
