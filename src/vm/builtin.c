/*
 * The table of built-ins, and what all of them need of their arguments.
 */
#include "vm/builtin.h"

#include "vm/args.h"

#define EXAMPLES(...) (const char *const[]){ __VA_ARGS__, NULL }

const struct builtin builtins[] = {
#define FN(name_, params_, result_, fallible_, cost_, synopsis_, ...)     \
	{ .name = #name_, .params = params_, .result = result_,           \
	    .fallible = fallible_, .law = LAW_NONE, .cost = cost_,        \
	    .fn = builtin_##name_, .synopsis = synopsis_,                 \
	    .examples = EXAMPLES(__VA_ARGS__) },
#define SAME(name_, params_, type_, law_, fallible_, cost_, synopsis_,    \
    ...)                                                                  \
	{ .name = #name_, .params = params_, .result = type_,             \
	    .left = type_, .fallible = fallible_,                         \
	    .back_fallible = fallible_, .law = LAW_##law_, .cost = cost_, \
	    .fn = builtin_##name_, .back = builtin_##name_,               \
	    .synopsis = synopsis_, .examples = EXAMPLES(__VA_ARGS__) },
#define CODEC(name_, params_, left_, right_, law_, fallible_, back_,      \
    cost_, compare_, hidden_, synopsis_, ...)                             \
	{ .name = #name_, .params = params_, .result = right_,            \
	    .left = left_, .fallible = fallible_, .back_fallible = back_, \
	    .law = LAW_##law_, .cost = cost_, .compare = CMP_##compare_,  \
	    .hidden = HIDDEN_##hidden_, .fn = builtin_##name_,            \
	    .back = builtin_##name_##_back, .synopsis = synopsis_,        \
	    .examples = EXAMPLES(__VA_ARGS__) },
#include "vm/builtins.def"
#undef FN
#undef SAME
#undef CODEC
};

const size_t nbuiltin = COUNT(builtins);

int
builtin_find(struct str name)
{
	if (str_eq(name, STR("decimal.shift")))
		name = STR("shift");
	for (size_t i = 0; i < nbuiltin; i++)
		if (str_eq(name, str_z(builtins[i].name)))
			return (int)i;
	return -1;
}

/* How many parameters a signature has: commas outside quotes, plus one. */
static unsigned
count_params(const char *s)
{
	unsigned n = *s != '\0';
	int quoted = 0;

	for (; *s != '\0'; s++) {
		if (*s == '"')
			quoted = !quoted;
		n += *s == ',' && !quoted;
	}
	return n;
}

unsigned
builtin_arity(unsigned k)
{
	const struct builtin *b = &builtins[k / 2];

	return count_params(b->params) + (b->left != NULL) +
	    (b->hidden != HIDDEN_NONE);
}

int
arg_wrong(const char *wanted, struct value v, struct err *e)
{
	return err_set(e, ERR_DATA, "expects %s, not %s", wanted,
	    value_word(v));
}

int
arg_bool(struct value v, int *b, struct err *e)
{
	if (v.type != V_BOOL)
		return arg_wrong("a bool", v, e);
	*b = v.u.i != 0;
	return 0;
}

int
arg_int(struct value v, int64_t *i, struct err *e)
{
	return num_int(v, i, e);
}

int
arg_range(struct value v, int64_t min, int64_t max, int64_t *i, struct err *e)
{
	if (num_int(v, i, e) != 0)
		return -1;
	if (*i < min || *i > max)
		return err_set(e, ERR_DATA, "%lld lies outside %lld .. %lld",
		    (long long)*i, (long long)min, (long long)max);
	return 0;
}

int
arg_list(struct vm *vm, struct value v, struct value *list, struct arena *a,
    struct err *e)
{
	if (v.type == V_RAW)
		v = value_open(v, a);
	if (v.type != V_LIST)
		return arg_wrong("a list", v, e);
	*list = v;
	return vm_list_fits(vm, v.n, e);
}

int
arg_record(struct vm *vm, struct value v, struct value *record,
    struct arena *a, struct err *e)
{
	if (v.type == V_RAW)
		v = value_open(v, a);
	if (v.type != V_RECORD)
		return arg_wrong("a record", v, e);
	*record = v;
	return vm_list_fits(vm, v.n, e);
}

struct value
int_as_text(int64_t i, struct arena *a)
{
	uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
	char text[20], *p = text + sizeof(text);
	struct value v;

	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (i < 0)
		*--p = '-';
	v = value_text(arena_str(a, str_from(p,
	    (size_t)(text + sizeof(text) - p))));
	v.flags = VF_PLAIN;
	return v;
}

int
scratch_text(struct vm *vm, struct value *result, struct arena *a,
    struct err *e)
{
	char *p = vm_alloc(vm, a, vm->scratch.n, e);

	if (p == NULL)
		return -1;
	if (vm->scratch.n > 0)
		memcpy(p, vm->scratch.p, vm->scratch.n);
	*result = value_text(str_from(p, vm->scratch.n));
	return 0;
}

int
str_ascii(struct str s)
{
	size_t i = 0;
	uint64_t w, high = 0;

	for (; i + 8 <= s.n; i += 8) {
		memcpy(&w, s.p + i, 8);
		high |= w;
	}
	for (; i < s.n; i++)
		high |= (unsigned char)s.p[i];
	return (high & UINT64_C(0x8080808080808080)) == 0;
}
