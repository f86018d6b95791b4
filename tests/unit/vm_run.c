/* What each instruction does, what it raises, and where. */
#include "vm.h"

#include "record/layout.h"
#include "record/shape.h"

#define ABC(op, a, b, c) INSN_ABC(OP_##op, a, b, c)
#define WW(op, a, b) INSN_WW(OP_##op, a, b)
#define AK(op, a, k) INSN_AK(OP_##op, a, k)
#define RET(a) INSN_ABC(OP_RETURN, a, 0, 0)

/* Constants by index; the JSON that a result prints as is beside them. */
enum { NIL, NUL, T, F, I3, I4, BIG, D15, TA, TB, TE, LST, REC, ZERO, NCONST };

static struct dec d15 = { 15, 1 };
static const struct value list3[] = {
	{ .type = V_INT, .u.i = 3 }, { .type = V_INT, .u.i = 4 },
	{ .type = V_TEXT, .n = 1, .u.p = "a" } };
static const struct member rec1[] = {
	{ { "a", 1 }, { .type = V_INT, .u.i = 3 } },
	{ { "n", 1 }, { .type = V_NULL } } };

static const struct value consts[NCONST] = {
	[NIL] = { .type = V_ABSENT },
	[NUL] = { .type = V_NULL },
	[T] = { .type = V_BOOL, .u.i = 1 },
	[F] = { .type = V_BOOL },
	[I3] = { .type = V_INT, .u.i = 3 },
	[I4] = { .type = V_INT, .u.i = 4 },
	[BIG] = { .type = V_INT, .u.i = INT64_MAX },
	[D15] = { .type = V_DEC, .u.d = &d15 },
	[TA] = { .type = V_TEXT, .n = 1, .u.p = "a" },
	[TB] = { .type = V_TEXT, .n = 2, .u.p = "b\0" },
	[TE] = { .type = V_TEXT },
	[LST] = { .type = V_LIST, .n = 3, .u.list = list3 },
	[REC] = { .type = V_RECORD, .n = 2, .u.record = rec1 },
	[ZERO] = { .type = V_INT },
};

static const struct value keys[] = {
	{ .type = V_TEXT, .n = 1, .u.p = "a" },
	{ .type = V_INT, .u.i = 3 },
	{ .type = V_BOOL, .u.i = 1 },
	{ .type = V_TEXT, .n = 1, .u.p = "k" },
	{ .type = V_TEXT, .n = 1, .u.p = "a" }, /* the first counts */
	{ .type = V_TEXT, .n = 2, .u.p = "b\0" },
};
static const struct value rows[] = {
	{ .type = V_TEXT, .n = 1, .u.p = "A" },
	{ .type = V_TEXT, .n = 5, .u.p = "three" },
	{ .type = V_TEXT, .n = 3, .u.p = "yes" },
	{ .type = V_ABSENT },
	{ .type = V_TEXT, .n = 5, .u.p = "wrong" },
	{ .type = V_INT, .u.i = 2 },
};

/* Functions: 0 the case, 1 "r0 * r1", 2 "r0 == 3", 3 "r0", 4 fails. */
static const uint32_t helpers[] = {
	ABC(MUL, 0, 0, 1), RET(0),
	AK(CONST, 1, I3), ABC(EQ, 0, 0, 1), RET(0),
	RET(0),
	AK(FAIL, 0, TA),
};

struct setup {
	struct prog_func funcs[5];
	struct prog_enum enums[4];
	uint32_t code[48];
	struct prog prog;
};

static const struct prog_loop loops[] = {
	{ LOOP_MAP, 1, 1 }, { LOOP_FILTER, 2, 0 }, { LOOP_FIND, 2, 0 },
	{ LOOP_ANY, 2, 0 }, { LOOP_ALL, 2, 0 }, { LOOP_COUNT, 2, 0 },
	{ LOOP_MAP, 3, 0 }, { LOOP_FILTER, 3, 0 }, { LOOP_MAP, 4, 0 },
};

