/*
 * Running the test blocks of a unit.
 */
#ifndef LANG_TESTRUN_H
#define LANG_TESTRUN_H

#include "vm/unit.h"
#include "vm/vm.h"

struct test_report {
	const struct unit_test *test;
	int ok;
	struct str text; /* not ok: a readable difference, lines; else "" */
};

/* Called once a test, in order; the text lives until it returns. */
typedef void test_report_fn(void *arg, const struct test_report *r);

/*
 * given sets a side.  expect of the right maps the left forward and compares;
 * put lays its fields over the right side as it is then, maps that backward
 * and lays the result over the left; expect of the left compares.  Returns
 * how many tests failed.
 */
int test_run(const struct unit *u, struct vm *vm, test_report_fn *fn,
    void *arg);

#endif
