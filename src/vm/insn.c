/*
 * The instructions that are more than a line of the interpreter.
 */
#include "vm/insn.h"

#include "vm/time.h"

#include "base/table.h"

int
insn_concat(struct vm *vm, const struct value *v, unsigned n, struct value *out,
    struct arena *a)
{
	size_t total = 0;
	unsigned flags = VF_PLAIN;
	char *p, *at;

	for (unsigned i = 0; i < n; i++) {
		if (v[i].type != V_TEXT)
			return err_set(&vm->err, ERR_DATA,
			    "only texts are joined, not %s", value_word(v[i]));
		total += v[i].n; /* <= 255 * UINT32_MAX; decoded is shorter */
		flags &= v[i].flags;
	}
	if (vm_charge(vm, total / 16, &vm->err) != 0 ||
	    (p = at = vm_alloc(vm, a, total, &vm->err)) == NULL)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		struct str s = value_str(v[i], a);

		if (s.n > 0)
			memcpy(at, s.p, s.n);
		at += s.n;
	}
	*out = value_text(str_from(p, (size_t)(at - p)));
	out->flags = (uint8_t)flags;
	return 0;
}

int
insn_list(struct vm *vm, const struct value *v, unsigned n, struct value *out,
    struct arena *a)
{
	struct value *list = vm_values(vm, a, n, &vm->err);
	uint32_t k = 0;

	if (list == NULL)
		return -1;
	for (unsigned i = 0; i < n; i++)
		if (v[i].type != V_ABSENT)
			list[k++] = v[i];
	*out = (struct value){ .type = V_LIST, .n = k, .u.list = list };
	return 0;
}

int
insn_record(struct vm *vm, const struct value *v, unsigned n, struct value *out,
    struct arena *a)
{
	struct member *m = vm_alloc(vm, a, n * sizeof(*m), &vm->err);
	uint32_t k = 0;

	if (m == NULL)
		return -1;
	for (unsigned i = 0; i < n; i++, v += 2) {
		if (v[0].type != V_TEXT)
			return err_set(&vm->err, ERR_DATA,
			    "a member's name is a text, not %s",
			    value_word(v[0]));
		if (v[1].type == V_ABSENT)
			continue;
		m[k].name = value_str(v[0], a);
		m[k].value = v[1];
		for (uint32_t j = 0; j < k; j++)
			if (str_eq(m[j].name, m[k].name))
				return err_set(&vm->err, ERR_DATA,
				    "two members are called \"%.*s\"",
				    SHOWN(m[k].name));
		k++;
	}
	*out = (struct value){ .type = V_RECORD, .n = k, .u.record = m };
	return 0;
}

int
insn_field(struct vm *vm, struct value v, struct value name, struct value *out,
    struct arena *a)
{
	if (value_nil(v)) {
		*out = v;
		return 0;
	}
	if (name.type != V_TEXT)
		return err_set(&vm->err, ERR_DATA,
		    "a member's name is a text, not %s", value_word(name));
	if (v.type == V_RAW) {
		if (vm_charge(vm, v.n / 16, &vm->err) != 0)
			return -1;
	} else if (v.type != V_RECORD) {
		return err_set(&vm->err, ERR_DATA, "%s has no member \"%.*s\"",
		    value_word(v), SHOWN(str_from(name.u.p, name.n)));
	}
	*out = value_member(v, value_str(name, a), a);
	return 0;
}

/* v as a list within the limits: a LIST as it is, a RAW opened. */
int
insn_open(struct vm *vm, struct value v, struct value *list, struct arena *a)
{
	if (v.type == V_RAW) {
		if (vm_charge(vm, v.n / 16, &vm->err) != 0)
			return -1;
		v = value_open(v, a);
	}
	if (v.type != V_LIST)
		return err_set(&vm->err, ERR_DATA, "expects a list, not %s",
		    value_word(v));
	*list = v;
	return vm_list_fits(vm, v.n, &vm->err);
}

int
insn_index(struct vm *vm, struct value v, struct value at, struct value *out,
    struct arena *a)
{
	int64_t i;

	if (value_nil(v)) {
		*out = v;
		return 0;
	}
	if (insn_open(vm, v, &v, a) != 0 || num_int(at, &i, &vm->err) != 0)
		return -1;
	*out = i >= 0 && i < v.n ? v.u.list[i] : (struct value){ 0 };
	return 0;
}

int
insn_in(struct vm *vm, struct value x, struct value v, struct value *out,
    struct arena *a)
{
	int found = 0;

	if (insn_open(vm, v, &v, a) != 0 ||
	    vm_charge(vm, v.n, &vm->err) != 0)
		return -1;
	for (uint32_t i = 0; i < v.n && !found; i++)
		found = insn_equal(x, v.u.list[i], a);
	*out = value_bool(found);
	return 0;
}

static const struct value *
enum_row(const struct prog_enum *en, struct value v, struct arena *a)
{
	if (en->index != NULL && v.type == V_TEXT)
		return table_get(en->index, value_str(v, a));
	for (uint32_t i = 0; i < en->n; i++)
		if (insn_equal(v, en->from[i], a))
			return &en->to[i];
	return NULL;
}

int
insn_enum(struct vm *vm, const struct prog_enum *en, struct value *v,
    struct arena *a)
{
	const struct value *to;
	struct buf shown = { 0 };

	if (value_nil(*v))
		return 0;
	if (vm_charge(vm, v->type == V_TEXT ? v->n / 16 : en->n,
	    &vm->err) != 0)
		return -1;
	to = enum_row(en, *v, a);
	if (to != NULL) {
		*v = *to;
		return 0;
	}
	switch (en->other) {
	case ELSE_KEEP:
		*v = (struct value){ 0 };
		return 0;
	case ELSE_VALUE:
		*v = en->other_value;
		return 0;
	case ELSE_ERROR:
		break;
	}
	value_write(&shown, *v);
	err_set(&vm->err, ERR_DATA, "enum %.*s: no row for %.*s",
	    STR_ARG(en->name), SHOWN(buf_str(&shown)));
	buf_fini(&shown);
	return -1;
}

int
insn_enum_list(struct vm *vm, const struct prog_enum *en, struct value *v,
    struct arena *a)
{
	struct value list, *to;

	if (value_nil(*v))
		return 0;
	if (insn_open(vm, *v, &list, a) != 0 ||
	    vm_charge(vm, list.n, &vm->err) != 0 ||
	    (to = vm_values(vm, a, list.n, &vm->err)) == NULL)
		return -1;
	for (uint32_t i = 0; i < list.n; i++) {
		to[i] = list.u.list[i];
		if (value_nil(to[i]))
			return err_set(&vm->err, ERR_DATA,
			    "enum %.*s: element %u is %s",
			    STR_ARG(en->name), (unsigned)i, value_word(to[i]));
		if (insn_enum(vm, en, &to[i], a) != 0)
			return -1;
		if (to[i].type == V_ABSENT) {
			*v = to[i];
			return 0;
		}
	}
	*v = (struct value){ .type = V_LIST, .n = list.n, .u.list = to };
	return 0;
}

int
insn_event_of(struct vm *vm, enum event_field k, struct value *out,
    struct arena *a)
{
	const struct vm_event *ev = &vm->event;

	switch (k) {
	case EVENT_OF_AT:
		return give_wall(ev->at_us == VM_AT_NOW ? vm->now_us :
		    ev->at_us, out, a, &vm->err);
	case EVENT_OF_KEY:
		*out = value_text(ev->key);
		return 0;
	default:
		*out = value_text(str_z(event_word(ev->op)));
		return 0;
	}
}
