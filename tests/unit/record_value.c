/* Values: what is equal, what is canonical, what leaves as it came. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "record.h"
#include "record/decimal.h"
#include "record/scan.h"
#include "record/value.h"

static struct scan_names *names;
static struct arena arena;

static void
set_up(void)
{
	names = scan_names_new();
}

static void
tear_down(void)
{
	scan_names_free(names);
	arena_fini(&arena);
}

TestSuite(value, .init = set_up, .fini = tear_down);

/* A JSON text as a value; it stays until tear_down. */
static struct value
parse(struct str text)
{
	struct str s = padded(text);
	struct value v = { 0 };
	struct scan scan;
	struct err e;

	arena_defer(&arena, free, (void *)(uintptr_t)s.p);
	if (text.n == 0)
		return v; /* absent */
	scan_init(&scan, s, names);
	cr_assert_eq(scan_value(&scan, &v, &e), 0, "%.*s: %s", STR_ARG(text),
	    e.text);
	cr_assert_eq(scan_end(&scan, &e), 0);
	return v;
}

Test(value, words)
{
	cr_expect_str_eq(value_word((struct value){ 0 }), "absent");
	cr_expect_str_eq(value_word(value_null()), "null");
	cr_expect_str_eq(value_word(parse(STR("1"))), "number");
	cr_expect_str_eq(value_word(parse(STR("[]"))), "json");
	cr_expect(value_nil(value_null()) && value_nil((struct value){ 0 }));
	cr_expect(!value_nil(value_bool(0)) && !value_nil(value_text(STR(""))));
}

/* All that JSON can say about one value leaves byte for byte as it came. */
Test(value, leaves_as_it_came)
{
	static const struct str texts[] = {
	    STR("19.99"), STR("1e400"), STR("9007199254740993"), STR("0.10"),
	    STR("12345678901234567890.12"), STR("-0"), STR("1E+05"),
	    STR("null"), STR("true"), STR("false"), STR("\"\""),
	    STR("\"a\\u00e9\\/\\\"\""), STR("\"\\u0000\""), STR("\"\xc3\xa9\""),
	    STR("[1, 2.50,{ \"b\":1,\"a\" :2 }]"), STR("{}"),
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < COUNT(texts); i++) {
		buf_reset(&b);
		value_write(&b, parse(texts[i]));
		cr_expect(str_eq(buf_str(&b), texts[i]), "%.*s -> %.*s",
		    STR_ARG(texts[i]), STR_ARG(b));
	}
	buf_fini(&b);
}

Test(value, writes_what_was_computed)
{
	struct dec d = { -150, 2 };
	struct value list[] = {
	    { 0 }, value_null(), value_bool(1), value_int(INT64_MIN),
	    { .type = V_DEC, .u.d = &d },
	    value_text(str_from("q\"\\\n\0\xc3\xa9", 7)),
	};
	struct member m[] = {
	    { STR("a\"b"), { .type = V_LIST, .n = 6, .u.list = list } },
	    { STR(""), { .type = V_RECORD } },
	};
	struct value v = { .type = V_RECORD, .n = 2, .u.record = m };
	struct buf b = { 0 };

	value_write(&b, v);
	cr_expect(str_eq(buf_str(&b), STR("{\"a\\\"b\":[null,null,true,"
	    "-9223372036854775808,-1.50,\"q\\\"\\\\\\n\\u0000\xc3\xa9\"],"
	    "\"\":{}}")), "%.*s", STR_ARG(b));
	buf_fini(&b);
}

/* Lengths around the sixteen bytes that are looked at together. */
Test(value, escapes_at_every_place)
{
	char text[64];
	struct buf b = { 0 };

	for (size_t n = 0; n < sizeof(text); n++) {
		for (size_t i = 0; i <= n; i++) {
			struct str s = str_from(text, n), back;

			memset(text, 'x', sizeof(text));
			if (i < n)
				text[i] = '\n';
			buf_reset(&b);
			value_write(&b, value_text(s));
			cr_assert_eq(b.n, n + 2 + (i < n));
			back = value_str(parse(buf_str(&b)), &arena);
			cr_assert(str_eq(back, s));
		}
	}
	buf_fini(&b);
}

