/* Lookups: answers from outside, waiting, and the keys that are told before. */
#include "vm/lookup.h"

#include "record/layout.h"
#include "record/shape.h"
#include "vm.h"

#define AK(op, a, k) INSN_AK(OP_##op, a, k)
#define RET(a) INSN_ABC(OP_RETURN, a, 0, 0)

/* f(key) = lookup k of key, which then may be waited for. */
struct ask {
	struct prog prog;
	struct prog_func func;
	uint32_t code[3];
	struct prog_lookup lookups[8];
	struct arena a;
	struct lookups known;
	struct vm *vm;
	struct err e;
};

static void
setup(struct ask *x, uint32_t k, enum prog_wait how)
{
	const struct prog_lookup lookups[] = {
		{ LOOKUP_XREF, LOOKUP_TEXT, STR("account") },
		{ LOOKUP_XREF, LOOKUP_INT, STR("account") },
		{ LOOKUP_XREF_BACK, LOOKUP_TEXT, STR("account") },
		{ LOOKUP_TABLE, LOOKUP_TEXT, STR("t") },
		{ LOOKUP_TABLE, LOOKUP_INT, STR("t") },
		{ LOOKUP_TABLE, LOOKUP_DECIMAL, STR("t") },
		{ LOOKUP_TABLE, LOOKUP_BOOL, STR("t") },
	};
	static const char json[] = "{\"xref\":{\"account\":{\"A1\":\"9001\","
	    "\"A\\u00e9\":7,\"7\":\"x\"}},\"lookup\":{\"t\":{\"a\":\"\\u00e9\","
	    "\"i\":9007199254740993,\"d\":0.10,\"b\":true}}}";
	static char padded[sizeof(json) + RECORD_PAD];

	*x = (struct ask){ 0 };
	memcpy(padded, json, sizeof(json) - 1);
	memcpy(x->lookups, lookups, sizeof(lookups));
	x->code[0] = AK(LOOKUP, 0, k);
	x->code[1] = AK(WAIT, 0, how);
	x->code[2] = RET(0);
	x->prog = test_prog(&x->func, x->code, 3, 1);
	x->func.nargs = 1;
	x->prog.lookups = x->lookups;
	x->prog.nlookup = COUNT(lookups);
	cr_assert_eq(prog_verify(&x->prog, &x->a, &x->e), 0, "%s", x->e.text);
	x->known.whole = 1;
	cr_assert_eq(lookups_read(&x->known, str_from(padded,
	    sizeof(json) - 1), &x->a, &x->e), 0, "%s", x->e.text);
	x->vm = vm_new(NULL);
	vm_set_lookups(x->vm, lookups_answer, &x->known);
}

static void
teardown(struct ask *x)
{
	vm_free(x->vm);
	lookups_fini(&x->known);
	arena_fini(&x->a);
}

static int
ask(struct ask *x, struct value key, struct value *result)
{
	return vm_call(x->vm, &x->prog, 0, &key, 1, result, &x->a, &x->e);
}

static struct value
text(const char *z)
{
	return value_text(str_z(z));
}

static struct value
number(const char *z)
{
	return (struct value){ .type = V_NUM, .n = (uint32_t)strlen(z),
		.u.p = z };
}

