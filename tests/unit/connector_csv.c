/*
 * Tables that leave, and whatever comes back for them.
 */
#include "connector/csv.h"
#include "connector/eval.h"
#include "connector/retry.h"
#include "connector_rig.h"

static int
table(const char *json, struct buf *out, struct arena *a, struct err *e)
{
	size_t n = strlen(json);
	char *text = arena_zalloc(a, n + RECORD_PAD);
	struct value v;

	memcpy(text, json, n);
	cr_assert_eq(eval_json(str_from(text, n), &v, a, e), 0);
	buf_reset(out);
	return csv_write(out, v, STR("#N/A"), a, e);
}

Test(csv, records_as_a_table)
{
	static const struct {
		const char *json, *csv;
	} cases[] = {
		{ "[]", "\n" },
		{ "[{\"a\":\"1\"}]", "a\n1\n" },
		/* the union, in the order in which they are met */
		{ "[{\"a\":1},{\"b\":2,\"a\":3},{}]", "a,b\n1,\n3,2\n,\n" },
		{ "[{\"a\":\"x,y\",\"b\":\"say \\\"no\\\"\"}]",
		    "a,b\n\"x,y\",\"say \"\"no\"\"\"\n" },
		{ "[{\"a\":\"l\\nm\",\"b\":\"\\r\",\"c\":\" x\",\"d\":\"y \"}]",
		    "a,b,c,d\n\"l\nm\",\"\r\",\" x\",\"y \"\n" },
		/* numbers as they came, null by its word */
		{ "[{\"n\":9007199254740993,\"d\":0.10,\"e\":1e3,\"t\":true,"
		    "\"z\":null,\"s\":\"\"}]",
		    "n,d,e,t,z,s\n9007199254740993,0.10,1e3,true,#N/A,\n" },
		{ "[{\"r\":{\"id\":\"k\",\"s\":{\"t\":1}},\"u\":2}]",
		    "r.id,r.s.t,u\nk,1,2\n" },
		{ "[{\"a\\\"b\":\"\\u00e9\xf0\x9f\x98\x80\"}]",
		    "\"a\"\"b\"\n\xc3\xa9\xf0\x9f\x98\x80\n" },
	};
	static const char *const bad[] = { "{}", "[1]", "[{\"a\":[1]}]",
		"[{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{"
		"\"i\":1}}}}}}}}}]" };
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct err e;

	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_assert_eq(table(cases[i].json, &out, &a, &e), 0, "%s: %s",
		    cases[i].json, e.text);
		cr_expect(str_eq(buf_str(&out), str_z(cases[i].csv)),
		    "%s: %.*s", cases[i].json, STR_ARG(buf_str(&out)));
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_expect_eq(table(bad[i], &out, &a, &e), -1, "%s", bad[i]);
	buf_fini(&out);
	arena_fini(&a);
}

/* Rows as "a=1 b=2;", and "!" where the rest is none. */
static struct str
rows(struct str text, struct arena *a)
{
	struct buf b = { 0 };
	struct value row;
	struct csv c;
	struct str s;

	if (csv_open(&c, text, a) != 0)
		return STR("no table");
	while (csv_next(&c, &row, a)) {
		for (uint32_t i = 0; i < row.n; i++)
			buf_printf(&b, "%s%.*s=%.*s", i ? " " : "",
			    STR_ARG(row.u.record[i].name),
			    STR_ARG(value_str(row.u.record[i].value, a)));
		buf_putc(&b, ';');
	}
	if (c.bad)
		buf_putc(&b, '!');
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

Test(csv, rows_of_a_table)
{
	static const struct {
		const char *csv, *rows;
	} cases[] = {
		{ "", "no table" }, { "\n1\n", "no table" },
		{ "\"a", "no table" }, { "\"a\"x,b\n", "no table" },
		{ "a", "" }, { "a\r\n", "" },
		{ "a,b\n1,2\n3,4", "a=1 b=2;a=3 b=4;" },
		{ "a,b\r\n1,2\r\n,\r\n", "a=1 b=2;a= b=;" },
		{ "\xef\xbb\xbf\"a\",\"b\"\n\"1\",\"2\"\n", "a=1 b=2;" },
		{ "a,b\n\"x,\"\"y\"\"\n\",\"\"\n", "a=x,\"y\"\n b=;" },
		/* cut off, too few, too many, and what is no cell */
		{ "a,b\n1,2\n3,\"4", "a=1 b=2;!" },
		{ "a,b\n1,2\n3", "a=1 b=2;!" },
		{ "a,b\n1,2\n3,4,5\n6,7\n", "a=1 b=2;!" },
		{ "a,b\n\"1\"2,3\n", "!" },
		{ "a,b\n1\r2,3\n", "!" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++)
		same(rows(str_z(cases[i].csv), &a), cases[i].rows);
	arena_fini(&a);
}

/* Any bytes: nothing is read beyond them. */
Test(csv, damaged_tables)
{
	uint64_t seed = 3;
	struct arena a = { 0 };

	for (int round = 0; round < 20000; round++) {
		size_t n = retry_random(&seed) % 60;
		char *text = malloc(n ? n : 1);

		for (size_t i = 0; i < n; i++)
			text[i] = "a,b\"\"\r\n\0\xef\xbb 1"
			    [retry_random(&seed) % 13];
		rows(str_from(text, n), &a);
		free(text);
		arena_reset(&a);
	}
	arena_fini(&a);
}
