/*
 * The three-way merge: every cell of the table of states under every policy,
 * what a first meeting does, and that a merge of what a merge made changes
 * nothing.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "lang/lang.h"
#include "vm/merge.h"

struct rig {
	struct unit *unit;
	const struct unit_map *map;
	struct vm *vm;
	struct arena a;
};

static const char left_schema[] = "{\"type\":\"object\",\"properties\":{"
    "\"a\":{\"type\":[\"string\",\"null\"]},"
    "\"b\":{\"type\":[\"string\",\"null\"]},"
    "\"n\":{\"type\":[\"number\",\"null\"]},"
    "\"at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
    "\"stage\":{\"enum\":[\"lead\",\"won\",null]},"
    "\"kind\":{\"enum\":[\"one\",\"two\"]},"
    "\"tags\":{\"type\":[\"array\",\"null\"],\"items\":{\"type\":"
    "\"string\"}},"
    "\"mails\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"properties\":{\"to\":{\"type\":\"string\"},\"as\":{\"type\":"
    "[\"string\",\"null\"]},\"on\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"object\",\"properties\":{\"day\":{\"type\":\"string\"},\"at\":{"
    "\"type\":\"string\"}}}}}}},"
    "\"phones\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"properties\":{\"kind\":{\"type\":\"string\"},\"no\":{\"type\":"
    "\"string\"}}}},"
    "\"custom\":{\"type\":\"object\",\"additionalProperties\":{\"type\":"
    "[\"string\",\"null\"]}}}}";
static const char right_schema[] = "{\"type\":\"object\",\"properties\":{"
    "\"A\":{\"type\":[\"string\",\"null\"]},"
    "\"B\":{\"type\":[\"string\",\"null\"]},"
    "\"C\":{\"type\":[\"string\",\"null\"]},"
    "\"N\":{\"type\":[\"string\",\"null\"]},"
    "\"at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
    "\"stage\":{\"type\":[\"string\",\"null\"]},"
    "\"tags\":{\"type\":[\"array\",\"null\"],\"items\":{\"type\":"
    "\"string\"}},"
    "\"mails\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"properties\":{\"value\":{\"type\":\"string\"},\"label\":{\"type\":"
    "[\"string\",\"null\"]},\"own\":{\"type\":\"string\"},\"days\":{"
    "\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"date\":{\"type\":\"string\"},\"time\":{\"type\":\"string\"},"
    "\"by\":{\"type\":\"string\"}}}}}}},"
    "\"full\":{\"type\":\"string\"},"
    "\"kind\":{\"enum\":[\"one\",\"two\"]},"
    "\"home\":{\"type\":[\"string\",\"null\"]},"
    "\"mobile\":{\"type\":[\"string\",\"null\"]},"
    "\"more\":{\"type\":\"object\",\"additionalProperties\":{\"type\":"
    "[\"string\",\"null\"]}}}}";

struct text {
	const char *map;
};

static int
read_file(void *arg, struct str path, struct str *text, struct arena *a,
    struct err *e)
{
	const struct text *t = arg;

	(void)a;
	if (str_eq(path, STR("l.json")))
		*text = str_z(left_schema);
	else if (str_eq(path, STR("r.json")))
		*text = str_z(right_schema);
	else if (str_eq(path, STR("m.map")))
		*text = str_z(t->map);
	else
		return err_set(e, ERR_NOINPUT, "no file");
	return 0;
}

static void
setup(struct rig *r, const char *rules)
{
	struct buf b = { 0 }, out = { 0 };
	struct diags d;
	struct text t;

	buf_printf(&b, "schema l = \"l.json\";\nschema r = \"r.json\";\n"
	    "enum stages { \"lead\" <-> \"L\"; \"won\" <-> \"W\"; "
	    "else <- keep; }\n"
	    "map m (c: l) <-> (h: r) {\n%s\n}\n", rules);
	buf_putc(&b, '\0');
	t.map = b.p;
	*r = (struct rig){ .vm = vm_new(NULL) };
	diags_init(&d);
	if (lang_compile(STR("m.map"), read_file, &t, NULL, &r->unit, NULL,
	    &d) != 0) {
		diags_print(&out, &d, 0);
		cr_assert(0, "%.*s", (int)out.n, out.p);
	}
	diags_fini(&d);
	buf_fini(&b);
	r->map = &r->unit->maps[0];
}

static void
teardown(struct rig *r)
{
	arena_fini(&r->a);
	vm_free(r->vm);
	unit_unref(r->unit);
}

/* A record with the bytes that readers want behind it. */
static struct str
padded(struct rig *r, struct str s)
{
	char *p = arena_zalloc(&r->a, s.n + RECORD_PAD);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return str_from(p, s.n);
}

static struct str
record(struct rig *r, const char *json)
{
	return json == NULL ? (struct str){ 0 } : padded(r, str_z(json));
}

static struct merge_in
input(struct rig *r, const char *ours, const char *theirs, const char *base)
{
	return (struct merge_in){ .ours = record(r, ours),
		.theirs = record(r, theirs), .base = record(r, base),
		.ours_at = MERGE_NO_TIME, .theirs_at = MERGE_NO_TIME };
}

static void
run(struct rig *r, const struct merge_in *in, struct merge *m)
{
	struct err e;

	if (vm_merge(r->vm, r->map, in, m, &r->a, &e) != 0)
		cr_assert(0, "ours %.*s theirs %.*s base %.*s: %s",
		    STR_ARG(in->ours), STR_ARG(in->theirs),
		    STR_ARG(in->base), e.text);
}

static int
is(struct str s, const char *want)
{
	return str_eq(s, str_z(want ? want : ""));
}

/* ---- by hand ---- */

struct row {
	const char *rules;
	const char *ours, *theirs, *base;
	const char *to_them, *to_us, *agreed;
};

static void
check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *x = &rows[i];
		struct merge_in in;
		struct merge m;
		struct rig r;

		setup(&r, x->rules);
		in = input(&r, x->ours, x->theirs, x->base);
		run(&r, &in, &m);
		cr_expect(is(m.to_them, x->to_them) &&
		    is(m.to_us, x->to_us) && is(m.base, x->agreed),
		    "row %zu: %s\n ours %s theirs %s base %s\n"
		    " to them %.*s\n to us   %.*s\n base    %.*s", i,
		    x->rules, x->ours, x->theirs, x->base, STR_ARG(m.to_them),
		    STR_ARG(m.to_us), STR_ARG(m.base));
		teardown(&r);
	}
}

#define PLAIN "c.a <-> h.A;"

