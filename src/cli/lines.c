/*
 * The buffer holds the longest record, one block and the pad.  When less than
 * a line is left, what is left moves to the front and a block is read behind.
 */
#include "cli/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/value.h"

#ifdef HOSTILE
#define LINES_BLOCK ((size_t)61) /* cuts records anywhere */
#else
#define LINES_BLOCK ((size_t)1 << 18)
#endif
#define LINE_MOST (RECORD_MAX + 1)
#define LINES_CAP (LINE_MOST + LINES_BLOCK)

void
lines_init(struct lines *l, int fd, const char *name)
{
	*l = (struct lines){ .fd = fd, .name = name };
	l->p = calloc(1, LINES_CAP + RECORD_PAD);
	if (l->p == NULL)
		fatal("out of memory: a buffer of %zu bytes", LINES_CAP);
}

int
lines_open(struct lines *l, const char *path, struct err *e)
{
	int fd = STDIN_FILENO;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_NOINPUT, "cannot open %s: %s", path,
		    strerror(errno));
	lines_init(l, fd, fd == STDIN_FILENO ? "stdin" : path);
	return 0;
}

void
lines_fini(struct lines *l)
{
	if (l->fd > STDERR_FILENO)
		close(l->fd);
	free(l->p);
	*l = (struct lines){ .fd = -1 };
}

/* Read a block behind what is left; 0 also at the end of the file. */
static int
fill(struct lines *l, struct err *e)
{
	ssize_t n;

	if (l->at > 0) {
		memmove(l->p, l->p + l->at, l->end - l->at);
		l->end -= l->at;
		l->at = 0;
	}
	do
		n = read(l->fd, l->p + l->end, LINES_BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", l->name,
		    strerror(errno));
	l->end += (size_t)n;
	l->bytes += (size_t)n;
	l->eof = n == 0;
	return 0;
}

/* Drop the rest of a line that is too long. */
static int
skip_rest(struct lines *l, struct err *e)
{
	char *nl;

	while ((nl = memchr(l->p + l->at, '\n', l->end - l->at)) == NULL) {
		l->at = l->end;
		if (l->eof)
			return 0;
		if (fill(l, e) != 0)
			return -1;
	}
	l->at = (size_t)(nl - l->p) + 1;
	return 0;
}

static int
blank(struct str s)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r'))
		i++;
	return i == s.n;
}

/* One line, blank or not. */
static int
next(struct lines *l, struct str *line, struct err *e)
{
	size_t seen = 0; /* bytes from at without a newline */

	for (;;) {
		char *from = l->p + l->at;
		char *nl = memchr(from + seen, '\n', l->end - l->at - seen);
		size_t n = nl ? (size_t)(nl - from) : l->end - l->at;

		if (n >= LINE_MOST) {
			*line = str_from(from, LINE_MOST);
			l->at += LINE_MOST;
			l->number++;
			l->cut = 1;
			return 1;
		}
		if (nl != NULL || (l->eof && n > 0)) {
			*line = str_from(from, n);
			l->at += n + (nl != NULL);
			l->number++;
			return 1;
		}
		if (l->eof)
			return 0;
		seen = n;
		if (fill(l, e) != 0)
			return -1;
	}
}

int
lines_next(struct lines *l, struct str *line, struct err *e)
{
	int r;

	if (l->cut) {
		l->cut = 0;
		if (skip_rest(l, e) != 0)
			return -1;
	}
	do
		r = next(l, line, e);
	while (r == 1 && blank(*line));
	return r;
}
