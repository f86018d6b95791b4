/*
 * What the commands of crosswalk(1) share: the table, arguments, messages.
 *
 * A command is a function `int cmd_NAME(int argc, char **argv)` in a file of
 * its own and a row of commands.def; argv[0] is the command's name.  It
 * returns the exit status: 0 yes, 1 no, else err_exit of what went wrong.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

/* A row of commands.def: a command, or an option of the one above it. */
struct command {
	int (*run)(int argc, char **argv); /* NULL: the row is an option */
	const char *name;
	const char *args; /* of an option: what its argument is, or NULL */
	const char *help;
	int letter;       /* of an option */
};

#define COMMAND(function, name, args, help)                               \
	int cmd_##function(int argc, char **argv);
#define OPTION(letter, name, arg, help)
#include "cli/commands.def"
#undef COMMAND
#undef OPTION

/* The rows; ends with one whose name is NULL. */
extern const struct command commands[];

/*
 * The command that argv begins with ("dlq" "list"), and in *words how many
 * words its name has; NULL where there is none.
 */
const struct command *command_find(int argc, char **argv, int *words);
/* The command after c, or the first for NULL, or NULL. */
const struct command *command_next(const struct command *c);
/* All commands that are not hidden. */
void command_overview(FILE *out);
/*
 * The words begin with no command: say so, and what is near, or what there is
 * in the group that the first word names.  Returns the exit status.
 */
int command_missing(int argc, char **argv);
/* Usage, help and options, as `crosswalk help NAME` prints them. */
void command_usage(FILE *out, const struct command *c);

/*
 * The arguments of a command.
 *
 *	struct args a;
 *	args_begin(&a, argc, argv);
 *	while ((c = args_next(&a)) != 0)
 *		switch (c) {
 *		case 'm': map = a.value; break;
 *		}
 *	file = a.rest[0];
 *
 * What the table does not allow ends the program with status 2 and a usage
 * message; --help ends it with 0.  Call before anything is held.
 */
struct args {
	const struct command *command;
	int argc;
	char **argv;
	const char *value; /* of the option that args_next returned */
	char **rest;       /* after the last option: nrest words */
	int nrest;
};

void args_begin(struct args *a, int argc, char **argv);
int args_next(struct args *a);
/* Say what is wrong with the command line and exit with status 2. */
_Noreturn void args_fail(const struct args *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Print "crosswalk: text" to stderr; returns the exit status of e. */
int say_err(const struct err *e);
/* The same for a message of our own; returns status. */
int say(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The whole buffer to fd, however many calls it takes; empties it. */
int write_all(int fd, struct buf *b, struct err *e);

/* Microseconds since 1970 of "2026-01-31T12:00:00[.5]Z": 0 or -1. */
int time_parse(const char *text, int64_t *wall_us, struct err *e);

#endif
