/*
 * The interpreter.
 *
 * A frame is a stretch of the VM's stack: temporaries, then for main the in
 * and out slots.  A sealed program has been verified, so no operand is checked
 * here; what a record brings is checked by the instruction that uses it.
 *
 * Dispatch is by computed goto.  With a trace sink the table of labels is one
 * in which every entry leads to the sink first, so that no sink costs
 * nothing.  -DVM_SWITCH gives the same loop over a switch, for compilers
 * without that extension.
 */
#include "vm/vm.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/size.h"
#include "vm/builtin.h"
#include "vm/insn.h"
#include "vm/lookup.h"
#include "vm/op.h"
#include "vm/run.h"
#include "vm/unit.h"

/* ---- limits ---- */

int
vm_no_fuel(struct vm *vm, struct err *e)
{
	vm->fuel = 0;
	return err_set(e, ERR_LIMIT, "fuel: more than %" PRIu64
	    " steps for a record", vm->limits.fuel);
}

static int
no_memory(struct vm *vm, struct err *e)
{
	return err_set(e, ERR_LIMIT, "memory: more than %zu bytes for a record",
	    vm->limits.arena_bytes);
}

void *
vm_alloc(struct vm *vm, struct arena *a, size_t n, struct err *e)
{
	if (a->used > vm->arena_end || n > vm->arena_end - a->used) {
		no_memory(vm, e);
		return NULL;
	}
	return arena_alloc(a, n ? n : 1);
}

struct value *
vm_values(struct vm *vm, struct arena *a, size_t n, struct err *e)
{
	if (vm_list_fits(vm, n, e) != 0)
		return NULL;
	return vm_alloc(vm, a, size_mul(n, sizeof(struct value)), e);
}

int
vm_list_fits(struct vm *vm, size_t n, struct err *e)
{
	if (n > vm->limits.list_length)
		return err_set(e, ERR_LIMIT,
		    "list: %zu elements, more than %" PRIu32, n,
		    vm->limits.list_length);
	return 0;
}

/* Bytes that v is written with at least; nesting beyond depth is not met. */
static size_t
output_size(const struct value *v, unsigned depth)
{
	size_t n = 0;

	switch (v->type) {
	case V_TEXT:
	case V_NUM:
	case V_RAW:
		return v->n;
	case V_LIST:
		for (uint32_t i = 0; depth > 0 && i < v->n; i++)
			n += output_size(&v->u.list[i], depth - 1);
		return n + v->n;
	case V_RECORD:
		for (uint32_t i = 0; depth > 0 && i < v->n; i++)
			n += v->u.record[i].name.n +
			    output_size(&v->u.record[i].value, depth - 1);
		return n + v->n;
	default:
		return 0;
	}
}

static int
check_output(struct vm *vm, const struct prog_func *f, const struct value *r)
{
	const unsigned scalars = 1u << V_TEXT | 1u << V_NUM | 1u << V_RAW;
	const unsigned trees = 1u << V_LIST | 1u << V_RECORD;
	size_t n = 0;

	for (unsigned i = 0; i < f->nout; i++) {
		const struct value *v = &r[f->out_base + i];

		if (scalars >> v->type & 1)
			n += v->n;
		else if (trees >> v->type & 1)
			n += output_size(v, RECORD_DEPTH);
	}
	if (n > vm->limits.output_bytes)
		return err_set(&vm->err, ERR_LIMIT,
		    "output: more than %zu bytes", vm->limits.output_bytes);
	return 0;
}

/* ---- calls and loops ---- */

/* What a call touches is paid for: the bytes and elements of its arguments. */
static int
do_call(struct vm *vm, unsigned k, struct value *r, struct arena *a)
{
	const struct callee *c = &vm->callees[k];
	uint64_t touched = 0;
	struct value result = { 0 };

	if (value_nil(r[0]) && !c->takes_nil)
		return 0;
	for (unsigned i = 0; i < c->arity; i++)
		touched += r[i].n;
	if (vm_charge(vm, c->cost + touched / 16, &vm->err) != 0)
		return -1;
	vm->err.at = 0;
	if (c->fn(vm, r, &result, a, &vm->err) != 0)
		return err_prefix(&vm->err, "%s", builtins[k / 2].name);
	*r = result;
	return a->used > vm->arena_end ? no_memory(vm, &vm->err) : 0;
}

