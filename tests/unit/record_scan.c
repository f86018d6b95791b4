/* The scanner reads every text of RFC 8259 and no other. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/mman.h>

#include "record.h"
#include "record/scan.h"

static struct scan_names *names;

static void
set_up(void)
{
	names = scan_names_new();
}

static void
tear_down(void)
{
	scan_names_free(names);
}

TestSuite(scan, .init = set_up, .fini = tear_down);

static int
check(struct str text, struct err *e)
{
	struct str s = padded(text);
	int r;

	*e = (struct err){ 0 };
	r = scan_check(s, names, e);
	unpad(s);
	return r;
}

Test(scan, accepts)
{
	static const struct str texts[] = {
	    STR("null"), STR("true"), STR("false"), STR("0"), STR("-0"),
	    STR("\"\""), STR("[]"), STR("{}"), STR(" \t\r\n[ \t\r\n] \t\r\n"),
	    STR("{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }"),
	    STR("1"), STR("-1"), STR("10"), STR("1.0"), STR("1.50"),
	    STR("0.1"), STR("0e1"), STR("0E+1"), STR("0.0e-0"), STR("1e400"),
	    STR("-1.5E-99999999999999999999"), STR("9007199254740993"),
	    STR("12345678901234567890.12"), STR("1e00"), STR("-0.0"),
	    STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("\"\\u0000\""),
	    STR("\"\\ud83d\\ude00\""), STR("\"\\uD83D\\uDE00\""),
	    STR("\"\\uffff\""), STR("\"\\u00e9\""), STR("\"\\ud7ff\\ue000\""),
	    STR("\"\x7f\""), STR("\"\xc2\x80\""), STR("\"\xdf\xbf\""),
	    STR("\"\xe0\xa0\x80\""), STR("\"\xed\x9f\xbf\""),
	    STR("\"\xee\x80\x80\""), STR("\"\xef\xbf\xbf\""),
	    STR("\"\xef\xbb\xbf\""), STR("\"\xf0\x90\x80\x80\""),
	    STR("\"\xf4\x8f\xbf\xbf\""), STR("\"/\""),
	    STR("{\"\":1}"), STR("{\"a\":1,\"A\":2}"),
	    STR("{\"a\":{\"a\":{\"a\":1}}}"),
	    STR("[{\"a\":1},{\"a\":1}]"), STR("{\"a\":{},\"b\":{\"a\":1}}"),
	    STR("{\"a\\u0000\":1,\"a\":2}"), STR("[[[[]]],{\"x\":[]}]"),
	    STR("[1,null,true,false,\"x\",{},[]]"), STR("\"a \xe2\x80\xa8 b\""),
	};
	struct err e;

	for (size_t i = 0; i < COUNT(texts); i++)
		cr_expect_eq(check(texts[i], &e), 0, "%.*s: %s",
		    STR_ARG(texts[i]), e.text);
}

Test(scan, refuses)
{
	static const struct {
		struct str text;
		size_t at;
		const char *error;
	} cases[] = {
	    { STR(""), 0, "the text ends too early, expected a value" },
	    { STR("  "), 2, "the text ends too early, expected a value" },
	    { STR("\xef\xbb\xbf{}"), 0,
	      "the text begins with a byte order mark, remove it" },
	    { STR("{}x"), 2, "unexpected 'x', expected nothing behind the "
	      "value" },
	    { STR("{} {}"), 3, "unexpected '{', expected nothing behind the "
	      "value" },
	    { STR("1 2"), 2, "unexpected '2', expected nothing behind the "
	      "value" },
	    { STR("[]\0"), 2, "unexpected byte 0x00, expected nothing behind "
	      "the value" },
	    { STR("nul"), 0, "unexpected 'n', expected a value" },
	    { STR("nulL"), 0, "unexpected 'n', expected a value" },
	    { STR("nullx"), 4, "unexpected 'x', expected nothing behind the "
	      "value" },
	    { STR("True"), 0, "unexpected 'T', expected a value" },
	    { STR("NaN"), 0, "unexpected 'N', expected a value" },
	    { STR("Infinity"), 0, "unexpected 'I', expected a value" },
	    { STR("'a'"), 0, "unexpected ''', expected a value" },
	    { STR("\x01"), 0, "unexpected byte 0x01, expected a value" },
	    { STR("\v1"), 0, "unexpected byte 0x0b, expected a value" },
	    { STR("\xc2\xa0" "1"), 0, "unexpected byte 0xc2, expected a "
	      "value" },
	    { STR("/**/1"), 0, "unexpected '/', expected a value" },
	    { STR("["), 1, "the text ends too early, expected a value" },
	    { STR("[1"), 2, "the text ends too early, expected a comma or ]" },
	    { STR("[1,"), 3, "the text ends too early, expected a value" },
	    { STR("[1,]"), 3, "unexpected ']', expected a value" },
	    { STR("[,1]"), 1, "unexpected ',', expected a value" },
	    { STR("[1,,2]"), 3, "unexpected ',', expected a value" },
	    { STR("[1 2]"), 3, "unexpected '2', expected a comma or ]" },
	    { STR("[1}"), 2, "unexpected '}', expected a comma or ]" },
	    { STR("]"), 0, "unexpected ']', expected a value" },
	    { STR("[1:2]"), 2, "unexpected ':', expected a comma or ]" },
	    { STR("{"), 1, "the text ends too early, expected a name in "
	      "double quotes" },
	    { STR("{]"), 1, "unexpected ']', expected a name in double "
	      "quotes" },
	    { STR("{1:2}"), 1, "unexpected '1', expected a name in double "
	      "quotes" },
	    { STR("{a:2}"), 1, "unexpected 'a', expected a name in double "
	      "quotes" },
	    { STR("{\"a\"}"), 4, "unexpected '}', expected a colon behind "
	      "the name" },
	    { STR("{\"a\" 1}"), 5, "unexpected '1', expected a colon behind "
	      "the name" },
	    { STR("{\"a\":}"), 5, "unexpected '}', expected a value" },
	    { STR("{\"a\":1,}"), 7, "unexpected '}', expected a name in "
	      "double quotes" },
	    { STR("{,\"a\":1}"), 1, "unexpected ',', expected a name in "
	      "double quotes" },
	    { STR("{\"a\":1 \"b\":2}"), 7, "unexpected '\"', expected a "
	      "comma or }" },
	    { STR("{\"a\":1]"), 6, "unexpected ']', expected a comma or }" },
	    { STR("{\"a\":1"), 6, "the text ends too early, expected a comma "
	      "or }" },
	    { STR("{\"a\":1,\"a\":2}"), 7, "duplicate name \"a\"" },
	    { STR("{\"a\":1,\"\\u0061\":2}"), 7,
	      "duplicate name \"\\u0061\"" },
	    { STR("{\"\\u0061\":1,\"a\":2}"), 12, "duplicate name \"a\"" },
	    { STR("{\"\\u0061\":1,\"\\u0061\":2}"), 12,
	      "duplicate name \"\\u0061\"" },
	    { STR("{\"\":1,\"\":2}"), 6, "duplicate name \"\"" },
	    { STR("[[{\"x\":{\"y\":1},\"x\":2}]]"), 15,
	      "duplicate name \"x\"" },
	    { STR("\"a"), 0, "a string is not closed" },
	    { STR("\"a\\"), 2, "unknown escape in a string, JSON has \\\" \\\\ "
	      "\\/ \\b \\f \\n \\r \\t and \\u" },
	    { STR("\"a\\\""), 0, "a string is not closed" },
	    { STR("\"\\a\""), 1, "unknown escape in a string, JSON has \\\" "
	      "\\\\ \\/ \\b \\f \\n \\r \\t and \\u" },
	    { STR("\"\\u12\""), 1, "\\u wants four hexadecimal digits" },
	    { STR("\"\\u12g4\""), 1, "\\u wants four hexadecimal digits" },
	    { STR("\"\\u00"), 1, "\\u wants four hexadecimal digits" },
	    { STR("\"\\U0041\""), 1, "unknown escape in a string, JSON has "
	      "\\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u" },
	    { STR("\"\\ud800\""), 1, "lone surrogate \\ud800 is no "
	      "character, write the pair" },
	    { STR("\"\\udc00\""), 1, "lone surrogate \\udc00 is no "
	      "character, write the pair" },
	    { STR("\"\\ud800\\u0041\""), 1, "lone surrogate \\ud800 is no "
	      "character, write the pair" },
	    { STR("\"\\ud800\\ud800\\udc00\""), 1, "lone surrogate \\ud800 is "
	      "no character, write the pair" },
	    { STR("\"\\udc00\\ud800\""), 1, "lone surrogate \\udc00 is no "
	      "character, write the pair" },
	    { STR("\"\\ud800x\""), 1, "lone surrogate \\ud800 is no "
	      "character, write the pair" },
	    { STR("\"\n\""), 1, "control character in a string, write "
	      "\\u000a" },
	    { STR("\"\0\""), 1, "control character in a string, write "
	      "\\u0000" },
	    { STR("\"ab\x1f\""), 3, "control character in a string, write "
	      "\\u001f" },
	    { STR("\"\x80\""), 1, "byte 0x80 is not UTF-8 here, send the "
	      "text as UTF-8" },
	    { STR("\"\xc0\x80\""), 1, "byte 0xc0 is not UTF-8 here, send the "
	      "text as UTF-8" },
	    { STR("\"\xc1\xbf\""), 1, "byte 0xc1 is not UTF-8 here, send the "
	      "text as UTF-8" },
	    { STR("\"\xe0\x9f\xbf\""), 1, "byte 0xe0 is not UTF-8 here, send "
	      "the text as UTF-8" },
	    { STR("\"\xed\xa0\x80\""), 1, "byte 0xed is not UTF-8 here, send "
	      "the text as UTF-8" },
	    { STR("\"\xf0\x8f\xbf\xbf\""), 1, "byte 0xf0 is not UTF-8 here, "
	      "send the text as UTF-8" },
	    { STR("\"\xf4\x90\x80\x80\""), 1, "byte 0xf4 is not UTF-8 here, "
	      "send the text as UTF-8" },
	    { STR("\"\xf5\x80\x80\x80\""), 1, "byte 0xf5 is not UTF-8 here, "
	      "send the text as UTF-8" },
	    { STR("\"ok \xe2\x82\""), 4, "byte 0xe2 is not UTF-8 here, send "
	      "the text as UTF-8" },
	    { STR("\"\xff\""), 1, "byte 0xff is not UTF-8 here, send the "
	      "text as UTF-8" },
	    { STR("{\"\xe9\":1}"), 2, "byte 0xe9 is not UTF-8 here, send the "
	      "text as UTF-8" },
	    { STR("-"), 1, "a digit is missing behind the minus" },
	    { STR("-a"), 1, "a digit is missing behind the minus" },
	    { STR("--1"), 1, "a digit is missing behind the minus" },
	    { STR("+1"), 0, "unexpected '+', expected a value" },
	    { STR(".5"), 0, "unexpected '.', expected a value" },
	    { STR("01"), 0, "a number has no leading zeros, drop them or "
	      "write a string" },
	    { STR("-00"), 1, "a number has no leading zeros, drop them or "
	      "write a string" },
	    { STR("1."), 2, "a digit is missing behind the point" },
	    { STR("1.e5"), 2, "a digit is missing behind the point" },
	    { STR("1e"), 2, "a digit is missing in the exponent" },
	    { STR("1.5e+"), 5, "a digit is missing in the exponent" },
	    { STR("1e-x"), 3, "a digit is missing in the exponent" },
	    { STR("1e5.5"), 3, "unexpected '.', expected nothing behind the "
	      "value" },
	    { STR("0x10"), 1, "unexpected 'x', expected nothing behind the "
	      "value" },
	    { STR("1_000"), 1, "unexpected '_', expected nothing behind the "
	      "value" },
	};
	struct err e;

	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_expect_eq(check(cases[i].text, &e), -1, "%.*s accepted",
		    STR_ARG(cases[i].text));
		cr_expect_str_eq(e.text, cases[i].error, "%.*s: %s",
		    STR_ARG(cases[i].text), e.text);
		cr_expect_eq(e.at, cases[i].at, "%.*s: at %zu",
		    STR_ARG(cases[i].text), e.at);
		cr_expect_eq(e.code, ERR_DATA);
	}
}

