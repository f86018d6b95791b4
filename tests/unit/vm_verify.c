/* The verifier must reject every program the interpreter could not survive. */
#include "vm.h"

#define ABC(op, a, b, c) INSN_ABC(OP_##op, a, b, c)
#define WW(op, a, b) INSN_WW(OP_##op, a, b)
#define AK(op, a, k) INSN_AK(OP_##op, a, k)
#define J(j) INSN_J(OP_JUMP, j)
#define RET(a) INSN_ABC(OP_RETURN, a, 0, 0)

/*
 * The program around the code of a case: function 0 with 4 temporaries, 1 of
 * one argument that returns it, and one entry in each table.
 */
struct around {
	struct prog prog;
	struct prog_func funcs[2];
	uint32_t code[16];
	struct value consts[2];
	struct value from[1], to[1];
	struct prog_enum enums[1];
	struct prog_loop loops[2];
	struct prog_handler handlers[1];
	struct prog_action actions[1];
	struct prog_slots sets[1];
	struct prog_lookup lookups[1];
};

static void
surround(struct around *r, const uint32_t *code, uint32_t n)
{
	*r = (struct around){
		.funcs = {
			{ .name = STR("f"), .end = n, .ntemps = 4 },
			{ .name = STR("id"), .entry = n, .end = n + 1,
			    .nargs = 1, .ntemps = 1 },
		},
		.consts = { value_text(STR("x")), value_int(7) },
		.from = { value_text(STR("a")) },
		.to = { value_text(STR("b")) },
		.enums = { { .name = STR("e"), .n = 1 } },
		.loops = { { LOOP_MAP, 1, 0 }, { LOOP_MAP, 1, 1 } },
	};
	r->enums[0].from = r->from;
	r->enums[0].to = r->to;
	memcpy(r->code, code, n * sizeof(*code));
	r->code[n] = RET(0);
	r->prog = (struct prog){
		.name = STR("t"), .code = r->code, .ncode = n + 1,
		.pos = test_pos, .consts = r->consts, .nconst = 2,
		.funcs = r->funcs, .nfunc = 2, .enums = r->enums, .nenum = 1,
		.loops = r->loops, .nloop = 2, .rules = -1,
		.actions = r->actions, .naction = 1,
		.sets = r->sets, .nset = 1,
		.lookups = r->lookups, .nlookup = 1,
		.files = test_files, .nfile = 1,
	};
}