int
vm_enter(struct vm *vm, const struct prog *p, uint32_t fi,
    const struct value *args, struct value *top, struct value *result,
    struct arena *a)
{
	const struct prog_func *f = &p->funcs[fi];

	assert(top + f->ntemps <= vm->stack + STACK_SLOTS);
	for (unsigned i = 0; i < f->nargs; i++)
		top[i] = args[i];
	memset(top + f->nargs, 0, (f->ntemps - f->nargs) * sizeof(*top));
	return vm_run(vm, p, fi, top, result, a);
}

/* r[0] is the list, then the captures. */
static int
do_loop(struct vm *vm, const struct prog *p, const struct prog_loop *l,
    struct value *r, struct value *top, struct arena *a)
{
	struct value list, got, *keep = NULL;
	uint32_t n = 0, i;
	int64_t found = -1;

	if (insn_open(vm, r[0], &list, a) != 0)
		return -1;
	if ((l->kind == LOOP_MAP || l->kind == LOOP_FILTER) &&
	    (keep = vm_values(vm, a, list.n, &vm->err)) == NULL)
		return -1;
	for (i = 0; i < list.n && found < 0; i++) {
		r[0] = list.u.list[i];
		if (vm_enter(vm, p, l->func, r, top, &got, a) != 0)
			return -1;
		if (l->kind == LOOP_MAP) {
			if (got.type != V_ABSENT)
				keep[n++] = got;
			continue;
		}
		if (got.type != V_BOOL)
			return err_set(&vm->err, ERR_DATA,
			    "a condition is %s, not a bool", value_word(got));
		if (l->kind == LOOP_FILTER && got.u.i)
			keep[n++] = list.u.list[i];
		else if (l->kind == LOOP_COUNT)
			n += got.u.i != 0;
		else if (l->kind != LOOP_FILTER &&
		    (got.u.i != 0) == (l->kind != LOOP_ALL))
			found = i;
	}
	switch (l->kind) {
	case LOOP_MAP:
	case LOOP_FILTER:
		r[0] = (struct value){ .type = V_LIST, .n = n,
			.u.list = keep };
		break;
	case LOOP_FIND:
		r[0] = found < 0 ? (struct value){ 0 } : list.u.list[found];
		break;
	case LOOP_ANY:
		r[0] = value_bool(found >= 0);
		break;
	case LOOP_ALL:
		r[0] = value_bool(found < 0);
		break;
	case LOOP_COUNT:
		r[0] = value_int(n);
		break;
	}
	return 0;
}

static int
do_changed(const struct vm_side *side, const struct prog_slots *set)
{
	if (side->dirty == NULL)
		return 1;
	for (unsigned i = 0; i < set->n; i++)
		if (side->dirty[set->slot[i] / 64] >> set->slot[i] % 64 & 1)
			return 1;
	return 0;
}

/* ---- errors ---- */

/* "file:line: " before the error, once. */
static int
place(struct vm *vm, const struct prog *p, uint32_t pc)
{
	const struct prog_pos *pos = &p->pos[pc];

	if (vm->placed)
		return -1;
	vm->placed = 1;
	vm->err.at = pos->line;
	return err_prefix(&vm->err, "%.*s:%" PRIu32,
	    STR_ARG(p->files[pos->file]), pos->line);
}

/* Where a raised error goes on: a pc, or -1. */
static int64_t
handler(struct vm *vm, const struct prog *p, uint32_t pc)
{
	if (vm->err.code != ERR_DATA)
		return -1;
	for (uint32_t i = 0; i < p->nhandler; i++)
		if (pc >= p->handlers[i].start && pc < p->handlers[i].end) {
			vm->placed = 0;
			return p->handlers[i].target;
		}
	return -1;
}

