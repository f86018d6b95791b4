/*
 * Regular expressions: PCRE2 under limits, patterns compiled once per VM.
 *
 * PCRE2 counts steps from each place where a match may begin, so a call takes
 * places * limit steps at worst.  It is tried with a small limit first and,
 * while that is reached, with ten times as much; every try is paid for before
 * it runs.  So fuel bounds the time of a record whatever the pattern is, and
 * an ordinary match is cheap.  No JIT: it counts steps in another way.
 */
#include "vm/text.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/table.h"

#define STEPS_FIRST 200
#define STEPS_MAX 200000
#define STEPS_PER_FUEL 100
#define HEAP_KB 4096
#define PATTERN_MAX 4096
#define PATTERNS_MAX 256

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	int anchored;
	char pattern[];
};

struct regexes {
	struct table by_pattern;
	pcre2_match_context *limits;
};

static void
forget(struct regexes *r)
{
	struct table_entry *t = NULL;

	while ((t = table_next(&r->by_pattern, t)) != NULL) {
		struct regex *re = t->value;

		pcre2_match_data_free(re->match);
		pcre2_code_free(re->code);
		free(re);
	}
	table_fini(&r->by_pattern);
	r->by_pattern = (struct table){ 0 };
}

void
regexes_free(struct regexes *r)
{
	if (r == NULL)
		return;
	forget(r);
	pcre2_match_context_free(r->limits);
	free(r);
}

static pcre2_code *
compile(struct str pattern, struct err *e)
{
	PCRE2_UCHAR text[160];
	PCRE2_SIZE at;
	pcre2_code *code;
	int number;

	if (pattern.n > PATTERN_MAX) {
		err_set(e, ERR_DATA, "a pattern of %zu bytes, more than %d",
		    pattern.n, PATTERN_MAX);
		return NULL;
	}
	code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""),
	    pattern.n, PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C,
	    &number, &at, NULL);
	if (code == NULL) {
		pcre2_get_error_message(number, text, sizeof(text));
		err_at(e, ERR_DATA, at, "pattern, at byte %zu: %s", at,
		    (const char *)text);
	}
	return code;
}

int
builtin_check_regex(struct str pattern, struct err *e)
{
	pcre2_code *code = compile(pattern, e);

	pcre2_code_free(code);
	return code == NULL ? -1 : 0;
}

static struct regexes *
regexes_of(struct vm *vm)
{
	struct regexes *r = vm->regexes;

	if (r != NULL)
		return r;
	r = calloc(1, sizeof(*r));
	if (r == NULL || (r->limits = pcre2_match_context_create(NULL)) == NULL)
		fatal("out of memory: regular expressions");
	pcre2_set_heap_limit(r->limits, HEAP_KB);
	return vm->regexes = r;
}

static int
arg_regex(struct vm *vm, struct value v, struct regex **out, struct arena *a,
    struct err *e)
{
	struct regexes *r = regexes_of(vm);
	struct regex *re;
	struct str pattern;
	pcre2_code *code;
	uint32_t options = 0;

	/* paid each time: what ran before must not change what fits */
	if (arg_text(v, &pattern, a, e) != 0 ||
	    vm_charge(vm, pattern.n, e) != 0)
		return -1;
	*out = re = table_get(&r->by_pattern, pattern);
	if (re != NULL)
		return 0;
	if ((code = compile(pattern, e)) == NULL)
		return -1;
	if (r->by_pattern.live >= PATTERNS_MAX)
		forget(r); /* patterns made from data would pile up */
	re = malloc(sizeof(*re) + pattern.n);
	if (re == NULL)
		fatal("out of memory: a regular expression");
	re->code = code;
	re->match = pcre2_match_data_create_from_pattern(code, NULL);
	pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	re->anchored = (options & PCRE2_ANCHORED) != 0;
	if (pattern.n > 0)
		memcpy(re->pattern, pattern.p, pattern.n);
	table_put(&r->by_pattern, str_from(re->pattern, pattern.n), re);
	*out = re;
	return 0;
}

