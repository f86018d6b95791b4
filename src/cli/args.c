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

void
args_read(struct args *a, const struct command *command, int argc,
    char **argv)
{
	struct option longs[OPTIONS_MAX + 2] = { { 0 } };
	char shorts[2 * OPTIONS_MAX + 4] = ":h";
	size_t n = 0, s = 2;
	int c;

	*a = (struct args){ .command = command };
	for (const struct command *o = command;
	    (o = command_option(o)) != NULL;) {
		if (n == OPTIONS_MAX)
			fatal("%s has more than %d options", command->name,
			    OPTIONS_MAX);
		longs[n++] = (struct option){ o->name, o->args != NULL, NULL,
			o->letter };
		shorts[s++] = (char)o->letter;
		if (o->args != NULL)
			shorts[s++] = ':';
	}
	longs[n] = (struct option){ "help", 0, NULL, 'h' };
	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == 'h') {
			command_usage(stdout, command);
			exit(0);
		}
		if (c == ':')
			args_fail(a, "`%s` wants an argument",
			    argv[optind - 1]);
		if (c == '?')
			args_fail(a, "there is no option `%s`",
			    argv[optind - 1]);
		if (a->ngiven == ARGS_GIVEN)
			args_fail(a, "more than %d options", ARGS_GIVEN);
		a->values[c] = optarg ? optarg : "";
		a->given[a->ngiven].letter = c;
		a->given[a->ngiven++].value = a->values[c];
	}
	a->rest = argv + optind;
	a->nrest = argc - optind;
	check_count(a);
}

uint64_t
args_number(const struct args *a, int letter, const char *what, uint64_t least,
    uint64_t most)
{
	const char *text = args_get(a, letter);
	unsigned long long n;
	char *end;

	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || n < least ||
	    n > most)
		args_fail(a, "%s is a number from %llu to %llu", what,
		    (unsigned long long)least, (unsigned long long)most);
	return n;
}