/* n times open, one value, n times close; walked whole and by the cursor. */
static int
nested(size_t n, char open, struct err *e)
{
	struct buf b = { 0 };
	int r;

	for (size_t i = 0; i < n; i++)
		buf_puts(&b, open == '[' ? STR("[") : STR("{\"a\":"));
	buf_puts(&b, STR("1"));
	for (size_t i = 0; i < n; i++)
		buf_putc(&b, open == '[' ? ']' : '}');
	r = check(buf_str(&b), e);
	buf_fini(&b);
	return r;
}

Test(scan, stops_at_the_depth)
{
	struct scan s;
	struct err e;
	char open[RECORD_DEPTH + 1];
	struct str text;

	for (int i = 0; i < 2; i++) {
		cr_assert_eq(nested(RECORD_DEPTH, "[{"[i], &e), 0, "%s",
		    e.text);
		cr_assert_eq(nested(RECORD_DEPTH + 1, "[{"[i], &e), -1);
		cr_assert_eq(e.code, ERR_LIMIT);
		cr_assert_str_eq(e.text, "nested deeper than 64 levels");
		cr_assert_eq(nested(100000, "[{"[i], &e), -1);
	}
	memset(open, '[', sizeof(open));
	text = padded(str_from(open, sizeof(open)));
	scan_init(&s, text, names);
	for (int i = 0; i < RECORD_DEPTH; i++) {
		cr_assert_eq(scan_array(&s, &e), 0);
		cr_assert_eq(scan_item(&s, &e), 1);
	}
	cr_assert_eq(scan_array(&s, &e), -1);
	cr_assert_eq(e.code, ERR_LIMIT);
	unpad(text);
}

