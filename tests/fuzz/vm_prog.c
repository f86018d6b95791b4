/*
 * Random words as programs.  Whatever the verifier accepts runs without a
 * fault under small limits, gives the same result again and under a trace,
 * and what it gives can be written as JSON that is read back.
 *
 * An input is a head of HEAD bytes, then words of 4; most words are bent so
 * that the verifier accepts them, or little would ever run.
 */
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "record/decimal.h"
#include "record/layout.h"
#include "record/scan.h"
#include "record/shape.h"
#include "vm/builtin.h"
#include "vm/prog.h"
#include "vm/vm.h"

#define HEAD 8
#define WORDS 64
#define FUNCS 4
#define TEMPS 12
#define NIN 6
#define NOUT 4
#define TABLE 6 /* entries of each table */

const char *const fuzz_words[] = { NULL };

static const char record[] =
    "{\"a\":\"\\u00e9 x@Y.io\",\"b\":[1,2.50,\"a;b\",null,{\"k\":[]}],"
    "\"c\":19.990,\"d\":{\"e\":\"2026-03-29\",\"f\":null,\"g\":\"\"},"
    "\"h\":true,\"i\":\"2026-10-25T01:30:00.5+02:00\"}";

static const struct prog_lookup lookups[] = {
	{ LOOKUP_XREF, LOOKUP_TEXT, { "a", 1 } },
	{ LOOKUP_XREF_BACK, LOOKUP_INT, { "a", 1 } },
	{ LOOKUP_TABLE, LOOKUP_DECIMAL, { "t", 1 } },
	{ LOOKUP_TABLE, LOOKUP_BOOL, { "t", 1 } },
};

/* Every answer there is, by the key's length. */
static int
answer(void *arg, const struct prog_lookup *l, struct str key,
    struct value *found)
{
	(void)arg;
	*found = l->kind == LOOKUP_TABLE ? value_int((int64_t)key.n) :
	    value_text(key);
	return (int)(key.n % 3);
}

static struct dec decimals[2];
static struct value elements[4];
static struct member members[2];

static struct value
text(const char *s, size_t n)
{
	return value_text(str_from(s, n));
}

static void
fill_consts(struct value *c)
{
	static const char *const texts[] = { "", " a;b ", "Europe/Berlin",
		"yyyy-MM-dd", "2024-02-29", "(a|b)+$", "\xf0\x9f\x98\x80",
		"e\xcc\x81\xc7\x86", "day", "desc", "x_", "{\"a\": [1]}", "k",
		"DE" };
	size_t n = 0;

	decimals[0] = (struct dec){ 150, 2 };
	decimals[1] = (struct dec){ (__int128)1 << 100, 10 };
	c[n++] = (struct value){ 0 };
	c[n++] = value_null();
	c[n++] = value_bool(1);
	c[n++] = value_int(-1);
	c[n++] = value_int(2);
	c[n++] = value_int(INT64_MAX);
	c[n++] = (struct value){ .type = V_DEC, .u.d = &decimals[0] };
	c[n++] = (struct value){ .type = V_DEC, .u.d = &decimals[1] };
	for (size_t i = 0; i < COUNT(texts); i++)
		c[n++] = text(texts[i], strlen(texts[i]));
	c[n++] = text("a\0b", 3);
	elements[0] = c[4];
	elements[1] = c[9];
	elements[2] = c[6];
	elements[3] = value_null();
	c[n++] = (struct value){ .type = V_LIST, .n = 4, .u.list = elements };
	c[n++] = (struct value){ .type = V_LIST, .n = 2,
		.u.list = elements + 1 };
	members[0] = (struct member){ STR("k"), c[4] };
	members[1] = (struct member){ STR("a"), c[n - 1] };
	c[n++] = (struct value){ .type = V_RECORD, .n = 2,
		.u.record = members };
	HOLDS(n == 26, "%zu", n);
}

