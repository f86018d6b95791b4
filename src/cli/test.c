/*
 * crosswalk test: the test blocks of mappings, and the laws of their maps.
 */
#include <stdlib.h>
#include <unistd.h>

#include "cli/coverage.h"
#include "cli/known.h"
#include "cli/mapping.h"
#include "cli/options.h"
#include "cli/verdict.h"
#include "cli/watch.h"

struct run {
	const struct args *args;
	struct options options;
	struct known known;
	struct watch files; /* that were read */
	struct vm *vm;
	struct laws_options laws;
	int no_laws, coverage, json;
	unsigned least;   /* percent of the rules that have to be reached */
	struct reach reach;
	size_t rules, reached;
	FILE *out;        /* of results, where stdout is for JSON */
	const char *path; /* of the file at hand */
	int passed, failed, broken, under;
	int status;
};

static void
report_test(void *arg, const struct test_report *t)
{
	struct run *r = arg;

	if (t->ok) {
		r->passed++;
		return;
	}
	r->failed++;
	verdict_test(r->out, r->path, t);
}

static void
report_law(void *arg, const struct law_report *l)
{
	const struct run *r = arg;

	verdict_law(r->out, l);
}

/* "contact: 100 samples, 3 refused; laws hold: getput putget …" */
static void
say_result(FILE *out, const struct unit_map *m,
    const struct laws_result *l)
{
	fprintf(out, "%.*s: %u sample%s, %u refused; ", STR_ARG(m->name),
	    l->samples, l->samples == 1 ? "" : "s", l->refused);
	if (l->broken > 0)
		fprintf(out, "%u rule%s break%s laws\n", l->broken,
		    l->broken == 1 ? "" : "s", l->broken == 1 ? "s" : "");
	else
		fputs("laws hold:", out);
	for (unsigned i = 0; i < MAP_NLAW && l->broken == 0; i++)
		if (l->checked >> i & 1)
			fprintf(out, " %s", map_law_words[i]);
	if (l->broken == 0)
		putc('\n', out);
	/* what was hardly tried does not hold */
	if (l->refused > l->samples - l->samples / 10)
		fprintf(out, "%.*s: refuses nearly all, so this says little; "
		    "at first: %.*s\n", STR_ARG(m->name),
		    STR_ARG(l->refusal));
}

static void
run_laws(struct run *r, const struct unit *u)
{
	for (uint32_t i = 0; i < u->nmap; i++) {
		struct laws_result result;
		struct err e;

		if (laws_run(u, &u->maps[i], r->vm, &r->laws, report_law, r,
		    &result, &e) != 0) {
			err_prefix(&e, "%s: laws of %.*s", r->path,
			    STR_ARG(u->maps[i].name));
			r->status = say_err(&e);
			continue;
		}
		say_result(r->out, &u->maps[i], &result);
		r->broken += (int)result.broken;
	}
}

static void
run_tests(struct run *r, const struct unit *u)
{
	if (r->laws.trace != NULL)
		vm_set_trace(r->vm, r->laws.trace, r->laws.arg);
	test_run_known(u, r->vm, &r->known.lookups, report_test, r);
	vm_set_trace(r->vm, NULL, NULL);
}

/* Run what by names, and say what it reached where that is asked for. */
static void
run_part(struct run *r, const struct unit *u, const char *by,
    void (*run)(struct run *r, const struct unit *u))
{
	struct buf out = { 0 };
	struct cover c;

	if (!r->coverage) {
		run(r, u);
		return;
	}
	cover_init(&c, u);
	r->laws.trace = cover_trace;
	r->laws.arg = &c;
	run(r, u);
	cover_end(&c);
	reach_add(&r->reach, &c);
	coverage_print(&out, u, &c, by, r->json);
	fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
	cover_fini(&c);
}

