/* The static type of a schema, as the mapping compiler asks for it. */
#include "config.h"

#include <criterion/criterion.h>

#include "schema/view.h"
#include "tests/unit/schema.h"

static const char contact[] =
    "{\"type\":\"object\",\"title\":\"Contact\","
    "\"required\":[\"id\",\"email\"],"
    "\"additionalProperties\":false,"
    "\"properties\":{"
    "\"id\":{\"type\":\"integer\",\"readOnly\":true,"
    "\"x-crosswalk-unit\":\"row\",\"minimum\":1},"
    "\"email\":{\"$ref\":\"#/$defs/email\",\"maxLength\":100},"
    "\"stage\":{\"type\":[\"string\",\"null\"],"
    "\"enum\":[\"lead\",\"customer\",null,7]},"
    "\"kind\":{\"const\":\"partner\"},"
    "\"revenue\":{\"anyOf\":[{\"$ref\":\"#/$defs/money\"},"
    "{\"type\":\"null\"}]},"
    "\"owner\":{\"oneOf\":[{\"enum\":[\"a\",\"b\"]},{\"type\":\"null\"}]},"
    "\"any\":true,\"none\":false,"
    "\"address\":{\"allOf\":[{\"$ref\":\"#/$defs/place\"},"
    "{\"properties\":{\"zip\":{\"type\":\"string\"}},"
    "\"required\":[\"zip\"]}]},"
    "\"emails\":{\"type\":\"array\",\"maxItems\":5,\"uniqueItems\":true,"
    "\"items\":{\"type\":\"object\",\"properties\":{"
    "\"v\":{\"type\":\"string\"}}}},"
    "\"pair\":{\"prefixItems\":[{\"type\":\"null\"},{\"type\":\"string\"}],"
    "\"items\":false}},"
    "\"patternProperties\":{\"^x_\":{\"type\":\"string\"}},"
    "\"$defs\":{"
    "\"email\":{\"type\":\"string\",\"format\":\"email\","
    "\"maxLength\":254,\"minLength\":3,\"title\":\"E-mail\","
    "\"x-crosswalk-codec\":\"email_norm\"},"
    "\"money\":{\"type\":\"number\",\"multipleOf\":0.01,"
    "\"exclusiveMinimum\":0,\"maximum\":1e400,\"readOnly\":true},"
    "\"place\":{\"type\":\"object\",\"properties\":{"
    "\"city\":{\"type\":\"string\"},\"zip\":{\"maxLength\":9},"
    "\"inside\":{\"$ref\":\"#/$defs/place\"}}}}}";

struct walk {
	struct bench b;
	struct arena a;
	const struct schema_node *root;
};

static struct walk
walk_of(const char *schema)
{
	struct walk w = { .b = bench_of(schema) };

	return w;
}

static const struct schema_node *
root_of(struct walk *w)
{
	if (w->root == NULL)
		w->root = schema_root(w->b.schema, &w->a);
	return w->root;
}

static const struct schema_node *
prop(const struct schema_node *n, const char *name)
{
	return schema_property(n, str_z(name));
}

static void
walk_fini(struct walk *w)
{
	arena_fini(&w->a);
	bench_fini(&w->b);
}

static int
is(struct str s, const char *z)
{
	return str_eq(s, str_z(z));
}

Test(schema_view, properties_come_in_the_order_of_the_document)
{
	static const char *const names[] = { "id", "email", "stage", "kind",
		"revenue", "owner", "any", "none", "address", "emails",
		"pair" };
	struct walk w = walk_of(contact);
	const struct schema_node *root = root_of(&w);

	cr_assert_eq(schema_types(root), SCHEMA_OBJECT);
	cr_assert_eq(schema_property_count(root), COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++)
		cr_expect(is(schema_property_name(root, i), names[i]));
	cr_expect_eq(schema_property_required(root, STR("id")), 1);
	cr_expect_eq(schema_property_required(root, STR("stage")), 0);
	cr_expect_null(prop(root, "nobody"));
	cr_expect_null(prop(root, "nobody"));
	cr_expect_null(schema_additional(root));
	cr_expect_eq(schema_types(prop(root, "x_a")), SCHEMA_STRING);
	cr_expect_eq(schema_types(prop(root, "any")), SCHEMA_ANY);
	cr_expect_eq(schema_types(prop(root, "none")), 0);
	walk_fini(&w);
}