/* Make the operands of a word fit, for the most part. */
static uint32_t
bend(uint32_t w, uint32_t pc, uint32_t end)
{
	uint32_t op = (w & 0xff) % OP_COUNT, a = w >> 8 & 0xff;
	uint32_t b = w >> 16 & 0xff, c = w >> 24, k = w >> 16;
	uint32_t left = end - pc - 1;

	switch (op) {
	case OP_MOVE:
		return INSN_WW(op, a & 1 ? TEMPS + NIN + (a >> 1) % NOUT :
		    (a >> 1) % TEMPS, k % (TEMPS + NIN + NOUT));
	case OP_JUMP:
		return INSN_J(op, left ? k % left : 0);
	case OP_JUMP_TRUE:
	case OP_JUMP_FALSE:
	case OP_JUMP_ABSENT:
	case OP_JUMP_NULL:
	case OP_JUMP_NIL:
		return INSN_AK(op, a % TEMPS, left ? k % left : 0);
	case OP_CONST:
		return INSN_AK(op, a % TEMPS, k % 26);
	case OP_FAIL:
		return INSN_AK(op, 0, 8 + k % 14);
	case OP_ENUM:
	case OP_ENUM_LIST:
	case OP_CHANGED:
		return INSN_AK(op, a % TEMPS, k % 2);
	case OP_LOOP:
		return INSN_AK(op, a % (TEMPS - 3), k % TABLE);
	case OP_CALL:
		return INSN_AK(op, a % (TEMPS - 6), k % (2 * nbuiltin));
	case OP_CALL_FN:
		return INSN_AK(op, a % (TEMPS - 3), k % FUNCS);
	case OP_LOOKUP:
	case OP_KEY:
		return INSN_AK(op, a % TEMPS, k % COUNT(lookups));
	case OP_WAIT:
		return INSN_AK(op, a % TEMPS, k % 3);
	case OP_EVENT:
		return INSN_AK(op, a % TEMPS, 1 + k % 7);
	case OP_EVENT_OF:
		return INSN_AK(op, a % TEMPS, k % EVENT_NFIELD);
	case OP_ACTION:
		return INSN_AK(op, 0, k % 2);
	case OP_CONCAT:
	case OP_LIST:
		return INSN_ABC(op, a % TEMPS, b % 8, c % 5);
	case OP_RECORD:
		return INSN_ABC(op, a % TEMPS, b % 8, c % 3);
	default:
		return INSN_ABC(op, a % TEMPS, b % TEMPS, c % TEMPS);
	}
}

struct made {
	struct prog prog;
	uint32_t code[WORDS + FUNCS];
	struct prog_pos pos[WORDS + FUNCS];
	struct prog_func funcs[FUNCS];
	struct value consts[26];
	struct prog_enum enums[2];
	struct prog_loop loops[TABLE];
	struct prog_handler handlers[2];
	struct prog_action actions[2];
	struct prog_slots sets[2];
	struct str file;
};

static void
make_tables(struct made *m, const uint8_t *head)
{
	static const uint16_t slots[] = { 0, 2 };

	fill_consts(m->consts);
	m->enums[0] = (struct prog_enum){ .name = STR("e"),
		.from = m->consts + 9, .to = m->consts + 1, .n = 7,
		.other = (enum prog_else)(head[1] % 3),
		.other_value = value_int(5) };
	m->enums[1] = (struct prog_enum){ .name = STR("f"),
		.from = m->consts + 2, .to = m->consts, .n = 3,
		.other = ELSE_KEEP };
	for (int i = 0; i < TABLE; i++)
		m->loops[i] = (struct prog_loop){ (enum prog_loop_kind)i,
			(uint16_t)(2 + head[2] % 2), head[2] >> 4 & 1 };
	for (int i = 0; i < 2; i++)
		m->handlers[i] = (struct prog_handler){ head[3 + i] % 8,
			head[3 + i] % 8 + 1u + (head[3 + i] >> 6),
			head[5 + i] % WORDS };
	m->actions[1].verb = ACTION_UPDATE;
	m->sets[0] = (struct prog_slots){ slots, 2 };
	m->file = STR("f.map");
}

/*
 * Function 0 is main, 1 the rules or put, 2 and 3 are called; the code is cut
 * into four.  The last word of each is what may end it.
 */