Test(lookup, answers)
{
	const struct {
		uint32_t k;
		struct value key;
		const char *want; /* "! …" an error */
	} cases[] = {
		{ 0, text("A1"), "\"9001\"" },
		{ 0, text("A\xc3\xa9"), "\"7\"" },
		{ 1, text("A1"), "9001" },
		{ 0, value_int(7), "\"x\"" },
		{ 0, number("7"), "\"x\"" },
		{ 0, number("7.0"), "\"x\"" },
		{ 0, value_null(), "null" },
		{ 0, { 0 }, "absent" },
		{ 2, text("9001"), "\"A1\"" },
		{ 2, value_int(9001), "\"A1\"" },
		{ 3, text("a"), "\"\xc3\xa9\"" },
		{ 4, text("i"), "9007199254740993" },
		{ 5, text("i"), "9007199254740993" },
		{ 5, text("d"), "0.10" },
		{ 6, text("b"), "true" },
		{ 1, value_int(7), "! what account has for \"7\" is not an "
		    "int" },
		{ 3, text("i"), "! what t has for \"i\" is not a text" },
		{ 4, text("d"), "! what t has for \"d\" is not an int" },
		{ 5, text("a"), "! what t has for \"a\" is not a decimal" },
		{ 6, text("d"), "! what t has for \"d\" is not a bool" },
		{ 3, text("z"), "! the table t has nothing for \"z\"" },
		{ 0, number("7.5"), "! a key of account: " },
		{ 0, value_bool(1), "! a key of account is a text or an int, "
		    "not bool" },
		{ 0, text("A2"), "! account \"A2\" is not linked" },
		{ 2, text("A1"), "! account \"A1\" is not linked" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct value got;
		struct ask x;

		setup(&x, cases[i].k, WAIT_ERROR);
		if (cases[i].want[0] != '!') {
			cr_expect_eq(ask(&x, cases[i].key, &got), 0, "%zu: %s",
			    i, x.e.text);
			cr_expect_str_eq(test_show(got, &x.a), cases[i].want,
			    "%zu", i);
		} else {
			cr_expect_eq(ask(&x, cases[i].key, &got), -1, "%zu",
			    i);
			cr_expect_eq(x.e.code, ERR_DATA, "%zu", i);
			cr_expect(strstr(x.e.text, cases[i].want + 2) != NULL,
			    "%zu: %s", i, x.e.text);
		}
		teardown(&x);
	}
}

Test(lookup, waits)
{
	for (int how = WAIT_DEFER; how <= WAIT_CREATE; how++) {
		struct value got;
		struct ask x;

		setup(&x, 0, (enum prog_wait)how);
		cr_assert_eq(ask(&x, text("A2"), &got), -1);
		cr_expect_eq(x.e.code, ERR_WAIT);
		cr_expect(strstr(x.e.text, "waits for account \"A2\", which "
		    "is not linked yet") != NULL, "%s", x.e.text);
		cr_expect_eq(vm_waits(x.vm)->create, how == WAIT_CREATE);
		cr_expect(str_eq(vm_waits(x.vm)->key, STR("A2")));
		cr_expect_eq(vm_waits(x.vm)->lookup, &x.lookups[0]);
		/* nothing to wait for: the key itself is absent */
		cr_expect_eq(ask(&x, (struct value){ 0 }, &got), 0);
		cr_expect_null(vm_missed(got));
		teardown(&x);
	}
}

/* Not found and not known are two answers, and `try` catches neither. */
Test(lookup, not_known)
{
	const struct prog_handler handler = { 0, 2, 2 };
	struct value got;
	struct ask x;

	setup(&x, 0, WAIT_DEFER);
	x.prog.handlers = &handler;
	x.prog.nhandler = 1;
	x.known.whole = 0;
	cr_assert_eq(ask(&x, text("A1"), &got), 0, "%s", x.e.text);
	cr_assert_eq(ask(&x, text("A2"), &got), -1);
	cr_expect_eq(x.e.code, ERR_NOINPUT);
	cr_expect(strstr(x.e.text, "nobody has looked up \"A2\" of account"),
	    "%s", x.e.text);
	vm_set_lookups(x.vm, NULL, NULL);
	cr_assert_eq(ask(&x, text("A1"), &got), -1);
	cr_expect_eq(x.e.code, ERR_NOINPUT);
	x.known.whole = 1;
	vm_set_lookups(x.vm, lookups_answer, &x.known);
	cr_assert_eq(ask(&x, text("A2"), &got), -1);
	cr_expect_eq(x.e.code, ERR_WAIT);
	teardown(&x);
}

/* What is left of an answer that there was none is carried along. */
Test(lookup, an_absent_value_remembers)
{
	struct value got;
	struct ask x;

	setup(&x, 3, WAIT_DEFER);
	x.code[1] = INSN_WW(OP_MOVE, 0, 0);
	cr_assert_eq(ask(&x, text("z"), &got), 0, "%s", x.e.text);
	cr_expect_eq(got.type, V_ABSENT);
	cr_assert_not_null(vm_missed(got));
	cr_expect_eq(vm_missed(got)->lookup, &x.lookups[3]);
	cr_expect(str_eq(vm_missed(got)->key, STR("z")));
	cr_expect_null(vm_missed(value_null()));
	teardown(&x);
}

Test(lookup, files)
{
	static const struct {
		const char *json, *error; /* NULL: it is right */
	} cases[] = {
		{ "{}", NULL },
		{ "{\"xref\":{}}", NULL },
		{ "{\"xref\":{\"a\":{\"\":\"1\"}},\"lookup\":{}}", NULL },
		{ "[]", "lookups are {xref: {…}, lookup: {…}}" },
		{ "{\"xref\":[]}", "xref is {name: {key: value}}" },
		{ "{\"lookup\":1}", "lookup is {name: {key: value}}" },
		{ "{\"lookup\":{\"a\":1}}", "a is {key: value}" },
		{ "{\"links\":{}}", "lookups are {xref: {…}, lookup: {…}}, "
		    "without \"links\"" },
		{ "{\"xref\":{\"a\":{\"k\":true}}}",
		    "the id of a \"k\" is a bool, not a text" },
		{ "{\"xref\":{\"a\":{\"k\":[]}}}",
		    "k of a is a list or record, not a text, number or bool" },
		{ "{\"xref\":{\"a\":{\"k\":null}}}",
		    "k of a is null, not a text, number or bool" },
		{ "{\"xref\":{\"a\":{\"k\":\"1\",\"l\":1}}}",
		    "two of a have the id \"1\"" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str json = str_z(cases[i].json);
		char padded[256] = { 0 };
		struct lookups l = { 0 };
		struct arena a = { 0 };
		struct err e = { 0 };
		int rv;

		memcpy(padded, json.p, json.n);
		rv = lookups_read(&l, str_from(padded, json.n), &a, &e);
		cr_expect_eq(rv, cases[i].error ? -1 : 0, "%s: %s", json.p,
		    e.text);
		if (cases[i].error != NULL)
			cr_expect_str_eq(e.text, cases[i].error);
		lookups_fini(&l);
		arena_fini(&a);
	}
}

/* ---- keys ---- */

/* Main reads a and b; keys tells a, and b once for each of n instructions. */
struct told {
	struct prog prog;
	struct prog_func funcs[2];
	uint32_t code[3 + 2 * (VM_KEYS + 1)];
	struct prog_lookup lookup;
	struct arena a;
	struct buf seen;
	unsigned n;
};

static void
note(void *arg, const struct prog_lookup *l, struct str key)
{
	struct told *t = arg;

	t->n++;
	if (t->n < 4)
		buf_printf(&t->seen, "%.*s=%.*s;", STR_ARG(l->name),
		    STR_ARG(key));
}

static void
make_keys(struct told *t, unsigned n)
{
	const struct str a = STR("a"), b = STR("b"), x = STR("x");
	struct layout *l;
	struct shape *sh;
	struct err e;
	uint32_t pc = 1;

	*t = (struct told){ .lookup = { LOOKUP_XREF, LOOKUP_TEXT,
		STR("account") } };
	l = layout_new(&t->a, 1);
	layout_add(l, &x, 1, 0, CMP_EXACT, 0);
	layout_seal(l);
	sh = shape_new(&t->a, 2);
	shape_add(sh, &a, 1, 0);
	shape_add(sh, &b, 1, 1);
	shape_seal(sh);
	t->funcs[0] = (struct prog_func){ .name = STR("main"), .end = 1,
		.ntemps = 1, .in_base = 1, .nin = 2, .out_base = 3, .nout = 1,
		.layout = l, .shape = sh };
	t->funcs[1] = t->funcs[0];
	t->funcs[1].layout = NULL;
	t->funcs[1].shape = NULL;
	t->funcs[1].entry = 1;
	t->code[0] = INSN_J(OP_END, 0);
	t->code[pc++] = INSN_WW(OP_MOVE, 0, 1);
	t->code[pc++] = AK(KEY, 0, 0);
	for (unsigned i = 0; i < n; i++) {
		t->code[pc++] = INSN_WW(OP_MOVE, 0, 2);
		t->code[pc++] = AK(KEY, 0, 0);
	}
	t->code[pc++] = INSN_J(OP_END, 0);
	t->funcs[1].end = pc;
	t->prog = (struct prog){ .name = STR("t"), .code = t->code,
		.ncode = pc, .pos = test_pos, .funcs = t->funcs, .nfunc = 2,
		.lookups = &t->lookup, .nlookup = 1, .rules = -1, .keys = 1,
		.files = test_files, .nfile = 1 };
	cr_assert_eq(prog_verify(&t->prog, &t->a, &e), 0, "%s", e.text);
}

static int
tell(struct told *t, const char *json, struct err *e)
{
	struct vm *vm = vm_new(NULL);
	char padded[256] = { 0 };
	int rv;

	memcpy(padded, json, strlen(json));
	rv = vm_keys(vm, &t->prog, str_from(padded, strlen(json)), note, t,
	    &t->a, e);
	vm_free(vm);
	return rv;
}

static void
forget(struct told *t)
{
	buf_fini(&t->seen);
	arena_fini(&t->a);
}

Test(keys, are_told_from_the_record)
{
	struct told t;
	struct err e;

	make_keys(&t, 1);
	cr_assert_eq(tell(&t, "{\"b\":12,\"a\":\"\\u0041\"}", &e), 0, "%s",
	    e.text);
	cr_expect(str_eq(buf_str(&t.seen), STR("account=A;account=12;")),
	    "%.*s", (int)t.seen.n, t.seen.p);
	/* what is nil is no key */
	t.n = 0;
	cr_assert_eq(tell(&t, "{\"a\":null}", &e), 0);
	cr_expect_eq(t.n, 0);
	cr_expect_eq(tell(&t, "{\"a\":", &e), -1);
	cr_expect_eq(tell(&t, "{\"a\":[1]}", &e), -1);
	cr_expect(strstr(e.text, "a key of account is a text or an int, not "
	    "json") != NULL, "%s", e.text);
	forget(&t);
}

Test(keys, are_so_many_at_most)
{
	struct told t;
	struct err e;

	make_keys(&t, VM_KEYS - 1);
	cr_expect_eq(tell(&t, "{\"a\":\"1\",\"b\":\"2\"}", &e), 0, "%s",
	    e.text);
	cr_expect_eq(t.n, VM_KEYS);
	forget(&t);
	make_keys(&t, VM_KEYS);
	cr_expect_eq(tell(&t, "{\"a\":\"1\",\"b\":\"2\"}", &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	cr_expect(strstr(e.text, "lookups: more than 1000 keys for a record"),
	    "%s", e.text);
	forget(&t);
}