/* ---- the loop ---- */

#if defined(__GNUC__) && !defined(VM_SWITCH)
#define INSN(name) L_##name
#define NEXT                                                              \
	do {                                                              \
		w = *ip++;                                                \
		goto *jump[insn_op(w)];                                   \
	} while (0)
#else
#define INSN(name) case OP_##name
#define NEXT goto next
#endif

#define A r[insn_a(w)]
#define B r[insn_b(w)]
#define C r[insn_c(w)]
#define K insn_k(w)
/* What an instruction that may fail says. */
#define OR_RAISE(call)                                                    \
	do {                                                              \
		if ((call) != 0)                                          \
			goto raise;                                       \
	} while (0)

/*
 * Run function fi on frame r.  result is set by RETURN; ACTION sets an int,
 * the action's index.  As jumps go forward only, no more is run than the
 * function has; all of that is paid for here, and not one by one.
 */
int
vm_run(struct vm *vm, const struct prog *p, uint32_t fi, struct value *r,
    struct value *result, struct arena *a)
{
	const struct prog_func *f = &p->funcs[fi];
	/* where a callee's frame begins; main's slots stay */
	struct value *top = r + (f->nin + f->nout > 0 ?
	    f->out_base + f->nout + f->nold : f->ntemps);
	const uint32_t *ip = p->code + f->entry;
	uint32_t w;
	int64_t to;
	int order;

#if defined(__GNUC__) && !defined(VM_SWITCH)
	static const void *const plain[256] = {
#define OP(name, format, reads, writes, fails, text) &&L_##name,
#include "vm/opcodes.def"
#undef OP
	};
	static const void *const traced[256] = {
#define OP(name, format, reads, writes, fails, text) &&trace,
#include "vm/opcodes.def"
#undef OP
	};
	const void *const *jump = vm->trace ? traced : plain;

