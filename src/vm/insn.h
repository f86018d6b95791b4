/*
 * Instructions as functions: operands in, result out; 0, or -1 with the error
 * in vm->err.  Private to vm/.
 */
#ifndef VM_INSN_H
#define VM_INSN_H

#include <string.h>

#include "vm/run.h"

int insn_concat(struct vm *vm, const struct value *v, unsigned n,
    struct value *out, struct arena *a);
int insn_list(struct vm *vm, const struct value *v, unsigned n,
    struct value *out, struct arena *a);
/* n pairs at v. */
int insn_record(struct vm *vm, const struct value *v, unsigned n,
    struct value *out, struct arena *a);
int insn_field(struct vm *vm, struct value v, struct value name,
    struct value *out, struct arena *a);
int insn_index(struct vm *vm, struct value v, struct value at,
    struct value *out, struct arena *a);
int insn_in(struct vm *vm, struct value x, struct value v, struct value *out,
    struct arena *a);
/* In place. */
int insn_enum(struct vm *vm, const struct prog_enum *en, struct value *v,
    struct arena *a);
/*
 * A list in place: absent where the table keeps what an element has no row for,
 * refused where one is nil.
 */
int insn_enum_list(struct vm *vm, const struct prog_enum *en, struct value *v,
    struct arena *a);
/* In place. */
int insn_lookup(struct vm *vm, const struct prog_lookup *l, struct value *v,
    struct arena *a);
int insn_wait(struct vm *vm, enum prog_wait how, struct value v);
int insn_key(struct vm *vm, const struct prog_lookup *l, struct value v,
    struct arena *a);
int insn_event_of(struct vm *vm, enum event_field k, struct value *out,
    struct arena *a);
/* v as a list within the limits: a LIST as it is, a RAW opened. */
int insn_open(struct vm *vm, struct value v, struct value *list,
    struct arena *a);

/* EQ, with the common cases in place. */
static inline int
insn_equal(struct value x, struct value y, struct arena *a)
{
	if (x.type != y.type || x.type >= V_RAW || x.type == V_NUM)
		return value_equal(x, y, CMP_EXACT, a);
	if (x.type == V_TEXT && !((x.flags | y.flags) & VF_ESCAPED))
		return x.n == y.n && (x.n == 0 ||
		    (x.u.p[0] == y.u.p[0] &&
			memcmp(x.u.p, y.u.p, x.n) == 0));
	if (x.type == V_INT || x.type == V_BOOL)
		return x.u.i == y.u.i;
	return value_equal(x, y, CMP_EXACT, a);
}

#endif
