/* Every sentence that a record or a schema can be answered with. */
#include "config.h"

#include <criterion/criterion.h>

#include "tests/unit/schema.h"

Test(schema_errors, of_records)
{
	static const struct {
		const char *schema, *json, *errors;
	} cases[] = {
		{ "{\"type\":\"integer\"}", "\"x\"",
		    " | /type | the record must be an integer, but is a "
		    "string\n" },
		{ "{\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]}}}",
		    "{\"a\":1.5}",
		    "/a | /properties/a/type | \"a\" must be a string or null, "
		    "but is a number\n" },
		{ "{\"type\":\"object\"}", "1e2",
		    " | /type | the record must be an object, but is an "
		    "integer\n" },
		{ "{\"items\":{\"type\":\"boolean\"}}", "[true,null]",
		    "/1 | /items/type | item 1 of the record must be a "
		    "boolean, but is null\n" },
		{ "{\"properties\":{\"l\":{\"items\":{\"items\":{\"type\":"
		    "\"array\"}}}}}", "{\"l\":[[],[{}]]}",
		    "/l/1/0 | /properties/l/items/items/type | item 0 of "
		    "\"l\" must be an array, but is an object\n" },
		{ "{\"enum\":[\"lead\",\"customer\",null,1.50]}", "2",
		    " | /enum | the record must be one of \"lead\", "
		    "\"customer\", null, 1.50\n" },
		{ "{\"enum\":[1,2,3,4,5,6,7,8,9,10,11]}", "0",
		    " | /enum | the record must be one of 1, 2, 3, 4, 5, 6, "
		    "7, 8, 9, 10, … (11 in all)\n" },
		{ "{\"const\":{\"a\": [1]}}", "0",
		    " | /const | the record must be {\"a\": [1]}\n" },
		{ "{\"const\":\"0123456789012345678901234567890123456789"
		    "01234567890123456789012345678901234567\303\2519\"}", "0",
		    " | /const | the record must be \"012345678901234567890123"
		    "45678901234567890123456789012345678901234567890123456"
		    "7…\n" },
		{ "{\"minimum\":1,\"exclusiveMinimum\":1,\"multipleOf\":2}",
		    "-1.0",
		    " | /minimum | the record must be at least 1\n"
		    " | /exclusiveMinimum | the record must be greater than "
		    "1\n"
		    " | /multipleOf | the record must be a multiple of 2\n" },
		{ "{\"maximum\":1,\"exclusiveMaximum\":1}", "2",
		    " | /maximum | the record must be at most 1\n"
		    " | /exclusiveMaximum | the record must be less than 1\n" },
		{ "{\"maxLength\":1}", "\"\303\251\303\251\"",
		    " | /maxLength | the record must have at most 1 character, "
		    "but has 2\n" },
		{ "{\"minLength\":2}", "\"\"",
		    " | /minLength | the record must have at least 2 "
		    "characters, but has 0\n" },
		{ "{\"pattern\":\"^\\\\d{5}$\"}", "\"secret\"",
		    " | /pattern | the record must match ^\\d{5}$\n" },
		{ "{\"minItems\":1}", "[]",
		    " | /minItems | the record must have at least 1 item, but "
		    "has 0\n" },
		{ "{\"maxItems\":2}", "[1,2,3]",
		    " | /maxItems | the record must have at most 2 items, but "
		    "has 3\n" },
		{ "{\"uniqueItems\":true}", "[1,2,1.0]",
		    " | /uniqueItems | the record must have no two equal "
		    "items, but items 0 and 2 are\n" },
		{ "{\"contains\":{\"const\":1}}", "[0]",
		    " | /contains | the record must have at least 1 item of "
		    "the kind that \"contains\" describes, but has 0\n" },
		{ "{\"contains\":{\"const\":1},\"minContains\":2}", "[1]",
		    " | /minContains | the record must have at least 2 items "
		    "of the kind that \"contains\" describes, but has 1\n" },
		{ "{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,1]",
		    " | /maxContains | the record must have at most 1 item of "
		    "the kind that \"contains\" describes, but has 2\n" },
		{ "{\"minProperties\":1}", "{}",
		    " | /minProperties | the record must have at least 1 "
		    "property, but has 0\n" },
		{ "{\"maxProperties\":0}", "{\"a\":1}",
		    " | /maxProperties | the record must have at most 0 "
		    "properties, but has 1\n" },
		{ "{\"required\":[\"a\",\"b\",\"c\\\"\"]}", "{\"b\":1}",
		    " | /required | the record must have \"a\"\n"
		    " | /required | the record must have \"c\\\"\"\n" },
		{ "{\"dependentRequired\":{\"a\":[\"b\",\"c\"]}}",
		    "{\"a\":1,\"b\":2}",
		    " | /dependentRequired | the record must have \"c\" "
		    "because it has \"a\"\n" },
		{ "{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}",
		    "{\"a\":1}",
		    " | /dependentSchemas/a/required | the record must have "
		    "\"b\"\n" },
		{ "{\"properties\":{\"a\":true},"
		    "\"additionalProperties\":false}",
		    "{\"a\":1,\"b/~\":2,\"c\":3}",
		    "/b~1~0 | /additionalProperties | \"b/~\" is not allowed\n"
		    "/c | /additionalProperties | \"c\" is not allowed\n" },
		{ "{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1}",
		    "/ab | /propertyNames/maxLength | the name \"ab\" must "
		    "have at most 1 character, but has 2\n" },
		{ "{\"patternProperties\":{\"^x/\":{\"type\":\"null\"}}}",
		    "{\"x/y\":1}",
		    "/x~1y | /patternProperties/^x~1/type | \"x/y\" must be "
		    "null, but is an integer\n" },
		{ "{\"prefixItems\":[true,{\"type\":\"null\"}],"
		    "\"items\":false}", "[1,2,3]",
		    "/1 | /prefixItems/1/type | item 1 of the record must be "
		    "null, but is an integer\n"
		    "/2 | /items | item 2 of the record is not allowed\n" },
		{ "false", "1", " |  | the record is not allowed\n" },
		{ "{\"not\":{}}", "1",
		    " | /not | the record must not match the schema of "
		    "\"not\"\n" },
		{ "{\"allOf\":[{\"type\":\"null\"},{\"minimum\":2}]}", "1",
		    " | /allOf/0/type | the record must be null, but is an "
		    "integer\n"
		    " | /allOf/1/minimum | the record must be at least 2\n" },
		{ "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/s\"}],"
		    "\"$defs\":{\"s\":{\"type\":\"object\",\"properties\":{"
		    "\"k\":{\"enum\":[\"a\"]},\"l\":{\"const\":1}}}}}",
		    "{\"k\":1,\"l\":2}",
		    " | /anyOf | the record matches none of the 2 schemas of "
		    "\"anyOf\" (1: the record must be null, but is an object; "
		    "2: \"k\" must be one of \"a\")\n" },
		{ "{\"anyOf\":[false,{\"oneOf\":[false,false]},false,false,"
		    "false]}", "1",
		    " | /anyOf | the record matches none of the 5 schemas of "
		    "\"anyOf\" (1: the record is not allowed; 2: the record "
		    "matches none of the 2 schemas of \"oneOf\"; 3: the record "
		    "is not allowed; 4: the record is not allowed; …)\n" },
		{ "{\"oneOf\":[{\"minimum\":1},{\"type\":\"null\"},"
		    "{\"minimum\":2}]}", "2",
		    " | /oneOf | the record must match exactly one schema of "
		    "\"oneOf\", but matches 1 and 3\n" },
		{ "{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":["
		    "\"b\"]},\"else\":{\"required\":[\"c\"]}}", "{\"a\":1}",
		    " | /then/required | the record must have \"b\"\n" },
		{ "{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":["
		    "\"b\"]},\"else\":{\"required\":[\"c\"]}}", "{}",
		    " | /else/required | the record must have \"c\"\n" },
		{ "{\"allOf\":[{\"properties\":{\"a\":true}}],"
		    "\"unevaluatedProperties\":false}", "{\"a\":1,\"b\":1}",
		    "/b | /unevaluatedProperties | \"b\" is not allowed\n" },
		{ "{\"unevaluatedItems\":{\"type\":\"null\"}}", "[1]",
		    "/0 | /unevaluatedItems/type | item 0 of the record must "
		    "be null, but is an integer\n" },
		{ "{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}",
		    "{\"minLength\":-1}",
		    "/minLength | https://json-schema.org/draft/2020-12/meta/"
		    "validation#/$defs/nonNegativeInteger/minimum | "
		    "\"minLength\" must be at least 0\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench b = bench_of(cases[i].schema);

		cr_expect_eq(bench_check(&b, str_z(cases[i].json)), 0, "%s",
		    cases[i].schema);
		buf_putc(&b.errors, '\0');
		cr_expect_str_eq(b.errors.p, cases[i].errors, "%s on %s",
		    cases[i].schema, cases[i].json);
		bench_fini(&b);
	}
}

Test(schema_errors, of_formats_when_asserted)
{
	struct bench b;

	bench_init(&b);
	schema_assert_format(b.set);
	cr_assert_eq(bench_compile(&b,
	    "{\"properties\":{\"m\":{\"format\":\"email\"},"
	    "\"c\":{\"format\":\"color\"}}}"), 0);
	cr_expect_eq(bench_check(&b, STR("{\"m\":1,\"c\":\"\"}")), 1);
	cr_expect_eq(bench_check(&b, STR("{\"m\":\"secret\"}")), 0);
	buf_putc(&b.errors, '\0');
	cr_expect_str_eq(b.errors.p, "/m | /properties/m/format | \"m\" must "
	    "be an e-mail address\n");
	bench_fini(&b);
}

/* No sentence holds what the record holds. */
Test(schema_errors, never_tell_a_value)
{
	struct bench b = bench_of("{\"properties\":{"
	    "\"a\":{\"type\":\"integer\"},\"b\":{\"const\":\"x\"},"
	    "\"c\":{\"pattern\":\"^y$\"},\"d\":{\"maxLength\":1},"
	    "\"e\":{\"maximum\":1},\"f\":{\"anyOf\":[{\"const\":1},"
	    "{\"items\":{\"const\":2}}]},\"g\":{\"uniqueItems\":true},"
	    "\"h\":{\"format\":\"date\"}}}");

	cr_expect_eq(bench_check(&b, STR("{\"a\":\"s3cret\","
	    "\"b\":\"s3cret\",\"c\":\"s3cret\",\"d\":\"s3cret\","
	    "\"e\":7777777,\"f\":[\"s3cret\"],"
	    "\"g\":[\"s3cret\",\"s3cret\"]}")), 0);
	buf_putc(&b.errors, '\0');
	cr_expect_null(strstr(b.errors.p, "s3cret"));
	cr_expect_null(strstr(b.errors.p, "7777"));
	bench_fini(&b);
}

Test(schema_errors, of_schemas)
{
	static const struct {
		const char *schema, *error;
	} cases[] = {
		{ "1", "schema#: must be a schema: an object, true or false" },
		{ "{\"items\":[1]}", "schema#/items: must be a schema: an "
		    "object, true or false" },
		{ "{\"type\":\"text\"}", "schema#/type: must be one of null, "
		    "boolean, integer, number, string, array, object" },
		{ "{\"type\":[]}", "schema#/type: must name at least one "
		    "type" },
		{ "{\"type\":[\"null\",\"null\"]}",
		    "schema#/type/1: stands twice in the list" },
		{ "{\"type\":[\"null\",1]}",
		    "schema#/type/1: must be a string" },
		{ "{\"properties\":{\"a\":{\"minLength\":-1}}}",
		    "schema#/properties/a/minLength: must be a whole number "
		    "of at least 0" },
		{ "{\"maxItems\":1.5}", "schema#/maxItems: must be a whole "
		    "number of at least 0" },
		{ "{\"maxItems\":\"1\"}", "schema#/maxItems: must be a whole "
		    "number of at least 0" },
		{ "{\"minimum\":\"1\"}", "schema#/minimum: must be a "
		    "number" },
		{ "{\"multipleOf\":0}", "schema#/multipleOf: must be greater "
		    "than 0" },
		{ "{\"multipleOf\":-1}", "schema#/multipleOf: must be greater "
		    "than 0" },
		{ "{\"multipleOf\":12345678901234567890123456789012345678}",
		    "schema#/multipleOf: must have at most 37 digits" },
		{ "{\"uniqueItems\":1}", "schema#/uniqueItems: must be true "
		    "or false" },
		{ "{\"required\":\"a\"}", "schema#/required: must be a list "
		    "of strings" },
		{ "{\"required\":[\"a\",\"\\u0061\"]}",
		    "schema#/required/1: stands twice in the list" },
		{ "{\"dependentRequired\":{\"a\":1}}",
		    "schema#/dependentRequired/a: must be a list of "
		    "strings" },
		{ "{\"enum\":1}", "schema#/enum: must be a list of values" },
		{ "{\"properties\":[]}", "schema#/properties: must be an "
		    "object" },
		{ "{\"patternProperties\":{\"a(\":true}}",
		    "schema#/patternProperties/a(: is no regular expression: "
		    "missing closing parenthesis" },
		{ "{\"pattern\":\"a\\\\Z\"}", "schema#/pattern: is no regular "
		    "expression of ECMA-262: at character 2: there is no such "
		    "escape" },
		{ "{\"pattern\":1}", "schema#/pattern: must be a string" },
		{ "{\"format\":1}", "schema#/format: must be a string" },
		{ "{\"allOf\":[]}", "schema#/allOf: must be a list of "
		    "schemas, at least one" },
		{ "{\"anyOf\":{}}", "schema#/anyOf: must be a list of "
		    "schemas, at least one" },
		{ "{\"then\":1}", "schema#/then: must be a schema: an object, "
		    "true or false" },
		{ "{\"$defs\":1}", "schema#/$defs: must be an object" },
		{ "{\"title\":1}", "schema#/title: must be a string" },
		{ "{\"readOnly\":1}", "schema#/readOnly: must be true or "
		    "false" },
		{ "{\"examples\":1}", "schema#/examples: must be a list" },
		{ "{\"$ref\":1}", "schema#/$ref: must be a string" },
		{ "{\"$ref\":\"a b\"}", "schema#/$ref: must be a URI "
		    "reference" },
		{ "{\"$ref\":\"#/$defs/a\"}", "schema#/$ref: there is no "
		    "#/$defs/a in schema" },
		{ "{\"$ref\":\"#a\"}", "schema#/$ref: there is no #a in "
		    "schema" },
		{ "{\"$ref\":\"#/%zz\"}", "schema#/$ref: must be a URI "
		    "reference" },
		{ "{\"allOf\":[true],\"$ref\":\"#/allOf/1\"}",
		    "schema#/$ref: there is no #/allOf/1 in schema" },
		{ "{\"allOf\":[true],\"$ref\":\"#/allOf/00\"}",
		    "schema#/$ref: there is no #/allOf/00 in schema" },
		{ "{\"$ref\":\"http://h/a.json\"}", "schema#/$ref: cannot "
		    "find http://h/a.json: no schema has this $id and no "
		    "folder is mapped for it (--map PREFIX=DIR)" },
		{ "{\"$ref\":\"file:///etc/passwd\"}", "schema#/$ref: cannot "
		    "find file:///etc/passwd: no schema has this $id and no "
		    "folder is mapped for it (--map PREFIX=DIR)" },
		{ "{\"$id\":1}", "schema#/$id: must be a URI reference" },
		{ "{\"$id\":\"a#b\"}", "schema#/$id: must have no fragment; "
		    "use $anchor for \"b\"" },
		{ "{\"$defs\":{\"a\":{\"$id\":\"http://h/x\"},\"b\":{"
		    "\"$id\":\"http://h/x\"}}}", "schema#/$defs/b: $id "
		    "\"http://h/x\" stands twice in this document; give each "
		    "schema an $id of its own" },
		{ "{\"$anchor\":\"1a\"}", "schema#/$anchor: must be a letter "
		    "or _, then letters, digits, -, _ or ." },
		{ "{\"$anchor\":\"a\",\"items\":{\"$anchor\":\"a\"}}",
		    "schema#/items/$anchor: anchor \"a\" stands twice under "
		    "one $id" },
		{ "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}",
		    "schema#/$schema: is another draft; draft 2020-12 is read "
		    "(https://json-schema.org/draft/2020-12/schema)" },
		{ "{\"$schema\":1}", "schema#/$schema: must be an absolute "
		    "URI" },
		{ "{\"$schema\":\"http://h/meta\"}", "schema#/$schema: cannot "
		    "find http://h/meta: no schema has this $id and no folder "
		    "is mapped for it (--map PREFIX=DIR)" },
		{ "{\"$id\":\"http://h/s\",\"$schema\":\"http://h/m\","
		    "\"$defs\":{\"m\":{\"$id\":\"m\",\"$vocabulary\":{"
		    "\"http://h/v\":true}}}}", "schema#/$defs/m/$vocabulary/"
		    "http:~1~1h~1v: the vocabulary is required but not "
		    "known" },
		{ "{\"$ref\":\"#\"}", "schema#: refers to itself without going "
		    "deeper into the record; let it go through properties or "
		    "items" },
		{ "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}",
		    "schema#: refers to itself without going deeper into the "
		    "record; let it go through properties or items" },
		{ "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{"
		    "\"not\":{\"$ref\":\"#/$defs/a\"}}},\"items\":{\"$ref\":"
		    "\"#/$defs/a\"}}", "schema#/$defs/a: refers to itself "
		    "without going deeper into the record; let it go through "
		    "properties or items" },
		{ "{\"a\":1,\n \"a\":2}", "schema:2:2: " },
		{ "", "schema:1:1: " },
		{ "{} {}", "schema:1:4: " },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].error);
		struct bench b;

		bench_init(&b);
		cr_expect_eq(bench_compile(&b, cases[i].schema), -1, "%s",
		    cases[i].schema);
		cr_expect_null(b.schema);
		/* behind "line:column: " stands the scanner's own text */
		if (cases[i].error[n - 1] == ' ')
			cr_expect(strncmp(b.e.text, cases[i].error, n) == 0,
			    "%s", b.e.text);
		else
			cr_expect_str_eq(b.e.text, cases[i].error, "%s",
			    cases[i].schema);
		/* the set goes on to work */
		cr_expect_eq(bench_compile(&b, "{\"type\":\"null\"}"), 0);
		cr_expect_eq(bench_check(&b, STR("null")), 1);
		bench_fini(&b);
	}
}
