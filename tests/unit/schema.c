/* Helpers, and what the keywords mean at their edges. */
#include "config.h"

#include <criterion/criterion.h>

#include "tests/unit/schema.h"

void
bench_init(struct bench *b)
{
	*b = (struct bench){ .set = schema_set_new(),
		.run = schema_run_new() };
}

int
bench_compile(struct bench *b, const char *text)
{
	return schema_compile(b->set, str_z(text), (struct str){ 0 },
	    &b->schema, &b->e);
}

static void
note(void *arg, const struct schema_error *x)
{
	struct bench *b = arg;

	buf_printf(&b->errors, "%.*s | %.*s | %.*s\n", STR_ARG(x->instance),
	    STR_ARG(x->schema), STR_ARG(x->text));
}

int
bench_check(struct bench *b, struct str json)
{
	char *p = calloc(1, json.n + RECORD_PAD);
	int r;

	cr_assert_not_null(p);
	memcpy(p, json.p, json.n);
	buf_reset(&b->errors);
	b->e = (struct err){ 0 };
	r = schema_check(b->schema, b->run, str_from(p, json.n), note, b,
	    &b->e);
	free(p);
	return r;
}

void
bench_fini(struct bench *b)
{
	schema_run_free(b->run);
	schema_set_free(b->set);
	buf_fini(&b->errors);
}

struct bench
bench_of(const char *schema)
{
	struct bench b;

	bench_init(&b);
	cr_assert_eq(bench_compile(&b, schema), 0, "%s: %s", schema,
	    b.e.text);
	return b;
}

