/*
 * Keys of an identity: records that belong together give equal bytes, near
 * misses do not, and what lacks a value has none.
 */
#include <criterion/criterion.h>

#include "lang/lang.h"
#include "vm/unit.h"
#include "vm/vm.h"

static const char schema[] = "{\"type\":\"object\",\"properties\":{"
    "\"t\":{\"type\":[\"string\",\"null\"]},"
    "\"u\":{\"type\":[\"string\",\"null\"]},"
    "\"s\":{\"enum\":[\"a\",\"b\"]},"
    "\"z\":{\"enum\":[\"A\",\"B\",\"C\"]},"
    "\"d\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},"
    "\"i\":{\"type\":[\"integer\",\"null\"]},"
    "\"n\":{\"type\":[\"number\",\"null\"]},"
    "\"o\":{\"type\":\"object\",\"additionalProperties\":"
    "{\"type\":[\"string\",\"null\"]}}}}";

static const char map[] =
    "schema s = \"s.json\";\n"
    "enum stage { a <-> \"A\"; b <-> \"B\"; a <- \"C\"; }\n"
    "map m (c: s) <-> (h: s) {\n"
    "  c.t <-> h.t via email_norm;\n"
    "  c.d <-> h.i via date_ms(\"UTC\");\n"
    "  c.s <-> h.z via stage;\n"
    "  c.n <-> h.u via dec_text(scale: 2);\n"
    "  rest c.o.* <-> h.o.* via prefix(\"x_\");\n"
    "}\n"
    "identity for m {\n"
    "  match (c.t == h.t) when_unlinked;\n"
    "  match (h.i == c.d);\n"
    "  match (c.s == h.z and c.n == h.u);\n"
    "  match (c.i == h.n and casefold(c.u) == lower(h.t));\n"
    "  match (c.o.k ?? c.t == h.o.x_k);\n"
    "  match ((try int(c.u) else int(c.t)) == h.i);\n"
    "}\n";

static int
read_source(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	(void)arg, (void)a, (void)e;
	*text = str_eq(path, STR("m.map")) ? str_from(map, sizeof(map) - 1) :
	    str_from(schema, sizeof(schema) - 1);
	return 0;
}

