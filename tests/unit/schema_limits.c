/* Every limit at its edge, and what would run away without one. */
#include "config.h"

#include <criterion/criterion.h>

#include "tests/unit/schema.h"

/* n times a, then middle, then n times z; NUL behind. */
static void
nest(struct buf *b, size_t n, const char *a, const char *middle,
    const char *z)
{
	buf_reset(b);
	for (size_t i = 0; i < n; i++)
		buf_puts(b, str_z(a));
	buf_puts(b, str_z(middle));
	for (size_t i = 0; i < n; i++)
		buf_puts(b, str_z(z));
	buf_putc(b, '\0');
}

Test(schema_limits, size_of_a_record)
{
	struct bench b = bench_of("{\"type\":\"string\"}");
	struct buf text = { 0 };

	buf_putc(&text, '"');
	while (text.n < RECORD_MAX - 1)
		buf_putc(&text, 'x');
	buf_putc(&text, '"');
	cr_expect_eq(bench_check(&b, buf_str(&text)), 1);
	text.p[text.n - 1] = 'x';
	buf_putc(&text, '"');
	cr_expect_eq(bench_check(&b, buf_str(&text)), -1);
	cr_expect_str_eq(b.e.text,
	    "a record has at most 1048576 bytes");
	buf_fini(&text);
	bench_fini(&b);
}

Test(schema_limits, depth_of_a_record_and_of_a_schema)
{
	struct bench b = bench_of("{\"items\":{\"$ref\":\"#\"}}");
	struct buf text = { 0 };

	nest(&text, 64, "[", "", "]");
	cr_expect_eq(bench_check(&b, str_z(text.p)), 1, "%s", b.e.text);
	nest(&text, 65, "[", "", "]");
	cr_expect_eq(bench_check(&b, str_z(text.p)), -1);
	nest(&text, 10000, "[", "", "]");
	cr_expect_eq(bench_check(&b, str_z(text.p)), -1);
	nest(&text, 63, "{\"items\":", "{\"type\":\"null\"}", "}");
	cr_expect_eq(bench_compile(&b, text.p), 0, "%s", b.e.text);
	nest(&text, 64, "{\"items\":", "{\"type\":\"null\"}", "}");
	cr_expect_eq(bench_compile(&b, text.p), -1);
	buf_fini(&text);
	bench_fini(&b);
}

Test(schema_limits, size_of_a_schema)
{
	struct buf text = { 0 };
	struct bench b;

	bench_init(&b);
	buf_puts(&text, STR("true"));
	while (text.n < SCHEMA_DOC_MAX)
		buf_putc(&text, ' ');
	buf_putc(&text, '\0');
	cr_expect_eq(bench_compile(&b, text.p), 0, "%s", b.e.text);
	text.p[text.n - 1] = ' ';
	buf_putc(&text, '\0');
	cr_expect_eq(bench_compile(&b, text.p), -1);
	cr_expect_str_eq(b.e.text,
	    "schema: a schema has at most 16777216 bytes");
	buf_fini(&text);
	bench_fini(&b);
}

/* A chain of n schemas that refer on, the first one included. */
static int
chain(size_t n, struct bench *b)
{
	struct buf text = { 0 };
	int r;

	bench_init(b);
	buf_puts(&text, STR("{\"$ref\":\"#/$defs/d1\",\"$defs\":{"));
	for (size_t i = 1; i < n - 1; i++)
		buf_printf(&text, "\"d%zu\":{\"$ref\":\"#/$defs/d%zu\"},", i,
		    i + 1);
	buf_printf(&text, "\"d%zu\":{\"type\":\"null\"}}}", n - 1);
	buf_putc(&text, '\0');
	r = bench_compile(b, text.p);
	buf_fini(&text);
	return r;
}

Test(schema_limits, references_in_place)
{
	struct bench b;

	cr_expect_eq(chain(SCHEMA_INPLACE, &b), 0, "%s", b.e.text);
	cr_expect_eq(bench_check(&b, STR("null")), 1);
	cr_expect_eq(bench_check(&b, STR("1")), 0);
	bench_fini(&b);
	cr_expect_eq(chain(SCHEMA_INPLACE + 1, &b), -1);
	cr_expect_not_null(strstr(b.e.text,
	    "is the end of a chain of more than 64 references"));
	bench_fini(&b);
	cr_expect_eq(chain(100000, &b), -1);
	bench_fini(&b);
}

