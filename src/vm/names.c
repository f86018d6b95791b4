/*
 * The codec of `rest`: a record whose members get other names.
 */
#include "vm/text.h"

/* Room for as many members as v has; NULL where a limit is passed. */
static struct member *
members(struct vm *vm, struct value v, struct arena *a, struct err *e)
{
	if (vm_list_fits(vm, v.n, e) != 0)
		return NULL;
	return vm_alloc(vm, a, v.n * sizeof(struct member), e);
}

static int
name_args(struct vm *vm, const struct value *args, struct value *record,
    struct str *prefix, struct str *suffix, struct arena *a, struct err *e)
{
	if (arg_record(vm, args[0], record, a, e) != 0 ||
	    arg_text(args[1], prefix, a, e) != 0 ||
	    arg_text(args[2], suffix, a, e) != 0)
		return -1;
	return 0;
}

/* A name of nothing is left out: it would not come back. */
FUNC(names)
{
	struct value record;
	struct member *out;
	struct str prefix, suffix;
	struct piece t;
	size_t bytes = 0;
	uint32_t n = 0;

	if (name_args(vm, args, &record, &prefix, &suffix, a, e) != 0 ||
	    (out = members(vm, record, a, e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < record.n; i++)
		bytes += record.u.record[i].name.n + prefix.n + suffix.n;
	if (piece_init(&t, vm, bytes, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < record.n; i++) {
		const struct member *m = &record.u.record[i];
		size_t start = t.n;

		if (m->name.n == 0)
			continue;
		piece_put(&t, prefix);
		piece_put(&t, m->name);
		piece_put(&t, suffix);
		out[n].name = str_from(t.p + start, t.n - start);
		out[n++].value = m->value;
	}
	*result = (struct value){ .type = V_RECORD, .n = n, .u.record = out };
	return 0;
}

/* Only what is called so comes back; the rest is not ours. */
FUNC_BACK(names)
{
	struct value record;
	struct member *out;
	struct str prefix, suffix;
	uint32_t n = 0;

	if (name_args(vm, args, &record, &prefix, &suffix, a, e) != 0 ||
	    (out = members(vm, record, a, e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < record.n; i++) {
		struct str s = record.u.record[i].name;

		if (s.n <= prefix.n + suffix.n ||
		    !str_eq(str_from(s.p, prefix.n), prefix) ||
		    !str_eq(str_from(s.p + s.n - suffix.n, suffix.n), suffix))
			continue;
		out[n].name = str_from(s.p + prefix.n,
		    s.n - prefix.n - suffix.n);
		out[n++].value = record.u.record[i].value;
	}
	*result = (struct value){ .type = V_RECORD, .n = n, .u.record = out };
	return 0;
}