static void
setup(struct setup *s, const uint32_t *code, uint32_t n)
{
	*s = (struct setup){ .prog = {
		.name = STR("t"), .code = s->code,
		.pos = test_pos, .consts = consts, .nconst = NCONST,
		.funcs = s->funcs, .nfunc = 5, .enums = s->enums, .nenum = 4,
		.loops = loops, .nloop = COUNT(loops), .rules = -1,
		.files = test_files, .nfile = 1,
	} };
	memcpy(s->code, code, n * sizeof(*code));
	memcpy(s->code + n, helpers, sizeof(helpers));
	s->prog.ncode = n + (uint32_t)COUNT(helpers);
	s->funcs[0] = (struct prog_func){ .name = STR("case"), .end = n,
		.ntemps = 8 };
	s->funcs[1] = (struct prog_func){ .entry = n, .end = n + 2,
		.nargs = 2, .ntemps = 2 };
	s->funcs[2] = (struct prog_func){ .entry = n + 2, .end = n + 5,
		.nargs = 1, .ntemps = 2 };
	s->funcs[3] = (struct prog_func){ .entry = n + 5, .end = n + 6,
		.nargs = 1, .ntemps = 1 };
	s->funcs[4] = (struct prog_func){ .entry = n + 6, .end = n + 7,
		.nargs = 1, .ntemps = 1 };
	for (int i = 0; i < 4; i++)
		s->enums[i] = (struct prog_enum){ .name = STR("stage"),
			.from = keys, .to = rows, .n = COUNT(keys),
			.other = i < 3 ? (enum prog_else)i : ELSE_ERROR,
			.other_value = { .type = V_INT, .u.i = 9 } };
	s->enums[3].n = 3; /* looked through without an index */
}

