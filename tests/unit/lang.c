/*
 * What lang/ promises beside its golden files: limits at their edges, where
 * files come from, and what is the same for the same source.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "lang/lang.h"
#include "lang/source.h"

/* Sources in memory, by path. */
struct files {
	const char *path[8];
	struct str text[8];
	unsigned n;
};

static const char ours[] = "{\"type\":\"object\",\"properties\":{\"a\":"
    "{\"type\":\"string\"},\"l\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"string\"}},\"o\":{\"type\":\"object\",\"additionalProperties\":"
    "{\"type\":\"string\"}}}}";

static int
read_files(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct files *f = arg;

	(void)a;
	for (unsigned i = 0; i < f->n; i++)
		if (str_eq(path, str_z(f->path[i]))) {
			*text = f->text[i];
			return 0;
		}
	return err_set(e, ERR_NOINPUT, "there is no %.*s", STR_ARG(path));
}

/* The code of the first finding, 0 when there is none. */
static int
compile_into(const struct files *f, struct unit **u,
    struct lang_sources *sources, struct diags *d)
{
	diags_init(d);
	*u = NULL;
	lang_compile(str_z(f->path[0]), read_files, (void *)f, NULL, u,
	    sources, d);
	return d->n > 0 ? d->list[0].code : 0;
}

static int
compile(const struct files *f, struct unit **u)
{
	struct diags d;
	int code = compile_into(f, u, NULL, &d);

	diags_fini(&d);
	return code;
}

static int
compile_text(struct str text)
{
	struct files f = { { "m.map", "s.json" },
		{ text, { ours, sizeof(ours) - 1 } }, 2 };
	struct unit *u;
	int code = compile(&f, &u);

	cr_assert_eq(u == NULL, code != 0);
	unit_unref(u);
	return code;
}

static const char head[] = "schema s = \"s.json\";\n"
    "map m (c: s) <-> (h: s) {\n";

static struct str
map_of(struct buf *b, const char *body)
{
	buf_reset(b);
	buf_printf(b, "%s%s}\n", head, body);
	return buf_str(b);
}

static void
repeat(struct buf *b, const char *text, unsigned n)
{
	while (n-- > 0)
		buf_puts(b, str_z(text));
}

/* h.l <- ["x{c.a}", …] with n parts, each one register */
static int
list_of(unsigned n, const char *part)
{
	struct buf b = { 0 };
	int code;

	buf_printf(&b, "%sh.l <- [", head);
	repeat(&b, part, n - 1);
	buf_printf(&b, "%.*s];\n}\n", (int)strlen(part) - 1, part);
	code = compile_text(buf_str(&b));
	buf_fini(&b);
	return code;
}

Test(lang, limits_an_expression_to_the_registers)
{
	/* 255 elements: the instruction counts them in 8 bits */
	cr_assert_eq(list_of(255, "c.a ?? \"\","), 0);
	cr_assert_eq(list_of(256, "c.a ?? \"\","), C701);
	/* constants need none */
	cr_assert_eq(list_of(3000, "\"x\","), 0);
}

/* Right-nested calls need a register a level: 64 levels is the depth. */
/* Registers are a stack: 250 elements, then n of a list inside. */
static int
nested(unsigned n)
{
	struct buf b = { 0 };
	int code;

	buf_printf(&b, "%sh.l <- [", head);
	repeat(&b, "c.a ?? \"\",", 250);
	buf_puts(&b, STR("first([c.a"));
	repeat(&b, ",c.a", n - 1);
	buf_puts(&b, STR("]) ?? \"\"];\n}\n"));
	code = compile_text(buf_str(&b));
	buf_fini(&b);
	return code;
}

Test(lang, limits_all_registers_together)
{
	cr_assert_eq(nested(PROG_TEMPS - 250), 0);
	cr_assert_eq(nested(PROG_TEMPS - 250 + 1), C701);
}