Test(schema_view, references_and_all_of_are_merged)
{
	struct walk w = walk_of(contact);
	const struct schema_node *email = prop(root_of(&w), "email");
	const struct schema_node *address = prop(root_of(&w), "address"), *n;

	cr_expect_eq(schema_types(email), SCHEMA_STRING);
	cr_expect(is(schema_format(email), "email"));
	cr_expect_eq(schema_max_length(email), 100);
	cr_expect_eq(schema_min_length(email), 3);
	cr_expect(is(schema_where(email), "schema#/properties/email"));
	cr_expect(is(value_str(schema_annotation(email,
	    STR("x-crosswalk-codec")), &w.a), "email_norm"));
	cr_expect_eq(schema_annotation(email, STR("nothing")).type, V_ABSENT);
	cr_expect_eq(schema_types(address), SCHEMA_OBJECT);
	cr_expect_eq(schema_property_count(address), 3);
	n = prop(address, "zip");
	cr_expect_eq(schema_types(n), SCHEMA_STRING);
	cr_expect_eq(schema_max_length(n), 9);
	cr_expect_eq(schema_property_required(address, STR("zip")), 1);
	/* a schema may contain itself; each step makes one more view */
	n = address;
	for (int i = 0; i < 10; i++)
		n = prop(n, "inside");
	cr_expect_eq(schema_types(prop(n, "city")), SCHEMA_STRING);
	cr_expect_not_null(schema_additional(address));
	walk_fini(&w);
}

Test(schema_view, values_and_limits)
{
	struct walk w = walk_of(contact);
	const struct schema_node *root = root_of(&w), *n;
	const struct value *v;
	size_t count;
	int exclusive;

	n = prop(root, "stage");
	cr_expect_eq(schema_types(n), SCHEMA_STRING | SCHEMA_NULL);
	cr_expect(is(schema_types_text(n), "a string or null"));
	cr_assert_eq(schema_enum(n, &v, &count), 1);
	cr_assert_eq(count, 3);
	cr_expect(is(value_str(v[0], &w.a), "lead"));
	cr_expect(is(value_str(v[1], &w.a), "customer"));
	cr_expect_eq(v[2].type, V_NULL);
	n = prop(root, "kind");
	cr_expect_eq(schema_types(n), SCHEMA_STRING);
	cr_assert_eq(schema_enum(n, &v, &count), 1);
	cr_assert_eq(count, 1);
	n = prop(root, "owner");
	cr_expect_eq(schema_types(n), SCHEMA_STRING | SCHEMA_NULL);
	cr_assert_eq(schema_enum(n, &v, &count), 1);
	cr_assert_eq(count, 3);
	n = prop(root, "id");
	cr_expect_eq(schema_enum(n, &v, &count), 0);
	cr_expect_eq(schema_read_only(n), 1);
	cr_expect_eq(schema_write_only(n), 0);
	cr_expect(is(schema_minimum(n, &exclusive), "1"));
	cr_expect_eq(exclusive, 0);
	cr_expect_eq(schema_maximum(n, NULL).n, 0);
	cr_expect_eq(schema_max_length(n), SIZE_MAX);
	n = prop(root, "revenue");
	cr_expect_eq(schema_types(n), SCHEMA_NUMBER | SCHEMA_NULL);
	cr_expect(is(schema_minimum(n, &exclusive), "0"));
	cr_expect_eq(exclusive, 1);
	cr_expect(is(schema_maximum(n, &exclusive), "1e400"));
	cr_expect_eq(exclusive, 0);
	cr_expect(is(schema_multiple_of(n), "0.01"));
	cr_expect_eq(schema_read_only(n), 1);
	n = prop(root, "emails");
	cr_expect_eq(schema_max_items(n), 5);
	cr_expect_eq(schema_min_items(n), 0);
	cr_expect_eq(schema_unique_items(n), 1);
	cr_expect_eq(schema_types(prop(schema_items(n), "v")), SCHEMA_STRING);
	n = prop(root, "pair");
	cr_expect_null(schema_items(n));
	cr_expect_eq(schema_types(schema_item(n, 0)), SCHEMA_NULL);
	cr_expect_eq(schema_types(schema_item(n, 1)), SCHEMA_STRING);
	cr_expect_null(schema_item(n, 2));
	walk_fini(&w);
}

