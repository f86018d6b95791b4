/*
 * A scripted editor: client SCRIPT...
 *
 * Runs `crosswalk lsp` and plays a script against it; a line each:
 *
 *   # …              a remark
 *   file NAME        the lines up to `.` become a file; \r at a line's end is
 *                    a carriage return
 *   open NAME        didOpen with that text
 *   change NAME L:C L:C JSON-TEXT
 *                    didChange: the text between two positions becomes that
 *   > JSON           a message
 *   >> ID METHOD NAME [L:C] [JSON]
 *                    a request about a file: textDocument/METHOD, with more
 *                    parameters
 *   raw TEXT         bytes; \r \n \\ stand for what they stand for in C
 *   < JSON           the next message has at least that: objects may have
 *                    more, lists may not, "*" is anything
 *   exit STATUS      nothing more comes, and the server ends so
 *
 * $DIR is the folder of the files, $U its URI.  It waits for the server, never
 * for a time; a server that says nothing is ended by an alarm.
 */
#include "config.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

#define FILES 16

static struct {
	char name[64];
	struct buf text;
} files[FILES];
static unsigned nfile;

static char dir[64];
static const char *script;
static unsigned line;
static FILE *to, *from;
static pid_t server;

static _Noreturn void
fail(const char *what, const char *more)
{
	fprintf(stderr, "%s:%u: %s%s%s\n", script, line, what, more ? ": " :
	    "", more ? more : "");
	exit(1);
}

/* ---- to the server ---- */

/* What is sent goes out when the script waits, so that it comes at once. */
static void
send_text(const char *text)
{
	fprintf(to, "Content-Length: %zu\r\n\r\n%s", strlen(text), text);
}

static void
send_json(json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);

	send_text(text);
	free(text);
	json_decref(j);
}

static json_t *
parse(const char *text)
{
	json_error_t e;
	json_t *j = json_loads(text, JSON_DECODE_ANY, &e);

	if (j == NULL)
		fail("the script's JSON", e.text);
	return j;
}

static json_t *
uri(const char *name)
{
	char text[256];

	snprintf(text, sizeof(text), "file://%s/%s", dir, name);
	return json_string(text);
}

static void
notify(const char *method, json_t *params)
{
	send_json(json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method",
	    method, "params", params));
}

static json_t *
position(const char *text)
{
	int l, c;

	if (sscanf(text, "%d:%d", &l, &c) != 2)
		fail("no position", text);
	return json_pack("{s:i, s:i}", "line", l, "character", c);
}

/* The next word of a line, NULL behind the last. */
static char *
word(char **rest)
{
	char *w = *rest + strspn(*rest, " ");

	if (*w == '\0')
		return NULL;
	*rest = w + strcspn(w, " ");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return w;
}

static int
number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static void
open_file(const char *name)
{
	for (unsigned i = 0; i < nfile; i++)
		if (strcmp(files[i].name, name) == 0) {
			notify("textDocument/didOpen", json_pack(
			    "{s:{s:o, s:s, s:i, s:o}}", "textDocument",
			    "uri", uri(name), "languageId", "crosswalk-map",
			    "version", 1, "text", json_stringn(
			    files[i].text.p, files[i].text.n)));
			return;
		}
	fail("no such file", name);
}

static void
change_file(char *rest)
{
	char *name = word(&rest), *a = word(&rest), *b = word(&rest);

	if (b == NULL)
		fail("change NAME L:C L:C TEXT", NULL);
	notify("textDocument/didChange", json_pack(
	    "{s:{s:o, s:i}, s:[{s:{s:o, s:o}, s:o}]}", "textDocument",
	    "uri", uri(name), "version", 2, "contentChanges",
	    "range", "start", position(a), "end", position(b),
	    "text", parse(rest)));
}

/* >> ID METHOD NAME [L:C] [JSON] */
static void
ask(char *rest)
{
	char *id = word(&rest), *method = word(&rest), *name = word(&rest);
	char full[64];
	json_t *params;

	if (name == NULL)
		fail(">> ID METHOD NAME", NULL);
	snprintf(full, sizeof(full), "textDocument/%s", method);
	params = json_pack("{s:{s:o}}", "textDocument", "uri", uri(name));
	if (*rest >= '0' && *rest <= '9')
		json_object_set_new(params, "position", position(word(&rest)));
	if (*rest != '\0') {
		json_t *j = parse(rest);

		json_object_update(params, j);
		json_decref(j);
	}
	send_json(json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id",
	    number(id), "method", full, "params", params));
}

static void
send_raw(const char *p)
{
	for (; *p != '\0'; p++) {
		char c = *p;

		if (c == '\\' && p[1] != '\0') {
			c = *++p;
			c = c == 'r' ? '\r' : c == 'n' ? '\n' : c;
		}
		fputc(c, to);
	}
}

/* ---- from the server ---- */

static json_t *
receive(void)
{
	char header[128];
	size_t n = 0;
	json_error_t e;
	char *text;
	json_t *j;

	for (;;) {
		if (fgets(header, sizeof(header), from) == NULL)
			return NULL;
		if (strcmp(header, "\r\n") == 0)
			break;
		sscanf(header, "Content-Length: %zu", &n);
	}
	text = malloc(n + 1);
	if (n == 0 || text == NULL || fread(text, 1, n, from) != n)
		fail("a message that is not whole", NULL);
	j = json_loadb(text, n, 0, &e);
	if (j == NULL)
		fail("a message that is no JSON", e.text);
	free(text);
	return j;
}

