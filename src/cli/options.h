/*
 * What the command line says to the compiler: -p NAME=VALUE.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/cli.h"
#include "lang/lang.h"

struct options {
	struct lang_options lang;
	struct str params; /* a JSON object, "{}" where none was given */
	struct buf text;
	int files;         /* not met yet */
	unsigned char known[ARGS_GIVEN]; /* some file declares the param */
};

/* A wrong option ends the program. */
void options_read(struct options *o, const struct args *a);
void options_fini(struct options *o);
/*
 * One of the files became u; NULL: it has errors and may have declared any
 * param.  With the last of them, a value that no file has a param for ends
 * the program.
 */
void options_met(struct options *o, const struct args *a,
    const struct unit *u);

#endif
