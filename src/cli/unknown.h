/*
 * Fields that a rest left out as they are in no catalogue: told once a name.
 */
#ifndef CLI_UNKNOWN_H
#define CLI_UNKNOWN_H

#include "base/arena.h"
#include "base/table.h"
#include "vm/vm.h"

struct unknown {
	struct arena arena;
	struct table seen;
	const uint64_t *line; /* of the record, for messages; NULL: one only */
};

/* Listen to vm, and tell on stderr. */
void unknown_listen(struct unknown *u, struct vm *vm, const uint64_t *line);
void unknown_fini(struct unknown *u);

#endif
