/*
 * What a test block or a law says against a mapping, for a person.
 */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include <stdio.h>

#include "lang/laws.h"
#include "lang/testrun.h"

/* A test of the file path that failed. */
void verdict_test(FILE *out, const char *path, const struct test_report *t);
/* A law that a rule breaks, with the test block that shows it. */
void verdict_law(FILE *out, const struct law_report *l);

#endif
