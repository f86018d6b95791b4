/* Whole records, minimal patches and canonical forms agree with each other. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "record.h"
#include "record/layout.h"

enum { SLOTS = 71 };

static struct reader *reader;
static struct scan_names *names;
static struct arena arena;
static struct layout *layout;
static struct shape *shape;

static void
field(const char *path, size_t slot, enum value_compare how, unsigned flags)
{
	struct str p[8];
	size_t n = 0;

	while (*path != '\0') {
		p[n] = str_from(path, strcspn(path, "."));
		path += p[n].n + (path[p[n].n] == '.');
		n++;
	}
	layout_add(layout, p, n, slot, how, flags);
}

/* Fields out of the order of names; slots beyond one word of bits. */
static void
set_up(void)
{
	reader = reader_new();
	names = scan_names_new();
	layout = layout_new(&arena, SLOTS);
	field("id", 0, CMP_EXACT, LF_CREATE_ONLY);
	field("p.name", 1, CMP_EXACT, 0);
	field("p.amount", 65, CMP_DECIMAL, 0);
	field("p.deep.er.tags", 66, CMP_SET, 0);
	field("p", 4, CMP_EXACT, LF_SPLICE);
	field("z\"q", 5, CMP_EXACT, 0);
	field("p.deep.late", 69, CMP_EXACT, 0);
	field("p.at", 70, CMP_INSTANT, 0);
	layout_seal(layout);
	shape = layout_shape(layout, &arena);
}

static void
tear_down(void)
{
	reader_free(reader);
	scan_names_free(names);
	arena_fini(&arena);
}

TestSuite(layout, .init = set_up, .fini = tear_down);

/* The slots of a record; the text stays until tear_down. */
static struct value *
read(struct str text)
{
	struct value *slots = arena_array(&arena, SLOTS, sizeof(*slots));
	struct str json = padded(text);
	struct err e;

	arena_defer(&arena, free, (void *)(uintptr_t)json.p);
	cr_assert_eq(reader_read(reader, shape, json, slots, &arena, &e), 0,
	    "%.*s: %s", STR_ARG(json), e.text);
	return slots;
}

static struct str
kept(struct buf *b)
{
	struct str s = arena_str(&arena, buf_str(b));

	buf_fini(b);
	return s;
}

static struct str
written(const struct value *slots, struct str clear)
{
	struct buf b = { 0 };

	layout_write(&b, layout, slots, clear);
	return kept(&b);
}

static struct str
canonical(const struct value *slots)
{
	struct buf b = { 0 };

	layout_canon(&b, layout, slots, &arena);
	return kept(&b);
}

static struct str
patch(const struct value *neu, const struct value *old, struct str clear,
    size_t *n, uint64_t *dirty)
{
	struct buf b = { 0 };

	*n = layout_diff(&b, layout, neu, old, clear, dirty, &arena);
	cr_assert_eq(layout_diff(NULL, layout, neu, old, clear, NULL, &arena),
	    *n);
	return kept(&b);
}

#define NONE STR("")

