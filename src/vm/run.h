/*
 * What a running VM is, for the interpreter and the built-ins.  Private to
 * vm/.  A VM belongs to one thread.
 */
#ifndef VM_RUN_H
#define VM_RUN_H

#include "base/err.h"
#include "record/decimal.h"
#include "vm/builtin.h"
#include "base/shown.h"
#include "vm/vm.h"

struct regexes; /* regex.c */
struct zones;   /* zone.c */
struct countries; /* codes.c */

/* What CALL needs to know of a built-in, one way. */
struct callee {
	builtin_fn *fn;
	unsigned cost;
	uint8_t arity;
	uint8_t takes_nil; /* a function, or a codec of any */
};

struct vm {
	struct vm_limits limits;
	int64_t now_us;
	struct vm_event event;
	vm_trace_fn *trace;
	void *trace_arg;
	vm_warn_fn *warn;
	void *warn_arg;
	vm_lookup_fn *lookup_fn;
	void *lookup_arg;
	vm_key_fn *key_fn; /* NULL: keys are not asked for */
	void *key_arg;
	unsigned nkey;     /* told of this record */
	const struct vm_miss *waits;

	/* of the record that runs */
	uint64_t fuel;      /* left */
	size_t arena_end;   /* arena.used must not pass it */
	int placed;         /* err names its place already */
	struct err err;
	const struct vm_side *side; /* of the rules */

	struct value *stack; /* STACK_SLOTS */
	size_t main_slots;   /* the frame that vm_map left at its bottom */

	struct reader *reader;
	struct regexes *regexes;
	struct zones *zones;
	struct countries *countries;
	void *casemap; /* unicode.c */
	struct scan_names *names;
	struct buf scratch; /* of one built-in while it runs */
	struct callee *callees; /* by CALL's k */
};

/* Main's frame, and below it the deepest chain of calls. */
#define STACK_SLOTS                                                       \
	((size_t)PROG_FRAME + (size_t)(RECORD_DEPTH + 1) * PROG_TEMPS)

/* Take n units of fuel; -1 when there are not as many left. */
int vm_no_fuel(struct vm *vm, struct err *e);
static inline int
vm_charge(struct vm *vm, uint64_t n, struct err *e)
{
	if (vm->fuel < n)
		return vm_no_fuel(vm, e);
	vm->fuel -= n;
	return 0;
}

/* n bytes of a, or NULL with the error that the record's memory is used up. */
void *vm_alloc(struct vm *vm, struct arena *a, size_t n, struct err *e);
/* The same as an array of values. */
struct value *vm_values(struct vm *vm, struct arena *a, size_t n,
    struct err *e);
/* -1 when a list of n elements is too long. */
int vm_list_fits(struct vm *vm, size_t n, struct err *e);

/* regex.c, zone.c, codes.c and unicode.c; NULL is fine. */
void countries_free(struct countries *c);
void casemap_free(void *map);
void regexes_free(struct regexes *r);
void zones_free(struct zones *z);

/*
 * A number to compute with: an integer literal that fits is an int, all else
 * is a decimal.
 */
struct num {
	int is_int;
	int64_t i;
	struct dec d; /* always set */
};

/* 1 for an integer literal that fits, without a fraction or exponent. */
int num_literal_int(struct str s, int64_t *i);
/* -1 when v is no number or has more than 38 digits. */
int num_read(struct value v, struct num *n, struct err *e);
int num_int(struct value v, int64_t *i, struct err *e);
struct value num_value(struct dec d, struct arena *a);
int num_add(struct value x, struct value y, struct value *r, struct arena *a,
    struct err *e);
int num_sub(struct value x, struct value y, struct value *r, struct arena *a,
    struct err *e);
int num_mul(struct value x, struct value y, struct value *r, struct arena *a,
    struct err *e);
int num_neg(struct value x, struct value *r, struct arena *a, struct err *e);
/* <0, 0, >0 in *order; numbers or texts. */
int num_order(struct value x, struct value y, int *order, struct arena *a,
    struct err *e);

/* ---- the interpreter (vm.c) ---- */

/*
 * Run function fi on frame r; -1 with the error in vm->err, which names its
 * place.  result is set by RETURN and ACTION.
 */
int vm_run(struct vm *vm, const struct prog *p, uint32_t fi, struct value *r,
    struct value *result, struct arena *a);
/* Call function fi on values at args; its frame begins at top. */
int vm_enter(struct vm *vm, const struct prog *p, uint32_t fi,
    const struct value *args, struct value *top, struct value *result,
    struct arena *a);

#endif
