/*
 * crosswalk fmt: one layout for every mapping, in place.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "lang/lang.h"

#define FILE_MAX ((size_t)16 << 20)

/* Whole or not there: written beside with the file's mode, and renamed. */
static int
replace(const char *path, struct buf *text, struct err *e)
{
	struct buf name = { 0 };
	struct stat st;
	int fd, rv = -1;

	buf_printf(&name, "%s.crosswalk-fmt", path);
	buf_putc(&name, '\0');
	fd = open(name.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0 && stat(path, &st) == 0 &&
	    fchmod(fd, st.st_mode & 07777) == 0 &&
	    write_all(fd, text, e) == 0 && fsync(fd) == 0 &&
	    rename(name.p, path) == 0)
		rv = 0;
	if (rv != 0) {
		err_set(e, ERR_SYSTEM, "%s: cannot replace it: %s", path,
		    strerror(errno));
		unlink(name.p);
	}
	if (fd >= 0)
		close(fd);
	buf_fini(&name);
	return rv;
}

/* 0 as it should be (now), 1 it is not and --check was given, else status. */
static int
format(const char *path, int check)
{
	int to_stdout = strcmp(path, "-") == 0, status = 0;
	struct buf text = { 0 }, out = { 0 };
	struct diags d;
	struct err e;

	if (read_all(path, FILE_MAX, &text, &e) != 0)
		return say_err(&e);
	diags_init(&d);
	if (lang_format(str_z(path), buf_str(&text), &out, &d) != 0) {
		struct buf said = { 0 };

		diags_print(&said, &d, isatty(STDERR_FILENO));
		fwrite(said.p, 1, said.n, stderr);
		buf_fini(&said);
		status = err_exit(ERR_DATA);
	} else if (check) {
		if (!str_eq(buf_str(&text), buf_str(&out))) {
			printf("%s\n", path);
			status = 1;
		}
	} else if (to_stdout) {
		if (write_all(STDOUT_FILENO, &out, &e) != 0)
			status = say_err(&e);
	} else if (!str_eq(buf_str(&text), buf_str(&out)) &&
	    replace(path, &out, &e) != 0) {
		status = say_err(&e);
	}
	diags_fini(&d);
	buf_fini(&text);
	buf_fini(&out);
	return status;
}

int
cmd_fmt(const struct args *a)
{
	int status = 0;

	for (int i = 0; i < a->nrest; i++) {
		int one = format(a->rest[i], args_get(a, 'c') != NULL);

		if (one > status)
			status = one;
	}
	return status;
}
