/*
 * A plan says 1 only where the schema does; where the schema speaks of one
 * member at a time, it says so for every valid record.
 */
#include "config.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "record.h"
#include "record/layout.h"
#include "schema/plan.h"
#include "tests/unit/schema.h"

enum { SLOTS = 6 };

/* a, b, o.x, o.y, l, and the rest of m */
static struct layout *
layout(struct arena *a)
{
	static const struct {
		struct str path[2];
		size_t n;
		unsigned flags;
	} fields[SLOTS] = {
		{ { STR("a") }, 1, 0 }, { { STR("b") }, 1, 0 },
		{ { STR("o"), STR("x") }, 2, 0 },
		{ { STR("o"), STR("y") }, 2, 0 },
		{ { STR("l") }, 1, 0 }, { { STR("m") }, 1, LF_SPLICE },
	};
	struct layout *l = layout_new(a, SLOTS);

	for (size_t i = 0; i < SLOTS; i++)
		layout_add(l, fields[i].path, fields[i].n, i, CMP_EXACT,
		    fields[i].flags);
	layout_seal(l);
	return l;
}

/* The plan's answer for a record, and the schema's. */
static void
ask(const char *schema, struct str record, int part, int *plan, int *truth)
{
	struct bench b = bench_of(schema);
	struct arena a = { 0 };
	struct layout *l = layout(&a);
	struct schema_plan *p = schema_plan_new(b.schema, l, b.run, &a);
	struct value *slots = arena_array(&a, SLOTS, sizeof(*slots));
	struct reader *reader = reader_new();
	struct str json = padded(record);

	cr_assert_eq(reader_read(reader, layout_shape(l, &a), json, slots, &a,
	    &b.e), 0, "%s", b.e.text);
	*plan = schema_plan_check(p, b.run, slots, part);
	*truth = bench_check(&b, record);
	reader_free(reader);
	free((void *)(uintptr_t)json.p);
	arena_fini(&a);
	bench_fini(&b);
}

Test(schema_plan, agrees_with_the_schema)
{
	static const char *const schemas[] = {
		"{}",
		"{\"properties\":{\"a\":{\"type\":\"string\"}}}",
		"{\"properties\":{\"a\":{\"type\":[\"string\",\"null\"],"
		"\"maxLength\":3,\"minLength\":1}}}",
		"{\"properties\":{\"a\":{\"enum\":[\"x\",1,null,[1]]},"
		"\"b\":{\"const\":2}}}",
		"{\"properties\":{\"a\":{\"pattern\":\"^x\"},"
		"\"b\":{\"minimum\":1,\"maximum\":2.5}}}",
		"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/t\"}},"
		"\"$defs\":{\"t\":{\"$ref\":\"#/$defs/u\",\"maxLength\":2},"
		"\"u\":{\"type\":\"string\"}}}",
		"{\"allOf\":[{\"properties\":{\"a\":{\"maxLength\":3}}},"
		"{\"properties\":{\"a\":{\"type\":\"string\"}}}]}",
		"{\"required\":[\"a\"],\"properties\":{\"o\":"
		"{\"required\":[\"x\"],\"properties\":{\"y\":"
		"{\"type\":\"number\"}}}}}",
		"{\"additionalProperties\":{\"type\":[\"object\",\"array\"]}}",
		"{\"patternProperties\":{\"^[ab]$\":{\"type\":\"number\"}},"
		"\"additionalProperties\":true}",
		"{\"properties\":{\"l\":{\"type\":\"array\",\"maxItems\":2,"
		"\"uniqueItems\":true,\"items\":{\"type\":\"integer\"}},"
		"\"m\":{\"properties\":{\"p\":{\"maxLength\":1}},"
		"\"patternProperties\":{\"^q\":false},"
		"\"additionalProperties\":{\"type\":\"number\"}}}}",
		"{\"properties\":{\"a\":false}}",
		"{\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"string\"},"
		"{\"minimum\":5}]}}}",
	};
	static const struct str records[] = {
		STR("{}"), STR("{\"a\":\"\"}"), STR("{\"a\":\"x\"}"),
		STR("{\"a\":\"xyz\"}"), STR("{\"a\":\"äöü\"}"),
		STR("{\"a\":\"äöüß\"}"), STR("{\"a\":\"\\u0078\"}"),
		STR("{\"a\":\"\\n\\n\\n\"}"), STR("{\"a\":\"wxyz\"}"),
		STR("{\"a\":null}"), STR("{\"a\":1.0}"), STR("{\"a\":[1]}"),
		STR("{\"a\":7}"), STR("{\"a\":true,\"b\":2}"),
		STR("{\"b\":2}"), STR("{\"b\":2.50}"), STR("{\"b\":2.51}"),
		STR("{\"b\":\"t\"}"), STR("{\"a\":1,\"b\":{}}"),
		STR("{\"a\":\"x\",\"o\":{\"x\":1}}"),
		STR("{\"a\":\"x\",\"o\":{\"y\":1}}"),
		STR("{\"a\":\"x\",\"o\":{\"x\":\"1\",\"y\":\"1\"}}"),
		STR("{\"a\":\"x\",\"l\":[1,2]}"), STR("{\"l\":[1,1]}"),
		STR("{\"l\":[1,2,3]}"), STR("{\"l\":[1.5]}"),
		STR("{\"l\":{}}"), STR("{\"m\":{\"p\":\"x\",\"z\":1}}"),
		STR("{\"m\":{\"p\":\"xy\"}}"), STR("{\"m\":{\"z\":\"1\"}}"),
		STR("{\"m\":{\"q1\":1}}"), STR("{\"m\":{\"p\":1}}"),
	};
	int plan, truth, part;

	for (size_t i = 0; i < COUNT(schemas); i++)
		for (size_t k = 0; k < COUNT(records); k++) {
			ask(schemas[i], records[k], 0, &plan, &truth);
			cr_expect_eq(plan, truth, "%s: %.*s: %d, not %d",
			    schemas[i], STR_ARG(records[k]), plan, truth);
			ask(schemas[i], records[k], 1, &part, &truth);
			cr_expect(part >= plan);
		}
}

