/*
 * Exchanging a part of a value, by copying what lies above it.
 */
#include "record/edit.h"

uint32_t
value_index(struct str step, uint32_t n)
{
	uint32_t i = 0;

	if (step.n == 0 || step.n > 9)
		return n;
	for (size_t k = 0; k < step.n; k++) {
		if (step.p[k] < '0' || step.p[k] > '9')
			return n;
		i = i * 10 + (uint32_t)(step.p[k] - '0');
	}
	return i < n ? i : n;
}

static struct value
edit_list(struct value v, const struct str *path, size_t n, struct value neu,
    struct arena *a)
{
	uint32_t i = value_index(path[0], v.n), k = 0;
	struct value *list, x;

	if (i == v.n)
		return v;
	list = arena_array(a, v.n, sizeof(*list));
	for (uint32_t j = 0; j < v.n; j++) {
		x = j == i ? value_edit(v.u.list[j], path + 1, n - 1, neu, a) :
		    v.u.list[j];
		if (x.type != V_ABSENT)
			list[k++] = x;
	}
	v.n = k;
	v.u.list = list;
	return v;
}

struct value
value_edit(struct value v, const struct str *path, size_t n, struct value neu,
    struct arena *a)
{
	struct member *list;
	struct value x;
	uint32_t k = 0;
	int found = 0;

	if (n == 0)
		return neu;
	v = value_open(v, a);
	if (v.type == V_LIST)
		return edit_list(v, path, n, neu, a);
	if (v.type != V_RECORD)
		v = (struct value){ .type = V_RECORD };
	list = arena_array(a, (size_t)v.n + 1, sizeof(*list));
	for (uint32_t i = 0; i < v.n; i++) {
		struct member m = v.u.record[i];

		if (str_eq(m.name, path[0])) {
			m.value = value_edit(m.value, path + 1, n - 1, neu, a);
			found = 1;
		}
		if (m.value.type != V_ABSENT)
			list[k++] = m;
	}
	if (!found && neu.type != V_ABSENT) {
		x = (struct value){ .type = V_RECORD };
		list[k++] = (struct member){ path[0],
			value_edit(x, path + 1, n - 1, neu, a) };
	}
	v.n = k;
	v.u.record = list;
	return v;
}

struct value
value_at(struct value v, const struct str *path, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		v = value_open(v, a);
		if (v.type == V_LIST) {
			uint32_t k = value_index(path[i], v.n);

			v = k < v.n ? v.u.list[k] : (struct value){ 0 };
		} else if (v.type == V_RECORD) {
			v = value_member(v, path[i], a);
		} else {
			return (struct value){ 0 };
		}
	}
	return v;
}
