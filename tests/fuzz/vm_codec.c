/*
 * Codecs over values of every kind: what a codec's law class claims, and that
 * every result can be written as JSON.
 *
 *	exact, canon, partial:  where y = f(x) is made, x' = back(y) is made,
 *	                        and f(x') equals y as the right side compares
 *	the same both ways:     f(f(x)) equals f(x)
 *
 * An input is the codec's number, choices of arguments, then the value: text,
 * or a JSON text.
 */
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "record/scan.h"
#include "record/value.h"
#include "vm/builtin.h"
#include "vm/prog.h"
#include "vm/vm.h"

const char *const fuzz_words[] = { "\xc3\xa9", "e\xcc\x81", "2024-02-29",
	"2026-03-29T02:30:00.5+01:00", "1769817600000", "19.990",
	"100000000000000000000", "-0", "1e3", "\r\n", "\xe2\x80\xa8",
	"a@x.io", "https://x.io:443/", "+49 30 1234567", "DE", "Germany",
	"EUR", ";", "[\"a\",null]", "[\"a\",\"b\"]", "{\"a\":1}", "true",
	NULL };

/* Arguments that a mapping could give, by the name of the parameter. */
static struct value
argument(struct str name, unsigned choice)
{
	static const struct {
		const char *name;
		const char *texts[3];
	} known[] = {
		{ "p", { "x_", "", "\xc3\xa9" } },
		{ "sep", { ";", ", ", "\n" } },
		{ "yes", { "true", "Y", "1" } },
		{ "no", { "false", "N", "0" } },
		{ "zone", { "utc", "Europe/Berlin", "America/Sao_Paulo" } },
		{ "format", { "dd.MM.yyyy", "M/d/yyyy", "yyyyMMdd" } },
		{ "form", { "name", "alpha3", "name" } },
		{ "currency", { "EUR", "JPY", "KWD" } },
		{ "region", { "DE", "US", "FR" } },
		{ "country", { "GB", "US", "DE" } },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(name, str_z(known[i].name)))
			return value_text(str_z(known[i].texts[choice % 3]));
	return value_int(choice % 12);
}

/* Call built-in k with its arguments; 0 or -1, and nothing else. */
static int
call(struct vm *vm, unsigned k, const struct value *args, struct value *r,
    struct arena *a)
{
	static const struct str file = { "f", 1 };
	const uint32_t code[] = { INSN_AK(OP_CALL, 0, k),
		INSN_ABC(OP_RETURN, 0, 0, 0) };
	const struct prog_pos pos[2] = { { 1, 1, 0 }, { 1, 1, 0 } };
	unsigned n = builtin_arity(k);
	struct prog_func f = { .end = 2, .nargs = (uint16_t)n,
		.ntemps = (uint16_t)(n ? n : 1) };
	struct prog p = { .code = code, .pos = pos, .ncode = 2, .funcs = &f,
		.nfunc = 1, .rules = -1, .files = &file, .nfile = 1 };
	struct scan_names *names = scan_names_new();
	struct buf out = { 0 };
	struct err e = { 0 };
	int rc;

	HOLDS(prog_verify(&p, a, &e) == 0, "%s", e.text);
	rc = vm_call(vm, &p, 0, args, n, r, a, &e);
	if (rc == 0) {
		value_write(&out, *r);
		memset(buf_room(&out, RECORD_PAD), 0, RECORD_PAD);
		HOLDS(scan_check(buf_str(&out), names, &e) == 0, "%s: %s",
		    builtins[k / 2].name, e.text);
	}
	buf_fini(&out);
	scan_names_free(names);
	return rc;
}

/* Does back(f(x)) lead to the same f again? */
static void
check_law(struct vm *vm, unsigned at, struct value *args, struct arena *a)
{
	const struct builtin *b = &builtins[at];
	struct value y, x, z;

	if (call(vm, 2 * at, args, &y, a) != 0 || value_nil(y))
		return;
	args[0] = y;
	if (b->fn == b->back) {
		HOLDS(call(vm, 2 * at, args, &z, a) == 0, "%s again",
		    b->name);
	} else {
		if (b->law == LAW_LOSSY || b->back == NULL)
			return;
		HOLDS(call(vm, 2 * at + 1, args, &x, a) == 0, "%s back",
		    b->name);
		/* "" of a field that is no text is no value */
		if (y.type == V_TEXT && y.n == 0 && value_nil(x))
			return;
		args[0] = x;
		HOLDS(call(vm, 2 * at, args, &z, a) == 0, "%s forth again",
		    b->name);
	}
	HOLDS(value_equal(y, z, b->compare, a), "%s: its law", b->name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vm_limits limits = { 100000, 1 << 20, 1 << 20, 100 };
	struct scan_names *names;
	struct arena a = { 0 };
	struct value args[8] = { { 0 } };
	const struct builtin *b;
	struct scan s;
	struct vm *vm;
	char *text;
	const char *p;
	unsigned at, n = 1, parts;

	if (size < 4)
		return 0;
	at = data[0] % nbuiltin;
	b = &builtins[at];
	vm = vm_new(&limits);
	names = scan_names_new();
	text = arena_zalloc(&a, size + RECORD_PAD);
	memcpy(text, data + 4, size - 4);
	scan_init(&s, str_from(text, size - 4), names);
	if (scan_value(&s, &args[0], NULL) != 0 || scan_end(&s, NULL) != 0) {
		/* no JSON: the text itself, where a JSON text could hold it */
		struct buf q = { 0 };

		args[0] = (struct value){ 0 };
		buf_json(&q, str_from(text, size - 4));
		memset(buf_room(&q, RECORD_PAD), 0, RECORD_PAD);
		if (scan_check(buf_str(&q), names, NULL) == 0)
			args[0] = value_text(str_from(text, size - 4));
		buf_fini(&q);
	}
	p = b->params;
	if (b->left == NULL) /* the value is the first parameter */
		p += strcspn(p, ","), p += strspn(p, ", ");
	for (; *p != '\0'; p += strcspn(p, ","), p += strspn(p, ", "), n++)
		args[n] = argument(str_from(p, strcspn(p, ":")),
		    data[1 + n % 3]);
	parts = value_open(args[0], &a).n;
	if (b->hidden == HIDDEN_AS_TEXT)
		args[n] = value_bool(data[3] & 1);
	else if (b->hidden == HIDDEN_PARTS)
		args[n] = value_int(parts ? parts : 1);
	if (b->left != NULL)
		check_law(vm, at, args, &a);
	else
		call(vm, 2 * at, args, &args[0], &a);
	scan_names_free(names);
	vm_free(vm);
	arena_fini(&a);
	return 0;
}
