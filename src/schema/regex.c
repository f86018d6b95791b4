/*
 * Compiled patterns and their matching.  A pattern is shared by threads; what
 * a match writes to is in regex_run.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "schema/regex.h"

#include <pcre2.h>
#include <stdlib.h>

struct regex {
	struct str source;
	pcre2_code *code;
};

struct regex_run {
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

static pcre2_code *
compile(struct str pattern, struct err *e)
{
	struct buf text = { 0 };
	PCRE2_UCHAR why[120];
	pcre2_code *code = NULL;
	PCRE2_SIZE at;
	int n;

	if (pattern.n > REGEX_MAX) {
		err_set(e, ERR_LIMIT, "has more than %zu bytes", REGEX_MAX);
		return NULL;
	}
	if (regex_translate(pattern, &text, e) == 0) {
		code = pcre2_compile((PCRE2_SPTR)(text.p ? text.p : ""),
		    text.n, PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
			PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C,
		    &n, &at, NULL);
		if (code == NULL) {
			pcre2_get_error_message(n, why, sizeof(why));
			err_set(e, ERR_DATA,
			    "is no regular expression: %s", (char *)why);
		}
	}
	buf_fini(&text);
	return code;
}

static void
free_code(void *code)
{
	pcre2_code_free(code);
}

int
regex_compile(struct arena *a, struct str pattern, struct regex **out,
    struct err *e)
{
	struct regex *r;
	pcre2_code *code = compile(pattern, e);

	if (code == NULL)
		return -1;
	/* without a JIT for this machine the interpreter does the same */
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	arena_defer(a, free_code, code);
	r = arena_new(a, struct regex);
	r->source = arena_str(a, pattern);
	r->code = code;
	*out = r;
	return 0;
}

struct str
regex_source(const struct regex *r)
{
	return r->source;
}

int
regex_check(struct str pattern, struct err *e)
{
	pcre2_code *code = compile(pattern, e);

	if (code == NULL)
		return -1;
	pcre2_code_free(code);
	return 0;
}

struct regex_run *
regex_run_new(void)
{
	struct regex_run *run = malloc(sizeof(*run));

	if (run == NULL)
		fatal("out of memory: a regex run");
	run->data = pcre2_match_data_create(1, NULL);
	run->limits = pcre2_match_context_create(NULL);
	if (run->data == NULL || run->limits == NULL)
		fatal("out of memory: a regex run");
	pcre2_set_match_limit(run->limits, REGEX_STEPS);
	pcre2_set_heap_limit(run->limits, REGEX_KB);
	return run;
}

void
regex_run_free(struct regex_run *run)
{
	if (run == NULL)
		return;
	pcre2_match_data_free(run->data);
	pcre2_match_context_free(run->limits);
	free(run);
}

int
regex_match(const struct regex *r, struct regex_run *run, struct str s,
    struct err *e)
{
	PCRE2_SPTR p = (PCRE2_SPTR)(s.n ? s.p : "");
	int n = pcre2_match(r->code, p, s.n, 0, PCRE2_NO_UTF_CHECK,
	    run->data, run->limits);

	if (n == PCRE2_ERROR_JIT_STACKLIMIT)
		n = pcre2_match(r->code, p, s.n, 0,
		    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, run->data,
		    run->limits);
	if (n >= 0)
		return 1;
	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
	return err_set(e, ERR_LIMIT,
	    "the pattern %.*s needs more than %d steps on this text; "
	    "make it simpler or the text shorter",
	    (int)(r->source.n > 80 ? 80 : r->source.n), r->source.p,
	    REGEX_STEPS);
}