	if (vm_charge(vm, f->end - f->entry, &vm->err) != 0)
		return place(vm, p, f->entry);
	NEXT;
trace:
	vm->trace(vm->trace_arg, p, (uint32_t)(ip - p->code - 1), r);
	goto *plain[insn_op(w)];
#else
	if (vm_charge(vm, f->end - f->entry, &vm->err) != 0)
		return place(vm, p, f->entry);
next:
	w = *ip++;
	if (vm->trace)
		vm->trace(vm->trace_arg, p, (uint32_t)(ip - p->code - 1), r);
	switch (insn_op(w)) {
#endif
	INSN(MOVE):
		r[insn_wa(w)] = r[insn_wb(w)];
		NEXT;
	INSN(CONST):
		A = p->consts[K];
		NEXT;
	INSN(JUMP):
		ip += insn_j(w);
		NEXT;
	INSN(JUMP_TRUE):
		if (A.type != V_BOOL)
			goto no_bool;
		ip += A.u.i ? K : 0;
		NEXT;
	INSN(JUMP_FALSE):
		if (A.type != V_BOOL)
			goto no_bool;
		ip += A.u.i ? 0 : K;
		NEXT;
	INSN(JUMP_ABSENT):
		ip += A.type == V_ABSENT ? K : 0;
		NEXT;
	INSN(JUMP_NULL):
		ip += A.type == V_NULL ? K : 0;
		NEXT;
	INSN(JUMP_NIL):
		ip += value_nil(A) ? K : 0;
		NEXT;
	INSN(FAIL):
		err_set(&vm->err, ERR_DATA, "%.*s", (int)p->consts[K].n,
		    p->consts[K].u.p);
		goto raise;
	INSN(RETURN):
		*result = A;
		return 0;
	INSN(END):
		OR_RAISE(check_output(vm, f, r));
		return 0;
	INSN(ADD):
		OR_RAISE(num_add(B, C, &A, a, &vm->err));
		NEXT;
	INSN(SUB):
		OR_RAISE(num_sub(B, C, &A, a, &vm->err));
		NEXT;
	INSN(MUL):
		OR_RAISE(num_mul(B, C, &A, a, &vm->err));
		NEXT;
	INSN(NEG):
		OR_RAISE(num_neg(B, &A, a, &vm->err));
		NEXT;
	INSN(EQ):
		A = value_bool(insn_equal(B, C, a));
		goto check_memory;
	INSN(LESS):
		OR_RAISE(num_order(B, C, &order, a, &vm->err));
		A = value_bool(order < 0);
		goto check_memory;
	INSN(LESS_EQ):
		OR_RAISE(num_order(B, C, &order, a, &vm->err));
		A = value_bool(order <= 0);
		goto check_memory;
	INSN(NOT):
		if (B.type != V_BOOL)
			goto no_bool_b;
		A = value_bool(!B.u.i);
		NEXT;
	INSN(IN):
		OR_RAISE(insn_in(vm, B, C, &A, a));
		goto check_memory;
	INSN(CONCAT):
		OR_RAISE(insn_concat(vm, &B, insn_c(w), &A, a));
		goto check_memory;
	INSN(LIST):
		OR_RAISE(insn_list(vm, &B, insn_c(w), &A, a));
		goto check_memory;
	INSN(RECORD):
		OR_RAISE(insn_record(vm, &B, insn_c(w), &A, a));
		goto check_memory;
	INSN(FIELD):
		OR_RAISE(insn_field(vm, B, C, &A, a));
		goto check_memory;
	INSN(INDEX):
		OR_RAISE(insn_index(vm, B, C, &A, a));
		goto check_memory;
	INSN(ENUM):
		OR_RAISE(insn_enum(vm, &p->enums[K], &A, a));
		goto check_memory;
	INSN(ENUM_LIST):
		OR_RAISE(insn_enum_list(vm, &p->enums[K], &A, a));
		goto check_memory;
	INSN(CALL):
		OR_RAISE(do_call(vm, K, &A, a));
		NEXT;
	INSN(CALL_FN):
		OR_RAISE(vm_enter(vm, p, K, &A, top, &A, a));
		NEXT;
	INSN(LOOP):
		OR_RAISE(do_loop(vm, p, &p->loops[K], &A, top, a));
		goto check_memory;
	INSN(LOOKUP):
		OR_RAISE(insn_lookup(vm, &p->lookups[K], &A, a));
		goto check_memory;
	INSN(WAIT):
		OR_RAISE(insn_wait(vm, (enum prog_wait)K, A));
		NEXT;
	INSN(KEY):
		OR_RAISE(insn_key(vm, &p->lookups[K], A, a));
		goto check_memory;
	INSN(CHANGED):
		A = value_bool(do_changed(vm->side, &p->sets[K]));
		NEXT;
	INSN(EVENT):
		A = value_bool((vm->event.op & K) != 0);
		NEXT;
	INSN(EVENT_OF):
		OR_RAISE(insn_event_of(vm, (enum event_field)K, &A, a));
		goto check_memory;
	INSN(LINKED):
		A = value_bool(vm->side->linked);
		NEXT;
	INSN(ACTION):
		*result = value_int(K);
		return 0;
#if !(defined(__GNUC__) && !defined(VM_SWITCH))
	}
#endif

check_memory:
	if (a->used <= vm->arena_end)
		NEXT;
	no_memory(vm, &vm->err);
	goto raise;
no_bool_b:
	err_set(&vm->err, ERR_DATA, "not needs a bool, not %s",
	    value_word(B));
	goto raise;
no_bool:
	err_set(&vm->err, ERR_DATA, "a condition is %s, not a bool",
	    value_word(A));
raise:
	to = handler(vm, p, (uint32_t)(ip - p->code - 1));
	if (to < 0)
		return place(vm, p, (uint32_t)(ip - p->code - 1));
	ip = p->code + to;
	NEXT;
}
