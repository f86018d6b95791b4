/* Random records: valid, the same for the same seed, and at the edges. */
#include "config.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <unistd.h>

#include "record/edit.h"
#include "schema/sample.h"
#include "tests/unit/schema.h"

/* A record as text with what its reader wants behind it. */
static struct str
text_of(struct buf *b, struct value v)
{
	buf_reset(b);
	value_write(b, v);
	memset(buf_room(b, RECORD_PAD), 0, RECORD_PAD);
	return buf_str(b);
}

static int
holds(struct str s, const char *part, size_t n)
{
	return memmem(s.p, s.n, part, n) != NULL;
}

/* Edges that must turn up somewhere, as JSON writes them. */
static const char *const edges[] = {
	"\"\"", "\" \"", "\"e\xcc\x81\"", "\xf0\x9f\x98\x80", "\\u0000", "\\\"",
	"\"2024-02-29\"", "\"2026-03-29T02:30:00+01:00\"",
	"\"2026-12-31T23:59:59.999Z\"", "+14:00\"", ":9007199254740993",
	":1000000000000000001", ":0.10", ":-0", "{}", "[]", ":null",
	":99999999999999999999999999999999999999",
};

/*
 * Each shipped schema, with `format` asserted by another check than the
 * maker's own: none of 10,000 records is invalid.
 */
Test(sample, shipped_schemas, .timeout = 120)
{
	const char *top = getenv("top_srcdir");
	struct schema_set *set = schema_set_new();
	struct schema_run *run = schema_run_new();
	int seen[COUNT(edges)] = { 0 };
	struct buf b = { 0 };
	struct arena a = { 0 };
	struct err e;
	glob_t g;

	cr_assert_eq(chdir(top ? top : "."), 0);
	cr_assert_eq(glob("schemas/*/*.json", 0, NULL, &g), 0);
	cr_assert_geq(g.gl_pathc, 18);
	schema_assert_format(set);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const struct schema *schema;
		struct sample *s;

		cr_assert_eq(schema_load(set, str_z(g.gl_pathv[i]), &schema,
		    &e), 0, "%s", e.text);
		s = sample_new(schema);
		sample_seed(s, 7);
		for (int k = 0; k < 10000; k++) {
			struct value v;
			struct str json;

			cr_assert_eq(sample_record(s, &v, &a, &e), 0,
			    "%s: %s", g.gl_pathv[i], e.text);
			json = text_of(&b, v);
			cr_assert_eq(schema_check(schema, run, json, NULL,
			    NULL, &e), 1, "%s: %.*s", g.gl_pathv[i],
			    STR_ARG(json));
			for (size_t n = 0; n < COUNT(edges) && k < 1000; n++)
				seen[n] |= holds(json, edges[n],
				    strlen(edges[n]));
			arena_reset(&a);
		}
		sample_free(s);
	}
	for (size_t n = 0; n < COUNT(edges); n++)
		cr_expect(seen[n], "never made: %s", edges[n]);
	globfree(&g);
	buf_fini(&b);
	arena_fini(&a);
	schema_run_free(run);
	schema_set_free(set);
}

/* n records of a schema, each valid. */
static void
always_valid(const char *schema, int n)
{
	struct bench x = bench_of(schema);
	struct sample *s = sample_new(x.schema);
	struct buf b = { 0 };
	struct arena a = { 0 };

	sample_seed(s, 3);
	for (int k = 0; k < n; k++) {
		struct value v;

		cr_assert_eq(sample_record(s, &v, &a, &x.e), 0, "%s: %s",
		    schema, x.e.text);
		cr_assert_eq(bench_check(&x, text_of(&b, v)), 1, "%s: %.*s",
		    schema, STR_ARG(b));
		arena_reset(&a);
	}
	sample_free(s);
	buf_fini(&b);
	arena_fini(&a);
	bench_fini(&x);
}

