/*
 * The engine of crosswalk over records in memory.
 *
 *   map FILE.map RECORDS -o      the mapped records
 *   map FILE.map RECORDS         records a second; and
 *   map FILE.map -c              microseconds to compile the mapping
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "lang/lang.h"
#include "tests/bench/harness.h"
#include "vm/vm.h"

struct work {
	const struct prog *prog;
	struct vm *vm;
	struct arena arena;
};

static int
map(void *arg, struct str line, struct buf *out)
{
	struct work *w = arg;
	struct vm_frame f;
	struct err e;

	if (line.p == NULL) {
		arena_reset(&w->arena);
		return 0;
	}
	if (vm_map(w->vm, w->prog, line, &f, &w->arena, &e) != 0) {
		fprintf(stderr, "map: %s\n", e.text);
		return -1;
	}
	layout_write(out, w->prog->funcs[0].layout, f.out, STR(""));
	return 0;
}

static struct unit *
compile(const char *file)
{
	struct buf text = { 0 };
	struct unit *u = NULL;
	struct diags d;

	diags_init(&d);
	if (lang_compile(str_z(file), lang_read_file, NULL, NULL, &u, NULL,
	    &d) != 0) {
		diags_print(&text, &d, 0);
		fwrite(text.p, 1, text.n, stderr);
		exit(1);
	}
	diags_fini(&d);
	return u;
}

static void
time_compile(const char *file)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 20; i++) {
		int64_t began = clock_mono_ns(), took;

		unit_unref(compile(file));
		took = clock_mono_ns() - began;
		if (took < best)
			best = took;
	}
	printf("%lld\n", (long long)(best / 1000));
}

int
main(int argc, char **argv)
{
	struct work w = { .vm = NULL };
	struct bench b;
	struct unit *u;

	if (argc < 3) {
		fputs("usage: map FILE.map RECORDS [-o] | FILE.map -c\n",
		    stderr);
		return 2;
	}
	if (strcmp(argv[2], "-c") == 0) {
		time_compile(argv[1]);
		return 0;
	}
	u = compile(argv[1]);
	w.prog = u->maps[0].forward;
	w.vm = vm_new(NULL);
	bench_read(&b, argv[2]);
	if (argc > 3)
		bench_print(&b, map, &w);
	else
		printf("%.0f\n", bench_rate(&b, map, &w));
	bench_free(&b);
	vm_free(w.vm);
	arena_fini(&w.arena);
	unit_unref(u);
	return 0;
}
