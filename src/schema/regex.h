/*
 * Regular expressions of ECMA-262 (Unicode mode), as JSON Schema wants them,
 * on PCRE2 under limits.
 *
 * The pattern is translated: \d, \w, \s, \b, `.`, $ and escapes mean what
 * ECMA-262 says, and what only Perl knows is an error.
 */
#ifndef SCHEMA_REGEX_H
#define SCHEMA_REGEX_H

#include "base/arena.h"
#include "base/err.h"

/* The longest pattern. */
#define REGEX_MAX ((size_t)8 << 10)
/* Steps of one match, and kilobytes it may take; then it is an error. */
#define REGEX_STEPS 1000000
#define REGEX_KB 8192

struct regex;

/* Read-only once made; freed with the arena. */
int regex_compile(struct arena *a, struct str pattern, struct regex **out,
    struct err *e);
struct str regex_source(const struct regex *r);

/* A thread's scratch memory. */
struct regex_run;
struct regex_run *regex_run_new(void);
void regex_run_free(struct regex_run *run);

/* s is UTF-8.  1 when it matches somewhere, 0, or -1 at a limit. */
int regex_match(const struct regex *r, struct regex_run *run, struct str s,
    struct err *e);

/* 0, or -1: not a pattern that regex_compile takes. */
int regex_check(struct str pattern, struct err *e);

/* The translation to PCRE2 appended to out; for regex.c and the tests. */
int regex_translate(struct str pattern, struct buf *out, struct err *e);

#endif