/* What views do not tell is mended; each keyword alone and with others. */
Test(sample, keywords)
{
	static const char *const schemas[] = {
		"{\"properties\":{\"a\":{\"not\":{\"type\":\"string\"}}},"
		"\"required\":[\"a\"]}",
		"{\"properties\":{\"a\":{\"type\":\"integer\","
		"\"multipleOf\":7,\"exclusiveMinimum\":0,\"maximum\":9000}},"
		"\"required\":[\"a\"]}",
		"{\"properties\":{\"a\":{\"type\":\"number\","
		"\"multipleOf\":0.01,\"minimum\":-1,\"exclusiveMaximum\":1}},"
		"\"required\":[\"a\"]}",
		"{\"properties\":{\"a\":{\"type\":\"array\",\"minItems\":2,"
		"\"maxItems\":3,\"uniqueItems\":true,"
		"\"items\":{\"enum\":[1,2,3]}}}}",
		"{\"properties\":{\"a\":{\"type\":\"array\",\"prefixItems\":"
		"[{\"type\":\"boolean\"},{\"type\":\"null\"}],"
		"\"items\":false}}}",
		"{\"properties\":{\"a\":{\"type\":\"array\","
		"\"items\":{\"type\":\"integer\"},"
		"\"contains\":{\"minimum\":9}}},"
		"\"required\":[\"a\"]}",
		"{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"a\"},"
		"\"n\":{\"type\":\"integer\"}},\"required\":[\"kind\",\"n\"]},"
		"{\"properties\":{\"kind\":{\"const\":\"b\"}},"
		"\"required\":[\"kind\"]}]}",
		"{\"properties\":{\"a\":{\"type\":\"integer\"},"
		"\"b\":{\"type\":\"integer\"}},\"if\":{\"required\":[\"a\"]},"
		"\"then\":{\"required\":[\"b\"]}}",
		"{\"properties\":{\"a\":{},\"b\":{}},"
		"\"dependentRequired\":{\"a\":[\"b\"]}}",
		"{\"patternProperties\":{\"^x_[a-z]+$\":"
		"{\"type\":\"integer\"}},"
		"\"additionalProperties\":false}",
		"{\"additionalProperties\":{\"type\":\"string\","
		"\"minLength\":3,\"maxLength\":3},"
		"\"propertyNames\":{\"maxLength\":2}}",
		"{\"$defs\":{\"t\":{\"properties\":{\"v\":{\"type\":"
		"\"string\"},\"of\":{\"$ref\":\"#/$defs/t\"}}}},"
		"\"$ref\":\"#/$defs/t\"}",
		"{\"allOf\":[{\"properties\":{\"a\":{\"minLength\":2}}},"
		"{\"properties\":{\"a\":{\"type\":\"string\","
		"\"maxLength\":2}},\"required\":[\"a\"]}],"
		"\"unevaluatedProperties\":false}",
	};

	for (size_t i = 0; i < COUNT(schemas); i++)
		always_valid(schemas[i], 300);
}

/* Where no record is valid, it is said and the search ends. */
Test(sample, impossible)
{
	struct bench x = bench_of("{\"type\":\"object\",\"required\":[\"a\"],"
	    "\"properties\":{\"a\":{\"type\":\"string\","
	    "\"pattern\":\"^a$\",\"minLength\":2}}}");
	struct sample *s = sample_new(x.schema);
	struct arena a = { 0 };
	struct value v;

	cr_assert_eq(sample_record(s, &v, &a, &x.e), -1);
	cr_assert_str_eq(x.e.text, "no record was found that is valid by the "
	    "schema; is there one?");
	sample_free(s);
	arena_fini(&a);
	bench_fini(&x);
}

