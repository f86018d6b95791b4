/*
 * Messages, and small things to do with the outside that every command needs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

#define READ_BYTES 65536

int
say_err(const struct err *e)
{
	fprintf(stderr, "crosswalk: %s\n", e->text);
	return err_exit(e->code);
}

int
say(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("crosswalk: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/* Outside of strings a line break is a blank, inside there is none. */
void
put_line(struct buf *out, struct str json)
{
	char *line = buf_room(out, json.n + 1);

	for (size_t i = 0; i < json.n; i++)
		line[i] = json.p[i] == '\n' || json.p[i] == '\r' ? ' ' :
		    json.p[i];
	line[json.n] = '\n';
	out->n += json.n + 1;
}

int
write_all(int fd, struct buf *b, struct err *e)
{
	for (size_t at = 0; at < b->n;) {
		ssize_t n = write(fd, b->p + at, b->n - at);

		if (n < 0 && errno != EINTR)
			return err_set(e, ERR_SYSTEM, "cannot write: %s",
			    strerror(errno));
		at += n > 0 ? (size_t)n : 0;
	}
	b->n = 0;
	return 0;
}

/* To the disk: a rename may reach it before what was written. */
static int
write_new(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct buf all = { 0 };
	struct err ignored;
	int rc;

	if (fd < 0)
		return -1;
	buf_puts(&all, text);
	rc = write_all(fd, &all, &ignored) != 0 || fdatasync(fd) != 0;
	buf_fini(&all);
	return close(fd) != 0 || rc ? -1 : 0;
}

int
write_whole(const char *path, struct str text, struct err *e)
{
	struct buf name = { 0 };
	int rc = 0;

	buf_printf(&name, "%s.new", path);
	buf_putc(&name, '\0');
	if (write_new(name.p, text) != 0 || rename(name.p, path) != 0)
		rc = err_set(e, ERR_SYSTEM, "cannot write %s: %s", path,
		    strerror(errno));
	buf_fini(&name);
	return rc;
}

int
read_all(const char *path, size_t most, struct buf *out, struct err *e)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO :
	    open(path, O_RDONLY | O_CLOEXEC);
	size_t begin = out->n;
	ssize_t n;

	if (fd < 0)
		return err_set(e, ERR_NOINPUT, "cannot open %s: %s", path,
		    strerror(errno));
	do {
		n = read(fd, buf_room(out, READ_BYTES), READ_BYTES);
		out->n += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && out->n - begin <= most) ||
	    (n < 0 && errno == EINTR));
	if (n < 0)
		err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	else if (n > 0)
		err_set(e, ERR_LIMIT, "%s is longer than %zu bytes", path,
		    most);
	if (fd != STDIN_FILENO)
		close(fd);
	return n == 0 ? 0 : -1;
}

int
time_parse(const char *text, int64_t *wall_us, struct err *e)
{
	struct tm tm = { 0 };
	const char *p = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int64_t us = 0;
	time_t seconds;
	int day;

	if (p != NULL && *p == '.') {
		int64_t unit = 100000;

		for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
			us += unit * (*p - '0');
	}
	day = tm.tm_mday;
	seconds = timegm(&tm);
	/* timegm makes the 30th of February the 2nd of March */
	if (p == NULL || strcmp(p, "Z") != 0 || tm.tm_mday != day)
		return err_set(e, ERR_USAGE, "`%s` is no time; write it as "
		    "2026-01-31T12:00:00Z", text);
	*wall_us = (int64_t)seconds * 1000000 + us;
	return 0;
}
