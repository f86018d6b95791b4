/*
 * Running the test blocks of a unit.
 *
 * given side = {…}   the side has this record; the other side is mapped from
 *                    it as when it is made
 * put side = {…}     these fields of the side change, as a CRM's event brings
 *                    them; the other side gets the patch that follows
 * expect side = {…}  the side is exactly this, field by field
 * given base = {…}   both sides last agreed on this; from here on they change
 *                    for themselves, and are merged before they are looked at
 * given xref = {…}, given lookup = {…}
 *                    what the other records and tables have; nothing else
 */
#ifndef LANG_TESTRUN_H
#define LANG_TESTRUN_H

#include "vm/lookup.h"
#include "vm/unit.h"
#include "vm/vm.h"

struct test_report {
	const struct unit_test *test;
	int ok;
	/* else lines "file:line: h.a: expected 1, got 2" */
	struct str text;
};

/* Called once a test, in order; the text lives until it returns. */
typedef void test_report_fn(void *arg, const struct test_report *r);

/* How many failed. */
int test_run(const struct unit *u, struct vm *vm, test_report_fn *fn,
    void *arg);
/* The same; a test that gives no xref and no lookup has what is known. */
int test_run_known(const struct unit *u, struct vm *vm,
    struct lookups *known, test_report_fn *fn, void *arg);

#endif
