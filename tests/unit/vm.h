/*
 * What the tests of vm/ share.
 */
#ifndef TESTS_UNIT_VM_H
#define TESTS_UNIT_VM_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "record/decimal.h"
#include "record/value.h"
#include "vm/builtin.h"
#include "vm/prog.h"
#include "vm/unit.h"
#include "vm/vm.h"

/* One source position, enough for every instruction of a small program. */
extern const struct prog_pos test_pos[4096];
extern const struct str test_files[1];

/*
 * A program of one function over code; ntemps temporaries, no slots.  The
 * caller sets what else it needs before prog_verify.
 */
struct prog test_prog(struct prog_func *f, const uint32_t *code, uint32_t n,
    uint16_t ntemps);

/*
 * Call built-in k (2 * index, + 1 back) through a program, on args.  0 and
 * *result, or -1 and the error.
 */
int test_call(struct vm *vm, unsigned k, const struct value *args, size_t n,
    struct value *result, struct arena *a, struct err *e);

/* v as JSON, "absent" for ABSENT; lies in a. */
const char *test_show(struct value v, struct arena *a);

/*
 * The value of an example's side, "lower(\"A\")": literals, lists, records,
 * calls with named arguments and defaults, x => expression.  Ends the test
 * where it cannot be read; -1 where a built-in fails.
 */
int test_eval(struct vm *vm, const char **at, struct value *result,
    struct arena *a, struct err *e);

#endif
