/*
 * The table of commands, and what is made from it: help and completion.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

const struct command commands[] = {
#define COMMAND(function, name, args, help)                               \
	{ cmd_##function, name, args, help, 0 },
#define OPTION(letter, name, arg, help) { NULL, name, arg, help, letter },
#include "cli/commands.def"
#undef COMMAND
#undef OPTION
	{ NULL, NULL, NULL, NULL, 0 },
};

const struct command *
command_next(const struct command *c)
{
	for (c = c ? c + 1 : commands; c->name != NULL; c++) {
		if (c->run != NULL)
			return c;
	}
	return NULL;
}

/* How many words of argv the name is, 0 when argv does not begin with it. */
static int
words_of(const char *name, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		size_t n = strcspn(name, " ");

		if (strlen(argv[i]) != n || memcmp(argv[i], name, n) != 0)
			return 0;
		if (name[n] == '\0')
			return i + 1;
		name += n + 1;
	}
	return 0;
}

const struct command *
command_find(int argc, char **argv, int *words)
{
	for (const struct command *c = NULL; (c = command_next(c)) != NULL;) {
		*words = words_of(c->name, argc, argv);
		if (*words > 0)
			return c;
	}
	*words = 0;
	return NULL;
}

/* Does the name begin with the word, and has more? */
static int
in_group(const struct command *c, const char *word)
{
	size_t n = strlen(word);

	return strncmp(c->name, word, n) == 0 && c->name[n] == ' ';
}

/* The commands of a group, or all; returns how many. */
static int
list_commands(FILE *out, const char *group)
{
	int n = 0;

	for (const struct command *c = NULL; (c = command_next(c)) != NULL;) {
		if (*c->help == '\0' || (group && !in_group(c, group)))
			continue;
		fprintf(out, "  %-18s %s\n", c->name, c->help);
		n++;
	}
	return n;
}

void
command_overview(FILE *out)
{
	fputs("usage: crosswalk COMMAND [OPTION...] [ARGUMENT...]\n\n", out);
	list_commands(out, NULL);
	fputs("\n`crosswalk help COMMAND` says more; crosswalk(1) says all\n",
	    out);
}

void
command_usage(FILE *out, const struct command *c)
{
	const struct command *o = c + 1;

	fprintf(out, "usage: crosswalk %s%s%s%s\n", c->name,
	    o->name != NULL && o->run == NULL ? " [OPTION...]" : "",
	    *c->args ? " " : "", c->args);
	if (*c->help != '\0')
		fprintf(out, "  %s\n", c->help);
	for (; o->name != NULL && o->run == NULL; o++) {
		int n = fprintf(out, "  -%c, --%s%s%s", o->letter, o->name,
		    o->args ? " " : "", o->args ? o->args : "");

		fprintf(out, "%*s %s\n", n < 24 ? 24 - n : 0, "", o->help);
	}
}

/* Levenshtein's distance, words up to 31 letters. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[32], n = strlen(b);

	if (strlen(a) > 31 || n > 31)
		return 32;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t was = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = was + (a[i - 1] != b[j - 1]);

			was = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

int
command_missing(int argc, char **argv)
{
	const struct command *near = NULL;
	size_t best = 3;

	for (const struct command *c = NULL; (c = command_next(c)) != NULL;) {
		size_t d;

		if (in_group(c, argv[0])) {
			if (argc > 1)
				fprintf(stderr, "crosswalk: `%s` has no "
				    "command `%s`\n", argv[0], argv[1]);
			fprintf(stderr, "usage: crosswalk %s COMMAND\n\n",
			    argv[0]);
			list_commands(stderr, argv[0]);
			return 2;
		}
		d = distance(argv[0], c->name);
		if (*c->help != '\0' && d < best) {
			best = d;
			near = c;
		}
	}
	fprintf(stderr, "crosswalk: there is no command `%s`", argv[0]);
	if (near != NULL)
		fprintf(stderr, "; did you mean `%s`?", near->name);
	fputs("\n`crosswalk help` lists all commands\n", stderr);
	return 2;
}

int
cmd_help(int argc, char **argv)
{
	const struct command *c;
	int words;

	if (argc < 2) {
		command_overview(stdout);
		return 0;
	}
	c = command_find(argc - 1, argv + 1, &words);
	if (c != NULL) {
		command_usage(stdout, c);
		return 0;
	}
	if (argc == 2 && list_commands(stdout, argv[1]) > 0)
		return 0;
	return command_missing(argc - 1, argv + 1);
}

/* Print the word when it begins with what is there so far. */
static void
offer(const char *word, size_t n, const char *begin)
{
	if (strncmp(word, begin, strlen(begin)) == 0)
		printf("%.*s\n", (int)n, word);
}

/* The commands whose name goes on where the words before end. */
static void
offer_commands(int argc, char **argv, const char *begin)
{
	const char *last = "";

	for (const struct command *c = NULL; (c = command_next(c)) != NULL;) {
		const char *word = c->name;
		size_t n;

		if (*c->help == '\0' || argc > 1 ||
		    (argc == 1 && !in_group(c, argv[0])))
			continue;
		if (argc == 1)
			word += strlen(argv[0]) + 1;
		n = strcspn(word, " ");
		/* a group's commands follow each other in the table */
		if (strncmp(word, last, n) == 0 && last[n] == ' ')
			continue;
		last = word;
		offer(word, n, begin);
	}
}

/*
 * What may stand where the last of the words is: commands, or options.  Files
 * are the shell's affair.
 */
int
cmd_complete(int argc, char **argv)
{
	const char *begin = argc > 1 ? argv[argc - 1] : "";
	const struct command *c;
	int words, before = argc > 1 ? argc - 2 : 0;

	argv++;
	if (before > 0 && strcmp(argv[0], "help") == 0) {
		offer_commands(before - 1, argv + 1, begin);
		return 0;
	}
	c = command_find(before, argv, &words);
	if (c == NULL) {
		offer_commands(before, argv, begin);
		return 0;
	}
	if (begin[0] != '-')
		return 0;
	for (const struct command *o = c + 1; o->name && !o->run; o++) {
		if (strncmp(begin, "--", strlen(begin)) != 0 &&
		    strncmp(begin + 2, o->name, strlen(begin + 2)) != 0)
			continue;
		printf("--%s\n", o->name);
	}
	return 0;
}
