/*
 * Laws: the same for the same seed, made small, and seen where the compiler's
 * own tables are wrong; what wrong mappings break is in tests/lang/laws.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lang/lang.h"
#include "lang/laws.h"

static const char ours[] = "{\"type\":\"object\",\"properties\":{"
    "\"a\":{\"type\":[\"string\",\"null\"]},"
    "\"b\":{\"type\":[\"string\",\"null\"]},"
    "\"l\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"n\":{\"type\":[\"number\",\"null\"]}}}";

static const char *source;

static int
read_source(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	(void)arg;
	(void)a;
	(void)e;
	*text = str_eq(path, STR("m.map")) ? str_z(source) : str_z(ours);
	return 0;
}

static struct unit *
compile(const char *rules)
{
	static char text[4096];
	struct unit *u = NULL;
	struct diags d;

	snprintf(text, sizeof(text), "schema o = \"o.json\";\n"
	    "map m (c: o) <-> (h: o) {\n%s}\n", rules);
	source = text;
	diags_init(&d);
	cr_assert_eq(lang_compile(STR("m.map"), read_source, NULL, NULL, &u,
	    NULL, &d), 0, "%s: %.*s", rules, d.n ? (int)d.list[0].text.n : 0,
	    d.n ? d.list[0].text.p : "");
	diags_fini(&d);
	return u;
}

static void
report(void *arg, const struct law_report *r)
{
	buf_printf(arg, "%s %.*s: %.*s -> %.*s|", map_law_words[r->law],
	    STR_ARG(r->field), STR_ARG(r->was), STR_ARG(r->is));
}

/* What the laws say of rules; the result in *out. */
static struct buf
run(const struct unit *u, uint32_t samples, uint64_t seed,
    struct laws_result *out)
{
	struct laws_options o = { .samples = samples, .has_seed = 1,
		.seed = seed };
	struct vm *vm = vm_new(NULL);
	struct buf b = { 0 };
	struct err e;

	cr_assert_eq(laws_run(u, &u->maps[0], vm, &o, report, &b, out, &e), 0,
	    "%s", e.text);
	vm_free(vm);
	return b;
}

/* Each is as small as it can be, whatever the seed. */
Test(laws, smallest)
{
	static const struct {
		const char *rules, *report;
	} cases[] = {
		{ "h.a <- c.a via truncate(3); c.a <- h.a;",
		    "getput c.a: \"aaaa\" -> \"aaa\"|" },
		{ "c.a <-> h.a with missing: clear;",
		    "getput c.a: nothing -> null|" },
		{ "h.l <- if len(c.l ?? []) > 2 then [] else c.l;"
		    "c.l <- h.l with null: skip;",
		    "getput c.l: [\"\",\"\",\"\"] -> []|" },
		{ "h.n <- clamp(c.n ?? 0, 0, 7); c.n <- h.n;",
		    "getput c.n: nothing -> 0|" },
		{ "c.a <-> h.a; c.b <-> h.b;", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct unit *u = compile(cases[i].rules);

		for (uint64_t seed = 0; seed < 5; seed++) {
			struct laws_result r;
			struct buf b = run(u, 200, seed, &r);

			cr_expect(str_eq(buf_str(&b),
			    str_z(cases[i].report)), "%s: seed %u: %.*s",
			    cases[i].rules, (unsigned)seed, STR_ARG(b));
			cr_expect_eq(r.samples, 200);
			cr_expect_eq(r.broken, *cases[i].report != '\0');
			buf_fini(&b);
		}
		unit_unref(u);
	}
}

/* A seed gives one result, and other seeds others. */
Test(laws, seeds)
{
	struct unit *u = compile("h.b <- casefold(c.b ?? \"-\"); c.b <- h.b;"
	    "c.a <-> h.a;");
	struct laws_result r;
	struct buf one = run(u, 50, 3, &r), same = run(u, 50, 3, &r);

	cr_assert(one.n > 0);
	cr_assert(str_eq(buf_str(&one), buf_str(&same)));
	buf_fini(&one);
	buf_fini(&same);
	unit_unref(u);
}

/*
 * A rule that does not say what it reads: a patch then holds more than what
 * the changed field feeds.
 */
Test(laws, minimal)
{
	struct unit *u = compile("c.a <-> h.a; h.b <- c.a ?? \"none\";");
	struct prog_rule *rule = (struct prog_rule *)
	    (uintptr_t)&u->maps[0].forward->rule[1];
	struct laws_result r;
	struct buf b = run(u, 200, 1, &r);

	cr_assert_eq(b.n, 0, "%.*s", STR_ARG(b));
	rule->nin = 0;
	b = run(u, 200, 1, &r);
	cr_assert(b.n > 0 && memmem(b.p, b.n, "minimal h.b: ", 13) != NULL,
	    "%.*s", STR_ARG(b));
	buf_fini(&b);
	unit_unref(u);
}

/* What refuses everything says so, and breaks nothing. */
Test(laws, refused)
{
	struct unit *u = compile("h.n <- c.n with missing: error, null: error;"
	    "c.a <-> h.a via iso4217 | e164(\"DE\");");
	struct laws_result r;
	struct buf b = run(u, 30, 1, &r);

	cr_assert_eq(r.samples, 30);
	cr_assert_eq(b.n, 0, "%.*s", STR_ARG(b));
	buf_fini(&b);
	unit_unref(u);
	u = compile("h.a <- \"x\" via iso4217;");
	b = run(u, 30, 1, &r);
	cr_assert_eq(r.refused, 30);
	cr_assert_eq(r.broken, 0);
	cr_assert(memmem(r.refusal.p, r.refusal.n, "iso4217", 7) != NULL);
	buf_fini(&b);
	unit_unref(u);
}
