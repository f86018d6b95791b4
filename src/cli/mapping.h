/*
 * A mapping file on the command line: compiled, with its findings told, and
 * the map of it that a command is about.
 */
#ifndef CLI_MAPPING_H
#define CLI_MAPPING_H

#include "base/err.h"
#include "vm/unit.h"

struct mapping {
	struct unit *unit;
	const struct unit_map *map;
	const struct prog *prog; /* of the direction asked for */
	const struct prog_func *main;
	struct str clear;        /* JSON that clears a field of the target */
};

struct args;
/*
 * Compile the first argument and find the map: -m, or the only one.  -r asks
 * for its way back.  Findings go to stderr.  0, or the exit status with a
 * message printed.
 */
int mapping_open(struct mapping *m, const struct args *a);
void mapping_close(struct mapping *m);

struct diags;
/* The findings to stderr, in colours on a terminal. */
void mapping_tell(const struct diags *d);

#endif
