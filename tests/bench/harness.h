/*
 * What the programs that are compared share: the records in memory, the
 * clock, the report.  Only the work between them differs.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include "base/str.h"

/*
 * Map one line and append the result; what was made for lines may be freed
 * every BENCH_BATCH lines, when line.p is NULL.
 */
typedef int bench_fn(void *arg, struct str line, struct buf *out);

#define BENCH_BATCH 64

/* The file's lines with RECORD_PAD readable bytes behind; exits if it must. */
struct bench {
	struct buf text;
	struct str *lines;
	size_t n;
};

void bench_read(struct bench *b, const char *path);
void bench_free(struct bench *b);
/* All lines once, to stdout, a line each; exits 1 where one fails. */
void bench_print(const struct bench *b, bench_fn *fn, void *arg);
/*
 * Lines a second of this thread's processor time, the best of several runs
 * over all lines.
 */
double bench_rate(const struct bench *b, bench_fn *fn, void *arg);

#endif