static void
run_file(struct run *r, const char *path)
{
	struct lang_sources src = { 0 };
	struct unit *u = NULL;
	struct diags d;

	r->path = path;
	diags_init(&d);
	if (lang_compile(str_z(path), lang_read_file, NULL,
	    &r->options.lang, &u, &src, &d) != 0)
		r->status = err_exit(ERR_DATA);
	watch_add(&r->files, str_z(path)); /* it may be gone */
	for (size_t i = 0; i < src.n; i++)
		watch_add(&r->files, src.list[i].path);
	mapping_tell(&d);
	diags_fini(&d);
	options_met(&r->options, r->args, u);
	if (u == NULL)
		return;
	run_part(r, u, "tests", run_tests);
	if (!r->no_laws)
		run_part(r, u, "laws", run_laws);
	reach_end(&r->reach, &r->rules, &r->reached);
	unit_unref(u);
}

/* Say that fewer rules were reached than asked for. */
static void
check_reached(struct run *r)
{
	r->under = r->reached * 100 < r->rules * r->least;
	if (r->under)
		fprintf(r->out, "%zu of %zu rules, there and back, were "
		    "reached: %zu %%, less than %u %%\n", r->reached,
		    r->rules, r->reached * 100 / r->rules, r->least);
}

/* All files, and the numbers. */
static void
run_all(struct run *r)
{
	const struct args *a = r->args;

	r->passed = r->failed = r->broken = r->status = 0;
	r->rules = r->reached = 0;
	for (int i = 0; i < a->nrest; i++)
		run_file(r, a->rest[i]);
	fprintf(r->out, "%d passed, %d failed", r->passed, r->failed);
	if (r->broken > 0)
		fprintf(r->out, ", %d rule%s break%s laws", r->broken,
		    r->broken == 1 ? "" : "s", r->broken == 1 ? "s" : "");
	putc('\n', r->out);
	check_reached(r);
}

/* Again whenever a file is another; on a terminal, on a clear screen. */
static void
run_and_watch(struct run *r)
{
	watch_signals();
	r->options.files = 0; /* an edit may take a param away */
	while (!watch_stopped()) {
		watch_reset(&r->files);
		if (isatty(fileno(r->out)))
			fputs("\033[H\033[2J\033[3J", r->out);
		run_all(r);
		fputs("watching; Ctrl-C ends it\n", r->out);
		fflush(stdout);
		while (!watch_stopped() && !watch_changed(&r->files))
			watch_wait();
	}
	r->status = r->failed = r->broken = r->under = 0;
}

int
cmd_test(const struct args *a)
{
	struct run r = { .args = a, .no_laws = args_get(a, 'L') != NULL,
		.coverage = args_get(a, 'C') != NULL,
		.json = args_get(a, 'j') != NULL };
	struct err e;

	if (args_get(a, 'n') != NULL)
		r.laws.samples = (uint32_t)args_number(a, 'n', "--samples", 1,
		    100000);
	if (args_get(a, 's') != NULL) {
		r.laws.has_seed = 1;
		r.laws.seed = args_number(a, 's', "--seed", 0, INT64_MAX);
	}
	if (args_get(a, 'F') != NULL)
		r.least = (unsigned)args_number(a, 'F', "--fail-under", 0, 100);
	if (!r.coverage && (r.json || args_get(a, 'F') != NULL))
		args_fail(a, "--%s is of --coverage", r.json ? "json" :
		    "fail-under");
	r.out = r.json ? stderr : stdout;
	options_read(&r.options, a);
	r.vm = vm_new(NULL);
	if (known_read(&r.known, args_get(a, 'l'), &e) != 0)
		r.status = say_err(&e);
	else if (args_get(a, 'w') != NULL)
		run_and_watch(&r);
	else
		run_all(&r);
	watch_fini(&r.files);
	known_fini(&r.known);
	options_fini(&r.options);
	vm_free(r.vm);
	return r.status ? r.status : r.failed + r.broken + r.under > 0;
}
