/*
 * Calls into a connector's program.
 */
#include "connector/eval.h"

#include "record/decimal.h"
#include "record/scan.h"

int
eval(const struct connector_call *call, struct vm *vm, int func,
    const char *what, const struct value *args, size_t n,
    struct value *result, struct arena *a, struct err *e)
{
	*result = (struct value){ .type = V_ABSENT };
	if (func < 0)
		return 0;
	if (vm_call(vm, call->connector->prog, (uint32_t)func, args, n,
	    result, a, e) == 0)
		return 0;
	if (call->object == NULL)
		return err_prefix(e, "connector %.*s, %s",
		    STR_ARG(call->connector->name), what);
	return err_prefix(e, "connector %.*s, object %.*s, %s",
	    STR_ARG(call->connector->name), STR_ARG(call->object->name), what);
}

int
eval_text(struct value v, struct str *s, struct arena *a)
{
	char dec[DEC_TEXT_MAX];

	switch (v.type) {
	case V_TEXT:
		*s = value_str(v, a);
		return 0;
	case V_NUM:
		*s = str_from(v.u.p, v.n);
		return 0;
	case V_INT:
		*s = arena_printf(a, "%lld", (long long)v.u.i);
		return 0;
	case V_DEC:
		*s = arena_str(a, str_from(dec, dec_format(*v.u.d, dec)));
		return 0;
	case V_BOOL:
		*s = v.u.i ? STR("true") : STR("false");
		return 0;
	default:
		return -1;
	}
}

int
eval_number(struct value v, int shift, int64_t *n, struct arena *a)
{
	struct str s;
	struct dec d;

	return eval_text(v, &s, a) == 0 && dec_parse(s, &d, NULL) == 0 &&
	    dec_shift(d, shift, &d, NULL) == 0 &&
	    dec_rescale(d, 0, ROUND_DOWN, &d, NULL) == 0 &&
	    dec_to_int(d, n, NULL) == 0 && *n >= 0 ? 0 : -1;
}

int
eval_account(const struct connector_call *account, struct vm *vm, int func,
    const char *what, struct value *result, struct arena *a, struct err *e)
{
	struct connector_call call = { .connector = account->connector,
		.base = account->base, .params = account->params };
	struct value args[2];

	*result = (struct value){ .type = V_ABSENT };
	if (func < 0)
		return 0;
	if (account_args(&call, args, a, e) != 0)
		return -1;
	return eval(&call, vm, func, what, args, 2, result, a, e);
}

/* JSON text in a, with its padding. */
static struct str
padded(struct str text, struct arena *a)
{
	char *copy = arena_alloc(a, text.n + RECORD_PAD);

	if (text.n != 0)
		memcpy(copy, text.p, text.n);
	memset(copy + text.n, 0, RECORD_PAD);
	return str_from(copy, text.n);
}

struct str
eval_written(struct value v, struct arena *a)
{
	struct buf out = { 0 };
	struct str s;

	if (v.type == V_RAW)
		return str_from(v.u.p, v.n);
	value_write(&out, v);
	s = padded(buf_str(&out), a);
	buf_fini(&out);
	return s;
}

/* The fields of a record and of what lies in it; 1 where one was cleared. */
static int
clears(struct value cleared, struct value *v, struct arena *a)
{
	struct value open = value_open(*v, a);
	struct member *m;
	int any = 0;

	if (open.type == V_TEXT &&
	    value_equal(open, cleared, CMP_EXACT, a)) {
		*v = value_null();
		return 1;
	}
	if (open.type != V_RECORD)
		return 0;
	m = arena_array(a, open.n, sizeof(*m));
	for (uint32_t i = 0; i < open.n; i++) {
		m[i] = open.u.record[i];
		any |= clears(cleared, &m[i].value, a);
	}
	open.u.record = m;
	if (any)
		*v = open;
	return any;
}

struct value
eval_cleared(const struct unit_object *o, struct value v, struct arena *a)
{
	if (o->cleared.type != V_ABSENT && v.type >= V_RAW)
		clears(o->cleared, &v, a);
	return v;
}

int
eval_json(struct str text, struct value *v, struct arena *a, struct err *e)
{
	struct scan_names *names;
	struct scan s;
	int status;

	if (text.n > SCAN_MAX)
		return err_set(e, ERR_LIMIT, "%zu bytes of JSON are too many",
		    text.n);
	names = scan_names_new();
	scan_init(&s, padded(text, a), names);
	status = scan_value(&s, v, e) != 0 || scan_end(&s, e) != 0 ? -1 : 0;
	scan_names_free(names);
	return status;
}