Test(run, instructions)
{
	static const struct {
		const char *what;
		uint32_t code[10];
		const char *expect; /* JSON, or an error */
	} cases[] = {
	    { "zeroed", { RET(5) }, "absent" },
	    { "const", { AK(CONST, 0, I3), RET(0) }, "3" },
	    { "move", { AK(CONST, 0, TA), WW(MOVE, 7, 0), RET(7) }, "\"a\"" },
	    { "jump", { INSN_J(OP_JUMP, 1), AK(FAIL, 0, TA), RET(0) },
		"absent" },
	    { "jump 0", { INSN_J(OP_JUMP, 0), AK(CONST, 0, I3), RET(0) },
		"3" },
	    { "jump true", { AK(CONST, 0, T), AK(JUMP_TRUE, 0, 1),
		AK(FAIL, 0, TA), RET(0) }, "true" },
	    { "no jump true", { AK(CONST, 0, F), AK(JUMP_TRUE, 0, 1), RET(0),
		AK(FAIL, 0, TA) }, "false" },
	    { "jump false", { AK(CONST, 0, F), AK(JUMP_FALSE, 0, 1),
		AK(FAIL, 0, TA), RET(0) }, "false" },
	    { "no jump false", { AK(CONST, 0, T), AK(JUMP_FALSE, 0, 1),
		RET(0), AK(FAIL, 0, TA) }, "true" },
	    { "jump absent", { AK(JUMP_ABSENT, 0, 1), AK(FAIL, 0, TA),
		RET(0) }, "absent" },
	    { "null is not absent", { AK(CONST, 0, NUL),
		AK(JUMP_ABSENT, 0, 1), RET(0), AK(FAIL, 0, TA) }, "null" },
	    { "jump null", { AK(CONST, 0, NUL), AK(JUMP_NULL, 0, 1),
		AK(FAIL, 0, TA), RET(0) }, "null" },
	    { "absent is not null", { AK(JUMP_NULL, 0, 1), RET(0),
		AK(FAIL, 0, TA) }, "absent" },
	    { "jump nil", { AK(CONST, 0, NUL), AK(JUMP_NIL, 0, 1),
		AK(FAIL, 0, TA), AK(JUMP_NIL, 1, 1), AK(FAIL, 0, TA),
		RET(0) }, "null" },
	    { "empty is not nil", { AK(CONST, 0, TE), AK(JUMP_NIL, 0, 1),
		RET(0), AK(FAIL, 0, TA) }, "\"\"" },
	    { "no condition", { AK(CONST, 0, I3), AK(JUMP_TRUE, 0, 0),
		RET(0) }, "t.map:7: a condition is int, not a bool" },
	    { "absent condition", { AK(JUMP_FALSE, 0, 0), RET(0) },
		"t.map:7: a condition is absent, not a bool" },
	    { "fail", { AK(FAIL, 0, TA) }, "t.map:7: a" },

	    { "add", { AK(CONST, 0, I3), AK(CONST, 1, I4), ABC(ADD, 0, 0, 1),
		RET(0) }, "7" },
	    { "add decimal", { AK(CONST, 0, I3), AK(CONST, 1, D15),
		ABC(ADD, 0, 0, 1), RET(0) }, "4.5" },
	    { "add too much", { AK(CONST, 0, BIG), AK(CONST, 1, I3),
		ABC(ADD, 0, 0, 1), RET(0) },
		"t.map:7: 9223372036854775807 + 3 is no int of 64 bits" },
	    { "add text", { AK(CONST, 0, I3), AK(CONST, 1, TA),
		ABC(ADD, 0, 0, 1), RET(0) },
		"t.map:7: expects a number, not text" },
	    { "sub", { AK(CONST, 0, I3), AK(CONST, 1, I4), ABC(SUB, 0, 0, 1),
		RET(0) }, "-1" },
	    { "sub too much", { AK(CONST, 0, BIG), ABC(NEG, 0, 0, 0),
		AK(CONST, 1, I3), ABC(SUB, 0, 0, 1), RET(0) },
		"t.map:7: -9223372036854775807 - 3 is no int of 64 bits" },
	    { "mul", { AK(CONST, 0, I3), AK(CONST, 1, D15), ABC(MUL, 0, 0, 1),
		RET(0) }, "4.5" },
	    { "mul too much", { AK(CONST, 0, BIG), ABC(MUL, 0, 0, 0),
		RET(0) }, "t.map:7: 9223372036854775807 * "
		"9223372036854775807 is no int of 64 bits" },
	    { "neg", { AK(CONST, 0, D15), ABC(NEG, 0, 0, 0), RET(0) },
		"-1.5" },

	    { "eq numbers", { AK(CONST, 0, D15), ABC(ADD, 1, 0, 0),
		AK(CONST, 2, I3), ABC(EQ, 0, 1, 2), RET(0) }, "true" },
	    { "eq texts", { AK(CONST, 0, TA), AK(CONST, 1, TB),
		ABC(EQ, 0, 0, 1), RET(0) }, "false" },
	    { "eq states", { AK(CONST, 0, NUL), ABC(EQ, 0, 0, 1), RET(0) },
		"false" },
	    { "less", { AK(CONST, 0, D15), AK(CONST, 1, I3),
		ABC(LESS, 0, 0, 1), RET(0) }, "true" },
	    { "less texts", { AK(CONST, 0, TB), AK(CONST, 1, TA),
		ABC(LESS, 0, 0, 1), RET(0) }, "false" },
	    { "less or equal", { AK(CONST, 0, I3), ABC(LESS_EQ, 0, 0, 0),
		RET(0) }, "true" },
	    { "no order", { AK(CONST, 0, I3), AK(CONST, 1, TA),
		ABC(LESS, 0, 0, 1), RET(0) },
		"t.map:7: int and text have no order" },
	    { "not", { AK(CONST, 0, F), ABC(NOT, 1, 0, 0), RET(1) }, "true" },
	    { "not a bool", { ABC(NOT, 1, 0, 0), RET(1) },
		"t.map:7: not needs a bool, not absent" },
	    { "in", { AK(CONST, 0, D15), ABC(ADD, 0, 0, 0), AK(CONST, 1, LST),
		ABC(IN, 0, 0, 1), RET(0) }, "true" },
	    { "not in", { AK(CONST, 0, TB), AK(CONST, 1, LST),
		ABC(IN, 0, 0, 1), RET(0) }, "false" },
	    { "in nothing", { AK(CONST, 0, TB), ABC(IN, 0, 0, 1), RET(0) },
		"t.map:7: expects a list, not absent" },

	    { "concat", { AK(CONST, 0, TA), AK(CONST, 1, TB),
		AK(CONST, 2, TE), AK(CONST, 3, TA), ABC(CONCAT, 0, 0, 4),
		RET(0) }, "\"ab\\u0000a\"" },
	    { "concat nothing", { ABC(CONCAT, 0, 0, 0), RET(0) }, "\"\"" },
	    { "concat int", { AK(CONST, 0, I3), ABC(CONCAT, 0, 0, 1),
		RET(0) }, "t.map:7: only texts are joined, not int" },
	    { "list", { AK(CONST, 0, I3), AK(CONST, 2, NUL),
		ABC(LIST, 0, 0, 3), RET(0) }, "[3,null]" },
	    { "empty list", { ABC(LIST, 0, 0, 0), RET(0) }, "[]" },
	    { "record", { AK(CONST, 0, TA), AK(CONST, 1, I3),
		AK(CONST, 2, TB), AK(CONST, 4, TE), AK(CONST, 5, NUL),
		ABC(RECORD, 0, 0, 3), RET(0) }, "{\"a\":3,\"\":null}" },
	    { "two of a name", { AK(CONST, 0, TA), AK(CONST, 1, I3),
		AK(CONST, 2, TA), AK(CONST, 3, I4), ABC(RECORD, 0, 0, 2),
		RET(0) }, "t.map:7: two members are called \"a\"" },
	    { "name no text", { AK(CONST, 0, I3), AK(CONST, 1, I3),
		ABC(RECORD, 0, 0, 1), RET(0) },
		"t.map:7: a member's name is a text, not int" },
	    { "field", { AK(CONST, 0, REC), AK(CONST, 1, TA),
		ABC(FIELD, 0, 0, 1), RET(0) }, "3" },
	    { "no field", { AK(CONST, 0, REC), AK(CONST, 1, TB),
		ABC(FIELD, 0, 0, 1), RET(0) }, "absent" },
	    { "field of null", { AK(CONST, 0, NUL), AK(CONST, 1, TA),
		ABC(FIELD, 0, 0, 1), RET(0) }, "null" },
	    { "field of a text", { AK(CONST, 0, TA), ABC(FIELD, 0, 0, 0),
		RET(0) }, "t.map:7: text has no member \"a\"" },
	    { "field of no name", { AK(CONST, 0, REC), ABC(FIELD, 0, 0, 0),
		RET(0) }, "t.map:7: a member's name is a text, not record" },
	    { "index", { AK(CONST, 0, LST), AK(CONST, 1, ZERO),
		ABC(INDEX, 0, 0, 1), RET(0) }, "3" },
	    { "index behind", { AK(CONST, 0, LST), AK(CONST, 1, I3),
		ABC(INDEX, 0, 0, 1), RET(0) }, "absent" },
	    { "index before", { AK(CONST, 0, LST), AK(CONST, 1, I3),
		ABC(NEG, 1, 1, 0), ABC(INDEX, 0, 0, 1), RET(0) }, "absent" },
	    { "index of null", { AK(CONST, 0, NUL), ABC(INDEX, 0, 0, 1),
		RET(0) }, "null" },
	    { "index no int", { AK(CONST, 0, LST), ABC(INDEX, 0, 0, 0),
		RET(0) }, "t.map:7: expects a number, not list" },

	    { "enum text", { AK(CONST, 0, TA), AK(ENUM, 0, 0), RET(0) },
		"\"A\"" },
	    { "enum with NUL", { AK(CONST, 0, TB), AK(ENUM, 0, 0), RET(0) },
		"2" },
	    { "enum int", { AK(CONST, 0, D15), ABC(ADD, 0, 0, 0),
		AK(ENUM, 0, 0), RET(0) }, "\"three\"" },
	    { "enum bool", { AK(CONST, 0, T), AK(ENUM, 0, 0), RET(0) },
		"\"yes\"" },
	    { "enum null", { AK(CONST, 0, NUL), AK(ENUM, 0, 0), RET(0) },
		"null" },
	    { "enum error", { AK(CONST, 0, TE), AK(ENUM, 0, 0), RET(0) },
		"t.map:7: enum stage: no row for \"\"" },
	    { "enum keep", { AK(CONST, 0, TE), AK(ENUM, 0, 1), RET(0) },
		"absent" },
	    { "enum value", { AK(CONST, 0, LST), AK(ENUM, 0, 2), RET(0) },
		"9" },
	    { "enum list", { AK(CONST, 0, TA), AK(CONST, 1, TA),
		ABC(LIST, 0, 0, 2), AK(ENUM_LIST, 0, 3), RET(0) },
		"[\"A\",\"A\"]" },
	    { "enum list null", { AK(CONST, 0, NUL), AK(ENUM_LIST, 0, 0),
		RET(0) }, "null" },
	    { "enum list of none", { ABC(LIST, 0, 0, 0),
		AK(ENUM_LIST, 0, 0), RET(0) }, "[]" },
	    { "enum list error", { AK(CONST, 0, TA), AK(CONST, 1, TE),
		ABC(LIST, 0, 0, 2), AK(ENUM_LIST, 0, 0), RET(0) },
		"t.map:7: enum stage: no row for \"\"" },
	    { "enum list keep", { AK(CONST, 0, TA), AK(CONST, 1, TE),
		ABC(LIST, 0, 0, 2), AK(ENUM_LIST, 0, 1), RET(0) },
		"absent" },
	    { "enum list nil", { AK(CONST, 0, TA), AK(CONST, 1, NUL),
		ABC(LIST, 0, 0, 2), AK(ENUM_LIST, 0, 0), RET(0) },
		"t.map:7: enum stage: element 1 is null" },
	    { "enum list no list", { AK(CONST, 0, TA), AK(ENUM_LIST, 0, 0),
		RET(0) }, "t.map:7: expects a list, not text" },
	    { "small enum", { AK(CONST, 0, TA), AK(ENUM, 0, 3), RET(0) },
		"\"A\"" },
	    { "small enum error", { AK(CONST, 0, TB), AK(ENUM, 0, 3),
		RET(0) }, "t.map:7: enum stage: no row for \"b\\u0000\"" },

	    { "call", { AK(CONST, 2, I3), AK(CONST, 3, I4),
		AK(CALL_FN, 2, 1), RET(2) }, "12" },
	    { "call fails", { AK(CALL_FN, 2, 4), RET(2) }, "t.map:7: a" },
	    { "map", { AK(CONST, 1, I4), AK(CONST, 2, I3),
		ABC(LIST, 0, 1, 2), AK(CONST, 1, D15), AK(LOOP, 0, 0),
		RET(0) }, "[6.0,4.5]" },
	    { "map keeps captures", { ABC(LIST, 0, 0, 0), AK(CONST, 1, D15),
		AK(LOOP, 0, 0), RET(1) }, "1.5" },
	    { "filter", { AK(CONST, 0, LST), AK(LOOP, 0, 1), RET(0) },
		"[3]" },
	    { "find", { AK(CONST, 0, LST), AK(LOOP, 0, 2), RET(0) }, "3" },
	    { "find nothing", { ABC(LIST, 0, 0, 0), AK(LOOP, 0, 2), RET(0) },
		"absent" },
	    { "any", { AK(CONST, 0, LST), AK(LOOP, 0, 3), RET(0) }, "true" },
	    { "any of none", { ABC(LIST, 0, 0, 0), AK(LOOP, 0, 3), RET(0) },
		"false" },
	    { "all", { AK(CONST, 0, LST), AK(LOOP, 0, 4), RET(0) },
		"false" },
	    { "all of none", { ABC(LIST, 0, 0, 0), AK(LOOP, 0, 4), RET(0) },
		"true" },
	    { "count", { AK(CONST, 0, LST), AK(LOOP, 0, 5), RET(0) }, "1" },
	    { "filter by no bool", { AK(CONST, 0, LST), AK(LOOP, 0, 7),
		RET(0) }, "t.map:7: a condition is int, not a bool" },
	    { "loop fails", { AK(CONST, 0, LST), AK(LOOP, 0, 8), RET(0) },
		"t.map:7: a" },
	    { "loop over no list", { AK(LOOP, 0, 6), RET(0) },
		"t.map:7: expects a list, not absent" },
	};
	struct vm *vm = vm_new(NULL);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct value got = { 0 };
		struct setup s;
		uint32_t n = COUNT(cases[i].code);

		while (n > 0 && cases[i].code[n - 1] == 0)
			n--;
		setup(&s, cases[i].code, n);
		cr_assert_eq(prog_verify(&s.prog, &a, &e), 0, "%s: %s",
		    cases[i].what, e.text);
		if (vm_call(vm, &s.prog, 0, NULL, 0, &got, &a, &e) == 0)
			cr_expect_str_eq(test_show(got, &a), cases[i].expect,
			    "%s", cases[i].what);
		else
			cr_expect_str_eq(e.text, cases[i].expect, "%s",
			    cases[i].what);
		arena_fini(&a);
	}
	vm_free(vm);
}