/* A $dynamicRef can hide a circle until a record comes. */
Test(schema_limits, a_dynamic_circle_is_an_error)
{
	struct bench b = bench_of("{\"$id\":\"http://h/a\","
	    "\"$dynamicAnchor\":\"n\",\"allOf\":[{\"$ref\":\"b\"}],"
	    "\"$defs\":{\"b\":{\"$id\":\"b\",\"$dynamicRef\":\"#n\","
	    "\"$defs\":{\"n\":{\"$dynamicAnchor\":\"n\"}}}}}");

	cr_expect_eq(bench_check(&b, STR("1")), -1);
	cr_expect_eq(b.e.code, ERR_LIMIT);
	cr_expect_str_eq(b.e.text, "checking this record nests more than 1024 "
	    "deep; does the schema refer to itself?");
	bench_fini(&b);
}

/* Each level of the record doubles the work; the steps are counted. */
Test(schema_limits, steps)
{
	struct bench b = bench_of("{\"anyOf\":[{\"items\":{\"$ref\":\"#\"},"
	    "\"minItems\":1},{\"items\":{\"$ref\":\"#\"},\"minItems\":1}]}");
	struct buf text = { 0 };

	nest(&text, 10, "[", "", "]");
	cr_expect_eq(bench_check(&b, str_z(text.p)), 0);
	nest(&text, 60, "[", "", "]");
	cr_expect_eq(bench_check(&b, str_z(text.p)), -1);
	cr_expect_eq(b.e.code, ERR_LIMIT);
	cr_expect_str_eq(b.e.text, "checking this record takes more than "
	    "265984 steps; make the schema simpler or the record smaller");
	buf_fini(&text);
	bench_fini(&b);
}

/* A megabyte of small values, with the keywords that could be quadratic. */
Test(schema_limits, long_lists)
{
	struct bench b = bench_of("{\"uniqueItems\":true,\"contains\":{"
	    "\"const\":-1},\"unevaluatedItems\":{\"type\":\"integer\"}}");
	struct buf text = { 0 };

	buf_putc(&text, '[');
	for (int i = 0; i < 140000; i++)
		buf_printf(&text, "%d,", i);
	buf_puts(&text, STR("-1]"));
	cr_expect_eq(bench_check(&b, buf_str(&text)), 1, "%s", b.e.text);
	/* two objects with many names in opposite order */
	bench_fini(&b);
	b = bench_of("{\"uniqueItems\":true}");
	buf_reset(&text);
	buf_puts(&text, STR("[{\"z\":0"));
	for (int i = 0; i < 2000; i++)
		buf_printf(&text, ",\"%d\":0", i);
	buf_puts(&text, STR("},{\"z\":0"));
	for (int i = 2000; i-- > 0;)
		buf_printf(&text, ",\"%d\":0", i);
	buf_puts(&text, STR("}]"));
	cr_expect_eq(bench_check(&b, buf_str(&text)), 0, "%s", b.e.text);
	buf_fini(&text);
	bench_fini(&b);
}

Test(schema_limits, errors_of_one_record)
{
	struct bench b = bench_of("{\"items\":false}");
	struct buf text = { 0 };

	for (size_t n = SCHEMA_ERRORS - 1; n <= SCHEMA_ERRORS + 1; n++) {
		size_t lines = 0;

		buf_reset(&text);
		buf_puts(&text, STR("[0"));
		for (size_t i = 1; i < n; i++)
			buf_puts(&text, STR(",0"));
		buf_putc(&text, ']');
		cr_expect_eq(bench_check(&b, buf_str(&text)), 0);
		for (size_t i = 0; i < b.errors.n; i++)
			lines += b.errors.p[i] == '\n';
		cr_expect_eq(lines, n < SCHEMA_ERRORS ? n : SCHEMA_ERRORS);
	}
	buf_fini(&text);
	bench_fini(&b);
}

/* A pattern that runs away ends the check, also inside of not and anyOf. */
Test(schema_limits, patterns)
{
	static const char *const schemas[] = {
		"{\"pattern\":\"^(a+)+$\"}",
		"{\"not\":{\"pattern\":\"^(a+)+$\"}}",
		"{\"anyOf\":[{\"pattern\":\"^(a+)+$\"},true]}",
		"{\"if\":{\"pattern\":\"^(a+)+$\"},\"then\":true}",
	};

	for (size_t i = 0; i < COUNT(schemas); i++) {
		struct bench b = bench_of(schemas[i]);

		cr_expect_eq(bench_check(&b, STR("\"aaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"")), -1, "%s",
		    schemas[i]);
		cr_expect_eq(b.e.code, ERR_LIMIT);
		cr_expect_eq(bench_check(&b, STR("\"b\"")) >= 0, 1);
		bench_fini(&b);
	}
}
