/*
 * Arguments, as the table allows them.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define OPTIONS_MAX 16 /* of one command; a test counts the table */

void
args_fail(const struct args *a, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "crosswalk %s: ", a->command->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	command_usage(stderr, a->command);
	exit(err_exit(ERR_USAGE));
}

/*
 * argv[0] is the last word of the name; the words before it lie in front, for
 * argv is a tail of main's.
 */
void
args_begin(struct args *a, int argc, char **argv)
{
	*a = (struct args){ .argc = argc, .argv = argv };
	for (const struct command *c = NULL; (c = command_next(c)) != NULL;) {
		const char *space = strrchr(c->name, ' ');

		if (strcmp(space ? space + 1 : c->name, argv[0]) != 0)
			continue;
		if (space != NULL) {
			size_t n = (size_t)(space - c->name);

			if (strlen(argv[-1]) != n ||
			    memcmp(argv[-1], c->name, n) != 0)
				continue;
		}
		a->command = c;
	}
	if (a->command == NULL)
		fatal("%s runs without a row in the table", argv[0]);
	optind = 0;
	opterr = 0;
}

/* Does the synopsis allow n arguments?  See commands.def for its words. */
static void
check_count(const struct args *a)
{
	int least = 0, most = 0;

	for (const char *p = a->command->args; *p != '\0';) {
		size_t n = strcspn(p, " ");

		least += *p != '[';
		most = memmem(p, n, "...", 3) ? 1 << 30 : most + 1;
		p += n + (p[n] == ' ');
	}
	if (a->nrest < least)
		args_fail(a, a->nrest == 0 ? "arguments are missing" :
		    "arguments are missing after `%s`",
		    a->nrest == 0 ? "" : a->rest[a->nrest - 1]);
	if (a->nrest > most)
		args_fail(a, "there is no argument after `%s`",
		    most > 0 ? a->rest[most - 1] : a->command->name);
}

int
args_next(struct args *a)
{
	struct option longs[OPTIONS_MAX + 2] = { { 0 } };
	char shorts[2 * OPTIONS_MAX + 4] = ":h";
	size_t n = 0, s = 2;
	int c;

	for (const struct command *o = a->command + 1; o->name && !o->run;
	    o++) {
		if (n == OPTIONS_MAX)
			fatal("%s has more than %d options", a->command->name,
			    OPTIONS_MAX);
		longs[n++] = (struct option){ o->name, o->args != NULL, NULL,
			o->letter };
		shorts[s++] = (char)o->letter;
		if (o->args != NULL)
			shorts[s++] = ':';
	}
	longs[n] = (struct option){ "help", 0, NULL, 'h' };
	c = getopt_long(a->argc, a->argv, shorts, longs, NULL);
	switch (c) {
	case -1:
		a->rest = a->argv + optind;
		a->nrest = a->argc - optind;
		check_count(a);
		return 0;
	case 'h':
		command_usage(stdout, a->command);
		exit(0);
	case ':':
		args_fail(a, "`%s` wants an argument", a->argv[optind - 1]);
	case '?':
		args_fail(a, "there is no option `%s`", a->argv[optind - 1]);
	}
	a->value = optarg;
	return c;
}