/* An error goes to the innermost handler around it, a limit to none. */
Test(run, handlers)
{
	static const uint32_t code[] = {
		AK(CALL_FN, 0, 4), /* 0: inner */
		AK(FAIL, 0, TB),   /* 1: outer */
		AK(CONST, 0, I3),  /* 2: inner's target */
		AK(FAIL, 0, TB),   /* 3: outer only */
		RET(0),
		ABC(LIST, 0, 0, 1), /* 5: outer's target */
		RET(0),
	};
	static const struct prog_handler handlers[] = {
		{ 0, 2, 2 }, { 0, 4, 5 } };
	struct vm_limits limits = vm_limits_default;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct value got;
	struct setup s;
	struct vm *vm = vm_new(NULL);

	setup(&s, code, COUNT(code));
	s.prog.handlers = handlers;
	s.prog.nhandler = 2;
	cr_assert_eq(prog_verify(&s.prog, &a, &e), 0, "%s", e.text);
	cr_assert_eq(vm_call(vm, &s.prog, 0, NULL, 0, &got, &a, &e), 0, "%s",
	    e.text);
	cr_expect_str_eq(test_show(got, &a), "[3]");
	vm_free(vm);

	limits.fuel = 4; /* ends at pc 3, inside the outer handler */
	vm = vm_new(&limits);
	cr_assert_eq(vm_call(vm, &s.prog, 0, NULL, 0, &got, &a, &e), -1);
	cr_expect_eq(e.code, ERR_LIMIT);
	cr_expect_str_eq(e.text,
	    "t.map:7: fuel: more than 4 steps for a record");
	vm_free(vm);
	arena_fini(&a);
}