Test(lang, limits_the_depth_of_expressions)
{
	struct buf b = { 0 };

	for (unsigned n = 62; n <= 65; n++) {
		buf_reset(&b);
		buf_printf(&b, "fn f(a: bool): bool = ");
		repeat(&b, "not ", n);
		buf_puts(&b, STR("a;"));
		cr_assert_eq(compile_text(buf_str(&b)), n <= 63 ? 0 : C106,
		    "%u", n);
		buf_reset(&b);
		buf_printf(&b, "fn f(a: bool): bool = ");
		repeat(&b, "(", n);
		buf_puts(&b, STR("a"));
		repeat(&b, ")", n);
		buf_putc(&b, ';');
		cr_assert_eq(compile_text(buf_str(&b)), n <= 64 ? 0 : C106,
		    "%u", n);
	}
	/* far beyond, the parser's own stack is not reached either */
	buf_reset(&b);
	buf_puts(&b, STR("fn f(a: bool): bool = "));
	repeat(&b, "(", 100000);
	cr_assert_eq(compile_text(buf_str(&b)), C106);
	buf_reset(&b);
	buf_puts(&b, STR("fn f(a: bool): bool = "));
	repeat(&b, "not if ", 100000);
	cr_assert_neq(compile_text(buf_str(&b)), 0);
	buf_reset(&b);
	buf_puts(&b, STR("param a: "));
	repeat(&b, "list<", 70);
	buf_puts(&b, STR("text"));
	repeat(&b, ">", 70);
	buf_puts(&b, STR(" = [];"));
	cr_assert_eq(compile_text(buf_str(&b)), C106);
	buf_fini(&b);
}

/* n rules, each with a slot of its own on both sides */
static int
slots(unsigned n)
{
	struct buf b = { 0 };
	int code;

	buf_puts(&b, str_z(head));
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "c.o.f%u <-> h.o.f%u;\n", i, i);
	buf_puts(&b, STR("}\n"));
	code = compile_text(buf_str(&b));
	buf_fini(&b);
	return code;
}

Test(lang, limits_a_map_to_the_frame)
{
	/* a plain rule needs an in and an out slot and no temporary */
	cr_assert_eq(slots(PROG_FRAME / 2), 0);
	cr_assert_eq(slots(PROG_FRAME / 2 + 1), C702);
}

Test(lang, limits_a_source)
{
	struct buf b = { 0 };

	buf_puts(&b, STR("param a: text = \"x\";"));
	while (b.n < SOURCE_MAX)
		buf_putc(&b, b.n % 80 ? ' ' : '\n');
	cr_assert_eq(compile_text(buf_str(&b)), 0);
	buf_putc(&b, '\n');
	cr_assert_eq(compile_text(buf_str(&b)), C108);
	buf_fini(&b);
}

Test(lang, limits_a_list_to_what_16_bits_count)
{
	struct buf b = { 0 };

	for (unsigned n = 65535; n <= 65536; n++) {
		buf_reset(&b);
		buf_puts(&b, STR("param a: list<int> = ["));
		repeat(&b, "1,", n - 1);
		buf_puts(&b, STR("1];"));
		cr_assert_eq(compile_text(buf_str(&b)), n == 65535 ? 0 : C109);
	}
	buf_fini(&b);
}

/* Constants are counted in 16 bits, and equal ones are one. */
Test(lang, limits_the_constants)
{
	struct buf b = { 0 };

	for (unsigned n = 40000; n <= 80000; n += 40000) {
		buf_reset(&b);
		buf_puts(&b, STR("connector x { base \"https://x.io\"; "
		    "classify {"));
		for (unsigned i = 0; i < n; i++)
			buf_printf(&b, "status==%u=>ok;", i % 70000);
		buf_puts(&b, STR("} }"));
		if (b.n <= SOURCE_MAX)
			cr_assert_eq(compile_text(buf_str(&b)), 0);
		else
			cr_assert_eq(compile_text(buf_str(&b)), C108);
	}
	buf_fini(&b);
}