/* Texts of patterns, each kind of thing that may stand in one. */
Test(sample, patterns)
{
	static const char *const patterns[] = {
		"^[A-Z]{2}$", "^$", "a|b|cd", "^(?:ab?|c+){2,3}$",
		"^[^a-z]$", "^\\\\d{4}-\\\\d\\\\d$", "^\\\\w+@\\\\w+\\\\.io$",
		"^[\\\\w.+-]+$", "^(?<year>[0-9]{4})(?!x)y$",
		"^\\\\u00e9\\\\x41$",
		"^[\\u00e0-\\u00f6]$", "^.{3}$", "^\\\\p{L}+$", "^a{0}b$",
		"^(a|(b|(c|d)))*$", "^[\\\\]\\\\-]$", "^\\\\S\\\\D\\\\W$",
		"^(((((a?)*)*)*)*)*b$", "^[0-9-]{10}T[0-9:]{8}\\\\+0000$",
	};
	struct buf text = { 0 };

	for (size_t i = 0; i < COUNT(patterns); i++) {
		buf_reset(&text);
		buf_printf(&text, "{\"required\":[\"a\"],\"properties\":"
		    "{\"a\":{\"type\":\"string\",\"pattern\":\"%s\"}"
		    "}}%c", patterns[i], 0);
		always_valid(text.p, 200);
	}
	buf_fini(&text);
}

static const char person[] = "{\"required\":[\"id\"],\"properties\":{"
    "\"id\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},"
    "\"at\":{\"type\":\"object\",\"required\":[\"city\"],"
    "\"properties\":{\"city\":{\"type\":\"string\"},"
    "\"zip\":{\"type\":[\"string\",\"null\"]}}}}}";

/* Twenty records of a seed, in a row. */
static void
twenty(const struct bench *x, uint64_t seed, const char *hint, struct buf *out)
{
	struct sample *s = sample_new(x->schema);
	struct arena a = { 0 };
	struct value v;

	sample_seed(s, seed);
	if (hint != NULL)
		sample_hint(s, str_z(hint));
	for (int k = 0; k < 20; k++) {
		cr_assert_eq(sample_record(s, &v, &a, NULL), 0);
		value_write(out, v);
	}
	sample_free(s);
	arena_fini(&a);
}

Test(sample, seeds_and_hints)
{
	struct bench x = bench_of(person);
	struct buf one = { 0 }, same = { 0 }, other = { 0 }, like = { 0 };

	twenty(&x, 1, NULL, &one);
	twenty(&x, 1, NULL, &same);
	twenty(&x, 2, NULL, &other);
	twenty(&x, 1, "{\"at\":{\"city\":\"Xanadu\"},\"name\":7}", &like);
	cr_assert(str_eq(buf_str(&one), buf_str(&same)));
	cr_assert(!str_eq(buf_str(&one), buf_str(&other)));
	cr_assert(!holds(buf_str(&one), "Xanadu", 6));
	cr_assert(holds(buf_str(&like), "\"city\":\"Xanadu\"", 15));
	buf_fini(&one);
	buf_fini(&same);
	buf_fini(&other);
	buf_fini(&like);
	bench_fini(&x);
}

/* Only what lies at the path is another, and a needed member stays. */
Test(sample, another_value)
{
	struct bench x = bench_of(person);
	struct sample *s = sample_new(x.schema);
	struct str city[] = { STR("at"), STR("city") }, none = STR("none");
	struct arena a = { 0 };
	int differ = 0;

	sample_seed(s, 5);
	for (int k = 0; k < 300; k++) {
		struct value v, was, id;

		cr_assert_eq(sample_record(s, &v, &a, NULL), 0);
		was = v;
		id = value_member(v, STR("id"), &a);
		if (value_at(v, city, 1, &a).type == V_ABSENT)
			continue;
		cr_assert_eq(sample_other(s, &v, city, 2, &a, NULL), 0);
		cr_assert(sample_valid(s, v));
		cr_assert_eq(value_at(v, city, 2, &a).type, V_TEXT);
		cr_assert(value_equal(value_member(v, STR("id"), &a), id,
		    CMP_EXACT, &a));
		cr_assert_eq(v.n, was.n);
		differ += !value_equal(v, was, CMP_EXACT, &a);
		arena_reset(&a);
	}
	cr_assert_gt(differ, 50);
	{
		struct value v = { .type = V_RECORD };

		cr_assert_eq(sample_other(s, &v, &none, 1, &a, NULL), -1);
	}
	sample_free(s);
	arena_fini(&a);
	bench_fini(&x);
}
