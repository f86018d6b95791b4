/*
 * tables <crosswalk-map.5.in >crosswalk-map.5: put the tables of the program
 * where a line of the page is @BUILTINS@ or @FINDINGS@.
 */
#include <stdio.h>
#include <string.h>

/* One byte of text; at the front of a line, dots are roff's. */
static void
put(char c, int front)
{
	if (front && (c == '.' || c == '\''))
		fputs("\\&", stdout);
	if (c == '\\')
		fputs("\\e", stdout);
	else
		putchar(c);
}

/* As the argument of a macro; \& keeps a last `?` from being punctuation. */
static void
word(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			fputs("\\(dq", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			put(*s, 0);
	}
	fputs("\\&\"", stdout);
}

/* n bytes as running text: lines of 72, and a sentence ends its line. */
static void
flow(const char *s, size_t n, const char *behind)
{
	size_t column = 0;

	for (size_t i = 0; i < n;) {
		size_t len = 0;
		char last;

		while (i < n && (s[i] == ' ' || s[i] == '\n'))
			i++;
		while (i + len < n && s[i + len] != ' ' && s[i + len] != '\n')
			len++;
		if (len == 0)
			break;
		if (column > 0)
			putchar(column + len > 70 ? '\n' : ' ');
		if (column + len > 70)
			column = 0;
		for (size_t k = 0; k < len; k++)
			put(s[i + k], column == 0 && k == 0);
		column += len + 1;
		i += len;
		last = s[i - 1];
		if (i < n && (last == '.' || last == '?' || last == '!')) {
			putchar('\n');
			column = 0;
		}
	}
	puts(column > 0 ? behind : "");
}

static void
examples(const char *const *list)
{
	for (; *list != NULL; list++) {
		fputs(".Dl ", stdout);
		word(*list);
		putchar('\n');
	}
}

static void
builtin(const char *name, const char *params, const char *type,
    const char *law, const char *synopsis, const char *const *list)
{
	char head[512];

	snprintf(head, sizeof(head), "%s%s%s%s: %s", name,
	    *params || !law ? "(" : "", params, *params || !law ? ")" : "",
	    type);
	fputs(".It Li ", stdout);
	word(head);
	putchar('\n');
	flow(synopsis, strlen(synopsis), ".");
	if (law != NULL) {
		fputs("Law: ", stdout);
		for (const char *p = law; *p != '\0'; p++)
			putchar(*p | 0x20);
		puts(".");
	}
	examples(list);
}

#define LIST(...) (const char *const[]){ __VA_ARGS__, NULL }

static void
builtins(void)
{
#define FN(name, params, result, fallible, cost, synopsis, ...)           \
	builtin(#name, params, result, NULL, synopsis, LIST(__VA_ARGS__));
#define SAME(name, params, type, law, fallible, cost, synopsis, ...)      \
	builtin(#name, params, type, #law, synopsis, LIST(__VA_ARGS__));
#define CODEC(name, params, left, right, law, fallible, back, cost,       \
    compare, hidden, synopsis, ...)                                       \
	builtin(#name, params, left " <-> " right, #law, synopsis,        \
	    LIST(__VA_ARGS__));
#include "vm/builtins.def"
#undef FN
#undef SAME
#undef CODEC
}

/* How long the lines are that begin with a blank, or that do not. */
static size_t
stretch(const char *s, int code)
{
	size_t n = 0;

	while (s[n] != '\0' && (s[n] == ' ') == code) {
		n += strcspn(s + n, "\n");
		n += s[n] == '\n';
	}
	return n;
}

/* In an explanation, lines that begin with blanks are code. */
static void
finding(int number, char level, const char *title, const char *s)
{
	printf(".It Li %c%d No \\(em ", level, number);
	word(title);
	putchar('\n');
	while (*s != '\0') {
		size_t n = stretch(s, 0);

		if (n > 0)
			flow(s, n, "");
		s += n;
		n = stretch(s, 1);
		if (n == 0)
			continue;
		puts(".\\\" fragment\n.Bd -literal");
		for (size_t i = 0; i < n; i++)
			put(s[i], i == 0);
		puts(s[n - 1] == '\n' ? ".Ed" : "\n.Ed");
		s += n;
	}
}

static void
findings(void)
{
#define CODE(number, level, title, explanation)                           \
	finding(number, #level[0], title, explanation);
#include "lang/codes.def"
#undef CODE
}

int
main(void)
{
	char line[4096];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "@BUILTINS@\n") == 0)
			builtins();
		else if (strcmp(line, "@FINDINGS@\n") == 0)
			findings();
		else
			fputs(line, stdout);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
