/*
 * A source either compiles to sealed programs or has a finding, whatever it
 * is; formatting it twice is formatting it once, and what is formatted
 * compiles to the same code.  What compiles survives a record each way.
 */
#include "config.h"

#include "fuzz.h"
#include "fuzz_map.h"
#include "lang/lang.h"
#include "record/layout.h"
#include "vm/vm.h"

static const char record[] = "{\"id\":\"1\",\"name\":\"Ann\",\"nick\":null,"
    "\"stage\":\"a\",\"flag\":true,\"n\":3,\"sum\":1.50,\"born\":"
    "\"2026-01-31\",\"tags\":[\"x\",\"y\"],\"in\":{\"x\":\"X\"},\"more\":{"
    "\"p\":\"q\",\"x_r\":\"s\"}}";

static void
strip(struct buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->n;) {
		char *eol = memchr(b->p + i, '\n', b->n - i);
		size_t n = (size_t)(eol - (b->p + i)) + 1;

		if (b->p[i] != ';') {
			memmove(b->p + to, b->p + i, n);
			to += n;
		}
		i += n;
	}
	b->n = to;
}

/* Both ways, within small limits; a record may be refused. */
static void
run(const struct prog *p)
{
	static const struct vm_limits small = { .fuel = 20000,
		.arena_bytes = (size_t)1 << 20, .output_bytes = 1 << 16,
		.list_length = 100 };
	struct vm *vm = vm_new(&small);
	struct arena a = { 0 };
	char padded[sizeof(record) + RECORD_PAD] = { 0 };
	struct vm_event event = { .op = EVENT_UPDATE };
	struct vm_side side = { .linked = 1 };
	const struct prog_action *action;
	struct buf out = { 0 };
	struct vm_frame f;
	struct err e;

	memcpy(padded, record, sizeof(record) - 1);
	vm_set_event(vm, &event);
	if (vm_map(vm, p, str_from(padded, sizeof(record) - 1), &f, &a,
	    &e) == 0) {
		layout_write(&out, p->funcs[0].layout, f.out, STR(""));
		if (p->rules >= 0)
			vm_rules(vm, p, &f, &side, &action, &a, &e);
	} else {
		HOLDS(e.text[0] != '\0', "a record is refused without a word");
	}
	buf_fini(&out);
	arena_fini(&a);
	vm_free(vm);
}

/* The code of what compiles; else the findings are there. */
static int
compile(struct str text, struct buf *code, int twice)
{
	struct unit *u = NULL;
	struct diags d;
	struct buf out = { 0 };
	int r;

	diags_init(&d);
	r = lang_compile(STR("m.map"), fuzz_read_map, &text, NULL, &u, NULL,
	    &d);
	HOLDS((r == 0) == (u != NULL) && (r == 0) == (d.nerror == 0),
	    "result %d, %zu errors", r, d.nerror);
	for (size_t i = 0; i < d.n; i++)
		HOLDS(d.list[i].code != 799, "%.*s",
		    STR_ARG(d.list[i].text));
	diags_print(&out, &d, 0);
	diags_json(&out, &d);
	buf_fini(&out);
	if (u != NULL) {
		for (uint32_t i = 0; i < u->nmap; i++) {
			prog_list(code, u->maps[i].forward);
			prog_list(code, u->maps[i].backward);
			if (!twice) {
				run(u->maps[i].forward);
				run(u->maps[i].backward);
			}
		}
		for (uint32_t i = 0; i < u->nconnector; i++)
			prog_list(code, u->connectors[i].prog);
		strip(code);
		unit_unref(u);
	}
	diags_fini(&d);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_from((const char *)data, size);
	struct buf code = { 0 }, again = { 0 }, once = { 0 }, twice = { 0 };
	struct diags d;
	int ok = compile(text, &code, 0) == 0;

	diags_init(&d);
	if (lang_format(STR("m.map"), text, &once, &d) == 0) {
		HOLDS(lang_format(STR("m.map"), buf_str(&once), &twice,
		    &d) == 0, "formatted, it does not parse");
		HOLDS(str_eq(buf_str(&once), buf_str(&twice)),
		    "formatted twice:\n%.*s\n--\n%.*s", STR_ARG(buf_str(&once)),
		    STR_ARG(buf_str(&twice)));
		HOLDS((compile(buf_str(&once), &again, 1) == 0) == ok,
		    "formatted, it compiles or does not:\n%.*s",
		    STR_ARG(buf_str(&once)));
		HOLDS(str_eq(buf_str(&code), buf_str(&again)),
		    "formatted, it is another program");
	} else {
		HOLDS(d.nerror > 0 && !ok, "it compiles and does not parse");
	}
	diags_fini(&d);
	buf_fini(&code);
	buf_fini(&again);
	buf_fini(&once);
	buf_fini(&twice);
	return 0;
}
