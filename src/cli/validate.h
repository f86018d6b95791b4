/*
 * crosswalk validate: records on standard input against a JSON Schema.
 */
#ifndef CLI_VALIDATE_H
#define CLI_VALIDATE_H

#include <stddef.h>

struct validate {
	const char *schema;      /* a path or an absolute URI */
	const char *const *maps; /* PREFIX=DIR */
	size_t nmap;
	int format; /* assert formats */
	int json;   /* errors as JSON, an object a line */
};

/* Returns the exit status. */
int validate_stdin(const struct validate *v);

/* The same from a command line; argv[0] is "validate". */
int cli_validate(int argc, char **argv);

#endif