Test(merge, writes_what_one_side_changed)
{
	static const struct row rows[] = {
		{ PLAIN, "{\"a\":\"x\"}", "{\"A\":\"x\"}", "{\"A\":\"x\"}",
		    "", "", "{\"A\":\"x\"}" },
		{ PLAIN, "{\"a\":\"y\"}", "{\"A\":\"x\"}", "{\"A\":\"x\"}",
		    "{\"A\":\"y\"}", "", "{\"A\":\"y\"}" },
		{ PLAIN, "{\"a\":\"x\"}", "{\"A\":\"y\"}", "{\"A\":\"x\"}",
		    "", "{\"a\":\"y\"}", "{\"A\":\"y\"}" },
		{ PLAIN, "{\"a\":\"y\"}", "{\"A\":\"y\"}", "{\"A\":\"x\"}",
		    "", "", "{\"A\":\"y\"}" },
		{ PLAIN, "{\"a\":\"y\"}", "{\"A\":\"z\"}", "{\"A\":\"x\"}",
		    "{\"A\":\"y\"}", "", "{\"A\":\"y\"}" },
		/* null clears, absent leaves, "" is a value */
		{ PLAIN, "{\"a\":null}", "{\"A\":\"x\"}", "{\"A\":\"x\"}",
		    "{\"A\":null}", "", "{\"A\":null}" },
		{ PLAIN, "{}", "{\"A\":\"x\"}", "{\"A\":\"x\"}",
		    "", "", "{\"A\":\"x\"}" },
		{ PLAIN, "{\"a\":\"\"}", "{\"A\":null}", "{\"A\":null}",
		    "{\"A\":\"\"}", "", "{\"A\":\"\"}" },
		{ PLAIN, "{\"a\":\"x\"}", "{\"A\":null}", "{\"A\":\"x\"}",
		    "", "{\"a\":null}", "{\"A\":null}" },
		/* one side unknown: it is as it was */
		{ PLAIN, "{\"a\":\"y\"}", NULL, "{\"A\":\"x\"}",
		    "{\"A\":\"y\"}", "", "{\"A\":\"y\"}" },
		{ PLAIN, NULL, "{\"A\":\"y\"}", "{\"A\":\"x\"}",
		    "", "{\"a\":\"y\"}", "{\"A\":\"y\"}" },
		/* one side is made, and nothing of it is null */
		{ PLAIN " c.b <-> h.B; h.C <- \"k\" with create only;",
		    "{\"a\":\"y\",\"b\":null}", NULL, NULL,
		    "{\"A\":\"y\",\"C\":\"k\"}", "",
		    "{\"A\":\"y\",\"B\":null,\"C\":\"k\"}" },
		{ PLAIN " c.b <-> h.B;", NULL,
		    "{\"A\":\"y\",\"B\":null}", NULL,
		    "", "{\"a\":\"y\"}", "{\"A\":\"y\",\"B\":null}" },
	};

	check_rows(rows, COUNT(rows));
}

Test(merge, meets_without_clearing)
{
	static const struct row rows[] = {
		{ PLAIN, "{\"a\":\"x\"}", "{\"A\":\"x\"}", NULL,
		    "", "", "{\"A\":\"x\"}" },
		{ PLAIN, "{\"a\":\"x\"}", "{\"A\":\"y\"}", NULL,
		    "{\"A\":\"x\"}", "", "{\"A\":\"x\"}" },
		{ PLAIN, "{\"a\":null}", "{\"A\":\"y\"}", NULL,
		    "", "{\"a\":\"y\"}", "{\"A\":\"y\"}" },
		{ "c.a <-> h.A with own: right;", "{\"a\":\"x\"}",
		    "{\"A\":null}", NULL, "{\"A\":\"x\"}", "",
		    "{\"A\":\"x\"}" },
		{ "c.a <-> h.A with own: manual;", "{\"a\":\"x\"}",
		    "{\"A\":\"y\"}", NULL, "", "", "{}" },
		{ "c.a <-> h.A with own: manual;", "{}",
		    "{\"A\":\"y\"}", NULL, "", "{\"a\":\"y\"}",
		    "{\"A\":\"y\"}" },
		/* what only the way back makes null clears nothing either */
		{ "c.n <-> h.N via dec_text(scale: 1) with own: right;",
		    "{\"n\":5}", "{\"N\":\"\"}", NULL,
		    "{\"N\":\"5.0\"}", "", "{\"N\":\"5.0\"}" },
		{ "c.a <-> h.A with group: g; c.b <-> h.B with group: g, "
		    "own: right;", "{\"a\":\"x\"}",
		    "{\"A\":\"y\",\"B\":null}", NULL, "",
		    "{\"a\":\"y\"}", "{\"A\":\"y\",\"B\":null}" },
		/* of a group what the winner has not comes from the other */
		{ "c.a <-> h.A with group: g; c.b <-> h.B with group: g;",
		    "{\"a\":\"x\",\"b\":null}", "{\"A\":\"y\",\"B\":\"z\"}",
		    NULL, "{\"A\":\"x\"}", "{\"b\":\"z\"}",
		    "{\"A\":\"x\",\"B\":\"z\"}" },
	};

	check_rows(rows, COUNT(rows));
}

Test(merge, decides_groups_as_one)
{
	static const struct row rows[] = {
		/* ours changed one, theirs the other: one side for both */
		{ "c.a <-> h.A with group: g; c.b <-> h.B with group: g;",
		    "{\"a\":\"1\",\"b\":\"x\"}", "{\"A\":\"x\",\"B\":\"2\"}",
		    "{\"A\":\"x\",\"B\":\"x\"}", "{\"A\":\"1\",\"B\":\"x\"}",
		    "", "{\"A\":\"1\",\"B\":\"x\"}" },
		{ "c.a <-> h.A with group: g; c.b <-> h.B with group: g, "
		    "own: right;",
		    "{\"a\":\"1\",\"b\":\"x\"}", "{\"A\":\"x\",\"B\":\"2\"}",
		    "{\"A\":\"x\",\"B\":\"x\"}", "",
		    "{\"a\":\"x\",\"b\":\"2\"}", "{\"A\":\"x\",\"B\":\"2\"}" },
		{ "c.a <-> h.A with group: g; c.b <-> h.B with group: g, "
		    "own: manual;",
		    "{\"a\":\"1\",\"b\":\"x\"}", "{\"A\":\"x\",\"B\":\"2\"}",
		    "{\"A\":\"x\",\"B\":\"x\"}", "", "",
		    "{\"A\":\"x\",\"B\":\"x\"}" },
		/* apart, both would be taken */
		{ "c.a <-> h.A; c.b <-> h.B;",
		    "{\"a\":\"1\",\"b\":\"x\"}", "{\"A\":\"x\",\"B\":\"2\"}",
		    "{\"A\":\"x\",\"B\":\"x\"}", "{\"A\":\"1\"}",
		    "{\"b\":\"2\"}", "{\"A\":\"1\",\"B\":\"2\"}" },
		/* what is absent says nothing */
		{ "c.a <-> h.A with group: g; c.b <-> h.B with group: g;",
		    "{\"a\":\"x\"}", "{\"A\":\"y\",\"B\":\"z\"}",
		    "{\"A\":\"x\",\"B\":\"z\"}", "", "{\"a\":\"y\",\"b\":"
		    "\"z\"}", "{\"A\":\"y\",\"B\":\"z\"}" },
	};

	check_rows(rows, COUNT(rows));
}