Test(layout, writes)
{
	static const struct {
		struct str in, clear, out, canon;
	} cases[] = {
	    { STR("{}"), NONE, STR("{}"), STR("{}") },
	    { STR("{\"p\":{}}"), NONE, STR("{}"), STR("{}") },
	    { STR("{\"p\":{\"deep\":{\"er\":{}}}}"), NONE, STR("{}"),
	      STR("{}") },
	    { STR("{\"id\":1}"), NONE, STR("{\"id\":1}"), STR("{\"id\":1}") },
	    { STR("{\"p\":{\"name\":null}}"), NONE,
	      STR("{\"p\":{\"name\":null}}"), STR("{\"p\":{\"name\":null}}") },
	    { STR("{\"p\":{\"name\":null,\"x\":null}}"), STR("\"\""),
	      STR("{\"p\":{\"name\":\"\",\"x\":\"\"}}"),
	      STR("{\"p\":{\"name\":null,\"x\":null}}") },
	    { STR("{\"p\":{\"deep\":{\"late\":0.10}}}"), NONE,
	      STR("{\"p\":{\"deep\":{\"late\":0.10}}}"),
	      STR("{\"p\":{\"deep\":{\"late\":0.1}}}") },
	    { STR("{\"z\\\"q\":\"\\u00e9\",\"p\":{\"zz\":1,\"deep\":{\"late\":"
	      "[ 1 ],\"er\":{\"tags\":[\"b\",\"a\"]}},\"amount\":\"1.50\","
	      "\"b\":2.0,\"name\":\"\\/\"},\"id\":1e400}"), NONE,
	      STR("{\"id\":1e400,\"p\":{\"name\":\"\\/\",\"amount\":\"1.50\","
	      "\"deep\":{\"er\":{\"tags\":[\"b\",\"a\"]},\"late\":[ 1 ]},"
	      "\"zz\":1,\"b\":2.0},\"z\\\"q\":\"\\u00e9\"}"),
	      STR("{\"id\":1e400,\"p\":{\"amount\":1.5,\"b\":2,\"deep\":"
	      "{\"er\":{\"tags\":[\"a\",\"b\"]},\"late\":[1]},\"name\":\"/\","
	      "\"zz\":1},\"z\\\"q\":\"\xc3\xa9\"}") },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct value *slots = read(cases[i].in);
		struct str out = written(slots, cases[i].clear);

		cr_expect(str_eq(out, cases[i].out), "%.*s -> %.*s",
		    STR_ARG(cases[i].in), STR_ARG(out));
		out = canonical(slots);
		cr_expect(str_eq(out, cases[i].canon), "%.*s -> %.*s",
		    STR_ARG(cases[i].in), STR_ARG(out));
		/* the canonical form is a record, and its own canonical form */
		cr_expect(str_eq(canonical(read(out)), out));
	}
}

