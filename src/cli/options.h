/*
 * What the command line says to the compiler: -p NAME=VALUE, -c RECORD=FILE,
 * and -A NAME for what a connection has.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/cli.h"
#include "lang/lang.h"

struct options {
	struct lang_options lang;
	struct str params; /* a JSON object, "{}" where none was given */
	struct str values[2]; /* these, and those of the connection */
	struct buf text;
	struct lang_catalog catalogs[ARGS_GIVEN];
	struct arena arena; /* their texts */
	int files;         /* not met yet */
	unsigned char known[ARGS_GIVEN]; /* some file has use for it */
};

/* A wrong option ends the program. */
void options_read(struct options *o, const struct args *a);
void options_fini(struct options *o);
/*
 * One of the files became u; NULL: it has errors and may have use for
 * anything.  With the last of them, a param or catalogue that no file has use
 * for ends the program.
 */
void options_met(struct options *o, const struct args *a,
    const struct unit *u);

#endif