static int
has(const json_t *got, const json_t *want)
{
	const char *name;
	json_t *v;

	if (json_is_string(want) && strcmp(json_string_value(want), "*") == 0)
		return got != NULL;
	if (json_is_object(want)) {
		json_object_foreach((json_t *)want, name, v)
			if (!has(json_object_get(got, name), v))
				return 0;
		return json_is_object(got);
	}
	if (json_is_array(want)) {
		if (json_array_size(got) != json_array_size(want))
			return 0;
		for (size_t i = 0; i < json_array_size(want); i++)
			if (!has(json_array_get(got, i),
			    json_array_get(want, i)))
				return 0;
		return json_is_array(got);
	}
	return json_equal(got, want);
}

static void
expect(const char *text)
{
	json_t *want = parse(text), *got;
	char *shown;

	fflush(to);
	got = receive();
	if (got == NULL)
		fail("the server ended", NULL);
	shown = json_dumps(got, JSON_COMPACT);
	if (!has(got, want))
		fail("got another message", shown);
	free(shown);
	json_decref(want);
	json_decref(got);
}

static void
expect_end(const char *status)
{
	int got = 0;
	json_t *more;

	fclose(to);
	more = receive();
	if (more != NULL)
		fail("one message more", json_dumps(more, JSON_COMPACT));
	waitpid(server, &got, 0);
	server = 0;
	if (!WIFEXITED(got) || WEXITSTATUS(got) != number(status))
		fail("the server ended with another status", NULL);
}

/* ---- the script ---- */

static void
start(void)
{
	int in[2], out[2];

	if (pipe(in) != 0 || pipe(out) != 0 || (server = fork()) < 0)
		fail("cannot start the server", NULL);
	if (server == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("crosswalk", "crosswalk", "lsp", NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	to = fdopen(in[1], "w");
	setvbuf(to, NULL, _IOFBF, 1 << 16);
	from = fdopen(out[0], "r");
}

/* $DIR and $U of a line of the script; a line each, on the heap. */
static char *
read_line(FILE *f)
{
	struct buf b = { 0 };
	char *text = NULL;
	size_t cap = 0;
	ssize_t n = getline(&text, &cap, f);

	if (n < 0) {
		free(text);
		return NULL;
	}
	line++;
	for (char *p = text; *p != '\0' && *p != '\n'; p++) {
		if (strncmp(p, "$DIR", 4) == 0) {
			buf_puts(&b, str_z(dir));
			p += 3;
		} else if (strncmp(p, "$U", 2) == 0) {
			buf_printf(&b, "file://%s", dir);
			p++;
		} else {
			buf_putc(&b, *p);
		}
	}
	buf_putc(&b, '\0');
	free(text);
	return b.p;
}

static void
make_file(FILE *f, const char *name)
{
	char path[256], *text;
	FILE *out;
	unsigned i = 0;

	while (i < nfile && strcmp(files[i].name, name) != 0)
		i++;
	if (i == FILES)
		fail("too many files", NULL);
	nfile += i == nfile;
	snprintf(files[i].name, sizeof(files[i].name), "%s", name);
	buf_reset(&files[i].text);
	while ((text = read_line(f)) != NULL && strcmp(text, ".") != 0) {
		size_t n = strlen(text);
		int cr = n > 1 && strcmp(text + n - 2, "\\r") == 0;

		buf_put(&files[i].text, text, cr ? n - 2 : n);
		buf_puts(&files[i].text, cr ? STR("\r\n") : STR("\n"));
		free(text);
	}
	free(text);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "wb");
	if (out == NULL || fwrite(files[i].text.p, 1, files[i].text.n, out) !=
	    files[i].text.n || fclose(out) != 0)
		fail("cannot write the file", path);
}

static void
step(FILE *f, char *text)
{
	char *rest = text, *what = word(&rest);

	if (what == NULL || *what == '#')
		return;
	if (strcmp(what, "file") == 0) {
		make_file(f, rest);
	} else if (strcmp(what, "open") == 0) {
		open_file(rest);
	} else if (strcmp(what, "change") == 0) {
		change_file(rest);
	} else if (strcmp(what, ">") == 0) {
		json_t *j = parse(rest);

		json_object_set_new(j, "jsonrpc", json_string("2.0"));
		send_json(j);
	} else if (strcmp(what, ">>") == 0) {
		ask(rest);
	} else if (strcmp(what, "raw") == 0) {
		send_raw(rest);
	} else if (strcmp(what, "<") == 0) {
		expect(rest);
	} else if (strcmp(what, "exit") == 0) {
		expect_end(rest);
	} else {
		fail("no such step", what);
	}
}

static void
play(const char *name)
{
	FILE *f = fopen(name, "r");
	char *text;

	script = name;
	line = 0;
	if (f == NULL)
		fail("cannot be read", NULL);
	snprintf(dir, sizeof(dir), "/tmp/crosswalk-lsp-XXXXXX");
	if (mkdtemp(dir) == NULL)
		fail("no folder", dir);
	start();
	while ((text = read_line(f)) != NULL) {
		step(f, text);
		free(text);
	}
	fclose(f);
	if (server != 0)
		fail("the script has no exit", NULL);
	fclose(from);
	for (unsigned i = 0; i < nfile; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
		unlink(path);
		buf_fini(&files[i].text);
	}
	memset(files, 0, sizeof(files));
	nfile = 0;
	rmdir(dir);
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	for (int i = 1; i < argc; i++) {
		alarm(60);
		play(argv[i]);
	}
	return argc > 1 ? 0 : 2;
}
