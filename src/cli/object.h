/*
 * An object of a connector on the command line: CONNECTOR.map OBJECT, -u its
 * URL, -p its parameters.
 */
#ifndef CLI_OBJECT_H
#define CLI_OBJECT_H

#include "cli/options.h"
#include "connector/connector.h"

struct object {
	struct unit *unit;
	struct vm *vm;
	struct options options;
	struct connector_call call; /* without an op, records and a token */
};

/* A file compiled; findings go to stderr.  0, or the exit status. */
int unit_of(const char *file, struct unit **unit);
/*
 * The first argument compiled, the object that the second names; findings go
 * to stderr.  0, or the exit status with a message printed.
 */
int object_open(struct object *o, const struct args *a);
void object_close(struct object *o);
/* The variable of the environment that an option names, to be kept secret. */
struct str object_secret(const struct args *a, int letter);

#endif
