/*
 * explain for a three-way merge.
 */
#ifndef CLI_THREEWAY_H
#define CLI_THREEWAY_H

#include "base/arena.h"
#include "cli/mapping.h"

struct args;
struct vm;

/* Whether the command line asks for one; ends the program where it errs. */
int threeway_asked(const struct args *a);
/*
 * Merge the records that the command line names and append the explanation,
 * or of an error what led to it.
 */
int threeway_explain(struct buf *out, const struct mapping *m, struct vm *vm,
    const struct args *a, struct arena *arena, struct err *e);

#endif
