/*
 * The VM and the ways into a program: mapping a record, fitting it into what
 * is there, keys, rules, single functions.
 *
 * Each entry gives the record its limits anew, and takes the error that the
 * interpreter left.
 */
#include "vm/vm.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "vm/builtin.h"
#include "vm/run.h"
#include "vm/unit.h"

const struct vm_limits vm_limits_default = {
	.fuel = 1000000,
	.arena_bytes = (size_t)16 << 20,
	.output_bytes = (size_t)4 << 20,
	.list_length = 10000,
};

struct vm *
vm_new(const struct vm_limits *limits)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	if (vm == NULL)
		fatal("out of memory: a VM");
	vm->limits = limits ? *limits : vm_limits_default;
	vm->stack = calloc(STACK_SLOTS, sizeof(*vm->stack));
	vm->callees = calloc(2 * nbuiltin, sizeof(*vm->callees));
	if (vm->stack == NULL || vm->callees == NULL)
		fatal("out of memory: the stack of a VM");
	for (unsigned k = 0; k < 2 * nbuiltin; k++) {
		const struct builtin *b = &builtins[k / 2];

		vm->callees[k] = (struct callee){
			.fn = k % 2 ? b->back : b->fn,
			.cost = b->cost,
			.arity = (uint8_t)builtin_arity(k),
			.takes_nil = b->left == NULL ||
			    strcmp(b->left, "any") == 0,
		};
	}
	vm->reader = reader_new();
	vm->event = (struct vm_event){ EVENT_CREATE, VM_AT_NOW, STR("") };
	return vm;
}

void
vm_free(struct vm *vm)
{
	if (vm == NULL)
		return;
	reader_free(vm->reader);
	regexes_free(vm->regexes);
	zones_free(vm->zones);
	countries_free(vm->countries);
	casemap_free(vm->casemap);
	scan_names_free(vm->names);
	buf_fini(&vm->scratch);
	free(vm->callees);
	free(vm->stack);
	free(vm);
}

void
vm_set_now(struct vm *vm, int64_t wall_us)
{
	vm->now_us = wall_us;
}

void
vm_set_event(struct vm *vm, const struct vm_event *ev)
{
	vm->event = *ev;
}

void
vm_set_trace(struct vm *vm, vm_trace_fn *fn, void *arg)
{
	vm->trace = fn;
	vm->trace_arg = arg;
}

void
vm_set_warn(struct vm *vm, vm_warn_fn *fn, void *arg)
{
	vm->warn = fn;
	vm->warn_arg = arg;
}

static void
begin(struct vm *vm, const struct prog *p, const struct arena *a)
{
	assert(p->sealed);
	vm->fuel = vm->limits.fuel;
	if (__builtin_add_overflow(a->used, vm->limits.arena_bytes,
	    &vm->arena_end))
		vm->arena_end = SIZE_MAX;
	vm->placed = 0;
}

static int
give_up(struct vm *vm, struct err *e)
{
	if (e != NULL)
		*e = vm->err;
	return -1;
}

int
vm_load(struct vm *vm, const struct prog *p, struct str json,
    struct vm_frame *f, struct arena *a, struct err *e)
{
	const struct prog_func *m = &p->funcs[0];

	assert(p->sealed && m->shape != NULL && m->layout != NULL);
	f->frame = vm->stack;
	f->in = vm->stack + m->in_base;
	f->out = vm->stack + m->out_base;
	vm->main_slots = (size_t)m->out_base + m->nout;
	memset(vm->stack, 0, m->in_base * sizeof(*vm->stack));
	memset(f->out, 0, m->nout * sizeof(*f->out));
	return reader_read(vm->reader, m->shape, json,
	    vm->stack + m->in_base, a, e);
}

int
vm_map(struct vm *vm, const struct prog *p, struct str json,
    struct vm_frame *f, struct arena *a, struct err *e)
{
	begin(vm, p, a);
	if (vm_load(vm, p, json, f, a, e) != 0)
		return -1;
	if (vm_run(vm, p, 0, f->frame, NULL, a) != 0)
		return give_up(vm, e);
	return 0;
}

int
vm_put(struct vm *vm, const struct prog *p, struct str old,
    struct vm_frame *f, struct arena *a, struct err *e)
{
	const struct prog_func *put = &p->funcs[p->put];
	struct value *slots = f->frame + put->old_base;

