/*
 * The answers to xref and lookup that a command was given with --lookup.
 */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include "vm/lookup.h"

struct known {
	struct lookups lookups;
	struct arena arena;
	struct buf text;
};

/*
 * Read the file; what it does not have is not found.  path NULL: nothing is
 * known, and a record that asks is refused.  0 or -1; known_fini in any case.
 */
int known_read(struct known *k, const char *path, struct err *e);
/* The same, and vm asks it. */
int known_give(struct known *k, const char *path, struct vm *vm,
    struct err *e);
void known_fini(struct known *k);
/* Where nobody knew an answer: what helps, behind the message. */
void known_hint(struct err *e);

#endif
