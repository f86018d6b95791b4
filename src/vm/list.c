/*
 * Built-ins on lists and records, and what asks for a value's state.
 *
 * sort_by, group_by and distinct_by take the keys beside the elements: the
 * compiler makes them with a map loop from the function that is written.
 */
#include "vm/text.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/table.h"

static struct value
list_of(struct value *list, size_t n)
{
	return (struct value){ .type = V_LIST, .n = (uint32_t)n,
		.u.list = list };
}

FUNC(first)
{
	struct value list;

	if (arg_list(vm, args[0], &list, a, e) != 0)
		return -1;
	*result = list.n > 0 ? list.u.list[0] : (struct value){ 0 };
	return 0;
}

FUNC(last)
{
	struct value list;

	if (arg_list(vm, args[0], &list, a, e) != 0)
		return -1;
	*result = list.n > 0 ? list.u.list[list.n - 1] : (struct value){ 0 };
	return 0;
}

FUNC(reverse)
{
	struct value list, *out;

	if (arg_list(vm, args[0], &list, a, e) != 0 ||
	    (out = vm_values(vm, a, list.n, e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < list.n; i++)
		out[i] = list.u.list[list.n - 1 - i];
	*result = list_of(out, list.n);
	return 0;
}

FUNC(flatten)
{
	struct value list, inner, *out;
	size_t n = 0, k = 0;

	if (arg_list(vm, args[0], &list, a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		if (arg_list(vm, list.u.list[i], &inner, a, e) != 0)
			return err_prefix(e, "element %u", i);
		n += inner.n;
	}
	if ((out = vm_values(vm, a, n, e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		inner = value_open(list.u.list[i], a);
		for (uint32_t j = 0; j < inner.n; j++)
			out[k++] = inner.u.list[j];
	}
	*result = list_of(out, n);
	return 0;
}

/* The canonical form of a value, in a. */
static int
canon(struct vm *vm, struct value v, struct str *s, struct arena *a,
    struct err *e)
{
	struct value text;

	buf_reset(&vm->scratch);
	value_canon(&vm->scratch, v, CMP_EXACT, a);
	if (vm_charge(vm, vm->scratch.n / 16, e) != 0 ||
	    scratch_text(vm, &text, a, e) != 0)
		return -1;
	*s = str_from(text.u.p, text.n);
	return 0;
}

/* Two lists of one length, elements and their keys. */
static int
arg_keyed(struct vm *vm, const struct value *args, struct value *list,
    struct value *keys, struct arena *a, struct err *e)
{
	if (arg_list(vm, args[0], list, a, e) != 0 ||
	    arg_list(vm, args[1], keys, a, e) != 0 ||
	    vm_charge(vm, list->n, e) != 0)
		return -1;
	if (list->n != keys->n)
		return err_set(e, ERR_DATA,
		    "%u elements but %u keys: a key is absent", list->n,
		    keys->n);
	return 0;
}

/* The elements whose key comes for the first time. */
static int
distinct(struct vm *vm, struct value list, struct value keys,
    struct value *result, struct arena *a, struct err *e)
{
	struct value *out = vm_values(vm, a, list.n, e);
	struct table seen = { 0 };
	struct str key;
	size_t n = 0;
	int failed = out == NULL;

	for (uint32_t i = 0; !failed && i < list.n; i++) {
		failed = canon(vm, keys.u.list[i], &key, a, e);
		if (!failed && table_put(&seen, key, out) == NULL)
			out[n++] = list.u.list[i];
	}
	table_fini(&seen);
	*result = list_of(out, n);
	return failed ? -1 : 0;
}

FUNC(distinct)
{
	struct value list;

	if (arg_list(vm, args[0], &list, a, e) != 0)
		return -1;
	return distinct(vm, list, list, result, a, e);
}

FUNC(distinct_by)
{
	struct value list, keys;

	if (arg_keyed(vm, args, &list, &keys, a, e) != 0)
		return -1;
	return distinct(vm, list, keys, result, a, e);
}

/* Groups in the order of their first element: [{ key, items }]. */
FUNC(group_by)
{
	struct group {
		struct value key;
		uint32_t n, at;
	} *groups, **of;
	struct value list, keys, *out, *items;
	struct table seen = { 0 };
	struct member *m;
	size_t ngroup = 0, at = 0;
	struct str key;

	if (arg_keyed(vm, args, &list, &keys, a, e) != 0)
		return -1;
	groups = vm_alloc(vm, a, list.n * sizeof(*groups), e);
	of = groups ? vm_alloc(vm, a, list.n * sizeof(*of), e) : NULL;
	items = of ? vm_values(vm, a, list.n, e) : NULL;
	if (items == NULL)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		struct group *g = &groups[ngroup];

		if (canon(vm, keys.u.list[i], &key, a, e) != 0) {
			table_fini(&seen);
			return -1;
		}
		of[i] = table_get(&seen, key);
		if (of[i] == NULL) {
			*g = (struct group){ .key = keys.u.list[i] };
			table_put(&seen, key, g);
			of[i] = g;
			ngroup++;
		}
		of[i]->n++;
	}
	table_fini(&seen);
	out = vm_values(vm, a, ngroup, e);
	m = out ? vm_alloc(vm, a, 2 * ngroup * sizeof(*m), e) : NULL;
	if (m == NULL)
		return -1;
	for (size_t g = 0; g < ngroup; g++) {
		m[2 * g] = (struct member){ STR("key"), groups[g].key };
		m[2 * g + 1] = (struct member){ STR("items"),
			list_of(items + at, groups[g].n) };
		out[g] = (struct value){ .type = V_RECORD, .n = 2,
			.u.record = &m[2 * g] };
		groups[g].at = (uint32_t)at;
		at += groups[g].n;
	}
	for (uint32_t i = 0; i < list.n; i++)
		items[of[i]->at++] = list.u.list[i];
	*result = list_of(out, ngroup);
	return 0;
}

struct keyed {
	struct value element, key;
};

static int
rank(struct value v)
{
	switch (v.type) {
	case V_INT:
	case V_DEC:
	case V_NUM:
		return 0;
	case V_TEXT:
		return 1;
	default:
		return 2;
	}
}

/* Numbers, then texts, then all that has no order, as it stood. */
static int
key_order(struct value x, struct value y, struct arena *a)
{
	int order = rank(x) - rank(y);

	if (order == 0 && rank(x) < 2)
		num_order(x, y, &order, a, NULL);
	return order;
}

/* Merge sort: stable, and n log n whatever the order. */
static int
sort(struct vm *vm, struct keyed *v, struct keyed *tmp, size_t n, int down,
    struct arena *a, struct err *e)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return 0;
	if (vm_charge(vm, n, e) != 0 ||
	    sort(vm, v, tmp, half, down, a, e) != 0 ||
	    sort(vm, v + half, tmp, n - half, down, a, e) != 0)
		return -1;
	while (i < half && j < n) {
		int order = key_order(v[i].key, v[j].key, a);

		tmp[k++] = (down ? order >= 0 : order <= 0) ? v[i++] : v[j++];
	}
	while (i < half)
		tmp[k++] = v[i++];
	memcpy(v, tmp, k * sizeof(*v));
	return 0;
}

static int
sorted(struct vm *vm, struct value list, struct value keys, struct value dir,
    struct value *result, struct arena *a, struct err *e)
{
	struct keyed *v, *tmp;
	struct value *out;
	struct str s;

	if (arg_text(dir, &s, a, e) != 0)
		return -1;
	v = vm_alloc(vm, a, list.n * sizeof(*v), e);
	tmp = v ? vm_alloc(vm, a, list.n * sizeof(*v), e) : NULL;
	out = tmp ? vm_values(vm, a, list.n, e) : NULL;
	if (out == NULL)
		return -1;
	for (uint32_t i = 0; i < list.n; i++)
		v[i] = (struct keyed){ list.u.list[i], keys.u.list[i] };
	if (sort(vm, v, tmp, list.n, str_eq(s, STR("desc")), a, e) != 0)
		return -1;
	for (uint32_t i = 0; i < list.n; i++)
		out[i] = v[i].element;
	*result = list_of(out, list.n);
	return 0;
}

FUNC(sort)
{
	struct value list;

	if (arg_list(vm, args[0], &list, a, e) != 0)
		return -1;
	return sorted(vm, list, list, args[1], result, a, e);
}

FUNC(sort_by)
{
	struct value list, keys;

	if (arg_keyed(vm, args, &list, &keys, a, e) != 0)
		return -1;
	return sorted(vm, list, keys, args[2], result, a, e);
}

/* As long as the shorter of the two. */
FUNC(zip)
{
	struct value x, y, *out, *pair;
	uint32_t n;

	if (arg_list(vm, args[0], &x, a, e) != 0 ||
	    arg_list(vm, args[1], &y, a, e) != 0)
		return -1;
	n = x.n < y.n ? x.n : y.n;
	out = vm_values(vm, a, n, e);
	pair = out ? vm_alloc(vm, a, 2 * n * sizeof(*pair), e) : NULL;
	if (pair == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		pair[2 * i] = x.u.list[i];
		pair[2 * i + 1] = y.u.list[i];
		out[i] = list_of(&pair[2 * i], 2);
	}
	*result = list_of(out, n);
	return 0;
}

/* ---- records ---- */

FUNC(keys)
{
	struct value r, *out;

	if (arg_record(vm, args[0], &r, a, e) != 0 ||
	    (out = vm_values(vm, a, r.n, e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < r.n; i++)
		out[i] = value_text(r.u.record[i].name);
	*result = list_of(out, r.n);
	return 0;
}

FUNC(values)
{
	struct value r, *out;

	if (arg_record(vm, args[0], &r, a, e) != 0 ||
	    (out = vm_values(vm, a, r.n, e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < r.n; i++)
		out[i] = r.u.record[i].value;
	*result = list_of(out, r.n);
	return 0;
}

/* The members whose name is in the list (wanted) or not in it. */
static int
choose(struct vm *vm, const struct value *args, int wanted,
    struct value *result, struct arena *a, struct err *e)
{
	struct value r, names;
	struct member *out;
	uint32_t n = 0;

	if (arg_record(vm, args[0], &r, a, e) != 0 ||
	    arg_list(vm, args[1], &names, a, e) != 0 ||
	    vm_charge(vm, (uint64_t)r.n * names.n / 4, e) != 0 ||
	    (out = vm_alloc(vm, a, r.n * sizeof(*out), e)) == NULL)
		return -1;
	for (uint32_t i = 0; i < r.n; i++) {
		int found = 0;

		for (uint32_t k = 0; k < names.n && !found; k++) {
			struct str s;

			if (arg_text(names.u.list[k], &s, a, e) != 0)
				return -1;
			found = str_eq(s, r.u.record[i].name);
		}
		if (found == wanted)
			out[n++] = r.u.record[i];
	}
	*result = (struct value){ .type = V_RECORD, .n = n, .u.record = out };
	return 0;
}

FUNC(pick)
{
	return choose(vm, args, 1, result, a, e);
}

FUNC(omit)
{
	return choose(vm, args, 0, result, a, e);
}

/* What the second has, else what the first has. */
FUNC(merge)
{
	struct value x, y;
	struct table at = { 0 };
	struct member *out;
	uint32_t n;

	if (arg_record(vm, args[0], &x, a, e) != 0 ||
	    arg_record(vm, args[1], &y, a, e) != 0 ||
	    vm_charge(vm, x.n + y.n, e) != 0 ||
	    vm_list_fits(vm, (size_t)x.n + y.n, e) != 0 ||
	    (out = vm_alloc(vm, a, ((size_t)x.n + y.n) * sizeof(*out),
		e)) == NULL)
		return -1;
	for (n = 0; n < x.n; n++) {
		out[n] = x.u.record[n];
		table_put(&at, out[n].name, &out[n]);
	}
	for (uint32_t i = 0; i < y.n; i++) {
		struct member *m = table_get(&at, y.u.record[i].name);

		if (m == NULL)
			m = &out[n++];
		*m = y.u.record[i];
	}
	table_fini(&at);
	*result = (struct value){ .type = V_RECORD, .n = n, .u.record = out };
	return 0;
}

/* ---- state ---- */

FUNC(present)
{
	*result = value_bool(!value_nil(args[0]));
	return 0;
}

FUNC(is_null)
{
	*result = value_bool(args[0].type == V_NULL);
	return 0;
}

/* Nil, "", [] and {}. */
FUNC(is_empty)
{
	struct value v = args[0];

	if (v.type == V_RAW)
		v = value_open(v, a);
	*result = value_bool(value_nil(v) || (v.n == 0 &&
	    (v.type == V_TEXT || v.type == V_LIST || v.type == V_RECORD)));
	return 0;
}

/* ---- identity ---- */

static const char hex[] = "0123456789abcdef";

static int
digest(struct vm *vm, struct value v, unsigned char out[16], struct arena *a,
    struct err *e)
{
	XXH128_canonical_t c;
	struct str s;

	if (canon(vm, v, &s, a, e) != 0)
		return -1;
	XXH128_canonicalFromHash(&c, XXH3_128bits(s.p, s.n));
	memcpy(out, c.digest, 16);
	return 0;
}

/* XXH3-128 of the canonical form: equal values, equal texts. */
FUNC(hash)
{
	unsigned char d[16];
	char *p;

	if (digest(vm, args[0], d, a, e) != 0 ||
	    (p = vm_alloc(vm, a, 32, e)) == NULL)
		return -1;
	for (int i = 0; i < 16; i++) {
		p[2 * i] = hex[d[i] >> 4];
		p[2 * i + 1] = hex[d[i] & 15];
	}
	*result = value_text(str_from(p, 32));
	result->flags = VF_PLAIN;
	return 0;
}

/* The same as a UUID of version 8 (RFC 9562, 5.8). */
FUNC(uuid)
{
	unsigned char d[16];
	char *p, *at;

	if (digest(vm, args[0], d, a, e) != 0 ||
	    (p = at = vm_alloc(vm, a, 36, e)) == NULL)
		return -1;
	d[6] = (unsigned char)(0x80 | (d[6] & 15));
	d[8] = (unsigned char)(0x80 | (d[8] & 63));
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = hex[d[i] >> 4];
		*at++ = hex[d[i] & 15];
	}
	*result = value_text(str_from(p, 36));
	result->flags = VF_PLAIN;
	return 0;
}

FUNC(id_for)
{
	struct value both = { .type = V_LIST, .n = 2, .u.list = args };

	return builtin_uuid(vm, &both, result, a, e);
}