/* What may depend on several members at once is left to the schema. */
Test(schema_plan, knows_its_limits)
{
	static const char *const schemas[] = {
		"{\"minProperties\":1}", "{\"maxProperties\":9}",
		"{\"dependentRequired\":{\"a\":[\"b\"]}}",
		"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}",
		"{\"propertyNames\":{\"maxLength\":1}}",
		"{\"unevaluatedProperties\":false}",
		"{\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}",
		"{\"oneOf\":[true]}", "{\"not\":{\"required\":[\"a\"]}}",
		"{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":"
		"[\"b\"]}}",
		"{\"enum\":[{}]}", "{\"const\":{}}", "{\"type\":\"string\"}",
		"{\"properties\":{\"o\":{\"anyOf\":[{\"required\":[\"x\"]},"
		"true]}}}",
		"{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":"
		"{\"minProperties\":1}}}",
		"false",
	};

	for (size_t i = 0; i < COUNT(schemas); i++) {
		int plan, truth;

		ask(schemas[i], STR("{\"a\":1}"), 0, &plan, &truth);
		cr_expect_eq(plan, 0, "%s", schemas[i]);
		ask(schemas[i], STR("{\"a\":1,\"b\":1,\"o\":{\"x\":1}}"), 1,
		    &plan, &truth);
		cr_expect_eq(plan, 0, "%s", schemas[i]);
	}
}

/* A record that is made need not have what only the other side writes. */
Test(schema_plan, read_only_members_are_not_required_when_written)
{
	static const char text[] = "{\"required\":[\"id\",\"a\"],"
	    "\"properties\":{\"id\":{\"allOf\":[{\"$ref\":\"#/$defs/i\"}]},"
	    "\"a\":{}},\"$defs\":{\"i\":{\"readOnly\":true}}}";
	char path[] = "/tmp/schema-plan-XXXXXX";
	const struct schema *written;
	struct bench b;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, sizeof(text) - 1),
	    (ssize_t)sizeof(text) - 1);
	close(fd);
	bench_init(&b);
	cr_assert_eq(schema_load(b.set, str_z(path), &b.schema, &b.e), 0);
	cr_assert_eq(schema_load_written(b.set, str_z(path), &written, &b.e),
	    0);
	unlink(path);
	cr_expect_eq(bench_check(&b, STR("{\"a\":1}")), 0);
	cr_expect_eq(bench_check(&b, STR("{\"id\":1,\"a\":1}")), 1);
	b.schema = written;
	cr_expect_eq(bench_check(&b, STR("{\"a\":1}")), 1);
	cr_expect_eq(bench_check(&b, STR("{\"id\":1}")), 0);
	bench_fini(&b);
}
