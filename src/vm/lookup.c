/*
 * Lookups: the three instructions, and the table that answers them.
 *
 * A lookup that finds nothing gives an absent value that remembers why.  It
 * stays one through choices, moves and `??`, so WAIT knows whether the value
 * that a rule is left with lacks a link, and which one.
 */
#include "vm/lookup.h"

#include "record/scan.h"
#include "vm/insn.h"

/* ---- the instructions ---- */

/* A key is a text, or an int in its digits. */
static int
read_key(struct vm *vm, const struct prog_lookup *l, struct value v,
    struct str *key, struct arena *a)
{
	int64_t i;

	if (v.type == V_TEXT) {
		*key = value_str(v, a);
		return 0;
	}
	if (v.type != V_INT && v.type != V_NUM)
		return err_set(&vm->err, ERR_DATA,
		    "a key of %.*s is a text or an int, not %s",
		    SHOWN(l->name), value_word(v));
	if (num_int(v, &i, &vm->err) != 0)
		return err_prefix(&vm->err, "a key of %.*s", SHOWN(l->name));
	*key = arena_printf(a, "%lld", (long long)i);
	return 0;
}

/* What was found is what the mapping says it is. */
static int
convert(struct vm *vm, const struct prog_lookup *l, struct str key,
    struct value *v)
{
	static const char *const words[] = { "a text", "an int", "a decimal",
		"a bool" };
	int64_t i;

	switch (l->type) {
	case LOOKUP_TEXT:
		if (v->type == V_TEXT)
			return 0;
		break;
	case LOOKUP_INT:
		/* ids are kept as texts */
		if (l->kind != LOOKUP_TABLE ? v->type == V_TEXT &&
		    num_literal_int(str_from(v->u.p, v->n), &i) :
		    (v->type == V_INT || v->type == V_NUM) &&
		    num_int(*v, &i, NULL) == 0) {
			*v = value_int(i);
			return 0;
		}
		break;
	case LOOKUP_DECIMAL:
		if (v->type >= V_NUM && v->type <= V_DEC)
			return 0;
		break;
	case LOOKUP_BOOL:
		if (v->type == V_BOOL)
			return 0;
		break;
	}
	return err_set(&vm->err, ERR_DATA, "what %.*s has for \"%.*s\" is not "
	    "%s", SHOWN(l->name), SHOWN(key), words[l->type]);
}

int
insn_lookup(struct vm *vm, const struct prog_lookup *l, struct value *v,
    struct arena *a)
{
	struct vm_miss *miss;
	struct value found = { 0 };
	struct str key;

	if (value_nil(*v))
		return 0;
	if (vm_charge(vm, 4 + v->n / 16, &vm->err) != 0 ||
	    read_key(vm, l, *v, &key, a) != 0)
		return -1;
	switch (vm->lookup_fn == NULL ? VM_NOT_KNOWN :
	    vm->lookup_fn(vm->lookup_arg, l, key, &found)) {
	case VM_FOUND:
		if (convert(vm, l, key, &found) != 0)
			return -1;
		*v = found;
		return 0;
	case VM_NOT_FOUND:
		break;
	case VM_NOT_KNOWN:
		return err_set(&vm->err, ERR_NOINPUT, "nobody has looked up "
		    "\"%.*s\" of %.*s", SHOWN(key), SHOWN(l->name));
	}
	miss = vm_alloc(vm, a, sizeof(*miss), &vm->err);
	if (miss == NULL)
		return -1;
	*miss = (struct vm_miss){ .lookup = l, .key = key };
	*v = (struct value){ .type = V_ABSENT, .flags = VF_MISSED,
		.u.p = (const char *)miss };
	return 0;
}

const struct vm_miss *
vm_missed(struct value v)
{
	return v.type == V_ABSENT && v.flags & VF_MISSED ?
	    (const struct vm_miss *)(const void *)v.u.p : NULL;
}

const struct vm_miss *
vm_waits(const struct vm *vm)
{
	return vm->waits;
}

int
insn_wait(struct vm *vm, enum prog_wait how, struct value v)
{
	struct vm_miss *miss = (struct vm_miss *)vm_missed(v);

	if (miss == NULL)
		return 0;
	if (miss->lookup->kind == LOOKUP_TABLE)
		return err_set(&vm->err, ERR_DATA,
		    "the table %.*s has nothing for \"%.*s\"",
		    SHOWN(miss->lookup->name), SHOWN(miss->key));
	if (how == WAIT_ERROR)
		return err_set(&vm->err, ERR_DATA,
		    "%.*s \"%.*s\" is not linked", SHOWN(miss->lookup->name),
		    SHOWN(miss->key));
	miss->create = how == WAIT_CREATE;
	vm->waits = miss;
	return err_set(&vm->err, ERR_WAIT, "waits for %.*s \"%.*s\", which is "
	    "not linked yet", SHOWN(miss->lookup->name), SHOWN(miss->key));
}

int
insn_key(struct vm *vm, const struct prog_lookup *l, struct value v,
    struct arena *a)
{
	struct str key;

	/* elsewhere than under vm_keys nobody listens */
	if (value_nil(v) || vm->key_fn == NULL)
		return 0;
	if (read_key(vm, l, v, &key, a) != 0)
		return -1;
	if (vm->nkey == VM_KEYS)
		return err_set(&vm->err, ERR_LIMIT,
		    "lookups: more than %d keys for a record", VM_KEYS);
	vm->nkey++;
	vm->key_fn(vm->key_arg, l, key);
	return 0;
}

