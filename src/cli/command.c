/*
 * The table of commands, and what is made from it: help and completion.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

const struct command commands[] = {
#define COMMAND(function, name, args, help)                               \
	{ name, args, help, cmd_##function, NULL, SESSION_NONE, 0 },
#define SESSION(function, kind, name, args, help)                         \
	{ name, args, help, NULL, cmd_##function, SESSION_##kind, 0 },
#define OPTION(letter, name, arg, help)                                   \
	{ name, arg, help, NULL, NULL, SESSION_NONE, letter },
#include "cli/commands.def"
#undef COMMAND
#undef SESSION
#undef OPTION
	{ NULL, NULL, NULL, NULL, NULL, SESSION_NONE, 0 },
};

const struct command *
command_next(const struct command *c)
{
	for (c = c ? c + 1 : commands; c->name != NULL; c++) {
		if (c->letter == 0)
			return c;
	}
	return NULL;
}

const struct command *
command_option(const struct command *o)
{
	return o[1].name != NULL && o[1].letter != 0 ? o + 1 : NULL;
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
		if (group != NULL && !in_group(c, group))
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
	const struct command *o = c;

	fprintf(out, "usage: crosswalk %s%s%s%s\n  %s\n", c->name,
	    command_option(c) ? " [OPTION...]" : "", *c->args ? " " : "",
	    c->args, c->help);
	while ((o = command_option(o)) != NULL) {
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

static int
list_group(FILE *out, const char *group, int status)
{
	fprintf(out, "usage: crosswalk %s COMMAND\n\n", group);
	list_commands(out, group);
	return status;
}

int
command_missing(int argc, char **argv)
{
	const struct command *near = NULL;
	size_t best = 3;

	for (const struct command *c = NULL; (c = command_next(c)) != NULL;) {
		size_t d;

		if (in_group(c, argv[0])) {
			if (argc > 1 && (strcmp(argv[1], "--help") == 0 ||
			    strcmp(argv[1], "-h") == 0))
				return list_group(stdout, argv[0], 0);
			if (argc > 1)
				fprintf(stderr, "crosswalk: `%s` has no "
				    "command `%s`\n", argv[0], argv[1]);
			return list_group(stderr, argv[0], 2);
		}
		d = distance(argv[0], c->name);
		if (d < best) {
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
cmd_help(const struct args *a)
{
	const struct command *c;
	int words;

	if (a->nrest == 0) {
		command_overview(stdout);
		return 0;
	}
	c = command_find(a->nrest, a->rest, &words);
	if (c != NULL) {
		command_usage(stdout, c);
		return 0;
	}
	if (a->nrest == 1 && list_commands(stdout, a->rest[0]) > 0)
		return 0;
	return command_missing(a->nrest, a->rest);
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

		if (argc > 1 || (argc == 1 && !in_group(c, argv[0])))
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

void
command_complete(int argc, char **argv)
{
	int words, before = argc > 0 ? argc - 1 : 0;
	const char *begin = argc > 0 ? argv[before] : "";
	const struct command *c;

	if (before > 0 && strcmp(argv[0], "help") == 0) {
		offer_commands(before - 1, argv + 1, begin);
		return;
	}
	c = command_find(before, argv, &words);
	if (c == NULL) {
		offer_commands(before, argv, begin);
		return;
	}
	if (begin[0] != '-')
		return;
	while ((c = command_option(c)) != NULL) {
		char word[64];
		int n = snprintf(word, sizeof(word), "--%s", c->name);

		offer(word, (size_t)n, begin);
	}
}