	if (p->put == 0)
		return 0;
	begin(vm, p, a);
	memset(f->frame, 0, put->ntemps * sizeof(*f->frame));
	memset(slots, 0, put->nold * sizeof(*slots));
	if (old.n > 0 &&
	    reader_read(vm->reader, put->shape, old, slots, a, e) != 0)
		return -1;
	if (vm_run(vm, p, p->put, f->frame, NULL, a) != 0)
		return give_up(vm, e);
	return 0;
}

int
vm_keys(struct vm *vm, const struct prog *p, struct str json,
    vm_key_fn *fn, void *arg, struct arena *a, struct err *e)
{
	struct vm_frame f;
	int failed;

	if (p->keys == 0)
		return 0;
	begin(vm, p, a);
	if (vm_load(vm, p, json, &f, a, e) != 0)
		return -1;
	vm->key_fn = fn;
	vm->key_arg = arg;
	vm->nkey = 0;
	failed = vm_run(vm, p, p->keys, f.frame, NULL, a);
	vm->key_fn = NULL;
	return failed ? give_up(vm, e) : 0;
}

int
vm_read_target(struct vm *vm, const struct prog *p, struct str json,
    struct value **old, struct arena *a, struct err *e)
{
	const struct prog_func *m = &p->funcs[0];

	assert(p->sealed && m->old_shape != NULL);
	*old = arena_array(a, m->nout, sizeof(**old));
	return reader_read(vm->reader, m->old_shape, json, *old, a, e);
}

int
vm_rules(struct vm *vm, const struct prog *p, const struct vm_frame *f,
    const struct vm_side *side, const struct prog_action **action,
    struct arena *a, struct err *e)
{
	static const struct prog_action upsert = { .verb = ACTION_UPSERT };
	static const struct prog_action skip = { .verb = ACTION_SKIP,
		.reason = { "no rule for deletes", 19 } };
	struct value result = { 0 };
	int failed;

	if (p->rules < 0) {
		*action = vm->event.op == EVENT_DELETE ? &skip : &upsert;
		return 0;
	}
	begin(vm, p, a);
	vm->side = side;
	memset(f->frame, 0,
	    p->funcs[p->rules].ntemps * sizeof(*f->frame));
	failed = vm_run(vm, p, (uint32_t)p->rules, f->frame, &result, a);
	vm->side = NULL;
	if (failed)
		return give_up(vm, e);
	*action = &p->actions[result.u.i];
	return 0;
}

int
vm_call(struct vm *vm, const struct prog *p, uint32_t func,
    const struct value *args, size_t nargs, struct value *result,
    struct arena *a, struct err *e)
{
	const struct prog_func *f;

	if (func >= p->nfunc || p->funcs[func].nin + p->funcs[func].nout > 0 ||
	    p->funcs[func].layout != NULL || (int)func == p->rules ||
	    (func != 0 && (func == p->put || func == p->keys)))
		return err_set(e, ERR_INTERNAL,
		    "function %" PRIu32 " cannot be called", func);
	f = &p->funcs[func];
	if (nargs != f->nargs)
		return err_set(e, ERR_INTERNAL,
		    "function %.*s takes %u, not %zu", STR_ARG(f->name),
		    f->nargs, nargs);
	begin(vm, p, a);
	if (vm_enter(vm, p, func, args, vm->stack + vm->main_slots, result, a))
		return give_up(vm, e);
	return 0;
}

int
vm_key(struct vm *vm, const struct prog *p, const struct unit_key *k,
    const struct vm_frame *f, struct buf *out, struct arena *a,
    struct err *e)
{
	struct value args[PROG_TEMPS], key;

	assert(k->nin <= PROG_TEMPS);
	for (uint16_t i = 0; i < k->nin; i++)
		args[i] = f->in[k->in[i]];
	if (vm_call(vm, p, k->func, args, k->nin, &key, a, e) != 0)
		return -1;
	if (value_nil(key))
		return 0;
	/* what is empty in both systems makes no two records one */
	for (uint32_t i = 0; i < key.n; i++)
		if (key.u.list[i].type == V_TEXT && key.u.list[i].n == 0)
			return 0;
	value_canon(out, key, CMP_EXACT, a);
	return 1;
}