/* The edges that the official suite leaves out. */
Test(schema, keywords_at_their_edges)
{
	static const struct {
		const char *schema, *json;
		int valid;
	} cases[] = {
		/* numbers are exact whatever their size */
		{ "{\"maximum\":1e400}", "1e400", 1 },
		{ "{\"maximum\":1e400}", "1.0000001e400", 0 },
		{ "{\"minimum\":9007199254740993}", "9007199254740992", 0 },
		{ "{\"minimum\":9007199254740993}", "9007199254740993", 1 },
		{ "{\"minimum\":9007199254740993}",
		    "9007199254740993.0", 1 },
		{ "{\"minimum\":-5}", "-5", 1 },
		{ "{\"minimum\":-5}", "-6", 0 },
		{ "{\"minimum\":-5}", "-5.0000000000000000001", 0 },
		{ "{\"exclusiveMinimum\":0.1}", "0.10", 0 },
		{ "{\"exclusiveMinimum\":0.1}", "0.1000000000000000001", 1 },
		{ "{\"exclusiveMaximum\":999999999999999999}",
		    "999999999999999999", 0 },
		{ "{\"exclusiveMaximum\":1000000000000000000}",
		    "999999999999999999", 1 },
		{ "{\"multipleOf\":0.01}", "19.99", 1 },
		{ "{\"multipleOf\":0.01}", "19.999", 0 },
		{ "{\"multipleOf\":0.01}", "1e400", 1 },
		{ "{\"multipleOf\":0.01}", "1e-400", 0 },
		{ "{\"multipleOf\":0.01}", "-0.0", 1 },
		{ "{\"multipleOf\":3}", "1e400", 0 },
		{ "{\"multipleOf\":3}", "3e400", 1 },
		{ "{\"multipleOf\":1e300}", "1e301", 1 },
		{ "{\"multipleOf\":1e300}", "1e299", 0 },
		{ "{\"multipleOf\":"
		    "1234567890123456789012345678901234567}",
		    "2469135780246913578024691357802469134", 1 },
		{ "{\"multipleOf\":"
		    "1234567890123456789012345678901234567}",
		    "2469135780246913578024691357802469135", 0 },
		{ "{\"multipleOf\":1152921504606846976}",
		    "1152921504606846976e3", 1 },
		{ "{\"type\":\"integer\"}", "1e2", 1 },
		{ "{\"type\":\"integer\"}", "1.50e1", 1 },
		{ "{\"type\":\"integer\"}", "1.55e1", 0 },
		{ "{\"type\":\"integer\"}", "1e-1", 0 },
		{ "{\"type\":\"integer\"}", "10e-1", 1 },
		{ "{\"type\":\"integer\"}", "0.000e-99999999999999999999", 1 },
		{ "{\"type\":\"integer\"}", "1e99999999999999999999", 1 },
		{ "{\"const\":1e400}", "10e399", 1 },
		{ "{\"const\":1e99999999999999999999}",
		    "10e99999999999999999998", 1 },
		{ "{\"const\":1e99999999999999999999}",
		    "10e99999999999999999999", 0 },
		{ "{\"enum\":[12345678901234567890.12]}",
		    "12345678901234567890.120", 1 },
		{ "{\"enum\":[12345678901234567890.12]}",
		    "12345678901234567890.13", 0 },
		{ "{\"uniqueItems\":true}", "[1e400, 10e399]", 0 },
		{ "{\"uniqueItems\":true}",
		    "[1e99999999999999999999, 10e99999999999999999998]", 0 },
		/* lengths are characters, escapes one each */
		{ "{\"maxLength\":1}", "\"\\u00e9\"", 1 },
		{ "{\"maxLength\":1}", "\"\\ud83d\\ude00\"", 1 },
		{ "{\"maxLength\":1}", "\"\360\237\230\200\"", 1 },
		{ "{\"maxLength\":1}", "\"e\314\201\"", 0 },
		{ "{\"minLength\":2}", "\"\360\237\230\200\"", 0 },
		{ "{\"minLength\":1}", "\"\\u0000\"", 1 },
		{ "{\"maxLength\":2.0}", "\"ab\"", 1 },
		{ "{\"maxLength\":99999999999999999999999}", "\"ab\"", 1 },
		{ "{\"minLength\":99999999999999999999999}", "\"ab\"", 0 },
		/* names and texts are compared decoded */
		{ "{\"required\":[\"\\u0061\"]}", "{\"a\":1}", 1 },
		{ "{\"required\":[\"a\"]}", "{\"\\u0061\":1}", 1 },
		{ "{\"properties\":{\"a/b~c\":{\"type\":\"null\"}}}",
		    "{\"a\\/b~c\":1}", 0 },
		{ "{\"enum\":[\"x\\ny\"]}", "\"x\\u000ay\"", 1 },
		{ "{\"const\":{\"a\":[1,{\"b\":null}]}}",
		    "{\"\\u0061\":[1.0,{\"b\":null}]}", 1 },
		{ "{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1}", 1 },
		{ "{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":1,\"a\":2}", 0 },
		{ "{\"const\":{\"a\":1}}", "{\"a\":1,\"b\":2}", 0 },
		{ "{\"enum\":[]}", "null", 0 },
		{ "{\"enum\":[\"a\",1,null]}", "null", 1 },
		{ "{\"uniqueItems\":true}",
		    "[\"a\",\"\\u0061\"]", 0 },
		{ "{\"uniqueItems\":true}",
		    "[{\"a\":1,\"b\":[]},{\"b\":[],\"a\":1.0}]", 0 },
		{ "{\"propertyNames\":{\"maxLength\":1}}",
		    "{\"\\u00e9\":1}", 1 },
		{ "{\"propertyNames\":{\"enum\":[\"a\"]}}", "{\"b\":1}", 0 },
		/* more required names than bits in a word */
		{ "{\"required\":[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\","
		    "\"7\",\"8\",\"9\"],\"maxProperties\":10}",
		    "{\"9\":0,\"8\":0,\"7\":0,\"6\":0,\"5\":0,\"4\":0,"
		    "\"3\":0,\"2\":0,\"1\":0,\"0\":0}", 1 },
		/* unevaluated* sees through references and branches */
		{ "{\"$ref\":\"#/$defs/a\",\"unevaluatedProperties\":false,"
		    "\"$defs\":{\"a\":{\"anyOf\":[{\"properties\":{"
		    "\"x\":{\"type\":\"null\"}}},{\"properties\":{\"y\":"
		    "true}}]}}}", "{\"x\":1,\"y\":1}", 0 },
		{ "{\"if\":{\"properties\":{\"k\":{\"const\":1}}},"
		    "\"then\":{\"properties\":{\"a\":true}},"
		    "\"unevaluatedProperties\":false}",
		    "{\"k\":1,\"a\":2}", 1 },
		{ "{\"if\":{\"properties\":{\"k\":{\"const\":1}}},"
		    "\"then\":{\"properties\":{\"a\":true}},"
		    "\"unevaluatedProperties\":false}", "{\"k\":2}", 0 },
		{ "{\"prefixItems\":[true],\"contains\":{\"const\":7},"
		    "\"unevaluatedItems\":{\"type\":\"null\"}}",
		    "[1,7,null,7]", 1 },
		{ "{\"prefixItems\":[true],\"contains\":{\"const\":7},"
		    "\"unevaluatedItems\":{\"type\":\"null\"}}",
		    "[1,7,8]", 0 },
		{ "{\"contains\":{\"const\":1},\"minContains\":0}",
		    "[]", 1 },
		{ "{\"contains\":{\"const\":1},\"minContains\":2,"
		    "\"maxContains\":2}", "[1,1]", 1 },
		{ "{\"contains\":{\"const\":1},\"minContains\":2,"
		    "\"maxContains\":2}", "[1,1,1]", 0 },
		/* a list long enough for several words of marks */
		{ "{\"allOf\":[{\"contains\":{\"type\":\"null\"}}],"
		    "\"unevaluatedItems\":{\"const\":1}}",
		    "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
		    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
		    "1,1,1,1,1,1,1,1,1,1,1,1,1,null,1,1]", 1 },
		/* ECMA-262, not Perl */
		{ "{\"pattern\":\"^\\\\d$\"}", "\"\331\243\"", 0 },
		{ "{\"pattern\":\"^a$\"}", "\"a\\n\"", 0 },
		{ "{\"pattern\":\"^\\\\S$\"}", "\"\\ufeff\"", 0 },
		{ "{\"pattern\":\"^\\\\w$\"}", "\"\303\251\"", 0 },
		{ "{\"pattern\":\"^.$\"}", "\"\360\237\230\200\"", 1 },
		{ "{\"pattern\":\"^.$\"}", "\"\\u2028\"", 0 },
		{ "{\"pattern\":\"a\\u0000b\"}", "\"xa\\u0000b\"", 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench b = bench_of(cases[i].schema);
		int r = bench_check(&b, str_z(cases[i].json));

		cr_expect_eq(r, cases[i].valid, "%s with %s: %d %s%.*s",
		    cases[i].schema, cases[i].json, r, b.e.text,
		    STR_ARG(buf_str(&b.errors)));
		bench_fini(&b);
	}
}

Test(schema, what_is_not_json_is_an_error)
{
	static const struct {
		const char *json, *error;
	} cases[] = {
		{ "", "" }, { "{", "" }, { "{\"a\":1,\"a\":2}", "" },
		{ "1 2", "" }, { "[1,]", "" }, { "{\"a\":1,}", "" },
		{ "[1 2]", "" }, { "{\"a\" 1}", "" }, { "{1:2}", "" },
		{ "[,1]", "" }, { "tru", "" }, { "\"\xff\"", "" },
		{ "{\"a\":1,\"\\u0061\":2}", "" }, { "]", "" },
		{ "[1}", "" }, { "{\"a\":1]", "" }, { "[", "" },
	};
	struct bench b = bench_of("true");
	struct err e;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scan_names *names = scan_names_new();
		struct buf text = { 0 };

		buf_puts(&text, str_z(cases[i].json));
		memset(buf_room(&text, RECORD_PAD), 0, RECORD_PAD);
		cr_expect_eq(bench_check(&b, str_z(cases[i].json)), -1, "%s",
		    cases[i].json);
		/* the tape refuses for the reason the scanner gives */
		cr_expect_eq(scan_check(buf_str(&text), names, &e), -1);
		cr_expect_str_eq(b.e.text, e.text, "%s", cases[i].json);
		scan_names_free(names);
		buf_fini(&text);
	}
	bench_fini(&b);
}