static int
failed(int rc, struct err *e)
{
	PCRE2_UCHAR text[160];

	if (rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_MATCHLIMIT)
		return err_set(e, ERR_LIMIT,
		    "the pattern takes more than %d steps: make it simpler",
		    STEPS_MAX);
	pcre2_get_error_message(rc, text, sizeof(text));
	return err_set(e, ERR_DATA, "%s", (const char *)text);
}

/* Fuel for one try on s with a limit of steps. */
static int
pay(struct vm *vm, const struct regex *re, struct str s, uint64_t limit,
    struct err *e)
{
	uint64_t places = re->anchored ? 1 : s.n + 1;

	pcre2_set_match_limit(vm->regexes->limits, (uint32_t)limit);
	return vm_charge(vm, places * limit / STEPS_PER_FUEL, e);
}

/* *n: how many groups are set, 0 when there is no match. */
static int
match(struct vm *vm, struct regex *re, struct str s, int *n, struct err *e)
{
	int rc = PCRE2_ERROR_MATCHLIMIT;

	for (uint64_t limit = STEPS_FIRST;
	     rc == PCRE2_ERROR_MATCHLIMIT && limit <= STEPS_MAX; limit *= 10) {
		if (pay(vm, re, s, limit, e) != 0)
			return -1;
		rc = pcre2_match(re->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n,
		    0, 0, re->match, vm->regexes->limits);
	}
	*n = rc > 0 ? rc : 0;
	return rc < 0 && rc != PCRE2_ERROR_NOMATCH ? failed(rc, e) : 0;
}

FUNC(re_match)
{
	struct regex *re;
	struct str s;
	int n;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_regex(vm, args[1], &re, a, e) != 0 ||
	    match(vm, re, s, &n, e) != 0)
		return -1;
	*result = value_bool(n > 0);
	return 0;
}

FUNC(re_find)
{
	struct regex *re;
	PCRE2_SIZE *at;
	struct str s;
	int64_t group;
	int n;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_regex(vm, args[1], &re, a, e) != 0 ||
	    arg_range(args[2], 0, 99, &group, e) != 0 ||
	    match(vm, re, s, &n, e) != 0)
		return -1;
	*result = (struct value){ 0 };
	if (group >= n)
		return 0;
	at = pcre2_get_ovector_pointer(re->match);
	/* \K may put the begin behind the end */
	if (at[2 * group] != PCRE2_UNSET && at[2 * group] <= at[2 * group + 1])
		*result = text_slice(args[0], str_from(s.p + at[2 * group],
		    at[2 * group + 1] - at[2 * group]));
	return 0;
}

FUNC(re_replace)
{
	struct regex *re;
	struct str s, with;
	PCRE2_SIZE n;
	size_t cap;
	char *p;
	int rc = PCRE2_ERROR_MATCHLIMIT;

	if (arg_text(args[0], &s, a, e) != 0 ||
	    arg_regex(vm, args[1], &re, a, e) != 0 ||
	    arg_text(args[2], &with, a, e) != 0)
		return -1;
	/* at worst every place is replaced, byte by byte */
	if (vm_charge(vm, (uint64_t)(s.n + 1) * with.n / 64, e) != 0)
		return -1;
	cap = s.n + with.n + 32;
	for (uint64_t limit = STEPS_FIRST; limit <= STEPS_MAX;) {
		if (pay(vm, re, s, limit, e) != 0 ||
		    (p = vm_alloc(vm, a, cap, e)) == NULL)
			return -1;
		n = cap;
		rc = pcre2_substitute(re->code, (PCRE2_SPTR)(s.n ? s.p : ""),
		    s.n, 0, PCRE2_SUBSTITUTE_GLOBAL |
		    PCRE2_SUBSTITUTE_OVERFLOW_LENGTH, re->match,
		    vm->regexes->limits, (PCRE2_SPTR)(with.n ? with.p : ""),
		    with.n, (PCRE2_UCHAR *)p, &n);
		if (rc == PCRE2_ERROR_MATCHLIMIT)
			limit *= 10;
		else if (rc == PCRE2_ERROR_NOMEMORY && n > cap)
			cap = n;
		else
			break;
	}
	if (rc < 0)
		return failed(rc, e);
	*result = rc == 0 ? args[0] : value_text(str_from(p, n));
	return 0;
}
