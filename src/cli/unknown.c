/*
 * Fields that are in no catalogue.
 */
#include "cli/unknown.h"

#include <inttypes.h>
#include <stdio.h>

#define NAMES_MAX 1000 /* then nothing new is told */

static void
tell(void *arg, struct str field)
{
	struct unknown *u = arg;

	if (u->seen.live == NAMES_MAX || table_get(&u->seen, field) != NULL)
		return;
	table_put(&u->seen, arena_str(&u->arena, field), u);
	if (u->line != NULL)
		fprintf(stderr, "line %" PRIu64 ": ", *u->line);
	fprintf(stderr, "%.*s is in no field catalogue and left out\n",
	    STR_ARG(field));
}

void
unknown_listen(struct unknown *u, struct vm *vm, const uint64_t *line)
{
	*u = (struct unknown){ .line = line };
	vm_set_warn(vm, tell, u);
}

void
unknown_fini(struct unknown *u)
{
	table_fini(&u->seen);
	arena_fini(&u->arena);
}
