/*
 * The same mapping by hand, over jansson's trees, as somebody would write it
 * in an afternoon.
 *
 *   jansson_map RECORDS [-o]
 */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "tests/bench/harness.h"

/* From one field to another; null stays null. */
typedef json_t *convert_fn(const json_t *v);

static json_t *
same(const json_t *v)
{
	return json_incref((json_t *)v);
}

static int
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static json_t *
changed(const json_t *v, int trim, int (*to)(int))
{
	const char *p = json_string_value(v);
	size_t n = json_string_length(v);
	char text[1024];

	if (n >= sizeof(text))
		return NULL;
	while (trim && n > 0 && is_blank(*p))
		p++, n--;
	while (trim && n > 0 && is_blank(p[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		text[i] = to && (unsigned char)p[i] < 0x80 ?
		    (char)to((unsigned char)p[i]) : p[i];
	return json_stringn(text, n);
}

static json_t *
trimmed(const json_t *v)
{
	return changed(v, 1, NULL);
}

static json_t *
uppered(const json_t *v)
{
	return changed(v, 0, toupper);
}

static json_t *
email(const json_t *v)
{
	return changed(v, 1, tolower);
}

static json_t *
stage(const json_t *v)
{
	static const char *const table[][2] = {
	    { "lead", "lead" }, { "qualified", "salesqualifiedlead" },
	    { "customer", "customer" }, { "churned", "other" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		if (strcmp(json_string_value(v), table[i][0]) == 0)
			return json_string(table[i][1]);
	}
	return NULL;
}

static json_t *
language(const json_t *v)
{
	static const char *const known[] = { "de", "en", "es", "fr", "it",
		"ja", "pl" };

	for (size_t i = 0; i < COUNT(known); i++) {
		if (strcmp(json_string_value(v), known[i]) == 0)
			return json_incref((json_t *)v);
	}
	return NULL;
}

static json_t *
dec_text(const json_t *v)
{
	return json_sprintf("%.2f", json_number_value(v));
}

static json_t *
int_text(const json_t *v)
{
	return json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
}

static json_t *
bool_text(const json_t *v)
{
	return json_string(json_is_true(v) ? "true" : "false");
}

static json_t *
list_text(const json_t *v)
{
	char text[1024];
	size_t i, n = 0;
	json_t *item;

	json_array_foreach(v, i, item) {
		size_t len = json_string_length(item);

		if (n + len + 1 >= sizeof(text))
			return NULL;
		if (i > 0)
			text[n++] = ';';
		memcpy(text + n, json_string_value(item), len);
		n += len;
	}
	return json_stringn(text, n);
}

static const struct {
	const char *outer, *from, *to;
	convert_fn *convert;
} rules[] = {
	{ NULL, "email", "email", email },
	{ NULL, "salutation", "salutation", trimmed },
	{ NULL, "first_name", "firstname", same },
	{ NULL, "last_name", "lastname", same },
	{ NULL, "company", "company", trimmed },
	{ NULL, "job_title", "jobtitle", same },
	{ NULL, "website", "website", trimmed },
	{ NULL, "phone", "phone", trimmed },
	{ NULL, "mobile", "mobilephone", trimmed },
	{ NULL, "stage", "lifecyclestage", stage },
	{ NULL, "birth_date", "date_of_birth", same },
	{ NULL, "annual_revenue", "annualrevenue", dec_text },
	{ NULL, "employees", "numemployees", int_text },
	{ NULL, "vip", "crosswalk_vip", bool_text },
	{ NULL, "country", "country", uppered },
	{ NULL, "language", "hs_language", language },
	{ "address", "street", "address", same },
	{ "address", "city", "city", trimmed },
	{ "address", "region", "state", trimmed },
	{ "address", "postal", "zip", trimmed },
	{ NULL, "tags", "crosswalk_tags", list_text },
	{ NULL, "notes", "message", same },
};

static const char *
region(const json_t *country)
{
	static const char *const table[][2] = {
	    { "DE", "dach" }, { "AT", "dach" }, { "CH", "dach" },
	    { "US", "north-america" }, { "CA", "north-america" },
	    { "MX", "north-america" },
	};
	const char *c = json_string_value(country);

	if (c == NULL || *c == '\0')
		return NULL;
	for (size_t i = 0; i < COUNT(table); i++) {
		if (strcmp(c, table[i][0]) == 0)
			return table[i][1];
	}
	return "other";
}

static int
fill(const json_t *in, json_t *props)
{
	const char *key, *where;
	json_t *v;

	for (size_t i = 0; i < COUNT(rules); i++) {
		const json_t *from = rules[i].outer ?
		    json_object_get(in, rules[i].outer) : in;
		json_t *made;

		v = json_object_get(from, rules[i].from);
		if (v == NULL)
			continue;
		made = json_is_null(v) ? json_null() : rules[i].convert(v);
		if (made == NULL ||
		    json_object_set_new(props, rules[i].to, made) != 0)
			return -1;
	}
	where = region(json_object_get(in, "country"));
	if (where != NULL)
		json_object_set_new(props, "crosswalk_region",
		    json_string(where));
	json_object_set_new(props, "crosswalk_source", json_string("app"));
	json_object_foreach(json_object_get(in, "custom"), key, v) {
		char name[256];

		snprintf(name, sizeof(name), "x_%s", key);
		json_object_set(props, name, v);
	}
	return 0;
}

static int
map(void *arg, struct str line, struct buf *out)
{
	json_error_t je;
	json_t *in, *props, *root;
	size_t n;

	if (line.p == NULL)
		return 0;
	in = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &je);
	if (in == NULL) {
		fprintf(stderr, "jansson_map: %s\n", je.text);
		return -1;
	}
	root = json_object();
	props = json_object();
	json_object_set_new(root, "properties", props);
	if (fill(in, props) != 0)
		return -1;
	n = json_dumpb(root, buf_room(out, 8192), 8192, JSON_COMPACT);
	out->n += n;
	json_decref(root);
	json_decref(in);
	return 0;
}

int
main(int argc, char **argv)
{
	struct bench b;

	if (argc < 2) {
		fputs("usage: jansson_map RECORDS [-o]\n", stderr);
		return 2;
	}
	bench_read(&b, argv[1]);
	if (argc > 2)
		bench_print(&b, map, NULL);
	else
		printf("%.0f\n", bench_rate(&b, map, NULL));
	bench_free(&b);
	return 0;
}