Test(verify, programs)
{
	static const struct {
		const char *what;
		uint32_t code[4];
		uint32_t len;
		const char *error; /* NULL: must be accepted */
	} cases[] = {
	    { "least", { RET(0) }, 1, NULL },
	    { "last temporary", { RET(3) }, 1, NULL },
	    { "no temporary", { RET(4) }, 1, "pc 0: RETURN: no temporary 4" },
	    { "no opcode", { 0xee, RET(0) }, 2, "pc 0: ?: no opcode 238" },
	    { "open end", { ABC(NOT, 0, 0, 0) }, 1,
		"pc 0: NOT: function 0 goes on behind its end" },
	    { "open end after a jump", { J(0) }, 1,
		"pc 0: JUMP: function 0 goes on behind its end" },
	    { "constant", { AK(CONST, 0, 1), RET(0) }, 2, NULL },
	    { "no constant", { AK(CONST, 0, 9), RET(0) }, 2,
		"pc 0: CONST: no constant 9" },
	    { "constant to nowhere", { AK(CONST, 4, 0), RET(0) }, 2,
		"pc 0: CONST: no temporary 4" },
	    { "move", { WW(MOVE, 3, 0), RET(0) }, 2, NULL },
	    { "move to no slot", { WW(MOVE, 4, 0), RET(0) }, 2,
		"pc 0: MOVE: no slot 4" },
	    { "move from no slot", { WW(MOVE, 0, 4095), RET(0) }, 2,
		"pc 0: MOVE: no slot 4095" },
	    { "jump to the last", { J(1), RET(0), RET(0) }, 3, NULL },
	    { "jump behind", { J(2), RET(0), RET(0) }, 3,
		"pc 0: JUMP: leaves its function" },
	    { "jump far", { J(0xffffff), RET(0) }, 2,
		"pc 0: JUMP: leaves its function" },
	    { "condition", { AK(JUMP_TRUE, 3, 0), RET(0) }, 2, NULL },
	    { "condition nowhere", { AK(JUMP_NIL, 4, 0), RET(0) }, 2,
		"pc 0: JUMP_NIL: no temporary 4" },
	    { "conditional jump behind", { AK(JUMP_NULL, 0, 1), RET(0) }, 2,
		"pc 0: JUMP_NULL: leaves its function" },
	    { "fail", { AK(FAIL, 0, 0) }, 1, NULL },
	    { "fail without text", { AK(FAIL, 0, 1) }, 1,
		"pc 0: FAIL: constant 1 is no text" },
	    { "b", { ABC(ADD, 0, 4, 0), RET(0) }, 2,
		"pc 0: ADD: no temporary 4" },
	    { "c", { ABC(LESS, 0, 0, 4), RET(0) }, 2,
		"pc 0: LESS: no temporary 4" },
	    { "c is not read", { ABC(NEG, 0, 0, 4), RET(0) }, 2, NULL },
	    { "range", { ABC(CONCAT, 0, 1, 3), RET(0) }, 2, NULL },
	    { "empty range at the end", { ABC(LIST, 0, 4, 0), RET(0) }, 2,
		NULL },
	    { "range too long", { ABC(LIST, 0, 1, 4), RET(0) }, 2,
		"pc 0: LIST: no temporary 4" },
	    { "pairs", { ABC(RECORD, 0, 0, 2), RET(0) }, 2, NULL },
	    { "pairs too long", { ABC(RECORD, 0, 1, 2), RET(0) }, 2,
		"pc 0: RECORD: no temporary 4" },
	    { "enum", { AK(ENUM, 0, 0), RET(0) }, 2, NULL },
	    { "no enum for a list", { AK(ENUM_LIST, 0, 1), RET(0) }, 2,
		"pc 0: ENUM_LIST: no enum 1" },
	    { "no enum", { AK(ENUM, 0, 1), RET(0) }, 2,
		"pc 0: ENUM: no enum 1" },
	    { "no built-in", { AK(CALL, 0, 65535), RET(0) }, 2,
		"pc 0: CALL: no built-in 65535" },
	    { "call", { AK(CALL_FN, 3, 1), RET(0) }, 2, NULL },
	    { "no function", { AK(CALL_FN, 0, 2), RET(0) }, 2,
		"pc 0: CALL_FN: no function 2" },
	    { "call nowhere", { AK(CALL_FN, 4, 1), RET(0) }, 2,
		"pc 0: CALL_FN: no temporary 4" },
	    { "itself", { AK(CALL_FN, 0, 0), RET(0) }, 2,
		"pc 0: CALL_FN: function 0 calls itself" },
	    { "loop", { AK(LOOP, 3, 0), RET(0) }, 2, NULL },
	    { "no loop", { AK(LOOP, 0, 2), RET(0) }, 2,
		"pc 0: LOOP: no loop 2" },
	    { "loop of another arity", { AK(LOOP, 0, 1), RET(0) }, 2,
		"pc 0: LOOP: loop 1: function 1 takes 1, not 2" },
	    { "lookup", { AK(LOOKUP, 0, 0), RET(0) }, 2, NULL },
	    { "no lookup", { AK(LOOKUP, 0, 1), RET(0) }, 2,
		"pc 0: LOOKUP: no lookup 1" },
	    { "wait", { AK(WAIT, 3, 2), RET(0) }, 2, NULL },
	    { "no way to wait", { AK(WAIT, 3, 3), RET(0) }, 2,
		"pc 0: WAIT: no way to wait 3" },
	    { "key", { AK(KEY, 0, 0), RET(0) }, 2,
		"pc 0: KEY: tells keys while a record is mapped" },
	    { "end without layout", { INSN_J(OP_END, 0) }, 1,
		"pc 0: END: function 0 has no layout" },
	    { "changed", { AK(CHANGED, 0, 0), RET(0) }, 2,
		"pc 0: CHANGED: stands outside the rules" },
	    { "event", { AK(EVENT, 0, 1), RET(0) }, 2,
		"pc 0: EVENT: stands outside the rules" },
	    { "linked", { ABC(LINKED, 0, 0, 0), RET(0) }, 2,
		"pc 0: LINKED: stands outside the rules" },
	    { "action", { AK(ACTION, 0, 0) }, 1,
		"pc 0: ACTION: stands outside the rules" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct around r;
		int rc;

		surround(&r, cases[i].code, cases[i].len);
		rc = prog_verify(&r.prog, &a, &e);
		cr_expect_eq(rc, cases[i].error ? -1 : 0, "%s: %s",
		    cases[i].what, e.text);
		cr_expect_eq(r.prog.sealed, rc == 0, "%s", cases[i].what);
		if (cases[i].error)
			cr_expect_str_eq(e.text, cases[i].error, "%s",
			    cases[i].what);
		arena_fini(&a);
	}
}

/* The arity of every built-in is what lies behind a CALL at the last place. */
Test(verify, arities)
{
	for (unsigned k = 0; k < 2 * nbuiltin; k++) {
		unsigned n = builtin_arity(k);
		struct around r;
		struct arena a = { 0 };
		struct err e;
		int is = k % 2 == 0 || builtins[k / 2].back != NULL;
		const uint32_t fits[] = { AK(CALL, 255 - (n ? n : 1) + 1, k),
			RET(0) };
		const uint32_t over[] = { AK(CALL, 255 - (n ? n : 1) + 2, k),
			RET(0) };

		surround(&r, fits, 2);
		r.funcs[0].ntemps = 256;
		cr_expect_eq(prog_verify(&r.prog, &a, &e), is ? 0 : -1, "%u",
		    k);
		if (n >= 2) { /* one is no wider than a itself */
			surround(&r, over, 2);
			r.funcs[0].ntemps = 256;
			cr_expect_eq(prog_verify(&r.prog, &a, &e), -1, "%u",
			    k);
		}
		arena_fini(&a);
	}
}

/* Main of a map with two in slots and an out slot, and rules. */
static void
mapped(struct around *r)
{
	static struct arena a; /* a test is a process */
	struct layout *l = layout_new(&a, 1);
	const struct str path = STR("x");

	layout_add(l, &path, 1, 0, CMP_EXACT, 0);
	layout_seal(l);
	r->funcs[0].in_base = 4;
	r->funcs[0].nin = 2;
	r->funcs[0].out_base = 6;
	r->funcs[0].nout = 1;
	r->funcs[0].layout = l;
	r->code[0] = WW(MOVE, 6, 4);
	r->code[1] = INSN_J(OP_END, 0);
}

static void
rules_ok(struct around *r)
{
	mapped(r);
	r->prog.rules = 1;
	r->funcs[1] = r->funcs[0];
	r->funcs[1].layout = NULL;
	r->funcs[1].entry = 2;
	r->funcs[1].end = 3;
	r->code[2] = AK(ACTION, 0, 0);
}

static void
put_ok(struct around *r)
{
	static struct arena a;

	mapped(r);
	r->prog.put = 1;
	r->funcs[1] = r->funcs[0];
	r->funcs[1].layout = NULL;
	r->funcs[1].old_base = r->funcs[0].out_base + r->funcs[0].nout;
	r->funcs[1].nold = 2;
	r->funcs[1].shape = shape_new(&a, 2);
	r->funcs[1].entry = 2;
	r->funcs[1].end = 4;
	r->prog.ncode = 4;
	r->code[2] = WW(MOVE, r->funcs[0].out_base,
	    r->funcs[1].old_base + 1);
	r->code[3] = INSN_J(OP_END, 0);
}

static void
put_writes_old(struct around *r)
{
	put_ok(r);
	r->code[2] = WW(MOVE, r->funcs[1].old_base + 1, 0);
}
static void
put_behind_old(struct around *r)
{
	put_ok(r);
	r->code[2] = WW(MOVE, 0, r->funcs[1].old_base + 2);
}
static void
put_gap(struct around *r)
{
	put_ok(r);
	r->funcs[1].old_base++;
}
static void
put_large(struct around *r)
{
	put_ok(r);
	r->funcs[1].nold = (uint16_t)(PROG_FRAME - r->funcs[1].old_base);
}
static void
put_too_large(struct around *r)
{
	put_large(r);
	r->funcs[1].nold++;
}
static void
put_no_shape(struct around *r)
{
	put_ok(r);
	r->funcs[1].shape = NULL;
}
static void
put_returns(struct around *r)
{
	put_ok(r);
	r->code[3] = RET(0);
}
static void
put_decides(struct around *r)
{
	put_ok(r);
	r->code[3] = AK(ACTION, 0, 0);
}
static void
put_called(struct around *r)
{
	put_ok(r);
	r->code[0] = AK(CALL_FN, 0, 1);
}
static void
put_nothing(struct around *r)
{
	put_ok(r);
	r->prog.put = 7;
}
static void
old_of_main(struct around *r)
{
	mapped(r);
	r->funcs[0].nold = 1;
	r->funcs[0].old_base = r->funcs[0].out_base + r->funcs[0].nout;
}

static void map_ok(struct around *r) { mapped(r); }
static void
writes_in(struct around *r)
{
	mapped(r);
	r->code[0] = WW(MOVE, 5, 4);
}
static void
behind_out(struct around *r)
{
	mapped(r);
	r->code[0] = WW(MOVE, 6, 7);
}
static void
main_returns(struct around *r)
{
	mapped(r);
	r->code[1] = RET(0);
}
static void
overlap(struct around *r)
{
	mapped(r);
	r->funcs[0].in_base = 3;
	r->funcs[0].out_base = 5;
}
static void
gap_of_slots(struct around *r)
{
	mapped(r);
	r->funcs[0].out_base = 7;
}
static void
large_frame(struct around *r)
{
	mapped(r);
	r->funcs[0].nin = 4091;
	r->funcs[0].out_base = 4095;
	r->code[0] = WW(MOVE, 4095, 4094);
	cr_assert_eq(4095 + 1, PROG_FRAME);
}
static void
too_large_frame(struct around *r)
{
	mapped(r);
	r->funcs[0].nin = 4092;
	r->funcs[0].out_base = 4096;
}
static void
other_layout(struct around *r)
{
	mapped(r);
	r->funcs[0].nout = 2;
}
static void
calls_main(struct around *r)
{
	mapped(r);
	r->code[2] = AK(CALL_FN, 0, 0);
	r->code[3] = RET(0);
	r->funcs[1].end = 4;
	r->prog.ncode = 4;
}
static void
rules_other_frame(struct around *r)
{
	rules_ok(r);
	r->funcs[1].in_base = 5;
	r->funcs[1].out_base = 7;
}
static void
rules_main(struct around *r)
{
	rules_ok(r);
	r->prog.rules = 0;
}
static void
rules_return(struct around *r)
{
	rules_ok(r);
	r->code[2] = RET(0);
}
static void
keys_ok(struct around *r)
{
	rules_ok(r);
	r->prog.rules = -1;
	r->prog.keys = 1;
	r->code[2] = AK(KEY, 0, 0);
	r->code[3] = INSN_J(OP_END, 0);
	r->funcs[1].end = 4;
	r->prog.ncode = 4;
}
static void
keys_return(struct around *r)
{
	keys_ok(r);
	r->code[3] = RET(0);
}
static void
keys_missing(struct around *r)
{
	keys_ok(r);
	r->prog.keys = 2;
}
static void
keys_are_rules(struct around *r)
{
	keys_ok(r);
	r->prog.rules = 1;
}
static void
keys_other_frame(struct around *r)
{
	keys_ok(r);
	r->funcs[1].nin = 1;
	r->funcs[1].out_base = 5;
}
static void
keys_called(struct around *r)
{
	keys_ok(r);
	r->code[0] = AK(CALL_FN, 0, 1);
}
static void
key_in_rules(struct around *r)
{
	rules_ok(r);
	r->code[2] = AK(KEY, 0, 0);
	r->code[3] = AK(ACTION, 0, 0);
	r->funcs[1].end = 4;
	r->prog.ncode = 4;
}
static void
odd_lookup(struct around *r)
{
	r->lookups[0].kind = (enum lookup_kind)3;
}
static void
odd_lookup_type(struct around *r)
{
	r->lookups[0].type = (enum lookup_type)4;
}
static void
no_events(struct around *r)
{
	rules_ok(r);
	r->code[2] = AK(EVENT, 0, 8);
	r->code[3] = AK(ACTION, 0, 0);
	r->funcs[1].end = 4;
	r->prog.ncode = 4;
}
static void
no_action(struct around *r)
{
	rules_ok(r);
	r->code[2] = AK(ACTION, 0, 1);
}
static void
no_set(struct around *r)
{
	rules_ok(r);
	r->code[2] = AK(CHANGED, 0, 1);
	r->code[3] = AK(ACTION, 0, 0);
	r->funcs[1].end = 4;
	r->prog.ncode = 4;
}
static void
bad_set(struct around *r)
{
	static const uint16_t slot[] = { 0, 1 };

	rules_ok(r);
	r->sets[0] = (struct prog_slots){ slot, 2 };
}
static void
bad_by(struct around *r)
{
	static uint16_t slot[] = { 1 };

	rules_ok(r);
	r->actions[0].by = slot;
	r->actions[0].nby = 1;
}
static void
bad_verb(struct around *r)
{
	r->actions[0].verb = (enum action_verb)9;
}
static void
raw_constant(struct around *r)
{
	r->consts[1].type = V_RAW;
}
static void
number_constant(struct around *r)
{
	r->consts[1].type = V_NUM;
}
static void
escaped_constant(struct around *r)
{
	r->consts[0].flags = VF_ESCAPED;
}
static void
odd_bool(struct around *r)
{
	r->consts[1] = (struct value){ .type = V_BOOL, .u.i = 2 };
}
static void
raw_inside(struct around *r)
{
	static struct value in = { .type = V_RAW };

	r->consts[0] = (struct value){ .type = V_LIST, .n = 1, .u.list = &in };
}
static void
endless_constant(struct around *r)
{
	static struct value in;

	in = (struct value){ .type = V_LIST, .n = 1, .u.list = &in };
	r->consts[0] = in;
}
static void
list_key(struct around *r)
{
	r->from[0] = (struct value){ .type = V_LIST };
}
static void
odd_else(struct around *r)
{
	r->enums[0].other = (enum prog_else)7;
}
static void
odd_loop(struct around *r)
{
	r->code[0] = AK(LOOP, 0, 0);
	r->code[1] = RET(0);
	r->loops[0].kind = (enum prog_loop_kind)6;
}
static void
no_functions(struct around *r)
{
	r->prog.nfunc = 0;
}
static void
empty_function(struct around *r)
{
	r->funcs[1].end = r->funcs[1].entry;
}
static void
outside(struct around *r)
{
	r->funcs[1].end++;
}
static void
many_temps(struct around *r)
{
	r->funcs[0].ntemps = 257;
}
static void
many_args(struct around *r)
{
	r->funcs[0].nargs = 5;
}
static void
shared_code(struct around *r)
{
	r->funcs[1].entry = 1;
}
static void
no_owner(struct around *r)
{
	r->funcs[0].end = 1;
	r->code[0] = RET(0);
}
static void
no_position(struct around *r)
{
	r->prog.pos = NULL;
}
static void
no_file(struct around *r)
{
	r->prog.nfile = 0;
}
static void
slots_elsewhere(struct around *r)
{
	r->funcs[1].in_base = 1;
	r->funcs[1].nin = 1;
	r->funcs[1].out_base = 2;
}
static void
handled(struct around *r, uint32_t start, uint32_t end, uint32_t target)
{
	r->handlers[0] = (struct prog_handler){ start, end, target };
	r->prog.handlers = r->handlers;
	r->prog.nhandler = 1;
}
static void handler_ok(struct around *r) { handled(r, 0, 1, 1); }
static void handler_back(struct around *r) { handled(r, 0, 2, 1); }
static void handler_empty(struct around *r) { handled(r, 0, 0, 1); }
static void handler_away(struct around *r) { handled(r, 0, 1, 2); }
static void handler_outside(struct around *r) { handled(r, 0, 1, 3); }
static void
bad_rule(struct around *r)
{
	static uint16_t slot[] = { 2 };
	static struct prog_rule rule = { .end = 1, .in = slot, .nin = 1 };

	mapped(r);
	r->prog.rule = &rule;
	r->prog.nrule = 1;
}
static void
mutual(struct around *r)
{
	r->code[0] = AK(CALL_FN, 0, 1);
	r->code[1] = RET(0);
	r->code[2] = AK(CALL_FN, 0, 0);
	r->code[3] = RET(0);
	r->funcs[1].end = 4;
	r->prog.ncode = 4;
}

Test(verify, tables)
{
	static const struct {
		void (*change)(struct around *r);
		const char *error;
	} cases[] = {
	    { map_ok, NULL },
	    { rules_ok, NULL },
	    { handler_ok, NULL },
	    { writes_in, "pc 0: MOVE: writes in slot 1" },
	    { behind_out, "pc 0: MOVE: no slot 7" },
	    { main_returns, "pc 1: RETURN: function 0 has no result" },
	    { overlap, "function 0: its slots overlap" },
	    { gap_of_slots, "function 0: its slots overlap" },
	    { large_frame, NULL },
	    { too_large_frame, "function 0: its frame is too large" },
	    { other_layout,
		"function 0: the layout has another number of slots" },
	    { calls_main, "pc 2: CALL_FN: function 0 cannot be called" },
	    { rules_other_frame,
		"function 1: it does not share the frame of main" },
	    { rules_main, "no function 0 for the rules" },
	    { rules_return, "pc 2: RETURN: function 1 has no result" },
	    { put_ok, NULL },
	    { put_writes_old, "pc 2: MOVE: writes old slot 1" },
	    { put_behind_old, "pc 2: MOVE: no slot 9" },
	    { put_gap, "function 1: its old slots overlap" },
	    { put_large, NULL },
	    { put_too_large, "function 1: its frame is too large" },
	    { put_no_shape, "function 1: nothing is put into a target" },
	    { put_returns, "pc 3: RETURN: function 1 has no result" },
	    { put_decides, "pc 3: ACTION: stands outside the rules" },
	    { put_called, "pc 0: CALL_FN: function 1 cannot be called" },
	    { put_nothing, "no function 7 to put with" },
	    { old_of_main, "function 0: it is not put and has old slots" },
	    { keys_ok, NULL },
	    { keys_return, "pc 3: RETURN: function 1 has no result" },
	    { keys_missing, "no function 2 for the keys" },
	    { keys_are_rules, "no function 1 for the keys" },
	    { keys_other_frame,
		"function 1: it does not share the frame of main" },
	    { keys_called, "pc 0: CALL_FN: function 1 cannot be called" },
	    { key_in_rules,
		"pc 2: KEY: tells keys while a record is mapped" },
	    { odd_lookup, "lookup 0: no such kind or type" },
	    { odd_lookup_type, "lookup 0: no such kind or type" },
	    { no_events, "pc 2: EVENT: no set of events 8" },
	    { no_action, "pc 2: ACTION: no action 1" },
	    { no_set, "pc 2: CHANGED: no set 1" },
	    { bad_set, "set 0: no slot 1" },
	    { bad_by, "action 0: no slot 1" },
	    { bad_verb, "action 0: no such verb" },
	    { raw_constant, "constant 1: json cannot be a constant" },
	    { number_constant, "constant 1: number cannot be a constant" },
	    { escaped_constant, "constant 0: text cannot be a constant" },
	    { odd_bool, "constant 1: bool cannot be a constant" },
	    { raw_inside, "constant 0: list cannot be a constant" },
	    { endless_constant, "constant 0: list cannot be a constant" },
	    { list_key, "enum 0: a key is no text, int or bool" },
	    { odd_else, "enum 0: no such else" },
	    { odd_loop, "pc 0: LOOP: loop 0: no kind 6" },
	    { no_functions, "a program without functions" },
	    { empty_function, "function 1: its code lies outside the program" },
	    { outside, "function 1: its code lies outside the program" },
	    { many_temps, "function 0: too many temporaries" },
	    { many_args, "function 0: more arguments than temporaries" },
	    { shared_code, "pc 1: RETURN: belongs to functions 0 and 1" },
	    { no_owner, "pc 1: RETURN: belongs to no function" },
	    { no_position, "pc 0: RETURN: has no source position" },
	    { no_file, "pc 0: RETURN: has no source position" },
	    { slots_elsewhere, "function 1: it is not main and has slots" },
	    { handler_back,
		"handler 0: 0 .. 2 else 1 is no range of one function" },
	    { handler_empty,
		"handler 0: 0 .. 0 else 1 is no range of one function" },
	    { handler_away,
		"handler 0: 0 .. 1 else 2 is no range of one function" },
	    { handler_outside,
		"handler 0: 0 .. 1 else 3 is no range of one function" },
	    { bad_rule, "rule 0: no slot 2" },
	    { mutual, "pc 2: CALL_FN: function 0 calls itself" },
	};
	const uint32_t code[] = { RET(0), RET(0) };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct around r;
		int rc;

		surround(&r, code, 2);
		cases[i].change(&r);
		rc = prog_verify(&r.prog, &a, &e);
		if (cases[i].error == NULL)
			cr_expect_eq(rc, 0, "case %zu: %s", i, e.text);
		else
			cr_expect_str_eq(e.text, cases[i].error, "case %zu",
			    i);
		arena_fini(&a);
	}
}