/* A map of { "a": …, "b": { "c": … } } to { "x": a, "y": { "z": c } }. */
struct mapping {
	struct setup s;
	struct prog_action actions[3];
	struct prog_slots sets[1];
	uint16_t slot[1];
};

static void
mapping(struct mapping *m, struct arena *a)
{
	static const uint32_t code[] = {
		WW(MOVE, 10, 8), WW(MOVE, 0, 9), AK(JUMP_NULL, 0, 1),
		INSN_J(OP_JUMP, 0), WW(MOVE, 11, 0), INSN_J(OP_END, 0),
		/* 6: rules */
		AK(EVENT, 0, EVENT_DELETE), AK(JUMP_FALSE, 0, 1),
		AK(ACTION, 0, 0), ABC(LINKED, 0, 0, 0),
		AK(JUMP_FALSE, 0, 3), AK(CHANGED, 1, 0),
		AK(JUMP_FALSE, 1, 1), AK(ACTION, 0, 1), AK(ACTION, 0, 2),
	};
	struct str pa = STR("a"), pb[] = { STR("b"), STR("c") };
	struct str px = STR("x"), py[] = { STR("y"), STR("z") };
	struct shape *in = shape_new(a, 2);
	struct layout *out = layout_new(a, 2);
	struct err e;

	*m = (struct mapping){ 0 };
	setup(&m->s, code, COUNT(code));
	shape_add(in, &pa, 1, 0);
	shape_add(in, pb, 2, 1);
	shape_seal(in);
	layout_add(out, &px, 1, 0, CMP_EXACT, 0);
	layout_add(out, py, 2, 1, CMP_EXACT, 0);
	layout_seal(out);
	m->s.funcs[4] = m->s.funcs[0] = (struct prog_func){
		.name = STR("main"), .end = 6, .ntemps = 8, .in_base = 8,
		.nin = 2, .out_base = 10, .nout = 2 };
	m->s.funcs[0].shape = in;
	m->s.funcs[0].layout = out;
	m->s.funcs[0].old_shape = layout_shape(out, a);
	m->s.funcs[4].entry = 6;
	m->s.funcs[4].end = COUNT(code);
	m->s.prog.ncode -= 1; /* without the helper that was function 4 */
	m->s.prog.rules = 4;
	m->s.prog.nloop = 8;
	m->actions[0].verb = ACTION_SKIP;
	m->actions[0].reason = STR("we own deletes");
	m->actions[1].verb = ACTION_UPDATE;
	m->actions[2].verb = ACTION_UPSERT;
	m->s.prog.actions = m->actions;
	m->s.prog.naction = 3;
	m->slot[0] = 1;
	m->sets[0] = (struct prog_slots){ m->slot, 1 };
	m->s.prog.sets = m->sets;
	m->s.prog.nset = 1;
	cr_assert_eq(prog_verify(&m->s.prog, a, &e), 0, "%s", e.text);
}