Test(value, unescapes)
{
	static const struct {
		struct str json, text;
	} cases[] = {
	    { STR("\"\""), STR("") }, { STR("\"abc\""), STR("abc") },
	    { STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("\"\\/\b\f\n\r\t") },
	    { STR("\"\\u0000\""), STR("\0") },
	    { STR("\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\""),
	      STR("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") },
	    { STR("\"\\uFFFF\\uDBFF\\uDFFF\""),
	      STR("\xef\xbf\xbf\xf4\x8f\xbf\xbf") },
	    { STR("\"x\\u0079z\""), STR("xyz") },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_expect(str_eq(value_str(parse(cases[i].json), &arena),
		    cases[i].text), "%.*s", STR_ARG(cases[i].json));
}

Test(value, opens_one_level)
{
	struct value v = value_open(parse(
	    STR("{\"a\\n\":[1,[2]], \"b\":{\"c\":null}}")), &arena);
	struct value l;

	cr_assert(v.type == V_RECORD && v.n == 2);
	cr_expect(str_eq(v.u.record[0].name, STR("a\n")));
	cr_expect_eq(v.u.record[0].value.type, V_RAW);
	l = value_open(v.u.record[0].value, &arena);
	cr_assert(l.type == V_LIST && l.n == 2);
	cr_expect_eq(l.u.list[0].type, V_NUM);
	cr_expect_eq(l.u.list[1].type, V_RAW);
	cr_expect_eq(value_open(parse(STR("[]")), &arena).n, 0);
	cr_expect_eq(value_open(parse(STR("{}")), &arena).type, V_RECORD);
	cr_expect_eq(value_open(value_int(3), &arena).type, V_INT);
	/* more than one growth step */
	l = value_open(parse(STR("[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7]")),
	    &arena);
	cr_assert_eq(l.n, 18);
	for (uint32_t i = 0; i < l.n; i++)
		cr_expect_eq(l.u.list[i].u.p[0], '0' + (int)(i % 10));
}

Test(value, finds_members)
{
	struct value raw = parse(
	    STR("{\"a\":1,\"\\u0062\":{\"a\":2},\"c\":null}"));
	struct value both[] = { raw, value_open(raw, &arena) };

	for (size_t i = 0; i < COUNT(both); i++) {
		struct value v = both[i];

		cr_expect_eq(value_member(v, STR("a"), &arena).type, V_NUM);
		cr_expect_eq(value_member(v, STR("b"), &arena).type, V_RAW);
		cr_expect_eq(value_member(v, STR("c"), &arena).type, V_NULL);
		cr_expect_eq(value_member(v, STR("d"), &arena).type, V_ABSENT);
	}
	cr_expect_eq(value_member(value_null(), STR("a"), &arena).type,
	    V_NULL);
	cr_expect_eq(value_member(parse(STR("[1]")), STR("a"), &arena).type,
	    V_ABSENT);
	cr_expect_eq(value_member(value_int(1), STR("a"), &arena).type,
	    V_ABSENT);
}

static struct str
canon(struct value v, enum value_compare how)
{
	struct buf b = { 0 };
	struct str s;

	value_canon(&b, v, how, &arena);
	s = arena_str(&arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

/*
 * Each row is a class of equal values under a comparison; values of different
 * rows under the same comparison differ.  "" is ABSENT.
 */
Test(value, equality_and_canon)
{
	static const struct {
		enum value_compare how;
		struct str is[4], canon;
	} rows[] = {
	    { CMP_EXACT, { STR("null") }, STR("null") },
	    { CMP_EXACT, { STR("\"\"") }, STR("\"\"") },
	    { CMP_EXACT, { STR("true") }, STR("true") },
	    { CMP_EXACT, { STR("false") }, STR("false") },
	    { CMP_EXACT, { STR("1.5"), STR("1.50"), STR("15e-1") },
	      STR("1.5") },
	    { CMP_EXACT, { STR("0"), STR("-0"), STR("0.0e9") }, STR("0") },
	    { CMP_EXACT, { STR("1e400"), STR("10e399") }, STR("1e400") },
	    { CMP_EXACT, { STR("\"1.5\"") }, STR("\"1.5\"") },
	    { CMP_EXACT, { STR("\"1.50\"") }, STR("\"1.50\"") },
	    { CMP_EXACT, { STR("\"a/b\""), STR("\"a\\/b\""),
	      STR("\"\\u0061/b\"") }, STR("\"a/b\"") },
	    { CMP_EXACT, { STR("[1,2]"), STR("[ 1.0 , 2e0 ]") },
	      STR("[1,2]") },
	    { CMP_EXACT, { STR("[2,1]") }, STR("[2,1]") },
	    { CMP_EXACT, { STR("[]"), STR("[ ]") }, STR("[]") },
	    { CMP_EXACT, { STR("{}"), STR("{\n}") }, STR("{}") },
	    { CMP_EXACT, { STR("[[]]") }, STR("[[]]") },
	    { CMP_EXACT, { STR("{\"b\":[1,{\"d\":1,\"c\":2}],\"a\":null}"),
	      STR("{\"\\u0061\":null,\"b\":[1.0,{\"c\":2,\"d\":1}]}") },
	      STR("{\"a\":null,\"b\":[1,{\"c\":2,\"d\":1}]}") },
	    { CMP_EXACT, { STR("{\"b\":[1,{\"d\":1,\"c\":2}]}") },
	      STR("{\"b\":[1,{\"c\":2,\"d\":1}]}") },
	    { CMP_DECIMAL, { STR("1.5"), STR("\"1.50\""), STR("\"15e-1\""),
	      STR("\"\\u0031.5\"") }, STR("1.5") },
	    { CMP_DECIMAL, { STR("\"01.5\"") }, STR("\"01.5\"") },
	    { CMP_DECIMAL, { STR("\"\"") }, STR("\"\"") },
	    { CMP_DECIMAL, { STR("null") }, STR("null") },
	    { CMP_DECIMAL, { STR("\"abc\""), STR("\"a\\u0062c\"") },
	      STR("\"abc\"") },
	    { CMP_DECIMAL, { STR("[\"1.50\"]") }, STR("[\"1.50\"]") },
	    { CMP_DECIMAL, { STR("[\"1.5\"]") }, STR("[\"1.5\"]") },
	    { CMP_INSTANT, { STR("\"2026-01-31T12:00:00Z\""),
	      STR("\"2026-01-31T17:30:00.000+05:30\""),
	      STR("\"2026-01-31t11:00:00.0-0100\""),
	      STR("\"2026-01-31T12:00:00\\u002b00:00\"") },
	      STR("\"2026-01-31T12:00:00Z\"") },
	    { CMP_INSTANT, { STR("\"2026-01-31T12:00:00.250Z\""),
	      STR("\"2026-01-31T13:00:00.25+01:00\""),
	      STR("\"2026-01-31T12:00:00.250000000Z\"") },
	      STR("\"2026-01-31T12:00:00.25Z\"") },
	    { CMP_INSTANT, { STR("\"2026-01-31T12:00:00.2500000001Z\"") },
	      STR("\"2026-01-31T12:00:00.2500000001Z\"") },
	    { CMP_INSTANT, { STR("\"2016-12-31T23:59:60Z\""),
	      STR("\"2017-01-01T00:00:00Z\"") },
	      STR("\"2017-01-01T00:00:00Z\"") },
	    { CMP_INSTANT, { STR("\"2026-01-31T12:00:00\"") }, /* whose? */
	      STR("\"2026-01-31T12:00:00\"") },
	    { CMP_INSTANT, { STR("\"0000-01-01T00:00:00+01:00\"") },
	      STR("\"0000-01-01T00:00:00+01:00\"") },
	    { CMP_INSTANT, { STR("\"2026-02-30T12:00:00Z\"") },
	      STR("\"2026-02-30T12:00:00Z\"") },
	    { CMP_INSTANT, { STR("\"2026-01-31\"") },
	      STR("\"2026-01-31\"") },
	    { CMP_INSTANT, { STR("\"\"") }, STR("\"\"") },
	    { CMP_INSTANT, { STR("null") }, STR("null") },
	    { CMP_INSTANT, { STR("1769860800000") }, STR("1769860800000") },
	    { CMP_SET, { STR("[3,\"a\",1.0]"), STR("[\"a\",1,3]"),
	      STR("[1,3,\"\\u0061\"]") }, STR("[1,3,\"a\"]") },
	    { CMP_SET, { STR("[1,1,2]"), STR("[1,2,1]") }, STR("[1,1,2]") },
	    { CMP_SET, { STR("[1,2,2]") }, STR("[1,2,2]") },
	    { CMP_SET, { STR("[[1,2],[2,1]]"), STR("[[2,1],[1,2]]") },
	      STR("[[1,2],[2,1]]") },
	    { CMP_SET, { STR("[{\"b\":1,\"a\":2},null]"),
	      STR("[null,{\"a\":2,\"b\":1}]") },
	      STR("[null,{\"a\":2,\"b\":1}]") },
	    { CMP_SET, { STR("[[1,2],[1,2]]") }, STR("[[1,2],[1,2]]") },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum value_compare how = rows[i].how;
		struct value a = parse(rows[i].is[0]);

		cr_expect(!value_equal(a, (struct value){ 0 }, how, &arena));
		for (size_t k = 0; k < 4 && rows[i].is[k].n > 0; k++) {
			struct value b = parse(rows[i].is[k]);

			cr_expect(value_equal(a, b, how, &arena) &&
			    value_equal(b, a, how, &arena), "%.*s and %.*s",
			    STR_ARG(rows[i].is[0]), STR_ARG(rows[i].is[k]));
			cr_expect(value_equal(b, value_open(b, &arena), how,
			    &arena));
			cr_expect(str_eq(canon(b, how), rows[i].canon),
			    "%.*s -> %.*s", STR_ARG(rows[i].is[k]),
			    STR_ARG(canon(b, how)));
		}
		for (size_t j = 0; j < COUNT(rows); j++) {
			struct value b = parse(rows[j].is[0]);

			if (j == i || rows[j].how != how)
				continue;
			cr_expect(!value_equal(a, b, how, &arena),
			    "%.*s and %.*s", STR_ARG(rows[i].is[0]),
			    STR_ARG(rows[j].is[0]));
		}
	}
}

Test(value, equality_of_computed)
{
	struct dec d = { 1500, 3 };
	struct value dec = { .type = V_DEC, .u.d = &d };
	struct value absent = { 0 };

	cr_expect(value_equal(dec, parse(STR("1.5")), CMP_EXACT, &arena));
	cr_expect(value_equal(dec, parse(STR("\"1.5\"")), CMP_DECIMAL,
	    &arena));
	cr_expect(!value_equal(dec, parse(STR("\"1.5\"")), CMP_EXACT, &arena));
	cr_expect(value_equal(value_int(100), parse(STR("1e2")), CMP_EXACT,
	    &arena));
	cr_expect(!value_equal(value_int(1), value_bool(1), CMP_EXACT, &arena));
	cr_expect(value_equal(value_text(STR("a\nb")),
	    parse(STR("\"a\\nb\"")), CMP_EXACT, &arena));
	/* equal bytes, but one of them is escaped */
	cr_expect(!value_equal(value_text(STR("a\\nb")),
	    parse(STR("\"a\\nb\"")), CMP_EXACT, &arena));
	cr_expect(value_equal(absent, absent, CMP_EXACT, &arena));
	cr_expect(!value_equal(absent, value_null(), CMP_EXACT, &arena));
	cr_expect(!value_equal(value_null(), value_text(STR("")), CMP_EXACT,
	    &arena));
	cr_expect(str_eq(canon(dec, CMP_EXACT), STR("1.5")));
	cr_expect(str_eq(canon(value_int(-3), CMP_EXACT), STR("-3")));
}

/* A random text of JSON, with blanks and escapes where they may be. */
static void
blanks(uint64_t *seed, struct buf *b)
{
	while (draw(seed) % 8 == 0)
		buf_putc(b, " \t\r\n"[draw(seed) % 4]);
}

static void
random_text(uint64_t *seed, struct buf *b, unsigned number)
{
	static const char *const bits[] = { "a", "\\u0061", "\xc3\xa9",
		"\\u00e9", "\\n", "\\\"", "\xf0\x9f\x98\x80", "\\ud83d\\ude00",
		"long enough to cross sixteen bytes ", "\\\\", "\\u0000" };

	buf_putc(b, '"');
	for (size_t n = draw(seed) % 4; n > 0; n--)
		buf_puts(b, str_z(bits[draw(seed) % COUNT(bits)]));
	if (number > 0)
		buf_printf(b, "%u", number); /* so that names differ */
	buf_putc(b, '"');
}

static void
random_json(uint64_t *seed, struct buf *b, int depth)
{
	static const char *const scalars[] = { "null", "true", "false", "0",
		"-0", "1", "1.0", "1e2", "100", "0.10", "1e400", "-7.5" };
	size_t kind = draw(seed) % (depth > 0 ? 5 : 3);
	unsigned n = (unsigned)(draw(seed) % 5);

	blanks(seed, b);
	if (kind == 0)
		random_text(seed, b, 0);
	else if (kind < 3)
		buf_puts(b, str_z(scalars[draw(seed) % COUNT(scalars)]));
	else
		buf_putc(b, kind == 3 ? '[' : '{');
	for (unsigned i = 1; kind >= 3 && i <= n; i++) {
		if (i > 1)
			buf_putc(b, ',');
		blanks(seed, b);
		if (kind == 4) {
			random_text(seed, b, i);
			blanks(seed, b);
			buf_putc(b, ':');
		}
		random_json(seed, b, depth - 1);
	}
	if (kind >= 3)
		buf_putc(b, kind == 3 ? ']' : '}');
	blanks(seed, b);
}

/* Open everything, so that it must be written from its parts. */
static struct value
opened(struct value v)
{
	v = value_open(v, &arena);
	for (uint32_t i = 0; v.type == V_LIST && i < v.n; i++)
		((struct value *)(uintptr_t)v.u.list)[i] =
		    opened(v.u.list[i]);
	for (uint32_t i = 0; v.type == V_RECORD && i < v.n; i++)
		((struct member *)(uintptr_t)v.u.record)[i].value =
		    opened(v.u.record[i].value);
	if (v.type == V_TEXT)
		v = value_text(value_str(v, &arena));
	return v;
}

/*
 * Random trees: written from their parts and read again they are equal, have
 * the same canonical form, which is its own; equality is what canon says.
 */
Test(value, random_trees, .timeout = 60)
{
	static const enum value_compare hows[] = { CMP_EXACT, CMP_DECIMAL,
		CMP_INSTANT, CMP_SET };
	struct buf text = { 0 }, again = { 0 };
	struct value last = { 0 };
	struct str last_canon[4] = { STR(""), STR(""), STR(""), STR("") };
	uint64_t seed = 99;

	for (int n = 0; n < 3000; n++) {
		struct value v, w;

		buf_reset(&text);
		random_json(&seed, &text, (int)(draw(&seed) % 5));
		v = parse(buf_str(&text));
		buf_reset(&again);
		value_write(&again, opened(v));
		w = parse(buf_str(&again));
		for (size_t i = 0; i < COUNT(hows); i++) {
			struct str c = canon(v, hows[i]);

			cr_assert(value_equal(v, w, hows[i], &arena),
			    "%.*s and %.*s", STR_ARG(text), STR_ARG(again));
			cr_assert(str_eq(canon(w, hows[i]), c));
			cr_assert(str_eq(canon(parse(c), hows[i]), c));
			if (n % 100 != 0)
				cr_assert_eq(value_equal(v, last, hows[i],
				    &arena), str_eq(c, last_canon[i]));
			last_canon[i] = c;
		}
		last = v;
		if (n % 100 == 99)
			arena_reset(&arena);
	}
	buf_fini(&text);
	buf_fini(&again);
}