Test(layout, patches)
{
	static const struct {
		struct str old, neu, clear, patch;
		size_t n;
		uint64_t dirty[2];
	} cases[] = {
	    { STR("{}"), STR("{}"), NONE, NONE, 0, { 0 } },
	    { STR("{}"), STR("{\"p\":{\"name\":\"a\"}}"), NONE,
	      STR("{\"p\":{\"name\":\"a\"}}"), 1, { 1 << 1 } },
	    /* absent in neu is no difference */
	    { STR("{\"p\":{\"name\":\"a\",\"x\":1}}"), STR("{}"), NONE, NONE,
	      0, { 0 } },
	    /* absent and null differ, null is written as clear */
	    { STR("{}"), STR("{\"p\":{\"name\":null}}"), STR("\"\""),
	      STR("{\"p\":{\"name\":\"\"}}"), 1, { 1 << 1 } },
	    { STR("{\"p\":{\"name\":null}}"), STR("{\"p\":{\"name\":null}}"),
	      STR("\"\""), NONE, 0, { 0 } },
	    { STR("{\"p\":{\"name\":null}}"), STR("{\"p\":{\"name\":\"\"}}"),
	      STR("\"\""), STR("{\"p\":{\"name\":\"\"}}"), 1, { 1 << 1 } },
	    { STR("{\"p\":{\"name\":\"a\"}}"), STR("{\"p\":{\"name\":null}}"),
	      NONE, STR("{\"p\":{\"name\":null}}"), 1, { 1 << 1 } },
	    /* each field by its own comparison */
	    { STR("{\"p\":{\"name\":\"1.5\",\"amount\":1.5}}"),
	      STR("{\"p\":{\"name\":\"1.50\",\"amount\":\"1.50\"}}"), NONE,
	      STR("{\"p\":{\"name\":\"1.50\"}}"), 1, { 1 << 1 } },
	    { STR("{\"p\":{\"amount\":1.5}}"),
	      STR("{\"p\":{\"amount\":\"1.51\"}}"), NONE,
	      STR("{\"p\":{\"amount\":\"1.51\"}}"), 1, { 0, 1 << 1 } },
	    { STR("{\"p\":{\"deep\":{\"late\":[1,2],"
	      "\"er\":{\"tags\":[1,2]}}}}"),
	      STR("{\"p\":{\"deep\":{\"late\":[2,1],"
	      "\"er\":{\"tags\":[2,1]}}}}"), NONE,
	      STR("{\"p\":{\"deep\":{\"late\":[2,1]}}}"), 1, { 0, 1 << 5 } },
	    { STR("{\"z\\\"q\":\"a\"}"), STR("{\"z\\\"q\":\"\\u0061\"}"), NONE,
	      NONE, 0, { 0 } },
	    /* create only: never */
	    { STR("{\"id\":1}"), STR("{\"id\":2}"), NONE, NONE, 0, { 0 } },
	    { STR("{\"id\":1}"), STR("{\"id\":2,\"z\\\"q\":1}"), NONE,
	      STR("{\"z\\\"q\":1}"), 1, { 1 << 5 } },
	    /* members of the splice, one by one */
	    { STR("{\"p\":{\"x\":1,\"y\":2,\"w\":3}}"),
	      STR("{\"p\":{\"y\":2.0,\"x\":7,\"v\":null}}"), NONE,
	      STR("{\"p\":{\"x\":7,\"v\":null}}"), 2, { 1 << 4 } },
	    { STR("{}"), STR("{\"p\":{\"x\":1,\"name\":\"n\"}}"), NONE,
	      STR("{\"p\":{\"name\":\"n\",\"x\":1}}"), 2, { 1 << 4 | 1 << 1 } },
	    { STR("{\"p\":null}"), STR("{\"p\":{\"x\":1}}"), NONE,
	      STR("{\"p\":{\"x\":1}}"), 1, { 1 << 4 } },
	    { STR("{\"p\":{\"x\":{\"b\":1,\"a\":2}}}"),
	      STR("{\"p\":{\"x\":{\"a\":2,\"b\":1}}}"), NONE, NONE, 0, { 0 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct value *old = read(cases[i].old);
		struct value *neu = read(cases[i].neu);
		uint64_t dirty[2] = { ~(uint64_t)0, ~(uint64_t)0 };
		size_t n;
		struct str out = patch(neu, old, cases[i].clear, &n, dirty);

		cr_expect(str_eq(out, cases[i].patch), "%zu: %.*s", i,
		    STR_ARG(out));
		cr_expect_eq(n, cases[i].n, "%zu: %zu differ", i, n);
		cr_expect_eq(dirty[0], cases[i].dirty[0], "%zu", i);
		cr_expect_eq(dirty[1], cases[i].dirty[1], "%zu", i);
	}
}

Test(layout, appends)
{
	struct value *old = read(STR("{}")), *neu = read(STR("{\"z\\\"q\":1}"));
	struct buf b = { 0 };

	buf_puts(&b, STR("["));
	layout_write(&b, layout, neu, NONE);
	layout_diff(&b, layout, neu, neu, NONE, NULL, &arena);
	buf_puts(&b, STR(","));
	layout_diff(&b, layout, neu, old, NONE, NULL, &arena);
	/* what stands before ends in an open brace, as requests do */
	buf_puts(&b, STR(",{"));
	layout_write(&b, layout, neu, NONE);
	buf_puts(&b, STR(",{"));
	layout_canon(&b, layout, neu, &arena);
	cr_expect(str_eq(buf_str(&b), STR("[{\"z\\\"q\":1},{\"z\\\"q\":1},{"
	    "{\"z\\\"q\":1},{{\"z\\\"q\":1}")), "%.*s", STR_ARG(b));
	buf_fini(&b);
}

Test(layout, splice_does_not_shadow)
{
	struct value *slots = read(STR("{\"p\":{\"name\":\"a\"}}"));
	struct member m[] = {
	    { STR("name"), value_int(1) }, { STR("deep"), value_int(2) },
	    { STR("gone"), { 0 } }, { STR("id"), value_int(3) },
	};
	struct str out;
	size_t n;

	slots[4] = (struct value){ .type = V_RECORD, .n = 4, .u.record = m };
	out = written(slots, NONE);
	cr_expect(str_eq(out, STR("{\"p\":{\"name\":\"a\",\"id\":3}}")),
	    "%.*s", STR_ARG(out));
	out = canonical(slots);
	cr_expect(str_eq(out, STR("{\"p\":{\"id\":3,\"name\":\"a\"}}")));
	out = patch(slots, read(STR("{}")), NONE, &n, NULL);
	cr_expect(str_eq(out, STR("{\"p\":{\"name\":\"a\",\"id\":3}}")));
	cr_expect_eq(n, 2);
	slots[1] = (struct value){ 0 };
	slots[4] = value_null();
	cr_expect(str_eq(written(slots, STR("\"\"")), STR("{}")));
}

Test(layout, overlays)
{
	struct value *old = read(STR("{\"id\":1,\"p\":{\"name\":\"a\","
	    "\"amount\":1,\"x\":1,\"y\":2}}"));
	struct value *neu = read(STR("{\"p\":{\"name\":null,\"y\":3,"
	    "\"n\":4}}"));
	struct value out[SLOTS];
	struct str s;

	layout_overlay(layout, neu, old, out, &arena);
	s = written(out, NONE);
	cr_expect(str_eq(s, STR("{\"id\":1,\"p\":{\"name\":null,\"amount\":1,"
	    "\"x\":1,\"y\":3,\"n\":4}}")), "%.*s", STR_ARG(s));
	layout_overlay(layout, neu, old, old, &arena); /* in place */
	cr_expect(str_eq(written(old, NONE), s));
	layout_overlay(layout, read(STR("{}")), old, out, &arena);
	cr_expect(str_eq(written(out, NONE), s));
	layout_overlay(layout, old, read(STR("{}")), out, &arena);
	cr_expect(str_eq(written(out, NONE), s));
}

/* A random record of the layout's names and a few more, in any order. */
static struct str
random_record(uint64_t *seed)
{
	static const char *const scalar[] = { "1", "1.0", "\"1\"", "null",
		"\"\\u0061\"", "\"a\"", "[1,2]", "[2,1]", "\"\"", "1e400" };
	static const char *const extra[] = { "x", "y", "w", "a", "zz" };
	struct buf b = { 0 };
	size_t first = draw(seed), bits = draw(seed);
	int any = 0;

#define VALUE scalar[draw(seed) % COUNT(scalar)]
	buf_puts(&b, STR("{\"p\":{"));
	for (size_t i = 0; i < COUNT(extra); i++) {
		if (bits >> i & 1)
			buf_printf(&b, "%s\"%s\":%s", any++ ? "," : "",
			    extra[(first + i) % COUNT(extra)], VALUE);
	}
	if (bits & 64)
		buf_printf(&b, "%s\"name\":%s", any++ ? "," : "", VALUE);
	if (bits & 128)
		buf_printf(&b, "%s\"amount\":%s", any++ ? "," : "", VALUE);
	if (bits & 256)
		buf_printf(&b, "%s\"deep\":{\"er\":{\"tags\":%s}}",
		    any++ ? "," : "", VALUE);
	buf_putc(&b, '}');
	if (bits & 512)
		buf_printf(&b, ",\"z\\\"q\":%s", VALUE);
	if (bits & 1024)
		buf_printf(&b, ",\"id\":%s", VALUE);
	buf_putc(&b, '}');
	return kept(&b);
#undef VALUE
}

/*
 * For any two records: the patch applied to old leaves nothing to patch;
 * writing and reading back changes nothing; no patch if and only if the
 * overlay has the canonical form of old (create-only fields aside).
 */
Test(layout, patch_brings_old_to_neu, .timeout = 60)
{
	uint64_t seed = 4711;
	size_t changed = 0;

	for (int turn = 0; turn < 4000; turn++) {
		struct value *old = read(random_record(&seed));
		struct value *neu = read(random_record(&seed));
		struct value over[SLOTS], both[SLOTS];
		struct str p;
		size_t n, again;

		old[0] = neu[0] = (struct value){ 0 };
		p = patch(neu, old, NONE, &n, NULL);
		layout_overlay(layout, neu, old, over, &arena);
		cr_assert_eq(n == 0, str_eq(canonical(over), canonical(old)));
		if (n > 0) {
			layout_overlay(layout, read(p), old, both, &arena);
			cr_assert(str_eq(canonical(both), canonical(over)),
			    "%.*s", STR_ARG(p));
			changed++;
		} else {
			cr_assert_eq(p.n, 0);
		}
		patch(neu, over, NONE, &again, NULL);
		cr_assert_eq(again, 0);
		cr_assert(str_eq(canonical(read(written(over, NONE))),
		    canonical(over)));
		if (turn % 50 == 49) {
			tear_down();
			set_up();
		}
	}
	cr_assert_gt(changed, 1000);
}

/* A patch as text: objects are joined, all else is replaced, null stays. */
Test(layout, patches_a_text)
{
	static const struct {
		const char *old, *patch, *whole;
	} cases[] = {
		{ "{}", "{}", "{}" },
		{ "{\"a\":1}", "{}", "{\"a\":1}" },
		{ "{}", "{\"a\":{\"b\":null}}", "{\"a\":{\"b\":null}}" },
		{ "{ \"a\": 1.50, \"b\": [1, 2] }", "{\"b\":[3],\"c\":\"\"}",
		    "{\"a\":1.50,\"b\":[3],\"c\":\"\"}" },
		{ "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"c\":null,\"d\":4}}",
		    "{\"a\":{\"b\":1,\"c\":null,\"d\":4}}" },
		{ "{\"a\":{\"b\":1}}", "{\"a\":null}", "{\"a\":null}" },
		{ "{\"a\":null}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}" },
		{ "{\"\\u0061\":1}", "{\"a\":2,\"\\\"\":3}",
		    "{\"a\":2,\"\\\"\":3}" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str old = padded(str_z(cases[i].old));
		struct str patch = padded(str_z(cases[i].patch));
		struct arena a = { 0 };
		struct buf b = { 0 };

		value_patch(&b, old, patch, &a);
		cr_expect(str_eq(buf_str(&b), str_z(cases[i].whole)),
		    "%s + %s = %.*s", cases[i].old, cases[i].patch,
		    STR_ARG(buf_str(&b)));
		buf_fini(&b);
		arena_fini(&a);
		unpad(old);
		unpad(patch);
	}
}

/* What a CRM writes back in another zone is no difference, and no echo. */
Test(layout, compares_instants)
{
	static const char *const same[] = {
		"{\"p\":{\"at\":\"2026-01-31T12:00:00+00:00\"}}",
		"{\"p\":{\"at\":\"2026-01-31T17:30:00+05:30\"}}",
		"{\"p\":{\"at\":\"2026-01-31T12:00:00.000Z\"}}",
	};
	const struct value *first = read(str_z(same[0]));
	const struct value *other = read(STR("{\"p\":{\"at\":"
	    "\"2026-01-31T12:00:00.001Z\"}}"));
	struct str out;
	size_t n;

	for (size_t i = 0; i < COUNT(same); i++) {
		const struct value *slots = read(str_z(same[i]));

		patch(slots, first, NONE, &n, NULL);
		cr_expect_eq(n, 0, "%s", same[i]);
		cr_expect(str_eq(canonical(slots), canonical(first)), "%s",
		    same[i]);
	}
	out = patch(other, first, NONE, &n, NULL);
	cr_expect(str_eq(out, STR("{\"p\":{\"at\":"
	    "\"2026-01-31T12:00:00.001Z\"}}")), "%.*s", STR_ARG(out));
	cr_expect(!str_eq(canonical(other), canonical(first)));
}
