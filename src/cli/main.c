/*
 * crosswalk(1): finds the command in the table and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "cli/session.h"

/* What stdio still holds must have been written before we say success. */
static int
finish(int status)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0)
		return say(err_exit(ERR_SYSTEM), "cannot write the output");
	return status;
}

int
main(int argc, char **argv)
{
	const struct command *c;
	struct args a;
	int words;

	if (argc < 2) {
		command_overview(stderr);
		return err_exit(ERR_USAGE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_STRING);
		return finish(0);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		command_overview(stdout);
		return finish(0);
	}
	if (strcmp(argv[1], "__complete") == 0) {
		command_complete(argc - 2, argv + 2);
		return finish(0);
	}
	c = command_find(argc - 1, argv + 1, &words);
	if (c == NULL)
		return command_missing(argc - 1, argv + 1);
	args_read(&a, c, argc - words, argv + words);
	return finish(c->run ? c->run(&a) : session_run(&a));
}