void
vm_set_lookups(struct vm *vm, vm_lookup_fn *fn, void *arg)
{
	vm->lookup_fn = fn;
	vm->lookup_arg = arg;
}

/* ---- the answers ---- */

/* A name has no NUL, so the first one ends it. */
void
lookup_id(struct buf *out, enum lookup_kind kind, struct str name,
    struct str key)
{
	buf_putc(out, (char)('0' + kind));
	buf_puts(out, name);
	buf_putc(out, '\0');
	buf_puts(out, key);
}

void
lookup_id_parts(struct str id, enum lookup_kind *kind, struct str *name,
    struct str *key)
{
	const char *end = memchr(id.p, '\0', id.n);

	*kind = (enum lookup_kind)(id.p[0] - '0');
	*name = str_from(id.p + 1, (size_t)(end - id.p - 1));
	*key = str_from(end + 1, id.n - name->n - 2);
}

void
lookups_put(struct lookups *l, struct str id, const struct value *v)
{
	table_put(&l->table, id, (void *)(uintptr_t)v);
}

int
lookups_answer(void *arg, const struct prog_lookup *ask, struct str key,
    struct value *found)
{
	struct lookups *l = arg;
	const struct value *v;

	buf_reset(&l->id);
	lookup_id(&l->id, ask->kind, ask->name, key);
	v = table_get(&l->table, buf_str(&l->id));
	if (v == NULL)
		return l->whole ? VM_NOT_FOUND : VM_NOT_KNOWN;
	if (v->type == V_ABSENT)
		return VM_NOT_FOUND;
	*found = *v;
	return VM_FOUND;
}

void
lookups_reset(struct lookups *l)
{
	table_fini(&l->table);
	l->table = (struct table){ 0 };
}

void
lookups_fini(struct lookups *l)
{
	table_fini(&l->table);
	buf_fini(&l->id);
	*l = (struct lookups){ 0 };
}

/* ---- answers as written ---- */

static int
put(struct lookups *l, enum lookup_kind kind, struct str name,
    struct str key, struct value v, struct arena *a)
{
	struct value *kept = arena_new(a, struct value);
	struct buf id = { 0 };
	int twice;

	*kept = v;
	lookup_id(&id, kind, name, key);
	twice = table_put(&l->table, arena_str(a, buf_str(&id)), kept) != NULL;
	buf_fini(&id);
	return twice;
}

static int
row(struct lookups *l, enum lookup_kind kind, struct str name,
    const struct member *m, struct arena *a, struct err *e)
{
	struct value v = m->value;

	if (v.type == V_RAW || v.type == V_NULL)
		return err_set(e, ERR_DATA, "%.*s of %.*s is %s, not a text, "
		    "number or bool", SHOWN(m->name), SHOWN(name),
		    v.type == V_NULL ? "null" : "a list or record");
	if (v.type == V_TEXT || (kind == LOOKUP_XREF && v.type == V_NUM))
		v = value_text(value_str((struct value){ .type = V_TEXT,
			.flags = v.flags, .n = v.n, .u.p = v.u.p }, a));
	else if (kind == LOOKUP_XREF)
		return err_set(e, ERR_DATA, "the id of %.*s \"%.*s\" is a "
		    "bool, not a text", SHOWN(name), SHOWN(m->name));
	put(l, kind, name, m->name, v, a);
	if (kind == LOOKUP_XREF && put(l, LOOKUP_XREF_BACK, name,
	    str_from(v.u.p, v.n), value_text(m->name), a))
		return err_set(e, ERR_DATA, "two of %.*s have the id \"%.*s\"",
		    SHOWN(name), SHOWN(str_from(v.u.p, v.n)));
	return 0;
}

int
lookups_part(struct lookups *l, enum lookup_kind kind, struct value json,
    struct arena *a, struct err *e)
{
	json = value_open(json, a);
	if (json.type != V_RECORD)
		return err_set(e, ERR_DATA, "%s is {name: {key: value}}",
		    kind == LOOKUP_XREF ? "xref" : "lookup");
	for (uint32_t i = 0; i < json.n; i++) {
		const struct member *m = &json.u.record[i];
		struct value rows = value_open(m->value, a);

		if (rows.type != V_RECORD)
			return err_set(e, ERR_DATA, "%.*s is {key: value}",
			    SHOWN(m->name));
		for (uint32_t k = 0; k < rows.n; k++)
			if (row(l, kind, m->name, &rows.u.record[k], a, e))
				return -1;
	}
	return 0;
}

int
lookups_read(struct lookups *l, struct str json, struct arena *a,
    struct err *e)
{
	struct scan_names *names = scan_names_new();
	int rv = scan_check(json, names, e);
	struct value v;

	scan_names_free(names);
	if (rv != 0)
		return -1;
	v = value_open((struct value){ .type = V_RAW, .n = (uint32_t)json.n,
		.u.p = json.p }, a);
	for (uint32_t i = 0; v.type == V_RECORD && i < v.n && rv == 0; i++) {
		const struct member *m = &v.u.record[i];

		if (str_eq(m->name, STR("xref")))
			rv = lookups_part(l, LOOKUP_XREF, m->value, a, e);
		else if (str_eq(m->name, STR("lookup")))
			rv = lookups_part(l, LOOKUP_TABLE, m->value, a, e);
		else
			rv = err_set(e, ERR_DATA, "lookups are {xref: {…}, "
			    "lookup: {…}}, without \"%.*s\"", SHOWN(m->name));
	}
	if (v.type != V_RECORD)
		rv = err_set(e, ERR_DATA,
		    "lookups are {xref: {…}, lookup: {…}}");
	return rv;
}