/* A text with the bytes that the reader may look at behind it. */
static struct str
padded(const char *text, struct arena *a)
{
	size_t n = strlen(text);
	char *p = arena_zalloc(a, n + RECORD_PAD);

	memcpy(p, text, n);
	return str_from(p, n);
}

Test(map, reads_maps_and_decides)
{
	struct arena a = { 0 };
	struct mapping m;
	struct vm *vm = vm_new(NULL);
	struct vm_frame f;
	struct err e = { 0 };
	struct buf out = { 0 };
	struct value *old;
	uint64_t dirty;
	const struct prog_action *act;
	struct vm_event ev = { .op = EVENT_UPDATE };
	struct vm_side side = { .linked = 1, .dirty = &dirty };
	struct value arg[2] = { value_int(6), value_int(7) }, got;

	vm_set_event(vm, &ev);
	mapping(&m, &a);
	cr_assert_eq(vm_map(vm, &m.s.prog,
	    padded("{\"a\":19.990,\"b\":{\"c\":\"\\u00e9\"}}", &a), &f, &a,
	    &e), 0, "%s", e.text);
	layout_write(&out, m.s.funcs[0].layout, f.out, STR(""));
	cr_expect(str_eq(buf_str(&out),
	    STR("{\"x\":19.990,\"y\":{\"z\":\"\\u00e9\"}}")), "%.*s",
	    STR_ARG(buf_str(&out)));

	/* another function in between leaves the frame alone */
	cr_assert_eq(vm_call(vm, &m.s.prog, 1, arg, 2, &got, &a, &e), 0);
	cr_expect_eq(got.u.i, 42);

	cr_assert_eq(vm_read_target(vm, &m.s.prog,
	    padded("{\"x\":19.99,\"y\":{\"z\":\"e\"}}", &a), &old, &a, &e), 0);
	cr_expect_eq(layout_diff(NULL, m.s.funcs[0].layout, f.out, old,
	    STR(""), &dirty, &a), 1);
	cr_assert_eq(vm_rules(vm, &m.s.prog, &f, &side, &act, &a, &e), 0);
	cr_expect_eq(act->verb, ACTION_UPDATE);
	dirty = 1; /* slot 0 is not of the set */
	cr_assert_eq(vm_rules(vm, &m.s.prog, &f, &side, &act, &a, &e), 0);
	cr_expect_eq(act->verb, ACTION_UPSERT);
	side.dirty = NULL; /* everything changed */
	cr_assert_eq(vm_rules(vm, &m.s.prog, &f, &side, &act, &a, &e), 0);
	cr_expect_eq(act->verb, ACTION_UPDATE);
	side.linked = 0;
	cr_assert_eq(vm_rules(vm, &m.s.prog, &f, &side, &act, &a, &e), 0);
	cr_expect_eq(act->verb, ACTION_UPSERT);

	ev.op = EVENT_DELETE;
	vm_set_event(vm, &ev);
	cr_assert_eq(vm_load(vm, &m.s.prog, padded("{}", &a), &f, &a, &e), 0);
	cr_expect_eq(f.out[0].type, V_ABSENT);
	cr_assert_eq(vm_rules(vm, &m.s.prog, &f, &side, &act, &a, &e), 0);
	cr_expect_eq(act->verb, ACTION_SKIP);
	cr_expect(str_eq(act->reason, STR("we own deletes")));

	/* no rules: the defaults */
	m.s.prog.rules = -1;
	m.s.prog.sealed = 1;
	cr_assert_eq(vm_rules(vm, &m.s.prog, &f, &side, &act, &a, &e), 0);
	cr_expect_eq(act->verb, ACTION_SKIP);
	ev.op = EVENT_CREATE;
	vm_set_event(vm, &ev);
	cr_assert_eq(vm_rules(vm, &m.s.prog, &f, &side, &act, &a, &e), 0);
	cr_expect_eq(act->verb, ACTION_UPSERT);

	/* nothing of the record before is left */
	cr_assert_eq(vm_map(vm, &m.s.prog, padded("{\"b\":null}", &a), &f, &a,
	    &e), 0);
	cr_expect_eq(f.in[0].type, V_ABSENT);
	cr_expect_eq(f.in[1].type, V_NULL);
	cr_expect_eq(f.out[0].type, V_ABSENT);
	cr_expect_eq(vm_map(vm, &m.s.prog, padded("{\"a\":}", &a), &f, &a,
	    &e), -1);
	cr_expect_eq(e.code, ERR_DATA);
	cr_expect_eq(vm_call(vm, &m.s.prog, 0, NULL, 0, &got, &a, &e), -1);
	cr_expect_str_eq(e.text, "function 0 cannot be called");
	cr_expect_eq(vm_call(vm, &m.s.prog, 1, arg, 1, &got, &a, &e), -1);
	cr_expect_not_null(strstr(e.text, "takes 2, not 1"));
	buf_fini(&out);
	vm_free(vm);
	arena_fini(&a);
}

