/*
 * crosswalk doc: what mappings do, for people, as Markdown.
 */
#include <unistd.h>

#include "cli/cli.h"
#include "lang/query.h"

/* A page behind what is in out; 0, or the status with findings on stderr. */
static int
page(const char *path, struct buf *out)
{
	struct lang_view *v = lang_analyse(str_z(path), lang_read_file, NULL);
	const struct diags *d = lang_view_diags(v);
	struct buf said = { 0 };
	int status = 0;

	if (d->nerror > 0) {
		diags_print(&said, d, isatty(STDERR_FILENO));
		fwrite(said.p, 1, said.n, stderr);
		status = err_exit(ERR_DATA);
	} else {
		if (out->n > 0)
			buf_putc(out, '\n');
		lang_document(v, out);
	}
	buf_fini(&said);
	lang_view_free(v);
	return status;
}

int
cmd_doc(const struct args *a)
{
	const char *path = args_get(a, 'o');
	struct buf out = { 0 };
	int status = 0;
	struct err e;

	for (int i = 0; i < a->nrest; i++) {
		int one = page(a->rest[i], &out);

		if (one > status)
			status = one;
	}
	/* all pages, or none */
	if (status == 0 && (path != NULL ?
	    write_whole(path, buf_str(&out), &e) :
	    write_all(STDOUT_FILENO, &out, &e)) != 0)
		status = say_err(&e);
	buf_fini(&out);
	return status;
}
