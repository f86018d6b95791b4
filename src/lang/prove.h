/*
 * What can be proved of conditions while compiling.
 */
#ifndef LANG_PROVE_H
#define LANG_PROVE_H

#include "lang/compile.h"

/*
 * 1 when no record makes all conditions of x and all of y true; 0 when one
 * does or nothing can be proved.  *witness: fields for which all are true,
 * empty where none was found.
 */
int prove_apart(struct compile *c, struct expr *const *x, unsigned nx,
    struct expr *const *y, unsigned ny, struct str *witness);

/*
 * A condition over members of a constant record: 1 true, 0 false, -1 it is
 * not of a kind that can be proved.
 */
int prove_true(struct compile *c, const struct expr *e,
    const struct value *record);

#endif