struct seen {
	unsigned n;
	uint32_t pc[64];
};

static void
note(void *arg, const struct prog *p, uint32_t pc, const struct value *frame)
{
	struct seen *s = arg;

	cr_assert_lt(pc, p->ncode);
	cr_assert_not_null(frame);
	s->pc[s->n++ % COUNT(s->pc)] = pc;
}

Test(run, trace_sees_every_instruction)
{
	static const uint32_t code[] = { AK(CONST, 0, I3), AK(CONST, 1, I4),
		AK(CALL_FN, 0, 1), INSN_J(OP_JUMP, 1), AK(FAIL, 0, TA),
		RET(0) };
	static const uint32_t expect[] = { 0, 1, 2, 6, 7, 3, 5 };
	struct arena a = { 0 };
	struct seen seen = { 0 };
	struct setup s;
	struct value got;
	struct err e;
	struct vm *vm = vm_new(NULL);

	setup(&s, code, COUNT(code));
	cr_assert_eq(prog_verify(&s.prog, &a, &e), 0);
	vm_set_trace(vm, note, &seen);
	cr_assert_eq(vm_call(vm, &s.prog, 0, NULL, 0, &got, &a, &e), 0);
	cr_assert_eq(seen.n, COUNT(expect));
	for (unsigned i = 0; i < COUNT(expect); i++)
		cr_expect_eq(seen.pc[i], expect[i]);
	vm_set_trace(vm, NULL, NULL);
	cr_assert_eq(vm_call(vm, &s.prog, 0, NULL, 0, &got, &a, &e), 0);
	cr_expect_eq(seen.n, COUNT(expect));
	vm_free(vm);
	arena_fini(&a);
}

