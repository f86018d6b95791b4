/*
 * Lines of a file that may be larger than memory: NDJSON on stdin.
 *
 * One buffer, filled by large reads; a line is a slice of it with RECORD_PAD
 * readable bytes behind, valid until the next call.  No copy and no malloc a
 * line, but the part of a line that a read cut off.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct lines {
	int fd;
	const char *name; /* for messages: "stdin", a file */
	char *p;
	size_t at, end;   /* the unread bytes are p[at .. end) */
	uint64_t number;  /* of the line that lines_next returned, from 1 */
	uint64_t bytes;   /* read so far */
	int eof;
	int cut;          /* the rest of a line too long is still there */
};

/* Takes fd; name lives as long as l. */
void lines_init(struct lines *l, int fd, const char *name);
/* Opens the file, "-" is stdin. */
int lines_open(struct lines *l, const char *path, struct err *e);
void lines_fini(struct lines *l);

/*
 * 1 and the next line without its end, 0 at the end of the file, -1 where it
 * cannot be read.  Blank lines are passed over but counted.  A line longer
 * than RECORD_MAX comes as its first RECORD_MAX + 1 bytes, which the reader
 * of records refuses by its own limit.
 */
int lines_next(struct lines *l, struct str *line, struct err *e);

#endif