Test(lang, stops_after_200_findings)
{
	struct buf b = { 0 }, out = { 0 };
	struct files f = { { "m.map" }, { { 0 } }, 1 };
	struct diags d;
	struct unit *u;

	repeat(&b, "enum a { x <-> ; }\n", 1000);
	f.text[0] = buf_str(&b);
	cr_assert_eq(compile_into(&f, &u, NULL, &d), C101);
	diags_print(&out, &d, 0);
	diags_fini(&d);
	cr_assert_not_null(memmem(out.p, out.n, "stopped after 200", 17));
	buf_fini(&b);
	buf_fini(&out);
}

enum chain { CALLER_FIRST, CALLEE_FIRST, IN_LOOPS, OF_CODECS };

/* f0 calls f1 calls …; functions call each other at most 32 deep */
static int
calls(unsigned n, enum chain how)
{
	struct buf b = { 0 };
	int code;

	if (how != CALLER_FIRST)
		buf_printf(&b, "fn f%u(a: int): int = a;\n", n - 1);
	for (unsigned i = 0; i + 1 < n; i++) {
		unsigned k = how == CALLER_FIRST ? i : n - 2 - i;

		if (how == OF_CODECS)
			buf_printf(&b, "codec f%u { -> : f%u(it); <- : it; "
			    "law: exact; }\n", k, k + 1);
		else if (how == IN_LOOPS)
			buf_printf(&b, "fn f%u(a: int): int = count([a], "
			    "x => f%u(x) == 1);\n", k, k + 1);
		else
			buf_printf(&b, "fn f%u(a: int): int = f%u(a);\n", k,
			    k + 1);
	}
	if (how == CALLER_FIRST)
		buf_printf(&b, "fn f%u(a: int): int = a;\n", n - 1);
	buf_puts(&b, STR("schema s = \"s.json\";\n"
	    "map m (c: s) <-> (h: s) { h.a <- text(f0(1)); }\n"));
	code = compile_text(buf_str(&b));
	buf_fini(&b);
	return code;
}

Test(lang, limits_calls_of_functions)
{
	cr_assert_eq(calls(32, CALLER_FIRST), 0);
	cr_assert_eq(calls(33, CALLER_FIRST), C210);
	cr_assert_eq(calls(5000, CALLER_FIRST), C210);
	cr_assert_eq(calls(32, CALLEE_FIRST), 0);
	cr_assert_eq(calls(33, CALLEE_FIRST), C210);
	/* the body of a loop is a function as well */
	cr_assert_eq(calls(16, IN_LOOPS), 0);
	cr_assert_eq(calls(17, IN_LOOPS), C210);
	cr_assert_eq(calls(32, OF_CODECS), 0);
	cr_assert_eq(calls(33, OF_CODECS), C210);
}

/* The last of n arms says that its field is there. */
static int
facts(unsigned n)
{
	struct buf b = { 0 };
	int code;

	buf_printf(&b, "%sh.a <- match {", head);
	for (unsigned i = 1; i <= n; i++)
		buf_printf(&b, " c.o.f%u == absent => \"\",", i);
	buf_printf(&b, " else => lower(c.o.f%u) };\n}\n", n);
	code = compile_text(buf_str(&b));
	buf_fini(&b);
	return code;
}

Test(lang, limits_what_is_known_of_nil)
{
	cr_assert_eq(facts(256), 0);
	cr_assert_eq(facts(257), C302);
}

/* A guard counts for every rule below it. */
Test(lang, limits_the_instructions)
{
	struct buf b = { 0 };

	buf_printf(&b, "%swhen \"\" in [", head);
	for (unsigned i = 0; i < 250; i++)
		buf_printf(&b, "\"{c.a ?? \"\"}\",");
	buf_puts(&b, STR("\"\"] {\n"));
	for (unsigned i = 0; i < 2000; i++)
		buf_printf(&b, "h.o.f%u <- \"x\";\n", i);
	buf_puts(&b, STR("}\n}\n"));
	cr_assert_eq(compile_text(buf_str(&b)), C705);
	buf_fini(&b);
}

