/*
 * See harness.h.
 */
#include "tests/bench/harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "record/value.h"

#define RUNS 5

static void
die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

void
bench_read(struct bench *b, const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n, cap = 0;

	*b = (struct bench){ .n = 0 };
	if (f == NULL)
		die(path);
	do {
		n = fread(buf_room(&b->text, 1 << 20), 1, 1 << 20, f);
		b->text.n += n;
	} while (n > 0);
	fclose(f);
	memset(buf_room(&b->text, RECORD_PAD), 0, RECORD_PAD);
	for (size_t at = 0; at < b->text.n;) {
		const char *p = b->text.p + at;
		const char *nl = memchr(p, '\n', b->text.n - at);

		if (nl == NULL)
			break;
		if (b->n == cap) {
			cap = cap * 2 + 1024;
			b->lines = realloc(b->lines, cap * sizeof(*b->lines));
			if (b->lines == NULL)
				die("lines");
		}
		b->lines[b->n++] = str_from(p, (size_t)(nl - p));
		at += (size_t)(nl - p) + 1;
	}
}

void
bench_free(struct bench *b)
{
	buf_fini(&b->text);
	free(b->lines);
}

static void
line(bench_fn *fn, void *arg, struct str s, struct buf *out)
{
	if (fn(arg, s, out) != 0)
		exit(1);
	buf_putc(out, '\n');
}

void
bench_print(const struct bench *b, bench_fn *fn, void *arg)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < b->n; i++) {
		line(fn, arg, b->lines[i], &out);
		if (i % BENCH_BATCH == BENCH_BATCH - 1)
			fn(arg, (struct str){ NULL, 0 }, &out);
		if (fwrite(out.p, 1, out.n, stdout) != out.n)
			die("stdout");
		buf_reset(&out);
	}
	buf_fini(&out);
}

static double
cpu_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

double
bench_rate(const struct bench *b, bench_fn *fn, void *arg)
{
	struct buf out = { 0 };
	double best = 0;

	for (int run = 0; run < RUNS; run++) {
		double began = cpu_s(), rate;

		for (size_t i = 0; i < b->n; i++) {
			line(fn, arg, b->lines[i], &out);
			if (i % BENCH_BATCH != BENCH_BATCH - 1)
				continue;
			fn(arg, (struct str){ NULL, 0 }, &out);
			buf_reset(&out);
		}
		rate = (double)b->n / (cpu_s() - began);
		if (rate > best)
			best = rate;
	}
	buf_fini(&out);
	return best;
}
