/*
 * Built-ins as mappings call them: every example of the table compiles as it
 * stands and is true.
 */
#include <criterion/criterion.h>

#include "lang/lang.h"
#include "record/layout.h"
#include "vm/builtin.h"
#include "vm/vm.h"

static const char open_schema[] = "{\"type\":\"object\",\"properties\":{"
    "\"text\":{\"type\":\"string\"}},\"additionalProperties\":{\"type\":"
    "\"boolean\"}}";

static int
read_text(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	(void)a;
	(void)e;
	*text = str_eq(path, STR("s.json")) ? str_z(open_schema) :
	    buf_str(arg);
	return 0;
}

/* A rule for each example. */
static size_t
write_map(struct buf *b)
{
	size_t n = 0;

	buf_puts(b, STR("schema s = \"s.json\";\n"
	    "map m (c: s) <-> (h: s) {\n"));
	for (size_t i = 0; i < nbuiltin; i++)
		for (const char *const *e = builtins[i].examples; *e; e++)
			buf_printf(b, "h.x%zu <- try %s else false;\n", n++,
			    *e);
	buf_puts(b, STR("}\n"));
	return n;
}

static struct unit *
compile(struct buf *text)
{
	struct unit *u = NULL;
	struct buf found = { 0 };
	struct diags d;

	diags_init(&d);
	lang_compile(STR("m.map"), read_text, text, NULL, &u, NULL, &d);
	diags_print(&found, &d, 0);
	cr_assert(d.nerror == 0, "%.*s", STR_ARG(buf_str(&found)));
	buf_fini(&found);
	diags_fini(&d);
	return u;
}

Test(lang_builtins, examples_compile_and_are_true)
{
	static const char record[RECORD_PAD + 2] = "{}";
	struct buf text = { 0 };
	size_t n = write_map(&text);
	struct unit *u = compile(&text);
	const struct prog *p = u->maps[0].forward;
	struct vm *vm = vm_new(NULL);
	struct arena a = { 0 };
	struct vm_frame f;
	struct err e = { 0 };

	cr_assert_gt(n, 180);
	cr_assert_eq(vm_map(vm, p, str_from(record, 2), &f, &a, &e), 0, "%s",
	    e.text);
	cr_assert_eq(layout_nslots(p->funcs[0].layout), n);
	for (size_t i = 0; i < n; i++)
		cr_expect(f.out[i].type == V_BOOL && f.out[i].u.i == 1,
		    "%.*s", STR_ARG(p->rule[i].text));
	arena_fini(&a);
	vm_free(vm);
	unit_unref(u);
	buf_fini(&text);
}
