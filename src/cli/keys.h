/*
 * The keys by which a record would be matched, for explain.
 */
#ifndef CLI_KEYS_H
#define CLI_KEYS_H

#include "cli/mapping.h"
#include "vm/vm.h"

/*
 * Of the record in f, a frame of m's program: lines for a person, or the JSON
 * member `,"identity":[…]`; nothing for a map without an identity.  0 or -1.
 */
int keys_show(struct buf *out, const struct mapping *m, struct vm *vm,
    const struct vm_frame *f, int json, struct arena *a, struct err *e);

#endif