/* A gigabyte of pages that nobody touches. */
Test(scan, stops_at_the_length)
{
	size_t size = SCAN_MAX + 1 + RECORD_PAD;
	char *p = mmap(NULL, size, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct scan s;
	struct err e;

	cr_assert_neq(p, MAP_FAILED);
	cr_assert_eq(scan_check(str_from(p, SCAN_MAX), names, &e), -1);
	cr_assert_eq(e.code, ERR_DATA);
	cr_assert_eq(scan_check(str_from(p, SCAN_MAX + 1), names, &e), -1);
	cr_assert_eq(e.code, ERR_LIMIT);
	cr_assert_str_eq(e.text,
	    "text of 1073741825 bytes: the limit is 1073741824");
	scan_init(&s, str_from(p, SCAN_MAX + 1), names);
	cr_assert_eq(scan_object(&s, &e), -1);
	cr_assert_eq(e.code, ERR_LIMIT);
	cr_assert_eq(scan_end(&s, &e), -1);
	munmap(p, size);
}

/* Strings of every length and every offset, each stop byte at every place. */
Test(scan, strings_of_every_length)
{
	char text[80];
	struct err e;

	for (size_t n = 0; n < 70; n++) {
		memset(text, 'x', sizeof(text));
		text[0] = text[n + 1] = '"';
		cr_assert_eq(check(str_from(text, n + 2), &e), 0);
		cr_assert_eq(check(str_from(text, n + 1), &e), -1);
		cr_assert_str_eq(e.text, "a string is not closed");
		for (size_t i = 1; i <= n; i++) {
			text[i] = '\n';
			cr_assert_eq(check(str_from(text, n + 2), &e), -1);
			cr_assert_eq(e.at, i);
			text[i] = (char)0x80;
			cr_assert_eq(check(str_from(text, n + 2), &e), -1);
			cr_assert_eq(e.at, i);
			text[i] = '"';
			cr_assert_eq(check(str_from(text, n + 2), &e), -1);
			cr_assert_eq(e.at, i + 1);
			text[i] = 'x';
		}
	}
}

/* Many names, with a duplicate of the first, the middle and the last. */
Test(scan, many_names)
{
	static const size_t counts[] = { 1, 2, 127, 128, 129, 1000, 50000 };
	struct buf b = { 0 };
	struct err e;

	for (size_t c = 0; c < COUNT(counts); c++) {
		size_t n = counts[c], end;

		buf_reset(&b);
		buf_putc(&b, '{');
		for (size_t i = 0; i < n; i++)
			buf_printf(&b, "%s\"name%zu\":{\"name%zu\":[]}",
			    i ? "," : "", i, i);
		end = b.n;
		buf_putc(&b, '}');
		cr_assert_eq(check(buf_str(&b), &e), 0, "%s", e.text);
		for (int i = 0; i < 3; i++) {
			size_t k = i == 0 ? 0 : i == 1 ? n / 2 : n - 1;

			b.n = end;
			buf_printf(&b, ",\"\\u006eame%zu\":0}", k);
			cr_assert_eq(check(buf_str(&b), &e), -1);
			cr_assert_eq(e.at, end + 1);
		}
	}
	buf_fini(&b);
}

/* What the cursor hands out, step by step. */
Test(scan, cursor)
{
	struct str text = padded(STR(
	    " { \"a\" : 1.50 , \"b\\n\" : [ true , { \"x\":[] } ], "
	    "\"c\" : \"\\u00e9\" , \"d\":null } "));
	struct value v;
	struct scan s;
	struct err e;

	scan_init(&s, text, names);
	cr_assert_eq(scan_peek(&s), SCAN_OBJECT);
	cr_assert_eq(scan_array(&s, &e), -1);
	cr_assert_str_eq(e.text, "unexpected '{', expected an array");
	cr_assert_eq(scan_object(&s, &e), 0);
	cr_assert_eq(scan_next(&s, &v, &e), 1);
	cr_assert(v.type == V_TEXT && v.flags == VF_PLAIN);
	cr_assert(str_eq(str_from(v.u.p, v.n), STR("a")));
	cr_assert_eq(scan_peek(&s), SCAN_NUMBER);
	cr_assert_eq(scan_value(&s, &v, &e), 0);
	cr_assert(v.type == V_NUM &&
	    str_eq(str_from(v.u.p, v.n), STR("1.50")));
	cr_assert_eq(scan_next(&s, &v, &e), 1);
	cr_assert(v.type == V_TEXT && v.flags == VF_ESCAPED);
	cr_assert(str_eq(str_from(v.u.p, v.n), STR("b\\n")));
	cr_assert_eq(scan_peek(&s), SCAN_ARRAY);
	cr_assert_eq(scan_array(&s, &e), 0);
	cr_assert_eq(scan_item(&s, &e), 1);
	cr_assert_eq(scan_peek(&s), SCAN_BOOL);
	cr_assert_eq(scan_value(&s, &v, &e), 0);
	cr_assert(v.type == V_BOOL && v.u.i == 1);
	cr_assert_eq(scan_item(&s, &e), 1);
	cr_assert_eq(scan_value(&s, &v, &e), 0);
	cr_assert(v.type == V_RAW &&
	    str_eq(str_from(v.u.p, v.n), STR("{ \"x\":[] }")));
	cr_assert_eq(scan_item(&s, &e), 0);
	cr_assert_eq(scan_next(&s, &v, &e), 1);
	cr_assert_eq(scan_peek(&s), SCAN_STRING);
	cr_assert_eq(scan_skip(&s, &e), 0);
	cr_assert_eq(scan_next(&s, &v, &e), 1);
	cr_assert_eq(scan_peek(&s), SCAN_NULL);
	cr_assert_eq(scan_skip(&s, &e), 0);
	cr_assert_eq(scan_next(&s, &v, &e), 0);
	cr_assert_eq(scan_end(&s, &e), 0);
	cr_assert_eq(scan_peek(&s), SCAN_END);
	unpad(text);
}

/* The cursor refuses what scan_check refuses, wherever it is entered. */
Test(scan, cursor_refuses)
{
	static const struct {
		struct str text;
		const char *error;
	} cases[] = {
	    { STR("[1,]"), "unexpected ']', expected a value" },
	    { STR("[1 1]"), "unexpected '1', expected a comma or ]" },
	    { STR("[1"), "the text ends too early, expected a comma or ]" },
	    { STR("{\"a\":1,}"),
	      "unexpected '}', expected a name in double quotes" },
	    { STR("{\"a\":1 \"b\":1}"),
	      "unexpected '\"', expected a comma or }" },
	    { STR("{\"a\" 1}"),
	      "unexpected '1', expected a colon behind the name" },
	    { STR("{\"a\":1,\"a\":1}"), "duplicate name \"a\"" },
	    { STR("{\"a\":{\"a\":1},\"\\u0061\":1}"),
	      "duplicate name \"\\u0061\"" },
	};
	struct value v;
	struct err e;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str text = padded(cases[i].text);
		struct scan s;
		int r;

		scan_init(&s, text, names);
		if (scan_peek(&s) == SCAN_OBJECT) {
			r = scan_object(&s, &e);
			while (r == 0 && (r = scan_next(&s, &v, &e)) == 1)
				r = scan_skip(&s, &e);
		} else {
			r = scan_array(&s, &e);
			while (r == 0 && (r = scan_item(&s, &e)) == 1)
				r = scan_value(&s, &v, &e);
		}
		cr_expect_eq(r, -1);
		cr_expect_str_eq(e.text, cases[i].error);
		unpad(text);
	}
}