/* Nothing here takes more than linear time, or stops at a limit. */
Test(lang, bears_what_is_large, .timeout = 60)
{
	static const struct {
		const char *begin, *part, *end;
		int code;
	} cases[] = {
		{ "enum e {", "a%u <-> \"%u\";", "else -> error;}", 0 },
		{ "fn f(", "p%u: text = \"%u\",", "z: int): int = z;", C109 },
		{ "param p: record = {", "p%u: %u,", "z: 1};", C701 },
		{ "param p: list<text> = [", "\"p%u %u\",", "\"\"];", 0 },
		{ "schema s = \"s.json\"; map m (c: s) <-> (h: s) {",
		    "c.o.p%u <-> h.o.q%u;", "}", C702 },
		{ "schema s = \"s.json\"; map m (c: s) <-> (h: s) {"
		    "c.a <-> h.a with ", "p%u: %u,", "lossy; }", C109 },
		{ "connector x { base \"b\"; classify { else => ok; }",
		    "budget b%u { fixed 1 per %us; }", "}", C109 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = { 0 };

		buf_puts(&b, str_z(cases[i].begin));
		for (unsigned k = 1; k <= 60000 &&
		    b.n < SOURCE_MAX - 100; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			buf_printf(&b, cases[i].part, k, k);
#pragma GCC diagnostic pop
		}
		buf_puts(&b, str_z(cases[i].end));
		cr_assert_leq(b.n, SOURCE_MAX);
		cr_assert_eq(compile_text(buf_str(&b)), cases[i].code, "%zu",
		    i);
		buf_fini(&b);
	}
}

Test(lang, finds_files_beside_the_one_that_names_them)
{
	struct files f = {
		{ "maps/a/m.map", "lib/common.map", "lib/deep/more.map",
		    "schemas/s.json" },
		{
		    STR("use \"../../lib/./common.map\" as lib;\n"
			"schema s = \"../../schemas/s.json\";\n"
			"map m (c: s) <-> (h: s) {\n"
			"  h.a <- lib.up(c.a ?? \"\");\n}\n"),
		    STR("use \"deep/more.map\" as more;\n"
			"fn up(t: text): text = more.up(t);\n"),
		    STR("fn up(t: text): text = upper(t);\n"),
		    { ours, sizeof(ours) - 1 },
		}, 4 };
	static const char *const order[] = { "maps/a/m.map",
		"lib/common.map", "lib/deep/more.map", "schemas/s.json" };
	struct lang_sources sources;
	struct diags d;
	struct unit *u;

	cr_assert_eq(compile_into(&f, &u, &sources, &d), 0);
	cr_assert_eq(sources.n, COUNT(order));
	for (size_t i = 0; i < COUNT(order); i++)
		cr_assert(str_eq(sources.list[i].path, str_z(order[i])), "%s",
		    order[i]);
	cr_assert_eq(u->nmap, 1);
	cr_assert_not_null(unit_map(u, STR("m")));
	unit_unref(u);
	diags_fini(&d);
}

/* What schemas refer to is part of what a publish stores. */
Test(lang, follows_the_references_of_schemas)
{
	struct files f = {
		{ "m.map", "../s/here.json", "../s/deep/there.json",
		    "../s/text.json" },
		{
		    STR("schema s = \"../s/here.json\";\n"
			"map m (c: s) <-> (h: s) { c.a <-> h.a; }\n"),
		    STR("{\"properties\":{\"a\":"
			"{\"$ref\":\"deep/there.json\"}}}"),
		    STR("{\"$id\":\"https://x.example/y/deep/t.json\","
			"\"$ref\":\"../text.json#/$defs/t\"}"),
		    STR("{\"$defs\":{\"t\":{\"type\":\"string\"}}}"),
		}, 4 };
	struct lang_sources sources;
	unsigned char digest[16];
	struct diags d;
	struct unit *u;

	cr_assert_eq(compile_into(&f, &u, &sources, &d), 0, "%.*s",
	    STR_ARG(d.list[0].text));
	cr_assert_eq(sources.n, f.n);
	for (size_t i = 0; i < f.n; i++)
		cr_assert(str_eq(sources.list[i].path, str_z(f.path[i])));
	memcpy(digest, u->digest, 16);
	unit_unref(u);
	diags_fini(&d);

	f.text[3] = STR("{\"$defs\":{\"t\":{\"type\":[\"string\"]}}}");
	cr_assert_eq(compile(&f, &u), 0);
	cr_assert_neq(memcmp(digest, u->digest, 16), 0);
	unit_unref(u);
	f.n = 3;
	cr_assert_eq(compile(&f, &u), C204);
}

Test(lang, gives_the_sources_even_of_what_does_not_compile)
{
	struct files f = { { "m.map", "s.json" }, { STR("schema s = "
	    "\"s.json\"; enum x {"), { ours, sizeof(ours) - 1 } }, 2 };
	struct lang_sources sources;
	struct diags d;
	struct unit *u;

	cr_assert_eq(compile_into(&f, &u, &sources, &d), C101);
	cr_assert_null(u);
	cr_assert_eq(sources.n, 2);
	diags_fini(&d);
}

static void
digest_of(const char *body, unsigned char out[16])
{
	struct buf b = { 0 };
	struct files f = { { "m.map", "s.json" },
		{ { 0 }, { ours, sizeof(ours) - 1 } }, 2 };
	struct unit *u;

	f.text[0] = map_of(&b, body);
	cr_assert_eq(compile(&f, &u), 0);
	memcpy(out, u->digest, 16);
	unit_unref(u);
	buf_fini(&b);
}

Test(lang, gives_the_same_sources_the_same_digest)
{
	unsigned char a[16], b[16], c[16];

	digest_of("c.a <-> h.a;", a);
	digest_of("c.a <-> h.a;", b);
	digest_of("c.a <-> h.a; ", c);
	cr_assert_arr_eq(a, b, 16);
	cr_assert_neq(memcmp(a, c, 16), 0);
}

/* Every instruction of a program has the place it was written at. */
Test(lang, knows_the_place_of_every_instruction)
{
	struct buf b = { 0 };
	struct files f = { { "m.map", "s.json" },
		{ { 0 }, { ours, sizeof(ours) - 1 } }, 2 };
	const struct prog *p;
	struct unit *u;

	f.text[0] = map_of(&b, "  c.a <-> h.a;\n  h.o.x <-\n    upper(\n"
	    "      c.o.y ?? \"-\");\n");
	cr_assert_eq(compile(&f, &u), 0);
	p = u->maps[0].forward;
	for (uint32_t pc = 0; pc < p->ncode; pc++) {
		cr_assert(p->pos[pc].line >= 2 && p->pos[pc].line <= 7);
		cr_assert(p->pos[pc].col >= 1);
		cr_assert(str_eq(p->files[p->pos[pc].file], STR("m.map")));
	}
	cr_assert_eq(p->nrule, 2);
	cr_assert_eq(p->rule[1].pos.line, 4);
	cr_assert(str_eq(p->rule[1].text,
	    STR("h.o.x <- upper( c.o.y ?? \"-\")")));
	cr_assert_eq(p->rule[1].nin, 1);
	cr_assert(str_eq(p->in[p->rule[1].in[0]].path, STR("o.y")));
	cr_assert(str_eq(p->out[p->rule[1].out[0]].path, STR("o.x")));
	unit_unref(u);
	buf_fini(&b);
}

Test(lang, shows_findings_in_the_order_of_the_file)
{
	struct buf b = { 0 };
	struct files f = { { "m.map", "s.json" },
		{ { 0 }, { ours, sizeof(ours) - 1 } }, 2 };
	struct diags d;
	struct unit *u;

	f.text[0] = map_of(&b, "h.zz <- c.a;\nc.a <-> h.l;\nc.yy <-> h.a;\n");
	diags_init(&d);
	cr_assert_eq(lang_compile(STR("m.map"), read_files, &f, NULL, &u, NULL,
	    &d),
	    -1);
	cr_assert_eq(d.n, 3);
	for (size_t i = 1; i < d.n; i++)
		cr_assert_gt(d.list[i].at[0].line, d.list[i - 1].at[0].line);
	diags_fini(&d);
	buf_fini(&b);
}

Test(lang, formats_nothing_that_does_not_parse)
{
	static const char *const bad[] = { "enum a { x <-> ; }", "enum a {",
		"\xff", "enum a { x <-> \"1; }" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct buf out = { 0 };
		struct diags d;

		diags_init(&d);
		cr_assert_eq(lang_format(STR("m.map"), str_z(bad[i]), &out,
		    &d), -1);
		cr_assert_gt(d.nerror, 0);
		cr_assert_eq(out.n, 0);
		diags_fini(&d);
		buf_fini(&out);
	}
}

Test(lang, formats)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "", "" },
		{ "# only\n\n\n# comments", "# only\n\n# comments\n" },
		{ "enum  a{x<->\"1\";longer->\"2\";z<-\"3\" ; }",
		    "enum a { x <-> \"1\"; longer -> \"2\"; z <- \"3\"; }\n" },
		{ "enum a{\nx<->\"1\"; # c\nlonger->\"2\";\n\n\n\nz<-\"3\"; }",
		    "enum a {\n  x      <-> \"1\";  # c\n"
		    "  longer  -> \"2\";\n\n  z <- \"3\";\n}\n" },
		{ "fn f(a:list<text>?,b:int=-1):text=if a==null then\"x\""
		    "else(\"{g(b,-b - 1)}y\");",
		    "fn f(a: list<text>?, b: int = -1): text = if a == null "
		    "then \"x\" else (\"{g(b, -b - 1)}y\");\n" },
		{ "param a:text=\n\"x\"\n;\n",
		    "param a: text =\n    \"x\";\n" },
		{ "map m(c:s)<->(h:t){c.{a,b}<->h.x via j(\" \")|k with lossy,"
		    "own:left;\nrest c.o.*<->h.*;}",
		    "map m (c: s) <-> (h: t) {\n  c.{a, b} <-> h.x via "
		    "j(\" \") | k with lossy, own: left;\n"
		    "  rest c.o.* <-> h.*;\n}\n" },
		{ "test \"t\" for m {\ngiven c={\na:[1,\n2],\nb:{}};}",
		    "test \"t\" for m {\n  given c = {\n    a: [1,\n"
		    "      2],\n    b: {} };\n}\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = { 0 };
		struct diags d;

		diags_init(&d);
		cr_assert_eq(lang_format(STR("m.map"), str_z(cases[i].from),
		    &out, &d), 0, "%s", cases[i].from);
		cr_assert(str_eq(buf_str(&out), str_z(cases[i].to)),
		    "\n%s-- became\n%.*s-- and not\n%s", cases[i].from,
		    STR_ARG(buf_str(&out)), cases[i].to);
		diags_fini(&d);
		buf_fini(&out);
	}
}

Test(lang, explains_every_code)
{
	for (size_t i = 0; i < nlang_codes; i++) {
		const char *title, *text;

		text = diag_explain(lang_codes[i].number, &title);
		cr_assert(text != NULL && title[0] != '\0');
		for (size_t k = i + 1; k < nlang_codes; k++)
			cr_assert_neq(lang_codes[i].number,
			    lang_codes[k].number);
	}
	cr_assert_null(diag_explain(100, &(const char *){ NULL }));
}