Test(merge, asks_the_owner)
{
#define RULE(field, own) field " with own: " own ";"
#define A(own) RULE("c.a <-> h.A", own)
	static const struct row rows[] = {
		{ A("right"), "{\"a\":\"y\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "", "{\"a\":\"z\"}", "{\"A\":\"z\"}" },
		{ A("fill"), "{\"a\":\"y\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "", "", "{\"A\":\"x\"}" },
		{ A("fill"), "{\"a\":null}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "", "{\"a\":\"z\"}", "{\"A\":\"z\"}" },
		{ A("fill"), "{\"a\":\"y\"}", "{\"A\":null}",
		    "{\"A\":\"x\"}", "{\"A\":\"y\"}", "", "{\"A\":\"y\"}" },
		/* by the number, not by the text that the right side has */
		{ RULE("c.n <-> h.N via dec_text(scale: 1)", "max"),
		    "{\"n\":9}", "{\"N\":\"10.0\"}", "{\"N\":\"1.0\"}",
		    "", "{\"n\":10.0}", "{\"N\":\"10.0\"}" },
		{ RULE("c.n <-> h.N via dec_text(scale: 1)", "min"),
		    "{\"n\":9}", "{\"N\":\"10.0\"}", "{\"N\":\"1.0\"}",
		    "{\"N\":\"9.0\"}", "", "{\"N\":\"9.0\"}" },
		/* by the instant, not by the text */
		{ RULE("c.at <-> h.at", "max"),
		    "{\"at\":\"2026-01-01T10:00:00+05:00\"}",
		    "{\"at\":\"2026-01-01T09:00:00Z\"}", "{}", "",
		    "{\"at\":\"2026-01-01T09:00:00Z\"}",
		    "{\"at\":\"2026-01-01T09:00:00Z\"}" },
		{ RULE("c.n <-> h.N via dec_text(scale: 1)", "max"),
		    "{\"n\":null}", "{\"N\":\"3.0\"}", "{\"N\":\"9.0\"}",
		    "", "{\"n\":3.0}", "{\"N\":\"3.0\"}" },
		{ RULE("c.tags <-> h.tags", "union"),
		    "{\"tags\":[\"a\",\"b\"]}", "{\"tags\":[\"a\",\"c\"]}",
		    "{\"tags\":[\"a\"]}", "{\"tags\":[\"a\",\"b\",\"c\"]}",
		    "{\"tags\":[\"a\",\"b\",\"c\"]}",
		    "{\"tags\":[\"a\",\"b\",\"c\"]}" },
		{ RULE("c.tags <-> h.tags", "union"),
		    "{\"tags\":[\"a\",\"b\"]}", "{\"tags\":[\"b\"]}",
		    "{\"tags\":[\"a\"]}", "{\"tags\":[\"a\",\"b\"]}", "",
		    "{\"tags\":[\"a\",\"b\"]}" },
		{ A("expr(\"{base ?? \"\"}+{ours ?? \"\"}+{theirs ?? \"\"}\")"),
		    "{\"a\":\"y\"}", "{\"A\":\"z\"}", "{\"A\":\"x\"}",
		    "{\"A\":\"x+y+z\"}", "{\"a\":\"x+y+z\"}",
		    "{\"A\":\"x+y+z\"}" },
		{ A("expr(absent)"), "{\"a\":\"y\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "", "", "{\"A\":\"x\"}" },
		{ A("expr(null)"), "{\"a\":\"y\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "{\"A\":null}", "{\"a\":null}",
		    "{\"A\":null}" },
		{ A("expr(theirs)"), "{\"a\":\"y\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "", "{\"a\":\"z\"}", "{\"A\":\"z\"}" },
		/* the map's default, and a field that says otherwise */
		{ "on conflict right; c.a <-> h.A; c.b <-> h.B with own: "
		    "left;", "{\"a\":\"y\",\"b\":\"y\"}",
		    "{\"A\":\"z\",\"B\":\"z\"}", "{\"A\":\"x\",\"B\":\"x\"}",
		    "{\"B\":\"y\"}", "{\"a\":\"z\"}",
		    "{\"A\":\"z\",\"B\":\"y\"}" },
	};

	check_rows(rows, COUNT(rows));
}

Test(merge, compares_in_canonical_form)
{
	static const struct row rows[] = {
		/* they wrote our value in their way: no change */
		{ "c.a <-> h.A via email_norm;", "{\"a\":\"a@x.io\"}",
		    "{\"A\":\"A@X.io\"}", "{\"A\":\"a@x.io\"}", "", "",
		    "{\"A\":\"a@x.io\"}" },
		/* so ours is not in conflict with it */
		{ "c.a <-> h.A via email_norm with own: right;",
		    "{\"a\":\"b@x.io\"}", "{\"A\":\"A@X.io\"}",
		    "{\"A\":\"a@x.io\"}", "{\"A\":\"b@x.io\"}", "",
		    "{\"A\":\"b@x.io\"}" },
		/* a base that was learned from a reply */
		{ "c.a <-> h.A via email_norm;", "{\"a\":\"a@x.io\"}",
		    "{\"A\":\"A@X.io\"}", "{\"A\":\"A@X.io\"}", "", "",
		    "{\"A\":\"a@x.io\"}" },
		{ "c.a <-> h.A via email_norm;", "{\"a\":\"a@x.io\"}",
		    NULL, "{\"A\":\"A@X.io\"}", "", "",
		    "{\"A\":\"a@x.io\"}" },
		{ "c.n <-> h.N via dec_text(scale: 2);", "{\"n\":1.5}",
		    "{\"N\":\"1.5\"}", "{\"N\":\"1.50\"}", "", "",
		    "{\"N\":\"1.50\"}" },
		/* what the way back keeps is not ours, nor a change of ours */
		{ "c.stage <-> h.stage via stages;", "{\"stage\":\"lead\"}",
		    "{\"stage\":\"other\"}", "{\"stage\":\"L\"}", "", "",
		    "{\"stage\":\"L\"}" },
		{ "c.stage <-> h.stage via stages;", "{\"stage\":\"won\"}",
		    "{\"stage\":\"other\"}", "{\"stage\":\"L\"}",
		    "{\"stage\":\"W\"}", "", "{\"stage\":\"W\"}" },
	};

	check_rows(rows, COUNT(rows));
}

Test(merge, goes_one_way)
{
	static const struct row rows[] = {
		/* what they made of what only goes is theirs */
		{ "h.A <- c.a;", "{\"a\":\"x\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "", "", "{\"A\":\"x\"}" },
		{ "h.A <- c.a;", "{\"a\":\"y\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}", "{\"A\":\"y\"}", "", "{\"A\":\"y\"}" },
		/* what only comes is as theirs has it */
		{ "c.a <- h.A;", "{\"a\":\"x\"}", "{\"A\":\"z\"}", "{}",
		    "", "{\"a\":\"z\"}", "{}" },
		{ "c.a <- h.A;", "{\"a\":\"x\"}", NULL, "{}", "", "", "{}" },
		{ "c.a <- h.A;", "{\"a\":\"x\"}", "{\"A\":null}", NULL,
		    "", "", "{}" },
		{ "c.a <-> h.A via html_text with lossy, own: right;",
		    "{\"a\":\"x\"}", "{\"A\":\"<b>z</b>\"}", "{}", "",
		    "{\"a\":\"z\"}", "{}" },
		{ "c.a <-> h.A via html_text with lossy, own: left;",
		    "{\"a\":\"x\"}", "{\"A\":\"z\"}", "{\"A\":\"x\"}", "", "",
		    "{\"A\":\"x\"}" },
		/* a pair is decided as one */
		{ "h.A <- upper(c.a ?? \"\"); c.a <- lower(h.A ?? \"\");",
		    "{\"a\":\"y\"}", "{\"A\":\"X\"}", "{\"A\":\"X\"}",
		    "{\"A\":\"Y\"}", "", "{\"A\":\"Y\"}" },
		{ "h.A <- upper(c.a ?? \"\"); c.a <- lower(h.A ?? \"\");",
		    "{\"a\":\"x\"}", "{\"A\":\"Y\"}", "{\"A\":\"X\"}",
		    "", "{\"a\":\"y\"}", "{\"A\":\"Y\"}" },
		/* what depends on what comes is sent at once */
		{ PLAIN " h.B <- upper(c.a ?? \"\");", "{\"a\":\"x\"}",
		    "{\"A\":\"y\",\"B\":\"X\"}",
		    "{\"A\":\"x\",\"B\":\"X\"}", "{\"B\":\"Y\"}",
		    "{\"a\":\"y\"}", "{\"A\":\"y\",\"B\":\"Y\"}" },
		/* written when a record is made */
		{ "c.a <-> h.A with create only;", "{\"a\":\"y\"}",
		    "{\"A\":\"x\"}", "{\"A\":\"x\"}", "", "",
		    "{\"A\":\"x\"}" },
	};

	check_rows(rows, COUNT(rows));
}

#define REST "rest c.custom.* <-> h.more.* except (id) via prefix(\"x_\")"

Test(merge, decides_members_of_a_rest)
{
	static const struct row rows[] = {
		{ REST ";", "{\"custom\":{\"p\":\"1\",\"q\":\"q\"}}",
		    "{\"more\":{\"x_p\":\"p\",\"x_q\":\"2\",\"y\":\"?\"}}",
		    "{\"more\":{\"x_p\":\"p\",\"x_q\":\"q\"}}",
		    "{\"more\":{\"x_p\":\"1\"}}", "{\"custom\":{\"q\":\"2\"}}",
		    "{\"more\":{\"x_p\":\"1\",\"x_q\":\"2\"}}" },
		{ REST " with own: right;", "{\"custom\":{\"p\":\"1\"}}",
		    "{\"more\":{\"x_p\":\"2\"}}", "{\"more\":{\"x_p\":\"p\"}}",
		    "", "{\"custom\":{\"p\":\"2\"}}",
		    "{\"more\":{\"x_p\":\"2\"}}" },
		{ REST " with own: manual;", "{\"custom\":{\"p\":\"1\"}}",
		    "{\"more\":{\"x_p\":\"2\"}}", "{\"more\":{\"x_p\":\"p\"}}",
		    "", "", "{\"more\":{\"x_p\":\"p\"}}" },
		{ REST ";", "{\"custom\":{\"p\":null,\"r\":\"r\"}}",
		    "{\"more\":{\"x_p\":\"2\",\"x_s\":\"s\"}}", NULL,
		    "{\"more\":{\"x_r\":\"r\"}}",
		    "{\"custom\":{\"p\":\"2\",\"s\":\"s\"}}",
		    "{\"more\":{\"x_p\":\"2\",\"x_r\":\"r\",\"x_s\":"
		    "\"s\"}}" },
		/* theirs is not known */
		{ REST ";", "{\"custom\":{\"p\":\"1\"}}", NULL,
		    "{\"more\":{\"x_p\":\"p\",\"x_q\":\"q\"}}",
		    "{\"more\":{\"x_p\":\"1\"}}", "",
		    "{\"more\":{\"x_p\":\"1\",\"x_q\":\"q\"}}" },
	};

	check_rows(rows, COUNT(rows));
}

#define EACH "each c.mails as e <-> h.mails as v key e.to = v.value"
#define BODY " { e.to <-> v.value; e.as <-> v.label; }"
#define NEST " { e.to <-> v.value; each e.on as x <-> v.days as y " \
	"key x.day = y.date { x.day <-> y.date; x.at <-> y.time; } }"
#define DAYS(days) "{\"mails\":[{\"value\":\"a\",\"days\":[" days "]}]}"
#define PICK(kind, to)                                                    \
	"pick c.phones as p where p.kind == \"" kind "\" create { kind: \"" \
	kind "\", no: it } <-> h." to

Test(merge, decides_lists)
{
	static const struct row rows[] = {
		/* each added one; what they have more of an element stays */
		{ EACH " with own: union" BODY,
		    "{\"mails\":[{\"to\":\"a\"},{\"to\":\"b\"}]}",
		    "{\"mails\":[{\"value\":\"a\",\"own\":\"k\"},"
		    "{\"value\":\"c\"}]}",
		    "{\"mails\":[{\"value\":\"a\",\"own\":\"k\"}]}",
		    "{\"mails\":[{\"value\":\"a\",\"own\":\"k\"},{\"value\":"
		    "\"c\"},{\"value\":\"b\"}]}",
		    "{\"mails\":[{\"to\":\"a\"},{\"to\":\"b\"},{\"to\":"
		    "\"c\"}]}",
		    "{\"mails\":[{\"value\":\"a\",\"own\":\"k\"},{\"value\":"
		    "\"c\"},{\"value\":\"b\"}]}" },
		/* only theirs changed, by an element that ours has not */
		{ EACH BODY, "{\"mails\":[{\"to\":\"a\"}]}",
		    "{\"mails\":[{\"value\":\"a\"},{\"value\":\"c\"}]}",
		    "{\"mails\":[{\"value\":\"a\"}]}", "",
		    "{\"mails\":[{\"to\":\"a\"},{\"to\":\"c\"}]}",
		    "{\"mails\":[{\"value\":\"a\"},{\"value\":\"c\"}]}" },
		/* both, and left is right: what they added stays there */
		{ EACH BODY, "{\"mails\":[{\"to\":\"a\",\"as\":\"x\"}]}",
		    "{\"mails\":[{\"value\":\"a\"},{\"value\":\"c\"}]}",
		    "{\"mails\":[{\"value\":\"a\"}]}",
		    "{\"mails\":[{\"value\":\"a\",\"label\":\"x\"},"
		    "{\"value\":\"c\"}]}", "",
		    "{\"mails\":[{\"value\":\"a\",\"label\":\"x\"},"
		    "{\"value\":\"c\"}]}" },
		/* one list, whatever changed in it: ours is fitted into theirs
		 * at every depth, and theirs into ours */
		{ EACH NEST, "{\"mails\":[{\"to\":\"a\",\"on\":[{\"day\":\"1\","
		    "\"at\":\"9\"}]}]}", DAYS("{\"date\":\"2\"},{\"date\":"
		    "\"1\",\"by\":\"k\"}"), DAYS("{\"date\":\"2\"},{\"date\":"
		    "\"1\",\"by\":\"k\"}"), DAYS("{\"date\":\"2\"},{\"date\":"
		    "\"1\",\"by\":\"k\",\"time\":\"9\"}"), "",
		    DAYS("{\"date\":\"2\"},{\"date\":\"1\",\"by\":\"k\","
		    "\"time\":\"9\"}") },
		{ EACH NEST, "{\"mails\":[{\"to\":\"a\",\"on\":[{\"day\":\"1\","
		    "\"at\":\"9\"}]}]}", DAYS("{\"date\":\"2\"},{\"date\":"
		    "\"1\",\"time\":\"8\"}"), DAYS("{\"date\":\"1\",\"time\":"
		    "\"9\"}"), "", "{\"mails\":[{\"to\":\"a\",\"on\":[{\"day\""
		    ":\"1\",\"at\":\"8\"},{\"day\":\"2\"}]}]}",
		    DAYS("{\"date\":\"2\"},{\"date\":\"1\",\"time\":\"8\"}") },
		/* two elements of one list, decided apart */
		{ PICK("mobile", "mobile") "; " PICK("home", "home") ";",
		    "{\"phones\":[{\"kind\":\"mobile\",\"no\":\"1\"},"
		    "{\"kind\":\"home\",\"no\":\"h\"}]}",
		    "{\"mobile\":\"m\",\"home\":\"2\"}",
		    "{\"mobile\":\"m\",\"home\":\"h\"}",
		    "{\"mobile\":\"1\"}",
		    "{\"phones\":[{\"kind\":\"mobile\",\"no\":\"1\"},"
		    "{\"kind\":\"home\",\"no\":\"2\"}]}",
		    "{\"mobile\":\"1\",\"home\":\"2\"}" },
		{ PICK("mobile", "mobile") " with own: manual; "
		    PICK("home", "home") ";",
		    "{\"phones\":[{\"kind\":\"mobile\",\"no\":\"1\"},"
		    "{\"kind\":\"home\",\"no\":\"h\"}]}",
		    "{\"mobile\":\"3\",\"home\":\"2\"}",
		    "{\"mobile\":\"m\",\"home\":\"h\"}", "",
		    "{\"phones\":[{\"kind\":\"mobile\",\"no\":\"1\"},"
		    "{\"kind\":\"home\",\"no\":\"2\"}]}",
		    "{\"mobile\":\"m\",\"home\":\"2\"}" },
		/* under guards one right field or the other is meant */
		{ "when c.kind == \"one\" { c.a <-> h.A; } "
		    "when c.kind != \"one\" { c.a <-> h.B; }",
		    "{\"kind\":\"two\",\"a\":\"x\"}",
		    "{\"A\":\"?\",\"B\":\"y\"}", "{\"A\":\"?\",\"B\":\"x\"}",
		    "", "{\"a\":\"y\"}", "{\"A\":\"?\",\"B\":\"y\"}" },
	};

	check_rows(rows, COUNT(rows));
}

/* ---- every cell ---- */

/*
 * What stands in a cell: A absent, N null, E the empty text, x y texts.  The
 * table of the design is written out once more, for one field.
 */
static const char cells[] = "ANExy";

static const char *
json(char cell, const char *name, char out[32])
{
	static const char *const values[] = { ['N'] = "null",
		['E'] = "\"\"", ['x'] = "\"x\"", ['y'] = "\"y\"" };

	if (cell == 'A')
		snprintf(out, 32, "{}");
	else
		snprintf(out, 32, "{\"%s\":%s}", name, values[(int)cell]);
	return out;
}

static int
nil(char cell)
{
	return cell == 'A' || cell == 'N';
}

/* Who wins where both changed: 'l', 'r', or '-' for neither. */
static char
wins(const char *own, char o, char t)
{
	if (strcmp(own, "right") == 0 || strcmp(own, "expr(theirs)") == 0)
		return 'r';
	if (strcmp(own, "manual") == 0)
		return '-';
	if (strcmp(own, "fill") == 0)
		return nil(o) == nil(t) ? '-' : nil(o) ? 'r' : 'l';
	/* as texts: E is the least */
	if (strcmp(own, "max") == 0 || strcmp(own, "min") == 0) {
		if (nil(o) || nil(t))
			return nil(o) && !nil(t) ? 'r' : 'l';
		return (strcmp(own, "max") == 0) == (o > t) ? 'l' : 'r';
	}
	return 'l';
}

/* What is to be written there and here; A: nothing. */
static void
expected(const char *own, char b, char o, char t, char *them, char *us)
{
	int first = b == '-', ours = first || o != b, theirs = first || t != b;
	char side = '-';

	*them = *us = 'A';
	if (ours && theirs && o != t)
		side = first && nil(o) && nil(t) ? '-' :
		    first && nil(o) ? 'r' : first && nil(t) ? 'l' :
		    wins(own, o, t);
	else if (ours != theirs)
		side = ours ? 'l' : 'r';
	if (side == 'l')
		*them = o;
	else if (side == 'r')
		*us = t;
}

Test(merge, fills_every_cell_under_every_policy, .timeout = 120)
{
	static const char *const owns[] = { "left", "right", "latest",
		"latest(tie: right)", "fill", "max", "min", "manual",
		"expr(theirs)", "expr(ours)" };
	char rules[80], o[32], t[32], b[32], them[32], us[32];
	size_t n = 0;

	for (size_t k = 0; k < COUNT(owns); k++) {
		struct rig r;

		snprintf(rules, sizeof(rules), "c.a <-> h.A with own: %s;",
		    owns[k]);
		setup(&r, rules);
		for (size_t i = 0; i < 6 * 25; i++) {
			char cb = "-ANExy"[i / 25], co = cells[i / 5 % 5];
			char ct = cells[i % 5], wt, wu;
			const char *own = strcmp(owns[k],
			    "latest(tie: right)") == 0 ? "right" : owns[k];
			struct merge_in in = input(&r, json(co, "a", o),
			    json(ct, "A", t), cb == '-' ? NULL :
			    json(cb, "A", b));
			struct merge m;

			run(&r, &in, &m);
			expected(own, cb, co, ct, &wt, &wu);
			cr_expect(is(m.to_them, wt == 'A' ? "" :
			    json(wt, "A", them)) && is(m.to_us, wu == 'A' ?
			    "" : json(wu, "a", us)),
			    "%s: base %c ours %c theirs %c: to them %.*s, to "
			    "us %.*s, not %c %c", owns[k], cb, co, ct,
			    STR_ARG(m.to_them), STR_ARG(m.to_us), wt, wu);
			cr_expect_eq(m.items[0].ours, cb == '-' || co != cb);
			cr_expect_eq(m.items[0].theirs, cb == '-' || ct != cb);
			n++;
			arena_reset(&r.a);
		}
		teardown(&r);
	}
	cr_assert_eq(n, COUNT(owns) * 150);
}

/* What of the table the other side does not tell is as it was. */
Test(merge, takes_a_part_of_theirs)
{
	struct rig r;
	struct merge_in in;
	struct merge m;

	setup(&r, "c.a <-> h.A with own: right; c.b <-> h.B with own: right; "
	    REST " with own: right;");
	in = input(&r, "{\"a\":\"y\",\"b\":\"y\",\"custom\":{\"p\":\"1\"}}",
	    "{\"A\":\"z\"}",
	    "{\"A\":\"x\",\"B\":\"x\",\"more\":{\"x_p\":\"p\"}}");
	run(&r, &in, &m);
	cr_expect(is(m.to_them, ""), "%.*s", STR_ARG(m.to_them));
	in.theirs_part = 1;
	run(&r, &in, &m);
	cr_expect(is(m.to_them, "{\"B\":\"y\",\"more\":{\"x_p\":\"1\"}}"),
	    "%.*s", STR_ARG(m.to_them));
	cr_expect(is(m.to_us, "{\"a\":\"z\"}"), "%.*s", STR_ARG(m.to_us));
	teardown(&r);
}

Test(merge, takes_the_latest)
{
	static const struct {
		const char *own;
		int64_t ours, theirs;
		char wins;
	} cases[] = {
		{ "latest", 1, 2, 'r' }, { "latest", 2, 1, 'l' },
		{ "latest", 2, 2, 'l' },
		{ "latest(tie: right)", 2, 2, 'r' },
		{ "latest(tie: right)", MERGE_NO_TIME, 1, 'r' },
		{ "latest", 1, MERGE_NO_TIME, 'l' },
		{ "latest(within: 1s)", 0, 1000000, 'l' },
		{ "latest(within: 1s)", 0, 1000001, 'r' },
		{ "latest(tie: right, within: 500ms)", 500000, 0, 'r' },
		{ "latest(tie: right, within: 500ms)", 500001, 0, 'l' },
		{ "latest", INT64_MIN + 1, INT64_MAX, 'r' },
		{ "latest", INT64_MAX, INT64_MIN + 1, 'l' },
		{ "expr(ours_at ?? theirs_at ?? \"?\")", MERGE_NO_TIME,
		    -1, 'e' },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char rules[80];
		struct merge_in in;
		struct merge m;
		struct rig r;

		snprintf(rules, sizeof(rules), "c.%s <-> h.%s with own: %s;",
		    cases[i].wins == 'e' ? "at" : "a",
		    cases[i].wins == 'e' ? "at" : "A",
		    cases[i].wins == 'e' ? "expr(theirs_at ?? ours_at ?? "
		    "ours)" : cases[i].own);
		setup(&r, rules);
		in = cases[i].wins == 'e' ? input(&r,
		    "{\"at\":\"2026-01-01T00:00:00Z\"}",
		    "{\"at\":\"2027-01-01T00:00:00Z\"}", "{\"at\":null}") :
		    input(&r, "{\"a\":\"y\"}", "{\"A\":\"z\"}",
		    "{\"A\":\"x\"}");
		in.ours_at = cases[i].ours;
		in.theirs_at = cases[i].theirs;
		run(&r, &in, &m);
		cr_expect(cases[i].wins == 'l' ?
		    is(m.to_them, "{\"A\":\"y\"}") : cases[i].wins == 'r' ?
		    is(m.to_us, "{\"a\":\"z\"}") : is(m.to_them,
		    "{\"at\":\"1969-12-31T23:59:59.999999Z\"}"),
		    "%s %zu: %.*s", cases[i].own, i, STR_ARG(m.to_them));
		cr_expect_eq(m.items[0].asked, 1);
		teardown(&r);
	}
}

/* HubSpot clears with "" and gives null or "" back. */
Test(merge, reads_what_clears_as_null)
{
	struct rig r;
	struct merge_in in;
	struct merge m;

	setup(&r, PLAIN " c.b <-> h.B;");
	in = input(&r, "{\"a\":null,\"b\":null}", "{\"A\":\"x\",\"B\":\"\"}",
	    "{\"A\":\"x\",\"B\":\"x\"}");
	in.clear = STR("\"\"");
	run(&r, &in, &m);
	cr_expect(is(m.to_them, "{\"A\":\"\"}"), "%.*s", STR_ARG(m.to_them));
	cr_expect(is(m.to_us, ""), "%.*s", STR_ARG(m.to_us));
	cr_expect(is(m.base, "{\"A\":null,\"B\":null}"), "%.*s",
	    STR_ARG(m.base));
	cr_expect_eq(m.items[1].decision, MERGE_AGREE);
	teardown(&r);
}

Test(merge, says_what_is_wrong)
{
	static const struct {
		const char *rules, *ours, *theirs, *base, *says;
	} cases[] = {
		{ PLAIN, "{\"a\":", "{}", "{}", "ours: " },
		{ PLAIN, "{}", "[]", "{}", "theirs: " },
		{ PLAIN, "{}", "{}", "{\"A\":1,}", "base: " },
		{ "c.a <-> h.A with required;", "{}", "{}", "{}",
		    "ours: m.map:5: `c.a` is missing" },
		{ "c.n <-> h.N via dec_text(scale: 2);", "{\"n\":1}",
		    "{\"N\":\"one\"}", "{\"N\":\"1.00\"}",
		    "theirs: m.map:5: " },
		{ "c.at <-> h.at with own: max;", "{\"at\":\"soon\"}",
		    "{\"at\":\"2026-01-01T00:00:00Z\"}", "{}",
		    "own: max of `at`: " },
		{ "c.n <-> h.N via dec_text(scale: 0) with own: min;",
		    "{\"n\":1}", "{\"N\":\"2\"}", "{}", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct merge_in in;
		struct merge m;
		struct err e;
		struct rig r;
		int failed;

		setup(&r, cases[i].rules);
		in = input(&r, cases[i].ours, cases[i].theirs, cases[i].base);
		failed = vm_merge(r.vm, r.map, &in, &m, &r.a, &e) != 0;
		cr_assert_eq(failed, cases[i].says != NULL, "case %zu", i);
		cr_expect(!failed || strncmp(e.text, cases[i].says,
		    strlen(cases[i].says)) == 0, "case %zu: %s", i, e.text);
		teardown(&r);
	}
}

/* A union is as long as a list may be, and not longer. */
Test(merge, limits_a_union)
{
	for (int over = 0; over <= 1; over++) {
		struct vm_limits limits = vm_limits_default;
		struct merge_in in;
		struct merge m;
		struct err e;
		struct rig r;

		setup(&r, "c.tags <-> h.tags with own: union;");
		vm_free(r.vm);
		limits.list_length = 4;
		r.vm = vm_new(&limits);
		in = input(&r, "{\"tags\":[\"a\",\"b\"]}", over ?
		    "{\"tags\":[\"c\",\"d\",\"e\"]}" :
		    "{\"tags\":[\"c\",\"d\"]}", "{}");
		cr_assert_eq(vm_merge(r.vm, r.map, &in, &m, &r.a, &e),
		    -over);
		if (over)
			cr_expect(strstr(e.text, "5 elements, more than 4") !=
			    NULL, "%s", e.text);
		teardown(&r);
	}
}

/* A rest of many members costs what they are many, not their square. */
Test(merge, bears_a_large_rest, .timeout = 60)
{
	struct buf ours = { 0 }, theirs = { 0 };
	struct merge_in in = { .ours_at = MERGE_NO_TIME,
		.theirs_at = MERGE_NO_TIME };
	struct merge m;
	struct rig r;

	setup(&r, REST ";");
	buf_puts(&ours, STR("{\"custom\":{"));
	buf_puts(&theirs, STR("{\"more\":{"));
	for (int i = 0; i < 9000; i++) {
		buf_printf(&ours, "%s\"m%d\":\"%d\"", i ? "," : "", i, i);
		buf_printf(&theirs, "%s\"x_m%d\":\"%d\"", i ? "," : "", i + 1,
		    i + 1);
	}
	buf_puts(&ours, STR("}}"));
	buf_puts(&theirs, STR("}}"));
	in.ours = padded(&r, buf_str(&ours));
	in.theirs = padded(&r, buf_str(&theirs));
	run(&r, &in, &m);
	cr_expect(is(m.to_them, "{\"more\":{\"x_m0\":\"0\"}}"));
	cr_expect(is(m.to_us, "{\"custom\":{\"m9000\":\"9000\"}}"));
	cr_expect_eq(m.nitem, 9001);
	buf_fini(&ours);
	buf_fini(&theirs);
	teardown(&r);
}

/* ---- whatever the records are ---- */

static const char everything[] =
    "c.a <-> h.A via email_norm with group: g, own: %s;"
    "c.b <-> h.B with group: g;"
    "c.n <-> h.N via dec_text(scale: 1) with own: %s;"
    "c.stage <-> h.stage via stages with own: %s;"
    "c.tags <-> h.tags with own: union;"
    "h.at <- c.at;"
    "h.full <- \"{c.a ?? \"\"} {c.b ?? \"\"}\";"
    "c.kind <-> h.kind;"
    EACH " with own: %s { e.to <-> v.value via lower; "
    "e.as <-> v.label via trim; }"
    PICK("mobile", "mobile") " with own: %s;" PICK("home", "home") ";"
    "when c.kind == \"one\" { h.C <- \"one\"; }"
    REST " with own: %s;";

struct random {
	uint64_t s;
};

static unsigned
below(struct random *g, unsigned n)
{
	g->s = g->s * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(g->s >> 33) % n;
}

static const char *
one_of(struct random *g, const char *const *list, unsigned n)
{
	return list[below(g, n)];
}

#define ANY(g, ...)                                                       \
	one_of(g, (const char *const[]){ __VA_ARGS__ },                   \
	    (unsigned)COUNT(((const char *const[]){ __VA_ARGS__ })))

/* `"name":value,` or nothing. */
static void
put(struct random *g, struct buf *b, const char *name, const char *value)
{
	if (below(g, 5) > 0)
		buf_printf(b, "\"%s\":%s,", name, value);
}

static void
end_object(struct buf *b, const char *end)
{
	if (b->p[b->n - 1] == ',')
		b->n--;
	buf_printf(b, "%s", end);
}

static void
random_mails(struct random *g, struct buf *b, const char *to, const char *as)
{
	static const char *const keys[] = { "a", "b", "c" };

	buf_puts(b, STR("\"mails\":["));
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (below(g, 2))
			continue;
		buf_printf(b, "{\"%s\":\"%s\",", to, keys[i]);
		put(g, b, as, ANY(g, "null", "\"\"", "\"p\"", "\" p\""));
		end_object(b, "},");
	}
	end_object(b, "],");
}

static struct str
random_ours(struct rig *r, struct random *g)
{
	struct buf b = { 0 };
	struct str s;

	buf_putc(&b, '{');
	put(g, &b, "a", ANY(g, "null", "\"x@x.io\"", "\"y@x.io\"",
	    "\"X@x.io\""));
	put(g, &b, "b", ANY(g, "null", "\"\"", "\"p\"", "\"q\""));
	put(g, &b, "n", ANY(g, "null", "1", "1.0", "10", "2.5"));
	put(g, &b, "stage", ANY(g, "null", "\"lead\"", "\"won\""));
	put(g, &b, "kind", ANY(g, "\"one\"", "\"two\""));
	put(g, &b, "at", "\"2026-01-01T00:00:00Z\"");
	put(g, &b, "tags", ANY(g, "null", "[]", "[\"a\"]", "[\"a\",\"b\"]",
	    "[\"c\"]"));
	random_mails(g, &b, "to", "as");
	put(g, &b, "phones", ANY(g, "[]", "[{\"kind\":\"mobile\",\"no\":"
	    "\"1\"}]", "[{\"kind\":\"home\",\"no\":\"2\"},{\"kind\":"
	    "\"mobile\",\"no\":\"3\"},{\"kind\":\"fax\",\"no\":\"4\"}]"));
	put(g, &b, "custom", ANY(g, "{}", "{\"p\":\"1\"}",
	    "{\"p\":null,\"q\":\"2\"}", "{\"q\":\"3\"}"));
	end_object(&b, "}");
	s = padded(r, buf_str(&b));
	buf_fini(&b);
	return s;
}

static struct str
random_theirs(struct rig *r, struct random *g)
{
	struct buf b = { 0 };
	struct str s;

	buf_putc(&b, '{');
	put(g, &b, "A", ANY(g, "null", "\"x@x.io\"", "\"y@x.io\"",
	    "\"X@x.io\""));
	put(g, &b, "B", ANY(g, "null", "\"\"", "\"p\"", "\"q\""));
	put(g, &b, "C", ANY(g, "null", "\"one\"", "\"?\""));
	put(g, &b, "N", ANY(g, "null", "\"1\"", "\"1.0\"", "\"10.00\"",
	    "\"2.5\"", "\"\""));
	put(g, &b, "kind", ANY(g, "\"one\"", "\"two\""));
	put(g, &b, "full", ANY(g, "\"?\"", "\" p\""));
	put(g, &b, "stage", ANY(g, "null", "\"L\"", "\"W\"", "\"else\"",
	    "\"\""));
	put(g, &b, "tags", ANY(g, "null", "[]", "[\"a\"]", "[\"b\",\"a\"]",
	    "[\"d\"]"));
	random_mails(g, &b, "value", "label");
	put(g, &b, "mobile", ANY(g, "null", "\"1\"", "\"5\""));
	put(g, &b, "home", ANY(g, "null", "\"2\"", "\"6\""));
	put(g, &b, "more", ANY(g, "{}", "{\"x_p\":\"1\",\"y\":\"?\"}",
	    "{\"x_p\":null,\"x_q\":\"9\"}", "{\"id\":\"7\"}"));
	end_object(&b, "}");
	s = padded(r, buf_str(&b));
	buf_fini(&b);
	return s;
}

static struct str
with_patch(struct rig *r, struct str old, struct str patch)
{
	struct buf b = { 0 };
	struct str s;

	if (patch.n == 0)
		return old;
	value_patch(&b, old.n ? old : record(r, "{}"), patch, &r->a);
	s = padded(r, buf_str(&b));
	buf_fini(&b);
	return s;
}

/*
 * Once both sides have what a merge says, and the base is the new one, a
 * merge says nothing: not for a record that was random, and not for one that
 * ours made.
 */
Test(merge, comes_to_rest, .timeout = 300)
{
	static const char *const owns[] = { "left", "right", "latest", "fill",
		"manual" };
	struct random g = { 20261128 };

	for (size_t k = 0; k < COUNT(owns) * 2; k++) {
		struct buf b = { 0 };
		struct rig r;
		const char *own = owns[k / 2];

		buf_printf(&b, everything, own, k % 2 ? "max" : own, own,
		    k % 2 ? "union" : own, own, own);
		buf_putc(&b, '\0');
		setup(&r, b.p);
		buf_fini(&b);
		for (int i = 0; i < 1000; i++) {
			struct merge_in in = { .ours = random_ours(&r, &g),
				.theirs = random_theirs(&r, &g),
				.ours_at = below(&g, 3),
				.theirs_at = below(&g, 3) };
			struct merge m, again;

			if (below(&g, 4) > 0)
				in.base = random_theirs(&r, &g);
			if (below(&g, 8) == 0)
				in.theirs.n = 0;
			else if (below(&g, 8) == 0)
				in.ours.n = 0;
			run(&r, &in, &m);
			if (in.theirs.n == 0 && in.base.n > 0)
				in.theirs = in.base;
			if (in.ours.n == 0 && in.base.n > 0)
				goto next; /* a part of ours is not known */
			in.ours = with_patch(&r, in.ours, m.to_us);
			in.theirs = with_patch(&r, in.theirs, m.to_them);
			in.base = m.base;
			if (in.ours.n == 0 || in.theirs.n == 0)
				goto next;
			run(&r, &in, &again);
			cr_assert(again.to_them.n == 0 && again.to_us.n == 0,
			    "%s %d: ours %.*s theirs %.*s base %.*s\n"
			    "then to them %.*s to us %.*s", own, i,
			    STR_ARG(in.ours), STR_ARG(in.theirs),
			    STR_ARG(in.base), STR_ARG(again.to_them),
			    STR_ARG(again.to_us));
next:
			arena_reset(&r.a);
		}
		teardown(&r);
	}
}

/* What ours made, unchanged on both sides, is sent nowhere (GetPut). */
Test(merge, sends_nothing_without_a_change, .timeout = 120)
{
	struct random g = { 7 };
	struct buf b = { 0 };
	struct rig r;

	buf_printf(&b, everything, "left", "max", "left", "union", "left",
	    "left");
	buf_putc(&b, '\0');
	setup(&r, b.p);
	buf_fini(&b);
	for (int i = 0; i < 2000; i++) {
		struct merge_in in = { .ours = random_ours(&r, &g),
			.ours_at = MERGE_NO_TIME,
			.theirs_at = MERGE_NO_TIME };
		struct merge m, again;

		run(&r, &in, &m);
		in.theirs = m.to_them.n ? m.to_them : record(&r, "{}");
		in.base = m.base;
		run(&r, &in, &again);
		cr_assert(again.to_them.n == 0 && again.to_us.n == 0,
		    "ours %.*s theirs %.*s base %.*s: %.*s %.*s",
		    STR_ARG(in.ours), STR_ARG(in.theirs), STR_ARG(in.base),
		    STR_ARG(again.to_them), STR_ARG(again.to_us));
		arena_reset(&r.a);
	}
	teardown(&r);
}
