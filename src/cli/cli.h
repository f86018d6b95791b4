/*
 * What the commands of crosswalk(1) share: the table, arguments, messages.
 *
 * A command is a function `int cmd_NAME(const struct args *a)` and a row of
 * commands.def.  It returns the exit status: 0 yes, 1 no, else err_exit of
 * what went wrong.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct args;
struct session;

typedef int command_fn(const struct args *a);
/* 0 or -1; cli/session.h says what a session is. */
typedef int session_fn(struct session *s, const struct args *a,
    struct err *e);

enum session_kind { SESSION_NONE, SESSION_READ, SESSION_WRITE };

/* A row of commands.def: a command, or an option of the one above it. */
struct command {
	const char *name;
	const char *args; /* of an option: what its argument is, or NULL */
	const char *help;
	command_fn *run;     /* NULL in a session's row and an option's */
	session_fn *session; /* NULL in the others */
	enum session_kind kind;
	int letter; /* of an option; 0: a command */
};

#define COMMAND(function, name, args, help) command_fn cmd_##function;
#define SESSION(function, kind, name, args, help) session_fn cmd_##function;
#define OPTION(letter, name, arg, help)
#include "cli/commands.def"
#undef COMMAND
#undef SESSION
#undef OPTION

/* The rows; ends with one whose name is NULL. */
extern const struct command commands[];

/*
 * The command that the words begin with ("dlq" "list"), and in *words how
 * many its name has; NULL where there is none.
 */
const struct command *command_find(int argc, char **argv, int *words);
/* The command after c, or the first for NULL; NULL after the last. */
const struct command *command_next(const struct command *c);
/* The option after the row o of a command or option; NULL after the last. */
const struct command *command_option(const struct command *o);
/* All commands, a line each. */
void command_overview(FILE *out);
/*
 * The words begin with no command: say so, and what is near, or what there is
 * in the group that the first word names.  Returns the exit status.
 */
int command_missing(int argc, char **argv);
/* Usage, help and options, as `crosswalk help NAME` prints them. */
void command_usage(FILE *out, const struct command *c);
/*
 * Print what may stand where the last of the words is, a line each: commands,
 * options.  Files are the shell's affair.
 */
void command_complete(int argc, char **argv);

#define ARGS_GIVEN 64 /* options on a command line */

/* The command line of a command, checked against its row. */
struct args {
	const struct command *command;
	const char *values[128]; /* by letter; NULL: the option is not there */
	struct {
		int letter;
		const char *value;
	} given[ARGS_GIVEN];     /* in their order, where one may come twice */
	int ngiven;
	char **rest;             /* what is behind the options */
	int nrest;
};

/*
 * Read argv; argv[0] is the last word of c's name.  What the table does not
 * allow ends the program with status 2 and a usage message, --help with 0.
 */
void args_read(struct args *a, const struct command *c, int argc,
    char **argv);
/* An option's last argument, "" where it takes none; NULL: it is not there. */
static inline const char *
args_get(const struct args *a, int letter)
{
	return a->values[letter];
}
/* The same as a slice; p is NULL where it is not there. */
static inline struct str
args_str(const struct args *a, int letter)
{
	const char *v = a->values[letter];

	return v != NULL ? str_z(v) : (struct str){ NULL, 0 };
}
/* Say what is wrong with the command line and exit with status 2. */
_Noreturn void args_fail(const struct args *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The number that an option was given, which has to be there; another one, or
 * none at all, ends the program.  what: the option, as the message calls it.
 */
uint64_t args_number(const struct args *a, int letter, const char *what,
    uint64_t least, uint64_t most);

/* Print "crosswalk: text" to stderr; returns the exit status of e. */
int say_err(const struct err *e);
/* The same for a message of our own; returns status. */
int say(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The whole buffer to fd, however many calls it takes; empties it. */
int write_all(int fd, struct buf *b, struct err *e);
/* Checked JSON as a line. */
void put_line(struct buf *out, struct str json);
/* The file becomes text, at once: written beside and renamed. */
int write_whole(const char *path, struct str text, struct err *e);
/* A whole file ("-": stdin) of at most most bytes, behind what is in out. */
int read_all(const char *path, size_t most, struct buf *out, struct err *e);

/* Microseconds since 1970 of "2026-01-31T12:00:00[.5]Z": 0 or -1. */
int time_parse(const char *text, int64_t *wall_us, struct err *e);

#endif