/* A chain of calls 64 deep is accepted and runs; 65 is refused. */
Test(verify, depth)
{
	enum { N = RECORD_DEPTH + 1 };
	static uint32_t code[2 * N];
	static struct prog_func funcs[N];
	struct arena a = { 0 };
	struct err e = { 0 };
	struct value arg = value_int(5), got;
	struct vm *vm = vm_new(NULL);

	for (int n = RECORD_DEPTH; n <= N; n++) {
		for (int i = 0; i < n; i++) {
			/* callees first: no order of functions helps */
			int to = (i + 7) % n;

			code[2 * i] = i == n - 7 ? WW(MOVE, 0, 0) :
			    AK(CALL_FN, 0, to);
			code[2 * i + 1] = RET(0);
			funcs[i] = (struct prog_func){ .entry =
				(uint32_t)(2 * i), .end = (uint32_t)(2 * i + 2),
				.nargs = 1, .ntemps = PROG_TEMPS };
		}
		/* 7 and n have no common factor, so this is one chain */
		struct prog p = test_prog(&funcs[0], code, (uint32_t)(2 * n),
		    1);

		funcs[0] = (struct prog_func){ .end = 2, .nargs = 1,
			.ntemps = PROG_TEMPS };
		p.nfunc = (uint32_t)n;
		if (n <= RECORD_DEPTH) {
			cr_assert_eq(prog_verify(&p, &a, &e), 0, "%s", e.text);
			cr_assert_eq(vm_call(vm, &p, 0, &arg, 1, &got, &a, &e),
			    0, "%s", e.text);
			cr_assert_eq(got.u.i, 5);
		} else {
			cr_assert_eq(prog_verify(&p, &a, &e), -1);
			cr_assert_not_null(strstr(e.text,
			    "calls nest deeper than 64"), "%s", e.text);
		}
	}
	vm_free(vm);
	arena_fini(&a);
}