/* A question is answered so that it holds for every valid record. */
Test(schema_view, alternatives_are_united)
{
	struct walk w = walk_of(
	    "{\"required\":[\"kind\"],\"properties\":{\"kind\":{"
	    "\"enum\":[\"p\",\"c\"]}},\"oneOf\":["
	    "{\"properties\":{\"kind\":{\"const\":\"p\"},\"n\":{"
	    "\"type\":\"string\",\"maxLength\":5},\"both\":true},"
	    "\"required\":[\"n\",\"both\"]},"
	    "{\"properties\":{\"kind\":{\"const\":\"c\"},\"n\":{"
	    "\"type\":\"integer\"},\"both\":true},\"required\":[\"both\"]}],"
	    "\"if\":{\"required\":[\"q\"]},\"then\":{\"properties\":{\"q\":{"
	    "\"type\":\"null\"}}},"
	    "\"dependentSchemas\":{\"d\":{\"properties\":{\"e\":{"
	    "\"type\":\"boolean\"}}}}}");
	const struct schema_node *root = root_of(&w), *n;
	const struct value *v;
	size_t count;

	cr_expect_eq(schema_types(root), SCHEMA_ANY);
	n = prop(root, "n");
	cr_assert_not_null(n);
	cr_expect_eq(schema_types(n), SCHEMA_STRING | SCHEMA_INTEGER);
	cr_expect_eq(schema_max_length(n), 5);
	cr_assert_eq(schema_enum(prop(root, "kind"), &v, &count), 1);
	cr_expect_eq(count, 2);
	cr_expect_eq(schema_property_required(root, STR("kind")), 1);
	cr_expect_eq(schema_property_required(root, STR("both")), 1);
	cr_expect_eq(schema_property_required(root, STR("n")), 0);
	cr_expect_not_null(prop(root, "q"));
	cr_expect_eq(schema_types(prop(root, "e")), SCHEMA_ANY);
	cr_expect_not_null(schema_additional(root));
	cr_expect_eq(schema_property_count(root), 5);
	walk_fini(&w);
}

Test(schema_view, closed_objects_close_each_other)
{
	struct walk w = walk_of("{\"properties\":{\"a\":true},"
	    "\"additionalProperties\":false,"
	    "\"allOf\":[{\"properties\":{\"b\":{\"type\":\"string\"}}}]}");

	cr_expect_eq(schema_types(prop(root_of(&w), "a")), SCHEMA_ANY);
	/* declared by one part, forbidden by the other */
	cr_expect_eq(schema_types(prop(root_of(&w), "b")), 0);
	walk_fini(&w);
	w = walk_of("{\"allOf\":[{\"properties\":{\"b\":true}}],"
	    "\"unevaluatedProperties\":false}");
	cr_expect_eq(schema_types(prop(root_of(&w), "b")), SCHEMA_ANY);
	cr_expect_null(schema_additional(root_of(&w)));
	walk_fini(&w);
}

/* Alternatives of alternatives must not take exponential time or memory. */
Test(schema_view, branches_are_bounded, .timeout = 20)
{
	struct buf text = { 0 };
	struct walk w;

	buf_puts(&text, STR("{\"$ref\":\"#/$defs/d0\",\"$defs\":{"));
	for (int i = 0; i < 28; i++)
		buf_printf(&text, "\"d%d\":{\"anyOf\":[{\"$ref\":"
		    "\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]},", i,
		    i + 1, i + 1);
	buf_puts(&text, STR("\"d28\":{\"type\":\"string\"}}}"));
	buf_putc(&text, '\0');
	w = walk_of(text.p);
	cr_expect(schema_types(root_of(&w)) & SCHEMA_STRING);
	walk_fini(&w);
	buf_fini(&text);
}
