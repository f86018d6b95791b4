/*
 * Arguments and results of built-ins.  Private to vm/.
 *
 * A built-in is int builtin_x(vm, args, result, a, e); FUNC(x) writes that
 * line, FUNC_BACK(x) the one of a codec's way back.
 */
#ifndef VM_ARGS_H
#define VM_ARGS_H

#include "base/str.h"
#include "vm/builtin.h"
#include "vm/run.h"

#define FUNC(name)                                                        \
	int builtin_##name(struct vm *vm, const struct value *args,       \
	    struct value *result, struct arena *a, struct err *e)
#define FUNC_BACK(name) FUNC(name##_back)

#define FN(name, ...) builtin_fn builtin_##name;
#define SAME(name, ...) builtin_fn builtin_##name;
#define CODEC(name, ...)                                                  \
	builtin_fn builtin_##name;                                        \
	builtin_fn builtin_##name##_back;
#include "vm/builtins.def"
#undef FN
#undef SAME
#undef CODEC

/* Each: -1 with "expects a text, not int". */
int arg_wrong(const char *wanted, struct value v, struct err *e);
static inline int
arg_text(struct value v, struct str *s, struct arena *a, struct err *e)
{
	if (v.type != V_TEXT) {
		arg_wrong("a text", v, e);
		return -1;
	}
	*s = v.flags & VF_ESCAPED ? value_str(v, a) : str_from(v.u.p, v.n);
	return 0;
}
int arg_bool(struct value v, int *b, struct err *e);
/* An int, or a number literal without a fraction. */
int arg_int(struct value v, int64_t *i, struct err *e);
/* min <= i <= max. */
int arg_range(struct value v, int64_t min, int64_t max, int64_t *i,
    struct err *e);
/* A LIST within the limits, opened where it was RAW. */
int arg_list(struct vm *vm, struct value v, struct value *list,
    struct arena *a, struct err *e);
/* A RECORD, opened where it was RAW. */
int arg_record(struct vm *vm, struct value v, struct value *record,
    struct arena *a, struct err *e);

/* i in decimal digits, as a text in a. */
struct value int_as_text(int64_t i, struct arena *a);
/* What lies in the scratch buffer, as a text in a. */
int scratch_text(struct vm *vm, struct value *result, struct arena *a,
    struct err *e);

/* Is every byte ASCII? */
int str_ascii(struct str s);
/* The same text, with its flags, when nothing changed. */
static inline struct value
text_slice(struct value whole, struct str s)
{
	struct value v = value_text(s);

	v.flags = whole.flags & VF_PLAIN;
	return v;
}

#endif