Test(prog, listing)
{
	static const uint32_t code[] = { AK(CONST, 0, TA),
		ABC(CONCAT, 1, 0, 2), ABC(EQ, 0, 0, 1), AK(JUMP_FALSE, 0, 2),
		INSN_J(OP_JUMP, 1), AK(ENUM, 0, 0), AK(CALL_FN, 0, 1),
		AK(LOOP, 0, 0), RET(0) };
	struct arena a = { 0 };
	struct setup s;
	struct buf b = { 0 };
	struct err e;

	setup(&s, code, COUNT(code));
	cr_assert_eq(prog_verify(&s.prog, &a, &e), 0);
	prog_list(&b, &s.prog);
	buf_putc(&b, '\0');
	cr_expect_eq(strncmp(b.p,
	    "program t\n"
	    "fn 0 case  ; 0 args, 8 temporaries\n"
	    "; t.map:7\n"
	    "    0  CONST       r0 8  ; \"a\"\n"
	    "    1  CONCAT      r1 r0 2\n"
	    "    2  EQ          r0 r0 r1\n"
	    "    3  JUMP_FALSE  r0 -> 6\n"
	    "    4  JUMP        -> 6\n"
	    "    5  ENUM        r0 0  ; stage\n"
	    "    6  CALL_FN     r0 1  ;\n"
	    "    7  LOOP        r0 0  ; map fn 1, 1 captures\n"
	    "    8  RETURN      r0\n"
	    "fn 1", 280), 0, "%s", b.p);
	buf_fini(&b);
	arena_fini(&a);
}

Test(unit, counts_its_users)
{
	struct unit *u = unit_new();
	struct unit_map maps[2] = { { .name = STR("a") }, { .name =
		STR("b") } };
	struct unit_op ops[1] = { { .op = CONNECTOR_READ } };
	struct unit_object objects[1] = { { .name = STR("contact"),
		.ops = ops, .nop = 1 } };
	struct unit_connector conns[1] = { { .name = STR("hubspot"),
		.objects = objects, .nobject = 1 } };

	arena_alloc(&u->arena, 100); /* a leak where it is not freed */
	u->maps = maps;
	u->nmap = 2;
	u->connectors = conns;
	u->nconnector = 1;
	cr_expect_eq(unit_ref(u), u);
	unit_unref(u);
	cr_expect_eq(unit_map(u, STR("b")), &maps[1]);
	cr_expect_null(unit_map(u, STR("c")));
	cr_expect_eq(unit_connector(u, STR("hubspot")), &conns[0]);
	cr_expect_null(unit_connector(u, STR("")));
	cr_expect_eq(connector_object(&conns[0], STR("contact")),
	    &objects[0]);
	cr_expect_null(connector_object(&conns[0], STR("deal")));
	cr_expect_eq(object_op(&objects[0], CONNECTOR_READ), &ops[0]);
	cr_expect_null(object_op(&objects[0], CONNECTOR_LIST));
	unit_unref(u);
	unit_unref(NULL);
}