/* The key of a record as text, empty where it has none. */
static struct str
key_of(struct vm *vm, const struct prog *p, const struct unit_key *k,
    const char *json, struct arena *a)
{
	size_t n = strlen(json);
	char *record = arena_zalloc(a, n + RECORD_PAD);
	struct buf b = { 0 };
	struct vm_frame f;
	struct str s;
	struct err e;
	int rv;

	memcpy(record, json, n);
	/* a record that its map refuses can still be looked for */
	cr_assert_eq(vm_load(vm, p, str_from(record, n), &f, a, &e), 0, "%s",
	    e.text);
	rv = vm_key(vm, p, k, &f, &b, a, &e);
	cr_assert_geq(rv, 0, "%s", e.text);
	cr_assert_eq(rv, b.n > 0);
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

enum { NONE, DIFFER, SAME };

Test(identity, keys)
{
	static const struct {
		unsigned match;
		const char *left, *right;
		int want;
	} cases[] = {
	    /* by the codec of the rule that joins them */
	    { 0, "{\"t\":\"Ann@X.io\"}", "{\"t\":\"ann@x.IO \"}", SAME },
	    { 0, "{\"t\":\"ann@x.io\"}", "{\"t\":\"anna@x.io\"}", DIFFER },
	    { 0, "{\"t\":\"\\u0061nn@x.io\"}", "{\"t\":\"ann@x.io\"}", SAME },
	    { 0, "{\"t\":null}", "{\"t\":null}", NONE },
	    { 0, "{}", "{}", NONE },
	    { 0, "{\"t\":\"\"}", "{\"t\":\"\"}", NONE },
	    { 0, "{\"t\":\"no address\"}", "{\"t\":\"no address\"}", NONE },
	    { 1, "{\"d\":\"2026-03-01\"}", "{\"i\":1772323200000}", SAME },
	    { 1, "{\"d\":\"2026-03-01\"}", "{\"i\":1772236800000}", DIFFER },
	    { 1, "{\"d\":\"2026-03-01\"}", "{\"i\":1772323199999}", NONE },
	    { 1, "{\"d\":\"2026-02-30\"}", "{\"i\":1772323200000}", NONE },
	    /* several at once; a one-way row is what it becomes */
	    { 2, "{\"s\":\"a\",\"n\":1.5}", "{\"z\":\"C\",\"u\":\"1.500\"}",
	      SAME },
	    { 2, "{\"s\":\"a\",\"n\":1.5}", "{\"z\":\"B\",\"u\":\"1.50\"}",
	      DIFFER },
	    { 2, "{\"s\":\"a\",\"n\":1.5}", "{\"z\":\"A\",\"u\":\"1.51\"}",
	      DIFFER },
	    { 2, "{\"s\":\"a\"}", "{\"z\":\"A\",\"u\":\"1\"}", NONE },
	    { 2, "{\"s\":\"x\",\"n\":1}", "{\"z\":\"A\",\"u\":\"1\"}", NONE },
	    /* numbers by value, and where one ends the other begins */
	    { 3, "{\"i\":1,\"u\":\"AB\"}", "{\"n\":1.00,\"t\":\"aB\"}", SAME },
	    { 3, "{\"i\":10,\"u\":\"x\"}", "{\"n\":1e1,\"t\":\"X\"}", SAME },
	    { 3, "{\"i\":1,\"u\":\"0\"}", "{\"n\":10,\"t\":\"\"}", NONE },
	    { 3, "{\"i\":1,\"u\":\"x\"}", "{\"n\":1.0000000000000000001,"
	      "\"t\":\"x\"}", DIFFER },
	    { 3, "{\"u\":\"x\"}", "{\"n\":1,\"t\":\"x\"}", NONE },
	    { 3, "{\"i\":1,\"u\":5}", "{\"n\":1,\"t\":\"x\"}", NONE },
	    /* a field of a rest, which stays one */
	    { 4, "{\"o\":{\"k\":\"1\"}}", "{\"o\":{\"x_k\":\"1\"}}", SAME },
	    { 4, "{\"o\":{},\"t\":\"1\"}", "{\"o\":{\"x_k\":\"1\"}}", SAME },
	    { 4, "{\"o\":{\"k\":\"1\"}}", "{\"o\":{\"x_k\":\"1 \"}}", DIFFER },
	    { 4, "{\"o\":null}", "{\"o\":{\"x_k\":\"1\"}}", NONE },
	    /* what fails has no key */
	    { 5, "{\"u\":\"7\"}", "{\"i\":7}", SAME },
	    { 5, "{\"u\":\"x\",\"t\":\"8\"}", "{\"i\":8}", SAME },
	    { 5, "{\"u\":\"x\",\"t\":\"y\"}", "{\"i\":8}", NONE },
	};
	struct unit *u;
	struct diags d;
	struct vm *vm = vm_new(NULL);
	struct arena a = { 0 };
	const struct unit_identity *id;

	diags_init(&d);
	lang_compile(STR("m.map"), read_source, NULL, NULL, &u, NULL, &d);
	if (u == NULL) {
		struct buf b = { 0 };

		diags_print(&b, &d, 0);
		cr_assert_fail("%.*s", (int)b.n, b.p);
	}
	id = u->maps[0].identity;
	cr_assert_eq(id->nmatch, 6);
	cr_assert_eq(id->ambiguous, AMBIGUOUS_QUARANTINE);
	cr_assert(id->matches[0].when_unlinked);
	cr_assert_not(id->matches[1].when_unlinked);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct unit_match *x = &id->matches[cases[i].match];
		struct str l = key_of(vm, u->maps[0].forward, &x->left,
		    cases[i].left, &a);
		struct str r = key_of(vm, u->maps[0].backward, &x->right,
		    cases[i].right, &a);
		int got = l.n == 0 || r.n == 0 ? NONE :
		    str_eq(l, r) ? SAME : DIFFER;

		cr_expect_eq(got, cases[i].want, "%zu: %.*s and %.*s", i,
		    STR_ARG(l), STR_ARG(r));
		arena_reset(&a);
	}
	arena_fini(&a);
	vm_free(vm);
	unit_unref(u);
	diags_fini(&d);
}