static void
make(struct made *m, const uint8_t *data, size_t size, struct arena *a)
{
	static const struct {
		const char *name;
		const char *inner;
	} in[NIN] = { { "a", 0 }, { "b", 0 }, { "c", 0 }, { "d", "e" },
		{ "d", 0 }, { "i", 0 } };
	static const char *const out[NOUT] = { "p", "q", "r", "s" };
	struct shape *sh = shape_new(a, NIN);
	struct layout *l = layout_new(a, NOUT);
	uint32_t words = (uint32_t)((size - HEAD) / 4), n = 0, used = 0;
	int puts = data[6] >> 7;

	make_tables(m, data);
	for (uint32_t f = 0; f < FUNCS; f++) {
		uint32_t share = words / FUNCS, end = n + share + 1;

		m->funcs[f] = (struct prog_func){ .name = STR("f"),
			.entry = n, .end = end, .ntemps = TEMPS,
			.nargs = f > 1 ? 1 + (data[2] >> 4 & 1) : 0 };
		if (f < 2) {
			m->funcs[f].in_base = TEMPS;
			m->funcs[f].nin = NIN;
			m->funcs[f].out_base = TEMPS + NIN;
			m->funcs[f].nout = NOUT;
		}
		for (uint32_t i = 0; i < share; i++, n++, used++) {
			uint32_t w;

			memcpy(&w, data + HEAD + 4 * used, 4);
			m->code[n] = data[7] == 255 ? w : bend(w, n, end);
		}
		m->code[n++] = f == 0 || (f == 1 && puts) ?
		    INSN_J(OP_END, 0) : f == 1 ? INSN_AK(OP_ACTION, 0, 0) :
		    INSN_ABC(OP_RETURN, data[0] % TEMPS, 0, 0);
	}
	for (size_t i = 0; i < NIN; i++) {
		struct str path[2] = { str_z(in[i].name),
			str_z(in[i].inner ? in[i].inner : "") };

		shape_add(sh, path, in[i].inner ? 2 : 1, i);
	}
	shape_seal(sh);
	for (size_t i = 0; i < NOUT; i++) {
		struct str path = str_z(out[i]);

		layout_add(l, &path, 1, i, (enum value_compare)(i % 3), 0);
	}
	layout_seal(l);
	m->funcs[0].shape = sh;
	m->funcs[0].layout = l;
	m->prog = (struct prog){
		.name = STR("p"), .code = m->code, .pos = m->pos, .ncode = n,
		.consts = m->consts, .nconst = COUNT(m->consts),
		.funcs = m->funcs, .nfunc = FUNCS,
		.enums = m->enums, .nenum = 2,
		.loops = m->loops, .nloop = TABLE,
		.handlers = m->handlers, .nhandler = data[7] % 3,
		.actions = m->actions, .naction = 2,
		.sets = m->sets, .nset = 2,
		.lookups = lookups, .nlookup = COUNT(lookups),
		.rules = puts ? -1 : 1, .put = puts,
		.files = &m->file, .nfile = 1,
	};
	if (puts) {
		m->funcs[1].shape = sh;
		m->funcs[1].old_base = TEMPS + NIN + NOUT;
		m->funcs[1].nold = NIN;
	}
}

static void
count(void *arg, const struct prog *p, uint32_t pc, const struct value *frame)
{
	HOLDS(pc < p->ncode && frame != NULL, "pc %u", pc);
	++*(unsigned *)arg;
}

/* What a run gives, as text: the record and action, or the error. */
static void
run(struct vm *vm, const struct prog *p, struct str json, struct buf *out)
{
	const struct vm_event ev = { EVENT_UPDATE, 1, STR("k") };
	const struct vm_side side = { 1, NULL };
	const struct prog_action *action;
	struct scan_names *names = scan_names_new();
	struct arena a = { 0 };
	struct vm_frame f;
	struct err e = { 0 };

	vm_set_event(vm, &ev);
	if (vm_map(vm, p, json, &f, &a, &e) != 0 ||
	    vm_put(vm, p, json, &f, &a, &e) != 0) {
		buf_puts(out, str_z(e.text));
	} else {
		layout_write(out, p->funcs[0].layout, f.out, STR(""));
		memset(buf_room(out, RECORD_PAD), 0, RECORD_PAD);
		HOLDS(scan_check(buf_str(out), names, &e) == 0, "%s: %.*s",
		    e.text, STR_ARG(buf_str(out)));
		if (vm_rules(vm, p, &f, &side, &action, &a, &e) != 0)
			buf_puts(out, str_z(e.text));
		else
			buf_printf(out, " %d", (int)action->verb);
	}
	scan_names_free(names);
	arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vm_limits limits = { 3000, 1 << 16, 1 << 14, 50 };
	static char json[sizeof(record) + RECORD_PAD];
	struct arena a = { 0 };
	struct made m = { 0 };
	struct buf once = { 0 }, twice = { 0 }, list = { 0 };
	struct vm *vm;
	struct err e = { 0 };
	unsigned steps = 0;

	if (size < HEAD)
		return 0;
	if (size > HEAD + 4 * WORDS)
		size = HEAD + 4 * WORDS;
	memcpy(json, record, sizeof(record));
	make(&m, data, size, &a);
	if (prog_verify(&m.prog, &a, &e) == 0) {
		struct str text = str_from(json, sizeof(record) - 1);

		prog_list(&list, &m.prog);
		vm = vm_new(&limits);
		vm_set_lookups(vm, answer, NULL);
		run(vm, &m.prog, text, &once);
		vm_set_trace(vm, count, &steps);
		run(vm, &m.prog, text, &twice);
		HOLDS(str_eq(buf_str(&once), buf_str(&twice)),
		    "%.*s, then %.*s\n%.*s", STR_ARG(buf_str(&once)),
		    STR_ARG(buf_str(&twice)), STR_ARG(buf_str(&list)));
		HOLDS(steps > 0, "no step was seen");
		vm_free(vm);
	} else {
		HOLDS(e.code == ERR_INTERNAL && e.text[0] != '\0', "%s",
		    e.text);
	}
	buf_fini(&once);
	buf_fini(&twice);
	buf_fini(&list);
	arena_fini(&a);
	return 0;
}
