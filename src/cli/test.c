/*
 * crosswalk test: the test blocks of mappings, and the laws of their maps.
 */
#include <stdlib.h>

#include "cli/known.h"
#include "cli/mapping.h"
#include "cli/options.h"
#include "lang/laws.h"
#include "lang/testrun.h"

struct run {
	const struct args *args;
	struct options options;
	struct known known;
	struct vm *vm;
	struct laws_options laws;
	int no_laws;
	const char *path; /* of the file at hand */
	int passed, failed, broken;
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
	printf("%s:%u: test \"%.*s\" failed\n%.*s", r->path,
	    t->test->pos.line, STR_ARG(t->test->name), STR_ARG(t->text));
}

static void
report_law(void *arg, const struct law_report *l)
{
	const struct prog *p = l->map->forward;

	(void)arg;
	printf("%.*s:%u: law %s: %.*s %s\n", STR_ARG(p->files[l->pos.file]),
	    l->pos.line, map_law_words[l->law], STR_ARG(l->field), l->what);
	printf("  rule: %.*s\n", STR_ARG(l->rule));
	if (l->was.n > 0)
		printf("  was:  %.*s\n  is:   %.*s\n", STR_ARG(l->was),
		    STR_ARG(l->is));
	else
		printf("  why:  %.*s\n", STR_ARG(l->is));
	fwrite(l->test.p, 1, l->test.n, stdout);
}

/* "contact: 100 samples, 3 refused; laws hold: getput putget …" */
static void
say_result(const struct unit_map *m, const struct laws_result *l)
{
	printf("%.*s: %u sample%s, %u refused; ", STR_ARG(m->name),
	    l->samples, l->samples == 1 ? "" : "s", l->refused);
	if (l->broken > 0)
		printf("%u rule%s break%s laws\n", l->broken,
		    l->broken == 1 ? "" : "s", l->broken == 1 ? "s" : "");
	else
		printf("laws hold:");
	for (unsigned i = 0; i < MAP_NLAW && l->broken == 0; i++)
		if (l->checked >> i & 1)
			printf(" %s", map_law_words[i]);
	if (l->broken == 0)
		putchar('\n');
	/* what was hardly tried does not hold */
	if (l->refused > l->samples - l->samples / 10)
		printf("%.*s: refuses nearly all, so this says little; at "
		    "first: %.*s\n", STR_ARG(m->name), STR_ARG(l->refusal));
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
		say_result(&u->maps[i], &result);
		r->broken += (int)result.broken;
	}
}

static void
run_file(struct run *r, const char *path)
{
	struct unit *u = NULL;
	struct diags d;

	r->path = path;
	diags_init(&d);
	if (lang_compile(str_z(path), lang_read_file, NULL,
	    &r->options.lang, &u, NULL, &d) != 0)
		r->status = err_exit(ERR_DATA);
	mapping_tell(&d);
	diags_fini(&d);
	options_met(&r->options, r->args, u);
	if (u == NULL)
		return;
	test_run_known(u, r->vm, &r->known.lookups, report_test, r);
	if (!r->no_laws)
		run_laws(r, u);
	unit_unref(u);
}

static uint64_t
number(const struct args *a, int letter, const char *what, uint64_t least,
    uint64_t most)
{
	const char *text = args_get(a, letter);
	unsigned long long n;
	char *end;

	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || n < least ||
	    n > most)
		args_fail(a, "%s is a number from %llu to %llu", what,
		    (unsigned long long)least, (unsigned long long)most);
	return n;
}

int
cmd_test(const struct args *a)
{
	struct run r = { .args = a, .no_laws = args_get(a, 'L') != NULL };
	struct err e;

	if (args_get(a, 'n') != NULL)
		r.laws.samples = (uint32_t)number(a, 'n', "--samples", 1,
		    100000);
	if (args_get(a, 's') != NULL) {
		r.laws.has_seed = 1;
		r.laws.seed = number(a, 's', "--seed", 0, INT64_MAX);
	}
	options_read(&r.options, a);
	r.vm = vm_new(NULL);
	if (known_read(&r.known, args_get(a, 'l'), &e) != 0) {
		r.status = say_err(&e);
		goto out;
	}
	for (int i = 0; i < a->nrest; i++)
		run_file(&r, a->rest[i]);
	printf("%d passed, %d failed", r.passed, r.failed);
	if (r.broken > 0)
		printf(", %d rule%s break%s laws", r.broken,
		    r.broken == 1 ? "" : "s", r.broken == 1 ? "s" : "");
	putchar('\n');
out:
	known_fini(&r.known);
	options_fini(&r.options);
	vm_free(r.vm);
	return r.status ? r.status : r.failed + r.broken > 0;
}
