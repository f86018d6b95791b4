/* Every limit holds at its edge: what just fits, what just does not. */
#include "vm.h"

#include "base/clock.h"
#include "record/layout.h"
#include "record/shape.h"

/* Evaluate with limits; 0, or -1 and the error. */
static int
limited(const struct vm_limits *limits, const char *expr, struct err *e)
{
	struct vm *vm = vm_new(limits);
	struct arena a = { 0 };
	struct value got;
	const char *p = expr;
	int rc;

	*e = (struct err){ 0 };
	rc = test_eval(vm, &p, &got, &a, e);
	cr_expect(rc != 0 || *p == '\0', "%s", p);
	vm_free(vm);
	arena_fini(&a);
	return rc;
}

/* CALL and RETURN are a step each, then the call's cost. */
Test(limits, fuel)
{
	struct vm_limits limits = vm_limits_default;
	struct err e;
	unsigned cost = builtins[builtin_find(STR("trim"))].cost;

	limits.fuel = 2 + cost + 1; /* 16 bytes are touched */
	cr_expect_eq(limited(&limits, "trim(\"0123456789abcdef\")", &e), 0,
	    "%s", e.text);
	limits.fuel--;
	cr_expect_eq(limited(&limits, "trim(\"0123456789abcdef\")", &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	limits.fuel = 0;
	cr_expect_eq(limited(&limits, "trim(\"\")", &e), -1);
	cr_expect_str_eq(e.text,
	    "t.map:7: fuel: more than 0 steps for a record");
	limits.fuel = UINT64_MAX;
	cr_expect_eq(limited(&limits, "trim(\"\")", &e), 0);
}

/* What ran before on a VM, and was cached, changes nothing. */
Test(limits, fuel_is_deterministic)
{
	static const char expr[] = "re_match(at_zone(\"2026-01-01T00:00:00Z\","
	    " \"Asia/Tokyo\"), \"^2026-01-01T09\")";
	struct vm_limits limits = vm_limits_default;
	struct arena a = { 0 };
	struct value got;
	struct err e;
	const char *p;
	uint64_t low = 0, high = 100000;
	struct vm *vm;

	while (low + 1 < high) { /* the least that is enough for a new one */
		limits.fuel = (low + high) / 2;
		if (limited(&limits, expr, &e) == 0)
			high = limits.fuel;
		else
			low = limits.fuel;
	}
	for (int over = 0; over < 2; over++) {
		limits.fuel = high - (uint64_t)over;
		vm = vm_new(&limits);
		for (int i = 0; i < 3; i++) {
			p = expr;
			cr_expect_eq(test_eval(vm, &p, &got, &a, &e), -over,
			    "%s", e.text);
		}
		vm_free(vm);
	}
	arena_fini(&a);
}

Test(limits, memory)
{
	struct vm_limits limits = vm_limits_default;
	struct err e;

	limits.arena_bytes = 1024;
	cr_expect_eq(limited(&limits, "pad(\"\", 1024)", &e), 0, "%s",
	    e.text);
	cr_expect_eq(limited(&limits, "pad(\"\", 1025)", &e), -1);
	cr_expect_str_eq(e.text,
	    "t.map:7: pad: memory: more than 1024 bytes for a record");
	cr_expect_eq(e.code, ERR_LIMIT);
	limits.arena_bytes = SIZE_MAX;
	limits.fuel = UINT64_MAX;
	cr_expect_eq(limited(&limits, "pad(\"\", 9223372036854775807, "
	    "\"\u00e9\u00e9\")", &e), -1);
	limits.fuel = vm_limits_default.fuel;
	cr_expect_eq(limited(&limits, "pad(\"\", 9)", &e), 0, "%s", e.text);
	/* growth that multiplies is refused before it is made */
	cr_expect_eq(limited(NULL, "replace(pad(\"\", 1048576, \"a\"), \"a\","
	    " pad(\"\", 1048576, \"b\"))", &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	cr_expect_eq(limited(NULL, "re_replace(pad(\"\", 20000, \"a\"), \"a\","
	    " pad(\"\", 1000, \"b\"))", &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT, "%s", e.text);
}

Test(limits, list)
{
	struct vm_limits limits = vm_limits_default;
	struct err e;

	limits.list_length = 3;
	cr_expect_eq(limited(&limits, "len(split(\"a,b,c\", \",\"))", &e), 0,
	    "%s", e.text);
	cr_expect_eq(limited(&limits, "len(split(\"a,b,c,d\", \",\"))", &e),
	    -1);
	cr_expect_str_eq(e.text,
	    "t.map:7: split: list: 4 elements, more than 3");
	cr_expect_eq(e.code, ERR_LIMIT);
	cr_expect_eq(limited(&limits, "len(json_text'(\"[1,2,3]\"))", &e), 0);
	cr_expect_eq(limited(&limits, "len(json_text'(\"[1,2,3,4]\"))", &e),
	    -1);
	cr_expect_eq(limited(&limits, "flatten([[1, 2], [3]])", &e), 0);
	cr_expect_eq(limited(&limits, "flatten([[1, 2], [3, 4]])", &e), -1);
	cr_expect_eq(limited(&limits, "merge({ a: 1, b: 1 }, { c: 1 })", &e),
	    0);
	cr_expect_eq(limited(&limits,
	    "merge({ a: 1, b: 1 }, { c: 1, d: 1 })", &e), -1);
}

/* Loops and LIST have the same limit, on RAW lists as well. */
Test(limits, loops)
{
	static const uint32_t code[] = { INSN_AK(OP_LOOP, 0, 0),
		INSN_ABC(OP_RETURN, 0, 0, 0), INSN_ABC(OP_RETURN, 0, 0, 0) };
	static const struct prog_loop loops[] = { { LOOP_MAP, 1, 0 } };
	static char text[3 * 10002 + RECORD_PAD] = "[1";
	struct prog_func funcs[2] = {
		{ .end = 2, .nargs = 1, .ntemps = 1 },
		{ .entry = 2, .end = 3, .nargs = 1, .ntemps = 1 },
	};
	struct arena a = { 0 };
	struct err e;
	struct value v = { .type = V_RAW, .u.p = text }, got;
	struct vm *vm = vm_new(NULL);
	struct prog_func f;
	struct prog p = test_prog(&f, code, 3, 1);

	p.funcs = funcs;
	p.nfunc = 2;
	p.loops = loops;
	p.nloop = 1;
	cr_assert_eq(prog_verify(&p, &a, &e), 0, "%s", e.text);
	v.n = 2;
	for (int i = 1; i < 10000; i++, v.n += 2)
		memcpy(text + v.n, ",1", 2);
	text[v.n++] = ']';
	cr_assert_eq(vm_call(vm, &p, 0, &v, 1, &got, &a, &e), 0, "%s",
	    e.text);
	cr_assert_eq(got.n, 10000);
	memcpy(text + v.n - 1, ",1]", 3);
	v.n += 2;
	cr_assert_eq(vm_call(vm, &p, 0, &v, 1, &got, &a, &e), -1);
	cr_assert_str_eq(e.text,
	    "t.map:7: list: 10001 elements, more than 10000");
	vm_free(vm);
	arena_fini(&a);
}

Test(limits, output)
{
	static const uint32_t code[] = { INSN_WW(OP_MOVE, 1, 0),
		INSN_WW(OP_MOVE, 2, 0), INSN_J(OP_END, 0) };
	static const char text[5 + 100 + RECORD_PAD] = "{\"a\":\"x1234567\"}";
	struct arena a = { 0 };
	struct shape *in = shape_new(&a, 1);
	struct layout *out = layout_new(&a, 2);
	struct str pa = STR("a"), pb = STR("b");
	struct vm_limits limits = vm_limits_default;
	struct vm_frame frame;
	struct prog_func f;
	struct prog p = test_prog(&f, code, 3, 0);
	struct err e;

	shape_add(in, &pa, 1, 0);
	shape_seal(in);
	layout_add(out, &pa, 1, 0, CMP_EXACT, 0);
	layout_add(out, &pb, 1, 1, CMP_EXACT, 0);
	layout_seal(out);
	f.shape = in;
	f.layout = out;
	f.nin = 1;
	f.out_base = 1;
	f.nout = 2;
	cr_assert_eq(prog_verify(&p, &a, &e), 0, "%s", e.text);
	for (int over = 0; over < 2; over++) {
		struct vm *vm;

		limits.output_bytes = (size_t)(16 - over);
		vm = vm_new(&limits);
		cr_expect_eq(vm_map(vm, &p, str_from(text, 16), &frame, &a,
		    &e), over ? -1 : 0);
		if (over)
			cr_expect_str_eq(e.text,
			    "t.map:7: output: more than 15 bytes");
		vm_free(vm);
	}
	arena_fini(&a);
}

/* What backtracks without end ends, soon, by fuel or by steps. */
Test(limits, regex)
{
	static const char *const hostile[] = {
		"re_match(pad(\"c\", 40, \"a\"), \"^(a+)+$\")",
		"re_match(pad(\"c\", 10000, \"a\"), \"(a|aa)+[bd]\")",
		"re_match(pad(\"c\", 100000, \"a\"), \"a*a*a*a*a*[bd]\")",
		"re_match(pad(\"c\", 1000000, \"a\"), \"(a?){200}[bd]\")",
		"re_replace(pad(\"c\", 100000, \"a\"), \"a*?a*?[bd]\", \"\")",
		"re_match(pad(\"c\", 100, \"a\"), \"^((((a*)*)*)*)*$\")",
		"re_match(\"a\", pad(\"\", 1000, \"(\"))",
		"re_match(\"a\", \"((a{1,999}){1,999}){1,999}\")",
	};
	int64_t start = clock_mono_ms();
	struct err e;

	for (size_t i = 0; i < COUNT(hostile); i++) {
		cr_expect_eq(limited(NULL, hostile[i], &e), -1, "%s",
		    hostile[i]);
		cr_expect_lt(clock_mono_ms() - start, 20000, "%s",
		    hostile[i]);
	}
	cr_expect_eq(limited(NULL, hostile[0], &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT, "%s", e.text);
	/* 4096 bytes are a pattern, one more is none */
	cr_expect_eq(limited(NULL,
	    "re_match(\"a\", pad(\"a\", 4096, \"a\"))", &e), 0, "%s", e.text);
	cr_expect_eq(limited(NULL,
	    "re_match(\"a\", pad(\"a\", 4097, \"a\"))", &e), -1);
	cr_expect_str_eq(e.text, "t.map:7: re_match: a pattern of 4097 bytes, "
	    "more than 4096");
	/* an ordinary pattern is cheap: thousands fit into a record */
	struct vm_limits limits = vm_limits_default;
	limits.fuel = 1000;
	cr_expect_eq(limited(&limits, "re_match(\"+49 30 12345678\", "
	    "\"^[+0-9 ]+$\")", &e), 0, "%s", e.text);
}

/* More patterns than the cache holds: all of them work, none leaks. */
Test(limits, patterns)
{
	struct vm *vm = vm_new(NULL);

	for (int i = 0; i < 600; i++) {
		struct arena a = { 0 };
		struct err e;
		struct value got;
		char text[64];
		const char *p = text;

		snprintf(text, sizeof(text), "re_match(\"x%d\", \"^x%d$\")",
		    i % 300, i % 300);
		cr_assert_eq(test_eval(vm, &p, &got, &a, &e), 0, "%s", e.text);
		cr_assert_eq(got.u.i, 1);
		arena_fini(&a);
	}
	vm_free(vm);
}

/* n records {k: from}, {k: from + 1}, … */
static struct value
keyed(size_t n, int64_t from, struct arena *a)
{
	struct value *list = arena_array(a, n, sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		struct member *m = arena_new(a, struct member);

		*m = (struct member){ STR("k"), value_int(from + (int64_t)i) };
		list[i] = (struct value){ .type = V_RECORD, .n = 1,
			.u.record = m };
	}
	return (struct value){ .type = V_LIST, .n = (uint32_t)n,
		.u.list = list };
}

/* What counts is the list that comes out, not what went into it. */
Test(limits, joined_lists)
{
	unsigned k = 2 * (unsigned)builtin_find(STR("list_put"));
	struct value path = value_text(STR("k"));
	struct vm_limits limits = vm_limits_default;
	struct arena a = { 0 };
	struct value got;
	struct err e;

	for (int over = 0; over < 2; over++) {
		struct value args[] = { keyed(6, 0, &a), keyed(6, 2 + over,
			&a), { .type = V_LIST, .n = 1, .u.list = &path },
			value_null(), value_bool(0),
			value_text(STR("old")) };
		struct vm *vm;

		limits.list_length = 8;
		vm = vm_new(&limits);
		cr_expect_eq(test_call(vm, k, args, 6, &got, &a, &e), -over);
		if (over)
			cr_expect_not_null(strstr(e.text,
			    "list: 9 elements, more than 8"), "%s", e.text);
		else
			cr_expect_eq(got.n, 8);
		vm_free(vm);
	}
	arena_fini(&a);
}

/* Each element of either list is paid for. */
Test(limits, joined_lists_cost_fuel)
{
	unsigned k = 2 * (unsigned)builtin_find(STR("list_put"));
	struct value path = value_text(STR("k"));
	struct vm_limits limits = vm_limits_default;
	struct arena a = { 0 };
	struct value got;
	struct err e;
	struct value args[] = { keyed(1000, 0, &a), keyed(1000, 500, &a),
		{ .type = V_LIST, .n = 1, .u.list = &path }, value_null(),
		value_bool(1), value_text(STR("new")) };
	struct vm *vm;

	limits.fuel = 2000;
	vm = vm_new(&limits);
	cr_expect_eq(test_call(vm, k, args, 6, &got, &a, &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	vm_free(vm);
	limits.fuel = 10000;
	vm = vm_new(&limits);
	cr_expect_eq(test_call(vm, k, args, 6, &got, &a, &e), 0, "%s",
	    e.text);
	cr_expect_eq(got.n, 1000);
	vm_free(vm);
	arena_fini(&a);
}

/* One letter more and the steps do not reach; in any VM the same letter. */
Test(limits, regex_steps_at_their_edge)
{
	struct vm_limits limits = vm_limits_default;
	int edge[2] = { 0, 0 };
	struct err e;

	limits.fuel = UINT64_MAX;
	for (int i = 0; i < 2; i++) {
		char expr[100];
		int n = 1, rc = 0;

		for (; n < 60; n++) {
			snprintf(expr, sizeof(expr), "re_match(pad(\"c\", %d, "
			    "\"a\"), \"^(a+)+$\")", n);
			rc = limited(&limits, expr, &e);
			if (rc != 0)
				break;
		}
		cr_assert_eq(rc, -1);
		cr_expect_eq(e.code, ERR_LIMIT);
		cr_expect_not_null(strstr(e.text,
		    "the pattern takes more than"), "%s", e.text);
		edge[i] = n;
	}
	cr_expect_eq(edge[0], edge[1]);
	cr_expect_gt(edge[0], 10);
}
