/*
 * crosswalk check and compile: the compiler, for people.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "vm/vm.h"

static void
print(struct buf *b)
{
	fwrite(b->p, 1, b->n, stdout);
	buf_reset(b);
}

/*
 * Compile a file; findings go to stderr, or to stdout as JSON (-j).  NULL: it
 * has errors.
 */
static struct unit *
compile(const char *path, const struct args *a, struct options *o)
{
	int json = args_get(a, 'j') != NULL;
	struct unit *u = NULL;
	struct buf out = { 0 };
	struct diags d;

	diags_init(&d);
	if (lang_compile(str_z(path), lang_read_file, NULL, &o->lang, &u, NULL,
	    &d) != 0)
		u = NULL;
	if (json) {
		diags_json(&out, &d);
		print(&out);
	} else if (d.n > 0) {
		diags_print(&out, &d, isatty(STDERR_FILENO));
		fwrite(out.p, 1, out.n, stderr);
	}
	buf_fini(&out);
	diags_fini(&d);
	options_met(o, a, u);
	return u;
}

/* "E412" or "412" */
static int
explain(const struct args *a, const char *code)
{
	const char *digits = code + strspn(code, "EWN");
	const char *title, *text;

	text = diag_explain((int)strtol(digits, NULL, 10), &title);
	if (text == NULL)
		args_fail(a, "there is no diagnostic `%s`; codes look like "
		    "E412", code);
	printf("%s: %s\n\n%s\n", code, title, text);
	return 0;
}

int
cmd_check(const struct args *a)
{
	const char *code = args_get(a, 'x');
	struct options o;
	int status = 0;

	if (code != NULL)
		return explain(a, code);
	if (a->nrest == 0)
		args_fail(a, "which file?");
	options_read(&o, a);
	for (int i = 0; i < a->nrest; i++) {
		struct unit *u = compile(a->rest[i], a, &o);

		if (u == NULL)
			status = err_exit(ERR_DATA);
		else if (args_get(a, 'j') == NULL)
			printf("%s: %u map%s, %u connector%s, %u test%s: ok\n",
			    a->rest[i], u->nmap, u->nmap == 1 ? "" : "s",
			    u->nconnector, u->nconnector == 1 ? "" : "s",
			    u->ntest, u->ntest == 1 ? "" : "s");
		unit_unref(u);
	}
	options_fini(&o);
	return status;
}

int
cmd_compile(const struct args *a)
{
	const char *path = args_get(a, 'o');
	struct buf out = { 0 };
	struct options o;
	struct unit *u;
	FILE *f = stdout;
	struct err e;

	options_read(&o, a);
	u = compile(a->rest[0], a, &o);
	options_fini(&o);
	if (u == NULL)
		return err_exit(ERR_DATA);
	unit_list(&out, u);
	unit_unref(u);
	if (path != NULL && (f = fopen(path, "w")) == NULL) {
		err_set(&e, ERR_SYSTEM, "%s: cannot write it", path);
		buf_fini(&out);
		return say_err(&e);
	}
	fwrite(out.p, 1, out.n, f);
	buf_fini(&out);
	if (f != stdout && fclose(f) != 0) {
		err_set(&e, ERR_SYSTEM, "%s: cannot write it", path);
		return say_err(&e);
	}
	return 0;
}
