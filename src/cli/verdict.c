/*
 * Verdicts of tests and laws.
 */
#include "cli/verdict.h"

void
verdict_test(FILE *out, const char *path, const struct test_report *t)
{
	fprintf(out, "%s:%u: test \"%.*s\" failed\n%.*s", path,
	    t->test->pos.line, STR_ARG(t->test->name), STR_ARG(t->text));
}

void
verdict_law(FILE *out, const struct law_report *l)
{
	const struct prog *p = l->map->forward;

	fprintf(out, "%.*s:%u: law %s: %.*s %s\n",
	    STR_ARG(p->files[l->pos.file]), l->pos.line,
	    map_law_words[l->law], STR_ARG(l->field), l->what);
	fprintf(out, "  rule: %.*s\n", STR_ARG(l->rule));
	if (l->was.n > 0)
		fprintf(out, "  was:  %.*s\n  is:   %.*s\n", STR_ARG(l->was),
		    STR_ARG(l->is));
	else
		fprintf(out, "  why:  %.*s\n", STR_ARG(l->is));
	fwrite(l->test.p, 1, l->test.n, out);
}
